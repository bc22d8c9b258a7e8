#include "core/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the valid UTF-8 sequence at `s` (1..4), or 0; `code` receives the character. */
static size_t utf8_decode(const unsigned char *s, size_t length, uint32_t *code) {
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    size_t n = s[0] >= 0xF0 && s[0] < 0xF8   ? 4
               : s[0] >= 0xE0 && s[0] < 0xF0 ? 3
               : s[0] >= 0xC0 && s[0] < 0xE0 ? 2
                                             : 0;
    if (n == 0 || n > length) return 0;
    *code = s[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    return *code >= smallest[n] && *code <= 0x10FFFF && (*code < 0xD800 || *code > 0xDFFF) ? n : 0;
}

/* Control characters, zero-width and bidirectional marks, private use: nothing a terminal should be sent. */
static bool is_hostile(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           (code >= 0xE000 && code <= 0xF8FF) || code == 0xFEFF || code >= 0xF0000;
}

void error_escape(const char *text, size_t length, char *out, size_t out_size) {
    const unsigned char *s = (const unsigned char *)text;
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        uint32_t code = 0;
        size_t n = utf8_decode(s + i, length - i, &code);
        if (n > 0 && !is_hostile(code)) {
            if (used + n >= out_size) break;
            memcpy(out + used, s + i, n);
            used += n;
        } else {
            n = n > 0 ? n : 1;
            if (used + 4 * n >= out_size) break;
            for (size_t j = 0; j < n; j++) used += (size_t)sprintf(out + used, "\\x%02X", s[i + j]);
        }
        i += n;
    }
    if (out_size > 0) out[used] = '\0';
}

bool error_set(Error *err, ErrorKind kind, const char *format, ...) {
    if (err) {
        char raw[sizeof err->text];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(raw, sizeof raw, format, arguments);
        va_end(arguments);
        err->kind = kind;
        error_escape(raw, strlen(raw), err->text, sizeof err->text);
    }
    return false;
}
