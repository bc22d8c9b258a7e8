#include "views/panel/navigator.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/scene_world.h"
#include "views/canvas/export.h"

static char *draw(const SceneWorld *world, int height) {
    Canvas *canvas = canvas_new(NAVIGATOR_WIDTH, height, 0);
    navigator_draw(canvas, canvas_area(canvas), &world->scene);
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static void only_the_selected_block_shows_its_operations(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.0.conv2", PHASE_FORWARD, 0);
    const Network *network = world.scene.network;
    int op = world.scene.op, count = navigator_row_count(network, op), open = 0, folded = 0;
    for (int k = 0; k < count; k++) {
        NavigatorRow row = navigator_row_at(network, op, k);
        if (row.folded)
            folded++;
        else if (row.block >= 0) {
            open++;
            assert_string_equal(network->blocks[row.block].name, "layer2.0");
        }
    }
    assert_int_equal(folded, 8);
    assert_int_equal(open, 8); /* conv1 bn1 relu1 conv2 bn2 downsample add relu2 */
    assert_int_equal(count, folded + open + 4 + 3);
    scene_world_close(&world);
}

static void every_block_shows_where_its_skip_comes_back(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.0.conv2", PHASE_FORWARD, 0);
    char *text = draw(&world, 40);
    assert_int_equal(scene_count(text, "⊕"), 9);
    free(text);
    scene_world_close(&world);
}

static void norms_are_those_of_the_pass(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, 5);
    scene_world_select(&world, "bn1", PHASE_FORWARD, 0);
    char *text = draw(&world, 40);
    Stats stats = pass_act_stats(world.pass, world.scene.op);
    assert_shows(text, "bn1              16x32x32%8.3g", stats.l2);
    assert_shows(text, "layer3.2           64x8x8       ·");
    free(text);
    scene_world_close(&world);
}

/* Weights of the last layer a thousandth as large make all gradients so: 0.000123 has eight characters. */
static void a_small_norm_keeps_a_space_before_it(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    Network *network = world.model->network;
    const Param *weights = network_find_param(network, "fc.weight");
    for (size_t k = 0; k < weights->count; k++) network_values(network, weights)[k] *= (real)1e-3;
    scene_world_run(&world, -1);
    scene_world_select(&world, "layer3.2.relu2", PHASE_BACKWARD, 0);
    char *text = draw(&world, 40);
    int found = 0;
    for (const char *row = text; (row = strstr(row, "64x8x8")); row += 6, found++)
        if (row[6] != ' ') fail_msg("%.30s", row);
    assert_true(found > 3);
    assert_shows(text, "e-0");
    free(text);
    scene_world_close(&world);
}

static void the_selected_operation_is_seen_however_deep_the_network(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet110", 0, SKIP_NONE_REMOVED);
    static const char *const names[] = {"input", "layer2.9.conv2", "loss"};
    for (int k = 0; k < 3; k++) {
        scene_world_select(&world, names[k], PHASE_FORWARD, 0);
        char *text = draw(&world, 20);
        assert_shows(text, "▸");
        assert_shows(text, "%s", names[k]);
        free(text);
    }
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_selected_block_shows_its_operations),
        cmocka_unit_test(every_block_shows_where_its_skip_comes_back),
        cmocka_unit_test(norms_are_those_of_the_pass),
        cmocka_unit_test(a_small_norm_keeps_a_space_before_it),
        cmocka_unit_test(the_selected_operation_is_seen_however_deep_the_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
