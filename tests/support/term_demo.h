/* A small program with the terminal, as tests of views/term run it in a pseudo-terminal: it shows its size, its last key and some
 * colours, and ends on q or a signal. */
#ifndef TESTS_SUPPORT_TERM_DEMO_H
#define TESTS_SUPPORT_TERM_DEMO_H

#include "tests/support/pty.h"
#include "views/term/term.h"

enum { TERM_DEMO_NO_TERMINAL = 3 }; /* its exit code where a terminal is refused */

typedef struct TermDemo {
    TermConfig config;
    bool noisy_photo; /* more colours than there are pairs */
} TermDemo;

/* A PtyMain; the context is a TermDemo. */
int term_demo_run(void *context);
/* The same in a pseudo-terminal of 80x24. */
void term_demo_start(Pty *pty, const char *const *environment, TermDemo *demo);
/* A letter that tells sizes apart where there is room for nothing else. */
char term_demo_letter(int width, int height);
/* Fails unless the terminal is as it was before. */
void term_demo_is_over(Pty *pty);

#endif
