/* Which theme the explorer takes on which terminal, and that an answer is never a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/temp_dir.h"
#include "views/style/theme.h"
#include "views/term/background.h"

#define ANSWER_LIGHT "\033]11;rgb:ffff/ffff/ffff\a"
#define ANSWER_CREAM "\033]11;rgb:fd/f6/e3\033\\"
#define ANSWER_DARK  "\033]11;rgba:1e1e/1e1e/1e1e/ffff\033\\"

enum { ARGUMENTS_MAX = 4, TRIES = 20 };

/* What is run, and where: up to three words, and one more variable. */
typedef struct Case {
    const char *arguments[ARGUMENTS_MAX];
    const char *variable; /* NULL: none */
    const char *term;     /* NULL: xterm-256color */
} Case;

static int run_program(void *context) {
    const Case *run = context;
    char *words[ARGUMENTS_MAX + 2] = {(char *)"skipscope"};
    for (int k = 0; k < ARGUMENTS_MAX; k++) words[k + 1] = (char *)run->arguments[k];
    execv(program_path(), words);
    return 127;
}

static void start(Pty *pty, const Case *run) {
    char term[64];
    snprintf(term, sizeof term, "TERM=%s", run->term ? run->term : "xterm-256color");
    pty_start(pty, &(PtyConfig){.width = 80,
                                .height = 24,
                                .environment = (const char *const[]){term, run->variable, NULL},
                                .run = run_program,
                                .context = (void *)(uintptr_t)run});
}

static void start_and_see(Pty *pty, const Case *run) {
    start(pty, run);
    pty_wait_text(pty, "resnet20");
}

/* The title bar shows which theme is in force; pictures may have any other colour. */
static int bar_of(ThemeId theme) {
    return theme_resolve(theme, color_role(ROLE_BAR), COLOR_DEPTH_256);
}

static void wait_theme(Pty *pty, ThemeId theme) {
    pty_wait_ground(pty, 1, 0, bar_of(theme));
}

/* All that has been typed has had its effect once the prompt is there, and goes with Ctrl-U and Escape. */
static void settle(Pty *pty) {
    pty_type(pty, ":settled");
    pty_wait_text(pty, ":settled");
    pty_type(pty, "\025\033");
    pty_wait_taken(pty);
}

static void leave(Pty *pty) {
    pty_type(pty, "q");
    int status = pty_wait_end(pty);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail_msg("wait status %#x", (unsigned)status);
    pty_assert_is_back(pty);
    pty_end(pty);
}

static void the_first_screen_does_not_wait_and_follows_the_answer(void **state) {
    (void)state;
    static const char *const answers[] = {ANSWER_LIGHT, ANSWER_CREAM};
    for (size_t k = 0; k < sizeof answers / sizeof *answers; k++) {
        Pty pty;
        start_and_see(&pty, &(Case){.variable = NULL});
        assert_true(pty_wrote(&pty, BACKGROUND_QUESTION));
        wait_theme(&pty, THEME_DARK);
        pty_type(&pty, answers[k]);
        wait_theme(&pty, THEME_LIGHT);
        leave(&pty);
    }
}

static void assert_stays_dark(const Case *run, const char *typed) {
    Pty pty;
    start_and_see(&pty, run);
    pty_type(&pty, typed);
    settle(&pty);
    if (pty_ground(&pty, 1, 0) != bar_of(THEME_DARK)) fail_msg("light after %s", typed + 1);
    leave(&pty);
}

static void a_dark_answer_and_none_leave_it_dark(void **state) {
    (void)state;
    static const char *const typed[] = {"", ANSWER_DARK, "\033]11;garbage\a", "\033]10;rgb:ffff/ffff/ffff\a",
                                        "\033]11;rgb:ffff/ffff\033\\"};
    for (size_t k = 0; k < sizeof typed / sizeof *typed; k++)
        assert_stays_dark(&(Case){.variable = NULL}, typed[k]);
}

static void an_answer_may_come_after_keys_and_work(void **state) {
    (void)state;
    Pty pty;
    start_and_see(&pty, &(Case){.variable = NULL});
    pty_type(&pty, "ff");
    settle(&pty);
    pty_type(&pty, "r" ANSWER_LIGHT "t");
    wait_theme(&pty, THEME_LIGHT);
    leave(&pty);
}

/* The prompt would show what it takes for keys; Escape would close it. */
static void assert_no_keys(const char *const *pieces, int count) {
    Pty pty;
    start_and_see(&pty, &(Case){.variable = NULL});
    pty_type(&pty, ":ord");
    for (int k = 0; k < count; k++) {
        pty_type(&pty, pieces[k]);
        pty_wait_taken(&pty);
    }
    pty_type(&pty, "er activation");
    pty_wait_text(&pty, ":order activation");
    pty_type(&pty, "\025\033");
    leave(&pty);
}

static void pieces_of_an_answer_are_no_keys(void **state) {
    (void)state;
    static const char *const answers[] = {ANSWER_LIGHT, ANSWER_CREAM, ANSWER_DARK, "\033]11;quit?\a",
                                          "\033]4;1;rgb:ff/ff/ff\033\\"};
    for (size_t k = 0; k < sizeof answers / sizeof *answers; k++)
        for (size_t first = 2; first < strlen(answers[k]); first += 3) {
            char begin[64];
            snprintf(begin, sizeof begin, "%.*s", (int)first, answers[k]);
            assert_no_keys((const char *const[]){begin, answers[k] + first}, 2);
        }
}

/* While an answer is awaited its first byte, the escape character, may come well before the others: longer
 * than the 25 ms after which it is the Escape key, and less than 300. A machine too slow to keep to that gets
 * other tries. */
static void an_answer_torn_after_its_first_byte_is_no_escape(void **state) {
    (void)state;
    enum { PAUSE_US = 80000, MOST_MS = 250 };
    bool kept = false;
    for (int k = 0; k < TRIES && !kept; k++) {
        Pty pty;
        start_and_see(&pty, &(Case){.variable = NULL});
        pty_type(&pty, ":ord");
        pty_wait_text(&pty, ":ord");
        double begin_ms = clock_milliseconds();
        pty_type(&pty, "\033");
        usleep(PAUSE_US);
        pty_type(&pty, &ANSWER_LIGHT[1]);
        kept = clock_milliseconds() - begin_ms < MOST_MS;
        wait_theme(&pty, THEME_LIGHT);
        if (kept) pty_wait_text(&pty, ":ord");
        pty_type(&pty, "\025\033");
        leave(&pty);
    }
    if (!kept) skip();
}

/* Right after the key that ends the program: nothing is left for the shell. The program waits for it until
 * 200 ms after its question; a machine too slow for that gets other tries. */
static void an_answer_that_is_still_to_come_is_not_the_shells(void **state) {
    (void)state;
    enum { MOST_MS = 150 };
    bool kept = false;
    for (int k = 0; k < TRIES && !kept; k++) {
        Pty pty;
        int left = -1;
        double begin_ms = clock_milliseconds(); /* not after the question */
        start(&pty, &(Case){.variable = NULL});
        pty_wait_output(&pty, BACKGROUND_QUESTION);
        pty_type(&pty, "q");
        pty_wait_taken(&pty);
        pty_type(&pty, ANSWER_LIGHT);
        kept = clock_milliseconds() - begin_ms < MOST_MS;
        pty_wait_end(&pty);
        assert_int_equal(ioctl(pty.tty, FIONREAD, &left), 0);
        if (kept) assert_int_equal(left, 0);
        pty_assert_is_back(&pty);
        pty_end(&pty);
    }
    if (!kept) skip();
}

static void a_chosen_theme_stays(void **state) {
    TempDir *dir = *state;
    char home[TEMP_PATH_MAX + 32];
    assert_stays_dark(&(Case){.arguments = {"--theme", "dark"}}, ANSWER_LIGHT);
    assert_stays_dark(&(Case){.arguments = {"--theme", "dark"}, .variable = "COLORFGBG=0;15"}, "");
    assert_stays_dark(&(Case){.variable = NULL}, ":theme dark\r" ANSWER_LIGHT);
    mkdir(temp_dir_join(dir, "skipscope"), 0700);
    temp_dir_write(dir, "skipscope/config", "theme dark\n", 11);
    snprintf(home, sizeof home, "XDG_CONFIG_HOME=%s", dir->path);
    assert_stays_dark(&(Case){.variable = home}, ANSWER_LIGHT);
}

static void the_variable_counts_until_the_answer(void **state) {
    (void)state;
    Pty pty;
    start_and_see(&pty, &(Case){.variable = "COLORFGBG=0;default;15"});
    wait_theme(&pty, THEME_LIGHT);
    pty_type(&pty, ANSWER_DARK);
    wait_theme(&pty, THEME_DARK);
    leave(&pty);
}

static void who_cannot_answer_is_not_asked(void **state) {
    TempDir *dir = *state;
    char option[TEMP_PATH_MAX + 16];
    snprintf(option, sizeof option, "--record=%s", temp_dir_join(dir, "mine.cast"));
    const Case cases[] = {{.term = "linux"},          {.term = "vt100"},       {.variable = "STY=1.pts"},
                          {.variable = "NO_COLOR=1"}, {.arguments = {option}}, {.arguments = {"--no-color"}}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Pty pty;
        start_and_see(&pty, &cases[k]);
        if (pty_wrote(&pty, "\033]11;")) fail_msg("case %zu was asked", k);
        leave(&pty);
    }
}

/* Its own high contrast is light text. */
static void a_class_sees_dark_text_on_a_light_ground(void **state) {
    (void)state;
    Pty pty;
    start_and_see(&pty, &(Case){.arguments = {"present", "skip"}});
    wait_theme(&pty, THEME_CONTRAST);
    pty_type(&pty, ANSWER_LIGHT);
    wait_theme(&pty, THEME_LIGHT);
    pty_type(&pty, "q"); /* the lesson */
    pty_wait_text(&pty, "has been left");
    leave(&pty);
}

static void doctor_says_what_it_found(void **state) {
    (void)state;
    static const struct {
        const char *variable, *term, *answer, *found, *theme;
    } cases[] = {
        {NULL, NULL, ANSWER_CREAM, "light (the terminal answers #fdf6e3", "light, unless"},
        {"COLORFGBG=0;15", NULL, ANSWER_DARK, "dark (the terminal answers #1e1e1e", "dark, unless"},
        {"COLORFGBG=0;15", NULL, NULL, "light (the terminal was asked and does not say", "light, unless"},
        {"COLORFGBG=0;15", "linux", ANSWER_DARK, "light (the terminal was not asked, COLORFGBG=0;15",
         "light, unless"},
        {NULL, "vt100", NULL, "unknown (the terminal was not asked, COLORFGBG=(none)", "dark, unless"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Pty pty;
        start(&pty, &(Case){.arguments = {"doctor"}, .variable = cases[k].variable, .term = cases[k].term});
        pty.answer = cases[k].answer;
        pty_wait_text(&pty, cases[k].found);
        pty_wait_text(&pty, cases[k].theme);
        assert_int_equal(pty_wait_end(&pty), 0);
        pty_assert_is_back(&pty);
        pty_end(&pty);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_screen_does_not_wait_and_follows_the_answer),
        cmocka_unit_test(a_dark_answer_and_none_leave_it_dark),
        cmocka_unit_test(an_answer_may_come_after_keys_and_work),
        cmocka_unit_test(pieces_of_an_answer_are_no_keys),
        cmocka_unit_test(an_answer_torn_after_its_first_byte_is_no_escape),
        cmocka_unit_test(an_answer_that_is_still_to_come_is_not_the_shells),
        IN_TEMP_DIR(a_chosen_theme_stays),
        cmocka_unit_test(the_variable_counts_until_the_answer),
        IN_TEMP_DIR(who_cannot_answer_is_not_asked),
        cmocka_unit_test(a_class_sees_dark_text_on_a_light_ground),
        cmocka_unit_test(doctor_says_what_it_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
