#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/part/parts.h"

extern const ViewOps view_maps_ops;

static const SceneScreen sizes[] = {
    {80, 19, CANVAS_ASCII | CANVAS_MONO}, {80, 19, 0}, {120, 34, CANVAS_MONO}, {200, 54, CANVAS_ASCII}};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void set_size(SceneWorld *world, int size) {
    world->screen = sizes[size];
    world->scene.width = sizes[size].width;
    world->scene.height = sizes[size].height;
}

static SceneWorld world_open(void) {
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    world.scene.true_class = -1;
    set_size(&world, 0);
    return world;
}

static void look_at(SceneWorld *world, const char *name, Phase phase) {
    Scene *scene = &world->scene;
    scene->op = network_find_op(scene->network, name);
    assert_true(scene->op >= 0);
    scene->phase = phase;
    scene->at = scene_at(scene->network, scene->op, phase);
    scene->channel = scene->row = scene->column = 0;
}

static Action act(SceneWorld *world, ActionId id, int number) {
    return view_maps_ops.act(world->state, &world->scene, view_action(id, number));
}

static Canvas *drawn(const SceneWorld *world) {
    return scene_world_canvas(world, &view_maps_ops, world->screen);
}

static void assert_screen(const SceneWorld *world, const char *expected) {
    char *text = scene_world_draw(world, &view_maps_ops, world->screen);
    assert_shows(text, "%s", expected);
    free(text);
}

static void assert_draws_well(const SceneWorld *world) {
    scene_world_check(world, &view_maps_ops, world->screen, true);
}

static void drawing_is_pure_and_stays_inside_for_every_op(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    for (int size = 0; size < SIZES; size++) {
        set_size(&world, size);
        for (int op = 0; op < world.scene.network->op_count; op++) {
            for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
                look_at(&world, world.scene.network->ops[op].name, (Phase)phase);
                assert_draws_well(&world);
                act(&world, ACTION_OPEN, 0);
                assert_draws_well(&world);
                act(&world, ACTION_CLOSE, 0);
            }
        }
    }
    scene_world_close(&world);
}

static void drawing_survives_any_size(void **state) {
    (void)state;
    static const char *const names[] = {"input", "layer3.0.conv1", "fc", "loss"};
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        look_at(&world, names[k], PHASE_FORWARD);
        for (int side = 0; side < 40; side += 3) {
            world.scene.width = world.screen.width = side;
            world.scene.height = world.screen.height = 39 - side;
            assert_draws_well(&world);
            act(&world, ACTION_OPEN, 0);
            assert_draws_well(&world);
            act(&world, ACTION_CLOSE, 0);
        }
    }
    scene_world_close(&world);
}

/* The value in memory, written as the view writes it. */
static void expected_value(char *text, size_t size, const SceneWorld *world, Phase phase) {
    const Scene *scene = &world->scene;
    Tensor tensor =
        phase == PHASE_FORWARD ? pass_act(world->pass, scene->op) : pass_grad(world->pass, scene->op);
    size_t at = shape_index(tensor.shape, 0, scene->channel, scene->row, scene->column);
    snprintf(text, size, "%.6g", (double)tensor.data[at]);
}

static void the_value_shown_is_the_tensor_s(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
        look_at(&world, "layer2.0.bn1", (Phase)phase);
        for (int k = 0; k < 12; k++) {
            char value[32], line[96];
            world.scene.channel = k * 11 % 32;
            world.scene.row = k * 7 % 16;
            world.scene.column = k * 5 % 16;
            expected_value(value, sizeof value, &world, (Phase)phase);
            snprintf(line, sizeof line, "ch %d, row %d, column %d: %s\n", world.scene.channel,
                     world.scene.row, world.scene.column, value);
            Canvas *canvas = canvas_new(120, 34, 0);
            view_maps_ops.draw(world.state, &world.scene, canvas, canvas_area(canvas));
            char *text = canvas_export_text_string(canvas);
            if (!strstr(text, line)) fail_msg("'%s' is not in\n%s", line, text);
            free(text);
            canvas_free(canvas);
            /* Beside the legend there is room for 26 columns. */
            int cell = (int)strcspn(line, "\n");
            if (cell > 26)
                snprintf(line, sizeof line, "ch %d (%d,%d) %s", world.scene.channel, world.scene.row,
                         world.scene.column, value);
            else
                line[cell] = '\0';
            assert_screen(&world, line);
            act(&world, ACTION_OPEN, 0);
            snprintf(line, sizeof line, "value    %s ", value);
            assert_screen(&world, line);
            act(&world, ACTION_CLOSE, 0);
        }
    }
    scene_world_close(&world);
}

static void the_heading_names_op_phase_shape_and_page(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    look_at(&world, "layer3.0.conv1", PHASE_FORWARD);
    assert_screen(&world, "layer3.0.conv1  forward activation  64x8x8 -");
    assert_screen(&world, "- channels 0-23 of 64");
    world.scene.channel = 63;
    assert_screen(&world, "- channels 48-63 of 64");
    look_at(&world, "layer3.0.conv1", PHASE_BACKWARD);
    assert_screen(&world, "layer3.0.conv1  backward gradient  64x8x8 -");
    act(&world, ACTION_OPEN, 0);
    assert_screen(&world, "- channel 0 of 64");
    scene_world_close(&world);
}

static void dead_channels_are_marked_and_counted(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    Tensor tensor = pass_act(world.pass, world.scene.op);
    for (size_t k = 5; k < shape_count(tensor.shape); k += 16) tensor.data[k] = 0;
    for (size_t k = 6; k < shape_count(tensor.shape); k += 16) tensor.data[k] = 0;
    assert_screen(&world, "channels 0-15 of 16, 2 dead");
    assert_screen(&world, " 5 dead ");
    world.scene.channel = 6;
    act(&world, ACTION_OPEN, 0);
    assert_screen(&world, "6 of 16, dead: zero everywhere");
    scene_world_close(&world);
}

static void what_is_not_computed_says_how_to_get_it(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_step_forward(world.pass);
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    assert_screen(&world, "The activation of layer1.0.conv1 is not computed yet: 1 of 72");
    assert_screen(&world, "s runs the next operation");
    assert_screen(&world, "e runs everything up to here");
    assert_draws_well(&world);
    look_at(&world, "fc", PHASE_BACKWARD);
    assert_screen(&world, "The gradient at the output of fc is not computed yet");
    look_at(&world, "loss", PHASE_FORWARD);
    assert_screen(&world, "The activation of loss is not computed yet");
    scene_world_close(&world);
}

static void single_numbers_are_bars_with_class_names(void **state) {
    (void)state;
    char text[96], value[32];
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    look_at(&world, "fc", PHASE_FORWARD);
    world.scene.channel = 3;
    expected_value(value, sizeof value, &world, PHASE_FORWARD);
    snprintf(text, sizeof text, "ch 3, cat: %s", value);
    assert_screen(&world, "> cat ");
    assert_screen(&world, "  truck ");
    assert_screen(&world, text);
    look_at(&world, "loss", PHASE_FORWARD);
    int target = pass_target(world.pass, 0);
    snprintf(text, sizeof text, "loss %.6g  target %s", pass_loss(world.pass),
             world.model->class_names[target]);
    assert_screen(&world, text);
    snprintf(text, sizeof text, "> %s ", world.model->class_names[target]);
    assert_screen(&world, text);
    look_at(&world, "avgpool", PHASE_FORWARD);
    world.scene.channel = 50;
    assert_screen(&world, "> 50 ");
    assert_screen(&world, "- channels 45-63 of 64");
    scene_world_close(&world);
}

static void arrows_walk_the_grid_of_channels(void **state) {
    (void)state;
    SceneWorld world = world_open();
    look_at(&world, "layer3.0.conv1", PHASE_FORWARD);
    world.scene.channel = 9; /* 80x18: pages of 3 rows of 8 maps */
    static const struct {
        ActionId id;
        int number, expected;
    } moves[] = {{ACTION_LEFT, 0, 8},      {ACTION_RIGHT, 0, 10},        {ACTION_UP, 0, 1},
                 {ACTION_DOWN, 0, 17},     {ACTION_DOWN, 3, 33},         {ACTION_UP, 5, 1},
                 {ACTION_PAGE_UP, 0, 0},   {ACTION_PAGE_DOWN, 0, 33},    {ACTION_PAGE_DOWN, 9, 63},
                 {ACTION_RIGHT, 1000, 63}, {ACTION_LEFT, 1000, 0},       {ACTION_FIRST, 0, 0},
                 {ACTION_LAST, 0, 63},     {ACTION_DOWN, 2147483647, 57}};
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        Action answer = act(&world, moves[k].id, moves[k].number);
        assert_int_equal(answer.id, ACTION_CHANNEL);
        assert_int_equal(answer.number, moves[k].expected);
    }
    scene_world_close(&world);
}

static void arrows_walk_the_cells_of_an_enlarged_channel(void **state) {
    (void)state;
    SceneWorld world = world_open();
    look_at(&world, "layer3.0.conv1", PHASE_FORWARD);
    world.scene.channel = 9;
    world.scene.row = 2;
    world.scene.column = 7;
    assert_int_equal(act(&world, ACTION_OPEN, 0).id, ACTION_NONE);
    static const struct {
        ActionId id;
        int number;
        const char *expected;
    } moves[] = {
        {ACTION_LEFT, 0, "2 6"}, {ACTION_RIGHT, 0, "2 7"}, {ACTION_UP, 9, "0 7"}, {ACTION_DOWN, 2, "4 7"}};
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        Action answer = act(&world, moves[k].id, moves[k].number);
        assert_int_equal(answer.id, ACTION_CELL);
        assert_string_equal(answer.text, moves[k].expected);
    }
    assert_int_equal(act(&world, ACTION_PAGE_DOWN, 0).number, 10);
    assert_int_equal(act(&world, ACTION_CLOSE, 0).id, ACTION_NONE);
    assert_int_equal(act(&world, ACTION_LEFT, 0).id, ACTION_CHANNEL);
    scene_world_close(&world);
}

static void what_has_no_use_here_is_handed_back(void **state) {
    (void)state;
    SceneWorld world = world_open();
    look_at(&world, "layer3.0.conv1", PHASE_FORWARD);
    assert_int_equal(act(&world, ACTION_CLOSE, 0).id, ACTION_CLOSE);
    Action step = act(&world, ACTION_STEP, 7);
    assert_int_equal(step.id, ACTION_STEP);
    assert_int_equal(step.number, 7);
    look_at(&world, "fc", PHASE_FORWARD);
    assert_int_equal(act(&world, ACTION_CLOSE, 0).id, ACTION_CLOSE);
    scene_world_close(&world);
}

/* Whatever the size, the page that the keys lead to is the page that is drawn. */
static void a_page_down_shows_the_next_page(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    for (int size = 0; size < SIZES; size++) {
        set_size(&world, size);
        look_at(&world, "layer2.0.conv1", PHASE_FORWARD);
        Action next = act(&world, ACTION_PAGE_DOWN, 0);
        int first = next.number < 31 ? next.number : 0;
        char expected[32];
        world.scene.channel = next.number;
        snprintf(expected, sizeof expected, " channels %d-", first);
        assert_screen(&world, expected);
    }
    scene_world_close(&world);
}

static void the_cursor_stands_on_the_selected_cell(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    look_at(&world, "layer3.0.conv1", PHASE_FORWARD);
    world.scene.row = 5;
    world.scene.column = 6;
    act(&world, ACTION_OPEN, 0);
    Canvas *canvas = drawn(&world);
    /* 8x8 enlarged four times: four columns and two rows of cells each, right of the row numbers, below the
     * heading. */
    assert_int_equal(canvas->cursor_x, SCENE_MARGIN + 2 + 6 * 4);
    assert_int_equal(canvas->cursor_y, SCENE_MARGIN + 1 + 5 * 4 / 2);
    assert_true(canvas_get(canvas, canvas->cursor_x, canvas->cursor_y)->attributes & CELL_REVERSE);
    canvas_free(canvas);
    scene_world_close(&world);
}

/* Makes every second channel stronger than the one before it, so that the order is known. */
static void set_norms(SceneWorld *world, int op) {
    Tensor tensor = pass_act(world->pass, op);
    size_t channels = (size_t)tensor.shape.c;
    for (size_t j = 0; j < shape_count(tensor.shape); j++)
        tensor.data[j] = (real)((j % channels) * 7 % channels + 1);
    assert_true(pass_profile_update(world->pass, op, -1));
    world->scene.settings.order = ORDER_ACTIVATION;
    world->scene.ranking = pass_act_profile(world->pass, op)->ranking;
    world->scene.ranking_count = tensor.shape.c;
}

static void channels_stand_and_are_walked_in_the_order_asked_for(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    set_norms(&world, world.scene.op);
    /* 7c mod 16 is largest, 15, for c = 9; then 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 5, 14, 7, 0. */
    assert_screen(&world, "- ranks 0-15 of 16 by activation");
    assert_screen(&world, " 9        2        11       4        13 ");
    world.scene.channel = 2;
    assert_int_equal(act(&world, ACTION_RIGHT, 0).number, 11);
    assert_int_equal(act(&world, ACTION_LEFT, 0).number, 9);
    assert_int_equal(act(&world, ACTION_DOWN, 0).number, 10);
    assert_int_equal(act(&world, ACTION_LAST, 0).number, 0);
    assert_int_equal(act(&world, ACTION_FIRST, 0).number, 9);
    act(&world, ACTION_OPEN, 0);
    assert_screen(&world, "2 of 16, rank 1 by activation");
    assert_int_equal(act(&world, ACTION_PAGE_DOWN, 0).number, 11);
    scene_world_close(&world);
}

static void an_order_of_another_layer_is_not_applied(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    set_norms(&world, world.scene.op);
    look_at(&world, "layer2.0.conv1", PHASE_FORWARD);
    assert_screen(&world, "- channels 0-23 of 32");
    assert_int_equal(act(&world, ACTION_RIGHT, 0).number, 1);
    assert_draws_well(&world);
    scene_world_close(&world);
}

static void channels_without_gradient_are_marked_and_counted(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    Tensor gradient = pass_grad(world.pass, world.scene.op);
    for (size_t k = 3; k < shape_count(gradient.shape); k += 16) gradient.data[k] = 0;
    assert_screen(&world, "channels 0-15 of 16, 1 no gradient");
    assert_screen(&world, " 3 no g ");
    look_at(&world, "layer1.0.conv1", PHASE_BACKWARD);
    assert_screen(&world, "channels 0-15 of 16, 1 no gradient");
    world.scene.channel = 3;
    act(&world, ACTION_OPEN, 0);
    assert_screen(&world, "3 of 16, receives no gradient");
    scene_world_close(&world);
}

static void an_enlarged_channel_has_figures_beside_those_of_the_layer(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    world.scene.channel = 4;
    assert_true(pass_profile_update(world.pass, world.scene.op, world.scene.channel));
    act(&world, ACTION_OPEN, 0);
    assert_screen(&world, "this channel (those of the layer: below)");
    assert_screen(&world, "  n 1,024  nan 0");
    assert_screen(&world, "~~n 16,384  nan 0");
    set_size(&world, 3);
    assert_screen(&world, "channel  n 1,024   nan 0");
    assert_screen(&world, "layer    n 16,384  nan 0");
    char text[64];
    const ProfileChannel *channel = &pass_act_profile(world.pass, world.scene.op)->channels[4];
    snprintf(text, sizeof text, "p99 %.3g ", channel->percentiles.p99);
    assert_screen(&world, text);
    snprintf(text, sizeof text, "|x|2 %.3g", channel->stats.l2);
    assert_screen(&world, text);
    scene_world_close(&world);
}

/* Each figure by itself or shortened, anywhere on the screen. */
static void assert_has_all_figures(const SceneWorld *world) {
    static const char *const wanted[][2] = {{"n ", ""},
                                            {"nan 0", "nan/inf 0"},
                                            {"inf 0", ""},
                                            {"% 0:", ""},
                                            {"min ", ""},
                                            {"max ", ""},
                                            {"mean ", ""},
                                            {"std ", ""},
                                            {"|x|2 ", ""},
                                            {"p1 ", "p1/25/50/75/99"},
                                            {"p25 ", "p1/25/50/75/99"},
                                            {"p50 ", "p1/25/50/75/99"},
                                            {"p75 ", "p1/25/50/75/99"},
                                            {"p99 ", "p1/25/50/75/99"}};
    Canvas *canvas = drawn(world);
    char *text = canvas_export_text_string(canvas);
    for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++)
        if (!strstr(text, wanted[k][0]) && !(*wanted[k][1] && strstr(text, wanted[k][1])))
            fail_msg("'%s' is not in\n%s", wanted[k][0], text);
    free(text);
    canvas_free(canvas);
}

static void all_figures_of_every_tensor_stand_on_the_smallest_screen(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    for (int op = 0; op < world.scene.network->op_count; op++)
        for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
            look_at(&world, world.scene.network->ops[op].name, (Phase)phase);
            assert_true(pass_profile_update(world.pass, op, 0));
            assert_has_all_figures(&world);
            act(&world, ACTION_OPEN, 0);
            assert_has_all_figures(&world);
            act(&world, ACTION_CLOSE, 0);
        }
    scene_world_close(&world);
}

static void an_enlarged_map_has_numbered_rows_and_columns(void **state) {
    (void)state;
    SceneWorld world = world_open();
    pass_run_forward(world.pass);
    look_at(&world, "layer3.0.conv1", PHASE_FORWARD);
    act(&world, ACTION_OPEN, 0);
    world.scene.height = world.screen.height = 18;
    assert_screen(&world, "  0  1  2  3  4  5  6  7  ");
    look_at(&world, "layer1.0.conv1", PHASE_FORWARD);
    set_size(&world, 3);
    assert_screen(&world, "   0  1  2  3  4 ");
    assert_screen(&world, "~~31 ");
    scene_world_close(&world);
}

/* Cells of the maps that are not blank, in characters. */
static int drawn_cells(SceneWorld *world) {
    Canvas *canvas = drawn(world);
    int count = 0;
    for (int y = SCENE_MARGIN + 1; y < SCENE_MARGIN + 12; y++)
        for (int x = SCENE_MARGIN; x < SCENE_MARGIN + 80; x++) {
            uint32_t glyph = canvas_get(canvas, x, y)->glyph;
            count += glyph != ' ' && glyph != SCENE_SENTINEL && !(glyph >= '0' && glyph <= '9');
        }
    canvas_free(canvas);
    return count;
}

static void gradients_stay_visible_where_they_are_shrunk(void **state) {
    (void)state;
    SceneWorld world = world_open();
    scene_world_run(&world, -1);
    look_at(&world, "layer1.0.conv1", PHASE_BACKWARD);
    /* A gradient with a long tail: one value, as large as the statistics say, a thousand times the rest. */
    Tensor gradient = pass_grad(world.pass, world.scene.op);
    double max = pass_grad_stats(world.pass, world.scene.op).max;
    for (size_t j = 0; j < shape_count(gradient.shape); j++)
        gradient.data[j] = (real)(max / 1000 * ((int)(j * 7919 % 1009) - 504) / 504);
    gradient.data[77] = (real)max;
    assert_true(pass_profile_update(world.pass, world.scene.op, world.scene.channel));
    int visible = drawn_cells(&world);
    assert_screen(&world, " clipped, largest");
    world.scene.settings.pooling = POOLING_MEAN;
    world.scene.settings.clip = CLIP_OFF;
    int faint = drawn_cells(&world);
    assert_screen(&world, "layer, shrunk by mean");
    /* 16 maps of 8x4 characters: nearly all of them against next to none but the frame. */
    assert_true(visible > 450);
    assert_true(faint < 100);
    scene_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawing_is_pure_and_stays_inside_for_every_op),
        cmocka_unit_test(drawing_survives_any_size),
        cmocka_unit_test(the_value_shown_is_the_tensor_s),
        cmocka_unit_test(the_heading_names_op_phase_shape_and_page),
        cmocka_unit_test(dead_channels_are_marked_and_counted),
        cmocka_unit_test(what_is_not_computed_says_how_to_get_it),
        cmocka_unit_test(single_numbers_are_bars_with_class_names),
        cmocka_unit_test(arrows_walk_the_grid_of_channels),
        cmocka_unit_test(arrows_walk_the_cells_of_an_enlarged_channel),
        cmocka_unit_test(what_has_no_use_here_is_handed_back),
        cmocka_unit_test(a_page_down_shows_the_next_page),
        cmocka_unit_test(the_cursor_stands_on_the_selected_cell),
        cmocka_unit_test(channels_stand_and_are_walked_in_the_order_asked_for),
        cmocka_unit_test(an_order_of_another_layer_is_not_applied),
        cmocka_unit_test(channels_without_gradient_are_marked_and_counted),
        cmocka_unit_test(an_enlarged_channel_has_figures_beside_those_of_the_layer),
        cmocka_unit_test(all_figures_of_every_tensor_stand_on_the_smallest_screen),
        cmocka_unit_test(an_enlarged_map_has_numbered_rows_and_columns),
        cmocka_unit_test(gradients_stay_visible_where_they_are_shrunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
