#include "core/tensor/difference.h"

#include <math.h>

Difference tensor_difference(const real *a, const real *b, real *out, size_t count) {
    double sum = 0;
    for (size_t j = 0; j < count; j++) {
        double d = (double)a[j] - (double)b[j];
        sum += d * d;
        if (out) out[j] = (real)d;
    }
    double a_l2 = sqrt(tensor_dot(a, a, count)), b_l2 = sqrt(tensor_dot(b, b, count));
    double product = a_l2 * b_l2;
    return (Difference){.known = true,
                        .a_l2 = a_l2,
                        .b_l2 = b_l2,
                        .l2 = sqrt(sum),
                        .cosine = product > 0 ? tensor_dot(a, b, count) / product : NAN};
}
