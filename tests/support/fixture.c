#include "tests/support/fixture.h"

#include <math.h>
#include <string.h>

#include "tests/support/assert_close.h"

enum { FIXTURE_BATCH_MAX = 256 };

uint64_t fixture_seed(const char *name, uint64_t salt) {
    uint64_t value = 0xCBF29CE484222325u;
    for (const char *p = name; *p; p++) value = (value ^ (unsigned char)*p) * 0x100000001B3u;
    return value + salt * FIXTURE_GOLDEN_RATIO;
}

double fixture_uniform(uint64_t seed, uint64_t j) {
    return (double)(fixture_hash(seed, j) >> 40) / (1 << 23) - 1;
}

size_t fixture_tensor_index(Shape shape, size_t at) {
    size_t w = at % (size_t)shape.w, h = at / (size_t)shape.w % (size_t)shape.h;
    size_t plane = at / (size_t)shape.w / (size_t)shape.h;
    size_t c = plane % (size_t)shape.c, n = plane / (size_t)shape.c;
    return ((n * (size_t)shape.h + h) * (size_t)shape.w + w) * (size_t)shape.c + c;
}

typedef struct Range {
    double center, scale;
} Range;

static bool closes_branch(const Network *network, int op) {
    int block = network->ops[op].block;
    if (block < 0 || network->blocks[block].shortcut == SHORTCUT_NONE) return false;
    return network->blocks[block].branch_last == op;
}

static Range range_of(const Network *network, const Param *param) {
    switch (param->role) {
    case PARAM_CONV_WEIGHT:
        return (Range){0, sqrt(6.0 / ((double)param->dims[0] * param->dims[2] * param->dims[3]))};
    case PARAM_LINEAR_WEIGHT: return (Range){0, 1.0 / sqrt((double)param->dims[1])};
    case PARAM_NORM_WEIGHT: return closes_branch(network, param->op) ? (Range){0.25, 0.125} : (Range){1, 0.5};
    case PARAM_NORM_VAR: return (Range){1, 0.5};
    case PARAM_LINEAR_BIAS:
    case PARAM_NORM_BIAS:
    case PARAM_NORM_MEAN: break;
    }
    return (Range){0, 0.25};
}

static void fill_param(const Network *network, const Param *param, real *values, uint64_t salt) {
    Range range = range_of(network, param);
    bool conv = param->role == PARAM_CONV_WEIGHT;
    size_t taps = conv ? (size_t)param->dims[2] * (size_t)param->dims[3] : 1;
    size_t inner = conv ? (size_t)param->dims[1] : 1, outer = param->count / taps / inner;
    uint64_t seed = fixture_seed(param->name, salt), j = 0;
    for (size_t k = 0; k < outer; k++)
        for (size_t c = 0; c < inner; c++)
            for (size_t tap = 0; tap < taps; tap++)
                values[conv ? (tap * inner + c) * outer + k : k * inner + c] =
                    (real)(float)(range.center + range.scale * fixture_uniform(seed, j++));
}

void fixture_fill_network(Network *network, uint64_t salt) {
    for (int p = 0; p < network->param_count; p++)
        fill_param(network, &network->params[p], network_values(network, &network->params[p]), salt);
}

void fixture_fill_input(Pass *pass, uint64_t salt) {
    Shape shape = op_output_shape(&pass_network(pass)->ops[0], pass_batch(pass));
    uint64_t seed = fixture_seed("input", salt);
    real *x = pass_input(pass);
    for (size_t j = 0; j < shape_count(shape); j++)
        x[fixture_tensor_index(shape, j)] = (real)(2 * fixture_uniform(seed, j));
}

int fixture_target(int image, int classes) {
    return (7 * image + 3) % classes;
}

void fixture_fill(real *values, size_t count, double scale, const char *name) {
    uint64_t seed = fixture_seed(name, 0);
    for (size_t j = 0; j < count; j++) values[j] = (real)(scale * fixture_uniform(seed, j));
}

void fixture_note_network(const ResnetConfig *config) {
    const char option[] = {config->shortcut, '\0'};
    subject_note(SUBJECT_NETWORK, "%s%s%s%s", config->arch, *option ? ", option " : "", option,
                 config->stride_in_1x1 ? ", stride in the first 1x1" : "");
}

static void note_pass(const PassConfig *config) {
    subject_note(SUBJECT_PASS, "%s, batch %d, without skip: %s",
                 config->batch_statistics ? "batch statistics" : "running statistics",
                 config->batch ? config->batch : 1, skip_mode_name(config->skip));
}

Network *fixture_network(const ResnetConfig *config, uint64_t salt) {
    Error err = {0};
    fixture_note_network(config);
    Network *network = resnet_new(config, &err);
    if (!network) fail_msg("%s", err.text);
    fixture_fill_network(network, salt);
    return network;
}

Pass *fixture_pass(const Network *network, const PassConfig *config, uint64_t salt) {
    Error err = {0};
    int targets[FIXTURE_BATCH_MAX];
    note_pass(config);
    Pass *pass = pass_new(network, config, &err);
    if (!pass) fail_msg("%s", err.text);
    for (int n = 0; n < pass_batch(pass); n++) targets[n] = fixture_target(n, network->classes);
    fixture_fill_input(pass, salt);
    pass_restart(pass, targets);
    return pass;
}
