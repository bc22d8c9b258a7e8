#include "tests/support/assert_close.h"

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

/* The last four are the grounds of Solarized, Gruvbox, Dracula and GNOME Terminal's old default. */
static const Rgb black = {0, 0, 0}, near_black = {0x26, 0x26, 0x26}, white = {255, 255, 255},
                 light_grey = {0xEE, 0xEE, 0xEE}, cream = {0xFD, 0xF6, 0xE3}, sand = {0xFB, 0xF1, 0xC7},
                 slate = {0x28, 0x2A, 0x36}, pale_yellow = {0xFF, 0xFF, 0xDD};

static bool is_background(Role role) {
    return role == ROLE_CURSOR || role == ROLE_BAR || role == ROLE_MARK;
}

static bool is_text_on_own_background(Role role) {
    return role == ROLE_CURSOR_TEXT || role == ROLE_BAR_TEXT;
}

/* WCAG 2.1: 4.5 for text, 3 for borders; the high-contrast theme promises 7 for everything. */
static double contrast_needed(ThemeId theme, Role role) {
    if (theme == THEME_CONTRAST) return 7;
    return role == ROLE_BORDER ? 3 : 4.5;
}

static double luminance(Rgb rgb) {
    double lightness = color_lightness(rgb);
    return lightness > 8 ? pow((lightness + 16) / 116, 3) : lightness * 27 / 24389;
}

/* WCAG 2.1, section 1.4.3: 1 .. 21. */
static double contrast_of(Rgb a, Rgb b) {
    double la = luminance(a) + 0.05, lb = luminance(b) + 0.05;
    return fmax(la, lb) / fmin(la, lb);
}

/* False where the theme leaves a role to the terminal's own default colour. */
static bool role_rgb(ThemeId theme, Role role, ColorDepth depth, Rgb *rgb) {
    int value = theme_resolve(theme, color_role(role), depth);
    *rgb = depth == COLOR_DEPTH_RGB ? (Rgb){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value}
                                    : color_of_index_256(value);
    return value >= 0;
}

static void check_theme(ThemeId theme, ColorDepth depth, Rgb background) {
    for (int r = 0; r < ROLE_COUNT; r++) {
        Role role = (Role)r;
        Rgb rgb;
        if (is_background(role) || is_text_on_own_background(role) || !role_rgb(theme, role, depth, &rgb))
            continue;
        double contrast = contrast_of(rgb, background);
        if (contrast < contrast_needed(theme, role)) {
            fail_msg("%s theme, depth %d, role %d: contrast %.2f on #%02x%02x%02x", theme_names[theme],
                     (int)depth, r, contrast, background.r, background.g, background.b);
        }
    }
    const Role pairs[][2] = {{ROLE_CURSOR_TEXT, ROLE_CURSOR}, {ROLE_BAR_TEXT, ROLE_BAR}};
    for (int k = 0; k < 2; k++) {
        Rgb text, under;
        assert_true(role_rgb(theme, pairs[k][0], depth, &text));
        assert_true(role_rgb(theme, pairs[k][1], depth, &under));
        assert_true(contrast_of(text, under) >= contrast_needed(theme, pairs[k][0]));
    }
}

static void text_stands_out_on_every_usual_background(void **state) {
    (void)state;
    for (ColorDepth depth = COLOR_DEPTH_256; depth <= COLOR_DEPTH_RGB; depth++) {
        check_theme(THEME_DARK, depth, black);
        check_theme(THEME_DARK, depth, near_black);
        check_theme(THEME_DARK, depth, slate);
        check_theme(THEME_LIGHT, depth, white);
        check_theme(THEME_LIGHT, depth, light_grey);
        check_theme(THEME_LIGHT, depth, pale_yellow);
        check_theme(THEME_LIGHT, depth, cream);
        check_theme(THEME_LIGHT, depth, sand);
        check_theme(THEME_CONTRAST, depth, black);
    }
    /* With the sixteen colours that xterm has; whoever changes them changes the ground as well. */
    check_theme(THEME_DARK, COLOR_DEPTH_16, black);
    check_theme(THEME_LIGHT, COLOR_DEPTH_16, white);
    check_theme(THEME_CONTRAST, COLOR_DEPTH_16, black);
}

static void contrast_is_that_of_the_standard(void **state) {
    (void)state;
    assert_close(contrast_of(black, white), 21, 1e-9); /* (1 + 0.05) / 0.05, rounding of doubles */
    assert_close(color_lightness(white), 100, 1e-9);
    assert_close(color_lightness(black), 0, 1e-9);
    assert_close(color_lightness((Rgb){119, 119, 119}), 50, 0.1); /* the sRGB grey nearest to L* 50 */
}

static void every_colour_resolves_at_every_depth(void **state) {
    (void)state;
    assert_int_equal(theme_resolve(THEME_DARK, COLOR_DEFAULT, COLOR_DEPTH_RGB), -1);
    assert_int_equal(theme_resolve(THEME_DARK, color_rgb(1, 2, 3), COLOR_DEPTH_RGB), 0x010203);
    assert_int_equal(theme_resolve(THEME_DARK, color_rgb(255, 0, 0), COLOR_DEPTH_256), 196);
    assert_int_equal(theme_resolve(THEME_DARK, color_rgb(250, 5, 5), COLOR_DEPTH_16), 9);
    assert_int_equal(theme_resolve(THEME_DARK, color_map(PALETTE_VIRIDIS, 0), COLOR_DEPTH_RGB), 0x440154);
    assert_int_equal(theme_resolve(THEME_DARK, color_map(PALETTE_VIRIDIS, 0), COLOR_DEPTH_256), 53);
    assert_int_equal(theme_resolve(THEME_DARK, color_role(ROLE_KEY), COLOR_DEPTH_RGB), 0x87D7FF);
    assert_int_equal(theme_resolve(THEME_DARK, color_role(ROLE_KEY), COLOR_DEPTH_16), 14);
    assert_int_equal(theme_resolve(THEME_DARK, color_role(ROLE_KEY), COLOR_DEPTH_NONE), -1);
    assert_int_equal(theme_resolve(THEME_MONO, color_role(ROLE_KEY), COLOR_DEPTH_RGB), -1);
    assert_int_equal(color_map(PALETTE_GRAY, PALETTE_INVALID), color_role(ROLE_INVALID));
}

static void exact_colours_of_256_are_found_again(void **state) {
    (void)state;
    for (int index = 16; index < 256; index++) {
        Rgb rgb = color_of_index_256(index), found = color_of_index_256(color_nearest_256(rgb));
        assert_memory_equal(&rgb, &found, sizeof rgb);
    }
}

static void emphasis_survives_without_colour(void **state) {
    (void)state;
    assert_int_equal(theme_mono_attributes(color_role(ROLE_TITLE), COLOR_DEFAULT), CELL_BOLD);
    assert_int_equal(theme_mono_attributes(color_role(ROLE_TEXT), color_role(ROLE_CURSOR)), CELL_REVERSE);
    assert_int_equal(theme_mono_attributes(COLOR_DEFAULT, COLOR_DEFAULT), 0);
}

static void themes_are_found_by_name(void **state) {
    (void)state;
    for (int k = 0; k < THEME_COUNT; k++) {
        ThemeId found = THEME_COUNT;
        assert_true(theme_find(theme_names[k], &found));
        assert_int_equal(found, k);
    }
    ThemeId none;
    assert_false(theme_find("pink", &none));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stands_out_on_every_usual_background),
        cmocka_unit_test(contrast_is_that_of_the_standard),
        cmocka_unit_test(every_colour_resolves_at_every_depth),
        cmocka_unit_test(exact_colours_of_256_are_found_again),
        cmocka_unit_test(emphasis_survives_without_colour),
        cmocka_unit_test(themes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
