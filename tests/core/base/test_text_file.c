#include "core/base/text_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

enum { MOST = 100000 };

#define BYTES(text) text, sizeof(text) - 1

typedef struct Case {
    const char *bytes;
    size_t size;
    const char *result; /* the text, or what the sentence says */
} Case;

static const Case good[] = {
    {BYTES(""), ""},
    {BYTES("a\nb"), "a\nb"},
    {BYTES("\xEF\xBB\xBFtitle\n"), "title\n"},
    {BYTES("\xEF\xBB\xBF"), ""},
    {BYTES("a\r\nb\r\n\r\nc"), "a\nb\n\nc"},
    {BYTES("a\rb\r"), "a\rb\r"}, /* no line ends there */
    {BYTES("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {BYTES("a\xEF\xBB\xBF"), "a\xEF\xBB\xBF"}, /* a mark is one at the beginning only */
};

static const Case bad[] = {
    {BYTES("a\0b"), "x.txt, line 1, byte 2: is a NUL byte, expected text"},
    {BYTES("\0"), "x.txt, line 1, byte 1: is a NUL byte, expected text"},
    {BYTES("one\ntwo\nGr\xFC\337e"), "x.txt, line 3, byte 3: the byte 0xFC is not UTF-8"},
    {BYTES("one\r\ntwo\xC3"), "x.txt, line 2, byte 4: the byte 0xC3 is not UTF-8"},
    {BYTES("\xC0\xAF"), "x.txt, line 1, byte 1: the byte 0xC0 is not UTF-8"},
    {BYTES("\xED\xA0\x80"), "x.txt, line 1, byte 1: the byte 0xED is not UTF-8"},
    {BYTES("\xFF\xFE"
           "a\0"),
     "x.txt, line 1, byte 1: is UTF-16, expected UTF-8: save it as that"},
    {BYTES("\xFE\xFF\0a"), "x.txt, line 1, byte 1: is UTF-16, expected UTF-8: save it as that"},
};

static void texts_come_without_mark_and_carriage_returns(void **state) {
    for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
        const char *path = temp_dir_write(*state, "x.txt", good[k].bytes, good[k].size);
        char *text = text_file_read(path, MOST, NULL);
        char *copy = text_file_copy(good[k].bytes, good[k].size, "x.txt", NULL);
        assert_string_equal(text, good[k].result);
        assert_string_equal(copy, good[k].result);
        free(text);
        free(copy);
    }
}

static void what_is_no_text_is_refused_with_its_place(void **state) {
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        Error err = {0}, same = {0};
        const char *path = temp_dir_write(*state, "x.txt", bad[k].bytes, bad[k].size);
        assert_null(text_file_read(path, MOST, &err));
        assert_int_equal(err.kind, ERROR_FILE);
        if (!strstr(err.text, bad[k].result)) fail_msg("'%s' does not say '%s'", err.text, bad[k].result);
        assert_null(text_file_copy(bad[k].bytes, bad[k].size, "x.txt", &same));
        assert_string_equal(same.text, bad[k].result);
    }
}

/* Writes `size` bytes into a pipe in small pieces, as a slow program does. */
static pid_t feed(int *reading, size_t size, size_t piece) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char bytes[512];
        memset(bytes, 'a', sizeof bytes);
        close(ends[0]);
        for (size_t done = 0; done < size;) {
            size_t now = size - done < piece ? size - done : piece;
            ssize_t put = write(ends[1], bytes, now);
            if (put <= 0) break;
            done += (size_t)put;
        }
        _exit(0);
    }
    assert_true(child > 0);
    close(ends[1]);
    *reading = ends[0];
    return child;
}

static void a_pipe_is_read_to_its_end(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 16384, 16385, MOST - 1, MOST};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        int fd;
        Error err = {0};
        pid_t child = feed(&fd, sizes[k], 500);
        char *text = text_file_read_open(fd, "standard input", MOST, &err);
        if (!text) fail_msg("%s", err.text);
        assert_int_equal(strlen(text), sizes[k]);
        free(text);
        close(fd);
        waitpid(child, NULL, 0);
    }
}

static void a_pipe_that_brings_too_much_is_refused_and_not_cut(void **state) {
    (void)state;
    int fd;
    Error err = {0};
    pid_t child = feed(&fd, MOST + 1, 512);
    assert_null(text_file_read_open(fd, "standard input", MOST, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    assert_string_equal(err.text, "standard input: is longer than 100000 bytes, expected at most that");
    close(fd);
    waitpid(child, NULL, 0);
}

static void a_file_that_is_too_long_is_refused(void **state) {
    Error err = {0};
    const char *path = temp_dir_write(*state, "x.txt", "12345", 5);
    assert_null(text_file_read(path, 4, &err));
    assert_non_null(strstr(err.text, "is 5 bytes long, expected at most 4"));
}

static void a_descriptor_that_cannot_be_read_is_said(void **state) {
    (void)state;
    Error err = {0};
    assert_null(text_file_read_open(-1, "standard input", MOST, &err));
    assert_string_equal(err.text, "standard input: cannot be read: Bad file descriptor");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(texts_come_without_mark_and_carriage_returns),
        IN_TEMP_DIR(what_is_no_text_is_refused_with_its_place),
        cmocka_unit_test(a_pipe_is_read_to_its_end),
        cmocka_unit_test(a_pipe_that_brings_too_much_is_refused_and_not_cut),
        IN_TEMP_DIR(a_file_that_is_too_long_is_refused),
        cmocka_unit_test(a_descriptor_that_cannot_be_read_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
