#include "core/analysis/gradients.h"

#include <math.h>
#include <stdlib.h>

#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

static Gradients measure(const AnalysisInput *input) {
    Gradients gradients;
    Error err = {0};
    if (!gradients_measure(&gradients, input, &err)) fail_msg("%s", err.text);
    return gradients;
}

/* The ledger of additions is about the same run: to the last bit. */
static void blocks_are_those_of_the_junctions(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 'B', 2);
    world.input.skip = SKIP_CUT;
    Gradients gradients = measure(&world.input);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_JUNCTIONS);
    assert_int_equal(gradients.block_count, 3);
    for (int b = 0; b < gradients.block_count; b++) {
        const char *name = world.model->network->blocks[b].name;
        assert_close(gradients.blocks[b].skip_l2, analysis_world_value(&result, name, "via skip"), 0);
        assert_close(gradients.blocks[b].branch_l2, analysis_world_value(&result, name, "via F"), 0);
        assert_close(gradients.blocks[b].in_l2, analysis_world_value(&result, name, "|g| at x"), 0);
        assert_close(gradients.blocks[b].out_l2, analysis_world_value(&result, name, "|g| at y"), 0);
        assert_close(gradients.blocks[b].skip_l2, 0, 0); /* cut: nothing comes back through it */
    }
    analysis_result_clear(&result);
    gradients_clear(&gradients);
    analysis_world_close(&world);
}

static void what_learns_has_a_gradient_and_nothing_else(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    Gradients gradients = measure(&world.input);
    const Network *network = world.model->network;
    for (int p = 0; p < network->param_count; p++)
        if (isnan(gradients.params[p]) == param_role_learns(network->params[p].role))
            fail_msg("%s: %g", network->params[p].name, gradients.params[p]);
    assert_close(gradients.ops[network_loss_op(network)], 1, 0); /* d loss / d loss */
    gradients_clear(&gradients);
    analysis_world_close(&world);
}

/* So that another way without skips can be asked about the same loss. */
static void targets_are_the_predicted_classes_or_those_asked_for(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    Gradients predicted = measure(&world.input);
    const int others[] = {(predicted.targets[0] + 1) % 10, (predicted.targets[1] + 2) % 10};
    world.input.targets = others;
    Gradients asked = measure(&world.input);
    for (int n = 0; n < 2; n++) assert_int_equal(asked.targets[n], others[n]);
    assert_true(asked.loss > predicted.loss);
    world.input.targets = predicted.targets;
    Gradients again = measure(&world.input);
    assert_close(again.loss, predicted.loss, 0);
    gradients_clear(&predicted);
    gradients_clear(&asked);
    gradients_clear(&again);
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_those_of_the_junctions),
        cmocka_unit_test(what_learns_has_a_gradient_and_nothing_else),
        cmocka_unit_test(targets_are_the_predicted_classes_or_those_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
