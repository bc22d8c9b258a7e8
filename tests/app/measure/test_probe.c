#include "app/measure/probe.h"
#include "core/base/parallel.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"

/* Two multiply-adds of 16 lanes a step at 6 GHz are 384 GFLOP/s; ten times as much would be a loop that the
 * compiler has thrown away. */
static const double MORE_THAN_ANY = 3840, LESS_THAN_ANY = 0.1;

static void rates_are_those_of_a_processor(void **state) {
    (void)state;
    int before = parallel_threads();
    parallel_set_threads(2);
    for (int k = 0; kernel_available(k); k++) {
        assert_true(kernel_choose(kernel_available(k)->name, NULL));
        Probe probe = probe_measure((Probe){0});
        assert_true(probe.one > LESS_THAN_ANY && probe.one < MORE_THAN_ANY);
        assert_true(probe.all > LESS_THAN_ANY && probe.all < 2 * MORE_THAN_ANY);
        assert_int_equal(parallel_threads(), 2);
    }
    assert_true(kernel_choose("openblas", NULL));
    assert_true(probe_measure((Probe){0}).one > LESS_THAN_ANY);
    assert_true(kernel_choose(NULL, NULL));
    Probe once = {.one = MORE_THAN_ANY, .all = MORE_THAN_ANY};
    assert_close(probe_measure(once).one, MORE_THAN_ANY, 0);
    parallel_set_threads(before);
}

/* sum = 0.75 sum + 0.25 goes to 1 from everywhere: twelve of them. */
static void each_kernel_computes_what_it_is_said_to(void **state) {
    (void)state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        real none, much;
        double flops = set->probe(0, &none);
        assert_close(flops, 0, 0);
        assert_close(none, 66, 0); /* 0 + 1 + ... + 11 */
        flops = set->probe(1000, &much);
        assert_close(flops, 1000.0 * 2 * 12 * set->lanes, 0);
        /* What is left of the beginning is below the last digit; so is 1 itself, rounded a step. */
        assert_close(much, 12, 12e-6);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_of_a_processor),
        cmocka_unit_test(each_kernel_computes_what_it_is_said_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
