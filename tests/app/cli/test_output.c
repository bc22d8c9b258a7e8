/* What cannot be printed is no success, for every command; and a standard stream that is closed is never
 * taken for a data file. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli/command.h"
#include "app/explorer/notes_link.h"
#include "app/explorer/notes_link_socket.h"
#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/same_file.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

enum {
    COMMAND_LINE_MAX = 4 * TEMP_PATH_MAX,
    TRAIN_PER_FILE = 12,
    TEST_IMAGES = 6,
    NOTES_DEADLINE_MS = 20000,
    SERVE_MS = 20
};

/* Calls that print something; DIR is a folder of the test's own, with a data set. */
static const struct {
    CommandId command;
    const char *arguments;
} calls[] = {{COMMAND_EXPLORE, "--help"},
             {COMMAND_EXPLORE, "--version"},
             {COMMAND_EXPLORE, "--no-config --script DIR/screen.script"},
             {COMMAND_EXPLORE, "--no-config --screen-reader"},
             {COMMAND_SUMMARY, "summary resnet8"},
             {COMMAND_SUMMARY, "summary resnet8 --json"},
             {COMMAND_SUMMARY, "summary resnet8 --csv"},
             {COMMAND_SUMMARY, "summary --help"},
             {COMMAND_CLASSIFY, "classify cat"},
             {COMMAND_CLASSIFY, "classify cat --json"},
             {COMMAND_TRACE, "trace resnet8 cat --out DIR/trace"},
             {COMMAND_GRADFLOW, "gradflow resnet8 cat"},
             {COMMAND_GRADFLOW, "gradflow resnet8 cat --json"},
             {COMMAND_GRADFLOW, "gradflow resnet8 cat --csv"},
             {COMMAND_PATHS, "paths resnet8 cat --svg DIR/paths.svg"},
             {COMMAND_LOGITS, "logits resnet8 cat --json"},
             {COMMAND_JUNCTIONS, "junctions resnet8 cat --csv"},
             {COMMAND_LESIONS, "lesions resnet8 cat --samples 1"},
             {COMMAND_RESPONSES, "responses resnet8 cat"},
             {COMMAND_FLOW, "flow --depths 8 cat"},
             {COMMAND_REGIMES, "regimes --depths 8 --samples 1 cat --json"},
             {COMMAND_SHATTERED, "shattered --depths 8 --samples 1 cat dog"},
             {COMMAND_SLICE, "slice resnet8 cat --samples 1"},
             {COMMAND_GRADCHECK, "gradcheck resnet8 cat"},
             {COMMAND_PAPER, "paper"},
             {COMMAND_PAPER, "paper --json"},
             {COMMAND_QUESTIONS, "questions"},
             {COMMAND_QUESTIONS, "questions 3"},
             {COMMAND_GLOSSARY, "glossary"},
             {COMMAND_GLOSSARY, "glossary receptive field --json"},
             {COMMAND_LESSON, "lesson"},
             {COMMAND_LESSON, "lesson check skip"},
             {COMMAND_RECORD, "record DIR/screen.script --out -"},
             {COMMAND_TRAIN, "train resnet8 --data DIR --epochs 1 --batch 4 --out DIR/new.safetensors"},
             {COMMAND_EVAL, "eval --data DIR"},
             {COMMAND_EVAL, "eval --data DIR --json"},
             {COMMAND_TRAJECTORY,
              "trajectory DIR/way.epoch0.safetensors DIR/way.epoch1.safetensors DIR/way.safetensors"},
             {COMMAND_CONVERT, "convert resnet8 DIR/converted.safetensors"},
             {COMMAND_BENCH, "bench resnet8 --rounds 1 --pass forward"},
             {COMMAND_BENCH, "bench resnet8 --rounds 1 --pass forward --json"},
             {COMMAND_BENCH, "bench resnet8 --rounds 1 --layers"},
             {COMMAND_OPS, "ops"},
             {COMMAND_EXPLAIN, "explain conv1"},
             {COMMAND_EXPLAIN, "explain conv1 --json"},
             {COMMAND_DOCTOR, "doctor"},
             {COMMAND_DOCTOR, "doctor --names"},
             {COMMAND_DOCUMENT, "document man"},
             {COMMAND_DOCUMENT, "document bash"}};
enum { CALLS = sizeof calls / sizeof calls[0] };

/* Print nothing on standard output, or wait for another program. */
static bool has_no_output(CommandId command) {
    return command == COMMAND_PRESENT || command == COMMAND_NOTES || command == COMMAND_IMPORT_CIFAR10;
}

static int open_world(void **state) {
    static const char script[] = "step 2\nscreen -\n";
    temp_dir_setup(state);
    test_image_write_cifar10(*state, TRAIN_PER_FILE, TEST_IMAGES);
    temp_dir_write(*state, "screen.script", script, sizeof script - 1);
    char data[TEMP_PATH_MAX], out[TEMP_PATH_MAX];
    snprintf(data, sizeof data, "%s", ((TempDir *)*state)->path);
    snprintf(out, sizeof out, "%s", temp_dir_join(*state, "way.safetensors"));
    ProgramRun training = program_run(ARGS("train", "resnet8", "--data", data, "--epochs", "2", "--batch",
                                           "4", "--snapshots", "0,1", "--out", out));
    program_free(&training);
    return training.status;
}

/* The arguments with the folder in them. */
static void fill_in(char out[COMMAND_LINE_MAX], const char *arguments, const TempDir *dir) {
    size_t used = 0;
    for (const char *at = arguments, *next; *at && used < COMMAND_LINE_MAX; at = next) {
        bool folder = strncmp(at, "DIR", 3) == 0;
        next = at + (folder ? 3 : 1);
        used += (size_t)snprintf(out + used, COMMAND_LINE_MAX - used, "%.*s",
                                 folder ? (int)strlen(dir->path) : 1, folder ? dir->path : at);
    }
}

/* Runs it by the shell with those redirections. Returns the exit code, and what stderr said in the file `err`
 * of the folder, unless it is redirected, too. */
static int run(TempDir *dir, const char *arguments, const char *redirections) {
    char line[COMMAND_LINE_MAX], text[2 * COMMAND_LINE_MAX];
    fill_in(line, arguments, dir);
    unlink(temp_dir_join(dir, "new.safetensors"));
    snprintf(text, sizeof text, "exec %s %s 2>'%s/err' %s", program_path(), line, dir->path, redirections);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("OPENBLAS_NUM_THREADS", "1", 1);
        execl("/bin/sh", "sh", "-c", text, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The last line is the sentence; progress may stand before it. */
static char *said(TempDir *dir) {
    Error err = {0};
    size_t size;
    uint8_t *bytes = file_read_all(temp_dir_join(dir, "err"), 1 << 20, &size, &err);
    char *text = bytes ? strndup((char *)bytes, size) : strdup(err.text);
    free(bytes);
    return text;
}

static void assert_fails(TempDir *dir, const char *arguments, const char *redirections, const char *part) {
    int status = run(dir, arguments, redirections);
    char *text = said(dir);
    if (status != 1 || !strstr(text, "skipscope: standard output") || !strstr(text, part))
        fail_msg("skipscope %s %s: exit code %d, %s", arguments, redirections, status, text);
    free(text);
}

static void every_command_has_a_call_here(void **state) {
    (void)state;
    for (int c = 0; c < COMMAND_COUNT; c++) {
        bool called = has_no_output((CommandId)c);
        for (int k = 0; k < CALLS; k++) called = called || calls[k].command == (CommandId)c;
        if (!called) fail_msg("no call of '%s'", command_get((CommandId)c)->name);
    }
}

static void a_full_disk_is_a_failure(void **state) {
    if (access("/dev/full", W_OK) != 0) skip();
    for (int k = 0; k < CALLS; k++)
        assert_fails(*state, calls[k].arguments, "</dev/null >/dev/full", "cannot be written");
}

static void a_closed_standard_output_is_a_failure(void **state) {
    for (int k = 0; k < CALLS; k++) assert_fails(*state, calls[k].arguments, "</dev/null >&-", "");
    assert_fails(*state, "summary --json", ">&-", "is closed, and what was to be printed is lost");
}

static void who_prints_nothing_needs_no_standard_output(void **state) {
    assert_int_equal(run(*state, "lesson export skip --out DIR/skip.html", "<&- >&-"), 0);
    assert_int_equal(run(*state, "record skip --out DIR/skip.cast", "<&- >&-"), 0);
}

static void assert_same_in(TempDir *dir, const char *a, const char *b) {
    char first[TEMP_PATH_MAX];
    snprintf(first, sizeof first, "%s", temp_dir_join(dir, a));
    assert_same_file(first, temp_dir_join(dir, b));
}

/* The first file that such a program opens would get the number of a standard stream. */
static void messages_and_prints_never_land_in_a_data_file(void **state) {
    TempDir *dir = *state;
    assert_int_equal(run(dir, "paths resnet8 cat --svg DIR/right.svg", "</dev/null >/dev/null"), 0);
    assert_int_equal(run(dir, "trace resnet8 cat --out DIR/right", "</dev/null >/dev/null"), 0);
    static const char *const closed[] = {"<&- >&- 2>&-", "<&-  >/dev/null", ">&- </dev/null",
                                         "2>&- </dev/null >/dev/null", "<&- 2>&- >/dev/null"};
    for (size_t k = 0; k < sizeof closed / sizeof closed[0]; k++) {
        int expected = strstr(closed[k], " >&-") || closed[k][0] == '>' ? 1 : 0;
        assert_int_equal(run(dir, "paths resnet8 cat --svg DIR/found.svg", closed[k]), expected);
        assert_int_equal(run(dir, "trace resnet8 cat --out DIR/found", closed[k]), expected);
        assert_same_in(dir, "right.svg", "found.svg");
        assert_same_in(dir, "right/trace.json", "found/trace.json");
        assert_same_in(dir, "right/act/0001_conv1.npy", "found/act/0001_conv1.npy");
    }
}

/* `head` has seen enough: no word, and the signal's own end, also where whoever started it has that signal
 * blocked. */
static void a_reader_that_leaves_is_no_error(void **state) {
    TempDir *dir = *state;
    sigset_t pipe_signal, before;
    int ends[2];
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    for (int blocked = 0; blocked < 2; blocked++)
        for (int k = 0; k < CALLS; k++) {
            if (calls[k].command != COMMAND_OPS && calls[k].command != COMMAND_SUMMARY) continue;
            char redirections[40];
            assert_int_equal(pipe(ends), 0);
            close(ends[0]);
            snprintf(redirections, sizeof redirections, "</dev/null >&%d", ends[1]);
            if (blocked) sigprocmask(SIG_BLOCK, &pipe_signal, &before);
            int status = run(dir, calls[k].arguments, redirections);
            if (blocked) sigprocmask(SIG_SETMASK, &before, NULL);
            close(ends[1]);
            char *text = said(dir);
            if (status != 128 + SIGPIPE || *text)
                fail_msg("skipscope %s: exit code %d, '%s'", calls[k].arguments, status, text);
            free(text);
        }
}

/* The presentation goes on, and who only listens to it must not wait for its end to say so. */
static void notes_that_cannot_be_printed_end_at_once(void **state) {
    TempDir *dir = *state;
    NotesPanel page = {.title = "One", .page = 1, .pages = 3};
    Error err = {0};
    char path[NOTES_LINK_PATH_MAX];
    if (access("/dev/full", W_OK) != 0) skip();
    assert_int_equal(chmod(dir->path, 0700), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", dir->path, 1), 0);
    assert_true(notes_link_path("out", path, &err));
    NotesLink *link = notes_link_open_at(path, &err);
    if (!link) fail_msg("%s", err.text);
    notes_link_show(link, &page);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(run(dir, "notes --name out", "</dev/null >/dev/full"));
    int status = 0;
    pid_t ended = 0;
    for (int waited_ms = 0; ended == 0 && waited_ms < NOTES_DEADLINE_MS; waited_ms += SERVE_MS) {
        poll(&(struct pollfd){.fd = notes_link_fd(link), .events = POLLIN}, 1, SERVE_MS);
        notes_link_hear(link);
        ended = waitpid(child, &status, WNOHANG);
    }
    notes_link_close(link); /* which is an end to whoever still listens */
    if (ended == 0) waitpid(child, &status, 0);
    assert_int_equal(ended, child);
    assert_int_equal(WEXITSTATUS(status), 1);
    char *text = said(dir);
    assert_non_null(strstr(text, "standard output cannot be written: No space left on device"));
    free(text);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, temp_dir_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_has_a_call_here),
        IN_WORLD(a_full_disk_is_a_failure),
        IN_WORLD(a_closed_standard_output_is_a_failure),
        IN_WORLD(who_prints_nothing_needs_no_standard_output),
        IN_WORLD(messages_and_prints_never_land_in_a_data_file),
        IN_WORLD(a_reader_that_leaves_is_no_error),
        IN_WORLD(notes_that_cannot_be_printed_end_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
