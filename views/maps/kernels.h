/* The weights of a convolution or a linear layer, or in the backward pass the gradient of the loss with
 * respect to them, as they can be drawn. K outputs, C inputs, R rows and S columns of a kernel. */
#ifndef VIEWS_MAPS_KERNELS_H
#define VIEWS_MAPS_KERNELS_H

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
    const real *data; /* (K,R,S,C) in memory; NULL while a gradient is not computed */
    int outputs, inputs, rows, columns;
} Kernels;

Kernels kernels_of(const Scene *scene, int op, Phase phase);

/* The nearest op with kernels before (-1) or after (+1) an op; -1: there is none. */
int kernels_neighbour(const Network *network, int op, int direction);
/* The nearest in either direction, the one before if both are as near. */
int kernels_nearest(const Network *network, int op);

/* Elements of one filter; and where filter k begins. NULL while not computed. */
size_t kernels_filter_count(const Kernels *kernels);
const real *kernels_filter(const Kernels *kernels, int k);
/* Filter k as a tensor (1,C,R,S): its slices are the channels. Read only. */
Tensor kernels_slices(const Kernels *kernels, int k);
/* The scene for drawing weights: with their palette, and shrunk so that single large ones stay visible. */
Scene kernels_scene(const Scene *scene);
double kernels_value(const Kernels *kernels, int k, int c, int r, int s);

#endif
