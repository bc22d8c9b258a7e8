#include "core/base/thread.h"

#include <signal.h>
#include <stddef.h>

static sigset_t signals_of_the_caller(void) {
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t signals;
    sigfillset(&signals);
    for (size_t k = 0; k < sizeof crashes / sizeof *crashes; k++) sigdelset(&signals, crashes[k]);
    return signals;
}

bool thread_start(pthread_t *thread, void *(*work)(void *argument), void *argument) {
    sigset_t kept = signals_of_the_caller(), before;
    pthread_sigmask(SIG_SETMASK, &kept, &before);
    bool ok = pthread_create(thread, NULL, work, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}
