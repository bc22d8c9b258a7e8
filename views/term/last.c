#include "views/term/last.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

enum { PATIENCE_MS = 100 };

/* Ends whatever escape sequence was cut in the middle. */
static const char cancel[] = "\030";

bool term_takes_output(int tty, int wait_ms) {
    struct pollfd ready = {.fd = tty, .events = POLLOUT};
    return poll(&ready, 1, wait_ms) != 0;
}

/* TCOON alone undoes nothing but an earlier TCOOFF; after both, ^S is undone as well. */
static void throw_away_output(int tty) {
    tcflow(tty, TCOOFF);
    tcflow(tty, TCOON);
    tcflush(tty, TCOFLUSH);
}

/* To a descriptor that does not block; false when it takes no more. */
static bool write_patiently(int tty, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(tty, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EAGAIN) {
            if (!term_takes_output(tty, PATIENCE_MS)) return false;
            continue;
        }
        if (written <= 0) return true; /* it is gone, and nothing will help */
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

void term_write_last(int tty, const char *bytes, size_t size) {
    int flags = fcntl(tty, F_GETFL);
    if (flags < 0) return;
    fcntl(tty, F_SETFL, flags | O_NONBLOCK);
    if (!term_takes_output(tty, PATIENCE_MS) || !write_patiently(tty, bytes, size)) {
        throw_away_output(tty);
        write_patiently(tty, cancel, sizeof cancel - 1);
        write_patiently(tty, bytes, size);
    }
    /* Others share this descriptor: the shell, for one. */
    fcntl(tty, F_SETFL, flags);
}
