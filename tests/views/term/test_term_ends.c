/* However it ends or stops, the terminal is as it was before. */
#include "tests/support/assert_close.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/term_demo.h"

static void check_end_by_signal(int signal_number) {
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    assert_true(pty.alternate);
    kill(pty.child, signal_number);
    int status = pty_wait_end(&pty);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal_number);
    term_demo_is_over(&pty);
    pty_end(&pty);
}

static void signals_give_the_terminal_back_and_keep_their_status(void **state) {
    (void)state;
    check_end_by_signal(SIGTERM);
    check_end_by_signal(SIGHUP);
    check_end_by_signal(SIGINT);
    check_end_by_signal(SIGSEGV);
    check_end_by_signal(SIGABRT);
    check_end_by_signal(SIGFPE);
}

static void check_end_by_key(const char *key, bool exits, int expected) {
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, key);
    int status = pty_wait_end(&pty);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), expected);
    assert_int_equal(WIFEXITED(status), exits);
    term_demo_is_over(&pty);
    pty_end(&pty);
}

static void crashes_and_exit_give_the_terminal_back(void **state) {
    (void)state;
    check_end_by_key("S", false, SIGSEGV);
    check_end_by_key("A", false, SIGABRT);
    check_end_by_key("X", true, 7);
    check_end_by_key("\003", false, SIGINT);
}

static void the_mouse_is_given_back_on_every_way_out(void **state) {
    (void)state;
    static const char *const ways[] = {"q", "S", "A", "X"};
    for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        Pty pty;
        TermDemo demo = {.config = {.mouse = true}};
        term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
        pty_wait_text(&pty, "$");
        assert_true(pty_wrote(&pty, "\033[?1000h\033[?1006h"));
        assert_false(pty_wrote(&pty, "\033[?1006l"));
        pty_type(&pty, ways[k]);
        pty_wait_end(&pty);
        assert_true(pty_wrote(&pty, "\033[?1006l\033[?1000l"));
        term_demo_is_over(&pty);
        pty_end(&pty);
    }
}

static void stopping_gives_the_terminal_back_and_going_on_takes_it(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, "\032");
    assert_true(WIFSTOPPED(pty_wait_end(&pty)));
    term_demo_is_over(&pty);
    pty_resize(&pty, 60, 20);
    pty_continue(&pty);
    pty_wait_text(&pty, "ready 60x20");
    assert_true(pty.alternate);
    pty_type(&pty, "q");
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), 0);
    term_demo_is_over(&pty);
    pty_end(&pty);
}

static void standard_error_waits_until_the_screen_is_given_back(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the sanitizer's own reports must not be kept back */
#endif
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, "E");
    pty_wait_text(&pty, "key E");
    assert_false(pty_wrote(&pty, "kept back"));
    pty_type(&pty, "q");
    pty_wait_end(&pty);
    assert_true(pty_shows(&pty, "kept back"));
    pty_end(&pty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_give_the_terminal_back_and_keep_their_status),
        cmocka_unit_test(crashes_and_exit_give_the_terminal_back),
        cmocka_unit_test(the_mouse_is_given_back_on_every_way_out),
        cmocka_unit_test(stopping_gives_the_terminal_back_and_going_on_takes_it),
        cmocka_unit_test(standard_error_waits_until_the_screen_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
