/* The right answers, before they are shown: found by walking the lesson ahead, and told to the notes. */
#include "app/explorer/rehearsal.h"

#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"
#include "tests/support/theatre.h"

static const char LESSON[] = "title Small\nabout A\npage One\n| First.\nask choice How many blocks?\n"
                             "option a few when blocks < 5\noption nine otherwise\n"
                             "page Two\n| Second.\npage Three\n| Third.\nask number Per cent?\n"
                             "answer zeros relu\ndo finish\npage Four\n| Fourth.\n";

static const Options *options_of(void) {
    static Options options;
    char *words[] = {(char *)"skipscope", NULL};
    Error err = {0};
    if (!options_parse(&options, 1, words, &err)) fail_msg("%s", err.text);
    return &options;
}

static void every_answer_is_known_when_the_lesson_has_been_walked(void **state) {
    char path[TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s", temp_dir_write(*state, "s.lesson", LESSON, sizeof LESSON - 1));
    Rehearsal *rehearsal = rehearsal_new(path, options_of());
    assert_non_null(rehearsal);
    assert_string_equal(rehearsal_lesson(rehearsal), path);
    assert_string_equal(rehearsal_answer(rehearsal, 0), "");
    while (rehearsal_work(rehearsal)) continue;
    assert_string_equal(rehearsal_answer(rehearsal, 0), "b) nine");
    assert_string_equal(rehearsal_answer(rehearsal, 1), "");
    assert_non_null(strchr(rehearsal_answer(rehearsal, 2), '%'));
    assert_string_equal(rehearsal_answer(rehearsal, 3), "");
    assert_false(rehearsal_work(rehearsal));
    rehearsal_free(rehearsal);
}

static void a_lesson_that_is_not_there_is_not_rehearsed(void **state) {
    (void)state;
    assert_null(rehearsal_new("/nowhere/x.lesson", options_of()));
}

/* The built program: the class reads the question, the speaker the answer; then the notes turn the page past
 * it. */
static void the_speaker_has_the_answer_while_the_class_has_the_question(void **state) {
    Theatre theatre;
    Pty present, notes;
    theatre_open(&theatre, *state);
    snprintf(theatre.lesson, sizeof theatre.lesson, "%s",
             temp_dir_write(*state, "s.lesson", LESSON, sizeof LESSON - 1));
    theatre_start(&theatre, &present, theatre_present, 100, 30);
    pty_wait_text(&present, "How many blocks?");
    theatre_start(&theatre, &notes, theatre_notes, 80, 24);
    pty_wait_text(&notes, "right answer b) nine");
    pty_wait_text(&notes, "How many blocks?");
    assert_false(pty_shows(&present, "It is b: nine."));
    pty_type(&notes, "\x1b[6~"); /* PageDown, as a clicker sends it */
    pty_wait_text(&present, "It is b: nine.");
    pty_type(&present, "\x1b[6~");
    pty_wait_text(&present, "Second.");
    pty_end(&present);
    pty_end(&notes);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_answer_is_known_when_the_lesson_has_been_walked, temp_dir_setup,
                                        temp_dir_teardown),
        cmocka_unit_test(a_lesson_that_is_not_there_is_not_rehearsed),
        cmocka_unit_test_setup_teardown(the_speaker_has_the_answer_while_the_class_has_the_question,
                                        temp_dir_setup, temp_dir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
