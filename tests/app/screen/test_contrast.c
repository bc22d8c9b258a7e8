/* Text on the screens that people see, theme by theme: WCAG 2.1, section 1.4.3, asks for a contrast of 4.5. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/style/theme.h"

static const double enough = 4.5;

/* A terminal's own colours. */
typedef struct Ground {
    ThemeId theme;
    Rgb text, background;
} Ground;

static const Ground grounds[] = {
    {THEME_DARK, {204, 204, 204}, {0, 0, 0}},     {THEME_DARK, {204, 204, 204}, {0x26, 0x26, 0x26}},
    {THEME_DARK, {248, 248, 242}, {40, 42, 54}}, /* Dracula */
    {THEME_LIGHT, {0, 0, 0}, {255, 255, 255}},    {THEME_LIGHT, {0, 0, 0}, {0xEE, 0xEE, 0xEE}},
    {THEME_LIGHT, {0, 43, 54}, {253, 246, 227}},  /* Solarized */
    {THEME_LIGHT, {40, 40, 40}, {251, 241, 199}}, /* Gruvbox */
    {THEME_CONTRAST, {255, 255, 255}, {0, 0, 0}},
};

static double luminance(Rgb rgb) {
    double lightness = color_lightness(rgb);
    return lightness > 8 ? pow((lightness + 16) / 116, 3) : lightness * 27 / 24389;
}

static double contrast_of(Rgb a, Rgb b) {
    double la = luminance(a) + 0.05, lb = luminance(b) + 0.05;
    return fmax(la, lb) / fmin(la, lb);
}

static Rgb rgb_of(const Ground *ground, Color color, ColorDepth depth, Rgb own) {
    int value = theme_resolve(ground->theme, color, depth);
    if (value < 0) return own;
    if (depth != COLOR_DEPTH_RGB) return color_of_index_256(value);
    return (Rgb){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
}

static double cell_contrast(const Ground *ground, const Cell *cell, ColorDepth depth) {
    return contrast_of(rgb_of(ground, cell->fg, depth, ground->text),
                       rgb_of(ground, cell->bg, depth, ground->background));
}

/* A number on the colour of its value: sixteen colours stand for many values, and the text is chosen by the value.
 * There 3 must do, WCAG's least for what is large or bold. */
static double needed(const Cell *cell, ColorDepth depth) {
    return depth == COLOR_DEPTH_16 && color_kind(cell->bg) == COLOR_KIND_MAP ? 3 : enough;
}

/* Letters and digits; drawings need less, and other signs may be part of one. */
static void check_canvas(const Canvas *canvas, const Ground *ground, ColorDepth depth, const char *what) {
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const Cell *cell = canvas_get(canvas, x, y);
            double contrast =
                cell->glyph < 128 && isalnum((int)cell->glyph) ? cell_contrast(ground, cell, depth) : 21;
            if (contrast < needed(cell, depth))
                fail_msg("%s, theme %s on #%02x%02x%02x: contrast %.2f of '%c' at column %d, row %d (%#x on "
                         "%#x, depth %d)",
                         what, theme_names[ground->theme], ground->background.r, ground->background.g,
                         ground->background.b, contrast, (char)cell->glyph, x, y, cell->fg, cell->bg,
                         (int)depth);
        }
}

/* Only the xterm's 16 colours are known here; others are the user's own. Those that have no more are dark. */
static bool is_known(const Ground *ground, ColorDepth depth) {
    bool black = ground->background.r == 0, white = ground->background.r == 255;
    return depth != COLOR_DEPTH_16 || black || white;
}

static void check_screen(SessionWorld *world, int width, int height, const char *what) {
    screen_set_canvas(world->screen, width, height, 0);
    for (size_t k = 0; k < sizeof grounds / sizeof *grounds; k++) {
        world->session->look.settings.theme = grounds[k].theme;
        screen_front(world->screen)->look.settings.theme = grounds[k].theme;
        Canvas *canvas = canvas_new(width, height, 0);
        screen_draw(world->screen, canvas);
        for (ColorDepth depth = COLOR_DEPTH_16; depth <= COLOR_DEPTH_RGB; depth++)
            if (is_known(&grounds[k], depth)) check_canvas(canvas, &grounds[k], depth, what);
        canvas_free(canvas);
    }
}

static void check_at_all_sizes(SessionWorld *world, const char *what) {
    check_screen(world, 80, 24, what);
    check_screen(world, 120, 40, what);
    check_screen(world, 200, 60, what);
}

static void every_view_can_be_read(void **state) {
    SessionWorld *world = *state;
    static const char *const moments[] = {"forward", "backward"};
    for (int phase = 0; phase < 2; phase++) {
        session_world_act(world, "finish");
        for (int view = 0; view < VIEW_COUNT; view++) {
            char line[64];
            snprintf(line, sizeof line, "view %s", view_ops((ViewId)view)->name);
            session_world_act(world, "select layer2.0.add");
            session_world_act(world, line);
            snprintf(line, sizeof line, "%s, %s", view_ops((ViewId)view)->name, moments[phase]);
            check_at_all_sizes(world, line);
            for (int level = 1; level <= 3; level++) {
                session_world_act(world,
                                  (const char *const[]){"explain 1", "explain 2", "explain 3"}[level - 1]);
                check_at_all_sizes(world, "explanation");
                session_world_act(world, "explain off");
            }
        }
    }
}

static void every_panel_can_be_read(void **state) {
    SessionWorld *world = *state;
    static const char *const keys[] = {"?", "L", ":", "Q", "W", "s"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        session_world_press(world, keys[k]);
        check_at_all_sizes(world, keys[k]);
        session_world_press(world, "Esc");
    }
    session_world_press(world, ": n o n s Enter");
    check_at_all_sizes(world, "an error");
    session_world_act(world, "lesson skip");
    for (int page = 0; page < 6; page++) {
        check_at_all_sizes(world, "a lesson");
        session_world_press(world, "Space");
    }
}

int main(void) {
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)
    const struct CMUnitTest tests[] = {
        WITH_WORLD(every_view_can_be_read),
        WITH_WORLD(every_panel_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
