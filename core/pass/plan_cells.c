/* Steps of a plan that compute cell by cell: a batch norm with this batch's statistics, and what follows it. */
#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/pass/plan.h"
#include "core/pass/state.h"

typedef struct CellsJob {
    const Pass *pass;
    const PlanCells *cells;
    OpRun runs[PLAN_CELLS]; /* of the step's operations */
    size_t channels;
} CellsJob;

/* Some pixels through all operations: from x to a buffer, from one buffer to the other, from there to y. None of them
 * may write where it reads, but x has been read before y is written. */
static void run_stretch(const CellsJob *job, size_t first, size_t pixels, real *buffers) {
    const PlanStep *step = job->cells->step;
    size_t before = first * job->channels;
    const real *x = job->cells->x + before;
    for (int k = 0; k < step->cell_count; k++) {
        OpRun run = job->runs[k];
        bool in_place = k == step->cell_count - 1 && k > 0;
        run.x[0] = x;
        if (run.op->input_count == 2) run.x[1] = job->cells->addend + before;
        run.y = in_place ? job->cells->y + before : buffers + (size_t)(k % 2) * job->pass->plan->stretch;
        op_spec(run.op->kind)->cells(&run, pixels);
        x = run.y;
    }
    if (step->cell_count > 1) return;
    real *y = job->cells->y + before;
    for (size_t j = 0; j < pixels * job->channels; j++) y[j] = x[j];
}

static void cells_work(void *context, int begin, int end, int worker) {
    const CellsJob *job = context;
    const Plan *plan = job->pass->plan;
    real *buffers = plan->stretches + 2 * plan->stretch * (size_t)worker;
    int most = (int)(plan->stretch / job->channels);
    for (int p = begin; p < end; p += most)
        run_stretch(job, (size_t)p, (size_t)integer_min(most, end - p), buffers);
}

void plan_run_cells(const Pass *pass, const PlanCells *cells) {
    const PlanStep *step = cells->step;
    const Shape *out = &pass->network->ops[step->op].out;
    CellsJob job = {.pass = pass, .cells = cells, .channels = (size_t)out->c};
    for (int k = 0; k < step->cell_count; k++) {
        job.runs[k] = pass_run_of(pass, step->cells[k]);
        job.runs[k].batch = cells->images;
        job.runs[k].scratch = pass->plan->scratch;
    }
    job.runs[0].x[0] = cells->x;
    op_spec(job.runs[0].op->kind)->begin(&job.runs[0]);
    parallel_for(cells->images * out->h * out->w, OP_CELLS_GRAIN / out->c + 1, cells_work, &job);
}
