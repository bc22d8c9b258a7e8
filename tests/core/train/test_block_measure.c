/* What is measured of blocks, against the same found another way: by plain loops over a pass that keeps everything, and
 * by the analysis of junctions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "core/train/block_measure.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

enum { BLOCKS = 3, MEASURED = 12 };

/* The strategies of a training round more than those of a pass that is looked at: by 2e-5 of a layer's largest number;
 * a few layers of that. */
static const double ROUNDING = 2e-4;

typedef struct Case {
    Site site;
    BlockMeasure *measure;
    double running[BLOCK_FIGURES * BLOCKS], batch[BLOCK_FIGURES * BLOCKS];
} Case;

static Case case_new(TempDir *dir, ResnetConfig resnet) {
    Error err = {0};
    Case c = {.site = site_new(dir, small_config())};
    model_free(c.site.model);
    train_free(c.site.trainer);
    c.site.trainer = NULL;
    c.site.model = new_model(resnet);
    c.site.model->preprocess.normalise = dataset_normalise(c.site.dataset);
    c.measure = block_measure_new(c.site.model, c.site.dataset, MEASURED, &err);
    if (!c.measure) fail_msg("%s", err.text);
    return c;
}

static void case_free(Case *c) {
    block_measure_free(c->measure);
    site_free(&c->site);
}

static void measure(Case *c, const real *before) {
    Error err = {0};
    if (!block_measure_run(c->measure, before, (BlockMeasured){c->running, c->batch}, &err))
        fail_msg("%s", err.text);
}

static double found(const Case *c, bool batch, BlockFigure figure, int block) {
    return (batch ? c->batch : c->running)[(int)figure * BLOCKS + block];
}

/* The images as the measuring batch has them, and their classes. */
static real *take_images(const Case *c, int targets[MEASURED]) {
    size_t pixels = shape_count(c->site.model->network->input);
    real *images = calloc(MEASURED * pixels, sizeof *images);
    assert_true(images != NULL);
    for (int n = 0; n < MEASURED; n++) {
        dataset_to_input(c->site.dataset, n, &c->site.model->preprocess.normalise, images + (size_t)n * pixels);
        targets[n] = dataset_label(c->site.dataset, n);
    }
    return images;
}

static Pass *run_pass(const Case *c, bool batch) {
    Error err = {0};
    int targets[MEASURED];
    real *images = take_images(c, targets);
    Pass *pass =
        pass_new(c->site.model->network, &(PassConfig){.batch = MEASURED, .batch_statistics = batch}, &err);
    if (!pass) fail_msg("%s", err.text);
    memcpy(pass_input(pass), images, MEASURED * shape_count(c->site.model->network->input) * sizeof *images);
    pass_restart(pass, targets);
    pass_run_forward(pass);
    pass_run_backward(pass);
    free(images);
    return pass;
}

static double square_of(Tensor tensor) {
    double sum = 0;
    assert_true(tensor.data != NULL);
    for (size_t j = 0; j < shape_count(tensor.shape); j++)
        sum += (double)tensor.data[j] * (double)tensor.data[j];
    return sum;
}

static double share_of(Tensor part, Tensor whole) {
    double sum = 0;
    for (size_t j = 0; j < shape_count(whole.shape); j++) sum += (double)part.data[j] * (double)whole.data[j];
    return sum / square_of(whole);
}

static double dead_share(const Pass *pass, int block) {
    const Network *network = pass_network(pass);
    int dead = 0, channels = 0;
    for (int i = 0; i < network->op_count; i++) {
        if (network->ops[i].block != block ||
            network->ops[i].kind != network->ops[network->blocks[0].output].kind)
            continue;
        Tensor y = pass_act(pass, i);
        channels += y.shape.c;
        for (int ch = 0; ch < y.shape.c; ch++) {
            bool zero = true;
            for (size_t j = (size_t)ch; j < shape_count(y.shape); j += (size_t)y.shape.c)
                zero &= y.data[j] == 0;
            dead += zero;
        }
    }
    return (double)dead / channels;
}

/* Of the block's convolutions: of the weights, or of their gradients. */
static double weights_length(const Pass *pass, int block, bool gradient) {
    const Network *network = pass_network(pass);
    const char *name = network->blocks[block].name;
    double sum = 0;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (param->rank != 4 || strncmp(param->name, name, strlen(name)) != 0) continue;
        const real *values = gradient ? pass_param_grad(pass, param) : network_const_values(network, param);
        for (size_t j = 0; j < param->count; j++) sum += (double)values[j] * (double)values[j];
    }
    return sqrt(sum);
}

static void assert_near(double actual, double expected) {
    assert_close(actual, expected, ROUNDING * fabs(expected));
}

static void check_blocks(const Case *c, bool batch, bool adds) {
    Pass *pass = run_pass(c, batch);
    for (int b = 0; b < BLOCKS; b++) {
        const Block *block = &pass_network(pass)->blocks[b];
        Tensor g = pass_grad(pass, block->input);
        assert_near(found(c, batch, BLOCK_GRADIENT, b), weights_length(pass, b, true));
        assert_near(found(c, batch, BLOCK_WEIGHT, b), weights_length(pass, b, false));
        assert_near(found(c, batch, BLOCK_GRADIENT_INPUT, b), sqrt(square_of(g)));
        assert_near(
            found(c, batch, BLOCK_BRANCH_OVER_INPUT, b),
            sqrt(square_of(pass_act(pass, block->branch_last)) / square_of(pass_act(pass, block->input))));
        assert_close(found(c, batch, BLOCK_DEAD, b), dead_share(pass, b), 0);
        if (adds) {
            /* shares of a whole, not of themselves */
            assert_close(found(c, batch, BLOCK_SKIP_SHARE, b),
                         share_of(pass_route_grad(pass, b, ROUTE_SKIP), g), ROUNDING);
            assert_close(found(c, batch, BLOCK_BRANCH_SHARE, b),
                         share_of(pass_route_grad(pass, b, ROUTE_BRANCH), g), ROUNDING);
        } else {
            assert_true(isnan(found(c, batch, BLOCK_SKIP_SHARE, b)));
            assert_true(isnan(found(c, batch, BLOCK_BRANCH_SHARE, b)));
        }
    }
    pass_free(pass);
}

static void figures_are_those_of_a_pass_that_keeps_everything(void **state) {
    const ResnetConfig nets[] = {
        {.arch = "resnet8"}, {.arch = "resnet8", .shortcut = 'B'}, {.arch = "plain8"}};
    for (int k = 0; k < 3; k++) {
        Case c = case_new(*state, nets[k]);
        measure(&c, NULL);
        for (int batch = 0; batch < 2; batch++) check_blocks(&c, batch, k < 2);
        for (int b = 0; b < BLOCKS; b++) assert_true(isnan(found(&c, false, BLOCK_UPDATE, b)));
        case_free(&c);
    }
}

static void shares_are_those_of_the_analysis_of_junctions(void **state) {
    Case c = case_new(*state, (ResnetConfig){.arch = "resnet8"});
    int targets[MEASURED];
    real *images = take_images(&c, targets);
    measure(&c, NULL);
    for (int batch = 0; batch < 2; batch++) {
        AnalysisWorld world = {.model = c.site.model,
                               .input = {.model = c.site.model,
                                         .images = images,
                                         .targets = targets,
                                         .image_count = MEASURED,
                                         .images_label = "12 pictures",
                                         .weights_label = "random",
                                         .batch_statistics = batch}};
        AnalysisResult result = analysis_world_run(&world, ANALYSIS_JUNCTIONS);
        for (int b = 0; b < BLOCKS; b++) {
            const char *name = c.site.model->network->blocks[b].name;
            assert_close(found(&c, batch, BLOCK_SKIP_SHARE, b),
                         analysis_world_value(&result, name, "skip part"), ROUNDING);
            assert_close(found(&c, batch, BLOCK_BRANCH_SHARE, b),
                         analysis_world_value(&result, name, "F part"), ROUNDING);
            assert_near(found(&c, batch, BLOCK_GRADIENT_INPUT, b),
                        analysis_world_value(&result, name, "|g| at x"));
        }
        analysis_result_clear(&result);
    }
    free(images);
    case_free(&c);
}

/* Block b's weights become 1 + (b + 1) / 8 times what they were, which rounds nothing: the update is that part of them. */
static void the_update_is_what_the_weights_have_moved(void **state) {
    Case c = case_new(*state, (ResnetConfig){.arch = "resnet8"});
    Network *network = c.site.model->network;
    size_t size = network->value_count * sizeof(real);
    real *before = malloc(size);
    assert_true(before != NULL);
    memcpy(before, network_all_values(network), size);
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        int block = network->ops[param->op].block;
        real *values = network_values(network, param);
        if (block < 0) continue;
        /* What is no weight of a convolution moves too, and does not count. */
        double factor = param->role == PARAM_CONV_WEIGHT ? 1 + (block + 1) / 8.0 : 1.5;
        for (size_t j = 0; j < param->count; j++) values[j] = (real)(factor * (double)values[j]);
    }
    measure(&c, before);
    for (int b = 0; b < BLOCKS; b++)
        for (int batch = 0; batch < 2; batch++) /* the product is rounded to float32 */
            assert_close(found(&c, batch, BLOCK_UPDATE, b), (b + 1) / 8.0, 1e-6);
    free(before);
    case_free(&c);
}

/* A bias far below zero in batch norm: its channel never comes through ReLU. */
static void channels_that_are_off_everywhere_are_dead(void **state) {
    Case c = case_new(*state, (ResnetConfig){.arch = "resnet8"});
    Network *network = c.site.model->network;
    const Param *bias = network_find_param(network, "layer2.0.bn1.bias");
    for (int channel = 0; channel < 4; channel++) network_values(network, bias)[channel] = -1000;
    measure(&c, NULL);
    /* 4 of 32 and none of 32 */
    assert_close(found(&c, true, BLOCK_DEAD, 1), 4 / 64.0, 0);
    assert_close(found(&c, true, BLOCK_DEAD, 0), 0, 0);
    case_free(&c);
    c = case_new(*state, (ResnetConfig){.arch = "resnet8-gelu"});
    measure(&c, NULL);
    assert_true(isnan(found(&c, true, BLOCK_DEAD, 1)));
    assert_true(found(&c, true, BLOCK_GRADIENT, 1) > 0);
    case_free(&c);
}

/* A training that is measured before each step, on one thread or three, makes the same steps as one that is not. */
static void measuring_changes_no_bit_of_the_training(void **state) {
    Error err = {0};
    Site plain = site_new(*state, small_config()), measured = site_of(*state, small_config());
    BlockMeasure *blocks = block_measure_new(measured.model, measured.dataset, BATCH, &err);
    double figures[2][2][BLOCK_FIGURES * BLOCKS];
    int threads = parallel_threads();
    for (int k = 0; k < 3; k++) {
        for (int t = 0; t < 2; t++) {
            parallel_set_threads(t ? 3 : 1);
            assert_true(block_measure_run(blocks, NULL, (BlockMeasured){figures[t][0], figures[t][1]}, &err));
        }
        parallel_set_threads(threads);
        assert_memory_equal(figures[0], figures[1], sizeof figures[0]);
        run_steps(&plain, 1);
        run_steps(&measured, 1);
    }
    assert_same_values(&plain, &measured);
    block_measure_free(blocks);
    site_free(&plain), site_free(&measured);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(figures_are_those_of_a_pass_that_keeps_everything),
        IN_TEMP_DIR(shares_are_those_of_the_analysis_of_junctions),
        IN_TEMP_DIR(the_update_is_what_the_weights_have_moved),
        IN_TEMP_DIR(channels_that_are_off_everywhere_are_dead),
        IN_TEMP_DIR(measuring_changes_no_bit_of_the_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
