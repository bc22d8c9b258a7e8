#include "tests/support/assert_close.h"

#include "views/canvas/layout.h"

static void tiers_begin_at_their_smallest_size(void **state) {
    (void)state;
    assert_int_equal(layout_tier(59, 16), LAYOUT_TOO_SMALL);
    assert_int_equal(layout_tier(60, 15), LAYOUT_TOO_SMALL);
    assert_int_equal(layout_tier(60, 16), LAYOUT_S);
    assert_int_equal(layout_tier(1000, 39), LAYOUT_S);
    assert_int_equal(layout_tier(120, 40), LAYOUT_M);
    assert_int_equal(layout_tier(199, 60), LAYOUT_M);
    assert_int_equal(layout_tier(200, 60), LAYOUT_L);
}

static void assert_rect(Rect r, int x, int y, int w, int h) {
    assert_int_equal(r.x, x);
    assert_int_equal(r.y, y);
    assert_int_equal(r.w, w);
    assert_int_equal(r.h, h);
}

static void fixed_parts_come_first_and_weights_share_the_rest(void **state) {
    (void)state;
    Rect out[4];
    layout_split_rows((Rect){.x = 2, .y = 1, .w = 80, .h = 24},
                      (LayoutPart[]){{.fixed = 1}, {.weight = 2}, {.weight = 1}, {.fixed = 2}}, 4, out);
    assert_rect(out[0], 2, 1, 80, 1);
    assert_rect(out[1], 2, 2, 80, 14);
    assert_rect(out[2], 2, 16, 80, 7);
    assert_rect(out[3], 2, 23, 80, 2);
    layout_split_columns((Rect){.w = 10, .h = 3}, (LayoutPart[]){{.weight = 1}, {.weight = 1}, {.weight = 1}},
                         3, out);
    assert_rect(out[0], 0, 0, 3, 3);
    assert_rect(out[1], 3, 0, 3, 3);
    assert_rect(out[2], 6, 0, 4, 3);
}

static void parts_never_leave_the_area_at_any_size(void **state) {
    (void)state;
    const LayoutPart parts[] = {{.fixed = 3}, {.weight = 1, .minimum = 5}, {.weight = 3}, {.fixed = 4}};
    for (int w = -1; w < 40; w++) {
        Rect out[4];
        layout_split_columns((Rect){.w = w, .h = 2}, parts, 4, out);
        int x = 0;
        for (int k = 0; k < 4; k++) {
            assert_int_equal(out[k].x, x);
            assert_true(out[k].w >= 0);
            x += out[k].w;
        }
        assert_true(x <= (w < 0 ? 0 : w));
        if (w >= 12) assert_int_equal(x, w);
    }
}

static void taking_a_side_leaves_the_rest(void **state) {
    (void)state;
    Rect area = {.w = 10, .h = 6};
    assert_rect(layout_take_top(&area, 1), 0, 0, 10, 1);
    assert_rect(layout_take_bottom(&area, 2), 0, 4, 10, 2);
    assert_rect(layout_take_left(&area, 3), 0, 1, 3, 3);
    assert_rect(layout_take_right(&area, 100), 3, 1, 7, 3);
    assert_rect(area, 3, 1, 0, 3);
    assert_rect(layout_inset((Rect){.w = 3, .h = 9}, 2, 1), 2, 1, 0, 7);
}

static void scrolling_follows_the_selection_and_no_more(void **state) {
    (void)state;
    assert_int_equal(layout_scroll(0, 5, 100, 10), 0);
    assert_int_equal(layout_scroll(0, 10, 100, 10), 1);
    assert_int_equal(layout_scroll(50, 20, 100, 10), 20);
    assert_int_equal(layout_scroll(95, 99, 100, 10), 90);
    assert_int_equal(layout_scroll(7, 2, 3, 10), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_begin_at_their_smallest_size),
        cmocka_unit_test(fixed_parts_come_first_and_weights_share_the_rest),
        cmocka_unit_test(parts_never_leave_the_area_at_any_size),
        cmocka_unit_test(taking_a_side_leaves_the_rest),
        cmocka_unit_test(scrolling_follows_the_selection_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
