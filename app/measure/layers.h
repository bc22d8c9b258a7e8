/* What each convolution and linear layer takes. Forward inside a pass, with the weights as cold as they are there:
 * in an explained pass with what it takes to have its input, where that is not stored; in a fast pass with all that
 * is fused into it. Its two gradients alone, one layer after the other from the last one on. */
#ifndef APP_MEASURE_LAYERS_H
#define APP_MEASURE_LAYERS_H

#include "core/network/network.h"

typedef struct Layers {
    Network *network;
    int batch, rounds;
    int images; /* of the batch, that go through a convolution at a time */
    bool fast;
    OpWork work;
    double *
        op_ms; /* of each op the shortest of all rounds; of those that are part of another, or have none, 0 */
    double total_ms; /* their sum */
} Layers;

typedef struct LayersRun {
    const char *arch;
    int batch;
    int rounds; /* 0: as many as fit into a few seconds */
    bool fast;
    OpWork work;
} LayersRun;

/* False with an error, for one where a fast pass does not go layer by layer; else layers_free it. */
bool layers_measure(Layers *layers, const LayersRun *run, Error *err);
void layers_free(Layers *layers);

/* Layers that compute the same, in order of the first of each. */
typedef struct LayerGroup {
    int first, count; /* the op that comes first; how many there are */
    const char *strategy;
    double ms, gflops; /* of all of them; two flops for a multiply-add, as if there were no Winograd */
} LayerGroup;

/* Does the op compute products, so that it has a row? */
bool layers_has(const Layers *layers, int op);
bool layers_are_alike(const Layers *layers, int a, int b);
LayerGroup layers_group(const Layers *layers, int first);
/* The group's first op: no op before it is like it. */
bool layers_is_first(const Layers *layers, int op);

#endif
