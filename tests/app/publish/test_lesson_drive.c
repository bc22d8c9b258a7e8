/* What `lesson check` finds by doing a lesson: figures that are not known and why, places left raw, names that
 * the screen does not show. */
#include "app/publish/lesson_drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lesson/lesson_measure.h"
#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"

static LessonMistakes mistakes_of(SessionWorld *world, const char *rest) {
    LessonMistakes mistakes = {.count = 0};
    Error err = {0};
    char *text = NULL, path[TEMP_PATH_MAX];
    int length = asprintf(&text, "title T\nabout A\n%s", rest);
    assert_true(length > 0);
    snprintf(path, sizeof path, "%s", temp_dir_write(world->dir, "s.lesson", text, (size_t)length));
    free(text);
    if (!lesson_drive(world->screen, path, &mistakes, &err)) fail_msg("%s", err.text);
    return mistakes;
}

/* The only mistake stands on that line and says this. */
static void expect(SessionWorld *world, const char *rest, int line, const char *part) {
    LessonMistakes mistakes = mistakes_of(world, rest);
    if (mistakes.count != 1) fail_msg("%d mistakes, expected '%s'", mistakes.count, part);
    if (mistakes.rows[0].place.line != line || !strstr(mistakes.rows[0].text, part))
        fail_msg("%d: %s, expected %d: %s", mistakes.rows[0].place.line, mistakes.rows[0].text, line, part);
}

static void expect_good(SessionWorld *world, const char *rest) {
    LessonMistakes mistakes = mistakes_of(world, rest);
    if (mistakes.count > 0) fail_msg("%d: %s", mistakes.rows[0].place.line, mistakes.rows[0].text);
}

static void what_is_not_there_and_what_is_not_computed_are_told_apart(void **state) {
    SessionWorld *world = *state;
    expect(world, "page P\n| {share layer9.0}\n", 4, "resnet20 has no block 'layer9.0'");
    expect(world, "page P\n| {share layer1.0}\ndo view block\n| b\n", 4,
           "{share layer1.0} is not known: nothing has computed it here; it needs the forward pass");
    expect(world, "page P\n| {norm bn77}\n", 4, "resnet20 has no operation 'bn77'");
    expect(world, "page P\n| {value conv1 16 0 0}\n", 4, "conv1 has 16 channels of 32 by 32");
    expect(world, "page P\n| {probability mouse}\n", 4, "resnet20 has no class 'mouse'");
    expect(world, "page P\n| {top-row paths share}\n", 4, "do analysis NAME");
    expect(world, "page P\n| {result nothing a b}\n", 4, "there is no analysis 'nothing'");
    expect(world, "page P\n| a\nask number How long?\nanswer gradient-norm fc\n", 5,
           "the answer is not known: nothing has computed it here; it needs both passes");
    expect(world, "page P\n| a\nask block Which?\nanswer largest f\n", 5, "the forward pass past it");
    expect_good(world, "page P\n| a\ndo finish\n| {share layer1.0} {loss}\n");
}

static void a_place_left_raw_is_found_and_the_others_are_filled(void **state) {
    SessionWorld *world = *state;
    expect(world, "page {blocks} of them\n| a\n", 3, "{blocks} is shown as it stands here");
    expect(world, "page P\n| a\nnotes {blocks} of them\n", 3, "{blocks}");
    expect(world, "page P\n| a\nask choice B?\noption {blocks} when blocks = 9\noption none otherwise\n", 5,
           "{blocks}");
    expect(world, "page P\n| a\nask number How many {things}?\nanswer blocks\n", 5, "{things}");
    expect_good(world, "page P\n| a\nask number Of {blocks}, how many?\nanswer blocks\n"
                       "page Q\n| b\ntask press m, {blocks} times\nuntil view = maps\n");
}

static void questions_and_tasks_show_their_figures(void **state) {
    SessionWorld *world = *state;
    LessonPanel panel;
    static const char text[] =
        "title T\nabout A\npage P\n| a\nask number Of {blocks}, how many?\nanswer blocks\n"
        "page Q\n| b\ntask press m, {blocks} times\nuntil view = maps\n";
    char line[TEMP_PATH_MAX + 8];
    snprintf(line, sizeof line, "lesson %s", temp_dir_write(world->dir, "t.lesson", text, sizeof text - 1));
    session_world_act(world, line);
    if (!screen_lesson_panel(world->screen, &panel)) fail_msg("%s", screen_error(world->screen));
    assert_string_equal(panel.question, "Of 9, how many?");
    session_world_act(world, "answer 9");
    session_world_act(world, "lesson-next");
    assert_true(screen_lesson_panel(world->screen, &panel));
    assert_string_equal(panel.task, "press m, 9 times");
}

static void a_name_that_the_screen_does_not_show_is_found(void **state) {
    SessionWorld *world = *state;
    expect(world, "page P\n| a\ndo select layer1.1.add\ndo view block\n| At layer2.1, x.\n", 7,
           "the text names layer2.1, which the screen does not show");
    expect(world, "page P\n| a\ndo select layer1.1.conv1\ndo view step\n| See layer3.0.bn1.\n", 7,
           "layer3.0.bn1");
    expect_good(world,
                "page P\n| a\ndo select layer2.1.add\ndo view block\n| At layer2.1: layer2.1.conv1.\n");
    expect_good(world, "page P\n| a\ndo view gradients\n| From layer1.0 on.\n");
    expect_good(world, "page P\n| A relu, an input, a loss, 3.0 and conv9.\n");
}

static void the_answer_about_blocks_is_drawn_as_bars_in_place_of_the_view(void **state) {
    SessionWorld *world = *state;
    static const char text[] = "title T\nabout A\npage P\ndo finish\ndo view block\n| a\nask block Which?\n"
                               "answer largest f\nshow bars\n| so\n";
    char line[TEMP_PATH_MAX + 8];
    snprintf(line, sizeof line, "lesson %s", temp_dir_write(world->dir, "b.lesson", text, sizeof text - 1));
    session_world_act(world, line);
    session_world_act(world, "answer layer2.0");
    char *screen = session_world_screen(world), *words = screen_describe(world->screen);
    const Network *network = world->setup.model->network;
    for (int b = 0; b < network->block_count; b++) {
        assert_non_null(strstr(screen, network->blocks[b].name));
        assert_non_null(strstr(words, network->blocks[b].name));
    }
    assert_non_null(strstr(screen, "< yours"));
    free(screen);
    free(words);
    session_world_press(world, "m");
    screen = session_world_screen(world);
    assert_null(strstr(screen, "< yours")); /* whoever looks around sees the view */
    free(screen);
}

static void what_stands_before_the_text_is_done_before_it_is_read(void **state) {
    SessionWorld *world = *state;
    expect_good(world, "page P\ndo select layer2.1.add\ndo run-here\ndo view block\n"
                       "| In layer2.1 x is {x layer2.1} long.\nask number And F?\nanswer f layer2.1\n");
    expect_good(world, "page P\ndo finish\n| It says {predicted}.\ndo view maps\n| These are maps.\n");
}

/* Every row of the table can be measured, and says so. */
static void every_figure_is_listed_with_a_value_that_is_measured(void **state) {
    (void)state;
    ProgramRun result = program_run(ARGS("lesson", "figures"));
    assert_int_equal(result.status, 0);
    FigureAbout about;
    int count = 0;
    for (; figure_about(count, &about); count++) {
        char part[FIGURE_TEXT_MAX + 16];
        snprintf(part, sizeof part, "{%s} is ", about.example);
        const char *at = strstr(result.out, part);
        if (!at) fail_msg("%s is not listed", about.call);
        if (strncmp(at + strlen(part), "...", 3) == 0) fail_msg("%s is not known", about.example);
    }
    assert_null(figure_spec(count));
    assert_true(count > 50);
    program_free(&result);
}

static void the_manual_lists_every_figure_with_what_it_is_and_needs(void **state) {
    (void)state;
    Error err = {0};
    size_t size;
    char *manual = (char *)file_read_all("MANUAL.md", 1 << 20, &size, &err);
    if (!manual) fail_msg("%s", err.text);
    FigureAbout about;
    for (int k = 0; figure_about(k, &about); k++) {
        char row[128];
        snprintf(row, sizeof row, "\n| `{%s}` |", about.call);
        const char *at = strstr(manual, row), *end = at ? strchr(at + 1, '\n') : NULL;
        const char *needs = at ? strstr(at, about.needs) : NULL;
        if (!end || !needs || needs > end)
            fail_msg("MANUAL.md: {%s} is missing, or not what it needs", about.call);
    }
    free(manual);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_WORLD(what_is_not_there_and_what_is_not_computed_are_told_apart),
        WITH_WORLD(a_place_left_raw_is_found_and_the_others_are_filled),
        WITH_WORLD(questions_and_tasks_show_their_figures),
        WITH_WORLD(a_name_that_the_screen_does_not_show_is_found),
        WITH_WORLD(the_answer_about_blocks_is_drawn_as_bars_in_place_of_the_view),
        WITH_WORLD(what_stands_before_the_text_is_done_before_it_is_read),
        cmocka_unit_test(the_manual_lists_every_figure_with_what_it_is_and_needs),
        cmocka_unit_test(every_figure_is_listed_with_a_value_that_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
