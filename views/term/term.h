/* The terminal: the only place that knows curses. One Term at a time, used by one thread.
 *
 * Between term_open and term_close standard error is kept back and shown after the screen is given back, and
 * whatever ends the program (a signal, a crash, exit) gives the terminal back first. */
#ifndef VIEWS_TERM_TERM_H
#define VIEWS_TERM_TERM_H

#include <stdbool.h>

#include "core/base/error.h"
#include "views/canvas/canvas.h"
#include "views/style/theme.h"
#include "views/term/background.h"
#include "views/term/key.h"

typedef struct Term Term;

typedef struct TermConfig {
    ColorDepth depth; /* COLOR_DEPTH_AUTO: what the environment and terminfo say */
    ThemeId theme;
    bool ascii; /* no character above 126 even where UTF-8 would do */
    bool mouse; /* take it from the terminal's own selection */
    bool ask_background;
} TermConfig;

/* NULL with ERROR_TERMINAL and one sentence when there is no terminal here that can place a cursor. */
Term *term_open(const TermConfig *config, Error *err);
/* Gives back screen, modes and memory. NULL is fine. */
void term_close(Term *term);

/* Size now, 1 .. CANVAS_SIDE_MAX each; changes only when term_read_key returns KEY_CODE_RESIZE. */
int term_width(const Term *term);
int term_height(const Term *term);
unsigned term_canvas_flags(const Term *term); /* CanvasFlag: what a canvas for this terminal needs */
ColorDepth term_depth(const Term *term);
const char *term_name(const Term *term); /* the terminfo entry in use */
ThemeId term_theme(const Term *term);

void term_set_theme(Term *term, ThemeId theme);
/* Where the terminal has none, it stays off. */
void term_set_mouse(Term *term, bool on);
bool term_mouse(const Term *term);

/* Shows the canvas: only cells that changed are sent, nothing at all when none did. A canvas of another size
 * is shown as far as it fits. */
void term_flush(Term *term, const Canvas *canvas);
void term_redraw(Term *term); /* the next flush sends everything (^L) */

/* The next key without waiting; false when there is none. Suspends the program on ^Z and comes back with
 * KEY_CODE_RESIZE. */
bool term_read_key(Term *term, Key *key);
/* Waits for a key, a resize or a signal; false after timeout_ms (-1: for ever). */
bool term_wait(Term *term, int timeout_ms);
/* Offers a text to the clipboard of whoever sits before the terminal, also across ssh (OSC 52). False where
 * the terminal is known to have none; others may still refuse it without a word. */
bool term_copy(Term *term, const char *text);
/* What is known of the background, true once for each piece of news: what COLORFGBG says at first, then what
 * the terminal answers. It may never answer. */
bool term_take_background(Term *term, Background *background);
/* Something else to wait for: returns when it is readable, too; -1: nothing. */
void term_watch(Term *term, int fd);

/* The signal that asks the program to end (SIGHUP also for the loss of the terminal), else 0. A program that
 * has not called term_close within 0.7 seconds of it is ended by force. After term_close, it should raise the
 * signal again so that its exit status is right. */
int term_signal(void);

#endif
