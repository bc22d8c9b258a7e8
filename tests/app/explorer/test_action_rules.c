/* What an action touches decides which lock refuses it, whether a configuration file or a lesson may have it,
 * and whether the reader of a lesson leaves the page by it. */
#include <stdio.h>
#include <string.h>

#include "app/cli/options.h"
#include "app/explorer/config.h"
#include "app/lesson/lesson.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

enum {
    NO_CONFIG = 1, /* not in a configuration file */
    NO_LESSON = 2, /* not in a lesson or a scene of the book */
    STAYS = 4,     /* the reader of a lesson stays on the page */
    TUTOR = 8,     /* the lesson under way answers */
};

/* All others are locked by nothing, may stand in configuration files and lessons, and leave the page. */
static const struct {
    const char *name, *lock;
    unsigned rules;
} expected[] = {
    {"step", "run", 0},
    {"block", "run", 0},
    {"finish", "run", 0},
    {"run-here", "run", 0},
    {"restart", "run", 0},
    {"continue", "run", 0},
    {"breaks", NULL, STAYS},
    {"go-mark", "view", 0},
    {"play", "run", NO_LESSON},
    {"slower", "run", NO_LESSON},
    {"view", "view", 0},
    {"next-view", "view", 0},
    {"previous-view", "view", 0},
    {"image", "image", NO_CONFIG},
    {"weights", "weights", NO_CONFIG},
    {"arch", "weights", NO_CONFIG},
    {"files", "weights", NO_CONFIG | NO_LESSON | STAYS},
    {"target", "image", 0},
    {"without-skip", "skip", 0},
    {"versus", "skip", 0},
    {"twin", "skip", 0},
    {"analysis", "view", 0},
    {"lesion", "skip", 0},
    {"swap", "weights", 0},
    {"scope", "settings", 0},
    {"order", "settings", 0},
    {"palette", "settings", 0},
    {"pooling", "settings", 0},
    {"clip", "settings", 0},
    {"figures", "settings", 0},
    {"overlay", "settings", 0},
    {"figures", "settings", 0},
    {"help", NULL, NO_LESSON | STAYS},
    {"prompt", NULL, NO_CONFIG | NO_LESSON | STAYS},
    {"screen", "files", NO_CONFIG | NO_LESSON | STAYS},
    {"export", "files", NO_CONFIG | NO_LESSON | STAYS},
    {"describe", "files", NO_CONFIG | NO_LESSON | STAYS},
    {"copy", NULL, STAYS},
    {"export-chart", "files", NO_CONFIG | NO_LESSON | STAYS},
    {"theme", "settings", NO_LESSON | STAYS},
    {"bind", "settings", NO_LESSON | STAYS},
    {"mouse", "settings", NO_LESSON | STAYS},
    {"dots", "settings", NO_LESSON | STAYS},
    {"presenter", NULL, NO_LESSON | STAYS},
    {"pointer", NULL, NO_LESSON | STAYS},
    {"click", NULL, NO_CONFIG | NO_LESSON | STAYS},
    {"questions", NULL, NO_LESSON | STAYS},
    {"what", NULL, NO_CONFIG | NO_LESSON | STAYS},
    {"lesson", "lesson", NO_LESSON | TUTOR},
    {"lesson-next", NULL, NO_LESSON | TUTOR},
    {"lesson-back", NULL, NO_LESSON | TUTOR},
    {"lesson-return", NULL, NO_LESSON | TUTOR},
    {"answer", NULL, NO_LESSON | TUTOR},
    {"redraw", NULL, NO_LESSON | STAYS},
    {"quit", NULL, NO_CONFIG | NO_LESSON | TUTOR},
};

static int row_of(ActionId id) {
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++)
        if (strcmp(expected[k].name, action_name(id)) == 0) return (int)k;
    return -1;
}

static const char *lock_of(ActionId id) {
    int row = row_of(id);
    return row >= 0 ? expected[row].lock : NULL;
}

static unsigned rules_of(ActionId id) {
    int row = row_of(id);
    return row >= 0 ? expected[row].rules : 0;
}

static void the_table_names_actions(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++)
        if (action_find(expected[k].name) == ACTION_NONE) fail_msg("there is no '%s'", expected[k].name);
}

/* Each lock by itself refuses its own actions and no others. */
static void every_lock_refuses_its_own_actions(void **state) {
    (void)state;
    for (int group = 0; group < LOCK_GROUP_COUNT; group++) {
        const char *name = handout_lock_name((LockGroup)group);
        Handout handout = {.locks = 1u << group};
        for (int id = ACTION_NONE; id < ACTION_COUNT; id++) {
            const char *lock = lock_of((ActionId)id);
            if (id == ACTION_FILES) continue; /* by its word: see below */
            bool refused = handout_refuses(&handout, &(Action){.id = (ActionId)id}, NULL);
            if (refused != (lock && strcmp(lock, name) == 0))
                fail_msg("the lock %s %s '%s'", name, refused ? "refuses" : "lets through",
                         action_name((ActionId)id));
        }
    }
}

/* A list is locked with what is chosen from it; without a word, when no list is left. */
static void lists_of_files_are_locked_by_what_they_list(void **state) {
    (void)state;
    static const struct {
        const char *word;
        unsigned locks;
    } refused[] = {{"pictures", 1u << LOCK_IMAGE},
                   {"weights", 1u << LOCK_WEIGHTS},
                   {"architectures", 1u << LOCK_WEIGHTS},
                   {"", 1u << LOCK_IMAGE | 1u << LOCK_WEIGHTS}};
    for (size_t k = 0; k < sizeof refused / sizeof refused[0]; k++) {
        Action action = {.id = ACTION_FILES};
        snprintf(action.text, sizeof action.text, "%s", refused[k].word);
        for (unsigned locks = 0; locks < 1u << LOCK_GROUP_COUNT; locks++) {
            bool all = (locks & refused[k].locks) == refused[k].locks;
            assert_int_equal(handout_refuses(&(Handout){.locks = locks}, &action, NULL), all);
        }
    }
}

static void lessons_may_have_all_but_these(void **state) {
    (void)state;
    for (int id = ACTION_NONE; id < ACTION_COUNT; id++) {
        bool refused = lesson_is_for_users((ActionId)id);
        if (refused != ((rules_of((ActionId)id) & NO_LESSON) != 0))
            fail_msg("a lesson %s '%s'", refused ? "refuses" : "takes", action_name((ActionId)id));
    }
}

/* The number is for those that want one. */
static void line_of(ActionId id, char out[64]) {
    bool number = action_argument(id) == ACTION_ARGUMENT_NUMBER;
    snprintf(out, 64, "%s%s", action_name(id), number ? " 1" : "");
}

static void configuration_files_may_have_all_but_these(void **state) {
    SessionWorld *world = *state;
    Options options = {.word_count = 0};
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        char line[64], path[] = "config", *lines[] = {line};
        Config config = {.path = path, .lines = lines, .line_count = 1};
        line_of((ActionId)id, line);
        config_run(&config, world->screen, &options);
        bool refused = strstr(config.first.text, "has no place in a config file") != NULL;
        if (refused != ((rules_of((ActionId)id) & NO_CONFIG) != 0))
            fail_msg("a configuration file %s '%s'", refused ? "refuses" : "takes", line);
    }
}

static void these_leave_the_page_of_a_lesson(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "lesson add");
    LessonRun *run = world->screen->lesson;
    assert_non_null(run);
    for (int id = ACTION_NONE; id < ACTION_COUNT; id++) {
        unsigned rules = rules_of((ActionId)id) & (STAYS | TUTOR);
        Action action = {.id = (ActionId)id};
        run->exploring = false;
        bool taken = lesson_run_takes(run, &action);
        /* Without a string the state is only told; with one, see below. */
        bool stays = rules || id == ACTION_NONE || id == ACTION_STATE;
        if (taken != (rules == TUTOR))
            fail_msg("the lesson %s '%s'", taken ? "takes" : "leaves", action_name(action.id));
        if (run->exploring == stays)
            fail_msg("'%s' %s the page", action_name(action.id), stays ? "leaves" : "stays on");
    }
    Action there = {.id = ACTION_STATE, .text = "v1:resnet20"};
    run->exploring = false;
    assert_false(lesson_run_takes(run, &there));
    assert_true(run->exploring);
    run->exploring = false;
}

/* The table of handlers has a row for each action. */
static void every_action_is_done_by_somebody(void **state) {
    SessionWorld *world = *state;
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        screen_do(world->screen, &(Action){.id = (ActionId)id});
        screen_end_lesson(world->screen);
        layer_close_all(world->screen);
        const char *problem = screen_error(world->screen);
        if (problem && strstr(problem, "nothing in this program does it")) fail_msg("%s", problem);
    }
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_names_actions),
        cmocka_unit_test(every_lock_refuses_its_own_actions),
        cmocka_unit_test(lists_of_files_are_locked_by_what_they_list),
        cmocka_unit_test(lessons_may_have_all_but_these),
        IN_WORLD(configuration_files_may_have_all_but_these),
        IN_WORLD(these_leave_the_page_of_a_lesson),
        IN_WORLD(every_action_is_done_by_somebody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
