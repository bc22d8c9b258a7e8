/* A session: a network with its weights, a picture, the pass over them, and how one looks at all that. It
 * knows its room on the screen, but no keys, no prompt and no lesson: those are app/screen's. Others see its
 * parts in app/session/session_state.h. */
#ifndef APP_SESSION_SESSION_H
#define APP_SESSION_SESSION_H

#include "app/load/setup.h"
#include "views/style/theme.h"

typedef struct Session Session;

typedef struct SessionConfig {
    const Setup *setup; /* outlives the session */
    PassConfig pass;    /* of the pass to show; one image */
    const char
        *image; /* picture to start with: a path or the name of a bundled one; NULL: the first bundled one */
    const real *values; /* instead of a picture: normalised input (3,H,W) channels-last */
    int target;         /* class the loss asks for; -1: the predicted one */
    ThemeId theme;      /* decides the colour maps */
    bool theme_chosen;  /* whatever the background of the terminal is */
    bool presenter;     /* presenter mode from the start; the theme is as said above */
} SessionConfig;

Session *session_new(const SessionConfig *config, Error *err);
void session_free(Session *session); /* NULL is fine */

/* The size of the screen in cells and its CanvasFlags. */
void session_set_canvas(Session *session, int width, int height, unsigned flags);
void session_set_size(Session *session, int width, int height);

/* Goes to a state that session_state_text has returned (app/state/state_plan.h); what cannot be had changes
 * nothing. */
bool session_set_state(Session *session, const char *text, Error *err);
char *session_state_text(const Session *session); /* that string; the caller frees it; NULL: no memory */
/* Adds to what is out of reach: names as in app/session/handout.h, NULL for none. */
bool session_set_handout(Session *session, const char *lock, const char *hide, Error *err);

/* One small step of the work under way (one operation of a pass). False when there is nothing to do. */
bool session_work(Session *session);
/* All of it. */
void session_finish_work(Session *session);

/* While it plays: milliseconds until the next operation is due, else -1; and that operation, when it is. */
int session_wait_ms(const Session *session);
bool session_tick(Session *session);
void session_play_out(Session *session); /* the rest at once: scripts do not wait */

#endif
