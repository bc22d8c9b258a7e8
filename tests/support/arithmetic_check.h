/* What the tests of core/inspect/arithmetic share: one value, checked against the tensor it explains. */
#ifndef TESTS_SUPPORT_ARITHMETIC_CHECK_H
#define TESTS_SUPPORT_ARITHMETIC_CHECK_H

#include <float.h>

#include "core/inspect/arithmetic.h"

/* The engine adds up to 4608 products in float, in blocks and with several partial sums, so its error grows
 * like the square root of their number: some 16 roundings of the sum of magnitudes. */
#define ARITHMETIC_ENGINE_TOLERANCE (16 * (double)FLT_EPSILON)
/* Both sides in double, in another order. */
#define ARITHMETIC_EXACT 1e-12

/* Fails the running test unless the parts add up to the element, the terms to their part, the products to
 * their term, and any beginning of the ranking with "other" to all terms. */
Arithmetic arithmetic_check_cell(const ArithmeticQuery *query);

#endif
