#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/pass_check.h"
#include "tests/support/session_world.h"

static void swapped_twice_every_value_is_where_it_was(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    size_t size = network->value_count * sizeof(real);
    real *before = malloc(size);
    Error err = {0};
    memcpy(before, network_const_all_values(network), size);
    int a = network_find_block(network, "layer2.1"), b = network_find_block(network, "layer2.2");
    assert_true(network_swap_blocks(network, a, b, &err));
    const Param *one = network_find_param(network, "layer2.1.bn2.weight");
    const Param *two = network_find_param(network, "layer2.2.bn2.weight");
    assert_memory_equal(network_values(network, one), before + two->offset, one->count * sizeof(real));
    assert_memory_equal(network_values(network, two), before + one->offset, one->count * sizeof(real));
    assert_true(network_swap_blocks(network, b, a, &err));
    assert_memory_equal(network_const_all_values(network), before, size);
    free(before);
    network_free(network);
}

static void blocks_of_different_shapes_stay(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"layer1.0", "layer2.1"}, {"layer2.0", "layer2.1"}};
    Network *network = pass_check_network("resnet20", 'B');
    size_t size = network->value_count * sizeof(real);
    real *before = malloc(size);
    memcpy(before, network_const_all_values(network), size);
    for (int k = 0; k < 2; k++) {
        Error err = {0};
        assert_false(network_swap_blocks(network, network_find_block(network, pairs[k][0]),
                                         network_find_block(network, pairs[k][1]), &err));
        assert_non_null(strstr(err.text, "different shapes"));
    }
    assert_memory_equal(network_const_all_values(network), before, size);
    free(before);
    network_free(network);
}

static double logit(const SessionWorld *world) {
    const Network *network = world->session->exp.setup->model->network;
    return (double)pass_act(world->session->exp.pass, network_logits_op(network)).data[0];
}

static void the_picture_is_judged_anew_and_the_title_says_why(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    double before = logit(world);
    char *first = session_world_screen(world);
    session_world_act(world, "swap layer1.1 layer1.2");
    assert_true(logit(world) != before);
    assert_non_null(strstr(world->session->exp.weights_note, "swapped layer1.1<>layer1.2"));
    session_world_act(world, "swap layer1.2 layer1.1");
    assert_close(logit(world), before, 0);
    session_world_act(world, "redraw");
    char *last = session_world_screen(world);
    assert_null(strstr(last, "swapped"));
    free(first);
    free(last);
}

static void one_block_waits_for_the_other(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer3.1.conv1");
    session_world_act(world, "swap");
    session_world_act(world, "select layer3.2.bn1");
    session_world_act(world, "swap");
    assert_non_null(strstr(world->session->exp.weights_note, "layer3.1<>layer3.2"));
    session_world_act(world, "select conv1");
    screen_do(world->screen, &(Action){.id = ACTION_SWAP});
    assert_non_null(strstr(screen_error(world->screen), "inside a block"));
    screen_do(world->screen, &(Action){.id = ACTION_SWAP, .text = "layer9.1 layer1.0"});
    assert_non_null(strstr(screen_error(world->screen), "no block 'layer9.1'"));
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swapped_twice_every_value_is_where_it_was),
        cmocka_unit_test(blocks_of_different_shapes_stay),
        SESSION_TEST(the_picture_is_judged_anew_and_the_title_says_why),
        SESSION_TEST(one_block_waits_for_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
