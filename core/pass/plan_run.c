/* Running the steps of a plan. */
#include <stdint.h>

#include "core/base/parallel.h"
#include "core/conv/conv.h"
#include "core/pass/chain.h"
#include "core/pass/plan.h"
#include "core/pass/state.h"

/* The images that go through a step together, and whose slots and scratch they use. */
typedef struct Group {
    int first, count, area;
} Group;

void plan_restart(Pass *pass) {
    pass->plan->group_done = pass->plan->step_done = pass->plan->body_first = 0;
}

void plan_restart_at(Pass *pass, int block) {
    Plan *plan = pass->plan;
    int every = pass->config.keep_every;
    if (every == 0) return;
    int kept = pass->network->blocks[block / every * every].input;
    while (plan->body_first < plan->body_count && plan->steps[plan->body_first].last <= kept)
        plan->body_first++;
    plan->step_done = plan->body_first;
}

/* The result of `op` for the first image of the group. */
static real *result_of(const Pass *pass, int op, Group group) {
    const Plan *plan = pass->plan;
    int value = plan->ops[op].value, slot = plan->ops[value].slot;
    if (slot < 0)
        return pass->nodes[value].act + (size_t)group.first * shape_count(pass->network->ops[value].out);
    return plan->slots + (size_t)(group.area * PLAN_SLOTS + slot) * plan->slot_count;
}

static OpRun run_of(const Pass *pass, const PlanStep *step, Group group) {
    const Plan *plan = pass->plan;
    OpRun run = pass_run_of(pass, step->op);
    run.batch = group.count;
    run.fast = !plan->exact;
    run.scratch = plan->scratch + (size_t)group.area * plan->scratch_count;
    for (int k = 0; k < run.op->input_count; k++) run.x[k] = result_of(pass, run.op->inputs[k], group);
    run.y = result_of(pass, step->last, group);
    return run;
}

static Prepared *prepared_of(const Pass *pass, int op, Group group) {
    return &pass->plan->ops[op].prepared[group.count == pass->plan->group ? 0 : 1];
}

/* A batch norm with this batch's statistics and what follows it, stretch by stretch. None of these may write where it
 * reads, but the last one may write where the first one has read. */
static void run_cells(const Pass *pass, const PlanStep *step, const OpRun *first, Group group) {
    Chain chain = chain_of(pass, step->op);
    ChainPlace at = chain_memory(result_of(pass, first->op->inputs[0], group));
    op_spec(first->op->kind)->begin(first);
    for (int k = 0; k < step->cell_count; k++) {
        bool stores = k > 0 && k == step->cell_count - 1;
        Link link = {.kind = LINK_FORWARD,
                     .run = pass_run_of(pass, step->cells[k]),
                     .x = {at, CHAIN_NOWHERE},
                     .y = stores ? chain_memory(first->y) : chain_take(&chain),
                     .dy = CHAIN_NOWHERE,
                     .dx = CHAIN_NOWHERE};
        if (link.run.op->input_count == 2) link.x[1] = chain_memory(result_of(pass, step->addend, group));
        chain_append(&chain, link);
        at = link.y;
    }
    if (step->cell_count == 1)
        chain_append(&chain, (Link){.kind = LINK_COPY,
                                    .run = *first,
                                    .x = {at, CHAIN_NOWHERE},
                                    .y = chain_memory(first->y),
                                    .dy = CHAIN_NOWHERE,
                                    .dx = CHAIN_NOWHERE});
    chain_run(&chain);
}

static void run_step(const Pass *pass, const PlanStep *step, Group group) {
    const PlanOp *op = &pass->plan->ops[step->op];
    OpRun run = run_of(pass, step, group);
    if (step->cell_count > 0) {
        run_cells(pass, step, &run, group);
        return;
    }
    ConvEpilogue epilogue = {.scale = step->norm >= 0 ? op->scale : NULL,
                             .shift = step->norm >= 0 ? op->shift : NULL,
                             .addend = step->addend >= 0 ? result_of(pass, step->addend, group) : NULL,
                             .relu = step->relu};
    if (op_spec(run.op->kind)->fuses) {
        run.epilogue = &epilogue;
        run.prepared = prepared_of(pass, step->op, group)->data;
    }
    op_spec(run.op->kind)->forward(&run);
}

static Group group_at(const Pass *pass, int index, int area) {
    int size = pass->plan->group, first = index * size, left = pass->config.batch - first;
    return (Group){.first = first, .count = left < size ? left : size, .area = area};
}

/* What follows from the network's values alone. */
static void prepare_step(Pass *pass, const PlanStep *step) {
    const Plan *plan = pass->plan;
    const Group sizes[PLAN_SIZES] = {group_at(pass, 0, 0), group_at(pass, plan->groups - 1, 0)};
    const PlanOp *op = &plan->ops[step->op];
    if (!op_spec(pass->network->ops[step->op].kind)->fuses) return;
    if (step->norm >= 0) {
        OpRun norm = pass_run_of(pass, step->norm);
        op_spec(norm.op->kind)->fold(&norm, op->scale, op->shift);
    }
    for (int k = 0; k < PLAN_SIZES; k++) {
        OpRun run = run_of(pass, step, sizes[k]);
        prepared_get(prepared_of(pass, step->op, sizes[k]), &run, pass->network->version);
    }
}

/* Before the first step after the values have changed: some of what is to be prepared; false when all of it is. */
static bool prepare(Pass *pass) {
    enum { AT_ONCE = 1 << 22 }; /* weights, which take some hundredths of a second */
    Plan *plan = pass->plan;
    const Network *network = pass->network;
    size_t weights = 0;
    if (plan->version != network->version) plan->prepared = 0;
    plan->version = network->version;
    for (; plan->prepared < plan->body_count && weights < AT_ONCE; plan->prepared++) {
        const PlanStep *step = &plan->steps[plan->prepared];
        weights += network_op_param_count(network, step->op);
        prepare_step(pass, step);
    }
    return weights >= AT_ONCE;
}

/* Groups begin .. end-1, counted from the first that is not done, through the network. */
static void groups_work(void *context, int begin, int end, int worker) {
    const Pass *pass = context;
    for (int g = begin; g < end; g++)
        for (int s = pass->plan->body_first; s < pass->plan->body_count; s++)
            run_step(pass, &pass->plan->steps[s], group_at(pass, pass->plan->group_done + g, worker));
}

/* Of the groups that are left, those that one call takes through the network, each on a thread of its own; less
 * than two: all threads work on one. */
static int groups_at_once(const Plan *plan) {
    int left = plan->groups - plan->group_done;
    return left < plan->groups_at_once ? left : plan->groups_at_once;
}

PassNext plan_next(const Pass *pass) {
    const Plan *plan = pass->plan;
    if (plan->step_done == plan->body_first && groups_at_once(plan) > 1) return (PassNext){.op = -1};
    if (plan->group_done < plan->groups)
        return (PassNext){plan->steps[plan->step_done].op, group_at(pass, plan->group_done, 0).count};
    return (PassNext){plan->steps[plan->body_count + plan->step_done].op, pass->config.batch};
}

static void finish_groups(Plan *plan, int count) {
    plan->group_done += count;
    plan->step_done = plan->group_done < plan->groups ? plan->body_first : 0;
}

static void run_body_step(Pass *pass) {
    Plan *plan = pass->plan;
    run_step(pass, &plan->steps[plan->step_done], group_at(pass, plan->group_done, 0));
    if (++plan->step_done == plan->body_count) finish_groups(plan, 1);
}

/* The share of the work that is behind it, counted in operations. */
static void move_watermark(Pass *pass) {
    const Plan *plan = pass->plan;
    int64_t rest = plan->step_count - plan->body_count;
    int64_t body = plan->body_count - plan->body_first, total = plan->groups * body + rest;
    int64_t done = plan->group_done * body + plan->step_done;
    if (plan->group_done < plan->groups) done -= plan->body_first;
    pass->forward_done = (int)(done * pass->network->op_count / total);
}

void plan_step(Pass *pass) {
    Plan *plan = pass->plan;
    const Group all = {.count = pass->config.batch};
    if (prepare(pass)) return;
    int together = plan->step_done == plan->body_first ? groups_at_once(plan) : 0;
    if (together > 1) {
        parallel_items(together, groups_work, pass);
        finish_groups(plan, together);
    } else if (plan->group_done < plan->groups) {
        run_body_step(pass);
    } else {
        run_step(pass, &plan->steps[plan->body_count + plan->step_done++], all);
    }
    move_watermark(pass);
}
