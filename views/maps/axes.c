#include "views/maps/axes.h"

#include <stdio.h>

#include "views/style/text.h"

static int digits_of(int number) {
    char text[16];
    return snprintf(text, sizeof text, "%d", number);
}

static int gutter_of(int height) {
    return digits_of(height - 1) + 1;
}

static bool same_size(Rect a, Rect b, int width, int height, int zoom_max) {
    PlotGrid p = plot_grid_fit(a, width, height, zoom_max), q = plot_grid_fit(b, width, height, zoom_max);
    return !rect_is_empty(b) && p.px_width == q.px_width && p.px_height == q.px_height;
}

Rect map_axes_place(Rect area, int width, int height, int zoom_max) {
    int gutter = gutter_of(height);
    Rect place = area, narrower = {.x = area.x + gutter, .y = area.y, .w = area.w - gutter, .h = area.h};
    if (same_size(area, narrower, width, height, zoom_max)) place = narrower;
    Rect lower = {.x = place.x, .y = place.y + 1, .w = place.w, .h = place.h - 1};
    return same_size(area, lower, width, height, zoom_max) ? lower : place;
}

Rect map_axes_reserve(Rect area, int height) {
    int gutter = gutter_of(height);
    if (area.w <= gutter || area.h < 2) return area;
    return (Rect){.x = area.x + gutter, .y = area.y + 1, .w = area.w - gutter, .h = area.h - 1};
}

/* The smallest of 1, 2, 5, 10, 20, 50, ... with at least `cells` cells from tick to tick. */
static int tick_step(int size, int drawn_cells, int cells) {
    static const int factors[] = {1, 2, 5};
    for (int decade = 1; decade <= size; decade *= 10)
        for (int k = 0; k < 3; k++)
            if ((long)factors[k] * decade * drawn_cells >= (long)cells * size) return factors[k] * decade;
    return size;
}

/* The first multiple of the step that is shown. */
static int first_tick(int first, int step) {
    return (first + step - 1) / step * step;
}

static void draw_columns(Canvas *canvas, const PlotGrid *grid) {
    int end = grid->first_x + grid->width,
        step = tick_step(grid->width, grid->cells.w, digits_of(end - 1) + 1);
    for (int column = first_tick(grid->first_x, step), x, y; column < end; column += step) {
        plot_grid_cell(grid, column, grid->first_y, &x, &y);
        canvas_printf(canvas, x, grid->cells.y - 1, style_role(ROLE_DIM), "%d", column);
    }
}

static void draw_rows(Canvas *canvas, const PlotGrid *grid) {
    int end = grid->first_y + grid->height, step = tick_step(grid->height, grid->cells.h, 1);
    char number[16];
    for (int row = first_tick(grid->first_y, step), x, y; row < end; row += step) {
        plot_grid_cell(grid, grid->first_x, row, &x, &y);
        snprintf(number, sizeof number, "%d", row);
        canvas_text_right(canvas, grid->cells.x - 1, y, style_role(ROLE_DIM), number);
    }
}

void map_axes_draw(Canvas *canvas, Rect area, const PlotGrid *grid) {
    if (rect_is_empty(grid->cells)) return;
    if (grid->cells.y > area.y) draw_columns(canvas, grid);
    if (grid->cells.x > area.x) draw_rows(canvas, grid);
}
