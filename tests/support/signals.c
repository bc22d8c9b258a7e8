#include "tests/support/signals.h"

#include <signal.h>

void signals_default(void) {
    sigset_t none;
    for (int number = 1; number <= SIGRTMAX; number++) signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
