/* Memory that will be read soon, by what comes after the work at hand: products have time to fetch it meanwhile. What
 * is fetched, by whom and when changes no result. */
#ifndef CORE_BASE_SOON_H
#define CORE_BASE_SOON_H

#include <stdbool.h>
#include <stddef.h>

enum { SOON_REGIONS_MAX = 8, SOON_LINE = 64 };

/* Regions in the order in which they will be read; cache lines are taken one after the other, by any thread. */
typedef struct Soon {
    struct {
        const char *from;
        size_t lines;
    } region[SOON_REGIONS_MAX];
    int count;
    size_t taken; /* lines; changed by soon_take alone */
} Soon;

/* Forgets all regions. No work that fetches may be under way. */
void soon_clear(Soon *soon);
/* Nothing happens when there are too many. */
void soon_add(Soon *soon, const void *from, size_t bytes);
/* Takes up to `most` lines that lie one behind the other: where they begin, and in `*lines` how many. NULL: none is
 * left, or soon is NULL. */
const void *soon_take(Soon *soon, size_t most, size_t *lines);

#endif
