/* One channel large, all of them small beside it: where they stand. */
#include "tests/support/canvas_check.h"

#include "views/widget/focus.h"
#include "views/widget/widgets_detail.h"

static WidgetFocusPlan plan_of(int width, int height, Shape shape) {
    Scene scene = {.settings = setting_defaults()};
    WidgetFocus focus = {.selected = shape.c / 2, .above = 2, .below = 3, .text_width = 40};
    return widget_focus_plan((Rect){.x = 1, .y = 2, .w = width, .h = height}, &scene, shape, focus);
}

static void assert_focus(WidgetFocusPlan plan, int width, int height, int shown) {
    assert_int_equal(plan.map.w, width);
    assert_int_equal(plan.map.h, height);
    assert_int_equal(plan.page.count, shown);
}

/* Maps of 32x32 values and of those that have as much room when they are enlarged, on 80x24. */
static void a_map_is_whole_beside_all_of_its_channels_on_the_smallest_screen(void **state) {
    (void)state;
    assert_focus(plan_of(80, 21, (Shape){1, 16, 32, 32}), 32, 16, 16);
    assert_focus(plan_of(80, 21, (Shape){1, 32, 16, 16}), 32, 16, 32);
    assert_focus(plan_of(80, 21, (Shape){1, 64, 8, 8}), 32, 16, 64);
    assert_focus(plan_of(80, 21, (Shape){1, 3, 32, 32}), 32, 16, 3);
    assert_int_equal(plan_of(80, 21, (Shape){1, 16, 32, 32}).page.map_width, 8);
    assert_int_equal(plan_of(80, 21, (Shape){1, 64, 8, 8}).page.map_width, 4);
}

static void a_map_that_is_too_large_is_shrunk_by_a_whole_factor(void **state) {
    (void)state;
    WidgetFocusPlan plan = plan_of(80, 21, (Shape){1, 64, 112, 112});
    assert_int_equal(plan.shrink, 4);
    assert_int_equal(plan.map.w, 28);
    assert_int_equal(plan.map.h, 14);
    assert_int_equal(plan_of(250, 67, (Shape){1, 64, 112, 112}).shrink, 1);
}

static void a_large_screen_has_larger_maps(void **state) {
    (void)state;
    WidgetFocusPlan plan = plan_of(120, 37, (Shape){1, 16, 32, 32});
    assert_focus(plan, 64, 32, 16);
    assert_true(plan.page.map_width >= 8);
    assert_focus(plan_of(250, 67, (Shape){1, 16, 32, 32}), 96, 48, 16);
}

static void beside_a_page_of_text_the_map_stands_alone(void **state) {
    (void)state;
    WidgetFocusPlan plan = plan_of(34, 21, (Shape){1, 16, 32, 32});
    assert_focus(plan, 32, 16, 1);
    assert_true(rect_is_empty(plan.overview));
    assert_int_equal(plan.page.first, 8);
}

static void a_tall_area_has_the_small_maps_below(void **state) {
    (void)state;
    WidgetFocusPlan plan = plan_of(50, 60, (Shape){1, 16, 32, 32});
    assert_int_equal(plan.page.count, 16);
    assert_true(plan.overview.y > plan.map.y + plan.map.h);
}

static void more_channels_than_a_page_holds_are_paged(void **state) {
    (void)state;
    static const int counts[] = {256, 512, 2048};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        WidgetFocusPlan plan = plan_of(80, 21, (Shape){1, counts[k], 7, 7});
        assert_int_equal(plan.map.w, 28);
        assert_true(plan.page.count >= 16 && plan.page.count < counts[k]);
        assert_true(plan.page.first <= counts[k] / 2 && counts[k] / 2 < plan.page.first + plan.page.count);
    }
}

static bool is_inside(Rect inner, Rect outer) {
    return rect_is_empty(inner) ||
           (inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
            inner.y + inner.h <= outer.y + outer.h);
}

static void assert_apart(const Rect *parts, int count, Rect area) {
    for (int a = 0; a < count; a++) {
        assert_true(is_inside(parts[a], area));
        for (int b = 0; b < a; b++) assert_true(rect_is_empty(rect_intersect(parts[a], parts[b])));
    }
}

/* Whatever the size, no part covers another one, and no map is cut at its edge. */
static void the_parts_never_overlap(void **state) {
    (void)state;
    static const Shape shapes[] = {{1, 16, 32, 32},  {1, 64, 8, 8},  {1, 3, 224, 224}, {1, 2048, 7, 7},
                                   {1, 256, 56, 56}, {1, 1, 28, 28}, {1, 64, 112, 112}};
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++)
        for (int w = 10; w <= 250; w += 16)
            for (int h = 8; h <= 67; h += 7) {
                WidgetFocusPlan plan = plan_of(w, h, shapes[k]);
                Rect area = {.x = 1, .y = 2, .w = w, .h = h};
                Rect parts[] = {plan.above, plan.map, plan.below, plan.title, plan.overview, plan.rest};
                assert_apart(parts, 6, area);
                PlotGrid grid = plot_grid_fit(plan.map, shapes[k].w, shapes[k].h, 8);
                assert_int_equal(grid.cells.w, plan.map.w);
                assert_int_equal(grid.cells.h, plan.map.h);
                /* The lower edge of a frame around the last row may be missing. */
                int rows = widget_montage_height(&plan.page, plan.montage) - !plan.montage.bare;
                assert_true(rect_is_empty(plan.overview) || rows <= plan.overview.h);
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_is_whole_beside_all_of_its_channels_on_the_smallest_screen),
        cmocka_unit_test(a_map_that_is_too_large_is_shrunk_by_a_whole_factor),
        cmocka_unit_test(a_large_screen_has_larger_maps),
        cmocka_unit_test(beside_a_page_of_text_the_map_stands_alone),
        cmocka_unit_test(a_tall_area_has_the_small_maps_below),
        cmocka_unit_test(more_channels_than_a_page_holds_are_paged),
        cmocka_unit_test(the_parts_never_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
