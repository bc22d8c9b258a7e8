#include "app/measure/gradflow.h"

#include <math.h>
#include <stdlib.h>

static bool alloc_flow(Flow *flow, const Network *network, Error *err) {
    flow->blocks = calloc((size_t)network->block_count, sizeof *flow->blocks);
    flow->op_l2 = calloc((size_t)network->op_count, sizeof *flow->op_l2);
    flow->param_l2 = calloc((size_t)network->param_count, sizeof *flow->param_l2);
    return (flow->blocks && flow->op_l2 && flow->param_l2) ||
           error_set(err, ERROR_FAILED, "not enough memory");
}

static double known_l2(Stats stats) {
    return stats.known ? stats.l2 : NAN;
}

static void read_pass(Flow *flow, const Pass *pass) {
    const Network *network = pass_network(pass);
    flow->loss = pass_loss(pass);
    flow->batch = pass_batch(pass);
    flow->batch_statistics = pass_batch_statistics(pass);
    for (int b = 0; b < network->block_count; b++) flow->blocks[b] = pass_junction(pass, b);
    for (int i = 0; i < network->op_count; i++) flow->op_l2[i] = known_l2(pass_grad_stats(pass, i));
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        flow->param_l2[p] =
            param_role_learns(param->role) ? known_l2(pass_param_grad_stats(pass, param)) : NAN;
    }
}

/* Later runs of the batch follow the same loss, also where they would predict something else. */
static bool keep_targets(Batch *batch, const Pass *pass, Error *err) {
    if (batch->targets) return true;
    batch->targets = calloc((size_t)batch->count, sizeof *batch->targets);
    if (!batch->targets) return error_set(err, ERROR_FAILED, "not enough memory");
    for (int n = 0; n < batch->count; n++) batch->targets[n] = pass_target(pass, n);
    return true;
}

bool gradflow_measure(Flow *flow, const Setup *setup, const Options *options, Batch *batch, Error *err) {
    PassConfig config;
    bool *lesioned;
    *flow = (Flow){.without_skip = options->run.without_skip};
    if (!setup_pass_config(setup, options, &config, &lesioned, err)) return false;
    Pass *pass = setup_new_pass(setup, &config, batch, err);
    bool ok = pass && alloc_flow(flow, setup->model->network, err);
    if (ok) {
        pass_run_forward(pass);
        pass_run_backward(pass);
        read_pass(flow, pass);
        ok = keep_targets(batch, pass, err);
    }
    pass_free(pass);
    free(lesioned);
    return ok;
}

void gradflow_free(Flow *flow) {
    free(flow->blocks);
    free(flow->op_l2);
    free(flow->param_l2);
    *flow = (Flow){0};
}
