#include "core/base/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "core/base/integer.h"

/* A worker that has just finished looks for the next job for about this many rounds before it sleeps:
 * operators follow each other within microseconds, and waking a thread costs more than most of them. Bounded,
 * because the cores are shared. */
enum { SPIN_ROUNDS = 4000 };

typedef struct Job {
    ParallelWork work;
    void *context;
    int count, chunk; /* worker k does items k*chunk .. (k+1)*chunk-1 */
} Job;

/* One pool for the process; threads are a property of the machine, not of a network. */
static struct Pool {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_uint generation; /* counts the jobs handed out */
    atomic_int pending;     /* workers still busy with the current job */
    int threads;            /* 0: not decided yet */
    int started;            /* workers running besides the caller */
    int active;             /* workers that take part in the current job, besides the caller */
    Job job;
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static void cpu_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void run_share(const Job *job, int share) {
    int begin = share * job->chunk, end = begin + job->chunk;
    if (end > job->count) end = job->count;
    if (begin < end) job->work(job->context, begin, end, share);
}

/* Returns once there is a job newer than `*seen`, with a consistent copy of it. */
static int wait_for_job(unsigned *seen, Job *job) {
    for (int round = 0; round < SPIN_ROUNDS && atomic_load(&pool.generation) == *seen; round++) cpu_relax();
    pthread_mutex_lock(&pool.mutex);
    while (atomic_load(&pool.generation) == *seen) pthread_cond_wait(&pool.wake, &pool.mutex);
    *seen = atomic_load(&pool.generation);
    *job = pool.job;
    int active = pool.active;
    pthread_mutex_unlock(&pool.mutex);
    return active;
}

static void *worker_main(void *argument) {
    int worker = (int)(intptr_t)argument;
    unsigned seen = 0;
    for (Job job;;) {
        if (worker > wait_for_job(&seen, &job)) continue;
        run_share(&job, worker);
        atomic_fetch_sub(&pool.pending, 1);
    }
    return NULL;
}

/* Signals are the main thread's, but for a worker's own crashes: were those blocked, no handler could give
 * the terminal back. */
static sigset_t signals_kept_from_workers(void) {
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t signals;
    sigfillset(&signals);
    for (size_t k = 0; k < sizeof crashes / sizeof *crashes; k++) sigdelset(&signals, crashes[k]);
    return signals;
}

/* Workers are never joined: they hold nothing and end with the process. */
static bool start_worker(int worker) {
    sigset_t kept = signals_kept_from_workers(), before;
    pthread_t thread;
    pthread_sigmask(SIG_SETMASK, &kept, &before);
    bool ok = pthread_create(&thread, NULL, worker_main, (void *)(intptr_t)worker) == 0;
    if (ok) pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* A worker that could not be started leaves its share to the caller. */
static int workers_ready(int wanted) {
    while (pool.started < wanted && start_worker(pool.started + 1)) pool.started++;
    return pool.started < wanted ? pool.started : wanted;
}

int parallel_threads(void) {
    if (pool.threads == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        parallel_set_threads(processors > PARALLEL_THREADS_MAX ? PARALLEL_THREADS_MAX : (int)processors);
    }
    return pool.threads;
}

void parallel_set_threads(int threads) {
    pool.threads = integer_clamp(threads, 1, PARALLEL_THREADS_MAX);
}

static void hand_out(const Job *job, int active) {
    pthread_mutex_lock(&pool.mutex);
    pool.job = *job;
    pool.active = active;
    atomic_store(&pool.pending, active);
    atomic_fetch_add(&pool.generation, 1);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.mutex);
}

int parallel_shares(int count, int grain) {
    int wanted = (count + grain - 1) / grain;
    int shares = wanted < parallel_threads() ? wanted : parallel_threads();
    if (shares <= 1) return shares;
    int chunk = (count + shares - 1) / shares;
    return (count + chunk - 1) / chunk;
}

void parallel_for(int count, int grain, ParallelWork work, void *context) {
    int shares = parallel_shares(count, grain);
    if (shares <= 1) {
        if (count > 0) work(context, 0, count, 0);
        return;
    }
    Job job = {.work = work, .context = context, .count = count, .chunk = (count + shares - 1) / shares};
    int helpers = workers_ready(shares - 1);
    hand_out(&job, helpers);
    run_share(&job, 0);
    for (int share = helpers + 1; share < shares; share++) run_share(&job, share);
    for (int round = 0; atomic_load(&pool.pending) > 0; round++) {
        if (round < SPIN_ROUNDS)
            cpu_relax();
        else
            usleep(50);
    }
}
