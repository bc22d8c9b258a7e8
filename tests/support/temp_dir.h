/* A directory of a test's own under $TMPDIR, and files in it. Failures here end the test. */
#ifndef TESTS_SUPPORT_TEMP_DIR_H
#define TESTS_SUPPORT_TEMP_DIR_H

#include <stdbool.h>
#include <stddef.h>

enum { TEMP_PATH_MAX = 512 };

typedef struct TempDir {
    char path[TEMP_PATH_MAX / 2];
    char joined[TEMP_PATH_MAX]; /* of the last temp_dir_join */
} TempDir;

/* cmocka's setup and teardown for a group or a test: *state becomes a TempDir. */
int temp_dir_setup(void **state);
int temp_dir_teardown(void **state); /* removes the directory and everything in it */

/* The path of `name` inside; valid until the next call. */
const char *temp_dir_join(TempDir *dir, const char *name);

/* Writes a file and returns its path. */
const char *temp_dir_write(TempDir *dir, const char *name, const void *bytes, size_t count);

/* Number of entries, hidden ones included: what a test leaves behind. */
int temp_dir_count(const TempDir *dir);

/* A test that gets a fresh TempDir as its state. */
#define IN_TEMP_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_setup, temp_dir_teardown)

#endif
