/* Presenter mode: fewer panes, larger cells, keys as they are pressed, the pointer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/canvas/export.h"

static bool shows(SessionWorld *world, const char *part) {
    char *screen = session_world_screen(world);
    bool found = strstr(screen, part) != NULL;
    free(screen);
    return found;
}

static void it_drops_side_panes_tabs_and_strip_and_gives_them_back(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 250, 60);
    session_world_act(world, "finish");
    session_world_act(world, "view maps");
    SessionPanes before = session_panes(world->session);
    assert_false(rect_is_empty(before.navigator) || rect_is_empty(before.value));
    session_world_act(world, "presenter on");
    SessionPanes panes = session_panes(world->session);
    assert_true(rect_is_empty(panes.navigator) && rect_is_empty(panes.value));
    assert_int_equal(panes.view.w, 250);
    assert_int_equal(panes.view.h, 57);
    assert_false(shows(world, "┊━"));
    assert_false(shows(world, "maps"));
    session_world_act(world, "redraw"); /* the notice has been read */
    assert_true(shows(world, "forward 71 of 71"));
    assert_int_equal(world->session->look.settings.theme, THEME_CONTRAST);
    session_world_act(world, "presenter off");
    assert_memory_equal(&before, &(SessionPanes[]){session_panes(world->session)}[0], sizeof before);
    assert_int_equal(world->session->look.settings.theme, THEME_DARK);
}

/* The largest whole magnification with which one map has room beside all others, and it is said. */
static void maps_are_as_large_as_they_fit_and_say_so(void **state) {
    SessionWorld *world = *state;
    static const struct {
        const char *op;
        int width, height, zoom;
    } cases[] = {{"layer3.0.add", 80, 24, 4},  {"layer3.0.add", 120, 40, 8}, {"layer2.0.add", 80, 24, 2},
                 {"layer2.0.add", 120, 40, 4}, {"layer1.0.add", 80, 24, 1},  {"layer1.0.add", 120, 40, 2},
                 {"layer1.0.add", 200, 60, 3}};
    session_world_act(world, "finish");
    session_world_act(world, "view maps");
    session_world_act(world, "presenter on");
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char line[64], text[32];
        screen_set_size(world->screen, cases[k].width, cases[k].height);
        snprintf(line, sizeof line, "select %s", cases[k].op);
        session_world_act(world, line);
        snprintf(text, sizeof text, "a value is %dx%d", cases[k].zoom, cases[k].zoom);
        if (shows(world, text) != (cases[k].zoom > 1) || (cases[k].zoom == 1 && shows(world, "a value is")))
            fail_msg("%s at %dx%d", cases[k].op, cases[k].width, cases[k].height);
    }
    session_world_act(world, "presenter off");
    assert_false(shows(world, "a value is"));
}

static void keys_are_shown_with_what_they_do(void **state) {
    SessionWorld *world = *state;
    session_world_press(world, "s");
    assert_false(shows(world, " s  run one operation"));
    session_world_act(world, "presenter on");
    session_world_press(world, "s");
    assert_true(shows(world, " s  run one operation"));
    session_world_press(world, "n m");
    assert_true(shows(world, " s   n   m  show Maps"));
    session_world_press(world, "l");
    assert_true(shows(world, " n   m   l  right"));
    screen_forget_keys(world->screen);
    assert_false(shows(world, " l  right"));
}

static void what_is_typed_into_the_prompt_is_not_shown(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "presenter on");
    session_world_press(world, ": f i n i s h");
    ScreenKeys keys;
    screen_collect_pressed(world->screen, &keys);
    assert_int_equal(keys.pressed_count, 0);
    session_world_press(world, "Enter");
    assert_true(shows(world, " :  type an action"));
}

static void the_pointer_moves_by_arrows_and_leaves_the_selection(void **state) {
    SessionWorld *world = *state;
    Session *session = world->session;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.add");
    session_world_act(world, "view maps");
    session_world_act(world, "channel 0");
    session_world_press(world, ".");
    assert_true(layer_is_open(world->screen, LAYER_POINTER));
    session_world_act(world, "pointer 40 12");
    session_world_press(world, "Right Down S-Right S-Down Left Up");
    assert_int_equal(world->screen->pointer.x, 48);
    assert_int_equal(world->screen->pointer.y, 16);
    assert_int_equal(session->exp.wanted.channel, 0);
    session_world_press(world, "l");
    assert_int_equal(session->exp.wanted.channel, 1);
    assert_true(layer_is_open(world->screen, LAYER_POINTER));
    session_world_press(world, "Esc");
    assert_false(layer_is_open(world->screen, LAYER_POINTER));
    session_world_press(world, "Right");
    assert_int_equal(session->exp.wanted.channel, 2);
}

static void the_pointer_stays_on_the_screen_and_is_marked_without_colour(void **state) {
    SessionWorld *world = *state;
    static const unsigned flags[] = {0, CANVAS_MONO, CANVAS_ASCII | CANVAS_MONO};
    for (int k = 0; k < 3; k++) {
        screen_set_canvas(world->screen, 80, 24, flags[k]);
        session_world_act(world, "pointer 30 10");
        Canvas *canvas = canvas_new(80, 24, flags[k]);
        screen_draw(world->screen, canvas);
        assert_int_equal(canvas_get(canvas, 29, 10)->glyph, '[');
        assert_int_equal(canvas_get(canvas, 31, 10)->glyph, ']');
        if (flags[k] & CANVAS_MONO) assert_true(canvas_get(canvas, 30, 10)->attributes & CELL_REVERSE);
        assert_int_equal(canvas->cursor_x, 30);
        assert_int_equal(canvas->cursor_y, 10);
        canvas_free(canvas);
    }
    session_world_act(world, "pointer 500 500");
    session_world_press(world, "Right Down");
    assert_int_equal(world->screen->pointer.x, 79);
    assert_int_equal(world->screen->pointer.y, 23);
    screen_set_size(world->screen, 60, 16);
    assert_true(shows(world, "["));
}

/* A half block shows two values: the pointer must not turn them round. */
static void a_map_under_the_pointer_keeps_its_colours(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.add");
    session_world_act(world, "view maps");
    Canvas *before = canvas_new(80, 24, 0), *after = canvas_new(80, 24, 0);
    screen_draw(world->screen, before);
    int x = 0, y = 0;
    for (int k = 0; k < 80 * 24; k++)
        if (before->cells[k].glyph == U'▀' && color_kind(before->cells[k].fg) == COLOR_KIND_MAP)
            x = k % 80, y = k / 80;
    assert_true(y > 0);
    world->screen->pointer = (Pointer){.x = x, .y = y};
    layer_open(world->screen, LAYER_POINTER);
    screen_draw(world->screen, after);
    assert_memory_equal(canvas_get(before, x, y), canvas_get(after, x, y), sizeof(Cell));
    canvas_free(before);
    canvas_free(after);
}

static void enter_selects_what_is_pointed_at(void **state) {
    SessionWorld *world = *state;
    session_world_press(world, "a"); /* the names of the views are shown */
    session_world_act(world, "pointer 27 23");
    session_world_press(world, "Enter");
    assert_int_equal(world->session->look.view, VIEW_MAPS);
}

static void clicks_move_the_pointer_while_it_is_shown(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "mouse on");
    session_world_act(world, "pointer 5 5");
    screen_key(world->screen, &(Key){.code = KEY_CODE_MOUSE, .button = MOUSE_LEFT, .x = 25, .y = 1});
    assert_int_equal(world->screen->pointer.x, 25);
    assert_int_equal(world->session->look.view, VIEW_ARCHITECTURE);
}

static void a_lesson_is_presented_and_pointing_is_no_excursion(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 120, 40);
    session_world_act(world, "presenter on");
    session_world_act(world, "lesson skip");
    Session *front = screen_front(world->screen);
    assert_true(front->look.settings.presenter);
    session_world_press(world, ". Right");
    LessonPanel panel;
    assert_true(screen_lesson_panel(world->screen, &panel));
    assert_true(panel.bold);
    assert_false(panel.exploring);
    session_world_press(world, "PageDown"); /* a clicker */
    assert_true(screen_lesson_panel(world->screen, &panel));
    assert_int_equal(panel.page, 1);
    session_world_press(world, "PageUp");
    assert_true(screen_lesson_panel(world->screen, &panel));
    assert_int_equal(panel.page, 0);
    assert_true(layer_is_open(world->screen, LAYER_POINTER));
    assert_true(shows(world, "go back"));
}

/* Lines of 40 columns, and room for a map of 32x32 values doubled; on a small screen for one map. */
static void before_a_class_the_page_is_narrow_and_the_map_large(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "presenter on");
    session_world_act(world, "lesson skip");
    session_world_act(world, "view maps");
    const Session *front = screen_front(world->screen);
    const int sizes[][3] = {{120, 40, 64}, {160, 50, 64}, {200, 60, 64}, {80, 24, 34}};
    for (int k = 0; k < 4; k++) {
        screen_set_size(world->screen, sizes[k][0], sizes[k][1]);
        SessionPanes panes = session_panes(front);
        assert_true(panes.lesson.w <= LESSON_CLASS_WIDTH && panes.lesson.w >= 38);
        assert_true(panes.view.w >= sizes[k][2]);
        assert_int_equal(panes.view.h, sizes[k][1] - 3);
    }
}

static void the_speaker_is_told_page_notes_and_what_comes_next(void **state) {
    SessionWorld *world = *state;
    static const char text[] = "title Small\nabout A\npage One\n| a\ndo finish\n| b\nnotes Say it slowly.\n"
                               "page Two\nask number How many?\nanswer blocks within 10%\npage Three\n| c\n";
    char line[TEMP_PATH_MAX + 8];
    NotesPanel notes;
    screen_notes(world->screen, &notes);
    assert_int_equal(notes.pages, 0);
    snprintf(line, sizeof line, "lesson %s", temp_dir_write(world->dir, "s.lesson", text, sizeof text - 1));
    session_world_act(world, line);
    screen_notes(world->screen, &notes);
    assert_string_equal(notes.title, "One");
    assert_string_equal(notes.notes, "Say it slowly.");
    assert_string_equal(notes.next, "the view follows the text");
    assert_int_equal(notes.page, 1);
    assert_int_equal(notes.pages, 3);
    session_world_press(world, "Space");
    screen_notes(world->screen, &notes);
    assert_string_equal(notes.next, "page 2: Two");
    session_world_press(world, "Space");
    screen_notes(world->screen, &notes);
    assert_string_equal(notes.next, "an answer is asked for: How many?");
    assert_string_equal(notes.text, "How many?");
    assert_string_equal(notes.answer, "");
    session_world_press(world, "Space Esc");
    screen_notes(world->screen, &notes);
    assert_string_equal(notes.answer, "9");
    session_world_press(world, "Space");
    screen_notes(world->screen, &notes);
    assert_string_equal(notes.answer, "");
    assert_string_equal(notes.next, "the end of the lesson");
    session_world_press(world, "m");
    screen_notes(world->screen, &notes);
    assert_non_null(strstr(notes.now, "excursion"));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_WORLD(it_drops_side_panes_tabs_and_strip_and_gives_them_back),
        IN_WORLD(maps_are_as_large_as_they_fit_and_say_so),
        IN_WORLD(keys_are_shown_with_what_they_do),
        IN_WORLD(what_is_typed_into_the_prompt_is_not_shown),
        IN_WORLD(the_pointer_moves_by_arrows_and_leaves_the_selection),
        IN_WORLD(the_pointer_stays_on_the_screen_and_is_marked_without_colour),
        IN_WORLD(a_map_under_the_pointer_keeps_its_colours),
        IN_WORLD(enter_selects_what_is_pointed_at),
        IN_WORLD(clicks_move_the_pointer_while_it_is_shown),
        IN_WORLD(a_lesson_is_presented_and_pointing_is_no_excursion),
        IN_WORLD(before_a_class_the_page_is_narrow_and_the_map_large),
        IN_WORLD(the_speaker_is_told_page_notes_and_what_comes_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
