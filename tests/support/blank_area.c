#include "tests/support/blank_area.h"

#include <stdlib.h>

static bool is_blank(const Cell *cell) {
    return cell->glyph == ' ' && cell->bg == COLOR_DEFAULT && !(cell->attributes & CELL_REVERSE);
}

/* Of the rectangles whose lowest row is y: `heights` are the blank cells in a run upwards from there. */
static void widen_at(const int *heights, int width, int y, Rect *best) {
    for (int left = 0; left < width; left++) {
        int low = heights[left];
        for (int x = left; x < width && heights[x] > 0; x++) {
            if (heights[x] < low) low = heights[x];
            int columns = x - left + 1;
            if (columns * low > best->w * best->h)
                *best = (Rect){.x = left, .y = y - low + 1, .w = columns, .h = low};
        }
    }
}

Rect blank_area_largest(const Canvas *canvas) {
    Rect best = {.w = 0};
    int *heights = calloc((size_t)canvas->width, sizeof *heights);
    for (int y = 0; heights && y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++)
            heights[x] = is_blank(canvas_get(canvas, x, y)) ? heights[x] + 1 : 0;
        widen_at(heights, canvas->width, y, &best);
    }
    free(heights);
    return best;
}
