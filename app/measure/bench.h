/* How long the engine's four ways of running a network take here. */
#ifndef APP_MEASURE_BENCH_H
#define APP_MEASURE_BENCH_H

#include "core/base/error.h"
#include "core/pass/pass.h"

typedef enum BenchPass {
    BENCH_FORWARD,          /* memory for activations only, no statistics */
    BENCH_FORWARD_STEPS,    /* as the explorer runs it: op by op, with the statistics of every tensor */
    BENCH_FORWARD_BACKWARD, /* evaluation mode, every gradient including the picture's */
    BENCH_TRAIN_STEP,       /* batch statistics, backward, SGD and running statistics */
    BENCH_PASS_COUNT
} BenchPass;

const char *bench_pass_name(BenchPass pass);

enum { BENCH_ROUNDS_MAX = 1000 };

typedef struct BenchRun {
    const char *arch;
    int batch;
    bool wanted[BENCH_PASS_COUNT];
    int rounds; /* 0: as many as fit into a few seconds, at least three */
    bool busy;  /* afterwards the same again beside a process that keeps a processor busy */
} BenchRun;

typedef struct BenchResult {
    bool measured;
    double min_ms, median_ms;
    double busy_median_ms; /* 0 where BenchRun.busy was not set */
    double gflops;         /* two flops a multiply-add; backward counts as two forward passes */
} BenchResult;

/* The passes take turns, so that a busy moment of the machine meets them all. `peak_rss_mb`: the largest
 * resident memory of the process meanwhile, in MiB. */
bool bench_measure(const BenchRun *run, BenchResult results[BENCH_PASS_COUNT], double *peak_rss_mb,
                   Error *err);

/* A network with random weights, and a random input for it: zeros would make every ReLU and gradient special. */
Network *bench_network(const char *arch, Error *err);
void bench_fill_input(Pass *pass);

/* A sentence when the processor has AVX-512 and OpenBLAS was told not to use it, else NULL. */
const char *bench_blas_warning(void);

#endif
