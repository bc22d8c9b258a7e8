/* The glossary in a session: what stands on the screen, one word by name, and a place to see each. */
#include <stdlib.h>
#include <string.h>

#include "core/explain/glossary.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"
#include "views/canvas/export.h"

enum { LINE_MAX_BYTES = 128 };

static void open_word(SessionWorld *world, const char *word) {
    char line[LINE_MAX_BYTES];
    snprintf(line, sizeof line, "what %s", word);
    session_world_act(world, line);
    assert_null(screen_error(world->screen));
    session_world_press(world, "Enter");
}

/* The screen without the page's own text, which has the word in it. */
static char *picture_only(SessionWorld *world) {
    Session *front = screen_front(world->screen);
    Canvas *canvas = canvas_new(front->display.width, front->display.height, front->display.flags);
    screen_draw(world->screen, canvas);
    if (screen_lesson(world->screen))
        canvas_fill(canvas, session_panes(front).lesson, style_role(ROLE_TEXT), ' ');
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static bool is_seen(SessionWorld *world, const GlossaryWord *word, int width, int height) {
    screen_set_size(world->screen, width, height);
    char *screen = picture_only(world);
    bool there = glossary_is_in(word, screen);
    free(screen);
    return there;
}

/* At the smallest size, or at one where text has room. All that are missing are named by one run. */
static void every_word_stands_at_the_place_it_leads_to(void **state) {
    SessionWorld *world = *state;
    int missing = 0;
    for (int k = 0; k < glossary_count(); k++) {
        const GlossaryWord *word = glossary_word(k);
        screen_set_size(world->screen, 120, 40);
        open_word(world, word->word);
        const char *error = screen_error(world->screen);
        if (error) fail_msg("'%s', %s: %s", word->word, word->see, error);
        bool scene = screen_lesson(world->screen);
        assert_true(scene || layer_in_view(world->screen) >= 0);
        if (!is_seen(world, word, 120, 40) && !is_seen(world, word, 80, 24)) {
            print_error("'%s' is not on the screen that '%s' leads to\n", word->word, word->see);
            missing++;
        }
        session_world_press(world, layer_is_open(world->screen, LAYER_BOOK) ? "q q" : "q");
        session_world_act(world, "view architecture");
        assert_null(screen_lesson(world->screen));
    }
    assert_int_equal(missing, 0);
}

static bool lists(const SessionWorld *world, const char *word) {
    const WordsState *words = &world->screen->words;
    for (int k = 0; k < words->count; k++)
        if (words->entries[k] == glossary_find(word)) return true;
    return false;
}

static void the_key_lists_the_words_on_the_screen(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view gradients");
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_press(world, "K");
    assert_true(layer_is_open(world->screen, LAYER_WORDS));
    assert_true(lists(world, "gradient") && lists(world, "skip") && lists(world, "cut"));
    assert_false(lists(world, "Grad-CAM"));
    int here = world->screen->words.count;
    session_world_press(world, "K");
    assert_int_equal(world->screen->words.count, glossary_count());
    session_world_press(world, "K");
    assert_int_equal(world->screen->words.count, here);
    session_world_press(world, "Esc");
    assert_false(layer_is_open(world->screen, LAYER_WORDS));
}

/* Enter goes to the place in a session of its own; q returns to the list, and the user's own is as it was. */
static void a_place_is_left_again_without_a_trace(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "step 5");
    int at = world->session->exp.at;
    open_word(world, "cut");
    assert_non_null(screen_lesson(world->screen));
    assert_int_equal(pass_skip_mode(screen_front(world->screen)->exp.pass), SKIP_CUT);
    session_world_press(world, "q");
    assert_null(screen_lesson(world->screen));
    assert_true(layer_is_open(world->screen, LAYER_WORDS));
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "The forward pass is left as built"));
    free(screen);
    session_world_press(world, "q");
    assert_int_equal(world->session->exp.at, at);
    assert_int_equal(pass_skip_mode(world->session->exp.pass), SKIP_NONE_REMOVED);
}

static void what_is_not_in_it_is_answered_with_the_nearest(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "what cosin");
    assert_non_null(screen_error(world->screen));
    assert_non_null(strstr(screen_error(world->screen), "the nearest are cosine, "));
    assert_false(layer_is_open(world->screen, LAYER_WORDS));
}

static void it_opens_over_the_book_the_help_and_a_lesson(void **state) {
    static const char *const below[][2] = {
        {"questions 4", "gradient"}, {"help", "operation"}, {"lesson skip", "skip"}};
    SessionWorld *world = *state;
    for (size_t k = 0; k < sizeof below / sizeof below[0]; k++) {
        session_world_act(world, below[k][0]);
        session_world_press(world, "K");
        assert_true(layer_is_open(world->screen, LAYER_WORDS));
        assert_false(world->screen->words.all);
        if (!lists(world, below[k][1])) fail_msg("over '%s' there is no '%s'", below[k][0], below[k][1]);
        session_world_press(world, "Esc");
        assert_false(layer_is_open(world->screen, LAYER_WORDS));
    }
}

static void a_word_is_chosen_with_keys(void **state) {
    SessionWorld *world = *state;
    const WordsState *words = &world->screen->words;
    session_world_act(world, "what softmax");
    assert_string_equal(glossary_word(words->entries[words->selected])->word, "softmax");
    session_world_press(world, "g");
    assert_int_equal(words->selected, 0);
    session_world_press(world, "k");
    assert_int_equal(words->selected, 0);
    session_world_press(world, "j j");
    assert_int_equal(words->selected, 2);
    session_world_press(world, "G j PageDown");
    assert_int_equal(words->selected, words->count - 1);
}

static void the_help_has_all_of_them(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 200, 60);
    session_world_act(world, "help");
    session_world_press(world, "PageDown PageDown PageDown PageDown");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, glossary_word(glossary_count() - 1)->word));
    assert_non_null(strstr(screen, "A learned number that a layer multiplies with what it reads."));
    free(screen);
}

static void the_command_prints_one_word_or_all(void **state) {
    (void)state;
    ProgramRun one = program_run(ARGS("glossary", "receptive", "field"));
    assert_int_equal(one.status, 0);
    assert_non_null(strstr(one.out, "The part of the picture that a number can depend on."));
    assert_non_null(strstr(one.out, "see it: :finish, :select layer2.0.conv1, :cell 8 8, :view input"));
    assert_null(strstr(one.out, "cosine"));
    program_free(&one);
    ProgramRun all = program_run(ARGS("glossary", "--json"));
    assert_int_equal(all.status, 0);
    for (int k = 0; k < glossary_count(); k++) {
        char piece[LINE_MAX_BYTES];
        snprintf(piece, sizeof piece, "{\"word\":\"%s\",\"forms\":[", glossary_word(k)->word);
        assert_non_null(strstr(all.out, piece));
    }
    program_free(&all);
    program_expect_failure(2, "there is no word 'cosin'; the nearest are cosine", ARGS("glossary", "cosin"));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_WORLD(every_word_stands_at_the_place_it_leads_to),
        IN_WORLD(the_key_lists_the_words_on_the_screen),
        IN_WORLD(a_place_is_left_again_without_a_trace),
        IN_WORLD(what_is_not_in_it_is_answered_with_the_nearest),
        IN_WORLD(it_opens_over_the_book_the_help_and_a_lesson),
        IN_WORLD(a_word_is_chosen_with_keys),
        IN_WORLD(the_help_has_all_of_them),
        IN_WORLD(the_command_prints_one_word_or_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
