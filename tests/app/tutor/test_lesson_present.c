/* Lessons before a class: given with a clicker alone, answers typed at once, and nothing said before it is
 * asked. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

static LessonPanel panel_of(const SessionWorld *world) {
    LessonPanel panel;
    assert_true(screen_lesson_panel(world->screen, &panel));
    return panel;
}

static void begin_text(SessionWorld *world, const char *text) {
    char line[TEMP_PATH_MAX + 8];
    snprintf(line, sizeof line, "lesson %s", temp_dir_write(world->dir, "small.lesson", text, strlen(text)));
    session_world_act(world, line);
    if (!world->screen->lesson) fail_msg("%s", screen_error(world->screen));
}

static bool hides(const SessionWorld *world) {
    Scene scene = session_scene(screen_front(world->screen));
    return scene.hides_answer && strcmp(scene_picture_name(&scene), "the picture") == 0;
}

static const char GUESS[] = "title T\nabout A\npage One\n| a\ndo finish\n"
                            "page Two\n| b\nask choice Which?\noption a cat when predicted = cat\n"
                            "option a dog otherwise\n| It says {predicted}.\npage Three\n| c\n";

static void what_a_later_page_asks_is_hidden_until_it_has_been_said(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    assert_false(hides(world));
    begin_text(world, GUESS);
    assert_true(hides(world));
    char *words = screen_describe(world->screen);
    assert_null(strstr(words, "cat"));
    free(words);
    session_world_act(world, "lesson-next");
    session_world_act(world, "lesson-next");
    assert_int_equal(panel_of(world).page, 1);
    assert_true(hides(world));
    session_world_act(world, "answer a");
    assert_false(hides(world));
    session_world_act(world, "lesson-back");
    assert_true(hides(world));
    session_world_act(world, "answer b");
    session_world_act(world, "lesson-next");
    assert_false(hides(world));
    session_world_act(world, "lesson off");
    assert_false(hides(world));
}

static void a_lesson_that_asks_for_no_class_hides_nothing(void **state) {
    SessionWorld *world = *state;
    begin_text(world, "title T\nabout A\npage One\n| a\nask number B?\nanswer blocks\n");
    assert_false(hides(world));
    begin_text(world, "title T\nabout A\npage One\n| {predicted}\ndo finish\npage Two\n| b\n"
                      "ask choice S?\noption y when predicted = cat\noption n otherwise\n");
    assert_false(hides(world)); /* the first page says it */
    session_world_press(world, "Space Space");
    assert_true(hides(world)); /* but where it is asked, it is hidden again */
}

/* Presses the clicker's key until the last page has been shown whole; the number of questions it has shown the
 * answer of. */
static int give_with_page_down(SessionWorld *world, const char *name) {
    int answers = 0, page = 0;
    for (int k = 0; !lesson_run_at_end(world->screen->lesson); k++) {
        if (k == 3 * LESSON_PAGES_MAX) fail_msg("%s: stays at page %d", name, page + 1);
        session_world_press(world, "PageDown");
        LessonPanel panel = panel_of(world);
        if (panel.page > page + 1) fail_msg("%s: page %d was left out", name, page + 2);
        page = panel.page;
        answers += panel.phase == LESSON_SHOWN && *panel.verdict != '\0';
    }
    return answers;
}

static int count_questions(const Lesson *lesson) {
    int count = 0;
    for (int k = 0; k < lesson->page_count; k++) count += lesson->pages[k].ask.kind != ASK_NOTHING;
    return count;
}

static void every_lesson_is_given_with_page_down_alone_and_every_answer_shown(void **state) {
    SessionWorld *world = *state;
    char name[LESSON_NAME_MAX], line[LESSON_NAME_MAX + 8];
    session_world_act(world, "presenter on");
    for (int k = 0; lesson_bundled(k, name); k++) {
        snprintf(line, sizeof line, "lesson %s", name);
        session_world_act(world, line);
        int questions = count_questions(world->screen->lesson->lesson);
        int answers = give_with_page_down(world, name);
        if (answers != questions) fail_msg("%s: %d of %d answers", name, answers, questions);
        session_world_press(world, "PageDown PageDown Space");
        LessonPanel panel = panel_of(world);
        assert_int_equal(panel.page + 1, panel.page_count);
        assert_non_null(strstr(screen_front(world->screen)->notice.text, "q ends the lesson"));
    }
}

static void page_up_leads_back_over_questions_to_the_first_page(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "presenter on");
    begin_text(world, GUESS);
    give_with_page_down(world, "guess");
    for (int k = 0; k < 6; k++) session_world_press(world, "PageUp");
    LessonPanel panel = panel_of(world);
    assert_int_equal(panel.page, 0);
    assert_int_equal(panel.phase, LESSON_READ);
}

static void the_notes_turn_pages_past_questions_and_stay_at_the_end(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "presenter on");
    begin_text(world, GUESS);
    for (int k = 0; k < 20; k++) {
        screen_turn_page(world->screen, true);
        screen_finish_work(world->screen);
    }
    assert_int_equal(panel_of(world).page, 2);
    screen_turn_page(world->screen, false);
    screen_finish_work(world->screen);
    assert_int_equal(panel_of(world).page, 1);
}

static void the_last_page_stays_and_says_how_to_end_the_lesson(void **state) {
    SessionWorld *world = *state;
    begin_text(world, "title T\nabout A\npage P\n| a\n");
    session_world_press(world, "Backspace");
    assert_non_null(world->screen->lesson);
    int steps = scene_steps_done(world->session->exp.pass);
    session_world_press(world, "Space Space Space");
    assert_non_null(strstr(screen_front(world->screen)->notice.text, "q ends the lesson"));
    session_world_press(world, "q");
    assert_null(world->screen->lesson);
    assert_non_null(strstr(world->session->notice.text, "the lesson is over"));
    assert_int_equal(scene_steps_done(world->session->exp.pass), steps);
    begin_text(world, "title T\nabout A\npage P\n| a\n");
    session_world_act(world, "lesson-next"); /* as a script says it */
    assert_null(world->screen->lesson);
}

/* Whoever draws when there was work, and waits when there was none, must not miss it. */
static void what_a_page_says_in_the_end_is_work(void **state) {
    SessionWorld *world = *state;
    begin_text(world, GUESS);
    screen_do(world->screen, &(Action){.id = ACTION_LESSON_NEXT});
    bool settled;
    do settled = world->screen->lesson->shown.settled;
    while (screen_work(world->screen));
    assert_true(settled);
}

static const char NUMBERS[] = "title T\nabout A\npage Half\n| a\nask number Half of 1?\n"
                              "answer std conv1 within x1000\npage Count\n| b\nask number Parameters?\n"
                              "answer parameters within 1%\npage Choice\n| c\nask choice Few?\n"
                              "option yes when blocks = 9\noption no otherwise\n"
                              "page Block\n| d\nask block Where?\nanswer largest f\ndo finish\n";

/* Each key is the answer's, although every one of them means something in the explorer. */
static void an_answer_is_typed_at_once_and_shown_as_it_is_typed(void **state) {
    SessionWorld *world = *state;
    begin_text(world, NUMBERS);
    session_world_act(world, "finish");
    session_world_press(world, "0");
    assert_int_equal(panel_of(world).phase, LESSON_ASK);
    session_world_press(world, ", 7 Backspace 5");
    assert_string_equal(panel_of(world).answer, "0,5");
    char *text = session_world_screen(world);
    assert_non_null(strstr(text, "answer> 0,5"));
    assert_null(strstr(text, "s step")); /* s would be a letter of the answer now */
    free(text);
    assert_int_equal(screen_front(world->screen)->look.settings.explain, EXPLAIN_OFF);
    session_world_press(world, "Backspace Backspace Backspace Backspace");
    assert_int_equal(panel_of(world).phase, LESSON_READ);
    session_world_press(world, "- . 5");
    assert_string_equal(panel_of(world).answer, "-.5");
}

static const char *verdict_of(SessionWorld *world, const char *keys) {
    session_world_press(world, keys);
    return panel_of(world).verdict;
}

static void a_comma_is_a_point_or_sets_thousands_apart(void **state) {
    SessionWorld *world = *state;
    static const struct {
        const char *typed;
        double number;
        bool count;
    } cases[] = {{"0,5", 0.5, false},           {",5", 0.5, false},      {"-0,25", -0.25, false},
                 {"1,500", 1.5, false},         {"1,500", 1500, true},   {"1,234,567", 1234567, true},
                 {"0,500", 0.5, true},          {"1,5", 1.5, true},      {"1,234.5", 1234.5, false},
                 {"1,234,567", 1234567, false}, {"12,345", 12345, true}, {"97,5 %", 97.5, false}};
    begin_text(world, NUMBERS);
    Scene scene = session_scene(screen_front(world->screen));
    FigureSource source = {.scene = &scene};
    LessonAsk ask = {.kind = ASK_NUMBER, .tolerance = WITHIN_DISTANCE, .within = 1e-9};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char number[32];
        const char *at = cases[k].count ? "blocks" : number;
        Error err = {0};
        snprintf(number, sizeof number, "%.10g", cases[k].number);
        assert_true(figure_parse(&at, &ask.figure, &err));
        if (!lesson_answer_check(&ask, scene.network, cases[k].typed, &err)) fail_msg("%s", err.text);
        LessonVerdict verdict = lesson_judge(&ask, cases[k].typed, &source);
        char off[64];
        snprintf(off, sizeof off, "%.3g off", fabs(cases[k].number - (double)scene.network->block_count));
        if (cases[k].count ? !strstr(verdict.text, off) : !verdict.right)
            fail_msg("%s is not %s: %s", cases[k].typed, number, verdict.text);
    }
    static const char *const none[] = {"1,2,3", "1,23,456", "1.234.567", ",", "1,,5", "-"};
    for (size_t k = 0; k < sizeof none / sizeof none[0]; k++) {
        Error err = {0};
        if (lesson_answer_check(&ask, scene.network, none[k], &err)) fail_msg("%s is no number", none[k]);
    }
}

static void digits_choose_options_and_blocks_as_well(void **state) {
    SessionWorld *world = *state;
    begin_text(world, NUMBERS);
    session_world_press(world, "Space Space Space Space Space Space");
    assert_int_equal(panel_of(world).page, 2);
    assert_string_equal(verdict_of(world, "1 Enter"), "You said a: yes. So it is.");
    assert_string_equal(verdict_of(world, "Backspace b Enter"), "You said b. It is a: yes.");
    assert_int_equal(screen_front(world->screen)->look.view, VIEW_ARCHITECTURE);
    assert_non_null(strstr(verdict_of(world, "Space 2 . 1 Enter"), "You said layer2.1"));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_WORLD(what_a_later_page_asks_is_hidden_until_it_has_been_said),
        WITH_WORLD(a_lesson_that_asks_for_no_class_hides_nothing),
        WITH_WORLD(every_lesson_is_given_with_page_down_alone_and_every_answer_shown),
        WITH_WORLD(page_up_leads_back_over_questions_to_the_first_page),
        WITH_WORLD(the_notes_turn_pages_past_questions_and_stay_at_the_end),
        WITH_WORLD(the_last_page_stays_and_says_how_to_end_the_lesson),
        WITH_WORLD(what_a_page_says_in_the_end_is_work),
        WITH_WORLD(an_answer_is_typed_at_once_and_shown_as_it_is_typed),
        WITH_WORLD(a_comma_is_a_point_or_sets_thousands_apart),
        WITH_WORLD(digits_choose_options_and_blocks_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
