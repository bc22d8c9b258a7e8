#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/assert_close.h"
#include "tests/support/signals.h"

enum { PROGRAM_ARGUMENTS_MAX = 32 };

const char *program_path(void) {
    const char *path = getenv("SKIPSCOPE");
    if (path && *path) return path;
    return access("build/release/skipscope", X_OK) == 0 ? "build/release/skipscope" : "./skipscope";
}

static void exec_program(const char *const *arguments) {
    signals_default();
    char *argv[PROGRAM_ARGUMENTS_MAX + 2] = {(char *)program_path()};
    for (int k = 0; k < PROGRAM_ARGUMENTS_MAX && arguments[k]; k++) argv[k + 1] = (char *)arguments[k];
    execv(argv[0], argv);
    _exit(127);
}

static char *read_whole(FILE *file) {
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    char *text = calloc((size_t)size + 1, 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    fclose(file);
    return text;
}

ProgramRun program_run(const char *const *arguments) {
    return program_run_input("", 0, arguments);
}

ProgramRun program_run_input(const void *input, size_t size, const char *const *arguments) {
    FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
    assert_non_null(in);
    assert_non_null(out);
    assert_non_null(err);
    assert_int_equal(fwrite(input, 1, size, in), size);
    rewind(in);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(size > 0 ? fileno(in) : open("/dev/null", O_RDONLY), STDIN_FILENO);
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        exec_program(arguments);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    fclose(in);
    ProgramRun run = {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                      .out = read_whole(out),
                      .err = read_whole(err)};
    if (run.status == 127) fail_msg("%s cannot be started: run make first", program_path());
    return run;
}

void program_free(ProgramRun *run) {
    free(run->out);
    free(run->err);
    *run = (ProgramRun){0};
}

json_t *program_run_json(const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    json_error_t error;
    json_t *json = json_loads(run.out, 0, &error);
    if (!json) fail_msg("no JSON (%s) in: %.200s", error.text, run.out);
    assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
    program_free(&run);
    return json;
}

void program_expect_success(const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    program_free(&run);
}

void program_expect_failure(int status, const char *part, const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != status) fail_msg("exit code %d, expected %d: %s", run.status, status, run.err);
    if (!strstr(run.err, part)) fail_msg("'%s' does not say '%s'", run.err, part);
    assert_string_equal(run.out, "");
    program_free(&run);
}

pid_t program_start(const char *const *arguments, int *err_fd) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(open("/dev/null", O_RDWR), STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        exec_program(arguments);
    }
    close(ends[1]);
    *err_fd = ends[0];
    return child;
}
