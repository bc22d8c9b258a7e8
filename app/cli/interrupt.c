#include "app/cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t noted;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void note_signal(int number) {
    noted = number;
}

void interrupt_begin(void) {
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESETHAND | SA_RESTART};
    noted = 0;
    sigemptyset(&action.sa_mask);
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++) {
        struct sigaction before;
        /* Started with nohup or in the background, a program is to go on. */
        sigaction(signals[k], NULL, &before);
        if (before.sa_handler != SIG_IGN) sigaction(signals[k], &action, NULL);
    }
}

int interrupt_signal(void) {
    return noted;
}

void interrupt_end(void) {
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++) {
        struct sigaction before;
        sigaction(signals[k], NULL, &before);
        if (before.sa_handler == note_signal) signal(signals[k], SIG_DFL);
    }
}
