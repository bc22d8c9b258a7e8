#include "views/term/key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "views/style/text.h"

static const struct {
    uint32_t code;
    const char *name;
} key_names[] = {
    {KEY_CODE_UP, "Up"},
    {KEY_CODE_DOWN, "Down"},
    {KEY_CODE_LEFT, "Left"},
    {KEY_CODE_RIGHT, "Right"},
    {KEY_CODE_SHIFT_LEFT, "S-Left"},
    {KEY_CODE_SHIFT_RIGHT, "S-Right"},
    {KEY_CODE_SHIFT_UP, "S-Up"},
    {KEY_CODE_SHIFT_DOWN, "S-Down"},
    {KEY_CODE_PAGE_UP, "PageUp"},
    {KEY_CODE_PAGE_DOWN, "PageDown"},
    {KEY_CODE_HOME, "Home"},
    {KEY_CODE_END, "End"},
    {KEY_CODE_INSERT, "Insert"},
    {KEY_CODE_DELETE, "Delete"},
    {KEY_CODE_ENTER, "Enter"},
    {KEY_CODE_BACKSPACE, "Backspace"},
    {KEY_CODE_ESCAPE, "Esc"},
    {KEY_CODE_TAB, "Tab"},
    {KEY_CODE_BACKTAB, "S-Tab"},
    {KEY_CODE_RESIZE, "Resize"},
    {KEY_CODE_MOUSE, "Mouse"},
    {KEY_CODE_PASTE, "Paste"},
    {' ', "Space"},
};

enum { NAME_COUNT = sizeof key_names / sizeof key_names[0], NAME_SIZE = 16 };

const char *key_format(uint32_t code, char out[16]) {
    for (int k = 0; k < NAME_COUNT; k++) {
        if (key_names[k].code == code) {
            snprintf(out, NAME_SIZE, "%s", key_names[k].name);
            return out;
        }
    }
    if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12) {
        snprintf(out, NAME_SIZE, "F%d", (int)(code - KEY_CODE_F1) + 1);
    } else if (code >= 1 && code <= 26) {
        snprintf(out, NAME_SIZE, "C-%c", (int)('a' + code - 1));
    } else if (code <= 0x10FFFF && text_glyph_width(code) > 0) {
        out[utf8_encode(code, out)] = '\0';
    } else {
        snprintf(out, NAME_SIZE, "U+%04X", (unsigned)code);
    }
    return out;
}

static bool parse_function_key(const char *name, uint32_t *code) {
    int number = 0, used = 0;
    if (sscanf(name, "F%2d%n", &number, &used) != 1 || name[used] != '\0') return false;
    if (number < 1 || number > 12) return false;
    *code = KEY_CODE_F1 + (uint32_t)number - 1;
    return true;
}

bool key_parse(const char *name, uint32_t *code) {
    for (int k = 0; k < NAME_COUNT; k++) {
        if (strcasecmp(key_names[k].name, name) == 0) {
            *code = key_names[k].code;
            return true;
        }
    }
    size_t length = strlen(name);
    if (length == 3 && (name[0] == 'C' || name[0] == 'c') && name[1] == '-' && name[2] >= 'a' &&
        name[2] <= 'z') {
        *code = key_ctrl(name[2]);
        return true;
    }
    if (length > 1 && parse_function_key(name, code)) return true;
    uint32_t glyph;
    if (length == 0 || utf8_decode(name, length, &glyph) != length || text_glyph_width(glyph) <= 0)
        return false;
    *code = glyph;
    return true;
}
