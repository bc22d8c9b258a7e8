/* The end points of figure 6 of He et al. 2015 (arXiv:1512.03385), errors on CIFAR-10 by depth with and without skips,
 * as the bundled histories have them. */
#ifndef APP_MEASURE_FIGURE6_H
#define APP_MEASURE_FIGURE6_H

#include "core/base/json_write.h"
#include "core/network/paper.h"
#include "core/train/history_read.h"

enum { FIGURE6_ROWS_MAX = 32, FIGURE6_SEED_MAX = 24 };

/* One network of one training. Errors in percent, NaN where they are not known. */
typedef struct Figure6Row {
    char arch[ARCH_NAME_MAX];
    int depth;
    bool residual;
    long epochs, planned; /* that have ended; of the whole training */
    char seed[FIGURE6_SEED_MAX];
    double
        train_error; /* of the whole training set afterwards where that was measured, else the mean over the epoch */
    bool train_pass; /* the former */
    double test_error;
    double paper_error;            /* table 6; of plain networks the paper prints none */
    char recipe[PAPER_REASON_MAX]; /* without the seed */
} Figure6Row;

typedef struct Figure6 {
    Figure6Row rows[FIGURE6_ROWS_MAX]; /* by depth, the plain network first, then by seed */
    int count;
} Figure6;

/* The networks of one training whose first epoch has ended. What is beyond FIGURE6_ROWS_MAX is left out. */
void figure6_add(Figure6 *figure, const History *history);
/* All that are bundled: none, where none are. */
bool figure6_load_bundled(Figure6 *figure, Error *err);

/* A section for people, with a line before it; nothing where there are no rows. False when memory is short. */
bool figure6_print(const Figure6 *figure, bool ascii, Error *err);
/* The value of the field "figure6": an array of objects. */
void figure6_write_json(const Figure6 *figure, JsonWriter *json);

#endif
