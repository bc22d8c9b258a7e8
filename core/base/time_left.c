#include "core/base/time_left.h"

#include <math.h>

static const double FIRST_S = 1; /* before, nothing can be told */

TimeLeft time_left_begin(double now_s, double done) {
    TimeMark mark = {now_s, done};
    return (TimeLeft){mark, mark, mark};
}

double time_left(TimeLeft *left, double now_s, double done) {
    double passed = now_s - left->begun.now_s, before = left->newer.now_s - left->begun.now_s;
    if (passed >= 2 * before && passed >= FIRST_S / 2) {
        left->older = left->newer;
        left->newer = (TimeMark){now_s, done};
    }
    double gained = done - left->older.done;
    if (passed < FIRST_S || !(gained > 0)) return NAN;
    return (now_s - left->older.now_s) * (1 - done) / gained;
}
