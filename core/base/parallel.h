/* Threads inside one operator. One pool of workers serves the whole process; the caller works too.
 * The pool sleeps when idle, blocks all signals, and is never used by two callers at once. */
#ifndef CORE_BASE_PARALLEL_H
#define CORE_BASE_PARALLEL_H

enum { PARALLEL_THREADS_MAX = 64 };

/* Work on items begin..end-1; `worker` (0 .. parallel_threads()-1) names a private scratch area. */
typedef void (*ParallelWork)(void *context, int begin, int end, int worker);

/* Splits 0..count-1 into at most one contiguous range a worker, none shorter than `grain` items.
 * The split depends only on count, grain and the number of threads, so results are reproducible. */
void parallel_for(int count, int grain, ParallelWork work, void *context);

/* How many ranges parallel_for makes of `count` items: workers 0 .. shares-1 take part. */
int parallel_shares(int count, int grain);

int parallel_threads(void);
void parallel_set_threads(
    int threads); /* 1 .. PARALLEL_THREADS_MAX; the default is the number of processors */

#endif
