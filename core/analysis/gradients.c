#include "core/analysis/gradients.h"

#include <math.h>
#include <stdlib.h>

static bool allocate_gradients(Gradients *out, const Network *network) {
    out->blocks = calloc((size_t)out->block_count, sizeof *out->blocks);
    out->ops = calloc((size_t)network->op_count, sizeof *out->ops);
    out->params = calloc((size_t)network->param_count, sizeof *out->params);
    out->targets = calloc((size_t)out->batch, sizeof *out->targets);
    return out->blocks && out->ops && out->params && out->targets;
}

static double known_l2(Stats stats) {
    return stats.known ? stats.l2 : NAN;
}

bool gradients_read(Gradients *out, const Pass *pass) {
    const Network *network = pass_network(pass);
    *out = (Gradients){.batch_statistics = pass_batch_statistics(pass),
                       .batch = pass_batch(pass),
                       .block_count = network->block_count,
                       .loss = pass_loss(pass)};
    if (!allocate_gradients(out, network)) return false;
    for (int b = 0; b < network->block_count; b++) out->blocks[b] = pass_junction(pass, b);
    for (int i = 0; i < network->op_count; i++) out->ops[i] = known_l2(pass_grad_stats(pass, i));
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        out->params[p] = param_role_learns(param->role) ? known_l2(pass_param_grad_stats(pass, param)) : NAN;
    }
    for (int n = 0; n < out->batch; n++) out->targets[n] = pass_target(pass, n);
    return true;
}

bool gradients_measure(Gradients *out, const AnalysisInput *input, Error *err) {
    *out = (Gradients){.batch = 0};
    Pass *pass = analysis_run_pass(input, err);
    if (!pass) return false;
    bool ok = gradients_read(out, pass) || error_set(err, ERROR_FAILED, "not enough memory");
    pass_free(pass);
    return ok;
}

void gradients_clear(Gradients *gradients) {
    free(gradients->blocks);
    free(gradients->ops);
    free(gradients->params);
    free(gradients->targets);
    *gradients = (Gradients){.batch = 0};
}
