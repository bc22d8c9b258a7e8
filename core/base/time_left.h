/* How much longer work takes, told by how fast it has gone lately: over the latter half of the time that it has been
 * going on, or a little more of it. So neither a slow beginning nor parts that go faster than others mislead for long. */
#ifndef CORE_BASE_TIME_LEFT_H
#define CORE_BASE_TIME_LEFT_H

typedef struct TimeMark {
    double now_s, done;
} TimeMark;

typedef struct TimeLeft {
    TimeMark begun, older,
        newer; /* the marks of the two last times at which all the time before had doubled */
} TimeLeft;

/* At `now_s` on a monotonic clock, of the whole work's 1 the share `done` is there already. */
TimeLeft time_left_begin(double now_s, double done);
/* Seconds until `done` will be 1; NaN in the first second, and while nothing has been done since the mark. To be asked
 * several times a second. */
double time_left(TimeLeft *left, double now_s, double done);

#endif
