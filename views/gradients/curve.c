#include "views/gradients/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect/gradient_flow.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"

enum { LABEL_WIDTH = 5, DOTS_Y = 2 /* of a cell: its halves */ };

/* Where the points of the curves stand. */
typedef struct Curve {
    Rect plot;
    PlotLogAxis axis;
    int rows; /* of the gradient flow */
    Style style;
} Curve;

/* A half that another curve has drawn keeps its colour. */
static void put_dot(Canvas *canvas, const Curve *curve, int x, int dot_y) {
    int y = curve->plot.y + dot_y / DOTS_Y;
    bool upper = dot_y % DOTS_Y == 0;
    const Cell *cell = canvas_get(canvas, curve->plot.x + x, y);
    Style style = curve->style;
    if (!cell) return;
    if (cell->glyph == (upper ? U'▄' : U'▀'))
        style.bg = cell->fg;
    else
        style.bg = COLOR_DEFAULT;
    uint32_t glyph = canvas->flags & CANVAS_ASCII ? '.' : upper ? U'▀' : U'▄';
    canvas_put(canvas, curve->plot.x + x, y, style, glyph);
}

static void put_line(Canvas *canvas, const Curve *curve, const int from[2], const int to[2]) {
    int steps = abs(to[0] - from[0]) > abs(to[1] - from[1]) ? abs(to[0] - from[0]) : abs(to[1] - from[1]);
    for (int k = 0; k <= steps; k++) {
        double t = steps > 0 ? (double)k / steps : 0;
        put_dot(canvas, curve, (int)lround(from[0] + t * (to[0] - from[0])),
                (int)lround(from[1] + t * (to[1] - from[1])));
    }
}

static void find_point(const Curve *curve, int row, double value, int at[2]) {
    double fraction = plot_log_fraction(curve->axis, value);
    at[0] = (int)lround((double)row * (curve->plot.w - 1) / (curve->rows - 1));
    at[1] = (int)lround((1 - fraction) * (DOTS_Y * curve->plot.h - 1));
}

static void draw_side(Canvas *canvas, const Curve *curve, const Pass *side) {
    int before[2] = {0, 0}, at[2];
    bool known = false;
    for (int row = 0; row < curve->rows; row++) {
        double value = gradient_side_value(side, row);
        if (isfinite(value)) {
            find_point(curve, row, value, at);
            put_line(canvas, curve, known ? before : at, at);
            memcpy(before, at, sizeof at);
        }
        known = isfinite(value);
    }
}

/* Marks come last: lines must not hide them. */
static void draw_marks(Canvas *canvas, const Curve *curve, const Pass *side, uint32_t glyph) {
    int at[2];
    if (2 * curve->rows > curve->plot.w) return;
    for (int row = 0; row < curve->rows; row++) {
        double value = gradient_side_value(side, row);
        if (!isfinite(value)) continue;
        find_point(curve, row, value, at);
        canvas_put(canvas, curve->plot.x + at[0], curve->plot.y + at[1] / DOTS_Y, curve->style, glyph);
    }
}

static void draw_grid(Canvas *canvas, const Curve *curve) {
    int decades = curve->axis.hi - curve->axis.lo, last = curve->plot.h - 1, free_from = curve->plot.y;
    for (int k = 0; k <= decades; k++) {
        int y = curve->plot.y + (int)lround((double)k * last / decades);
        if (y < free_from) continue;
        canvas_printf(canvas, curve->plot.x - LABEL_WIDTH, y, style_role(ROLE_DIM), "1e%d",
                      curve->axis.hi - k);
        for (int x = 0; x < curve->plot.w; x += 2)
            canvas_put(canvas, curve->plot.x + x, y, style_role(ROLE_BORDER), U'·');
        free_from = y + 1;
    }
}

static void draw_selected(Canvas *canvas, const Curve *curve, const Scene *scene) {
    int at[2];
    find_point(curve, flow_row_of(scene->network, scene->op), 1, at);
    canvas_line_down(canvas, curve->plot.x + at[0], curve->plot.y, curve->plot.h, style_role(ROLE_ACCENT));
}

/* The names of the ends, and of the blocks at which a stage begins. */
static void draw_names(Canvas *canvas, const Curve *curve, const Network *network, int y) {
    int free_from = curve->plot.x - LABEL_WIDTH, end = curve->plot.x + curve->plot.w;
    int last = curve->rows - 1, free_to = end - text_width(flow_row_name(network, last));
    canvas_text(canvas, free_to, y, style_role(ROLE_DIM), flow_row_name(network, last));
    for (int row = 0; row < last; row++) {
        char name[OP_NAME_MAX];
        int at[2], stage = (int)strcspn(flow_row_name(network, row), ".");
        bool begins = row == 0 || strncmp(flow_row_name(network, row), flow_row_name(network, row - 1),
                                          (size_t)stage + 1) != 0;
        snprintf(name, sizeof name, "%.*s", stage, flow_row_name(network, row));
        find_point(curve, row, 1, at);
        int x = curve->plot.x + at[0];
        if (!begins || x < free_from || x + text_width(name) >= free_to) continue;
        free_from = canvas_text(canvas, x, y, style_role(ROLE_DIM), name) + 1;
    }
}

void gradient_curve_draw(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides) {
    enum { ROWS_MIN = 4 };
    if (area.h < ROWS_MIN || area.w < 2 * LABEL_WIDTH) return;
    Rect old = canvas_clip(canvas, area);
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE),
                   "Over depth: from the image to the loss");
    Rect names = layout_take_bottom(&area, 1);
    layout_take_left(&area, LABEL_WIDTH);
    Curve curve = {.plot = area, .axis = gradient_axis(scene, sides), .rows = flow_row_count(scene->network)};
    draw_grid(canvas, &curve);
    draw_selected(canvas, &curve, scene);
    for (int marks = 0; marks < 2; marks++)
        for (int with = 0; with < 2; with++) {
            const Pass *side = with ? sides->with : sides->without;
            curve.style = style_role(with ? ROLE_SKIP : ROLE_PLAIN);
            if (!marks)
                draw_side(canvas, &curve, side);
            else
                draw_marks(canvas, &curve, side, with ? U'●' : U'○');
        }
    draw_names(canvas, &curve, scene->network, names.y);
    canvas_unclip(canvas, old);
}

/* One of the ways: a name, a bar on the chart's axis, a number. */
static void draw_way(Canvas *canvas, Rect row, PlotLogAxis axis, Role role, const char *name, double value) {
    enum { NAME_WIDTH = 20, NUMBER_WIDTH = 8 };
    if (row.h <= 0) return;
    canvas_text_fit(canvas, row.x, row.y, NAME_WIDTH - 1, style_role(ROLE_TEXT), name);
    PlotBar bar = {.x = row.x + NAME_WIDTH,
                   .y = row.y,
                   .width = row.w - NAME_WIDTH - NUMBER_WIDTH,
                   .style = style_role(role),
                   .hatched = role == ROLE_PLAIN && (canvas->flags & (CANVAS_ASCII | CANVAS_MONO))};
    if (isnan(value)) {
        canvas_text(canvas, bar.x, row.y, style_role(ROLE_DIM), "not known");
        return;
    }
    plot_log_bar(canvas, bar, axis, value);
    canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_TEXT), gradient_number(value).text);
}

/* The cosine in words: how much the two ways pull the same way. */
static const char *agreement(double cosine) {
    if (cosine > 0.5) return "the two ways agree";
    if (cosine > 0.1) return "the two ways agree a little";
    if (cosine >= -0.1) return "the two ways are unrelated";
    return "F works against the skip";
}

void gradient_ways_draw(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides) {
    char title[WIDGET_TEXT_MAX];
    int row = flow_row_of(scene->network, scene->op);
    PlotLogAxis axis = gradient_axis(scene, sides);
    snprintf(title, sizeof title, "The ways to the input of %s", flow_row_name(scene->network, row));
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), title);
    FlowRow flow = {.total = NAN, .skip = NAN, .branch = NAN, .cosine = NAN};
    if (sides->with) flow = flow_row(sides->with, row);
    if (!sides->single)
        draw_way(canvas, layout_take_top(&area, 1), axis, ROLE_SKIP, "with skips", flow.total);
    if (flow.has_skip) {
        draw_way(canvas, layout_take_top(&area, 1), axis, ROLE_SKIP, "  through the skip", flow.skip);
        draw_way(canvas, layout_take_top(&area, 1), axis, ROLE_BRANCH, "  through F", flow.branch);
    }
    draw_way(canvas, layout_take_top(&area, 1), axis, ROLE_PLAIN, gradient_side_name(sides, false),
             gradient_side_value(sides->without, row));
    if (isnan(flow.cosine) || area.h <= 0) return;
    char text[2 * WIDGET_TEXT_MAX];
    snprintf(text, sizeof text, "cosine %+.2f: %s", flow.cosine, agreement(flow.cosine));
    canvas_text_fit(canvas, area.x, area.y, area.w, style_role(flow.cosine < 0 ? ROLE_WARN : ROLE_DIM), text);
}
