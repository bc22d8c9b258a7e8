#include "app/measure/probe.h"

#include <math.h>

#include "core/base/clock.h"
#include "core/base/parallel.h"
#include "core/kernel/kernel.h"

/* No more tries after this: under an emulator or valgrind one takes seconds. */
#define PROBE_SECONDS 0.1

/* The best of many tries counts, each about a millisecond: long enough to hide how late a thread begins, short
 * enough that one of them is left alone. */
enum { PROBE_TRIES = 32, PROBE_ITEMS = 32, PROBE_TURNS = 10000 };

typedef struct ProbeJob {
    const Kernels *kernels;
    double flops[PROBE_ITEMS];
    real sums[PROBE_ITEMS];
} ProbeJob;

static void work(void *context, int begin, int end, int worker) {
    ProbeJob *job = context;
    (void)worker;
    for (int k = begin; k < end; k++) job->flops[k] = job->kernels->probe(PROBE_TURNS, &job->sums[k]);
}

static const Kernels *probed_kernels(void) {
    const Kernels *set = kernels();
    for (int k = 0; !kernels() && kernel_available(k); k++) set = kernel_available(k);
    return set;
}

static double best_rate(ProbeJob *job) {
    double best = 0, until_s = clock_seconds() + PROBE_SECONDS;
    for (int try = 0; try < PROBE_TRIES && (try == 0 || clock_seconds() < until_s); try++) {
        double begun_s = clock_seconds(), flops = 0;
        parallel_items(PROBE_ITEMS, work, job);
        double seconds = clock_seconds() - begun_s;
        for (int k = 0; k < PROBE_ITEMS; k++) flops += job->flops[k];
        best = fmax(best, flops / seconds * 1e-9);
    }
    return best;
}

Probe probe_measure(Probe before) {
    ProbeJob job = {.kernels = probed_kernels()};
    int threads = parallel_threads();
    if (!job.kernels) return (Probe){.one = NAN, .all = NAN};
    before.all = fmax(before.all, best_rate(&job));
    parallel_set_threads(1);
    before.one = fmax(before.one, best_rate(&job));
    parallel_set_threads(threads);
    return before;
}
