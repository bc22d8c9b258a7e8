/* Maps and pictures in braille. */
#include "tests/support/canvas_check.h"

#include "views/plot/plot.h"

enum { SIDE = 8, BLANK = 0x2800, FULL = 0x28FF };

static int dots_in(const Canvas *canvas, int x, int y) {
    return __builtin_popcount(canvas_get(canvas, x, y)->glyph - BLANK);
}

static void draw(Canvas *canvas, const real *data, Scale scale, int zoom_max) {
    plot_heatmap(canvas, canvas_area(canvas),
                 &(PlotHeatmap){.map = {.data = data, .width = SIDE, .height = SIDE, .stride = 1},
                                .scale = scale,
                                .zoom_max = zoom_max});
}

static void more_dots_stand_for_larger_values(void **state) {
    (void)state;
    real data[SIDE * SIDE];
    for (int k = 0; k < SIDE * SIDE; k++) data[k] = (real)(k % SIDE) / (SIDE - 1);
    Canvas *canvas = canvas_new(2 * SIDE, SIDE, CANVAS_DOTS);
    draw(canvas, data, scale_of(0, 1, false), 2);
    int before = 0;
    for (int x = 0; x < SIDE; x++) {
        /* Two cells across show a value; four such rows of a column are a whole number of 4x4 squares. */
        int here = 0;
        for (int y = 0; y < SIDE; y++) here += dots_in(canvas, 2 * x, y) + dots_in(canvas, 2 * x + 1, y);
        assert_true(here > before || x == 0);
        before = here;
    }
    assert_int_equal(canvas_get(canvas, 0, 0)->glyph, BLANK);
    assert_int_equal(canvas_get(canvas, 2 * SIDE - 1, 0)->glyph, FULL);
    canvas_free(canvas);
}

static void zero_of_a_signed_scale_has_half_of_the_dots(void **state) {
    (void)state;
    real data[SIDE * SIDE] = {0};
    Canvas *canvas = canvas_new(SIDE, SIDE / 2, CANVAS_DOTS | CANVAS_MONO);
    draw(canvas, data, scale_of(-1, 1, true), 1);
    int set = 0;
    for (int y = 0; y < SIDE / 2; y++)
        for (int x = 0; x < SIDE; x++) set += dots_in(canvas, x, y);
    assert_int_equal(set, SIDE * SIDE / 2 * 4);
    canvas_free(canvas);
}

/* Native size in half blocks is four dots a value; a map twice as large as its place still has one for each. */
static void every_value_has_a_dot_where_half_blocks_shrink(void **state) {
    (void)state;
    real data[SIDE * SIDE];
    for (int k = 0; k < SIDE * SIDE; k++) data[k] = (real)((k % SIDE + k / SIDE) % 2);
    Canvas *canvas = canvas_new(SIDE / 2, SIDE / 4, CANVAS_DOTS);
    draw(canvas, data, scale_of(0, 1, false), 1);
    for (int y = 0; y < SIDE / 4; y++)
        for (int x = 0; x < SIDE / 2; x++) assert_int_equal(canvas_get(canvas, x, y)->glyph, U'⢕' ^ 0xFF);
    canvas_free(canvas);
}

static void what_is_not_a_number_is_a_cross_among_dots(void **state) {
    (void)state;
    real data[SIDE * SIDE] = {(real)NAN};
    Canvas *canvas = canvas_new(SIDE, SIDE / 2, CANVAS_DOTS);
    draw(canvas, data, scale_of(0, 1, false), 1);
    assert_int_equal(canvas_get(canvas, 0, 0)->glyph, U'×');
    assert_int_equal(canvas_get(canvas, 1, 0)->glyph, BLANK);
    canvas_free(canvas);
}

static void ascii_has_no_dots(void **state) {
    (void)state;
    real data[SIDE * SIDE] = {0};
    Canvas *canvas = canvas_new(SIDE, SIDE / 2, CANVAS_DOTS | CANVAS_ASCII);
    draw(canvas, data, scale_of(0, 1, false), 1);
    assert_int_equal(canvas_get(canvas, 0, 0)->glyph, '.');
    canvas_free(canvas);
}

/* A picture in the dusk: 40 to 50 % of the light there is. */
static PlotImage dim_picture(real *data) {
    for (int k = 0; k < SIDE * SIDE * 3; k++)
        data[k] = (real)(0.4 + 0.1 * (double)(k / 3 % SIDE) / (SIDE - 1));
    return (PlotImage){.data = data, .width = SIDE, .height = SIDE, .std = {1, 1, 1}, .zoom_max = 1};
}

static void a_picture_spans_all_the_ink_there_is(void **state) {
    (void)state;
    real data[SIDE * SIDE * 3];
    PlotImage image = dim_picture(data);
    Canvas *ascii = canvas_new(SIDE, SIDE / 2, CANVAS_ASCII), *dots = canvas_new(SIDE, SIDE / 2, CANVAS_DOTS);
    plot_image(ascii, canvas_area(ascii), &image);
    plot_image(dots, canvas_area(dots), &image);
    assert_int_equal(canvas_get(ascii, 0, 0)->glyph, ' ');
    assert_int_equal(canvas_get(ascii, SIDE - 1, 0)->glyph, '@');
    assert_int_equal(canvas_get(dots, 0, 0)->glyph, BLANK);
    assert_int_equal(canvas_get(dots, SIDE - 1, 0)->glyph, FULL);
    image.fixed = true; /* as one of several that share a scale */
    plot_image(ascii, canvas_area(ascii), &image);
    assert_int_equal(canvas_get(ascii, 0, 0)->glyph, ':');
    assert_int_equal(canvas_get(ascii, SIDE - 1, 0)->glyph, '*');
    canvas_free(ascii);
    canvas_free(dots);
}

static void the_strip_of_a_legend_is_of_dots_too(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(40, 1, CANVAS_DOTS);
    plot_legend(canvas, canvas_area(canvas), scale_of(0, 2, false), PALETTE_GRAY, "map");
    assert_int_equal(canvas_get(canvas, 3, 0)->glyph, BLANK);
    int end = 3;
    while (canvas_get(canvas, end, 0)->glyph >= BLANK) end++;
    assert_true(end > 10);
    assert_int_equal(canvas_get(canvas, end - 1, 0)->glyph, FULL);
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_dots_stand_for_larger_values),
        cmocka_unit_test(zero_of_a_signed_scale_has_half_of_the_dots),
        cmocka_unit_test(every_value_has_a_dot_where_half_blocks_shrink),
        cmocka_unit_test(what_is_not_a_number_is_a_cross_among_dots),
        cmocka_unit_test(ascii_has_no_dots),
        cmocka_unit_test(a_picture_spans_all_the_ink_there_is),
        cmocka_unit_test(the_strip_of_a_legend_is_of_dots_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
