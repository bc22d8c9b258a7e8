#include "core/base/file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/checksum.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

static void assert_reads(const char *path, const char *expected) {
    size_t size;
    Error err = {0};
    char *text = (char *)file_read_all(path, 1000, &size, &err);
    assert_non_null(text);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(text, expected);
    free(text);
}

static void assert_refuses(const char *path, const char *reason) {
    size_t size;
    Error err = {0};
    assert_null(file_read_all(path, 1000, &size, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void a_file_is_read_whole_with_a_nul_after_it(void **state) {
    assert_reads(temp_dir_write(*state, "a", "hello", 5), "hello");
    assert_reads(temp_dir_write(*state, "empty", "", 0), "");
}

static void ranges_are_read_where_they_are(void **state) {
    File file;
    Error err = {0};
    char text[4] = "";
    assert_true(file_open(&file, temp_dir_write(*state, "a", "0123456789", 10), &err));
    assert_int_equal(file.size, 10);
    assert_true(file_read_at(&file, 3, text, 3, &err));
    assert_string_equal(text, "345");
    file_close(&file);
}

static void a_range_beyond_the_end_is_called_truncated(void **state) {
    File file;
    Error err = {0};
    char text[8];
    assert_true(file_open(&file, temp_dir_write(*state, "a", "0123456789", 10), &err));
    assert_false(file_read_at(&file, 6, text, 8, &err));
    assert_non_null(strstr(err.text, "ends at byte 10, expected 14 bytes"));
    file_close(&file);
}

static void a_file_that_shrinks_while_it_is_open_is_an_error(void **state) {
    File file;
    Error err = {0};
    char text[8];
    assert_true(file_open(&file, temp_dir_write(*state, "a", "0123456789", 10), &err));
    assert_int_equal(truncate(file.path, 4), 0);
    assert_false(file_read_at(&file, 0, text, 8, &err));
    assert_non_null(strstr(err.text, "changed while it was read"));
    file_close(&file);
}

static void what_is_no_regular_file_is_refused_at_once(void **state) {
    TempDir *dir = *state;
    assert_refuses(dir->path, "a directory");
    assert_int_equal(mkfifo(temp_dir_join(dir, "fifo"), 0600), 0);
    assert_refuses(temp_dir_join(dir, "fifo"), "a named pipe");
    assert_refuses("/dev/zero", "a device");
    assert_int_equal(symlink("/dev/zero", temp_dir_join(dir, "zero")), 0);
    assert_refuses(temp_dir_join(dir, "zero"), "a device");
}

static void what_cannot_be_opened_says_why(void **state) {
    TempDir *dir = *state;
    assert_refuses(temp_dir_join(dir, "missing"), "No such file");
    assert_int_equal(symlink("loop", temp_dir_join(dir, "loop")), 0);
    assert_refuses(temp_dir_join(dir, "loop"), "symbolic links");
    assert_int_equal(symlink("nowhere", temp_dir_join(dir, "dangling")), 0);
    assert_refuses(temp_dir_join(dir, "dangling"), "No such file");
}

static void a_file_above_the_cap_is_not_read(void **state) {
    char large[1001] = {0};
    assert_refuses(temp_dir_write(*state, "large", large, sizeof large),
                   "1001 bytes long, expected at most 1000");
}

static void a_commit_replaces_the_file_and_leaves_nothing_else(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    const char *path = temp_dir_write(dir, "a", "old", 3);
    FileWriter *writer = file_write_begin(path, &err);
    assert_non_null(writer);
    assert_true(file_write_append(writer, "new ", 4, &err));
    assert_true(file_write_append(writer, "text", 4, &err));
    assert_reads(path, "old");
    assert_true(file_write_commit(writer, &err));
    assert_reads(path, "new text");
    assert_int_equal(temp_dir_count(dir), 1);
}

static void write_keeping(const char *path, const char *text) {
    Error err = {0};
    FileWriter *writer = file_write_begin(path, &err);
    assert_non_null(writer);
    assert_true(file_write_append(writer, text, strlen(text), &err));
    if (!file_write_commit_keeping(writer, ".prev", &err)) fail_msg("%s", err.text);
}

static void a_commit_can_keep_the_file_before(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX], kept[TEMP_PATH_MAX];
    strcpy(path, temp_dir_join(dir, "a"));
    strcpy(kept, temp_dir_join(dir, "a.prev"));
    write_keeping(path, "first");
    assert_int_equal(temp_dir_count(dir), 1);
    write_keeping(path, "second");
    assert_reads(kept, "first");
    write_keeping(path, "third");
    assert_reads(path, "third");
    assert_reads(kept, "second");
    assert_int_equal(temp_dir_count(dir), 2);
}

/* As a program leaves it that was killed between the two renames. */
static void a_file_that_has_both_names_already_is_kept_without_litter(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX], kept[TEMP_PATH_MAX];
    strcpy(path, temp_dir_write(dir, "a", "first", 5));
    strcpy(kept, temp_dir_join(dir, "a.prev"));
    assert_int_equal(link(path, kept), 0);
    write_keeping(path, "second");
    assert_reads(path, "second");
    assert_reads(kept, "first");
    assert_int_equal(temp_dir_count(dir), 2);
}

static void what_cannot_be_kept_is_not_replaced(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char path[TEMP_PATH_MAX];
    strcpy(path, temp_dir_write(dir, "a", "old", 3));
    assert_int_equal(mkdir(temp_dir_join(dir, "a.prev"), 0700), 0);
    FileWriter *writer = file_write_begin(path, &err);
    assert_true(file_write_append(writer, "new", 3, &err));
    assert_false(file_write_commit_keeping(writer, ".prev", &err));
    assert_non_null(strstr(err.text, "the previous file cannot be kept"));
    assert_reads(path, "old");
    assert_int_equal(temp_dir_count(dir), 2);
}

/* As a program leaves it that was killed between link and rename. Those of other files stay. */
static void leftovers_are_removed_by_the_name_of_their_file(void **state) {
    TempDir *dir = *state;
    const char *names[] = {"net.ckpt", "other.ckpt"};
    char path[TEMP_PATH_MAX], temp[64];
    for (int k = 0; k < 2; k++) {
        snprintf(temp, sizeof temp, ".skipscope-%08x-1-000000001-0.tmp",
                 (unsigned)checksum_crc32(0, names[k], strlen(names[k])));
        temp_dir_write(dir, temp, "half", 4);
    }
    strcpy(path, temp_dir_write(dir, "net.ckpt", "whole", 5));
    file_remove_leftovers(path);
    assert_int_equal(temp_dir_count(dir), 2);
    assert_reads(path, "whole");
    assert_reads(temp_dir_join(dir, temp), "half");
    file_remove_leftovers(temp_dir_join(dir, "other.ckpt"));
    assert_int_equal(temp_dir_count(dir), 1);
    file_remove_leftovers(temp_dir_join(dir, "missing/net.ckpt"));
}

static void an_abandoned_write_changes_nothing(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    const char *path = temp_dir_write(dir, "a", "old", 3);
    FileWriter *writer = file_write_begin(path, &err);
    assert_true(file_write_append(writer, "new", 3, &err));
    file_write_abandon(writer);
    assert_reads(path, "old");
    assert_int_equal(temp_dir_count(dir), 1);
}

static void the_mode_of_a_replaced_file_is_kept(void **state) {
    struct stat status;
    Error err = {0};
    const char *path = temp_dir_write(*state, "a", "old", 3);
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(file_write_atomic(path, "new", 3, &err));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void a_link_is_followed_and_stays_a_link(void **state) {
    TempDir *dir = *state;
    struct stat status;
    Error err = {0};
    temp_dir_write(dir, "real", "old", 3);
    assert_int_equal(symlink("real", temp_dir_join(dir, "link")), 0);
    assert_true(file_write_atomic(temp_dir_join(dir, "link"), "new", 3, &err));
    assert_int_equal(lstat(temp_dir_join(dir, "link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_reads(temp_dir_join(dir, "real"), "new");
}

static void assert_cannot_write(const char *path, const char *reason) {
    Error err = {0};
    assert_false(file_write_atomic(path, "x", 1, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void impossible_places_are_refused_by_name(void **state) {
    TempDir *dir = *state;
    assert_cannot_write(dir->path, "a directory");
    assert_cannot_write("/dev/full", "a device");
    assert_cannot_write(temp_dir_join(dir, "no/such/a"), "No such file or directory");
    assert_cannot_write(temp_dir_join(dir, ""), "a directory");
    assert_int_equal(symlink("nowhere", temp_dir_join(dir, "dangling")), 0);
    assert_cannot_write(temp_dir_join(dir, "dangling"), "leads nowhere");
}

/* RLIMIT_FSIZE stands for a full disk: write fails half way. */
static void a_failed_write_keeps_the_old_file_and_says_so(void **state) {
    TempDir *dir = *state;
    static char large[1 << 16];
    Error err = {0};
    const char *path = temp_dir_write(dir, "a", "old", 3);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max});
    bool written = file_write_atomic(path, large, sizeof large, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(written);
    assert_non_null(strstr(err.text, "File too large; the previous file is still intact"));
    assert_reads(path, "old");
    assert_int_equal(temp_dir_count(dir), 1);
}

static void after_a_failure_later_appends_do_nothing(void **state) {
    static char large[1 << 16];
    Error err = {0}, later = {0};
    const char *path = temp_dir_join(*state, "a");
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    FileWriter *writer = file_write_begin(path, &err);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max});
    bool first = file_write_append(writer, large, sizeof large, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(first);
    assert_false(file_write_append(writer, "x", 1, &later));
    assert_false(file_write_commit(writer, &later));
    assert_int_equal(later.kind, ERROR_NONE);
    assert_int_equal(temp_dir_count(*state), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_file_is_read_whole_with_a_nul_after_it),
        IN_TEMP_DIR(ranges_are_read_where_they_are),
        IN_TEMP_DIR(a_range_beyond_the_end_is_called_truncated),
        IN_TEMP_DIR(a_file_that_shrinks_while_it_is_open_is_an_error),
        IN_TEMP_DIR(what_is_no_regular_file_is_refused_at_once),
        IN_TEMP_DIR(what_cannot_be_opened_says_why),
        IN_TEMP_DIR(a_file_above_the_cap_is_not_read),
        IN_TEMP_DIR(a_commit_replaces_the_file_and_leaves_nothing_else),
        IN_TEMP_DIR(a_commit_can_keep_the_file_before),
        IN_TEMP_DIR(a_file_that_has_both_names_already_is_kept_without_litter),
        IN_TEMP_DIR(what_cannot_be_kept_is_not_replaced),
        IN_TEMP_DIR(leftovers_are_removed_by_the_name_of_their_file),
        IN_TEMP_DIR(an_abandoned_write_changes_nothing),
        IN_TEMP_DIR(the_mode_of_a_replaced_file_is_kept),
        IN_TEMP_DIR(a_link_is_followed_and_stays_a_link),
        IN_TEMP_DIR(impossible_places_are_refused_by_name),
        IN_TEMP_DIR(a_failed_write_keeps_the_old_file_and_says_so),
        IN_TEMP_DIR(after_a_failure_later_appends_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
