#include "tests/support/scene_world.h"

#include <math.h>
#include <string.h>

#include "core/inspect/block_figures.h"
#include "views/block/stream.h"
#include "views/scene/click.h"

extern const ViewOps view_block_ops;

static SceneWorld open_stream(const char *arch, char shortcut, SkipMode skip) {
    SceneWorld world = scene_world_open(arch, shortcut, skip);
    assert_int_equal(scene_world_do(&world, &view_block_ops, ACTION_OTHER, "").id, ACTION_NONE);
    return world;
}

static char *draw(const SceneWorld *world, int screen) {
    return scene_world_draw(world, &view_block_ops, scene_screens[screen]);
}

/* The row that shows `words`, cut out of the text. */
static char *row_with(char *text, const char *words) {
    char *at = strstr(text, words);
    if (!at) fail_msg("'%s' is not on the screen:\n%s", words, text);
    char *start = at;
    while (start > text && start[-1] != '\n') start--;
    char *end = strchr(at, '\n');
    if (end) *end = '\0';
    return start;
}

static void the_same_key_leads_there_and_back(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.0.add", PHASE_FORWARD, 0);
    char *text = draw(&world, 0);
    assert_shows(text, "the stream runs down");
    free(text);
    scene_world_do(&world, &view_block_ops, ACTION_OTHER, "");
    text = draw(&world, 0);
    assert_int_equal(scene_count(text, "the stream runs down"), 0);
    assert_shows(text, "channel 0 of 32");
    free(text);
    scene_world_close(&world);
}

static void the_lanes_carry_the_norms_of_the_pass(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 'B', SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    scene_world_run(&world, network->op_count);
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        scene_world_select(&world, network->ops[block->output].name, PHASE_FORWARD, 0);
        char *text = draw(&world, b % SCENE_SCREENS);
        for (int op = block->branch_first - 1; op <= block->output; op++) {
            Stats stats = pass_act_stats(world.pass, op < block->branch_first ? block->input : op);
            assert_shows(text, "%.4g", stats.l2);
            bool beside = op > block->branch_last && op < block->add; /* the shortcut's own: l2 only */
            if (!beside) assert_shows(text, "%.3g", stats.l2 / sqrt((double)stats.count));
        }
        BlockForward f = block_forward(world.pass, b);
        bool identity = block->shortcut == SHORTCUT_IDENTITY;
        assert_shows(text, "%s %.3g cos %+.3f", identity ? "|F|/|x|" : "|F|/|skip|", f.ratio, f.cosine);
        free(text);
    }
    scene_world_close(&world);
}

static void the_gradient_runs_up_in_two_parts(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    scene_world_run(&world, -1);
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        Junction junction = pass_junction(world.pass, b);
        scene_world_select(&world, network->ops[block->add].name, PHASE_BACKWARD, 0);
        char *text = draw(&world, b % SCENE_SCREENS);
        assert_shows(text, "the gradient runs up");
        assert_shows(text, "through skip %.4g", junction.skip_l2);
        assert_shows(text, "|skip|/|F| %.2g cos %+.2f", junction.skip_l2 / junction.branch_l2,
                     junction.cosine);
        const double norms[] = {junction.out_l2, junction.in_l2, junction.branch_l2};
        for (int k = 0; k < 3; k++) assert_shows(text, "%.4g", norms[k]);
        free(text);
    }
    scene_world_close(&world);
}

static void each_kind_of_shortcut_has_its_own_stream(void **state) {
    (void)state;
    const struct {
        char shortcut;
        const char *op, *name, *line;
        char ascii;
    } cases[] = {{'A', "layer2.1.add", "identity", "┃", '|'},
                 {'A', "layer2.0.add", "zero-pad (A)", "┇", ':'},
                 {'B', "layer2.0.add", "projection (B)", "║", 'H'}};
    enum { MARGIN = 2, STREAM = 26 };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        SceneWorld world = open_stream("resnet20", cases[k].shortcut, SKIP_NONE_REMOVED);
        scene_world_select(&world, cases[k].op, PHASE_FORWARD, 0);
        char *text = draw(&world, 0);
        char *row = row_with(text, "= F(x)");
        for (size_t other = 0; other < 3; other++)
            assert_int_equal(scene_count(row, cases[other].line), other == k);
        free(text);
        text = draw(&world, 1);
        assert_shows(text, "%s", cases[k].name);
        assert_int_equal(row_with(text, "= F(x)")[MARGIN + STREAM], cases[k].ascii);
        free(text);
        scene_world_close(&world);
    }
}

static void the_closed_lane_is_crossed_in_its_direction(void **state) {
    (void)state;
    const struct {
        SkipMode skip;
        Phase phase;
        const char *says;
        bool crossed;
    } cases[] = {
        {SKIP_PLAIN, PHASE_FORWARD, "closed both ways: plain", true},
        {SKIP_PLAIN, PHASE_BACKWARD, "closed both ways: plain", true},
        {SKIP_CUT, PHASE_FORWARD, "no gradient back: cut", false},
        {SKIP_CUT, PHASE_BACKWARD, "closed: cut", true},
        {SKIP_LESION, PHASE_FORWARD, "F closed both ways: lesion", true},
        {SKIP_LESION, PHASE_BACKWARD, "F closed both ways: lesion", true},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        SceneWorld world = open_stream("resnet20", 0, cases[k].skip);
        scene_world_run(&world, -1);
        scene_world_select(&world, "layer1.1.add", cases[k].phase, 0);
        for (int screen = 0; screen < SCENE_SCREENS; screen++) {
            char *text = draw(&world, screen);
            assert_shows(text, "%s", cases[k].says);
            if (!(scene_screens[screen].flags & CANVAS_ASCII))
                assert_int_equal(scene_count(text, "×") > 0, cases[k].crossed);
            free(text);
        }
        scene_world_close(&world);
    }
}

static void a_plain_network_has_no_stream_beside_f(void **state) {
    (void)state;
    SceneWorld world = open_stream("plain20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    for (int screen = 0; screen < SCENE_SCREENS; screen++)
        for (int phase = 0; phase < 2; phase++) {
            scene_world_select(&world, "layer2.0.conv2", (Phase)phase, 0);
            char *text = draw(&world, screen);
            assert_shows(text, "no shortcut");
            assert_int_equal(scene_count(text, "(+)"), 0);
            assert_int_equal(scene_count(text, "through skip"), 0);
            free(text);
        }
    scene_world_close(&world);
}

static void room_goes_to_neighbours_first_and_then_to_the_stage(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    const struct {
        int rows, first, last, full_first, full_last;
    } cases[] = {{5, 4, 4, 4, 4},  {9, 4, 4, 4, 4},  {12, 3, 4, 4, 4}, {15, 3, 5, 4, 4},
                 {33, 0, 8, 4, 4}, {37, 0, 8, 3, 4}, {41, 0, 8, 3, 5}, {90, 0, 8, 3, 5}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        BlockStreamRange range = block_stream_range(network, 4, PHASE_FORWARD, cases[k].rows);
        assert_int_equal(range.first, cases[k].first);
        assert_int_equal(range.last, cases[k].last);
        assert_int_equal(range.full_first, cases[k].full_first);
        assert_int_equal(range.full_last, cases[k].full_last);
    }
    scene_world_close(&world);
}

/* The last operation of the longest branch and y are drawn at 80x24. */
static void a_bottleneck_with_projection_fits_on_the_smallest_screen(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet50", 0, SKIP_NONE_REMOVED);
    for (int phase = 0; phase < 2; phase++) {
        scene_world_select(&world, "layer2.0.conv2", (Phase)phase, 0);
        char *text = draw(&world, 0);
        assert_shows(text, "downsample.1");
        assert_shows(text, "= F(x)");
        assert_shows(text, "y layer2.0.relu3");
        free(text);
    }
    scene_world_close(&world);
}

static void every_moment_of_a_pass_can_be_drawn(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    for (int steps = 0; steps <= 2 * network->op_count; steps += 3)
        for (int phase = 0; phase < 2; phase++) {
            scene_world_run(&world, steps);
            scene_world_select(&world, network->ops[steps * 5 % network->op_count].name, (Phase)phase, steps);
            free(draw(&world, steps / 3 % SCENE_SCREENS));
        }
    scene_world_close(&world);
}

static void left_and_right_walk_along_the_operations(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 0, SKIP_NONE_REMOVED);
    const struct {
        const char *from, *to;
        ActionId id;
    } cases[] = {{"layer2.0.conv1", "layer2.0.bn1", ACTION_RIGHT},
                 {"layer2.0.conv1", "layer1.2.relu2", ACTION_LEFT},
                 {"input", "input", ACTION_LEFT},
                 {"loss", "loss", ACTION_RIGHT},
                 {"layer2.0.conv1", "layer2.1.relu2", ACTION_DOWN}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        scene_world_select(&world, cases[k].from, PHASE_FORWARD, 0);
        Action answer = scene_world_do(&world, &view_block_ops, cases[k].id, "");
        assert_int_equal(answer.id, ACTION_SELECT);
        assert_string_equal(answer.text, cases[k].to);
    }
    scene_world_close(&world);
}

static void a_click_selects_the_operation_that_stands_there(void **state) {
    (void)state;
    SceneWorld world = open_stream("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.0.conv1", PHASE_FORWARD, 0);
    ClickMap map = {0};
    Canvas *canvas = canvas_new(80, 19, 0);
    canvas->clicks = &map;
    view_block_ops.draw(world.state, &world.scene, canvas, canvas_area(canvas));
    const struct {
        int x, y;
        const char *op; /* NULL: nothing */
    } cases[] = {{35, 7, "layer2.0.bn1"},
                 {26, 11, "layer2.0.add"},
                 {3, 7, NULL},
                 {3, 8, "layer2.0.downsample"},
                 {3, 12, "layer2.0.relu2"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Action found[CLICK_ACTIONS_MAX];
        assert_int_equal(click_find(&map, cases[k].x, cases[k].y, found), cases[k].op != NULL);
        if (cases[k].op) assert_string_equal(found[0].text, cases[k].op);
    }
    click_clear(&map);
    canvas_free(canvas);
    scene_world_close(&world);
}

static double largest_rms(const Pass *pass) {
    double largest = 0;
    for (int op = pass_network(pass)->blocks[0].input; op <= pass_network(pass)->blocks[8].output; op++) {
        Stats stats = pass_grad_stats(pass, op);
        largest = fmax(largest, stats.l2 / sqrt((double)stats.count));
    }
    return largest;
}

static void compared_sides_are_measured_alike(void **state) {
    (void)state;
    SceneWorld a = open_stream("resnet20", 0, SKIP_NONE_REMOVED), b = open_stream("resnet20", 0, SKIP_PLAIN);
    scene_world_run(&a, -1);
    scene_world_run(&b, -1);
    scene_world_select(&a, "layer2.0.add", PHASE_BACKWARD, 0);
    scene_world_select(&b, "layer2.0.add", PHASE_BACKWARD, 0);
    SceneTwin of_a = {.scene = &b.scene}, of_b = {.scene = &a.scene};
    double largest = fmax(largest_rms(a.pass), largest_rms(b.pass));
    a.scene.twin = &of_a;
    b.scene.twin = &of_b;
    char *left = draw(&a, 5), *right = draw(&b, 5);
    assert_shows(left, "rms 0 .. %.3g ", largest);
    assert_shows(right, "rms 0 .. %.3g ", largest);
    free(left);
    free(right);
    scene_world_close(&a);
    scene_world_close(&b);
}

/* As in the stream, so in the chain above the maps. */
static void a_click_on_the_chain_selects_the_operation(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.1.conv1", PHASE_FORWARD, 0);
    ClickMap map = {0};
    Canvas *canvas = canvas_new(80, 21, 0);
    canvas->clicks = &map;
    view_block_ops.draw(world.state, &world.scene, canvas, canvas_area(canvas));
    Action found[CLICK_ACTIONS_MAX];
    const char *const names[] = {"layer2.0.relu2", "layer2.1.conv1", "layer2.1.bn1"};
    int count = 0;
    for (int x = 0; x < 80; x++)
        if (click_find(&map, x, 2, found) && count < 3 && strcmp(found[0].text, names[count]) == 0) count++;
    assert_int_equal(count, 3);
    click_clear(&map);
    canvas_free(canvas);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_leads_there_and_back),
        cmocka_unit_test(the_lanes_carry_the_norms_of_the_pass),
        cmocka_unit_test(the_gradient_runs_up_in_two_parts),
        cmocka_unit_test(each_kind_of_shortcut_has_its_own_stream),
        cmocka_unit_test(the_closed_lane_is_crossed_in_its_direction),
        cmocka_unit_test(a_plain_network_has_no_stream_beside_f),
        cmocka_unit_test(room_goes_to_neighbours_first_and_then_to_the_stage),
        cmocka_unit_test(a_bottleneck_with_projection_fits_on_the_smallest_screen),
        cmocka_unit_test(every_moment_of_a_pass_can_be_drawn),
        cmocka_unit_test(left_and_right_walk_along_the_operations),
        cmocka_unit_test(a_click_selects_the_operation_that_stands_there),
        cmocka_unit_test(a_click_on_the_chain_selects_the_operation),
        cmocka_unit_test(compared_sides_are_measured_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
