/* The screen that a session is drawn on, what the session must know of it: size, theme, presenter mode. */
#ifndef APP_SESSION_DISPLAY_H
#define APP_SESSION_DISPLAY_H

#include "views/scene/scene.h"
#include "views/style/theme.h"

enum { NOTICE_MAX = 320 };

/* The line that answers the last action. */
typedef struct Notice {
    NoticeKind kind;
    char text[NOTICE_MAX];
} Notice;

/* What a lesson takes of the room. */
typedef enum SheetKind {
    SHEET_NONE,
    SHEET_LESSON,
    SHEET_SCENE, /* one page that the book of questions leads to */
    SHEET_WORD,  /* one page that the glossary leads to */
} SheetKind;

typedef struct Display {
    int width, height;    /* cells */
    unsigned flags;       /* CanvasFlags */
    ThemeId theme_before; /* the one to return to after presenter mode */
    bool theme_chosen;    /* by the user, not by the terminal's background */
    bool still;           /* drawn for a page: nothing invites to press keys */
    SheetKind sheet;
} Display;

#endif
