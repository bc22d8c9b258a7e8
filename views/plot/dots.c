#include "views/plot/dots.h"

#include <math.h>

enum { ACROSS = 2, DOWN = 4, BRAILLE = 0x2800 };

/* B. E. Bayer, 1973: the order in which the dots of a 4x4 square are set as it grows darker. */
static const int bayer[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};

static bool is_set(double share, int dx, int dy) {
    return share > (bayer[dy % 4][dx % 4] + 0.5) / 16;
}

/* The bit of a dot in a braille pattern: the fourth row came later. */
static unsigned bit_of(int across, int down) {
    return down < 3 ? 1u << (3 * across + down) : 1u << (6 + across);
}

/* Two dots each way where the half blocks have a pixel. */
static PlotGrid dots_of(const PlotGrid *grid) {
    PlotGrid dots = *grid;
    bool shrunk = grid->px_width < grid->width || grid->px_height < grid->height;
    dots.px_width *= 2;
    dots.px_height *= 2;
    dots.zoom = shrunk ? 1 : 2 * grid->zoom;
    return dots;
}

static void put_cell(Canvas *canvas, int x, int y, const PlotGrid *dots, DotShare *share,
                     const void *context) {
    unsigned pattern = 0;
    bool invalid = false;
    for (int k = 0; k < ACROSS * DOWN; k++) {
        int dx = ACROSS * (x - dots->cells.x) + k % ACROSS, dy = DOWN * (y - dots->cells.y) + k / ACROSS;
        if (dx >= dots->px_width || dy >= dots->px_height) continue;
        double here = share(context, dots, dx, dy);
        invalid = invalid || isnan(here);
        if (!invalid && is_set(here, dx, dy)) pattern |= bit_of(k % ACROSS, k / ACROSS);
    }
    if (invalid)
        canvas_put(canvas, x, y, (Style){.fg = color_role(ROLE_INVALID)}, U'×');
    else
        canvas_put(canvas, x, y, (Style){.fg = COLOR_DEFAULT}, BRAILLE + pattern);
}

void dots_draw(Canvas *canvas, const PlotGrid *grid, DotShare *share, const void *context) {
    PlotGrid dots = dots_of(grid);
    Rect seen = rect_intersect(grid->cells, canvas->clip);
    for (int y = seen.y; y < seen.y + seen.h; y++)
        for (int x = seen.x; x < seen.x + seen.w; x++) put_cell(canvas, x, y, &dots, share, context);
}

double dots_share(Scale scale, int level) {
    double top = PALETTE_LEVELS - 1;
    return scale.is_signed ? (level - 1) / (top - 1) : level / top;
}

uint32_t dots_glyph(double share) {
    unsigned pattern = 0;
    for (int k = 0; k < ACROSS * DOWN; k++)
        if (is_set(share, k % ACROSS, k / ACROSS)) pattern |= bit_of(k % ACROSS, k / ACROSS);
    return BRAILLE + pattern;
}
