#include "tests/support/scene_world.h"

#include <stdio.h>
#include <string.h>

#include "core/inspect/gradient_flow.h"

extern const ViewOps view_gradients_ops;

static char *draw(const SceneWorld *world, int screen) {
    return scene_world_draw(world, &view_gradients_ops, scene_screens[screen]);
}

static void it_is_the_view_of_its_name(void **state) {
    (void)state;
    assert_string_equal(view_gradients_ops.name, "gradients");
    assert_string_equal(view_gradients_ops.title, "Gradients");
    assert_int_equal(view_gradients_ops.key, 'r');
}

/* Is there a line that has both? */
static bool line_has(const char *screen, const char *name, const char *wanted) {
    const char *next;
    for (const char *line = screen; *line; line = next) {
        next = line + strcspn(line, "\n");
        const char *found_name = strstr(line, name), *found = strstr(line, wanted);
        if (found_name && found_name < next && found && found < next) return true;
        next += *next == '\n';
    }
    return false;
}

static void assert_row_shows(const char *screen, const char *name, const char *wanted) {
    if (!line_has(screen, name, wanted)) fail_msg("no line with %s and %s:\n%s", name, wanted, screen);
}

static void assert_row_total(const char *screen, const Network *network, const Pass *pass, int row) {
    char total[32];
    snprintf(total, sizeof total, "%.1e", flow_row(pass, row).total);
    assert_row_shows(screen, flow_row_name(network, row), total);
}

static void everything_fits_on_every_screen(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_CUT);
    scene_world_select(&world, "layer2.1.conv1", PHASE_BACKWARD, 3);
    for (int k = 0; k < SCENE_SCREENS; k++) {
        char *text = draw(&world, k);
        for (int row = 0; row < flow_row_count(world.scene.network); row++)
            assert_row_total(text, world.scene.network, world.pass, row);
        assert_shows(text, "as built  vs  cut: same forward");
        assert_shows(text, "layer2.1: |g|");
        FlowSummary summary = flow_summary(world.pass);
        assert_shows(text, "x%.3g (x%.3g", summary.overall, summary.per_block);
        free(text);
    }
    scene_world_close(&world);
}

static void rows_show_both_ways_the_cosine_and_the_ratio(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_PLAIN);
    scene_world_select(&world, "layer3.0.add", PHASE_BACKWARD, 0);
    char *text = draw(&world, 3);
    for (int row = 1; row <= world.scene.network->block_count; row++) {
        FlowRow flow = flow_row(world.pass, row);
        double baseline = flow_row(world.baseline, row).total;
        const double norms[] = {flow.skip, flow.branch, baseline};
        char wanted[32];
        for (int k = 0; k < 3; k++) {
            snprintf(wanted, sizeof wanted, "%.1e", norms[k]);
            assert_row_shows(text, flow_row_name(world.scene.network, row), wanted);
        }
        snprintf(wanted, sizeof wanted, "%+.2f", flow.cosine);
        assert_row_shows(text, flow_row_name(world.scene.network, row), wanted);
        snprintf(wanted, sizeof wanted, "x%.2g", baseline / flow.total);
        assert_row_shows(text, flow_row_name(world.scene.network, row), wanted);
    }
    assert_shows(text, "plain: same weights, skips removed in both directions");
    assert_shows(text, "operations of layer3.0");
    free(text);
    scene_world_close(&world);
}

static void a_missing_baseline_says_why(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, world.scene.network->op_count);
    char *text = draw(&world, 0);
    assert_shows(text, "after f");
    assert_shows(text, "The backward pass has run 0 of %d operations: f runs the rest",
                 world.scene.network->op_count);
    free(text);
    scene_world_run(&world, -1);
    text = draw(&world, 0);
    assert_shows(text, "being computed");
    free(text);
    scene_world_close(&world);
}

static void without_skips_there_is_nothing_to_compare(void **state) {
    (void)state;
    const struct {
        const char *arch, *says;
        SkipMode skip;
    } cases[] = {{"plain20", "nothing to compare", SKIP_NONE_REMOVED},
                 {"resnet20", "nothing beside it", SKIP_PLAIN},
                 {"resnet20", "nothing beside it", SKIP_CUT},
                 {"resnet20", "nothing beside it", SKIP_LESION}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        SceneWorld world = scene_world_open(cases[k].arch, 0, cases[k].skip);
        scene_world_run(&world, -1);
        for (int screen = 0; screen < SCENE_SCREENS; screen++) {
            char *text = draw(&world, screen);
            assert_shows(text, "%s", cases[k].says);
            assert_int_equal(scene_count(text, "  ratio"), 0);
            assert_int_equal(scene_count(text, "being computed"), 0);
            free(text);
        }
        scene_world_close(&world);
    }
}

static void every_moment_of_a_pass_can_be_drawn(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 'B', SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    for (int steps = 0; steps <= 2 * network->op_count; steps += 9) {
        scene_world_run(&world, steps);
        scene_world_select(&world, network->ops[steps * 5 % network->op_count].name, PHASE_BACKWARD, 0);
        free(draw(&world, steps % SCENE_SCREENS));
    }
    scene_world_close(&world);
}

static void many_blocks_scroll_with_the_selection(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet50", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    for (int row = 0; row < flow_row_count(network); row++) {
        scene_world_select(&world, network->ops[flow_row_select(network, row)].name, PHASE_BACKWARD, 0);
        char *text = draw(&world, 0);
        char marked[64];
        snprintf(marked, sizeof marked, "%s", flow_row_name(network, row));
        assert_shows(text, "%s", marked);
        assert_shows(text, "of 18");
        assert_int_equal(scene_count(text, "▸"), 1);
        free(text);
    }
    scene_world_close(&world);
}

static void moves_select_rows_and_open_shows_the_block(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.1.conv1", PHASE_BACKWARD, 3);
    const struct {
        ActionId id;
        int number;
        ActionId answer;
        const char *text;
    } cases[] = {
        {ACTION_DOWN, 0, ACTION_SELECT, "layer2.2.add"}, {ACTION_UP, 2, ACTION_SELECT, "layer1.2.add"},
        {ACTION_UP, 99, ACTION_SELECT, "relu"},          {ACTION_LAST, 0, ACTION_SELECT, "avgpool"},
        {ACTION_OPEN, 0, ACTION_VIEW, "block"},          {ACTION_FINISH, 0, ACTION_FINISH, ""},
        {ACTION_VERSUS, 0, ACTION_VERSUS, ""},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Action answer = view_gradients_ops.act(NULL, &world.scene, view_action(cases[k].id, cases[k].number));
        assert_int_equal(answer.id, cases[k].answer);
        assert_string_equal(answer.text, cases[k].text);
    }
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_view_of_its_name),
        cmocka_unit_test(everything_fits_on_every_screen),
        cmocka_unit_test(rows_show_both_ways_the_cosine_and_the_ratio),
        cmocka_unit_test(a_missing_baseline_says_why),
        cmocka_unit_test(without_skips_there_is_nothing_to_compare),
        cmocka_unit_test(every_moment_of_a_pass_can_be_drawn),
        cmocka_unit_test(many_blocks_scroll_with_the_selection),
        cmocka_unit_test(moves_select_rows_and_open_shows_the_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
