/* The user's own settings and keys. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/explorer/config.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/session_world.h"

/* Options as parsed, and the config that they say; a failure fails the test. */
typedef struct Read {
    Options options;
    Config config;
} Read;

static Read read_config(char **words, int count) {
    Read read;
    Error err = {0};
    if (!options_parse(&read.options, count, words, &err) || !config_load(&read.config, &read.options, &err))
        fail_msg("%s", err.text);
    config_set_options(&read.config, &read.options);
    return read;
}

/* A config file in the folder of the test, where the environment leads to it. */
static const char *write_config(TempDir *dir, const char *text) {
    mkdir(temp_dir_join(dir, "skipscope"), 0700);
    setenv("XDG_CONFIG_HOME", dir->path, 1);
    unsetenv("SKIPSCOPE_NO_CONFIG");
    return temp_dir_write(dir, "skipscope/config", text, strlen(text));
}

static Read read_text(TempDir *dir, const char *text) {
    write_config(dir, text);
    return read_config((char *[]){(char *)"skipscope", NULL}, 1);
}

/* All of it on the session of the world. */
static Read apply(SessionWorld *world, const char *text) {
    Read read = read_text(world->dir, text);
    config_run(&read.config, world->screen, &read.options);
    return read;
}

static void it_lies_where_xdg_says(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"/x", "/home/me", "/x/skipscope/config"},
        {NULL, "/home/me", "/home/me/.config/skipscope/config"},
        {"relative", "/home/me", "/home/me/.config/skipscope/config"},
        {"", "/home/me", "/home/me/.config/skipscope/config"},
        {NULL, NULL, NULL},
    };
    const char *home = getenv("HOME");
    char *kept = home ? strdup(home) : NULL;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        unsetenv("XDG_CONFIG_HOME");
        unsetenv("HOME");
        if (cases[k][0]) setenv("XDG_CONFIG_HOME", cases[k][0], 1);
        if (cases[k][1]) setenv("HOME", cases[k][1], 1);
        char *path = config_path();
        if (cases[k][2])
            assert_string_equal(path, cases[k][2]);
        else
            assert_null(path);
        free(path);
    }
    if (kept) setenv("HOME", kept, 1);
    free(kept);
}

static void a_file_that_is_not_there_is_no_error(void **state) {
    TempDir *dir = *state;
    setenv("XDG_CONFIG_HOME", dir->path, 1);
    Read read = read_config((char *[]){(char *)"skipscope", NULL}, 1);
    assert_null(read.config.text);
    assert_int_equal(read.config.problems, 0);
    config_clear(&read.config);
}

static void its_lines_are_those_of_a_script(void **state) {
    SessionWorld *world = *state;
    Read read = apply(world, "# my own\n\n  theme light  \r\npalette activations puor\nmouse on\nview maps\n"
                             "bind X arch resnet56");
    assert_int_equal(read.config.problems, 0);
    assert_null(screen_error(world->screen));
    assert_int_equal(world->session->look.settings.theme, THEME_LIGHT);
    assert_int_equal(setting_palette(&world->session->look.settings, PALETTE_USE_ACTIVATION), PALETTE_PUOR);
    assert_true(screen_mouse(world->screen));
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    screen_key(world->screen, &(Key){.code = 'X'});
    screen_finish_work(world->screen);
    assert_string_equal(world->session->exp.setup->model->network->arch, "resnet56");
    config_clear(&read.config);
}

static void a_wrong_line_is_named_and_the_others_count(void **state) {
    SessionWorld *world = *state;
    static const struct {
        const char *line, *says;
    } cases[] = {{"teme light", "config:2: there is no action 'teme': did you mean 'theme'?"},
                 {"theme pink", "config:2: theme: expected dark"},
                 {"quit", "config:2: 'quit' has no place in a config file"},
                 {"screen x", "config:2: 'screen' has no place"},
                 {"describe x", "config:2: 'describe' has no place"},
                 {"export-chart x.svg", "config:2: 'export-chart' has no place"},
                 {"arch resnet56", "'set arch NAME'"},
                 {"set colour 256", "config:2: there is no option --colour"},
                 {"set color purple", "config:2: set color"},
                 {"set ascii maybe", "expected on or off"},
                 {"set script x", "for the command line only"},
                 {"set kernel avx2", "--kernel is for the command line only"},
                 {"set epochs 3", "--epochs is not an option of the explorer"},
                 {"bind 7 step", "config:2: bind: 7 keeps its meaning"},
                 {"\x1b[31m", "config:2: there is no action '\\x1B[31m'"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text[128];
        snprintf(text, sizeof text, "view step\n%s\nview block\n", cases[k].line);
        Read read = apply(world, text);
        assert_int_equal(read.config.problems, 1);
        if (!strstr(screen_error(world->screen), cases[k].says))
            fail_msg("'%s' is not in '%s'", cases[k].says, screen_error(world->screen));
        assert_int_equal(world->session->look.view, VIEW_BLOCK);
        config_clear(&read.config);
    }
    Read read = apply(world, "x\ny\nz\n");
    assert_non_null(strstr(screen_error(world->screen), "config:1: "));
    assert_non_null(strstr(screen_error(world->screen), "(and 2 more like it)"));
    config_clear(&read.config);
}

static void a_mark_at_the_beginning_is_no_part_of_the_first_line(void **state) {
    SessionWorld *world = *state;
    Read read = apply(world, "\xEF\xBB\xBFtheme light\r\nview maps\r\n");
    assert_int_equal(read.config.problems, 0);
    assert_int_equal(world->session->look.settings.theme, THEME_LIGHT);
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    config_clear(&read.config);
}

static void a_file_that_is_no_text_is_told_of_with_its_place(void **state) {
    SessionWorld *world = *state;
    Read read = apply(world, "theme light\nview m\xE4ps\n");
    assert_int_equal(read.config.problems, 1);
    assert_non_null(
        strstr(screen_error(world->screen), "config, line 2, byte 7: the byte 0xE4 is not UTF-8"));
    config_clear(&read.config);
}

static void options_are_set_unless_somebody_has_decided(void **state) {
    TempDir *dir = *state;
    write_config(dir, "set arch resnet56\nset seed 7\nset ascii\nset no-animation off\nset theme light\n");
    setenv("SKIPSCOPE_SEED", "3", 1);
    Read read = read_config((char *[]){(char *)"skipscope", (char *)"--theme=dark", NULL}, 2);
    unsetenv("SKIPSCOPE_SEED");
    assert_int_equal(read.config.problems, 0);
    assert_string_equal(read.options.model.arch, "resnet56");
    assert_int_equal(read.options.model.seed, 3);
    assert_true(read.options.output.ascii);
    assert_false(read.options.explorer.no_animation);
    assert_string_equal(read.options.explorer.theme, "dark");
    config_clear(&read.config);
}

static void the_command_line_overrules_lines_too(void **state) {
    SessionWorld *world = *state;
    write_config(world->dir, "theme light\nmouse on\nview maps\n");
    char *words[] = {(char *)"skipscope", (char *)"--theme=dark", (char *)"--no-mouse", NULL};
    Read read = read_config(words, 3);
    config_run(&read.config, world->screen, &read.options);
    assert_int_equal(world->session->look.settings.theme, THEME_DARK);
    assert_false(screen_mouse(world->screen));
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    config_clear(&read.config);
}

static void keys_of_ones_own_stand_in_hints_and_help(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "bind X arch resnet32");
    session_world_act(world, "bind s step 2");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "X arch resnet32"));
    assert_non_null(strstr(screen, "Space step")); /* what is left of "s Space" */
    free(screen);
    session_world_act(world, "help");
    screen = session_world_screen(world);
    assert_non_null(strstr(screen, "Your own"));
    assert_non_null(strstr(screen, "step 2"));
    free(screen);
}

static void a_bound_key_acts_and_can_be_given_back(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "bind S step 2");
    screen_key(world->screen, &(Key){.code = 'S'});
    screen_finish_work(world->screen);
    assert_int_equal(world->session->exp.at, 2);
    session_world_act(world, "bind S");
    screen_key(world->screen, &(Key){.code = 'S'});
    assert_int_equal(world->session->exp.at, 1);
    session_world_act(world, "bind");
    assert_non_null(strstr(world->session->notice.text, "no keys of your own"));
    session_world_act(world, "bind C-t theme");
    session_world_act(world, "bind");
    assert_non_null(strstr(world->session->notice.text, "C-t: theme"));
}

static void the_keys_that_lead_out_cannot_be_bound(void **state) {
    SessionWorld *world = *state;
    static const char *const lines[] = {
        "bind q step", "bind ? step",     "bind : step",     "bind Esc step",  "bind a step",
        "bind 0 step", "bind Mouse step", "bind nokey step", "bind X nothing", "bind X step x"};
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        session_world_act(world, lines[k]);
        assert_non_null(screen_error(world->screen));
        assert_int_equal(world->screen->bindings.count, 0);
    }
}

static void there_is_room_for_so_many_keys_and_it_is_said(void **state) {
    SessionWorld *world = *state;
    bool full = false;
    for (char c = '!'; c <= '~'; c++) {
        char line[16];
        snprintf(line, sizeof line, "bind %c step", c);
        session_world_act(world, line);
        const char *problem = screen_error(world->screen);
        full = full || (problem && strstr(problem, "already"));
    }
    assert_true(full);
    assert_int_equal(world->screen->bindings.count, BINDINGS_MAX);
    session_world_act(world, "help");
    free(session_world_screen(world));
}

static void a_script_is_the_same_for_everybody(void **state) {
    TempDir *dir = *state;
    const char *path = strdup(write_config(dir, "set arch plain20\nset ascii\n"));
    const char *script = temp_dir_write(dir, "script", "screen -\n", 9);
    ProgramRun run = program_run(ARGS("--script", script));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, " resnet20 "));
    assert_non_null(strstr(run.out, "▸"));
    program_free(&run);
    run = program_run(ARGS("--script", script, "--config", path));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, " plain20 "));
    assert_null(strstr(run.out, "▸"));
    program_free(&run);
    free((void *)path);
}

static void a_named_file_must_be_there(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s", temp_dir_join(dir, "nowhere"));
    const char *script = temp_dir_write(dir, "script", "screen -\n", 9);
    program_expect_failure(4, "nowhere: cannot be opened", ARGS("--script", script, "--config", path));
}

static int run_explorer(void *context) {
    execl(program_path(), "skipscope", (char *)context, (char *)NULL);
    return 127;
}

static void start(Pty *pty, const char *option) {
    static const char *const environment[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", NULL};
    pty_start(pty, &(PtyConfig){.width = 80,
                                .height = 24,
                                .environment = environment,
                                .run = run_explorer,
                                .context = (void *)(uintptr_t)option});
}

static void settings_that_cannot_be_used_do_not_keep_it_from_starting(void **state) {
    Pty pty;
    write_config(*state, "set arch resnet21\nview maps\n");
    start(&pty, NULL);
    pty_wait_text(&pty, "resnet20");
    pty_wait_text(&pty, "left out");
    pty_wait_text(&pty, "channels 0-");
    pty_type(&pty, "q");
    assert_int_equal(pty_wait_end(&pty), 0);
    pty_end(&pty);
}

static void on_a_terminal_it_is_read_unless_it_is_not_wanted(void **state) {
    Pty pty;
    write_config(*state, "view step\nbroken line\n");
    start(&pty, NULL);
    pty_wait_text(&pty, "'broken'");
    pty_wait_text(&pty, "step 1 of 144");
    pty_type(&pty, "q");
    pty_wait_end(&pty);
    pty_end(&pty);
    start(&pty, "--no-config");
    pty_wait_text(&pty, "0 of 71");
    pty_type(&pty, "q");
    pty_wait_end(&pty);
    pty_end(&pty);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_lies_where_xdg_says),
        IN_TEMP_DIR(a_file_that_is_not_there_is_no_error),
        WORLD_TEST(its_lines_are_those_of_a_script),
        WORLD_TEST(a_wrong_line_is_named_and_the_others_count),
        WORLD_TEST(a_mark_at_the_beginning_is_no_part_of_the_first_line),
        WORLD_TEST(a_file_that_is_no_text_is_told_of_with_its_place),
        IN_TEMP_DIR(options_are_set_unless_somebody_has_decided),
        WORLD_TEST(the_command_line_overrules_lines_too),
        WORLD_TEST(keys_of_ones_own_stand_in_hints_and_help),
        WORLD_TEST(a_bound_key_acts_and_can_be_given_back),
        WORLD_TEST(the_keys_that_lead_out_cannot_be_bound),
        WORLD_TEST(there_is_room_for_so_many_keys_and_it_is_said),
        IN_TEMP_DIR(a_script_is_the_same_for_everybody),
        IN_TEMP_DIR(a_named_file_must_be_there),
        IN_TEMP_DIR(settings_that_cannot_be_used_do_not_keep_it_from_starting),
        IN_TEMP_DIR(on_a_terminal_it_is_read_unless_it_is_not_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
