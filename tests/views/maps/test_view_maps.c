#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/maps_world.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

extern const ViewOps view_maps_ops;

static void drawing_is_pure_and_stays_inside_for_every_op(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    for (int size = 0; size < MAPS_WORLD_SIZES; size++) {
        maps_world_size(&world, size);
        for (int op = 0; op < world.scene.network->op_count; op++) {
            for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
                maps_world_select(&world, world.scene.network->ops[op].name, (Phase)phase);
                maps_world_check(&world);
                maps_world_act(&world, ACTION_OPEN, 0);
                maps_world_check(&world);
                maps_world_act(&world, ACTION_CLOSE, 0);
            }
        }
    }
    scene_world_close(&world);
}

static void drawing_survives_any_size(void **state) {
    (void)state;
    static const char *const names[] = {"input", "layer3.0.conv1", "fc", "loss"};
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        maps_world_select(&world, names[k], PHASE_FORWARD);
        for (int side = 0; side < 40; side += 3) {
            world.scene.width = world.screen.width = side;
            world.scene.height = world.screen.height = 39 - side;
            maps_world_check(&world);
            maps_world_act(&world, ACTION_OPEN, 0);
            maps_world_check(&world);
            maps_world_act(&world, ACTION_CLOSE, 0);
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
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
        maps_world_select(&world, "layer2.0.bn1", (Phase)phase);
        for (int k = 0; k < 12; k++) {
            char value[32], line[96];
            world.scene.channel = k * 11 % 32;
            world.scene.row = k * 7 % 16;
            world.scene.column = k * 5 % 16;
            expected_value(value, sizeof value, &world, (Phase)phase);
            snprintf(line, sizeof line, "ch %d, row %d, column %d: %s ", world.scene.channel, world.scene.row,
                     world.scene.column, value);
            maps_world_shows(&world, line);
            maps_world_act(&world, ACTION_OPEN, 0);
            maps_world_shows(&world, line);
            maps_world_act(&world, ACTION_CLOSE, 0);
        }
    }
    scene_world_close(&world);
}

static void the_heading_names_op_phase_shape_and_page(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    maps_world_select(&world, "layer3.0.conv1", PHASE_FORWARD);
    maps_world_shows(&world, "layer3.0.conv1  activation  64x8x8 ");
    maps_world_shows(&world, " all 64, by mean ");
    maps_world_select(&world, "layer3.0.conv1", PHASE_BACKWARD);
    maps_world_shows(&world, "layer3.0.conv1  gradient  64x8x8 ");
    maps_world_act(&world, ACTION_OPEN, 0);
    maps_world_shows(&world, "layer3.0.conv1  backward gradient  64x8x8 -");
    maps_world_shows(&world, "- channel 0 of 64");
    scene_world_close(&world);
}

static void channels_that_are_never_active_are_marked_and_counted(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    Tensor tensor = pass_act(world.pass, world.scene.op);
    for (size_t k = 5; k < shape_count(tensor.shape); k += 16) tensor.data[k] = 0;
    for (size_t k = 6; k < shape_count(tensor.shape); k += 16) tensor.data[k] = 0;
    maps_world_shows(&world, "5 never ");
    world.scene.channel = 6;
    maps_world_shows(&world, "channel 6: never active on this picture");
    maps_world_shows(&world, " never active on this picture ");
    maps_world_size(&world, 3);
    maps_world_shows(&world, "channels 0-15 of 16, 2 never active");
    scene_world_close(&world);
}

static void what_is_not_computed_says_how_to_get_it(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_step_forward(world.pass);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    maps_world_shows(&world, "layer1.0.conv1: not run yet.");
    maps_world_shows(&world, "s runs the next operation");
    maps_world_shows(&world, "e runs everything up to here");
    maps_world_check(&world);
    maps_world_select(&world, "fc", PHASE_BACKWARD);
    maps_world_shows(&world, "Gradient at the output of fc: not run yet");
    maps_world_select(&world, "loss", PHASE_FORWARD);
    maps_world_shows(&world, "Activation of loss: not run yet. 1 of 72");
    scene_world_close(&world);
}

static void single_numbers_are_bars_with_class_names(void **state) {
    (void)state;
    char text[96], value[32];
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "fc", PHASE_FORWARD);
    world.scene.channel = 3;
    expected_value(value, sizeof value, &world, PHASE_FORWARD);
    snprintf(text, sizeof text, "ch 3, cat: %s", value);
    maps_world_shows(&world, "> cat ");
    maps_world_shows(&world, "  truck ");
    maps_world_shows(&world, text);
    maps_world_select(&world, "loss", PHASE_FORWARD);
    int target = pass_target(world.pass, 0);
    snprintf(text, sizeof text, "loss %.6g  target %s", pass_loss(world.pass),
             world.model->class_names[target]);
    maps_world_shows(&world, text);
    snprintf(text, sizeof text, "> %s ", world.model->class_names[target]);
    maps_world_shows(&world, text);
    maps_world_select(&world, "avgpool", PHASE_FORWARD);
    world.scene.channel = 50;
    maps_world_shows(&world, "> 50 ");
    maps_world_shows(&world, "- channels 0-53 of 64");
    scene_world_close(&world);
}

static void channels_without_gradient_are_marked_and_counted(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    Tensor gradient = pass_grad(world.pass, world.scene.op);
    for (size_t k = 3; k < shape_count(gradient.shape); k += 16) gradient.data[k] = 0;
    maps_world_shows(&world, " 3 no g ");
    maps_world_size(&world, 3);
    maps_world_shows(&world, "channels 0-15 of 16, 1 no gradient");
    maps_world_select(&world, "layer1.0.conv1", PHASE_BACKWARD);
    maps_world_shows(&world, "channels 0-15 of 16, 1 no gradient");
    world.scene.channel = 3;
    maps_world_shows(&world, "channel 3: no gradient");
    scene_world_close(&world);
}

static void an_enlarged_channel_has_figures_beside_those_of_the_layer(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    world.scene.channel = 4;
    assert_true(pass_profile_update(world.pass, world.scene.op, world.scene.channel));
    maps_world_act(&world, ACTION_OPEN, 0);
    maps_world_shows(&world, "range ");
    world.scene.settings.figures = FIGURES_ALL;
    maps_world_shows(&world, "~~n 1,024  nan");
    maps_world_size(&world, 3);
    maps_world_shows(&world, "channel  n 1,024   nan 0");
    maps_world_shows(&world, "layer    n 16,384  nan 0");
    char text[64];
    const ProfileChannel *channel = &pass_act_profile(world.pass, world.scene.op)->channels[4];
    snprintf(text, sizeof text, "p99 %.3g ", channel->percentiles.p99);
    maps_world_shows(&world, text);
    snprintf(text, sizeof text, "|x| %.3g", channel->stats.l2);
    maps_world_shows(&world, text);
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
                                            {"|x| ", ""},
                                            {"p1 ", "p1/25/50/75/99"},
                                            {"p25 ", "p1/25/50/75/99"},
                                            {"p50 ", "p1/25/50/75/99"},
                                            {"p75 ", "p1/25/50/75/99"},
                                            {"p99 ", "p1/25/50/75/99"}};
    Canvas *canvas = maps_world_canvas(world);
    char *text = canvas_export_text_string(canvas);
    for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++)
        if (!strstr(text, wanted[k][0]) && !(*wanted[k][1] && strstr(text, wanted[k][1])))
            fail_msg("'%s' is not in\n%s", wanted[k][0], text);
    free(text);
    canvas_free(canvas);
}

static void all_figures_of_every_tensor_stand_on_the_smallest_screen(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    world.scene.settings.figures = FIGURES_ALL;
    for (int op = 0; op < world.scene.network->op_count; op++)
        for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
            maps_world_select(&world, world.scene.network->ops[op].name, (Phase)phase);
            assert_true(pass_profile_update(world.pass, op, 0));
            assert_has_all_figures(&world);
            maps_world_act(&world, ACTION_OPEN, 0);
            assert_has_all_figures(&world);
            maps_world_act(&world, ACTION_CLOSE, 0);
        }
    scene_world_close(&world);
}

static void an_enlarged_map_has_numbered_rows_and_columns(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "layer3.0.conv1", PHASE_FORWARD);
    maps_world_act(&world, ACTION_OPEN, 0);
    world.scene.height = world.screen.height = 18;
    maps_world_shows(&world, "  0  1  2  3  4  5  6  7  ");
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    maps_world_size(&world, 3);
    maps_world_shows(&world, "   0  1  2  3  4 ");
    maps_world_shows(&world, "~~31 ");
    scene_world_close(&world);
}

/* Cells of the maps that are not as faint as can be on either side of 0. */
static int drawn_cells(SceneWorld *world) {
    Canvas *canvas = maps_world_canvas(world);
    int count = 0;
    for (int y = SCENE_MARGIN + 1; y < SCENE_MARGIN + 12; y++)
        for (int x = SCENE_MARGIN; x < SCENE_MARGIN + 80; x++) {
            uint32_t glyph = canvas_get(canvas, x, y)->glyph;
            count += glyph < 128 && strchr("v%$#@;=zwmM", (int)glyph) != NULL;
        }
    canvas_free(canvas);
    return count;
}

static void gradients_stay_visible_where_they_are_shrunk(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    scene_world_run(&world, -1);
    maps_world_select(&world, "layer1.0.conv1", PHASE_BACKWARD);
    /* A gradient with a long tail: one value, as large as the statistics say, a thousand times the rest. */
    Tensor gradient = pass_grad(world.pass, world.scene.op);
    double max = pass_grad_stats(world.pass, world.scene.op).max;
    for (size_t j = 0; j < shape_count(gradient.shape); j++)
        gradient.data[j] = (real)(max / 1000 * ((int)(j * 7919 % 1009) - 504) / 504);
    gradient.data[77] = (real)max;
    assert_true(pass_profile_update(world.pass, world.scene.op, world.scene.channel));
    world.scene.settings.scope = SCOPE_LAYER;
    int visible = drawn_cells(&world);
    maps_world_size(&world, 3);
    maps_world_shows(&world, " clipped");
    maps_world_size(&world, 0);
    world.scene.settings.pooling = POOLING_MEAN;
    world.scene.settings.clip = CLIP_OFF;
    int faint = drawn_cells(&world);
    maps_world_size(&world, 3);
    maps_world_shows(&world, "layer, shrunk by mean");
    /* Eleven rows of a map of 32 columns and of four of 8 beside it: most of their 650 cells, or the letters of
     * the texts around them and the one large value. */
    assert_true(visible > 500);
    assert_true(faint < 100);
    scene_world_close(&world);
}

static void the_energy_of_a_channel_is_ranked(void **state) {
    (void)state;
    SceneWorld world = maps_world_open();
    pass_run_forward(world.pass);
    maps_world_select(&world, "layer1.0.conv1", PHASE_FORWARD);
    /* Channel c is c everywhere: of 16 channels, 15 has the most, 225 of 1240. */
    Tensor tensor = pass_act(world.pass, world.scene.op);
    for (size_t j = 0; j < shape_count(tensor.shape); j++) tensor.data[j] = (real)(j % 16);
    assert_true(pass_profile_update(world.pass, world.scene.op, -1));
    static const char *const places[] = {"16th", "15th", "14th", "13th", "12th", "11th", "10th", "9th",
                                         "8th",  "7th",  "6th",  "5th",  "4th",  "3rd",  "2nd",  "1st"};
    Stats stats = pass_act_stats(world.pass, world.scene.op); /* of what was there before */
    for (int c = 1; c < 16; c++) {
        char expected[64];
        world.scene.channel = c;
        double share = 1024.0 * c * c / (stats.l2 * stats.l2);
        snprintf(expected, sizeof expected, "energy %s of layer, %s of 16", text_format_percent(share).text,
                 places[c]);
        maps_world_shows(&world, expected);
    }
    scene_world_close(&world);
}

/* The cell that a click at the place selects. */
static void clicked_cell(const SceneWorld *world, int x, int y, int cell[2]) {
    ClickMap map = {0};
    Action found[CLICK_ACTIONS_MAX];
    Canvas *canvas = canvas_new(world->screen.width, world->screen.height, 0);
    canvas->clicks = &map;
    view_maps_ops.draw(world->state, &world->scene, canvas, canvas_area(canvas));
    assert_int_equal(click_find(&map, x, y, found), 2);
    assert_true(action_read_numbers(found[1].text, cell, 2));
    click_clear(&map);
    canvas_free(canvas);
}

/* 64 maps of 112x112 on a screen of 80x24: shrunk beside the others, in part when one stands alone. */
static void a_map_larger_than_the_screen_is_shrunk_or_shown_in_part(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet18", 0, SKIP_NONE_REMOVED);
    maps_world_size(&world, 1);
    scene_world_run(&world, 2);
    maps_world_select(&world, "conv1", PHASE_FORWARD);
    maps_world_shows(&world, "a pixel is the largest of 4x4");
    world.scene.row = 60;
    world.scene.column = 50;
    maps_world_act(&world, ACTION_OPEN, 0);
    maps_world_shows(&world, "where this part lies");
    maps_world_check(&world);
    Canvas *canvas = maps_world_canvas(&world);
    int x = canvas->cursor_x - SCENE_MARGIN, y = canvas->cursor_y - SCENE_MARGIN, cell[2];
    canvas_free(canvas);
    /* The cursor stands on the cell, and a row of characters on two rows of values. */
    clicked_cell(&world, x, y, cell);
    assert_int_equal(cell[0] / 2, 60 / 2);
    assert_int_equal(cell[1], 50);
    clicked_cell(&world, x + 3, y - 2, cell);
    assert_int_equal(cell[0] / 2, 60 / 2 - 2);
    assert_int_equal(cell[1], 53);
    /* The part ends where the map does. */
    world.scene.row = world.scene.column = 111;
    maps_world_shows(&world, "~~110 ");
    maps_world_check(&world);
    scene_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawing_is_pure_and_stays_inside_for_every_op),
        cmocka_unit_test(drawing_survives_any_size),
        cmocka_unit_test(the_value_shown_is_the_tensor_s),
        cmocka_unit_test(the_energy_of_a_channel_is_ranked),
        cmocka_unit_test(a_map_larger_than_the_screen_is_shrunk_or_shown_in_part),
        cmocka_unit_test(the_heading_names_op_phase_shape_and_page),
        cmocka_unit_test(channels_that_are_never_active_are_marked_and_counted),
        cmocka_unit_test(what_is_not_computed_says_how_to_get_it),
        cmocka_unit_test(single_numbers_are_bars_with_class_names),
        cmocka_unit_test(channels_without_gradient_are_marked_and_counted),
        cmocka_unit_test(an_enlarged_channel_has_figures_beside_those_of_the_layer),
        cmocka_unit_test(all_figures_of_every_tensor_stand_on_the_smallest_screen),
        cmocka_unit_test(an_enlarged_map_has_numbered_rows_and_columns),
        cmocka_unit_test(gradients_stay_visible_where_they_are_shrunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
