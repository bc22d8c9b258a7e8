/* The screen that a session draws on and who sits in front of it: its size and theme, the mouse, presenter
 * mode, and what the program's loop is to do next. */
#ifndef APP_SESSION_DISPLAY_H
#define APP_SESSION_DISPLAY_H

#include <stdint.h>

#include "views/scene/action.h"
#include "views/scene/scene.h"
#include "views/style/theme.h"

enum { NOTICE_MAX = 320 };

/* The line that answers the last action. */
typedef struct Notice {
    NoticeKind kind;
    char text[NOTICE_MAX];
} Notice;

/* Shows a place to a class. */
typedef struct Pointer {
    bool on;
    int x, y;
} Pointer;

/* The keys pressed last, for a class to see, and what the last one does. */
enum { KEYS_SHOWN_MAX = 3 };

typedef struct KeysShown {
    uint32_t codes[KEYS_SHOWN_MAX];
    int count;
    ActionId action; /* ACTION_NONE: none */
    char text[24];   /* of the action */
} KeysShown;

typedef struct Display {
    int width, height; /* cells */
    unsigned flags;    /* CanvasFlags */
    ThemeId theme;
    ThemeId theme_before; /* the one to return to after presenter mode */
    bool mouse;           /* a click selects */
    bool presenter;
    bool still; /* drawn for a page: nothing invites to press keys */
    Pointer pointer;
    KeysShown keys_shown;
    bool quit, redraw;
    char *copy; /* waits for the clipboard; NULL: nothing */
} Display;

#endif
