#include "core/pass/pass.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/network/freeze.h"
#include "core/pass/foresee.h"
#include "core/pass/state.h"
#include "core/tensor/elementwise.h"

/* Does it run by a plan, and keep nothing else? */
static bool runs_by_plan(const Pass *pass) {
    return pass->config.fast;
}

/* Largest scratch any op asks for: ops run one at a time and share it. */
static size_t scratch_count(const Network *network, int batch) {
    size_t largest = 0;
    for (int i = 0; i < network->op_count; i++) {
        const OpSpec *spec = op_spec(network->ops[i].kind);
        if (spec->scratch_count)
            largest = integer_max_size(largest, spec->scratch_count(&network->ops[i], batch));
    }
    return largest;
}

static void *take_memory(Pass *pass, size_t count, size_t size, bool *ok) {
    void *memory = arena_alloc(pass->arena, count, size);
    if (!memory) *ok = false;
    return memory;
}

static void find_consumers(Pass *pass) {
    const Network *network = pass->network;
    for (int i = 0; i < network->op_count; i++)
        pass->nodes[i].first_consumer = pass->nodes[i].last_consumer = pass->nodes[i].block = -1;
    for (int i = network->op_count - 1; i >= 0; i--)
        for (int k = 0; k < network->ops[i].input_count; k++) {
            Node *node = &pass->nodes[network->ops[i].inputs[k]];
            node->first_consumer = i;
            if (node->reader_count++ == 0) node->last_consumer = i;
        }
    for (int b = 0; b < network->block_count; b++) pass->nodes[network->blocks[b].input].block = b;
}

static bool allocate_saved(Pass *pass, int i) {
    bool ok = true;
    const Op *op = &pass->network->ops[i];
    const OpSpec *spec = op_spec(op->kind);
    if (spec->saved_bytes)
        pass->nodes[i].saved = take_memory(pass, 1, spec->saved_bytes(op, pass->config.batch), &ok);
    return ok;
}

/* Memory in one piece for the activations that are open, or for those that are not. */
static bool allocate_acts(Pass *pass, bool open) {
    size_t total = 0;
    bool ok = true;
    for (int i = 0; i < pass->network->op_count; i++)
        if (pass->nodes[i].open == open) total += tensor_round_up(pass_act_count(pass, i));
    real *memory = open ? arena_alloc(pass->arena, total, sizeof *memory)
                        : arena_alloc_hot(pass->arena, total, sizeof *memory);
    ok = memory != NULL;
    for (int i = 0; i < pass->network->op_count && ok; i++) {
        if (pass->nodes[i].open != open) continue;
        pass->nodes[i].act = memory;
        memory += tensor_round_up(pass_act_count(pass, i));
    }
    return ok;
}

/* Open activations lie apart from those that are kept: a pass touches none of their pages. */
static bool allocate_nodes(Pass *pass) {
    const Network *network = pass->network;
    bool ok = true;
    for (int i = 0; i < network->op_count && ok; i++) {
        ok = allocate_saved(pass, i) &&
             prepared_reserve(&pass->nodes[i].prepared, pass->arena, &network->ops[i], pass->config.batch);
    }
    return ok && allocate_acts(pass, false) && allocate_acts(pass, true);
}

static bool allocate_planned(Pass *pass) {
    bool ok = true;
    for (int i = 0; i < pass->network->op_count && ok; i++) {
        bool begins = pass->config.batch_statistics && op_spec(pass->network->ops[i].kind)->begin;
        if (begins) ok = allocate_saved(pass, i);
        if (!plan_keeps(pass, i)) continue;
        pass->nodes[i].act = take_memory(pass, pass_act_count(pass, i), sizeof(real), &ok);
        ok = ok && allocate_saved(pass, i);
    }
    if (pass->config.batch_statistics) ok = ok && chain_allocate(pass);
    pass->plan = ok ? plan_new(pass) : NULL;
    return pass->plan != NULL;
}

static bool allocate_pass(Pass *pass) {
    const Network *network = pass->network;
    bool ok = true;
    size_t batch = (size_t)pass->config.batch;
    pass->nodes = take_memory(pass, (size_t)network->op_count, sizeof *pass->nodes, &ok);
    pass->routes = take_memory(pass, (size_t)network->block_count, sizeof *pass->routes, &ok);
    pass->lesioned = take_memory(pass, (size_t)network->block_count, sizeof *pass->lesioned, &ok);
    pass->branch_scales = take_memory(pass, (size_t)network->block_count, sizeof *pass->branch_scales, &ok);
    pass->targets = take_memory(pass, batch, sizeof *pass->targets, &ok);
    pass->wanted_targets = take_memory(pass, batch, sizeof *pass->wanted_targets, &ok);
    if (!ok) return false;
    pass_set_branch_scales(pass, NULL);
    find_consumers(pass);
    if (runs_by_plan(pass)) return allocate_planned(pass);
    pass->scratch =
        arena_alloc_hot(pass->arena, scratch_count(network, pass->config.batch), sizeof *pass->scratch);
    open_choose(pass);
    back_choose(pass);
    ok = pass->scratch && chain_allocate(pass) && open_allocate(pass) && allocate_nodes(pass);
    if (!ok || pass->config.forward_only) return ok;
    if (!pass->config.no_param_gradients)
        pass->param_grads = arena_alloc_hot(pass->arena, network->value_count, sizeof(real));
    return ok && back_allocate(pass);
}

/* Loops count pixels and elements in int. */
static bool batch_fits(const Network *network, int batch) {
    for (int i = 0; i < network->op_count; i++)
        if (shape_count(network->ops[i].out) * (size_t)batch > INT_MAX) return false;
    return true;
}

/* A batch norm in training needs two values a channel: one value minus its own mean is always 0. */
static bool statistics_fit(const Network *network, const PassConfig *config, Error *err) {
    for (int i = 0; i < network->op_count && config->batch_statistics; i++) {
        const Op *op = &network->ops[i];
        if (network_op_param(network, i, PARAM_NORM_MEAN) && config->batch * op->in.h * op->in.w == 1)
            return error_set(err, ERROR_USAGE,
                             "%s: batch norm in training mode expects more than 1 value per channel, found a "
                             "batch of 1 on a 1x1 map",
                             op->name);
    }
    return true;
}

Pass *pass_new(const Network *network, const PassConfig *config, Error *err) {
    PassConfig wanted = *config;
    if (wanted.batch == 0) wanted.batch = 1;
    if (wanted.fast) wanted.forward_only = wanted.no_inspection = true;
    if (wanted.batch < 0 || !batch_fits(network, wanted.batch)) {
        error_set(err, ERROR_USAGE, "a batch of %d images of %s is too large", wanted.batch, network->arch);
        return NULL;
    }
    if (!statistics_fit(network, &wanted, err)) return NULL;
    Arena *arena = arena_new();
    Pass *pass = arena ? arena_alloc(arena, 1, sizeof *pass) : NULL;
    if (pass) *pass = (Pass){.network = network, .arena = arena, .config = wanted};
    if (pass && wanted.no_inspection && wanted.no_input_gradient)
        pass->learns_from = network_first_learning(network);
    if (!pass || !allocate_pass(pass)) {
        arena_free(arena);
        error_set(err, ERROR_FAILED, "not enough memory for a batch of %d in %s", wanted.batch,
                  network->arch);
        return NULL;
    }
    pass_set_skip(pass, wanted.skip, wanted.lesioned);
    pass_restart(pass, NULL);
    return pass;
}

void pass_free(Pass *pass) {
    if (pass) arena_free(pass->arena); /* the Pass itself lives in its arena */
}

void pass_set_skip(Pass *pass, SkipMode skip, const bool *lesioned) {
    size_t blocks = (size_t)pass->network->block_count;
    pass->config.skip = skip;
    pass->config.lesioned = pass->lesioned;
    memset(pass->lesioned, 0, blocks * sizeof *pass->lesioned);
    if (lesioned) memcpy(pass->lesioned, lesioned, blocks * sizeof *pass->lesioned);
    if (pass->plan) plan_compile(pass);
}

void pass_set_batch_statistics(Pass *pass, bool batch_statistics) {
    assert(!pass->plan);
    pass->config.batch_statistics = batch_statistics;
}

void pass_set_branch_scales(Pass *pass, const real *scales) {
    for (int b = 0; b < pass->network->block_count; b++) pass->branch_scales[b] = scales ? scales[b] : 1;
}

real *pass_input(Pass *pass) {
    return pass->nodes[0].act;
}

void pass_restart(Pass *pass, const int *targets) {
    for (int n = 0; n < pass->config.batch; n++) pass->wanted_targets[n] = targets ? targets[n] : -1;
    /* What comes first takes the same place in every pass: only the first one touches new pages. */
    for (int k = 0; k < BACK_PLACES && pass->back_places; k++) pass->back_places[k].turn = false;
    pass->forward_done = pass->backward_done = 0;
    if (pass->plan) plan_restart(pass);
}

void pass_restart_at(Pass *pass, int block, const int *targets) {
    pass_restart(pass, targets);
    if (pass->plan) plan_restart_at(pass, block);
}

static const real *act_where(const Node *node) {
    return node->value ? node->value : node->act;
}

/* Where nobody looks at gradients, those of frozen kernels cost nothing; an op of several parameters has all or none. */
static bool wants_gradient(const Pass *pass, const Param *param) {
    bool spared = pass->config.no_inspection && param->frozen && param->role == PARAM_CONV_WEIGHT;
    return param_role_learns(param->role) && param->op >= pass->learns_from && !spared;
}

OpRun pass_run_of(const Pass *pass, int i) {
    const Network *network = pass->network;
    const Op *op = &network->ops[i];
    const Node *node = &pass->nodes[i];
    OpRun run = {.op = op,
                 .batch = pass->config.batch,
                 .batch_statistics = pass->config.batch_statistics && !network_op_is_fixed(network, i),
                 .fast = pass->config.rounds_more,
                 .gates = pass_add_gates(pass, i),
                 .targets = pass->targets,
                 .label_smoothing = pass->config.label_smoothing,
                 .y = node->act,
                 .saved = node->saved,
                 .scratch = pass->scratch,
                 .dy = node->grad};
    for (int k = 0; k < op->input_count; k++) run.x[k] = act_where(&pass->nodes[op->inputs[k]]);
    for (int k = 0; k < op->param_count; k++) {
        const Param *param = &network->params[op->param_first + k];
        run.w[k] = network_const_values(network, param);
        if (pass->param_grads && wants_gradient(pass, param)) run.dw[k] = pass->param_grads + param->offset;
    }
    return run;
}

OpRun pass_backward_run_of(const Pass *pass, int i) {
    const Op *op = &pass->network->ops[i];
    const OpSpec *spec = op_spec(op->kind);
    if (spec->backward_reads_y) open_fill(pass, i);
    for (int k = 0; k < op->input_count && spec->backward_reads_x; k++) open_fill(pass, op->inputs[k]);
    OpRun run = pass_run_of(pass, i);
    if (!spec->backward_reads_y) run.y = NULL;
    for (int k = 0; k < op->input_count && !spec->backward_reads_x; k++) run.x[k] = NULL;
    return run;
}

/* Nothing that has been found of an earlier run holds for this one. */
static void forget_act(Node *node) {
    node->act_stats.known = node->act_profile.known = false;
    node->value = node->open ? NULL : node->act;
}

/* An op that computes cell by cell takes open inputs stretch by stretch; another one, or one with statistics of this
 * batch, has to have them whole. */
static void run_op_forward(Pass *pass, int i) {
    OpRun run = pass_run_of(pass, i);
    const OpSpec *spec = op_spec(run.op->kind);
    bool whole = !spec->cells || (spec->begin && run.batch_statistics);
    for (int k = 1; k < run.op->input_count && whole; k++) open_fill(pass, run.op->inputs[k]);
    if (run.op->input_count > 0 && whole) run.x[0] = open_read(pass, run.op->inputs[0]);
    if (spec->cells) {
        if (spec->begin) spec->begin(&run);
        open_forward(pass, i);
        return;
    }
    run.soon = foresee_forward(pass, i);
    run.prepared = prepared_get(&pass->nodes[i].prepared, &run, pass->network->version);
    spec->forward(&run);
}

/* The loss replaces -1 by the prediction; starting from what was asked makes the step repeatable. */
static void take_targets(Pass *pass) {
    memcpy(pass->targets, pass->wanted_targets, (size_t)pass->config.batch * sizeof *pass->targets);
}

bool pass_step_forward(Pass *pass) {
    int i = pass->forward_done;
    if (i == pass->network->op_count) return false;
    if (i == 0 || i == network_loss_op(pass->network)) take_targets(pass);
    if (pass->plan) {
        plan_step(pass);
        return true;
    }
    int block = pass->network->ops[i].block;
    forget_act(&pass->nodes[i]);
    run_op_forward(pass, i);
    pass->forward_done = i + 1;
    if (block >= 0) pass->routes[block].terms.known = false;
    return true;
}

PassNext pass_next(const Pass *pass) {
    if (pass->forward_done == pass->network->op_count) return (PassNext){.op = -1};
    return pass->plan ? plan_next(pass) : (PassNext){pass->forward_done, pass->config.batch};
}

/* After op i's backward: gradients whose last part has just arrived. */
static void complete_gradients(Pass *pass, int i) {
    const Op *op = &pass->network->ops[i];
    for (int k = 0; k < op->input_count; k++) {
        Node *node = &pass->nodes[op->inputs[k]];
        if (node->first_consumer != i) continue;
        node->grad_stats.known = node->grad_profile.known = false;
        if (node->block < 0) continue;
        RouteParts *route = &pass->routes[node->block];
        route->junction.known = route->branch_profile.known = route->skip_profile.known = false;
    }
}

/* Nothing is there yet but the gradient of the loss itself, 1. */
static void begin_backward(Pass *pass) {
    int loss = pass->network->op_count - 1;
    for (int i = 0; i <= loss; i++) pass->nodes[i].grad_value = NULL;
    for (int b = 0; b < pass->network->block_count; b++) pass->routes[b].skip_is_there = false;
    Node *node = &pass->nodes[loss];
    node->grad_value = node->grad;
    node->grad[0] = 1;
    node->grad_stats = tensor_stats(node->grad, 1);
}

/* Where nobody looks at gradients, the way back ends at the lowest op that learns. */
bool pass_step_backward(Pass *pass) {
    int count = pass->network->op_count, i = count - 1 - pass->backward_done;
    if (pass->config.forward_only || pass->forward_done < count || i < pass->learns_from) return false;
    if (i == count - 1) begin_backward(pass);
    back_step(pass, i);
    pass->backward_done++;
    complete_gradients(pass, i);
    return true;
}

void pass_run_forward(Pass *pass) {
    while (pass_step_forward(pass)) {
    }
}

void pass_run_backward(Pass *pass) {
    while (pass_step_backward(pass)) {
    }
}
