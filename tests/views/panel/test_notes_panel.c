#include "views/panel/notes_panel.h"

#include <string.h>

#include "core/base/integer.h"
#include "tests/support/assert_close.h"
#include "tests/support/canvas_check.h"

enum { WIDTH = 60, HEIGHT = 14 };

/* One word a row: a line end after each. */
static NotesPanel panel_of(int rows) {
    NotesPanel panel = {.lesson = "Small", .title = "One", .next = "page 2", .page = 1, .pages = 2};
    for (int k = 0; k < rows; k++)
        snprintf(panel.notes + strlen(panel.notes), 16, "%srow%d", k > 0 ? "\n" : "", k);
    return panel;
}

static char *draw(const NotesPanel *panel, int *first) {
    Canvas *canvas = canvas_new(WIDTH, HEIGHT, 0);
    *first = notes_panel_draw(canvas, panel, "12:00:00", NULL).first;
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static void expect(int rows, int wanted, int first, const char *shown, const char *not_shown) {
    NotesPanel panel = panel_of(rows);
    int at;
    panel.first = wanted;
    char *text = draw(&panel, &at);
    assert_int_equal(at, first);
    if (!strstr(text, shown)) fail_msg("'%s' is not in\n%s", shown, text);
    if (strstr(text, not_shown)) fail_msg("'%s' is in\n%s", not_shown, text);
    free(text);
}

/* Eleven rows are the title's, the clock's, the keys' and those around: six are left for the notes. */
static void notes_that_do_not_fit_say_how_many_rows_there_are(void **state) {
    (void)state;
    expect(3, 0, 0, "row2", "more");
    expect(10, 0, 0, "row0", "row9");
    expect(10, 0, 0, "Down", "Up");
    expect(10, 1, 1, "row1", "row0\n");
    expect(10, 1, 1, "Up 1 more ", "row9");
    expect(10, 3, 3, "Up 3 more", "row0");
}

static void the_last_row_is_the_end(void **state) {
    (void)state;
    NotesPanel panel = panel_of(30);
    int last;
    panel.first = 1000;
    char *text = draw(&panel, &last);
    assert_non_null(strstr(text, "row29"));
    assert_null(strstr(text, "Down"));
    free(text);
    expect(30, last, last, "row29", "Down");
    expect(30, last - 1, last - 1, "Down 1 more", "row29");
    expect(30, -5, 0, "row0", "Up");
}

static void the_text_follows_the_notes_and_the_answer_stays_in_sight(void **state) {
    (void)state;
    NotesPanel panel = panel_of(2);
    snprintf(panel.text, sizeof panel.text, "What the class reads.\nHow many?");
    snprintf(panel.answer, sizeof panel.answer, "b) nine");
    for (int k = 0, first = 0; k < 4; k++, first++) {
        panel.first = first;
        int at;
        char *text = draw(&panel, &at);
        assert_int_equal(at, integer_min(first, 2)); /* of six rows four have room */
        assert_non_null(strstr(text, "right answer b) nine"));
        assert_true(k < 2 || strstr(text, "What the class reads."));
        assert_true(k < 2 || strstr(text, "How many?"));
        free(text);
    }
    int at;
    panel.first = 0;
    panel.answer[0] = '\0';
    char *text = draw(&panel, &at);
    assert_null(strstr(text, "right answer"));
    assert_non_null(strstr(text, "On the screen:"));
    free(text);
}

static void every_size_is_drawn(void **state) {
    (void)state;
    NotesPanel panel = panel_of(200);
    snprintf(panel.text, sizeof panel.text, "What the class reads, and more than one row of it.");
    snprintf(panel.answer, sizeof panel.answer, "b) nine");
    for (int width = 1; width < 90; width += 4)
        for (int height = 1; height < 30; height++) {
            Canvas *canvas = canvas_new(width, height, 0);
            panel.first = 7;
            int first = notes_panel_draw(canvas, &panel, "12:00:00", NULL).first;
            assert_in_range(first, 0, 7);
            canvas_free(canvas);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_that_do_not_fit_say_how_many_rows_there_are),
        cmocka_unit_test(the_last_row_is_the_end),
        cmocka_unit_test(the_text_follows_the_notes_and_the_answer_stays_in_sight),
        cmocka_unit_test(every_size_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
