/* What stands out in a tensor, for readers who cannot see the maps: its extremes and where they are, which
 * channel and which part of a map is strongest, what is zero everywhere. Of the first image. */
#ifndef CORE_TENSOR_LANDMARK_H
#define CORE_TENSOR_LANDMARK_H

#include "core/tensor/tensor.h"

typedef struct Landmark {
    double value; /* finite */
    int channel, row, column;
} Landmark;

typedef struct TensorLandmarks {
    bool known; /* false: nothing is computed, or no value is finite */
    Landmark largest, smallest;
    int dead;               /* channels that are zero everywhere */
    int strongest;          /* channel with the largest sum of squares, the first of equal ones */
    double strongest_share; /* of the tensor's sum of squares; 0 when that is 0 */
} TensorLandmarks;

TensorLandmarks tensor_landmarks(Tensor tensor);

/* A map cut into 3x3 parts, row by row; where it has fewer rows or columns than 3, some parts are empty. */
enum { LANDMARK_PARTS = 9 };

typedef struct MapLandmarks {
    bool known;
    Stats stats;
    Landmark largest, smallest;
    double shares[LANDMARK_PARTS]; /* of the sum of |x|; all 0 when that is 0 */
    int strongest;                 /* the part with the largest mean |x|; -1 when all is 0 */
} MapLandmarks;

/* False in `known` when memory is short, too. */
MapLandmarks map_landmarks(Tensor tensor, int channel);
const char *landmark_part_name(int part); /* "upper left", "centre", "lower middle" */

#endif
