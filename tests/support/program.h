/* Runs the built program, for tests of the command line. Its path: the variable SKIPSCOPE, else
 * build/release/skipscope, else ./skipscope. */
#ifndef TESTS_SUPPORT_PROGRAM_H
#define TESTS_SUPPORT_PROGRAM_H

#include <jansson.h>
#include <sys/types.h>

typedef struct ProgramRun {
    int status;      /* the exit code, or 128 + the signal that ended it */
    char *out, *err; /* heap, NUL-terminated */
} ProgramRun;

/* The path of the built program. */
const char *program_path(void);

/* `arguments` without the program's name, NULL-terminated. Fails the test when it cannot be started. */
ProgramRun program_run(const char *const *arguments);
/* The same with these bytes on standard input, which is a file. */
ProgramRun program_run_input(const void *input, size_t size, const char *const *arguments);
void program_free(ProgramRun *run);

/* Runs it, expects exit code 0 and one JSON document on stdout. */
json_t *program_run_json(const char *const *arguments);
/* Runs it and expects exit code 0. */
void program_expect_success(const char *const *arguments);
/* Runs it, expects the exit code, nothing on stdout and `part` in what it says on stderr. */
void program_expect_failure(int status, const char *part, const char *const *arguments);

/* Starts it with stderr in a pipe, whose reading end is stored; stdout goes to /dev/null. */
pid_t program_start(const char *const *arguments, int *err_fd);

/* Arguments in a call: program_run(ARGS("summary", "resnet20")). */
#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
