/* How the figures of an analysis become bars: one axis for each column, the same on every screen and file. */
#ifndef VIEWS_ANALYSES_CHART_H
#define VIEWS_ANALYSES_CHART_H

#include "core/analysis/analysis.h"
#include "views/canvas/canvas.h"
#include "views/plot/plot.h"

typedef struct ChartAxis {
    ColumnKind kind;
    double lo,
        hi; /* COLUMN_LOG: whole powers of ten; COLUMN_SIGNED and a share with negative parts: lo = -hi */
} ChartAxis;

typedef struct ChartText {
    char text[48];
} ChartText;

/* Over the column and those that share its axis (AnalysisColumn.same_axis). */
ChartAxis chart_axis_of(const AnalysisTable *table, int column);
/* 0..1, or -1..1 on an axis that has both signs; NaN for NaN. */
double chart_fraction(ChartAxis axis, double value);
ChartText chart_axis_text(ChartAxis axis);             /* "1e-3 .. 1e+1", "-4 .. +4", "0 .. 40%" */
ChartText chart_number(ColumnKind kind, double value); /* "3.1e-02", "+1.24", "12.3%"; "-" for NaN */

/* What of the table is seen. */
typedef struct ChartWindow {
    int row, column; /* the first of each */
    int selected;    /* row; -1: none */
    int row_height;  /* cells; 0: one */
} ChartWindow;

/* Rows of figures that an area of that height shows, and columns from `first` on, one at least. */
int chart_rows_fit(int height);
int chart_row_height(const AnalysisTable *table, int height); /* so that all rows fill it */
int chart_columns_fit(const AnalysisTable *table, int width, int first);
/* Where a page is wide and does not scroll: columns from `first` up to the one returned stand side by side,
 * the next ones below. With many charts, those of one axis; else all. */
int chart_band_end(const AnalysisTable *table, int first);
/* Figures of all columns in the window, and bars of the charted ones where there is room. */
void chart_draw(Canvas *canvas, Rect area, const AnalysisTable *table, ChartWindow window);

#endif
