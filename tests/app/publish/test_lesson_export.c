/* Lessons to be read without the program: whole, well formed, and nothing is fetched from anywhere. */
#include "app/publish/lesson_export.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "app/lesson/lesson.h"
#include "core/base/file.h"
#include "core/explain/glossary.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "tests/support/xml_check.h"

static char *export_page(SessionWorld *world, const char *lesson, bool notes) {
    char *text = NULL;
    size_t size;
    Error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    screen_set_canvas(world->screen, 80, 24, 0);
    if (!lesson_export_html(world->screen, &(LessonExport){.lesson = lesson, .notes = notes}, out, &err))
        fail_msg("%s", err.text);
    fclose(out);
    return text;
}

static int count(const char *text, const char *part) {
    int found = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) found++;
    return found;
}

static void expect_self_contained(const char *text) {
    static const char *const fetches[] = {"<script", "src=",    "url(",   "@import",
                                          "<link",   "<iframe", "https:", "file:"};
    for (size_t k = 0; k < sizeof fetches / sizeof *fetches; k++)
        if (strstr(text, fetches[k])) fail_msg("the page has %s", fetches[k]);
    /* Names of formats are no places. */
    assert_int_equal(count(text, "http:"), count(text, "xmlns=\"http://www.w3.org/2000/svg\""));
}

/* Of every sort of page there are; the lessons that run long analyses are left out. */
static void a_lesson_is_a_page_that_needs_nothing_else(void **state) {
    static const char *const names[] = {"first", "conv", "add", "bottleneck", "own"};
    SessionWorld *world = *state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        Error err = {0};
        Lesson *lesson = lesson_open(names[k], &err);
        char *text = export_page(world, names[k], true);
        assert_well_formed(text);
        expect_self_contained(text);
        assert_int_equal(count(text, "<section id="), lesson->page_count);
        assert_int_equal(count(text, "<svg "), count(text, "role=\"img\" aria-labelledby="));
        assert_int_equal(count(text, "<svg "), count(text, "</desc>"));
        free(text);
        lesson_free(lesson);
    }
}

/* The first time a word of the glossary stands in the text it leads to its entry, and every entry is led to. */
static void words_are_explained_at_the_end_of_the_page(void **state) {
    SessionWorld *world = *state;
    char *text = export_page(world, "skip", false), link[32], entry[32];
    int links = 0;
    for (int k = 0; k < glossary_count(); k++) {
        snprintf(link, sizeof link, "href=\"#word-%d\"", k);
        snprintf(entry, sizeof entry, "<dt id=\"word-%d\">", k);
        assert_true(count(text, link) <= 1);
        assert_int_equal(count(text, link), count(text, entry));
        links += count(text, link);
    }
    assert_true(links > 5);
    assert_int_equal(count(text, "<dd>"), links);
    assert_non_null(strstr(text, glossary_word(glossary_find("block"))->says));
    free(text);
}

static void answers_are_folded_away_under_their_questions(void **state) {
    SessionWorld *world = *state;
    char *text = export_page(world, "skip", false);
    const char *question =
        strstr(text, "<p>What would such a block do?</p>\n<ol>\n<li>y is 0 everywhere</li>");
    assert_non_null(question);
    const char *fold = strstr(question, "<details>\n<summary>Answer</summary>\n"),
               *truth = strstr(question, "<p class=\"truth\">b) y is exactly x</p>"),
               *end = strstr(question, "</section>");
    assert_non_null(truth);
    assert_true(fold && fold < truth && truth < end);
    assert_int_equal(count(text, "<summary>Answer</summary>"), 4);
    assert_int_equal(count(text, "class=\"truth\""), 4);
    assert_null(strstr(text, "<details open"));
    free(text);
}

static void words_and_numbers_are_those_of_the_screen(void **state) {
    SessionWorld *world = *state;
    char *text = export_page(world, "skip", false);
    assert_non_null(strstr(text, "<pre>y = relu(F(x) + x)</pre>"));
    assert_non_null(strstr(text, ">Block view of resnet20, layer2.1.add</title>"));
    assert_non_null(strstr(text, "\nBlock layer2.1, 5 of 9.\n"));
    /* The view stands there without the lesson's panel and without the row of keys. */
    assert_null(strstr(text, ">Backspace<"));
    assert_null(strstr(text, ">help<"));
    free(text);
}

static void the_speakers_notes_come_only_when_asked_for(void **state) {
    SessionWorld *world = *state;
    char *without = export_page(world, "skip", false), *with = export_page(world, "skip", true);
    assert_null(strstr(without, "Norms of trained networks differ"));
    assert_non_null(strstr(with, "<p>Norms of trained networks differ"));
    free(without);
    free(with);
}

static void each_screen_is_a_picture_of_its_own(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    char folder[TEMP_PATH_MAX];
    int screens = 0, found = 0;
    snprintf(folder, sizeof folder, "%s", temp_dir_join(world->dir, "."));
    screen_set_canvas(world->screen, 80, 24, 0);
    if (!lesson_export_svg(world->screen, &(LessonExport){.lesson = "skip"}, folder, &screens, &err))
        fail_msg("%s", err.text);
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!strstr(entry->d_name, ".svg")) continue;
        char path[TEMP_PATH_MAX + 300];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        char *text = (char *)file_read_all(path, 1 << 24, &(size_t){0}, &err);
        if (!text) fail_msg("%s", err.text);
        assert_well_formed(text);
        free(text);
        found++;
    }
    closedir(directory);
    assert_true(screens >= 5);
    assert_int_equal(found, screens);
}

static void a_lesson_that_is_not_there_is_named(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    FILE *out = tmpfile();
    assert_false(lesson_export_html(world->screen, &(LessonExport){.lesson = "skp"}, out, &err));
    fclose(out);
    if (!strstr(err.text, "there is no lesson 'skp'; did you mean 'skip'")) fail_msg("%s", err.text);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_lesson_is_a_page_that_needs_nothing_else),
        SESSION_TEST(words_are_explained_at_the_end_of_the_page),
        SESSION_TEST(answers_are_folded_away_under_their_questions),
        SESSION_TEST(words_and_numbers_are_those_of_the_screen),
        SESSION_TEST(the_speakers_notes_come_only_when_asked_for),
        SESSION_TEST(each_screen_is_a_picture_of_its_own),
        SESSION_TEST(a_lesson_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
