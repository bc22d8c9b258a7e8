/* What the products of Winograd's convolution fetch beside their own work: weights, inputs and outputs that will be wanted
 * next, so that memory is waited for while there is something to multiply; used by core/conv only. */
#ifndef CORE_CONV_WINOGRAD_AHEAD_H
#define CORE_CONV_WINOGRAD_AHEAD_H

#include "core/conv/strategy.h"
#include "core/kernel/kernel.h"

/* Cache lines that lie one behind the other. */
typedef struct WinogradSoon {
    const real *from;
    int lines;
} WinogradSoon;

typedef struct WinogradAhead {
    const WinogradMap *map;
    const ConvTurned *turned; /* of the run */
    int channels, columns;    /* input and output channels that are multiplied */
    const real
        *next; /* of tap (0,0): the corner of the weights that will be wanted, as many as these; or NULL */
    WinogradSoon soon[2]; /* where that is NULL: what is fetched in the first and in the second half */
} WinogradAhead;

/* Gives the product of component j its part. */
void winograd_look_ahead(const WinogradAhead *ahead, int j, Product *product);

/* The whole rows of pixels that tiles first .. last-1 lie in, no more than some hundred kilobytes: `of` says channels,
 * height and width of the maps in `data`, x or y. */
WinogradSoon winograd_rows_of_tiles(const WinogradMap *map, int first, int last, Shape of, const real *data);

#endif
