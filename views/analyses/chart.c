#include "views/analyses/chart.h"

#include <math.h>
#include <stdio.h>

#include "views/analyses/chart_strip.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"

enum {
    MARGIN = 2,
    GAP = 2,
    BAR_MIN = 10,
    BAR_MAX = 120,
    NUMBER_WIDTH = 9,
    HEAD_ROWS = 2,
    ROW_HEIGHT_MAX = 6
};

/* Smallest of 1, 2, 5 times a power of ten that is not below `value`. */
static double round_limit_up(double value) {
    if (!(value > 0)) return 1;
    double power = pow(10, floor(log10(value))), mantissa = value / power;
    return power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
}

/* The column whose axis this one shares; itself when it has its own. */
static int axis_owner(const AnalysisTable *table, int column) {
    int owner = column;
    for (int c = column; c >= 0; c--) {
        if (!table->columns[c].charted) continue;
        owner = c;
        if (!table->columns[c].same_axis) break;
    }
    return table->columns[column].charted ? owner : column;
}

ChartAxis chart_axis_of(const AnalysisTable *table, int column) {
    ChartAxis axis = {.kind = table->columns[column].kind};
    double lo = INFINITY, hi = 0, least = 0;
    int owner = axis_owner(table, column);
    for (int c = owner; c < table->column_count; c++) {
        if (axis_owner(table, c) != owner) continue;
        for (int r = 0; r < table->row_count; r++) {
            double value = analysis_table_get(table, r, c);
            if (!isfinite(value)) continue;
            least = fmin(least, value);
            hi = fmax(hi, fabs(value));
            if (value > 0) lo = fmin(lo, value);
        }
    }
    if (axis.kind == COLUMN_LOG) {
        if (table->columns[owner].axis_from > 0) lo = table->columns[owner].axis_from;
        hi = fmax(hi, table->columns[owner].axis_to);
        axis.lo = isfinite(lo) ? pow(10, floor(log10(lo))) : 0.1;
        axis.hi = hi > 0 ? pow(10, ceil(log10(hi))) : 1;
        if (!(axis.hi > axis.lo)) axis.hi = 10 * axis.lo;
        return axis;
    }
    axis.hi = round_limit_up(hi);
    /* A share that rounding has made negative does not make the axis signed. */
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

int chart_band_end(const AnalysisTable *table, int first) {
    enum { SIDE_BY_SIDE = 4 };
    int charted = 0;
    for (int c = 0; c < table->column_count; c++) charted += table->columns[c].charted;
    for (int c = first + 1; charted > SIDE_BY_SIDE && c < table->column_count; c++)
        if (table->columns[c].charted && !table->columns[c].same_axis) return c;
    return table->column_count;
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
        snprintf(out.text, sizeof out.text, "%.1f%%", fabs(value) < 5e-4 ? 0 : 100 * value);
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

/* Where the columns stand: the width of the labels, the last column shown, the width of a bar. */
typedef struct ChartPlan {
    int label, end, bar, strip;
} ChartPlan;

static int number_width(const AnalysisTable *table, int column) {
    int width = text_width(table->columns[column].name);
    return 1 + (width > NUMBER_WIDTH ? width : NUMBER_WIDTH);
}

static int label_width(const AnalysisTable *table) {
    int widest = text_width(table->row_name);
    for (int r = 0; r < table->row_count; r++) {
        int width = text_width(table->labels[r]);
        if (width > widest) widest = width;
    }
    return widest;
}

static ChartPlan plan_of(const AnalysisTable *table, int width, int first) {
    ChartPlan plan = {.label = label_width(table), .end = first};
    int rest = width - MARGIN - plan.label, charted = 0;
    while (plan.end < table->column_count) {
        bool bar = table->columns[plan.end].charted;
        int needed = number_width(table, plan.end) + (bar ? GAP + BAR_MIN : 0);
        if (needed > rest && plan.end > first) break;
        rest -= needed;
        charted += bar;
        plan.end++;
    }
    bool strip = table->strip.width > 0 && plan.end == table->column_count;
    plan.strip = strip && rest >= GAP + table->strip.width ? table->strip.width : 0;
    if (plan.strip > 0) rest -= GAP + plan.strip;
    if (charted > 0) plan.bar = BAR_MIN + rest / charted;
    if (plan.bar > BAR_MAX) plan.bar = BAR_MAX;
    return plan;
}

int chart_rows_fit(int height) {
    return height > HEAD_ROWS ? height - HEAD_ROWS : 0;
}

int chart_row_height(const AnalysisTable *table, int height) {
    if (table->row_count < 1) return 1;
    int rows = chart_rows_fit(height) / table->row_count;
    return rows < 1 ? 1 : rows < ROW_HEIGHT_MAX ? rows : ROW_HEIGHT_MAX;
}

int chart_columns_fit(const AnalysisTable *table, int width, int first) {
    return plan_of(table, width, first).end - first;
}

static int charted_before(const AnalysisTable *table, int column) {
    int count = 0;
    for (int c = 0; c < column; c++) count += table->columns[c].charted;
    return count;
}

/* The same column looks the same wherever the window begins. */
static PlotBar bar_of(const AnalysisTable *table, int column) {
    static const Role
        others[] = {ROLE_ACCENT, ROLE_BACKWARD, ROLE_FORWARD},
        subjects[] = {
            [SUBJECT_SKIP] = ROLE_SKIP, [SUBJECT_BRANCH] = ROLE_BRANCH, [SUBJECT_PLAIN] = ROLE_PLAIN};
    int number = charted_before(table, column);
    ColumnSubject subject = table->columns[column].subject;
    Role role = subject == SUBJECT_OTHER ? others[number % 3] : subjects[subject];
    return (PlotBar){.style = style_role(role), .hatched = number % 2 == 1};
}

static void draw_head(Canvas *canvas, Rect area, const AnalysisTable *table, ChartPlan plan, int first) {
    int x = area.x + MARGIN, y = area.y;
    canvas_text(canvas, x, y, style_role(ROLE_DIM), table->row_name);
    x += plan.label;
    for (int c = first; c < plan.end; c++) {
        x += number_width(table, c);
        canvas_text_right(canvas, x, y, style_bold(ROLE_TEXT), table->columns[c].name);
        if (!table->columns[c].charted) continue;
        x += GAP;
        canvas_text_fit(canvas, x, y, plan.bar, style_role(ROLE_DIM), table->columns[c].unit);
        /* Nothing else stands in this row: the text may reach below the next column's name. */
        canvas_text_fit(canvas, x, y + 1, plan.bar + NUMBER_WIDTH, style_role(ROLE_DIM),
                        chart_axis_text(chart_axis_of(table, c)).text);
        x += plan.bar;
    }
    if (plan.strip == 0) return;
    canvas_text_fit(canvas, x + GAP, y, plan.strip, style_bold(ROLE_TEXT), table->strip.name);
    canvas_text_fit(canvas, x + GAP, y + 1, plan.strip, style_role(ROLE_DIM), chart_strip_text(table).text);
}

static void draw_bar(Canvas *canvas, PlotBar bar, int height, ChartAxis axis, double value) {
    if (isnan(value)) return; /* its figure is a dash: there is none */
    for (int k = 0; k < height; k++, bar.y++)
        if (axis.lo < 0)
            plot_bar_signed(canvas, bar, chart_fraction(axis, value));
        else
            plot_bar(canvas, bar, chart_fraction(axis, value));
}

static void draw_row(Canvas *canvas, Rect row, const AnalysisTable *table, ChartPlan plan,
                     const ChartWindow *window, int r) {
    /* High bars stand apart. */
    int x = row.x + MARGIN, bar_rows = row.h > 2 ? row.h - 1 : row.h;
    canvas_text_fit(canvas, x, row.y, plan.label, style_role(ROLE_TEXT), table->labels[r]);
    x += plan.label;
    for (int c = window->column; c < plan.end; c++) {
        double value = analysis_table_get(table, r, c);
        x += number_width(table, c);
        canvas_text_right(canvas, x, row.y, style_role(ROLE_TEXT),
                          chart_number(table->columns[c].kind, value).text);
        if (!table->columns[c].charted) continue;
        PlotBar bar = bar_of(table, c);
        bar.x = x += GAP, bar.y = row.y, bar.width = plan.bar;
        draw_bar(canvas, bar, bar_rows, chart_axis_of(table, c), value);
        x += plan.bar;
    }
    ChartAxis axis = chart_strip_axis(table);
    for (int k = 0; k < plan.strip; k++)
        for (int y = 0; y < (table->strip.heat ? row.h : 1); y++)
            canvas_put(canvas, x + GAP + k, row.y + y, style_role(ROLE_ACCENT),
                       chart_strip_glyph(table, axis, r, k));
}

void chart_draw(Canvas *canvas, Rect area, const AnalysisTable *table, ChartWindow window) {
    ChartPlan plan = plan_of(table, area.w, window.column);
    draw_head(canvas, area, table, plan, window.column);
    layout_take_top(&area, HEAD_ROWS);
    int height = window.row_height > 1 ? window.row_height : 1;
    for (int k = 0; (k + 1) * height <= area.h && window.row + k < table->row_count; k++) {
        Rect row = {area.x, area.y + k * height, area.w, height};
        draw_row(canvas, row, table, plan, &window, window.row + k);
        if (window.row + k != window.selected) continue;
        canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
        row.h = 1;
        canvas_paint_selected(canvas, row);
    }
}
