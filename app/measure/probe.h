/* What the processor can compute at most, for comparison: nothing but multiply-adds in registers. */
#ifndef APP_MEASURE_PROBE_H
#define APP_MEASURE_PROBE_H

#include <stdbool.h>

typedef struct Probe {
    double one, all; /* GFLOP/s (two for a multiply-add) of one thread, and of all that there are */
} Probe;

/* The larger of what was measured before, 0 for nothing, and what is now: whoever else is at work makes it
 * smaller, never larger. Measured in about a tenth of a second, with the vectors of the chosen kernels; where OpenBLAS was chosen, with
 * the widest that the processor has. NaN in a build whose `real` is double. */
Probe probe_measure(Probe before);

#endif
