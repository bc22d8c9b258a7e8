#include "app/cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"

enum { ARGUMENTS_MAX = 16 };

/* argv of a call; getopt permutes it. */
typedef struct Call {
    char *argv[ARGUMENTS_MAX + 1];
    int argc;
    Options options;
    Error err;
} Call;

static bool parse(Call *call, const char *const *arguments) {
    *call = (Call){.argv = {(char *)"skipscope"}, .argc = 1};
    for (; *arguments; arguments++) call->argv[call->argc++] = (char *)*arguments;
    return options_parse(&call->options, call->argc, call->argv, &call->err);
}

#define PARSE(call, ...) parse(call, (const char *const[]){__VA_ARGS__, NULL})

static void assert_refused(const char *part, const char *const *arguments) {
    Call call;
    if (parse(&call, arguments)) fail_msg("accepted, expected a refusal with '%s'", part);
    assert_int_equal(call.err.kind, ERROR_USAGE);
    if (!strstr(call.err.text, part)) fail_msg("'%s' does not say '%s'", call.err.text, part);
}

#define REFUSED(part, ...) assert_refused(part, (const char *const[]){__VA_ARGS__, NULL})

static void no_command_means_the_explorer(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "resnet20", "cat.png"));
    assert_int_equal(call.options.command, COMMAND_EXPLORE);
    assert_int_equal(call.options.word_count, 2);
    assert_string_equal(call.options.words[1], "cat.png");
}

static void the_command_is_found_after_options_and_their_values(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "--ascii", "--arch", "resnet20", "summary", "--json"));
    assert_int_equal(call.options.command, COMMAND_SUMMARY);
    assert_int_equal(call.options.word_count, 0);
    assert_string_equal(call.options.model.arch, "resnet20");
    assert_true(call.options.output.json && call.options.output.ascii);
}

static void a_value_that_is_a_commands_name_is_no_command(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "--weights", "train"));
    assert_int_equal(call.options.command, COMMAND_EXPLORE);
    assert_string_equal(call.options.model.weights, "train");
}

static void options_may_stand_after_words(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "classify", "a.png", "--top", "3", "b.png"));
    assert_int_equal(call.options.output.top, 3);
    assert_int_equal(call.options.word_count, 2);
    assert_string_equal(call.options.words[0], "a.png");
}

static void two_dashes_end_the_options(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "classify", "--", "--top"));
    assert_string_equal(call.options.words[0], "--top");
}

static void help_anywhere_wins_over_mistakes(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "train", "--nonsense", "--help"));
    assert_true(call.options.help);
    assert_int_equal(call.options.command, COMMAND_TRAIN);
}

static void whole_numbers_are_read_strictly(void **state) {
    (void)state;
    static const char *const bad[] = {"5abc", "",   "-3",  "1e9", "0",
                                      " 5",   "+5", "0x5", "5.0", "99999999999999999999"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        REFUSED("--limit: expected a whole number from 1 to 1000000", "eval", "--limit", bad[k]);
    Call call;
    assert_true(PARSE(&call, "eval", "--limit", "005"));
    assert_int_equal(call.options.input.limit, 5);
}

static void real_numbers_are_read_strictly(void **state) {
    (void)state;
    static const char *const bad[] = {"", "nan", "inf", "0x1p3", "0.1x", " 0.1", "0,1", "-0.1", "1e99", "."};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        REFUSED("--lr: expected a number", "train", "--lr", bad[k]);
    Call call;
    assert_true(PARSE(&call, "train", "--lr=2.5e-2"));
    assert_close(call.options.train.lr, 0.025, 0);
}

static void lists_of_numbers_are_read_strictly(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "bench", "--batch", "1,8,32"));
    assert_int_equal(call.options.run.batch.count, 3);
    assert_int_equal(call.options.run.batch.values[2], 32);
    REFUSED("--batch", "bench", "--batch", "1,,2");
    REFUSED("--batch", "bench", "--batch", "1,");
    REFUSED("--mean: expected three numbers", "eval", "--mean", "0.5,0.5");
    REFUSED("--mean: expected three numbers", "eval", "--mean", "0.5,0.5,0.5,0.5");
    REFUSED("--std: expected three numbers", "eval", "--std", "0.5,0,0.5");
    assert_true(PARSE(&call, "eval", "--mean", "0.5,-1,0.25"));
    assert_true(call.options.input.mean.known);
    assert_close(call.options.input.mean.values[1], -1, 0);
}

static void a_seed_may_have_all_64_bits(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "train", "--seed", "18446744073709551615"));
    assert_true(call.options.model.seed == 18446744073709551615ull);
    REFUSED("--seed", "train", "--seed", "18446744073709551616");
    REFUSED("--seed", "train", "--seed", "-1");
}

static void a_size_is_columns_by_rows(void **state) {
    (void)state;
    Call call;
    assert_true(PARSE(&call, "--size", "120x40"));
    assert_int_equal(call.options.explorer.size.width, 120);
    assert_int_equal(call.options.explorer.size.height, 40);
    REFUSED("--size: expected columns and rows", "--size", "80");
    REFUSED("--size: expected columns and rows", "--size", "80x");
    REFUSED("--size: expected columns and rows", "--size", "80x24x2");
}

static void unknown_options_name_the_nearest_one(void **state) {
    (void)state;
    REFUSED("the nearest is --json", "summary", "--jsno");
    REFUSED("the nearest is --epochs", "train", "--epoch", "3");
    REFUSED("there is no option -Z", "summary", "-Z");
}

static void unknown_values_name_the_nearest_one(void **state) {
    (void)state;
    REFUSED("the nearest is 'train'", "eval", "--bn", "trian");
    REFUSED("expected A, B or C, found 'D'", "summary", "--shortcut", "D");
    REFUSED("the nearest is 'cifar100'", "eval", "--dataset", "cifar1000");
}

static void an_option_of_another_command_is_called_that(void **state) {
    (void)state;
    REFUSED("--lr is not an option of summary but of flow, train", "summary", "--lr", "0.1");
}

static void missing_and_superfluous_values_are_refused(void **state) {
    (void)state;
    REFUSED("needs a value", "eval", "--limit");
    REFUSED("takes no value", "summary", "--json=1");
    REFUSED("expected FILE, found nothing", "summary", "--weights", "");
}

static void the_number_of_words_is_checked(void **state) {
    (void)state;
    REFUSED("one word too many", "summary", "resnet20", "resnet32");
    REFUSED("classify needs", "classify");
}

static void the_environment_presets_and_the_command_line_wins(void **state) {
    (void)state;
    Call call;
    setenv("SKIPSCOPE_WITHOUT_SKIP", "cut", 1);
    setenv("SKIPSCOPE_LIMIT", "7", 1);
    assert_true(PARSE(&call, "gradflow", "--limit", "9"));
    assert_string_equal(call.options.run.without_skip, "cut");
    assert_int_equal(call.options.input.limit, 9);
    assert_true(options_given(&call.options, "limit"));
    assert_false(options_given(&call.options, "without-skip"));
    /* bench knows no --limit: a preset for others is no error there */
    assert_true(PARSE(&call, "bench"));
    setenv("SKIPSCOPE_LIMIT", "many", 1);
    REFUSED("SKIPSCOPE_LIMIT: expected a whole number", "eval");
    unsetenv("SKIPSCOPE_LIMIT");
    unsetenv("SKIPSCOPE_WITHOUT_SKIP");
}

static void a_flag_in_the_environment_can_be_off(void **state) {
    (void)state;
    Call call;
    setenv("SKIPSCOPE_ASCII", "0", 1);
    assert_true(PARSE(&call, "ops"));
    assert_false(call.options.output.ascii);
    setenv("SKIPSCOPE_ASCII", "1", 1);
    assert_true(PARSE(&call, "ops"));
    assert_true(call.options.output.ascii);
    unsetenv("SKIPSCOPE_ASCII");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_means_the_explorer),
        cmocka_unit_test(the_command_is_found_after_options_and_their_values),
        cmocka_unit_test(a_value_that_is_a_commands_name_is_no_command),
        cmocka_unit_test(options_may_stand_after_words),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(help_anywhere_wins_over_mistakes),
        cmocka_unit_test(whole_numbers_are_read_strictly),
        cmocka_unit_test(real_numbers_are_read_strictly),
        cmocka_unit_test(lists_of_numbers_are_read_strictly),
        cmocka_unit_test(a_seed_may_have_all_64_bits),
        cmocka_unit_test(a_size_is_columns_by_rows),
        cmocka_unit_test(unknown_options_name_the_nearest_one),
        cmocka_unit_test(unknown_values_name_the_nearest_one),
        cmocka_unit_test(an_option_of_another_command_is_called_that),
        cmocka_unit_test(missing_and_superfluous_values_are_refused),
        cmocka_unit_test(the_number_of_words_is_checked),
        cmocka_unit_test(the_environment_presets_and_the_command_line_wins),
        cmocka_unit_test(a_flag_in_the_environment_can_be_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
