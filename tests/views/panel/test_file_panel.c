/* The list of files as it is drawn. */
#include <string.h>

#include "tests/support/canvas_check.h"
#include "views/panel/file_panel.h"

static const FileRow rows[] = {{.kind = FILE_PARENT, .name = (char *)".."},
                               {.kind = FILE_FOLDER, .name = (char *)"cats"},
                               {.kind = FILE_FILE, .name = (char *)"a\x1b[1mb.png", .size = 2048}};
static const int shown[] = {0, 1, 2};

static const FilePanel panel = {.group = FILES_PICTURES,
                                .rows = rows,
                                .shown = shown,
                                .count = 3,
                                .selected = 2,
                                .folder = "/home/somebody/pictures/of/very/many/kinds",
                                .filter = "",
                                .about = "PNG, 32 x 32 pixels",
                                .hints = "Enter ok"};

static void tabs_folder_rows_and_what_is_known_of_the_selected_one(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(40, 9, CANVAS_ASCII);
    file_panel_draw(canvas, canvas_area(canvas), &panel);
    assert_canvas_text(canvas, ">pictures  weights  architectures\n"
                               " ~/somebody/pictures/of/very/many/kinds\n"
                               "  ../                             folder\n"
                               "  cats/                           folder\n"
                               "> a\\x1B[1mb.png                  2.0 KiB\n"
                               "\n"
                               " PNG, 32 x 32 pixels\n"
                               "\n"
                               " Enter ok\n");
    canvas_free(canvas);
}

static void the_selected_row_is_always_in_sight(void **state) {
    (void)state;
    FilePanel moved = panel;
    for (int height = 6; height < 12; height++)
        for (moved.selected = 0; moved.selected < 3; moved.selected++) {
            Rect area = {.w = 40, .h = height};
            int first = file_panel_first(&moved, area);
            assert_true(first >= 0 && first <= moved.selected);
            assert_true(moved.selected < first + file_panel_rows(&moved, area));
        }
}

static void a_filter_stands_beside_the_folder(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(40, 9, CANVAS_ASCII);
    FilePanel filtered = panel;
    filtered.filter = "png";
    filtered.filtering = true;
    filtered.cursor = 2;
    file_panel_draw(canvas, canvas_area(canvas), &filtered);
    char *text = canvas_export_text_string(canvas);
    assert_non_null(strstr(text, "/png"));
    assert_int_equal(canvas->cursor_y, 1);
    assert_int_equal(canvas_get(canvas, canvas->cursor_x, 1)->glyph, 'g');
    free(text);
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tabs_folder_rows_and_what_is_known_of_the_selected_one),
        cmocka_unit_test(the_selected_row_is_always_in_sight),
        cmocka_unit_test(a_filter_stands_beside_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
