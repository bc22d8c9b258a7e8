/* A program on a pseudo terminal of its own, to be measured: what it writes is counted and thrown away. */
#ifndef APP_MEASURE_PTY_CHILD_H
#define APP_MEASURE_PTY_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/error.h"

enum { PTY_TAIL_MAX = 1 << 16 };

typedef struct PtyChild {
    pid_t pid;
    int fd;
    bool ended;               /* nothing more will come */
    unsigned long long bytes; /* written by the child so far */
    double last_ms;           /* when the latest of them came, on the monotonic clock */
    char tail[PTY_TAIL_MAX + 1];
    size_t tail_size; /* the latest bytes, for pty_child_wait_text */
} PtyChild;

typedef int (*PtyChildMain)(void *context);

/* The terminal that the child sees. */
typedef struct PtySize {
    int width, height; /* cells */
    bool true_color;   /* else 256 colours */
} PtySize;

/* Runs `run` in a child whose standard streams are such a terminal, in UTF-8. Its result is the child's exit
 * status. */
bool pty_child_start(PtyChild *child, PtySize screen, PtyChildMain run, void *context, Error *err);
/* Ends the child if it still runs, and gives everything back. */
void pty_child_end(PtyChild *child);

void pty_child_type(PtyChild *child, const char *keys);
/* Reads what has come, waiting for it at most timeout_ms; false when nothing came. */
bool pty_child_read(PtyChild *child, double timeout_ms);
/* Reads until nothing has come for `quiet_ms`, or for timeout_ms in all. */
void pty_child_settle(PtyChild *child, double quiet_ms, double timeout_ms);
/* Reads until the bytes written since the last pty_child_forget contain `text`; false after timeout_ms. */
bool pty_child_wait_text(PtyChild *child, const char *text, double timeout_ms);
void pty_child_forget(PtyChild *child);

#endif
