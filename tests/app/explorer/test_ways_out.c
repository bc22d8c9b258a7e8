/* Every program that has the terminal, and every kind of way out of it: all is as before, within two
 * seconds, and the exit status is that of the signal. tests/views/term/test_term_ways.c has all signals, for
 * one program. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/theatre.h"

/* Two seconds are promised. A loaded machine gets more: what does not end by then never ends. */
enum { ARGUMENTS_MAX = 6, LIMIT_MS = 8000 };

/* A program, how one sees that it is there, and keys after which it is at work on something long. */
typedef struct Case {
    const char *name, *arguments[ARGUMENTS_MAX], *ready, *begin, *work, *working;
    bool draws; /* it has the screen */
} Case;

static const Case cases[] = {
    {.name = "explorer",
     .arguments = {"--mouse", "--arch", "resnet152"},
     .ready = "q quit",
     .work = "f",
     .working = "running",
     .draws = true},
    {.name = "lesson",
     .arguments = {"lesson", "skip", "--mouse"},
     .ready = "Space",
     .begin = ":arch resnet50\r",
     .work = "ff", /* the page has run forward */
     .working = "running",
     .draws = true},
    {.name = "present",
     .arguments = {"present", "skip", "--mouse"},
     .ready = "Space",
     .begin = ":arch resnet50\r",
     .work = "ff", /* the page has run forward */
     .working = "running",
     .draws = true},
    {.name = "notes", .arguments = {"notes"}, .ready = "waiting for", .draws = true},
    {.name = "reader",
     .arguments = {"--screen-reader", "--arch", "resnet152"},
     .ready = "> ",
     .work = "finish\n",
     .working = "> finish" /* "Working" is said of long work only, and some machines are quick */},
};

enum { CASE_COUNT = sizeof cases / sizeof *cases };

static int run(void *context) {
    const Case *program = context;
    const char *argv[ARGUMENTS_MAX + 2] = {"skipscope"};
    memcpy(argv + 1, program->arguments, sizeof program->arguments);
    execv(program_path(), (char *const *)(uintptr_t)argv);
    return 127;
}

static void start(Pty *pty, const Case *program, TempDir *dir, bool busy, bool alone) {
    char runtime[TEMP_PATH_MAX + 32];
    Case idle = *program;
    /* Only who is to work needs the large network. */
    if (!busy && idle.arguments[1] && strcmp(idle.arguments[1], "--arch") == 0) idle.arguments[1] = NULL;
    snprintf(runtime, sizeof runtime, "XDG_RUNTIME_DIR=%s", dir->path);
    pty_start(pty, &(PtyConfig){.width = 80,
                                .height = 24,
                                .environment = (const char *const[]){"TERM=xterm-256color", runtime, NULL},
                                .run = run,
                                .context = &idle,
                                .alone = alone});
    pty_wait_text(pty, program->ready);
    if (!busy) return;
    if (program->begin) {
        pty_type(pty, program->begin);
        pty_wait_text(pty, "resnet50 ");
    }
    pty_type(pty, program->work);
    pty_wait_text(pty, program->working);
}

static void assert_ended_by(Pty *pty, const Case *program, int number) {
    int status = pty_wait_end_unread(pty, LIMIT_MS);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != number)
        fail_msg("%s, signal %d: wait status %#x", program->name, number, (unsigned)status);
    pty_assert_is_back(pty);
}

static void an_idle_program_gives_the_terminal_back(void **state) {
    static const int numbers[] = {SIGTERM, SIGQUIT, SIGALRM, SIGUSR1, SIGXCPU, SIGSEGV};
    for (int c = 0; c < CASE_COUNT; c++)
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            Pty pty;
            /* Without a screen to give back, a crash is the business of the system, or of a sanitizer. */
            if (!cases[c].draws && numbers[k] == SIGSEGV) continue;
            start(&pty, &cases[c], *state, false, false);
            kill(pty.child, numbers[k]);
            assert_ended_by(&pty, &cases[c], numbers[k]);
            pty_end(&pty);
        }
}

static void the_keyboard_ends_it_as_well(void **state) {
    for (int c = 0; c < CASE_COUNT; c++)
        for (int quit = 0; quit < 2; quit++) {
            Pty pty;
            start(&pty, &cases[c], *state, false, false);
            pty_type(&pty, quit ? "\034" : "\003");
            assert_ended_by(&pty, &cases[c], quit ? SIGQUIT : SIGINT);
            pty_end(&pty);
        }
}

static void a_program_in_the_middle_of_a_pass_gives_the_terminal_back(void **state) {
    static const struct {
        int program, number;
    } ways[] = {{0, SIGQUIT}, {1, SIGALRM}, {2, SIGUSR2}, {4, SIGUSR1}};
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        Pty pty;
        const Case *program = &cases[ways[k].program];
        start(&pty, program, *state, true, false);
        kill(pty.child, ways[k].number);
        assert_ended_by(&pty, program, ways[k].number);
        pty_end(&pty);
    }
}

/* As in a window of its own: the kernel does not stop it. */
static void a_stop_that_nobody_could_undo_changes_nothing(void **state) {
    for (int c = 0; c < CASE_COUNT; c++) {
        Pty pty;
        start(&pty, &cases[c], *state, false, true);
        pty_type(&pty, "\032");
        if (cases[c].draws) pty_wait_output(&pty, "\033[?1049l");
        pty_wait_text(&pty, cases[c].ready); /* of itself */
        assert_int_equal(pty.alternate, cases[c].draws);
        kill(pty.child, SIGTERM);
        assert_ended_by(&pty, &cases[c], SIGTERM);
        pty_end(&pty);
    }
}

/* Stopped by ^S, or with nobody at its other end and more drawn than it holds. */
static void a_terminal_that_takes_no_output_keeps_no_program(void **state) {
    for (int c = 0; c < CASE_COUNT; c++)
        for (int unread = 0; unread < 2; unread++) {
            Pty pty;
            if (unread && !cases[c].draws) continue;
            start(&pty, &cases[c], *state, false, false);
            if (unread) pty_fill(&pty);
            if (!unread) pty_type(&pty, "\023");
            pty_wait_full(&pty);
            kill(pty.child, SIGTERM);
            assert_ended_by(&pty, &cases[c], SIGTERM);
            pty_end(&pty);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(an_idle_program_gives_the_terminal_back),
        IN_TEMP_DIR(the_keyboard_ends_it_as_well),
        IN_TEMP_DIR(a_program_in_the_middle_of_a_pass_gives_the_terminal_back),
        IN_TEMP_DIR(a_stop_that_nobody_could_undo_changes_nothing),
        IN_TEMP_DIR(a_terminal_that_takes_no_output_keeps_no_program),
    };
    setenv("SKIPSCOPE_NO_CONFIG", "1", 1); /* whoever runs the tests may have settings */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
