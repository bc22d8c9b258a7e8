/* How large the gradient is at every depth: one backward pass, measured. */
#ifndef APP_MEASURE_GRADFLOW_H
#define APP_MEASURE_GRADFLOW_H

#include "app/load/setup.h"

/* One network, one batch, one way of treating the skips. Only what is reported is kept. */
typedef struct Flow {
    const char *without_skip; /* "none", "plain", "cut", "lesion:layer1.0" */
    bool batch_statistics;
    int batch;
    double loss;
    Junction *blocks; /* heap: network->block_count */
    double *op_l2;    /* heap: network->op_count; NaN where no gradient was needed */
    double *param_l2; /* heap: network->param_count; NaN for buffers */
} Flow;

/* Runs the batch forward and backward. A batch without targets gets the classes predicted here, so that the
 * runs after this one are about the same loss. */
bool gradflow_measure(Flow *flow, const Setup *setup, const Options *options, Batch *batch, Error *err);
void gradflow_free(Flow *flow); /* a cleared Flow is fine */

#endif
