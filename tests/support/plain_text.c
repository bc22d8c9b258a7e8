#include "tests/support/plain_text.h"

#include <stdint.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/style/text.h"

void assert_plain_text(const char *text, bool ascii) {
    size_t length = strlen(text);
    for (size_t at = 0, count; at < length; at += count) {
        uint32_t code;
        count = utf8_decode(text + at, length - at, &code);
        const char *line = text + at;
        while (line > text && line[-1] != '\n') line--;
        int shown = (int)strcspn(line, "\n");
        if (code == UINT32_MAX) fail_msg("a byte that is no UTF-8 in: %.*s", shown, line);
        if (code < ' ' && code != '\n') fail_msg("the control character %u in: %.*s", code, shown, line);
        if (code == 0x7F || (ascii && code > 0x7E)) fail_msg("U+%04X in: %.*s", code, shown, line);
        if (code >= 0x2500 && code <= 0x25FF) fail_msg("the drawing U+%04X in: %.*s", code, shown, line);
    }
}
