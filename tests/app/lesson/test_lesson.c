/* The format of lessons: what is read, and what is said about every mistake, with line and column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/lesson/lesson_ask.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

static const char HEAD[] = "title T\nabout A\npage P\n"; /* three lines */

static char *with_head(const char *rest) {
    char *text = NULL;
    assert_true(asprintf(&text, "%s%s", HEAD, rest) > 0);
    return text;
}

static Lesson *read_good(const char *rest) {
    LessonMistakes mistakes = {.count = 0};
    char *text = with_head(rest);
    Lesson *lesson = lesson_parse(text, &mistakes);
    free(text);
    if (!lesson)
        fail_msg("%d:%d %s", mistakes.rows[0].place.line, mistakes.rows[0].place.column,
                 mistakes.rows[0].text);
    return lesson;
}

/* The first mistake stands there and says this. */
static void expect_mistake(const char *rest, int line, int column, const char *part) {
    LessonMistakes mistakes = {.count = 0};
    char *text = with_head(rest);
    assert_null(lesson_parse(text, &mistakes));
    free(text);
    assert_true(mistakes.count > 0);
    const LessonMistake *first = &mistakes.rows[0];
    if (first->place.line != line || first->place.column != column || !strstr(first->text, part))
        fail_msg("%d:%d '%s', expected %d:%d '%s'", first->place.line, first->place.column, first->text, line,
                 column, part);
}

static void a_page_is_text_then_actions_then_what_there_is_to_see(void **state) {
    (void)state;
    Lesson *lesson = read_good("# said nowhere\n| one\n| two\n|   x = 1\n| three\ndo finish\n"
                               "  do view block\n| seen\nnotes for\nnotes me\npage Q\n| last\n");
    assert_int_equal(lesson->page_count, 2);
    const LessonPage *page = &lesson->pages[0];
    assert_string_equal(page->title, "P");
    assert_string_equal(page->text, "one two\n  x = 1\nthree");
    assert_string_equal(page->after, "seen");
    assert_string_equal(page->notes, "for me");
    assert_int_equal(page->action_count, 2);
    assert_int_equal(page->actions[0].action.id, ACTION_FINISH);
    assert_string_equal(page->actions[1].action.text, "block");
    assert_int_equal(page->actions[1].place.line, 10);
    assert_int_equal(page->actions[1].place.column, 6);
    assert_string_equal(lesson->pages[1].text, "last");
    lesson_free(lesson);
}

static void actions_before_the_text_open_the_page(void **state) {
    (void)state;
    Lesson *lesson = read_good("do finish\ndo view block\n| one\n| two\ndo view maps\n| seen\n"
                               "page Q\ndo finish\nask number A?\nanswer loss\n");
    const LessonPage *page = &lesson->pages[0];
    assert_string_equal(page->text, "one two");
    assert_string_equal(page->after, "seen");
    assert_int_equal(page->opening_count, 2);
    assert_int_equal(page->action_count, 3);
    assert_int_equal(lesson->pages[1].opening_count, 0); /* without a text they follow the answer */
    lesson_free(lesson);
}

static void questions_and_tasks_are_read_with_their_figures(void **state) {
    (void)state;
    Lesson *lesson = read_good("ask number How much?\nanswer share layer1.0 within x2\n| so\n"
                               "page B\nask block Where?\nanswer smallest cosine\n"
                               "page C\nask choice Which?\noption skip when loss > 2\noption F otherwise\n"
                               "page D\n| do\ntask press m\nuntil view = maps\nkeep picture\n");
    assert_int_equal(lesson->pages[0].ask.kind, ASK_NUMBER);
    assert_int_equal(lesson->pages[0].ask.tolerance, WITHIN_FACTOR);
    assert_close(lesson->pages[0].ask.within, 2, 0);
    assert_string_equal(lesson->pages[0].ask.figure.words[0], "layer1.0");
    assert_true(lesson->pages[1].ask.smallest);
    assert_int_equal(lesson->pages[2].ask.option_count, 2);
    assert_string_equal(lesson->pages[2].ask.options[0].text, "skip");
    assert_int_equal(lesson->pages[2].ask.options[0].when.relation, FIGURE_GREATER);
    assert_true(lesson->pages[2].ask.options[1].otherwise);
    assert_string_equal(lesson->pages[3].task, "press m");
    assert_true(lesson->pages[3].keeps_picture);
    lesson_free(lesson);
}

static void every_mistake_has_line_and_column(void **state) {
    (void)state;
    expect_mistake("| a\ndo viev block\n", 5, 4, "did you mean 'view'?");
    expect_mistake("| a\n  do cell\n  do channel x\n", 6, 6, "expected a number");
    expect_mistake("| a\nfinish\n", 5, 1, "'finish' is an action: put 'do' before it");
    expect_mistake("| a\nnoets b\n", 5, 1, "did you mean 'notes'?");
    expect_mistake("| a\ndo quit\n", 5, 4, "for the user");
    expect_mistake("| a\ndo export /tmp/x.txt\n", 5, 4, "for the user");
    expect_mistake("| all {shaer layer1.0} of it\n", 4, 8, "did you mean 'share'?");
    expect_mistake("| äöü {loss\n", 4, 7, "{ without a }");
    expect_mistake("| a {share}\n", 4, 11, "expected BLOCK after it");
    expect_mistake("| a {loss layer1.0}\n", 4, 10, "expected } after the figure");
    expect_mistake("| a\ntask b\n", 5, 6, "until CONDITION");
    expect_mistake("| a\ntask b\nuntil loss >\n", 6, 13, "expected a figure or a number");
    expect_mistake("| a\ntask b\nuntil loss > 2 3\n", 6, 16, "one word too many");
    expect_mistake("| a\ndo finish\n| b\ndo finish\n", 7, 4, "stand before");
    expect_mistake("page Q\n| a\n", 3, 1, "has no text");
    expect_mistake("| a\nshow maps\n", 5, 6, "show: expected bars");
    expect_mistake("| a\nask number B?\nanswer loss\nshow bars\n", 7, 6, "'ask block' must come before it");
}

static void questions_that_cannot_be_answered_are_mistakes(void **state) {
    (void)state;
    expect_mistake("ask How?\n", 4, 5, "number, choice or block");
    expect_mistake("ask number\nanswer loss\n", 4, 11, "expected a question");
    expect_mistake("ask number How?\n", 4, 5, "needs an answer");
    expect_mistake("ask number How?\nanswer loss within much\n", 5, 20, "how near");
    expect_mistake("ask number How?\nanswer loss about 2\n", 5, 13, "expected 'within'");
    expect_mistake("ask block Where?\nanswer share layer1.0\n", 5, 8, "largest or smallest");
    expect_mistake("ask block Where?\nanswer largest loss\n", 5, 16, "not a figure of one block");
    expect_mistake("ask choice Which?\noption a otherwise\n", 4, 5, "at least two options");
    expect_mistake("ask choice Which?\noption a\noption b otherwise\n", 5, 8, "when CONDITION");
    expect_mistake("| a\noption b otherwise\n", 5, 8, "'ask choice' must come before it");
    expect_mistake("| a\nanswer loss\n", 5, 8, "must come before it");
    expect_mistake("ask number A?\nask number B?\n", 5, 5, "one question only");
}

static void text_that_does_not_fit_the_sheet_is_a_mistake(void **state) {
    (void)state;
    expect_mistake("| a\n|   1\n|   2\n|   3\n|   4\n", 4, 3, "takes 5 rows");
    expect_mistake("| a\n|   1\n|   2\n|   3\nask number B?\nanswer loss\n", 8, 5, "with its question");
}

static void a_lesson_without_title_about_or_page_says_so(void **state) {
    (void)state;
    LessonMistakes mistakes = {.count = 0};
    assert_null(lesson_parse("| early\n", &mistakes));
    assert_int_equal(mistakes.count, 4);
    assert_non_null(strstr(mistakes.rows[0].text, "a page must come before it"));
    assert_int_equal(mistakes.rows[0].place.line, 1);
    assert_non_null(strstr(mistakes.rows[1].text, "no title"));
    assert_non_null(strstr(mistakes.rows[2].text, "about"));
    assert_non_null(strstr(mistakes.rows[3].text, "no page"));
}

static void more_mistakes_than_are_kept_are_counted(void **state) {
    (void)state;
    char text[2000] = "";
    LessonMistakes mistakes = {.count = 0};
    for (int k = 0; k < 60; k++) strcat(text, "nothing\n");
    assert_null(lesson_parse(text, &mistakes));
    assert_int_equal(mistakes.count, 63);
}

static void a_missing_file_and_an_unknown_name_are_told_apart(void **state) {
    (void)state;
    Error err = {0};
    assert_null(lesson_open("/nowhere/x.lesson", &err));
    assert_non_null(strstr(err.text, "/nowhere/x.lesson"));
    assert_null(lesson_open("skpi", &err));
    assert_non_null(strstr(err.text, "did you mean 'skip'"));
}

static Lesson *open_bytes(TempDir *dir, const void *bytes, size_t size, Error *err) {
    return lesson_open(temp_dir_write(dir, "x.lesson", bytes, size), err);
}

static void a_lesson_from_any_editor_is_read(void **state) {
    static const char text[] = "\xEF\xBB\xBFtitle T\r\nabout A\r\npage P\r\n| x = 1\r\n";
    Error err = {0};
    Lesson *lesson = open_bytes(*state, text, sizeof text - 1, &err);
    if (!lesson) fail_msg("%s", err.text);
    assert_string_equal(lesson->title, "T");
    assert_string_equal(lesson->pages[0].text, "x = 1");
    lesson_free(lesson);
}

static void a_lesson_that_is_no_text_is_refused_with_line_and_byte(void **state) {
    static const char nul[] = "title T\nabout A\0\npage P\n| x\n",
                      latin[] = "title T\nabout \xC4\npage P\n| x\n";
    Error err = {0};
    assert_null(open_bytes(*state, nul, sizeof nul - 1, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    assert_non_null(strstr(err.text, "x.lesson, line 2, byte 8: is a NUL byte, expected text"));
    assert_null(open_bytes(*state, latin, sizeof latin - 1, &err));
    assert_non_null(strstr(err.text, "x.lesson, line 2, byte 7: the byte 0xC4 is not UTF-8"));
}

/* The words of mistakes come from the file. */
static void no_mistake_drives_a_terminal(void **state) {
    (void)state;
    expect_mistake("\033]0;x\a y\n", 4, 1, "there is no '\\x1B]0;x\\x07' in lessons");
    expect_mistake("\302\2332J\n", 4, 1, "there is no '\\xC2\\x9B2J' in lessons");
    expect_mistake("keep \033[2J\n", 4, 6, "found '\\x1B[2J'");
    expect_mistake("do vi\033ew\n", 4, 4, "there is no action 'vi\\x1Bew'");
    expect_mistake("| {\033[2J}\n", 4, 4, "\\x1B[2J");
}

static void a_figure_that_is_too_long_is_a_mistake(void **state) {
    (void)state;
    char line[500];
    snprintf(line, sizeof line, "| {x layer1.0%*s}\n", 4 * FIGURE_WORD_MAX, "");
    expect_mistake(line, 4, 4, "a figure has at most");
}

static const char FILE_TEXT[] = "title From the file\nabout A\npage P\n| x\n";

/* Without a slash and without a dot, in the folder of the program. */
static void any_file_that_exists_is_taken_and_a_name_of_a_lesson_comes_first(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char *here = getcwd(NULL, 0);
    temp_dir_write(dir, "mine", FILE_TEXT, sizeof FILE_TEXT - 1);
    temp_dir_write(dir, "skip", FILE_TEXT, sizeof FILE_TEXT - 1);
    assert_int_equal(chdir(dir->path), 0);
    Lesson *file = lesson_open("mine", &err), *bundled = lesson_open("skip", &err),
           *other = lesson_open("./skip", &err);
    Lesson *none = lesson_open("yours", &err);
    assert_int_equal(chdir(here), 0);
    free(here);
    assert_non_null(file);
    assert_string_equal(file->title, "From the file");
    assert_string_equal(file->name, "mine");
    assert_string_not_equal(bundled->title, "From the file");
    assert_string_equal(other->title, "From the file");
    assert_null(none);
    assert_non_null(strstr(err.text, "there is no lesson 'yours'"));
    lesson_free(file);
    lesson_free(bundled);
    lesson_free(other);
}

static void there_are_at_least_ten_lessons_of_five_to_eight_pages(void **state) {
    (void)state;
    char name[LESSON_NAME_MAX];
    int count = 0;
    for (; lesson_bundled(count, name); count++) {
        Error err = {0};
        Lesson *lesson = lesson_open(name, &err);
        if (!lesson) fail_msg("%s", err.text);
        assert_string_equal(lesson->name, name);
        assert_in_range(lesson->page_count, 5, 8);
        lesson_free(lesson);
    }
    assert_true(count >= 10);
}

static bool holds(const char *text) {
    FigureSource source = {.scene = NULL};
    FigureTest condition;
    Error err = {0};
    if (!figure_test_parse(&text, &condition, &err)) fail_msg("%s", err.text);
    return figure_test_holds(&condition, &source);
}

/* The norm of one tensor, summed in two orders, must not be larger than itself. */
static void what_differs_by_rounding_is_equal_and_neither_smaller_nor_larger(void **state) {
    (void)state;
    assert_false(holds("1.00002 > 1"));
    assert_false(holds("1 < 1.00002"));
    assert_true(holds("1.00002 = 1"));
    assert_false(holds("1.00002 != 1"));
    assert_true(holds("1.001 > 1"));
    assert_true(holds("-1.001 < -1"));
    assert_true(holds("1.001 != 1"));
    assert_true(holds("0 < 0.00001"));
    assert_false(holds("0 = 0.00001"));
}

static void an_answer_off_by_rounding_is_exact(void **state) {
    (void)state;
    FigureSource source = {.scene = NULL};
    LessonAsk ask = {.kind = ASK_NUMBER, .tolerance = WITHIN_SHARE, .within = 0};
    ask.figure = (Figure){.id = -1, .number = 2.00002};
    LessonVerdict verdict = lesson_judge(&ask, "2", &source);
    assert_true(verdict.right);
    assert_non_null(strstr(verdict.text, "exactly so"));
    verdict = lesson_judge(&ask, "2.01", &source);
    assert_false(verdict.right);
    assert_non_null(strstr(verdict.text, "0.5 % off"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_by_rounding_is_equal_and_neither_smaller_nor_larger),
        cmocka_unit_test(an_answer_off_by_rounding_is_exact),
        cmocka_unit_test(a_page_is_text_then_actions_then_what_there_is_to_see),
        cmocka_unit_test(actions_before_the_text_open_the_page),
        cmocka_unit_test(questions_and_tasks_are_read_with_their_figures),
        cmocka_unit_test(every_mistake_has_line_and_column),
        cmocka_unit_test(questions_that_cannot_be_answered_are_mistakes),
        cmocka_unit_test(text_that_does_not_fit_the_sheet_is_a_mistake),
        cmocka_unit_test(a_lesson_without_title_about_or_page_says_so),
        cmocka_unit_test(more_mistakes_than_are_kept_are_counted),
        cmocka_unit_test(a_missing_file_and_an_unknown_name_are_told_apart),
        IN_TEMP_DIR(a_lesson_from_any_editor_is_read),
        IN_TEMP_DIR(a_lesson_that_is_no_text_is_refused_with_line_and_byte),
        cmocka_unit_test(no_mistake_drives_a_terminal),
        cmocka_unit_test(a_figure_that_is_too_long_is_a_mistake),
        IN_TEMP_DIR(any_file_that_exists_is_taken_and_a_name_of_a_lesson_comes_first),
        cmocka_unit_test(there_are_at_least_ten_lessons_of_five_to_eight_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
