#include "core/base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/* Variation selectors of the Basic Multilingual Plane: they choose between forms of one character, such as
 * text and emoji, and hide nothing. */
static bool is_variation_selector(uint32_t code) {
    return code >= 0xFE00 && code <= 0xFE0F;
}

/* Code points that will never be characters, U+FFFE and U+FFFF of each plane among them. */
static bool is_noncharacter(uint32_t code) {
    return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

/* The tag and selector block of plane 14; Unicode reserves the unassigned ones to be invisible as well. */
static bool is_tag(uint32_t code) {
    return code >= 0xE0000 && code <= 0xE0FFF;
}

bool utf8_is_control(uint32_t code) {
    return code <= 0x10FFFF && utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_CC;
}

/* Unassigned characters pass: a newer Unicode may have assigned them. */
bool utf8_is_hostile(uint32_t code) {
    if (code >= 0x20 && code < 0x7F) return false;
    if (code > 0x10FFFF || is_noncharacter(code) || is_tag(code)) return true;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)code);
    switch (property->category) {
    case UTF8PROC_CATEGORY_CC: /* control */
    case UTF8PROC_CATEGORY_CF: /* format: zero-width, bidirectional */
    case UTF8PROC_CATEGORY_CS: /* surrogate */
    case UTF8PROC_CATEGORY_CO: /* private use */
    case UTF8PROC_CATEGORY_ZL: /* line separator */
    case UTF8PROC_CATEGORY_ZP: /* paragraph separator */ return true;
    default: return property->ignorable && !is_variation_selector(code);
    }
}

/* Bytes of the character that begins with this one; 1 for a byte that begins none. */
static size_t wanted_bytes(unsigned char first) {
    if (first < 0xC2 || first > 0xF4) return 1;
    return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t utf8_decode(const char *text, size_t length, uint32_t *code) {
    utf8proc_int32_t value;
    utf8proc_ssize_t taken =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &value);
    *code = taken > 0 ? (uint32_t)value : UINT32_MAX;
    return taken > 0 ? (size_t)taken : 1;
}

size_t utf8_encode(uint32_t code, char out[4]) {
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
}

/* The length without the beginning of a character whose other bytes are not there. */
static size_t without_part(const char *text, size_t length) {
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        if (is_continuation(text[length - back])) continue;
        return wanted_bytes((unsigned char)text[length - back]) > back ? length - back : length;
    }
    return length;
}

size_t utf8_cut(const char *text, size_t length, size_t most) {
    return length <= most ? length : without_part(text, most);
}

int utf8_first(const char *text, int most) {
    return (int)utf8_cut(text, strlen(text), (size_t)most);
}

size_t utf8_copy_n(char *out, size_t out_size, const char *text, size_t length) {
    if (out_size == 0) return 0;
    size_t count = utf8_cut(text, length, out_size - 1);
    memmove(out, text, count);
    out[count] = '\0';
    return count;
}

size_t utf8_copy(char *out, size_t out_size, const char *text) {
    return utf8_copy_n(out, out_size, text, strlen(text));
}

size_t utf8_vformat(char *out, size_t out_size, const char *format, va_list arguments) {
    if (out_size == 0) return 0;
    int length = vsnprintf(out, out_size, format, arguments);
    size_t count = length < 0 ? 0 : (size_t)length;
    if (count >= out_size) count = without_part(out, out_size - 1);
    out[count] = '\0';
    return count;
}

size_t utf8_format(char *out, size_t out_size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t count = utf8_vformat(out, out_size, format, arguments);
    va_end(arguments);
    return count;
}

void utf8_vappend(char *out, size_t out_size, const char *format, va_list arguments) {
    size_t used = strlen(out);
    if (used < out_size) utf8_vformat(out + used, out_size - used, format, arguments);
}

void utf8_append(char *out, size_t out_size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    utf8_vappend(out, out_size, format, arguments);
    va_end(arguments);
}

/* Repairs into the buffer; *left is what did not fit, "" if all did. */
static size_t repair(char *out, size_t out_size, const char *text, const char **left) {
    const char *end = text + strlen(text);
    size_t used = 0;
    while (text < end) {
        uint32_t code;
        char bytes[4];
        size_t taken = utf8_decode(text, (size_t)(end - text), &code);
        size_t count = utf8_encode(code == UINT32_MAX ? UTF8_REPLACEMENT : code, bytes);
        if (used + count >= out_size) break;
        memcpy(out + used, bytes, count);
        used += count;
        text += taken;
    }
    out[used] = '\0';
    *left = text;
    return used;
}

size_t utf8_clip(char *out, size_t out_size, const char *text) {
    static const char ellipsis[] = "\xE2\x80\xA6";
    const char *left;
    size_t used = out_size > 0 ? repair(out, out_size, text, &left) : 0;
    if (out_size < sizeof ellipsis || *left == '\0') return used;
    used = utf8_cut(out, used, out_size - sizeof ellipsis);
    memcpy(out + used, ellipsis, sizeof ellipsis);
    return used + sizeof ellipsis - 1;
}

void utf8_escape_byte(unsigned char byte, char out[UTF8_ESCAPE]) {
    static const char digits[] = "0123456789ABCDEF";
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
}

/* One character as it may be printed, and the bytes that were read; returns the bytes written. */
static size_t escape_next(const char *text, size_t length, char out[4 * UTF8_ESCAPE], size_t *taken) {
    uint32_t code;
    *taken = utf8_decode(text, length, &code);
    if (!utf8_is_hostile(code)) {
        memcpy(out, text, *taken);
        return *taken;
    }
    for (size_t k = 0; k < *taken; k++) utf8_escape_byte((unsigned char)text[k], out + k * UTF8_ESCAPE);
    return *taken * UTF8_ESCAPE;
}

size_t utf8_escape(char *out, size_t out_size, const char *text, size_t length) {
    size_t used = 0, taken;
    if (out_size == 0) return 0;
    for (size_t at = 0; at < length; at += taken) {
        char piece[4 * UTF8_ESCAPE];
        size_t count = escape_next(text + at, length - at, piece, &taken);
        if (used + count >= out_size) break;
        memcpy(out + used, piece, count);
        used += count;
    }
    out[used] = '\0';
    return used;
}

void utf8_put(FILE *out, const char *text) {
    utf8_put_n(out, text, strlen(text));
}

void utf8_put_n(FILE *out, const char *text, size_t length) {
    size_t taken;
    for (size_t at = 0; at < length; at += taken) {
        char piece[4 * UTF8_ESCAPE];
        size_t count = escape_next(text + at, length - at, piece, &taken);
        fwrite(piece, 1, count, out);
    }
}
