/* Each setting of a training in the trainer: the same bits with any number of threads, after a resume, and beside
 * another network; and what a training says that ran away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

enum { STEPS = 4, STOP = 2, SETTINGS = 9 };

/* Small batches: what is looked at does not hang on them. */
static TrainConfig usual_config(void) {
    TrainConfig config = small_config();
    config.batch = 4;
    return config;
}

/* One setting each, away from that. */
static TrainConfig setting(int k) {
    TrainConfig config = usual_config();
    switch (k) {
    case 0: config.optim = (OptimConfig){.kind = OPTIM_ADAMW, .momentum = 0.9, .weight_decay = 0.01}; break;
    case 1: config.optim.no_decay_norm = true; break;
    case 2: config.schedule = SCHEDULE_ONE_CYCLE, config.warmup_epochs = 0; break;
    case 3:
        config.schedule = SCHEDULE_STEP, config.step_epochs = 1, config.step_factor = 0.3;
        config.warmup_epochs = 0;
        break;
    case 4: config.label_smoothing = 0.1; break;
    case 5: config.clip = 0.5; break;
    case 6: config.stochastic_depth = 0.5; break;
    case 7: config.ema = 0.9; break;
    case 8: config.schedule = SCHEDULE_CONSTANT, config.optim.nesterov = false; break;
    default: fail_msg("no setting %d", k);
    }
    if (k == 0) config.lr = 0.01;
    return config;
}

static void save(const Site *site, const char *path) {
    Error err = {0};
    if (!train_save_checkpoint(site->trainer, path, &err)) fail_msg("%s", err.text);
}

static void resume(Site *site, const char *path) {
    Error notice = {0}, err = {0};
    if (!train_resume(site->trainer, path, &notice, &err)) fail_msg("%s", err.text);
}

/* What comes out at the end: with a moving average, that. */
static void finish(Site *site) {
    train_exchange_average(site->trainer);
}

static void every_setting_resumes_and_shares_its_work_to_the_same_bits(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    strcpy(path, temp_dir_join(dir, "part.ckpt"));
    test_image_write_cifar10(dir, PER_FILE, 4);
    Site usual = site_of(dir, usual_config());
    run_steps(&usual, STEPS);
    for (int k = 0; k < SETTINGS; k++) {
        subject_note(SUBJECT_NETWORK, "setting %d", k);
        parallel_set_threads(1);
        Site whole = site_of(dir, setting(k));
        run_steps(&whole, STEPS);
        finish(&whole);
        parallel_set_threads(2);
        Site first = site_of(dir, setting(k)), second = site_of(dir, setting(k));
        run_steps(&first, STOP);
        save(&first, path);
        resume(&second, path);
        run_steps(&second, STEPS - STOP);
        finish(&second);
        assert_same_values(&whole, &second);
        /* And it is one: without it other values come out. */
        assert_memory_not_equal(network_const_all_values(whole.model->network),
                                network_const_all_values(usual.model->network),
                                whole.model->network->value_count * sizeof(real));
        site_free(&whole), site_free(&first), site_free(&second);
    }
    site_free(&usual);
}

/* A recipe that differs in the least is another one. */
static void every_setting_has_its_words_in_the_recipe(void **state) {
    (void)state;
    char texts[SETTINGS][TRAIN_RECIPE_MAX];
    for (int k = 0; k < SETTINGS; k++) {
        TrainConfig config = setting(k);
        train_describe(&config, texts[k], TRAIN_RECIPE_MAX);
        for (int j = 0; j < k; j++) assert_string_not_equal(texts[j], texts[k]);
    }
    assert_string_equal(texts[0],
                        "2 epochs, batch 4, AdamW beta1 0.9, weight decay 0.01 on all parameters, peak "
                        "learning rate 0.01, warm-up for 1 epoch, then half a cosine, pad-4 crop and "
                        "flip, seed 5");
    TrainConfig config = setting(2);
    config.label_smoothing = 0.1, config.clip = 1, config.stochastic_depth = 0.2, config.ema = 0.999;
    config.optim.no_decay_norm = true;
    train_describe(&config, texts[0], TRAIN_RECIPE_MAX);
    assert_string_equal(
        texts[0], "2 epochs, batch 4, SGD momentum 0.95 to 0.85 and back (Nesterov), weight decay 0.0005 on "
                  "weights, not on batch norm and biases, peak learning rate 0.1, one cycle, pad-4 crop and "
                  "flip, label smoothing 0.1, gradients clipped at norm 1, stochastic depth 0.2, weights "
                  "averaged with decay 0.999, seed 5");
    config = small_config();
    config.schedule = SCHEDULE_STEPS;
    train_describe(&config, texts[0], TRAIN_RECIPE_MAX);
    assert_string_equal(texts[0],
                        "2 epochs, batch 16, SGD momentum 0.9 (Nesterov), weight decay 0.0005 on all "
                        "parameters, peak learning rate 0.1, divided by 10 at 1/2 and 3/4, pad-4 crop and "
                        "flip, seed 5");
}

/* The running mean of the values after each step, by hand. */
static void the_average_follows_values_and_running_statistics(void **state) {
    Site site = site_new(*state, setting(7));
    const Network *network = site.model->network;
    double *average = calloc(network->value_count, sizeof *average);
    assert_non_null(average);
    for (int step = 0; step < 3; step++) {
        run_steps(&site, 1);
        const real *values = network_const_all_values(network);
        for (size_t j = 0; j < network->value_count; j++)
            average[j] = step == 0 ? (double)values[j] : 0.9 * average[j] + 0.1 * (double)values[j];
    }
    train_exchange_average(site.trainer);
    /* Values of a few units, rounded twice a step. */
    for (size_t j = 0; j < network->value_count; j++)
        assert_close(network_const_all_values(network)[j], average[j], 1e-6 * (1 + fabs(average[j])));
    free(average);
    site_free(&site);
}

/* A tenth of the rate, before and behind a resume; a shallower network has the whole. */
static void the_papers_schedule_warms_deep_networks_up(void **state) {
    TempDir *dir = *state;
    TrainConfig config = small_config();
    Error err = {0}, notice = {0};
    char path[TEMP_PATH_MAX];
    strcpy(path, temp_dir_join(dir, "deep.ckpt"));
    config.schedule = SCHEDULE_PAPER;
    config.batch = 2;
    Site shallow = site_new(dir, config);
    run_steps(&shallow, 1);
    assert_close(train_status(shallow.trainer).lr, 0.1, 0);
    Model *model = new_model((ResnetConfig){.arch = "resnet110"});
    for (int part = 0; part < 2; part++) {
        Trainer *trainer = train_new(model, shallow.dataset, &config, &err);
        if (!trainer) fail_msg("%s", err.text);
        if (part == 1 && !train_resume(trainer, path, &notice, &err)) fail_msg("%s", err.text);
        assert_true(train_step(trainer));
        assert_close(train_status(trainer).lr, 0.01, 1e-17);
        if (part == 0 && !train_save_checkpoint(trainer, path, &err)) fail_msg("%s", err.text);
        train_free(trainer);
    }
    model_free(model);
    site_free(&shallow);
}

static void assert_told(const Site *site, const char *start) {
    char text[TRAIN_DIVERGENCE_MAX];
    train_tell_divergence(site->trainer, text);
    if (strncmp(text, start, strlen(start)) != 0) fail_msg("'%s' does not begin with '%s'", text, start);
}

static void assert_tells(const Site *site, const char *part) {
    char text[TRAIN_DIVERGENCE_MAX];
    train_tell_divergence(site->trainer, text);
    if (!strstr(text, part)) fail_msg("'%s' does not say '%s'", text, part);
}

static real *value_of(Site *site, const char *param) {
    return network_values(site->model->network, network_find_param(site->model->network, param));
}

static void scale_values(Site *site, const char *name, double factor) {
    const Param *param = network_find_param(site->model->network, name);
    for (size_t j = 0; j < param->count; j++) network_values(site->model->network, param)[j] *= (real)factor;
}

/* A loss, a gradient and a value, each the first that is not finite. */
static void a_divergence_names_step_operation_and_value(void **state) {
    TempDir *dir = *state;
    Site site = site_new(dir, small_config());
    run_steps(&site, 2);
    /* Channel 1 of the last block's shift: all of its numbers are infinite behind the addition, and these are the first
     * that are read in the order of memory, where channels are neighbours. */
    value_of(&site, "layer3.0.bn2.bias")[1] = (real)INFINITY;
    assert_false(train_step(site.trainer));
    assert_told(
        &site, "resnet8, step 3: the loss is nan; the first numbers that are not finite are in the output of "
               "layer3.0.bn2: inf at (0,1,0,0) of (16,64,8,8)");
    site_free(&site);

    /* Scores near the largest number there is, of which the loss is a difference; and a batch norm that makes much of
     * little: the gradient of the weights before it is larger than any number. */
    site = site_of(dir, small_config());
    scale_values(&site, "fc.weight", sizeof(real) == sizeof(double) ? 1e307 : 1e38);
    scale_values(&site, "layer3.0.conv2.weight", 1e-9);
    scale_values(&site, "layer3.0.bn2.weight", 1e3);
    const Network *network = site.model->network;
    real *before = malloc(network->value_count * sizeof *before);
    assert_non_null(before);
    memcpy(before, network_const_all_values(network), network->value_count * sizeof *before);
    assert_false(train_step(site.trainer));
    assert_int_equal(train_status(site.trainer).step, 0);
    assert_told(&site, "resnet8, step 1: the gradient of conv1.weight is ");
    assert_tells(
        &site,
        "; the first numbers that are not finite are in the gradient of the output of layer3.0.conv2: ");
    assert_memory_equal(network_const_all_values(network), before, network->value_count * sizeof *before);
    free(before);
    site_free(&site);

    TrainConfig config = small_config();
    config.lr = 1e30;
    config.warmup_epochs = 0;
    site = site_of(dir, config);
    int steps = 0;
    while (train_step(site.trainer)) steps++;
    assert_true(train_status(site.trainer).broken && steps < 4);
    char number[40];
    snprintf(number, sizeof number, "resnet8, step %d: ", steps + 1);
    assert_told(&site, number);
    assert_false(train_step(site.trainer));
    site_free(&site);
}

static void stochastic_depth_wants_a_shortcut(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    Site site = site_new(dir, small_config());
    TrainConfig config = setting(6);
    Model *plain = new_model((ResnetConfig){.arch = "plain8"});
    assert_null(train_new(plain, site.dataset, &config, &err));
    assert_string_equal(err.text, "stochastic depth: plain8 has no shortcut that could stand for a block");
    Trainer *both = train_new_several((Model *[]){plain, site.model}, 2, site.dataset, &config, &err);
    assert_non_null(both);
    assert_true(train_step(both));
    train_free(both);
    model_free(plain);
    site_free(&site);
}

static void settings_out_of_range_are_refused(void **state) {
    Site site = site_new(*state, small_config());
    TrainConfig wrong[5];
    static const char *const reasons[] = {
        "label smoothing of 1:", "a decay of the average of -0.1:", "stochastic depth of nan:",
        "a warm-up of 3 epochs:", "a step of 0 epochs"};
    for (int k = 0; k < 5; k++) wrong[k] = small_config();
    wrong[0].label_smoothing = 1;
    wrong[1].ema = -0.1;
    wrong[2].stochastic_depth = (double)NAN;
    wrong[3].warmup_epochs = 3;
    wrong[4].schedule = SCHEDULE_STEP;
    for (int k = 0; k < 5; k++) {
        Error err = {0};
        assert_null(train_new(site.model, site.dataset, &wrong[k], &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        if (!strstr(err.text, reasons[k])) fail_msg("'%s' does not say '%s'", err.text, reasons[k]);
    }
    site_free(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(every_setting_resumes_and_shares_its_work_to_the_same_bits),
        cmocka_unit_test(every_setting_has_its_words_in_the_recipe),
        IN_TEMP_DIR(the_average_follows_values_and_running_statistics),
        IN_TEMP_DIR(the_papers_schedule_warms_deep_networks_up),
        IN_TEMP_DIR(a_divergence_names_step_operation_and_value),
        IN_TEMP_DIR(stochastic_depth_wants_a_shortcut),
        IN_TEMP_DIR(settings_out_of_range_are_refused),
    };
    gemm_init();
    parallel_set_threads(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
