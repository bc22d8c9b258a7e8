#include "tests/support/scene_world.h"

#include <stdio.h>
#include <string.h>

#include "core/inspect/gradient_flow.h"
#include "views/gradients/reading.h"
#include "views/gradients/sides.h"

static void every_op_belongs_to_the_row_of_its_block(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "plain20", "resnet50"};
    for (int k = 0; k < 3; k++) {
        SceneWorld world = scene_world_open(archs[k], 0, SKIP_NONE_REMOVED);
        const Network *network = world.scene.network;
        int last = flow_row_count(network) - 1, before = 0;
        assert_int_equal(last, network->block_count + 1);
        for (int op = 0; op < network->op_count; op++) {
            int row = flow_row_of(network, op);
            assert_true(row == before || row == before + 1);
            if (network->ops[op].block >= 0) assert_int_equal(row, 1 + network->ops[op].block);
            before = row;
        }
        assert_int_equal(before, last);
        for (int row = 0; row <= last; row++)
            assert_int_equal(flow_row_of(network, flow_row_select(network, row)), row);
        assert_string_equal(flow_row_name(network, 0), "stem");
        assert_string_equal(flow_row_name(network, 1), "layer1.0");
        assert_string_equal(flow_row_name(network, last), "head");
        scene_world_close(&world);
    }
}

static void rows_hold_the_norms_of_the_pass(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    const Network *network = world.scene.network;
    for (int b = 0; b < network->block_count; b++) {
        FlowRow row = flow_row(world.pass, 1 + b);
        Junction junction = pass_junction(world.pass, b);
        assert_true(row.known && row.has_skip);
        assert_true(row.total == pass_grad_stats(world.pass, network->blocks[b].input).l2);
        assert_true(row.skip == junction.skip_l2 && row.branch == junction.branch_l2);
        /* |g|^2 = s^2 + b^2 + 2 s b cos; the sum of the parts is rounded to float, 2^-24 of each element. */
        double square =
            row.skip * row.skip + row.branch * row.branch + 2 * row.skip * row.branch * row.cosine;
        assert_close(row.total * row.total / square, 1, 1e-6);
    }
    FlowRow head = flow_row(world.pass, network->block_count + 1);
    assert_true(head.known && !head.has_skip);
    assert_true(isnan(head.skip) && isnan(head.cosine));
    scene_world_close(&world);
}

static void rows_become_known_from_the_head_down(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    int rows = flow_row_count(network), known_before = 0;
    for (int steps = 0; steps <= 2 * network->op_count; steps++) {
        scene_world_run(&world, steps);
        int known = 0;
        for (int row = rows - 1; row >= 0 && flow_row(world.pass, row).known; row--) known++;
        for (int row = 0; row < rows - known; row++) assert_true(isnan(flow_row(world.pass, row).total));
        assert_true(known == known_before || known == known_before + 1);
        assert_int_equal(flow_summary(world.pass).known, known >= rows - 1);
        known_before = known;
    }
    assert_int_equal(known_before, rows);
    scene_world_close(&world);
}

static void the_factors_of_the_blocks_multiply_to_the_overall_factor(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("plain20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    FlowSummary summary = flow_summary(world.pass);
    assert_int_equal(summary.blocks, 9);
    /* pow there and back: a few units in the last place of a double. */
    assert_close(pow(summary.per_block, 9) / summary.overall, 1, 1e-12);
    assert_close(summary.overall, flow_row(world.pass, 1).total / flow_row(world.pass, 10).total, 0);
    assert_int_equal(summary.opposing, 0);
    for (int row = 1; row <= 9; row++) {
        assert_true(flow_row(world.pass, row).total <= flow_row(world.pass, summary.largest).total);
        assert_true(flow_row(world.pass, row).total >= flow_row(world.pass, summary.smallest).total);
    }
    scene_world_close(&world);
}

static void ranges_cover_every_drawn_norm(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_CUT);
    double range[2] = {INFINITY, 0};
    flow_widen_by_rows(world.pass, range);
    assert_true(isinf(range[0]) && range[1] == 0);
    scene_world_run(&world, -1);
    flow_widen_by_rows(world.pass, range);
    for (int row = 0; row < flow_row_count(world.scene.network); row++) {
        FlowRow flow = flow_row(world.pass, row);
        assert_true(flow.total >= range[0] && flow.total <= range[1]);
    }
    double wider[2] = {range[0], range[1]};
    flow_widen_by_ops(world.pass, wider);
    assert_true(range[0] > 0 && wider[0] <= range[0] && wider[1] >= range[1]);
    scene_world_close(&world);
}

static void norms_are_untrained_until_one_running_value_moves(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    Network *network = world.model->network;
    assert_true(flow_norms_untrained(network));
    const Param *param = network_find_param(network, "layer3.2.bn2.running_var");
    network_values(network, param)[param->count - 1] = 2;
    assert_false(flow_norms_untrained(network));
    scene_world_close(&world);
}

static void readings_say_what_the_numbers_say(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    assert_shows(reading_summary(&world.scene, true).text, "has run 0 of %d", world.scene.network->op_count);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_PLAIN);
    FlowSummary own = flow_summary(world.pass), baseline = flow_summary(world.baseline);
    ReadingText text = reading_summary(&world.scene, false);
    assert_shows(text.text, "x%.3g (x%.3g a block); plain:", own.overall, own.per_block);
    assert_shows(text.text, "x%.3g (x%.3g a block)", baseline.overall, baseline.per_block);
    assert_shows(text.text, "in %d of 9", own.opposing);
    assert_true(strlen(text.text) < READING_TEXT_MAX - 1);
    scene_world_close(&world);
}

/* Where the forward pass is another one, the sentence says what became of the loss. */
static void a_pair_is_said_with_the_loss_where_that_differs(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    const SkipMode modes[] = {SKIP_CUT, SKIP_PLAIN};
    for (int k = 0; k < 2; k++) {
        scene_world_add_baseline(&world, modes[k]);
        double with = flow_row(world.pass, 3).total, without = flow_row(world.baseline, 3).total;
        double built = pass_loss(world.pass), lost = pass_loss(world.baseline);
        bool differs = fmax(built, lost) > 2 * fmin(built, lost);
        char factor[64];
        snprintf(factor, sizeof factor, "%s times %s",
                 gradient_factor(fmax(with, without) / fmin(with, without)).text,
                 without < with ? "smaller" : "larger");
        ReadingText text = reading_pair(&world.scene, 3);
        assert_shows(text.text, "At layer1.2 ");
        assert_shows(text.text, "%s", factor);
        assert_int_equal(strstr(text.text, "loss") != NULL, differs);
        assert_int_equal(differs, modes[k] == SKIP_PLAIN);
    }
    scene_world_close(&world);
}

static void a_deep_network_fits_into_the_reading(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet50", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_CUT);
    ReadingText text = reading_summary(&world.scene, false);
    assert_true(text.text[strlen(text.text) - 1] == '.');
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_belongs_to_the_row_of_its_block),
        cmocka_unit_test(rows_hold_the_norms_of_the_pass),
        cmocka_unit_test(rows_become_known_from_the_head_down),
        cmocka_unit_test(the_factors_of_the_blocks_multiply_to_the_overall_factor),
        cmocka_unit_test(ranges_cover_every_drawn_norm),
        cmocka_unit_test(norms_are_untrained_until_one_running_value_moves),
        cmocka_unit_test(readings_say_what_the_numbers_say),
        cmocka_unit_test(a_pair_is_said_with_the_loss_where_that_differs),
        cmocka_unit_test(a_deep_network_fits_into_the_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
