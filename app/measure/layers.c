#include "app/measure/layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/measure/bench.h"
#include "core/base/clock.h"
#include "core/pass/pass.h"

/* Without --rounds. */
#define LAYERS_SECONDS 2.0

enum { LAYERS_ROUNDS_MIN = 3, LAYERS_ROUNDS_MAX = 1000 };

/* Adds up what each op takes: a fast pass has some of them several times, for other images. */
static void run_round(Pass *pass, double *round_ms) {
    pass_restart(pass, NULL);
    memset(round_ms, 0, (size_t)pass_network(pass)->op_count * sizeof *round_ms);
    double begun_ms = clock_milliseconds();
    for (PassNext next = pass_next(pass); next.op >= 0; next = pass_next(pass)) {
        pass_step_forward(pass);
        double now_ms = clock_milliseconds();
        round_ms[next.op] += now_ms - begun_ms;
        begun_ms = now_ms;
    }
}

static void run_rounds(Layers *layers, Pass *pass, double *round_ms, int rounds) {
    int least = rounds ? rounds : LAYERS_ROUNDS_MIN, most = rounds ? rounds : LAYERS_ROUNDS_MAX;
    run_round(pass, round_ms); /* it touches fresh memory */
    double until_s = clock_seconds() + LAYERS_SECONDS;
    while (layers->rounds < least || (layers->rounds < most && clock_seconds() < until_s)) {
        run_round(pass, round_ms);
        for (int op = 0; op < layers->network->op_count; op++)
            layers->op_ms[op] = layers->rounds == 0 ? round_ms[op] : fmin(layers->op_ms[op], round_ms[op]);
        layers->rounds++;
    }
    for (int op = 0; op < layers->network->op_count; op++) layers->total_ms += layers->op_ms[op];
}

static bool measure(Layers *layers, Pass *pass, int rounds, Error *err) {
    double *round_ms = malloc((size_t)layers->network->op_count * sizeof *round_ms);
    layers->op_ms = malloc((size_t)layers->network->op_count * sizeof *layers->op_ms);
    bool ok = (round_ms && layers->op_ms) || error_set(err, ERROR_FAILED, "not enough memory");
    if (ok) {
        bench_fill_input(pass);
        run_rounds(layers, pass, round_ms, rounds);
    }
    free(round_ms);
    return ok;
}

bool layers_measure(Layers *layers, const LayersRun *run, Error *err) {
    *layers = (Layers){.batch = run->batch, .fast = run->fast, .network = bench_network(run->arch, err)};
    if (!layers->network) return false;
    PassConfig config = {.batch = run->batch, .forward_only = true, .fast = run->fast};
    Pass *pass = pass_new(layers->network, &config, err);
    bool ok = pass != NULL;
    if (ok) layers->images = pass_next(pass).images;
    if (ok && pass_next(pass).op < 0)
        ok = error_set(
            err, ERROR_USAGE,
            "%s with batch %d goes through all layers image by image in a fast pass: --batch 1 or --pass "
            "forward_steps shows them",
            run->arch, run->batch);
    ok = ok && measure(layers, pass, run->rounds, err);
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
                        .strategy =
                            spec->strategy ? spec->strategy(op, layers->images, layers->fast) : "loops"};
    for (int other = first; other < layers->network->op_count; other++) {
        if (!layers_are_alike(layers, first, other)) continue;
        group.count++;
        group.ms += layers->op_ms[other];
    }
    double macs = (double)network_op_macs(layers->network, first) * group.count * layers->batch;
    group.gflops = 2 * macs / (group.ms * 1e6);
    return group;
}
