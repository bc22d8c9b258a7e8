#include "tests/support/pass_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

Network *pass_check_network(const char *arch, char shortcut) {
    ResnetConfig config = {.shortcut = shortcut};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    return fixture_network(&config, 0);
}

Pass *pass_check_run(const Network *network, PassConfig config) {
    Pass *pass = fixture_pass(network, &config, 0);
    pass_run_forward(pass);
    pass_run_backward(pass);
    return pass;
}

void pass_check_bits(const real *a, const real *b, size_t count, const char *what) {
    if (!a || !b || memcmp(a, b, count * sizeof *a) != 0) fail_msg("%s differs", what);
}

void pass_check_within(const real *a, const real *b, size_t count, double tolerance) {
    double largest = 0;
    for (size_t j = 0; j < count; j++) largest = fmax(largest, fabs((double)a[j]));
    for (size_t j = 0; j < count; j++) {
        double difference = fabs((double)a[j] - (double)b[j]);
        if (!(difference <= tolerance * largest)) /* not so of NaN, either */
            fail_msg("element %zu of %zu: %.9g and %.9g differ by more than %g of %.9g", j, count,
                     (double)a[j], (double)b[j], tolerance, largest);
    }
}
