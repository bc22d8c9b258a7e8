/* Whatever ends the program gives the terminal back: signals, crashes, exit. Also what signals bring to the
 * main loop.
 *
 * Handlers can reach nothing but static data, so this module keeps the one piece of global state of the
 * program. Private to views/term/term.c. */
#ifndef VIEWS_TERM_GUARD_H
#define VIEWS_TERM_GUARD_H

#include <stdbool.h>

#include "core/base/error.h"

/* Saves the modes of the terminal `tty`, keeps standard error back, and takes the signals. */
bool term_guard_begin(int tty, Error *err);
/* Gives signals, standard error (with what was kept back) and modes back. */
void term_guard_end(void);

/* Adds bytes that leave full-screen mode after a crash or exit(), once. Delays such as $<5> of terminfo are
 * left out. */
void term_guard_add_restore(const char *bytes);

/* The signal that asks the program to end, else 0; stays after term_guard_end. Any signal whose usual effect
 * that is, but for crashes; ended by force when the program has not called term_guard_end within 0.7 seconds.
 */
int term_guard_signal(void);
void term_guard_hang_up(void);     /* as if SIGHUP had been received */
int term_guard_wake_fd(void);      /* readable after a signal */
void term_guard_drain(void);       /* empties it */
bool term_guard_has_news(void);    /* is there anything that the functions above and below would tell? */
bool term_guard_take_stop(void);   /* ^Z was pressed; true once */
bool term_guard_take_resize(void); /* SIGWINCH; true once */
bool term_guard_take_resume(void); /* SIGCONT; true once */
/* Stops the process as ^Z does; returns when it goes on. False when it was not stopped: nobody could continue
 * it, as the kernel knows by its process group without a parent in its session. */
bool term_guard_stop(void);

/* The program is about to take the screen; has it, with the modes that are in force now; has left it as it
 * was.
 */
void term_guard_entering(void);
void term_guard_entered(void);
void term_guard_left(void);
bool term_guard_has_left(void);
/* Leaves it, also from the background, where modes that a shell has set since are not touched. */
void term_guard_leave(void);
/* Is the program the terminal's foreground job? */
bool term_guard_is_in_front(void);

#endif
