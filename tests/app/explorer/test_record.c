/* Recordings: of a lesson and of a script, played in a terminal to the screens of a session that is driven
 * the same way, and the same bytes every time. */
#include "app/explorer/record.h"

#include <stdlib.h>
#include <string.h>

#include "app/explorer/script.h"
#include "tests/support/assert_close.h"
#include "tests/support/cast_replay.h"
#include "tests/support/session_world.h"

static const RecordConfig usual = {.depth = COLOR_DEPTH_RGB};

typedef bool (*RecordFunction)(Screen *screen, const char *name, const RecordConfig *config, FILE *out,
                               Error *err);

static char *record(Screen *screen, RecordFunction function, const char *name, const RecordConfig *config) {
    char *text = NULL;
    size_t size;
    Error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (!function(screen, name, config, out, &err)) fail_msg("%s", err.text);
    fclose(out);
    return text;
}

static void expect_screen(const CastReplay *replay, SessionWorld *world) {
    Session *session = world->session;
    Canvas *canvas = canvas_new(session->display.width, session->display.height, session->display.flags);
    screen_draw(world->screen, canvas);
    cast_replay_expect(replay, canvas, screen_theme(world->screen), COLOR_DEPTH_RGB);
    canvas_free(canvas);
}

static void turn_the_page(SessionWorld *world) {
    for (int page = world->screen->lesson->page; world->screen->lesson->page == page;)
        session_world_act(world, world->screen->lesson->phase == LESSON_ASK ? "answer" : "lesson-next");
}

static void a_lesson_is_replayed_to_its_screens_at_every_marker_and_at_the_end(void **state) {
    SessionWorld *world = *state;
    char *text = record(world->screen, record_lesson, "skip", &usual);
    session_world_act(world, "lesson off");
    session_world_act(world, "lesson skip");
    int pages = world->screen->lesson->lesson->page_count, page = 0;
    CastReplay replay = cast_replay_begin(text);
    for (; cast_replay_next(&replay); page++) {
        if (page > 0) turn_the_page(world);
        char label[16];
        snprintf(label, sizeof label, "%d/%d ", page + 1, pages);
        assert_int_equal(strncmp(replay.marker, label, strlen(label)), 0);
        expect_screen(&replay, world);
    }
    assert_int_equal(page, pages);
    if (screen_error(world->screen)) fail_msg("%s", screen_error(world->screen));
    LessonPanel panel;
    for (screen_lesson_panel(world->screen, &panel); panel.phase != LESSON_SHOWN && panel.changes;
         screen_lesson_panel(world->screen, &panel))
        session_world_act(world, panel.phase == LESSON_ASK ? "answer" : "lesson-next");
    expect_screen(&replay, world);
    assert_string_equal(json_string_value(json_object_get(replay.header, "title")), "What a skip adds");
    cast_replay_end(&replay);
    free(text);
}

static void the_same_lesson_gives_the_same_bytes(void **state) {
    SessionWorld *world = *state;
    char *first = record(world->screen, record_lesson, "add", &usual);
    session_world_act(world, "lesson off");
    char *second = record(world->screen, record_lesson, "add", &usual);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static double length_of(SessionWorld *world, int pace) {
    RecordConfig config = {.depth = COLOR_DEPTH_256, .pace = pace};
    session_world_act(world, "lesson off");
    char *text = record(world->screen, record_lesson, "first", &config);
    CastReplay replay = cast_replay_begin(text);
    while (cast_replay_next(&replay)) {
    }
    double time_s = replay.time_s;
    cast_replay_end(&replay);
    free(text);
    return time_s;
}

static void who_reads_twice_as_fast_is_done_in_half_the_time(void **state) {
    SessionWorld *world = *state;
    double slow = length_of(world, 150), fast = length_of(world, 300);
    /* Each of some hundred waits is a whole number of milliseconds. */
    assert_close(slow / fast, 2, 0.01);
}

static const char *write_script(SessionWorld *world, const char *lines) {
    const char *path = temp_dir_join(world->dir, "demo.script");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(lines, file);
    fclose(file);
    return path;
}

static void a_script_is_typed_and_its_comments_are_markers(void **state) {
    SessionWorld *world = *state;
    const char *path = write_script(world, "# Forward\nfinish\n\n# A block\nselect layer2.0.add\nview block\n"
                                           "size 100x30\nkeys n m\n");
    char *text = record(world->screen, record_script, path, &usual);
    CastReplay replay = cast_replay_begin(text);
    assert_true(cast_replay_next(&replay));
    assert_string_equal(replay.marker, "Forward");
    assert_true(cast_replay_next(&replay));
    assert_string_equal(replay.marker, "A block");
    assert_false(cast_replay_next(&replay));
    assert_non_null(strstr(text, "\"i\",\"f\"")); /* of "finish", typed */
    assert_non_null(strstr(text, "\"r\",\"100x30\""));
    assert_int_equal(replay.width, 100);
    expect_screen(&replay, world);
    cast_replay_end(&replay);
    free(text);
}

static void a_line_that_is_wrong_is_named_and_ends_the_recording(void **state) {
    SessionWorld *world = *state;
    char path[TEMP_PATH_MAX], *text = NULL;
    size_t size;
    Error err = {0};
    snprintf(path, sizeof path, "%s", write_script(world, "finish\nfinsh\n"));
    FILE *out = open_memstream(&text, &size);
    assert_false(record_script(world->screen, path, &usual, out, &err));
    fclose(out);
    free(text);
    if (!strstr(err.text, "demo.script:2: there is no action 'finsh': did you mean 'finish'?"))
        fail_msg("%s", err.text);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_lesson_is_replayed_to_its_screens_at_every_marker_and_at_the_end),
        SESSION_TEST(the_same_lesson_gives_the_same_bytes),
        SESSION_TEST(who_reads_twice_as_fast_is_done_in_half_the_time),
        SESSION_TEST(a_script_is_typed_and_its_comments_are_markers),
        SESSION_TEST(a_line_that_is_wrong_is_named_and_ends_the_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
