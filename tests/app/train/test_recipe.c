/* From the options of `train` to a recipe, in its own words. */
#include <string.h>

#include "app/train/recipe.h"
#include "tests/support/assert_close.h"

enum { ARGUMENTS_MAX = 24 };

static bool read(TrainConfig *config, DatasetKind kind, const char *const *arguments, Error *err) {
    static Options options;
    static char *argv[ARGUMENTS_MAX + 3];
    int argc = 0;
    *err = (Error){0};
    argv[argc++] = (char *)"skipscope";
    argv[argc++] = (char *)"train";
    for (; *arguments; arguments++) argv[argc++] = (char *)*arguments;
    return options_parse(&options, argc, argv, err) && train_recipe(config, &options, kind, err);
}

static void assert_recipe(const char *expected, const char *const *arguments) {
    TrainConfig config;
    Error err;
    char text[TRAIN_RECIPE_MAX];
    if (!read(&config, DATASET_CIFAR10, arguments, &err)) fail_msg("%s", err.text);
    train_describe(&config, text, sizeof text);
    assert_string_equal(text, expected);
}

static void assert_refused(const char *part, const char *const *arguments) {
    TrainConfig config;
    Error err;
    assert_false(read(&config, DATASET_CIFAR10, arguments, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    if (!strstr(err.text, part)) fail_msg("'%s' does not say '%s'", err.text, part);
}

#define WITH(...) ((const char *const[]){__VA_ARGS__, NULL})

static void each_option_has_its_words(void **state) {
    (void)state;
    assert_recipe(
        "30 epochs, batch 128, SGD momentum 0.9 (Nesterov), weight decay 0.0005 on all parameters, peak "
        "learning rate 0.1, warm-up for 1 epoch, then half a cosine, pad-4 crop and flip, seed 0",
        (const char *const[]){NULL});
    assert_recipe(
        "164 epochs, batch 128, SGD momentum 0.9, weight decay 0.0001 on all parameters, peak learning "
        "rate 0.1, the paper's schedule: divided by 10 at 1/2 and 3/4, from 110 layers on a tenth until "
        "the training error is below 80 %, pad-4 crop and flip, seed 0",
        WITH("--schedule", "paper", "--no-nesterov", "--weight-decay", "1e-4", "--epochs", "164"));
    assert_recipe(
        "30 epochs, batch 128, AdamW beta1 0.9, weight decay 0.01 on weights, not on batch norm and "
        "biases, peak learning rate 0.001, constant, pad-4 crop and flip, seed 0",
        WITH("--optimizer", "adamw", "--no-decay-norm", "--schedule", "constant"));
    assert_recipe(
        "30 epochs, batch 128, AdamW beta1 0.8, weight decay 0 on all parameters, peak learning rate "
        "0.002, warm-up for 2.5 epochs, then times 0.2 after every 10 epochs, pad-4 crop and flip, seed 0",
        WITH("--optimizer", "adamw", "--momentum", "0.8", "--weight-decay", "0", "--lr", "0.002",
             "--schedule", "step:10:0.2", "--warmup", "2.5"));
    assert_recipe(
        "30 epochs, batch 128, SGD momentum 0.95 to 0.85 and back (Nesterov), weight decay 0.0005 on all "
        "parameters, peak learning rate 0.1, one cycle, pad-4 crop and flip, label smoothing 0.1, "
        "gradients clipped at norm 2, stochastic depth 0.3, weights averaged with decay 0.99, seed 0",
        WITH("--schedule", "one-cycle", "--label-smoothing", "0.1", "--clip", "2", "--stochastic-depth",
             "0.3", "--ema", "0.99"));
    assert_recipe(
        "30 epochs, batch 128, SGD momentum 0.8 (Nesterov), weight decay 0.0005 on all parameters, peak "
        "learning rate 0.1, one cycle that rises for 6 epochs, pad-4 crop and flip, seed 0",
        WITH("--schedule", "one-cycle", "--momentum", "0.8", "--warmup", "6"));
    assert_recipe(
        "30 epochs, batch 128, SGD momentum 0, weight decay 0.0005 on all parameters, peak learning rate "
        "0.1, no warm-up, divided by 10 at 1/2 and 3/4, pad-4 crop and flip, seed 0",
        WITH("--momentum", "0", "--schedule", "steps", "--warmup", "0"));
}

/* As they were before there was anything to choose: weights and checkpoints are compared by these words. */
static void steps_have_the_words_they_always_had(void **state) {
    (void)state;
    assert_recipe(
        "30 epochs, batch 128, SGD momentum 0.9 (Nesterov), weight decay 0.0005 on all parameters, peak "
        "learning rate 0.1, divided by 10 at 1/2 and 3/4, pad-4 crop and flip, seed 0",
        WITH("--schedule", "steps"));
}

/* The bundled set's rate is for SGD. */
static void adamw_has_its_own_rate_on_every_data_set(void **state) {
    (void)state;
    TrainConfig config;
    Error err;
    assert_true(read(&config, DATASET_MINI, (const char *const[]){NULL}, &err));
    assert_close(config.lr, 0.02, 0);
    assert_true(read(&config, DATASET_MINI, WITH("--optimizer", "adamw"), &err));
    assert_close(config.lr, 0.001, 0);
    assert_true(read(&config, DATASET_MINI, WITH("--optimizer", "adamw", "--lr", "0.5"), &err));
    assert_close(config.lr, 0.5, 0);
}

static void what_does_not_fit_together_is_refused(void **state) {
    (void)state;
    assert_refused("--schedule: expected cosine", WITH("--schedule", "cosinus"));
    static const char *const steps[] = {"step:",    "step:0",   "step:x",       "step:3x",   "step:3:",
                                        "step:3:0", "step:3:2", "step:3:0.1:4", "step:3:nan"};
    for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
        assert_refused("--schedule: expected", WITH("--schedule", steps[k]));
    assert_refused("--warmup: the paper's schedule has its own",
                   WITH("--schedule", "paper", "--warmup", "1"));
    assert_refused("--no-nesterov: AdamW", WITH("--optimizer", "adamw", "--no-nesterov"));
    assert_refused("--optimizer", WITH("--optimizer", "adam-w"));
    assert_refused("--label-smoothing", WITH("--label-smoothing", "1"));
    assert_refused("--ema", WITH("--ema", "-0.5"));
    assert_refused("--momentum", WITH("--momentum", "1"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_option_has_its_words),
        cmocka_unit_test(steps_have_the_words_they_always_had),
        cmocka_unit_test(adamw_has_its_own_rate_on_every_data_set),
        cmocka_unit_test(what_does_not_fit_together_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
