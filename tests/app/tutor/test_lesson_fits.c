/* No page of a bundled lesson is cut, beside the view or below it, at home or before a class. */
#include <stdio.h>
#include <string.h>

#include "app/lesson/lesson.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/style/text.h"

static int rows_of(const char *text, int width) {
    return *text ? text_wrap_count(text, width) : 0;
}

/* As views/panel/lesson_panel.c lays it out: a heading above, keys below, and in a column a row between. */
static void check_page(SessionWorld *world, const char *name, int width, int height) {
    LessonPanel panel;
    screen_set_size(world->screen, width, height);
    assert_true(screen_lesson_panel(world->screen, &panel));
    Rect area = session_panes(screen_front(world->screen)).lesson;
    bool column = area.h > LESSON_SHEET_ROWS;
    char task[480] = "";
    int columns = area.w - 2, room = area.h - 1 - (column ? 3 + 2 : 1);
    if (*panel.task) snprintf(task, sizeof task, "[x] done: %s", panel.task);
    int gaps = column ? 1 + (*panel.verdict != '\0') : 0;
    int rows = gaps + rows_of(panel.verdict, columns) + rows_of(panel.text, columns) +
               rows_of(panel.question, columns) + rows_of(task, columns);
    if (rows > room)
        fail_msg("%s, page %d at %dx%d: %d rows of text, %d of room", name, panel.page + 1, width, height, rows,
                 room);
}

static void check_sizes(SessionWorld *world, const char *name) {
    static const int sizes[][2] = {{80, 24}, {100, 30}, {120, 40}, {200, 60}};
    Settings *settings = &screen_front(world->screen)->look.settings;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        settings->presenter = SWITCH_ON;
        check_page(world, name, sizes[s][0], sizes[s][1]);
        settings->presenter = SWITCH_OFF;
        check_page(world, name, sizes[s][0], sizes[s][1]);
    }
}

static void no_page_is_cut(void **state) {
    SessionWorld *world = *state;
    char name[LESSON_NAME_MAX], line[LESSON_NAME_MAX + 16];
    for (int k = 0; lesson_bundled(k, name); k++) {
        snprintf(line, sizeof line, "lesson %s", name);
        session_world_act(world, line);
        int pages = screen_lesson(world->screen)->lesson->page_count;
        for (int turns = 0; turns < 3 * pages && screen_lesson(world->screen); turns++) {
            check_sizes(world, name);
            bool asks = screen_lesson(world->screen)->phase == LESSON_ASK;
            session_world_act(world, asks ? "answer" : "lesson-next");
        }
        session_world_act(world, "lesson off");
    }
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(no_page_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
