/* The way of a network's weights through a training, seen on one plane (Li et al. 2018, arXiv:1712.09913, section 7).
 *
 * A point is the weights at one moment, as a row of all convolution and linear weights; vectors (batch norm, biases)
 * are left out, as in the analysis `slice`. The plane goes through the last point, along the two leading principal
 * components of the points: the two directions in which they lie furthest apart. The directions have length 1 and are
 * at right angles, so that
 *
 *     coordinate[k][axis] = <w_k - w_last, direction[axis]>
 *
 * is in the unit of the weights, and a distance on the plane is never more than the true one. How much of what the
 * points lie apart the plane shows is `explained`: the share of the sum of their squared distances from their mean. */
#ifndef CORE_ANALYSIS_WEIGHT_PATH_H
#define CORE_ANALYSIS_WEIGHT_PATH_H

#include "core/network/network.h"

enum { WEIGHT_PATH_AXES = 2, WEIGHT_PATH_POINTS_MAX = 64 };

typedef struct WeightPath {
    int count;                         /* points */
    real *direction[WEIGHT_PATH_AXES]; /* owned; laid out as network_all_values, zero where nothing is */
    double coordinate[WEIGHT_PATH_POINTS_MAX][WEIGHT_PATH_AXES];
    double explained[WEIGHT_PATH_AXES]; /* shares, 0 .. 1 */
} WeightPath;

/* `points` are values of networks of the shape of `network`, laid out as network_all_values, the last one last;
 * 3 .. WEIGHT_PATH_POINTS_MAX of them that do not lie on one line. */
bool weight_path_find(const Network *network, const real *const *points, int count, WeightPath *path,
                      Error *err);
void weight_path_free(WeightPath *path);

#endif
