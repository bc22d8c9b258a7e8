#include "views/block/lane.h"

#include <stdio.h>
#include <string.h>

#include "core/inspect/block_figures.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { STEP_MAX = 18, STEP_WIDE = 11, ROOM_MIN = 7 };

/* Where the stations stand: x, each op of F, the addition (not in a plain network), the
 * activation. */
typedef struct Lane {
    const Scene *scene;
    const Block *block;
    BlockGates gates;
    int x, y, step; /* of the names' row; columns from station to station */
} Lane;

static bool has_add(const Lane *lane) {
    return lane->block->add >= 0;
}

static int station_count(const Lane *lane) {
    return lane->block->branch_last - lane->block->branch_first + 3 + has_add(lane);
}

static int station_op(const Lane *lane, int k) {
    const Block *b = lane->block;
    int branch = b->branch_last - b->branch_first + 1;
    if (k == 0) return b->input;
    if (k <= branch) return b->branch_first + k - 1;
    return has_add(lane) && k == branch + 1 ? b->add : b->output;
}

static const char *station_name(const Lane *lane, int k) {
    int op = station_op(lane, k);
    if (k == 0) return "x";
    return op == lane->block->add ? "(+)" : widget_op_short_name(lane->scene->network, op);
}

static int station_x(const Lane *lane, int k) {
    return lane->x + k * lane->step;
}

static bool is_backward(const Lane *lane) {
    return lane->scene->phase == PHASE_BACKWARD;
}

static void draw_name(Canvas *canvas, const Lane *lane, int k) {
    const Block *b = lane->block;
    int op = station_op(lane, k), x = station_x(lane, k);
    bool in_branch = op >= b->branch_first && op <= b->branch_last;
    Style style = style_role(in_branch ? lane->gates.branch_closed ? ROLE_DIM : ROLE_BRANCH : ROLE_TEXT);
    const char *name = station_name(lane, k);
    if (op == lane->scene->op) {
        style = (Style){
            .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
        canvas_set_cursor(canvas, x, lane->y);
    }
    int end = canvas_text(canvas, x, lane->y, style, name);
    click_add_text(canvas, (Rect){.x = x, .y = lane->y, .w = end - x, .h = 1}, ACTION_SELECT,
                   lane->scene->network->ops[op].name);
    if (op == b->output) canvas_text(canvas, end, lane->y, style_role(ROLE_DIM), "=y");
}

/* From station k to the next: the line, its arrow, and a cross where the way is closed. */
static void draw_arrow(Canvas *canvas, const Lane *lane, int k) {
    const Block *b = lane->block;
    int op = station_op(lane, k);
    const char *name = station_name(lane, k);
    int from = station_x(lane, k) + text_width(name), to = station_x(lane, k + 1) - 1;
    bool inner = op >= b->branch_first && op <= b->branch_last;
    bool closed = lane->gates.branch_closed && (inner || k == 0);
    Style style = style_role(closed ? ROLE_DIM : inner || k == 0 ? ROLE_BRANCH : ROLE_TEXT);
    canvas_line_across(canvas, from, lane->y, to - from + 1, style);
    if (is_backward(lane))
        canvas_put(canvas, from, lane->y, style, widget_glyph(canvas, U'◀', '<'));
    else
        canvas_put(canvas, to, lane->y, style, widget_glyph(canvas, U'▶', '>'));
    if (op == b->branch_last && lane->gates.branch_closed)
        canvas_put(canvas, (from + to) / 2, lane->y, style_bold(ROLE_BAD), widget_glyph(canvas, U'×', 'x'));
}

static void draw_norm(Canvas *canvas, const Lane *lane, int k) {
    Stats stats = scene_stats(lane->scene, station_op(lane, k), lane->scene->phase);
    int x = station_x(lane, k);
    if (!stats.known) {
        canvas_text(canvas, x, lane->y + 1, style_role(ROLE_DIM), "-");
        return;
    }
    char text[48], named[56];
    snprintf(text, sizeof text, lane->step >= STEP_WIDE ? "%.4g" : "%.3g", stats.l2);
    if (text_width(text) >= lane->step) snprintf(text, sizeof text, "%.0e", stats.l2);
    const char *length =
        lane->scene->phase == PHASE_FORWARD ? "|x| " : "|g| "; /* the first says what all are */
    snprintf(named, sizeof named, "%s%s", length, text);
    if (k == 0 && text_width(named) < lane->step)
        x = canvas_text(canvas, x, lane->y + 1, style_role(ROLE_DIM), length);
    canvas_text(canvas, x, lane->y + 1, style_role(widget_phase_role(lane->scene->phase)), text);
}

static uint32_t lane_glyph(const Canvas *canvas, ShortcutKind kind) {
    switch (kind) {
    case SHORTCUT_NONE:
    case SHORTCUT_IDENTITY: break;
    case SHORTCUT_ZERO_PAD: return widget_glyph(canvas, U'╌', '.');
    case SHORTCUT_PROJECTION: return widget_glyph(canvas, U'═', '=');
    }
    return widget_glyph(canvas, U'─', '-');
}

/* As short as a norm can be read without a table of prefixes. */
static const char *short_norm(Stats stats, char out[24]) {
    if (stats.known)
        snprintf(out, 24, "%.3g", stats.l2);
    else
        snprintf(out, 24, "-");
    return out;
}

/* "projection (B) conv 1x1 /2: 12.3, batch norm: 11.8": the shortcut's kind, its ops, their norms. */
static void describe_lane(const Lane *lane, char *out, size_t size) {
    const Block *b = lane->block;
    const Scene *scene = lane->scene;
    size_t used = (size_t)snprintf(out, size, " %s", widget_shortcut_name(b->shortcut));
    for (int op = b->branch_last + 1; op < b->add && used < size; op++) {
        Stats stats = scene_stats(scene, op, scene->phase);
        char norm[24];
        used += (size_t)snprintf(out + used, size - used, "%s %s: %s", op > b->branch_last + 1 ? "," : "",
                                 b->shortcut == SHORTCUT_PROJECTION
                                     ? widget_op_summary(&scene->network->ops[op]).text
                                     : widget_op_short_name(scene->network, op),
                                 short_norm(stats, norm));
    }
    if (used < size && lane->gates.skip_closed)
        snprintf(out + used, size - used, ": closed (%s)", skip_mode_name(pass_skip_mode(scene->pass)));
    strncat(out, " ", size - strlen(out) - 1);
}

static void draw_shortcut(Canvas *canvas, const Lane *lane) {
    const Block *b = lane->block;
    int y = lane->y - 1, left = station_x(lane, 0), right = station_x(lane, station_count(lane) - 2) + 1;
    bool closed = lane->gates.skip_closed;
    Style style = style_role(closed ? ROLE_DIM : ROLE_SKIP);
    Rect line = {.x = left + 1, .y = y, .w = right - left - 1, .h = 1};
    canvas_fill(canvas, line, style, lane_glyph(canvas, b->shortcut));
    canvas_put(canvas, left, y, style, widget_glyph(canvas, U'╭', '+'));
    canvas_put(canvas, right, y, style, widget_glyph(canvas, U'╮', '+'));
    char text[WIDGET_TEXT_MAX + 32];
    describe_lane(lane, text, sizeof text);
    int width = text_width(text) < line.w - 6 ? text_width(text) : line.w - 6;
    canvas_text_fit(canvas, line.x + (line.w - width) / 2, y, width,
                    style_bold(closed ? ROLE_BAD : ROLE_SKIP), text);
    uint32_t mark = closed              ? widget_glyph(canvas, U'×', 'x')
                    : is_backward(lane) ? widget_glyph(canvas, U'◀', '<')
                                        : widget_glyph(canvas, U'▶', '>');
    canvas_put(canvas, is_backward(lane) ? left + 2 : right - 2, y, style_bold(closed ? ROLE_BAD : ROLE_SKIP),
               mark);
}

void block_lane_draw(Canvas *canvas, Rect area, const Scene *scene, int block) {
    Lane lane = {.scene = scene,
                 .block = &scene->network->blocks[block],
                 .gates = block_gates(scene->pass, block, scene->phase == PHASE_BACKWARD),
                 .x = area.x + 1,
                 .y = area.y + 1};
    int count = station_count(&lane), room = (area.w - ROOM_MIN - 2) / (count - 1);
    lane.step = room < STEP_MAX ? room : STEP_MAX;
    Rect old = canvas_clip(canvas, area);
    for (int k = 0; k < count; k++) {
        if (k + 1 < count) draw_arrow(canvas, &lane, k);
        draw_name(canvas, &lane, k);
        draw_norm(canvas, &lane, k);
    }
    if (has_add(&lane))
        draw_shortcut(canvas, &lane);
    else
        canvas_text(canvas, lane.x, area.y, style_role(ROLE_PLAIN),
                    "no shortcut: what F loses is lost");
    canvas_unclip(canvas, old);
}
