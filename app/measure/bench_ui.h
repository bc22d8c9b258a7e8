/* What the screen costs, measured from outside on pseudo terminals: processor time and bytes of a full frame,
 * silence when idle, the time from a key to its answer, the first frame, memory. */
#ifndef APP_MEASURE_BENCH_UI_H
#define APP_MEASURE_BENCH_UI_H

#include "core/base/error.h"

typedef struct BenchUiFigure {
    const char *name, *unit;
    const char *meaning; /* one line */
    double value, limit; /* the limit is NaN where none is set */
} BenchUiFigure;

enum { BENCH_UI_FIGURES_MAX = 16, BENCH_UI_FRAMES = 10000 };

/* `frames`: how many the memory is watched over, and drawn at most for the rest; 0: BENCH_UI_FRAMES. `step`
 * hears what is measured next. */
typedef struct BenchUi {
    int frames;
    void (*step)(void *context, int done, int total, const char *text);
    void *context;
} BenchUi;

/* Returns how many figures there are; -1 with an error. */
int bench_ui_measure(const BenchUi *bench, BenchUiFigure figures[BENCH_UI_FIGURES_MAX], Error *err);

#endif
