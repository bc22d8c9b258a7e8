/* The tables of He et al. 2015 (arXiv:1512.03385) and what this program's networks come to: parameters,
 * multiply-adds, errors, and why they differ where they do. */
#ifndef CORE_NETWORK_PAPER_H
#define CORE_NETWORK_PAPER_H

#include "core/network/resnet.h"

enum { PAPER_REASON_MAX = 400 };

typedef struct PaperRow {
    int table; /* 1, 2 or 6 */
    ResnetConfig config;
    const char *params, *macs; /* as printed there: "0.27M", "3.8e9"; NULL: not in that table */
    double params_value, macs_value;
    double error;       /* percent; NAN: none */
    const char *reason; /* why our architecture differs from theirs */
} PaperRow;

/* Rows of one architecture may follow each other: v1 and v1.5. */
const PaperRow *paper_rows(int *count);

typedef struct PaperCount {
    size_t params;
    uint64_t macs;
} PaperCount;

bool paper_count(const PaperRow *row, PaperCount *count, Error *err);

/* What a trained network's error is known to be. */
typedef struct PaperScore {
    char arch[ARCH_NAME_MAX];
    double error;     /* percent; NAN: not known */
    const char *from; /* "as the file says", "measured here" */
    int seen;         /* pictures it was measured on; 0: the file does not say */
    char recipe[PAPER_REASON_MAX];
} PaperScore;

/* The first one of that architecture, for rows of table 6; else NULL. */
const PaperScore *paper_find_score(const PaperScore *scores, int count, const PaperRow *row);

void paper_row_name(const PaperRow *row, char *out, size_t size); /* "resnet50, B, v1.5" */

/* Does `value` print as the paper's figure, rounded or cut to its digits? True when there is no figure. */
bool paper_agrees(const char *printed, double printed_value, double value);
bool paper_row_agrees(const PaperRow *row, const PaperCount *count);

#endif
