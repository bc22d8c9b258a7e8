/* Every way out of a program that has the terminal, and what looks like one. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/parallel.h"
#include "tests/support/assert_close.h"
#include "tests/support/pty.h"
#include "views/term/term.h"

/* Two seconds are promised. A loaded machine gets more: what does not end by then never ends. */
enum { LIMIT_MS = 8000, ITEMS = 64 };

static const Style text_style = {.fg = COLOR_DEFAULT, .bg = COLOR_KEEP};

/* How the program behaves. */
typedef struct Demo {
    int ignored; /* a signal that it was started without; 0: none */
} Demo;

static void draw(Term *term, const char *words) {
    Canvas *canvas = canvas_new(term_width(term), term_height(term), term_canvas_flags(term));
    for (int y = 1; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            canvas_put(canvas, x, y, text_style, (uint32_t)('a' + (x * y + canvas->width) % 26));
    canvas_printf(canvas, 0, 0, text_style, "%s %dx%d", words, canvas->width, canvas->height);
    term_flush(term, canvas);
    canvas_free(canvas);
}

static void crash_in_a_worker(void *context, int begin, int end, int share) {
    (void)context, (void)begin, (void)end;
    if (share > 0) __builtin_trap();
    while (share == 0) pause();
}

static void obey(uint32_t code) {
    if (code == 'W') {
        parallel_set_threads(2);
        parallel_for(ITEMS, 1, crash_in_a_worker, NULL);
    }
    if (code == 'X') exit(7);
    while (code == 'L') continue; /* never looks at signals again */
}

/* What the explorer does at its end. */
static int leave(Term *term) {
    term_close(term);
    if (term_signal() == 0) return 0;
    signal(term_signal(), SIG_DFL);
    raise(term_signal());
    return 1;
}

static int run_demo(void *context) {
    const Demo *demo = context;
    Error err = {.kind = ERROR_NONE};
    Key key = {.code = KEY_CODE_NONE};
    char words[32] = "ready";
    if (demo->ignored) signal(demo->ignored, SIG_IGN);
    Term *term = term_open(&(TermConfig){.mouse = true}, &err);
    while (key.code != 'q' && term_signal() == 0) {
        draw(term, words);
        obey(key.code);
        term_wait(term, -1);
        while (key.code != 'q' && term_signal() == 0 && term_read_key(term, &key))
            if (key.code < 128) snprintf(words, sizeof words, "key %c", (char)key.code);
    }
    return leave(term);
}

static void start(Pty *pty, PtyMain run, Demo *demo, bool alone) {
    pty_start(pty, &(PtyConfig){.width = 80,
                                .height = 24,
                                .environment = (const char *const[]){"TERM=xterm-256color", NULL},
                                .run = run,
                                .context = demo,
                                .alone = alone});
    pty_wait_output(pty, "ready");
}

static void assert_ended_by(Pty *pty, int status, int number) {
    if (!WIFSIGNALED(status) || WTERMSIG(status) != number)
        fail_msg("signal %d: wait status %#x", number, (unsigned)status);
    pty_assert_is_back(pty);
}

/* Its usual effect is the end, and a program can do something about it. */
static bool ends(int number) {
    static const int others[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN,  SIGTTOU, SIGCONT,
                                 SIGCHLD, SIGURG,  SIGPIPE, SIGWINCH, 32,      33};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (number == others[k]) return false;
    return true;
}

static void every_signal_that_ends_it_gives_the_terminal_back(void **state) {
    (void)state;
    for (int number = 1; number <= SIGRTMAX; number++) {
        Demo demo = {.ignored = 0};
        Pty pty;
        if (!ends(number)) continue;
        start(&pty, run_demo, &demo, false);
        kill(pty.child, number);
        assert_ended_by(&pty, pty_wait_end(&pty), number);
        pty_end(&pty);
    }
}

static void the_keys_that_end_do_so_as_well(void **state) {
    (void)state;
    static const struct {
        const char *key;
        int number;
    } ways[] = {{"\003", SIGINT}, {"\034", SIGQUIT}, {"W", SIGILL}};
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        Demo demo = {.ignored = 0};
        Pty pty;
        start(&pty, run_demo, &demo, false);
        pty_type(&pty, ways[k].key);
        assert_ended_by(&pty, pty_wait_end(&pty), ways[k].number);
        pty_end(&pty);
    }
}

/* A library that does not return, or a very long operation. */
static void a_main_loop_that_is_lost_is_ended_by_force(void **state) {
    (void)state;
    static const int numbers[] = {SIGTERM, SIGUSR1, SIGQUIT};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        Demo demo = {.ignored = 0};
        Pty pty;
        start(&pty, run_demo, &demo, false);
        pty_type(&pty, "L");
        pty_wait_text(&pty, "key L");
        kill(pty.child, numbers[k]);
        assert_ended_by(&pty, pty_wait_end_unread(&pty, LIMIT_MS), numbers[k]);
        pty_end(&pty);
    }
}

static void the_second_request_is_not_kept_waiting(void **state) {
    (void)state;
    Demo demo = {.ignored = 0};
    Pty pty;
    start(&pty, run_demo, &demo, false);
    pty_type(&pty, "L");
    pty_wait_text(&pty, "key L");
    kill(pty.child, SIGTERM);
    kill(pty.child, SIGINT);
    int status = pty_wait_end_unread(&pty, LIMIT_MS);
    /* The kernel delivers the lower one first when both are there. */
    assert_true(WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGINT));
    pty_assert_is_back(&pty);
    pty_end(&pty);
}

static void what_was_ignored_stays_so_but_for_the_keyboard(void **state) {
    (void)state;
    static const int numbers[] = {SIGUSR1, SIGXCPU, SIGXFSZ};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        Demo demo = {.ignored = numbers[k]};
        Pty pty;
        start(&pty, run_demo, &demo, false);
        kill(pty.child, numbers[k]);
        pty_type(&pty, "j");
        pty_wait_text(&pty, "key j");
        pty_type(&pty, "q");
        assert_int_equal(pty_wait_end(&pty), 0);
        pty_assert_is_back(&pty);
        pty_end(&pty);
    }
    Demo demo = {.ignored = SIGQUIT};
    Pty pty;
    start(&pty, run_demo, &demo, false);
    pty_type(&pty, "\034");
    assert_ended_by(&pty, pty_wait_end(&pty), SIGQUIT);
    pty_end(&pty);
}

/* The signal comes when the program has looked for one and not yet emptied the pipe. */
static int run_race(void *context) {
    (void)context;
    Error err = {.kind = ERROR_NONE};
    Key key;
    Term *term = term_open(&(TermConfig){.mouse = true}, &err);
    draw(term, "ready");
    raise(SIGTERM);
    while (term_read_key(term, &key)) continue;
    term_wait(term, -1);
    return leave(term);
}

static void no_signal_is_slept_through(void **state) {
    (void)state;
    Pty pty;
    start(&pty, run_race, NULL, false);
    assert_ended_by(&pty, pty_wait_end_unread(&pty, LIMIT_MS), SIGTERM);
    pty_end(&pty);
}

static void a_stop_that_nobody_could_undo_brings_the_screen_back(void **state) {
    (void)state;
    Demo demo = {.ignored = 0};
    Pty pty;
    start(&pty, run_demo, &demo, true);
    pty_type(&pty, "\032");
    pty_wait_output(&pty, "\033[?1049l");
    pty_wait_text(&pty, "ready"); /* of itself */
    assert_true(pty.alternate);
    pty_resize(&pty, 60, 20);
    pty_wait_text(&pty, "ready 60x20");
    assert_false(pty_modes_are_restored(&pty));
    pty_type(&pty, "j");
    pty_wait_text(&pty, "key j");
    pty_type(&pty, "q");
    assert_int_equal(pty_wait_end(&pty), 0);
    pty_assert_is_back(&pty);
    pty_end(&pty);
}

static void a_stop_that_is_ignored_changes_nothing(void **state) {
    (void)state;
    Demo demo = {.ignored = SIGTSTP};
    Pty pty;
    start(&pty, run_demo, &demo, false);
    pty_type(&pty, "\032j");
    pty_wait_text(&pty, "key j");
    assert_false(pty_wrote(&pty, "\033[?1049l"));
    pty_type(&pty, "q");
    assert_int_equal(pty_wait_end(&pty), 0);
    pty_end(&pty);
}

/* As `kill %1` of a shell does, after ^Z or a SIGSTOP: the job ends in the background, and what the shell has
 * set meanwhile stays. */
static void a_stopped_program_ends_without_coming_back(void **state) {
    (void)state;
    for (int way = 0; way < 4; way++) {
        bool key = way % 2, shell_has_set = way / 2;
        Demo demo = {.ignored = 0};
        Pty pty;
        start(&pty, run_demo, &demo, false);
        pty_wait_text(&pty, "ready 80x24");
        if (key) pty_type(&pty, "\032");
        if (!key) kill(pty.child, SIGSTOP);
        assert_true(WIFSTOPPED(pty_wait_end(&pty)));
        size_t written = pty.output_size;
        if (shell_has_set) {
            pty.modes.c_cc[VEOF] = '\005';
            assert_int_equal(tcsetattr(pty.tty, TCSANOW, &pty.modes), 0);
        }
        kill(pty.child, SIGTERM);
        pty_continue_in_background(&pty);
        assert_ended_by(&pty, pty_wait_end(&pty), SIGTERM);
        if (key) assert_int_equal(pty.output_size, written);
        pty_end(&pty);
    }
}

static void continued_in_the_background_it_stops_again(void **state) {
    (void)state;
    for (int key = 0; key < 2; key++) {
        Demo demo = {.ignored = 0};
        Pty pty;
        start(&pty, run_demo, &demo, false);
        pty_wait_text(&pty, "ready 80x24");
        if (key) pty_type(&pty, "\032");
        if (!key) kill(pty.child, SIGSTOP);
        assert_true(WIFSTOPPED(pty_wait_end(&pty)));
        pty_continue_in_background(&pty);
        assert_true(WIFSTOPPED(pty_wait_end(&pty)));
        pty_assert_is_back(&pty);
        pty_continue(&pty);
        pty_wait_text(&pty, "ready");
        assert_true(pty.alternate);
        pty_type(&pty, "q");
        assert_int_equal(pty_wait_end(&pty), 0);
        pty_assert_is_back(&pty);
        pty_end(&pty);
    }
}

static void a_terminal_that_takes_no_output_keeps_nobody(void **state) {
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGSEGV, SIGABRT};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        for (int unread = 0; unread < 2; unread++) {
            Demo demo = {.ignored = 0};
            Pty pty;
            start(&pty, run_demo, &demo, false);
            if (unread) pty_fill(&pty);
            if (!unread) pty_type(&pty, "\023");
            pty_wait_full(&pty);
            kill(pty.child, numbers[k]);
            assert_ended_by(&pty, pty_wait_end_unread(&pty, LIMIT_MS), numbers[k]);
            pty_end(&pty);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signal_that_ends_it_gives_the_terminal_back),
        cmocka_unit_test(the_keys_that_end_do_so_as_well),
        cmocka_unit_test(a_main_loop_that_is_lost_is_ended_by_force),
        cmocka_unit_test(the_second_request_is_not_kept_waiting),
        cmocka_unit_test(what_was_ignored_stays_so_but_for_the_keyboard),
        cmocka_unit_test(no_signal_is_slept_through),
        cmocka_unit_test(a_stop_that_nobody_could_undo_brings_the_screen_back),
        cmocka_unit_test(a_stop_that_is_ignored_changes_nothing),
        cmocka_unit_test(a_stopped_program_ends_without_coming_back),
        cmocka_unit_test(continued_in_the_background_it_stops_again),
        cmocka_unit_test(a_terminal_that_takes_no_output_keeps_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
