/* Text in columns: UTF-8, display widths, wrapping, and how numbers are written. Needs no locale. */
#ifndef VIEWS_STYLE_TEXT_H
#define VIEWS_STYLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/utf8.h"
#include "core/tensor/tensor.h"

/* Columns of a code point: 2 for East Asian wide characters and emoji, 0 for combining marks, -1 for what
 * must never reach a terminal (utf8_is_hostile). */
int text_glyph_width(uint32_t code);

/* Walks through text as it will be drawn: each hostile byte comes as the four glyphs \xNN, combining marks
 * not at all. */
typedef struct TextScan {
    const char *at, *end;
    char escape[UTF8_ESCAPE];
    int escape_left;     /* glyphs of `escape` still to come */
    size_t hostile_left; /* hostile bytes at `at` still to come */
} TextScan;

TextScan text_scan(const char *text, size_t length);
/* The next glyph and its width (1 or 2); false at the end. */
bool text_scan_next(TextScan *scan, uint32_t *glyph, int *width);

int text_width(const char *text); /* columns of one line as drawn */
int text_width_n(const char *text, size_t length);

/* Copies at most `width` columns; a longer text ends in an ellipsis. */
void text_truncate(char *out, size_t out_size, const char *text, int width);

/* Word wrapping: returns the start of the next line and its length in bytes, without the space it broke at;
 * NULL at the end. Newlines end a line; a word wider than `width` is broken. */
const char *text_wrap_next(const char **cursor, int width, size_t *length);
int text_wrap_count(const char *text, int width);

/* The nearest ASCII likeness of a glyph; '?' when there is none. */
char text_ascii(uint32_t glyph);

/* Numbers, by value, so that they can stand in a call: canvas_printf(..., "%s", text_format_bytes(n).text).
 */
typedef struct TextNumber {
    char text[40];
} TextNumber;

/* Exactly `width` columns: "+0.41"; as many decimals as asked while it fits, then fewer, then "+1e+06";
 * "nan", "+inf". */
TextNumber text_format_signed(double value, int width, int decimals);
TextNumber text_format_engineering(double value); /* three digits: 512, 1.81G, 11.7M, 430m */
TextNumber text_format_exponent(double value);    /* "1.0e-01" */
TextNumber text_format_bytes(size_t bytes);       /* "44.7 MiB" */
TextNumber text_format_count(size_t count);       /* "272,474" */
TextNumber text_format_percent(double fraction);  /* "63%", "0.4%", "100%" */
TextNumber text_format_shape(Shape shape);       /* "16x32x32", "8x16x32x32" for a batch, "64" for a vector */
TextNumber text_format_duration(double seconds); /* "0.8 s", "42 s", "3:07", "2:05:00" */

#endif
