#include "views/analyses/chart_strip.h"

#include <math.h>
#include <stdio.h>

static ChartAxis log_axis(double least, double most) {
    ChartAxis axis = {.kind = COLUMN_LOG,
                      .lo = isfinite(least) ? pow(10, floor(log10(least))) : 0.1,
                      .hi = most > 0 ? pow(10, ceil(log10(most))) : 1};
    if (!(axis.hi > axis.lo)) axis.hi = 10 * axis.lo;
    return axis;
}

ChartAxis chart_strip_axis(const AnalysisTable *table) {
    const AnalysisStrip *strip = &table->strip;
    bool log_scale = strip->kind == COLUMN_LOG;
    double least = INFINITY, most = -INFINITY;
    for (size_t k = 0; k < (size_t)table->row_count * (size_t)strip->width; k++) {
        double value = strip->values[k];
        if (!isfinite(value) || (log_scale && value <= 0)) continue;
        least = fmin(least, value);
        most = fmax(most, value);
    }
    if (log_scale) return log_axis(least, most);
    if (!isfinite(least)) least = 0, most = 1;
    return (ChartAxis){.kind = strip->kind, .lo = least, .hi = most};
}

ChartText chart_strip_text(const AnalysisTable *table) {
    ChartAxis axis = chart_strip_axis(table);
    ChartText out;
    if (axis.kind == COLUMN_LOG) return chart_axis_text(axis);
    snprintf(out.text, sizeof out.text, "%.3g .. %.3g", axis.lo, axis.hi);
    return out;
}

double chart_strip_fraction(ChartAxis axis, double value) {
    if (isnan(value)) return NAN;
    double fraction = axis.kind == COLUMN_LOG ? chart_fraction(axis, value)
                      : axis.hi > axis.lo     ? (value - axis.lo) / (axis.hi - axis.lo)
                                              : 0;
    return fmin(fmax(fraction, 0), 1);
}

uint32_t chart_strip_glyph(const AnalysisTable *table, ChartAxis axis, int row, int k) {
    static const uint32_t heights[] = {U'▁', U'▂', U'▃', U'▄', U'▅', U'▆', U'▇', U'█'};
    static const uint32_t shades[] = {U' ', U'░', U'▒', U'▓', U'█'};
    double value = analysis_table_strip(table, row)[k];
    if (isnan(value)) return U' ';
    int levels = table->strip.heat ? 5 : 8, level = (int)(chart_strip_fraction(axis, value) * levels);
    if (level == levels) level--;
    return table->strip.heat ? shades[level] : heights[level];
}
