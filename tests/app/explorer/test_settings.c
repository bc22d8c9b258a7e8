/* Every row of the table of settings is heeded wherever settings count: at the prompt and in its completion,
 * by locks, in state strings, in lessons and in the config file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/explorer/config.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

static int value_of(const SessionWorld *world, SettingId id) {
    return setting_get(&screen_front(world->screen)->look.settings, id);
}

static void choose(SessionWorld *world, SettingId id, const char *word) {
    char line[128];
    snprintf(line, sizeof line, "%s %s", setting_spec(id)->name, word);
    session_world_act(world, line);
}

/* Any value that is not the one at the start. */
static int other_value(SettingId id) {
    return setting_spec(id)->initial == 0 ? 1 : 0;
}

static void its_action_sets_it_and_answers(void **state) {
    SessionWorld *world = *state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        for (int k = 0; setting_word((SettingId)id, k); k++) {
            world->session->look.settings = setting_defaults();
            choose(world, (SettingId)id, setting_word((SettingId)id, k));
            if (value_of(world, (SettingId)id) != k)
                fail_msg("%s: %d, expected %d", spec->name, value_of(world, (SettingId)id), k);
            if (spec->sentences && !strstr(world->session->notice.text, spec->sentences[k]))
                fail_msg("%s: '%s', expected '%s'", spec->name, world->session->notice.text,
                         spec->sentences[k]);
        }
    }
}

static void tab_offers_its_words(void **state) {
    SessionWorld *world = *state;
    Scene scene = session_scene(world->session);
    for (int id = 0; id < SETTING_PALETTE; id++) {
        Completion completion = {0};
        char line[64];
        snprintf(line, sizeof line, "%s ", setting_spec((SettingId)id)->name);
        completion_find(&completion, line, strlen(line), &scene);
        for (int k = 0; setting_offer((SettingId)id, k); k++) {
            if (k >= completion.count) fail_msg("%s: %d words offered", line, completion.count);
            assert_string_equal(completion.words[k], setting_offer((SettingId)id, k));
        }
        assert_null(setting_offer((SettingId)id, completion.count));
        completion_clear(&completion);
    }
}

static void the_lock_of_its_group_keeps_it(void **state) {
    SessionWorld *world = *state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        int group = handout_lock_of(spec->action), other = other_value((SettingId)id);
        for (int lock = 0; lock < LOCK_GROUP_COUNT; lock++) {
            Error err = {0};
            world->session->look.settings = setting_defaults();
            world->session->handout = (Handout){.locks = 0};
            assert_true(handout_lock(&world->session->handout, handout_lock_name((LockGroup)lock), &err));
            choose(world, (SettingId)id, setting_word((SettingId)id, other));
            if (value_of(world, (SettingId)id) != (lock == group ? spec->initial : other))
                fail_msg("%s with a lock on %s is %d", spec->name, handout_lock_name((LockGroup)lock),
                         value_of(world, (SettingId)id));
        }
    }
}

/* What shows colours and scales only is never without a lock. */
static void settings_of_the_look_are_locked_as_settings(void **state) {
    (void)state;
    static const ActionId free_ones[] = {ACTION_EXPLAIN, ACTION_PRESENTER}, skips[] = {ACTION_VERSUS};
    for (int id = 0; id < SETTING_COUNT; id++) {
        ActionId action = setting_spec((SettingId)id)->action;
        int expected = action == free_ones[0] || action == free_ones[1] ? -1
                       : action == skips[0]                             ? LOCK_SKIP
                                                                        : LOCK_SETTINGS;
        assert_int_equal(handout_lock_of(action), expected);
    }
}

static void state_strings_keep_it_or_leave_it_alone(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    for (int id = 0; id < SETTING_COUNT; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        int other = other_value((SettingId)id);
        char expected[128], *text;
        snprintf(expected, sizeof expected, ",%s=%s", spec->name, setting_word((SettingId)id, other));
        world->session->look.settings = setting_defaults();
        setting_set(&world->session->look.settings, (SettingId)id, other);
        text = session_state_text(world->session);
        bool kept = spec->kept & SETTING_KEPT_STATE;
        if ((strstr(text, expected) != NULL) != kept) fail_msg("%s: the state is %s", spec->name, text);
        setting_set(&world->session->look.settings, (SettingId)id, kept ? spec->initial : other);
        if (!session_set_state(world->session, text, &err)) fail_msg("%s: %s", text, err.text);
        assert_int_equal(value_of(world, (SettingId)id), other);
        free(text);
    }
}

/* A lesson begins as its author saw it, except for what is the reader's own. */
static void a_lesson_takes_over_what_is_the_readers(void **state) {
    SessionWorld *world = *state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        int other = other_value((SettingId)id);
        world->session->look.settings = setting_defaults();
        setting_set(&world->session->look.settings, (SettingId)id, other);
        session_world_act(world, "lesson first");
        if (!world->screen->lesson) fail_msg("%s", world->session->notice.text);
        bool readers = spec->kept & SETTING_KEPT_READER;
        if ((value_of(world, (SettingId)id) == other) != readers)
            fail_msg("%s is %d", spec->name, value_of(world, (SettingId)id));
        screen_end_lesson(world->screen);
        assert_int_equal(value_of(world, (SettingId)id), other);
    }
}

/* Runs a config file of one line, beside options, on the world's session. */
static void run_config(SessionWorld *world, const char *line, char **words, int count) {
    Options options;
    Config config;
    Error err = {0};
    char *path = strdup(temp_dir_write(world->dir, "config", line, strlen(line)));
    char *all[8] = {(char *)"skipscope", (char *)"--config", path};
    for (int k = 0; k < count; k++) all[3 + k] = words[k];
    if (!options_parse(&options, 3 + count, all, &err) || !config_load(&config, &options, &err))
        fail_msg("%s", err.text);
    config_run(&config, world->screen, &options);
    if (config.problems > 0) fail_msg("%s", config.first.text);
    config_clear(&config);
    free(path);
}

static void a_line_of_the_config_file_sets_it(void **state) {
    SessionWorld *world = *state;
    for (int id = 0; id < SETTING_PALETTE; id++) {
        int other = other_value((SettingId)id);
        char line[64];
        world->session->look.settings = setting_defaults();
        snprintf(line, sizeof line, "%s %s", setting_spec((SettingId)id)->name,
                 setting_word((SettingId)id, other));
        run_config(world, line, NULL, 0);
        if (value_of(world, (SettingId)id) != other) fail_msg("'%s' has no effect", line);
    }
}

static void an_option_of_its_name_comes_first(void **state) {
    SessionWorld *world = *state;
    static const struct {
        SettingId id;
        const char *words[2];
        int count;
    } cases[] = {{SETTING_THEME, {"--theme", "dark"}, 2},
                 {SETTING_MOUSE, {"--no-mouse"}, 1},
                 {SETTING_MOUSE, {"--mouse"}, 1}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char line[64];
        world->session->look.settings = setting_defaults();
        snprintf(line, sizeof line, "%s %s", setting_spec(cases[k].id)->name, setting_word(cases[k].id, 1));
        run_config(world, line, (char **)cases[k].words, cases[k].count);
        assert_int_equal(value_of(world, cases[k].id), setting_spec(cases[k].id)->initial);
    }
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_WORLD(its_action_sets_it_and_answers),
        IN_WORLD(tab_offers_its_words),
        IN_WORLD(the_lock_of_its_group_keeps_it),
        cmocka_unit_test(settings_of_the_look_are_locked_as_settings),
        IN_WORLD(state_strings_keep_it_or_leave_it_alone),
        IN_WORLD(a_lesson_takes_over_what_is_the_readers),
        IN_WORLD(a_line_of_the_config_file_sets_it),
        IN_WORLD(an_option_of_its_name_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
