/* Threads beside the one that owns the terminal. */
#ifndef CORE_BASE_THREAD_H
#define CORE_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* As pthread_create; signals are the caller's, but for the thread's own crashes: were those blocked, no handler could
 * give the terminal back. False when there can be no more threads. */
bool thread_start(pthread_t *thread, void *(*work)(void *argument), void *argument);

#endif
