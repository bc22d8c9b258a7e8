#include "views/term/input.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "views/term/guard.h"

enum {
    ESCAPE_DELAY_MS = 25,    /* the rest of a sequence comes within this time, or Escape was pressed alone */
    SEQUENCE_DELAY_MS = 100, /* how long the rest of a sequence may take */
    GAP_MS = 1000,           /* a paste, answer or sequence whose end was lost is over after such a silence */
    TORN_MS = 300,     /* the same as the first, when it may be the first byte of an answer on a slow line */
    AWAITED_MS = 5000, /* so long, for a terminal that never answers must not slow the Escape key */
    SETTLE_MS = 200,
    ESCAPE = 27,
};

/* Takes what the keyboard has sent; false when there is nothing. A terminal that has gone away reads as its
 * end. */
static bool take_bytes(TermInput *input, int timeout_ms) {
    unsigned char bytes[KEY_READER_SIZE];
    struct pollfd ready = {.fd = input->fd, .events = POLLIN};
    size_t room = key_reader_room(&input->reader);
    if (room == 0) return false;
    if (poll(&ready, 1, timeout_ms) <= 0) {
        term_input_was_quiet(input);
        return false;
    }
    ssize_t count = read(input->fd, bytes, room);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (count <= 0) {
        term_guard_hang_up();
        return false;
    }
    /* Not the time since the last byte: the program may have been busy while these were waiting. */
    if (input->quiet_ms - input->last_ms > GAP_MS) key_reader_forget(&input->reader);
    input->last_ms = clock_milliseconds();
    key_reader_feed(&input->reader, bytes, (size_t)count);
    return true;
}

void term_input_was_quiet(TermInput *input) {
    input->quiet_ms = clock_milliseconds();
}

static bool awaits_answer(const TermInput *input, double within_ms) {
    return input->asked_ms > 0 && clock_milliseconds() < input->asked_ms + within_ms;
}

static int delay_ms(const TermInput *input) {
    const KeyReader *reader = &input->reader;
    if (reader->count != 1) return reader->count == 0 ? 0 : SEQUENCE_DELAY_MS;
    return reader->bytes[0] == ESCAPE && awaits_answer(input, AWAITED_MS) ? TORN_MS : ESCAPE_DELAY_MS;
}

bool term_input_read_key(TermInput *input, Key *key) {
    do {
        if (key_reader_next(&input->reader, false, key)) return true;
    } while (take_bytes(input, delay_ms(input)));
    return key_reader_next(&input->reader, true, key);
}

void term_input_asked(TermInput *input) {
    input->asked_ms = clock_milliseconds();
}

bool term_input_take_background(TermInput *input, Background *background) {
    bool is_heard = input->reader.knows_background, is_asked = input->asked_ms > 0;
    input->reader.knows_background = false;
    if (!is_heard || !is_asked) return false;
    input->asked_ms = 0;
    *background = background_of(input->reader.background);
    return true;
}

void term_input_settle(TermInput *input) {
    Key key;
    do {
        while (key_reader_next(&input->reader, false, &key)) continue;
        if (input->reader.knows_background || !awaits_answer(input, SETTLE_MS)) return;
    } while (take_bytes(input, SETTLE_MS));
}
