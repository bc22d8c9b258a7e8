#include "tests/support/scene_world.h"

#include <stdio.h>
#include <string.h>

#include "core/inspect/gradient_flow.h"
#include "views/gradients/pairs.h"
#include "views/gradients/reading.h"
#include "views/gradients/sides.h"

extern const ViewOps view_gradients_ops;

static char *draw(const SceneWorld *world, int screen) {
    return scene_world_draw(world, &view_gradients_ops, scene_screens[screen]);
}

/* The other drawing: the ways as a table. */
static char *draw_table(SceneWorld *world, int screen) {
    assert_int_equal(scene_world_do(world, &view_gradients_ops, ACTION_OTHER, "").id, ACTION_NONE);
    char *text = draw(world, screen);
    scene_world_do(world, &view_gradients_ops, ACTION_OTHER, "");
    return text;
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
        char *text = draw_table(&world, k);
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
    char *text = draw_table(&world, 3);
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
    char *text = draw_table(&world, 0);
    assert_shows(text, "after f");
    assert_shows(text, "The backward pass has run 0 of %d operations: f runs the rest",
                 world.scene.network->op_count);
    free(text);
    scene_world_run(&world, -1);
    for (int table = 0; table < 2; table++) {
        text = table ? draw_table(&world, 0) : draw(&world, 0);
        assert_shows(text, "being computed");
        free(text);
    }
    scene_world_close(&world);
}

static void without_skips_there_is_nothing_to_compare(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("plain20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    for (int screen = 0; screen < SCENE_SCREENS; screen++)
        for (int table = 0; table < 2; table++) {
            char *text = table ? draw_table(&world, screen) : draw(&world, screen);
            assert_shows(text, "nothing to compare");
            assert_int_equal(scene_count(text, "  ratio"), 0);
            assert_int_equal(scene_count(text, "being computed"), 0);
            assert_int_equal(scene_count(text, "with skips"), 0);
            free(text);
        }
    scene_world_close(&world);
}

static void assert_pair(const char *screen, const SceneWorld *world, int row, const GradientSides *sides) {
    double with = flow_row(sides->with, row).total, without = flow_row(sides->without, row).total;
    char wanted[3 * WIDGET_TEXT_MAX];
    assert_row_shows(screen, flow_row_name(world->scene.network, row), gradient_number(with).text);
    snprintf(wanted, sizeof wanted, "%s%*s", gradient_number(without).text, 13,
             gradient_ratio(with, without).text);
    assert_shows(screen, "%s", wanted);
}

static void every_block_has_a_bar_with_skips_and_one_without(void **state) {
    (void)state;
    const SceneScreen screens[] = {
        {80, 21, 0}, {80, 21, CANVAS_ASCII | CANVAS_MONO}, {120, 37, 0}, {250, 67, 0}};
    for (int mode = SKIP_PLAIN; mode <= SKIP_LESION; mode++) {
        SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
        scene_world_run(&world, -1);
        scene_world_add_baseline(&world, (SkipMode)mode);
        GradientSides sides = gradient_sides(&world.scene);
        assert_ptr_equal(sides.with, world.pass);
        for (size_t k = 0; k < sizeof screens / sizeof screens[0]; k++) {
            char *text = scene_world_draw(&world, &view_gradients_ops, screens[k]);
            for (int row = 1; row <= world.scene.network->block_count; row++)
                assert_pair(text, &world, row, &sides);
            assert_shows(text, "with skips");
            assert_shows(text, "%s", gradient_side_name(&sides, false));
            if (screens[k].width == 80) assert_shows(text, "%s", reading_pair(&world.scene, 0).text);
            free(text);
        }
        scene_world_close(&world);
    }
}

/* Does the text of the two canvases agree outside of the bars' columns? */
static void assert_same_beside_the_bars(const char *one, const char *two) {
    enum { WIDTH = 80 + 2 * SCENE_MARGIN, BARS = SCENE_MARGIN + 13, BARS_END = SCENE_MARGIN + 80 - 21 };
    for (int y = 0; *one && *two; y++, one += strcspn(one, "\n") + 1, two += strcspn(two, "\n") + 1) {
        char left[2][4 * WIDTH] = {"", ""}, name[2][OP_NAME_MAX];
        const char *lines[] = {one, two};
        for (int k = 0; k < 2; k++) {
            snprintf(left[k], sizeof left[k], "%.*s", (int)strcspn(lines[k], "\n"), lines[k]);
            text_truncate(name[k], sizeof name[k], left[k], BARS);
        }
        if (y > SCENE_MARGIN && y < SCENE_MARGIN + 19) assert_string_equal(name[0], name[1]);
    }
}

/* The same two passes, whichever of them is the session's own. */
static void to_take_the_skips_away_moves_nothing(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_PLAIN);
    SceneScreen screen = {80, 21, 0};
    char *before = scene_world_draw(&world, &view_gradients_ops, screen);
    Pass *own = world.pass;
    world.scene.pass = world.pass = world.baseline;
    world.scene.baseline = world.baseline = own;
    world.scene.baseline_mode = SKIP_NONE_REMOVED;
    char *after = scene_world_draw(&world, &view_gradients_ops, screen);
    assert_string_equal(before, after);
    free(after);
    world.baseline = NULL;
    pass_free(world.pass);
    world.scene.pass = world.pass = own;
    scene_world_add_baseline(&world, SKIP_CUT);
    after = scene_world_draw(&world, &view_gradients_ops, screen);
    assert_same_beside_the_bars(before, after);
    PlotLogAxis axis = gradient_axis(&world.scene, &(GradientSides){.with = own});
    PlotLogAxis cut = gradient_axis(&world.scene, &(GradientSides){.with = own, .without = world.baseline});
    assert_int_equal(axis.lo, cut.lo);
    assert_int_equal(axis.hi, cut.hi);
    free(before);
    free(after);
    scene_world_close(&world);
}

/* Two rows a bar where all blocks have room, else lower ones: all of them are seen together. */
static void before_a_class_bars_are_two_rows_high(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_CUT);
    world.scene.settings.presenter = SWITCH_ON;
    Canvas *canvas = canvas_new(80, 38, 0);
    PairPlan plan = pair_plan(canvas, &world.scene, canvas_area(canvas));
    assert_int_equal(plan.row_height, 4);
    assert_int_equal(plan.count, 9);
    assert_true(plan.all);
    canvas_free(canvas);
    const int heights[][2] = {{13, 1}, {21, 2}, {30, 2}, {37, 4}, {57, 4}};
    for (int k = 0; k < 5; k++) {
        canvas = canvas_new(80, heights[k][0], 0);
        plan = pair_plan(canvas, &world.scene, canvas_area(canvas));
        assert_true(plan.all && plan.count >= 9);
        assert_int_equal(plan.row_height, heights[k][1]);
        canvas_free(canvas);
    }
    scene_world_close(&world);
}

static void numbers_and_ratios_are_short_and_true(void **state) {
    (void)state;
    const struct {
        double with, without;
        const char *number, *ratio;
    } cases[] = {{0.041, 0.0014, "0.0014", "29x less"},
                 {0.04, 0.052, "0.052", "1.3x more"},
                 {1, 1.02, "1", "the same"},
                 {1, 0, "0", "nothing"},
                 {2e3, 2.5e-8, "2.5e-08", "8e+10x less"},
                 {0, 3, "3", "from 0"},
                 {0, 0, "0", "the same"},
                 {1, NAN, "", ""},
                 {1, 123.4, "123", "123x more"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        assert_string_equal(gradient_number(cases[k].without).text, cases[k].number);
        assert_string_equal(gradient_ratio(cases[k].with, cases[k].without).text, cases[k].ratio);
    }
}

/* What has no room is left out whole: the numbers stand at the bars. */
static void a_short_row_ends_with_the_sentence(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_CUT);
    char *text = scene_world_draw(&world, &view_gradients_ops, (SceneScreen){72, 21, 0});
    assert_shows(text, "times smaller.");
    assert_int_equal(scene_count(text, ", not "), 0);
    free(text);
    text = scene_world_draw(&world, &view_gradients_ops, (SceneScreen){80, 21, 0});
    assert_shows(text, "times smaller: ");
    assert_shows(text, ", not ");
    free(text);
    scene_world_close(&world);
}

static void wide_screens_have_the_curve_and_the_ways(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_add_baseline(&world, SKIP_CUT);
    scene_world_select(&world, "layer1.1.add", PHASE_BACKWARD, 0);
    FlowRow flow = flow_row(world.pass, 2);
    for (int k = 2; k < SCENE_SCREENS; k++) {
        char *text = draw(&world, k);
        const char *mark = scene_screens[k].flags & CANVAS_ASCII ? "*" : "●";
        assert_shows(text, "Over depth");
        assert_true(scene_count(text, mark) >= flow_row_count(world.scene.network));
        assert_row_shows(text, "through the skip", gradient_number(flow.skip).text);
        assert_row_shows(text, "through F", gradient_number(flow.branch).text);
        assert_shows(text, "cosine %+.2f", flow.cosine);
        assert_shows(text, "operations of layer1.1");
        free(text);
    }
    scene_world_close(&world);
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
        char *text = draw(&world, 1);
        char marked[64];
        snprintf(marked, sizeof marked, "%s", flow_row_name(network, row));
        assert_shows(text, "%s", marked);
        if (row > 0 && row < flow_row_count(network) - 1) assert_shows(text, "of 16 blocks");
        assert_int_equal(scene_count(text, ">"), 1);
        free(text);
    }
    scene_world_close(&world);
}

static void moves_select_rows_and_open_shows_the_block(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.1.conv1", PHASE_BACKWARD, 3);
    Action all = view_gradients_ops.act(NULL, &world.scene, view_action(ACTION_OPEN, 0));
    assert_int_equal(all.id, ACTION_STEP);
    assert_int_equal(all.number, 2 * world.scene.network->op_count);
    scene_world_run(&world, -1);
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
        cmocka_unit_test(every_block_has_a_bar_with_skips_and_one_without),
        cmocka_unit_test(to_take_the_skips_away_moves_nothing),
        cmocka_unit_test(before_a_class_bars_are_two_rows_high),
        cmocka_unit_test(numbers_and_ratios_are_short_and_true),
        cmocka_unit_test(a_short_row_ends_with_the_sentence),
        cmocka_unit_test(wide_screens_have_the_curve_and_the_ways),
        cmocka_unit_test(every_moment_of_a_pass_can_be_drawn),
        cmocka_unit_test(many_blocks_scroll_with_the_selection),
        cmocka_unit_test(moves_select_rows_and_open_shows_the_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
