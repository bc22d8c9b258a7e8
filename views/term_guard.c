#include "views/term_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

enum { RESTORE_SIZE = 256, STACK_SIZE = 64 * 1024 };

static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP};
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static const int other_signals[] = {SIGTSTP, SIGWINCH, SIGCONT, SIGPIPE};

enum {
    END_COUNT = sizeof end_signals / sizeof end_signals[0],
    CRASH_COUNT = sizeof crash_signals / sizeof crash_signals[0],
    OTHER_COUNT = sizeof other_signals / sizeof other_signals[0],
    SIGNAL_COUNT = END_COUNT + CRASH_COUNT + OTHER_COUNT,
};

/* Signal handlers take no argument of ours: this is all they can see. */
static struct Guard {
    volatile sig_atomic_t ended_by, stop, resize, resume;
    volatile sig_atomic_t active;
    pid_t owner; /* a forked child must not touch the terminal */
    int tty, wake[2], kept_stderr, real_stderr;
    struct termios modes;
    char restore[RESTORE_SIZE];
    struct sigaction old[SIGNAL_COUNT];
    bool exit_hooked;
    _Alignas(64) char stack[STACK_SIZE]; /* a stack overflow leaves no other to run on */
} guard = {.kept_stderr = -1, .real_stderr = -1, .wake = {-1, -1}};

/* Async-signal-safe, as is all that calls it. */
static void write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes += written;
        size -= (size_t)written;
    }
}

static void replay_stderr(void) {
    char buffer[1024];
    off_t at = 0;
    ssize_t size;
    while (guard.kept_stderr >= 0 && (size = pread(guard.kept_stderr, buffer, sizeof buffer, at)) > 0) {
        write_all(guard.real_stderr, buffer, (size_t)size);
        at += size;
    }
}

/* For crashes and exit(): everything that write(2) and tcsetattr(3) can put right. */
static void give_back(void) {
    if (!guard.active || getpid() != guard.owner) return;
    guard.active = 0;
    signal(SIGTTOU, SIG_IGN);
    write_all(guard.tty, guard.restore, strlen(guard.restore));
    tcsetattr(guard.tty, TCSANOW, &guard.modes);
    replay_stderr();
}

static void handle_crash(int number) {
    give_back();
    /* SA_RESETHAND has put the default action back. */
    raise(number);
}

static void wake(void) {
    int saved = errno;
    write_all(guard.wake[1], "!", 1);
    errno = saved;
}

/* The second request to end is not kept waiting. */
static void handle_end(int number) {
    if (guard.ended_by != 0) {
        give_back();
        signal(number, SIG_DFL);
        raise(number);
    }
    guard.ended_by = number;
    wake();
}

static void handle_other(int number) {
    if (number == SIGTSTP) guard.stop = 1;
    if (number == SIGWINCH) guard.resize = 1;
    if (number == SIGCONT) guard.resume = 1;
    wake();
}

static void take_signals(const int *signals, int count, struct sigaction action, struct sigaction *old) {
    sigemptyset(&action.sa_mask);
    for (int k = 0; k < count; k++) sigaction(signals[k], &action, &old[k]);
}

static void give_signals(const int *signals, int count, const struct sigaction *old) {
    for (int k = 0; k < count; k++) sigaction(signals[k], &old[k], NULL);
}

static void install_handlers(void) {
    stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof guard.stack};
    sigaltstack(&stack, NULL);
    take_signals(end_signals, END_COUNT, (struct sigaction){.sa_handler = handle_end}, guard.old);
    take_signals(crash_signals, CRASH_COUNT,
                 (struct sigaction){.sa_handler = handle_crash,
                                    .sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK},
                 guard.old + END_COUNT);
    take_signals(other_signals, OTHER_COUNT,
                 (struct sigaction){.sa_handler = handle_other, .sa_flags = SA_RESTART},
                 guard.old + END_COUNT + CRASH_COUNT);
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
    guard.ended_by = guard.stop = guard.resize = guard.resume = 0;
    guard.restore[0] = '\0';
    keep_stderr_back();
    install_handlers();
    if (!guard.exit_hooked) guard.exit_hooked = atexit(give_back) == 0;
    guard.active = 1;
    return true;
}

void term_guard_end(void) {
    guard.active = 0;
    tcsetattr(guard.tty, TCSANOW, &guard.modes);
    give_signals(end_signals, END_COUNT, guard.old);
    give_signals(crash_signals, CRASH_COUNT, guard.old + END_COUNT);
    give_signals(other_signals, OTHER_COUNT, guard.old + END_COUNT + CRASH_COUNT);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    if (guard.real_stderr >= 0) dup2(guard.real_stderr, STDERR_FILENO);
    replay_stderr();
    close_fd(&guard.kept_stderr);
    close_fd(&guard.real_stderr);
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

static bool take(volatile sig_atomic_t *flag) {
    bool was_set = *flag != 0;
    *flag = 0;
    return was_set;
}

bool term_guard_take_stop(void) {
    return take(&guard.stop);
}

bool term_guard_take_resize(void) {
    return take(&guard.resize);
}

bool term_guard_take_resume(void) {
    return take(&guard.resume);
}

void term_guard_stop(void) {
    struct sigaction ours, by_default = {.sa_handler = SIG_DFL};
    sigemptyset(&by_default.sa_mask);
    sigaction(SIGTSTP, &by_default, &ours);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}
