/* The monotonic clock: it counts from an arbitrary instant and never jumps when the date is set. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

double clock_seconds(void);
double clock_milliseconds(void);

#endif
