/* The explorer as a person has it: the built program on a pseudo terminal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/rng.h"
#include "tests/support/assert_close.h"
#include "tests/support/cast_replay.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test_image.h"

static char picture[TEMP_PATH_MAX];
static rlim_t file_limit; /* bytes that the program may write into one file; 0: as many as it likes */

static int run_program(void *context) {
    if (file_limit) setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = file_limit, .rlim_max = file_limit});
    execl(program_path(), "skipscope", "resnet20", picture, (char *)context, (char *)NULL);
    return 127;
}

static const char *const environment[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "COLORTERM", "NO_COLOR",
                                          NULL};

static void start_in(Pty *pty, TempDir *dir, const PtyConfig *wanted, const char *option) {
    snprintf(picture, sizeof picture, "%s", test_image_write(dir, "one.png", 1));
    pty_start(pty, &(PtyConfig){.width = wanted->width,
                                .height = wanted->height,
                                .environment = wanted->environment,
                                .run = run_program,
                                .context = (void *)(uintptr_t)option});
    pty_wait_text(pty, "q quit");
}

static void start(Pty *pty, TempDir *dir, int width, int height, const char *option) {
    start_in(pty, dir, &(PtyConfig){.width = width, .height = height, .environment = environment}, option);
}

static int run_weights(void *context) {
    execl(program_path(), "skipscope", (char *)context, (char *)NULL);
    return 127;
}

static void assert_left_cleanly(Pty *pty) {
    int status = pty_wait_end(pty);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("wait status %#x: %s", (unsigned)status, pty->output);
    assert_true(pty_modes_are_restored(pty));
    assert_false(pty->alternate);
}

static void a_copy_is_offered_to_the_clipboard_as_letters(void **state) {
    Pty pty;
    start(&pty, *state, 80, 24, NULL);
    pty_type(&pty, ":copy state\r");
    pty_wait_text(&pty, "clipboard");
    assert_true(pty_wrote(&pty, "\033]52;c;djE6cmVzbmV0MjA")); /* "v1:resnet20" */
    pty_type(&pty, ":copy all\r");
    pty_wait_text(&pty, "expected screen, state or preprocess");
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

/* While a file is read: the terminal is taken before, so that keys go to the program and to nobody else. */
static void keys_typed_before_there_is_a_screen_count(void **state) {
    (void)state;
    Pty pty;
    struct termios modes;
    pty_start(&pty, &(PtyConfig){.width = 80,
                                 .height = 24,
                                 .environment = environment,
                                 .run = run_weights,
                                 .context = "assets/models/resnet20-cifar10.safetensors"});
    pty_wait_output(&pty, "preparing the network");
    assert_int_equal(tcgetattr(pty.tty, &modes), 0);
    assert_false(modes.c_lflag & (ECHO | ICANON));
    pty_type(&pty, "tss");
    pty_wait_text(&pty, "bn1");
    assert_false(pty_wrote(&pty, "tss"));
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

static void a_file_that_is_refused_leaves_the_terminal_as_it_was(void **state) {
    Pty pty;
    const char *path = temp_dir_write(*state, "bad.safetensors", "nothing of the kind", 19);
    pty_start(&pty, &(PtyConfig){.width = 80,
                                 .height = 24,
                                 .environment = environment,
                                 .run = run_weights,
                                 .context = (void *)(uintptr_t)path});
    int status = pty_wait_end(&pty);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
    pty_assert_is_back(&pty);
    assert_true(pty_shows(&pty, "bad.safetensors"));
    pty_end(&pty);
}

static void it_steps_forward_and_backward_and_leaves_cleanly(void **state) {
    Pty pty;
    start(&pty, *state, 80, 24, NULL);
    pty_type(&pty, "tsss");
    pty_wait_text(&pty, "relu");
    pty_type(&pty, "ffr");
    pty_wait_text(&pty, "cut");
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

static void it_follows_a_resize(void **state) {
    Pty pty;
    start(&pty, *state, 80, 24, "--ascii");
    pty_resize(&pty, 50, 20);
    pty_wait_text(&pty, "need 60x16");
    pty_resize(&pty, 120, 40);
    pty_wait_text(&pty, "of 71");
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

static bool replay_shows(const CastReplay *replay, const char *words) {
    for (int y = 0; y < replay->height; y++) {
        char row[1024] = "";
        VTermRect rect = {.start_row = y, .end_row = y + 1, .start_col = 0, .end_col = replay->width};
        size_t size = vterm_screen_get_text(replay->screen, row, sizeof row - 1, rect);
        row[size] = '\0';
        if (strstr(row, words)) return true;
    }
    return false;
}

static void what_is_done_is_recorded_to_the_last_screen(void **state) {
    Pty pty;
    Error err = {0};
    char option[TEMP_PATH_MAX + 16], *path = option + strlen("--record=");
    snprintf(option, sizeof option, "--record=%s", temp_dir_join(*state, "mine.cast"));
    start(&pty, *state, 80, 24, option);
    pty_type(&pty, "ff");
    pty_wait_text(&pty, "backward 71 of 71");
    pty_resize(&pty, 50, 20);
    pty_wait_text(&pty, "need 60x16"); /* nothing of the next screen stands on this one */
    pty_resize(&pty, 100, 30);
    pty_wait_text(&pty, "of 71");
    pty_type(&pty, "r");
    pty_wait_text(&pty, "log axis");
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
    char *text = (char *)file_read_all(path, 1 << 22, &(size_t){0}, &err);
    if (!text) fail_msg("%s", err.text);
    CastReplay replay = cast_replay_begin(text);
    while (cast_replay_next(&replay)) {
    }
    assert_true(replay_shows(&replay, "log axis"));
    assert_int_equal(replay.inputs, 4);
    assert_int_equal(replay.width, 100);
    cast_replay_end(&replay);
    free(text);
}

static void a_recording_that_stands_already_is_kept(void **state) {
    Pty pty;
    Error err = {0};
    TempDir *dir = *state;
    char option[TEMP_PATH_MAX + 16];
    snprintf(option, sizeof option, "--record=%s", temp_dir_write(dir, "class.cast", "an hour", 7));
    snprintf(picture, sizeof picture, "%s", test_image_write(dir, "one.png", 1));
    pty_start(
        &pty,
        &(PtyConfig){
            .width = 300, .height = 24, .environment = environment, .run = run_program, .context = option});
    int status = pty_wait_end(&pty);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    assert_true(pty_shows(&pty, "a recording replaces nothing"));
    pty_end(&pty);
    char *text = (char *)file_read_all(option + strlen("--record="), 100, &(size_t){0}, &err);
    assert_non_null(text);
    assert_string_equal(text, "an hour");
    free(text);
}

/* RLIMIT_FSIZE stands for a full disk. */
static void a_recording_that_finds_the_disk_full_is_told_of_at_once(void **state) {
    Pty pty;
    char option[TEMP_PATH_MAX + 16];
    snprintf(option, sizeof option, "--record=%s", temp_dir_join(*state, "mine.cast"));
    file_limit = 2000;
    start(&pty, *state, 80, 24, option);
    file_limit = 0;
    pty_wait_text(&pty, "the recording cannot be written");
    pty_type(&pty, "q");
    int status = pty_wait_end(&pty);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_true(pty_modes_are_restored(&pty));
    pty_end(&pty);
}

static void sigterm_gives_the_terminal_back(void **state) {
    Pty pty;
    start(&pty, *state, 80, 24, NULL);
    kill(pty.child, SIGTERM);
    int status = pty_wait_end(&pty);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_true(pty_modes_are_restored(&pty));
    assert_false(pty.alternate);
    pty_end(&pty);
}

static void the_mouse_clicks_once_it_is_asked_for(void **state) {
    Pty pty;
    start(&pty, *state, 80, 24, NULL);
    pty_type(&pty, "\x1b[<0;30;2M");
    pty_type(&pty, ":mouse on\r");
    pty_wait_text(&pty, "mouse on: a click selects");
    assert_true(pty_wrote(&pty, "\x1b[?1006h"));
    pty_type(&pty, "a");
    pty_wait_text(&pty, "m Maps");
    pty_type(&pty, "\x1b[<0;28;24M");
    pty_wait_text(&pty, "channels 0-");
    kill(pty.child, SIGTERM);
    pty_wait_end(&pty);
    assert_true(pty_wrote(&pty, "\x1b[?1006l\x1b[?1000l"));
    assert_true(pty_modes_are_restored(&pty));
    pty_end(&pty);
}

static void an_option_takes_the_mouse_from_the_start(void **state) {
    Pty pty;
    start(&pty, *state, 80, 24, "--mouse");
    assert_true(pty_wrote(&pty, "\x1b[?1006h"));
    pty_type(&pty, ":mouse off\r");
    pty_wait_text(&pty, "mouse off");
    assert_true(pty_wrote(&pty, "\x1b[?1006l"));
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

static void a_terminal_without_a_mouse_says_so(void **state) {
    static const char *const vt100[] = {"TERM=vt100", "LC_ALL=C.UTF-8", NULL};
    Pty pty;
    start_in(&pty, *state, &(PtyConfig){.width = 80, .height = 24, .environment = vt100}, "--mouse");
    pty_wait_text(&pty, "does not say where the mouse is");
    assert_false(pty_wrote(&pty, "\x1b[?1000h"));
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

/* The program has taken what was typed, and waited in vain for the rest of it. */
static void let_it_wait(Pty *pty) {
    int waiting;
    do {
        usleep(1000);
        assert_int_equal(ioctl(pty->tty, FIONREAD, &waiting), 0);
    } while (waiting > 0);
    usleep(150000);
}

/* A terminal answers somebody's question: while a name is typed, in pieces, and where keys are actions. */
static void late_answers_of_the_terminal_are_not_typed(void **state) {
    static const char *const answers[][2] = {
        {"\x1b]11;rgb:1e1e", "/1e1e/1e1e\a"},
        {"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b", "\\"},
        {"\x1b]", "4;1;rgb:qq\a"},
        {"\x1bP1$r", "0m\x1b\\"},
        {"\x1b_Gi=1", ";OK\x1b\\"},
        {"\x1b^q", "q\x1b\\"},
        {"\x1b[?6", "2;22c"},
        {"\x1bP>|xterm(370)\x1b\\", ""},
    };
    enum { COUNT = sizeof answers / sizeof *answers };
    char typed[COUNT + 8] = ":";
    Pty pty;
    start(&pty, *state, 80, 24, NULL);
    pty_type(&pty, ":");
    for (int k = 0; k < COUNT; k++) {
        const char letter[2] = {(char)('a' + k)};
        pty_type(&pty, answers[k][0]);
        let_it_wait(&pty);
        pty_type(&pty, answers[k][1]);
        pty_type(&pty, letter);
        strcat(typed, letter);
        pty_wait_text(&pty, typed);
    }
    pty_type(&pty, "\x1b");
    let_it_wait(&pty);
    for (int k = 0; k < COUNT; k++) {
        pty_type(&pty, answers[k][0]);
        let_it_wait(&pty);
        pty_type(&pty, answers[k][1]);
    }
    pty_type(&pty, "t");
    pty_wait_text(&pty, "of 71");
    pty_type(&pty, "q");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

/* All keys but those that leave (q, Ctrl-C, Ctrl-\, Ctrl-Z) or write files through the prompt (:). */
static void two_hundred_random_keys_do_no_harm(void **state) {
    static const char *const keys[] = {
        "s",       "S",       "n",      "N",        "f",    "F",    "d",      "w",      "v",      "a",
        "t",       "m",       "b",      "r",        "i",    "j",    "k",      "h",      "l",      "e",
        "[",       "]",       ",",      "p",        "P",    "g",    "G",      "?",      "\t",     "\r",
        "\x7f",    "R",       " ",      "\x04",     "\x15", "\x0c", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D",
        "\x1b[5~", "\x1b[6~", "\x1b[Z", "\xc3\xa4", "\xff", "~"};
    Pty pty;
    Rng rng;
    rng_init(&rng, 20151210);
    start(&pty, *state, 80, 24, NULL);
    for (int k = 0; k < 200; k++) pty_type(&pty, keys[rng_below(&rng, sizeof keys / sizeof keys[0])]);
    pty_type(&pty, "?");
    pty_type(&pty, "a");
    pty_wait_text(&pty, "of 71");
    pty_type(&pty, "aqq");
    assert_left_cleanly(&pty);
    pty_end(&pty);
}

/* Every kind of terminal in every kind of locale: it opens, steps, and leaves the terminal as it was. */
static void every_terminal_and_locale_will_do(void **state) {
    static const char *const terms[] = {"TERM=xterm-256color", "TERM=tmux-256color",   "TERM=screen",
                                        "TERM=linux",          "TERM=vt100",           "TERM=xterm-kitty",
                                        "TERM=skipscope-none", "TERM=xterm-direct256x"};
    static const char *const locales[] = {"LC_ALL=C.UTF-8", "LC_ALL=C", "LC_ALL=xx_YY.UTF-8", "LC_ALL"};
    for (size_t t = 0; t < sizeof terms / sizeof terms[0]; t++)
        for (size_t l = 0; l < sizeof locales / sizeof locales[0]; l++) {
            const char *const set[] = {terms[t],    locales[l], "LANG", "LC_CTYPE",
                                       "COLORTERM", "NO_COLOR", NULL};
            Pty pty;
            start_in(&pty, *state, &(PtyConfig){.width = 80, .height = 24, .environment = set}, NULL);
            pty_type(&pty, "tss");
            pty_wait_text(&pty, "bn1");
            pty_type(&pty, "q");
            assert_left_cleanly(&pty);
            pty_end(&pty);
        }
}

static void without_a_terminal_it_says_what_to_do(void **state) {
    (void)state;
    program_expect_failure(3, "--script", ARGS("resnet20"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_steps_forward_and_backward_and_leaves_cleanly, temp_dir_setup,
                                        temp_dir_teardown),
        cmocka_unit_test_setup_teardown(a_copy_is_offered_to_the_clipboard_as_letters, temp_dir_setup,
                                        temp_dir_teardown),
        cmocka_unit_test_setup_teardown(what_is_done_is_recorded_to_the_last_screen, temp_dir_setup,
                                        temp_dir_teardown),
        cmocka_unit_test(keys_typed_before_there_is_a_screen_count),
        IN_TEMP_DIR(a_file_that_is_refused_leaves_the_terminal_as_it_was),
        IN_TEMP_DIR(a_recording_that_stands_already_is_kept),
        IN_TEMP_DIR(a_recording_that_finds_the_disk_full_is_told_of_at_once),
        cmocka_unit_test_setup_teardown(it_follows_a_resize, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(sigterm_gives_the_terminal_back, temp_dir_setup, temp_dir_teardown),
        IN_TEMP_DIR(late_answers_of_the_terminal_are_not_typed),
        IN_TEMP_DIR(the_mouse_clicks_once_it_is_asked_for),
        IN_TEMP_DIR(an_option_takes_the_mouse_from_the_start),
        IN_TEMP_DIR(a_terminal_without_a_mouse_says_so),
        cmocka_unit_test_setup_teardown(two_hundred_random_keys_do_no_harm, temp_dir_setup,
                                        temp_dir_teardown),
        cmocka_unit_test_setup_teardown(every_terminal_and_locale_will_do, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test(without_a_terminal_it_says_what_to_do),
    };
    setenv("SKIPSCOPE_NO_CONFIG", "1", 1); /* whoever runs the tests may have settings */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
