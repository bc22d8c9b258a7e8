#include "tests/support/pass_check.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/tensor/elementwise.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

Network *pass_check_network(const char *arch, char shortcut) {
    ResnetConfig config = {.shortcut = shortcut};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    return fixture_network(&config, 0);
}

Pass *pass_check_run(const Network *network, PassConfig config) {
    Pass *pass = fixture_pass(network, &config, 0);
    pass_run_forward(pass);
    pass_run_backward(pass);
    return pass;
}

void pass_check_bits(const real *a, const real *b, size_t count, const char *what) {
    if (!a || !b || memcmp(a, b, count * sizeof *a) != 0) fail_msg("%s differs", what);
}

void pass_check_within(const real *a, const real *b, size_t count, double tolerance) {
    double largest = 0;
    for (size_t j = 0; j < count; j++) largest = fmax(largest, fabs((double)a[j]));
    for (size_t j = 0; j < count; j++) {
        double difference = fabs((double)a[j] - (double)b[j]);
        if (!(difference <= tolerance * largest)) /* not so of NaN, either */
            fail_msg("element %zu of %zu: %.9g and %.9g differ by more than %g of %.9g", j, count,
                     (double)a[j], (double)b[j], tolerance, largest);
    }
}

static void *memory(size_t size) {
    void *block = calloc(size ? size : 1, 1);
    assert_non_null(block);
    return block;
}

real **pass_check_acts(const Pass *pass) {
    const Network *network = pass_network(pass);
    real **acts = memory((size_t)network->op_count * sizeof *acts);
    acts[0] = memory(pass_act_count(pass, 0) * sizeof(real));
    memcpy(acts[0], pass->nodes[0].act, pass_act_count(pass, 0) * sizeof(real));
    for (int i = 1; i < network->op_count; i++) {
        const OpSpec *spec = op_spec(network->ops[i].kind);
        OpRun run = pass_run_of(pass, i);
        run.y = acts[i] = memory(pass_act_count(pass, i) * sizeof(real));
        run.saved = memory(spec->saved_bytes ? spec->saved_bytes(run.op, run.batch) : 0);
        run.prepared = pass->nodes[i].prepared.data;
        for (int k = 0; k < run.op->input_count; k++) run.x[k] = acts[run.op->inputs[k]];
        spec->forward(&run);
        free(run.saved);
    }
    return acts;
}

/* What op hands down for input k: its first reader to arrive writes it, the other adds. */
static real *aim(const Pass *pass, real **grads, int input) {
    bool first = grads[input] == NULL;
    if (first) grads[input] = memory(pass_act_count(pass, input) * sizeof(real));
    return first ? grads[input] : memory(pass_act_count(pass, input) * sizeof(real));
}

static void arrive(const Pass *pass, real **grads, int input, real *part) {
    if (part == grads[input]) return;
    elementwise_add(grads[input], part, pass_act_count(pass, input));
    free(part);
}

real **pass_check_grads(const Pass *pass, real **acts, real *param_grads) {
    const Network *network = pass_network(pass);
    real **grads = memory((size_t)network->op_count * sizeof *grads);
    grads[network->op_count - 1] = memory(sizeof(real));
    grads[network->op_count - 1][0] = 1;
    for (int i = network->op_count - 1; i > 0; i--) {
        OpRun run = pass_run_of(pass, i);
        for (int k = 0; k < run.op->input_count; k++) {
            run.x[k] = acts[run.op->inputs[k]];
            run.dx[k] = aim(pass, grads, run.op->inputs[k]);
        }
        for (int k = 0; k < run.op->param_count; k++) {
            const Param *param = &network->params[run.op->param_first + k];
            run.dw[k] = param_grads && param_role_learns(param->role) ? param_grads + param->offset : NULL;
        }
        run.y = acts[i];
        run.dy = grads[i];
        op_spec(run.op->kind)->backward(&run);
        for (int k = 0; k < run.op->input_count; k++) arrive(pass, grads, run.op->inputs[k], run.dx[k]);
    }
    return grads;
}

void pass_check_free(const Network *network, real **tensors) {
    for (int i = 0; i < network->op_count; i++) free(tensors[i]);
    free(tensors);
}

void pass_check_pages(PassPages *pages, const real *data, size_t count) {
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)data + size - 1) / size * size, to = (uintptr_t)(data + count) / size * size;
    unsigned char *states = memory((to - from) / size);
    assert_int_equal(mincore((void *)from, to - from, states), 0);
    for (size_t k = 0; k < (to - from) / size; k++) pages->there += states[k] & 1;
    pages->all += (to - from) / size;
    free(states);
}
