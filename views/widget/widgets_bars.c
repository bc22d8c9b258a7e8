#include "core/base/integer.h"
#include "views/widget/widgets_detail.h"

#include <math.h>
#include <stdio.h>

#include "views/style/text.h"

enum { MARKER_WIDTH = 2, GAP = 2, BAR_MIN = 9, BAR_MAX = 100, DIGITS_MAX = 4, HEIGHT_MAX = 6 };

/* Everything in a column but the bar: the marker, label and value with a space between, the gap after. */
static int width_without_bar(const WidgetBars *bars) {
    return MARKER_WIDTH + bars->label_width + 1 + 1 + bars->value_width + GAP;
}

static int rows_of(const WidgetBars *bars, int columns) {
    return (bars->count + columns - 1) / columns;
}

/* The last row of the last bar, which is half of one or none, may be missing. */
static int height_of(Rect area, const WidgetBars *bars, int columns) {
    return bars->tall ? integer_clamp((area.h + 1) / rows_of(bars, columns), 1, HEIGHT_MAX) : 1;
}

/* As few columns as show all, or if bars may be tall a few more where those fill the rows better. */
static int columns_for(Rect area, const WidgetBars *bars) {
    int needed = (bars->count + area.h - 1) / area.h, fixed = width_without_bar(bars);
    int best = integer_max(1, integer_min(needed, (area.w + GAP) / (fixed + BAR_MIN)));
    if (!bars->tall || best < needed) return best;
    for (int columns = needed + 1; columns <= needed + 2 && area.w / columns >= fixed + 2 * BAR_MIN;
         columns++)
        if (rows_of(bars, columns) * height_of(area, bars, columns) >
            rows_of(bars, best) * height_of(area, bars, best))
            best = columns;
    return best;
}

WidgetBarsPlan widget_bars_plan(Rect area, const WidgetBars *bars) {
    if (rect_is_empty(area) || bars->count < 1) return (WidgetBarsPlan){.columns = 1, .rows = 1, .height = 1};
    int columns = columns_for(area, bars);
    WidgetBarsPlan plan = {.columns = columns, .rows = integer_min(area.h, rows_of(bars, columns))};
    plan.height = height_of(area, bars, columns);
    plan.column_width = (area.w + GAP) / columns;
    if (!bars->tall) plan.column_width = integer_min(plan.column_width, width_without_bar(bars) + BAR_MAX);
    int page = plan.columns * plan.rows;
    plan.first = bars->selected > 0 ? bars->selected / page * page : 0;
    plan.count = integer_min(page, bars->count - plan.first);
    return plan;
}

/* What the longest bar stands for, and whether bars grow to both sides. */
typedef struct BarScale {
    double reach;
    bool is_signed;
} BarScale;

static BarScale scale_of_bars(const WidgetBars *bars) {
    BarScale scale = {.reach = bars->percent ? 1 : 0};
    for (int k = 0; k < bars->count && !bars->percent; k++) {
        double value = bars->value(bars->context, k);
        if (!isfinite(value)) continue;
        scale.reach = fmax(scale.reach, fabs(value));
        scale.is_signed = scale.is_signed || value < 0;
    }
    return scale;
}

/* The same decimals in all rows, so many that the largest value has four digits; where that takes too much
 * room, an exponent. */
static TextNumber format_value(double value, const WidgetBars *bars, BarScale scale) {
    TextNumber out = {.text = ""}, number = text_format_percent(value);
    int room = (int)sizeof out.text - 1, width = integer_min(bars->value_width, room);
    int decimals = scale.reach > 0 ? DIGITS_MAX - 1 - (int)floor(log10(scale.reach)) : 1;
    int length = bars->percent
                     ? 0
                     : snprintf(number.text, sizeof number.text, "%+.*f", integer_max(0, decimals), value);
    for (int digits = DIGITS_MAX; length > width && digits > 0; digits--)
        length = snprintf(number.text, sizeof number.text, "%+.*e", digits - 1, value);
    if (!isfinite(value)) snprintf(number.text, sizeof number.text, isnan(value) ? "nan" : "%+g", value);
    snprintf(out.text, sizeof out.text, "%*.*s", width, room, number.text);
    return out;
}

static void draw_value_bar(Canvas *canvas, PlotBar bar, BarScale scale, double value) {
    double fraction = scale.reach > 0 ? value / scale.reach : isnan(value) ? value : 0;
    if (scale.is_signed)
        plot_bar_signed(canvas, bar, fraction);
    else
        plot_bar(canvas, bar, fraction);
}

static uint32_t track_glyph(const Canvas *canvas) {
    return widget_glyph(canvas, U'·', '.');
}

/* A share of 0 is a bar without length, not a bar that is missing: the whole is dotted under it. */
static void draw_track(Canvas *canvas, PlotBar bar) {
    canvas_fill(canvas, (Rect){.x = bar.x, .y = bar.y, .w = bar.width, .h = 1}, style_role(ROLE_BORDER),
                track_glyph(canvas));
}

/* The rows below the first look as that does, but for the last: half of one or none, so that bars stand apart. */
static void thicken(Canvas *canvas, Rect bar) {
    for (int y = bar.y + 1; y < bar.y + bar.h; y++) {
        bool last = y == bar.y + bar.h - 1, half = last && bar.h == 2 && !(canvas->flags & CANVAS_ASCII);
        for (int x = bar.x; x < bar.x + bar.w; x++) {
            const Cell *above = canvas_get(canvas, x, bar.y);
            if (!above || above->glyph == ' ' || above->glyph == track_glyph(canvas)) continue;
            Style style = {.fg = above->fg, .bg = COLOR_KEEP, .attributes = above->attributes};
            if (!last || above->glyph == U'│')
                canvas_put(canvas, x, y, style, above->glyph);
            else if (half && above->glyph == U'█')
                canvas_put(canvas, x, y, style, U'▀');
        }
    }
}

static void draw_row(Canvas *canvas, Rect row, const WidgetBars *bars, BarScale scale, int k) {
    WidgetText buffer = {.text = ""};
    bool selected = k == bars->selected;
    double value = bars->value(bars->context, k);
    Style text = selected ? style_bold(ROLE_ACCENT) : style_role(ROLE_TEXT);
    if (selected) {
        canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), '>');
        canvas_set_cursor(canvas, row.x, row.y);
    }
    int x = row.x + MARKER_WIDTH, bar_width = row.w - width_without_bar(bars);
    canvas_text_fit(canvas, x, row.y, bars->label_width, text, bars->label(bars->context, k, &buffer));
    x += bars->label_width + 1;
    Role role = bars->role ? bars->role(bars->context, k) : ROLE_ACCENT;
    PlotBar bar = {.x = x, .y = row.y, .width = bar_width, .style = style_role(role)};
    if (bar_width > 0 && bars->percent) draw_track(canvas, bar);
    if (bar_width > 0) draw_value_bar(canvas, bar, scale, value);
    thicken(canvas, (Rect){.x = x, .y = row.y, .w = bar_width, .h = row.h});
    canvas_text(canvas, x + integer_max(0, bar_width) + 1, row.y,
                isfinite(value) ? text : style_bold(ROLE_BAD), format_value(value, bars, scale).text);
}

void widget_bars(Canvas *canvas, Rect area, const WidgetBars *bars) {
    if (rect_is_empty(area)) return;
    Rect old = canvas_clip(canvas, area);
    WidgetBarsPlan plan = widget_bars_plan(area, bars);
    BarScale scale = scale_of_bars(bars);
    for (int j = 0; j < plan.count; j++) {
        Rect row = {.x = area.x + j / plan.rows * plan.column_width,
                    .y = area.y + j % plan.rows * plan.height,
                    .w = plan.column_width,
                    .h = plan.height};
        draw_row(canvas, row, bars, scale, plan.first + j);
    }
    canvas_unclip(canvas, old);
}
