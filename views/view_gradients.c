/* The gradient by depth: how large the gradient of the loss still is at the input of every block, by which
 * way it came, and what is left of it in the same network without skips. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "views/gradient_flow.h"
#include "views/layout.h"
#include "views/parts.h"
#include "views/text.h"
#include "views/view.h"

enum {
    WIDE = 120,  /* from here on numbers stand beside the bars */
    WIDER = 200, /* from here on the ops stand beside the chart, not below it */
    NAME_WIDTH = 10,
    NUMBER_WIDTH = 8,
    COSINE_WIDTH = 7,
    RATIO_WIDTH = 9,
    PANEL_WIDTH = 66,
    READING_ROWS = 3,
    TEXT_MAX = 640,
};

typedef enum BarId { BAR_TOTAL, BAR_SKIP, BAR_BRANCH, BAR_RIVAL, BAR_COUNT } BarId;

/* Where the columns of the chart stand. */
typedef struct Table {
    Rect area;
    bool wide;
    int shortcut, total, cosine, ratio; /* first columns; total: the number when it has no bar */
    int bar[BAR_COUNT], bar_width;      /* bar[BAR_TOTAL] is used when wide */
    PlotLogAxis axis;
} Table;

static const char *const bar_titles[BAR_COUNT] = {"|g|", "through skip", "through F", "|g|"};
static const Role bar_roles[BAR_COUNT] = {ROLE_BACKWARD, ROLE_SKIP, ROLE_BRANCH, ROLE_PLAIN};

static const char *rival_sentence(const Scene *scene) {
    return scene->rival_mode == SKIP_CUT ? "cut: forward unchanged, the skip's term dropped in backward"
                                         : "plain: the same weights, skips removed in both directions";
}

static bool has_skips(const Scene *scene) {
    return scene->network->shortcut != '-';
}

static int bar_first(const Table *table) {
    return table->wide ? BAR_TOTAL : BAR_SKIP;
}

static Table table_plan(const Scene *scene, Rect area) {
    Table table = {.area = area, .wide = area.w >= WIDE};
    int cosine = table.wide ? COSINE_WIDTH : COSINE_WIDTH - 1,
        ratio = table.wide ? RATIO_WIDTH : RATIO_WIDTH - 2;
    table.shortcut = area.x + 2 + NAME_WIDTH;
    table.total = table.shortcut + (table.wide ? 16 : 5);
    int first = bar_first(&table), x = table.wide ? table.total : table.total + NUMBER_WIDTH;
    int step = (area.x + area.w - x - cosine - ratio) / (BAR_COUNT - first);
    table.bar_width = step - 1 - (table.wide ? NUMBER_WIDTH : 0);
    for (int k = first; k < BAR_COUNT; k++, x += step) {
        if (k == BAR_RIVAL) table.cosine = x, x += cosine;
        table.bar[k] = x;
    }
    table.ratio = x;
    double range[2] = {INFINITY, 0};
    flow_widen_by_rows(scene->pass, range);
    if (scene->rival) flow_widen_by_rows(scene->rival, range);
    if (table.wide) flow_widen_by_ops(scene->pass, range);
    table.axis = plot_log_axis_fit(range, 2);
    return table;
}

static const char *norm_sentence(const Scene *scene) {
    if (pass_batch_statistics(scene->pass)) return "batch norm: this image's own statistics (training)";
    if (flow_norms_untrained(scene->network))
        return "batch norm: running statistics still as born (0 and 1), so it hardly normalises";
    return "batch norm: running statistics (evaluation)";
}

/* What is compared, in words. Returns the rows used. */
static int draw_title(Canvas *canvas, Rect area, const Scene *scene) {
    char text[TEXT_MAX];
    canvas_text_fit(canvas, area.x, area.y, area.w, style_bold(ROLE_TITLE),
                    "Gradient by depth: |g| of the loss at the input of each block, log axis, one image");
    if (has_skips(scene))
        snprintf(text, sizeof text, "%s  vs  %s", part_skip_mode(scene).text, rival_sentence(scene));
    else
        snprintf(text, sizeof text, "%s has no skips: F is the only way, and there is nothing to compare",
                 scene->network->arch);
    Rect rest = {.x = area.x, .y = area.y + 1, .w = area.w, .h = 2};
    int rows = canvas_text_wrapped(canvas, rest, style_role(ROLE_TEXT), text, 0);
    rows = rows < rest.h ? rows : rest.h;
    canvas_text_fit(canvas, area.x, area.y + 1 + rows, area.w, style_role(ROLE_DIM), norm_sentence(scene));
    return 2 + rows;
}

static const char *rival_state(const Scene *scene) {
    if (!has_skips(scene)) return "";
    if (!scene->rival) return "not run yet (v)";
    return pass_backward_done(scene->rival) < scene->network->op_count ? "running" : "";
}

static void draw_head(Canvas *canvas, const Table *table, const Scene *scene) {
    Rect area = table->area;
    int split = table->bar[BAR_RIVAL], right = area.x + area.w, y = area.y;
    char title[PART_TEXT_MAX];
    snprintf(title, sizeof title, "%s %s", skip_mode_name(scene->rival_mode), rival_state(scene));
    part_heading(canvas, (Rect){.x = table->total, .y = y, .w = split - 1 - table->total, .h = 1},
                 style_role(ROLE_BACKWARD), part_skip_word(scene));
    if (has_skips(scene))
        part_heading(canvas, (Rect){.x = split, .y = y, .w = right - split, .h = 1}, style_role(ROLE_PLAIN),
                     title);
    Style dim = style_role(ROLE_DIM);
    canvas_text(canvas, area.x + 2, ++y, dim, "block");
    canvas_text(canvas, table->shortcut, y, dim, table->wide ? "shortcut" : "way");
    if (!table->wide) canvas_text(canvas, table->total, y, dim, "|g|");
    for (int k = bar_first(table); k < BAR_COUNT; k++)
        if (k != BAR_RIVAL || has_skips(scene))
            canvas_text(canvas, table->bar[k], y, style_role(bar_roles[k]), bar_titles[k]);
    canvas_text(canvas, table->cosine, y, dim, "cos");
    if (has_skips(scene)) canvas_text_right(canvas, right - 1, y, dim, "ratio");
}

static void draw_number(Canvas *canvas, int x, int y, Style style, double value) {
    if (isnan(value)) return;
    canvas_text(canvas, x, y, style, value == 0 ? "0" : text_format_exponent(value).text);
}

/* A bar and, where there is room, its number. A closed way is a 0, not an empty place. */
static void draw_bar(Canvas *canvas, const Table *table, BarId id, int y, double value) {
    PlotBar bar = {
        .x = table->bar[id], .y = y, .width = table->bar_width, .style = style_role(bar_roles[id])};
    if (isnan(value)) return;
    plot_log_bar(canvas, bar, table->axis, value);
    if (table->wide)
        draw_number(canvas, bar.x + bar.width + 1, y, style_role(ROLE_TEXT), value);
    else if (value == 0)
        canvas_text(canvas, bar.x, y, style_role(ROLE_DIM), "0");
}

/* The shortcut as it is drawn everywhere: a lane whose line tells its kind. */
static uint32_t lane_glyph(ShortcutKind kind) {
    static const uint32_t glyphs[] = {[SHORTCUT_NONE] = ' ',
                                      [SHORTCUT_IDENTITY] = U'│',
                                      [SHORTCUT_ZERO_PAD] = U'┊',
                                      [SHORTCUT_PROJECTION] = U'╪'};
    return glyphs[kind];
}

static const char *lane_word(const Table *table, ShortcutKind kind) {
    static const char *const words[] = {[SHORTCUT_NONE] = "none",
                                        [SHORTCUT_IDENTITY] = "id",
                                        [SHORTCUT_ZERO_PAD] = "pad",
                                        [SHORTCUT_PROJECTION] = "1x1"};
    return table->wide ? part_shortcut_name(kind) : words[kind];
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
    canvas_put(canvas, x + 1, y, style_role(ROLE_SKIP), lane_glyph(kind));
    canvas_text(canvas, table->shortcut, y, style_role(ROLE_DIM), lane_word(table, kind));
}

static void draw_row(Canvas *canvas, const Table *table, const Scene *scene, int row, int y) {
    FlowRow flow = flow_row(scene->pass, row);
    draw_row_name(canvas, table, scene, row, y);
    if (!flow.known) canvas_text(canvas, table->total, y, style_role(ROLE_DIM), "not yet");
    if (table->wide)
        draw_bar(canvas, table, BAR_TOTAL, y, flow.total);
    else
        draw_number(canvas, table->total, y, style_role(ROLE_TEXT), flow.total);
    draw_bar(canvas, table, BAR_SKIP, y, flow.skip);
    draw_bar(canvas, table, BAR_BRANCH, y, flow.block >= 0 && !flow.has_skip ? flow.total : flow.branch);
    if (!isnan(flow.cosine))
        canvas_text(canvas, table->cosine, y, style_role(flow.cosine < 0 ? ROLE_WARN : ROLE_TEXT),
                    text_format_signed(flow.cosine, 5, 2).text);
    if (!scene->rival || !has_skips(scene)) return;
    double rival = flow_row(scene->rival, row).total;
    draw_bar(canvas, table, BAR_RIVAL, y, rival);
    if (!(flow.total > 0) || isnan(rival)) return;
    char ratio[24];
    snprintf(ratio, sizeof ratio, "x%.2g", rival / flow.total);
    canvas_text_right(canvas, table->area.x + table->area.w - 1, y, style_role(ROLE_TEXT), ratio);
}

static void draw_rows(Canvas *canvas, const Table *table, const Scene *scene, Rect rows) {
    int count = flow_row_count(scene->network), selected = flow_row_of(scene->network, scene->op);
    int first = layout_scroll(selected - rows.h / 2, selected, count, rows.h);
    for (int k = 0; k < rows.h && first + k < count; k++)
        draw_row(canvas, table, scene, first + k, rows.y + k);
    if (count <= rows.h) return;
    char text[PART_TEXT_MAX];
    snprintf(text, sizeof text, "%d-%d/%d", first + 1, first + rows.h, count);
    canvas_text(canvas, table->area.x, table->area.y, style_role(ROLE_DIM), text);
}

static void draw_axis(Canvas *canvas, const Table *table, const Scene *scene, int y) {
    for (int k = bar_first(table); k < BAR_COUNT; k++) {
        PlotBar bar = {.x = table->bar[k], .y = y, .width = table->bar_width, .style = style_role(ROLE_DIM)};
        if (k != BAR_RIVAL || has_skips(scene)) plot_log_ticks(canvas, bar, table->axis);
    }
    canvas_text(canvas, table->area.x + 2, y, style_role(ROLE_DIM),
                table->wide ? "l2 norm, one axis for all" : "l2, one axis");
}

static int append(char *text, int used, const char *more) {
    return used + snprintf(text + used, (size_t)(TEXT_MAX - used), "%s", more);
}

/* "x1.08 a block, x2.1 in all". */
static int append_slope(char *text, int used, const FlowSummary *summary, const char *name) {
    char part[PART_TEXT_MAX];
    if (isfinite(summary->per_block) && summary->overall > 0)
        snprintf(part, sizeof part, "%s x%.3g a block (x%.3g in all)", name, summary->per_block,
                 summary->overall);
    else
        snprintf(part, sizeof part, "%s: 0 at one end, so no rate", name);
    return append(text, used, part);
}

static int append_opposing(char *text, int used, const Scene *scene, const FlowSummary *summary) {
    enum { NAMES_MAX = 4 };
    char part[PART_TEXT_MAX];
    if (summary->opposing == 0) return append(text, used, " F opposes the skip (cos < 0) in no block.");
    snprintf(part, sizeof part, " F opposes the skip (cos < 0) in %d of %d blocks:", summary->opposing,
             summary->blocks);
    used = append(text, used, part);
    int named = 0;
    for (int row = 1; row <= summary->blocks && named < NAMES_MAX; row++) {
        if (!(flow_row(scene->pass, row).cosine < 0)) continue;
        snprintf(part, sizeof part, "%s %s", named++ ? "," : "", flow_row_name(scene->network, row));
        used = append(text, used, part);
    }
    return append(text, used, summary->opposing > NAMES_MAX ? ", ..." : ".");
}

/* Only what the numbers above say: see design notes on what plain and residual networks do to gradients. */
static void compose_reading(char *text, const Scene *scene) {
    FlowSummary own = flow_summary(scene->pass);
    char part[PART_TEXT_MAX];
    snprintf(part, sizeof part, "Going back through %d blocks |g| changes by (geometric mean)", own.blocks);
    int used = append(text, 0, part);
    used = append_slope(text, used, &own, "");
    if (scene->rival && has_skips(scene)) {
        FlowSummary rival = flow_summary(scene->rival);
        snprintf(part, sizeof part, "; %s", skip_mode_name(scene->rival_mode));
        if (rival.known) used = append_slope(text, used, &rival, part);
    }
    FlowRow most = flow_row(scene->pass, own.largest), least = flow_row(scene->pass, own.smallest);
    snprintf(part, sizeof part, ". Largest %.1e at %s, smallest %.1e at %s.", most.total,
             flow_row_name(scene->network, own.largest), least.total,
             flow_row_name(scene->network, own.smallest));
    used = append(text, used, part);
    if (has_skips(scene)) append_opposing(text, used, scene, &own);
}

static void draw_reading(Canvas *canvas, Rect area, const Scene *scene) {
    char text[TEXT_MAX];
    int ops = scene->network->op_count, forward = pass_forward_done(scene->pass);
    bool complete = pass_backward_done(scene->pass) == ops;
    if (complete)
        compose_reading(text, scene);
    else if (forward < ops)
        snprintf(text, sizeof text,
                 "The forward pass has run %d of %d operations: f runs it to the loss; then f runs the "
                 "backward pass.",
                 forward, ops);
    else
        snprintf(text, sizeof text, "The backward pass has run %d of %d operations: f runs the rest.",
                 pass_backward_done(scene->pass), ops);
    canvas_text_wrapped(canvas, area, style_role(complete ? ROLE_TEXT : ROLE_WARN), text, 0);
}

static void draw_panel(Canvas *canvas, Rect area, const Scene *scene, const Table *table) {
    GradientPanel panel = {.row = flow_row_of(scene->network, scene->op),
                           .axis = table->axis,
                           .params = table->area.x + WIDER <= area.x + area.w};
    gradient_panel_draw(canvas, area, scene, panel);
}

/* Takes the place of the panel off the chart's; empty when the chart would become too small. */
static Rect take_panel(Rect *area, const Scene *scene) {
    enum { CHART_MIN = 10, FIXED_ROWS = 3 };
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

static void view_gradients_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    (void)state;
    Rect old = canvas_clip(canvas, area);
    Rect rest = area;
    layout_take_top(&rest, draw_title(canvas, area, scene));
    Rect reading = layout_take_bottom(&rest, READING_ROWS);
    Rect panel = take_panel(&rest, scene);
    Table table = table_plan(scene, rest);
    draw_head(canvas, &table, scene);
    layout_take_top(&rest, 2);
    layout_take_bottom(&rest, 1);
    draw_rows(canvas, &table, scene, rest);
    int count = flow_row_count(scene->network);
    draw_axis(canvas, &table, scene, rest.y + (count < rest.h ? count : rest.h));
    if (!rect_is_empty(panel)) draw_panel(canvas, panel, scene, &table);
    draw_reading(canvas, reading, scene);
    canvas_unclip(canvas, old);
}

static Action select_row(const Scene *scene, int row) {
    int last = flow_row_count(scene->network) - 1;
    row = row < 0 ? 0 : row > last ? last : row;
    Action action = view_action(ACTION_SELECT, 0);
    snprintf(action.text, sizeof action.text, "%s",
             scene->network->ops[flow_row_select(scene->network, row)].name);
    return action;
}

static Action view_gradients_act(void *state, const Scene *scene, Action action) {
    enum { PAGE = 10 };
    (void)state;
    int row = flow_row_of(scene->network, scene->op), count = action_count(&action);
    switch (action.id) {
    case ACTION_UP: return select_row(scene, row - count);
    case ACTION_DOWN: return select_row(scene, row + count);
    case ACTION_PAGE_UP: return select_row(scene, row - PAGE * count);
    case ACTION_PAGE_DOWN: return select_row(scene, row + PAGE * count);
    case ACTION_FIRST: return select_row(scene, 0);
    case ACTION_LAST: return select_row(scene, flow_row_count(scene->network) - 1);
    case ACTION_OPEN: {
        Action open = view_action(ACTION_VIEW, 0);
        snprintf(open.text, sizeof open.text, "block");
        return open;
    }
    default: return action;
    }
}

const ViewOps view_gradients_ops = {
    .name = "gradients",
    .title = "Gradients",
    .summary = "How large the gradient still is at the input of every block, by which way it came, and how "
               "that compares with the same network without skips.",
    .key = 'g',
    .act = view_gradients_act,
    .draw = view_gradients_draw,
};
