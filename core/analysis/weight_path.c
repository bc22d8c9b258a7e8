/* Principal components by way of the small matrix of products between points: for X with a point a row, its mean taken
 * away, the eigenvectors u of X X^T (count, count) give those of X^T X as X^T u / sqrt(eigenvalue). */
#include "core/analysis/weight_path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Matrix {
    int n;
    double at[WEIGHT_PATH_POINTS_MAX][WEIGHT_PATH_POINTS_MAX];
} Matrix;

static bool is_in_path(const Param *param) {
    return param->rank > 1;
}

/* products[j][k] = <w_j - w_last, w_k - w_last>; differences first, as points that lie close together would lose their
 * digits in a difference of products. */
static void find_products(const Network *network, const real *const *points, Matrix *products) {
    const int n = products->n;
    const real *last = points[n - 1];
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!is_in_path(param)) continue;
        for (size_t e = param->offset; e < param->offset + param->count; e++) {
            double apart[WEIGHT_PATH_POINTS_MAX];
            for (int k = 0; k < n; k++) apart[k] = (double)points[k][e] - (double)last[e];
            for (int j = 0; j < n; j++)
                for (int k = j; k < n; k++) products->at[j][k] += apart[j] * apart[k];
        }
    }
    for (int j = 0; j < n; j++)
        for (int k = 0; k < j; k++) products->at[j][k] = products->at[k][j];
}

/* Takes the mean point away: <x_j - m, x_k - m> from the means of rows, columns and all. */
static void center(Matrix *m) {
    double mean[WEIGHT_PATH_POINTS_MAX] = {0}, all = 0;
    for (int j = 0; j < m->n; j++) {
        for (int k = 0; k < m->n; k++) mean[j] += m->at[j][k] / m->n;
        all += mean[j] / m->n;
    }
    for (int j = 0; j < m->n; j++)
        for (int k = 0; k < m->n; k++) m->at[j][k] += all - mean[j] - mean[k];
}

/* One rotation of Jacobi's method in the plane of axes p and q, after which m[p][q] is 0 (Golub & Van Loan, "Matrix
 * Computations", section 8.5). */
static void rotate(Matrix *m, Matrix *vectors, int p, int q) {
    if (m->at[p][q] == 0) return;
    double theta = (m->at[q][q] - m->at[p][p]) / (2 * m->at[p][q]);
    double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < m->n; k++) {
        double a = m->at[k][p], b = m->at[k][q];
        m->at[k][p] = c * a - s * b;
        m->at[k][q] = s * a + c * b;
    }
    for (int k = 0; k < m->n; k++) {
        double a = m->at[p][k], b = m->at[q][k];
        m->at[p][k] = c * a - s * b;
        m->at[q][k] = s * a + c * b;
        a = vectors->at[k][p];
        b = vectors->at[k][q];
        vectors->at[k][p] = c * a - s * b;
        vectors->at[k][q] = s * a + c * b;
    }
}

/* Leaves the eigenvalues on the diagonal of m; column k of `vectors` belongs to the k-th. */
static void find_eigenvectors(Matrix *m, Matrix *vectors) {
    enum { SWEEPS = 30 }; /* of a symmetric matrix the error is squared in each: 6 to 10 are enough */
    for (int k = 0; k < m->n; k++) vectors->at[k][k] = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int p = 0; p < m->n; p++)
            for (int q = p + 1; q < m->n; q++) rotate(m, vectors, p, q);
}

static int largest(const Matrix *m, int but) {
    int best = but == 0;
    for (int k = 0; k < m->n; k++)
        if (k != but && m->at[k][k] > m->at[best][best]) best = k;
    return best;
}

/* sum_k (w_k - w_last) * factor[k], where the factors add up to 0: the mean drops out. */
static void find_direction(const Network *network, const real *const *points, int count, const double *factor,
                           real *direction) {
    const real *last = points[count - 1];
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!is_in_path(param)) continue;
        for (size_t e = param->offset; e < param->offset + param->count; e++) {
            double sum = 0;
            for (int k = 0; k < count; k++) sum += factor[k] * ((double)points[k][e] - (double)last[e]);
            direction[e] = (real)sum;
        }
    }
}

/* <w_k - w_last, direction> = sum_j factor[j] <w_k - w_last, w_j - w_last>. */
static void place_points(const Matrix *products, const double *factor, int axis, WeightPath *path) {
    for (int k = 0; k < path->count; k++) {
        double sum = 0;
        for (int j = 0; j < path->count; j++) sum += factor[j] * products->at[k][j];
        path->coordinate[k][axis] = sum;
    }
}

/* The first point lies on the positive side of each axis: the sign of an eigenvector is free. */
static double sign_of(const Matrix *products, const double *factor, int count) {
    double first = 0;
    for (int j = 0; j < count; j++) first += factor[j] * products->at[0][j];
    return first < 0 ? -1 : 1;
}

static bool find_axes(const Network *network, const real *const *points, WeightPath *path, Error *err) {
    const int n = path->count;
    Matrix products = {.n = n}, centered, vectors = {.n = n};
    find_products(network, points, &products);
    centered = products;
    center(&centered);
    double total = 0;
    for (int k = 0; k < n; k++) total += centered.at[k][k];
    find_eigenvectors(&centered, &vectors);
    for (int axis = 0, chosen = -1; axis < WEIGHT_PATH_AXES; axis++) {
        int k = chosen = largest(&centered, chosen);
        double value = centered.at[k][k], factor[WEIGHT_PATH_POINTS_MAX];
        if (!(value > 1e-12 * total)) /* rounding alone leaves 1e-15 or so */
            return error_set(err, ERROR_FAILED,
                             "the %d points of %s lie on one line: no plane goes through them", n,
                             network->arch);
        for (int j = 0; j < n; j++) factor[j] = vectors.at[j][k] / sqrt(value);
        double sign = sign_of(&products, factor, n);
        for (int j = 0; j < n; j++) factor[j] *= sign;
        find_direction(network, points, n, factor, path->direction[axis]);
        place_points(&products, factor, axis, path);
        path->explained[axis] = value / total;
    }
    return true;
}

bool weight_path_find(const Network *network, const real *const *points, int count, WeightPath *path,
                      Error *err) {
    *path = (WeightPath){.count = count};
    if (count < 3 || count > WEIGHT_PATH_POINTS_MAX)
        return error_set(err, ERROR_USAGE, "%d points of a training: expected 3 to %d", count,
                         WEIGHT_PATH_POINTS_MAX);
    for (int axis = 0; axis < WEIGHT_PATH_AXES; axis++) {
        path->direction[axis] = calloc(network->value_count, sizeof(real));
        if (path->direction[axis]) continue;
        weight_path_free(path);
        return error_set(err, ERROR_FAILED, "not enough memory for two directions of %s", network->arch);
    }
    if (find_axes(network, points, path, err)) return true;
    weight_path_free(path);
    return false;
}

void weight_path_free(WeightPath *path) {
    for (int axis = 0; axis < WEIGHT_PATH_AXES; axis++) {
        free(path->direction[axis]);
        path->direction[axis] = NULL;
    }
}
