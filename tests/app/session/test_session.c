/* The session: what actions do, seen through the scene. A random resnet20 and a picture from a formula. */
#include "app/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/explorer/script.h"
#include "app/screen/screen_state.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/test_image.h"
#include "views/canvas/export.h"
#include "views/scene/action_parse.h"

typedef struct Fixture {
    TempDir *dir;
    Setup setup;
    Screen *screen;
    Session *session; /* the user's own on that screen */
    int steps;        /* of the whole program */
} Fixture;

static int open_fixture(void **state) {
    Fixture *f = calloc(1, sizeof *f);
    temp_dir_setup((void **)&f->dir);
    char picture[TEMP_PATH_MAX];
    snprintf(picture, sizeof picture, "%s", test_image_write(f->dir, "one.png", 1));
    char *words[] = {(char *)"skipscope", (char *)"resnet20", picture, NULL};
    Options options;
    Error err = {0};
    gemm_init();
    if (!options_parse(&options, 3, words, &err) || !setup_open(&f->setup, &options, &err))
        fail_msg("%s", err.text);
    ScreenConfig config = {.session = {.setup = &f->setup, .image = picture, .target = -1}};
    f->screen = screen_new(&config, &err);
    if (!f->screen) fail_msg("%s", err.text);
    f->session = screen_own(f->screen);
    f->steps = 2 * f->setup.model->network->op_count;
    *state = f;
    return 0;
}

static int close_fixture(void **state) {
    Fixture *f = *state;
    screen_free(f->screen);
    setup_close(&f->setup);
    temp_dir_teardown((void **)&f->dir);
    free(f);
    return 0;
}

/* Runs script lines and finishes the work they begin. */
static void act(Fixture *f, const char *line) {
    Action action;
    Error err = {0};
    if (!action_parse(line, &action, &err)) fail_msg("%s", err.text);
    screen_do(f->screen, &action);
    screen_finish_work(f->screen);
}

static char *picture_of(Fixture *f) {
    Canvas *canvas =
        canvas_new(f->session->display.width, f->session->display.height, f->session->display.flags);
    screen_draw(f->screen, canvas);
    char *text = canvas_export_text_string(canvas);
    canvas_free(canvas);
    return text;
}

static void it_begins_at_the_image_with_one_step_run(void **state) {
    Fixture *f = *state;
    assert_int_equal(session_scene(f->session).at, 0);
    assert_int_equal(scene_steps_done(f->session->exp.pass), 1);
}

static void a_step_runs_one_operation_and_selects_it(void **state) {
    Fixture *f = *state;
    act(f, "step");
    assert_int_equal(session_scene(f->session).at, 1);
    assert_int_equal(scene_steps_done(f->session->exp.pass), 2);
    act(f, "step 10");
    assert_int_equal(session_scene(f->session).at, 11);
    assert_int_equal(scene_steps_done(f->session->exp.pass), 12);
}

static void going_back_undoes_nothing_and_shows_the_same_screen(void **state) {
    Fixture *f = *state;
    act(f, "finish");
    act(f, "finish");
    act(f, "select layer2.1.conv2");
    for (int view = 0; view < VIEW_COUNT; view++) {
        f->session->look.view = (ViewId)view;
        screen_finish_work(f->screen);
        char *before = picture_of(f);
        act(f, "step-back 7");
        act(f, "step 7");
        char *after = picture_of(f);
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
    assert_int_equal(scene_steps_done(f->session->exp.pass), f->steps);
}

static void finish_goes_to_the_loss_and_then_to_the_image(void **state) {
    Fixture *f = *state;
    act(f, "finish");
    assert_int_equal(session_scene(f->session).at, f->steps / 2 - 1);
    act(f, "finish");
    assert_int_equal(session_scene(f->session).at, f->steps - 1);
    assert_int_equal(scene_steps_done(f->session->exp.pass), f->steps);
    act(f, "step");
    assert_int_equal(session_scene(f->session).at, f->steps - 1);
}

static void blocks_end_at_their_last_relu_and_begin_at_conv1_backward(void **state) {
    Fixture *f = *state;
    const Network *network = f->setup.model->network;
    act(f, "block");
    assert_string_equal(network->ops[session_scene(f->session).op].name, "relu");
    act(f, "block");
    assert_string_equal(network->ops[session_scene(f->session).op].name, "layer1.0.relu2");
    act(f, "finish");
    act(f, "block");
    assert_string_equal(network->ops[session_scene(f->session).op].name, "avgpool");
    act(f, "block");
    assert_string_equal(network->ops[session_scene(f->session).op].name, "layer3.2.conv1");
    act(f, "block-back");
    assert_string_equal(network->ops[session_scene(f->session).op].name, "layer3.2.relu2");
}

static void selecting_ahead_and_running_here_catches_up(void **state) {
    Fixture *f = *state;
    act(f, "select layer2.1.add");
    assert_int_equal(scene_steps_done(f->session->exp.pass), 1);
    act(f, "run-here");
    assert_int_equal(scene_steps_done(f->session->exp.pass), session_scene(f->session).at + 1);
}

static void without_skip_keeps_place_and_progress(void **state) {
    Fixture *f = *state;
    act(f, "finish");
    act(f, "finish");
    act(f, "select layer2.0.add");
    int at = session_scene(f->session).at;
    static const SkipMode modes[] = {SKIP_PLAIN, SKIP_CUT, SKIP_LESION, SKIP_NONE_REMOVED};
    for (int k = 0; k < 4; k++) {
        act(f, "without-skip");
        assert_int_equal(pass_skip_mode(f->session->exp.pass), modes[k]);
        assert_int_equal(session_scene(f->session).at, at);
        assert_int_equal(scene_steps_done(f->session->exp.pass), f->steps);
    }
}

static void a_named_lesion_marks_only_its_blocks(void **state) {
    Fixture *f = *state;
    act(f, "without-skip lesion:layer1.1,layer3.2");
    const Network *network = f->setup.model->network;
    for (int b = 0; b < network->block_count; b++) {
        bool named = strcmp(network->blocks[b].name, "layer1.1") == 0 ||
                     strcmp(network->blocks[b].name, "layer3.2") == 0;
        assert_int_equal(pass_block_is_lesioned(f->session->exp.pass, b), named);
    }
}

static void the_gradients_view_runs_its_baseline_only_when_looked_at(void **state) {
    Fixture *f = *state;
    act(f, "finish");
    act(f, "finish");
    assert_null(f->session->exp.baseline);
    act(f, "view gradients");
    assert_non_null(session_scene(f->session).baseline);
    assert_int_equal(pass_skip_mode(session_scene(f->session).baseline), SKIP_CUT);
    act(f, "versus");
    assert_int_equal(pass_skip_mode(session_scene(f->session).baseline), SKIP_PLAIN);
}

static void a_new_picture_keeps_the_progress(void **state) {
    Fixture *f = *state;
    act(f, "finish");
    double before = pass_loss(f->session->exp.pass);
    char line[TEMP_PATH_MAX + 8];
    snprintf(line, sizeof line, "image %s", test_image_write(f->dir, "two.png", 2));
    act(f, line);
    assert_null(screen_error(f->screen));
    assert_int_equal(scene_steps_done(f->session->exp.pass), f->steps / 2);
    assert_true(pass_loss(f->session->exp.pass) != before);
}

static void what_goes_wrong_is_one_sentence_and_changes_nothing(void **state) {
    Fixture *f = *state;
    static const char *const lines[] = {"image nowhere.png",
                                        "select layer9.0.add",
                                        "view nothing",
                                        "cell x",
                                        "target 10",
                                        "without-skip half",
                                        "versus lesion",
                                        "scope all",
                                        "palette jet",
                                        "without-skip lesion:layer9.9",
                                        "screen"};
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        act(f, lines[k]);
        if (!screen_error(f->screen)) fail_msg("'%s' is not refused", lines[k]);
        assert_int_equal(session_scene(f->session).at, 0);
        assert_int_equal(pass_skip_mode(f->session->exp.pass), SKIP_NONE_REMOVED);
    }
}

static void channel_and_cell_survive_smaller_operations(void **state) {
    Fixture *f = *state;
    act(f, "finish");
    act(f, "select layer1.0.conv1");
    act(f, "channel 13");
    act(f, "cell 20 30");
    act(f, "select fc");
    assert_int_equal(session_scene(f->session).channel, 9);
    assert_int_equal(session_scene(f->session).row, 0);
    act(f, "select layer1.0.conv1");
    assert_int_equal(session_scene(f->session).channel, 13);
    assert_int_equal(session_scene(f->session).row, 20);
    assert_int_equal(session_scene(f->session).column, 30);
}

static void every_view_draws_at_every_step_and_size(void **state) {
    Fixture *f = *state;
    static const int sizes[][2] = {{1, 1}, {40, 12}, {80, 24}, {120, 40}, {200, 60}};
    act(f, "finish");
    act(f, "finish");
    for (int view = 0; view < VIEW_COUNT; view++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
            for (int at = 0; at < f->steps; at += 5) {
                f->session->look.view = (ViewId)view;
                f->session->exp.at = at;
                screen_set_canvas(f->screen, sizes[k][0], sizes[k][1],
                                  (at & 1 ? CANVAS_ASCII : 0) | (at & 2 ? CANVAS_MONO : 0));
                char *first = picture_of(f), *second = picture_of(f);
                assert_string_equal(first, second);
                free(first);
                free(second);
            }
}

static void a_script_writes_the_screen(void **state) {
    Fixture *f = *state;
    char line[2 * TEMP_PATH_MAX], path[TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s", temp_dir_join(f->dir, "screen.txt"));
    int count = snprintf(line, sizeof line,
                         "# a comment\n\nfinish\nsize 100x30\nkeys j j Enter\nscreen %s\nquit\n", path);
    Error err = {0};
    const char *script = temp_dir_write(f->dir, "script", line, (size_t)count);
    if (!script_run(f->screen, script, &err)) fail_msg("%s", err.text);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char first[256] = "";
    assert_non_null(fgets(first, sizeof first, file));
    fclose(file);
    assert_non_null(strstr(first, "skipscope"));
    assert_true(screen_wants_quit(f->screen));
}

static void a_script_error_names_file_and_line(void **state) {
    Fixture *f = *state;
    Error err = {0};
    const char *script = temp_dir_write(f->dir, "script", "step\nstp\n", 9);
    assert_false(script_run(f->screen, script, &err));
    assert_non_null(strstr(err.text, "script:2: there is no action 'stp': did you mean 'step'?"));
}

static void the_prompt_completes_and_runs(void **state) {
    Fixture *f = *state;
    for (const char *c = ":fini\t"; *c; c++)
        screen_key(f->screen, &(Key){.code = *c == '\t' ? KEY_CODE_TAB : (uint32_t)*c});
    assert_string_equal(f->screen->typing.prompt.text, "finish ");
    screen_key(f->screen, &(Key){.code = KEY_CODE_ENTER});
    screen_finish_work(f->screen);
    assert_int_equal(session_scene(f->session).at, f->steps / 2 - 1);
    assert_false(layer_is_open(f->screen, LAYER_PROMPT));
}

#define SESSION_TEST(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(it_begins_at_the_image_with_one_step_run),
        SESSION_TEST(a_step_runs_one_operation_and_selects_it),
        SESSION_TEST(going_back_undoes_nothing_and_shows_the_same_screen),
        SESSION_TEST(finish_goes_to_the_loss_and_then_to_the_image),
        SESSION_TEST(blocks_end_at_their_last_relu_and_begin_at_conv1_backward),
        SESSION_TEST(selecting_ahead_and_running_here_catches_up),
        SESSION_TEST(without_skip_keeps_place_and_progress),
        SESSION_TEST(a_named_lesion_marks_only_its_blocks),
        SESSION_TEST(the_gradients_view_runs_its_baseline_only_when_looked_at),
        SESSION_TEST(a_new_picture_keeps_the_progress),
        SESSION_TEST(what_goes_wrong_is_one_sentence_and_changes_nothing),
        SESSION_TEST(channel_and_cell_survive_smaller_operations),
        SESSION_TEST(every_view_draws_at_every_step_and_size),
        SESSION_TEST(a_script_writes_the_screen),
        SESSION_TEST(a_script_error_names_file_and_line),
        SESSION_TEST(the_prompt_completes_and_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
