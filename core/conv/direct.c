/* What is a chunk, a group and a range: core/conv/direct_plan.h. */
#include "core/conv/direct.h"

#include <string.h>

#include "core/base/integer.h"
#include "core/base/share.h"
#include "core/conv/direct_plan.h"
#include "core/conv/fetch.h"
#include "core/kernel/kernel.h"

enum { LINE = 64 / sizeof(real) };

static int multiple(int a, int of) {
    return integer_divide_up(a, of) * of;
}

bool conv_direct_fits(const ConvShape *shape) {
    (void)shape;
    return kernels() != NULL;
}

size_t conv_direct_scratch_count(const ConvShape *shape) {
    return conv_direct_turned_scratch_count(shape, NULL);
}

size_t conv_direct_turned_scratch_count(const ConvShape *shape, const ConvTurned *turned) {
    DirectPlan plan = direct_plan_of(shape, turned);
    return tensor_round_up((size_t)plan.length) + (size_t)parallel_threads() * direct_sizes_of(&plan).all;
}

/* One call, as the workers see it. */
typedef struct Job {
    const ConvRun *run;
    DirectPlan plan;
    DirectSizes sizes;
    const real *zeros; /* (length): a tap outside of x */
    real *scratch;
    Shares shares;
} Job;

typedef struct Worker {
    Job *job;
    real *panels, *other_panels; /* those that it multiplies by, and what will be */
    int held;                    /* group and chunk of the first, see panels_of; -1: none */
    int next_pixel;              /* the first of the range after this one; -1: none */
    real *sums, *edges;
    const real **pointers; /* (chunk_taps, pixels of the block) */
} Worker;

static size_t first_row(const DirectPlan *plan, const DirectChunk *chunk) {
    return (size_t)chunk->tap * (size_t)plan->length + (size_t)chunk->first;
}

/* Output pixels begin .. begin+count-1, counted through (n, oh, ow). */
typedef struct Block {
    int begin, count;
} Block;

/* Output pixels of one row that lie side by side, the first being number `pixel` of its block. Its window begins at
 * row h and column w of image n; both may lie outside of x. */
typedef struct Run {
    int pixel, count, n, h, w;
} Run;

/* A row of the window that reaches over the edge of x, from column w on: what is inside, and zeros. `row` is x's. */
static const real *over_the_edge(const ConvShape *q, const real *row, int w, real *edge) {
    memset(edge, 0, (size_t)(q->s * q->c) * sizeof *edge);
    int begin = w < 0 ? 0 : w, end = integer_min(w + q->s, q->w);
    if (begin < end)
        memcpy(edge + (begin - w) * q->c, row + begin * q->c, (size_t)((end - begin) * q->c) * sizeof *edge);
    return edge;
}

/* Where the values of a run's pixels under each tap of the chunk lie; `step` pixels have a place in the table. */
static void point_run(const Worker *worker, const DirectChunk *chunk, const Run *run, int step) {
    const Job *job = worker->job;
    const ConvShape *q = job->run->shape;
    const int places = job->plan.by_row ? 1 : q->s, columns = job->plan.by_row ? q->s : 1;
    for (int t = 0; t < chunk->taps; t++) {
        const int h = run->h + (chunk->tap + t) / places, first_w = run->w + (chunk->tap + t) % places;
        const real **to = worker->pointers + t * step + run->pixel;
        const bool outside = h < 0 || h >= q->h;
        const real *row =
            outside ? NULL
                    : job->run->x + ((size_t)run->n * (size_t)q->h + (size_t)h) * (size_t)(q->w * q->c);
        for (int p = 0; p < run->count; p++) {
            const int w = first_w + p * q->stride;
            if (outside || w + columns <= 0 || w >= q->w)
                to[p] = job->zeros;
            else if (w >= 0 && w + columns <= q->w)
                to[p] = row + w * q->c;
            else
                to[p] = over_the_edge(
                    q, row, w, worker->edges + ((run->pixel + p) * chunk->taps + t) * job->plan.length);
        }
    }
}

static void point_block(const Worker *worker, const DirectChunk *chunk, const Block *block) {
    const ConvShape *q = worker->job->run->shape;
    const ConvTurned *turned = worker->job->run->turned;
    for (int pixel = 0; pixel < block->count;) {
        int at = block->begin + pixel, ow = at % q->ow, oh = at / q->ow % q->oh;
        Run run = {.pixel = pixel,
                   .count = integer_min(q->ow - ow, block->count - pixel),
                   .n = at / q->ow / q->oh,
                   .h = oh * q->stride - q->pad,
                   .w = ow * q->stride - (turned ? turned->left : q->pad)};
        point_run(worker, chunk, &run, block->count);
        pixel += run.count;
    }
}

/* Panels of one chunk of one group: first .. first+columns-1 of K. */
typedef struct Group {
    DirectChunk chunk;
    int first, columns;
} Group;

/* `key` counts through (group, chunk). */
static Group group_at(const Job *job, int key) {
    const DirectPlan *plan = &job->plan;
    Group group = {.chunk = direct_chunk_at(plan, key % plan->chunks),
                   .first = key / plan->chunks * plan->group};
    group.columns = integer_min(plan->group, job->run->shape->k - group.first);
    return group;
}

static int group_rows(const Group *group) {
    return group->chunk.taps * group->chunk.length;
}

/* The panel that begins at column k of the group: the panels lie one behind the other, each (rows, its columns rounded
 * up to whole vectors). */
static Panel panel_at(const Job *job, const Group *group, int k, real *panels) {
    size_t k_count = (size_t)job->run->shape->k;
    return (Panel){.from = job->run->w + first_row(&job->plan, &group->chunk) * k_count +
                           (size_t)(group->first + k),
                   .from_step = k_count,
                   .to = panels + (size_t)group_rows(group) * (size_t)k,
                   .rows = group_rows(group),
                   .columns = integer_min(job->plan.panel, group->columns - k)};
}

/* The product of a block by the panel at column k of the group, all but where its sums go to. */
static Product product_of(const Worker *worker, const Group *group, int k, const Block *block) {
    const DirectPlan *plan = &worker->job->plan;
    Panel panel = panel_at(worker->job, group, k, worker->panels);
    return (Product){.x = worker->pointers,
                     .x_step = (size_t)block->count,
                     .x_first = (size_t)group->chunk.first,
                     .w = plan->in_place ? panel.from : panel.to,
                     .w_step =
                         plan->in_place ? panel.from_step : (size_t)multiple(panel.columns, plan->set->lanes),
                     .taps = group->chunk.taps,
                     .channels = group->chunk.length,
                     .pixels = block->count,
                     .columns = panel.columns};
}

/* Where the sums of a pixel of a range wait: all those of the range, where it has several chunks, or of a block. */
static real *sums_at(const Worker *worker, int range, int pixel) {
    const DirectPlan *plan = &worker->job->plan;
    return worker->sums + (plan->chunks > 1 ? pixel - range : 0) * plan->group;
}

/* Where the sums of panel k go to: to scratch between chunks; after the last one to y, as the epilogue says. The
 * worker's range begins at pixel `range`. */
static void place_sums(const Worker *worker, const Group *group, int k, int range, int pixel,
                       Product *product) {
    const Job *job = worker->job;
    const ConvEpilogue *e = &job->run->epilogue;
    size_t width = (size_t)job->plan.group, channel = (size_t)(group->first + k);
    size_t at = (size_t)pixel * (size_t)job->run->shape->k + channel;
    real *sums = sums_at(worker, range, pixel) + k;
    product->y = sums;
    product->y_step = width;
    product->begin = group->chunk.begins ? NULL : sums;
    product->begin_step = width;
    if (!group->chunk.ends || job->plan.scattered) return;
    product->y = job->run->y + at;
    product->y_step = (size_t)job->run->shape->k;
    product->scale = e->scale ? e->scale + channel : NULL;
    product->shift = e->shift ? e->shift + channel : NULL;
    product->addend = e->addend ? e->addend + at : NULL;
    product->relu = e->relu;
}

/* The weights that a turned panel begins with: those of a place of the window, counted through (r, s), of column k of the
 * group and of the first channel of its chunk. */
static const real *turned_at(const Job *job, const Group *group, int place, int k) {
    const ConvTurned *turned = job->run->turned;
    const int s = job->run->shape->s;
    return job->run->w + place / s * turned->row + place % s * turned->column +
           (size_t)(group->first + k) * turned->step + group->chunk.first;
}

static void copy_turned(const Job *job, const Group *group, int k, Panel panel) {
    const int places = job->plan.by_row ? job->run->shape->s : 1, first = group->chunk.tap * places;
    const int last = first + group->chunk.taps * places;
    panel.rows /= last - first;
    panel.from_step = job->run->turned->step;
    panel.turned = true;
    for (int place = first; place < last; place++) {
        panel.from = turned_at(job, group, place, k);
        job->plan.set->panel(&panel);
        panel.to += panel.rows * multiple(panel.columns, job->plan.set->lanes);
    }
}

static void copy_panels(const Worker *worker, const Group *group, int k, real *panels) {
    const Job *job = worker->job;
    for (; k < group->columns; k += job->plan.panel) {
        Panel panel = panel_at(job, group, k, panels);
        if (conv_is_turned(job->run))
            copy_turned(job, group, k, panel);
        else
            job->plan.set->panel(&panel);
    }
}

/* A turned panel cannot be brought together meanwhile, but fetched: that of the first place of its chunk. */
static void look_ahead(const Job *job, const Group *next, int k, Product *product) {
    const int places = job->plan.by_row ? job->run->shape->s : 1;
    product->ahead = turned_at(job, next, next->chunk.tap * places, k);
    product->ahead_step = job->run->turned->step * sizeof(real);
    product->ahead_rows = integer_min(integer_min(job->plan.panel, next->columns - k), product->channels);
    product->ahead_lines = integer_divide_up(next->chunk.length / (job->plan.by_row ? places : 1), LINE);
}

/* What the next block will want: pixels of x from the row on that the windows before have not reached, or, where sums
 * have to be brought to their places, those. About as many as there are for the pixels of a block. */
static void look_for_pixels(const Worker *worker, int pixel, Product *product) {
    const ConvRun *run = worker->job->run;
    const ConvShape *q = run->shape;
    if (pixel < 0 || worker->job->plan.chunks > 1) return;
    const int ow = pixel % q->ow, oh = pixel / q->ow % q->oh, n = pixel / q->ow / q->oh;
    int lines = product->pixels * q->stride * q->stride * q->c / LINE;
    if (worker->job->plan.scattered) {
        const ConvTurned *t = run->turned;
        lines = (int)((size_t)product->pixels * t->y_row / (size_t)q->ow) / LINE;
        product->ahead = run->y + (size_t)n * t->y_image + (size_t)oh * t->y_row + (size_t)ow * t->y_pixel;
    } else {
        const int h = integer_clamp(oh * q->stride + q->r - 1 - q->pad, 0, q->h - 1);
        product->ahead =
            run->x + ((size_t)(n * q->h + h) * (size_t)q->w + (size_t)(ow * q->stride)) * (size_t)q->c;
    }
    product->ahead_lines = integer_divide_up(lines, product->taps * product->channels);
    product->ahead_step = (size_t)product->ahead_lines * LINE * sizeof(real);
}

/* To their places: sums of the block that are done, `columns` of them a pixel from column k of the group on. */
static void scatter(const Job *job, const Group *group, int k, const Block *block, const Product *product) {
    const int first = group->first + k;
    if (group->chunk.ends && job->plan.scattered)
        conv_scatter(job->run, &(ConvSums){.data = product->y,
                                           .stride = job->plan.group,
                                           .begin = block->begin,
                                           .end = block->begin + block->count,
                                           .first = first,
                                           .last = first + product->columns});
}

/* Pixels begin .. stop-1 under the panels of `key`, while those of `next_key` are brought together; -1: none. */
static void convolve_range(Worker *worker, int key, int next_key, int begin, int stop) {
    const Job *job = worker->job;
    const DirectPlan *plan = &job->plan;
    const Group group = group_at(job, key), next = group_at(job, next_key < 0 ? key : next_key);
    const bool carries = !plan->in_place && next_key >= 0 && next_key != key;
    if (!plan->in_place && worker->held != key) copy_panels(worker, &group, 0, worker->panels);
    worker->held = key;
    const int blocks = integer_divide_up(stop - begin, DIRECT_BLOCK),
              step = multiple(integer_divide_up(stop - begin, blocks), plan->tile);
    for (int p = begin; p < stop; p += step) {
        Block block = {p, integer_min(step, stop - p)};
        point_block(worker, &group.chunk, &block);
        for (int k = 0; k < group.columns; k += plan->panel) {
            Product product = product_of(worker, &group, k, &block);
            Panel panel = panel_at(job, &next, k, worker->other_panels);
            place_sums(worker, &group, k, begin, p, &product);
            if (carries && p == begin && k < next.columns) {
                if (conv_is_turned(job->run))
                    look_ahead(job, &next, k, &product);
                else
                    product.next = &panel;
            } else if (k == (carries && p == begin ? plan->panel : 0)) {
                look_for_pixels(worker, p + step < stop ? p + step : worker->next_pixel, &product);
            }
            conv_fetch_soon(job->run->soon, &product);
            plan->set->product(&product);
            scatter(job, &group, k, &block, &product);
        }
    }
    if (!carries) return;
    copy_panels(worker, &next, conv_is_turned(job->run) ? 0 : multiple(group.columns, plan->panel),
                worker->other_panels);
    real *other = worker->panels;
    worker->panels = worker->other_panels;
    worker->other_panels = other;
    worker->held = next_key;
}

static Worker worker_at(Job *job, int index) {
    const DirectSizes *s = &job->sizes;
    real *own = job->scratch + (size_t)index * s->all, *sums = own + 2 * s->panels;
    Worker worker = {.job = job,
                     .panels = own,
                     .other_panels = own + s->panels,
                     .held = -1,
                     .next_pixel = -1,
                     .sums = sums};
    worker.edges = sums + s->sums;
    worker.pointers = (const real **)(void *)(worker.edges + s->edges);
    return worker;
}

/* Items count through (group, range): one range of pixels under one group of columns each. An item is claimed just
 * before the last chunk of the one before, whose time serves to fetch its panels; but not the last of others, who may
 * be about to begin it. */
static void convolve_items(void *context, int begin, int end, int index) {
    Job *job = context;
    const DirectPlan *plan = &job->plan;
    Worker worker = worker_at(job, index);
    (void)begin, (void)end;
    for (int item = -1;;) {
        if (item < 0) item = shares_claim(&job->shares, index, 0);
        if (item < 0) return;
        int first = item % plan->ranges * plan->pixels;
        int stop = integer_min(first + plan->pixels, conv_pixels(job->run->shape));
        int key = item / plan->ranges * plan->chunks;
        const int last = key + plan->chunks - 1;
        for (; key < last; key++) convolve_range(&worker, key, key + 1, first, stop);
        item = shares_claim(&job->shares, index, 1);
        worker.next_pixel = item < 0 ? -1 : item % plan->ranges * plan->pixels;
        convolve_range(&worker, key, item < 0 ? -1 : item / plan->ranges * plan->chunks, first, stop);
    }
}

void conv_direct_forward(const ConvRun *run) {
    Job job = {.run = run, .plan = direct_plan_of(run->shape, run->turned), .zeros = run->scratch};
    job.sizes = direct_sizes_of(&job.plan);
    memset(run->scratch, 0, (size_t)job.plan.length * sizeof *run->scratch);
    job.scratch = run->scratch + tensor_round_up((size_t)job.plan.length);
    shares_cut(&job.shares, job.plan.groups * job.plan.ranges);
    parallel_items(job.shares.workers, convolve_items, &job);
}
