#include <string.h>

#include "tests/support/canvas_check.h"
#include "views/panel/lesson_panel.h"

static LessonPanel panel_of(bool bold) {
    return (LessonPanel){
        .lesson = "What a skip adds",
        .title = "The sum",
        .page = 2,
        .page_count = 7,
        .bold = bold,
        .text = "In front of a block stands x. The block computes F(x) from it (convolution, batch "
                "norm, ReLU, convolution, batch norm) and then adds x.",
        .question = "How long is F(x) there, as a multiple of x (1: just as long)?",
        .answer = "",
        .verdict = "",
        .task = ""};
}

/* The first row of the area that has the text; -1: none. */
static int row_with(const Canvas *canvas, const char *text) {
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x + (int)strlen(text) <= canvas->width; x++) {
            int k = 0;
            while (text[k] && canvas_get(canvas, x + k, y)->glyph == (uint32_t)text[k]) k++;
            if (text[k] == '\0') return y;
        }
    return -1;
}

static void assert_bold(const Canvas *canvas, int y, bool bold) {
    assert_true(y >= 0);
    for (int x = 0; x < canvas->width; x++) {
        const Cell *cell = canvas_get(canvas, x, y);
        if (cell->glyph != ' ' && cell->glyph != U'│')
            assert_int_equal((cell->attributes & CELL_BOLD) != 0, bold);
    }
}

/* Text and question are bold and no line of them has more than 40 columns. */
static void before_a_class_the_page_is_bold_and_narrow(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(120, 37, 0);
    LessonPanel panel = panel_of(true);
    Rect area = {.x = 120 - LESSON_CLASS_WIDTH, .w = LESSON_CLASS_WIDTH, .h = 37};
    lesson_panel_draw(canvas, area, &panel);
    int first = row_with(canvas, "In front of"), last = row_with(canvas, "just as long");
    assert_true(first > 0 && last > first);
    for (int y = first; y <= last; y++) {
        int from = -1, to = -1;
        assert_bold(canvas, y, true);
        for (int x = area.x; x < 120; x++)
            if (canvas_get(canvas, x, y)->glyph != ' ') {
                if (from < 0) from = x;
                to = x;
            }
        assert_true(to - from < 40);
    }
    canvas_free(canvas);
    canvas = canvas_new(120, 37, 0);
    panel = panel_of(false);
    lesson_panel_draw(canvas, area, &panel);
    assert_bold(canvas, row_with(canvas, "In front of"), false);
    canvas_free(canvas);
}

/* In a column the lesson's name stands once, and the way back has a row of its own. */
static void nothing_is_cut_in_a_column(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(LESSON_CLASS_WIDTH + 1, 37, 0);
    LessonPanel panel = panel_of(true);
    panel.exploring = true;
    lesson_panel_draw(canvas, (Rect){.x = 1, .w = LESSON_CLASS_WIDTH, .h = 37}, &panel);
    char *text = canvas_export_text_string(canvas);
    const char *name = strstr(text, panel.lesson);
    assert_non_null(name);
    assert_null(strstr(name + 1, panel.lesson));
    assert_non_null(strstr(text, "exploring: Home this page's view"));
    assert_non_null(strstr(text, "Backspace back"));
    free(text);
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_a_class_the_page_is_bold_and_narrow),
        cmocka_unit_test(nothing_is_cut_in_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
