/* The maps view's other drawing: the kernels that made the maps. The first layer's filters are small pictures
 * in colour; of other convolutions one filter is shown, slice by slice, of 1x1 convolutions and linear layers
 * the whole matrix. In the backward pass the gradient with respect to them. */
#ifndef VIEWS_MAPS_MAPS_KERNELS_H
#define VIEWS_MAPS_MAPS_KERNELS_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"
#include "views/scene/view.h"

typedef struct MapsKernels {
    int input;   /* input channel; the output channel is the scene's */
    bool opened; /* slices of a filter in colour; a large matrix number by number */
} MapsKernels;

void maps_kernels_draw(const MapsKernels *state, const Scene *scene, Canvas *canvas, Rect area);
/* Returns actions that it does not handle; CLOSE too, unless a kernel is opened. */
Action maps_kernels_act(MapsKernels *state, const Scene *scene, Action action);

#endif
