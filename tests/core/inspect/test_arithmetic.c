/* The arithmetic that is shown must be the arithmetic that was done: the terms of every kind of op add up to
 * the element that the engine wrote, in both directions, in every mode. */
#include "core/base/rng.h"
#include "core/tensor/gemm.h"
#include "tests/support/arithmetic_check.h"
#include "tests/support/assert_close.h"
#include "tests/support/pass_check.h"

static int below(Rng *rng, int count) {
    return (int)rng_below(rng, (uint32_t)count);
}

/* A random cell of the op; the corners now and then, where the padding is. */
static ArithmeticQuery random_cell(Rng *rng, const Pass *pass, int op, bool backward) {
    Shape shape = pass_network(pass)->ops[op].out;
    ArithmeticQuery query = {.pass = pass, .op = op, .backward = backward};
    bool corner = rng_uniform(rng) < 0.3;
    query.n = below(rng, pass_batch(pass));
    query.channel = below(rng, shape.c);
    query.row = corner ? (rng_uniform(rng) < 0.5 ? 0 : shape.h - 1) : below(rng, shape.h);
    query.column = corner ? (rng_uniform(rng) < 0.5 ? 0 : shape.w - 1) : below(rng, shape.w);
    query.term = below(rng, 8) - 1;
    return query;
}

static void check_net(const char *arch, char shortcut, PassConfig config, int cells) {
    Rng rng;
    rng_init(&rng, 11);
    Network *network = pass_check_network(arch, shortcut);
    Pass *pass = pass_check_run(network, config);
    for (int op = 0; op < network->op_count; op++)
        for (int k = 0; k < 2 * cells; k++) {
            ArithmeticQuery query = random_cell(&rng, pass, op, k >= cells);
            arithmetic_check_cell(&query);
        }
    pass_free(pass);
    network_free(network);
}

static void terms_add_up_in_resnet20_with_zero_padded_shortcuts(void **state) {
    (void)state;
    check_net("resnet20", 'A', (PassConfig){.batch = 2}, 12);
}

static void terms_add_up_in_resnet20_with_projections(void **state) {
    (void)state;
    check_net("resnet20", 'B', (PassConfig){0}, 12);
}

static void terms_add_up_in_plain20(void **state) {
    (void)state;
    check_net("plain20", 0, (PassConfig){0}, 12);
}

static void terms_add_up_with_batch_statistics(void **state) {
    (void)state;
    check_net("resnet20", 'B', (PassConfig){.batch = 3, .batch_statistics = true}, 12);
}

/* Bottlenecks, the 7x7 stem, max pooling, 2048 channels and 1000 classes. */
static void terms_add_up_in_resnet50_at_full_size(void **state) {
    (void)state;
    check_net("resnet50", 0, (PassConfig){0}, 4);
}

static void terms_add_up_in_resnet18_with_batch_statistics(void **state) {
    (void)state;
    check_net("resnet18", 'A', (PassConfig){.batch_statistics = true}, 4);
}

static void terms_add_up_without_skips(void **state) {
    (void)state;
    const bool lesioned[9] = {[1] = true, [3] = true};
    check_net("resnet20", 'A', (PassConfig){.skip = SKIP_PLAIN}, 4);
    check_net("resnet20", 'B', (PassConfig){.skip = SKIP_CUT}, 4);
    check_net("resnet20", 'A', (PassConfig){.skip = SKIP_LESION, .lesioned = lesioned}, 4);
    check_net("resnet20", 'B', (PassConfig){.skip = SKIP_LESION, .lesioned = lesioned}, 4);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_add_up_in_resnet20_with_zero_padded_shortcuts),
        cmocka_unit_test(terms_add_up_in_resnet20_with_projections),
        cmocka_unit_test(terms_add_up_in_plain20),
        cmocka_unit_test(terms_add_up_with_batch_statistics),
        cmocka_unit_test(terms_add_up_in_resnet50_at_full_size),
        cmocka_unit_test(terms_add_up_in_resnet18_with_batch_statistics),
        cmocka_unit_test(terms_add_up_without_skips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
