/* A step as a picture: which maps stand how large, and the operation between them with the numbers of the run. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/inspect/contribution.h"
#include "tests/support/scene_world.h"
#include "views/scene/class_rank.h"
#include "views/step/middle.h"
#include "views/step/panel.h"
#include "views/step/picture.h"
#include "views/style/text.h"

extern const ViewOps view_step_ops;

static const SceneScreen small = {80, 21, 0};

static SceneWorld world_at(const char *arch, const char *op, Phase phase) {
    SceneWorld world = scene_world_open(arch, 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    scene_world_select(&world, op, phase, 3);
    return world;
}

static void assert_step(const SceneWorld *world, const char *expected) {
    char *text = scene_world_draw(world, &view_step_ops, small);
    assert_shows(text, "%s", expected);
    free(text);
}

static StepPicture plan(const SceneWorld *world, int width, int height, bool enlarge) {
    StepPanels panels = step_panels(&world->scene, 0);
    Rect area = {.w = width, .h = height};
    return step_picture_plan(&panels, area, step_middle_width(&world->scene), enlarge);
}

/* Each panel has its caption above and its legend below. */
static void assert_size(Rect panel, int width, int height) {
    assert_int_equal(panel.w, width);
    assert_int_equal(panel.h, height > 0 ? height + 2 : 0);
}

static void maps_stand_at_native_size_or_larger(void **state) {
    (void)state;
    SceneWorld world = world_at("resnet20", "layer1.1.conv1", PHASE_FORWARD);
    StepPicture picture = plan(&world, 80, 18, false);
    assert_size(picture.panel[0], 32, 16);
    assert_size(picture.panel[1], 32, 16);
    assert_int_equal(picture.middle.w, 16);
    picture = plan(&world, 34, 18, false); /* beside a lesson: what comes out, whole */
    assert_size(picture.panel[0], 0, 0);
    assert_size(picture.panel[1], 32, 16);
    picture = plan(&world, 120, 34, false); /* the output doubled, the input above the kernel */
    assert_size(picture.panel[0], 32, 16);
    assert_size(picture.panel[1], 64, 32);
    assert_true(picture.middle.y >= picture.panel[0].h && picture.middle.h > 0);
    picture = plan(&world, 160, 40, false);
    assert_size(picture.panel[0], 64, 32);
    assert_size(picture.panel[1], 64, 32);
    picture = plan(&world, 84, 34, true); /* before a class */
    assert_size(picture.panel[1], 64, 32);
    scene_world_close(&world);
    world = world_at("resnet20", "layer3.1.conv1", PHASE_FORWARD); /* 8x8 */
    picture = plan(&world, 80, 18, false);
    assert_size(picture.panel[0], 32, 16);
    assert_size(picture.panel[1], 32, 16);
    scene_world_close(&world);
}

/* Nothing overlaps and nothing leaves its area, at any size and for any operation. */
static void no_two_parts_overlap(void **state) {
    (void)state;
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    scene_world_run(&world, -1);
    for (int op = 0; op < world.scene.network->op_count; op += 3)
        for (int phase = 0; phase < 2; phase++) {
            scene_world_select(&world, world.scene.network->ops[op].name, (Phase)phase, 0);
            for (int width = 30; width <= 250; width += 11)
                for (int height = 10; height <= 64; height += 9) {
                    StepPicture picture = plan(&world, width, height, false);
                    Rect all = {.w = width, .h = height}, parts[STEP_PANEL_MAX + 2];
                    memcpy(parts, picture.panel, sizeof picture.panel);
                    parts[STEP_PANEL_MAX] = picture.middle;
                    parts[STEP_PANEL_MAX + 1] = picture.beside;
                    for (int k = 0; k < STEP_PANEL_MAX + 2; k++)
                        for (int j = 0; j < k; j++)
                            assert_true(rect_is_empty(rect_intersect(parts[k], parts[j])));
                    for (int k = 0; k < STEP_PANEL_MAX; k++) {
                        Rect seen = rect_intersect(parts[k], all);
                        assert_true(rect_is_empty(parts[k]) || seen.w * seen.h == parts[k].w * parts[k].h);
                    }
                }
        }
    scene_world_close(&world);
}

static const char *place_words(int place) {
    return place == 0 ? "largest of 16" : place == 1 ? "2nd of 16" : "3rd of 16";
}

/* The input that adds most comes first; o walks to the next. */
static void check_walk(const char *op, Phase phase) {
    SceneWorld world = world_at("resnet20", op, phase);
    double parts[16];
    int order[3];
    char expected[64];
    bool back = phase == PHASE_BACKWARD;
    assert_true(contribution_of_channels(world.pass, world.scene.op, back, world.scene.channel, parts));
    assert_int_equal(class_rank(parts, 16, order, 3), 3);
    for (int place = 0; place < 3; place++) {
        snprintf(expected, sizeof expected, back ? "dx gradient channel %d of 16" : "x in channel %d of 16",
                 order[place]);
        assert_step(&world, expected);
        assert_step(&world, place_words(place));
        snprintf(expected, sizeof expected, "kernel %d → %d", back ? 3 : order[place],
                 back ? order[place] : 3);
        assert_step(&world, expected);
        assert_int_equal(scene_world_do(&world, &view_step_ops, ACTION_OTHER, "").id, ACTION_NONE);
    }
    scene_world_close(&world);
}

static void the_strongest_input_is_shown_and_the_next_ones_on_request(void **state) {
    (void)state;
    check_walk("layer1.1.conv1", PHASE_FORWARD);
    check_walk("layer1.1.conv1", PHASE_BACKWARD);
}

/* Of the second conv of a block: nine numbers in rows of three, backward from the last to the first. */
static void the_kernel_is_drawn_with_its_numbers(void **state) {
    (void)state;
    for (int phase = 0; phase < 2; phase++) {
        SceneWorld world = world_at("resnet20", "layer1.1.conv1", (Phase)phase);
        StepPanels panels = step_panels(&world.scene, 0);
        const Param *param = network_op_param(world.scene.network, world.scene.op, PARAM_CONV_WEIGHT);
        const real *values = network_const_values(world.scene.network, param);
        char row[3][32] = {"", "", ""};
        for (int tap = 0; tap < 9; tap++) {
            double value = (double)values[((phase ? 8 - tap : tap) * 16 + panels.filter.input) * 16 + 3];
            char number[16];
            snprintf(number, sizeof number, "%+.2f", value);
            memmove(number + 1, number + 2, strlen(number + 1)); /* "+.41" */
            strcat(row[tap / 3], number);
        }
        for (int r = 0; r < 3; r++) assert_step(&world, row[r]);
        scene_world_close(&world);
    }
}

static void batch_norm_is_a_line_with_its_two_numbers(void **state) {
    (void)state;
    SceneWorld world = scene_world_open_pass("resnet20", 0, (PassConfig){.batch_statistics = true});
    scene_world_run(&world, -1);
    scene_world_select(&world, "layer1.1.bn1", PHASE_FORWARD, 3);
    char expected[64];
    double a = (double)pass_norm_inv_std(world.pass, world.scene.op)[3]; /* gamma 1, beta 0 */
    double b = -a * (double)pass_norm_mean(world.pass, world.scene.op)[3];
    assert_step(&world, "y = a·x + b");
    snprintf(expected, sizeof expected, "a %+.3g", a);
    assert_step(&world, expected);
    snprintf(expected, sizeof expected, "b %+.3g", b);
    assert_step(&world, expected);
    Tensor x = pass_act(world.pass, world.scene.network->ops[world.scene.op].inputs[0]),
           y = pass_act(world.pass, world.scene.op);
    for (size_t k = 3; k < shape_count(x.shape); k += 16 * 97) /* two roundings of float */
        assert_close(a * (double)x.data[k] + b, (double)y.data[k],
                     1e-5 * (fabs((double)y.data[k]) + fabs(b)));
    scene_world_close(&world);
}

static void an_activation_shows_how_much_passes(void **state) {
    (void)state;
    SceneWorld world = world_at("resnet20", "layer1.1.relu1", PHASE_FORWARD);
    Tensor x = pass_act(world.pass, world.scene.network->ops[world.scene.op].inputs[0]);
    int pixels = x.shape.h * x.shape.w, negative = 0;
    for (int k = 0; k < pixels; k++) negative += x.data[k * x.shape.c + 3] < 0;
    char expected[64];
    snprintf(expected, sizeof expected, "%s become 0", text_format_percent((double)negative / pixels).text);
    assert_step(&world, expected);
    scene_world_select(&world, "layer1.1.relu1", PHASE_BACKWARD, 3);
    snprintf(expected, sizeof expected, "%s open", text_format_percent(1 - (double)negative / pixels).text);
    assert_step(&world, "× mask");
    assert_step(&world, expected);
    scene_world_close(&world);
}

/* Around the nine values that the selected number reads, and around none of them. */
static void what_is_read_has_a_frame(void **state) {
    (void)state;
    SceneWorld world = world_at("resnet20", "layer1.1.conv1", PHASE_FORWARD);
    world.scene.row = 11, world.scene.column = 20; /* columns 19..21, rows 10..12, which are half cells */
    Canvas *canvas = scene_world_canvas(&world, &view_step_ops, small);
    Rect area = scene_screen_area(small);
    int left = area.x, top = area.y + 2;
    for (int row = 8; row <= 14; row++)
        for (int column = 17; column <= 23; column++) {
            const Cell *cell = canvas_get(canvas, left + column, top + row / 2);
            bool upper = row % 2 == 0, whole = cell->glyph == ' ';
            Color color = upper && !whole ? cell->fg : cell->bg;
            bool edge = (row == 9 || row == 13) && column >= 18 && column <= 22;
            edge = edge || ((column == 18 || column == 22) && row >= 9 && row <= 13);
            assert_int_equal(color == color_role(ROLE_MARK), edge);
        }
    canvas_free(canvas);
    scene_world_close(&world);
}

static void figures_stand_in_one_line_until_all_are_asked_for(void **state) {
    (void)state;
    SceneWorld world = world_at("resnet20", "layer1.1.conv1", PHASE_FORWARD);
    char *text = scene_world_draw(&world, &view_step_ops, small);
    assert_shows(text, "y, all 16 channels:  range ");
    assert_null(strstr(text, "16 filters of 16x3x3"));
    free(text);
    world.scene.settings.figures = FIGURES_ALL;
    assert_step(&world, "16 filters of 16x3x3");
    assert_step(&world, "n 16,384");
    scene_world_close(&world);
}

static void the_formula_is_the_one_in_force(void **state) {
    (void)state;
    SceneWorld world = world_at("resnet20", "layer1.1.bn1", PHASE_BACKWARD);
    char *text = scene_world_draw(&world, &view_step_ops, small);
    assert_shows(text, "evaluation: dx = ");
    assert_null(strstr(text, "training:"));
    free(text);
    scene_world_close(&world);
}

static void what_a_lesson_asks_for_is_not_shown(void **state) {
    (void)state;
    const char *const ops[] = {"fc", "loss"};
    for (int k = 0; k < 2; k++) {
        SceneWorld world = world_at("resnet20", ops[k], PHASE_FORWARD);
        char *text = scene_world_draw(&world, &view_step_ops, small);
        assert_shows(text, "airplane");
        free(text);
        world.scene.hides_answer = true;
        text = scene_world_draw(&world, &view_step_ops, small);
        assert_null(strstr(text, "airplane"));
        assert_shows(text, "answer first");
        free(text);
        scene_world_close(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_stand_at_native_size_or_larger),
        cmocka_unit_test(no_two_parts_overlap),
        cmocka_unit_test(the_strongest_input_is_shown_and_the_next_ones_on_request),
        cmocka_unit_test(the_kernel_is_drawn_with_its_numbers),
        cmocka_unit_test(batch_norm_is_a_line_with_its_two_numbers),
        cmocka_unit_test(an_activation_shows_how_much_passes),
        cmocka_unit_test(what_is_read_has_a_frame),
        cmocka_unit_test(figures_stand_in_one_line_until_all_are_asked_for),
        cmocka_unit_test(the_formula_is_the_one_in_force),
        cmocka_unit_test(what_a_lesson_asks_for_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
