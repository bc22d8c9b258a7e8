/* The session: what actions do, seen through the scene. A random resnet20 and a picture from a formula. */
#include "app/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/explorer/script.h"
#include "app/screen/screen_state.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"

static void it_begins_at_the_image_with_one_step_run(void **state) {
    SessionWorld *world = *state;
    assert_int_equal(session_scene(world->session).at, 0);
    assert_int_equal(scene_steps_done(world->session->exp.pass), 1);
}

static void a_step_runs_one_operation_and_selects_it(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "step");
    assert_int_equal(session_scene(world->session).at, 1);
    assert_int_equal(scene_steps_done(world->session->exp.pass), 2);
    session_world_act(world, "step 10");
    assert_int_equal(session_scene(world->session).at, 11);
    assert_int_equal(scene_steps_done(world->session->exp.pass), 12);
}

static void going_back_undoes_nothing_and_shows_the_same_screen(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.1.conv2");
    for (int view = 0; view < VIEW_COUNT; view++) {
        world->session->look.view = (ViewId)view;
        screen_finish_work(world->screen);
        char *before = session_world_screen(world);
        session_world_act(world, "step-back 7");
        session_world_act(world, "step 7");
        char *after = session_world_screen(world);
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
    assert_int_equal(scene_steps_done(world->session->exp.pass), world->steps);
}

static void finish_goes_to_the_loss_and_then_to_the_image(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    assert_int_equal(session_scene(world->session).at, world->steps / 2 - 1);
    session_world_act(world, "finish");
    assert_int_equal(session_scene(world->session).at, world->steps - 1);
    assert_int_equal(scene_steps_done(world->session->exp.pass), world->steps);
    session_world_act(world, "step");
    assert_int_equal(session_scene(world->session).at, world->steps - 1);
}

static void blocks_end_at_their_last_relu_and_begin_at_conv1_backward(void **state) {
    SessionWorld *world = *state;
    const Network *network = world->setup.model->network;
    session_world_act(world, "block");
    assert_string_equal(network->ops[session_scene(world->session).op].name, "relu");
    session_world_act(world, "block");
    assert_string_equal(network->ops[session_scene(world->session).op].name, "layer1.0.relu2");
    session_world_act(world, "finish");
    session_world_act(world, "block");
    assert_string_equal(network->ops[session_scene(world->session).op].name, "avgpool");
    session_world_act(world, "block");
    assert_string_equal(network->ops[session_scene(world->session).op].name, "layer3.2.conv1");
    session_world_act(world, "block-back");
    assert_string_equal(network->ops[session_scene(world->session).op].name, "layer3.2.relu2");
}

static void selecting_ahead_and_running_here_catches_up(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer2.1.add");
    assert_int_equal(scene_steps_done(world->session->exp.pass), 1);
    session_world_act(world, "run-here");
    assert_int_equal(scene_steps_done(world->session->exp.pass), session_scene(world->session).at + 1);
}

static void without_skip_keeps_place_and_progress(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.0.add");
    int at = session_scene(world->session).at;
    static const SkipMode modes[] = {SKIP_PLAIN, SKIP_CUT, SKIP_LESION, SKIP_NONE_REMOVED};
    for (int k = 0; k < 4; k++) {
        session_world_act(world, "without-skip");
        assert_int_equal(pass_skip_mode(world->session->exp.pass), modes[k]);
        assert_int_equal(session_scene(world->session).at, at);
        assert_int_equal(scene_steps_done(world->session->exp.pass), world->steps);
    }
}

static void a_named_lesion_marks_only_its_blocks(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "without-skip lesion:layer1.1,layer3.2");
    const Network *network = world->setup.model->network;
    for (int b = 0; b < network->block_count; b++) {
        bool named = strcmp(network->blocks[b].name, "layer1.1") == 0 ||
                     strcmp(network->blocks[b].name, "layer3.2") == 0;
        assert_int_equal(pass_block_is_lesioned(world->session->exp.pass, b), named);
    }
}

static void the_gradients_view_runs_its_baseline_only_when_looked_at(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    assert_null(world->session->exp.baseline);
    session_world_act(world, "view gradients");
    assert_non_null(session_scene(world->session).baseline);
    assert_int_equal(pass_skip_mode(session_scene(world->session).baseline), SKIP_CUT);
    session_world_act(world, "versus");
    assert_int_equal(pass_skip_mode(session_scene(world->session).baseline), SKIP_PLAIN);
}

/* What was run to the end is used again, and is what a fresh run gives. */
static void taking_the_skips_away_keeps_the_other_side(void **state) {
    SessionWorld *world = *state;
    session_world_press(world, "r Enter");
    Experiment *exp = &world->session->exp;
    assert_int_equal(scene_steps_done(exp->pass), world->steps);
    assert_int_equal(scene_steps_done(exp->baseline), world->steps);
    const Pass *built = exp->pass;
    double length = pass_grad_stats(built, 0).l2;
    const SkipMode modes[] = {SKIP_PLAIN, SKIP_CUT, SKIP_NONE_REMOVED};
    for (int k = 0; k < 3; k++) {
        session_world_press(world, "W");
        assert_int_equal(pass_skip_mode(exp->pass), modes[k]);
        assert_int_equal(scene_steps_done(exp->pass), world->steps);
        Scene scene = session_scene(world->session);
        assert_int_equal(scene.baseline_mode, k < 2 ? SKIP_NONE_REMOVED : SKIP_CUT);
        assert_int_equal(pass_skip_mode(scene.baseline), scene.baseline_mode);
        assert_true(pass_grad_stats(k < 2 ? exp->baseline : exp->pass, 0).l2 == length);
        assert_ptr_equal(k < 2 ? exp->baseline : exp->pass, built);
        double own = pass_grad_stats(exp->pass, 0).l2;
        session_rerun(world->session);
        session_finish_work(world->session);
        assert_true(pass_grad_stats(exp->pass, 0).l2 == own);
        built = k < 2 ? exp->baseline : exp->pass;
    }
}

static void small_pictures_are_loaded_when_the_input_view_is_looked_at(void **state) {
    SessionWorld *world = *state;
    const PictureList *pictures = &world->session->exp.pictures;
    session_world_act(world, "view maps");
    assert_null(session_scene(world->session).image_thumbs);
    session_world_act(world, "view input");
    const SceneThumb *thumbs = session_scene(world->session).image_thumbs;
    assert_non_null(thumbs);
    int known = 0;
    for (int k = 0; k < pictures->count; k++) {
        known += thumbs[k].known;
        for (size_t i = 0; i < sizeof thumbs[k].rgb / sizeof(real); i++)
            assert_true(thumbs[k].rgb[i] >= 0 && thumbs[k].rgb[i] <= 1);
    }
    assert_int_equal(known, asset_image_count());
}

static void a_new_picture_keeps_the_progress(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    double before = pass_loss(world->session->exp.pass);
    char line[TEMP_PATH_MAX + 8];
    snprintf(line, sizeof line, "image %s", test_image_write(world->dir, "two.png", 2));
    session_world_act(world, line);
    assert_null(screen_error(world->screen));
    assert_int_equal(scene_steps_done(world->session->exp.pass), world->steps / 2);
    assert_true(pass_loss(world->session->exp.pass) != before);
}

static void what_goes_wrong_is_one_sentence_and_changes_nothing(void **state) {
    SessionWorld *world = *state;
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
        session_world_act(world, lines[k]);
        if (!screen_error(world->screen)) fail_msg("'%s' is not refused", lines[k]);
        assert_int_equal(session_scene(world->session).at, 0);
        assert_int_equal(pass_skip_mode(world->session->exp.pass), SKIP_NONE_REMOVED);
    }
}

static void channel_and_cell_survive_smaller_operations(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.conv1");
    session_world_act(world, "channel 13");
    session_world_act(world, "cell 20 30");
    session_world_act(world, "select fc");
    assert_int_equal(session_scene(world->session).channel, 9);
    assert_int_equal(session_scene(world->session).row, 0);
    session_world_act(world, "select layer1.0.conv1");
    assert_int_equal(session_scene(world->session).channel, 13);
    assert_int_equal(session_scene(world->session).row, 20);
    assert_int_equal(session_scene(world->session).column, 30);
}

static void every_view_draws_at_every_step_and_size(void **state) {
    SessionWorld *world = *state;
    static const int sizes[][2] = {{1, 1}, {40, 12}, {80, 24}, {120, 40}, {200, 60}};
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    for (int view = 0; view < VIEW_COUNT; view++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
            for (int at = 0; at < world->steps; at += 5) {
                world->session->look.view = (ViewId)view;
                world->session->exp.at = at;
                screen_set_canvas(world->screen, sizes[k][0], sizes[k][1],
                                  (at & 1 ? CANVAS_ASCII : 0) | (at & 2 ? CANVAS_MONO : 0));
                char *first = session_world_screen(world), *second = session_world_screen(world);
                assert_string_equal(first, second);
                free(first);
                free(second);
            }
}

static void a_script_writes_the_screen(void **state) {
    SessionWorld *world = *state;
    char line[2 * TEMP_PATH_MAX], path[TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s", temp_dir_join(world->dir, "screen.txt"));
    int count = snprintf(line, sizeof line,
                         "# a comment\n\nfinish\nsize 100x30\nkeys j j Enter\nscreen %s\nquit\n", path);
    Error err = {0};
    const char *script = temp_dir_write(world->dir, "script", line, (size_t)count);
    if (!script_run(world->screen, script, &err)) fail_msg("%s", err.text);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char first[256] = "";
    assert_non_null(fgets(first, sizeof first, file));
    fclose(file);
    assert_non_null(strstr(first, "skipscope"));
    assert_true(screen_wants_quit(world->screen));
}

static void a_script_error_names_file_and_line(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    const char *script = temp_dir_write(world->dir, "script", "step\nstp\n", 9);
    assert_false(script_run(world->screen, script, &err));
    assert_non_null(strstr(err.text, "script:2: there is no action 'stp': did you mean 'step'?"));
}

static void the_prompt_completes_and_runs(void **state) {
    SessionWorld *world = *state;
    for (const char *c = ":fini\t"; *c; c++)
        screen_key(world->screen, &(Key){.code = *c == '\t' ? KEY_CODE_TAB : (uint32_t)*c});
    assert_string_equal(world->screen->typing.prompt.text, "finish ");
    screen_key(world->screen, &(Key){.code = KEY_CODE_ENTER});
    screen_finish_work(world->screen);
    assert_int_equal(session_scene(world->session).at, world->steps / 2 - 1);
    assert_false(layer_is_open(world->screen, LAYER_PROMPT));
}

#define SESSION_TEST(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

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
        SESSION_TEST(taking_the_skips_away_keeps_the_other_side),
        SESSION_TEST(small_pictures_are_loaded_when_the_input_view_is_looked_at),
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
