/* The first screen: the picture whole, the answer, the table, and room for the keys. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/architecture/answer.h"
#include "views/architecture/architecture.h"
#include "views/architecture/plan.h"
#include "views/architecture/table.h"
#include "views/scene/view.h"

static SceneWorld world_new(int steps) {
    SceneWorld world = scene_world_open_pass("resnet20", 0, (PassConfig){.batch = 1});
    scene_world_run(&world, steps);
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .width = 80,
                          .height = 21,
                          .settings = setting_defaults()};
    return world;
}

static char *draw(SceneWorld *world, int width, int height) {
    Canvas *canvas = canvas_new(width, height, 0);
    world->scene.width = width;
    world->scene.height = height;
    view_ops(VIEW_ARCHITECTURE)->draw(world->state, &world->scene, canvas, canvas_area(canvas));
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static void the_picture_is_whole_and_nothing_overlaps(void **state) {
    (void)state;
    SceneWorld world = world_new(1);
    for (int width = 80; width <= 250; width += 5) {
        for (int height = 21; height <= 67; height += 2) {
            Rect area = {.w = width, .h = height};
            ArchitecturePlan plan = architecture_plan(&world.scene, area, true);
            architecture_plan_shorten(&plan, 14);
            assert_true(plan.first);
            assert_true(plan.picture.w >= 32 && plan.picture.h >= 16 && plan.picture.w % 32 == 0);
            assert_true(plan.keys.h == ARCHITECTURE_KEY_ROWS && plan.keys.y == height - ARCHITECTURE_KEY_ROWS);
            const Rect parts[] = {plan.greeting, plan.picture, plan.answer, plan.table, plan.detail, plan.keys};
            bool taken[250 * 67] = {false};
            for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
                for (int y = parts[k].y; y < parts[k].y + parts[k].h; y++)
                    for (int x = parts[k].x; x < parts[k].x + parts[k].w; x++) {
                        assert_true(x >= 0 && x < width && y >= 0 && y < height);
                        if (taken[y * width + x]) fail_msg("part %d at %d,%d, %dx%d", (int)k, x, y, width, height);
                        taken[y * width + x] = true;
                    }
        }
    }
    scene_world_close(&world);
}

/* It greets whoever comes in, until something has been run, selected or unfolded. */
static void it_stays_until_something_is_done(void **state) {
    (void)state;
    SceneWorld world = world_new(1);
    char *text = draw(&world, 80, 21);
    assert_non_null(strstr(text, "This is resnet20"));
    assert_non_null(strstr(text, "resnet20: stem, 9 residual blocks, head"));
    free(text);
    assert_true(view_architecture_starts(world.state, &world.scene));
    world.scene.at = world.scene.op = 1;
    assert_false(view_architecture_starts(world.state, &world.scene));
    world.scene.at = world.scene.op = 0;
    view_ops(VIEW_ARCHITECTURE)->act(world.state, &world.scene, view_action(ACTION_FOLD, 0));
    assert_false(view_architecture_starts(world.state, &world.scene));
    text = draw(&world, 80, 21);
    assert_non_null(strstr(text, "multiply-adds"));
    free(text);
    scene_world_close(&world);
    world = world_new(2);
    assert_false(view_architecture_starts(world.state, &world.scene));
    scene_world_close(&world);
}

/* As far as it is known, and where no lesson asks for it. */
static void the_answer_is_one_sentence(void **state) {
    (void)state;
    SceneWorld world = world_new(1);
    double probabilities[10] = {0.01, 0.02, 0.9, 0.07};
    char text[200], expected[200], name[2][CLASS_NAME_MAX];
    architecture_answer_say(&world.scene, text, sizeof text);
    assert_string_equal(text, "The network is looking at the picture ...");
    world.scene.probabilities = probabilities;
    architecture_answer_say(&world.scene, text, sizeof text);
    snprintf(expected, sizeof expected, "The network says: %s 90%%, %s 7%%.",
             scene_class_name(&world.scene, 2, name[0]), scene_class_name(&world.scene, 3, name[1]));
    assert_string_equal(text, expected);
    for (int k = 0; k < 10; k++) probabilities[k] = (double)NAN;
    architecture_answer_say(&world.scene, text, sizeof text);
    assert_string_equal(text, "The network has no answer: its probabilities are not numbers (NaN).");
    world.scene.hides_answer = true;
    architecture_answer_say(&world.scene, text, sizeof text);
    assert_null(strstr(text, "90%"));
    char *screen = draw(&world, 120, 40);
    assert_null(strstr(screen, "90%"));
    free(screen);
    world.scene.untrained = true;
    architecture_answer_say(&world.scene, text, sizeof text);
    assert_non_null(strstr(text, "random"));
    scene_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_is_whole_and_nothing_overlaps),
        cmocka_unit_test(it_stays_until_something_is_done),
        cmocka_unit_test(the_answer_is_one_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
