#include "core/tensor/landmark.h"

#include <math.h>
#include <stdlib.h>

static void widen(Landmark *largest, Landmark *smallest, Landmark here, bool first) {
    if (first || here.value > largest->value) *largest = here;
    if (first || here.value < smallest->value) *smallest = here;
}

static double value_at(Tensor tensor, int channel, int row, int column) {
    return (double)tensor.data[shape_index(tensor.shape, 0, channel, row, column)];
}

/* The sum of squares of one channel; its extremes widen those of the tensor. */
static double survey_channel(Tensor tensor, int channel, TensorLandmarks *out, bool *dead) {
    double squares = 0;
    *dead = true;
    for (int row = 0; row < tensor.shape.h; row++)
        for (int column = 0; column < tensor.shape.w; column++) {
            double value = value_at(tensor, channel, row, column);
            *dead = *dead && value == 0;
            if (!isfinite(value)) continue;
            widen(&out->largest, &out->smallest, (Landmark){value, channel, row, column}, !out->known);
            out->known = true;
            squares += value * value;
        }
    return squares;
}

TensorLandmarks tensor_landmarks(Tensor tensor) {
    TensorLandmarks out = {.known = false};
    double all = 0, most = -1;
    for (int c = 0; tensor.data && c < tensor.shape.c; c++) {
        bool dead;
        double squares = survey_channel(tensor, c, &out, &dead);
        out.dead += dead;
        all += squares;
        if (squares > most) most = squares, out.strongest = c;
    }
    if (all > 0) out.strongest_share = most / all;
    return out;
}

/* 0, 1 or 2: the third of `count` places that place k lies in. */
static int third(int k, int count) {
    return count < 3 ? k : 3 * k / count;
}

static void share_out(MapLandmarks *out, Tensor tensor, int channel) {
    double sums[LANDMARK_PARTS] = {0}, all = 0, best = 0;
    int counts[LANDMARK_PARTS] = {0};
    for (int row = 0; row < tensor.shape.h; row++)
        for (int column = 0; column < tensor.shape.w; column++) {
            double value = fabs(value_at(tensor, channel, row, column));
            int part = 3 * third(row, tensor.shape.h) + third(column, tensor.shape.w);
            counts[part]++;
            if (!isfinite(value)) continue;
            sums[part] += value;
            all += value;
        }
    out->strongest = -1;
    for (int part = 0; part < LANDMARK_PARTS; part++) {
        double mean = counts[part] > 0 ? sums[part] / counts[part] : 0;
        if (mean > best) best = mean, out->strongest = part;
        if (all > 0) out->shares[part] = sums[part] / all;
    }
}

MapLandmarks map_landmarks(Tensor tensor, int channel) {
    MapLandmarks out = {.strongest = -1};
    size_t count = (size_t)tensor.shape.h * (size_t)tensor.shape.w, k = 0;
    real *values = tensor.data ? calloc(count, sizeof *values) : NULL;
    if (!values) return out;
    for (int row = 0; row < tensor.shape.h; row++)
        for (int column = 0; column < tensor.shape.w; column++) {
            double value = value_at(tensor, channel, row, column);
            values[k++] = (real)value;
            if (!isfinite(value)) continue;
            widen(&out.largest, &out.smallest, (Landmark){value, channel, row, column}, !out.known);
            out.known = true;
        }
    out.stats = tensor_stats(values, count);
    free(values);
    share_out(&out, tensor, channel);
    return out;
}

const char *landmark_part_name(int part) {
    static const char *const names[LANDMARK_PARTS] = {"upper left",  "upper middle", "upper right",
                                                      "middle left", "centre",       "middle right",
                                                      "lower left",  "lower middle", "lower right"};
    return names[part];
}
