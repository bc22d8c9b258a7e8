#include "views/gradients/table.h"

#include <math.h>
#include <stdio.h>

#include "core/inspect/gradient_flow.h"
#include "views/canvas/layout.h"
#include "views/gradients/panel.h"
#include "views/gradients/reading.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    WIDE = 120,  /* from here on numbers stand beside the bars */
    WIDER = 200, /* from here on the ops stand beside the chart, not below it */
    NAME_WIDTH = 11,
    NUMBER_WIDTH = 8,
    COSINE_WIDTH = 7,
    RATIO_WIDTH = 9,
    PANEL_WIDTH = 66,
    TITLE_ROWS = 2,
    READING_ROWS = 4,
    READING_ROWS_TIGHT = 2,
    TIGHT = 16, /* with fewer rows the chart takes them all */
};

typedef enum BarId { BAR_TOTAL, BAR_SKIP, BAR_BRANCH, BAR_BASELINE, BAR_COUNT } BarId;

/* Where the columns of the chart stand. */
typedef struct Table {
    Rect area;
    bool wide, baseline;           /* numbers beside the bars; a column for the baseline */
    int shortcut, total, cosine;   /* first columns; total: the number when it has no bar */
    int bar[BAR_COUNT], bar_width; /* bar[BAR_TOTAL] is used when wide, bar[BAR_BASELINE] with a baseline */
    PlotLogAxis axis;
} Table;

static const Role bar_roles[BAR_COUNT] = {ROLE_BACKWARD, ROLE_SKIP, ROLE_BRANCH, ROLE_PLAIN};

static int bar_first(const Table *table) {
    return table->wide ? BAR_TOTAL : BAR_SKIP;
}

static int bar_end(const Table *table) {
    return table->baseline ? BAR_COUNT : BAR_BASELINE;
}

static PlotLogAxis common_axis(const Scene *scene, bool with_ops) {
    double range[2] = {INFINITY, 0};
    flow_widen_by_rows(scene->pass, range);
    if (scene->baseline && reading_compares(scene)) flow_widen_by_rows(scene->baseline, range);
    if (with_ops) flow_widen_by_ops(scene->pass, range);
    return plot_log_axis_fit(range, 2);
}

static Table table_plan(const Scene *scene, Rect area) {
    Table table = {.area = area, .wide = area.w >= WIDE, .baseline = reading_compares(scene)};
    int ratio = !table.baseline ? 0 : table.wide ? RATIO_WIDTH : RATIO_WIDTH - 2;
    table.shortcut = area.x + 2 + NAME_WIDTH;
    table.total = table.shortcut + (table.wide ? 15 : 4);
    int first = bar_first(&table), x = table.wide ? table.total : table.total + NUMBER_WIDTH;
    int step = (area.x + area.w - x - COSINE_WIDTH - ratio) / (bar_end(&table) - first);
    table.bar_width = step - 1 - (table.wide ? NUMBER_WIDTH : 0);
    for (int k = first; k < bar_end(&table); k++, x += step) {
        if (k == BAR_BASELINE) table.cosine = x, x += COSINE_WIDTH;
        table.bar[k] = x;
    }
    if (!table.baseline) table.cosine = x;
    return table;
}

static void draw_title(Canvas *canvas, Rect area, const Scene *scene) {
    const char *norms = reading_norms(scene, area.w < WIDER);
    int left = canvas_text_right(canvas, area.x + area.w, area.y, style_role(ROLE_DIM), norms);
    canvas_text_fit(canvas, area.x, area.y, left - area.x - 1, style_bold(ROLE_TITLE),
                    "Gradient by depth: |g| at the input of each block, log axis");
    canvas_text_fit(canvas, area.x, area.y + 1, area.w, style_role(ROLE_TEXT),
                    reading_comparison(scene).text);
}

static void draw_head(Canvas *canvas, const Table *table, const Scene *scene) {
    int right = table->area.x + table->area.w, y = table->area.y;
    char baseline[WIDGET_TEXT_MAX];
    snprintf(baseline, sizeof baseline, "%s |g|", reading_baseline_name(scene));
    enum { ROOMY_BAR = 13 };
    bool roomy = table->bar_width >= ROOMY_BAR - 1;
    const char *const titles[BAR_COUNT] = {"|g|", roomy ? "through skip" : "skip", roomy ? "through F" : "F",
                                           baseline};
    Style dim = style_role(ROLE_DIM);
    canvas_text(canvas, table->area.x + 2, y, dim, "block");
    canvas_text(canvas, table->shortcut, y, dim, table->wide ? "shortcut" : "way");
    if (!table->wide) canvas_text(canvas, table->total, y, style_bold(ROLE_BACKWARD), "|g|");
    for (int k = bar_first(table); k < bar_end(table); k++)
        canvas_text(canvas, table->bar[k], y, style_bold(bar_roles[k]), titles[k]);
    canvas_text(canvas, table->cosine, y, dim, "cos");
    if (table->baseline) canvas_text_right(canvas, right, y, dim, "ratio");
}

static void draw_number(Canvas *canvas, int x, int y, double value) {
    if (isnan(value)) return;
    canvas_text(canvas, x, y, style_role(ROLE_TEXT), value == 0 ? "0" : text_format_exponent(value).text);
}

/* A bar and, where there is room, its number. A closed way is a 0, not an empty place. */
static void draw_bar(Canvas *canvas, const Table *table, BarId id, int y, double value) {
    PlotBar bar = {.x = table->bar[id],
                   .y = y,
                   .width = table->bar_width,
                   .style = style_role(bar_roles[id]),
                   .hatched = id == BAR_BASELINE && (canvas->flags & (CANVAS_MONO | CANVAS_ASCII))};
    if (isnan(value)) return;
    plot_log_bar(canvas, bar, table->axis, value);
    if (table->wide)
        draw_number(canvas, bar.x + bar.width + 1, y, value);
    else if (value == 0)
        canvas_text(canvas, bar.x, y, style_role(ROLE_DIM), "0");
}

/* The shortcut as it is drawn everywhere: a lane whose line tells its kind. */
static uint32_t lane_glyph(const Canvas *canvas, ShortcutKind kind) {
    switch (kind) {
    case SHORTCUT_NONE: break;
    case SHORTCUT_IDENTITY: return widget_glyph(canvas, U'│', '|');
    case SHORTCUT_ZERO_PAD: return widget_glyph(canvas, U'┊', ':');
    case SHORTCUT_PROJECTION: return widget_glyph(canvas, U'╪', '+');
    }
    return ' ';
}

static const char *lane_word(const Table *table, ShortcutKind kind) {
    static const char *const words[] = {[SHORTCUT_NONE] = "-",
                                        [SHORTCUT_IDENTITY] = "id",
                                        [SHORTCUT_ZERO_PAD] = "pad",
                                        [SHORTCUT_PROJECTION] = "1x1"};
    return table->wide ? widget_shortcut_name(kind) : words[kind];
}

static void draw_row_name(Canvas *canvas, const Table *table, const Scene *scene, int row, int y) {
    const Network *network = scene->network;
    int x = table->area.x;
    bool selected = row == flow_row_of(network, scene->op);
    Style style = style_role(selected ? ROLE_CURSOR_TEXT : ROLE_TEXT);
    if (selected) {
        style.bg = color_role(ROLE_CURSOR);
        style.attributes = CELL_BOLD;
        canvas_put(canvas, x, y, style_bold(ROLE_ACCENT), U'▸');
        canvas_set_cursor(canvas, x + 2, y);
    }
    canvas_text_fit(canvas, x + 2, y, NAME_WIDTH - 1, style, flow_row_name(network, row));
    if (row < 1 || row > network->block_count) return;
    ShortcutKind kind = network->blocks[row - 1].shortcut;
    canvas_put(canvas, x + 1, y, style_role(ROLE_SKIP), lane_glyph(canvas, kind));
    canvas_text(canvas, table->shortcut, y, style_role(ROLE_DIM), lane_word(table, kind));
}

/* The baseline's bar, and how it compares. */
static void draw_baseline(Canvas *canvas, const Table *table, const Scene *scene, int row, int y) {
    double own = flow_row(scene->pass, row).total, baseline = flow_row(scene->baseline, row).total;
    draw_bar(canvas, table, BAR_BASELINE, y, baseline);
    if (!(own > 0) || isnan(baseline)) return;
    char ratio[24];
    snprintf(ratio, sizeof ratio, "x%.2g", baseline / own);
    canvas_text_right(canvas, table->area.x + table->area.w, y, style_role(ROLE_TEXT), ratio);
}

static void draw_row(Canvas *canvas, const Table *table, const Scene *scene, int row, int y) {
    FlowRow flow = flow_row(scene->pass, row);
    draw_row_name(canvas, table, scene, row, y);
    click_add_text(canvas, (Rect){table->area.x, y, table->area.w, 1}, ACTION_SELECT,
                   scene->network->ops[flow_row_select(scene->network, row)].name);
    if (!flow.known) canvas_text(canvas, table->total, y, style_role(ROLE_DIM), "not yet");
    if (table->wide)
        draw_bar(canvas, table, BAR_TOTAL, y, flow.total);
    else
        draw_number(canvas, table->total, y, flow.total);
    draw_bar(canvas, table, BAR_SKIP, y, flow.skip);
    draw_bar(canvas, table, BAR_BRANCH, y, flow.block >= 0 && !flow.has_skip ? flow.total : flow.branch);
    if (!isnan(flow.cosine))
        canvas_text(canvas, table->cosine, y, style_role(flow.cosine < 0 ? ROLE_WARN : ROLE_TEXT),
                    text_format_signed(flow.cosine, 5, 2).text);
    if (scene->baseline && table->baseline) draw_baseline(canvas, table, scene, row, y);
}

static int first_row(const Scene *scene, int height) {
    int selected = flow_row_of(scene->network, scene->op);
    return layout_scroll(selected - height / 2, selected, flow_row_count(scene->network), height);
}

static void draw_rows(Canvas *canvas, const Table *table, const Scene *scene, Rect rows) {
    int count = flow_row_count(scene->network), first = first_row(scene, rows.h);
    for (int k = 0; k < rows.h && first + k < count; k++)
        draw_row(canvas, table, scene, first + k, rows.y + k);
    if (table->baseline)
        canvas_text(canvas, table->bar[BAR_BASELINE], rows.y + (rows.h < count ? rows.h : count) / 2,
                    style_role(ROLE_WARN), reading_baseline_state(scene));
}

/* The ticks, and which rows are seen when not all are. */
static void draw_axis(Canvas *canvas, const Table *table, const Scene *scene, Rect rows) {
    int count = flow_row_count(scene->network), y = rows.y + (count < rows.h ? count : rows.h);
    for (int k = bar_first(table); k < bar_end(table); k++) {
        PlotBar bar = {.x = table->bar[k], .y = y, .width = table->bar_width, .style = style_role(ROLE_DIM)};
        plot_log_ticks(canvas, bar, table->axis);
    }
    Style dim = style_role(ROLE_DIM);
    int first = first_row(scene, rows.h);
    if (count > rows.h)
        canvas_printf(canvas, table->area.x + 2, y, dim, "%d-%d of %d", first + 1, first + rows.h, count);
    else
        canvas_text(canvas, table->area.x + 2, y, dim, table->wide ? "|g|, one axis" : "|g|");
}

static void draw_reading(Canvas *canvas, Rect area, const Scene *scene) {
    bool complete = pass_backward_done(scene->pass) == scene->network->op_count;
    canvas_text_fit(canvas, area.x, area.y, area.w, style_bold(ROLE_TEXT),
                    reading_row(scene, flow_row_of(scene->network, scene->op)).text);
    Rect rest = {.x = area.x, .y = area.y + 1, .w = area.w, .h = area.h - 1};
    canvas_text_wrapped(canvas, rest, style_role(complete ? ROLE_TEXT : ROLE_WARN),
                        reading_summary(scene, area.w < WIDE).text, 0);
}

/* Takes the place of the panel off the chart's; empty when the chart would become too small. */
static Rect take_panel(Rect *area, const Scene *scene) {
    enum { CHART_MIN = 10, FIXED_ROWS = 2 };
    Rect none = {.x = area->x};
    if (area->w >= WIDER) {
        Rect panel = layout_take_right(area, PANEL_WIDTH);
        layout_take_right(area, 2);
        return panel;
    }
    int rows = gradient_panel_height(scene->network, flow_row_of(scene->network, scene->op)) + 1;
    if (area->w < WIDE || area->h - rows < CHART_MIN + FIXED_ROWS) return none;
    /* The chart takes what its rows need, the panel comes right below it. */
    int chart = flow_row_count(scene->network) + FIXED_ROWS, room = area->h - rows;
    Rect panel = *area;
    area->h = chart < room ? chart : room;
    panel.y += area->h + 1;
    panel.h = rows - 1;
    return panel;
}

void gradient_table_draw(Canvas *canvas, Rect area, const Scene *scene) {
    Rect old = canvas_clip(canvas, area), rest = area;
    draw_title(canvas, layout_take_top(&rest, TITLE_ROWS), scene);
    draw_reading(canvas, layout_take_bottom(&rest, area.h < TIGHT ? READING_ROWS_TIGHT : READING_ROWS),
                 scene);
    Rect panel = take_panel(&rest, scene);
    Table table = table_plan(scene, rest);
    table.axis = common_axis(scene, !rect_is_empty(panel));
    draw_head(canvas, &table, scene);
    layout_take_top(&rest, 1);
    layout_take_bottom(&rest, 1);
    draw_rows(canvas, &table, scene, rest);
    draw_axis(canvas, &table, scene, rest);
    if (!rect_is_empty(panel))
        gradient_panel_draw(canvas, panel, scene,
                            (GradientPanel){.row = flow_row_of(scene->network, scene->op),
                                            .axis = table.axis,
                                            .params = area.w >= WIDER});
    canvas_unclip(canvas, old);
}
