/* For the analyses that build networks of their own: random ones, twins, and one run of a batch through them.
 */
#ifndef CORE_ANALYSIS_NETWORKS_H
#define CORE_ANALYSIS_NETWORKS_H

#include "core/analysis/analysis.h"

/* "resnet56", "plain20-nobn" with values from `init`. NULL with a sentence when there is no such depth or its
 * input is not the size of the pictures of `like`. */
typedef struct AnalysisBuild {
    Arch arch; /* depth 0: nothing to be built */
    InitConfig init;
} AnalysisBuild;

Network *analysis_build(const AnalysisBuild *build, const Network *like, Error *err);

/* Adds to the subject which network was built for comparison: "; built beside it: gain:1, seed 0". */
void analysis_say_init(AnalysisResult *result, const InitConfig *init);
/* The subject where the weights of the network that was asked about play no part: how the networks were
 * initialised (NULL: the rows say it) and what else there is to say of that. */
void analysis_say_fresh(AnalysisResult *result, const InitConfig *init, const char *what);

/* The same architecture with the same values. */
Network *analysis_copy(const Network *network, Error *err);
/* A copy with other values from `init`. */
Network *analysis_fresh(const Network *network, const InitConfig *init, Error *err);

typedef struct AnalysisBatch {
    const real *images;
    const int *targets; /* NULL: predicted */
    int count;
    bool batch_statistics;
    bool forward_only;  /* for the answer alone: see PassConfig.fast */
    bool no_inspection; /* no statistics: gradients themselves are wanted */
} AnalysisBatch;

/* Sets the running statistics to those of this batch, so that a network with random weights is one fixed
 * function with the scale that batch norm gives it. */
bool analysis_calibrate(Network *network, const AnalysisBatch *batch, Error *err);

/* A pass over the batch, run forward and unless forward_only backward. */
Pass *analysis_run(const Network *network, const AnalysisBatch *batch, Error *err);

#endif
