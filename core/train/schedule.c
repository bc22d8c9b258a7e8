#include "core/train/schedule.h"

#include <math.h>

static const double PI = 3.14159265358979324;

/* OneCycleLR's defaults. */
static const double RISING_SHARE = 0.3, FIRST_DIVISOR = 25, LAST_DIVISOR = 1e4;
static const double LARGEST_MOMENTUM = 0.95, SMALLEST_MOMENTUM = 0.85;

static double steps_down(const Schedule *schedule, double step) {
    double total = (double)schedule->steps;
    return step < total / 2 ? 1 : step < total * 3 / 4 ? 0.1 : 0.01;
}

static double power_of_factor(const Schedule *schedule, long step) {
    long epochs = step / schedule->steps_per_epoch;
    return pow(schedule->step_factor, (double)(epochs / schedule->step_epochs));
}

/* From `from` to `to` along half a cosine, `share` of the way. */
static double anneal(double from, double to, double share) {
    return to + (from - to) / 2 * (1 + cos(PI * share));
}

/* The step at which the rate is highest, not always a whole one. */
static double summit(const Schedule *schedule) {
    double steps = (double)schedule->steps;
    double rising = schedule->warmup_epochs > 0 ? schedule->warmup_epochs * (double)schedule->steps_per_epoch
                                                : RISING_SHARE * steps;
    return rising - 1;
}

/* What a one-cycle training goes through: from `first` to `middle` at the summit, then to `last`. */
static double cycle(const Schedule *schedule, long step, const double values[3]) {
    double top = summit(schedule), at = (double)step, end = (double)schedule->steps - 1;
    if (at <= top) return anneal(values[0], values[1], top > 0 ? at / top : 1);
    return anneal(values[1], values[2], end > top ? (at - top) / (end - top) : 1);
}

double schedule_rate(const Schedule *schedule, long step) {
    double peak = schedule->peak, at = (double)step, total = (double)schedule->steps;
    double warmup = schedule->warmup_epochs * (double)schedule->steps_per_epoch;
    if (schedule->kind == SCHEDULE_PAPER) warmup = 0;
    if (schedule->kind == SCHEDULE_ONE_CYCLE) {
        double first = peak / FIRST_DIVISOR;
        return cycle(schedule, step, (double[3]){first, peak, first / LAST_DIVISOR});
    }
    /* A warm-up may end between two steps: the last one is then at the peak. */
    if (at < warmup) return peak * fmin((at + 1) / warmup, 1);
    switch (schedule->kind) {
    case SCHEDULE_COSINE: return peak * 0.5 * (1 + cos(PI * (at - warmup) / (total - warmup)));
    case SCHEDULE_STEPS:
    case SCHEDULE_PAPER: return peak * steps_down(schedule, at);
    case SCHEDULE_STEP: return peak * power_of_factor(schedule, step);
    case SCHEDULE_CONSTANT:
    case SCHEDULE_ONE_CYCLE: break;
    }
    return peak;
}

double schedule_cycled_momentum(const Schedule *schedule, long step) {
    return cycle(schedule, step, (double[3]){LARGEST_MOMENTUM, SMALLEST_MOMENTUM, LARGEST_MOMENTUM});
}

void schedule_follow(ScheduleWarmup *warmup, const Schedule *schedule, long step, long right, long batch) {
    if (!warmup->open) return;
    warmup->right += right;
    if (step + 1 >= 2 * schedule->steps_per_epoch) warmup->open = false;
    if ((step + 1) % SCHEDULE_WINDOW != 0) return;
    if (5 * warmup->right > SCHEDULE_WINDOW * batch) warmup->open = false;
    warmup->right = 0;
}
