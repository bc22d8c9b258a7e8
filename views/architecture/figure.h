/* The figure of the paper (He et al. 2015, arXiv:1512.03385, figure 3) for any network: a box for each layer
 * with weights, the plain network beside its residual twin, layer by layer, the shortcuts as lanes: solid
 * where x passes unchanged, dashed where its shape changes. */
#ifndef VIEWS_ARCHITECTURE_FIGURE_H
#define VIEWS_ARCHITECTURE_FIGURE_H

#include "core/network/network.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

typedef enum FigureRowKind {
    FIGURE_LAYER, /* a convolution with its batch norm and activation; a pooling; the linear layer; the loss */
    FIGURE_ADDITION, /* where a block's shortcut comes back and the next one leaves */
} FigureRowKind;

typedef struct FigureRow {
    FigureRowKind kind;
    int op;    /* of a layer: the one with the box; of an addition: the add, or the activation without one */
    int block; /* of the layer, or that ends here; -1: none */
} FigureRow;

int architecture_figure_row_count(const Network *network);
FigureRow architecture_figure_row_at(const Network *network, int row);
/* The row that shows the op: a batch norm or an activation belongs to its layer, a shortcut's op to the
 * addition. */
int architecture_figure_row_of(const Network *network, int op);
/* What the row's ops cost together. All rows make the network; without the additions they make the plain
 * twin. */
void architecture_figure_cost(const Network *network, int row, size_t *params, uint64_t *macs);

void architecture_figure_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
