/* Frames over pictures. */
#include "views/plot/pixels.h"

void pixels_of(int first, int last, int size, int px_size, int *from, int *to) {
    *from = (int)((long)first * px_size / size);
    *to = (int)((((long)last + 1) * px_size + size - 1) / size) - 1;
}

bool pixels_on_edge(const PixelBox *box, int px, int py) {
    bool inside = px >= box->x0 && px <= box->x1 && py >= box->y0 && py <= box->y1;
    return inside && (px == box->x0 || px == box->x1 || py == box->y0 || py == box->y1);
}

void pixels_paint(Canvas *canvas, int x, int y, const bool painted[2], Color color) {
    const Cell *cell = canvas_get(canvas, x, y);
    if (!cell) return;
    Color upper = cell->glyph == U'▀' ? cell->fg : cell->bg, lower = cell->bg;
    if (painted[0]) upper = color;
    if (painted[1]) lower = color;
    bool whole = upper == lower;
    canvas_put(canvas, x, y, (Style){.fg = whole ? COLOR_DEFAULT : upper, .bg = lower}, whole ? ' ' : U'▀');
}

static void frame_pixels(Canvas *canvas, const PlotGrid *grid, const PixelBox *box, Role role) {
    for (int row = box->y0 / 2; row <= box->y1 / 2; row++) {
        for (int px = box->x0; px <= box->x1; px++) {
            bool painted[2] = {pixels_on_edge(box, px, 2 * row), pixels_on_edge(box, px, 2 * row + 1)};
            if (painted[0] || painted[1])
                pixels_paint(canvas, grid->cells.x + px, grid->cells.y + row, painted, color_role(role));
        }
    }
}

/* The edge of a box of cells at one of its cells; a box of one row or column has fewer sides. */
static uint32_t edge_glyph(const Canvas *canvas, const PixelBox *cells, int x, int y) {
    bool ascii = (canvas->flags & CANVAS_ASCII) != 0;
    bool left = x == cells->x0, right = x == cells->x1, top = y == cells->y0, bottom = y == cells->y1;
    if (left && right) return top && bottom ? (ascii ? 'O' : U'■') : (ascii ? '|' : U'┃');
    if (top && bottom) return left ? '[' : right ? ']' : (ascii ? '~' : U'━');
    if (left && top) return ascii ? '/' : U'┏';
    if (right && top) return ascii ? '\\' : U'┓';
    if (left && bottom) return ascii ? '\\' : U'┗';
    if (right && bottom) return ascii ? '/' : U'┛';
    if (left || right) return ascii ? '|' : U'┃';
    return ascii ? (top ? '~' : '_') : U'━';
}

static void frame_cells(Canvas *canvas, const PlotGrid *grid, const PixelBox *box, PlotFrame frame) {
    bool mono = (canvas->flags & CANVAS_MONO) != 0;
    Style style = {.fg = mono ? COLOR_DEFAULT : color_role(frame.role), .bg = COLOR_KEEP};
    PixelBox cells = {.x0 = box->x0, .x1 = box->x1, .y0 = box->y0 / 2, .y1 = box->y1 / 2};
    for (int y = cells.y0; y <= cells.y1; y++)
        for (int x = cells.x0; x <= cells.x1; x++)
            if (pixels_on_edge(&cells, x, y))
                canvas_put(canvas, grid->cells.x + x, grid->cells.y + y, style,
                           frame.second ? plot_frame_glyph(canvas, true) : edge_glyph(canvas, &cells, x, y));
}

void plot_frame(Canvas *canvas, const PlotGrid *grid, PlotFrame frame) {
    if (rect_is_empty(grid->cells) || frame.last_x < frame.first_x || frame.last_y < frame.first_y) return;
    PixelBox box;
    pixels_of(frame.first_x, frame.last_x, grid->width, grid->px_width, &box.x0, &box.x1);
    pixels_of(frame.first_y, frame.last_y, grid->height, grid->px_height, &box.y0, &box.y1);
    if (canvas_uses_half_blocks(canvas))
        frame_pixels(canvas, grid, &box, frame.role);
    else
        frame_cells(canvas, grid, &box, frame);
}

uint32_t plot_frame_glyph(const Canvas *canvas, bool second) {
    if (canvas_uses_half_blocks(canvas)) return U'■';
    if (canvas->flags & CANVAS_ASCII) return second ? 'o' : '|';
    return second ? U'○' : U'┃';
}
