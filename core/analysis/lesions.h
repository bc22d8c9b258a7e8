/* The runs of the lesions: which blocks are taken out in which order, and what is counted meanwhile. Used by
 * core/analysis/lesions*.c only.
 *
 * A lesion changes nothing before its first block. Choices are tried in the order of the binary numbers that have a 1
 * for each lost block, the first block's the highest: each begins where it differs from the one before, and what the
 * pass has kept there is what it needs. So all choices are tried on a few pictures before the next ones come. */
#ifndef CORE_ANALYSIS_LESIONS_H
#define CORE_ANALYSIS_LESIONS_H

#include "core/analysis/analysis.h"

enum { LESIONS_SIDES = 2, LESIONS_CHUNK = 16, LESIONS_SIZES_MAX = 6 };

/* What one choice of lost blocks did to one network. */
typedef struct Tally {
    int seen, right;
    double change, change_square; /* of the losses, picture by picture, against the intact network's */
} Tally;

typedef struct LesionSide {
    const char *name;
    const Network *network;  /* a residual one, that can lose blocks */
    const Network *original; /* as given */
    Model *owned;            /* the residual form of a plain network, or NULL */
    int *truth;              /* a picture's class: its label, or what the intact network says */
    double *losses;          /* of the intact network */
    Tally *tallies;          /* one a choice, of all pictures that every choice has been tried on */
    double difference;       /* between intact and original: the oracle */
} LesionSide;

/* A chunk of pictures in one of the networks: lanes of small networks are run side by side. */
typedef struct LesionLane {
    LesionSide *side;
    Pass *pass, *original; /* the latter for the comparison alone */
    AnalysisPart part;     /* the chunk's pictures */
    Tally *tallies;        /* one a choice, of these */
} LesionLane;

typedef struct LesionsState {
    const AnalysisInput *input;
    LesionSide sides[LESIONS_SIDES];
    int side_count, blocks, chunks, draws;
    int sizes[LESIONS_SIZES_MAX], size_count; /* how many blocks the random choices take */
    int choices;                              /* intact, each block, draws of each size */
    bool *lost;                               /* choices x blocks */
    bool labelled;                            /* all pictures' classes are known */

    int *order, *place; /* choices as they are tried, and where in that each is */
    int *changed;       /* the first block in which each differs from the one before */
    double *work;       /* of those before it in that order, and of all, in multiply-adds of a picture */
    int keep_every;     /* PassConfig.keep_every */
    bool small;         /* lanes are run side by side */
    LesionLane *lanes;  /* chunk by chunk, the sides of each */
    int lane_count;     /* of a round; the last one may have fewer */
    int chunk;          /* the first of this round */
    int at, lane; /* place in the order, -1: the original networks; lane, if they are not run side by side */
    bool begun;   /* that lane's pass is on its way */

    AnalysisColumn columns[1 + 4 * LESIONS_SIDES];
    char names[4 * LESIONS_SIDES][ANALYSIS_LABEL_MAX];
    Error err;
} LesionsState;

/* Takes the memory for what is counted; choices and sides are known. */
bool lesions_plan_runs(LesionsState *state);
void lesions_free_runs(LesionsState *state);
/* AnalysisSpec.step and .share. */
int lesions_run(LesionsState *state);
double lesions_run_share(const LesionsState *state);

/* Pictures that count so far; whether the choice has been tried on all of these; and what it did. Once a round is
 * complete these are the pictures of complete rounds; before, those of the first. */
int lesions_pictures(const LesionsState *state);
bool lesions_is_done(const LesionsState *state, int choice);
Tally lesions_tally(const LesionsState *state, int side, int choice);

#endif
