/* Learning on a tiny data set made here: that it learns, that it repeats itself, and what it refuses. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

static void learning_lowers_the_loss(void **state) {
    TrainConfig config = small_config();
    config.epochs = 8;
    config.augment = false;
    Site site = site_new(*state, config);
    run_steps(&site, STEPS_AN_EPOCH);
    double first = train_status(site.trainer).loss_average;
    run_steps(&site, 7 * STEPS_AN_EPOCH);
    TrainStatus last = train_status(site.trainer);
    /* Guessing costs ln 10 = 2.3; the pictures tell their label by brightness. */
    assert_true(first > 1.5);
    assert_true(last.loss_average < first / 2);
    assert_true(last.accuracy_average > 0.5);
    site_free(&site);
}

static void the_status_counts_steps_and_leaves_the_rest_of_an_epoch_out(void **state) {
    Site site = site_new(*state, small_config());
    TrainStatus status = train_status(site.trainer);
    assert_int_equal(status.step, 0);
    assert_int_equal(status.steps, 2 * STEPS_AN_EPOCH);
    assert_int_equal(status.steps_per_epoch, STEPS_AN_EPOCH);
    double sum = 0;
    for (int k = 0; k < STEPS_AN_EPOCH; k++) {
        run_steps(&site, 1);
        sum += train_status(site.trainer).loss;
    }
    status = train_status(site.trainer);
    assert_close(status.loss_average, sum / STEPS_AN_EPOCH, 1e-12); /* the same sum in double */
    run_steps(&site, 1);
    status = train_status(site.trainer);
    assert_close(status.loss_average, status.loss, 1e-12); /* a new epoch begins with nothing */
    run_steps(&site, STEPS_AN_EPOCH - 1);
    assert_false(train_step(site.trainer));
    assert_int_equal(train_status(site.trainer).step, 2 * STEPS_AN_EPOCH);
    assert_false(train_status(site.trainer).broken);
    site_free(&site);
}

static void the_same_seed_makes_the_same_weights(void **state) {
    TrainConfig config = small_config();
    Site a = site_new(*state, config), b = site_of(*state, config);
    config.seed++;
    Site other = site_of(*state, config);
    run_steps(&a, 5), run_steps(&b, 5), run_steps(&other, 5);
    assert_same_values(&a, &b);
    assert_memory_not_equal(network_const_all_values(a.model->network),
                            network_const_all_values(other.model->network),
                            a.model->network->value_count * sizeof(real));
    site_free(&a), site_free(&b), site_free(&other);
}

/* Two steps of a network of three stages, with the batches made ahead and not. */
static void threads_change_no_weight(void **state) {
    TrainConfig config = small_config();
    real *alone = NULL;
    config.batch = 5;
    test_image_write_cifar10(*state, PER_FILE, 4);
    for (int threads = 1; threads <= 3; threads++) {
        Error err = {0};
        Model *model = new_model((ResnetConfig){.arch = "resnet20"});
        size_t bytes = model->network->value_count * sizeof *alone;
        parallel_set_threads(threads);
        Site site = site_of(*state, config);
        Trainer *trainer = train_new(model, site.dataset, &config, &err);
        if (!trainer) fail_msg("%s", err.text);
        for (int k = 0; k < 2; k++) assert_true(train_step(trainer));
        const real *values = network_const_all_values(model->network);
        if (threads == 1) assert_non_null(alone = malloc(bytes));
        if (threads == 1) memcpy(alone, values, bytes);
        assert_memory_equal(values, alone, bytes);
        train_free(trainer);
        model_free(model);
        site_free(&site);
    }
    free(alone);
    parallel_set_threads(2);
}

static long page_faults(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* All memory that a step needs has been touched by the first one; with one thread, since which of several comes to
 * what first differs. */
static void the_first_step_alone_touches_new_memory(void **state) {
    TrainConfig config = small_config();
    Error err = {0};
    Site site = site_new(*state, config);
    Model *model = new_model((ResnetConfig){.arch = "resnet14"});
    config.batch = 2 * BATCH;
    parallel_set_threads(1);
    Trainer *trainer = train_new(model, site.dataset, &config, &err);
    if (!trainer) fail_msg("%s", err.text);
    assert_true(train_step(trainer));
    long before = page_faults();
    assert_true(train_step(trainer));
    /* A map of the first stage has 512 pages. The rest is the system's, which may count what it moves about. */
    assert_true(page_faults() - before < 64);
    parallel_set_threads(2);
    train_free(trainer);
    model_free(model);
    site_free(&site);
}

static void the_rate_warms_up_and_follows_half_a_cosine(void **state) {
    TrainConfig config = small_config();
    config.epochs = 3;
    config.lr = 0.02;
    Site site = site_new(*state, config);
    for (int k = 0; k < 3 * STEPS_AN_EPOCH; k++) {
        double done = (double)(k - STEPS_AN_EPOCH) / (2 * STEPS_AN_EPOCH);
        double expected = k < STEPS_AN_EPOCH ? 0.02 * (k + 1) / STEPS_AN_EPOCH
                                             : 0.01 * (1 + cos(3.14159265358979324 * done));
        run_steps(&site, 1);
        assert_close(train_status(site.trainer).lr, expected, 1e-15); /* the same formula in double */
    }
    site_free(&site);
}

static void the_rate_in_steps_is_a_tenth_after_each_mark(void **state) {
    TrainConfig config = small_config();
    config.schedule = SCHEDULE_STEPS;
    config.warmup_epochs = 0;
    config.lr = 0.02;
    Site site = site_new(*state, config);
    static const double expected[2 * STEPS_AN_EPOCH] = {0.02, 0.02, 0.02, 0.02, 0.002, 0.002, 0.0002, 0.0002};
    for (int k = 0; k < 2 * STEPS_AN_EPOCH; k++) {
        run_steps(&site, 1);
        assert_close(train_status(site.trainer).lr, expected[k], 1e-15); /* a rounding of the product */
    }
    site_free(&site);
}

static void a_broken_loss_stops_before_it_reaches_the_weights(void **state) {
    Site site = site_new(*state, small_config());
    Network *network = site.model->network;
    size_t bytes = network->value_count * sizeof(real);
    run_steps(&site, 1);
    network_values(network, network_find_param(network, "fc.bias"))[3] = (real)NAN;
    real *before = malloc(bytes);
    assert_non_null(before);
    memcpy(before, network_const_all_values(network), bytes);
    assert_false(train_step(site.trainer));
    TrainStatus status = train_status(site.trainer);
    assert_true(status.broken && isnan(status.loss));
    assert_int_equal(status.step, 1);
    assert_memory_equal(network_const_all_values(network), before, bytes);
    assert_false(train_step(site.trainer));
    free(before);
    site_free(&site);
}

static void the_recipe_names_what_matters(void **state) {
    (void)state;
    char text[256];
    TrainConfig config = train_default_config();
    train_describe(&config, text, sizeof text);
    assert_string_equal(text, "30 epochs, batch 128, SGD momentum 0.9 (Nesterov), weight decay 0.0005 on all "
                              "parameters, peak learning rate 0.1, warm-up for 1 epoch, then half a cosine, "
                              "pad-4 crop and flip, seed 0");
}

static void assert_refused(const Site *site, TrainConfig config, const char *reason) {
    Error err = {0};
    assert_null(train_new(site->model, site->dataset, &config, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void impossible_recipes_are_refused(void **state) {
    Site site = site_new(*state, small_config());
    const TrainConfig good = small_config();
    TrainConfig config = good;
    config.batch = 1;
    assert_refused(&site, config, "a batch of 1: expected 2 to 65");
    config.batch = IMAGES + 1;
    assert_refused(&site, config, "a batch of 66: expected 2 to 65");
    config = good, config.epochs = 0;
    assert_refused(&site, config, "0 epochs");
    const double rates[] = {0, -1, (double)NAN, (double)INFINITY};
    for (int k = 0; k < 4; k++) {
        config = good, config.lr = rates[k];
        assert_refused(&site, config, "a positive rate");
    }
    site_free(&site);
}

static void networks_that_do_not_fit_the_pictures_are_refused(void **state) {
    Site site = site_new(*state, small_config());
    Site large = {.model = new_model((ResnetConfig){.arch = "resnet18"}), .dataset = site.dataset};
    Site many = {.model = new_model((ResnetConfig){.arch = "resnet8", .classes = 100}),
                 .dataset = site.dataset};
    assert_refused(&large, small_config(),
                   "resnet18 reads 224x224 images of 1000 classes, cifar10 has 32x32 and 10");
    assert_refused(&many, small_config(),
                   "resnet8 reads 32x32 images of 100 classes, cifar10 has 32x32 and 10");
    model_free(large.model);
    model_free(many.model);
    site_free(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(learning_lowers_the_loss),
        IN_TEMP_DIR(the_status_counts_steps_and_leaves_the_rest_of_an_epoch_out),
        IN_TEMP_DIR(the_same_seed_makes_the_same_weights),
        IN_TEMP_DIR(threads_change_no_weight),
        IN_TEMP_DIR(the_first_step_alone_touches_new_memory),
        IN_TEMP_DIR(the_rate_warms_up_and_follows_half_a_cosine),
        IN_TEMP_DIR(the_rate_in_steps_is_a_tenth_after_each_mark),
        IN_TEMP_DIR(a_broken_loss_stops_before_it_reaches_the_weights),
        cmocka_unit_test(the_recipe_names_what_matters),
        IN_TEMP_DIR(impossible_recipes_are_refused),
        IN_TEMP_DIR(networks_that_do_not_fit_the_pictures_are_refused),
    };
    gemm_init();
    parallel_set_threads(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
