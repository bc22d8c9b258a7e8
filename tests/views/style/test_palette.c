#include "tests/support/assert_close.h"

#include <stdlib.h>

#include "views/style/palette.h"
#include "views/style/theme.h"

static const PaletteId sequential[] = {PALETTE_VIRIDIS, PALETTE_CIVIDIS, PALETTE_MAGMA, PALETTE_GRAY,
                                       PALETTE_DUSK};
static const PaletteId diverging[] = {PALETTE_RDBU,          PALETTE_BLUE_ORANGE, PALETTE_PIYG,
                                      PALETTE_GREEN_MAGENTA, PALETTE_PUOR,        PALETTE_PURPLE_GOLD};

enum {
    SEQUENTIAL = sizeof sequential / sizeof sequential[0],
    DIVERGING = sizeof diverging / sizeof diverging[0]
};

static void levels_cover_the_scale_and_clip_outside(void **state) {
    (void)state;
    Scale scale = scale_of(0, 2, false);
    assert_int_equal(scale_level(scale, 0), 0);
    assert_int_equal(scale_level(scale, 1), 32);
    assert_int_equal(scale_level(scale, 2), 63);
    assert_int_equal(scale_level(scale, -5), 0);
    assert_int_equal(scale_level(scale, 1e30), 63);
    assert_int_equal(scale_level(scale, NAN), PALETTE_INVALID);
    assert_int_equal(scale_level(scale, INFINITY), PALETTE_INVALID);
    assert_int_equal(scale_level(scale_of(3, 3, false), 3), 0);
}

static void zero_is_exactly_the_middle_of_a_signed_scale(void **state) {
    (void)state;
    Scale scale = scale_of(-0.3, 2.1, true);
    assert_close(scale.lo, -2.1, 0); /* a negation is exact */
    assert_int_equal(scale_level(scale, 0), PALETTE_ZERO);
    assert_int_equal(scale_level(scale, -0.0), PALETTE_ZERO);
    for (double v = 0; v <= 3; v += 0.01) {
        assert_int_equal(scale_level(scale, v) - PALETTE_ZERO, PALETTE_ZERO - scale_level(scale, -v));
    }
    assert_int_equal(scale_level(scale_of(0, 0, true), 0), PALETTE_ZERO);
}

static void scales_survive_missing_ranges(void **state) {
    (void)state;
    assert_int_equal(scale_level(scale_of(NAN, NAN, false), 1), 0);
    assert_int_equal(scale_level(scale_of(INFINITY, -INFINITY, true), 1), PALETTE_ZERO);
    assert_close(scale_of(5, 1, false).hi, 1, 0);
}

static double lightness_of(PaletteId palette, int level, int depth) {
    if (depth == 0) return color_lightness(palette_rgb(palette, level));
    int index = depth == 1 ? palette_index_256(palette, level) : palette_index_16(palette, level);
    return color_lightness(color_of_index_256(depth == 3 ? index & 7 : index));
}

/* Depths: RGB, 256, 16, and 8 where bit 3 of an index is lost. */
static void lightness_never_turns_back_along_sequential_maps_at_any_depth(void **state) {
    (void)state;
    const int fewest_steps[] = {60, 10, 3,
                                2}; /* the greys of 16 colours are three: black is the background */
    for (int depth = 0; depth < 4; depth++) {
        for (size_t p = 0; p < SEQUENTIAL; p++) {
            int steps = 1, sign = sequential[p] == PALETTE_DUSK ? -1 : 1;
            for (int level = 1; level < PALETTE_LEVELS; level++) {
                double now = lightness_of(sequential[p], level, depth);
                double before = lightness_of(sequential[p], level - 1, depth);
                assert_true(sign * (now - before) >= 0);
                steps += now != before;
            }
            assert_true(steps >= fewest_steps[depth]);
        }
    }
}

static void lightness_moves_one_way_from_the_middle_of_diverging_maps(void **state) {
    (void)state;
    for (int depth = 0; depth < 4; depth++) {
        for (size_t p = 0; p < DIVERGING; p++) {
            Rgb middle = palette_rgb(diverging[p], PALETTE_ZERO);
            double sign = color_lightness(middle) > 50 ? -1 : 1;
            for (int away = 1; away < PALETTE_ZERO; away++) {
                for (int side = -1; side <= 1; side += 2) {
                    double now = lightness_of(diverging[p], PALETTE_ZERO + side * away, depth);
                    double before = lightness_of(diverging[p], PALETTE_ZERO + side * (away - 1), depth);
                    assert_true(sign * (now - before) >= 0);
                }
            }
        }
    }
}

/* What a last row still tells apart: a quarter of the scale from three quarters, zero from half of either side. */
static void middle_and_quarters_are_far_apart_in_lightness(void **state) {
    (void)state;
    const double apart = 30;
    for (int depth = 0; depth < 3; depth++) {
        for (size_t p = 0; p < SEQUENTIAL; p++) {
            double low = lightness_of(sequential[p], PALETTE_LEVELS / 4, depth);
            assert_true(fabs(lightness_of(sequential[p], PALETTE_LEVELS * 3 / 4, depth) - low) >= apart);
        }
        for (size_t p = 0; p < DIVERGING; p++) {
            double zero = lightness_of(diverging[p], PALETTE_ZERO, depth);
            assert_true(fabs(lightness_of(diverging[p], PALETTE_ZERO - 16, depth) - zero) >= apart);
            assert_true(fabs(lightness_of(diverging[p], PALETTE_ZERO + 16, depth) - zero) >= apart);
        }
    }
}

/* A computed zero is not the colour of the empty screen: 8 in CIELAB lightness from black or white. */
static void a_drawn_zero_differs_from_the_background(void **state) {
    (void)state;
    for (int depth = 0; depth < 3; depth++) {
        for (int use = PALETTE_USE_MAGNITUDE; use <= PALETTE_USE_WEIGHT; use++) {
            int zero = use == PALETTE_USE_MAGNITUDE ? 0 : PALETTE_ZERO;
            double dark = lightness_of(theme_palette(THEME_DARK, (PaletteUse)use), zero, depth);
            double contrast = lightness_of(theme_palette(THEME_CONTRAST, (PaletteUse)use), zero, depth);
            double light = lightness_of(theme_palette(THEME_LIGHT, (PaletteUse)use), zero, depth);
            assert_true(dark >= 8 && contrast >= 8 && light <= 92);
        }
    }
    for (size_t p = 0; p < SEQUENTIAL; p++) assert_true(lightness_of(sequential[p], 0, 0) >= 8);
}

/* As far apart as two of the 16 colours that are told apart: no sum of three differences below 100 of 255. */
static void a_frame_has_a_colour_that_its_map_has_not(void **state) {
    (void)state;
    const int apart = 100;
    for (int p = 0; p < PALETTE_COUNT; p++) {
        Color mark = palette_mark((PaletteId)p);
        int rgb = theme_resolve(THEME_DARK, mark, COLOR_DEPTH_RGB);
        int in_256 = theme_resolve(THEME_DARK, mark, COLOR_DEPTH_256);
        int in_16 = theme_resolve(THEME_DARK, mark, COLOR_DEPTH_16);
        for (int level = 0; level < PALETTE_LEVELS; level++) {
            Rgb c = palette_rgb((PaletteId)p, level);
            assert_true(abs(c.r - (rgb >> 16)) + abs(c.g - (rgb >> 8 & 255)) + abs(c.b - (rgb & 255)) >
                        apart);
            assert_int_not_equal(palette_index_256((PaletteId)p, level), in_256);
            assert_int_not_equal(palette_index_16((PaletteId)p, level), in_16);
        }
    }
}

static void the_middle_of_a_diverging_map_is_gray(void **state) {
    (void)state;
    for (size_t p = 0; p < DIVERGING; p++) {
        Rgb middle = palette_rgb(diverging[p], PALETTE_ZERO);
        assert_int_equal(middle.r, middle.g);
        assert_int_equal(middle.g, middle.b);
        Rgb below = palette_rgb(diverging[p], 1), above = palette_rgb(diverging[p], 63);
        assert_true(below.b > below.r && above.r > above.b);
    }
}

static void known_colours_of_public_maps_are_met(void **state) {
    (void)state;
    Rgb first = palette_rgb(PALETTE_VIRIDIS, 0), last = palette_rgb(PALETTE_VIRIDIS, 63);
    assert_int_equal(first.r << 16 | first.g << 8 | first.b, 0x440154);
    assert_int_equal(last.r << 16 | last.g << 8 | last.b, 0xFDE725);
    Rgb magma = palette_rgb(PALETTE_MAGMA, 63);
    assert_int_equal(magma.r << 16 | magma.g << 8 | magma.b, 0xFCFDBF);
}

static void ramps_keep_order_and_sign_without_colour(void **state) {
    (void)state;
    Scale rising = scale_of(0, 1, false), both = scale_of(-1, 1, true);
    char seen[PALETTE_LEVELS + 1] = "";
    size_t used = 0;
    for (int level = 0; level < PALETTE_LEVELS; level++) {
        char glyph = palette_ramp(rising, level);
        if (used == 0 || seen[used - 1] != glyph) seen[used++] = glyph;
    }
    assert_string_equal(seen, ".:*=vn%$#@");
    assert_int_equal(palette_ramp(both, PALETTE_ZERO), '.');
    assert_int_equal(palette_ramp(both, 63), '@');
    assert_int_equal(palette_ramp(both, 1), 'M');
    for (int away = 1; away < PALETTE_ZERO; away++) {
        assert_int_not_equal(palette_ramp(both, PALETTE_ZERO + away),
                             palette_ramp(both, PALETTE_ZERO - away));
    }
    assert_int_equal(palette_ramp(both, PALETTE_INVALID), 'x');
}

/* Thousandths of its cell that a glyph of DejaVu Sans Mono covers: the mean grey of the cell, rendered at 64 pixels. */
static int ink_of(char glyph) {
    static const struct {
        char glyph;
        int ink;
    } measured[] = {{'.', 27},  {'-', 27},  {':', 53},  {';', 68},  {'*', 93},  {'+', 105},
                    {'=', 111}, {'v', 134}, {'z', 140}, {'n', 159}, {'%', 176}, {'w', 183},
                    {'$', 205}, {'m', 210}, {'#', 239}, {'@', 260}, {'M', 268}};
    for (size_t k = 0; k < sizeof measured / sizeof measured[0]; k++)
        if (measured[k].glyph == glyph) return measured[k].ink;
    fail_msg("no ink was measured for '%c'", glyph);
    return 0;
}

/* Steps of ink from level `from` to `to`: each between half and one and a half of the mean one, give or take what the
 * few characters leave to choose from. */
static void assert_ink_grows_evenly(Scale scale, int from, int to, int steps) {
    int direction = to > from ? 1 : -1, seen = 0;
    int first = ink_of(palette_ramp(scale, from)), last = ink_of(palette_ramp(scale, to));
    double mean = (double)(last - first) / (steps - 1);
    for (int level = from; level != to; level += direction) {
        char before = palette_ramp(scale, level), after = palette_ramp(scale, level + direction);
        if (before == after) continue;
        double step = ink_of(after) - ink_of(before);
        assert_true(step > 0.5 * mean && step < 1.55 * mean);
        seen++;
    }
    assert_int_equal(seen, steps - 1);
}

static void the_ink_of_a_ramp_grows_evenly(void **state) {
    (void)state;
    Scale rising = scale_of(0, 1, false), both = scale_of(-1, 1, true);
    assert_ink_grows_evenly(rising, 1, PALETTE_LEVELS - 1, 9);
    assert_ink_grows_evenly(both, PALETTE_ZERO + 1, PALETTE_LEVELS - 1, 7);
    assert_ink_grows_evenly(both, PALETTE_ZERO - 1, 1, 7);
}

static void the_sides_of_a_signed_ramp_share_no_character(void **state) {
    (void)state;
    Scale both = scale_of(-1, 1, true);
    for (int up = PALETTE_ZERO + 1; up < PALETTE_LEVELS; up++)
        for (int down = 1; down < PALETTE_ZERO; down++)
            assert_int_not_equal(palette_ramp(both, up), palette_ramp(both, down));
}

/* What is there, however faint, is told from zero, and its sign is kept. */
static void the_level_of_zero_is_its_own(void **state) {
    (void)state;
    Scale rising = scale_of(0, 1, false), both = scale_of(-1, 1, true);
    assert_int_equal(scale_level(rising, 0), 0);
    assert_int_equal(scale_level(rising, 1e-9), 1);
    assert_int_equal(scale_level(both, 0), PALETTE_ZERO);
    assert_int_equal(scale_level(both, 1e-9), PALETTE_ZERO + 1);
    assert_int_equal(scale_level(both, -1e-9), PALETTE_ZERO - 1);
}

static void quarters_have_equal_shares_of_the_colours(void **state) {
    (void)state;
    const double quarter[] = {1, 3, 4};
    Scale rising = scale_by_quarters(10, quarter, false), both = scale_by_quarters(10, quarter, true);
    assert_int_equal(scale_level(rising, 1), 16);
    assert_int_equal(scale_level(rising, 2), 24);
    assert_int_equal(scale_level(rising, 3), 32);
    assert_int_equal(scale_level(rising, 4), 48);
    assert_int_equal(scale_level(rising, 7), 56);
    assert_int_equal(scale_level(rising, 10), 63);
    assert_int_equal(scale_level(rising, 99), 63);
    assert_int_equal(scale_level(both, 0), PALETTE_ZERO);
    /* 31 levels a side: 0.5 and 0.75 of them, rounded. */
    assert_int_equal(scale_level(both, 3), PALETTE_ZERO + 16);
    assert_int_equal(scale_level(both, -4), PALETTE_ZERO - 23);
    assert_int_equal(scale_level(both, -99), 1);
    assert_int_equal(scale_level(both, NAN), PALETTE_INVALID);
    const double same[] = {2, 2, 2};
    Scale flat = scale_by_quarters(2, same, false);
    assert_int_equal(scale_level(flat, 2), 63);
    assert_int_equal(scale_level(flat, 1), 8); /* half of the first quarter */
}

static void palettes_are_found_by_name(void **state) {
    (void)state;
    for (int k = 0; k < PALETTE_COUNT; k++) {
        PaletteId found = PALETTE_COUNT;
        assert_true(palette_find(palette_name((PaletteId)k), &found));
        assert_int_equal(found, k);
    }
    PaletteId none;
    assert_false(palette_find("jet", &none));
}

/* xterm's cube has the steps 0, 95, 135, 175, 215, 255; the greys are 8, 18, ... 238. */
static Rgb xterm_rgb(int index) {
    static const uint8_t step[] = {0, 95, 135, 175, 215, 255};
    uint8_t gray = (uint8_t)(8 + 10 * (index - 232));
    if (index >= 232) return (Rgb){gray, gray, gray};
    index -= 16;
    return (Rgb){step[index / 36], step[index / 6 % 6], step[index % 6]};
}

static double luminance(Rgb rgb) {
    const double weight[] = {0.2126, 0.7152, 0.0722};
    const uint8_t channel[] = {rgb.r, rgb.g, rgb.b};
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        double c = channel[k] / 255.0;
        sum += weight[k] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void luminance_of_the_256_colours_never_turns_back(void **state) {
    (void)state;
    for (size_t p = 0; p < SEQUENTIAL; p++) {
        int sign = sequential[p] == PALETTE_DUSK ? -1 : 1;
        for (int level = 0; level < PALETTE_LEVELS; level++) {
            int index = palette_index_256(sequential[p], level);
            assert_in_range(index, 16, 255); /* the first 16 are the user's own */
            if (level == 0) continue;
            double before = luminance(xterm_rgb(palette_index_256(sequential[p], level - 1)));
            assert_true(sign * (luminance(xterm_rgb(index)) - before) >= 0);
        }
    }
}

/* The three kinds of signed numbers must be told apart by their ends. */
static void palettes_of_different_uses_differ(void **state) {
    (void)state;
    const PaletteId dark[] = {PALETTE_BLUE_ORANGE, PALETTE_GREEN_MAGENTA, PALETTE_PURPLE_GOLD};
    const PaletteId light[] = {PALETTE_RDBU, PALETTE_PIYG, PALETTE_PUOR};
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < a; b++) {
            for (int level = 8; level < PALETTE_LEVELS; level += 47) { /* 8 and 55: half way out */
                Rgb p = palette_rgb(dark[a], level), q = palette_rgb(dark[b], level);
                assert_true(abs(p.r - q.r) + abs(p.g - q.g) + abs(p.b - q.b) > 60);
                p = palette_rgb(light[a], level), q = palette_rgb(light[b], level);
                assert_true(abs(p.r - q.r) + abs(p.g - q.g) + abs(p.b - q.b) > 60);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_cover_the_scale_and_clip_outside),
        cmocka_unit_test(zero_is_exactly_the_middle_of_a_signed_scale),
        cmocka_unit_test(scales_survive_missing_ranges),
        cmocka_unit_test(lightness_never_turns_back_along_sequential_maps_at_any_depth),
        cmocka_unit_test(lightness_moves_one_way_from_the_middle_of_diverging_maps),
        cmocka_unit_test(middle_and_quarters_are_far_apart_in_lightness),
        cmocka_unit_test(a_drawn_zero_differs_from_the_background),
        cmocka_unit_test(a_frame_has_a_colour_that_its_map_has_not),
        cmocka_unit_test(the_middle_of_a_diverging_map_is_gray),
        cmocka_unit_test(known_colours_of_public_maps_are_met),
        cmocka_unit_test(ramps_keep_order_and_sign_without_colour),
        cmocka_unit_test(the_ink_of_a_ramp_grows_evenly),
        cmocka_unit_test(the_sides_of_a_signed_ramp_share_no_character),
        cmocka_unit_test(the_level_of_zero_is_its_own),
        cmocka_unit_test(quarters_have_equal_shares_of_the_colours),
        cmocka_unit_test(palettes_are_found_by_name),
        cmocka_unit_test(luminance_of_the_256_colours_never_turns_back),
        cmocka_unit_test(palettes_of_different_uses_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
