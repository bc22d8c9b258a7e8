/* The strip after the rows of an analysis (AnalysisStrip): its scale and its glyphs. */
#ifndef VIEWS_ANALYSES_CHART_STRIP_H
#define VIEWS_ANALYSES_CHART_STRIP_H

#include "views/analyses/chart.h"

/* One scale for all rows. Unlike a bar's it need not start at 0: cells show differences. */
ChartAxis chart_strip_axis(const AnalysisTable *table);
ChartText chart_strip_text(const AnalysisTable *table);    /* "1e-3 .. 1e+1, log", "-0.23 .. 1" */
double chart_strip_fraction(ChartAxis axis, double value); /* 0..1; NaN for NaN */
/* Cell k of a row: one of eight heights, or of five shades for a map. */
uint32_t chart_strip_glyph(const AnalysisTable *table, ChartAxis axis, int row, int k);

#endif
