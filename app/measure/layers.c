#include "app/measure/layers.h"

#include <math.h>
#include <stdlib.h>

#include "app/measure/bench.h"
#include "core/base/clock.h"
#include "core/pass/pass.h"

/* Without --rounds. */
#define LAYERS_SECONDS 2.0

enum { LAYERS_ROUNDS_MIN = 3, LAYERS_ROUNDS_MAX = 1000 };

/* The op that has just run is forward_done - 1. */
static void run_round(Layers *layers, Pass *pass, bool counts) {
    pass_restart(pass, NULL);
    for (double begun_ms = clock_milliseconds(); pass_step_forward(pass);) {
        double *best = &layers->op_ms[pass_forward_done(pass) - 1], now_ms = clock_milliseconds();
        if (counts) *best = fmin(*best, now_ms - begun_ms);
        begun_ms = now_ms;
    }
}

static void run_rounds(Layers *layers, Pass *pass, int rounds) {
    int least = rounds ? rounds : LAYERS_ROUNDS_MIN, most = rounds ? rounds : LAYERS_ROUNDS_MAX;
    run_round(layers, pass, false); /* it touches fresh memory */
    double until_s = clock_seconds() + LAYERS_SECONDS;
    while (layers->rounds < least || (layers->rounds < most && clock_seconds() < until_s)) {
        run_round(layers, pass, true);
        layers->rounds++;
    }
}

bool layers_measure(Layers *layers, const char *arch, int batch, int rounds, Error *err) {
    *layers = (Layers){.batch = batch, .network = bench_network(arch, err)};
    if (!layers->network) return false;
    int count = layers->network->op_count;
    Pass *pass = pass_new(layers->network, &(PassConfig){.batch = batch, .forward_only = true}, err);
    layers->op_ms = malloc((size_t)count * sizeof *layers->op_ms);
    if (pass && !layers->op_ms) error_set(err, ERROR_FAILED, "not enough memory");
    bool ok = pass && layers->op_ms;
    if (ok) {
        for (int op = 0; op < count; op++) layers->op_ms[op] = INFINITY;
        bench_fill_input(pass);
        run_rounds(layers, pass, rounds);
        for (int op = 0; op < count; op++) layers->total_ms += layers->op_ms[op];
    }
    pass_free(pass);
    if (!ok) layers_free(layers);
    return ok;
}

void layers_free(Layers *layers) {
    free(layers->op_ms);
    network_free(layers->network);
    *layers = (Layers){.network = NULL};
}

bool layers_has(const Layers *layers, int op) {
    return network_op_macs(layers->network, op) > 0;
}

bool layers_are_alike(const Layers *layers, int a, int b) {
    const Op *x = &layers->network->ops[a], *y = &layers->network->ops[b];
    return x->kind == y->kind && x->channels == y->channels && x->kernel_h == y->kernel_h &&
           x->kernel_w == y->kernel_w && x->stride == y->stride && x->pad == y->pad && x->in.c == y->in.c &&
           x->in.h == y->in.h && x->in.w == y->in.w;
}

bool layers_is_first(const Layers *layers, int op) {
    for (int before = 0; before < op; before++)
        if (layers_are_alike(layers, before, op)) return false;
    return layers_has(layers, op);
}

LayerGroup layers_group(const Layers *layers, int first) {
    const Op *op = &layers->network->ops[first];
    const OpSpec *spec = op_spec(op->kind);
    LayerGroup group = {.first = first,
                        .strategy = spec->strategy ? spec->strategy(op, layers->batch) : "loops"};
    for (int other = first; other < layers->network->op_count; other++) {
        if (!layers_are_alike(layers, first, other)) continue;
        group.count++;
        group.ms += layers->op_ms[other];
    }
    double macs = (double)network_op_macs(layers->network, first) * group.count * layers->batch;
    group.gflops = 2 * macs / (group.ms * 1e6);
    return group;
}
