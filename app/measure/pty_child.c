#include "app/measure/pty_child.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"

static void set_environment(bool true_color) {
    static const char *const disturbing[] = {"NO_COLOR", "STY",     "TMUX",           "TERMINFO",
                                             "LINES",    "COLUMNS", "SKIPSCOPE_COLOR"};
    for (size_t k = 0; k < sizeof disturbing / sizeof disturbing[0]; k++) unsetenv(disturbing[k]);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (true_color)
        setenv("COLORTERM", "truecolor", 1);
    else
        unsetenv("COLORTERM");
}

bool pty_child_start(PtyChild *child, PtySize screen, PtyChildMain run, void *context, Error *err) {
    struct winsize size = {.ws_col = (unsigned short)screen.width, .ws_row = (unsigned short)screen.height};
    *child = (PtyChild){.fd = -1};
    child->pid = forkpty(&child->fd, NULL, NULL, &size);
    if (child->pid < 0)
        return error_set(err, ERROR_FAILED, "cannot open a pseudo terminal: %s", strerror(errno));
    if (child->pid == 0) {
        set_environment(screen.true_color);
        _exit(run(context));
    }
    child->last_ms = clock_milliseconds();
    return true;
}

void pty_child_end(PtyChild *child) {
    if (child->fd < 0) return;
    close(child->fd);
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    child->fd = -1;
}

void pty_child_type(PtyChild *child, const char *keys) {
    if (write(child->fd, keys, strlen(keys)) < 0) child->ended = true;
}

static void keep_tail(PtyChild *child, const char *bytes, size_t count) {
    size_t kept = child->tail_size;
    if (kept + count > PTY_TAIL_MAX) {
        kept = PTY_TAIL_MAX - count;
        memmove(child->tail, child->tail + child->tail_size - kept, kept);
    }
    memcpy(child->tail + kept, bytes, count);
    child->tail_size = kept + count;
    child->tail[child->tail_size] = '\0';
}

bool pty_child_read(PtyChild *child, double timeout_ms) {
    char bytes[16384];
    struct pollfd ready = {.fd = child->fd, .events = POLLIN};
    if (child->ended || poll(&ready, 1, timeout_ms > 0 ? (int)timeout_ms + 1 : 0) <= 0) return false;
    ssize_t count = read(child->fd, bytes, sizeof bytes);
    if (count <= 0) {
        child->ended = count == 0 || errno != EINTR;
        return false;
    }
    child->last_ms = clock_milliseconds();
    child->bytes += (unsigned long long)count;
    keep_tail(child, bytes, (size_t)count);
    return true;
}

void pty_child_settle(PtyChild *child, double quiet_ms, double timeout_ms) {
    double begin = clock_milliseconds();
    while (!child->ended && clock_milliseconds() - begin < timeout_ms)
        if (!pty_child_read(child, quiet_ms)) return;
}

bool pty_child_wait_text(PtyChild *child, const char *text, double timeout_ms) {
    double end = clock_milliseconds() + timeout_ms;
    while (!strstr(child->tail, text)) {
        double left = end - clock_milliseconds();
        if (child->ended || left <= 0) return false;
        pty_child_read(child, left);
    }
    return true;
}

void pty_child_forget(PtyChild *child) {
    child->tail_size = 0;
    child->tail[0] = '\0';
}
