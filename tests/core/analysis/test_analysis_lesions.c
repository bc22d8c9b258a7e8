#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

/* The share of pictures whose predicted class stays, and the change of loss, from passes of their own. */
static void lose_one(const AnalysisWorld *world, int block, double *right, double *change) {
    Error err = {0};
    bool lost[3] = {false};
    int n = world->input.image_count, same = 0, classes = world->model->network->classes;
    Pass *intact = analysis_run_pass(&world->input, &err);
    AnalysisInput input = world->input;
    int *targets = calloc((size_t)n, sizeof *targets);
    for (int k = 0; k < n; k++) targets[k] = pass_target(intact, k);
    lost[block] = true;
    input.skip = SKIP_LESION, input.lesioned = lost, input.targets = targets;
    Pass *pass = analysis_run_pass(&input, &err);
    for (int k = 0; k < n; k++) {
        const double *p = pass_probabilities(pass) + k * classes;
        int best = 0;
        for (int c = 1; c < classes; c++)
            if (p[c] > p[best]) best = c;
        same += best == targets[k];
    }
    *right = (double)same / n;
    *change = pass_loss(pass) - pass_loss(intact);
    free(targets);
    pass_free(intact);
    pass_free(pass);
}

static void each_block_once_is_what_a_lesioned_pass_says(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 'B', 20);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LESIONS);
    for (int b = 0; b < 3; b++) {
        double right, change;
        const char *name = world.model->network->blocks[b].name;
        lose_one(&world, b, &right, &change);
        assert_close(analysis_world_value(&result, name, "right"), right, 1e-15);
        /* mean loss of one pass in float32 against a mean of doubles */
        assert_close(analysis_world_value(&result, name, "loss +"), change, 1e-5 * (1 + fabs(change)));
        assert_close(analysis_world_value(&result, name, "n"), 20, 0);
    }
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void nothing_lost_is_the_network_bit_for_bit(void **state) {
    (void)state;
    static const char *const archs[] = {"resnet8", "plain8"};
    for (int k = 0; k < 2; k++) {
        AnalysisWorld world = analysis_world_open(archs[k], 0, 3);
        AnalysisResult result = analysis_world_run(&world, ANALYSIS_LESIONS);
        assert_close(result.oracle_value, 0, 0);
        assert_close(analysis_world_value(&result, "none lost", "right"), 1, 0); /* it agrees with itself */
        assert_close(analysis_world_value(&result, "none lost", "loss +"), 0, 0);
        assert_close(analysis_world_value(&result, "none lost", "other loss +"), 0, 0);
        analysis_result_clear(&result);
        analysis_world_close(&world);
    }
}

static void a_branch_that_says_nothing_is_not_missed(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    Network *network = world.model->network;
    static const char *const names[] = {"layer2.0.bn2.weight", "layer2.0.bn2.bias"};
    for (int k = 0; k < 2; k++) {
        const Param *param = network_find_param(network, names[k]);
        memset(network_values(network, param), 0, param->count * sizeof(real));
    }
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LESIONS);
    assert_close(analysis_world_value(&result, "layer2.0", "right"), 1, 0);
    assert_close(analysis_world_value(&result, "layer2.0", "loss +"), 0, 0);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void labels_decide_what_is_right_where_all_are_known(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    int never[] = {0, 0};
    Error err = {0};
    Pass *pass = analysis_run_pass(&world.input, &err);
    for (int k = 0; k < 2; k++) never[k] = (pass_target(pass, k) + 1) % 10;
    pass_free(pass);
    world.input.labels = never;
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LESIONS);
    assert_close(analysis_world_value(&result, "none lost", "right"), 0, 0);
    assert_non_null(strstr(result.certainty, "the picture's class"));
    analysis_result_clear(&result);
    never[1] = -1;
    result = analysis_world_run(&world, ANALYSIS_LESIONS);
    assert_close(analysis_world_value(&result, "none lost", "right"), 1, 0);
    assert_non_null(strstr(result.certainty, "what the intact network said"));
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

/* Wilson's interval at z = 1 for p = 1, n = 3: sqrt(1/36) / (4/3). */
static void few_pictures_that_are_all_right_have_an_error_all_the_same(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 3);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LESIONS);
    assert_close(analysis_world_value(&result, "none lost", "right +-"), 0.125, 1e-12);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void random_choices_follow_seed_and_number_of_draws(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet20", 0, 1);
    world.input.twin = NULL;
    world.input.samples = 3;
    AnalysisResult a = analysis_world_run(&world, ANALYSIS_LESIONS);
    world.input.seed = 2;
    AnalysisResult b = analysis_world_run(&world, ANALYSIS_LESIONS);
    assert_close(analysis_world_value(&a, "2 random", "n"), 3, 0);
    assert_true(analysis_world_value(&a, "2 random", "loss +") !=
                analysis_world_value(&b, "2 random", "loss +"));
    /* all but one block of nine: 8 random */
    assert_int_equal(a.table.row_count, 1 + 9 + 4);
    analysis_result_clear(&a);
    analysis_result_clear(&b);
    analysis_world_close(&world);
}

/* Of two chunks on one thread: blocks one by one from the last on while there is only the first, all of them and only
 * its pictures while the second is on its way. */
static void what_is_given_up_shows_only_blocks_that_all_pictures_have_seen(void **state) {
    (void)state;
    Error err = {0};
    int threads = parallel_threads();
    parallel_set_threads(1);
    AnalysisWorld world = analysis_world_open("resnet8", 0, 20);
    Analysis *analysis = analysis_new(ANALYSIS_LESIONS, &world.input, &err);
    while (analysis_done(analysis) < 4) analysis_step(analysis);
    AnalysisResult result;
    assert_true(analysis_report(analysis, &result));
    assert_int_equal(result.table.row_count, 2);
    assert_string_equal(result.table.labels[1], "layer3.0");
    assert_close(analysis_world_value(&result, "layer3.0", "n"), 16, 0);
    assert_non_null(strstr(result.reading, "Not all blocks"));
    analysis_result_clear(&result);
    int choices = analysis_total(analysis) / 4; /* two chunks, two networks */
    while (analysis_done(analysis) < 2 * choices + 2) analysis_step(analysis);
    assert_true(analysis_report(analysis, &result));
    assert_false(result.complete);
    assert_int_equal(result.table.row_count, 1 + 3 + 1);
    assert_close(analysis_world_value(&result, "none lost", "n"), 16, 0);
    assert_close(analysis_world_value(&result, "2 random", "n"), 16 * 5, 0);
    assert_non_null(strstr(result.certainty, "n=16 pictures"));
    analysis_result_clear(&result);
    parallel_set_threads(threads);
    analysis_free(analysis);
    analysis_world_close(&world);
}

static void it_begins_with_the_network_as_built(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    world.input.skip = SKIP_CUT;
    analysis_world_refuses(&world, ANALYSIS_LESIONS, "as built");
    analysis_world_close(&world);
}

/* Six sizes of a million draws each, over ten thousand pictures, are more passes than an int counts. */
static void more_passes_than_can_be_counted_are_refused(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet20", 'A', 1);
    AnalysisInput input = world.input;
    Error err = {0};
    input.samples = 1000000;
    input.image_count = 10000;
    input.labels = NULL;
    Analysis *analysis = analysis_new(ANALYSIS_LESIONS, &input, &err);
    assert_null(analysis);
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "passes are asked for: expected at most 2147483647"));
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_once_is_what_a_lesioned_pass_says),
        cmocka_unit_test(nothing_lost_is_the_network_bit_for_bit),
        cmocka_unit_test(a_branch_that_says_nothing_is_not_missed),
        cmocka_unit_test(labels_decide_what_is_right_where_all_are_known),
        cmocka_unit_test(few_pictures_that_are_all_right_have_an_error_all_the_same),
        cmocka_unit_test(random_choices_follow_seed_and_number_of_draws),
        cmocka_unit_test(what_is_given_up_shows_only_blocks_that_all_pictures_have_seen),
        cmocka_unit_test(it_begins_with_the_network_as_built),
        cmocka_unit_test(more_passes_than_can_be_counted_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
