#include "core/analysis/networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

static Network *build_like(const ResnetConfig *config, const Network *like, Error *err) {
    Network *network = resnet_new(config, err);
    if (!network || shape_equal(network->input, like->input)) return network;
    error_set(err, ERROR_USAGE, "%s reads pictures of %dx%d, and these are %dx%d as %s reads them",
              config->arch, network->input.h, network->input.w, like->input.h, like->input.w, like->arch);
    network_free(network);
    return NULL;
}

Network *analysis_build(const AnalysisBuild *build, const Network *like, Error *err) {
    ResnetConfig config = {.classes = like->classes};
    arch_format(build->arch, config.arch);
    Network *network = build_like(&config, like, err);
    if (network) network_init_values(network, &build->init);
    return network;
}

Network *analysis_copy(const Network *network, Error *err) {
    ResnetConfig config = resnet_config_of(network);
    Network *copy = resnet_new(&config, err);
    if (copy) network_copy_values(copy, network);
    return copy;
}

Network *analysis_fresh(const Network *network, const InitConfig *init, Error *err) {
    ResnetConfig config = resnet_config_of(network);
    Network *fresh = resnet_new(&config, err);
    if (fresh) network_init_values(fresh, init);
    return fresh;
}

static void take_statistics(Network *network, const Pass *pass, const Op *op) {
    const real *mean = pass_norm_mean(pass, op->index), *var = pass_norm_var(pass, op->index);
    for (int p = op->param_first; p < op->param_first + op->param_count; p++) {
        const Param *param = &network->params[p];
        const real *from = param->role == PARAM_NORM_MEAN ? mean : var;
        if (!param_role_learns(param->role))
            memcpy(network_values(network, param), from, param->count * sizeof(real));
    }
}

void analysis_calibrate(Network *network, const Pass *pass) {
    for (int i = 0; i < network->op_count; i++)
        if (network_op_param(network, i, PARAM_NORM_MEAN)) take_statistics(network, pass, &network->ops[i]);
}

bool analysis_pass_is_small(const Network *network, int images) {
    /* Multiply-adds that one thread does in some hundredths of a second: nobody waits for a pass of so many. */
    static const double SMALL = 2e9;
    return (double)network_macs(network) * images <= SMALL;
}

Pass *analysis_open(const Network *network, const AnalysisBatch *batch, Error *err) {
    PassConfig config = {.batch = batch->count,
                         .batch_statistics = batch->batch_statistics,
                         .fast = batch->forward_only,
                         .rounds_more = batch->rounds_more,
                         .no_inspection = batch->no_inspection,
                         .no_input_gradient = batch->no_input_gradient,
                         .no_param_gradients = batch->no_param_gradients};
    Pass *pass = pass_new(network, &config, err);
    if (!pass) return NULL;
    memcpy(pass_input(pass), batch->images,
           (size_t)batch->count * shape_count(network->input) * sizeof(real));
    pass_restart(pass, batch->targets);
    return pass;
}

Pass *analysis_run(const Network *network, const AnalysisBatch *batch, Error *err) {
    Pass *pass = analysis_open(network, batch, err);
    while (pass && analysis_advance(pass)) {
    }
    return pass;
}

static void format_init(const InitConfig *init, char out[64]) {
    static const char *const names[] = {[INIT_HE] = "he",
                                        [INIT_GLOROT] = "glorot",
                                        [INIT_NORMAL] = "normal",
                                        [INIT_GAIN] = "gain",
                                        [INIT_ZERO_GAMMA] = "zero-gamma"};
    char value[32] = "";
    if (init->kind == INIT_NORMAL || init->kind == INIT_GAIN)
        snprintf(value, sizeof value, ":%g", init->kind == INIT_GAIN ? init->gain : init->std);
    utf8_format(out, 64, "%s%s, seed %llu", names[init->kind], value, init->seed);
}

void analysis_say_init(AnalysisResult *result, const InitConfig *init) {
    char text[64];
    format_init(init, text);
    utf8_append(result->subject, sizeof result->subject, "; built beside it: %s", text);
}

void analysis_say_fresh(AnalysisResult *result, const InitConfig *init, const char *what) {
    char pictures[ANALYSIS_TEXT_MAX] = "", text[64] = "";
    const char *after = strstr(result->subject, "; ");
    if (after) utf8_copy(pictures, sizeof pictures, after);
    if (init) format_init(init, text);
    utf8_format(result->subject, sizeof result->subject,
                "fresh networks with random weights, %s%s, a batch's BN%.*s", text, what,
                utf8_first(pictures, 400), pictures);
}
