/* What the network says of the picture is known before the pass that is shown has been run. */
#include <math.h>
#include <string.h>

#include "app/explorer/bundled_session.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/scene/action_parse.h"
#include "views/scene/class_rank.h"

static BundledSession bundled;

static int open_bundled(void **state) {
    (void)state;
    Options options;
    Error err = {0};
    char *words[] = {(char *)"skipscope", NULL};
    gemm_init();
    if (!options_parse(&options, 1, words, &err) || !bundled_session_open(&bundled, &options, true, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int close_bundled(void **state) {
    (void)state;
    bundled_session_close(&bundled);
    return 0;
}

static void act(const char *line) {
    Action action;
    Error err = {0};
    if (!action_parse(line, &action, &err)) fail_msg("%s", err.text);
    screen_do(bundled.screen, &action);
    screen_finish_work(bundled.screen);
}

static Scene scene_now(void) {
    return session_scene(screen_front(bundled.screen));
}

/* A pass that keeps nothing else may differ by 1e-5 of the largest logit, and a probability by twice what the
 * logits differ by. */
static double answer_tolerance(const Pass *pass) {
    Stats logits = tensor_stats(pass_act(pass, network_logits_op(pass_network(pass))).data, 10);
    return 2e-5 * fmax(fabs(logits.min), fabs(logits.max));
}

/* The same numbers but for the rounding of a batch norm that is folded up. */
static void assert_answer_is_that_of_the_pass(void) {
    double before[10];
    Scene scene = scene_now();
    assert_non_null(scene.probabilities);
    assert_true(pass_forward_done(scene.pass) < scene.network->op_count);
    memcpy(before, scene.probabilities, sizeof before);
    act("finish");
    scene = scene_now();
    assert_ptr_equal(scene.probabilities, pass_probabilities(scene.pass));
    for (int k = 0; k < 10; k++)
        assert_close(before[k], scene.probabilities[k], answer_tolerance(scene.pass));
}

static void it_is_known_before_the_first_step(void **state) {
    (void)state;
    assert_int_equal(scene_steps_done(scene_now().pass), 1);
    screen_finish_work(bundled.screen);
    assert_answer_is_that_of_the_pass();
}

static void another_picture_and_other_skips_have_their_own(void **state) {
    (void)state;
    static const char *const lines[] = {"image 08-horse", "without-skip plain", "without-skip none",
                                        "lesion layer2.1", "weights plain20"};
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        act("restart");
        act(lines[k]);
        act("restart");
        assert_answer_is_that_of_the_pass();
    }
}

/* It takes its turn with all other work, a step at a time, so that keys wait for none of it. */
static void it_is_found_step_by_step(void **state) {
    (void)state;
    act("restart");
    act("image 01-airplane");
    Session *session = screen_front(bundled.screen);
    session_answer_forget(session);
    int steps = 0;
    while (!session_answer(session)) {
        assert_true(session_work(session));
        assert_true(++steps <= session_network(session)->op_count + 1);
    }
    assert_true(steps > 2 * session_network(session)->block_count); /* each convolution is one */
    assert_false(session_work(session));
}

static void random_weights_have_none(void **state) {
    (void)state;
    act("arch resnet20");
    Scene scene = scene_now();
    assert_true(scene.untrained);
    assert_null(scene.probabilities);
    act("finish");
    assert_null(scene_now().probabilities);
}

#define ANSWER_TEST(name) cmocka_unit_test_setup_teardown(name, open_bundled, close_bundled)

int main(void) {
    const struct CMUnitTest tests[] = {
        ANSWER_TEST(it_is_known_before_the_first_step),
        ANSWER_TEST(another_picture_and_other_skips_have_their_own),
        ANSWER_TEST(it_is_found_step_by_step),
        ANSWER_TEST(random_weights_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
