/* Threads inside one operator, or one network for each thread. One pool of workers serves the whole process;
 * the caller works too. Workers look for the next job for a moment, then sleep; they block all signals. Called
 * from inside work, whether a worker's or the caller's share, or while another thread uses the pool, these
 * functions run all items on the calling thread: a whole network can be one worker's item. */
#ifndef CORE_BASE_PARALLEL_H
#define CORE_BASE_PARALLEL_H

enum { PARALLEL_THREADS_MAX = 64 };

/* Work on items begin..end-1; `worker` (0 .. parallel_threads()-1) names a private scratch area: never two
 * calls at once of one job have the same. */
typedef void (*ParallelWork)(void *context, int begin, int end, int worker);

/* Splits 0..count-1 into at most one contiguous range a worker, none shorter than `grain` items; `worker` is
 * the number of the range, and the first is the caller's.
 * The split depends on count, grain and the number of threads: for work whose results do not depend on it. */
void parallel_for(int count, int grain, ParallelWork work, void *context);

/* Calls work(context, k, k + 1, worker) for each k of 0..count-1, each claimed by whoever is free: a thread
 * that the machine holds up delays its own item only. Which worker has which item differs from run to run,
 * and must not be seen in results. On x86 denormal numbers count as 0 meanwhile (FTZ, DAZ), because one
 * costs as much as a hundred others; the caller's own way of computing is the same again afterwards. */
void parallel_items(int count, ParallelWork work, void *context);

/* The same in parts of `part` items, the last one perhaps shorter: where a part ends follows from count and part
 * alone. What is added up within a part, and the parts' sums in their order, is the same with any number of
 * threads. */
void parallel_parts(int count, int part, ParallelWork work, void *context);

/* How many ranges parallel_for makes of `count` items: workers 0 .. shares-1 take part. */
int parallel_shares(int count, int grain);

int parallel_threads(void);
void parallel_set_threads(
    int threads); /* 1 .. PARALLEL_THREADS_MAX; the default is the number of processors */

#endif
