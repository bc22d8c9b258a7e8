/* The weights of a convolution or a linear layer, or in the backward pass the gradient of the loss with
 * respect to them, as they can be drawn. K outputs, C inputs, R rows and S columns of a kernel. */
#ifndef VIEWS_MAPS_KERNELS_H
#define VIEWS_MAPS_KERNELS_H

#include "views/plot/plot.h"
#include "views/scene/scene.h"

typedef enum KernelKind {
    KERNELS_NONE,   /* the op has no such weights */
    KERNELS_COLOR,  /* of the first layer: C is 3, each filter a small picture in colour */
    KERNELS_SLICES, /* a kernel for each pair of output and input channel */
    KERNELS_MATRIX, /* R and S are 1: one number for each pair */
} KernelKind;

typedef struct Kernels {
    KernelKind kind;
    bool gradient;
    const Param *param;
    const real *data; /* as the parameter lies in memory; NULL while a gradient is not computed */
    int outputs, inputs, rows, columns;
} Kernels;

Kernels kernels_of(const Scene *scene, int op, Phase phase);

/* The nearest op with kernels before (-1) or after (+1) an op; -1: there is none. */
int kernels_neighbour(const Network *network, int op, int direction);
/* The nearest in either direction, the one before if both are as near. */
int kernels_nearest(const Network *network, int op);

/* Filter k as a tensor (1,C,R,S): its slices are the channels. Read only, and good until the next call; data is
 * NULL while not computed, or when memory is short. */
Tensor kernels_slices(const Kernels *kernels, int k);
/* All filters one after the other, for a tensor of (1,C,R,S) each. As kernels_slices. */
Tensor kernels_filters(const Kernels *kernels);
Stats kernels_filter_stats(const Kernels *kernels, int k);
/* The weights of a layer without rows and columns, from output `output` and input `input` on, as a map: a row for
 * each output. */
PlotMap kernels_matrix(const Kernels *kernels, int output, int input);
/* The scene for drawing weights: with their palette, and shrunk so that single large ones stay visible. */
Scene kernels_scene(const Scene *scene);
double kernels_value(const Kernels *kernels, int k, int c, int r, int s);

#endif
