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
    bool rounds_more;   /* see PassConfig.rounds_more */
    bool no_inspection; /* no statistics: gradients themselves are wanted */
    bool no_input_gradient, no_param_gradients;
} AnalysisBatch;

/* A pass over the batch, to be run by analysis_advance forward and unless forward_only backward; and one that has been
 * run. */
Pass *analysis_open(const Network *network, const AnalysisBatch *batch, Error *err);
Pass *analysis_run(const Network *network, const AnalysisBatch *batch, Error *err);

/* Sets the running statistics to those that the pass through the network has found, with batch_statistics, so that a
 * network with random weights is one fixed function with the scale that batch norm gives it. */
void analysis_calibrate(Network *network, const Pass *pass);

/* May a thread take a pass of so many images, forward and backward, through the network by itself while others do the
 * same? Says nothing of the number of threads, so that what is computed does not depend on it. */
bool analysis_pass_is_small(const Network *network, int images);

#endif
