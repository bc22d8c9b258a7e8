#include <float.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
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

/* Every item by one call of its own, whoever has it, for fewer and more of them than threads. */
static void every_item_is_claimed_exactly_once(void **state) {
    (void)state;
    static const int counts[] = {0, 1, 2, 3, 7, 64, 1000, ITEMS_MAX};
    int before = parallel_threads();
    for (int threads = 1; threads <= 8; threads++)
        for (int k = 0; k < 8; k++) {
            static Log log;
            memset(&log, 0, sizeof log);
            parallel_set_threads(threads);
            parallel_items(counts[k], visit, &log);
            for (int j = 0; j < ITEMS_MAX; j++) assert_int_equal(log.visits[j], j < counts[k]);
            assert_int_equal(log.ranges, counts[k]);
            assert_true(log.worker_max < threads);
        }
    parallel_set_threads(before);
}

/* Where parts end: the number of the part that each item was in, by the item it began with. */
static void note_part(void *context, int begin, int end, int worker) {
    int *first = context;
    (void)worker;
    for (int j = begin; j < end; j++) first[j] = begin;
}

static void parts_end_where_count_and_size_say(void **state) {
    (void)state;
    static const int counts[] = {0, 1, 7, 8, 9, 64, 1000}, sizes[] = {1, 3, 8, 5000};
    int before = parallel_threads();
    for (int threads = 1; threads <= 4; threads++)
        for (int k = 0; k < 7; k++)
            for (int s = 0; s < 4; s++) {
                int first[1000];
                memset(first, -1, sizeof first);
                parallel_set_threads(threads);
                parallel_parts(counts[k], sizes[s], note_part, first);
                for (int j = 0; j < 1000; j++)
                    assert_int_equal(first[j], j < counts[k] ? j / sizes[s] * sizes[s] : -1);
            }
    parallel_set_threads(before);
}

static void thousands_of_short_claims_lose_nothing(void **state) {
    (void)state;
    int before = parallel_threads();
    for (int k = 0; k < 5000; k++) {
        long sums[5] = {0};
        parallel_set_threads(1 + k % 5);
        parallel_items(10 + k % 3, add_up, sums);
        long count = 10 + k % 3;
        assert_int_equal(sums[0] + sums[1] + sums[2] + sums[3] + sums[4], count * (count - 1) / 2);
    }
    parallel_set_threads(before);
}

/* What a worker is told: the scratch of two that compute at the same time must differ. */
typedef struct Desks {
    atomic_int taken[PARALLEL_THREADS_MAX];
    atomic_int clashes;
} Desks;

static void sit_down(void *context, int begin, int end, int worker) {
    Desks *desks = context;
    (void)begin, (void)end;
    if (atomic_fetch_add(&desks->taken[worker], 1) != 0) atomic_fetch_add(&desks->clashes, 1);
    atomic_fetch_sub(&desks->taken[worker], 1);
}

static void no_two_at_once_have_the_same_worker(void **state) {
    (void)state;
    int before = parallel_threads();
    parallel_set_threads(4);
    static Desks desks;
    for (int k = 0; k < 200; k++) {
        parallel_items(50, sit_down, &desks);
        parallel_for(50, 1, sit_down, &desks);
    }
    assert_int_equal(desks.clashes, 0);
    parallel_set_threads(before);
}

/* A job within an item, by both functions. */
typedef struct Nest {
    Log inner[3];
    atomic_int wrong; /* calls of the inner work on another thread, or as another worker than 0 */
} Nest;

typedef struct Egg {
    Nest *nest;
    Log *log;
    pthread_t thread;
} Egg;

static void visit_at_home(void *context, int begin, int end, int worker) {
    Egg *egg = context;
    if (!pthread_equal(egg->thread, pthread_self()) || worker != 0) atomic_fetch_add(&egg->nest->wrong, 1);
    visit(egg->log, begin, end, worker);
}

static void start_within(void *context, int begin, int end, int worker) {
    Nest *nest = context;
    (void)worker;
    for (int j = begin; j < end; j++) {
        Egg egg = {.nest = nest, .log = &nest->inner[j], .thread = pthread_self()};
        if (parallel_shares(100, 1) != 1) atomic_fetch_add(&nest->wrong, 1);
        parallel_for(100, 1, visit_at_home, &egg);
        parallel_items(100, visit_at_home, &egg);
    }
}

static void a_job_within_a_job_stays_on_its_thread(void **state) {
    (void)state;
    int before = parallel_threads();
    for (int threads = 1; threads <= 3; threads++)
        for (int way = 0; way < 2; way++) {
            static Nest nest;
            memset(&nest, 0, sizeof nest);
            parallel_set_threads(threads);
            if (way == 0) parallel_for(3, 1, start_within, &nest);
            if (way == 1) parallel_items(3, start_within, &nest);
            assert_int_equal(nest.wrong, 0);
            for (int j = 0; j < 3; j++)
                for (int k = 0; k < 100; k++) assert_int_equal(nest.inner[j].visits[k], 2);
        }
    parallel_set_threads(3);
    assert_int_equal(parallel_shares(100, 1), 3);
    parallel_set_threads(before);
}

static void *call_often(void *argument) {
    Log *log = argument;
    for (int k = 0; k < 500; k++) {
        parallel_for(100, 1, visit, log);
        parallel_items(100, visit, log);
    }
    return NULL;
}

/* The second finds the pool taken now and then, and does all itself: with the same split. */
static void two_callers_do_not_disturb_each_other(void **state) {
    (void)state;
    static Log logs[2];
    pthread_t other;
    int before = parallel_threads();
    parallel_set_threads(2);
    assert_int_equal(pthread_create(&other, NULL, call_often, &logs[1]), 0);
    call_often(&logs[0]);
    pthread_join(other, NULL);
    for (int j = 0; j < 100; j++) {
        assert_int_equal(logs[0].visits[j], 1000);
        assert_int_equal(logs[1].visits[j], 1000);
    }
    assert_int_equal(logs[0].ranges, 500 * (2 + 100));
    assert_int_equal(logs[1].ranges, 500 * (2 + 100));
    parallel_set_threads(before);
}

/* The smallest normal number by 4 is denormal. `volatile`: computed here, not by the compiler. */
static bool keeps_denormals(void) {
    volatile float smallest = FLT_MIN, part = 0.25F;
    volatile float product = smallest * part;
    return product != 0;
}

static void count_keeping(void *context, int begin, int end, int worker) {
    (void)worker;
    atomic_int *kept = context;
    for (int j = begin; j < end; j++) atomic_fetch_add(kept, keeps_denormals());
}

static void keep_within(void *context, int begin, int end, int worker) {
    (void)begin, (void)end, (void)worker;
    parallel_items(10, count_keeping, context);
    if (keeps_denormals()) atomic_fetch_add((atomic_int *)context, 1);
}

static void denormals_are_zero_in_items_and_nowhere_else(void **state) {
    (void)state;
    int before = parallel_threads();
    for (int threads = 1; threads <= 3; threads++) {
        atomic_int in_items = 0, within = 0, in_ranges = 0;
        parallel_set_threads(threads);
        parallel_items(30, count_keeping, &in_items);
        assert_true(keeps_denormals());
        parallel_items(4, keep_within, &within);
        parallel_for(30, 1, count_keeping, &in_ranges);
        assert_true(keeps_denormals());
        assert_int_equal(in_ranges, 30);
#if defined(__x86_64__)
        assert_int_equal(in_items, 0);
        assert_int_equal(within, 0);
#endif
    }
    parallel_set_threads(before);
}

/* What two threads were told of signals by a job that both must take part in. */
typedef struct Ears {
    atomic_int asked;
    int open[2];
} Ears;

/* Which of the signals a terminal sends each thread would take. The caller's range is over when the other's
 * is, so that it cannot have both. */
static void ask_for_signals(void *context, int begin, int end, int worker) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
    Ears *ears = context;
    sigset_t blocked;
    (void)begin, (void)end;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (int k = 0; k < 5; k++) ears->open[worker] += !sigismember(&blocked, numbers[k]);
    atomic_fetch_add(&ears->asked, 1);
    while (worker == 0 && atomic_load(&ears->asked) < 2) sched_yield();
}

/* A resize or an interrupt must reach the thread that owns the screen. */
static void workers_block_every_signal_and_the_caller_none(void **state) {
    (void)state;
    int before = parallel_threads();
    Ears ears = {.asked = 0};
    parallel_set_threads(2);
    parallel_for(2, 1, ask_for_signals, &ears);
    parallel_set_threads(before);
    assert_int_equal(ears.open[0], 5);
    assert_int_equal(ears.open[1], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_visited_exactly_once),
        cmocka_unit_test(the_split_is_the_same_every_time),
        cmocka_unit_test(nothing_to_do_calls_nobody),
        cmocka_unit_test(work_below_the_grain_stays_with_the_caller),
        cmocka_unit_test(the_number_of_threads_is_kept_within_its_limits),
        cmocka_unit_test(thousands_of_short_jobs_lose_nothing),
        cmocka_unit_test(every_item_is_claimed_exactly_once),
        cmocka_unit_test(parts_end_where_count_and_size_say),
        cmocka_unit_test(thousands_of_short_claims_lose_nothing),
        cmocka_unit_test(no_two_at_once_have_the_same_worker),
        cmocka_unit_test(a_job_within_a_job_stays_on_its_thread),
        cmocka_unit_test(two_callers_do_not_disturb_each_other),
        cmocka_unit_test(denormals_are_zero_in_items_and_nowhere_else),
        cmocka_unit_test(workers_block_every_signal_and_the_caller_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
