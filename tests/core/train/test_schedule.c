/* Learning rates step by step: against PyTorch's schedulers (1.13), and against formulas on paper. */
#include "core/train/schedule.h"
#include "tests/support/assert_close.h"

/* The same formulas in double, in another order. */
static const double TOLERANCE = 1e-15;

enum { STEPS = 12 };

/* torch.optim.lr_scheduler.OneCycleLR(max_lr=0.5, total_steps=12): rate and momentum of each step. */
static const double CYCLE[STEPS][2] = {
    {0.020000000000000018, 0.94999999999999996}, {0.17489482710979154, 0.91773024435212669},
    {0.43964257956106434, 0.86257446259144488},  {0.49720771772545586, 0.85055845868874358},
    {0.46650648492070584, 0.85669872981077799},  {0.40587282697488147, 0.86882550990706331},
    {0.32368949884755166, 0.88526224127945474},  {0.23131855133348753, 0.90373650467932121},
    {0.14153049910434962, 0.9216941869558779},   {0.0667387650944153, 0.93665259359149122},
    {0.01728349371269761, 0.94654368743221018},  {1.9999999999999999e-06, 0.94999999999999996},
};

/* And with pct_start=4/12. */
static const double LONGER_CYCLE[STEPS][2] = {
    {0.020000000000000018, 0.94999999999999996},
    {0.14000000000000001, 0.92499999999999993},
    {0.37999999999999995, 0.875},
    {0.5, 0.84999999999999998},
    {0.48096995924828917, 0.85380602337443567},
    {0.42677698818985565, 0.8646446609406726},
    {0.3456714754078401, 0.88086582838174543},
    {0.25000099999999997, 0.89999999999999991},
    {0.15433052459215993, 0.91913417161825439},
    {0.073225011810144319, 0.93535533905932733},
    {0.019032040751710826, 0.94619397662556426},
    {1.9999999999999999e-06, 0.94999999999999996},
};

static void one_cycle_is_pytorchs(void **state) {
    (void)state;
    Schedule schedule = {.kind = SCHEDULE_ONE_CYCLE, .peak = 0.5, .steps = STEPS, .steps_per_epoch = 2};
    Schedule longer = schedule;
    longer.warmup_epochs = 2;
    for (long k = 0; k < STEPS; k++) {
        assert_close(schedule_rate(&schedule, k), CYCLE[k][0], TOLERANCE);
        assert_close(schedule_cycled_momentum(&schedule, k), CYCLE[k][1], TOLERANCE);
        assert_close(schedule_rate(&longer, k), LONGER_CYCLE[k][0], TOLERANCE);
        assert_close(schedule_cycled_momentum(&longer, k), LONGER_CYCLE[k][1], TOLERANCE);
    }
}

/* Where there is no room to rise the first step is the peak, and every rate is a number. */
static void the_shortest_cycles_have_rates(void **state) {
    (void)state;
    for (long steps = 1; steps < 6; steps++) {
        Schedule schedule = {
            .kind = SCHEDULE_ONE_CYCLE, .peak = 0.5, .steps = steps, .steps_per_epoch = steps};
        for (long k = 0; k < steps; k++) {
            double rate = schedule_rate(&schedule, k);
            assert_true(rate > 0 && rate <= 0.5);
        }
    }
}

/* torch.optim.lr_scheduler.StepLR(step_size=1, gamma=0.3), stepped once an epoch. */
static void a_step_multiplies_after_so_many_epochs(void **state) {
    (void)state;
    static const double expected[] = {0.1, 0.1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.03, 0.009, 0.009, 0.009, 0.009};
    Schedule schedule = {.kind = SCHEDULE_STEP,
                         .peak = 0.1,
                         .step_epochs = 2,
                         .step_factor = 0.3,
                         .steps = STEPS,
                         .steps_per_epoch = 2};
    for (long k = 0; k < STEPS; k++) assert_close(schedule_rate(&schedule, k), expected[k], TOLERANCE);
}

static void the_papers_marks_are_half_and_three_quarters(void **state) {
    (void)state;
    Schedule schedule = {.kind = SCHEDULE_PAPER, .peak = 0.1, .steps = 64000, .steps_per_epoch = 391};
    assert_close(schedule_rate(&schedule, 0), 0.1, 0);
    assert_close(schedule_rate(&schedule, 31999), 0.1, 0);
    assert_close(schedule_rate(&schedule, 32000), 0.01, TOLERANCE);
    assert_close(schedule_rate(&schedule, 47999), 0.01, TOLERANCE);
    assert_close(schedule_rate(&schedule, 48000), 0.001, TOLERANCE);
    assert_close(schedule_rate(&schedule, 63999), 0.001, TOLERANCE);
}

static void a_constant_rate_may_be_warmed_up_to(void **state) {
    (void)state;
    Schedule schedule = {.kind = SCHEDULE_CONSTANT, .peak = 0.1, .steps = STEPS, .steps_per_epoch = 4};
    for (long k = 0; k < STEPS; k++) assert_close(schedule_rate(&schedule, k), 0.1, 0);
    schedule.warmup_epochs = 0.5;
    assert_close(schedule_rate(&schedule, 0), 0.05, TOLERANCE);
    for (long k = 1; k < STEPS; k++) assert_close(schedule_rate(&schedule, k), 0.1, TOLERANCE);
}

/* However it falls between the steps: not even one of a part of a step goes beyond. */
static void no_warm_up_rises_above_the_peak(void **state) {
    (void)state;
    static const double EPOCHS[] = {1e-320, 0.01, 0.3, 0.37, 1.1, 2.6};
    for (size_t k = 0; k < sizeof EPOCHS / sizeof *EPOCHS; k++) {
        Schedule schedule = {.kind = SCHEDULE_CONSTANT, .peak = 0.1, .steps = STEPS, .steps_per_epoch = 4};
        schedule.warmup_epochs = EPOCHS[k];
        for (long step = 0; step < STEPS; step++) {
            double rate = schedule_rate(&schedule, step);
            assert_true(rate > 0 && rate <= 0.1);
        }
        assert_close(schedule_rate(&schedule, STEPS - 1), 0.1, TOLERANCE);
    }
}

/* After how many steps it closes when every batch of 10 has so many right. */
static long closes_after(long right, long steps_per_epoch) {
    Schedule schedule = {.kind = SCHEDULE_PAPER, .steps = 1000, .steps_per_epoch = steps_per_epoch};
    ScheduleWarmup warmup = {.open = true};
    long step = 0;
    while (warmup.open) schedule_follow(&warmup, &schedule, step++, right, 10);
    return step;
}

/* Exactly 80 % wrong is not below it. */
static void the_papers_warm_up_ends_with_a_window_below_80_percent_or_after_two_epochs(void **state) {
    (void)state;
    assert_int_equal(closes_after(3, 100), SCHEDULE_WINDOW);
    assert_int_equal(closes_after(2, 100), 200);
    assert_int_equal(closes_after(0, 7), 14);
    Schedule schedule = {.kind = SCHEDULE_PAPER, .steps = 1000, .steps_per_epoch = 100};
    ScheduleWarmup warmup = {.open = true};
    /* One right answer too few in the first window does not count for the second one. */
    for (long k = 0; k < SCHEDULE_WINDOW; k++) schedule_follow(&warmup, &schedule, k, 2, 10);
    assert_true(warmup.open && warmup.right == 0);
    for (long k = 0; k < SCHEDULE_WINDOW; k++)
        schedule_follow(&warmup, &schedule, SCHEDULE_WINDOW + k, k == 0 ? 3 : 2, 10);
    assert_false(warmup.open);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_cycle_is_pytorchs),
        cmocka_unit_test(the_shortest_cycles_have_rates),
        cmocka_unit_test(a_step_multiplies_after_so_many_epochs),
        cmocka_unit_test(the_papers_marks_are_half_and_three_quarters),
        cmocka_unit_test(a_constant_rate_may_be_warmed_up_to),
        cmocka_unit_test(no_warm_up_rises_above_the_peak),
        cmocka_unit_test(the_papers_warm_up_ends_with_a_window_below_80_percent_or_after_two_epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
