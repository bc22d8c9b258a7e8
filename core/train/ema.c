#include "core/train/ema.h"

#include <string.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"

enum { PART = 1 << 14 };

typedef struct Average {
    real *average;
    const real *values;
    real enters; /* 1 - decay */
} Average;

/* average[j] += (1 - decay) * (value[j] - average[j]) */
CPU_CLONES static void follow(real *restrict average, const real *restrict values, size_t count,
                              real enters) {
    for (size_t j = 0; j < count; j++) average[j] += enters * (values[j] - average[j]);
}

static void follow_part(void *context, int begin, int end, int worker) {
    const Average *a = context;
    (void)worker;
    follow(a->average + begin, a->values + begin, (size_t)(end - begin), a->enters);
}

void ema_follow(real *average, const Network *network, double decay, long number) {
    const real *values = network_const_all_values(network);
    if (number <= 1) {
        memcpy(average, values, network->value_count * sizeof *average);
        return;
    }
    Average all = {.average = average, .values = values, .enters = (real)(1 - decay)};
    parallel_parts((int)network->value_count, PART, follow_part, &all);
}

void ema_exchange(real *average, Network *network) {
    real *values = network_all_values(network);
    for (size_t j = 0; j < network->value_count; j++) {
        real value = values[j];
        values[j] = average[j];
        average[j] = value;
    }
}
