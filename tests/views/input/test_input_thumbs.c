#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/scene_world.h"
#include "views/input/thumbs.h"
#include "views/scene/click.h"

extern const ViewOps view_input_ops;

enum { IMAGES = 60 };

static SceneWorld world_open(const char *list[IMAGES]) {
    static char names[IMAGES][24];
    for (int k = 0; k < IMAGES; k++) {
        snprintf(names[k], sizeof names[k], "picture-%02d", k);
        list[k] = names[k];
    }
    SceneWorld world = scene_world_open("resnet20", 0, SKIP_NONE_REMOVED);
    world.scene.image_name = "picture-02";
    world.scene.image_list = list;
    world.scene.image_count = IMAGES;
    world.scene.weights_note = "random weights, he, seed 0";
    world.scene.true_class = -1;
    return world;
}

static void assert_heading(const SceneWorld *world, const char *expected) {
    char *text = scene_world_draw(world, &view_input_ops, (SceneScreen){120, 37, 0});
    assert_shows(text, "%s", expected);
    free(text);
}

static void small_pictures_are_as_large_as_all_of_them_fit(void **state) {
    (void)state;
    const struct {
        int width, height, count, cursor;
        ThumbPlan plan;
    } cases[] = {
        {102, 40, 15, 3, {.columns = 5, .rows = 4, .width = 16, .height = 8, .named = true}},
        {54, 15, 15, 3, {.columns = 5, .rows = 3, .width = 8, .height = 4, .named = true}},
        {46, 4, 15, 11, {.columns = 5, .rows = 1, .width = 8, .height = 4, .first = 10}},
        {34, 18, 1, 0, {.columns = 1, .rows = 1, .width = 32, .height = 16, .named = true}},
        {8, 3, 15, 0, {.columns = 0}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        ThumbPlan plan = input_thumbs_plan((Rect){.w = cases[k].width, .h = cases[k].height}, cases[k].count,
                                           cases[k].cursor);
        const ThumbPlan *wanted = &cases[k].plan;
        assert_int_equal(plan.columns, wanted->columns);
        assert_int_equal(plan.first, wanted->first);
        if (wanted->columns == 0) continue;
        assert_int_equal(plan.rows, wanted->rows);
        assert_int_equal(plan.width, wanted->width);
        assert_int_equal(plan.height, wanted->height);
        assert_int_equal(plan.named, wanted->named);
    }
}

/* Each in its own colour, the one under the cursor between two lines, its name in the heading. */
static void small_pictures_are_drawn_and_clicked(void **state) {
    (void)state;
    static const char *names[IMAGES];
    SceneWorld world = world_open(names);
    static SceneThumb thumbs[IMAGES];
    for (int k = 0; k < IMAGES; k++) {
        thumbs[k].known = k != 3;
        for (size_t i = 0; i < sizeof thumbs[k].rgb / sizeof(real); i++) thumbs[k].rgb[i] = (real)k / IMAGES;
    }
    world.scene.image_thumbs = thumbs;
    world.scene.image_cursor = 2;
    Rect area = {.x = 1, .y = 1, .w = 60, .h = 21};
    Canvas *canvas = canvas_new(70, 24, 0);
    ClickMap clicks = {0};
    canvas->clicks = &clicks;
    input_thumbs_draw(canvas, area, &world.scene);
    ThumbPlan plan = input_thumbs_plan((Rect){.w = 60, .h = 20}, IMAGES, 2);
    for (int k = 0; k < plan.columns; k++) {
        Rgb grey = {(uint8_t)lround(255.0 * k / IMAGES), 0, 0};
        int x = area.x + 1 + k * (plan.width + 1);
        const Cell *cell = canvas_get(canvas, x, area.y + 1);
        assert_int_equal(cell->bg, k == 3 ? COLOR_DEFAULT : color_rgb(grey.r, grey.r, grey.r));
        Action actions[CLICK_ACTIONS_MAX];
        assert_int_equal(click_find(&clicks, x, area.y + 2, actions), 1);
        assert_int_equal(actions[0].id, ACTION_IMAGE);
        assert_string_equal(actions[0].text, world.scene.image_list[k]);
    }
    assert_int_equal(canvas_get(canvas, area.x + 2 * (plan.width + 1), area.y + 1)->glyph, U'│');
    assert_int_equal(canvas_get(canvas, area.x + 3 * (plan.width + 1), area.y + 1)->glyph, U'│');
    click_clear(&clicks);
    canvas_free(canvas);
    assert_heading(&world, "Pictures, 3 of 60: picture-02 ");
    world.scene.image_cursor = 40;
    assert_heading(&world, "Pictures, 41 of 60: picture-40, Enter takes it");
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pictures_are_as_large_as_all_of_them_fit),
        cmocka_unit_test(small_pictures_are_drawn_and_clicked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
