#include "tests/support/scene_world.h"

#include <string.h>

#include "core/inspect/block_figures.h"
#include "views/block/picture.h"
#include "views/style/text.h"

extern const ViewOps view_block_ops;

static char *draw(const SceneWorld *world, int screen) {
    return scene_world_draw(world, &view_block_ops, scene_screens[screen]);
}

/* Wide enough for all maps, with their lengths beside the names. */
static const SceneScreen wide_screens[] = {
    {200, 57, 0}, {200, 57, CANVAS_ASCII | CANVAS_MONO}, {160, 36, CANVAS_MONO}};

static char *draw_wide(const SceneWorld *world, int k) {
    return scene_world_draw(world, &view_block_ops, wide_screens[k % 3]);
}

static double act_l2(const Pass *pass, int op) {
    return pass_act_stats(pass, op).l2;
}

static void every_block_has_one_addition_on_every_screen(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "plain20", "resnet50"};
    for (int k = 0; k < 3; k++) {
        SceneWorld world = scene_world_open(archs[k], 0, SKIP_NONE_REMOVED);
        const Network *network = world.scene.network;
        scene_world_run(&world, -1);
        for (int b = 0; b < network->block_count; b += k == 2 ? 5 : 1)
            for (int shot = 0; shot < SCENE_SCREENS; shot++) {
                const char *op = network->ops[network->blocks[b].branch_first + shot % 3].name;
                scene_world_select(&world, op, shot % 2 ? PHASE_BACKWARD : PHASE_FORWARD, 7);
                char *text = draw(&world, shot);
                assert_int_equal(scene_count(text, "(+)"), network->blocks[b].add >= 0);
                assert_shows(text, "%s  block %d of %d", network->blocks[b].name, b + 1,
                             network->block_count);
                free(text);
            }
        scene_world_close(&world);
    }
}

static void forward_numbers_are_those_of_the_pass(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    scene_world_run(&world, network->op_count);
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        scene_world_select(&world, network->ops[block->output].name, PHASE_FORWARD, 12);
        char *text = draw_wide(&world, b);
        const int shown[] = {block->input, block->branch_last, block->add, block->output};
        const char *const names[] = {"x", "F", "sum", "y"};
        for (int k = 0; k < 4; k++) assert_shows(text, "|%s| %.4g", names[k], act_l2(world.pass, shown[k]));
        if (block->shortcut != SHORTCUT_IDENTITY)
            assert_shows(text, "|s| %.4g", act_l2(world.pass, block->shortcut_last));
        Tensor skip = pass_act(world.pass, block->shortcut_last),
               f = pass_act(world.pass, block->branch_last);
        double skip_l2 = act_l2(world.pass, block->shortcut_last),
               f_l2 = act_l2(world.pass, block->branch_last);
        double cosine = tensor_dot(skip.data, f.data, shape_count(f.shape)) / (skip_l2 * f_l2);
        assert_shows(text, "|F|/|shortcut| %.3f", f_l2 / skip_l2);
        assert_shows(text, "cos(F, shortcut) %+.3f", cosine);
        Stats y = pass_act_stats(world.pass, block->output);
        double kept = 1 - (double)y.zeros / (double)y.count;
        assert_shows(text, "keeps %s", text_format_percent(kept).text);
        free(text);
    }
    scene_world_close(&world);
}

static void backward_numbers_are_those_of_the_junction(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 'B', SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    scene_world_run(&world, -1);
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        Junction junction = pass_junction(world.pass, b);
        scene_world_select(&world, network->ops[block->add].name, PHASE_BACKWARD, 2);
        char *text = draw_wide(&world, b);
        const double norms[] = {junction.out_l2, pass_grad_stats(world.pass, block->add).l2, junction.skip_l2,
                                junction.branch_l2, junction.in_l2};
        for (int k = 0; k < 5; k++) assert_shows(text, "|g| %.4g", norms[k]);
        assert_shows(text, "cos(skip, F) %+.3f", junction.cosine);
        assert_shows(text, "ReLU mask after the add: %s open",
                     text_format_percent(block_backward(world.pass, b).kept).text);
        assert_shows(text, "through skip");
        assert_shows(text, "through F");
        free(text);
    }
    scene_world_close(&world);
}

static void the_mask_density_is_the_share_of_open_gradients(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    const Block *block = &world.scene.network->blocks[4];
    Tensor y = pass_grad(world.pass, block->output), sum = pass_grad(world.pass, block->add);
    size_t open = 0, nonzero = 0, count = shape_count(y.shape);
    for (size_t j = 0; j < count; j++) {
        open += sum.data[j] != 0;
        nonzero += y.data[j] != 0;
    }
    assert_int_equal(nonzero, count);
    assert_close(block_backward(world.pass, 4).kept, (double)open / (double)count, 1e-12); /* one division */
    scene_world_close(&world);
}

static void each_shortcut_has_its_own_line(void **state) {
    (void)state;
    const struct {
        char shortcut;
        const char *op, *name, *line, *ascii;
    } cases[] = {{'A', "layer2.1.add", "identity", "───", "---"},
                 {'A', "layer2.0.add", "zero-pad (A)", "╌╌╌", "..."},
                 {'B', "layer2.0.add", "projection (B)", "═══", "==="}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        SceneWorld world = scene_world_open("resnet20", cases[k].shortcut, SKIP_NONE_REMOVED);
        scene_world_select(&world, cases[k].op, PHASE_FORWARD, 0);
        for (int screen = 0; screen < 2; screen++) {
            char *text = draw(&world, screen);
            char *lane = text;
            /* two rows of margin, one of title */
            for (int row = 0; row < 3; row++) lane = strchr(lane, '\n') + 1;
            *strchr(lane, '\n') = '\0';
            assert_shows(lane, "%s", cases[k].name);
            for (size_t other = 0; other < 3; other++) {
                const char *line = screen == 0 ? cases[other].line : cases[other].ascii;
                assert_int_equal(scene_count(lane, line) > 0, other == k);
            }
            free(text);
        }
        scene_world_close(&world);
    }
}

static void closed_ways_are_named_and_crossed(void **state) {
    (void)state;
    const struct {
        SkipMode skip;
        Phase phase;
        const char *says;
        int crosses;
    } cases[] = {
        {SKIP_PLAIN, PHASE_FORWARD, "plain: the shortcut is closed in both directions", 1},
        {SKIP_PLAIN, PHASE_BACKWARD, "All of the gradient at x comes through F", 1},
        {SKIP_CUT, PHASE_FORWARD, "cut: the shortcut carries no gradient back", 0},
        {SKIP_CUT, PHASE_BACKWARD, "closed (cut)", 1},
        {SKIP_LESION, PHASE_FORWARD, "The sum is the shortcut alone", 1},
        {SKIP_LESION, PHASE_BACKWARD, "F of this block is closed", 1},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        SceneWorld world = scene_world_open("resnet20", 0, cases[k].skip);
        world.scene.settings.figures = FIGURES_ALL;
        scene_world_run(&world, -1);
        scene_world_select(&world, "layer1.1.add", cases[k].phase, 0);
        for (int screen = 0; screen < SCENE_SCREENS; screen++) {
            char *text = draw(&world, screen);
            assert_shows(text, "%s", cases[k].says);
            /* In the drawing of the ways: two rows of margin, the title, three of its own. */
            char *end = text;
            for (int row = 0; row < 6; row++) end = strchr(end, '\n') + 1;
            *end = '\0';
            if (!(scene_screens[screen].flags & CANVAS_ASCII))
                assert_int_equal(scene_count(text, "×"), cases[k].crosses);
            free(text);
        }
        scene_world_close(&world);
    }
}

static void a_lesion_elsewhere_closes_nothing_here(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_LESION);
    scene_world_run(&world, -1);
    scene_world_select(&world, "layer3.1.add", PHASE_FORWARD, 0);
    char *text = draw(&world, 0);
    assert_shows(text, "lesion of other blocks: nothing is closed here");
    assert_int_equal(scene_count(text, "×"), 0);
    free(text);
    scene_world_close(&world);
}

static void a_plain_network_says_what_is_missing(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("plain20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    for (int screen = 0; screen < SCENE_SCREENS; screen++)
        for (int phase = 0; phase < 2; phase++) {
            scene_world_select(&world, "layer2.0.conv2", (Phase)phase, 0);
            world.scene.settings.figures = FIGURES_ALL;
            char *text = draw(&world, screen);
            assert_shows(text, "no shortcut");
            assert_shows(text, "There is no shortcut");
            free(text);
        }
    scene_world_close(&world);
}

static void an_op_outside_shows_the_nearest_block_and_says_so(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_select(&world, "bn1", PHASE_FORWARD, 3);
    char *text = draw(&world, 0);
    assert_shows(text, "bn1 is in no block; this is the nearest one");
    assert_shows(text, "layer1.0  block 1 of 9");
    free(text);
    scene_world_select(&world, "fc", PHASE_BACKWARD, 9);
    text = draw(&world, 0);
    assert_shows(text, "fc is in no block");
    assert_shows(text, "layer3.2  block 9 of 9");
    free(text);
    scene_world_close(&world);
}

static void every_moment_of_a_pass_can_be_drawn(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    for (int steps = 0; steps <= 2 * network->op_count; steps += 3)
        for (int phase = 0; phase < 2; phase++) {
            scene_world_run(&world, steps);
            world.scene.settings.scope = (ScopeKind)(steps % (SCOPE_NETWORK + 1));
            scene_world_select(&world, network->ops[steps * 5 % network->op_count].name, (Phase)phase, steps);
            free(draw(&world, steps / 3 % SCENE_SCREENS));
        }
    scene_world_close(&world);
}

static void what_has_not_run_says_how_to_run_it(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_select(&world, "layer2.0.add", PHASE_FORWARD, 0);
    char *text = draw_wide(&world, 0);
    assert_shows(text, "n runs a block");
    assert_int_equal(scene_count(text, "not run yet"), 5);
    free(text);
    scene_world_run(&world, world.scene.network->op_count);
    scene_world_select(&world, "layer2.0.add", PHASE_BACKWARD, 0);
    text = draw(&world, 0);
    assert_shows(text, "f runs the whole pass");
    free(text);
    scene_world_close(&world);
}

static int row_of(const char *text, const char *word) {
    const char *at = strstr(text, word);
    int row = 0;
    if (!at) fail_msg("'%s' is not on the screen:\n%s", word, text);
    for (const char *c = text; c < at; c++) row += *c == '\n';
    return row;
}

/* The rows that say nothing new give way to the maps. */
static void a_low_view_leaves_rows_to_the_maps_and_keeps_the_norms(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, world.scene.network->op_count);
    scene_world_select(&world, "layer1.1.add", PHASE_FORWARD, 0);
    char *text = scene_world_draw(&world, &view_block_ops, (SceneScreen){80, 13, CANVAS_MONO});
    assert_int_equal(row_of(text, "own ends") - row_of(text, "|F| "), 11);
    const Block *block = &world.scene.network->blocks[1];
    assert_shows(text, "|F| %.4g", act_l2(world.pass, block->branch_last));
    assert_shows(text, "|sum| %.4g", act_l2(world.pass, block->add));
    free(text);
    scene_world_close(&world);
}

/* In map columns, counted in the first row of the largest map: blanks are values, too. */
static void assert_maps(const SceneWorld *world, SceneScreen screen, int large, const char *first) {
    char *text = scene_world_draw(world, &view_block_ops, screen);
    const char *const norms[] = {"|x| ", "|F| ", "|sum| ", "|y| "};
    int seen = 0;
    for (int k = 0; k < 4; k++) seen += strstr(text, norms[k]) != NULL;
    assert_true(seen >= large);
    assert_shows(text, "%s", first);
    free(text);
}

/* Two whole maps at 80 columns, three from 104, four from 136; beside a lesson one. The key o walks. */
static void as_many_maps_stand_whole_as_there_is_room_for(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, world.scene.network->op_count);
    scene_world_select(&world, "layer1.1.add", PHASE_FORWARD, 0);
    const struct {
        int width, height, whole, choices;
    } cases[] = {{34, 21, 1, 4}, {80, 21, 2, 3}, {104, 21, 3, 2}, {136, 21, 4, 1}, {120, 37, 3, 2}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        BlockMaps maps = block_maps_collect(&world.scene, 1);
        /* the title, the lane where there is one, the legend */
        int rows = cases[k].height - (cases[k].width < 60 ? 2 : 4);
        Rect area = {.w = cases[k].width, .h = rows};
        BlockPicture picture = block_picture_plan(&maps, area, 0, false);
        assert_int_equal(picture.large, cases[k].whole);
        assert_int_equal(picture.choices, cases[k].choices);
        assert_true(picture.native && picture.width >= 32 && picture.height >= 16);
        world.scene.width = cases[k].width, world.scene.height = cases[k].height;
        assert_maps(&world, (SceneScreen){cases[k].width, cases[k].height, 0}, cases[k].whole, "|x| ");
    }
    scene_world_close(&world);
}

static void the_other_key_shows_the_stream_and_then_the_other_maps(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, world.scene.network->op_count);
    scene_world_select(&world, "layer1.1.add", PHASE_FORWARD, 0);
    world.scene.width = 80, world.scene.height = 21;
    const char *const shown[] = {"|x| ", "the stream runs down", "|F| ", "|y| ", "|x| "};
    for (int k = 0; k < 5; k++) {
        char *text = scene_world_draw(&world, &view_block_ops, (SceneScreen){80, 21, CANVAS_MONO});
        assert_shows(text, "%s", shown[k]);
        free(text);
        assert_int_equal(scene_world_do(&world, &view_block_ops, ACTION_OTHER, "").id, ACTION_NONE);
    }
    scene_world_close(&world);
}

static void a_class_sees_large_maps_before_a_table(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, world.scene.network->op_count);
    scene_world_select(&world, "layer1.1.add", PHASE_FORWARD, 0);
    for (int presenter = 0; presenter < 2; presenter++) {
        world.scene.settings.presenter = presenter;
        char *text = scene_world_draw(&world, &view_block_ops, (SceneScreen){86, 60, CANVAS_MONO});
        assert_int_equal(scene_count(text, "|gradient|"), !presenter);
        assert_int_equal(scene_count(text, "|gradient| of"), 0); /* no room for all of that heading */
        free(text);
        BlockMaps maps = block_maps_collect(&world.scene, 1);
        BlockPicture picture = block_picture_plan(&maps, (Rect){.w = 80, .h = 33}, 0, presenter);
        assert_int_equal(picture.width, presenter ? 64 : 32);
    }
    scene_world_close(&world);
}

static void any_small_area_is_drawn_without_harm(void **state) {
    (void)state;
    for (int run = 0; run < 3; run++) {
        SceneWorld world = scene_world_open(run == 2 ? "plain20" : "resnet20", 'B', SKIP_NONE_REMOVED);
        scene_world_run(&world, run == 0 ? 0 : -1);
        Canvas *canvas = canvas_new(140, 40, 0);
        for (int block = 0; block < 9; block += 3)
            for (int phase = 0; phase < 2; phase++) {
                const Network *network = world.scene.network;
                scene_world_select(&world, network->ops[network->blocks[block].output].name, (Phase)phase, 0);
                for (int width = 0; width < 139; width += 3)
                    for (int height = 0; height < 40; height += 3)
                        view_block_ops.draw(world.state, &world.scene, canvas,
                                            (Rect){.x = 1, .w = width, .h = height});
            }
        for (int y = 0; y < canvas->height; y++) assert_int_equal(canvas_get(canvas, 0, y)->glyph, ' ');
        canvas_free(canvas);
        scene_world_close(&world);
    }
}

static void moves_select_blocks_and_channels(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    const struct {
        const char *op;
        int channel;
        ActionId id;
        int count;
        const char *text;
        int number;
    } cases[] = {
        {"layer2.1.conv1", 3, ACTION_DOWN, 0, "layer2.2.relu2", 0},
        {"layer2.1.conv1", 3, ACTION_UP, 2, "layer1.2.relu2", 0},
        {"layer1.0.conv1", 3, ACTION_UP, 5, "layer1.0.relu2", 0},
        {"conv1", 0, ACTION_DOWN, 0, "layer1.0.relu2", 0},
        {"fc", 0, ACTION_UP, 0, "layer3.2.relu2", 0},
        {"fc", 0, ACTION_DOWN, 0, "layer3.2.relu2", 0},
        {"layer2.1.conv1", 3, ACTION_RIGHT, 0, "", 4},
        {"layer2.1.conv1", 3, ACTION_LEFT, 9, "", 0},
        {"layer2.1.conv1", 31, ACTION_RIGHT, 0, "", 31},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        scene_world_select(&world, cases[k].op, PHASE_FORWARD, cases[k].channel);
        Action answer =
            view_block_ops.act(&(long){0}, &world.scene, view_action(cases[k].id, cases[k].count));
        assert_int_equal(answer.id, cases[k].text[0] ? ACTION_SELECT : ACTION_CHANNEL);
        assert_string_equal(answer.text, cases[k].text);
        assert_int_equal(answer.number, cases[k].number);
    }
    assert_int_equal(view_block_ops.act(&(long){0}, &world.scene, view_action(ACTION_FINISH, 0)).id,
                     ACTION_FINISH);
    scene_world_close(&world);
}

static void option_a_places_the_old_channels_in_the_middle(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    const Network *network = world.scene.network;
    scene_world_run(&world, network->op_count);
    int block = network_find_block(network, "layer2.0");
    const Block *b = &network->blocks[block];
    Tensor x = pass_act(world.pass, b->input), skip = pass_act(world.pass, b->shortcut_last);
    for (int c = 8; c < 24; c++) {
        int in = block_input_channel(network, block, c);
        assert_true(skip.data[shape_index(skip.shape, 0, c, 3, 5)] ==
                    x.data[shape_index(x.shape, 0, in, 6, 10)]);
    }
    assert_int_equal(block_input_channel(network, block, 0), 0);
    assert_int_equal(block_input_channel(network, block, 31), 15);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_has_one_addition_on_every_screen),
        cmocka_unit_test(forward_numbers_are_those_of_the_pass),
        cmocka_unit_test(backward_numbers_are_those_of_the_junction),
        cmocka_unit_test(the_mask_density_is_the_share_of_open_gradients),
        cmocka_unit_test(each_shortcut_has_its_own_line),
        cmocka_unit_test(closed_ways_are_named_and_crossed),
        cmocka_unit_test(a_lesion_elsewhere_closes_nothing_here),
        cmocka_unit_test(a_plain_network_says_what_is_missing),
        cmocka_unit_test(an_op_outside_shows_the_nearest_block_and_says_so),
        cmocka_unit_test(every_moment_of_a_pass_can_be_drawn),
        cmocka_unit_test(what_has_not_run_says_how_to_run_it),
        cmocka_unit_test(a_low_view_leaves_rows_to_the_maps_and_keeps_the_norms),
        cmocka_unit_test(a_class_sees_large_maps_before_a_table),
        cmocka_unit_test(as_many_maps_stand_whole_as_there_is_room_for),
        cmocka_unit_test(the_other_key_shows_the_stream_and_then_the_other_maps),
        cmocka_unit_test(any_small_area_is_drawn_without_harm),
        cmocka_unit_test(moves_select_blocks_and_channels),
        cmocka_unit_test(option_a_places_the_old_channels_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
