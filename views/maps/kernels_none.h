/* The kernels of an operation that has none: which are the nearest, and those. */
#ifndef VIEWS_MAPS_KERNELS_NONE_H
#define VIEWS_MAPS_KERNELS_NONE_H

#include "views/maps/kernels_plan.h"

void kernels_none_draw(Canvas *canvas, const KernelsPlan *plan, const Scene *scene);
Action kernels_none_act(const Scene *scene, Action action);

#endif
