#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "core/base/parallel.h"
#include "tests/support/assert_close.h"

enum { ITEMS_MAX = 4096 };

typedef struct Log {
    atomic_int visits[ITEMS_MAX];
    atomic_int ranges, worker_max;
    int worker_of[ITEMS_MAX];
} Log;

static void visit(void *context, int begin, int end, int worker) {
    Log *log = context;
    atomic_fetch_add(&log->ranges, 1);
    if (worker > atomic_load(&log->worker_max)) atomic_store(&log->worker_max, worker);
    for (int j = begin; j < end; j++) {
        atomic_fetch_add(&log->visits[j], 1);
        log->worker_of[j] = worker;
    }
}

static void every_item_is_visited_exactly_once(void **state) {
    (void)state;
    static const int counts[] = {1, 2, 3, 7, 64, 65, 1000, ITEMS_MAX}, grains[] = {1, 2, 16, 5000};
    int before = parallel_threads();
    for (int threads = 1; threads <= 9; threads += 2)
        for (int k = 0; k < 8; k++)
            for (int g = 0; g < 4; g++) {
                static Log log;
                memset(&log, 0, sizeof log);
                parallel_set_threads(threads);
                parallel_for(counts[k], grains[g], visit, &log);
                for (int j = 0; j < ITEMS_MAX; j++) assert_int_equal(log.visits[j], j < counts[k]);
                assert_int_equal(log.ranges, parallel_shares(counts[k], grains[g]));
                assert_true(log.worker_max < threads);
            }
    parallel_set_threads(before);
}

static void the_split_is_the_same_every_time(void **state) {
    (void)state;
    static Log first, again;
    int before = parallel_threads();
    parallel_set_threads(4);
    parallel_for(1000, 1, visit, &first);
    for (int k = 0; k < 50; k++) {
        parallel_for(1000, 1, visit, &again);
        assert_memory_equal(first.worker_of, again.worker_of, sizeof first.worker_of);
    }
    parallel_set_threads(before);
}

static void nothing_to_do_calls_nobody(void **state) {
    (void)state;
    static Log log;
    parallel_for(0, 1, visit, &log);
    assert_int_equal(log.ranges, 0);
    assert_int_equal(parallel_shares(0, 1), 0);
}

static void work_below_the_grain_stays_with_the_caller(void **state) {
    (void)state;
    assert_int_equal(parallel_shares(15, 16), 1);
    assert_int_equal(parallel_shares(16, 16), 1);
}

static void the_number_of_threads_is_kept_within_its_limits(void **state) {
    (void)state;
    int before = parallel_threads();
    parallel_set_threads(0);
    assert_int_equal(parallel_threads(), 1);
    parallel_set_threads(1000);
    assert_int_equal(parallel_threads(), PARALLEL_THREADS_MAX);
    parallel_set_threads(before);
}

static void add_up(void *context, int begin, int end, int worker) {
    long *sums = context;
    for (int j = begin; j < end; j++) sums[worker] += j;
}

/* Jobs so short that workers finish, look for more and fall asleep in every order. */
static void thousands_of_short_jobs_lose_nothing(void **state) {
    (void)state;
    int before = parallel_threads();
    parallel_set_threads(3);
    for (int k = 0; k < 5000; k++) {
        long sums[3] = {0};
        parallel_for(100, 1, add_up, sums);
        assert_int_equal(sums[0] + sums[1] + sums[2], 4950);
    }
    parallel_set_threads(before);
}

/* Which of the signals a terminal sends each worker would take. */
static void ask_for_signals(void *context, int begin, int end, int worker) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
    int *open = context;
    sigset_t blocked;
    (void)begin, (void)end;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (int k = 0; k < 5; k++) open[worker] += !sigismember(&blocked, numbers[k]);
}

/* A resize or an interrupt must reach the thread that owns the screen. */
static void workers_block_every_signal_and_the_caller_none(void **state) {
    (void)state;
    int before = parallel_threads(), open[3] = {0};
    parallel_set_threads(3);
    parallel_for(3, 1, ask_for_signals, open);
    parallel_set_threads(before);
    assert_int_equal(open[0], 5);
    assert_int_equal(open[1], 0);
    assert_int_equal(open[2], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_visited_exactly_once),
        cmocka_unit_test(the_split_is_the_same_every_time),
        cmocka_unit_test(nothing_to_do_calls_nobody),
        cmocka_unit_test(work_below_the_grain_stays_with_the_caller),
        cmocka_unit_test(the_number_of_threads_is_kept_within_its_limits),
        cmocka_unit_test(thousands_of_short_jobs_lose_nothing),
        cmocka_unit_test(workers_block_every_signal_and_the_caller_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
