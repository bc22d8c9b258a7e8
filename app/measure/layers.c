#include "app/measure/layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/measure/bench.h"
#include "core/base/clock.h"
#include "core/base/integer.h"
#include "core/base/rng.h"
#include "core/pass/pass.h"

/* Without --rounds. */
#define LAYERS_SECONDS 2.0

enum { LAYERS_ROUNDS_MIN = 3, LAYERS_ROUNDS_MAX = 1000 };

/* One round of what is measured: adds to round_ms what each op takes. */
typedef void (*RoundRun)(void *context, double *round_ms);

/* A fast pass has some ops several times, for other images. */
static void run_pass(void *context, double *round_ms) {
    Pass *pass = context;
    pass_restart(pass, NULL);
    double begun_ms = clock_milliseconds();
    for (PassNext next = pass_next(pass); next.op >= 0; next = pass_next(pass)) {
        pass_step_forward(pass);
        double now_ms = clock_milliseconds();
        round_ms[next.op] += now_ms - begun_ms;
        begun_ms = now_ms;
    }
}

/* Times of each op in one round: empty before. */
static void run_round(const Layers *layers, RoundRun run, void *context, double *round_ms) {
    memset(round_ms, 0, (size_t)layers->network->op_count * sizeof *round_ms);
    run(context, round_ms);
}

static bool run_rounds(Layers *layers, int rounds, RoundRun run, void *context) {
    const int ops = layers->network->op_count;
    int least = rounds ? rounds : LAYERS_ROUNDS_MIN, most = rounds ? rounds : LAYERS_ROUNDS_MAX;
    double *round_ms = malloc((size_t)ops * sizeof *round_ms);
    layers->op_ms = malloc((size_t)ops * sizeof *layers->op_ms);
    if (!round_ms || !layers->op_ms) {
        free(round_ms);
        return false;
    }
    run_round(layers, run, context, round_ms); /* it touches fresh memory */
    double until_s = clock_seconds() + LAYERS_SECONDS;
    while (layers->rounds < least || (layers->rounds < most && clock_seconds() < until_s)) {
        run_round(layers, run, context, round_ms);
        for (int op = 0; op < ops; op++)
            layers->op_ms[op] = layers->rounds == 0 ? round_ms[op] : fmin(layers->op_ms[op], round_ms[op]);
        layers->rounds++;
    }
    for (int op = 0; op < ops; op++) layers->total_ms += layers->op_ms[op];
    free(round_ms);
    return true;
}

static bool measure_forward(Layers *layers, const LayersRun *run, Error *err) {
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
    if (ok) {
        bench_fill_input(pass);
        ok = run_rounds(layers, run->rounds, run_pass, pass) ||
             error_set(err, ERROR_FAILED, "not enough memory");
    }
    pass_free(pass);
    return ok;
}

/* Buffers as large as the largest layer wants them, which all share: as in a pass, dy has just been written. */
typedef struct Gradients {
    const Layers *layers;
    real *x, *dy, *dx, *dw, *scratch; /* dw: of all parameters */
} Gradients;

static OpRun gradient_run(const Gradients *gradients, int op) {
    const Network *network = gradients->layers->network;
    const Op *of = &network->ops[op];
    const bool weights = gradients->layers->work == OP_WORK_WEIGHT_GRADIENT;
    OpRun run = {.op = of,
                 .batch = gradients->layers->batch,
                 .x = {gradients->x},
                 .dy = gradients->dy,
                 .dx = {weights ? NULL : gradients->dx},
                 .scratch = gradients->scratch};
    for (int k = 0; k < of->param_count; k++) {
        const Param *param = &network->params[of->param_first + k];
        run.w[k] = network_const_values(network, param);
        run.dw[k] = weights ? gradients->dw + param->offset : NULL;
    }
    return run;
}

static void run_gradients(void *context, double *round_ms) {
    const Gradients *gradients = context;
    for (int op = gradients->layers->network->op_count - 1; op >= 0; op--) {
        if (!layers_has(gradients->layers, op)) continue;
        OpRun run = gradient_run(gradients, op);
        double begun_ms = clock_milliseconds();
        op_spec(run.op->kind)->backward(&run);
        round_ms[op] = clock_milliseconds() - begun_ms;
    }
}

/* Numbers as activations and gradients have them: none is so small that a processor is slow with it. */
static real *new_values(size_t count) {
    real *values = aligned_alloc(64, (count * sizeof *values + 63) / 64 * 64);
    Rng rng;
    rng_init(&rng, 1);
    for (size_t k = 0; values && k < count; k++) values[k] = (real)(rng_uniform(&rng) - 0.5);
    return values;
}

static bool open_gradients(Gradients *gradients) {
    const Network *network = gradients->layers->network;
    const int batch = gradients->layers->batch;
    size_t x = 1, dy = 1, scratch = 1;
    for (int op = 0; op < network->op_count; op++) {
        const Op *of = &network->ops[op];
        const OpSpec *spec = op_spec(of->kind);
        if (!layers_has(gradients->layers, op)) continue;
        x = integer_max_size(x, shape_count(of->in) * (size_t)batch);
        dy = integer_max_size(dy, shape_count(of->out) * (size_t)batch);
        if (spec->scratch_count) scratch = integer_max_size(scratch, spec->scratch_count(of, batch));
    }
    gradients->x = new_values(x);
    gradients->dx = new_values(x);
    gradients->dy = new_values(dy);
    gradients->dw = new_values(network->value_count);
    gradients->scratch = new_values(scratch);
    return gradients->x && gradients->dx && gradients->dy && gradients->dw && gradients->scratch;
}

static bool measure_gradients(Layers *layers, const LayersRun *run, Error *err) {
    Gradients gradients = {.layers = layers};
    layers->images = run->batch;
    bool ok = open_gradients(&gradients) && run_rounds(layers, run->rounds, run_gradients, &gradients);
    free(gradients.x);
    free(gradients.dy);
    free(gradients.dx);
    free(gradients.dw);
    free(gradients.scratch);
    return ok || error_set(err, ERROR_FAILED, "not enough memory");
}

bool layers_measure(Layers *layers, const LayersRun *run, Error *err) {
    *layers = (Layers){.batch = run->batch, .fast = run->fast, .work = run->work};
    layers->network = bench_network(run->arch, err);
    if (!layers->network) return false;
    bool ok = run->work == OP_WORK_FORWARD ? measure_forward(layers, run, err)
                                           : measure_gradients(layers, run, err);
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
                        .strategy = spec->strategy
                                        ? spec->strategy(op, layers->images, layers->fast, layers->work)
                                        : "loops"};
    for (int other = first; other < layers->network->op_count; other++) {
        if (!layers_are_alike(layers, first, other)) continue;
        group.count++;
        group.ms += layers->op_ms[other];
    }
    double macs = (double)network_op_macs(layers->network, first) * group.count * layers->batch;
    group.gflops = 2 * macs / (group.ms * 1e6);
    return group;
}
