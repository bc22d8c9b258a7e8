/* Every view on the bundled model, at every size of terminal and in every depth of colour, as stored screens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/script.h"
#include "core/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/screen_golden.h"
#include "tests/support/session_world.h"
#include "views/canvas_export.h"

enum { NAME_MAX_BYTES = 96 };

typedef struct Size {
    int width, height;
} Size;

static const Size sizes[] = {{80, 24}, {40, 12}, {60, 16}, {100, 30}, {132, 43}, {200, 60}};

/* What is shown: lines of the script language, separated by semicolons. */
typedef struct Screen {
    const char *name, *lines;
} Screen;

#define GRADIENTS "finish;finish;"

static const Screen screens[] = {
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
};
enum { SCREENS = sizeof screens / sizeof screens[0] };

/* Before a class: also at the size they are made for, and at a projector's. */
static const Size class_sizes[] = {{80, 24}, {100, 30}, {120, 40}};

static const Screen class_screens[] = {
    {"presenter-maps", "presenter on;finish;select layer2.1.add;view maps;redraw"},
    {"presenter-block", "presenter on;finish;select layer2.1.add;view block;redraw"},
    {"presenter-value", "presenter on;finish;select layer1.1.conv2;cell 5 9;view value;redraw"},
    {"presenter-pointer", "presenter on;finish;select layer3.1.add;view maps;pointer 30 8"},
    {"presenter-lesson", "presenter on;lesson skip;lesson-next"},
    {"handout", "state v1:resnet20,at=layer1.1.add,done=forward,view=maps,lock=weights+image+skip,"
                "hide=gradients+explain+figures+navigator"},
};

static void act(Session *session, const char *lines) {
    char line[ACTION_TEXT_MAX];
    while (*lines) {
        int length = (int)strcspn(lines, ";");
        Action action;
        Error err = {0};
        snprintf(line, sizeof line, "%.*s", length, lines);
        if (!script_parse_line(line, &action, &err)) fail_msg("%s", err.text);
        session_do(session, &action);
        session_finish_work(session);
        if (session_error(session)) fail_msg("%s: %s", line, session_error(session));
        lines += length + (lines[length] == ';');
    }
}

static Session *open_session(Setup *setup) {
    char *words[] = {(char *)"skipscope", NULL};
    Options options;
    Error err = {0};
    gemm_init();
    if (!options_parse(&options, 1, words, &err) || !setup_open(setup, &options, &err))
        fail_msg("%s", err.text);
    Session *session = session_new(&(SessionConfig){.setup = setup, .target = -1}, &err);
    if (!session) fail_msg("%s", err.text);
    return session;
}

static Canvas *draw(const Screen *screen, Size size, unsigned flags) {
    Setup setup = {0};
    Session *session = open_session(&setup);
    session_set_screen(session, size.width, size.height, flags);
    act(session, screen->lines);
    Canvas *canvas = canvas_new(size.width, size.height, flags);
    session_draw(session, canvas);
    session_free(session);
    setup_close(&setup);
    return canvas;
}

static void check_text(const Screen *screen, Size size, unsigned flags, const char *form) {
    char name[NAME_MAX_BYTES];
    Canvas *canvas = draw(screen, size, flags);
    char *text = canvas_export_text_string(canvas);
    snprintf(name, sizeof name, "%s-%dx%d%s.txt", screen->name, size.width, size.height, form);
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

static void every_depth_of_colour_looks_as_stored(void **state) {
    (void)state;
    static const struct {
        ColorDepth depth;
        const char *name;
    } depths[] = {{COLOR_DEPTH_NONE, "none"},
                  {COLOR_DEPTH_16, "16"},
                  {COLOR_DEPTH_256, "256"},
                  {COLOR_DEPTH_RGB, "rgb"}};
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_looks_as_stored_at_every_size),
        cmocka_unit_test(presenter_mode_and_handouts_look_as_stored),
        cmocka_unit_test(every_view_looks_as_stored_in_ascii),
        cmocka_unit_test(ascii_screens_are_ascii),
        cmocka_unit_test(every_depth_of_colour_looks_as_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
