/* The file of answers: what it accepts, and that no line is ever half there. */
#include "app/tutor/lesson_results.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

static const char HEADING[] = "time,lesson,page,question,answer,truth,right\n";

static char *read_text(const char *path) {
    Error err = {0};
    size_t size;
    char *text = (char *)file_read_all(path, 1 << 20, &size, &err);
    if (!text) fail_msg("%s", err.text);
    return text;
}

static void assert_holds(const char *path, const char *expected) {
    char *text = read_text(path);
    assert_string_equal(text, expected);
    free(text);
}

static bool append(const char *path, Error *err) {
    Lesson *lesson = lesson_open("skip", err);
    if (!lesson) fail_msg("%s", err->text);
    int page = 0;
    while (!lesson->pages[page].ask.question) assert_true(++page < lesson->page_count);
    bool ok = lesson_results_append(path, lesson, page, "half", &(LessonVerdict){.given = true}, err);
    lesson_free(lesson);
    return ok;
}

static void a_file_that_holds_no_answers_is_left_alone(void **state) {
    static const char *const texts[] = {"title What a skip adds\n", "timer\n", "x", "\"lesson\"\n"};
    TempDir *dir = *state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        Error err = {0};
        const char *path = temp_dir_write(dir, "mine.lesson", texts[k], strlen(texts[k]));
        assert_false(lesson_results_open(path, &err));
        assert_int_equal(err.kind, ERROR_FILE);
        assert_non_null(strstr(err.text, "mine.lesson: expected a file of answers"));
        assert_false(append(path, &err));
        assert_holds(path, texts[k]);
    }
}

static void answers_are_appended_whatever_a_spreadsheet_has_made_of_the_heading(void **state) {
    static const char *const texts[] = {"time,lesson,page,question,answer,truth,right\nold\n",
                                        "\xEF\xBB\xBF\"time\";\"lesson\"\nold\n", "time\tlesson\nold\n", ""};
    TempDir *dir = *state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        Error err = {0};
        const char *path = temp_dir_write(dir, "answers.csv", texts[k], strlen(texts[k]));
        if (!lesson_results_open(path, &err) || !append(path, &err)) fail_msg("%s", err.text);
        char *text = read_text(path);
        const char *before = *texts[k] ? texts[k] : HEADING;
        assert_memory_equal(text, before, strlen(before));
        assert_non_null(strstr(text, ",skip,"));
        free(text);
    }
}

/* RLIMIT_FSIZE stands for a full disk: there is room for half a line. */
static void on_a_full_disk_no_half_line_is_left(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    struct rlimit before;
    const char *path = temp_dir_write(dir, "answers.csv", HEADING, sizeof HEADING - 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = sizeof HEADING + 10, .rlim_max = before.rlim_max});
    bool appended = append(path, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(appended);
    assert_non_null(strstr(err.text, "the answers cannot be written"));
    assert_holds(path, HEADING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_file_that_holds_no_answers_is_left_alone),
        IN_TEMP_DIR(answers_are_appended_whatever_a_spreadsheet_has_made_of_the_heading),
        IN_TEMP_DIR(on_a_full_disk_no_half_line_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
