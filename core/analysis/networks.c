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
    utf8_format(config.arch, sizeof config.arch, "%s%d%s", build->plain ? "plain" : "resnet", build->depth,
                build->norm_free ? RESNET_NORM_FREE : "");
    Network *network = build_like(&config, like, err);
    if (network) network_init_values(network, &build->init);
    return network;
}

int analysis_depth_of(const Network *network) {
    return atoi(network->arch + strcspn(network->arch, "0123456789"));
}

static void copy_values(Network *to, const Network *from) {
    for (int p = 0; p < to->param_count; p++) {
        const Param *param = &to->params[p], *source = network_find_param(from, param->name);
        if (source && source->count == param->count)
            memcpy(network_values(to, param), network_const_values(from, source),
                   param->count * sizeof(real));
    }
}

Network *analysis_twin(const Network *network, Error *err) {
    ResnetConfig config = {.classes = network->classes,
                           .stride_in_1x1 = network->stride_in_1x1,
                           .shortcut = network->shortcut == '-' ? 'A' : 0};
    utf8_format(config.arch, sizeof config.arch, "%s%.17s", network->shortcut == '-' ? "resnet" : "plain",
                network->arch + strcspn(network->arch, "0123456789"));
    Network *twin = build_like(&config, network, err);
    if (twin) copy_values(twin, network);
    return twin;
}

static Network *same_shape(const Network *network, Error *err) {
    ResnetConfig config = {.classes = network->classes,
                           .stride_in_1x1 = network->stride_in_1x1,
                           .shortcut = network->shortcut == '-' ? 0 : network->shortcut};
    utf8_copy(config.arch, sizeof config.arch, network->arch);
    return build_like(&config, network, err);
}

Network *analysis_copy(const Network *network, Error *err) {
    Network *copy = same_shape(network, err);
    if (copy) copy_values(copy, network);
    return copy;
}

Network *analysis_fresh(const Network *network, const InitConfig *init, Error *err) {
    Network *fresh = same_shape(network, err);
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

bool analysis_calibrate(Network *network, const AnalysisBatch *batch, Error *err) {
    AnalysisBatch wanted = *batch;
    wanted.batch_statistics = wanted.forward_only = true;
    Pass *pass = analysis_run(network, &wanted, err);
    if (!pass) return false;
    for (int i = 0; i < network->op_count; i++)
        if (network->ops[i].kind == OP_BATCH_NORM) take_statistics(network, pass, &network->ops[i]);
    pass_free(pass);
    return true;
}

Pass *analysis_run(const Network *network, const AnalysisBatch *batch, Error *err) {
    PassConfig config = {.batch = batch->count,
                         .batch_statistics = batch->batch_statistics,
                         .forward_only = batch->forward_only,
                         .no_inspection = batch->forward_only || batch->no_inspection};
    Pass *pass = pass_new(network, &config, err);
    if (!pass) return NULL;
    memcpy(pass_input(pass), batch->images,
           (size_t)batch->count * shape_count(network->input) * sizeof(real));
    pass_restart(pass, batch->targets);
    pass_run_forward(pass);
    if (!batch->forward_only) pass_run_backward(pass);
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
