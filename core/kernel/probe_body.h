/* The rate of multiply-adds that this instruction set can reach: sums in registers that wait for nobody, as many
 * as the latency of an instruction times how many begin at a time, and nothing is read or written. */
enum { PROBE_SUMS = 12 };

/* Each sum goes towards 1, whatever it begins with, so that no number becomes too large or too small. */
static double probe(long turns, real *out) {
    Vector sum[PROBE_SUMS];
    const Vector share = (Vector){0} + (real)0.75, rest = (Vector){0} + (real)0.25;
#pragma GCC unroll 16
    for (int j = 0; j < PROBE_SUMS; j++) sum[j] = (Vector){0} + (real)j;
    for (long turn = 0; turn < turns; turn++) {
#pragma GCC unroll 16
        for (int j = 0; j < PROBE_SUMS; j++) sum[j] = sum[j] * share + rest;
    }
#pragma GCC unroll 16
    for (int j = 1; j < PROBE_SUMS; j++) sum[0] += sum[j];
    *out = sum[0][0];
    return 2.0 * PROBE_SUMS * LANES * (double)turns;
}
