#include "tests/support/assert_close.h"

#include <string.h>

#include "views/term/colors.h"

/* What curses would have been told: colours of every pair, and how often a pair was defined. */
static struct Defined { int fg, bg, times; } defined[70000];

static int define(int pair, int fg, int bg) {
    defined[pair].fg = fg;
    defined[pair].bg = bg;
    defined[pair].times++;
    return 0;
}

static TermColors *new_colors(ColorDepth depth, int colors, int pairs) {
    memset(defined, 0, sizeof defined);
    return term_colors_new(&(TermColorsConfig){
        .theme = THEME_DARK, .depth = depth, .colors = colors, .pairs = pairs, .define = define});
}

static void the_same_colours_are_the_same_pair(void **state) {
    (void)state;
    TermColors *colors = new_colors(COLOR_DEPTH_256, 256, 65536);
    Cell cell = {.fg = color_role(ROLE_KEY), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
    TermInk first, again;
    assert_true(term_colors_find(colors, &cell, &first));
    assert_true(term_colors_find(colors, &cell, &again));
    assert_int_equal(first.pair, again.pair);
    assert_int_equal(first.attributes, CELL_BOLD);
    assert_int_equal(defined[first.pair].times, 1);
    assert_int_equal(defined[first.pair].fg, 117);
    assert_int_equal(defined[first.pair].bg, 24);
    assert_true(term_colors_find(colors, &(Cell){.glyph = ' '}, &first));
    assert_int_equal(first.pair, 0);
    term_colors_free(colors);
}

static void a_whole_map_needs_no_more_than_4096_pairs(void **state) {
    (void)state;
    TermColors *colors = new_colors(COLOR_DEPTH_RGB, 1 << 24, 65536);
    int highest = 0;
    for (int fg = 0; fg < PALETTE_LEVELS; fg++) {
        for (int bg = 0; bg < PALETTE_LEVELS; bg++) {
            TermInk ink;
            Cell cell = {.fg = color_map(PALETTE_VIRIDIS, fg), .bg = color_map(PALETTE_VIRIDIS, bg)};
            assert_true(term_colors_find(colors, &cell, &ink));
            if (ink.pair > highest) highest = ink.pair;
        }
    }
    assert_in_range(highest, 1, 4096);
    term_colors_free(colors);
}

static void a_full_table_says_so_and_changes_no_pair(void **state) {
    (void)state;
    TermColors *colors = new_colors(COLOR_DEPTH_16, 8, 64);
    bool full = false;
    for (int fg = 0; fg < 8; fg++) {
        for (int bg = -1; bg < 8; bg++) {
            TermInk ink;
            Rgb f = color_of_index_256(fg), b = color_of_index_256(bg < 0 ? 0 : bg);
            Cell cell = {.fg = color_rgb(f.r, f.g, f.b),
                         .bg = bg < 0 ? COLOR_DEFAULT : color_rgb(b.r, b.g, b.b)};
            if (!term_colors_find(colors, &cell, &ink)) full = true;
        }
    }
    assert_true(full);
    for (int pair = 1; pair < 64; pair++) assert_int_equal(defined[pair].times, 1);
    assert_int_equal(defined[64].times, 0);
    term_colors_free(colors);
}

static void thrifty_finds_a_pair_for_everything(void **state) {
    (void)state;
    const struct {
        ColorDepth depth;
        int colors, pairs;
    } terminals[] = {
        {COLOR_DEPTH_16, 8, 64}, {COLOR_DEPTH_256, 256, 32767}, {COLOR_DEPTH_RGB, 1 << 24, 65536}};
    for (size_t k = 0; k < sizeof terminals / sizeof terminals[0]; k++) {
        TermColors *colors = new_colors(terminals[k].depth, terminals[k].colors, terminals[k].pairs);
        term_colors_start_over(colors, true);
        uint32_t noise = 7;
        for (int round = 0; round < 200000; round++) {
            noise = noise * 1664525u + 1013904223u;
            Cell cell = {.fg =
                             color_rgb((uint8_t)(noise >> 8), (uint8_t)(noise >> 16), (uint8_t)(noise >> 24)),
                         .bg = round % 7 == 0 ? COLOR_DEFAULT : color_rgb((uint8_t)(noise >> 24), 9, 200)};
            TermInk ink;
            assert_true(term_colors_find(colors, &cell, &ink));
            assert_true(defined[ink.pair].times == 1 || ink.pair == 0);
        }
        term_colors_free(colors);
    }
}

static void eight_colours_make_bright_text_bold(void **state) {
    (void)state;
    TermColors *colors = new_colors(COLOR_DEPTH_16, 8, 64);
    TermInk ink;
    assert_true(term_colors_find(colors, &(Cell){.fg = color_role(ROLE_KEY)}, &ink));
    assert_int_equal(ink.attributes, CELL_BOLD);
    assert_int_equal(defined[ink.pair].fg, 6);
    assert_true(term_colors_find(colors, &(Cell){.fg = color_map(PALETTE_GRAY, 63)}, &ink));
    assert_int_equal(ink.attributes, 0);
    assert_int_equal(defined[ink.pair].fg, 7);
    term_colors_free(colors);
}

static void without_colour_only_attributes_are_left(void **state) {
    (void)state;
    TermColors *colors = new_colors(COLOR_DEPTH_NONE, 0, 0);
    TermInk ink;
    assert_true(
        term_colors_find(colors, &(Cell){.fg = color_role(ROLE_TITLE), .bg = color_role(ROLE_CURSOR)}, &ink));
    assert_int_equal(ink.pair, 0);
    assert_int_equal(ink.attributes, CELL_BOLD | CELL_REVERSE);
    term_colors_free(colors);
}

static void a_new_theme_gives_new_pairs(void **state) {
    (void)state;
    TermColors *colors = new_colors(COLOR_DEPTH_256, 256, 65536);
    Cell cell = {.fg = color_role(ROLE_KEY)};
    TermInk dark, light;
    assert_true(term_colors_find(colors, &cell, &dark));
    term_colors_set_theme(colors, THEME_LIGHT);
    assert_true(term_colors_find(colors, &cell, &light));
    assert_int_not_equal(dark.pair, light.pair);
    assert_int_equal(defined[dark.pair].times, 1);
    term_colors_free(colors);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_colours_are_the_same_pair),
        cmocka_unit_test(a_whole_map_needs_no_more_than_4096_pairs),
        cmocka_unit_test(a_full_table_says_so_and_changes_no_pair),
        cmocka_unit_test(thrifty_finds_a_pair_for_everything),
        cmocka_unit_test(eight_colours_make_bright_text_bold),
        cmocka_unit_test(without_colour_only_attributes_are_left),
        cmocka_unit_test(a_new_theme_gives_new_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
