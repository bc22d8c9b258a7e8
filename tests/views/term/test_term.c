#include "tests/support/assert_close.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/pty.h"
#include "views/style/palette.h"
#include "views/term/term.h"

enum { STATUS_NO_TERMINAL = 3 };

static const Style text_style = {.fg = COLOR_DEFAULT, .bg = COLOR_KEEP};

typedef struct Demo {
    TermConfig config;
    bool noisy_photo; /* more colours than there are pairs */
} Demo;

static void draw_photo(Canvas *canvas) {
    uint32_t noise = 1;
    for (int y = 5; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            noise = noise * 1664525u + 1013904223u;
            Color fg = color_rgb((uint8_t)(noise >> 8), (uint8_t)(noise >> 16), (uint8_t)(noise >> 24));
            canvas_put(canvas, x, y, (Style){.fg = fg, .bg = color_rgb((uint8_t)(noise >> 24), 0, 99)}, U'▀');
        }
    }
}

/* A letter that tells sizes apart where there is room for nothing else. */
static char letter_of_size(int width, int height) {
    return (char)('A' + (width + 2 * height) % 26);
}

static void draw(Term *term, const Demo *demo, const char *last_key) {
    Canvas *canvas = canvas_new(term_width(term), term_height(term), term_canvas_flags(term));
    canvas_printf(canvas, 0, 0, text_style, "ready %dx%d %s", canvas->width, canvas->height, term_name(term));
    canvas_printf(canvas, 0, 1, text_style, "key %s", last_key);
    canvas_put(canvas, 0, 2, (Style){.fg = color_map(PALETTE_MAGMA, 0), .bg = color_map(PALETTE_MAGMA, 63)},
               U'▀');
    canvas_text(canvas, 2, 2, style_role(ROLE_KEY), "é猫|");
    canvas_fill(canvas, (Rect){.y = 3, .w = 3, .h = 1}, (Style){.bg = color_role(ROLE_CURSOR)}, ' ');
    canvas_put(canvas, canvas->width - 1, canvas->height - 1, text_style, '$');
    canvas_put(canvas, 0, canvas->height - 1, text_style,
               (uint32_t)letter_of_size(canvas->width, canvas->height));
    if (demo->noisy_photo) draw_photo(canvas);
    term_flush(term, canvas);
    canvas_free(canvas);
}

static void obey(uint32_t code) {
    if (code == 'S') raise(SIGSEGV);
    if (code == 'A') abort();
    if (code == 'X') exit(7);
    if (code == 'E') fprintf(stderr, "kept back\n");
}

/* Shows every key it gets; ends on q or a signal. */
static int run_demo(void *context) {
    Demo *demo = context;
    Error err = {.kind = ERROR_NONE};
    Term *term = term_open(&demo->config, &err);
    if (term == NULL) {
        printf("refused: %s\n", err.text);
        return err.kind == ERROR_TERMINAL ? STATUS_NO_TERMINAL : 1;
    }
    Key key = {.code = KEY_CODE_NONE};
    char name[32] = "none";
    while (key.code != 'q' && term_signal() == 0) {
        draw(term, demo, name);
        term_wait(term, -1);
        while (term_signal() == 0 && term_read_key(term, &key) && key.code != 'q') {
            key_format(key.code, name);
            if (key.code == KEY_CODE_MOUSE) snprintf(name, sizeof name, "mouse %d,%d", key.x, key.y);
            obey(key.code);
        }
    }
    term_close(term);
    printf("after\n");
    fflush(stdout);
    if (term_signal() != 0) raise(term_signal());
    return 0;
}

static void start(Pty *pty, const char *const *environment, Demo *demo) {
    pty_start(pty,
              &(PtyConfig){
                  .width = 80, .height = 24, .environment = environment, .run = run_demo, .context = demo});
}

static void assert_terminal_is_back(Pty *pty) {
    assert_true(pty_modes_are_restored(pty));
    assert_false(pty->alternate);
    assert_true(pty->cursor_visible);
}

static void check_terminal(const char *term_variable, const char *name_shown) {
    Pty pty;
    Demo demo = {.noisy_photo = false};
    char ready[96];
    start(&pty, (const char *const[]){term_variable, NULL}, &demo);
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
    assert_terminal_is_back(&pty);
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
        Demo demo = {.noisy_photo = false};
        start(&pty, (const char *const[]){variables[k], NULL}, &demo);
        assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), STATUS_NO_TERMINAL);
        assert_true(pty_shows(&pty, "refused: TERM "));
        assert_false(pty_wrote(&pty, "\033"));
        assert_terminal_is_back(&pty);
        pty_end(&pty);
    }
}

static void true_colours_reach_the_terminal_unchanged(void **state) {
    (void)state;
    Pty pty;
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", "COLORTERM=truecolor", NULL}, &demo);
    pty_wait_text(&pty, "ready 80x24 skipscope-direct");
    pty_wait_text(&pty, "$");
    Rgb fg, bg, low = palette_rgb(PALETTE_MAGMA, 0), high = palette_rgb(PALETTE_MAGMA, 63);
    assert_true(pty_colors(&pty, 0, 2, &fg, &bg));
    assert_memory_equal(&fg, &low, sizeof fg);
    assert_memory_equal(&bg, &high, sizeof bg);
    assert_true(pty_wrote(&pty, "38;2;0;0;4m"));
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
        Demo demo = {.config = {.depth = cases[k].wanted}};
        start(&pty, (const char *const[]){cases[k].term, cases[k].other, NULL}, &demo);
        pty_wait_text(&pty, "$");
        if (!pty_wrote(&pty, cases[k].seen)) fail_msg("case %zu: %s not written", k, cases[k].seen);
        if (pty_wrote(&pty, cases[k].unseen)) fail_msg("case %zu: %s written", k, cases[k].unseen);
        pty_end(&pty);
    }
}

static void ascii_locale_and_mono_theme_are_kept(void **state) {
    (void)state;
    Pty pty;
    Demo demo = {.config = {.theme = THEME_MONO}};
    start(&pty, (const char *const[]){"TERM=xterm-256color", "LC_ALL=C", NULL}, &demo);
    pty_wait_text(&pty, "$");
    assert_true(pty_shows(&pty, "# e??|"));
    assert_false(pty_wrote(&pty, "38;5;"));
    for (size_t k = 0; k < pty.output_size; k++) assert_true((pty.output[k] & 0x80) == 0);
    pty_end(&pty);
}

static void check_end_by_signal(int signal_number) {
    Pty pty;
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    assert_true(pty.alternate);
    kill(pty.child, signal_number);
    int status = pty_wait_end(&pty);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal_number);
    assert_terminal_is_back(&pty);
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
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, key);
    int status = pty_wait_end(&pty);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), expected);
    assert_int_equal(WIFEXITED(status), exits);
    assert_terminal_is_back(&pty);
    pty_end(&pty);
}

static void crashes_and_exit_give_the_terminal_back(void **state) {
    (void)state;
    check_end_by_key("S", false, SIGSEGV);
    check_end_by_key("A", false, SIGABRT);
    check_end_by_key("X", true, 7);
    check_end_by_key("\003", false, SIGINT);
}

static void resizes_are_followed_at_any_size(void **state) {
    (void)state;
    const int sizes[][2] = {{120, 40}, {1, 1}, {300, 100}, {2, 50}, {1000, 3}, {40, 12}};
    Pty pty;
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", "COLORTERM=truecolor", NULL}, &demo);
    pty_wait_text(&pty, "ready 80x24");
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        char letter[2] = {letter_of_size(sizes[k][0], sizes[k][1])};
        pty_resize(&pty, sizes[k][0], sizes[k][1]);
        pty_wait_text(&pty, letter);
    }
    pty_wait_text(&pty, "ready 40x12");
    pty_type(&pty, "q");
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), 0);
    assert_terminal_is_back(&pty);
    pty_end(&pty);
}

static void the_environment_neither_freezes_size_nor_breaks_glyphs(void **state) {
    (void)state;
    Pty pty;
    Demo demo = {.noisy_photo = false};
    start(&pty,
          (const char *const[]){"TERM=xterm-256color", "LINES=10", "COLUMNS=20", "LC_ALL", "LANG=xx_YY.UTF-8",
                                NULL},
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
    Demo demo = {.noisy_photo = false};
    pty_start(&pty, &(PtyConfig){.width = 80,
                                 .height = 10000,
                                 .run = run_demo,
                                 .context = &demo,
                                 .environment = (const char *const[]){"TERM=xterm-256color", NULL}});
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), STATUS_NO_TERMINAL);
    pty_end(&pty);
}

static void keys_mouse_and_paste_arrive(void **state) {
    (void)state;
    Pty pty;
    Demo demo = {.config = {.mouse = true}};
    start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    assert_true(pty_wrote(&pty, "\033[?1006h"));
    const char *const keys[][2] = {{"\033OA", "key Up"},
                                   {"\033[A", "key Up"},
                                   {"\r", "key Enter"},
                                   {"\033", "key Esc"},
                                   {"\xC3\xA9", "key é"},
                                   {"\033[<0;70;3M", "key mouse 69,2"},
                                   {"\033[200~q\033[201~x", "key x"}};
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
static void the_mouse_is_given_back_on_every_way_out(void **state) {
    (void)state;
    static const char *const ways[] = {"q", "S", "A", "X"};
    for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        Pty pty;
        Demo demo = {.config = {.mouse = true}};
        start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
        pty_wait_text(&pty, "$");
        assert_true(pty_wrote(&pty, "\033[?1000h\033[?1006h"));
        assert_false(pty_wrote(&pty, "\033[?1006l"));
        pty_type(&pty, ways[k]);
        pty_wait_end(&pty);
        assert_true(pty_wrote(&pty, "\033[?1006l\033[?1000l"));
        assert_terminal_is_back(&pty);
        pty_end(&pty);
    }
}

static void without_the_mouse_not_a_byte_is_written_about_it(void **state) {
    (void)state;
    static const char *const ways[] = {"q", "S"};
    for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        Pty pty;
        Demo demo = {.noisy_photo = false};
        start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
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
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
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

static void stopping_gives_the_terminal_back_and_going_on_takes_it(void **state) {
    (void)state;
    Pty pty;
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, "\032");
    assert_true(WIFSTOPPED(pty_wait_end(&pty)));
    assert_terminal_is_back(&pty);
    pty_resize(&pty, 60, 20);
    pty_continue(&pty);
    pty_wait_text(&pty, "ready 60x20");
    assert_true(pty.alternate);
    pty_type(&pty, "q");
    assert_int_equal(WEXITSTATUS(pty_wait_end(&pty)), 0);
    assert_terminal_is_back(&pty);
    pty_end(&pty);
}

static void standard_error_waits_until_the_screen_is_given_back(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the sanitizer's own reports must not be kept back */
#endif
    Pty pty;
    Demo demo = {.noisy_photo = false};
    start(&pty, (const char *const[]){"TERM=xterm-256color", NULL}, &demo);
    pty_wait_text(&pty, "$");
    pty_type(&pty, "E");
    pty_wait_text(&pty, "key E");
    assert_false(pty_wrote(&pty, "kept back"));
    pty_type(&pty, "q");
    pty_wait_end(&pty);
    assert_true(pty_shows(&pty, "kept back"));
    pty_end(&pty);
}

static void more_colours_than_pairs_never_recolour_the_rest(void **state) {
    (void)state;
    const char *const terminals[] = {"TERM=xterm-256color", "TERM=linux", "TERM=xterm", "TERM=xterm-kitty"};
    for (size_t k = 0; k < sizeof terminals / sizeof terminals[0]; k++) {
        Pty pty;
        Demo demo = {.noisy_photo = true};
        pty_start(&pty, &(PtyConfig){.width = 300,
                                     .height = 150,
                                     .run = run_demo,
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
        cmocka_unit_test(signals_give_the_terminal_back_and_keep_their_status),
        cmocka_unit_test(crashes_and_exit_give_the_terminal_back),
        cmocka_unit_test(resizes_are_followed_at_any_size),
        cmocka_unit_test(the_environment_neither_freezes_size_nor_breaks_glyphs),
        cmocka_unit_test(an_absurd_size_is_refused),
        cmocka_unit_test(keys_mouse_and_paste_arrive),
        cmocka_unit_test(the_mouse_is_given_back_on_every_way_out),
        cmocka_unit_test(without_the_mouse_not_a_byte_is_written_about_it),
        cmocka_unit_test(an_unchanged_screen_sends_no_byte),
        cmocka_unit_test(stopping_gives_the_terminal_back_and_going_on_takes_it),
        cmocka_unit_test(standard_error_waits_until_the_screen_is_given_back),
        cmocka_unit_test(more_colours_than_pairs_never_recolour_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
