#include "views/chart.h"

#include <math.h>
#include <stdio.h>

#include "views/layout.h"
#include "views/text.h"

enum { GAP = 2, BAR_MIN = 8, BAR_MAX = 60, NUMBER_WIDTH = 9, HEAD_ROWS = 2 };

/* Smallest of 1, 2, 5 times a power of ten that is not below `value`. */
static double round_up(double value) {
    if (!(value > 0)) return 1;
    double power = pow(10, floor(log10(value))), mantissa = value / power;
    return power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
}

ChartAxis chart_axis_of(const AnalysisTable *table, int column) {
    ChartAxis axis = {.kind = table->columns[column].kind};
    double lo = INFINITY, hi = 0;
    double least = 0;
    for (int r = 0; r < table->row_count; r++) {
        double value = analysis_table_get(table, r, column);
        if (!isfinite(value)) continue;
        least = fmin(least, value);
        hi = fmax(hi, fabs(value));
        if (value > 0) lo = fmin(lo, value);
    }
    if (axis.kind == COLUMN_LOG) {
        axis.lo = isfinite(lo) ? pow(10, floor(log10(lo))) : 0.1;
        axis.hi = hi > 0 ? pow(10, ceil(log10(hi))) : 1;
        if (!(axis.hi > axis.lo)) axis.hi = 10 * axis.lo;
        return axis;
    }
    axis.hi = round_up(hi);
    /* A share that rounding took below 0 does not turn the axis. */
    axis.lo = axis.kind == COLUMN_SIGNED || least < -0.01 * hi ? -axis.hi : 0;
    return axis;
}

double chart_fraction(ChartAxis axis, double value) {
    if (isnan(value)) return NAN;
    double fraction = axis.kind != COLUMN_LOG ? value / axis.hi
                      : value > 0             ? log10(value / axis.lo) / log10(axis.hi / axis.lo)
                                              : 0;
    double least = axis.lo < 0 ? -1 : 0;
    return fraction < least ? least : fraction > 1 ? 1 : fraction;
}

ChartText chart_number(ColumnKind kind, double value) {
    ChartText out;
    if (isnan(value))
        snprintf(out.text, sizeof out.text, "-");
    else if (kind == COLUMN_LOG)
        snprintf(out.text, sizeof out.text, "%.2e", value);
    else if (kind == COLUMN_SIGNED)
        snprintf(out.text, sizeof out.text, "%+.3g", value);
    else if (kind == COLUMN_SHARE)
        snprintf(out.text, sizeof out.text, "%.1f%%", 100 * value);
    else if (kind == COLUMN_COUNT)
        snprintf(out.text, sizeof out.text, "%.0f", value);
    else
        snprintf(out.text, sizeof out.text, "%.3g", value);
    return out;
}

ChartText chart_axis_text(ChartAxis axis) {
    ChartText out;
    if (axis.kind == COLUMN_LOG)
        snprintf(out.text, sizeof out.text, "1e%+.0f .. 1e%+.0f, log", log10(axis.lo), log10(axis.hi));
    else {
        ChartText hi = chart_number(axis.kind == COLUMN_SIGNED ? COLUMN_NUMBER : axis.kind, axis.hi);
        if (axis.lo < 0)
            snprintf(out.text, sizeof out.text, "-%.20s .. +%.20s", hi.text, hi.text);
        else
            snprintf(out.text, sizeof out.text, "0 .. %.40s", hi.text);
    }
    return out;
}

/* Where the columns stand: a width for the labels, figures for all, bars for the charted ones. */
typedef struct ChartPlan {
    int label, bar;
} ChartPlan;

static ChartPlan plan_of(const AnalysisTable *table, int width) {
    ChartPlan plan = {.label = text_width(table->row_name)};
    int charted = 0;
    for (int r = 0; r < table->row_count; r++) {
        int label = text_width(table->labels[r]);
        if (label > plan.label) plan.label = label;
    }
    for (int c = 0; c < table->column_count; c++) charted += table->columns[c].charted;
    int rest = width - 2 - plan.label - table->column_count * (NUMBER_WIDTH + 1);
    if (charted > 0) plan.bar = rest / charted - GAP;
    if (plan.bar > BAR_MAX) plan.bar = BAR_MAX;
    if (plan.bar < BAR_MIN) plan.bar = 0;
    return plan;
}

static Role role_of(int charted) {
    static const Role roles[] = {ROLE_BRANCH, ROLE_SKIP, ROLE_PLAIN, ROLE_ACCENT};
    return roles[charted % 4];
}

static void draw_head(Canvas *canvas, Rect area, const AnalysisTable *table, ChartPlan plan) {
    int x = area.x + 2, y = area.y;
    canvas_text(canvas, x, y, style_role(ROLE_DIM), table->row_name);
    x += plan.label;
    for (int c = 0; c < table->column_count; c++) {
        x += NUMBER_WIDTH + 1;
        canvas_text_right(canvas, x, y, style_bold(ROLE_TEXT), table->columns[c].name);
        if (!table->columns[c].charted || plan.bar == 0) continue;
        x += GAP;
        canvas_text_fit(canvas, x, y, plan.bar, style_role(ROLE_DIM), table->columns[c].unit);
        canvas_text_fit(canvas, x, y + 1, plan.bar, style_role(ROLE_DIM),
                        chart_axis_text(chart_axis_of(table, c)).text);
        x += plan.bar;
    }
}

static void draw_bar(Canvas *canvas, PlotBar bar, ChartAxis axis, double value) {
    if (axis.lo < 0)
        plot_bar_signed(canvas, bar, chart_fraction(axis, value));
    else
        plot_bar(canvas, bar, chart_fraction(axis, value));
}

static void draw_row(Canvas *canvas, Rect row, const AnalysisTable *table, ChartPlan plan, int r) {
    int x = row.x + 2, charted = 0;
    canvas_text_fit(canvas, x, row.y, plan.label, style_role(ROLE_TEXT), table->labels[r]);
    x += plan.label;
    for (int c = 0; c < table->column_count; c++) {
        double value = analysis_table_get(table, r, c);
        x += NUMBER_WIDTH + 1;
        canvas_text_right(canvas, x, row.y, style_role(ROLE_TEXT),
                          chart_number(table->columns[c].kind, value).text);
        if (!table->columns[c].charted || plan.bar == 0) continue;
        x += GAP;
        draw_bar(canvas,
                 (PlotBar){.x = x,
                           .y = row.y,
                           .width = plan.bar,
                           .style = style_role(role_of(charted)),
                           .hatched = charted % 2 == 1},
                 chart_axis_of(table, c), value);
        charted++;
        x += plan.bar;
    }
}

int chart_draw(Canvas *canvas, Rect area, const AnalysisTable *table, int first, int selected) {
    ChartPlan plan = plan_of(table, area.w);
    draw_head(canvas, area, table, plan);
    layout_take_top(&area, HEAD_ROWS);
    for (int k = 0; k < area.h && first + k < table->row_count; k++) {
        Rect row = {area.x, area.y + k, area.w, 1};
        draw_row(canvas, row, table, plan, first + k);
        if (first + k != selected) continue;
        canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
        canvas_paint(canvas, row, (Style){.fg = COLOR_KEEP, .bg = color_role(ROLE_CURSOR)});
    }
    return area.h;
}
