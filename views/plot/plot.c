#include "views/plot/plot.h"

#include <math.h>

#include "core/base/integer.h"
#include "views/plot/dots.h"
#include "views/plot/pixels.h"

/* One drawn pixel covers map columns x0..x1 and rows y0..y1, with fractions at the edges. */
typedef struct Window {
    double x0, x1, y0, y1;
} Window;

/* What the two pixels of one cell show. */
typedef struct PixelPair {
    double value[2];
    bool has_lower;
} PixelPair;

PlotMap plot_map_of(Tensor tensor, int n, int c) {
    Shape s = tensor.shape;
    return (PlotMap){.data = tensor.data == NULL ? NULL : tensor.data + shape_index(s, n, c, 0, 0),
                     .width = s.w,
                     .height = s.h,
                     .stride = s.c};
}

static int at_least_one(double size) {
    return size < 1 ? 1 : (int)size;
}

PlotGrid plot_grid_fit(Rect area, int width, int height, int zoom_max) {
    PlotGrid grid = {.width = width, .height = height, .zoom = 1, .cells = {.x = area.x, .y = area.y}};
    if (rect_is_empty(area) || width < 1 || height < 1) return grid;
    int room = 2 * area.h;
    while (grid.zoom < zoom_max && width * (grid.zoom + 1) <= area.w && height * (grid.zoom + 1) <= room)
        grid.zoom++;
    double shrink = fmax(1, fmax((double)width / area.w, (double)height / room));
    /* Rounding must not lose the last column of an exact quotient. */
    grid.px_width = at_least_one(width * grid.zoom / shrink + 1e-9);
    grid.px_height = at_least_one(height * grid.zoom / shrink + 1e-9);
    grid.cells.w = grid.px_width;
    grid.cells.h = (grid.px_height + 1) / 2;
    return grid;
}

PlotGrid plot_grid_fill(Rect area, int width, int height) {
    PlotGrid grid = plot_grid_fit(area, width, height, 1);
    if (rect_is_empty(area) || width < 1 || height < 1) return grid;
    grid.px_width = grid.cells.w = width < area.w ? width : area.w;
    grid.px_height = height < 2 * area.h ? height : 2 * area.h;
    grid.cells.h = (grid.px_height + 1) / 2;
    return grid;
}

void plot_grid_cell(const PlotGrid *grid, int x, int y, int *cell_x, int *cell_y) {
    *cell_x = grid->cells.x + (int)((long)(x - grid->first_x) * grid->px_width / grid->width);
    *cell_y = grid->cells.y + (int)((long)(y - grid->first_y) * grid->px_height / grid->height) / 2;
}

/* Enlarged: the position that the pixel repeats; shrunk: the first one that plot_grid_cell puts there. */
static int position_of(int px, int size, int px_size) {
    long round_up = px_size > size ? 0 : px_size - 1;
    return (int)(((long)px * size + round_up) / px_size);
}

void plot_grid_at(const PlotGrid *grid, int cell_x, int cell_y, int *x, int *y) {
    int px = integer_clamp(cell_x - grid->cells.x, 0, grid->px_width - 1);
    int py = integer_clamp(2 * (cell_y - grid->cells.y), 0, grid->px_height - 1);
    *x = grid->first_x + integer_clamp(position_of(px, grid->width, grid->px_width), 0, grid->width - 1);
    *y = grid->first_y + integer_clamp(position_of(py, grid->height, grid->px_height), 0, grid->height - 1);
}

static Window pixel_window(const PlotGrid *grid, int px, int py) {
    double sx = (double)grid->width / grid->px_width, sy = (double)grid->height / grid->px_height;
    return (Window){.x0 = px * sx, .x1 = (px + 1) * sx, .y0 = py * sy, .y1 = (py + 1) * sy};
}

static double map_value(const PlotMap *map, int x, int y) {
    size_t stride = (size_t)map->stride;
    size_t pitch = map->pitch ? (size_t)map->pitch : (size_t)map->width * stride;
    return (double)map->data[(size_t)y * pitch + (size_t)x * stride];
}

/* How much of map cell k lies between a and b. */
static double overlap(int k, double a, double b) {
    return fmin(k + 1, b) - fmax(k, a);
}

/* Rounding of the edges must not let in a neighbour. */
static int first_cell(double start) {
    return (int)(start + 1e-9);
}

static int last_cell(double end, int size) {
    int last = (int)ceil(end - 1e-9) - 1;
    return last < size ? last : size - 1;
}

static double window_mean(const PlotMap *map, Window w) {
    double sum = 0, area = 0;
    for (int y = first_cell(w.y0); y <= last_cell(w.y1, map->height); y++) {
        double high = overlap(y, w.y0, w.y1);
        for (int x = first_cell(w.x0); x <= last_cell(w.x1, map->width); x++) {
            double part = high * overlap(x, w.x0, w.x1);
            sum += part * map_value(map, x, y);
            area += part;
        }
    }
    return sum / area;
}

static double window_largest(const PlotMap *map, Window w) {
    double best = 0;
    for (int y = first_cell(w.y0); y <= last_cell(w.y1, map->height); y++) {
        for (int x = first_cell(w.x0); x <= last_cell(w.x1, map->width); x++) {
            double value = map_value(map, x, y);
            if (!isfinite(value)) return value;
            if (fabs(value) > fabs(best)) best = value;
        }
    }
    return best;
}

/* No window may straddle two map cells where values are enlarged. */
double pixels_sample(const PlotMap *map, PlotPooling pooling, const PlotGrid *grid, int px, int py) {
    if (grid->zoom > 1) return map_value(map, px / grid->zoom, py / grid->zoom);
    Window w = pixel_window(grid, px, py);
    return pooling == PLOT_LARGEST ? window_largest(map, w) : window_mean(map, w);
}

/* One colour for both, a space, leaves no seam between glyphs. */
void pixels_put(Canvas *canvas, int x, int y, Color upper, Color lower) {
    if (upper == lower) {
        canvas_put(canvas, x, y, (Style){.bg = lower}, ' ');
    } else {
        canvas_put(canvas, x, y, (Style){.fg = upper, .bg = lower}, U'▀');
    }
}

static double pair_value(const PixelPair *pair, PlotPooling pooling) {
    double a = pair->value[0], b = pair->value[1];
    if (!pair->has_lower) return a;
    if (!isfinite(a) || !isfinite(b)) return NAN;
    if (pooling == PLOT_LARGEST) return fabs(b) > fabs(a) ? b : a;
    return (a + b) / 2;
}

static void put_ramp_cell(Canvas *canvas, int x, int y, const PlotHeatmap *heatmap, const PixelPair *pair) {
    int level = scale_level(heatmap->scale, pair_value(pair, heatmap->pooling));
    bool mono = (canvas->flags & CANVAS_MONO) != 0;
    Style style = {.fg = mono ? COLOR_DEFAULT : color_map(heatmap->palette, level)};
    if (level == PALETTE_INVALID) style.fg = color_role(ROLE_INVALID);
    uint32_t glyph = level == PALETTE_INVALID ? U'×' : (uint32_t)palette_ramp(heatmap->scale, level);
    canvas_put(canvas, x, y, style, glyph);
}

static void put_color_cell(Canvas *canvas, int x, int y, const PlotHeatmap *heatmap, const PixelPair *pair) {
    Color color[2] = {COLOR_DEFAULT, COLOR_DEFAULT};
    bool invalid = false;
    for (int k = 0; k < 1 + pair->has_lower; k++) {
        color[k] = color_map(heatmap->palette, scale_level(heatmap->scale, pair->value[k]));
        invalid = invalid || !isfinite(pair->value[k]);
    }
    if (invalid) {
        canvas_put(canvas, x, y, (Style){.fg = color_role(ROLE_INVALID)}, U'×');
    } else {
        pixels_put(canvas, x, y, color[0], color[1]);
    }
}

static void draw_cells(Canvas *canvas, const PlotGrid *grid, const PlotHeatmap *heatmap) {
    Rect seen = rect_intersect(grid->cells, canvas->clip);
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            int px = x - grid->cells.x, py = 2 * (y - grid->cells.y);
            PixelPair pair = {.has_lower = py + 1 < grid->px_height};
            for (int k = 0; k < 1 + pair.has_lower; k++)
                pair.value[k] = pixels_sample(&heatmap->map, heatmap->pooling, grid, px, py + k);
            if (canvas_uses_characters(canvas))
                put_ramp_cell(canvas, x, y, heatmap, &pair);
            else
                put_color_cell(canvas, x, y, heatmap, &pair);
        }
    }
}

static double dot_of_map(const void *context, const PlotGrid *dots, int dx, int dy) {
    const PlotHeatmap *heatmap = context;
    int level = scale_level(heatmap->scale, pixels_sample(&heatmap->map, heatmap->pooling, dots, dx, dy));
    return level == PALETTE_INVALID ? NAN : dots_share(heatmap->scale, level);
}

PlotGrid plot_heatmap(Canvas *canvas, Rect area, const PlotHeatmap *heatmap) {
    const PlotMap *map = &heatmap->map;
    PlotGrid grid = heatmap->fill ? plot_grid_fill(area, map->width, map->height)
                                  : plot_grid_fit(area, map->width, map->height, heatmap->zoom_max);
    grid.mark = palette_mark(heatmap->palette);
    if (map->data == NULL) return grid;
    if (canvas_uses_dots(canvas))
        dots_draw(canvas, &grid, dot_of_map, heatmap);
    else
        draw_cells(canvas, &grid, heatmap);
    if (heatmap->marked) plot_mark(canvas, &grid, heatmap->mark_x, heatmap->mark_y);
    return grid;
}
