/* A process that keeps a processor busy: what else a laptop does while somebody waits for us. */
#ifndef APP_MEASURE_BUSY_H
#define APP_MEASURE_BUSY_H

#include <sys/types.h>

#include "core/base/error.h"

/* Starts it; returns its number, or -1 with an error. It ends by itself where this process ends first. */
pid_t busy_start(Error *err);

/* Ends it and waits until it has; -1 is none. */
void busy_stop(pid_t process);

#endif
