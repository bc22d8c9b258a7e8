/* Which branches stochastic depth drops, and how much the others count. */
#include <string.h>

#include "core/train/depth.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

enum { BLOCKS = 9, DRAWS = 4000 };

static void the_last_block_is_dropped_most_often_and_all_count_once_in_the_mean(void **state) {
    (void)state;
    Network *network = fixture_network(&(ResnetConfig){.arch = "resnet20"}, 0);
    double dropped[BLOCKS] = {0}, sum[BLOCKS] = {0};
    for (long step = 0; step < DRAWS; step++) {
        real scales[BLOCKS];
        depth_choose(network, (DepthChoice){.drop = 0.5, .seed = 7, .step = step}, scales);
        for (int b = 0; b < BLOCKS; b++) {
            double survives = 1 - 0.5 * (b + 1) / BLOCKS;
            dropped[b] += scales[b] == 0;
            sum[b] += (double)scales[b];
            if (scales[b] != 0) assert_close(scales[b], 1 / survives, 1e-7);
        }
    }
    for (int b = 0; b < BLOCKS; b++) {
        double p = 0.5 * (b + 1) / BLOCKS, spread = sqrt(p * (1 - p) / DRAWS);
        assert_close(dropped[b] / DRAWS, p, 4 * spread); /* 4 standard errors of a share */
        assert_close(sum[b] / DRAWS, 1, 4 * spread / (1 - p));
    }
    network_free(network);
}

static void the_choice_hangs_on_seed_and_step_alone(void **state) {
    (void)state;
    Network *network = fixture_network(&(ResnetConfig){.arch = "resnet20"}, 0),
            *deeper = fixture_network(&(ResnetConfig){.arch = "resnet20", .shortcut = 'B'}, 1);
    int other_seed = 0, other_step = 0;
    for (long step = 0; step < 40; step++) {
        real first[BLOCKS], again[BLOCKS];
        DepthChoice choice = {.drop = 0.9, .seed = 3, .step = step};
        depth_choose(network, choice, first);
        depth_choose(deeper, choice, again);
        assert_memory_equal(first, again, sizeof first);
        choice.seed++;
        depth_choose(network, choice, again);
        other_seed += memcmp(first, again, sizeof first) != 0;
        choice.seed--, choice.step += 100;
        depth_choose(network, choice, again);
        other_step += memcmp(first, again, sizeof first) != 0;
    }
    assert_true(other_seed > 20 && other_step > 20);
    network_free(network);
    network_free(deeper);
}

static void a_plain_network_has_nothing_to_drop(void **state) {
    (void)state;
    Network *network = fixture_network(&(ResnetConfig){.arch = "plain20"}, 0);
    real scales[BLOCKS] = {0};
    depth_choose(network, (DepthChoice){.drop = 0.9}, scales);
    for (int b = 0; b < BLOCKS; b++) assert_close(scales[b], 1, 0);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_block_is_dropped_most_often_and_all_count_once_in_the_mean),
        cmocka_unit_test(the_choice_hangs_on_seed_and_step_alone),
        cmocka_unit_test(a_plain_network_has_nothing_to_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
