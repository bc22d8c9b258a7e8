#include "tests/support/scene_world.h"

#include <string.h>

#include "views/architecture/figure.h"

extern const ViewOps view_architecture_ops;

static SceneWorld open_figure(const char *arch, char shortcut, SkipMode skip) {
    SceneWorld world = scene_world_open(arch, shortcut, skip);
    world.scene.width = 80, world.scene.height = 19;
    assert_int_equal(scene_world_do(&world, &view_architecture_ops, ACTION_OTHER, "").id, ACTION_NONE);
    return world;
}

static char *draw_all(const SceneWorld *world, int width, unsigned flags) {
    int rows = architecture_figure_row_count(world->scene.network) + 4;
    return scene_world_draw(world, &view_architecture_ops, (SceneScreen){width, rows, flags});
}

/* He et al. 2015, figure 3: 33 convolutions, 16 shortcuts of which 3 are dashed. */
static void resnet34_is_the_figure_of_the_paper(void **state) {
    (void)state;
    SceneWorld world = open_figure("resnet34", 0, SKIP_NONE_REMOVED);
    for (int width = 80; width <= 200; width += 60) {
        char *text = draw_all(&world, width, 0);
        assert_shows(text, "plain34, the twin");
        assert_shows(text, "resnet34 (this one)");
        assert_shows(text, "7x7 conv, 64, /2");
        assert_shows(text, "3x3 conv, 512, /2");
        assert_shows(text, "avg pool");
        assert_shows(text, "fc 1000");
        assert_int_equal(scene_count(text, " conv, "), 2 * 33);
        assert_int_equal(scene_count(text, "3x3 conv, 256, /2"), 2);
        assert_int_equal(scene_count(text, "⊕") - 1, 16); /* one stands in the legend */
        assert_int_equal(scene_count(text, "◂╌"), 3);
        free(text);
    }
    scene_world_close(&world);
}

static void each_block_has_one_addition_in_ascii_too(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "plain20", "resnet50"};
    for (int k = 0; k < 3; k++) {
        SceneWorld world = open_figure(archs[k], 0, SKIP_NONE_REMOVED);
        char *text = draw_all(&world, 80, CANVAS_ASCII);
        assert_int_equal(scene_count(text, "(+)"), world.scene.network->block_count);
        assert_shows(text, k == 1 ? "plain20 (this one)" : "(this one)");
        free(text);
        scene_world_close(&world);
    }
}

static void the_rows_cost_what_the_network_and_its_plain_twin_cost(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet50", 0, SKIP_NONE_REMOVED),
               twin = scene_world_open("plain50", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    size_t all = 0, plain = 0, params;
    uint64_t all_macs = 0, plain_macs = 0, macs;
    for (int row = 0; row < architecture_figure_row_count(network); row++) {
        architecture_figure_cost(network, row, &params, &macs);
        all += params, all_macs += macs;
        if (architecture_figure_row_at(network, row).kind == FIGURE_ADDITION) continue;
        plain += params, plain_macs += macs;
    }
    assert_true(all == network_param_count(network) && all_macs == network_macs(network));
    assert_true(plain == network_param_count(twin.scene.network));
    assert_true(plain_macs == network_macs(twin.scene.network));
    scene_world_close(&world);
    scene_world_close(&twin);
}

static void every_op_belongs_to_a_row_and_the_cursor_stands_on_it(void **state) {
    (void)state;
    SceneWorld world = open_figure("resnet20", 'B', SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    for (int op = 0; op < network->op_count; op++) {
        int row = architecture_figure_row_of(network, op);
        assert_in_range(row, 0, architecture_figure_row_count(network) - 1);
        FigureRow shown = architecture_figure_row_at(network, row);
        assert_int_equal(architecture_figure_row_of(network, shown.op), row);
        scene_world_select(&world, network->ops[op].name, PHASE_FORWARD, 0);
        char *text = scene_world_draw(&world, &view_architecture_ops, scene_screens[0]);
        assert_int_equal(scene_count(text, "▸"), 1);
        free(text);
    }
    scene_world_close(&world);
}

static void down_walks_layer_by_layer_to_the_end(void **state) {
    (void)state;
    SceneWorld world = open_figure("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    int count = architecture_figure_row_count(network);
    for (int row = 0; row < count; row++) {
        assert_int_equal(architecture_figure_row_of(network, world.scene.op), row);
        scene_world_do(&world, &view_architecture_ops, ACTION_DOWN, "");
    }
    assert_int_equal(architecture_figure_row_of(network, world.scene.op), count - 1);
    assert_int_equal(scene_world_do(&world, &view_architecture_ops, ACTION_OPEN, "").id, ACTION_RUN_HERE);
    scene_world_do(&world, &view_architecture_ops, ACTION_OTHER, "");
    char *text = scene_world_draw(&world, &view_architecture_ops, scene_screens[0]);
    assert_null(strstr(text, "the twin"));
    free(text);
    scene_world_close(&world);
}

static void removed_and_cut_skips_are_seen_in_the_figure(void **state) {
    (void)state;
    SceneWorld world = open_figure("resnet20", 0, SKIP_PLAIN);
    char *text = draw_all(&world, 200, 0);
    assert_int_equal(scene_count(text, "removed"), 9);
    assert_int_equal(scene_count(text, "◂"), 0);
    free(text);
    scene_world_close(&world);
    world = open_figure("resnet20", 0, SKIP_CUT);
    text = draw_all(&world, 200, 0);
    assert_int_equal(scene_count(text, "cut in backward"), 9);
    assert_int_equal(scene_count(text, "×"), 9);
    free(text);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resnet34_is_the_figure_of_the_paper),
        cmocka_unit_test(each_block_has_one_addition_in_ascii_too),
        cmocka_unit_test(the_rows_cost_what_the_network_and_its_plain_twin_cost),
        cmocka_unit_test(every_op_belongs_to_a_row_and_the_cursor_stands_on_it),
        cmocka_unit_test(down_walks_layer_by_layer_to_the_end),
        cmocka_unit_test(removed_and_cut_skips_are_seen_in_the_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
