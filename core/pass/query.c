/* Looking at a pass: how far it is, its tensors, statistics and junctions. */
#include <assert.h>
#include <math.h>

#include "core/pass/state.h"

const char *skip_mode_name(SkipMode mode) {
    static const char *const names[] = {"none", "plain", "cut", "lesion"};
    return names[mode];
}

const Network *pass_network(const Pass *pass) {
    return pass->network;
}

int pass_batch(const Pass *pass) {
    return pass->config.batch;
}

SkipMode pass_skip_mode(const Pass *pass) {
    return pass->config.skip;
}

bool pass_batch_statistics(const Pass *pass) {
    return pass->config.batch_statistics;
}

bool pass_is_forward_only(const Pass *pass) {
    return pass->config.forward_only;
}

bool pass_block_is_lesioned(const Pass *pass, int block) {
    return pass->config.skip == SKIP_LESION && pass->lesioned[block];
}

/* The three meanings of "without skip" are nothing but gates of the additions. */
AddGates pass_add_gates(const Pass *pass, int op) {
    AddGates gates = {true, true, true, true, 0};
    const Op *o = &pass->network->ops[op];
    if (!network_is_addition(pass->network, op)) return gates;
    switch (pass->config.skip) {
    case SKIP_NONE_REMOVED: break;
    case SKIP_PLAIN: gates.skip_forward = gates.skip_backward = false; break;
    case SKIP_CUT: gates.skip_backward = false; break;
    case SKIP_LESION:
        gates.branch_forward = gates.branch_backward = !pass->lesioned[o->block];
        if (pass->config.others_plain) gates.skip_forward = gates.skip_backward = pass->lesioned[o->block];
        break;
    }
    real scale = pass->branch_scales[o->block];
    if (scale == 0) gates.branch_forward = gates.branch_backward = false;
    if (scale != 1) gates.branch_scale = scale;
    return gates;
}

int pass_target(const Pass *pass, int image) {
    return pass->forward_done == pass->network->op_count ? pass->targets[image] : pass->wanted_targets[image];
}

int pass_forward_done(const Pass *pass) {
    return pass->forward_done;
}

int pass_backward_done(const Pass *pass) {
    return pass->backward_done;
}

static bool is_reached(const Pass *pass, int op) {
    return pass->plan ? pass->forward_done == pass->network->op_count : op < pass->forward_done;
}

static bool act_is_ready(const Pass *pass, int op) {
    return is_reached(pass, op) && pass->nodes[op].act;
}

static bool backward_ran(const Pass *pass, int op) {
    return op >= pass->network->op_count - pass->backward_done;
}

static bool grad_is_ready(const Pass *pass, int op) {
    int consumer = pass->nodes[op].first_consumer;
    if (op == 0 && pass->config.no_input_gradient) return false;
    return pass->backward_done > 0 && (consumer < 0 || backward_ran(pass, consumer));
}

Tensor pass_act(const Pass *pass, int op) {
    Shape shape = op_output_shape(&pass->network->ops[op], pass->config.batch);
    if (!act_is_ready(pass, op)) return (Tensor){shape, NULL};
    open_fill(pass, op);
    return (Tensor){shape, pass->nodes[op].act};
}

Tensor pass_grad(const Pass *pass, int op) {
    Shape shape = op_output_shape(&pass->network->ops[op], pass->config.batch);
    if (!grad_is_ready(pass, op)) return (Tensor){shape, NULL};
    back_fill(pass, op);
    return (Tensor){shape, pass->nodes[op].grad};
}

const real *pass_param_grad(const Pass *pass, const Param *param) {
    if (!param_role_learns(param->role) || !backward_ran(pass, param->op) || !pass->param_grads) return NULL;
    return pass->param_grads + param->offset;
}

const real *pass_param_grads(const Pass *pass) {
    return pass->param_grads;
}

const real *pass_peek(const Pass *pass, int op) {
    return act_is_ready(pass, op) ? open_read(pass, op) : NULL;
}

/* Measured at the first call, then kept until the op is run again. */
Stats pass_act_stats(const Pass *pass, int op) {
    Stats *stats = &pass->nodes[op].act_stats;
    if (!act_is_ready(pass, op) || pass->config.no_inspection) return (Stats){0};
    if (!stats->known) *stats = tensor_stats(open_read(pass, op), pass_act_count(pass, op));
    return *stats;
}

Stats pass_grad_stats(const Pass *pass, int op) {
    Stats *stats = &pass->nodes[op].grad_stats;
    if (!grad_is_ready(pass, op)) return (Stats){0};
    if (!stats->known && !pass->config.no_inspection)
        *stats = tensor_stats(back_read(pass, op), pass_act_count(pass, op));
    return stats->known ? *stats : (Stats){0};
}

Stats pass_param_grad_stats(const Pass *pass, const Param *param) {
    const real *grad = pass_param_grad(pass, param);
    return grad ? tensor_stats(grad, param->count) : (Stats){0};
}

double pass_loss(const Pass *pass) {
    int loss = network_loss_op(pass->network);
    return act_is_ready(pass, loss) ? (double)pass->nodes[loss].act[0] : NAN;
}

OpSight pass_sight(const Pass *pass, int op) {
    const Op *o = &pass->network->ops[op];
    if (act_is_ready(pass, op)) open_fill(pass, op);
    for (int k = 0; k < o->input_count; k++)
        if (act_is_ready(pass, o->inputs[k])) open_fill(pass, o->inputs[k]);
    OpSight sight = {.run = pass_run_of(pass, op), .y = pass_act_stats(pass, op), .skip = pass->config.skip};
    sight.run.dy = pass_grad(pass, op).data;
    if (o->input_count > 0) sight.x = pass_act_stats(pass, o->inputs[0]);
    if (o->block >= 0) {
        sight.is_lesioned = pass_block_is_lesioned(pass, o->block);
        sight.is_identity = pass->network->blocks[o->block].shortcut == SHORTCUT_IDENTITY;
        if (network_is_addition(pass->network, op)) sight.terms = pass_addition_terms(pass, o->block);
    }
    return sight;
}

static const real *norm_saved(const Pass *pass, int op, int which) {
    const Op *o = &pass->network->ops[op];
    assert(network_op_param(pass->network, op, PARAM_NORM_MEAN));
    return is_reached(pass, op) && pass->nodes[op].saved
               ? (const real *)pass->nodes[op].saved + (size_t)which * (size_t)o->out.c
               : NULL;
}

const real *pass_norm_mean(const Pass *pass, int op) {
    return norm_saved(pass, op, 0);
}

const real *pass_norm_var(const Pass *pass, int op) {
    return norm_saved(pass, op, 1);
}

const real *pass_norm_inv_std(const Pass *pass, int op) {
    return norm_saved(pass, op, 2);
}

const int *pass_max_pool_choice(const Pass *pass, int op) {
    assert(op_spec(pass->network->ops[op].kind)->chooses);
    return act_is_ready(pass, op) ? pass->nodes[op].saved : NULL;
}

const double *pass_probabilities(const Pass *pass) {
    int loss = network_loss_op(pass->network);
    return act_is_ready(pass, loss) ? pass->nodes[loss].saved : NULL;
}

static Junction measure_junction(const Pass *pass, int block) {
    const Block *b = &pass->network->blocks[block];
    size_t count = pass_act_count(pass, b->input);
    Junction j = {.known = true,
                  .in_l2 = pass_grad_stats(pass, b->input).l2,
                  .out_l2 = pass_grad_stats(pass, b->output).l2};
    if (b->shortcut == SHORTCUT_NONE) {
        j.branch_l2 = j.in_l2;
        j.cosine = NAN;
        return j;
    }
    const real *branch = back_read_route(pass, block, ROUTE_BRANCH);
    const real *skip = back_read_route(pass, block, ROUTE_SKIP);
    j.skip_l2 = sqrt(tensor_dot(skip, skip, count));
    j.branch_l2 = sqrt(tensor_dot(branch, branch, count));
    j.cosine = tensor_dot(skip, branch, count) / (j.skip_l2 * j.branch_l2);
    return j;
}

Junction pass_junction(const Pass *pass, int block) {
    Junction *junction = &pass->routes[block].junction;
    int input = pass->network->blocks[block].input;
    if (!pass_keeps_routes(pass) || !grad_is_ready(pass, input)) return (Junction){0};
    if (!junction->known) *junction = measure_junction(pass, block);
    return *junction;
}

AdditionTerms pass_addition_terms(const Pass *pass, int block) {
    const Block *b = &pass->network->blocks[block];
    AdditionTerms *terms = &pass->routes[block].terms;
    if (b->shortcut == SHORTCUT_NONE) return (AdditionTerms){0};
    Tensor branch = pass_act(pass, b->branch_last), skip = pass_act(pass, b->shortcut_last);
    if (!branch.data || !skip.data) return (AdditionTerms){0};
    if (terms->known) return *terms;
    size_t count = shape_count(branch.shape);
    double branch_l2 = sqrt(tensor_dot(branch.data, branch.data, count));
    double skip_l2 = sqrt(tensor_dot(skip.data, skip.data, count));
    *terms = (AdditionTerms){.known = true,
                             .branch_l2 = branch_l2,
                             .skip_l2 = skip_l2,
                             .ratio = branch_l2 / skip_l2,
                             .cosine = tensor_dot(branch.data, skip.data, count) / (branch_l2 * skip_l2)};
    return *terms;
}

Tensor pass_route_grad(const Pass *pass, int block, Route route) {
    const Block *b = &pass->network->blocks[block];
    const RouteParts *parts = &pass->routes[block];
    Shape shape = op_output_shape(&pass->network->ops[b->input], pass->config.batch);
    if (!pass_keeps_routes(pass) || !grad_is_ready(pass, b->input)) return (Tensor){shape, NULL};
    if (b->shortcut != SHORTCUT_NONE) {
        back_fill_route(pass, block, route);
        return (Tensor){shape, route == ROUTE_SKIP ? parts->skip : parts->branch};
    }
    return route == ROUTE_BRANCH ? pass_grad(pass, b->input) : (Tensor){shape, NULL};
}
