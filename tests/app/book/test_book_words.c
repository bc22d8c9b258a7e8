/* What the book says to anyone uses no term that the glossary lacks, and no formula; lessons use no such term
 * either. */
#include <string.h>

#include "app/book/book.h"
#include "app/lesson/lesson.h"
#include "tests/support/assert_close.h"
#include "tests/support/plain_words.h"

static void answers_for_anyone_are_in_plain_words(void **state) {
    Error err = {0};
    int problems = 0, parts = 0;
    (void)state;
    Book *book = book_open(&err);
    if (!book) fail_msg("%s", err.text);
    for (int q = 0; q < book->count; q++) {
        const BookQuestion *question = &book->questions[q];
        for (int k = 0; k < question->part_count; k++) {
            const BookPart *part = &question->parts[k];
            if (part->level != 1 || (part->kind != BOOK_PARAGRAPH && part->kind != BOOK_ITEM)) continue;
            const char *problem = plain_words_problem(part->text);
            parts++;
            if (!problem) continue;
            print_error("%s: '%s' in: %s\n", question->title, problem, part->text);
            problems++;
        }
    }
    book_free(book);
    print_message("%d paragraphs\n", parts);
    assert_int_equal(problems, 0);
    assert_true(parts > 20);
}

/* Terms that a lesson says in other words where it uses them. */
static bool explains_itself(const char *lesson, const char *term) {
    static const char *const own[][2] = {{"skip", "tensor"},
                                         {"conv", "correlation"},
                                         {"depth", "overfitting"},
                                         {"regimes", "exponential"},
                                         {"paths", "binomial"}};
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        if (strcmp(own[k][0], lesson) == 0 && strcmp(own[k][1], term) == 0) return true;
    return false;
}

/* Lessons have formulas, and words for them. */
static void lessons_use_words_that_can_be_looked_up(void **state) {
    char name[LESSON_NAME_MAX];
    int problems = 0;
    (void)state;
    for (int k = 0; lesson_bundled(k, name); k++) {
        Error err = {0};
        Lesson *lesson = lesson_open(name, &err);
        if (!lesson) fail_msg("%s", err.text);
        for (int p = 0; p < lesson->page_count; p++) {
            const LessonPage *page = &lesson->pages[p];
            const char *texts[] = {page->text, page->after, page->task ? page->task : "",
                                   page->ask.question ? page->ask.question : ""};
            for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
                const char *term = plain_words_term(texts[t]);
                if (!term || explains_itself(name, term)) continue;
                print_error("lesson %s, page %d: '%s' in: %s\n", name, p + 1, term, texts[t]);
                problems++;
            }
        }
        lesson_free(lesson);
    }
    assert_int_equal(problems, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_for_anyone_are_in_plain_words),
        cmocka_unit_test(lessons_use_words_that_can_be_looked_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
