/* Lessons before a class: given with a clicker alone, answers typed at once, and nothing said before it is
 * asked. */
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

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_WORLD(what_a_later_page_asks_is_hidden_until_it_has_been_said),
        WITH_WORLD(a_lesson_that_asks_for_no_class_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
