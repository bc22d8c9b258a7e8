#include "views/gradients/pairs.h"

#include <math.h>
#include <stdio.h>

#include "core/inspect/gradient_flow.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"

enum {
    NAME_WIDTH = 13, /* mark, lane, name, a space */
    NUMBER_WIDTH = 8,
    RATIO_WIDTH = 13,
    RATIO_FROM = 64, /* narrower areas leave the ratio out */
    LABEL_ROWS = 2,  /* legend and axis */
    PAIR = 2,
    CLASS_ROWS = 2, /* of a bar before a class */
    HEIGHT_MAX = 5,
};

static bool is_plain_text(const Canvas *canvas) {
    return (canvas->flags & (CANVAS_ASCII | CANVAS_MONO)) != 0;
}

/* A network without skips has one bar a block. */
static int bar_count(const Scene *scene) {
    return scene->network->shortcut == '-' ? 1 : PAIR;
}

static int row_height(const Canvas *canvas, const Scene *scene, int rows) {
    int blocks = scene->network->block_count, all = flow_row_count(scene->network), bars = bar_count(scene);
    if (scene->settings.presenter && CLASS_ROWS * bars * blocks <= rows) return CLASS_ROWS * bars;
    int entries = bars * all <= rows ? all : blocks;
    if (bars * entries > rows) return is_plain_text(canvas) ? bars : 1;
    int height = rows / entries;
    return height < HEIGHT_MAX ? height : HEIGHT_MAX;
}

PairPlan pair_plan(const Canvas *canvas, const Scene *scene, Rect area) {
    int blocks = scene->network->block_count, all = flow_row_count(scene->network);
    PairPlan plan = {.rows = area, .legend = true};
    layout_take_bottom(&plan.rows, 1);
    /* The row may be what lets all blocks stand on one page before a class. */
    int needed = CLASS_ROWS * bar_count(scene) * blocks;
    if (scene->settings.presenter && plan.rows.h == needed) plan.legend = false;
    layout_take_top(&plan.rows, plan.legend);
    plan.row_height = row_height(canvas, scene, plan.rows.h);
    plan.ends = all * plan.row_height <= plan.rows.h;
    int entries = plan.ends ? all : blocks, room = plan.rows.h / plan.row_height;
    if (room < 1) room = 1;
    plan.count = entries < room ? entries : room;
    plan.all = plan.count == entries;
    int selected = flow_row_of(scene->network, scene->op) - !plan.ends;
    if (selected < 0) selected = 0;
    if (selected >= entries) selected = entries - 1;
    plan.first = layout_scroll(selected - room / 2, selected, entries, room) + !plan.ends;
    return plan;
}

int pair_rows_over(const Canvas *canvas, const Scene *scene, Rect area) {
    PairPlan plan = pair_plan(canvas, scene, area);
    int over = plan.rows.h - plan.count * plan.row_height;
    return over > 0 ? over : 0;
}

/* Where the columns stand. */
typedef struct PairChart {
    const Scene *scene;
    const GradientSides *sides;
    PairPlan plan;
    PlotLogAxis axis;
    int bar, bar_width, number, ratio; /* number and ratio: the column after their last; ratio 0: none */
} PairChart;

static PairChart chart_of(const Scene *scene, const GradientSides *sides, PairPlan plan) {
    Rect rows = plan.rows;
    bool wide = rows.w >= RATIO_FROM && !sides->single;
    PairChart chart = {.scene = scene,
                       .sides = sides,
                       .plan = plan,
                       .axis = gradient_axis(scene, sides),
                       .bar = rows.x + NAME_WIDTH,
                       .number = rows.x + rows.w};
    if (wide) {
        chart.ratio = rows.x + rows.w;
        chart.number = chart.ratio - RATIO_WIDTH;
    }
    chart.bar_width = chart.number - NUMBER_WIDTH - chart.bar;
    return chart;
}

static Style side_style(bool with) {
    return style_role(with ? ROLE_SKIP : ROLE_PLAIN);
}

static void draw_row_name(Canvas *canvas, const PairChart *chart, int row, int y) {
    const Network *network = chart->scene->network;
    bool selected = row == flow_row_of(network, chart->scene->op);
    int x = chart->plan.rows.x;
    Style style = style_role(selected ? ROLE_CURSOR_TEXT : ROLE_TEXT);
    if (selected) {
        style.bg = color_role(ROLE_CURSOR);
        style.attributes = CELL_BOLD;
        canvas_put(canvas, x, y, style_bold(ROLE_ACCENT), U'▸');
        canvas_set_cursor(canvas, x + 2, y);
    }
    canvas_text_fit(canvas, x + 2, y, NAME_WIDTH - 3, style, flow_row_name(network, row));
}

/* The shortcut as it is drawn everywhere: a lane whose line tells its kind. */
static void draw_lane(Canvas *canvas, const PairChart *chart, int row, Rect entry) {
    static const uint32_t glyphs[] = {[SHORTCUT_NONE] = ' ',
                                      [SHORTCUT_IDENTITY] = U'│',
                                      [SHORTCUT_ZERO_PAD] = U'┊',
                                      [SHORTCUT_PROJECTION] = U'╪'};
    const Network *network = chart->scene->network;
    if (row < 1 || row > network->block_count) return;
    for (int k = 0; k < entry.h; k++)
        canvas_put(canvas, entry.x + 1, entry.y + k, style_role(ROLE_SKIP),
                   glyphs[network->blocks[row - 1].shortcut]);
}

/* "with skips" and "without" beside high bars. */
static void draw_bar_name(Canvas *canvas, const PairChart *chart, bool with, int y) {
    enum { WIDTH = NAME_WIDTH - 2 };
    canvas_text_fit(canvas, chart->plan.rows.x + 2, y, WIDTH, side_style(with),
                    with ? "with skips" : "without");
}

static void draw_bar(Canvas *canvas, const PairChart *chart, bool with, Rect rows, double value) {
    if (isnan(value)) return;
    PlotBar bar = {.x = chart->bar,
                   .width = chart->bar_width,
                   .style = side_style(with),
                   .hatched = !with && is_plain_text(canvas)};
    for (bar.y = rows.y; bar.y < rows.y + rows.h; bar.y++) plot_log_bar(canvas, bar, chart->axis, value);
    canvas_text_right(canvas, chart->number, rows.y, style_bold(with ? ROLE_SKIP : ROLE_PLAIN),
                      gradient_number(value).text);
}

/* Both bars in one row of cells, each half a cell high. */
static void draw_halves(Canvas *canvas, const PairChart *chart, int y, double with, double without) {
    int upper = (int)lround(plot_log_fraction(chart->axis, isnan(with) ? 0 : with) * chart->bar_width);
    int lower = (int)lround(plot_log_fraction(chart->axis, isnan(without) ? 0 : without) * chart->bar_width);
    for (int k = 0; k < upper || k < lower; k++) {
        Style style = side_style(k < upper);
        if (k < upper && k < lower) style.bg = color_role(ROLE_PLAIN);
        canvas_put(canvas, chart->bar + k, y, style, k < upper ? U'▀' : U'▄');
    }
    canvas_text_right(canvas, chart->number, y, style_bold(isnan(with) ? ROLE_PLAIN : ROLE_SKIP),
                      gradient_number(isnan(with) ? without : with).text);
}

static void draw_entry(Canvas *canvas, const PairChart *chart, int row, Rect entry) {
    double with = gradient_side_value(chart->sides->with, row);
    double without = gradient_side_value(chart->sides->without, row);
    int bars = bar_count(chart->scene), bar_rows = entry.h >= bars ? entry.h / bars : 1;
    if (bars == 1 && entry.h > PAIR) bar_rows--;
    draw_lane(canvas, chart, row, entry);
    draw_row_name(canvas, chart, row, entry.y);
    click_add_text(canvas, entry, ACTION_SELECT,
                   chart->scene->network->ops[flow_row_select(chart->scene->network, row)].name);
    if (entry.h < bars)
        draw_halves(canvas, chart, entry.y, with, without);
    else {
        Rect upper = {entry.x, entry.y, entry.w, bar_rows};
        Rect lower = {entry.x, entry.y + bar_rows, entry.w, bar_rows};
        draw_bar(canvas, chart, true, upper, with);
        draw_bar(canvas, chart, false, chart->sides->single ? upper : lower, without);
        if (bars == PAIR && bar_rows > 1) {
            draw_bar_name(canvas, chart, true, entry.y + 1);
            draw_bar_name(canvas, chart, false, lower.y);
        }
    }
    if (chart->ratio == 0) return;
    canvas_text_right(canvas, chart->ratio, entry.y + (entry.h >= bars ? bar_rows : 0), style_role(ROLE_TEXT),
                      gradient_ratio(with, without).text);
}

/* A line for every decade, behind the bars. */
static void draw_decades(Canvas *canvas, const PairChart *chart) {
    int decades = chart->axis.hi - chart->axis.lo, height = chart->plan.count * chart->plan.row_height;
    for (int k = 0; k <= decades; k++) {
        int x = chart->bar + (int)lround((double)k * chart->bar_width / decades) - (k == decades);
        for (int y = 0; y < height; y++)
            canvas_put(canvas, x, chart->plan.rows.y + y, style_role(ROLE_BORDER), U'┊');
    }
}

/* The name of a row that has no bars, beside the legend or the axis. */
static void draw_end(Canvas *canvas, const PairChart *chart, int row, int y) {
    draw_row_name(canvas, chart, row, y);
    click_add_text(canvas, (Rect){chart->plan.rows.x, y, NAME_WIDTH, 1}, ACTION_SELECT,
                   chart->scene->network->ops[flow_row_select(chart->scene->network, row)].name);
}

static int draw_key(Canvas *canvas, const PairChart *chart, int x, int y, bool with) {
    const GradientSides *sides = chart->sides;
    const Pass *side = with ? sides->with : sides->without;
    PlotBar swatch = {
        .x = x, .y = y, .width = 2, .style = side_style(with), .hatched = !with && is_plain_text(canvas)};
    plot_bar(canvas, swatch, 1);
    bool own = side == chart->scene->pass;
    x = canvas_text(canvas, x + 3, y, own ? style_bold(ROLE_TEXT) : style_role(ROLE_TEXT),
                    gradient_side_name(sides, with));
    const char *state = gradient_side_state(chart->scene, side);
    if (*state) x = canvas_text(canvas, x, y, style_role(ROLE_WARN), ": ");
    return canvas_text(canvas, x, y, style_role(ROLE_WARN), state) + 2;
}

static void draw_legend(Canvas *canvas, const PairChart *chart, int y) {
    enum { KEYS_WIDTH = 36 };
    static const char *const titles[] = {"length of the gradient at each block's input",
                                         "gradient at its input", "gradient"};
    Rect rows = chart->plan.rows;
    int x = rows.x + (rows.w < 2 * NAME_WIDTH + KEYS_WIDTH && chart->plan.ends ? 2 : NAME_WIDTH);
    const char *state = gradient_side_state(chart->scene, chart->sides->without);
    int room = rows.x + rows.w - x - KEYS_WIDTH - text_width(state);
    for (int k = 0; k < 3; k++)
        if (text_width(titles[k]) + 1 < room) {
            x = canvas_text(canvas, x, y, style_bold(ROLE_TITLE), titles[k]) + 2;
            break;
        }
    if (!chart->sides->single) x = draw_key(canvas, chart, x, y, true);
    draw_key(canvas, chart, x, y, false);
}

static void draw_axis(Canvas *canvas, const PairChart *chart, int y) {
    const PairPlan *plan = &chart->plan;
    PlotBar ticks = {.x = chart->bar, .y = y, .width = chart->bar_width, .style = style_role(ROLE_DIM)};
    plot_log_ticks(canvas, ticks, chart->axis);
    char text[WIDGET_TEXT_MAX] = "log axis";
    if (!plan->all)
        snprintf(text, sizeof text, "%d-%d of %d blocks", plan->first - !plan->ends + 1,
                 plan->first - !plan->ends + plan->count,
                 chart->scene->network->block_count + (plan->ends ? 2 : 0));
    int room = plan->rows.x + plan->rows.w - chart->bar - chart->bar_width - 1;
    if (text_width(text) <= room)
        canvas_text_right(canvas, plan->rows.x + plan->rows.w, y, style_role(ROLE_DIM), text);
    else if (!plan->all)
        canvas_printf(canvas, chart->bar + chart->bar_width, y, style_role(ROLE_DIM), "%d/%d",
                      plan->first - !plan->ends + plan->count, chart->scene->network->block_count);
}

void pair_draw(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides) {
    PairChart chart = chart_of(scene, sides, pair_plan(canvas, scene, area));
    PairPlan plan = chart.plan;
    if (chart.bar_width < 1 || area.h < LABEL_ROWS + 1) return;
    if (plan.legend) draw_legend(canvas, &chart, area.y);
    draw_decades(canvas, &chart);
    for (int k = 0; k < plan.count; k++)
        draw_entry(canvas, &chart, plan.first + k,
                   (Rect){plan.rows.x, plan.rows.y + k * plan.row_height, plan.rows.w, plan.row_height});
    int axis = plan.rows.y + plan.count * plan.row_height;
    draw_axis(canvas, &chart, axis);
    if (plan.ends) return;
    if (plan.legend) draw_end(canvas, &chart, 0, area.y);
    draw_end(canvas, &chart, flow_row_count(scene->network) - 1, axis);
}
