/* UTF-8: decoding and classes of characters (by libutf8proc), which characters must not reach a terminal, and
 * how a text is cut, repaired and escaped. Needs no locale. */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { UTF8_ESCAPE = 4 /* glyphs of "\x1B" */, UTF8_REPLACEMENT = 0xFFFD };

/* One character of `text`, which has `length` > 0 bytes. Returns the bytes taken, 1 to 4; 1 and
 * *code = UINT32_MAX for a byte that is not valid UTF-8 (Unicode, table 3-7). */
size_t utf8_decode(const char *text, size_t length, uint32_t *code);
size_t utf8_encode(uint32_t code, char out[4]); /* returns the bytes written */

bool utf8_is_control(uint32_t code); /* C0, DEL and C1 */

/* Characters with which a text could drive a terminal, or hide or reorder what it shows: control and format
 * characters (zero-width and bidirectional marks), line separators, private use, surrogates, noncharacters,
 * whatever Unicode lets a font draw as nothing, and UINT32_MAX. */
bool utf8_is_hostile(uint32_t code);

/* The most bytes, at most `most`, that end where a character ends. A broken byte is a character. */
size_t utf8_cut(const char *text, size_t length, size_t most);

/* For "%.*s", utf8_first(text, 60), text. */
int utf8_first(const char *text, int most);

/* What follows writes at most out_size - 1 bytes and a NUL, stops where a character ends, and returns the
 * bytes written without the NUL. An out_size of 0 writes nothing. */
size_t utf8_copy(char *out, size_t out_size, const char *text);
size_t utf8_copy_n(char *out, size_t out_size, const char *text, size_t length);
/* printf into a buffer. Unlike snprintf it returns what was written, so that `used += utf8_format(out + used,
 * size - used, ...)` never leaves the buffer. */
size_t utf8_format(char *out, size_t out_size, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t utf8_vformat(char *out, size_t out_size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* printf after the text that the buffer holds already. */
void utf8_append(char *out, size_t out_size, const char *format, ...) __attribute__((format(printf, 3, 4)));
void utf8_vappend(char *out, size_t out_size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* A copy in which each broken byte is U+FFFD, so that it is always valid UTF-8; a text that is longer than
 * its room ends in an ellipsis. */
size_t utf8_clip(char *out, size_t out_size, const char *text);

/* A copy that is safe to print on any terminal: each byte of a hostile character becomes \xNN. Newlines are
 * escaped as well. */
size_t utf8_escape(char *out, size_t out_size, const char *text, size_t length);
void utf8_escape_byte(unsigned char byte, char out[UTF8_ESCAPE]); /* "\x1B", without a NUL */
/* The same, printed. */
void utf8_put(FILE *out, const char *text);
void utf8_put_n(FILE *out, const char *text, size_t length);

#endif
