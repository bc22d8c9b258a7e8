/* The Session owns everything that changes while the explorer runs: the pass and its baseline, the selection,
 * the state of the views, the work under way. Keys, scripts and tests all enter through session_do; the loop
 * gives it time through session_work. */
#ifndef APP_SESSION_SESSION_H
#define APP_SESSION_SESSION_H

#include "app/load/setup.h"
#include "views/canvas/canvas.h"
#include "views/panel/notes_panel.h"
#include "views/scene/action.h"
#include "views/style/theme.h"
#include "views/term/key.h"

typedef struct Session Session;

typedef struct SessionConfig {
    const Setup *setup; /* outlives the session */
    PassConfig pass;    /* of the pass to show; one image */
    const char
        *image; /* picture to start with: a path or the name of a bundled one; NULL: the first bundled one */
    const real *values; /* instead of a picture: normalised input (3,H,W) channels-last */
    int target;         /* class the loss asks for; -1: the predicted one */
    ThemeId theme;      /* decides the colour maps */
    bool mouse;
    bool presenter;      /* presenter mode from the start; the theme is as said above */
    const char *results; /* file that answers to lessons are appended to; NULL: they are not kept */
} SessionConfig;

Session *session_new(const SessionConfig *config, Error *err);
void session_free(Session *session); /* NULL is fine */

/* The size of the screen in cells and its CanvasFlags. */
void session_set_screen(Session *session, int width, int height, unsigned flags);
void session_set_size(Session *session, int width, int height);

/* Performs an action. Quick ones are done on return; work that takes longer goes on in session_work. What
 * goes wrong is shown in the notice line and is also the return value of session_notice_is_error. */
void session_do(Session *session, const Action *action);
/* A key goes to the prompt when it is open, else through the keymap to session_do. */
void session_key(Session *session, const Key *key);

/* Goes to a state that the action "state" has shown (app/state/state_plan.h); what cannot be had changes
 * nothing. */
bool session_set_state(Session *session, const char *text, Error *err);
char *session_state_text(const Session *session); /* that string; the caller frees it; NULL: no memory */
/* Adds to what is out of reach: names as in app/session/handout.h, NULL for none. */
bool session_set_handout(Session *session, const char *lock, const char *hide, Error *err);

void session_forget_keys(Session *session); /* of presenter mode: what happens next no key did */

/* One small step of the work under way (one operation of a pass). False when there is nothing to do. */
bool session_work(Session *session);
/* All of it. */
void session_finish_work(Session *session);

/* While it plays: milliseconds until the next operation is due, else -1; and that operation, when it is. */
int session_wait_ms(const Session *session);
bool session_tick(Session *session);
/* A notice from outside; `more` problems like it, 0 for none. Without an error the notice line is emptied. */
void session_say(Session *session, bool error, const char *sentence, int more);
void session_play_out(Session *session); /* the rest at once: scripts do not wait */

/* Draws the whole screen; the canvas has the session's size. */
void session_draw(Session *session, Canvas *canvas);

/* What the speaker is told in another terminal; `pages` 0: no lesson is under way. Times stay 0. */
void session_notes(const Session *session, NotesPanel *out);

ThemeId session_theme(const Session *session);
char *session_take_copy(Session *session);   /* a text for the clipboard, the caller's; NULL: none */
bool session_mouse(const Session *session);  /* the mouse is wanted */
void session_refuse_mouse(Session *session); /* this terminal has none */
bool session_wants_quit(const Session *session);
bool session_wants_redraw(Session *session);       /* ^L was pressed; asking clears it */
const char *session_error(const Session *session); /* the last action's error, or NULL */
/* Why the last action was not done ("locked by this handout: weights"); NULL: it was not refused. */
const char *session_refusal(const Session *session);

#endif
