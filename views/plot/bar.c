/* Bars, axes, sparklines, progress and legends of views/plot/plot.h. */
#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "views/plot/dots.h"
#include "views/style/text.h"

enum { EIGHTHS = 8, LEGEND_STRIP_LEAST = 3, LEGEND_STRIP_MIN = 5, LEGEND_STRIP_MAX = 33 };

static bool is_ascii(const Canvas *canvas) {
    return (canvas->flags & CANVAS_ASCII) != 0;
}

static uint32_t solid_glyph(const Canvas *canvas, bool hatched) {
    if (is_ascii(canvas)) return hatched ? ':' : '#';
    return hatched ? U'░' : U'█';
}

static void put_invalid(Canvas *canvas, PlotBar bar) {
    canvas_put(canvas, bar.x, bar.y, style_role(ROLE_INVALID), U'×');
}

/* Columns the bar covers, also those covered in part; at least one eighth for any positive fraction. */
static int draw_bar(Canvas *canvas, PlotBar bar, double fraction) {
    fraction = fmax(0, fmin(1, fraction));
    int eighths = (int)lround(fraction * bar.width * EIGHTHS);
    if (fraction > 0 && eighths == 0) eighths = 1;
    bool whole_only = is_ascii(canvas) || bar.hatched;
    if (whole_only) eighths = (eighths + EIGHTHS / 2) / EIGHTHS * EIGHTHS;
    if (whole_only && fraction > 0 && eighths == 0) eighths = EIGHTHS;
    int full = eighths / EIGHTHS, rest = eighths % EIGHTHS;
    Rect body = {.x = bar.x, .y = bar.y, .w = full, .h = 1};
    canvas_fill(canvas, body, bar.style, solid_glyph(canvas, bar.hatched));
    /* U+258F is one eighth, U+2589 seven eighths. */
    if (rest > 0 && full < bar.width) {
        canvas_put(canvas, bar.x + full, bar.y, bar.style, (uint32_t)(U'▏' + 1 - rest));
    }
    return full + (rest > 0);
}

void plot_bar(Canvas *canvas, PlotBar bar, double fraction) {
    if (isnan(fraction)) {
        put_invalid(canvas, bar);
    } else if (bar.width > 0) {
        draw_bar(canvas, bar, fraction);
    }
}

/* There are no blocks that grow leftwards in eighths, so both directions use half columns: ▐ and ▌. */
void plot_bar_signed(Canvas *canvas, PlotBar bar, double fraction) {
    int middle = bar.x + bar.width / 2, room = (bar.width - 1) / 2;
    canvas_put(canvas, middle, bar.y, style_role(ROLE_BORDER), U'│');
    if (isnan(fraction)) {
        put_invalid(canvas, (PlotBar){.x = middle, .y = bar.y});
        return;
    }
    bool left = fraction < 0;
    bool whole_only = is_ascii(canvas) || bar.hatched;
    int halves = (int)lround(fmin(1, fabs(fraction)) * room * 2);
    int full = whole_only ? (halves + 1) / 2 : halves / 2;
    Rect body = {.x = left ? middle - full : middle + 1, .y = bar.y, .w = full, .h = 1};
    canvas_fill(canvas, body, bar.style, solid_glyph(canvas, bar.hatched));
    if (whole_only || halves % 2 == 0) return;
    canvas_put(canvas, left ? middle - full - 1 : middle + 1 + full, bar.y, bar.style, left ? U'▐' : U'▌');
}

PlotLogAxis plot_log_axis_fit(const double *values, size_t count) {
    double min = INFINITY, max = 0;
    for (size_t k = 0; k < count; k++) {
        if (!isfinite(values[k]) || values[k] <= 0) continue;
        min = fmin(min, values[k]);
        max = fmax(max, values[k]);
    }
    if (max == 0) return (PlotLogAxis){.lo = 0, .hi = 1};
    PlotLogAxis axis = {.lo = (int)floor(log10(min)), .hi = (int)ceil(log10(max))};
    if (axis.hi == axis.lo) axis.hi++;
    return axis;
}

double plot_log_fraction(PlotLogAxis axis, double value) {
    if (isnan(value)) return NAN;
    if (value <= 0) return 0;
    return fmax(0, fmin(1, (log10(value) - axis.lo) / (axis.hi - axis.lo)));
}

void plot_log_bar(Canvas *canvas, PlotBar bar, PlotLogAxis axis, double value) {
    plot_bar(canvas, bar, plot_log_fraction(axis, value));
}

void plot_log_ticks(Canvas *canvas, PlotBar bar, PlotLogAxis axis) {
    const char *tick = is_ascii(canvas) ? "|" : "╵";
    int decades = axis.hi - axis.lo, end = bar.x + bar.width;
    char label[24];
    snprintf(label, sizeof label, "1e%d%s", axis.hi, tick);
    int free_to = end - text_width(label), free_from = bar.x;
    for (int k = 0; k < decades; k++) {
        int x = bar.x + (int)lround((double)k * bar.width / decades);
        char own[24];
        snprintf(own, sizeof own, "%s1e%d", tick, axis.lo + k);
        if (x < free_from || x + text_width(own) >= free_to) continue;
        free_from = canvas_text(canvas, x, bar.y, bar.style, own) + 1;
    }
    if (free_to >= bar.x) canvas_text(canvas, free_to, bar.y, bar.style, label);
}

void plot_progress(Canvas *canvas, PlotBar bar, double done, double total) {
    double fraction = total > 0 ? fmax(0, fmin(1, done / total)) : 0;
    if (bar.width <= 0) return;
    int used = draw_bar(canvas, bar, fraction);
    Rect rest = {.x = bar.x + used, .y = bar.y, .w = bar.width - used, .h = 1};
    canvas_fill(canvas, rest, style_role(ROLE_DIM), U'·');
}

/* One column of the strip: its level is that of the middle of the column, and the middle column of a signed
 * strip is zero. */
static void put_strip(Canvas *canvas, int x, int y, int width, Scale scale, PaletteId palette) {
    bool blocks = canvas_uses_half_blocks(canvas), dots = canvas_uses_dots(canvas);
    for (int k = 0; k < width; k++) {
        bool zero = scale.is_signed && k == width / 2;
        int level = zero ? PALETTE_ZERO : scale_level_of_part(scale, k, width);
        uint32_t glyph = zero     ? '0'
                         : blocks ? ' '
                         : dots   ? dots_glyph(dots_share(scale, level))
                                  : (uint32_t)palette_ramp(scale, level);
        Style style = {.bg = blocks && !zero ? color_map(palette, level) : COLOR_DEFAULT};
        canvas_put(canvas, x + k, y, style, glyph);
    }
}

/* `decimals` where they say something, else an exponent with one fewer: gradients are small. A sign where both
 * signs occur. */
static TextNumber number_rounded(double value, bool is_signed, int decimals) {
    TextNumber number = {.text = "0"};
    double size = value < 0 ? -value : value;
    bool exponent = size < 0.1 || size >= 1000;
    if (exponent) decimals--;
    if (size > 0 && is_signed)
        snprintf(number.text, sizeof number.text, exponent ? "%+.*e" : "%+.*f", decimals, value);
    else if (size > 0)
        snprintf(number.text, sizeof number.text, exponent ? "%.*e" : "%.*f", decimals, value);
    return number;
}

enum { LEGEND_DECIMALS = 2 };

static TextNumber number_of_range(double value, bool is_signed) {
    return number_rounded(value, is_signed, LEGEND_DECIMALS);
}

/* By quarters the value in the middle of the colours, or of each side's, stands there if it has room: that the steps are
 * not equal is then seen. */
static void put_middles(Canvas *canvas, int x, int y, int width, const Scale *scale) {
    enum { AROUND = 3 }; /* columns of colour that stay on each side */
    if (!scale->by_quarters || scale->each) return;
    int part = scale->is_signed ? width / 2 : width;
    for (int side = scale->is_signed ? -1 : 1; side <= 1; side += 2) {
        TextNumber text = number_of_range(side * scale->quarter[1], scale->is_signed);
        int room = text_width(text.text);
        if (room + 2 * AROUND > part) return;
        int from = side > 0 ? width - part : 0;
        canvas_text(canvas, x + from + (part - room) / 2, y, (Style){.bg = COLOR_DEFAULT}, text.text);
    }
}

/* Ends that differ from map to map have no number here; see plot_legend_end. */
static TextNumber end_rounded(const Scale *scale, bool upper, int decimals) {
    if (!scale->each) return number_rounded(upper ? scale->hi : scale->lo, scale->is_signed, decimals);
    TextNumber word = {.text = "0"};
    if (upper || scale->is_signed)
        snprintf(word.text, sizeof word.text, "%send", !scale->is_signed ? "" : upper ? "+" : "-");
    return word;
}

static TextNumber end_of_range(const Scale *scale, bool upper) {
    return end_rounded(scale, upper, LEGEND_DECIMALS);
}

TextNumber plot_legend_end(Scale scale) {
    TextNumber end, number = number_of_range(scale.hi, false);
    snprintf(end.text, sizeof end.text, "≤%.16s", number.text);
    return end;
}

/* Brackets and spaces around the two ends, the strip and the scope. */
enum { LEGEND_AROUND = 5 };

int plot_legend_room(Scale scale, int width) {
    return width - text_width(end_of_range(&scale, false).text) -
           text_width(end_of_range(&scale, true).text) - LEGEND_AROUND - LEGEND_STRIP_MIN;
}

int plot_legend_least(Scale scale) {
    return -plot_legend_room(scale, 0) - 1; /* without the space before a scope */
}

int plot_legend(Canvas *canvas, Rect row, Scale scale, PaletteId palette, const char *scope) {
    Rect old = canvas_clip(canvas, row);
    int decimals = plot_legend_least(scale) > row.w ? LEGEND_DECIMALS - 1 : LEGEND_DECIMALS;
    TextNumber lo = end_rounded(&scale, false, decimals), hi = end_rounded(&scale, true, decimals);
    int room = plot_legend_room(scale, row.w) + LEGEND_STRIP_MIN;
    if (room - text_width(scope) < LEGEND_STRIP_MIN) scope = "";
    int width = room - text_width(scope);
    if (width > LEGEND_STRIP_MAX) width = LEGEND_STRIP_MAX;
    if (width < LEGEND_STRIP_MIN) {
        int left = row.w - text_width(lo.text) - text_width(hi.text) - LEGEND_AROUND + 1;
        width = integer_clamp(left, LEGEND_STRIP_LEAST, LEGEND_STRIP_MIN);
    }
    if (scale.is_signed && width % 2 == 0) width--;
    int x = canvas_printf(canvas, row.x, row.y, style_role(ROLE_TEXT), "[%s ", lo.text);
    put_strip(canvas, x, row.y, width, scale, palette);
    put_middles(canvas, x, row.y, width, &scale);
    x = canvas_printf(canvas, x + width, row.y, style_role(ROLE_TEXT), " %s]", hi.text);
    x = canvas_printf(canvas, x, row.y, style_role(ROLE_DIM), " %s", scope);
    canvas_unclip(canvas, old);
    return x;
}
