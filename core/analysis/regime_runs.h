/* Runs of many networks with random weights: how large the gradient is at each of their blocks. Small networks run side
 * by side, each on a thread of its own, and those of one architecture in the same memory. Used by
 * core/analysis/regimes.c only. */
#ifndef CORE_ANALYSIS_REGIME_RUNS_H
#define CORE_ANALYSIS_REGIME_RUNS_H

#include "core/analysis/networks.h"

/* A network and a pass through it, used again for the next one of its architecture. */
typedef struct RegimeLane {
    Arch arch;
    Network *network;
    Pass *pass;
    double *norms;
} RegimeLane;

typedef struct RegimeRuns {
    const AnalysisInput *input; /* pictures, and the network whose input and classes those of the runs have */
    const int *targets;
    int count, deepest; /* networks; the depth of the deepest */
    AnalysisBuild (*build_of)(void *context, int number);
    /* Told in the order of the numbers. norms: |g| at the input of every block and after the last. */
    void (*found)(void *context, int number, const double *norms);
    void *context;
    /* Of regime_runs alone. */
    RegimeLane *lanes;
    int lane_count;
    bool small, begun; /* lanes run side by side; else: the one lane's pass is on its way */
} RegimeRuns;

/* The fields above the last ones are set. False when memory is short. */
bool regime_runs_open(RegimeRuns *runs);
void regime_runs_close(RegimeRuns *runs);
/* A piece of work after `done` networks; returns how many have come to their end in it. */
int regime_runs_step(RegimeRuns *runs, int done, Error *err);
double regime_runs_share(const RegimeRuns *runs); /* of the network that is on its way, 0 to 1 */

#endif
