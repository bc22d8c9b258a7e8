/* What the tests of core/pass/pass share: networks and passes with the formula's values, and comparisons of
 * tensors. */
#ifndef TESTS_SUPPORT_PASS_CHECK_H
#define TESTS_SUPPORT_PASS_CHECK_H

#include "core/pass/pass.h"

/* `shortcut` 0 takes the architecture's default. */
Network *pass_check_network(const char *arch, char shortcut);
/* A pass, run forward and backward. */
Pass *pass_check_run(const Network *network, PassConfig config);

/* Fails the running test unless all `count` values are the same bit for bit. */
void pass_check_bits(const real *a, const real *b, size_t count, const char *what);
/* Fails unless they differ by at most `tolerance` times the largest magnitude in `a`. */
void pass_check_within(const real *a, const real *b, size_t count, double tolerance);

#endif
