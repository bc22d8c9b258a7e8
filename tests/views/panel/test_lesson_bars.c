/* The answer to a question about blocks, as bars. */
#include "views/panel/lesson_bars.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/canvas_check.h"

enum { COUNT = 27 };

static LessonBars bars_of(LessonBar rows[COUNT], int count) {
    LessonBars bars = {.title = "Change", .rows = rows, .count = count};
    for (int k = 0; k < count; k++) {
        rows[k] = (LessonBar){.value = k + 1, .said = k == 1, .right = k == count - 1};
        snprintf(rows[k].name, sizeof rows[k].name, "block%d", k);
        snprintf(rows[k].text, sizeof rows[k].text, "%d", k + 1);
    }
    return bars;
}

static char *draw(const LessonBars *bars, int width, int height, unsigned flags) {
    Canvas *canvas = canvas_new(width, height, flags);
    lesson_bars_draw(canvas, canvas_area(canvas), bars);
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static int count_of(const char *text, const char *part) {
    int count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) count++;
    return count;
}

static void each_block_has_a_bar_in_proportion_and_the_answers_are_marked(void **state) {
    LessonBar rows[COUNT];
    LessonBars bars = bars_of(rows, 4);
    (void)state;
    char *text = draw(&bars, 60, 6, CANVAS_ASCII | CANVAS_MONO);
    assert_non_null(strstr(text, "Change"));
    const char *first = strstr(text, "block0"), *last = strstr(text, "block3");
    int one = (int)strspn(first + 7, "#"), four = (int)strspn(last + 7, "#");
    assert_true(four > 20);
    assert_in_range(4 * one, four - 4, four + 4); /* a whole character each in ASCII */
    assert_non_null(strstr(text, "2 < yours\n"));
    assert_non_null(strstr(text, "4 < right\n"));
    free(text);
    rows[1].right = true;
    rows[3].right = false;
    text = draw(&bars, 60, 6, 0);
    assert_non_null(strstr(text, "2 < right\n"));
    free(text);
}

static void bars_grow_with_the_room_and_more_than_fit_are_counted(void **state) {
    LessonBar rows[COUNT];
    LessonBars few = bars_of(rows, 4);
    (void)state;
    char *text = draw(&few, 60, 14, CANVAS_ASCII | CANVAS_MONO);
    assert_int_equal(count_of(text, "##\n") + count_of(text, "## "), 8); /* two rows each, one apart */
    free(text);
    LessonBars many = bars_of(rows, COUNT);
    text = draw(&many, 60, 12, 0);
    assert_non_null(strstr(text, "10 of 27 blocks"));
    assert_non_null(strstr(text, "< right"));
    free(text);
}

static void negative_values_grow_to_the_left_and_unknown_ones_have_no_bar(void **state) {
    LessonBar rows[COUNT];
    LessonBars bars = bars_of(rows, 3);
    (void)state;
    rows[0].value = -3;
    rows[1].value = NAN;
    char *text = draw(&bars, 61, 5, CANVAS_ASCII | CANVAS_MONO);
    const char *left = strstr(text, "block0"), *right = strstr(text, "block2");
    size_t before = strcspn(left, "#"), after = strcspn(right, "#");
    assert_true(before + 10 < after);
    free(text);
}

static void any_size_can_be_drawn(void **state) {
    LessonBar rows[COUNT];
    LessonBars bars = bars_of(rows, COUNT);
    (void)state;
    for (int width = 1; width < 100; width += 7)
        for (int height = 1; height < 40; height += 3) free(draw(&bars, width, height, 0));
}

static void they_are_said_in_words(void **state) {
    LessonBar rows[COUNT];
    LessonBars bars = bars_of(rows, 2);
    char *text = NULL;
    size_t size;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    lesson_bars_describe(out, &bars);
    fclose(out);
    assert_string_equal(text, "Change of each block: block0 1, block1 2.\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_has_a_bar_in_proportion_and_the_answers_are_marked),
        cmocka_unit_test(bars_grow_with_the_room_and_more_than_fit_are_counted),
        cmocka_unit_test(negative_values_grow_to_the_left_and_unknown_ones_have_no_bar),
        cmocka_unit_test(any_size_can_be_drawn),
        cmocka_unit_test(they_are_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
