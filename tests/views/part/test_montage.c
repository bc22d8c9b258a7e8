/* Many maps in one place: how large they are, which fit a page, what stands above them. */
#include "tests/support/canvas_check.h"

#include "views/part/parts_detail.h"

static Canvas *canvas_of(int width, int height, unsigned flags) {
    Canvas *canvas = canvas_new(width, height, flags);
    assert_non_null(canvas);
    return canvas;
}

/* Three channels of 4x4: rising, zero everywhere, and one that has a NaN. */
enum { SMALL_SIDE = 4, SMALL_CHANNELS = 3, SMALL_COUNT = SMALL_SIDE * SMALL_SIDE * SMALL_CHANNELS };

static PartTensor small_tensor(real data[SMALL_COUNT]) {
    Tensor tensor = {.shape = {.n = 1, .c = SMALL_CHANNELS, .h = SMALL_SIDE, .w = SMALL_SIDE}, .data = data};
    for (int k = 0; k < SMALL_COUNT; k++) data[k] = (real)(k % SMALL_CHANNELS == 0 ? k : 0);
    data[2] = (real)NAN;
    return part_tensor_scaled(tensor, scale_of(0, SMALL_COUNT, false));
}

static void a_montage_numbers_frames_and_marks_dead_maps(void **state) {
    (void)state;
    real data[SMALL_COUNT];
    PartTensor tensor = small_tensor(data);
    Scene scene = {.settings.palettes = {[PALETTE_USE_MAGNITUDE] = PALETTE_GRAY + 1}};
    Canvas *canvas = canvas_of(16, 4, CANVAS_ASCII);
    PartPage page = part_montage(canvas, canvas_area(canvas), &scene, &tensor, (PartMontage){.selected = 0});
    assert_int_equal(page.dead, 1);
    assert_canvas_text(canvas, "+0---+1    2\n"
                               "|..:-| x   x\n"
                               "|**#%|\n"
                               "+----+\n");
    canvas_free(canvas);
}

static void a_montage_of_nothing_says_so(void **state) {
    (void)state;
    PartTensor tensor = part_tensor_scaled((Tensor){.shape = {1, 3, 4, 4}}, scale_of(0, 1, false));
    Scene scene = {.settings.palettes = {[PALETTE_USE_MAGNITUDE] = PALETTE_GRAY + 1}};
    Canvas *canvas = canvas_of(20, 2, 0);
    PartPage page = part_montage(canvas, canvas_area(canvas), &scene, &tensor, (PartMontage){.selected = 0});
    assert_int_equal(page.dead, -1);
    assert_canvas_text(canvas, "not computed yet\n\n");
    canvas_free(canvas);
}

static void every_planned_page_fits_its_area(void **state) {
    (void)state;
    static const Shape shapes[] = {{1, 16, 32, 32}, {1, 64, 8, 8}, {1, 3, 224, 224}, {1, 2048, 7, 7}};
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        for (int w = 3; w <= 200; w += 7) {
            for (int h = 2; h <= 60; h += 5) {
                PartPage page = part_montage_plan((Rect){.w = w, .h = h}, shapes[k], (PartMontage){0});
                assert_true(page.columns >= 1 && page.rows >= 1 && page.count >= 1);
                assert_true(page.columns * (page.map_width + 1) + 1 <= w);
                assert_true(page.rows * (page.map_height + 1) <= h);
                assert_true(page.count <= page.columns * page.rows && page.count <= shapes[k].c);
                assert_int_equal(page.total, shapes[k].c);
            }
        }
    }
}

static void maps_grow_only_while_all_of_them_fit(void **state) {
    (void)state;
    Shape shape = {1, 4, 8, 8};
    PartPage roomy = part_montage_plan((Rect){.w = 70, .h = 9}, shape, (PartMontage){0});
    assert_int_equal(roomy.map_width, 16);
    assert_int_equal(roomy.columns * roomy.rows, 4);
    PartPage capped = part_montage_plan((Rect){.w = 70, .h = 9}, shape, (PartMontage){.side_max = 8});
    assert_int_equal(capped.map_width, 8);
    PartPage shrunk = part_montage_plan((Rect){.w = 70, .h = 9}, shape, (PartMontage){.side_max = 4});
    assert_int_equal(shrunk.map_width, 4);
}

static void pages_are_whole_and_show_what_is_selected(void **state) {
    (void)state;
    Rect area = {.w = 40, .h = 10};
    Shape shape = {1, 64, 8, 8};
    PartPage page = part_montage_plan(area, shape, (PartMontage){0});
    assert_int_equal(page.columns * page.rows, 8);
    assert_int_equal(part_montage_first(&page, 0), 0);
    assert_int_equal(part_montage_first(&page, 7), 0);
    assert_int_equal(part_montage_first(&page, 63), 56);
    page = part_montage_plan(area, (Shape){1, 60, 8, 8}, (PartMontage){.first = 56});
    assert_int_equal(page.count, 4);
}

static void the_page_says_which_channels_it_shows(void **state) {
    (void)state;
    PartPage page = {.first = 32, .count = 32, .total = 64, .dead = -1};
    assert_string_equal(part_page_info(&page).text, "channels 32-63 of 64");
    page.dead = 3;
    assert_string_equal(part_page_info(&page).text, "channels 32-63 of 64, 3 dead");
    page.count = 1;
    page.dead = 0;
    assert_string_equal(part_page_info(&page).text, "channel 32 of 64");
    page = (PartPage){.count = 8, .total = 64, .blocked = 2, .dead = 1, .order = "gradient"};
    assert_string_equal(part_page_info(&page).text, "ranks 0-7 of 64 by gradient, 1 dead, 2 no gradient");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_montage_numbers_frames_and_marks_dead_maps),
        cmocka_unit_test(a_montage_of_nothing_says_so),
        cmocka_unit_test(every_planned_page_fits_its_area),
        cmocka_unit_test(maps_grow_only_while_all_of_them_fit),
        cmocka_unit_test(pages_are_whole_and_show_what_is_selected),
        cmocka_unit_test(the_page_says_which_channels_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
