/* Rectangles of character cells, in absolute coordinates of the canvas: column 0, row 0 is the top left
 * corner. */
#ifndef VIEWS_CANVAS_RECT_H
#define VIEWS_CANVAS_RECT_H

#include <stdbool.h>

typedef struct Rect {
    int x, y, w, h; /* cells; w or h <= 0 means empty */
} Rect;

static inline bool rect_is_empty(Rect r) {
    return r.w <= 0 || r.h <= 0;
}

static inline bool rect_contains(Rect r, int x, int y) {
    return x >= r.x && x - r.x < r.w && y >= r.y && y - r.y < r.h;
}

static inline Rect rect_intersect(Rect a, Rect b) {
    int left = a.x > b.x ? a.x : b.x, top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (Rect){
        .x = left, .y = top, .w = right > left ? right - left : 0, .h = bottom > top ? bottom - top : 0};
}

#endif
