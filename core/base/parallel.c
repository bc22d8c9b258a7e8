#include "core/base/parallel.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/denormal.h"
#include "core/base/integer.h"
#include "core/base/thread.h"

/* Who has nothing to do looks for more for so long before it sleeps: operators follow each other within
 * microseconds, and waking a thread costs 30 to 50 of them. Bounded, because the cores are shared. */
static const double SPIN_SECONDS = 75e-6;

enum { PAUSES_PER_LOOK = 16 }; /* between two looks at the clock, which costs as much as a pause */

/* A job is `parts` calls of `work`. Part k has items k*chunk .. (k+1)*chunk-1 of `count`. */
typedef struct Job {
    ParallelWork work;
    void *context;
    int parts, chunk, count;
    int helpers;         /* workers 1 .. helpers may take part, besides the caller */
    bool worker_is_part; /* scratch goes by the number of the part, not of the thread */
    bool flushes;        /* denormal numbers count as 0 */
} Job;

/* The ticket is the number of the job in the upper half and how many of its parts nobody has claimed in the
 * lower. A part is claimed by counting down, which succeeds only if the ticket has not changed since it was
 * read: a worker that was held up between reading the job and claiming can neither claim a part of the
 * next job nor mix the two. The job is written only while nothing is left to claim. */
typedef uint64_t Ticket;

static unsigned ticket_job(Ticket ticket) {
    return (unsigned)(ticket >> 32);
}

static int ticket_left(Ticket ticket) {
    return (int)(ticket & UINT32_MAX);
}

/* One pool for the process; threads are a property of the machine, not of a network. */
static struct Pool {
    alignas(64) _Atomic(Ticket) ticket;
    alignas(64) atomic_int unfinished; /* parts of the current job that are not done */
    atomic_bool caller_sleeps;
    /* What stands in Job, as a worker may read it that comes late, while the next job is written. */
    alignas(64) _Atomic(ParallelWork) work;
    _Atomic(void *) context;
    atomic_int parts, chunk, count, helpers;
    atomic_bool worker_is_part, flushes;
    atomic_bool taken;   /* a caller has the pool */
    atomic_int threads;  /* 0: not decided yet */
    atomic_int sleepers; /* workers that sleep or are about to */
    int started;         /* workers running besides the caller */
    pthread_mutex_t mutex;
    pthread_cond_t wake, done;
} pool = {
    .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_work;

static void cpu_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

typedef struct Spin {
    int pauses;
    double until_s;
} Spin;

/* Waits a moment; false once SPIN_SECONDS have gone since the first look at the clock. */
static bool spin(Spin *wait) {
    cpu_relax();
    if (++wait->pauses % PAUSES_PER_LOOK != 0) return true;
    double now_s = clock_seconds();
    if (wait->until_s == 0) wait->until_s = now_s + SPIN_SECONDS;
    return now_s < wait->until_s;
}

static void write_job(const Job *job) {
    atomic_store_explicit(&pool.work, job->work, memory_order_relaxed);
    atomic_store_explicit(&pool.context, job->context, memory_order_relaxed);
    atomic_store_explicit(&pool.parts, job->parts, memory_order_relaxed);
    atomic_store_explicit(&pool.chunk, job->chunk, memory_order_relaxed);
    atomic_store_explicit(&pool.count, job->count, memory_order_relaxed);
    atomic_store_explicit(&pool.helpers, job->helpers, memory_order_relaxed);
    atomic_store_explicit(&pool.worker_is_part, job->worker_is_part, memory_order_relaxed);
    atomic_store_explicit(&pool.flushes, job->flushes, memory_order_relaxed);
}

static Job read_job(void) {
    return (Job){
        .work = atomic_load_explicit(&pool.work, memory_order_relaxed),
        .context = atomic_load_explicit(&pool.context, memory_order_relaxed),
        .parts = atomic_load_explicit(&pool.parts, memory_order_relaxed),
        .chunk = atomic_load_explicit(&pool.chunk, memory_order_relaxed),
        .count = atomic_load_explicit(&pool.count, memory_order_relaxed),
        .helpers = atomic_load_explicit(&pool.helpers, memory_order_relaxed),
        .worker_is_part = atomic_load_explicit(&pool.worker_is_part, memory_order_relaxed),
        .flushes = atomic_load_explicit(&pool.flushes, memory_order_relaxed),
    };
}

static void run_part(const Job *job, int part, int thread) {
    int begin = part * job->chunk, end = integer_min(begin + job->chunk, job->count);
    unsigned before = job->flushes ? denormal_begin() : 0;
    job->work(job->context, begin, end, job->worker_is_part ? part : thread);
    if (job->flushes) denormal_end(before);
}

/* Claims one part; returns its number with a whole copy of its job, or -1 where nothing is left for this
 * thread, with `*seen` the job of which that is true. */
static int claim_part(int thread, Job *job, unsigned *seen) {
    Ticket ticket = atomic_load(&pool.ticket);
    while (ticket_left(ticket) > 0) {
        *job = read_job();
        if (thread > job->helpers) break;
        if (atomic_compare_exchange_weak(&pool.ticket, &ticket, ticket - 1))
            return job->parts - ticket_left(ticket);
    }
    *seen = ticket_job(ticket);
    return -1;
}

/* Runs parts as long as there are any. One thread's report of several parts costs less than one for each. */
static int run_parts(int thread, unsigned *seen) {
    Job job;
    int done = 0;
    for (int part; (part = claim_part(thread, &job, seen)) >= 0; done++) run_part(&job, part, thread);
    return done;
}

static void report(int done) {
    if (atomic_fetch_sub(&pool.unfinished, done) != done || !atomic_load(&pool.caller_sleeps)) return;
    pthread_mutex_lock(&pool.mutex);
    pthread_cond_signal(&pool.done);
    pthread_mutex_unlock(&pool.mutex);
}

/* Whoever hands out a job looks at `sleepers` after changing the ticket, and a worker at the ticket after
 * counting itself in: one of the two sees the other. */
static void wait_for_job(unsigned seen) {
    Spin wait = {0};
    do
        if (ticket_job(atomic_load(&pool.ticket)) != seen) return;
    while (spin(&wait));
    pthread_mutex_lock(&pool.mutex);
    atomic_fetch_add(&pool.sleepers, 1);
    while (ticket_job(atomic_load(&pool.ticket)) == seen) pthread_cond_wait(&pool.wake, &pool.mutex);
    atomic_fetch_sub(&pool.sleepers, 1);
    pthread_mutex_unlock(&pool.mutex);
}

static void wait_until_done(void) {
    Spin wait = {0};
    do
        if (atomic_load(&pool.unfinished) == 0) return;
    while (spin(&wait));
    pthread_mutex_lock(&pool.mutex);
    atomic_store(&pool.caller_sleeps, true);
    while (atomic_load(&pool.unfinished) > 0) pthread_cond_wait(&pool.done, &pool.mutex);
    atomic_store(&pool.caller_sleeps, false);
    pthread_mutex_unlock(&pool.mutex);
}

static void *worker_main(void *argument) {
    int worker = (int)(intptr_t)argument;
    inside_work = true;
    for (unsigned seen = 0;; wait_for_job(seen)) {
        int done = run_parts(worker, &seen);
        if (done > 0) report(done);
    }
    return NULL;
}

/* Workers are never joined: they hold nothing and end with the process. */
static bool start_worker(int worker) {
    pthread_t thread;
    bool ok = thread_start(&thread, worker_main, (void *)(intptr_t)worker);
    if (ok) pthread_detach(thread);
    return ok;
}

/* What a worker that could not be started would have done others do. */
static int workers_ready(int wanted) {
    while (pool.started < wanted && start_worker(pool.started + 1)) pool.started++;
    return pool.started < wanted ? pool.started : wanted;
}

int parallel_threads(void) {
    if (atomic_load(&pool.threads) == 0)
        parallel_set_threads(integer_clamp(sysconf(_SC_NPROCESSORS_ONLN), 1, PARALLEL_THREADS_MAX));
    return atomic_load(&pool.threads);
}

void parallel_set_threads(int threads) {
    atomic_store(&pool.threads, integer_clamp(threads, 1, PARALLEL_THREADS_MAX));
}

static void hand_out(const Job *job, int claimed) {
    unsigned number = ticket_job(atomic_load(&pool.ticket)) + 1;
    write_job(job);
    atomic_store(&pool.unfinished, job->parts);
    atomic_store(&pool.ticket, (Ticket)number << 32 | (unsigned)(job->parts - claimed));
    if (atomic_load(&pool.sleepers) == 0) return;
    pthread_mutex_lock(&pool.mutex);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.mutex);
}

/* The first `own` parts (0 or 1) are the caller's. */
static void run_with_helpers(Job *job, int own) {
    unsigned seen;
    job->helpers = workers_ready(job->helpers);
    hand_out(job, own);
    for (int part = 0; part < own; part++) run_part(job, part, 0);
    report(own + run_parts(0, &seen));
    wait_until_done();
}

static void run_job(Job *job, int own) {
    bool nested = inside_work;
    inside_work = true;
    if (nested || job->helpers == 0 || atomic_exchange(&pool.taken, true)) {
        for (int part = 0; part < job->parts; part++) run_part(job, part, 0);
    } else {
        run_with_helpers(job, own);
        atomic_store(&pool.taken, false);
    }
    inside_work = nested;
}

int parallel_shares(int count, int grain) {
    int wanted = (count + grain - 1) / grain;
    int shares = integer_min(wanted, inside_work ? 1 : parallel_threads());
    if (shares <= 1) return shares;
    int chunk = (count + shares - 1) / shares;
    return (count + chunk - 1) / chunk;
}

void parallel_for(int count, int grain, ParallelWork work, void *context) {
    int shares = parallel_shares(count, grain);
    if (shares <= 0) return;
    Job job = {.work = work,
               .context = context,
               .parts = shares,
               .chunk = (count + shares - 1) / shares,
               .count = count,
               .helpers = shares - 1,
               .worker_is_part = true};
    run_job(&job, 1);
}

void parallel_parts(int count, int part, ParallelWork work, void *context) {
    int parts = count > 0 ? integer_divide_up(count, part) : 0;
    Job job = {.work = work,
               .context = context,
               .parts = parts,
               .chunk = part,
               .count = count,
               .helpers = integer_min(parallel_threads(), parts) - 1,
               .flushes = true};
    if (parts > 0) run_job(&job, 0);
}

void parallel_items(int count, ParallelWork work, void *context) {
    parallel_parts(count, 1, work, context);
}
