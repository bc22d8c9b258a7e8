#include "views/term/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

#include "views/term/last.h"

enum {
    RESTORE_SIZE = 256,
    STACK_SIZE = 64 * 1024,
    PATIENCE_MS = 100, /* a terminal that takes no output for so long will not take the last screen either */
    END_MS = 700,      /* after this, a program that is still running is ended */
};

/* Ends in order, even if the program was started with them ignored, as a shell does in the background: it is
 * its terminal's foreground job. SIGALRM is also the alarm that is set here. */
static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM};
/* The same, unless whoever started the program, or a library, wants them otherwise. The real-time signals are
 * added to them. */
static const int default_end_signals[] = {
    SIGUSR1,   SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGPOLL, SIGPWR,
#ifdef SIGSTKFLT
    SIGSTKFLT,
#endif
};
/* Nothing in order can be hoped for. */
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
static const int other_signals[] = {SIGWINCH, SIGCONT, SIGPIPE};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Signal handlers take no argument of ours: this is all they can see. */
static struct Guard {
    volatile sig_atomic_t ended_by, stop, resize, resume;
    volatile sig_atomic_t active;
    volatile sig_atomic_t left; /* the screen has been left, and somebody else may have the terminal */
    atomic_int giver;           /* the thread that gives the terminal back; 0: none yet */
    pid_t owner;                /* a forked child must not touch the terminal */
    int tty, wake[2], kept_stderr, real_stderr;
    struct termios modes, ours; /* before, and while the program has the screen */
    char restore[RESTORE_SIZE];
    struct sigaction old[NSIG];
    bool taken[NSIG];
    bool exit_hooked;
    _Alignas(64) char stack[STACK_SIZE]; /* a stack overflow leaves no other to run on */
} guard = {.kept_stderr = -1, .real_stderr = -1, .wake = {-1, -1}};

static void replay_stderr(void) {
    char buffer[1024];
    off_t at = 0;
    ssize_t size;
    while (guard.kept_stderr >= 0 && (size = pread(guard.kept_stderr, buffer, sizeof buffer, at)) > 0) {
        term_write_last(guard.real_stderr, buffer, (size_t)size);
        at += size;
    }
}

/* True for the one thread that is to give the terminal back. Others that crash at the same time wait for the
 * end that it brings. */
static bool claim(void) {
    int nobody = 0, me = gettid();
    if (!guard.active || getpid() != guard.owner) return false;
    if (atomic_compare_exchange_strong(&guard.giver, &nobody, me)) return true;
    while (nobody != me) pause();
    return false;
}

bool term_guard_is_in_front(void) {
    pid_t front = tcgetpgrp(guard.tty);
    return front < 0 || front == getpgrp();
}

static bool modes_equal(const struct termios *a, const struct termios *b) {
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

/* Not those that a shell has set meanwhile, to which the terminal belongs while the program is stopped or in
 * the background. */
static void give_modes(void) {
    struct termios now;
    if (term_guard_is_in_front() || (tcgetattr(guard.tty, &now) == 0 && modes_equal(&now, &guard.ours)))
        tcsetattr(guard.tty, TCSANOW, &guard.modes);
}

/* In the background, a change of the terminal would stop the program. */
static void give_screen(void) {
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGTTOU, &ignore, &before);
    if (!guard.left) term_write_last(guard.tty, guard.restore, strlen(guard.restore));
    give_modes();
    guard.left = 1;
    sigaction(SIGTTOU, &before, NULL);
}

/* For all that does not end in order: everything that write(2) and tcsetattr(3) can put right.
 * Async-signal-safe, as are the handlers. */
static void give_back(void) {
    if (!claim()) return;
    give_screen();
    replay_stderr();
    guard.active = 0;
}

/* Ends by the signal, as if it had not been caught. */
static void die(int number) {
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t only;
    give_back();
    sigemptyset(&by_default.sa_mask);
    sigaction(number, &by_default, NULL);
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
}

static void wake(void) {
    int saved = errno;
    while (write(guard.wake[1], "!", 1) < 0 && errno == EINTR) continue;
    errno = saved;
}

/* 0: none. */
static void set_alarm_ms(int after_ms) {
    struct itimerval time = {.it_value = {.tv_usec = 1000L * after_ms}};
    setitimer(ITIMER_REAL, &time, NULL);
}

/* Leaves the end to the main loop, but for a limited time. The second request is not kept waiting, and
 * neither is the first when the main loop may be in the middle of output that never ends. */
static void handle_end(int number) {
    int before = guard.ended_by, saved = errno;
    if (before == 0) guard.ended_by = number;
    if (before != 0 || getpid() != guard.owner || !term_takes_output(guard.tty, PATIENCE_MS))
        die(before != 0 && number == SIGALRM ? before : number);
    set_alarm_ms(END_MS);
    wake();
    errno = saved;
}

static void handle_other(int number) {
    if (number == SIGTSTP) guard.stop = 1;
    if (number == SIGWINCH) guard.resize = 1;
    if (number == SIGCONT) guard.resume = 1;
    wake();
}

static bool is_default(int number) {
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_DFL;
}

static void take_signal(int number, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigfillset(&action.sa_mask);
    guard.taken[number] = sigaction(number, &action, &guard.old[number]) == 0;
}

static void take_signals(const int *signals, size_t count, void (*handler)(int), int flags) {
    for (size_t k = 0; k < count; k++) take_signal(signals[k], handler, flags);
}

static void install_handlers(void) {
    stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof guard.stack};
    struct sigaction stop;
    sigaltstack(&stack, NULL);
    take_signals(end_signals, COUNT_OF(end_signals), handle_end, 0);
    for (size_t k = 0; k < COUNT_OF(default_end_signals); k++)
        if (is_default(default_end_signals[k])) take_signal(default_end_signals[k], handle_end, 0);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        if (is_default(number)) take_signal(number, handle_end, 0);
    take_signals(crash_signals, COUNT_OF(crash_signals), die, (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK);
    take_signals(other_signals, COUNT_OF(other_signals), handle_other, SA_RESTART);
    /* A parent that ignores the signal could not continue the program. */
    if (sigaction(SIGTSTP, NULL, &stop) == 0 && stop.sa_handler != SIG_IGN)
        take_signal(SIGTSTP, handle_other, SA_RESTART);
}

static void give_signals(void) {
    set_alarm_ms(0);
    for (int number = 1; number < NSIG; number++)
        if (guard.taken[number]) sigaction(number, &guard.old[number], NULL);
    memset(guard.taken, 0, sizeof guard.taken);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
}

/* Libraries and failed assertions write to standard error, across the screen. The sanitizers' reports must
 * not be lost with the process, so there it stays as it is. */
static void keep_stderr_back(void) {
#ifndef __SANITIZE_ADDRESS__
    if (!isatty(STDERR_FILENO)) return;
    guard.kept_stderr = memfd_create("stderr", MFD_CLOEXEC);
    guard.real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (guard.kept_stderr >= 0 && guard.real_stderr >= 0) dup2(guard.kept_stderr, STDERR_FILENO);
#endif
}

static void close_fd(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

bool term_guard_begin(int tty, Error *err) {
    if (tcgetattr(tty, &guard.modes) != 0) {
        return error_set(err, ERROR_TERMINAL, "cannot read the modes of this terminal: %s", strerror(errno));
    }
    if (pipe2(guard.wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        return error_set(err, ERROR_TERMINAL, "cannot open a pipe for signals: %s", strerror(errno));
    }
    guard.tty = tty;
    guard.owner = getpid();
    guard.ended_by = guard.stop = guard.resize = guard.resume = guard.left = 0;
    guard.ours = guard.modes;
    guard.restore[0] = '\0';
    atomic_store(&guard.giver, 0);
    keep_stderr_back();
    install_handlers();
    if (!guard.exit_hooked) guard.exit_hooked = atexit(give_back) == 0;
    guard.active = 1;
    return true;
}

/* The handlers go last: until then, a terminal that takes no output must not keep the program from ending. */
void term_guard_end(void) {
    guard.left = 1;
    give_screen();
    if (guard.real_stderr >= 0) dup2(guard.real_stderr, STDERR_FILENO);
    replay_stderr();
    guard.active = 0;
    close_fd(&guard.kept_stderr);
    close_fd(&guard.real_stderr);
    give_signals();
    close_fd(&guard.wake[0]);
    close_fd(&guard.wake[1]);
}

void term_guard_add_restore(const char *bytes) {
    size_t used = strlen(guard.restore);
    if (strstr(guard.restore, bytes)) return;
    for (const char *at = bytes; *at != '\0' && used + 1 < RESTORE_SIZE; at++) {
        const char *end = at[0] == '$' && at[1] == '<' ? strchr(at, '>') : NULL;
        if (end != NULL) {
            at = end;
        } else {
            guard.restore[used++] = *at;
        }
    }
    guard.restore[used] = '\0';
}

int term_guard_signal(void) {
    return guard.ended_by;
}

void term_guard_hang_up(void) {
    if (guard.ended_by == 0) guard.ended_by = SIGHUP;
}

int term_guard_wake_fd(void) {
    return guard.wake[0];
}

void term_guard_drain(void) {
    char bytes[64];
    while (read(guard.wake[0], bytes, sizeof bytes) > 0) continue;
}

bool term_guard_has_news(void) {
    return guard.ended_by || guard.stop || guard.resize || guard.resume;
}

static bool take_flag(volatile sig_atomic_t *flag) {
    bool was_set = *flag != 0;
    *flag = 0;
    return was_set;
}

bool term_guard_take_stop(void) {
    return take_flag(&guard.stop);
}

bool term_guard_take_resize(void) {
    return take_flag(&guard.resize);
}

bool term_guard_take_resume(void) {
    return take_flag(&guard.resume);
}

void term_guard_entering(void) {
    guard.left = 0;
}

void term_guard_entered(void) {
    tcgetattr(guard.tty, &guard.ours);
}

void term_guard_left(void) {
    guard.left = 1;
}

bool term_guard_has_left(void) {
    return guard.left;
}

void term_guard_leave(void) {
    give_screen();
}

bool term_guard_stop(void) {
    struct sigaction ours, by_default = {.sa_handler = SIG_DFL};
    sigemptyset(&by_default.sa_mask);
    guard.resume = 0;
    sigaction(SIGTSTP, &by_default, &ours);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
    return take_flag(&guard.resume);
}
