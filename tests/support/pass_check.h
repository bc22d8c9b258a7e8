/* What the tests of core/pass/pass share: networks and passes with the formula's values, and comparisons of
 * tensors. */
#ifndef TESTS_SUPPORT_PASS_CHECK_H
#define TESTS_SUPPORT_PASS_CHECK_H

#include "core/pass/state.h"

/* `shortcut` 0 takes the architecture's default. */
Network *pass_check_network(const char *arch, char shortcut);
/* A pass, run forward and backward. */
Pass *pass_check_run(const Network *network, PassConfig config);

/* Fails the running test unless all `count` values are the same bit for bit. */
void pass_check_bits(const real *a, const real *b, size_t count, const char *what);
/* Fails unless they differ by at most `tolerance` times the largest magnitude in `a`. */
void pass_check_within(const real *a, const real *b, size_t count, double tolerance);

/* Every operator's own forward or backward, one after the other, each into memory of its own, for a pass that has run
 * as far: what it has to show bit for bit. The second takes the first's, and writes the gradients of the parameters,
 * laid out as network_all_values, unless `param_grads` is NULL. */
real **pass_check_acts(const Pass *pass);
real **pass_check_grads(const Pass *pass, real **acts, real *param_grads);
void pass_check_free(const Network *network, real **tensors);

/* Pages that a block of memory has for itself, and how many of them are there. */
typedef struct PassPages {
    size_t all, there;
} PassPages;

void pass_check_pages(PassPages *pages, const real *data, size_t count);

#endif
