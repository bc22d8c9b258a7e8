/* Analyses: questions that one look at one pass does not answer.
 *
 * An analysis is one file analysis_<name>.c that defines one const AnalysisSpec. It works in small steps, so
 * that it can show progress, be given up, and be reported with what it has; its result is a table with a
 * reading in words and, where there is one, an oracle: a figure that must come out small if the rest is true.
 */
#ifndef CORE_ANALYSIS_ANALYSIS_H
#define CORE_ANALYSIS_ANALYSIS_H

#include "core/analysis/analysis_list.h"
#include "core/network/model.h"
#include "core/network/paper.h"
#include "core/pass/pass.h"

#define ANALYSIS_ENUM(ID, file) ANALYSIS_##ID,
typedef enum AnalysisId { ANALYSIS_LIST(ANALYSIS_ENUM) ANALYSIS_COUNT } AnalysisId;
#undef ANALYSIS_ENUM

enum { ANALYSIS_COLUMNS_MAX = 12, ANALYSIS_LABEL_MAX = 40, ANALYSIS_TEXT_MAX = 640, ANALYSIS_STRIP_MAX = 36 };

/* How a column is drawn, and how its numbers are written. */
typedef enum ColumnKind {
    COLUMN_NUMBER, /* from 0 */
    COLUMN_LOG,    /* positive, over decades: logarithmic axis */
    COLUMN_SIGNED, /* around 0 */
    COLUMN_SHARE,  /* part of a whole, written as percent; may be negative */
    COLUMN_COUNT,  /* a whole number */
} ColumnKind;

/* What a column is about, so that it has the colour that this has everywhere. */
typedef enum ColumnSubject { SUBJECT_OTHER, SUBJECT_SKIP, SUBJECT_BRANCH, SUBJECT_PLAIN } ColumnSubject;

typedef struct AnalysisColumn {
    const char *name;  /* "share", "|G_k|" */
    const char *unit;  /* "of the gradient", "L2"; "" for none */
    const char *plain; /* what it is, for anyone: "share of the gradient"; NULL: nothing for anyone */
    ColumnKind kind;
    bool charted;   /* drawn as bars; the others are figures only */
    bool same_axis; /* as the charted column before it, so that the two can be compared */
    bool error;     /* standard error of the column before it */
    double
        axis_from;  /* lower end of a logarithmic axis where smaller values are chance; 0: from the values */
    double axis_to; /* its upper end, unless a value is larger; 0: from the values */
    ColumnSubject subject;
} AnalysisColumn;

/* A small picture at the end of each row: the same quantity in `width` cells, on one scale for all rows. */
typedef struct AnalysisStrip {
    const char *name, *unit;
    ColumnKind kind; /* COLUMN_NUMBER or COLUMN_LOG */
    bool heat;       /* the rows are a map, one under the other: shades; else heights */
    int width;       /* at most ANALYSIS_STRIP_MAX; 0 for none */
    double *values;  /* row_count x width; NaN where there is none */
} AnalysisStrip;

/* Rows of numbers; NaN where there is none. */
typedef struct AnalysisTable {
    const char *row_name;          /* what a row is: "block", "branches passed" */
    const AnalysisColumn *columns; /* of a reported result: its own copy, names and all */
    int column_count, row_count, row_capacity;
    char (*labels)[ANALYSIS_LABEL_MAX];
    double *values; /* row_count x column_count */
    AnalysisStrip strip;
} AnalysisTable;

typedef struct AnalysisResult {
    bool complete;
    int done, total;                   /* steps */
    char subject[ANALYSIS_TEXT_MAX];   /* network, weights, pictures */
    char certainty[ANALYSIS_TEXT_MAX]; /* "exact", "sampled, n=64", "one batch of 15 pictures" */
    char reading[ANALYSIS_TEXT_MAX];   /* what it says, in words for anyone */
    char remark[ANALYSIS_TEXT_MAX];    /* what only readers of the formula need to know; "" for nothing */
    char math[ANALYSIS_TEXT_MAX];      /* the spec's formula and source, of this network */
    char source[ANALYSIS_TEXT_MAX];
    char oracle[ANALYSIS_TEXT_MAX]; /* what must be small; "" for none */
    double oracle_value, oracle_limit;
    AnalysisTable table;
    void *columns; /* what table.columns points to */
} AnalysisResult;

/* What an analysis is better off with; the caller gives it when it can. */
typedef enum AnalysisWant {
    ANALYSIS_WANTS_PICTURES = 1, /* many pictures: what it counts means little on one */
    ANALYSIS_WANTS_TWIN = 2,     /* a second model, the same one without (or with) skips */
    ANALYSIS_WANTS_SCORES = 4,   /* errors of trained models, and no picture */
} AnalysisWant;

/* What is asked about. Everything is borrowed and outlives the analysis. */
typedef struct AnalysisInput {
    const Model *model;     /* NULL: only for an analysis of no network in particular */
    const Model *twin;      /* see ANALYSIS_WANTS_TWIN; NULL when there is none */
    const char *twin_label; /* "plain20, trained", "plain20, the same weights" */
    const real *images;     /* normalised, channels-last, image_count of them */
    const int *targets;     /* -1: the predicted class; NULL: all predicted */
    const int *labels;      /* what the pictures show, -1 where it is not known; NULL: nowhere */
    int image_count;
    const char *images_label; /* "picture 04-cat", "64 images of cifar10 test" */
    const char *weights_label;
    bool batch_statistics;
    SkipMode skip;
    const bool *lesioned;
    int target_class;        /* the class that is asked about; -1: the predicted one */
    int samples;             /* how many random draws; 0: the analysis's own number */
    unsigned long long seed; /* of everything random */
    InitConfig init;         /* of networks that an analysis builds */
    const int *depths;       /* of networks that an analysis builds; none: its own choice */
    int depth_count;
    double lr;         /* learning rate; 0: 0.1 */
    bool plane;        /* two-dimensional where there is a choice */
    const char *place; /* an operation or a parameter; NULL: the analysis's own choice */
    const int *index;  /* of one element of it, index_count numbers */
    int index_count;
    bool untrained;           /* the model has random weights */
    const PaperScore *scores; /* see ANALYSIS_WANTS_SCORES; the first of an architecture counts */
    int score_count;
} AnalysisInput;

typedef struct AnalysisSpec {
    const char *name;     /* "paths": also the command's name */
    const char *title;    /* "Path lengths" */
    const char *sentence; /* what it answers, for anyone */
    const char *math;     /* the formula, one line of Unicode; see analysis_format_text */
    const char *source;   /* paper, section; likewise */
    unsigned wants;       /* AnalysisWant */
    size_t state_size;    /* the state starts zeroed */
    /* Prepares the work; false with a sentence when the question has no sense here. clear follows in every
     * case. */
    bool (*begin)(void *state, const AnalysisInput *input, Error *err);
    int (*total)(const void *state); /* steps there are */
    /* Works on, after `done` steps, for a fraction of a second at most; returns how many steps have come to their end
     * in that: 0 where one takes several calls, and more than one where several go side by side. */
    int (*step)(void *state, int done);
    /* The share of the whole work that is behind it, 0 to 1; NULL where all steps cost alike: done / total. */
    double (*share)(const void *state, int done);
    /* Fills table, reading, certainty and oracle from the steps done so far. False when memory is short. */
    bool (*report)(const void *state, int done, AnalysisResult *result);
    void (*clear)(void *state);
} AnalysisSpec;

const AnalysisSpec *analysis_spec(AnalysisId id);
/* A text of a spec as it is for a network with this activation function: "{f}" becomes its name ("relu"),
 * "{F}" its title ("ReLU"), "{kinks}" ", and kinks of ReLUs" where it has gates and nothing where it is
 * smooth. */
void analysis_format_text(const char *text, const OpSpec *activation, char out[ANALYSIS_TEXT_MAX]);
bool analysis_find(const char *name, AnalysisId *id);

/* One analysis under way. */
typedef struct Analysis Analysis;
Analysis *analysis_new(AnalysisId id, const AnalysisInput *input, Error *err);
void analysis_free(Analysis *analysis); /* NULL is fine */
/* A piece of work that takes a fraction of a second; false when all is done. */
bool analysis_step(Analysis *analysis);
int analysis_done(const Analysis *analysis); /* steps, of analysis_total */
int analysis_total(const Analysis *analysis);
double analysis_share(const Analysis *analysis); /* of the work, 0 to 1: what the time left is told by */
/* The result so far; the caller clears it. False when memory is short. */
bool analysis_report(const Analysis *analysis, AnalysisResult *result);
void analysis_result_clear(AnalysisResult *result);
/* "holds: |sum - gradient| / |gradient| = 3.3e-07, at most 1e-05"; "" without an oracle. */
void analysis_format_check(const AnalysisResult *result, char *out, size_t out_size);

/* For the analyses: a pass over all images of the input, to be run forward and backward by analysis_advance. NULL
 * (and err) when memory is short. */
Pass *analysis_open_pass(const AnalysisInput *input, Error *err);
/* The next piece of a pass, forward or, where it can, backward; false when there is nothing left. */
bool analysis_advance(Pass *pass);
/* The share of its work that is behind it, 0 to 1; 0 of NULL. */
double analysis_pass_share(const Pass *pass);
/* analysis_open_pass, run to the end: for callers that nobody waits for. */
Pass *analysis_run_pass(const AnalysisInput *input, Error *err);

/* For the analyses: a pass of `network` that keeps nothing but activations, for the `count` images of the
 * input from `first` on, to be run forward. `pass` is used again when it is of that size, else freed; it must be of
 * the same network and `config`. NULL (and err) when memory is short. */
typedef struct AnalysisPart {
    int first, count;
} AnalysisPart;
Pass *analysis_open_forward(Pass *pass, const AnalysisInput *input, const Network *network, PassConfig config,
                            AnalysisPart part, Error *err);

/* For the analyses: an empty table; a row of it, all NaN, or NULL when memory is short. */
void analysis_table_begin(AnalysisTable *table, const char *row_name, const AnalysisColumn *columns,
                          int count);
double *analysis_table_add(AnalysisTable *table, const char *label_format, ...)
    __attribute__((format(printf, 2, 3)));
/* Before the first row: every row has a strip as well. */
void analysis_table_set_strip(AnalysisTable *table, AnalysisStrip strip);
double *analysis_table_strip(const AnalysisTable *table, int row);
double analysis_table_get(const AnalysisTable *table, int row, int column);

#endif
