/* Every view on the bundled model, at every size of terminal and in every depth of colour, as stored screens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/screen_golden.h"
#include "tests/support/session_world.h"
#include "views/canvas/export.h"
#include "views/scene/action_parse.h"

enum { NAME_MAX_BYTES = 96 };

typedef struct Size {
    int width, height;
} Size;

static const Size sizes[] = {{80, 24}, {40, 12}, {60, 16}, {100, 30}, {132, 43}, {200, 60}};

/* What is shown: lines of the script language, separated by semicolons. */
typedef struct Shot {
    const char *name, *lines;
} Shot;

#define GRADIENTS "finish;finish;"

static const Shot screens[] = {
    {"start", ""},
    {"architecture", GRADIENTS "select layer1.1.conv2;direction"},
    {"step", "finish;select layer2.0.conv1;view step"},
    {"maps", "finish;select layer1.1.conv2;view maps"},
    {"maps-channel", "finish;select layer1.1.conv2;view maps;open;cell 5 9"},
    {"architecture-figure", "other"},
    {"kernels", "finish;select layer1.1.conv2;view maps;other"},
    {"maps-gradient", GRADIENTS "select layer2.1.add;view maps"},
    {"block", "finish;select layer2.0.conv2;view block"},
    {"block-gradient", GRADIENTS "select layer1.1.conv2;view block"},
    {"block-stream", GRADIENTS "select layer2.0.conv2;view block;other"},
    {"value", "finish;select layer1.1.conv2;cell 5 9;view value"},
    {"value-gradient", GRADIENTS "select layer2.0.relu1;cell 5 9;view value"},
    {"gradients", GRADIENTS "select layer1.1.conv2;view gradients"},
    {"input", "finish;view input"},
    {"input-field", "finish;select layer1.1.conv2;cell 5 9;view input"},
    {"input-grad-cam", GRADIENTS "view input;other"},
    {"analyses", "view analyses"},
    {"paths", "analysis paths"},
    {"twin", "finish;select layer1.1.relu2;view maps;twin plain"},
    {"help", "help"},
    {"book", "questions"},
    {"book-question", "questions 4;explain 3"},
};
enum { SCREENS = sizeof screens / sizeof screens[0] };

/* Before a class: also at the size they are made for, and at a projector's. */
static const Size class_sizes[] = {{80, 24}, {100, 30}, {120, 40}};

static const Shot class_screens[] = {
    {"presenter-maps", "presenter on;finish;select layer2.1.add;view maps;redraw"},
    {"presenter-block", "presenter on;finish;select layer2.1.add;view block;redraw"},
    {"presenter-value", "presenter on;finish;select layer1.1.conv2;cell 5 9;view value;redraw"},
    {"presenter-pointer", "presenter on;finish;select layer3.1.add;view maps;pointer 30 8"},
    {"presenter-lesson", "presenter on;lesson skip;lesson-next"},
    {"handout", "state v1:resnet20,at=layer1.1.add,done=forward,view=maps,lock=weights+image+skip,"
                "hide=gradients+explain+figures+navigator"},
};

static void act(Screen *screen, const char *lines) {
    char line[ACTION_TEXT_MAX];
    while (*lines) {
        int length = (int)strcspn(lines, ";");
        Action action;
        Error err = {0};
        snprintf(line, sizeof line, "%.*s", length, lines);
        if (!action_parse(line, &action, &err)) fail_msg("%s", err.text);
        screen_do(screen, &action);
        screen_finish_work(screen);
        if (screen_error(screen)) fail_msg("%s: %s", line, screen_error(screen));
        lines += length + (lines[length] == ';');
    }
}

static Screen *open_screen(Setup *setup) {
    char *words[] = {(char *)"skipscope", NULL};
    Options options;
    Error err = {0};
    gemm_init();
    if (!options_parse(&options, 1, words, &err) || !setup_open(setup, &options, &err))
        fail_msg("%s", err.text);
    Screen *screen = screen_new(&(ScreenConfig){.session = {.setup = setup, .target = -1}}, &err);
    if (!screen) fail_msg("%s", err.text);
    return screen;
}

static Canvas *draw(const Shot *shot, Size size, unsigned flags) {
    Setup setup = {0};
    Screen *screen = open_screen(&setup);
    screen_set_canvas(screen, size.width, size.height, flags);
    act(screen, shot->lines);
    Canvas *canvas = canvas_new(size.width, size.height, flags);
    screen_draw(screen, canvas);
    screen_free(screen);
    setup_close(&setup);
    return canvas;
}

static void check_text(const Shot *shot, Size size, unsigned flags, const char *form) {
    char name[NAME_MAX_BYTES];
    Canvas *canvas = draw(shot, size, flags);
    char *text = canvas_export_text_string(canvas);
    snprintf(name, sizeof name, "%s-%dx%d%s.txt", shot->name, size.width, size.height, form);
    screen_golden_check(name, text);
    free(text);
    canvas_free(canvas);
}

static void every_view_looks_as_stored_at_every_size(void **state) {
    (void)state;
    for (int k = 0; k < SCREENS; k++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) check_text(&screens[k], sizes[s], 0, "");
}

static void presenter_mode_and_handouts_look_as_stored(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof class_screens / sizeof class_screens[0]; k++) {
        for (size_t s = 0; s < sizeof class_sizes / sizeof class_sizes[0]; s++)
            check_text(&class_screens[k], class_sizes[s], 0, "");
        check_text(&class_screens[k], class_sizes[0], CANVAS_ASCII | CANVAS_MONO, "-ascii");
    }
}

static void every_view_looks_as_stored_in_ascii(void **state) {
    (void)state;
    for (int k = 0; k < SCREENS; k++) check_text(&screens[k], sizes[0], CANVAS_ASCII | CANVAS_MONO, "-ascii");
}

static void ascii_screens_are_ascii(void **state) {
    (void)state;
    for (int k = 0; k < SCREENS; k++) {
        Canvas *canvas = draw(&screens[k], sizes[0], CANVAS_ASCII | CANVAS_MONO);
        char *text = canvas_export_text_string(canvas);
        for (const char *c = text; *c; c++)
            if ((unsigned char)*c >= 0x80) fail_msg("%s has a byte beyond ASCII", screens[k].name);
        free(text);
        canvas_free(canvas);
    }
}

/* What a terminal of that depth is told: basic colours are 30 to 47 and 90 to 107, extended ones 38;2 or
 * 38;5. */
static const struct Depth {
    ColorDepth depth;
    const char *name;
    bool basic;
    char extended; /* 0: none */
} depths[] = {{COLOR_DEPTH_NONE, "none", false, 0},
              {COLOR_DEPTH_16, "16", true, 0},
              {COLOR_DEPTH_256, "256", true, '5'},
              {COLOR_DEPTH_RGB, "rgb", true, '2'}};

static void every_depth_of_colour_looks_as_stored(void **state) {
    (void)state;
    for (int k = 0; k < SCREENS; k++)
        for (int d = 0; d < 4; d++) {
            char name[NAME_MAX_BYTES];
            Canvas *canvas =
                draw(&screens[k], sizes[0], depths[d].depth == COLOR_DEPTH_NONE ? CANVAS_MONO : 0);
            char *text = canvas_export_ansi_string(canvas, THEME_DARK, depths[d].depth);
            snprintf(name, sizeof name, "%s-80x24-%s.ansi", screens[k].name, depths[d].name);
            screen_golden_check(name, text);
            free(text);
            canvas_free(canvas);
        }
}

/* Reads "38;2;1;2;3;1" up to its m, and fails at a colour that the depth does not have. */
static const char *check_style(const char *code, const struct Depth *depth, const char *name) {
    while (*code != 'm') {
        int number = (int)strtol(code, (char **)(uintptr_t)&code, 10);
        bool extended = number == 38 || number == 48;
        bool basic = (number >= 30 && number < 48 && !extended && number != 39) || number >= 90;
        if (basic && !depth->basic) fail_msg("%s: colour %d at depth %s", name, number, depth->name);
        if (extended) {
            if (!depth->extended || code[0] != ';' || code[1] != depth->extended)
                fail_msg("%s: an extended colour of another kind at depth %s", name, depth->name);
            for (int parts = code[1] == '2' ? 4 : 2; parts > 0; parts--)
                strtol(code + 1, (char **)(uintptr_t)&code, 10);
        }
        if (*code == ';') code++;
    }
    return code + 1;
}

/* The next character without its styles; spaces at the end of a row count as its end. */
static const char *next_plain(const char *at, const struct Depth *depth, const char *name) {
    while (at[0] == '\x1b' && at[1] == '[') at = check_style(at + 2, depth, name);
    return at;
}

static void check_same_words(const char *text, const char *ansi, const struct Depth *depth,
                             const char *name) {
    for (;; text++, ansi++) {
        ansi = next_plain(ansi, depth, name);
        while (*text != *ansi && *ansi == ' ' && (*text == '\n' || *text == '\0'))
            ansi = next_plain(ansi + 1, depth, name);
        if (*text != *ansi) fail_msg("%s at depth %s says something else: %.40s", name, depth->name, text);
        if (*text == '\0') return;
    }
}

static void check_depths(const Shot *shot, Size size, bool mono) {
    Canvas *canvas = draw(shot, size, mono ? CANVAS_MONO : 0);
    char *text = canvas_export_text_string(canvas);
    for (int d = mono ? 0 : 1; d < (mono ? 1 : 4); d++) {
        char *ansi = canvas_export_ansi_string(canvas, THEME_DARK, depths[d].depth);
        check_same_words(text, ansi, &depths[d], shot->name);
        free(ansi);
    }
    free(text);
    canvas_free(canvas);
}

/* Stored are the words at every size and the colours at one; that the others are told the same words in
 * colours they have is checked here. */
static void every_size_says_the_same_at_every_depth(void **state) {
    (void)state;
    for (int k = 0; k < SCREENS; k++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
            for (int d = 0; d < 2; d++) check_depths(&screens[k], sizes[s], d == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_looks_as_stored_at_every_size),
        cmocka_unit_test(presenter_mode_and_handouts_look_as_stored),
        cmocka_unit_test(every_view_looks_as_stored_in_ascii),
        cmocka_unit_test(ascii_screens_are_ascii),
        cmocka_unit_test(every_depth_of_colour_looks_as_stored),
        cmocka_unit_test(every_size_says_the_same_at_every_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
