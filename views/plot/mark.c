/* The cursor of a heat map: a frame around one value that leaves the value's own colour alone. */
#include "views/plot/pixels.h"

static Color mark_color(const PlotGrid *grid) {
    return grid->mark == COLOR_DEFAULT ? color_role(ROLE_MARK) : grid->mark;
}

/* Brackets left and right of every row of cells that shows the value. */
static void mark_cells(Canvas *canvas, const PlotGrid *grid, const PixelBox *value) {
    bool mono = (canvas->flags & CANVAS_MONO) != 0;
    Style style = {.fg = mono ? COLOR_DEFAULT : mark_color(grid), .attributes = CELL_REVERSE};
    for (int row = value->y0 / 2; row <= value->y1 / 2; row++) {
        int y = grid->cells.y + row;
        if (value->x0 > 0) canvas_put(canvas, grid->cells.x + value->x0 - 1, y, style, '[');
        if (value->x1 + 1 < grid->px_width) canvas_put(canvas, grid->cells.x + value->x1 + 1, y, style, ']');
    }
}

static bool is_inside(const PlotGrid *grid, int px, int py) {
    return px >= 0 && py >= 0 && px < grid->px_width && py < grid->px_height;
}

/* One pixel around a single pixel covers a whole value: only the four at its corners are taken then, and at an edge of
 * the map, where fewer than two of them are left, those at its sides. */
static bool takes_sides(const PlotGrid *grid, const PixelBox *value) {
    if (value->x1 > value->x0) return true;
    int corners = 0;
    for (int k = 0; k < 4; k++)
        corners +=
            is_inside(grid, k & 1 ? value->x1 + 1 : value->x0 - 1, k & 2 ? value->y1 + 1 : value->y0 - 1);
    return corners < 2;
}

/* The ring of pixels just outside the value. A cell that shows a character, as for NaN, keeps it. */
static void mark_pixels(Canvas *canvas, const PlotGrid *grid, const PixelBox *value) {
    PixelBox ring = {value->x0 - 1, value->x1 + 1, value->y0 - 1, value->y1 + 1};
    bool sides = takes_sides(grid, value);
    for (int py = ring.y0; py <= ring.y1; py++) {
        for (int px = ring.x0; px <= ring.x1; px++) {
            bool corner = (px == ring.x0 || px == ring.x1) && (py == ring.y0 || py == ring.y1);
            if (!is_inside(grid, px, py) || !pixels_on_edge(&ring, px, py) || !(sides || corner)) continue;
            int x = grid->cells.x + px, y = grid->cells.y + py / 2;
            const Cell *cell = canvas_get(canvas, x, y);
            if (!cell || (cell->glyph != ' ' && cell->glyph != U'▀')) continue;
            bool painted[2] = {py % 2 == 0, py % 2 == 1};
            pixels_paint(canvas, x, y, painted, mark_color(grid));
        }
    }
}

/* A shrunk position may lie in two drawn pixels; a mark needs one. */
static void keep_first_pixel(PixelBox *value, const PlotGrid *grid) {
    if (grid->px_width < grid->width) value->x1 = value->x0;
    if (grid->px_height < grid->height) value->y1 = value->y0;
}

void plot_mark_patch(Canvas *canvas, const PlotGrid *grid, PlotPatch patch) {
    if (rect_is_empty(grid->cells) || patch.last_x < patch.first_x || patch.last_y < patch.first_y) return;
    PixelBox value;
    pixels_of(patch.first_x, patch.last_x, grid->width, grid->px_width, &value.x0, &value.x1);
    pixels_of(patch.first_y, patch.last_y, grid->height, grid->px_height, &value.y0, &value.y1);
    if (patch.first_x == patch.last_x && patch.first_y == patch.last_y) keep_first_pixel(&value, grid);
    if (canvas_uses_half_blocks(canvas))
        mark_pixels(canvas, grid, &value);
    else
        mark_cells(canvas, grid, &value);
}

void plot_mark(Canvas *canvas, const PlotGrid *grid, int x, int y) {
    plot_mark_patch(canvas, grid, (PlotPatch){.first_x = x, .last_x = x, .first_y = y, .last_y = y});
}
