#include "core/base/text_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/utf8.h"

static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";

enum { MARK_BYTES = sizeof BYTE_ORDER_MARK - 1, FIRST_ROOM = 1 << 14 };

/* What editors of another encoding write first, in either order of bytes. */
static bool is_utf16(const char *bytes, size_t size) {
    return size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);
}

static bool refuse_byte(const char *bytes, size_t size, size_t at, const char *label, Error *err) {
    size_t line = 1, begin = 0;
    for (size_t k = 0; k < at; k++) {
        if (bytes[k] != '\n') continue;
        line++;
        begin = k + 1;
    }
    if (at == 0 && is_utf16(bytes, size))
        return error_set(err, ERROR_FILE, "%s, line 1, byte 1: is UTF-16, expected UTF-8: save it as that",
                         label);
    if (bytes[at] == '\0')
        return error_set(err, ERROR_FILE, "%s, line %zu, byte %zu: is a NUL byte, expected text", label, line,
                         at - begin + 1);
    return error_set(err, ERROR_FILE, "%s, line %zu, byte %zu: the byte 0x%02X is not UTF-8", label, line,
                     at - begin + 1, (unsigned char)bytes[at]);
}

static bool check_utf8(const char *bytes, size_t size, const char *label, Error *err) {
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t count = utf8_decode(bytes + at, size - at, &code);
        if (code == 0 || code == UINT32_MAX) return refuse_byte(bytes, size, at, label, err);
        at += count;
    }
    return true;
}

/* In place, and with a NUL after it: there is room for that. */
static void plain_lines(char *bytes, size_t size) {
    bool marked = size >= MARK_BYTES && memcmp(bytes, BYTE_ORDER_MARK, MARK_BYTES) == 0;
    size_t used = 0;
    for (size_t at = marked ? MARK_BYTES : 0; at < size; at++) {
        if (bytes[at] == '\r' && at + 1 < size && bytes[at + 1] == '\n') continue;
        bytes[used++] = bytes[at];
    }
    bytes[used] = '\0';
}

/* Takes over the block: returns it as the text, or frees it. */
static char *to_text(char *bytes, size_t size, const char *label, Error *err) {
    if (bytes && check_utf8(bytes, size, label, err)) {
        plain_lines(bytes, size);
        return bytes;
    }
    free(bytes);
    return NULL;
}

char *text_file_read(const char *path, size_t most, Error *err) {
    size_t size;
    char *bytes = (char *)file_read_all(path, most, &size, err);
    return to_text(bytes, size, path, err);
}

char *text_file_copy(const void *bytes, size_t size, const char *label, Error *err) {
    char *copy = malloc(size + 1);
    if (copy)
        memcpy(copy, bytes, size);
    else
        error_set(err, ERROR_FAILED, "%s: not enough memory", label);
    return to_text(copy, size, label, err);
}

/* A read from a pipe may return less than asked for; only a read of 0 bytes is its end. */
static bool read_some(int fd, char *to, size_t room, size_t *got, const char *label, Error *err) {
    for (;;) {
        ssize_t count = read(fd, to, room);
        *got = count > 0 ? (size_t)count : 0;
        if (count >= 0) return true;
        if (errno != EINTR)
            return error_set(err, ERROR_FILE, "%s: cannot be read: %s", label, strerror(errno));
    }
}

/* One byte more than allowed shows that there are more. */
static bool read_to_end(int fd, char **bytes, size_t *size, size_t most, const char *label, Error *err) {
    size_t room = 0, got = 1;
    while (got > 0) {
        if (*size == room) {
            room = room > 0 ? 2 * room : FIRST_ROOM;
            char *longer = realloc(*bytes, room + 1);
            if (!longer) return error_set(err, ERROR_FAILED, "%s: not enough memory", label);
            *bytes = longer;
        }
        if (!read_some(fd, *bytes + *size, room - *size, &got, label, err)) return false;
        *size += got;
        if (*size > most)
            return error_set(err, ERROR_FILE, "%s: is longer than %zu bytes, expected at most that", label,
                             most);
    }
    return true;
}

char *text_file_read_open(int fd, const char *label, size_t most, Error *err) {
    char *bytes = NULL;
    size_t size = 0;
    if (read_to_end(fd, &bytes, &size, most, label, err)) return to_text(bytes, size, label, err);
    free(bytes);
    return NULL;
}
