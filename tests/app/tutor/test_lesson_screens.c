/* Every bundled lesson from start to end, its screens as stored, and back to the start; questions are
 * skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/screen_golden.h"
#include "tests/support/session_world.h"

enum { SCREENS_MAX = 3 * LESSON_PAGES_MAX }; /* at most three phases a page */

typedef struct Walk {
    char *screens[SCREENS_MAX], *headings[SCREENS_MAX];
    int count;
} Walk;

static void keep_screen(SessionWorld *world, const LessonPanel *panel, Walk *walk) {
    static const char *const phases[] = {
        [LESSON_READ] = "to read", [LESSON_ASK] = "to answer", [LESSON_SHOWN] = "shown"};
    assert_true(walk->count < SCREENS_MAX);
    walk->screens[walk->count] = session_world_screen(world);
    if (asprintf(&walk->headings[walk->count++], "## page %d, %s: %s\n", panel->page + 1, panel->title,
                 phases[panel->phase]) < 0)
        fail_msg("not enough memory for a heading");
}

/* Stays at the last screen. */
static void walk_to_the_end(SessionWorld *world, Walk *walk) {
    for (bool more = true; more;) {
        LessonPanel panel;
        if (!screen_lesson_panel(world->screen, &panel)) fail_msg("%s", screen_error(world->screen));
        keep_screen(world, &panel, walk);
        more = panel.page + 1 < panel.page_count || (panel.phase != LESSON_SHOWN && panel.changes);
        if (more) session_world_press(world, panel.phase == LESSON_ASK ? "Esc" : "Space");
    }
}

static void compare_with_stored(const Walk *walk, const char *name) {
    char file[LESSON_NAME_MAX + 8], *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int k = 0; k < walk->count; k++) fprintf(out, "%s%s", walk->headings[k], walk->screens[k]);
    fclose(out);
    snprintf(file, sizeof file, "%s.txt", name);
    screen_golden_check_series("lessons", file, text);
    free(text);
}

/* Going back leaves out that an answer was being typed. */
static void walk_back(SessionWorld *world, const Walk *walk) {
    for (int k = walk->count - 2; k >= 0; k--) {
        if (strstr(walk->headings[k], ": to answer\n")) continue;
        session_world_press(world, "Backspace");
        char *screen = session_world_screen(world);
        assert_string_equal(screen, walk->screens[k]);
        free(screen);
    }
}

static void every_lesson_shows_the_stored_screens_to_its_end_and_back(void **state) {
    SessionWorld *world = *state;
    char name[LESSON_NAME_MAX], line[LESSON_NAME_MAX + 8];
    int lessons = 0;
    /* Without colours maps are characters, which a text can hold. */
    screen_set_canvas(world->screen, LAYOUT_S_WIDTH, LAYOUT_S_HEIGHT, CANVAS_MONO);
    for (; lesson_bundled(lessons, name); lessons++) {
        Walk walk = {.count = 0};
        snprintf(line, sizeof line, "lesson %s", name);
        session_world_act(world, line);
        walk_to_the_end(world, &walk);
        compare_with_stored(&walk, name);
        walk_back(world, &walk);
        for (int k = 0; k < walk.count; k++) free(walk.screens[k]), free(walk.headings[k]);
    }
    assert_int_equal(lessons, 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_lesson_shows_the_stored_screens_to_its_end_and_back,
                                        session_world_open, session_world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
