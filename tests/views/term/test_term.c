#include "tests/support/assert_close.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/term_demo.h"
#include "views/style/palette.h"

static void check_terminal(const char *term_variable, const char *name_shown) {
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    char ready[96];
    term_demo_start(&pty, (const char *const[]){term_variable, NULL}, &demo);
    snprintf(ready, sizeof ready, "ready 80x24 %s", name_shown);
    pty_wait_text(&pty, ready);
    pty_wait_text(&pty, "$");
    assert_false(pty_modes_are_restored(&pty));
    pty_type(&pty, "j");
    pty_wait_text(&pty, "key j");
    pty_type(&pty, "q");
    int status = pty_wait_end(&pty);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    term_demo_is_over(&pty);
    assert_true(pty_shows(&pty, "after"));
    pty_end(&pty);
}

static void known_and_unknown_terminals_start_draw_and_quit(void **state) {
    (void)state;
    check_terminal("TERM=xterm-256color", "xterm-256color");
    check_terminal("TERM=tmux-256color", "tmux-256color");
    check_terminal("TERM=screen", "screen");
    check_terminal("TERM=linux", "linux");
    check_terminal("TERM=vt100", "vt100");
    check_terminal("TERM=no-such-terminal", "xterm-256color");
    check_terminal("TERM=xterm-kitty", "skipscope-direct");
}

static void a_terminal_without_a_cursor_is_refused_in_one_sentence(void **state) {
    (void)state;
    const char *const variables[] = {"TERM=dumb", "TERM=", "TERM"};
    for (size_t k = 0; k < sizeof variables / sizeof variables[0]; k++) {
        Pty pty;
        TermDemo demo = {.noisy_photo = false};
        term_demo_start(&pty, (const char *const[]){variables[k], NULL}, &demo);
        assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), TERM_DEMO_NO_TERMINAL);
        assert_true(pty_shows(&pty, "refused: TERM "));
        assert_false(pty_wrote(&pty, "\033"));
        term_demo_is_over(&pty);
        pty_end(&pty);
    }
}

static void true_colours_reach_the_terminal_unchanged(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", "COLORTERM=truecolor", NULL}, &demo);
    pty_wait_text(&pty, "ready 80x24 skipscope-direct");
    pty_wait_text(&pty, "$");
    Rgb fg, bg, low = palette_rgb(PALETTE_MAGMA, 0), high = palette_rgb(PALETTE_MAGMA, 63);
    assert_true(pty_colors(&pty, 0, 2, &fg, &bg));
    assert_memory_equal(&fg, &low, sizeof fg);
    assert_memory_equal(&bg, &high, sizeof bg);
    assert_true(pty_wrote(&pty, "38;2;42;17;92m"));
    assert_true(pty_shows(&pty, "▀ é猫|"));
    pty_end(&pty);
}

static void depths_are_as_wished(void **state) {
    (void)state;
    const struct {
        const char *term, *other;
        ColorDepth wanted;
        const char *seen, *unseen;
    } cases[] = {
        {"TERM=xterm-256color", "A=b", COLOR_DEPTH_AUTO, "38;5;117m", "38;2;"},
        {"TERM=xterm-256color", "NO_COLOR=1", COLOR_DEPTH_AUTO, "ready", "\033[39;49m"},
        {"TERM=xterm", "A=b", COLOR_DEPTH_256, "38;5;117m", "38;2;"},
        {"TERM=xterm-256color", "A=b", COLOR_DEPTH_16, "\033[96m", "38;5;"},
        {"TERM=linux", "A=b", COLOR_DEPTH_AUTO, "\033[44m", "38;5;"},
        {"TERM=vt100", "A=b", COLOR_DEPTH_AUTO, ";7m", "\033[39;49m"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Pty pty;
        TermDemo demo = {.config = {.depth = cases[k].wanted}};
        term_demo_start(&pty, (const char *const[]){cases[k].term, cases[k].other, NULL}, &demo);
        pty_wait_text(&pty, "$");
        if (!pty_wrote(&pty, cases[k].seen)) fail_msg("case %zu: %s not written", k, cases[k].seen);
        if (pty_wrote(&pty, cases[k].unseen)) fail_msg("case %zu: %s written", k, cases[k].unseen);
        pty_end(&pty);
    }
}

static void ascii_locale_and_mono_theme_are_kept(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.config = {.theme = THEME_MONO}};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", "LC_ALL=C", NULL}, &demo);
    pty_wait_text(&pty, "$");
    assert_true(pty_shows(&pty, "# e??|"));
    assert_false(pty_wrote(&pty, "38;5;"));
    for (size_t k = 0; k < pty.output_size; k++) assert_true((pty.output[k] & 0x80) == 0);
    pty_end(&pty);
}

static void resizes_are_followed_at_any_size(void **state) {
    (void)state;
    const int sizes[][2] = {{120, 40}, {1, 1}, {300, 100}, {2, 50}, {1000, 3}, {40, 12}};
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", "COLORTERM=truecolor", NULL}, &demo);
    pty_wait_text(&pty, "ready 80x24");
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        char letter[2] = {term_demo_letter(sizes[k][0], sizes[k][1])};
        pty_resize(&pty, sizes[k][0], sizes[k][1]);
        pty_wait_text(&pty, letter);
    }
    pty_wait_text(&pty, "ready 40x12");
    pty_type(&pty, "q");
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), 0);
    term_demo_is_over(&pty);
    pty_end(&pty);
}

static void the_environment_neither_freezes_size_nor_breaks_glyphs(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty,
                    (const char *const[]){"TERM=xterm-256color", "LINES=10", "COLUMNS=20", "LC_ALL",
                                          "LANG=xx_YY.UTF-8", NULL},
                    &demo);
    pty_wait_text(&pty, "ready 80x24");
    pty_wait_text(&pty, "▀ é猫|");
    pty_resize(&pty, 90, 30);
    pty_wait_text(&pty, "ready 90x30");
    pty_end(&pty);
}

static void an_absurd_size_is_refused(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    pty_start(&pty, &(PtyConfig){.width = 80,
                                 .height = 10000,
                                 .run = term_demo_run,
                                 .context = &demo,
                                 .environment = (const char *const[]){"TERM=xterm-256color", NULL}});
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), TERM_DEMO_NO_TERMINAL);
    pty_end(&pty);
}

static void keys_mouse_and_paste_arrive(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.config = {.mouse = true}};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    assert_true(pty_wrote(&pty, "\033[?1006h"));
    const char *const keys[][2] = {{"\033OA", "key Up"},
                                   {"\033[A", "key Up"},
                                   {"\r", "key Enter"},
                                   {"\033", "key Esc"},
                                   {"\xC3\xA9", "key é"},
                                   {"\033[<0;70;3M", "key mouse 69,2"},
                                   {"\033[200~q\033[201~", "key Paste"},
                                   {"x", "key x"}};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        pty_type(&pty, keys[k][0]);
        pty_wait_text(&pty, keys[k][1]);
    }
    pty_type(&pty, "q");
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), 0);
    assert_true(pty_wrote(&pty, "\033[?1006l"));
    pty_end(&pty);
}

/* Keys that end the program: by itself, by a crash, by exit(). */
static void without_the_mouse_not_a_byte_is_written_about_it(void **state) {
    (void)state;
    static const char *const ways[] = {"q", "S"};
    for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        Pty pty;
        TermDemo demo = {.noisy_photo = false};
        term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
        pty_wait_text(&pty, "$");
        pty_type(&pty, ways[k]);
        pty_wait_end(&pty);
        assert_false(pty_wrote(&pty, "\033[?1000"));
        assert_false(pty_wrote(&pty, "\033[?1006"));
        pty_end(&pty);
    }
}

static void an_unchanged_screen_sends_no_byte(void **state) {
    (void)state;
    Pty pty;
    TermDemo demo = {.noisy_photo = false};
    term_demo_start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, "j");
    pty_wait_text(&pty, "key j");
    pty_type(&pty, "k");
    pty_wait_text(&pty, "key k");
    size_t before = pty.output_size;
    /* The same key again draws the same screen; the next one shows that it has been handled. */
    pty_type(&pty, "k");
    pty_type(&pty, "l");
    pty_wait_text(&pty, "key l");
    /* One letter: moving there, the letter, and no more than that. */
    assert_true(pty.output_size - before <= 16);
    pty_end(&pty);
}

static void more_colours_than_pairs_never_recolour_the_rest(void **state) {
    (void)state;
    const char *const terminals[] = {"TERM=xterm-256color", "TERM=linux", "TERM=xterm", "TERM=xterm-kitty"};
    for (size_t k = 0; k < sizeof terminals / sizeof terminals[0]; k++) {
        Pty pty;
        TermDemo demo = {.noisy_photo = true};
        pty_start(&pty, &(PtyConfig){.width = 300,
                                     .height = 150,
                                     .run = term_demo_run,
                                     .context = &demo,
                                     .environment = (const char *const[]){terminals[k], NULL}});
        pty_wait_text(&pty, "ready 300x150");
        pty_type(&pty, "jk");
        pty_wait_text(&pty, "key k");
        Rgb fg, bg, cursor_fg, cursor_bg;
        pty_colors(&pty, 0, 0, &fg, &bg);
        assert_int_equal(bg.r + bg.g + bg.b, 0);
        pty_colors(&pty, 0, 3, &cursor_fg, &cursor_bg);
        assert_true(cursor_bg.b > cursor_bg.r);
        pty_type(&pty, "q");
        assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), 0);
        pty_end(&pty);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_and_unknown_terminals_start_draw_and_quit),
        cmocka_unit_test(a_terminal_without_a_cursor_is_refused_in_one_sentence),
        cmocka_unit_test(true_colours_reach_the_terminal_unchanged),
        cmocka_unit_test(depths_are_as_wished),
        cmocka_unit_test(ascii_locale_and_mono_theme_are_kept),
        cmocka_unit_test(resizes_are_followed_at_any_size),
        cmocka_unit_test(the_environment_neither_freezes_size_nor_breaks_glyphs),
        cmocka_unit_test(an_absurd_size_is_refused),
        cmocka_unit_test(keys_mouse_and_paste_arrive),
        cmocka_unit_test(without_the_mouse_not_a_byte_is_written_about_it),
        cmocka_unit_test(an_unchanged_screen_sends_no_byte),
        cmocka_unit_test(more_colours_than_pairs_never_recolour_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
