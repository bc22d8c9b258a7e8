#include <string.h>

#include "core/explain/glossary.h"
#include "tests/support/canvas_check.h"
#include "views/canvas/export.h"
#include "views/panel/help.h"
#include "views/scene/view.h"

static bool is_blank(const Cell *cell) {
    return cell->glyph == ' ' && cell->bg == COLOR_DEFAULT && cell->attributes == 0;
}

static const HelpRow rows[] = {
    {.keys = "s Space", .help = "run one operation and look at it", .group = "Time"},
    {.keys = "w", .help = "none, plain, cut or lesion", .group = "Look"},
    {.keys = "n", .help = "run to the end of this block", .group = "Time"},
};

static char *help_text(int width, int height, int first) {
    Canvas *canvas = canvas_new(width, height, 0);
    help_draw(canvas, canvas_area(canvas), &(HelpInfo){.rows = rows, .row_count = 3, .first = first});
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static void help_groups_keys_then_views_and_ends_with_the_words(void **state) {
    (void)state;
    char *text = help_text(80, 500, 0);
    const char *time = strstr(text, "Time ──"), *look = strstr(text, "Look ──"), *n = strstr(text, "\n n ");
    const char *views = strstr(text, "Views ──"), *words = strstr(text, "Words ");
    assert_true(time && look && n && views && words);
    assert_true(time < n && n < look && look < views && views < words);
    assert_non_null(strstr(text, "? or Esc closes it"));
    for (int k = 0; k < VIEW_COUNT; k++) assert_non_null(strstr(views, view_ops((ViewId)k)->title));
    for (int k = 0; k < glossary_count(); k++) assert_non_null(strstr(words, glossary_word(k)->word));
    assert_null(strstr(text, "scroll"));
    free(text);
}

static void help_scrolls_as_far_as_its_last_line(void **state) {
    (void)state;
    char *top = help_text(80, 12, 0), *far = help_text(80, 12, 100000), *before = help_text(80, 12, -5);
    assert_string_equal(top, before);
    assert_non_null(strstr(top, "lines 1-10 of "));
    assert_null(strstr(top, "Views"));
    assert_non_null(strstr(far, glossary_word(glossary_count() - 1)->word));
    assert_non_null(strstr(far, "? or Esc"));
    free(top);
    free(far);
    free(before);
}

static void help_uses_two_columns_when_there_is_room(void **state) {
    (void)state;
    char *narrow = help_text(80, 200, 0), *text = help_text(140, 200, 0);
    assert_non_null(strstr(narrow, "scroll"));
    assert_null(strstr(text, "scroll"));
    assert_non_null(strstr(text, glossary_word(glossary_count() - 1)->word));
    free(narrow);
    free(text);
}

static void help_stays_inside_its_area(void **state) {
    (void)state;
    for (int w = 0; w < 130; w += 7) {
        for (int h = 0; h < 12; h++) {
            Canvas *canvas = canvas_new(140, 14, 0);
            Rect area = {.x = 3, .y = 1, .w = w, .h = h};
            help_draw(canvas, area, &(HelpInfo){.rows = rows, .row_count = 3, .first = h});
            for (int k = 0; k < 140 * 14; k++)
                if (!rect_contains(area, k % 140, k / 140)) assert_true(is_blank(&canvas->cells[k]));
            canvas_free(canvas);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_groups_keys_then_views_and_ends_with_the_words),
        cmocka_unit_test(help_scrolls_as_far_as_its_last_line),
        cmocka_unit_test(help_uses_two_columns_when_there_is_room),
        cmocka_unit_test(help_stays_inside_its_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
