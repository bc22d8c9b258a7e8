#include <stdio.h>
#include <string.h>

#include "core/network/class_names.h"
#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/input/picture.h"

extern const ViewOps view_input_ops;

enum { IMAGES = 60, TOP = 5 };

static const SceneScreen sizes[] = {
    {80, 19, CANVAS_ASCII | CANVAS_MONO}, {120, 35, CANVAS_MONO}, {200, 55, 0}};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static SceneWorld world_open(const char *arch) {
    static char names[IMAGES][24];
    static const char *list[IMAGES];
    for (int k = 0; k < IMAGES; k++) {
        snprintf(names[k], sizeof names[k], "picture-%02d", k);
        list[k] = names[k];
    }
    SceneWorld world = scene_world_open_pass(arch, 0, (PassConfig){.batch_statistics = true});
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .weights_note = "random weights, he, seed 0",
                          .image_name = "picture-02",
                          .true_class = -1,
                          .image_list = list,
                          .image_count = IMAGES,
                          .settings = setting_defaults()};
    return world;
}

static char *shown(const SceneWorld *world, int size) {
    return scene_world_draw(world, &view_input_ops, sizes[size]);
}

static void assert_screen(const SceneWorld *world, int size, const char *expected) {
    char *text = shown(world, size);
    assert_shows(text, "%s", expected);
    free(text);
}

static int likeliest(const Pass *pass, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (pass_probabilities(pass)[k] > pass_probabilities(pass)[best]) best = k;
    return best;
}

static void drawing_is_pure_and_stays_inside_its_area(void **state) {
    (void)state;
    const char *const archs[] = {"resnet20", "resnet50"};
    for (int a = 0; a < 2; a++) {
        SceneWorld world = world_open(archs[a]);
        for (int run = 0; run < 2 * SIZES; run++) {
            if (run == SIZES) pass_run_forward(world.pass);
            int size = run % SIZES;
            world.scene.image_cursor = run * 11;
            scene_world_check(&world, &view_input_ops, sizes[size], true);
        }
        scene_world_close(&world);
    }
}

static void any_small_area_is_drawn_without_harm(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    pass_run_forward(world.pass);
    Canvas *canvas = canvas_new(130, 30, 0);
    for (int w = 0; w < 130; w += 7)
        for (int h = 0; h < 30; h += 2)
            view_input_ops.draw(NULL, &world.scene, canvas, (Rect){.x = 1, .w = w, .h = h});
    for (int y = 0; y < canvas->height; y++) assert_int_equal(canvas_get(canvas, 0, y)->glyph, ' ');
    canvas_free(canvas);
    scene_world_close(&world);
}

/* The classes in the rows below the head of the table, read back from the text. */
static void read_classes(const char *text, int classes[TOP]) {
    const char *line = strstr(text, "probability");
    assert_non_null(line);
    for (int place = 0; place < TOP; place++) {
        line = strchr(line, '\n') + 1;
        const char *number = strstr(line, "class ");
        assert_true(number && number < strchr(line, '\n'));
        classes[place] = atoi(number + strlen("class "));
    }
}

static void the_five_classes_shown_are_the_five_largest_probabilities(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet50");
    pass_run_forward(world.pass);
    const double *p = pass_probabilities(world.pass);
    for (int size = 0; size < SIZES; size++) {
        int classes[TOP];
        char *text = shown(&world, size);
        read_classes(text, classes);
        free(text);
        assert_int_equal(classes[0], likeliest(world.pass, 1000));
        for (int place = 1; place < TOP; place++) assert_true(p[classes[place - 1]] >= p[classes[place]]);
        int larger = 0;
        for (int k = 0; k < 1000; k++) larger += p[k] > p[classes[TOP - 1]];
        assert_true(larger <= TOP - 1);
    }
    scene_world_close(&world);
}

static void before_the_loss_it_says_how_far_the_pass_is(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    for (int k = 0; k < 7; k++) pass_step_forward(world.pass);
    const char *text = "No answer yet: the forward pass has run 7 of 72 operations.";
    assert_screen(&world, 2, text);
    pass_run_forward(world.pass);
    char *after = shown(&world, 2);
    assert_null(strstr(after, "No answer yet"));
    free(after);
    scene_world_close(&world);
}

static void the_answer_is_called_right_or_wrong_only_when_the_class_is_known(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    pass_run_forward(world.pass);
    int best = likeliest(world.pass, 10);
    for (int size = 0; size < SIZES; size++) {
        world.scene.true_class = -1;
        assert_screen(&world, size, "true class");
        assert_screen(&world, size, "not known");
        world.scene.true_class = best;
        assert_screen(&world, size, "Right: the network says");
        world.scene.true_class = (best + 1) % 10;
        assert_screen(&world, size, "Wrong: the network says");
    }
    scene_world_close(&world);
}

static void the_cursor_of_the_list_is_always_seen(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    for (int k = 0; k < IMAGES; k++) {
        char row[32];
        world.scene.image_cursor = k;
        snprintf(row, sizeof row, "> picture-%02d", k);
        assert_screen(&world, 0, row);
    }
    scene_world_close(&world);
}

static void the_picture_in_the_pass_is_marked(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    assert_screen(&world, 0, "picture-02  shown");
    scene_world_close(&world);
}

static void an_empty_list_says_how_to_get_a_picture(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    world.scene.image_count = 0;
    assert_screen(&world, 1, "None to choose from");
    assert_int_equal(view_input_ops.act(NULL, &world.scene, view_action(ACTION_OPEN, 0)).id, ACTION_NONE);
    scene_world_close(&world);
}

static void opening_loads_the_picture_under_the_cursor(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    world.scene.image_cursor = 41;
    Action action = view_input_ops.act(NULL, &world.scene, view_action(ACTION_OPEN, 0));
    assert_int_equal(action.id, ACTION_IMAGE);
    assert_string_equal(action.text, "picture-41");
    scene_world_close(&world);
}

static void moves_of_the_cursor_are_left_to_the_session(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    const ActionId moves[] = {ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_STEP};
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++) {
        Action action = view_input_ops.act(NULL, &world.scene, view_action(moves[k], 4));
        assert_int_equal(action.id, moves[k]);
        assert_int_equal(action.number, 4);
    }
    Action left = view_input_ops.act(NULL, &world.scene, view_action(ACTION_LEFT, 3));
    assert_int_equal(left.id, ACTION_UP);
    assert_int_equal(left.number, 3);
    Action last = view_input_ops.act(NULL, &world.scene, view_action(ACTION_LAST, 0));
    assert_int_equal(last.id, ACTION_DOWN);
    assert_int_equal(last.number, IMAGES);
    scene_world_close(&world);
}

static void select_cell(SceneWorld *world, const char *op, int channel, int row, int column) {
    world->scene.op = network_find_op(world->scene.network, op);
    assert_true(world->scene.op >= 0);
    world->scene.at = world->scene.op;
    world->scene.channel = channel;
    world->scene.row = row;
    world->scene.column = column;
}

/* layer2.0.conv1 at (3,5) reads rows 5-7 and columns 9-11 of layer1, which is 6 convolutions and conv1 behind
 * the picture: 7 more on each side. */
static void the_receptive_field_is_said_in_pixels_and_routes(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    select_cell(&world, "layer2.0.conv1", 0, 3, 5);
    for (int size = 0; size < SIZES; size++) {
        assert_screen(&world, size, "Receptive field of layer2.0.conv1 ch 0 (3,5)");
        assert_screen(&world, size, "rows 0-14, columns 2-18: 15x17 px");
        assert_screen(&world, size, "(17x17 in a larger one)"); /* without the upper edge */
        assert_screen(&world, size, "layer1.2.add: skip 13x13, F 17x17 px");
        assert_screen(&world, size, "8 routes over 3 adds: skips");
        assert_screen(&world, size, "5x5, F 17x17 px");
        assert_screen(&world, size, sizes[size].width < 200 ? "BN reads all" : "batch norm reads all of it");
    }
    select_cell(&world, "layer2.0.downsample", 3, 0, 0);
    assert_screen(&world, 0, "none: no route reaches it, it is constant");
    scene_world_close(&world);
    world = world_open("plain20");
    select_cell(&world, "layer2.0.conv1", 0, 3, 5);
    assert_screen(&world, 0, "one way leads there: no skip lies on it");
    scene_world_close(&world);
}

/* The cell of the canvas that shows a pixel of the picture, which is drawn from the second row on. */
static const Cell *cell_of(const Canvas *canvas, int x, int y) {
    return canvas_get(canvas, SCENE_MARGIN + x, SCENE_MARGIN + 1 + y / 2);
}

static void the_field_is_framed_on_the_picture(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    pass_step_forward(world.pass);
    select_cell(&world, "conv1", 0, 10, 20); /* reads rows 9-11, columns 19-21 */
    Canvas *canvas = scene_world_canvas(&world, &view_input_ops, sizes[0]);
    assert_int_equal(cell_of(canvas, 19, 9)->glyph, '/');
    assert_int_equal(cell_of(canvas, 20, 9)->glyph, '~');
    assert_int_equal(cell_of(canvas, 21, 11)->glyph, '/');
    canvas_free(canvas);
    select_cell(&world, "layer1.0.add", 0, 10, 20); /* 7x7 through the branch, 3x3 past it */
    canvas = scene_world_canvas(&world, &view_input_ops, sizes[0]);
    assert_int_equal(cell_of(canvas, 17, 7)->glyph, '/');
    assert_int_equal(cell_of(canvas, 23, 13)->glyph, '/');
    assert_int_equal(cell_of(canvas, 19, 9)->glyph, 'o');
    assert_int_equal(cell_of(canvas, 21, 11)->glyph, 'o');
    canvas_free(canvas);
    scene_world_close(&world);
}

static void an_overlay_that_waits_says_for_what(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    world.scene.overlay.kind = OVERLAY_GRAD_CAM;
    assert_screen(&world, 0, "Grad-CAM: needs the forward pass, f runs it");
    world.scene.overlay.kind = OVERLAY_GRADIENT;
    assert_screen(&world, 0, "input gradient: needs both passes, f runs the forward one");
    pass_run_forward(world.pass);
    assert_screen(&world, 0, "input gradient: the backward pass has not reached the image: f");
    scene_world_close(&world);
}

static void an_overlay_names_class_layer_and_range(void **state) {
    (void)state;
    real heat[32 * 32] = {0};
    SceneWorld world = world_open("resnet20");
    pass_run_forward(world.pass);
    const Network *network = world.scene.network;
    world.scene.overlay = (SceneOverlay){.kind = OVERLAY_GRAD_CAM,
                                         .values = heat,
                                         .class_index = 7,
                                         .layer = network->blocks[network->block_count - 1].output};
    for (int size = 1; size < SIZES; size++)
        assert_screen(&world, size, "Grad-CAM is 0 everywhere: nothing in layer3.2.relu2 speaks");
    assert_screen(&world, 0, "Grad-CAM is 0 everywhere:");
    assert_screen(&world, 0, "nothing in layer3.2.relu2 speaks");
    world.scene.overlay.max = heat[0] = (real)0.25;
    for (int size = 0; size < SIZES; size++) {
        char name[CLASS_NAME_MAX], expected[96];
        snprintf(expected, sizeof expected, "Grad-CAM of logit %s (",
                 model_class_name(world.model, 7, name, sizeof name));
        assert_screen(&world, size, expected);
        assert_screen(&world, size, ") at layer3.2.relu2, 8x8");
        assert_screen(&world, size, " 0.25]");
    }
    /* The heat alone, without colour: one hot pixel, and the rest is zero. */
    select_cell(&world, "conv1", 0, 31, 31);
    Canvas *canvas = scene_world_canvas(&world, &view_input_ops, sizes[0]);
    assert_int_not_equal(cell_of(canvas, 0, 0)->glyph, '.');
    assert_int_equal(cell_of(canvas, 8, 8)->glyph, '.');
    canvas_free(canvas);
    scene_world_close(&world);
}

/* Each side of a comparison shows its own numbers, on the scale of both. */
static void compared_overlays_have_one_scale(void **state) {
    (void)state;
    real heat[32 * 32] = {1};
    SceneWorld world = world_open("resnet20");
    pass_run_forward(world.pass);
    world.scene.overlay = (SceneOverlay){.kind = OVERLAY_GRADIENT, .values = heat, .max = 1, .reach = 0.125};
    assert_screen(&world, 0, " 0.12]");
    Scene other = world.scene;
    other.overlay.reach = 0.5;
    SceneTwin twin = {.scene = &other};
    world.scene.twin = &twin;
    assert_screen(&world, 0, " 0.50]");
    other.overlay.values = NULL; /* not computed: nothing to share */
    assert_screen(&world, 0, " 0.12]");
    scene_world_close(&world);
}

static void the_other_drawing_is_the_next_overlay(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    Action action = view_input_ops.act(NULL, &world.scene, view_action(ACTION_OTHER, 0));
    assert_int_equal(action.id, ACTION_OVERLAY);
    assert_string_equal(action.text, "");
    scene_world_close(&world);
}

/* What it would tell is neither in the table nor in a name. */
static void nothing_tells_the_answer_that_a_lesson_asks_for(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    pass_run_forward(world.pass);
    world.scene.hides_answer = true;
    world.scene.true_class = likeliest(world.pass, 10);
    for (int size = 0; size < SIZES; size++) {
        char *text = shown(&world, size);
        assert_shows(text, "Hidden until");
        assert_int_equal(scene_count(text, "probability"), 0);
        assert_int_equal(scene_count(text, "true class"), 0);
        assert_int_equal(scene_count(text, "picture-0"), 0);
        assert_shows(text, "no. 1");
        free(text);
    }
    scene_world_close(&world);
}

static void an_answer_known_beforehand_is_shown_and_so_is_the_pass(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    double probabilities[10] = {0};
    probabilities[7] = 0.75;
    probabilities[2] = 0.25;
    world.scene.probabilities = probabilities;
    for (int k = 0; k < 7; k++) pass_step_forward(world.pass);
    for (int size = 0; size < SIZES; size++) {
        char *text = shown(&world, size), name[2][CLASS_NAME_MAX];
        const char *first = strstr(text, model_class_name(world.model, 7, name[0], CLASS_NAME_MAX));
        const char *second = strstr(text, model_class_name(world.model, 2, name[1], CLASS_NAME_MAX));
        assert_true(first && second && first < second);
        assert_shows(text, "75%%");
        assert_shows(text, "7 of 72 operations run so far");
        assert_int_equal(scene_count(text, "logit"), 0);
        free(text);
    }
    scene_world_close(&world);
}

static void the_value_of_the_cell_and_its_pixel_are_figures(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    for (int k = 0; k < 2; k++) pass_step_forward(world.pass);
    select_cell(&world, "conv1", 2, 10, 20);
    Tensor out = pass_act(world.pass, world.scene.op), in = pass_act(world.pass, 0);
    const Normalise *normalise = &world.model->preprocess.normalise;
    for (int size = 0; size < SIZES; size++) {
        char *text = shown(&world, size);
        double read = (double)in.data[shape_index(in.shape, 0, 0, 10, 20)];
        double level = 255 * (read * (double)normalise->std[0] + (double)normalise->mean[0]);
        assert_shows(text, "value %.4g", (double)out.data[shape_index(out.shape, 0, 2, 10, 20)]);
        assert_shows(text, "(10,20) rgb %.0f ", level < 0 ? 0 : level > 255 ? 255 : level);
        assert_shows(text, " %+.2f ", read);
        free(text);
    }
    world.scene.op = world.scene.network->op_count - 1;
    assert_screen(&world, 0, "value: not run yet");
    scene_world_close(&world);
}

/* Beside a lesson's page the picture is whole: 32 columns and 16 rows of half blocks. */
static void a_narrow_area_has_the_whole_picture(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20");
    pass_run_forward(world.pass);
    Canvas *canvas = scene_world_canvas(&world, &view_input_ops, (SceneScreen){34, 21, CANVAS_MONO});
    int drawn = 0;
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 32; x++) drawn += cell_of(canvas, x, 2 * y)->glyph != ' ';
    assert_true(drawn > 32 * 16 / 2);
    assert_int_equal(input_picture_fit((Rect){.w = 34, .h = 18}, &world.scene).px_width, 32);
    canvas_free(canvas);
    scene_world_check(&world, &view_input_ops, (SceneScreen){34, 21, 0}, true);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawing_is_pure_and_stays_inside_its_area),
        cmocka_unit_test(any_small_area_is_drawn_without_harm),
        cmocka_unit_test(the_five_classes_shown_are_the_five_largest_probabilities),
        cmocka_unit_test(before_the_loss_it_says_how_far_the_pass_is),
        cmocka_unit_test(the_answer_is_called_right_or_wrong_only_when_the_class_is_known),
        cmocka_unit_test(the_cursor_of_the_list_is_always_seen),
        cmocka_unit_test(the_picture_in_the_pass_is_marked),
        cmocka_unit_test(an_empty_list_says_how_to_get_a_picture),
        cmocka_unit_test(opening_loads_the_picture_under_the_cursor),
        cmocka_unit_test(moves_of_the_cursor_are_left_to_the_session),
        cmocka_unit_test(the_receptive_field_is_said_in_pixels_and_routes),
        cmocka_unit_test(the_field_is_framed_on_the_picture),
        cmocka_unit_test(an_overlay_that_waits_says_for_what),
        cmocka_unit_test(an_overlay_names_class_layer_and_range),
        cmocka_unit_test(compared_overlays_have_one_scale),
        cmocka_unit_test(nothing_tells_the_answer_that_a_lesson_asks_for),
        cmocka_unit_test(an_answer_known_beforehand_is_shown_and_so_is_the_pass),
        cmocka_unit_test(the_value_of_the_cell_and_its_pixel_are_figures),
        cmocka_unit_test(a_narrow_area_has_the_whole_picture),
        cmocka_unit_test(the_other_drawing_is_the_next_overlay),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
