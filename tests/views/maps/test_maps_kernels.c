#include "tests/support/scene_world.h"

#include <stdio.h>
#include <string.h>

#include "views/maps/kernels.h"
#include "views/maps/kernels_plan.h"
#include "views/scene/click.h"

extern const ViewOps view_maps_ops;

/* A session's defaults, the view's area set to that of a screen, and the kernels shown. */
static SceneWorld open_kernels(const char *arch, int screen) {
    SceneWorld world = scene_world_open(arch, 0, SKIP_NONE_REMOVED);
    setting_set_palette(&world.scene.settings, PALETTE_USE_WEIGHT, PALETTE_PURPLE_GOLD);
    world.scene.width = scene_screens[screen].width;
    world.scene.height = scene_screens[screen].height;
    assert_int_equal(scene_world_do(&world, &view_maps_ops, ACTION_OTHER, "").id, ACTION_NONE);
    return world;
}

static char *draw(const SceneWorld *world, int screen) {
    return scene_world_draw(world, &view_maps_ops, scene_screens[screen]);
}

static Action act(SceneWorld *world, ActionId id) {
    return scene_world_do(world, &view_maps_ops, id, "");
}

/* Carries a change of the channel out, as the session does. */
static void move(SceneWorld *world, ActionId id) {
    Action answer = act(world, id);
    if (answer.id == ACTION_CHANNEL) world->scene.channel = answer.number;
}

static void every_op_can_be_drawn_in_both_directions(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "resnet50"};
    for (int k = 0; k < 2; k++) {
        SceneWorld world = open_kernels(archs[k], 0);
        const Network *network = world.scene.network;
        if (k == 0) scene_world_run(&world, -1);
        for (int op = 0; op < network->op_count; op += k == 0 ? 1 : 6)
            for (int shot = op % 2; shot < SCENE_SCREENS; shot += 2) {
                scene_world_select(&world, network->ops[op].name, (Phase)(op / 2 % 2), op);
                free(draw(&world, shot));
                act(&world, ACTION_OPEN);
                free(draw(&world, shot));
                act(&world, ACTION_CLOSE);
                if (!kernels_of(&world.scene, op, PHASE_FORWARD).param) continue;
                free(draw(&world, shot));
            }
        scene_world_close(&world);
    }
}

static void the_key_and_esc_lead_back_to_the_maps(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    scene_world_run(&world, 10);
    scene_world_select(&world, "conv1", PHASE_FORWARD, 0);
    char *text = draw(&world, 0);
    assert_shows(text, "conv1  kernels  16x3x3x3");
    free(text);
    assert_int_equal(act(&world, ACTION_CLOSE).id, ACTION_NONE);
    text = draw(&world, 0);
    assert_shows(text, "conv1  forward activation");
    free(text);
    assert_int_equal(act(&world, ACTION_CLOSE).id, ACTION_CLOSE);
    act(&world, ACTION_OTHER);
    act(&world, ACTION_OTHER);
    text = draw(&world, 0);
    assert_shows(text, "conv1  forward activation");
    free(text);
    scene_world_close(&world);
}

static void values_are_those_of_the_file(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    const Network *network = world.scene.network;
    const char *const names[] = {"conv1", "layer2.0.conv1", "fc"};
    for (int k = 0; k < 3; k++) {
        int op = network_find_op(network, names[k]);
        Kernels kernels = kernels_of(&world.scene, op, PHASE_FORWARD);
        float *file = malloc(kernels.param->count * sizeof *file);
        assert_non_null(file);
        param_to_file(file, network_const_values(network, kernels.param), kernels.param);
        size_t at = 0;
        for (int o = 0; o < kernels.outputs; o++)
            for (int c = 0; c < kernels.inputs; c++)
                for (int r = 0; r < kernels.rows; r++)
                    for (int s = 0; s < kernels.columns; s++, at++)
                        assert_true((float)kernels_value(&kernels, o, c, r, s) == file[at]);
        assert_int_equal(at, kernels.param->count);
        free(file);
    }
    scene_world_close(&world);
}

/* Sets a weight of an op; the network belongs to the test's model. */
typedef struct WeightPlace {
    int k, c, r, s; /* output, input, row and column of the kernel */
} WeightPlace;

static void set_weight(SceneWorld *world, const char *op, WeightPlace at, double value) {
    Kernels kernels = kernels_of(&world->scene, network_find_op(world->scene.network, op), PHASE_FORWARD);
    ParamFilter filter = param_filter(kernels.param, at.k);
    size_t j = (size_t)((at.r * kernels.columns + at.s) * kernels.inputs + at.c);
    ((real *)kernels.data)[filter.first + j * filter.stride] = (real)value;
}

static void clear_weights(SceneWorld *world, const char *op) {
    Kernels kernels = kernels_of(&world->scene, network_find_op(world->scene.network, op), PHASE_FORWARD);
    memset((real *)kernels.data, 0, kernels.param->count * sizeof(real));
}

/* The first cell in which a click selects the channel; -1: none. */
static int first_cell_of(const Canvas *canvas, int channel) {
    Action found[CLICK_ACTIONS_MAX];
    for (int k = 0; k < canvas->width * canvas->height; k++)
        if (click_find(canvas->clicks, k % canvas->width, k / canvas->width, found) > 0 &&
            found[0].id == ACTION_CHANNEL && found[0].number == channel)
            return k;
    return -1;
}

static void filters_of_the_first_layer_are_pictures_in_colour(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 3);
    clear_weights(&world, "conv1");
    /* Filter 0: a red corner; -2 somewhere else decides the scale. */
    set_weight(&world, "conv1", (WeightPlace){0, 0, 0, 0}, 2);
    set_weight(&world, "conv1", (WeightPlace){9, 2, 1, 1}, -2);
    scene_world_select(&world, "conv1", PHASE_FORWARD, 5);
    char *text = draw(&world, 3);
    assert_shows(text, "filters 0-15 of 16");
    assert_shows(text, "black -2, grey 0, full 2; one scale for the 16 filters");
    free(text);
    ClickMap map = {0};
    Canvas *canvas = canvas_new(120, 35, 0);
    canvas->clicks = &map;
    view_maps_ops.draw(world.state, &world.scene, canvas, canvas_area(canvas));
    /* The small picture of filter 0, whose upper left corner is red: 255 * (2/4 + 0.5) and 255 * 0.5, rounded. */
    int corner = first_cell_of(canvas, 0);
    assert_true(corner >= 0);
    assert_int_equal(canvas_get(canvas, corner % 120, corner / 120)->bg, color_rgb(255, 128, 128));
    click_clear(&map);
    canvas_free(canvas);
    scene_world_close(&world);
}

static void a_filter_in_colour_opens_into_its_slices(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    scene_world_select(&world, "conv1", PHASE_FORWARD, 3);
    assert_int_equal(act(&world, ACTION_OPEN).id, ACTION_NONE);
    char *text = draw(&world, 0);
    assert_shows(text, "output 3, inputs 0-2 of 3");
    free(text);
    assert_int_equal(act(&world, ACTION_CLOSE).id, ACTION_NONE);
    text = draw(&world, 0);
    assert_shows(text, "filters 0-15 of 16");
    free(text);
    scene_world_close(&world);
}

static void the_numbers_of_a_slice_stand_below_it(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    for (int j = 0; j < 9; j++)
        set_weight(&world, "layer2.0.conv2", (WeightPlace){4, 7, j / 3, j % 3}, (j - 4) * 0.25);
    scene_world_select(&world, "layer2.0.conv2", PHASE_FORWARD, 4);
    for (int k = 0; k < 7; k++) assert_int_equal(act(&world, ACTION_RIGHT).id, ACTION_NONE);
    char *text = draw(&world, 0);
    assert_shows(text, "out 4, in 7: -1.00 -0.75 -0.50 / -0.25 +0.00 +0.25 / +0.50 +0.75 +1.00 ");
    assert_shows(text, "output 4, inputs 0-31 of 32");
    assert_shows(text, "layer2.0.conv2  kernels  32x32x3x3");
    free(text);
    /* Small numbers have one power of ten. */
    for (int j = 0; j < 9; j++)
        set_weight(&world, "layer2.0.conv2", (WeightPlace){4, 7, j / 3, j % 3}, (j - 4) * 0.003);
    text = draw(&world, 0);
    assert_shows(text, "-1.20 -0.90 -0.60 / -0.30 +0.00 +0.30 / +0.60 +0.90 +1.20 x1e-2");
    free(text);
    scene_world_close(&world);
}

static void the_legend_names_its_range_and_what_it_spans(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    clear_weights(&world, "layer2.0.conv2");
    set_weight(&world, "layer2.0.conv2", (WeightPlace){0, 0, 0, 0}, -3);
    set_weight(&world, "layer2.0.conv2", (WeightPlace){1, 0, 0, 0}, 1);
    scene_world_select(&world, "layer2.0.conv2", PHASE_FORWARD, 1);
    char *text = draw(&world, 0);
    assert_shows(text, "[-3.00 ");
    assert_shows(text, " +3.00] layer");
    free(text);
    world.scene.settings.scope = SCOPE_MAP;
    text = draw(&world, 0);
    assert_shows(text, "[-1.00 ");
    assert_shows(text, " +1.00] filter 1");
    free(text);
    assert_string_equal(act(&world, ACTION_SCOPE).text, "layer");
    world.scene.settings.scope = SCOPE_STAGE;
    assert_string_equal(act(&world, ACTION_SCOPE).text, "map");
    scene_world_close(&world);
}

static void arrows_walk_the_slices_and_pages_the_outputs(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet50", 0);
    scene_world_select(&world, "layer4.1.conv2", PHASE_FORWARD, 100);
    char *text = draw(&world, 0);
    assert_shows(text, "output 100, inputs 0-20 of 512");
    free(text);
    act(&world, ACTION_LAST);
    text = draw(&world, 0);
    assert_shows(text, "output 100, inputs 504-511 of 512");
    assert_shows(text, "out 100, in 511:");
    free(text);
    act(&world, ACTION_RIGHT);
    act(&world, ACTION_UP);
    act(&world, ACTION_LEFT);
    text = draw(&world, 0);
    assert_shows(text, "in 503:"); /* seven a row */
    free(text);
    act(&world, ACTION_FIRST);
    assert_int_equal(act(&world, ACTION_PAGE_DOWN).number, 101);
    assert_int_equal(act(&world, ACTION_PAGE_UP).number, 99);
    Action value = act(&world, ACTION_OPEN);
    assert_int_equal(value.id, ACTION_VIEW);
    assert_string_equal(value.text, "value");
    scene_world_close(&world);
}

static void arrows_in_colour_walk_the_filters_in_their_order(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    scene_world_select(&world, "conv1", PHASE_FORWARD, 0);
    move(&world, ACTION_RIGHT);
    assert_int_equal(world.scene.channel, 1);
    move(&world, ACTION_DOWN); /* six a row */
    assert_int_equal(world.scene.channel, 7);
    move(&world, ACTION_LAST);
    assert_int_equal(world.scene.channel, 15);
    const int ranking[16] = {3, 1, 2, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    world.scene.settings.order = ORDER_ACTIVATION;
    world.scene.ranking = ranking;
    world.scene.ranking_count = 16;
    move(&world, ACTION_FIRST);
    assert_int_equal(world.scene.channel, 3);
    char *text = draw(&world, 0);
    assert_shows(text, "ranks 0-15 of 16 by activation");
    free(text);
    scene_world_close(&world);
}

static void weights_of_1x1_and_linear_are_a_matrix(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet50", 0);
    set_weight(&world, "layer4.0.conv3", (WeightPlace){701, 1, 0, 0}, 0.123456);
    scene_world_select(&world, "layer4.0.conv3", PHASE_FORWARD, 700);
    move(&world, ACTION_RIGHT);
    move(&world, ACTION_DOWN);
    char *text = draw(&world, 0);
    assert_shows(text, "layer4.0.conv3  weights  2048x512x1x1");
    assert_shows(text, "outputs 0-2047 down, inputs 0-511 across");
    assert_shows(text, "output 701, input 1: +0.123456");
    assert_shows(text, "shrunk by largest |x|");
    free(text);
    /* The numbers themselves, on the page that has the selected one: 15 rows of two. */
    assert_int_equal(act(&world, ACTION_OPEN).id, ACTION_NONE);
    text = draw(&world, 0);
    assert_shows(text, "outputs 690-719 down, inputs 0-79 across");
    assert_int_equal(scene_count(text, "shrunk"), 0);
    free(text);
    assert_int_equal(act(&world, ACTION_PAGE_DOWN).number, 731);
    assert_int_equal(act(&world, ACTION_CLOSE).id, ACTION_NONE);
    text = draw(&world, 0);
    assert_shows(text, "outputs 0-2047 down");
    free(text);
    scene_world_select(&world, "fc", PHASE_FORWARD, 3);
    text = draw(&world, 0);
    assert_shows(text, "fc  weights  1000x2048");
    free(text);
    scene_world_close(&world);
}

static void backward_shows_the_gradient_of_the_weights(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    scene_world_select(&world, "layer2.0.conv2", PHASE_BACKWARD, 4);
    char *text = draw(&world, 0);
    assert_shows(text, "The gradient of the weights of layer2.0.conv2 is not computed yet");
    free(text);
    scene_world_run(&world, -1);
    world.scene.settings.figures = FIGURES_ALL;
    text = draw(&world, 0);
    assert_shows(text, "layer2.0.conv2  gradient of the kernels  32x32x3x3");
    Kernels kernels = kernels_of(&world.scene, world.scene.op, PHASE_BACKWARD);
    Stats stats = pass_param_grad_stats(world.pass, kernels.param);
    assert_shows(text, "|x| %.3g", stats.l2);
    free(text);
    world.scene.settings.figures = FIGURES_ONE;
    text = draw(&world, 0);
    assert_shows(text, "|g| %.3g", kernels_filter_stats(&kernels, 4).l2);
    free(text);
    scene_world_close(&world);
}

static void an_op_without_kernels_names_the_nearest_that_has_some(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    const struct {
        const char *op, *says, *left, *right, *enter;
    } cases[] = {
        {"layer3.0.relu1", "before it is layer3.0.conv1", "layer3.0.conv1", "layer3.0.conv2",
         "layer3.0.conv2"},
        {"input", "the nearest after it is conv1", NULL, "conv1", "conv1"},
        {"avgpool", "the nearest after it is fc", "layer3.2.conv2", "fc", "fc"},
        {"loss", "the nearest before it is fc", "fc", NULL, "fc"},
    };
    const ActionId keys[] = {ACTION_LEFT, ACTION_RIGHT, ACTION_OPEN};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const char *const expected[] = {cases[k].left, cases[k].right, cases[k].enter};
        for (int j = 0; j < 3; j++) {
            scene_world_select(&world, cases[k].op, PHASE_FORWARD, 0);
            Action answer = act(&world, keys[j]);
            assert_int_equal(answer.id, expected[j] ? ACTION_SELECT : ACTION_NONE);
            if (expected[j]) assert_string_equal(answer.text, expected[j]);
        }
        scene_world_select(&world, cases[k].op, PHASE_FORWARD, 0);
        char *text = draw(&world, 3);
        assert_shows(text, "%s", "has no kernels");
        assert_shows(text, "%s", cases[k].says);
        free(text);
    }
    scene_world_close(&world);
}

static void the_palette_key_changes_that_of_weights(void **state) {
    (void)state;
    SceneWorld world = open_kernels("resnet20", 0);
    scene_world_select(&world, "conv1", PHASE_FORWARD, 0);
    assert_string_equal(act(&world, ACTION_PALETTE).text, "weights ");
    scene_world_select(&world, "conv1", PHASE_BACKWARD, 0);
    assert_string_equal(act(&world, ACTION_PALETTE).text, "gradients ");
    assert_string_equal(scene_world_do(&world, &view_maps_ops, ACTION_PALETTE, "rdbu").text, "rdbu");
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_op_can_be_drawn_in_both_directions),
        cmocka_unit_test(the_key_and_esc_lead_back_to_the_maps),
        cmocka_unit_test(values_are_those_of_the_file),
        cmocka_unit_test(filters_of_the_first_layer_are_pictures_in_colour),
        cmocka_unit_test(a_filter_in_colour_opens_into_its_slices),
        cmocka_unit_test(the_numbers_of_a_slice_stand_below_it),
        cmocka_unit_test(the_legend_names_its_range_and_what_it_spans),
        cmocka_unit_test(arrows_walk_the_slices_and_pages_the_outputs),
        cmocka_unit_test(arrows_in_colour_walk_the_filters_in_their_order),
        cmocka_unit_test(weights_of_1x1_and_linear_are_a_matrix),
        cmocka_unit_test(backward_shows_the_gradient_of_the_weights),
        cmocka_unit_test(an_op_without_kernels_names_the_nearest_that_has_some),
        cmocka_unit_test(the_palette_key_changes_that_of_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
