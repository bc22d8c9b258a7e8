/* Compares what a canvas shows with the expected text, row by row. */
#ifndef TESTS_SUPPORT_CANVAS_CHECK_H
#define TESTS_SUPPORT_CANVAS_CHECK_H

#include "tests/support/assert_close.h"

#include <stdlib.h>

#include "views/canvas/export.h"

#define assert_canvas_text(canvas, expected)                                                                 \
    do {                                                                                                     \
        char *shown_ = canvas_export_text_string(canvas);                                                    \
        assert_non_null(shown_);                                                                             \
        assert_string_equal(shown_, expected);                                                               \
        free(shown_);                                                                                        \
    } while (0)

#define assert_canvas_ansi(canvas, depth, expected)                                                          \
    do {                                                                                                     \
        char *shown_ = canvas_export_ansi_string(canvas, THEME_DARK, depth);                                 \
        assert_non_null(shown_);                                                                             \
        assert_string_equal(shown_, expected);                                                               \
        free(shown_);                                                                                        \
    } while (0)

#endif
