/* From operations to steps and slots. */
#include "core/pass/plan.h"

#include <assert.h>
#include <limits.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/pass/state.h"

/* Maps are small where three times the largest result of an image, and what a kernel needs beside them, fit into a
 * second-level cache. Groups of small maps have few images: a product needs some pixels for each weight it reads.
 * Those of large maps have more: each weight comes from memory once for all of them. */
enum { SMALL_ELEMENTS = 1 << 15, SMALL_GROUP = 4, LARGE_GROUP = 8 };

/* Each convolution magnifies what those before it have rounded, by a few percent where nothing is added to it and
 * hardly where there is a shortcut. With more convolutions than these the answers of the fast pass would differ by
 * more than 1e-5 of the largest logit. */
enum { DEEP_PLAIN = 60, DEEP_RESIDUAL = 300 };

/* Multiply-adds that one step may take, so that it ends within a second or so on slow machines too; sharing them
 * out among threads takes no time beside them. */
static const double MACS_AT_ONCE = 2e9;

bool plan_keeps(const Pass *pass, int op) {
    int logits = network_logits_op(pass->network), every = pass->config.keep_every,
        block = pass->nodes[op].block;
    bool begins_block = every > 0 && block >= 0 && block % every == 0;
    return op == 0 || op >= logits || op == pass->network->ops[logits].inputs[0] || begins_block;
}

static size_t largest_result(const Network *network) {
    size_t largest = 0;
    for (int i = 1; i < network->op_count; i++) {
        size_t count = shape_count(network->ops[i].out);
        if (count > largest) largest = count;
    }
    return largest;
}

/* Groups of one size but for the last, which may be smaller. */
static void choose_groups(Plan *plan, const Pass *pass) {
    const Network *network = pass->network;
    bool small = largest_result(network) <= SMALL_ELEMENTS;
    int batch = pass->config.batch;
    plan->areas = plan->groups = 1;
    plan->group = batch;
    if (pass->config.batch_statistics) return;
    plan->groups = integer_divide_up(batch, small ? SMALL_GROUP : LARGE_GROUP);
    plan->group = integer_divide_up(batch, plan->groups);
    plan->groups = integer_divide_up(batch, plan->group);
    if (!small || plan->groups == 1) return;
    double fit = MACS_AT_ONCE / (double)(network_macs(network) * (uint64_t)plan->group + 1);
    plan->areas = integer_min(plan->groups, parallel_threads());
    plan->groups_at_once = fit < plan->groups ? (int)fit : plan->groups;
    if (plan->groups_at_once < plan->areas) plan->groups_at_once = plan->areas;
}

static int last_group(const Plan *plan, int batch) {
    return batch - (plan->groups - 1) * plan->group;
}

/* For groups of either size: fewer images may need more, as they may be computed in another way. */
static size_t scratch_of(const Network *network, const int images[PLAN_SIZES]) {
    size_t largest = 0;
    for (int i = 0; i < network->op_count; i++) {
        const OpSpec *spec = op_spec(network->ops[i].kind);
        for (int k = 0; k < PLAN_SIZES && (spec->fuses || spec->begin) && spec->scratch_count; k++) {
            size_t count = spec->scratch_count(&network->ops[i], images[k]);
            if (count > largest) largest = count;
        }
    }
    return tensor_round_up(largest);
}

/* Memory of one operation: a batch norm's factors, forms of weights, and its result where it is kept. */
static bool reserve_op(Plan *plan, const Pass *pass, int i) {
    const Op *op = &pass->network->ops[i];
    PlanOp *known = &plan->ops[i];
    int last = last_group(plan, pass->config.batch);
    if (!op_spec(op->kind)->fuses) return true;
    known->scale = arena_alloc(pass->arena, 2 * tensor_round_up((size_t)op->out.c), sizeof(real));
    known->shift = known->scale ? known->scale + tensor_round_up((size_t)op->out.c) : NULL;
    return known->scale && prepared_reserve(&known->prepared[0], pass->arena, op, plan->group) &&
           (last == plan->group || prepared_reserve(&known->prepared[1], pass->arena, op, last));
}

Plan *plan_new(const Pass *pass) {
    const Network *network = pass->network;
    size_t ops = (size_t)network->op_count;
    Plan *plan = arena_alloc(pass->arena, 1, sizeof *plan);
    if (!plan) return NULL;
    choose_groups(plan, pass);
    plan->slot_count = tensor_round_up(largest_result(network) * (size_t)plan->group);
    plan->scratch_count =
        scratch_of(network, (int[PLAN_SIZES]){plan->group, last_group(plan, pass->config.batch)});
    plan->ops = arena_alloc(pass->arena, ops, sizeof *plan->ops);
    plan->steps = arena_alloc(pass->arena, ops, sizeof *plan->steps);
    plan->slots = arena_alloc_hot(pass->arena, (size_t)plan->areas * PLAN_SLOTS * plan->slot_count,
                                  sizeof *plan->slots);
    plan->scratch =
        arena_alloc_hot(pass->arena, (size_t)plan->areas * plan->scratch_count, sizeof *plan->scratch);
    bool ok = plan->ops && plan->steps && plan->slots && plan->scratch;
    for (int i = 0; ok && i < network->op_count; i++) ok = reserve_op(plan, pass, i);
    return ok ? plan : NULL;
}

/* The input that an addition lets pass, where the gate of the other is closed; -1: it adds, or is none. */
static int passed_input(const Pass *pass, int i) {
    AddGates gates = pass_add_gates(pass, i);
    if (gates.branch_forward && gates.skip_forward) return -1;
    return pass->network->ops[i].inputs[gates.branch_forward ? 0 : 1];
}

/* From the loss back: who reads what. */
static void count_readers(const Pass *pass, Plan *plan) {
    const Network *network = pass->network;
    for (int i = 0; i < network->op_count; i++)
        plan->ops[i] = (PlanOp){.value = i,
                                .reader = -1,
                                .slot = -1,
                                .scale = plan->ops[i].scale,
                                .shift = plan->ops[i].shift,
                                .prepared = {plan->ops[i].prepared[0], plan->ops[i].prepared[1]}};
    plan->ops[network->op_count - 1].readers = 1;
    for (int i = network->op_count - 1; i > 0; i--) {
        const Op *op = &network->ops[i];
        int passed = passed_input(pass, i), readers = plan->ops[i].readers;
        if (passed >= 0) plan->ops[passed].readers += readers;
        for (int k = 0; k < op->input_count && passed < 0 && readers > 0; k++)
            plan->ops[op->inputs[k]].readers++;
    }
}

static void name_values(const Pass *pass, Plan *plan) {
    const Network *network = pass->network;
    for (int i = 1; i < network->op_count; i++) {
        const Op *op = &network->ops[i];
        int passed = passed_input(pass, i);
        if (passed >= 0) plan->ops[i].value = plan->ops[passed].value;
        for (int k = 0; k < op->input_count && passed < 0 && plan->ops[i].readers > 0; k++)
            plan->ops[plan->ops[op->inputs[k]].value].reader = i;
    }
}

static bool absorb_addition(const Pass *pass, PlanStep *step, int next) {
    const PlanOp *ops = pass->plan->ops;
    const Op *op = &pass->network->ops[next];
    if (!network_is_addition(pass->network, next) || step->addend >= 0 ||
        ops[op->inputs[0]].value != step->last)
        return false;
    step->addend = ops[op->inputs[1]].value;
    return true;
}

/* Can `next`, the only reader of what the step stores, be done before it is stored? */
static bool absorb(const Pass *pass, PlanStep *step, int next) {
    const OpSpec *spec = op_spec(pass->network->ops[next].kind);
    if (step->relu) return false;
    if (step->cell_count > 0) {
        if (step->cell_count == PLAN_CELLS || !spec->cells || spec->begin) return false;
        if (!absorb_addition(pass, step, next) && !spec->activation) return false;
        step->cells[step->cell_count++] = next;
        return true;
    }
    if (spec->fold && step->norm < 0 && step->addend < 0 && !pass->config.batch_statistics) {
        step->norm = next;
        return true;
    }
    if (absorb_addition(pass, step, next)) return true;
    step->relu = spec->activation && spec->activation->rectifies;
    return step->relu;
}

/* The step that op begins. It stands at the place of the addition in it, if there is one, by which time the
 * shortcut has been computed. */
static void plan_op(Pass *pass, int i) {
    Plan *plan = pass->plan;
    PlanStep step = {.op = i, .last = i, .norm = -1, .addend = -1};
    int place = i;
    const OpSpec *spec = op_spec(pass->network->ops[i].kind);
    if (pass->config.batch_statistics && spec->begin) step.cells[step.cell_count++] = i;
    while ((spec->fuses || step.cell_count > 0) && plan->ops[step.last].readers == 1) {
        int next = plan->ops[step.last].reader;
        bool had_addend = step.addend >= 0;
        if (plan_keeps(pass, step.last) || !absorb(pass, &step, next)) break;
        if (step.addend >= 0 && !had_addend) place = next;
        plan->ops[next].fused = true;
        step.last = next;
    }
    plan->steps[place] = step;
}

static bool begins_step(const Plan *plan, int i) {
    return plan->ops[i].readers > 0 && plan->ops[i].value == i && !plan->ops[i].fused;
}

static void plan_steps(Pass *pass) {
    Plan *plan = pass->plan;
    int count = pass->network->op_count, used = 0, logits = network_logits_op(pass->network);
    for (int i = 0; i < count; i++) plan->steps[i].op = -1;
    for (int i = 1; i < count; i++)
        if (begins_step(plan, i)) plan_op(pass, i);
    plan->body_count = 0;
    for (int i = 0; i < count; i++) {
        if (plan->steps[i].op < 0) continue;
        plan->body_count += plan->steps[i].op < logits;
        plan->steps[used++] = plan->steps[i];
    }
    plan->step_count = used;
}

/* The slot of what the step reads, when it is the last that does and its result may take its place: the
 * addend, or what an activation function or a row of cells is taken of. -1: none. */
static int slot_in_place(const Pass *pass, const PlanStep *step) {
    const PlanOp *ops = pass->plan->ops;
    const Op *op = &pass->network->ops[step->op];
    int replaced = step->addend;
    if (op_spec(op->kind)->activation || step->cell_count > 0) replaced = ops[op->inputs[0]].value;
    return replaced >= 0 && ops[replaced].readers == 1 ? ops[replaced].slot : -1;
}

static int free_slot(const bool *taken) {
    int slot = 0;
    while (slot < PLAN_SLOTS && taken[slot]) slot++;
    assert(slot < PLAN_SLOTS);
    return slot;
}

static void finish_reading(Plan *plan, int op, bool *taken) {
    PlanOp *read = &plan->ops[plan->ops[op].value];
    if (--read->readers == 0 && read->slot >= 0) taken[read->slot] = false;
}

static void assign_slots(Pass *pass) {
    Plan *plan = pass->plan;
    bool taken[PLAN_SLOTS] = {false};
    for (int s = 0; s < plan->step_count; s++) {
        const PlanStep *step = &plan->steps[s];
        const Op *op = &pass->network->ops[step->op];
        int slot = slot_in_place(pass, step);
        if (plan_keeps(pass, step->last))
            slot = -1;
        else if (slot < 0)
            slot = free_slot(taken);
        for (int k = 0; k < op->input_count; k++) finish_reading(plan, op->inputs[k], taken);
        if (step->addend >= 0) finish_reading(plan, step->addend, taken);
        plan->ops[step->last].slot = slot;
        if (slot >= 0) taken[slot] = true;
    }
}

static bool is_deep(const Pass *pass) {
    const Plan *plan = pass->plan;
    int convolutions = 0, additions = 0;
    for (int s = 0; s < plan->step_count; s++) {
        convolutions += op_spec(pass->network->ops[plan->steps[s].op].kind)->fuses;
        additions += plan->steps[s].addend >= 0;
    }
    return convolutions > (additions > 0 ? DEEP_RESIDUAL : DEEP_PLAIN);
}

void plan_compile(Pass *pass) {
    count_readers(pass, pass->plan);
    name_values(pass, pass->plan);
    plan_steps(pass);
    assign_slots(pass);
    bool same_bits = pass->config.batch_statistics && !pass->config.rounds_more;
    pass->plan->exact = same_bits || is_deep(pass);
    pass->plan->prepared = 0;
    plan_restart(pass);
}
