/* Channels of the maps view that are single numbers, as bars. */
#ifndef VIEWS_MAPS_BARS_H
#define VIEWS_MAPS_BARS_H

#include "views/widget/widgets.h"

/* The values of an op whose channels are single numbers. */
typedef struct MapsBars {
    const Scene *scene;
    Tensor tensor;
    const double *probabilities; /* the loss: shown in place of the tensor; NULL otherwise */
} MapsBars;

MapsBars maps_bars_context(const Scene *scene);
/* Points to the context. */
WidgetBars maps_bars_of(MapsBars *context);

#endif
