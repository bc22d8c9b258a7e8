/* A recording shows in a terminal what the canvases showed, whatever changes from one to the next. */
#include "views/canvas/cast.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "tests/support/assert_close.h"
#include "tests/support/cast_replay.h"

enum { WIDTH = 24, HEIGHT = 6, FRAMES = 80 };

typedef struct Tape {
    char *text;
    size_t size;
    FILE *out;
    CastWriter *writer;
} Tape;

static void begin(Tape *tape, ThemeId theme, ColorDepth depth) {
    CastConfig config = {.width = WIDTH, .height = HEIGHT, .theme = theme, .depth = depth, .title = "t"};
    tape->out = open_memstream(&tape->text, &tape->size);
    assert_non_null(tape->out);
    tape->writer = cast_begin(tape->out, &config);
    assert_non_null(tape->writer);
}

static CastReplay end(Tape *tape, long time_ms) {
    assert_true(cast_end(tape->writer, time_ms));
    assert_int_equal(fclose(tape->out), 0);
    return cast_replay_begin(tape->text);
}

/* Spaces, letters, half blocks and glyphs of two columns, in a few styles. */
static void scribble(Canvas *canvas, Rng *rng) {
    static const uint32_t glyphs[] = {' ', ' ', 'a', 'b', U'▀', U'─', U'語'};
    int count = 1 + (int)rng_below(rng, 20);
    for (int k = 0; k < count; k++) {
        Style style = {.fg = rng_below(rng, 2) ? color_map(PALETTE_VIRIDIS, (int)rng_below(rng, 64)) : 0,
                       .bg = rng_below(rng, 3) ? 0 : color_role((Role)rng_below(rng, ROLE_COUNT)),
                       .attributes = (uint8_t)(rng_below(rng, 3) ? 0 : rng_below(rng, 16))};
        Rect area = {(int)rng_below(rng, WIDTH), (int)rng_below(rng, HEIGHT), 1 + (int)rng_below(rng, 9), 1};
        if (rng_below(rng, 12) == 0) canvas_clear(canvas);
        canvas_fill(canvas, area, style, glyphs[rng_below(rng, sizeof glyphs / sizeof *glyphs)]);
        if (rng_below(rng, 3) == 0) canvas_paint(canvas, area, style);
    }
}

static void expect_same_at_every_marker(ThemeId theme, ColorDepth depth) {
    Canvas *canvases[FRAMES] = {NULL}, *canvas = canvas_new(WIDTH, HEIGHT, 0);
    Tape tape = {.text = NULL};
    Rng rng;
    rng_init(&rng, 7);
    begin(&tape, theme, depth);
    for (int k = 0; k < FRAMES; k++) {
        scribble(canvas, &rng);
        cast_frame(tape.writer, 10 * k, canvas);
        cast_marker(tape.writer, 10 * k, "here");
        canvases[k] = canvas_new(WIDTH, HEIGHT, 0);
        memcpy(canvases[k]->cells, canvas->cells, sizeof *canvas->cells * WIDTH * HEIGHT);
    }
    CastReplay replay = end(&tape, 10 * FRAMES);
    for (int k = 0; k < FRAMES; k++) {
        assert_true(cast_replay_next(&replay));
        cast_replay_expect(&replay, canvases[k], theme, depth);
        if (k + 1 < FRAMES) canvas_free(canvases[k]);
    }
    assert_false(cast_replay_next(&replay));
    cast_replay_expect(&replay, canvases[FRAMES - 1], theme, depth);
    cast_replay_end(&replay);
    canvas_free(canvases[FRAMES - 1]);
    canvas_free(canvas);
    free(tape.text);
}

static void a_terminal_shows_every_frame_as_it_was(void **state) {
    (void)state;
    expect_same_at_every_marker(THEME_DARK, COLOR_DEPTH_RGB);
    expect_same_at_every_marker(THEME_LIGHT, COLOR_DEPTH_256);
    expect_same_at_every_marker(THEME_MONO, COLOR_DEPTH_NONE);
}

static void what_has_not_changed_is_not_written_again(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(WIDTH, HEIGHT, 0);
    Tape tape = {.text = NULL};
    begin(&tape, THEME_DARK, COLOR_DEPTH_RGB);
    canvas_fill(canvas, canvas_area(canvas), style_role(ROLE_TEXT), 'x');
    cast_frame(tape.writer, 0, canvas);
    fflush(tape.out);
    size_t before = tape.size;
    cast_frame(tape.writer, 5, canvas);
    fflush(tape.out);
    assert_int_equal(tape.size, before);
    canvas_put(canvas, 3, 2, style_role(ROLE_TEXT), 'y');
    cast_frame(tape.writer, 9, canvas);
    CastReplay replay = end(&tape, 10);
    /* The pen, the glyph and the event around them: one cell is no row. */
    assert_non_null(strstr(tape.text, "[0.009,\"o\",\"\\u001b[3;4Hy\"]\n"));
    cast_replay_next(&replay);
    cast_replay_expect(&replay, canvas, THEME_DARK, COLOR_DEPTH_RGB);
    cast_replay_end(&replay);
    canvas_free(canvas);
    free(tape.text);
}

static void another_size_is_said_and_begins_anew(void **state) {
    (void)state;
    Canvas *small = canvas_new(WIDTH, HEIGHT, 0), *large = canvas_new(40, 9, 0);
    Tape tape = {.text = NULL};
    begin(&tape, THEME_DARK, COLOR_DEPTH_RGB);
    canvas_text(small, 0, 0, style_role(ROLE_TEXT), "small");
    canvas_text(large, 9, 8, style_role(ROLE_TEXT), "large");
    cast_frame(tape.writer, 0, small);
    cast_frame(tape.writer, 5, large);
    CastReplay replay = end(&tape, 10);
    assert_non_null(strstr(tape.text, "[0.005,\"r\",\"40x9\"]\n"));
    cast_replay_next(&replay);
    cast_replay_expect(&replay, large, THEME_DARK, COLOR_DEPTH_RGB);
    cast_replay_end(&replay);
    canvas_free(small);
    canvas_free(large);
    free(tape.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_shows_every_frame_as_it_was),
        cmocka_unit_test(what_has_not_changed_is_not_written_again),
        cmocka_unit_test(another_size_is_said_and_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
