#include "views/term_input.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "views/term_guard.h"

enum {
    ESCAPE_DELAY_MS = 25, /* the rest of a sequence comes within this time, or Escape was pressed alone */
    PASTE_GAP_MS = 1000,  /* a paste whose end was lost is over after such a silence */
};

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Takes what the keyboard has sent; false when there is nothing. A terminal that has gone away reads as its
 * end. */
static bool take_bytes(TermInput *input, int timeout_ms) {
    unsigned char bytes[KEY_READER_SIZE];
    struct pollfd ready = {.fd = input->fd, .events = POLLIN};
    size_t room = key_reader_room(&input->reader);
    if (room == 0 || poll(&ready, 1, timeout_ms) <= 0) return false;
    ssize_t count = read(input->fd, bytes, room);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (count <= 0) {
        term_guard_hang_up();
        return false;
    }
    int64_t now = now_ms();
    if (now - input->last_ms > PASTE_GAP_MS) input->reader.in_paste = false;
    input->last_ms = now;
    key_reader_feed(&input->reader, bytes, (size_t)count);
    return true;
}

bool term_input_read_key(TermInput *input, Key *key) {
    do {
        if (key_reader_next(&input->reader, false, key)) return true;
    } while (take_bytes(input, input->reader.count > 0 ? ESCAPE_DELAY_MS : 0));
    return key_reader_next(&input->reader, true, key);
}
