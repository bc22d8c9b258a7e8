#include "app/measure/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/progress.h"
#include "app/measure/busy.h"
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/network/resnet.h"
#include "core/tensor/gemm.h"
#include "core/train/optim.h"

/* Without --rounds: seconds for one architecture and batch. */
#define BENCH_SECONDS 3.0

/* Beside a busy process as many as fit: the machine hands out its processors in turns of some milliseconds. */
enum { BENCH_ROUNDS_MIN = 3, BENCH_ROUNDS_DEFAULT_MAX = 50, BENCH_ROUNDS_BUSY_MAX = BENCH_ROUNDS_MAX };

typedef struct BenchTimes {
    double ms[BENCH_PASS_COUNT][BENCH_ROUNDS_MAX];
    int rounds;
} BenchTimes;

typedef struct Bench {
    Network *network;
    Pass *passes[BENCH_PASS_COUNT];
    real *velocity;
    BenchTimes quiet, busy;
} Bench;

const char *bench_pass_name(BenchPass pass) {
    static const char *const names[] = {"forward", "forward_steps", "forward_backward", "train_step"};
    return names[pass];
}

const char *bench_blas_warning(void) {
#if defined(__x86_64__)
    const char *core = gemm_core_name();
    if (__builtin_cpu_supports("avx512f") && (strcmp(core, "Haswell") == 0 || strcmp(core, "Zen") == 0))
        return "the processor has AVX-512 but OpenBLAS runs its older kernels: unset OPENBLAS_CORETYPE and "
               "OPENBLAS_L2_SIZE for twice the speed of its matrix products";
#endif
    return NULL;
}

/* Peak resident memory of the process so far, in MiB; NaN when the system does not say. */
static double read_peak_rss_mb(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long kib = -1;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld kB", &kib) == 1) break;
    if (file) fclose(file);
    return kib < 0 ? NAN : (double)kib / 1024;
}

/* Linux forgets the peak so far when 5 is written here (man 5 proc); elsewhere it stays. */
static void reset_peak_rss(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file) return;
    fputs("5", file);
    fclose(file);
}

void bench_fill_input(Pass *pass) {
    Rng rng;
    rng_init(&rng, 1);
    Shape shape = pass_network(pass)->input;
    shape.n = pass_batch(pass);
    real *x = pass_input(pass);
    for (size_t k = 0; k < shape_count(shape); k++) x[k] = (real)rng_normal(&rng);
}

Network *bench_network(const char *arch, Error *err) {
    ResnetConfig config = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    Network *network = resnet_new(&config, err);
    if (!network) return NULL;
    network_init_values(network, &(InitConfig){.kind = INIT_HE});
    network_all_values(network); /* drawn before time is taken */
    return network;
}

static bool open_bench(Bench *bench, const BenchRun *run, Error *err) {
    bench->network = bench_network(run->arch, err);
    if (!bench->network) return false;
    const PassConfig configs[BENCH_PASS_COUNT] = {
        [BENCH_FORWARD] = {.fast = true},
        [BENCH_FORWARD_STEPS] = {.forward_only = true},
        [BENCH_FORWARD_BACKWARD] = {.no_inspection = true},
        [BENCH_TRAIN_STEP] = {
            .batch_statistics = true, .no_input_gradient = true, .no_inspection = true, .rounds_more = true}};
    for (int p = 0; p < BENCH_PASS_COUNT; p++) {
        if (!run->wanted[p]) continue;
        PassConfig pass = configs[p];
        pass.batch = run->batch;
        bench->passes[p] = pass_new(bench->network, &pass, err);
        if (!bench->passes[p]) return false;
        bench_fill_input(bench->passes[p]);
    }
    bench->velocity = calloc(bench->network->value_count, sizeof *bench->velocity);
    return bench->velocity || error_set(err, ERROR_FAILED, "%s: not enough memory", run->arch);
}

static void close_bench(Bench *bench) {
    for (int p = 0; p < BENCH_PASS_COUNT; p++) pass_free(bench->passes[p]);
    free(bench->velocity);
    network_free(bench->network);
    free(bench);
}

/* A learning rate this small keeps the weights, and so the work, as they are. */
static void run_once(Bench *bench, BenchPass which) {
    static const OptimConfig sgd = {.momentum = 0.9, .weight_decay = 5e-4, .nesterov = true};
    Pass *pass = bench->passes[which];
    pass_restart(pass, NULL);
    while (pass_step_forward(pass)) continue;
    if (which == BENCH_FORWARD_BACKWARD || which == BENCH_TRAIN_STEP) pass_run_backward(pass);
    if (which != BENCH_TRAIN_STEP) return;
    OptimStep step = {.lr = 1e-9, .momentum = sgd.momentum, .gradient_scale = 1, .number = 1};
    optim_step(bench->network, pass, (OptimState){.first = bench->velocity}, &sgd, &step);
}

static void run_round(Bench *bench, double times_ms[BENCH_PASS_COUNT]) {
    for (int p = 0; p < BENCH_PASS_COUNT; p++) {
        if (!bench->passes[p]) continue;
        double begun_s = clock_seconds();
        run_once(bench, (BenchPass)p);
        times_ms[p] = (clock_seconds() - begun_s) * 1e3;
    }
}

static bool wants_more(const BenchTimes *times, const BenchRun *run, double seconds) {
    if (run->rounds) return times->rounds < run->rounds && times->rounds < BENCH_ROUNDS_MAX;
    int most = run->busy ? BENCH_ROUNDS_BUSY_MAX : BENCH_ROUNDS_DEFAULT_MAX;
    return times->rounds < BENCH_ROUNDS_MIN || (seconds < BENCH_SECONDS && times->rounds < most);
}

/* The first round is thrown away: it touches fresh memory. */
static void time_rounds(Bench *bench, const BenchRun *run, BenchTimes *times) {
    double times_ms[BENCH_PASS_COUNT] = {0};
    run_round(bench, times_ms);
    double begun_s = clock_seconds();
    while (wants_more(times, run, clock_seconds() - begun_s)) {
        run_round(bench, times_ms);
        for (int p = 0; p < BENCH_PASS_COUNT; p++) times->ms[p][times->rounds] = times_ms[p];
        times->rounds++;
    }
}

static bool time_busy_rounds(Bench *bench, const BenchRun *run, Error *err) {
    pid_t process = busy_start(err);
    if (process < 0) return false;
    time_rounds(bench, run, &bench->busy);
    busy_stop(process);
    return true;
}

static int compare_times(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them; 0 of none. */
static double median(double *times_ms, int count) {
    if (count == 0) return 0;
    qsort(times_ms, (size_t)count, sizeof *times_ms, compare_times);
    return (times_ms[(count - 1) / 2] + times_ms[count / 2]) / 2;
}

static BenchResult result_of(Bench *bench, const BenchRun *run, BenchPass pass) {
    double median_ms = median(bench->quiet.ms[pass], bench->quiet.rounds), min_ms = bench->quiet.ms[pass][0];
    bool backward = pass == BENCH_FORWARD_BACKWARD || pass == BENCH_TRAIN_STEP;
    double flops = 2.0 * (double)network_macs(bench->network) * run->batch * (backward ? 3 : 1);
    return (BenchResult){.measured = true,
                         .min_ms = min_ms,
                         .median_ms = median_ms,
                         .busy_median_ms = median(bench->busy.ms[pass], bench->busy.rounds),
                         .gflops = flops / (min_ms * 1e6)};
}

bool bench_measure(const BenchRun *run, BenchResult results[BENCH_PASS_COUNT], double *peak_rss_mb,
                   Error *err) {
    Bench *bench = calloc(1, sizeof *bench);
    if (!bench) return error_set(err, ERROR_FAILED, "not enough memory");
    reset_peak_rss();
    bool ok = open_bench(bench, run, err);
    if (ok) time_rounds(bench, run, &bench->quiet);
    if (ok && run->busy) ok = time_busy_rounds(bench, run, err);
    for (int p = 0; p < BENCH_PASS_COUNT; p++)
        results[p] = ok && bench->passes[p] ? result_of(bench, run, (BenchPass)p) : (BenchResult){0};
    *peak_rss_mb = read_peak_rss_mb();
    close_bench(bench);
    return ok;
}
