#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"
#include "tests/support/pass_check.h"

static Pass *run(const AnalysisWorld *world, const Network *network, PassConfig config) {
    Error err = {0};
    config.batch = world->input.image_count;
    Pass *pass = pass_new(network, &config, &err);
    if (!pass) fail_msg("%s", err.text);
    memcpy(pass_input(pass), world->images,
           (size_t)config.batch * shape_count(network->input) * sizeof(real));
    pass_restart(pass, NULL);
    pass_run_forward(pass);
    return pass;
}

static void expect_same_logits(const Pass *a, const Pass *b) {
    Tensor x = pass_act(a, network_logits_op(pass_network(a))),
           y = pass_act(b, network_logits_op(pass_network(b)));
    pass_check_bits(x.data, y.data, shape_count(x.shape), "logits");
}

static void the_plain_twin_is_the_network_with_its_skips_removed(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet20", 'B', 2);
    assert_string_equal(world.twin->network->arch, "plain20");
    Pass *mine = run(&world, world.model->network, (PassConfig){.skip = SKIP_PLAIN}),
         *twin = run(&world, world.twin->network, (PassConfig){0});
    expect_same_logits(mine, twin);
    pass_free(mine);
    pass_free(twin);
    analysis_world_close(&world);
}

static void the_twin_of_a_plain_network_has_skips_to_take_away_again(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("plain20", 0, 2);
    assert_string_equal(world.twin->network->arch, "resnet20");
    assert_int_equal(world.twin->network->shortcut, 'A');
    Pass *mine = run(&world, world.model->network, (PassConfig){0}),
         *twin = run(&world, world.twin->network, (PassConfig){.skip = SKIP_PLAIN});
    expect_same_logits(mine, twin);
    pass_free(mine);
    pass_free(twin);
    analysis_world_close(&world);
}

/* What a plain network does without one block: y = F(x) everywhere, y = x there. */
static void a_block_can_be_lost_by_a_plain_network(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 'A', 1);
    const Network *network = world.model->network;
    const bool lesioned[] = {true, false, false};
    Pass *pass =
        run(&world, network, (PassConfig){.skip = SKIP_LESION, .lesioned = lesioned, .others_plain = true});
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        Tensor sum = pass_act(pass, block->add);
        int from = lesioned[b] ? block->shortcut_last : block->branch_last;
        pass_check_bits(sum.data, pass_act(pass, from).data, shape_count(sum.shape), block->name);
    }
    pass_free(pass);
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plain_twin_is_the_network_with_its_skips_removed),
        cmocka_unit_test(the_twin_of_a_plain_network_has_skips_to_take_away_again),
        cmocka_unit_test(a_block_can_be_lost_by_a_plain_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
