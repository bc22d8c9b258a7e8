/* The hint bar keeps its word: every key it names, in every view and at every stage of the work, changes what
 * stands on the screen, if only by saying why it cannot do more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/canvas/export.h"

/* What has been done, and what is looked at. */
typedef struct Moment {
    const char *done, *looked_at;
} Moment;

static const Moment moments[] = {{"", "select input forward"},
                                 {"finish;finish", "select layer2.1.conv1 forward;cell 2 3"},
                                 {"", "select input backward"}};
enum { MOMENTS = sizeof moments / sizeof moments[0] };

static void act(SessionWorld *world, const char *lines) {
    char line[ACTION_TEXT_MAX];
    while (*lines) {
        int length = (int)strcspn(lines, ";");
        snprintf(line, sizeof line, "%.*s", length, lines);
        session_world_act(world, line);
        lines += length + (lines[length] == ';');
    }
}

/* With its colours: some keys change nothing else. */
static char *draw(SessionWorld *world) {
    Canvas *canvas = canvas_new(world->session->display.width, world->session->display.height,
                                world->session->display.flags);
    screen_draw(world->screen, canvas);
    char *text = canvas_export_ansi_string(canvas, screen_theme(world->screen), COLOR_DEPTH_RGB);
    canvas_free(canvas);
    return text;
}

/* As it was before the last key, whatever that was. */
static void settle(SessionWorld *world, const Moment *moment, ViewId view) {
    char line[64];
    screen_key(world->screen, &(Key){.code = KEY_CODE_ESCAPE});
    act(world, "lesson off;pause;explain off;twin off;without-skip none");
    act(world, moment->looked_at);
    snprintf(line, sizeof line, "view %s", view_ops(view)->name);
    act(world, line);
    screen_say(world->screen, NOTICE_NONE, "", 0);
}

static void check_key(SessionWorld *world, const Moment *moment, ViewId view, FrameHint hint) {
    char name[16];
    Key key = {.code = KEY_CODE_NONE};
    settle(world, moment, view);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(hint.key, " -"), hint.key);
    assert_true(key_parse(name, &key.code));
    char *before = draw(world);
    screen_key(world->screen, &key);
    screen_finish_work(world->screen);
    char *after = draw(world);
    if (strcmp(before, after) == 0)
        fail_msg("%s at '%s': %s (%s) changes nothing", view_ops(view)->name, moment->looked_at, name,
                 hint.label);
    free(before);
    free(after);
}

static void every_key_of_the_hint_bar_does_something_that_is_seen(void **state) {
    SessionWorld *world = *state;
    screen_set_canvas(world->screen, 80, 24, 0);
    for (int m = 0; m < MOMENTS; m++) {
        act(world, moments[m].done);
        for (int v = 0; v < VIEW_COUNT; v++) {
            ScreenKeys keys;
            settle(world, &moments[m], (ViewId)v);
            screen_collect_hints(world->screen, &keys);
            for (int k = 0; k < keys.hint_count; k++)
                if (strcmp(keys.hints[k].label, "quit") != 0)
                    check_key(world, &moments[m], (ViewId)v, keys.hints[k]);
        }
    }
}

/* Does the bottom row name the key? */
static bool is_named(SessionWorld *world, const char *name) {
    char *screen = session_world_screen(world), hint[16];
    char *bottom = screen + strlen(screen);
    for (int ends = 0; bottom > screen && (ends += bottom[-1] == '\n') < 2;) bottom--;
    snprintf(hint, sizeof hint, " %s ", name);
    bool named = strstr(bottom, hint);
    free(screen);
    return named;
}

/* Presses a key that the bottom row names, a view's after Tab. */
static void follow(SessionWorld *world, const char *name) {
    Key key = {.code = KEY_CODE_NONE};
    if (!is_named(world, name)) session_world_press(world, "Tab");
    if (!is_named(world, name)) fail_msg("nothing names %s", name);
    assert_true(key_parse(name, &key.code));
    screen_key(world->screen, &key);
    screen_finish_work(world->screen);
}

static void assert_screen_has(SessionWorld *world, const char *text) {
    char *screen = session_world_screen(world);
    if (!strstr(screen, text)) fail_msg("'%s' is not on\n%s", text, screen);
    free(screen);
}

static void assert_screen_lacks(SessionWorld *world, const char *text) {
    char *screen = session_world_screen(world);
    if (strstr(screen, text)) fail_msg("'%s' is on\n%s", text, screen);
    free(screen);
}

/* Whoever has read nothing and presses what the screen names: four keys to the products of one convolution,
 * three more to the gradients of all skips, one more to the first of them in numbers. */
static void the_screen_itself_leads_to_a_product_and_to_a_skip(void **state) {
    static const char *const in[] = {"s", "Enter", "Enter", "Enter"};
    static const char *const back[] = {"f", "f", "r"};
    SessionWorld *world = *state;
    screen_set_canvas(world->screen, 80, 24, 0);
    for (size_t k = 0; k < sizeof in / sizeof in[0]; k++) follow(world, in[k]);
    assert_screen_has(world, "conv1  activation  ch ");
    assert_screen_has(world, " of 16 row ");
    assert_screen_has(world, "kernel w");
    for (size_t k = 0; k < sizeof back / sizeof back[0]; k++) follow(world, back[k]);
    assert_screen_has(world, "with skips");
    screen_key(world->screen, &(Key){.code = KEY_CODE_DOWN});
    assert_screen_has(world, "At layer1.0 the gradient without skips");
    session_world_press(world, "o");
    assert_screen_has(world, "through skip");
    assert_screen_has(world, "layer1.0: |g| ");
    assert_screen_has(world, "; skip ");
}

static void the_first_screen_says_where_to_begin_until_something_is_run(void **state) {
    SessionWorld *world = *state;
    screen_set_canvas(world->screen, 80, 24, 0);
    assert_screen_has(world, " s  watch it think, one operation at a time");
    assert_screen_has(world, " H  a guided first lesson    Q  questions and answers    K  what words mean");
    act(world, "bind Q next-view");
    assert_screen_has(world, " H  a guided first lesson");
    assert_screen_lacks(world, "questions and answers");
    act(world, "step");
    assert_screen_lacks(world, "a guided first lesson");
    assert_screen_has(world, "t shows conv1.");
}

static void keys_beyond_the_end_of_the_help_are_not_owed_back(void **state) {
    SessionWorld *world = *state;
    act(world, "help");
    for (int k = 0; k < 20; k++) session_world_press(world, "PageDown");
    char *end = draw(world);
    session_world_press(world, "Up");
    char *above = draw(world);
    session_world_press(world, "Down");
    char *again = draw(world);
    assert_string_not_equal(end, above);
    assert_string_equal(end, again);
    free(end);
    free(above);
    free(again);
}

/* Help, glossary, book and the list of files are read with Space; the network behind them stands still. */
static void space_turns_pages_and_steps_no_network_behind_them(void **state) {
    SessionWorld *world = *state;
    static const char *const over[] = {"help", "questions", "files", "what"};
    screen_set_canvas(world->screen, 80, 24, 0);
    for (size_t k = 0; k < sizeof over / sizeof over[0]; k++) {
        int done = scene_steps_done(world->session->exp.pass);
        act(world, over[k]);
        assert_true(layer_in_view(world->screen) >= 0);
        session_world_press(world, "Space");
        assert_true(layer_in_view(world->screen) >= 0);
        assert_int_equal(scene_steps_done(world->session->exp.pass), done);
        act(world, "close");
    }
    act(world, "help");
    char *first = draw(world);
    session_world_press(world, "Space");
    char *second = draw(world);
    assert_string_not_equal(first, second);
    free(first);
    free(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(space_turns_pages_and_steps_no_network_behind_them,
                                        session_world_open, session_world_close),
        cmocka_unit_test_setup_teardown(every_key_of_the_hint_bar_does_something_that_is_seen,
                                        session_world_open, session_world_close),
        cmocka_unit_test_setup_teardown(the_first_screen_says_where_to_begin_until_something_is_run,
                                        session_world_open, session_world_close),
        cmocka_unit_test_setup_teardown(keys_beyond_the_end_of_the_help_are_not_owed_back, session_world_open,
                                        session_world_close),
        cmocka_unit_test_setup_teardown(the_screen_itself_leads_to_a_product_and_to_a_skip,
                                        session_world_open, session_world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
