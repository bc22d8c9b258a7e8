#include "core/train/block_measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/op/activation.h"
#include "core/pass/pass.h"
#include "core/tensor/tensor.h"

static const char *const names[BLOCK_FIGURES] = {
    [BLOCK_GRADIENT] = "gradient",
    [BLOCK_GRADIENT_INPUT] = "gradient_input",
    [BLOCK_WEIGHT] = "weight",
    [BLOCK_UPDATE] = "update",
    [BLOCK_SKIP_SHARE] = "skip_share",
    [BLOCK_BRANCH_SHARE] = "branch_share",
    [BLOCK_BRANCH_OVER_INPUT] = "branch_over_input",
    [BLOCK_DEAD] = "dead",
};

const char *block_figure_name(BlockFigure figure) {
    return names[figure];
}

struct BlockMeasure {
    const Model *model;
    const Dataset *dataset;
    int images;
    int targets[BLOCK_MEASURE_IMAGES];
    bool *looked;         /* an op's activation has been looked at */
    int *dead, *channels; /* of a block's ReLUs */
    bool *is_alive;       /* a channel of the widest op */
    double *start;        /* |w before|^2 of a block */
};

/* One run. */
typedef struct Looking {
    BlockMeasure *measure;
    const Network *network;
    Pass *pass;
    const real *before;
    double *figures;
} Looking;

static int most_channels(const Network *network) {
    int most = 0;
    for (int i = 0; i < network->op_count; i++)
        if (network->ops[i].out.c > most) most = network->ops[i].out.c;
    return most;
}

BlockMeasure *block_measure_new(const Model *model, const Dataset *train, int images, Error *err) {
    const Network *network = model->network;
    BlockMeasure *measure = calloc(1, sizeof *measure);
    if (measure) {
        if (images > BLOCK_MEASURE_IMAGES) images = BLOCK_MEASURE_IMAGES;
        if (images > dataset_count(train)) images = dataset_count(train);
        *measure = (BlockMeasure){.model = model, .dataset = train, .images = images};
        measure->looked = calloc((size_t)network->op_count, sizeof *measure->looked);
        measure->dead = calloc((size_t)network->block_count + 1, sizeof *measure->dead);
        measure->channels = calloc((size_t)network->block_count + 1, sizeof *measure->channels);
        measure->is_alive = calloc((size_t)most_channels(network), sizeof *measure->is_alive);
        measure->start = calloc((size_t)network->block_count + 1, sizeof *measure->start);
        for (int n = 0; n < images; n++) measure->targets[n] = dataset_label(train, n);
    }
    if (measure && measure->looked && measure->dead && measure->channels && measure->is_alive &&
        measure->start)
        return measure;
    error_set(err, ERROR_FAILED, "not enough memory to measure the blocks of %s", network->arch);
    block_measure_free(measure);
    return NULL;
}

void block_measure_free(BlockMeasure *measure) {
    if (!measure) return;
    free(measure->looked);
    free(measure->dead);
    free(measure->channels);
    free(measure->is_alive);
    free(measure->start);
    free(measure);
}

static double *figure(const Looking *looking, BlockFigure which, int block) {
    return &looking->figures[(int)which * looking->network->block_count + block];
}

/* Of finite numbers alone. */
static double length(Stats stats) {
    return stats.known && stats.nan == 0 && stats.inf == 0 ? stats.l2 : NAN;
}

/* Most channels are not: a few pixels show it. */
static int count_dead(const real *y, Shape shape, bool *is_alive) {
    int alive = 0;
    memset(is_alive, 0, (size_t)shape.c * sizeof *is_alive);
    size_t pixels = (size_t)shape.n * (size_t)shape.h * (size_t)shape.w;
    for (size_t p = 0; p < pixels && alive < shape.c; p++)
        for (int c = 0; c < shape.c; c++) {
            bool wakes = !is_alive[c] && y[p * (size_t)shape.c + (size_t)c] != 0;
            is_alive[c] |= wakes;
            alive += wakes;
        }
    return shape.c - alive;
}

/* What op i has just read: where it is the activation function of a block, it lies there whole for now. */
static void look_at_input(Looking *looking, int i) {
    BlockMeasure *measure = looking->measure;
    const Op *op = &looking->network->ops[i];
    if (op->input_count == 0) return;
    int read = op->inputs[0], block = looking->network->ops[read].block;
    const OpActivation *activation = op_spec(looking->network->ops[read].kind)->activation;
    if (measure->looked[read] || block < 0 || !activation || !activation->rectifies) return;
    measure->looked[read] = true;
    measure->channels[block] += looking->network->ops[read].out.c;
    Shape shape = op_output_shape(&looking->network->ops[read], measure->images);
    measure->dead[block] += count_dead(pass_peek(looking->pass, read), shape, measure->is_alive);
}

static void look_forward(Looking *looking) {
    const Network *network = looking->network;
    BlockMeasure *measure = looking->measure;
    memset(measure->looked, 0, (size_t)network->op_count * sizeof *measure->looked);
    memset(measure->dead, 0, (size_t)network->block_count * sizeof *measure->dead);
    memset(measure->channels, 0, (size_t)network->block_count * sizeof *measure->channels);
    while (pass_step_forward(looking->pass)) {
        int done = pass_forward_done(looking->pass) - 1;
        look_at_input(looking, done);
        for (int b = 0; b < network->block_count; b++)
            if (network->blocks[b].branch_first == done)
                pass_act_stats(looking->pass, network->blocks[b].input);
    }
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        *figure(looking, BLOCK_BRANCH_OVER_INPUT, b) =
            length(pass_act_stats(looking->pass, block->branch_last)) /
            length(pass_act_stats(looking->pass, block->input));
        *figure(looking, BLOCK_DEAD, b) =
            measure->channels[b] > 0 ? (double)measure->dead[b] / measure->channels[b] : NAN;
    }
}

/* <skip, g> = |skip|^2 + <skip, branch>, for g is the sum of both; likewise the other one. */
static void look_at_junction(Looking *looking, int block) {
    Junction j = pass_junction(looking->pass, block);
    double square = j.in_l2 * j.in_l2, both = j.skip_l2 * j.branch_l2;
    double product = both > 0 ? both * j.cosine : 0;
    bool adds = looking->network->blocks[block].shortcut != SHORTCUT_NONE;
    *figure(looking, BLOCK_GRADIENT_INPUT, block) =
        length(pass_grad_stats(looking->pass, looking->network->blocks[block].input));
    *figure(looking, BLOCK_SKIP_SHARE, block) = adds ? (j.skip_l2 * j.skip_l2 + product) / square : NAN;
    *figure(looking, BLOCK_BRANCH_SHARE, block) = adds ? (j.branch_l2 * j.branch_l2 + product) / square : NAN;
}

static void look_backward(Looking *looking) {
    const Network *network = looking->network;
    while (pass_step_backward(looking->pass)) {
        int done = network->op_count - pass_backward_done(looking->pass);
        for (int b = 0; b < network->block_count; b++)
            if (network->blocks[b].branch_first == done) look_at_junction(looking, b);
    }
}

/* The convolutions of each block. */
static void look_at_weights(Looking *looking) {
    const Network *network = looking->network;
    for (BlockFigure f = BLOCK_GRADIENT; f <= BLOCK_UPDATE; f++)
        for (int b = 0; b < network->block_count && f != BLOCK_GRADIENT_INPUT; b++)
            *figure(looking, f, b) = 0;
    double *start = looking->measure->start;
    memset(start, 0, (size_t)network->block_count * sizeof *start);
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        int block = network->ops[param->op].block;
        if (param->role != PARAM_CONV_WEIGHT || block < 0) continue;
        const real *w = network_const_values(network, param), *g = pass_param_grad(looking->pass, param);
        *figure(looking, BLOCK_WEIGHT, block) += tensor_dot(w, w, param->count);
        *figure(looking, BLOCK_GRADIENT, block) += tensor_dot(g, g, param->count);
        if (!looking->before) continue;
        const real *old = looking->before + param->offset;
        for (size_t j = 0; j < param->count; j++) {
            double step = (double)w[j] - (double)old[j];
            *figure(looking, BLOCK_UPDATE, block) += step * step;
            start[block] += (double)old[j] * (double)old[j];
        }
    }
    for (int b = 0; b < network->block_count; b++) {
        double *update = figure(looking, BLOCK_UPDATE, b);
        *figure(looking, BLOCK_WEIGHT, b) = sqrt(*figure(looking, BLOCK_WEIGHT, b));
        *figure(looking, BLOCK_GRADIENT, b) = sqrt(*figure(looking, BLOCK_GRADIENT, b));
        *update = looking->before ? sqrt(*update / start[b]) : NAN;
    }
}

/* The strategies are those of the training. Memory is taken for the time of it only: beside the training's own it is the
 * most that there is. */
static Pass *open_pass(const BlockMeasure *measure, Error *err) {
    const Model *model = measure->model;
    PassConfig config = {
        .batch = measure->images, .batch_statistics = true, .no_input_gradient = true, .rounds_more = true};
    Pass *pass = pass_new(model->network, &config, err);
    for (int n = 0; n < measure->images && pass; n++)
        dataset_to_input(measure->dataset, n, &model->preprocess.normalise,
                         pass_input(pass) + (size_t)n * shape_count(model->network->input));
    return pass;
}

bool block_measure_run(BlockMeasure *measure, const real *before, BlockMeasured figures, Error *err) {
    Pass *pass = open_pass(measure, err);
    for (int batch = 0; batch < 2 && pass; batch++) {
        Looking looking = {measure, measure->model->network, pass, before,
                           batch ? figures.batch : figures.running};
        pass_set_batch_statistics(pass, batch);
        pass_restart(pass, measure->targets);
        look_forward(&looking);
        look_backward(&looking);
        look_at_weights(&looking);
    }
    bool ok = pass != NULL;
    pass_free(pass);
    return ok;
}
