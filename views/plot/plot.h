/* Pictures of numbers: heat maps, photos, bars, sparklines.
 *
 * One map pixel is one column wide and half a row high, which is about square. With colour, a cell shows two
 * pixels as a half block; on CANVAS_ASCII or CANVAS_MONO it shows one character for the two, on CANVAS_DOTS eight
 * dots. So the same map takes the same cells on every terminal. */
#ifndef VIEWS_PLOT_PLOT_H
#define VIEWS_PLOT_PLOT_H

#include <stddef.h>

#include "core/tensor/tensor.h"
#include "views/canvas/canvas.h"
#include "views/style/palette.h"
#include "views/style/text.h"

/* One channel of a channels-last tensor: data points at its first element, `stride` is C. A part of a map has
 * a `pitch`, the elements from row to row; 0: width * stride. */
typedef struct PlotMap {
    const real *data;
    int width, height;
    int stride, pitch;
} PlotMap;

/* Channel c of image n of a tensor. */
PlotMap plot_map_of(Tensor tensor, int n, int c);

typedef enum PlotPooling {
    PLOT_MEAN,    /* mean over the area a drawn pixel covers */
    PLOT_LARGEST, /* the value of largest magnitude there, so that single hot cells survive */
} PlotPooling;

/* Where a map of width x height lands: `cells` starts at the area's top left corner. */
typedef struct PlotGrid {
    Rect cells;
    int width, height;       /* of the map */
    int px_width, px_height; /* drawn pixels: the map times zoom, or shrunk with its aspect kept */
    int zoom;                /* > 1 enlarged, 1 as it is or shrunk */
    Color mark;              /* of frames in it; COLOR_DEFAULT: ROLE_MARK */
    int first_x, first_y;    /* the map is a part of a larger one, which positions mean, from here on */
} PlotGrid;

PlotGrid plot_grid_fit(Rect area, int width, int height, int zoom_max);
/* The map position that cell (cell_x, cell_y) shows, the nearest one for a cell outside: of several the
 * first. */
void plot_grid_at(const PlotGrid *grid, int cell_x, int cell_y, int *x, int *y);
/* Never enlarged, and each side shrunk by itself to what the area has for it: for a table of numbers. */
PlotGrid plot_grid_fill(Rect area, int width, int height);
/* The cell that shows map position (x, y). */
void plot_grid_cell(const PlotGrid *grid, int x, int y, int *cell_x, int *cell_y);

typedef struct PlotHeatmap {
    PlotMap map;
    Scale scale;
    PaletteId palette;
    PlotPooling pooling;
    int zoom_max; /* largest integer enlargement; 0 and 1: none */
    bool fill;    /* placed by plot_grid_fill */
    bool marked;  /* a frame around map position (mark_x, mark_y), see plot_mark */
    int mark_x, mark_y;
} PlotHeatmap;

/* Draws as large as fits (see zoom_max) and returns where. NaN and infinities are drawn as × in ROLE_INVALID.
 */
PlotGrid plot_heatmap(Canvas *canvas, Rect area, const PlotHeatmap *heatmap);

/* A channels-last RGB image; value * std[c] + mean[c] is the intensity in 0..1. With heat over it the picture
 * is gray and takes on the heat's colours the more the higher the level; where characters stand for colours
 * the heat is drawn alone. */
typedef struct PlotImage {
    const real *data;
    int width, height;
    double mean[3], std[3];
    bool blue_first; /* the channels are blue, green and red */
    int zoom_max;
    const PlotHeatmap *heat; /* a map of the picture's size; NULL: none */
    bool fixed; /* characters and dots leave 0 dark and 1 light; else they span what the picture has */
} PlotImage;

PlotGrid plot_image(Canvas *canvas, Rect area, const PlotImage *image);

/* The cursor: a frame just outside map position (x, y), whose own colour stays as it is. Around a value of a single
 * pixel only the corners of the frame are drawn; where characters stand for colours it is a pair of brackets. */
void plot_mark(Canvas *canvas, const PlotGrid *grid, int x, int y);
/* The same around several values. */
typedef struct PlotPatch {
    int first_x, last_x, first_y, last_y; /* both ends included, inside the map */
} PlotPatch;

void plot_mark_patch(Canvas *canvas, const PlotGrid *grid, PlotPatch patch);

/* What stands in place of a map that has nothing to show, each with a texture and words of its own, in colour as in
 * characters. */
typedef enum PlotNothing {
    PLOT_PADDING,      /* channels that a shortcut adds as zeros: they were never computed */
    PLOT_NEVER_ACTIVE, /* computed, and zero everywhere */
    PLOT_NOT_RUN,      /* not computed yet */
    PLOT_NO_GRADIENT,  /* of a gradient: computed, and zero everywhere */
} PlotNothing;

void plot_nothing(Canvas *canvas, Rect area, PlotNothing kind);
/* "padding", "never active", "not run yet", "no gradient", or a shorter word that fits. */
const char *plot_nothing_word(PlotNothing kind, int width);

/* A frame just inside map columns and rows, both ends included, over what has been drawn in the grid: pixels
 * of the role's colour, or lines of characters that no ramp has. `second` tells two frames apart there. */
typedef struct PlotFrame {
    int first_x, last_x, first_y, last_y;
    Role role;
    bool second;
} PlotFrame;

void plot_frame(Canvas *canvas, const PlotGrid *grid, PlotFrame frame);
/* The character or block that a legend shows for such a frame. */
uint32_t plot_frame_glyph(const Canvas *canvas, bool second);

/* `[-1.32 ▇▇▇0▇▇▇ +1.32] layer` in the palette's own colours. Takes at most the row's width, at least about
 * 20 columns; a scope that has no room is left out. Returns the column after it. */
int plot_legend(Canvas *canvas, Rect row, Scale scale, PaletteId palette, const char *scope);
/* "≤2.10": the end of one of several scales whose legend is common to them (Scale.each). */
TextNumber plot_legend_end(Scale scale);
/* Columns that a legend of `width` columns has for its scope at most; may be negative. */
int plot_legend_room(Scale scale, int width);
/* Columns that a legend without a scope needs for its numbers; in fewer they are rounded more. */
int plot_legend_least(Scale scale);

/* A horizontal bar of `fraction` (0..1) of `width` columns in eighths of a column. `hatched` marks a second
 * series where colour is missing. NaN is drawn as ×. Nothing is drawn right of the bar. */
typedef struct PlotBar {
    int x, y, width;
    Style style;
    bool hatched;
} PlotBar;

void plot_bar(Canvas *canvas, PlotBar bar, double fraction);
/* Grows left or right from the middle column of the bar: -1 .. 1. */
void plot_bar_signed(Canvas *canvas, PlotBar bar, double fraction);

/* A common logarithmic axis: whole decades from 10^lo to 10^hi. */
typedef struct PlotLogAxis {
    int lo, hi;
} PlotLogAxis;

/* Covers all positive finite values; 0, negative and NaN ones are passed over. At least one decade. */
PlotLogAxis plot_log_axis_fit(const double *values, size_t count);
double plot_log_fraction(PlotLogAxis axis, double value); /* 0..1 clipped, 0 for value <= 0, NaN for NaN */
void plot_log_bar(Canvas *canvas, PlotBar bar, PlotLogAxis axis, double value);
/* A tick and a label (1e-3) for each decade that has room; the last one stands left of its tick. */
void plot_log_ticks(Canvas *canvas, PlotBar bar, PlotLogAxis axis);

/* `████▌·····`: done of total. */
void plot_progress(Canvas *canvas, PlotBar bar, double done, double total);

#endif
