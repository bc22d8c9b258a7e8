#include "views/gradients/panel.h"

#include <math.h>
#include <stdio.h>

#include "core/inspect/gradient_flow.h"
#include "views/gradients/sides.h"
#include "views/widget/widgets.h"

enum {
    NAME_WIDTH = 14,
    SUMMARY_WIDTH = 20,
    NUMBER_WIDTH = 8,
    PARAMS_WIDTH = 9,
    BAR_MIN = 8,
    BAR_MAX = 40,
    NARROW = 56,
    HEAD_ROWS = 2
};

int gradient_panel_height(const Network *network, int row) {
    int count = 0;
    for (int op = 0; op < network->op_count; op++) count += flow_row_of(network, op) == row;
    return count + HEAD_ROWS;
}

/* The norm over all parameters of an op; NaN while not computed or when it has none. */
static double params_l2(const Scene *scene, int op) {
    const Op *o = &scene->network->ops[op];
    double square = 0;
    bool any = false;
    for (int k = 0; k < o->param_count; k++) {
        Stats stats = pass_param_grad_stats(scene->pass, &scene->network->params[o->param_first + k]);
        if (!stats.known) continue;
        any = true;
        square += stats.l2 * stats.l2;
    }
    return any ? sqrt(square) : NAN;
}

static void draw_number(Canvas *canvas, int x, int y, double value) {
    canvas_text(canvas, x, y, style_role(ROLE_TEXT), gradient_number(value).text);
}

/* Narrow panels leave out what kind of operation it is: its name says it. */
static int summary_width(Rect row) {
    return row.w < NARROW ? 0 : SUMMARY_WIDTH;
}

static void draw_op(Canvas *canvas, Rect row, const Scene *scene, const GradientPanel *panel, int op) {
    const Op *o = &scene->network->ops[op];
    Stats stats = pass_grad_stats(scene->pass, op);
    bool selected = op == scene->op;
    int x = row.x + 2, summary = summary_width(row),
        bar = row.w - 2 - NAME_WIDTH - summary - NUMBER_WIDTH - (panel->params ? PARAMS_WIDTH : 0);
    if (selected) canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
    canvas_text_fit(canvas, x, row.y, NAME_WIDTH - 1,
                    selected ? style_bold(ROLE_TEXT) : style_role(ROLE_TEXT),
                    widget_op_short_name(scene->network, op));
    x += NAME_WIDTH;
    canvas_text_fit(canvas, x, row.y, summary - 1, style_role(ROLE_DIM), widget_op_summary(o).text);
    x += summary;
    draw_number(canvas, x, row.y, stats.known ? stats.l2 : NAN);
    if (panel->params) draw_number(canvas, row.x + row.w - PARAMS_WIDTH + 1, row.y, params_l2(scene, op));
    if (!stats.known || bar < BAR_MIN) return;
    PlotBar place = {.x = x + NUMBER_WIDTH,
                     .y = row.y,
                     .width = (bar < BAR_MAX ? bar : BAR_MAX) - 1,
                     .style = style_role(ROLE_BACKWARD)};
    plot_log_bar(canvas, place, panel->axis, stats.l2);
}

void gradient_panel_draw(Canvas *canvas, Rect area, const Scene *scene, GradientPanel panel) {
    const Network *network = scene->network;
    char title[WIDGET_TEXT_MAX];
    snprintf(title, sizeof title, "operations of %s", flow_row_name(network, panel.row));
    Rect row = {.x = area.x, .y = area.y, .w = area.w, .h = 1};
    widget_heading(canvas, row, style_role(ROLE_TITLE), title);
    row.y++;
    Style dim = style_role(ROLE_DIM);
    int number = row.x + 2 + NAME_WIDTH + summary_width(row);
    canvas_text(canvas, row.x + 2, row.y, dim, "operation");
    canvas_text(canvas, number, row.y, dim, panel.params ? "|g| at output" : "|g| at its output, same axis");
    if (panel.params) canvas_text_right(canvas, row.x + row.w, row.y, dim, "|dw| params");
    row.y++;
    for (int op = 0; op < network->op_count && row.y < area.y + area.h; op++) {
        if (flow_row_of(network, op) != panel.row) continue;
        draw_op(canvas, row, scene, &panel, op);
        row.y++;
    }
}
