#include "tests/support/assert_close.h"

#include <stdlib.h>

#include "core/base/rng.h"
#include "core/network/resnet.h"
#include "core/pass/pass.h"
#include "core/tensor/gemm.h"

static int by_value(const void *a, const void *b) {
    real x = *(const real *)a, y = *(const real *)b;
    return x < y ? -1 : x > y;
}

/* Nearest rank after a full sort. */
static double sorted_at(const real *sorted, size_t count, double share) {
    size_t rank = (size_t)ceil(share * (double)count);
    return (double)sorted[rank < 1 ? 0 : rank - 1];
}

/* Values with many repetitions, as after a ReLU, in several orders. */
static void fill(real *x, size_t count, int kind) {
    Rng rng;
    rng_init(&rng, 7);
    for (size_t j = 0; j < count; j++) {
        double u = rng_uniform(&rng) - 0.5;
        x[j] = (real)(kind == 0 ? u : kind == 1 ? fmax(0, u) : kind == 2 ? (double)j : 3);
        if (kind == 4) x[j] = (real)(count - j);
    }
}

static void percentiles_are_what_sorting_finds(void **state) {
    (void)state;
    enum { MOST = 5000 };
    static real x[MOST], sorted[MOST], room[MOST];
    static const size_t counts[] = {1, 2, 3, 7, 100, 101, 4999, MOST};
    for (int kind = 0; kind < 5; kind++) {
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            size_t n = counts[k];
            fill(x, n, kind);
            for (size_t j = 0; j < n; j++) sorted[j] = x[j];
            qsort(sorted, n, sizeof *sorted, by_value);
            Percentiles p = values_percentiles(x, n, 1, room);
            assert_true(p.known);
            /* A percentile is one of the values: no tolerance. */
            assert_close(p.p1, sorted_at(sorted, n, 0.01), 0);
            assert_close(p.p25, sorted_at(sorted, n, 0.25), 0);
            assert_close(p.p50, sorted_at(sorted, n, 0.50), 0);
            assert_close(p.p75, sorted_at(sorted, n, 0.75), 0);
            assert_close(p.p99, sorted_at(sorted, n, 0.99), 0);
        }
    }
}

/* Ends and quarters of the magnitudes that are not zero, against a full sort. */
static void a_spread_is_what_sorting_finds(void **state) {
    (void)state;
    enum { MOST = 5000 };
    static real x[MOST], sizes[MOST], room[MOST];
    for (int kind = 0; kind < 5; kind++) {
        fill(x, MOST, kind);
        size_t used = 0, outside = 0;
        for (size_t j = 0; j < MOST; j++)
            if (x[j] != 0) sizes[used++] = x[j] < 0 ? -x[j] : x[j];
        qsort(sizes, used, sizeof *sizes, by_value);
        Percentiles p = values_percentiles(x, MOST, 1, room);
        Spread spread = values_spread(p, x, MOST, 1, room);
        assert_true(spread.known);
        assert_int_equal(spread.count, MOST);
        /* All of them are values of the data: no tolerance. */
        for (int k = 0; k < 3; k++)
            assert_close(spread.quarter[k], sorted_at(sizes, used, 0.25 * (k + 1)), 0);
        assert_close(spread.most, (double)sizes[used - 1], 0);
        assert_close(spread.reach, fmax(fabs(p.p1), fabs(p.p99)), 0);
        for (size_t j = 0; j < used; j++) outside += (double)sizes[j] > spread.reach;
        assert_int_equal(spread.outside, outside);
    }
}

static void a_spread_needs_a_value_and_reaches_it(void **state) {
    (void)state;
    real room[200], x[200] = {(real)NAN, (real)INFINITY};
    assert_false(values_spread(values_percentiles(x, 200, 1, room), x, 200, 1, room).known);
    x[7] = -3; /* fewer than one in a hundred: both percentiles are 0 */
    Spread spread = values_spread(values_percentiles(x, 200, 1, room), x, 200, 1, room);
    assert_true(spread.known);
    assert_close(spread.reach, 3, 0); /* a value of the data */
    assert_int_equal(spread.outside, 0);
}

static void the_spread_of_a_channel_is_that_of_its_profile(void **state) {
    (void)state;
    enum { CHANNELS = 3, PIXELS = 400 };
    static real x[CHANNELS * PIXELS];
    fill(x, CHANNELS * PIXELS, 0);
    Tensor tensor = {.shape = {1, CHANNELS, 20, 20}, .data = x};
    ProfileChannel channels[CHANNELS];
    int ranking[CHANNELS];
    Profile profile = {.channels = channels, .ranking = ranking};
    assert_true(profile_compute(&profile, tensor));
    for (int c = 0; c < CHANNELS; c++) {
        assert_false(channels[c].spread.known);
        assert_true(profile_channel(&profile, tensor, c));
        Spread alone = channel_spread(tensor, c);
        assert_close(alone.reach, channels[c].spread.reach, 0);
        assert_memory_equal(alone.quarter, channels[c].spread.quarter, sizeof alone.quarter);
        assert_true(alone.reach <= profile.spread.most);
    }
}

static void percentiles_pass_over_what_is_not_finite(void **state) {
    (void)state;
    const real x[] = {(real)NAN, 5, (real)INFINITY, 1, 3, (real)-INFINITY, 2, 4};
    const real none[] = {(real)NAN, (real)INFINITY};
    real room[8];
    Percentiles p = values_percentiles(x, 8, 1, room);
    assert_close(p.p50, 3, 0);
    assert_close(p.p99, 5, 0);
    assert_true(isnan(values_percentiles(none, 2, 1, room).p50));
    assert_close(values_reach(none, 2, room), 0, 0);
}

static void the_reach_covers_the_share_of_the_nonzero_magnitudes(void **state) {
    (void)state;
    enum { COUNT = 3000, ZEROS = 2000 };
    static real x[COUNT], room[COUNT];
    for (int j = ZEROS; j < COUNT; j++) x[j] = (real)(j % 2 ? j - ZEROS + 1 : -(j - ZEROS + 1));
    /* Magnitudes 1 .. 1000 and 2000 zeros that do not count. */
    assert_close(values_reach(x, COUNT, room), 995, 0);
    assert_close(values_reach(x, ZEROS, room), 0, 0);
    assert_close(values_reach(x + ZEROS, 1, room), 1, 0);
}

static void channels_are_measured_and_ranked_by_norm(void **state) {
    (void)state;
    enum { C = 4, SIDE = 3 };
    real data[C * SIDE * SIDE];
    ProfileChannel channels[C];
    int ranking[C];
    Tensor tensor = {.shape = {.n = 1, .c = C, .h = SIDE, .w = SIDE}, .data = data};
    for (int j = 0; j < SIDE * SIDE; j++) {
        data[j * C] = 0;
        data[j * C + 1] = (real)(j - 4);
        data[j * C + 2] = 0;
        data[j * C + 3] = (real) - (j + 1);
    }
    Profile profile = {.channels = channels, .ranking = ranking};
    assert_true(profile_compute(&profile, tensor));
    const int expected[] = {3, 1, 0, 2};
    assert_memory_equal(ranking, expected, sizeof expected);
    Stats s = channels[1].stats;
    assert_int_equal(s.count, 9);
    assert_int_equal(s.zeros, 1);
    assert_int_equal(s.negative, 4);
    assert_close(s.min, -4, 0);
    assert_close(s.max, 4, 0);
    assert_close(s.mean, 0, 0);
    assert_close(s.l2, sqrt(60), 1e-12); /* one rounding of a root in double */
    assert_false(channels[3].percentiles.known);
    assert_true(profile_channel(&profile, tensor, 3));
    assert_close(channels[3].percentiles.p50, -5, 0);
    assert_int_equal(channels[0].stats.zeros, 9);
}

static void a_channel_without_a_finite_value_comes_first(void **state) {
    (void)state;
    real data[] = {1, (real)NAN, 2, (real)NAN};
    ProfileChannel channels[2];
    int ranking[2];
    Profile profile = {.channels = channels, .ranking = ranking};
    assert_true(profile_compute(&profile, (Tensor){.shape = {1, 2, 1, 2}, .data = data}));
    assert_int_equal(ranking[0], 1);
    assert_int_equal(channels[1].stats.nan, 2);
}

static Pass *pass_of(Network **network) {
    Error err = {0};
    *network = resnet_new(&(ResnetConfig){.arch = "resnet20"}, &err);
    assert_non_null(*network);
    network_init_values(*network, &(InitConfig){.kind = INIT_HE, .seed = 1});
    Pass *pass = pass_new(*network, &(PassConfig){.batch = 1}, &err);
    assert_non_null(pass);
    return pass;
}

static void set_picture(Pass *pass, int factor) {
    size_t count = shape_count(pass_network(pass)->input);
    for (size_t j = 0; j < count; j++) pass_input(pass)[j] = (real)((int)j * factor % 101) / 50 - 1;
    pass_restart(pass, NULL);
}

static void a_profile_of_a_pass_agrees_with_its_statistics(void **state) {
    (void)state;
    Network *network;
    Pass *pass = pass_of(&network);
    set_picture(pass, 37);
    pass_run_forward(pass);
    pass_run_backward(pass);
    int op = network_find_op(network, "layer2.0.bn1");
    assert_null(pass_act_profile(pass, op));
    assert_true(pass_profile_update(pass, op, -1));
    const Profile *profile = pass_grad_profile(pass, op);
    assert_non_null(profile);
    Stats whole = pass_grad_stats(pass, op);
    double square = 0, min = INFINITY;
    for (int c = 0; c < network->ops[op].out.c; c++) {
        square += profile->channels[c].stats.l2 * profile->channels[c].stats.l2;
        min = fmin(min, profile->channels[c].stats.min);
    }
    assert_close(min, whole.min, 0);
    /* tensor_stats adds up to 64 squares in single precision. */
    assert_close(sqrt(square), whole.l2, 1e-5 * whole.l2);
    pass_free(pass);
    network_free(network);
}

static void a_profile_is_gone_once_the_pass_begins_again(void **state) {
    (void)state;
    Network *network;
    Pass *pass = pass_of(&network);
    int op = network_find_op(network, "layer1.0.conv1");
    set_picture(pass, 37);
    pass_run_forward(pass);
    pass_run_backward(pass);
    assert_true(pass_profile_update(pass, op, -1));
    double before = pass_act_profile(pass, op)->percentiles.p99;
    double gradient = pass_grad_profile(pass, op)->reach;
    set_picture(pass, 41);
    assert_null(pass_act_profile(pass, op));
    pass_run_forward(pass);
    assert_null(pass_act_profile(pass, op));
    assert_null(pass_grad_profile(pass, op));
    assert_true(pass_profile_update(pass, op, -1));
    assert_null(pass_grad_profile(pass, op));
    assert_true(pass_act_profile(pass, op)->percentiles.p99 != before);
    pass_run_backward(pass);
    assert_null(pass_grad_profile(pass, op));
    assert_true(pass_profile_update(pass, op, -1));
    assert_true(pass_grad_profile(pass, op)->reach != gradient);
    pass_free(pass);
    network_free(network);
}

static void the_peak_of_a_channel_is_its_largest_magnitude(void **state) {
    (void)state;
    /* Two channels of 2x2, channels last. */
    real x[] = {1, 0, -3, (real)NAN, 3, 9, 2, (real)INFINITY};
    ProfileChannel channels[2];
    int ranking[2];
    Profile profile = {.channels = channels, .ranking = ranking};
    assert_true(profile_compute(&profile, (Tensor){.shape = {1, 2, 2, 2}, .data = x}));
    assert_int_equal(channels[0].peak, 1); /* the first of -3 and 3 */
    assert_int_equal(channels[1].peak, 1); /* what is not finite comes first */
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_peak_of_a_channel_is_its_largest_magnitude),
        cmocka_unit_test(percentiles_are_what_sorting_finds),
        cmocka_unit_test(a_spread_is_what_sorting_finds),
        cmocka_unit_test(a_spread_needs_a_value_and_reaches_it),
        cmocka_unit_test(the_spread_of_a_channel_is_that_of_its_profile),
        cmocka_unit_test(percentiles_pass_over_what_is_not_finite),
        cmocka_unit_test(the_reach_covers_the_share_of_the_nonzero_magnitudes),
        cmocka_unit_test(channels_are_measured_and_ranked_by_norm),
        cmocka_unit_test(a_channel_without_a_finite_value_comes_first),
        cmocka_unit_test(a_profile_of_a_pass_agrees_with_its_statistics),
        cmocka_unit_test(a_profile_is_gone_once_the_pass_begins_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
