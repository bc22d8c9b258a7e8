#include "views/panel/navigator.h"

#include <stdio.h>

#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { STATE_X = 0, LANE_X = 2, NAME_X = 5, NORM_WIDTH = 8, SHAPE_WIDTH = 10 };

static bool is_open_block(const Network *network, int block, int selected_op) {
    return block < 0 || block == network->ops[selected_op].block;
}

/* A block that is not selected shows as its last op alone. */
static bool is_row(const Network *network, int op, int selected_op) {
    int block = network->ops[op].block;
    return is_open_block(network, block, selected_op) || op == network->blocks[block].output;
}

int navigator_row_count(const Network *network, int selected_op) {
    int count = 0;
    for (int op = 0; op < network->op_count; op++) count += is_row(network, op, selected_op);
    return count;
}

NavigatorRow navigator_row_at(const Network *network, int selected_op, int row) {
    int op = -1;
    do
        if (is_row(network, ++op, selected_op)) row--;
    while (row >= 0);
    int block = network->ops[op].block;
    return (NavigatorRow){.op = op, .block = block, .folded = !is_open_block(network, block, selected_op)};
}

static uint32_t shortcut_glyph(ShortcutKind kind) {
    switch (kind) {
    case SHORTCUT_IDENTITY: return U'│';
    case SHORTCUT_ZERO_PAD: return U'┊';
    case SHORTCUT_PROJECTION: return U'╪';
    default: return U' ';
    }
}

/* The stream on the left; beside it the skip, or where it comes back in. */
static void draw_lane(Canvas *canvas, int x, int y, const Network *network, NavigatorRow row) {
    Style style = style_role(ROLE_DIM);
    const Block *block = row.block >= 0 ? &network->blocks[row.block] : NULL;
    bool adds = block && block->add >= 0 && (row.folded || row.op == block->add);
    canvas_put(canvas, x, y, style, adds ? U'⊕' : U'│');
    if (!block || (!row.folded && block->add >= 0 && row.op > block->add)) return;
    canvas_put(canvas, x + 1, y, style, adds ? U'◂' : shortcut_glyph(block->shortcut));
    if (row.folded) canvas_put(canvas, x + 1, y, style, shortcut_glyph(block->shortcut));
}

static void draw_row(Canvas *canvas, Rect row, const Scene *scene, NavigatorRow entry) {
    const Network *network = scene->network;
    const Op *op = &network->ops[entry.op];
    bool selected = !entry.folded && entry.op == scene->op;
    int right = row.x + row.w;
    char state[] = {widget_op_state(scene->pass, entry.op), '\0'};
    canvas_text(canvas, row.x + STATE_X, row.y, style_role(widget_op_state_role(state[0])), state);
    draw_lane(canvas, row.x + LANE_X, row.y, network, entry);
    Style style = selected ? style_bold(ROLE_CURSOR_TEXT) : style_role(entry.folded ? ROLE_DIM : ROLE_TEXT);
    click_add_text(canvas, row, ACTION_SELECT, op->name);
    const char *name = entry.folded ? network->blocks[entry.block].name : op->name;
    canvas_text_fit(canvas, row.x + NAME_X, row.y, row.w - NAME_X - NORM_WIDTH - SHAPE_WIDTH, style, name);
    canvas_text_right(canvas, right - NORM_WIDTH, row.y, style_role(ROLE_DIM),
                      text_format_shape(op->out).text);
    Stats stats = scene_stats(scene, entry.op, scene->phase);
    char norm[24] = "·";
    if (stats.known && snprintf(norm, sizeof norm, "%.3g", stats.l2) >= NORM_WIDTH)
        snprintf(norm, sizeof norm, "%.1e", stats.l2); /* as 6.9e-04 it leaves a space before it */
    canvas_text_right(canvas, right, row.y, style_role(stats.known ? ROLE_TEXT : ROLE_DIM), norm);
    if (selected) {
        canvas_put(canvas, row.x + 1, row.y, style_bold(ROLE_ACCENT), U'▸');
        canvas_paint_selected(canvas, row);
    }
}

void navigator_draw(Canvas *canvas, Rect area, const Scene *scene) {
    const Network *network = scene->network;
    Rect old = canvas_clip(canvas, area);
    Rect head = layout_take_top(&area, 1);
    const char *norm = scene->phase == PHASE_FORWARD ? "|x|" : "|g|";
    widget_heading(canvas, (Rect){head.x, head.y, head.w - NORM_WIDTH, 1}, style_role(ROLE_TITLE),
                   network->arch);
    canvas_text_right(canvas, head.x + head.w, head.y, style_role(ROLE_DIM), norm);
    int count = navigator_row_count(network, scene->op), selected = 0;
    while (selected < count - 1 && navigator_row_at(network, scene->op, selected).op < scene->op) selected++;
    /* The selected op stays near the middle, so that what comes before and after it can be seen. */
    int first = layout_scroll(selected - area.h / 2, selected, count, area.h);
    for (int k = 0; k < area.h && first + k < count; k++)
        draw_row(canvas, (Rect){area.x, area.y + k, area.w, 1}, scene,
                 navigator_row_at(network, scene->op, first + k));
    canvas_unclip(canvas, old);
}
