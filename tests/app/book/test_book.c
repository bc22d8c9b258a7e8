/* Reading the book of questions: its file, and browsing, searching and following in a session. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"

#define LEVELS "### For anyone\nA.\n### The code\nB.\n### The mathematics\nC.\n"
#define SCENE  "```explorer\n# Look.\nfinish\n```\n"
#define GOOD   "# Title\n## Why?\n" LEVELS SCENE

static const LessonMistake *mistake_in(const char *text, LessonMistakes *mistakes) {
    *mistakes = (LessonMistakes){.count = 0};
    Book *book = book_parse(text, mistakes);
    if (book) fail_msg("nothing is wrong for it in:\n%s", text);
    assert_true(mistakes->count > 0);
    return &mistakes->rows[0];
}

static void a_mistake_has_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *part;
        int line, column;
    } cases[] = {
        {"## Why?\n" LEVELS SCENE, "no title", 1, 1},
        {"# Title\n", "no question", 1, 1},
        {"# Title\n# Again\n", "a title already", 2, 1},
        {"# Title\n## Why?\nText.\n", "expected ### For anyone", 3, 1},
        {"# Title\n## Why?\n### For everyone\n", "found 'For everyone'", 3, 5},
        {"# Title\n## Why?\n### For anyone\nA.\n### For anyone\n", "a second time", 5, 5},
        {"# Title\n## Why?\n" LEVELS, "nothing to see", 2, 1},
        {"# Title\n## Why?\n### For anyone\nA.\n" SCENE, "has no ### The code", 2, 1},
        {GOOD "```python\n```\n", "expected ```sh", 13, 4},
        {GOOD "```sh\nskipscope ops\n", "``` without an end", 13, 1},
        {GOOD "```sh\nrm -r x\n```\n", "begins with skipscope", 14, 1},
        {GOOD "```sh\n```\n", "no command stands in it", 13, 1},
        {GOOD "```explorer\n# Look.\n  fnish\n```\n", "did you mean 'finish'?", 15, 3},
        {GOOD "```explorer\n# Look.\nquit\n```\n", "'quit' cannot stand", 15, 1},
        {GOOD "```explorer\nfinish\n```\n", "what there is to see", 13, 1},
        {GOOD "```explorer\n# Look.\n```\n", "no action", 13, 1},
        {GOOD "```text\n```\n", "must stand before it", 13, 4},
        {GOOD "<!-- screen 4-99 -->\n```text\n```\n", "at most 24, found '4-99'", 13, 13},
        {"# Title\n## Why?\n" LEVELS "<!-- screen 1-2 -->\n```text\n```\n" SCENE, "no ```explorer before", 9,
         13},
        {GOOD "<!-- screen 1-2 -->\n", "no ```text comes after", 13, 13},
        {GOOD "<!-- sorce: x: 1 -->\n", "expected screen or source:", 13, 6},
        {GOOD "<!-- source: a book -->\n", "WORK, TABLE: numbers", 13, 14},
        {GOOD "<!-- source: a: 1\n", "ends on its line", 13, 1},
        {GOOD "Some `code.\n", "does not end", 13, 1},
        {GOOD "Some **strong.\n", "does not end", 13, 1},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        LessonMistakes mistakes;
        const LessonMistake *mistake = mistake_in(cases[k].text, &mistakes);
        if (!strstr(mistake->text, cases[k].part) || mistake->place.line != cases[k].line ||
            mistake->place.column != cases[k].column)
            fail_msg("case %zu: %d:%d: %s\nexpected %d:%d: %s", k, mistake->place.line, mistake->place.column,
                     mistake->text, cases[k].line, cases[k].column, cases[k].part);
    }
}

static void a_wide_line_that_must_stand_as_it_is_is_a_mistake(void **state) {
    (void)state;
    char text[400];
    LessonMistakes mistakes;
    snprintf(text, sizeof text, GOOD "    %079d\n", 0);
    const LessonMistake *mistake = mistake_in(text, &mistakes);
    assert_non_null(strstr(mistake->text, "79 columns"));
    assert_int_equal(mistake->place.line, 13);
}

static void signs_of_markdown_become_marks(void **state) {
    (void)state;
    LessonMistakes mistakes = {.count = 0};
    Book *book = book_parse("In `a*b` and **bold** and *soft*\nwords.\n* item `x`\n\n1. one\n   more\n" GOOD,
                            &mistakes);
    assert_non_null(book);
    assert_int_equal(book->intro.part_count, 3);
    const BookPart *parts = book->intro.parts;
    assert_string_equal(parts[0].text, "In a*b and bold and soft words.");
    assert_string_equal(parts[0].marks, "   ```     ****     ____       ");
    assert_string_equal(parts[1].text, "* item x");
    assert_string_equal(parts[2].text, "1. one more");
    assert_int_equal(parts[2].kind, BOOK_ITEM);
    book_free(book);
}

static void press(SessionWorld *world, uint32_t code) {
    screen_key(world->screen, &(Key){.code = code});
    screen_finish_work(world->screen);
}

static void type(SessionWorld *world, const char *keys) {
    for (; *keys; keys++) press(world, (unsigned char)*keys);
}

static void assert_screen(SessionWorld *world, const char *text, bool wanted) {
    char *screen = session_world_screen(world);
    if ((strstr(screen, text) != NULL) != wanted)
        fail_msg("%s '%s' on the screen:\n%s", wanted ? "no" : "there is", text, screen);
    free(screen);
}

static const BookSpot *spot(const SessionWorld *world) {
    return &world->screen->book.spot;
}

static void Q_opens_the_list_and_Enter_a_question(void **state) {
    SessionWorld *world = *state;
    type(world, "Q");
    assert_screen(world, "What is a residual network?", true);
    type(world, "jj");
    press(world, KEY_CODE_ENTER);
    assert_screen(world, "1 anyone  2 code  3 maths", true);
    assert_screen(world, "A wire around a block", true);
    type(world, "3");
    assert_screen(world, "A wire around a block", false);
    assert_screen(world, "y = F(x) + x", true);
    type(world, "2");
    assert_screen(world, "core/op/add.c", true);
    type(world, "]");
    assert_int_equal(spot(world)->question, 3);
    assert_int_equal(spot(world)->level, 2);
    type(world, "[");
    assert_int_equal(spot(world)->question, 2);
}

static void a_digit_in_the_book_neither_counts_nor_explains(void **state) {
    SessionWorld *world = *state;
    type(world, "Q3");
    assert_int_equal(world->screen->typing.count, 0);
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
    assert_int_equal(spot(world)->level, 3);
    type(world, "7");
    assert_non_null(strstr(world->session->notice.text, "found '7'"));
    assert_int_equal(spot(world)->level, 3);
}

static void a_click_opens_a_question_and_chooses_a_level(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "questions");
    session_world_act(world, "click 8 4"); /* the third row of the list */
    assert_true(spot(world)->reading);
    assert_int_equal(spot(world)->question, 2);
    session_world_act(world, "click 78 1"); /* 3 maths */
    assert_int_equal(spot(world)->level, 3);
}

static void every_way_back_leads_to_the_list_and_out(void **state) {
    SessionWorld *world = *state;
    static const uint32_t keys[] = {'h', 'q', KEY_CODE_ESCAPE, KEY_CODE_BACKSPACE, KEY_CODE_LEFT};
    char *before = session_world_screen(world);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        type(world, "Q");
        if (!spot(world)->reading) press(world, KEY_CODE_ENTER);
        assert_true(spot(world)->reading);
        press(world, keys[k]);
        assert_true(layer_is_open(world->screen, LAYER_BOOK));
        assert_false(spot(world)->reading);
        press(world, keys[k]);
        assert_false(layer_is_open(world->screen, LAYER_BOOK));
        assert_false(screen_wants_quit(world->screen));
        char *after = session_world_screen(world);
        assert_string_equal(after, before);
        free(after);
    }
    free(before);
}

static void the_book_opens_where_it_was_closed(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "questions 12");
    type(world, "3jjj");
    BookSpot place = *spot(world);
    assert_int_equal(place.first, 3);
    type(world, "Q");
    assert_false(layer_is_open(world->screen, LAYER_BOOK));
    type(world, "Q");
    assert_memory_equal(spot(world), &place, sizeof place);
}

static void scrolling_ends_with_the_last_line(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "questions 4");
    type(world, "G");
    int last = spot(world)->first;
    type(world, "jj ");
    assert_int_equal(spot(world)->first, last);
    assert_true(last > 0);
    type(world, "g");
    assert_int_equal(spot(world)->first, 0);
    type(world, "kk");
    assert_int_equal(spot(world)->first, 0);
}

static void a_search_goes_through_all_questions_and_levels(void **state) {
    SessionWorld *world = *state;
    type(world, "Q/ioffe & szegedy");
    press(world, KEY_CODE_ENTER);
    assert_int_equal(spot(world)->level, 3);
    assert_screen(world, "Szegedy 2015", true); /* behind a line's end */
    assert_screen(world, "What part does batch norm play?", true);
    type(world, "/degradation");
    press(world, KEY_CODE_ENTER);
    assert_screen(world, "Why did deeper networks get worse?", true);
}

static void a_search_finds_titles_and_shows_their_beginning(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "questions 4");
    type(world, "G/ensemble");
    press(world, KEY_CODE_ENTER);
    assert_screen(world, "16 In what sense is it an ensemble of paths?", true);
    assert_int_equal(spot(world)->first, 0);
}

static void n_and_N_walk_through_what_was_found(void **state) {
    SessionWorld *world = *state;
    type(world, "Q/veit");
    press(world, KEY_CODE_ENTER);
    BookSpot first = *spot(world);
    assert_non_null(strstr(world->session->notice.text, "'veit': 1 of "));
    type(world, "n");
    assert_non_null(strstr(world->session->notice.text, "'veit': 2 of "));
    type(world, "N");
    assert_non_null(strstr(world->session->notice.text, "'veit': 1 of "));
    assert_memory_equal(spot(world), &first, sizeof first);
    type(world, "N"); /* around the beginning */
    assert_null(strstr(world->session->notice.text, ": 1 of "));
    type(world, "n");
    assert_non_null(strstr(world->session->notice.text, "'veit': 1 of "));
}

static void Escape_gives_a_search_up_and_goes_back(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "questions 4");
    BookSpot before = *spot(world);
    type(world, "/torchvision");
    assert_int_not_equal(spot(world)->question, before.question);
    press(world, KEY_CODE_ESCAPE);
    assert_memory_equal(spot(world), &before, sizeof before);
}

static void what_is_not_found_is_said(void **state) {
    SessionWorld *world = *state;
    type(world, "Q/xyzzy");
    assert_string_equal(screen_error(world->screen), "nothing in the book has 'xyzzy' in it");
    press(world, KEY_CODE_ENTER);
    session_world_act(world, "questions xyzzy");
    assert_non_null(strstr(screen_error(world->screen), "no question has 'xyzzy'"));
}

static void following_a_scene_and_returning_changes_nothing(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.1.add");
    session_world_act(world, "view maps");
    char *own = session_world_screen(world);
    session_world_act(world, "questions 3");
    BookSpot place = *spot(world);
    char *page = session_world_screen(world);
    press(world, KEY_CODE_ENTER);
    assert_non_null(world->screen->lesson);
    assert_screen(world, "the stream runs down", true);
    assert_screen(world, "Space back", true);
    assert_screen(world, "F peels off it", true);
    type(world, "mX"); /* wander off */
    assert_screen(world, "exploring", true);
    press(world, KEY_CODE_HOME);
    assert_screen(world, "the stream runs down", true);
    type(world, "m");
    type(world, "q");
    assert_null(world->screen->lesson);
    assert_false(screen_wants_quit(world->screen));
    assert_memory_equal(spot(world), &place, sizeof place);
    char *again = session_world_screen(world);
    assert_string_equal(again, page);
    session_world_act(world, "questions");
    free(again);
    again = session_world_screen(world);
    assert_string_equal(again, own);
    free(own);
    free(page);
    free(again);
}

static void Space_Backspace_and_Q_return_from_a_scene_too(void **state) {
    SessionWorld *world = *state;
    static const uint32_t keys[] = {' ', KEY_CODE_BACKSPACE, 'Q'};
    session_world_act(world, "questions 3");
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        press(world, KEY_CODE_ENTER);
        assert_non_null(world->screen->lesson);
        press(world, keys[k]);
        assert_null(world->screen->lesson);
        assert_true(layer_is_open(world->screen, LAYER_BOOK));
    }
}

static void Tab_marks_the_next_place_and_says_when_there_is_none(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "questions 19");
    int first = spot(world)->scene; /* the first one that is in sight */
    assert_int_not_equal(first, BOOK_NOTHING);
    press(world, KEY_CODE_TAB);
    assert_true(spot(world)->scene > first);
    press(world, KEY_CODE_TAB);
    assert_non_null(strstr(world->session->notice.text, "nothing more to show"));
    press(world, KEY_CODE_BACKTAB);
    assert_int_equal(spot(world)->scene, first);
}

static void in_a_lesson_the_book_can_be_read_and_not_followed(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "lesson skip");
    session_world_act(world, "questions 3");
    assert_screen(world, "A wire around a block", true);
    press(world, KEY_CODE_ENTER);
    assert_non_null(strstr(screen_error(world->screen), "a lesson is under way"));
    type(world, "hh");
    assert_screen(world, "What a skip adds", true);
    assert_screen(world, "exploring", false);
}

static void other_actions_close_the_book(void **state) {
    SessionWorld *world = *state;
    type(world, "Qm");
    assert_false(layer_is_open(world->screen, LAYER_BOOK));
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    type(world, "QL");
    assert_false(layer_is_open(world->screen, LAYER_BOOK));
    assert_true(layer_is_open(world->screen, LAYER_FILES));
    type(world, "q");
    session_world_act(world, "questions");
    assert_true(layer_is_open(world->screen, LAYER_BOOK));
    assert_false(layer_is_open(world->screen, LAYER_FILES));
}

/* The pointer works over the book: it can show a line of it, and choose there. */
static void what_works_on_the_screen_leaves_the_book_open(void **state) {
    SessionWorld *world = *state;
    static const char *const stay[] = {"theme light", "mouse on", "bind X step", "presenter on",
                                       "redraw",      "help",     "close",       "pointer 8 5"};
    static const char *const close[] = {"view maps", "scope map", "select fc", "copy", "state"};
    session_world_act(world, "questions");
    for (size_t k = 0; k < sizeof stay / sizeof stay[0]; k++) {
        session_world_act(world, stay[k]);
        if (!layer_is_open(world->screen, LAYER_BOOK)) fail_msg("%s closes the book", stay[k]);
    }
    session_world_press(world, "Enter");
    assert_true(spot(world)->reading);
    session_world_press(world, "Esc");
    assert_false(layer_is_open(world->screen, LAYER_POINTER));
    for (size_t k = 0; k < sizeof close / sizeof close[0]; k++) {
        session_world_act(world, "questions 1");
        session_world_act(world, close[k]);
        if (layer_is_open(world->screen, LAYER_BOOK)) fail_msg("%s leaves the book open", close[k]);
    }
}

static void the_command_prints_list_question_and_level(void **state) {
    (void)state;
    ProgramRun list = program_run(ARGS("questions"));
    assert_int_equal(list.status, 0);
    assert_non_null(strstr(list.out, "  4  What happens to the gradient?"));
    ProgramRun all = program_run(ARGS("questions", "4"));
    assert_non_null(strstr(all.out, "For anyone"));
    assert_non_null(strstr(all.out, "dL/dx = (I + dF/dx)ᵀ D dL/dy"));
    assert_non_null(strstr(all.out, "$ skipscope junctions cat"));
    assert_non_null(strstr(all.out, "    view gradients"));
    ProgramRun one = program_run(ARGS("questions", "residual", "connection", "--level", "2", "--ascii"));
    assert_non_null(strstr(one.out, "3  What is a residual connection?"));
    assert_non_null(strstr(one.out, "core/op/add.c"));
    assert_null(strstr(one.out, "For anyone"));
    for (const char *c = one.out; *c; c++) assert_true((unsigned char)*c < 0x80);
    program_expect_failure(2, "no question has 'xyzzy' in it", ARGS("questions", "xyzzy"));
    program_free(&list);
    program_free(&all);
    program_free(&one);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_has_line_and_column),
        cmocka_unit_test(a_wide_line_that_must_stand_as_it_is_is_a_mistake),
        cmocka_unit_test(signs_of_markdown_become_marks),
        IN_WORLD(Q_opens_the_list_and_Enter_a_question),
        IN_WORLD(a_digit_in_the_book_neither_counts_nor_explains),
        IN_WORLD(a_click_opens_a_question_and_chooses_a_level),
        IN_WORLD(every_way_back_leads_to_the_list_and_out),
        IN_WORLD(the_book_opens_where_it_was_closed),
        IN_WORLD(scrolling_ends_with_the_last_line),
        IN_WORLD(a_search_goes_through_all_questions_and_levels),
        IN_WORLD(a_search_finds_titles_and_shows_their_beginning),
        IN_WORLD(n_and_N_walk_through_what_was_found),
        IN_WORLD(Escape_gives_a_search_up_and_goes_back),
        IN_WORLD(what_is_not_found_is_said),
        IN_WORLD(following_a_scene_and_returning_changes_nothing),
        IN_WORLD(Space_Backspace_and_Q_return_from_a_scene_too),
        IN_WORLD(Tab_marks_the_next_place_and_says_when_there_is_none),
        IN_WORLD(in_a_lesson_the_book_can_be_read_and_not_followed),
        IN_WORLD(other_actions_close_the_book),
        IN_WORLD(what_works_on_the_screen_leaves_the_book_open),
        cmocka_unit_test(the_command_prints_list_question_and_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
