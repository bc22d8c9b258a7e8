#include "core/op/sight.h"

#include <math.h>
#include <stdio.h>

OpPeak op_sight_peak(const OpSight *sight) {
    OpPeak peak = {.value = -INFINITY};
    Tensor y = op_sight_y(sight);
    for (int row = 0; row < y.shape.h; row++)
        for (int column = 0; column < y.shape.w; column++)
            for (int c = 0; c < y.shape.c; c++) {
                double value = op_element(y, 0, c, row, column);
                if (value > peak.value) peak = (OpPeak){value, c, row, column};
            }
    return peak;
}

const char *op_sight_class(const OpSight *sight, int k, char buffer[32]) {
    if (sight->class_names && sight->class_names[k]) return sight->class_names[k];
    snprintf(buffer, 32, "class %d", k);
    return buffer;
}
