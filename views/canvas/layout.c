#include "views/canvas/layout.h"

#include <stdint.h>

#include "core/base/integer.h"

LayoutTier layout_tier(int width, int height) {
    if (width >= 200 && height >= 60) return LAYOUT_L;
    if (width >= 120 && height >= 40) return LAYOUT_M;
    return width >= LAYOUT_MIN_WIDTH && height >= LAYOUT_MIN_HEIGHT ? LAYOUT_S : LAYOUT_TOO_SMALL;
}

static int positive(int value) {
    return value > 0 ? value : 0;
}

/* Length of weighted part k when `rest` cells are shared by parts k.. of total weight `weights`. */
static int weighted_length(const LayoutPart *part, int rest, int weights) {
    int share = weights > 0 ? (int)((int64_t)rest * part->weight / weights) : 0;
    return share > part->minimum ? share : part->minimum;
}

/* Writes the length of each part of `total` cells to the w of out, for rows and columns alike. */
static void split_length(int total, const LayoutPart *parts, int count, Rect *out) {
    int rest = positive(total), weights = 0;
    for (int k = 0; k < count; k++) {
        rest -= parts[k].fixed;
        if (parts[k].fixed == 0) weights += parts[k].weight;
    }
    int left = positive(total);
    for (int k = 0; k < count; k++) {
        int length = parts[k].fixed;
        if (length == 0) {
            length = weighted_length(&parts[k], positive(rest), weights);
            rest -= length;
            weights -= parts[k].weight;
        }
        out[k].w = integer_min(positive(length), left);
        left -= out[k].w;
    }
}

void layout_split_columns(Rect area, const LayoutPart *parts, int count, Rect *out) {
    split_length(area.w, parts, count, out);
    int x = area.x;
    for (int k = 0; k < count; k++) {
        out[k] = (Rect){.x = x, .y = area.y, .w = out[k].w, .h = positive(area.h)};
        x += out[k].w;
    }
}

void layout_split_rows(Rect area, const LayoutPart *parts, int count, Rect *out) {
    split_length(area.h, parts, count, out);
    int y = area.y;
    for (int k = 0; k < count; k++) {
        out[k] = (Rect){.x = area.x, .y = y, .w = positive(area.w), .h = out[k].w};
        y += out[k].h;
    }
}

Rect layout_take_top(Rect *area, int rows) {
    rows = integer_min(positive(rows), positive(area->h));
    Rect taken = {.x = area->x, .y = area->y, .w = area->w, .h = rows};
    area->y += rows;
    area->h -= rows;
    return taken;
}

Rect layout_take_bottom(Rect *area, int rows) {
    rows = integer_min(positive(rows), positive(area->h));
    area->h -= rows;
    return (Rect){.x = area->x, .y = area->y + area->h, .w = area->w, .h = rows};
}

Rect layout_take_left(Rect *area, int columns) {
    columns = integer_min(positive(columns), positive(area->w));
    Rect taken = {.x = area->x, .y = area->y, .w = columns, .h = area->h};
    area->x += columns;
    area->w -= columns;
    return taken;
}

Rect layout_take_right(Rect *area, int columns) {
    columns = integer_min(positive(columns), positive(area->w));
    area->w -= columns;
    return (Rect){.x = area->x + area->w, .y = area->y, .w = columns, .h = area->h};
}

Rect layout_inset(Rect area, int columns, int rows) {
    return (Rect){.x = area.x + columns,
                  .y = area.y + rows,
                  .w = positive(area.w - 2 * columns),
                  .h = positive(area.h - 2 * rows)};
}

int layout_scroll(int first, int selected, int count, int height) {
    if (selected >= first + height) first = selected - height + 1;
    if (selected < first) first = selected;
    if (first > count - height) first = count - height;
    return positive(first);
}
