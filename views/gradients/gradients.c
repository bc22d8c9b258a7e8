/* The gradient by depth: how large the gradient of the loss still is at the input of every block, with skips
 * and without. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/inspect/gradient_flow.h"
#include "views/canvas/layout.h"
#include "views/gradients/curve.h"
#include "views/gradients/pairs.h"
#include "views/gradients/panel.h"
#include "views/gradients/reading.h"
#include "views/gradients/table.h"
#include "views/scene/view.h"
#include "views/style/text.h"

enum { BESIDE_FROM = 112, BESIDE_MIN = 46, BESIDE_MAX = 84, GAP = 2, PARAMS_FROM = 76 };

typedef struct GradientsState {
    bool table; /* the ways as a table, in place of the two bars */
} GradientsState;

static bool is_complete(const Scene *scene) {
    return pass_backward_done(scene->pass) == scene->network->op_count;
}

static void take_text(Canvas *canvas, Rect *area, Style style, const char *text) {
    if (!rect_is_empty(*area)) layout_take_top(area, canvas_text_wrapped(canvas, *area, style, text, 0));
}

/* Where the row is short, without the two numbers after the colon: the bars have them. */
static void draw_line(Canvas *canvas, Rect row, Style style, ReadingText text) {
    char *numbers = strstr(text.text, ": ");
    if (numbers && strstr(numbers, ", not ") && text_width(text.text) > row.w) snprintf(numbers, 2, ".");
    canvas_text_fit(canvas, row.x, row.y, row.w, style, text.text);
}

/* What the chart says of the selected block, and of all of them where there is room. */
static void draw_reading(Canvas *canvas, Rect area, const Scene *scene) {
    bool complete = is_complete(scene);
    int row = flow_row_of(scene->network, scene->op);
    Rect old = canvas_clip(canvas, area);
    Style bold = style_bold(complete ? ROLE_TEXT : ROLE_WARN);
    if (area.h == 1) {
        draw_line(canvas, area, bold, reading_pair(scene, row));
        layout_take_top(&area, 1);
    } else
        take_text(canvas, &area, bold, reading_pair(scene, row).text);
    if (complete) take_text(canvas, &area, style_role(ROLE_TEXT), reading_summary(scene, true).text);
    take_text(canvas, &area, style_role(ROLE_DIM), reading_comparison(scene).text);
    take_text(canvas, &area, style_role(ROLE_DIM), reading_norms(scene, false));
    canvas_unclip(canvas, old);
}

/* How to get something to look at, over the empty chart. */
static void draw_invitation(Canvas *canvas, Rect area, const Scene *scene) {
    enum { WIDTH = 52, HEIGHT = 5 };
    static const char text[] =
        "No gradient yet. Enter runs the network forward to its answer and backward again, "
        "with skips and without.";
    bool any = false;
    for (int row = 0; row < flow_row_count(scene->network); row++)
        any = any || flow_row(scene->pass, row).known;
    if (any || area.w < WIDTH || area.h < HEIGHT + 4) return;
    Rect box = {area.x + (area.w - WIDTH) / 2, area.y + (area.h - HEIGHT) / 2, WIDTH, HEIGHT};
    canvas_fill(canvas, box, style_role(ROLE_TEXT), ' ');
    canvas_box(canvas, box, style_role(ROLE_FOCUS), NULL);
    canvas_text_wrapped(canvas, layout_inset(box, 2, 1), style_bold(ROLE_TEXT), text, 0);
}

/* The curve over depth, then the ways to the selected block, then its operations. */
static void draw_beside(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides) {
    enum { CURVE_MIN = 8 };
    int row = flow_row_of(scene->network, scene->op);
    int ops = gradient_panel_height(scene->network, row);
    if (area.h - ops - GRADIENT_WAYS_ROWS - 2 < CURVE_MIN) ops = 0;
    Rect panel = layout_take_bottom(&area, ops);
    if (ops > 0) layout_take_bottom(&area, 1);
    Rect ways = layout_take_bottom(&area, GRADIENT_WAYS_ROWS);
    layout_take_bottom(&area, 1);
    gradient_curve_draw(canvas, area, scene, sides);
    gradient_ways_draw(canvas, ways, scene, sides);
    if (ops == 0) return;
    gradient_panel_draw(
        canvas, panel, scene,
        (GradientPanel){.row = row, .axis = gradient_axis(scene, sides), .params = area.w >= PARAMS_FROM});
}

static void draw_pairs(Canvas *canvas, Rect area, const Scene *scene) {
    enum { READING_MAX = 6, BELOW_MIN = 16 };
    GradientSides sides = gradient_sides(scene);
    Rect beside = {.x = area.x};
    if (area.w >= BESIDE_FROM) {
        beside = layout_take_right(&area, integer_clamp(area.w * 2 / 5 - 2, BESIDE_MIN, BESIDE_MAX));
        layout_take_right(&area, GAP);
    }
    /* Before a class the bars have every row: what they say stands on the lesson's page. */
    Rect chart = area, below = layout_take_bottom(&chart, scene->settings.presenter ? 0 : 1);
    int over = pair_rows_over(canvas, scene, chart);
    below.y -= over;
    below.h += over;
    chart.h -= over;
    pair_draw(canvas, chart, scene, &sides);
    draw_invitation(canvas, chart, scene);
    Rect reading = layout_take_top(&below, below.h < READING_MAX ? below.h : READING_MAX);
    draw_reading(canvas, reading, scene);
    if (!rect_is_empty(beside))
        draw_beside(canvas, beside, scene, &sides);
    else if (below.h >= BELOW_MIN)
        draw_beside(canvas, below, scene, &sides);
}

static void view_gradients_draw(const void *memory, const Scene *scene, Canvas *canvas, Rect area) {
    const GradientsState *state = memory;
    Rect old = canvas_clip(canvas, area);
    if (state->table)
        gradient_table_draw(canvas, area, scene);
    else
        draw_pairs(canvas, area, scene);
    canvas_unclip(canvas, old);
}

static Action select_row(const Scene *scene, int row) {
    int last = flow_row_count(scene->network) - 1;
    row = integer_clamp(row, 0, last);
    return view_select(scene->network, flow_row_select(scene->network, row));
}

/* Opens the selected block; before there is a gradient, runs all that makes one. */
static Action open_row(const Scene *scene) {
    if (!is_complete(scene)) return view_action(ACTION_STEP, 2 * scene->network->op_count);
    Action open = view_action(ACTION_VIEW, 0);
    snprintf(open.text, sizeof open.text, "block");
    return open;
}

static Action view_gradients_act(void *memory, const Scene *scene, Action action) {
    enum { PAGE = 10 };
    GradientsState *state = memory;
    int row = flow_row_of(scene->network, scene->op), count = action_count(&action);
    switch (action.id) {
    case ACTION_UP: return select_row(scene, row - count);
    case ACTION_DOWN: return select_row(scene, row + count);
    case ACTION_PAGE_UP: return select_row(scene, row - PAGE * count);
    case ACTION_PAGE_DOWN: return select_row(scene, row + PAGE * count);
    case ACTION_FIRST: return select_row(scene, 0);
    case ACTION_LAST: return select_row(scene, flow_row_count(scene->network) - 1);
    case ACTION_OPEN: return open_row(scene);
    case ACTION_OTHER: state->table = !state->table; return view_action(ACTION_NONE, 0);
    default: return action;
    }
}

static const ViewField fields[] = {
    {.name = "table", .offset = offsetof(GradientsState, table), .is_flag = true},
    {.name = NULL},
};

const ViewOps view_gradients_ops = {
    .name = "gradients",
    .title = "Gradients",
    .summary = "How large the gradient still is at the input of every block, with skips and without; o: by "
               "which way it came.",
    .key = 'r',
    .state_size = sizeof(GradientsState),
    .fields = fields,
    .act = view_gradients_act,
    .draw = view_gradients_draw,
};
