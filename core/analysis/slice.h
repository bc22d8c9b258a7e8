/* The points of a slice through the loss: directions in the space of weights, networks that are moved along them, and
 * their losses. Used by core/analysis/slice*.c only. */
#ifndef CORE_ANALYSIS_SLICE_H
#define CORE_ANALYSIS_SLICE_H

#include "core/analysis/analysis.h"
#include "core/base/rng.h"

enum { SLICE_NETWORKS = 2, SLICE_AXES = 2 };

typedef struct SlicedNet {
    const Network *network;
    real *directions[SLICE_AXES]; /* laid out as network_all_values */
    double *losses;               /* NaN while not known */
    double unmoved;               /* loss of the network itself */
    double length_error;          /* worst | |d| / |w| - 1 | of a filter */
} SlicedNet;

/* Copies of the networks, which a thread moves to points of its own, and passes through these. */
typedef struct SliceLane {
    Network *moved[SLICE_NETWORKS];
    Pass *passes[SLICE_NETWORKS];
    int point; /* that it is at: see slice_steps */
} SliceLane;

typedef struct SliceState {
    const AnalysisInput *input;
    SlicedNet nets[SLICE_NETWORKS];
    int net_count, width, height; /* of the grid */
    int *order;                   /* grid cells, coarse ones first */
    int *targets, labelled;       /* labelled: targets that are what the picture shows */

    int drawn_net, drawn_axis, drawn_param; /* the parameter whose direction is drawn next */
    Rng rng;                                /* of that axis, before the parameter */
    Pass *unmoved;                          /* of the network itself that is measured */
    int measured;                           /* networks whose own loss is known */
    bool small;                             /* points are run side by side */
    SliceLane *lanes;
    int lane_count;
    bool begun; /* the one lane's pass is on its way */

    AnalysisColumn columns[SLICE_NETWORKS + 1];
    Error err;
} SliceState;

/* Takes the memory for directions, losses and lanes; nets[].network, net_count and the grid are known. */
bool slice_open_points(SliceState *state, Error *err);
void slice_free_points(SliceState *state);

/* Step 0 measures the networks with their own weights; then come the cells in their order, of each network. */
int slice_steps(const SliceState *state);
/* AnalysisSpec.step and .share. */
int slice_run(SliceState *state, int done);
double slice_run_share(const SliceState *state, int done);

/* Of column or row k of n: -1 .. 1. */
double slice_coordinate(int k, int n);

#endif
