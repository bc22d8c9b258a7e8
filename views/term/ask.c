#include "views/term/ask.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "views/term/environment.h"
#include "views/term/key_reader.h"
#include "views/term/output.h"

enum { PATIENCE_MS = 300 };

/* Every terminal answers what it is (DA1), and answers come in the order of the questions: after this one
 * there is nothing more to wait for. */
static const char what_are_you[] = "\033[c";

/* What has come so far, all of it in one piece. */
typedef struct Reply {
    char bytes[KEY_READER_SIZE];
    size_t size;
} Reply;

/* False when no more comes by the deadline, or fits. */
static bool read_some(Reply *reply, double deadline_ms) {
    double left_ms = deadline_ms - clock_milliseconds();
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    if (left_ms <= 0 || reply->size == sizeof reply->bytes || poll(&ready, 1, (int)left_ms + 1) <= 0)
        return false;
    ssize_t count = read(STDIN_FILENO, reply->bytes + reply->size, sizeof reply->bytes - reply->size);
    if (count <= 0) return count < 0 && errno == EINTR;
    reply->size += (size_t)count;
    return true;
}

static bool holds_identity(const Reply *reply) {
    const char *begin = memmem(reply->bytes, reply->size, "\033[?", 3);
    return begin && memchr(begin, 'c', reply->size - (size_t)(begin - reply->bytes));
}

static AskResult ask(Rgb *rgb) {
    Reply reply = {.size = 0};
    KeyReader reader = {.count = 0};
    Key key;
    double deadline_ms = clock_milliseconds() + PATIENCE_MS;
    term_write(BACKGROUND_QUESTION);
    term_write(what_are_you);
    while (!holds_identity(&reply) && read_some(&reply, deadline_ms)) continue;
    key_reader_feed(&reader, reply.bytes, reply.size);
    while (key_reader_next(&reader, true, &key)) continue;
    *rgb = reader.background;
    if (reader.knows_background) return ASK_ANSWERED;
    return holds_identity(&reply) ? ASK_NO_ANSWER : ASK_SILENT;
}

AskResult term_ask_background(Rgb *rgb) {
    struct termios before;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !environment_can_ask(NULL, NULL))
        return ASK_NOT_ASKED;
    /* Changing the modes would stop a background job. */
    if (tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &before) != 0) return ASK_NOT_ASKED;
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG); /* a ^C would leave them so */
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet) != 0) return ASK_NOT_ASKED;
    AskResult result = ask(rgb);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    return result;
}
