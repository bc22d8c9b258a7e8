/* Which pixels of the picture one cell of an activation can depend on, and through which routes: geometry of
 * the graph (kernel, stride and padding of every op on the way), no values. An activation function or a
 * maximum that lets nothing through at this picture does not make the field smaller; batch norm on batch
 * statistics lets every pixel into every value and is not counted here.
 *
 * Backward through a window of K cells moved by stride S over padding P, rows a..b become rows a*S - P ..
 * b*S - P + K - 1 (Araujo et al. 2019, "Computing receptive fields of convolutional neural networks",
 * Distill, eq. 1 and 2). The padding itself depends on nothing, so each op's rows are clipped to its input.
 * An add has two ways back; what is said of several routes is their hull. */
#ifndef CORE_INSPECT_RECEPTIVE_FIELD_H
#define CORE_INSPECT_RECEPTIVE_FIELD_H

#include "core/pass/pass.h"

/* Rows or columns, both ends included; empty when last < first. */
typedef struct FieldSpan {
    int first, last;
} FieldSpan;

typedef struct FieldBox {
    FieldSpan rows, columns;
} FieldBox;

/* A set of routes from the cell back to the picture. */
typedef struct FieldRoutes {
    double count;   /* of routes; 0: none, the cell is a constant and all boxes are empty */
    FieldBox seen;  /* pixels of the picture */
    FieldBox whole; /* the same as if no map on the way had an edge; may reach outside of the picture */
    FieldBox least,
        most; /* likewise, of the one route with the smallest and of the one with the largest field */
} FieldRoutes;

typedef struct ReceptiveField {
    FieldRoutes all;
    int adds;                 /* additions on the way, one at the cell itself included */
    int add;                  /* the last of them; -1: none */
    FieldRoutes skip, branch; /* the routes that enter this one through the shortcut, and through F; they add
                                 up to all when there is such an add */
} ReceptiveField;

typedef struct FieldCell {
    int op, channel, row, column; /* of the op's output */
} FieldCell;

/* With a pass (else NULL) routes that its way to treat skips closes in the forward direction do not count.
 * False when memory is short. */
bool receptive_field(ReceptiveField *field, const Network *network, const Pass *pass, FieldCell cell);

static inline int field_span_size(FieldSpan span) {
    return span.last < span.first ? 0 : span.last - span.first + 1;
}

#endif
