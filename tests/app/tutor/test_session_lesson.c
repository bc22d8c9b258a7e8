/* Lessons under way: forward and back, excursions and the way home, questions, tasks, and the user's own
 * state at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/explorer/script.h"
#include "app/publish/lesson_drive.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"

/* A lesson with one page of each sort. */
static const char LESSON[] = "title Small\n"
                             "about For tests.\n"
                             "page Look\n"
                             "| {network} has {blocks} blocks.\n"
                             "do finish\n"
                             "do view block\n"
                             "| It says {predicted}.\n"
                             "notes Only for the speaker.\n"
                             "page Number\n"
                             "ask number How many blocks?\n"
                             "answer blocks within 10%\n"
                             "page Choice\n"
                             "ask choice Which?\n"
                             "option many when blocks > 100\n"
                             "option few otherwise\n"
                             "do view gradients\n"
                             "page Block\n"
                             "ask block Largest F?\n"
                             "answer largest f\n"
                             "page Do\n"
                             "| Do it.\n"
                             "task look at the maps\n"
                             "until view = maps\n"
                             "page Picture\n"
                             "| Choose.\n"
                             "keep picture\n"
                             "page End\n"
                             "| Picture {picture}.\n"
                             "do finish\n";

static const LessonRun *run_of(const SessionWorld *world) {
    assert_non_null(world->screen->lesson);
    return world->screen->lesson;
}

static LessonPanel panel_of(const SessionWorld *world) {
    LessonPanel panel;
    assert_true(screen_lesson_panel(world->screen, &panel));
    return panel;
}

static void begin_text(SessionWorld *world, const char *text) {
    char path[TEMP_PATH_MAX], line[TEMP_PATH_MAX + 8];
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "small.lesson"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    snprintf(line, sizeof line, "lesson %s", path);
    session_world_act(world, line);
    if (!world->screen->lesson) fail_msg("%s", screen_error(world->screen));
}

static void expect_screen(SessionWorld *world, const char *expected) {
    char *screen = session_world_screen(world);
    assert_string_equal(screen, expected);
    free(screen);
}

static void expect_error(const SessionWorld *world, const char *part) {
    const char *problem = screen_error(world->screen);
    if (!problem || !strstr(problem, part)) fail_msg("'%s', expected '%s'", problem ? problem : "", part);
}

static void text_comes_first_then_the_view_follows_then_the_next_page(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    LessonPanel panel = panel_of(world);
    assert_int_equal(panel.phase, LESSON_READ);
    assert_string_equal(panel.text, "resnet20 has 9 blocks.");
    assert_int_equal(run_of(world)->session->look.view, VIEW_ARCHITECTURE);
    session_world_press(world, "Space");
    panel = panel_of(world);
    assert_int_equal(panel.phase, LESSON_SHOWN);
    assert_string_equal(panel.text, "It says cat.");
    assert_string_equal(panel.notes, "Only for the speaker.");
    assert_int_equal(run_of(world)->session->look.view, VIEW_BLOCK);
    session_world_press(world, "Space");
    panel = panel_of(world);
    assert_int_equal(panel.page, 1);
    assert_string_equal(panel.question, "How many blocks?");
}

static void every_bundled_lesson_is_without_mistakes_when_it_is_driven(void **state) {
    SessionWorld *world = *state;
    char name[LESSON_NAME_MAX];
    for (int k = 0; lesson_bundled(k, name); k++) {
        LessonMistakes mistakes = {.count = 0};
        Error err = {0};
        assert_true(lesson_drive(world->screen, name, &mistakes, &err));
        assert_null(world->screen->lesson);
        if (mistakes.count > 0)
            fail_msg("%s:%d:%d: %s", name, mistakes.rows[0].place.line, mistakes.rows[0].place.column,
                     mistakes.rows[0].text);
    }
}

static void driving_finds_actions_that_fail_and_figures_that_nothing_computed(void **state) {
    SessionWorld *world = *state;
    LessonMistakes mistakes = {.count = 0};
    Error err = {0};
    char path[TEMP_PATH_MAX];
    begin_text(world,
               "title T\nabout A\npage P\n| a\ndo view maps\ndo select layer9.0.add\ndo finish\n"
               "page Q\n| {loss} {probability mouse}\npage R\nask number B?\nanswer gradient-norm fc\n");
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "small.lesson"));
    session_world_act(world, "lesson off");
    assert_true(lesson_drive(world->screen, path, &mistakes, &err));
    assert_int_equal(mistakes.count, 3);
    assert_int_equal(mistakes.rows[0].place.line, 6);
    assert_int_equal(mistakes.rows[0].place.column, 4);
    assert_non_null(strstr(mistakes.rows[0].text, "no operation 'layer9.0.add'"));
    assert_int_equal(mistakes.rows[1].place.line, 9);
    assert_int_equal(mistakes.rows[2].place.line, 11);
    assert_non_null(strstr(mistakes.rows[2].text, "answer is not known"));
}

/* The mistakes of a lesson whose one question has the right answer `when`. */
static LessonMistakes mistakes_of_choice(SessionWorld *world, const char *when) {
    LessonMistakes mistakes = {.count = 0};
    Error err = {0};
    char path[TEMP_PATH_MAX], lesson[256];
    snprintf(lesson, sizeof lesson,
             "title T\nabout A\npage P\n| a\ndo select loss\ndo run-here\n"
             "page Q\nask choice Half?\noption yes when %s\noption no otherwise\n",
             when);
    begin_text(world, lesson);
    session_world_act(world, "lesson off");
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "small.lesson"));
    assert_true(lesson_drive(world->screen, path, &mistakes, &err));
    return mistakes;
}

static void driving_warns_of_an_answer_that_another_processor_might_contradict(void **state) {
    SessionWorld *world = *state;
    LessonMistakes mistakes = mistakes_of_choice(world, "loss < loss");
    assert_int_equal(mistakes.count, 1);
    assert_int_equal(mistakes.rows[0].place.line, 8);
    assert_non_null(strstr(mistakes.rows[0].text, "equal within rounding"));
    assert_int_equal(mistakes_of_choice(world, "loss != loss").count, 0);
    assert_int_equal(mistakes_of_choice(world, "loss < 2").count, 0);
    assert_int_equal(mistakes_of_choice(world, "blocks > 8").count, 0);
}

static void an_action_that_fails_is_told_with_its_line(void **state) {
    SessionWorld *world = *state;
    begin_text(world, "title T\nabout A\npage P\n| a\ndo select layer9.0.add\ndo view maps\n");
    session_world_press(world, "Space");
    expect_error(world, "line 5 of the lesson: resnet20 has no operation");
    assert_int_equal(run_of(world)->session->look.view, VIEW_MAPS);
}

static void the_users_own_state_comes_back_as_it_was(void **state) {
    SessionWorld *world = *state;
    static const char *const lines[] = {"arch resnet8",     "finish",           "select layer2.0.add",
                                        "channel 5",        "view maps",        "scope network",
                                        "without-skip cut", "order activation", "theme light"};
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) session_world_act(world, lines[k]);
    session_world_act(world, "redraw");
    char *before = session_world_screen(world);
    const Pass *pass = world->session->exp.pass;
    session_world_act(world, "lesson skip");
    session_world_press(world, "Space Space 0 . 5 Enter Space m h p"); /* an answer, and an excursion */
    session_world_press(world, "q");
    assert_null(world->screen->lesson);
    assert_ptr_equal(world->session->exp.pass, pass);
    session_world_act(world, "redraw");
    expect_screen(world, before);
    free(before);
}

static void an_excursion_ends_with_home_and_leaves_nothing(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space");
    char *page = session_world_screen(world);
    session_world_press(world, "m");
    assert_true(panel_of(world).exploring);
    session_world_press(world, "l l Enter S");
    session_world_act(world, "weights plain20");
    session_world_act(world, "image ship");
    assert_string_equal(panel_of(world).text, "It says cat."); /* the page's figures, not the excursion's */
    session_world_press(world, "Home");
    assert_false(panel_of(world).exploring);
    expect_screen(world, page);
    free(page);
}

static void going_on_from_an_excursion_is_going_on_from_the_page(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space");
    char *next = session_world_screen(world);
    session_world_press(world, "Backspace m l");
    session_world_act(world, "arch resnet8");
    session_world_press(world, "Space");
    expect_screen(world, next);
    free(next);
}

static void looking_at_the_help_is_no_excursion_and_space_closes_it(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    char *page = session_world_screen(world);
    session_world_press(world, "?");
    char *help = session_world_screen(world);
    assert_non_null(strstr(help, "Lesson"));
    free(help);
    session_world_press(world, "Space");
    expect_screen(world, page);
    free(page);
}

static void a_number_is_answered_and_judged_by_what_the_engine_says(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space 1 2");
    assert_int_equal(panel_of(world).phase, LESSON_ASK);
    assert_string_equal(panel_of(world).answer, "12");
    session_world_press(world, "Backspace 0 Enter");
    assert_string_equal(panel_of(world).verdict, "You said 10. It is 9: 11.1 % off.");
    assert_false(panel_of(world).right);
    session_world_press(world, "Backspace Space 9 Enter");
    assert_string_equal(panel_of(world).verdict, "You said 9. It is 9: exactly so.");
    assert_true(panel_of(world).right);
}

static void a_question_can_be_skipped_or_put_off(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space Enter");
    assert_int_equal(panel_of(world).phase, LESSON_ASK); /* nothing is no answer */
    session_world_press(world, "Backspace");
    assert_int_equal(panel_of(world).phase, LESSON_READ);
    session_world_press(world, "Space Esc");
    assert_string_equal(panel_of(world).verdict, "Not answered. It is 9.");
    session_world_press(world, "Backspace Space Space");
    assert_string_equal(panel_of(world).verdict, "Not answered. It is 9.");
    assert_true(panel_of(world).skipped);
}

static void answers_that_are_none_are_refused_and_asked_again(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space m Enter");
    expect_error(world, "expected a number, found 'm'");
    assert_int_equal(panel_of(world).phase, LESSON_ASK);
    session_world_press(world, "Esc Space Space c Enter");
    expect_error(world, "expected a letter from a to b");
    session_world_press(world, "Backspace b Enter");
    assert_string_equal(panel_of(world).verdict, "You said b: few. So it is.");
    session_world_press(world, "Space Space x Enter");
    expect_error(world, "no block 'x'");
    session_world_act(world, "answer layer9.9");
    expect_error(world, "no block 'layer9.9'");
}

static void a_block_is_judged_by_its_rank(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space Esc Space Space Esc Space");
    const LessonRun *run = run_of(world);
    const Network *network = run->session->exp.setup->model->network;
    int best = 0, worst = 0;
    for (int b = 1; b < network->block_count; b++) {
        double f = pass_act_stats(run->session->exp.pass, network->blocks[b].branch_last).l2;
        if (f > pass_act_stats(run->session->exp.pass, network->blocks[best].branch_last).l2) best = b;
        if (f < pass_act_stats(run->session->exp.pass, network->blocks[worst].branch_last).l2) worst = b;
    }
    char line[64];
    snprintf(line, sizeof line, "answer %s", network->blocks[worst].name);
    session_world_act(world, line);
    assert_non_null(strstr(panel_of(world).verdict, "place 9 of 9"));
    assert_false(panel_of(world).right);
    session_world_press(world, "Backspace");
    snprintf(line, sizeof line, "answer %s",
             run_of(world)->session->exp.setup->model->network->blocks[best].name);
    session_world_act(world, line);
    assert_true(panel_of(world).right);
}

static void a_task_is_recognised_when_it_is_done(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space Esc Space Space Esc Space Space Esc Space");
    assert_string_equal(panel_of(world).task, "look at the maps");
    assert_false(panel_of(world).task_done);
    session_world_press(world, "t");
    assert_false(panel_of(world).task_done);
    session_world_press(world, "m");
    assert_true(panel_of(world).task_done);
    session_world_press(world, "t");
    assert_true(panel_of(world).task_done);
}

static void a_picture_that_was_chosen_stays_for_the_rest(void **state) {
    SessionWorld *world = *state;
    char line[TEMP_PATH_MAX + 8];
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space Esc Space Space Esc Space Space Esc Space Space");
    snprintf(line, sizeof line, "image %s", test_image_write(world->dir, "mine.png", 3));
    session_world_act(world, line);
    session_world_press(world, "Space");
    assert_string_equal(panel_of(world).text, "Picture mine.png.");
    session_world_press(world, "m Home");
    assert_string_equal(panel_of(world).text, "Picture mine.png.");
    session_world_press(world, "Backspace Backspace");
    assert_string_equal(run_of(world)->session->exp.picture.name, "04-cat");
}

static char *read_file(const char *path) {
    char *text = calloc(1, 4096);
    FILE *file = fopen(path, "r");
    if (file) {
        assert_true(fread(text, 1, 4095, file) > 0);
        fclose(file);
    }
    return text;
}

static void answers_are_kept_if_and_only_if_asked_for(void **state) {
    SessionWorld *world = *state;
    char path[TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "answers.csv"));
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space 9 Enter q");
    char *none = read_file(path);
    assert_string_equal(none, "");
    free(none);
    world->screen->results = path;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space 9 Enter Space Space a Enter Space Space Esc q");
    char *text = read_file(path), *line = strchr(text, '\n');
    assert_memory_equal(text, "time,lesson,page,question,answer,truth,right\n", 45);
    assert_non_null(strstr(line, "Z,small,2,\"How many blocks?\",\"9\",\"9\",yes\n"));
    assert_non_null(strstr(line, "Z,small,3,\"Which?\",\"a\",\"b\",no\n"));
    assert_non_null(strstr(line, ",4,\"Largest F?\",\"\",\"layer"));
    assert_non_null(strstr(line, "\",skipped\n"));
    free(text);
}

static void a_place_for_answers_that_cannot_be_written_is_told_at_once(void **state) {
    SessionWorld *world = *state;
    world->screen->results = "/nowhere/answers.csv";
    session_world_act(world, "lesson first");
    assert_null(world->screen->lesson);
    expect_error(world, "/nowhere/answers.csv");
}

static void another_lesson_takes_the_place_of_this_one(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "lesson first");
    session_world_act(world, "lesson nosuch");
    expect_error(world, "there is no lesson 'nosuch'");
    assert_string_equal(run_of(world)->lesson->name, "first");
    session_world_act(world, "lesson conv");
    assert_string_equal(run_of(world)->lesson->name, "conv");
    session_world_act(world, "lesson off");
    assert_null(world->screen->lesson);
}

static void without_a_lesson_its_actions_say_so(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "lesson-next");
    assert_non_null(strstr(world->session->notice.text, "no lesson is under way"));
    session_world_act(world, "answer 3");
    assert_non_null(strstr(world->session->notice.text, "no lesson is under way"));
}

static void wide_screens_have_the_page_in_a_column_and_keep_the_views_room(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 120, 40);
    begin_text(world, LESSON);
    SessionPanes panes = session_panes(run_of(world)->session);
    assert_int_equal(panes.view.w, LAYOUT_S_WIDTH);
    assert_int_equal(panes.lesson.h, 37);
    screen_set_size(world->screen, 200, 60);
    panes = session_panes(run_of(world)->session);
    assert_int_equal(panes.lesson.w, LESSON_COLUMN_WIDTH);
    screen_set_size(world->screen, 80, 24);
    panes = session_panes(run_of(world)->session);
    assert_int_equal(panes.lesson.h, LESSON_SHEET_ROWS);
    assert_int_equal(panes.view.h, 15);
    run_of(world)->session->look.view = VIEW_MAPS; /* a map of 32x32 is whole beside the page */
    panes = session_panes(run_of(world)->session);
    assert_int_equal(panes.view.h, 21);
    assert_true(panes.view.w >= VIEW_BESIDE && panes.lesson.w >= 40);
}

static void any_size_can_be_drawn(void **state) {
    SessionWorld *world = *state;
    begin_text(world, LESSON);
    session_world_press(world, "Space Space Space 1 2");
    static const int sizes[][2] = {{1, 1}, {60, 16}, {79, 23}, {119, 41}, {400, 20}, {61, 200}};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        screen_set_size(world->screen, sizes[k][0], sizes[k][1]);
        free(session_world_screen(world));
    }
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_WORLD(text_comes_first_then_the_view_follows_then_the_next_page),
        WITH_WORLD(every_bundled_lesson_is_without_mistakes_when_it_is_driven),
        WITH_WORLD(driving_finds_actions_that_fail_and_figures_that_nothing_computed),
        WITH_WORLD(driving_warns_of_an_answer_that_another_processor_might_contradict),
        WITH_WORLD(an_action_that_fails_is_told_with_its_line),
        WITH_WORLD(the_users_own_state_comes_back_as_it_was),
        WITH_WORLD(an_excursion_ends_with_home_and_leaves_nothing),
        WITH_WORLD(going_on_from_an_excursion_is_going_on_from_the_page),
        WITH_WORLD(looking_at_the_help_is_no_excursion_and_space_closes_it),
        WITH_WORLD(a_number_is_answered_and_judged_by_what_the_engine_says),
        WITH_WORLD(a_question_can_be_skipped_or_put_off),
        WITH_WORLD(answers_that_are_none_are_refused_and_asked_again),
        WITH_WORLD(a_block_is_judged_by_its_rank),
        WITH_WORLD(a_task_is_recognised_when_it_is_done),
        WITH_WORLD(a_picture_that_was_chosen_stays_for_the_rest),
        WITH_WORLD(answers_are_kept_if_and_only_if_asked_for),
        WITH_WORLD(a_place_for_answers_that_cannot_be_written_is_told_at_once),
        WITH_WORLD(another_lesson_takes_the_place_of_this_one),
        WITH_WORLD(without_a_lesson_its_actions_say_so),
        WITH_WORLD(wide_screens_have_the_page_in_a_column_and_keep_the_views_room),
        WITH_WORLD(any_size_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
