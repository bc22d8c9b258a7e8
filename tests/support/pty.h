/* A terminal for tests: runs a function in a child on a pseudo terminal and shows what it would show
 * (libvterm).
 *
 * A small leader process stands between as a shell would, so that the modes of the terminal can be looked at
 * after the child has ended, and the child can be stopped and go on. */
#ifndef TESTS_SUPPORT_PTY_H
#define TESTS_SUPPORT_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include <vterm.h>

#include "views/style/color.h"

typedef int (*PtyMain)(void *context);

typedef struct PtyConfig {
    int width, height;
    const char *const *environment; /* "NAME=value" sets, "NAME" unsets; NULL-terminated; may be NULL */
    PtyMain run;                    /* its result is the child's exit status */
    void *context;
    bool alone; /* the leader of its own session, as in a window of its own: nobody could continue it */
} PtyConfig;

typedef struct Pty {
    pid_t leader, child;
    int fd, tty;          /* our side, and the terminal's own side for its modes */
    int events, commands; /* from and to the leader */
    int width, height;
    VTerm *vterm;
    VTermScreen *screen;
    char *output; /* every byte the child wrote */
    size_t output_size;
    bool alternate; /* the alternate screen is shown */
    bool cursor_visible;
    struct termios modes; /* before the child ran */
    const char *answer;   /* to the question for the background, as soon as it is asked; NULL: none */
} Pty;

void pty_start(Pty *pty, const PtyConfig *config);
/* Kills a child that still runs, gives everything back. */
void pty_end(Pty *pty);

void pty_type(Pty *pty, const char *bytes);
/* Reads until the child has taken all that was typed; fails the test after half a minute. */
void pty_wait_taken(Pty *pty);
void pty_resize(Pty *pty, int width, int height);
/* Reads until the screen shows `text` in one row; fails the test after half a minute, showing the screen. */
void pty_wait_text(Pty *pty, const char *text);
/* Reads until the child has ended or stopped; returns its wait status. */
int pty_wait_end(Pty *pty);
/* The same while nobody reads what the child writes; fails the test after the time. */
int pty_wait_end_unread(Pty *pty, int timeout_ms);
/* Reads until the child has written `bytes`; fails the test after half a minute. */
void pty_wait_output(Pty *pty, const char *bytes);
/* Waits until the terminal takes no more output, after ^S. */
void pty_wait_full(Pty *pty);
/* Reads nothing and changes the terminal's size until what the child draws has filled it. */
void pty_fill(Pty *pty);
/* Brings a stopped child back to the foreground. */
void pty_continue(Pty *pty);
/* Continues it in the background; pty_wait_end tells when it has stopped again or ended. */
void pty_continue_in_background(Pty *pty);
bool pty_shows(Pty *pty, const char *text);
bool pty_wrote(const Pty *pty, const char *bytes);
/* Colours of a cell as libvterm sees them; false for a default colour. */
bool pty_colors(Pty *pty, int x, int y, Rgb *fg, Rgb *bg);
/* The index of a cell's background among 256 colours; -1: it has none. */
int pty_ground(Pty *pty, int x, int y);
/* Reads until it is that one; fails the test after half a minute. */
void pty_wait_ground(Pty *pty, int x, int y, int index);
bool pty_modes_are_restored(const Pty *pty);
/* Fails the test unless all is as before the child: modes, screen, cursor, and what it switched on is off. */
void pty_assert_is_back(Pty *pty);

#endif
