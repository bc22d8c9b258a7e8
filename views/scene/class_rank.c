#include "views/scene/class_rank.h"

#include <math.h>
#include <stdbool.h>

/* Does a come before b? */
static bool precedes(const double *values, int a, int b) {
    double va = isnan(values[a]) ? -INFINITY : values[a], vb = isnan(values[b]) ? -INFINITY : values[b];
    return va > vb || (va == vb && a < b);
}

int class_rank(const double *values, int count, int *order, int top) {
    int used = 0;
    for (int k = 0; k < count; k++) {
        int place = used;
        while (place > 0 && precedes(values, k, order[place - 1])) place--;
        if (place >= top) continue;
        if (used < top) used++;
        for (int j = used - 1; j > place; j--) order[j] = order[j - 1];
        order[place] = k;
    }
    return used;
}

int class_rank_of(const double *values, int count, int k) {
    int rank = 1;
    for (int j = 0; j < count; j++) rank += j != k && precedes(values, j, k);
    return rank;
}
