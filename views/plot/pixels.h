/* Drawn pixels of a grid, for frames and marks over it; private to views/plot. */
#ifndef VIEWS_PLOT_PIXELS_H
#define VIEWS_PLOT_PIXELS_H

#include "views/plot/plot.h"

/* Drawn pixels, both ends included. */
typedef struct PixelBox {
    int x0, x1, y0, y1;
} PixelBox;

/* All drawn pixels that show something of map cells first .. last. */
void pixels_of(int first, int last, int size, int px_size, int *from, int *to);
bool pixels_on_edge(const PixelBox *box, int px, int py);
/* One or both pixels of a cell in another colour, the other as it is. */
void pixels_paint(Canvas *canvas, int x, int y, const bool painted[2], Color color);

/* What a drawn pixel shows of a map; enlarged pixels repeat one value. */
double pixels_sample(const PlotMap *map, PlotPooling pooling, const PlotGrid *grid, int px, int py);
/* Two pixels, upper and lower, as one cell. */
void pixels_put(Canvas *canvas, int x, int y, Color upper, Color lower);

#endif
