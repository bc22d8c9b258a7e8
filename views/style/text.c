#include "views/style/text.h"

#include <string.h>
#include <utf8proc.h>

#include "core/base/utf8.h"
#include "views/style/text_ascii.h"

/* views/term/term replaces what the C library measures differently. */
int text_glyph_width(uint32_t code) {
    if (code >= 0x20 && code < 0x7F) return 1;
    if (utf8_is_hostile(code)) return -1;
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_MN: /* marks that combine with the letter before them */
    case UTF8PROC_CATEGORY_ME: return 0;
    default: return utf8proc_charwidth((utf8proc_int32_t)code) == 2 ? 2 : 1;
    }
}

TextScan text_scan(const char *text, size_t length) {
    return (TextScan){.at = text, .end = text + length};
}

static void scan_escape_byte(TextScan *scan) {
    utf8_escape_byte((unsigned char)*scan->at++, scan->escape);
    scan->escape_left = UTF8_ESCAPE;
    scan->hostile_left--;
}

bool text_scan_next(TextScan *scan, uint32_t *glyph, int *width) {
    for (;;) {
        if (scan->escape_left == 0 && scan->hostile_left > 0) scan_escape_byte(scan);
        if (scan->escape_left > 0) {
            *glyph = (uint32_t)scan->escape[UTF8_ESCAPE - scan->escape_left--];
            *width = 1;
            return true;
        }
        if (scan->at >= scan->end) return false;
        size_t bytes = utf8_decode(scan->at, (size_t)(scan->end - scan->at), glyph);
        *width = text_glyph_width(*glyph);
        if (*width < 0) {
            scan->hostile_left = bytes;
            continue;
        }
        scan->at += bytes;
        if (*width > 0) return true;
    }
}

int text_width_n(const char *text, size_t length) {
    TextScan scan = text_scan(text, length);
    uint32_t glyph;
    int width, total = 0;
    while (text_scan_next(&scan, &glyph, &width)) total += width;
    return total;
}

int text_width(const char *text) {
    return text_width_n(text, strlen(text));
}

/* Bytes of `text` that fit into `width` columns. */
static size_t bytes_that_fit(const char *text, size_t length, int width) {
    TextScan scan = text_scan(text, length);
    size_t fitting = 0;
    uint32_t glyph;
    int columns, used = 0;
    while (text_scan_next(&scan, &glyph, &columns)) {
        used += columns;
        if (used > width) return fitting;
        if (scan.escape_left == 0) fitting = (size_t)(scan.at - text);
    }
    return length;
}

void text_truncate(char *out, size_t out_size, const char *text, int width) {
    static const char ellipsis[] = "…";
    size_t length = strlen(text);
    bool cut = text_width_n(text, length) > width;
    size_t room = out_size - 1;
    if (cut && room >= sizeof ellipsis - 1) room -= sizeof ellipsis - 1;
    size_t keep = bytes_that_fit(text, length, cut ? width - 1 : width);
    while (keep > room || (keep > 0 && keep < length && (text[keep] & 0xC0) == 0x80)) keep--;
    memcpy(out, text, keep);
    out[keep] = '\0';
    if (cut && width > 0 && keep + sizeof ellipsis <= out_size) memcpy(out + keep, ellipsis, sizeof ellipsis);
}

/* Bytes of the first glyph: a line takes at least that much, or wrapping would not end. */
static size_t first_glyph_bytes(const char *text, size_t length) {
    uint32_t code;
    return length == 0 ? 0 : utf8_decode(text, length, &code);
}

const char *text_wrap_next(const char **cursor, int width, size_t *length) {
    const char *start = *cursor;
    if (start == NULL || *start == '\0') return NULL;
    size_t line = strcspn(start, "\n");
    size_t fits = bytes_that_fit(start, line, width);
    if (fits == line) {
        *length = line;
        *cursor = start + line + (start[line] == '\n');
        return start;
    }
    size_t space = fits;
    while (space > 0 && start[space] != ' ') space--;
    size_t indent = strspn(start, " ");
    if (space <= indent) space = fits > 0 ? fits : first_glyph_bytes(start, line);
    *length = space;
    while (*length > 0 && start[*length - 1] == ' ') (*length)--;
    *cursor = start + space + strspn(start + space, " ");
    if (**cursor == '\n') (*cursor)++;
    return start;
}

int text_wrap_count(const char *text, int width) {
    size_t length;
    int lines = 0;
    while (text_wrap_next(&text, width, &length) != NULL) lines++;
    return lines;
}

char text_ascii(uint32_t glyph) {
    if (glyph >= 0x20 && glyph < 0x7F) return (char)glyph;
    if (glyph >= 0x2580 && glyph <= 0x259F) return glyph == 0x2591 || glyph == 0x2592 ? ':' : '#';
    for (size_t k = 0; k < sizeof text_ascii_table / sizeof text_ascii_table[0]; k++) {
        if (text_ascii_table[k].glyph == glyph) return text_ascii_table[k].ascii;
    }
    return '?';
}
