#include "core/base/soon.h"

void soon_clear(Soon *soon) {
    soon->count = 0;
    soon->taken = 0;
}

void soon_add(Soon *soon, const void *from, size_t bytes) {
    if (soon->count == SOON_REGIONS_MAX) return;
    soon->region[soon->count].from = from;
    soon->region[soon->count].lines = bytes / SOON_LINE;
    soon->count++;
}

/* The line of that number, counted through all regions, and how many are left of its region; NULL: there is none. */
static const void *find_line(const Soon *soon, size_t line, size_t *left) {
    for (int k = 0; k < soon->count; k++) {
        if (line < soon->region[k].lines) {
            *left = soon->region[k].lines - line;
            return soon->region[k].from + line * SOON_LINE;
        }
        line -= soon->region[k].lines;
    }
    return NULL;
}

const void *soon_take(Soon *soon, size_t most, size_t *lines) {
    if (!soon || most == 0) return NULL;
    size_t line = __atomic_load_n(&soon->taken, __ATOMIC_RELAXED), left;
    for (;;) {
        const void *from = find_line(soon, line, &left);
        if (!from) return NULL;
        *lines = left < most ? left : most;
        if (__atomic_compare_exchange_n(&soon->taken, &line, line + *lines, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return from;
    }
}
