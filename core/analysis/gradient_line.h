/* The gradient of the loss by the picture, at points on a line of pictures, in one network after the other. Points are
 * independent of each other: a few go through a network together, and of a small one several such groups side by side.
 * Used by core/analysis/shattered.c only. */
#ifndef CORE_ANALYSIS_GRADIENT_LINE_H
#define CORE_ANALYSIS_GRADIENT_LINE_H

#include "core/analysis/networks.h"

enum { LINE_POINTS = 65, LINE_CHUNK = 13, LINE_CHUNKS = LINE_POINTS / LINE_CHUNK };

typedef struct LineNetwork {
    AnalysisBuild
        build; /* depth 0: the model itself, or with `twin` its twin; else calibrated by all pictures */
    bool twin;
} LineNetwork;

typedef struct GradientLine {
    const AnalysisInput *input;
    const int *targets;         /* LINE_POINTS of them */
    real *pictures, *gradients; /* LINE_POINTS x size */
    size_t size;                /* elements of a picture */
    /* Of gradient_line alone. */
    int made_for;  /* the number of the network; -1: none yet */
    Network *made; /* NULL: the model's own */
    bool ready;    /* it need not be calibrated any more */
    Pass *calibration;
    Pass **passes; /* of each lane; NULL until they are wanted */
    int lane_count;
    bool small, begun; /* lanes run side by side; else: the one lane's pass is on its way */
    int point;         /* the first that has not been run */
    Error err;
} GradientLine;

/* input and targets are set. Networks are at most that many times as deep as the model's. */
bool gradient_line_open(GradientLine *line, int times_deeper, Error *err);
void gradient_line_close(GradientLine *line);
/* The network that the next steps are about; the same number is the same network. */
void gradient_line_set_network(GradientLine *line, int number, const LineNetwork *network);
/* A piece of the work; true when the gradients of all pictures are there, or line->err says why not. */
bool gradient_line_step(GradientLine *line);
double gradient_line_share(const GradientLine *line); /* 0 to 1 */

#endif
