/* How large the gradient is everywhere in one run of a batch: at every block and by its two routes, at every
 * operation and parameter. The analyses read their figures here, and so does the command gradflow. */
#ifndef CORE_ANALYSIS_GRADIENTS_H
#define CORE_ANALYSIS_GRADIENTS_H

#include "core/analysis/analysis.h"

/* Only what is reported is kept; all arrays are heap. L2 norms of the gradient of the mean loss. */
typedef struct Gradients {
    bool batch_statistics;
    int batch, block_count;
    double loss;
    Junction *blocks; /* block_count */
    double *ops;      /* network->op_count; NaN where no gradient was needed */
    double *params;   /* network->param_count; NaN for buffers */
    int *targets;     /* batch: the classes whose loss went backward */
} Gradients;

/* Of a pass that has run forward and backward and kept its statistics. False when memory is short; clear
 * follows in every case. */
bool gradients_read(Gradients *out, const Pass *pass);
/* Runs the input's pictures through its model, its skips as the input says, and reads that pass. */
bool gradients_measure(Gradients *out, const AnalysisInput *input, Error *err);
void gradients_clear(Gradients *gradients); /* a cleared one is fine */

#endif
