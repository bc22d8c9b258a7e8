/* Keys as the program knows them, without any terminal. The names are those of scripts, help and key
 * bindings. */
#ifndef VIEWS_TERM_KEY_H
#define VIEWS_TERM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a Unicode code point (letters, space, and control characters such as key_ctrl('d')) or one of
 * these. */
typedef enum KeyCode {
    KEY_CODE_NONE = 0,
    KEY_CODE_UP = 0x110000,
    KEY_CODE_DOWN,
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_SHIFT_LEFT,
    KEY_CODE_SHIFT_RIGHT,
    KEY_CODE_SHIFT_UP,
    KEY_CODE_SHIFT_DOWN,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_INSERT,
    KEY_CODE_DELETE,
    KEY_CODE_ENTER,
    KEY_CODE_BACKSPACE,
    KEY_CODE_ESCAPE,
    KEY_CODE_TAB,
    KEY_CODE_BACKTAB,
    KEY_CODE_F1,
    KEY_CODE_F12 = KEY_CODE_F1 + 11,
    KEY_CODE_RESIZE, /* the screen has a new size, or must be drawn again */
    KEY_CODE_MOUSE,
    KEY_CODE_PASTE, /* a text that was pasted, or a file that was dragged here */
} KeyCode;

enum { KEY_TEXT_MAX = 4096 }; /* bytes of a text that is pasted, with its end */

typedef enum MouseButton {
    MOUSE_LEFT,
    MOUSE_MIDDLE,
    MOUSE_RIGHT,
    MOUSE_WHEEL_UP,
    MOUSE_WHEEL_DOWN
} MouseButton;

typedef struct Key {
    uint32_t code;
    int x, y;           /* KEY_CODE_MOUSE: the cell */
    MouseButton button; /* KEY_CODE_MOUSE: what was pressed there */
    const char *text;   /* KEY_CODE_PASTE: all of it, until the next key is read */
    double
        at_s; /* when it was read, by a clock that only goes forward; 0: in one breath with the one before */
} Key;

static inline uint32_t key_ctrl(char letter) {
    return (uint32_t)letter & 0x1f;
}

/* "j", "Space", "C-d", "Up", "PageDown", "F1", "Enter"; returns `out`. */
const char *key_format(uint32_t code, char out[16]);
/* The other way round: reads one name (the whole text); false when it is none. Letter case matters for single
 * letters only. */
bool key_parse(const char *name, uint32_t *code);

#endif
