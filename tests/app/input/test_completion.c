/* What Tab offers is accepted: for every action, every word at every place after it, and every word that can
 * follow. */
#include "app/input/completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/parallel.h"
#include "core/network/resnet.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"
#include "views/scene/action_parse.h"

enum { DEPTH_MAX = 5 };

/* Nothing follows it, or what only the user knows. */
static bool is_open(ActionId id) {
    WordsOf first = action_follows(id)->words[0];
    return first == WORDS_NONE || first == WORDS_OWN || first == WORDS_LETTER;
}

static void close_all(SessionWorld *world) {
    Session *session = world->session;
    Error err = {0};
    assert_true(session_set_swaps(session, NULL, 0, &err));
    screen_end_lesson(world->screen);
    session_analyses_clear(session);
    session_twin_clear(session);
    layer_close_all(world->screen);
    layer_close(world->screen, LAYER_POINTER);
    session->stops.breakpoint_count = session->exp.swaps.waiting = 0;
    session->look.view = VIEW_ARCHITECTURE;
    if (session->exp.config.skip == SKIP_NONE_REMOVED) return;
    session->exp.config.skip = SKIP_NONE_REMOVED;
    session_rerun(session);
}

/* A large network takes its time to be made: here only the name counts. */
static bool is_arch(const char *name) {
    ResnetConfig config = {.classes = 0};
    snprintf(config.arch, sizeof config.arch, "%.23s", name);
    Network *network = resnet_new(&config, NULL);
    network_free(network);
    return network;
}

static bool is_accepted(SessionWorld *world, const char *line, Error *err) {
    Session *session = world->session;
    Action action;
    if (!action_parse(line, &action, err)) return false;
    if (action.id == ACTION_ARCH) return is_arch(action.text);
    session_set_presenter(session, false);
    screen_do(world->screen, &action);
    session_load_waiting(session);
    const char *problem = screen_error(world->screen);
    /* The list says of every analysis what it cannot ask of a network. */
    if (problem && action.id == ACTION_ANALYSIS && session->analyses.shown.open) problem = NULL;
    if (problem) error_set(err, ERROR_FAILED, "%s", problem);
    close_all(world);
    return problem == NULL;
}

/* Tries everything that can stand where the line ends. Returns how many words that are. */
static int try_all(SessionWorld *world, const char *line, int depth) {
    Completion completion = {.words = NULL};
    Scene scene = session_scene(world->session);
    completion_find(&completion, line, strlen(line), &scene);
    for (int k = 0; k < completion.count; k++) {
        const char *word = completion.words[k];
        char next[ACTION_TEXT_MAX];
        Error err = {0};
        if (word[strlen(word) - 1] == '/') continue;
        snprintf(next, sizeof next - 1, "%.*s%s", (int)completion.start, line, word);
        bool accepted = is_accepted(world, next, &err);
        strcat(next, " ");
        int more = depth < DEPTH_MAX ? try_all(world, next, depth + 1) : 0;
        if (!accepted && more == 0)
            fail_msg("%s, '%s' is offered and refused: %s", scene.network->arch, next, err.text);
    }
    int count = completion.count;
    completion_clear(&completion);
    return count;
}

/* Of each kind, and one that nothing but a file name takes. */
static void write_files(TempDir *dir) {
    static const char *const others[] = {"notes.c", "two words.txt", "old.svg",   "old.csv",
                                         "old.ans", "old.npy",       "old.state", "OLD.SVG"};
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) temp_dir_write(dir, others[k], "x", 1);
    test_image_write(dir, "a b.png", 2);
    test_image_write(dir, "one.png", 1);
}

static void go_to(SessionWorld *world, const char *model, const char *place) {
    const char *arch = strchr(model, ' ') + 1;
    if (strcmp(session_scene(world->session).network->arch, arch) != 0) session_world_act(world, model);
    if (screen_error(world->screen)) fail_msg("%s: %s", model, screen_error(world->screen));
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, place);
    assert_string_equal(session_scene(world->session).network->arch, arch);
}

static void try_every_action(SessionWorld *world, const char *model, const char *place) {
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        char line[80];
        if (id == ACTION_EXPORT_CHART) continue; /* there is no chart; see below */
        write_files(world->dir);
        go_to(world, model, place);
        snprintf(line, sizeof line, "%s ", action_name((ActionId)id));
        int count = try_all(world, line, 1);
        bool no_lesion = id == ACTION_LESION && world->session->exp.setup->model->network->shortcut == '-';
        if (count == 0 && !is_open((ActionId)id) && !no_lesion) fail_msg("'%s' offers nothing", line);
        if (count > 0 && action_argument((ActionId)id) != ACTION_ARGUMENT_TEXT)
            fail_msg("'%s' takes no words and offers some", line);
    }
}

static void what_is_offered_is_accepted(void **state) {
    static const char *const models[] = {"weights resnet20", "weights plain20"};
    static const char *const places[] = {"select input", "select layer1.0.conv1 backward"};
    SessionWorld *world = *state;
    char start[4096];
    assert_non_null(getcwd(start, sizeof start));
    assert_int_equal(chdir(world->dir->path), 0);
    for (size_t k = 0; k < sizeof models / sizeof models[0]; k++) {
        try_every_action(world, models[k], places[k]);
    }
    assert_int_equal(chdir(start), 0);
}

static void names_of_classes_are_offered_whole(void **state) {
    static const char *const names[] = {
        "great white shark", "great grey owl", "tabby, tabby cat", "d", "e", "f", "g", "h", "i", "j"};
    SessionWorld *world = *state;
    world->setup.model->class_names = names;
    assert_int_equal(try_all(world, "target ", DEPTH_MAX), 11);
    assert_int_equal(try_all(world, "target great ", DEPTH_MAX), 2);
    assert_int_equal(try_all(world, "target great white", DEPTH_MAX), 1);
}

/* The words that Tab offers after the line, with spaces between them. */
static char *offered(SessionWorld *world, const char *line) {
    Completion completion = {.words = NULL};
    Scene scene = session_scene(world->session);
    char *text = calloc(COMPLETION_MAX, COMPLETION_WORD_MAX + 1);
    completion_find(&completion, line, strlen(line), &scene);
    for (int k = 0; k < completion.count; k++)
        snprintf(text + strlen(text), 2 * COMPLETION_WORD_MAX, "%s%s", k > 0 ? " " : "", completion.words[k]);
    completion_clear(&completion);
    return text;
}

static void words_are_of_the_kind_that_the_place_takes(void **state) {
    SessionWorld *world = *state;
    char start[4096];
    static const struct {
        const char *line, *words;
    } cases[] = {{"presenter ", "on off"},
                 {"pointer ", "on off"},
                 {"mouse ", "on off"},
                 {"presenter on ", ""},
                 {"select fc ", "forward backward"},
                 {"select fc forward ", ""},
                 {"swap layer2.1 ", "layer2.2"},
                 {"swap layer2.0 ", ""},
                 {"palette weights pu", "puor purple-gold"},
                 {"palette puor ", ""},
                 {"break if ", "act grad dead cos nan"},
                 {"break if nan ", ""},
                 {"break if dead ", "< >"},
                 {"break if dead > ", "50%"},
                 {"break off ", ""},
                 {"watch fc ", "9"},
                 {"watch fc 9 0 0 ", ""},
                 {"analysis slice ", "plane"},
                 {"analysis paths ", ""},
                 {"twin plain ", ""},
                 {"copy ", "screen state preprocess"},
                 {"image a ", "a b.png"},
                 {"twin image a", "a b.png"},
                 {"export-chart ", "old.csv old.svg"},
                 {"weights plain20-c", "plain20-cifar10"},
                 {"weights resnet20-c", "resnet20-cifar10"},
                 {"weights o", ""},
                 {"weights b", ""},
                 {"export old.s", "old.state"},
                 {"export OLD", ""},
                 {"step ", ""},
                 {"nonsense ", ""}};
    assert_non_null(getcwd(start, sizeof start));
    assert_int_equal(chdir(world->dir->path), 0);
    write_files(world->dir);
    session_world_act(world, "select layer1.0.add");
    session_world_act(world, "channel 12");
    session_world_act(world, "cell 5 6");
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char *words = offered(world, cases[k].line);
        bool swapped = strcmp(cases[k].line, "export-chart ") == 0 && strcmp(words, "old.svg old.csv") == 0;
        if (strcmp(words, cases[k].words) != 0 && !swapped)
            fail_msg("'%s' offers '%s', expected '%s'", cases[k].line, words, cases[k].words);
        free(words);
    }
    assert_int_equal(chdir(start), 0);
}

/* Where a block is not selected, "lesion" alone has none to take; a plain network has nothing to remove. */
static void only_what_the_network_has_is_offered(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select input");
    char *words = offered(world, "without-skip les");
    assert_null(strstr(words, "lesion "));
    assert_non_null(strstr(words, "lesion:layer3.2"));
    free(words);
    session_world_act(world, "weights plain20");
    words = offered(world, "without-skip ");
    assert_string_equal(words, "none");
    free(words);
    words = offered(world, "lesion ");
    assert_string_equal(words, "");
    free(words);
}

/* Where no more than 200 of the words were kept, what those share was taken for what all share. */
static void what_all_share_is_right_in_a_deep_network(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "arch resnet200");
    Completion completion = {.words = NULL};
    char common[COMPLETION_WORD_MAX];
    Scene scene = session_scene(world->session);
    completion_find(&completion, "select lay", 10, &scene);
    completion_common(&completion, common);
    assert_string_equal(common, "layer");
    completion_clear(&completion);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(words_are_of_the_kind_that_the_place_takes),
        SESSION_TEST(only_what_the_network_has_is_offered),
        SESSION_TEST(what_all_share_is_right_in_a_deep_network),
        SESSION_TEST(names_of_classes_are_offered_whole),
        SESSION_TEST(what_is_offered_is_accepted),
    };
    parallel_set_threads(1); /* as quick here, and the other processor is free for other tests */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
