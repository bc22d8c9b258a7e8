/* The whole program as a table: every op with its shape and its cost, the skips as lanes beside the ops they
 * pass by, and what the selected op is. */
#include <stdio.h>

#include "views/architecture_detail.h"
#include "views/architecture_rows.h"
#include "views/layout.h"
#include "views/parts.h"
#include "views/text.h"
#include "views/view.h"

enum {
    WIDE = 120,  /* from here on a pane beside the table describes the selected op */
    WIDER = 160, /* from here on the table is wider, too */
    TABLE_WIDTH = 80,
    TABLE_WIDTH_WIDER = 96,
    PANE_GAP = 2,
    SENTENCE_ROWS = 2,
    TEXT_MAX = 320,
};

/* Where everything stands. Numbers end left of their column. */
typedef struct Table {
    Rect head, rows, foot, text, pane; /* text: below the table; pane: beside it; one of them is empty */
    int lane, state, index, name, name_width, summary, output, params, macs;
} Table;

static Table table_plan(Rect area) {
    Table table = {.text = {.x = area.x}, .pane = {.x = area.x}};
    Rect rest = area;
    if (area.w >= WIDE) {
        rest = layout_take_left(&area, area.w >= WIDER ? TABLE_WIDTH_WIDER : TABLE_WIDTH);
        layout_take_left(&area, PANE_GAP);
        table.pane = area;
    } else {
        table.text = layout_take_bottom(&rest, SENTENCE_ROWS);
    }
    table.head = layout_take_top(&rest, 1);
    table.foot = layout_take_bottom(&rest, 1);
    table.rows = rest;
    int spare = rest.w > TABLE_WIDTH ? rest.w - TABLE_WIDTH : 0, right = rest.x + rest.w;
    table.lane = rest.x + 1;
    table.state = rest.x + 8;
    table.index = rest.x + 13;
    table.name = rest.x + 14;
    table.name_width = 12;
    table.summary = table.name + table.name_width + 1;
    table.macs = right - (spare ? 1 : 0);
    table.params = right - 14 - spare / 4;
    table.output = table.params - 12 - spare / 4;
    return table;
}

static void draw_head(Canvas *canvas, const Table *table) {
    Style style = style_role(ROLE_DIM);
    int y = table->head.y;
    canvas_text(canvas, table->state, y, style, "FG");
    canvas_text_right(canvas, table->index, y, style, "#");
    canvas_text(canvas, table->name, y, style, "name");
    canvas_text(canvas, table->summary, y, style, "operation");
    canvas_text_right(canvas, table->output, y, style, "output");
    canvas_text_right(canvas, table->params, y, style, "parameters");
    canvas_text_right(canvas, table->macs, y, style, "multiply-adds");
    canvas_paint(canvas, table->head,
                 (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_UNDERLINE});
}

/* "stage 2: 3 blocks, 32x16x16"; the ops before and after the blocks are groups of their own. */
static PartText stage_title(const Network *network, int op) {
    PartText out;
    int first = network->ops[op].block, count = 0;
    if (first < 0) {
        snprintf(out.text, sizeof out.text, "%s", op == 0 ? "stem" : "head");
        return out;
    }
    int stage = network->blocks[first].stage;
    while (first + count < network->block_count && network->blocks[first + count].stage == stage) count++;
    snprintf(out.text, sizeof out.text, "stage %d: %d %s, %s", stage, count, count == 1 ? "block" : "blocks",
             text_format_shape(network->ops[network->blocks[first].output].out).text);
    return out;
}

static const char *skip_note(const Scene *scene, int block) {
    switch (pass_skip_mode(scene->pass)) {
    case SKIP_PLAIN: return ", removed";
    case SKIP_CUT: return ", cut in the backward pass";
    case SKIP_LESION: return pass_block_is_lesioned(scene->pass, block) ? "; branch removed" : "";
    case SKIP_NONE_REMOVED: break;
    }
    return "";
}

static void draw_block_row(Canvas *canvas, const Table *table, const Scene *scene, int op, int y) {
    int index = scene->network->ops[op].block;
    const Block *block = &scene->network->blocks[index];
    canvas_text(canvas, table->state, y, style_bold(ROLE_TEXT), block->name);
    if (block->shortcut == SHORTCUT_NONE)
        canvas_text(canvas, table->summary, y, style_role(ROLE_DIM), "no skip");
    else
        canvas_printf(canvas, table->summary, y, style_role(ROLE_SKIP), "skip: %s%s",
                      part_shortcut_name(block->shortcut), skip_note(scene, index));
}

static bool is_on_skip(const Network *network, int op) {
    int block = network->ops[op].block;
    return block >= 0 && op > network->blocks[block].branch_last && op <= network->blocks[block].add;
}

static void draw_op_row(Canvas *canvas, const Table *table, const Scene *scene, int op, int y) {
    const Network *network = scene->network;
    char state = part_op_state(scene->pass, op);
    bool closed = architecture_op_is_closed(scene, op);
    Style dim = style_role(ROLE_DIM), text = closed ? dim : style_role(ROLE_TEXT);
    size_t params = network_op_param_count(network, op);
    uint64_t macs = network_op_macs(network, op);
    canvas_put(canvas, table->state, y, style_role(part_op_state_role(state)), (uint32_t)state);
    char number[16];
    snprintf(number, sizeof number, "%d", op);
    canvas_text_right(canvas, table->index, y, dim, number);
    canvas_text_fit(canvas, table->name, y, table->name_width,
                    is_on_skip(network, op) && !closed ? style_role(ROLE_SKIP) : text,
                    part_op_short_name(network, op));
    canvas_text_fit(canvas, table->summary, y, table->output - 11 - table->summary, dim,
                    part_op_summary(&network->ops[op]).text);
    canvas_text_right(canvas, table->output, y, text, text_format_shape(network->ops[op].out).text);
    if (params > 0) canvas_text_right(canvas, table->params, y, text, text_format_count(params).text);
    if (macs > 0) canvas_text_right(canvas, table->macs, y, text, text_format_count((size_t)macs).text);
}

static void draw_row(Canvas *canvas, const Table *table, const Scene *scene, int index, int y) {
    ArchitectureRow row = architecture_row_at(scene->network, index);
    Rect line = {.x = table->rows.x, .y = y, .w = table->rows.w, .h = 1};
    architecture_lane_draw(canvas, table->lane, y, scene, row);
    if (row.kind == ROW_STAGE) {
        Rect title = {.x = table->state, .y = y, .w = line.x + line.w - table->state, .h = 1};
        part_heading(canvas, title, style_bold(ROLE_TITLE), stage_title(scene->network, row.op).text);
    } else if (row.kind == ROW_BLOCK) {
        draw_block_row(canvas, table, scene, row.op, y);
    } else {
        draw_op_row(canvas, table, scene, row.op, y);
        if (row.op != scene->op) return;
        canvas_put(canvas, line.x, y, style_bold(ROLE_ACCENT), U'▸');
        canvas_paint(canvas, line,
                     (Style){.fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR)});
        canvas_set_cursor(canvas, table->name, y);
    }
}

/* The row of the heading of op's block; outside blocks the op's own. */
static int heading_row(const Network *network, int op) {
    int block = network->ops[op].block;
    if (block < 0) return architecture_row_of(network, op);
    return architecture_row_of(network, network->blocks[block].branch_first) - 1;
}

static void draw_rows(Canvas *canvas, const Table *table, const Scene *scene) {
    Rect rows = table->rows;
    int count = architecture_row_count(scene->network);
    int selected = architecture_row_of(scene->network, scene->op);
    int first = layout_scroll(selected - rows.h / 2, selected, count, rows.h);
    int heading = heading_row(scene->network, scene->op);
    if (heading < first && selected - heading < rows.h) first = heading;
    for (int k = 0; k < rows.h && first + k < count; k++)
        draw_row(canvas, table, scene, first + k, rows.y + k);
}

static const char *shortcut_option(const Network *network) {
    switch (network->shortcut) {
    case 'A': return "option A (zero-pad)";
    case 'B': return "option B (projection)";
    case 'C': return "option C (all projections)";
    default: return "no shortcuts";
    }
}

static void draw_totals(Canvas *canvas, const Table *table, const Network *network) {
    Style style = style_bold(ROLE_TITLE);
    char text[TEXT_MAX];
    int y = table->foot.y;
    snprintf(text, sizeof text, "total: %s ops, %d blocks, %s",
             text_format_count((size_t)network->op_count).text, network->block_count,
             shortcut_option(network));
    canvas_text(canvas, table->foot.x + 1, y, style, text);
    canvas_text_right(canvas, table->params, y, style, text_format_count(network_param_count(network)).text);
    canvas_text_right(canvas, table->macs, y, style, text_format_count((size_t)network_macs(network)).text);
}

static void draw_sentence(Canvas *canvas, Rect area, const Scene *scene) {
    const OpSpec *spec = op_spec(scene->network->ops[scene->op].kind);
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s: %s", spec->title, spec->sentence);
    Rect inside = layout_inset(area, 1, 0);
    canvas_text_wrapped(canvas, inside, style_role(ROLE_TEXT), text, 0);
    Rect title = {.x = inside.x, .y = inside.y, .w = text_width(spec->title) + 1, .h = 1};
    canvas_paint(canvas, title, (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_BOLD});
}

static void view_architecture_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    (void)state;
    Rect old = canvas_clip(canvas, area);
    Table table = table_plan(area);
    draw_head(canvas, &table);
    draw_rows(canvas, &table, scene);
    draw_totals(canvas, &table, scene->network);
    if (rect_is_empty(table.pane))
        draw_sentence(canvas, table.text, scene);
    else
        architecture_detail_draw(canvas, table.pane, scene);
    canvas_unclip(canvas, old);
}

static Action select_op(const Network *network, int op) {
    int last = network->op_count - 1;
    Action action = view_action(ACTION_SELECT, 0);
    snprintf(action.text, sizeof action.text, "%s", network->ops[op < 0 ? 0 : op > last ? last : op].name);
    return action;
}

/* The op that many rows further down; headings stand for the op below them. */
static Action select_row(const Scene *scene, int rows) {
    int count = architecture_row_count(scene->network);
    int row = architecture_row_of(scene->network, scene->op) + rows;
    row = row < 0 ? 0 : row >= count ? count - 1 : row;
    return select_op(scene->network, architecture_row_at(scene->network, row).op);
}

static Action view_architecture_act(void *state, const Scene *scene, Action action) {
    (void)state;
    int count = action_count(&action);
    Table table = table_plan((Rect){.w = scene->width, .h = scene->height});
    int page = table.rows.h > 1 ? table.rows.h - 1 : 1;
    switch (action.id) {
    case ACTION_UP: return select_op(scene->network, scene->op - count);
    case ACTION_DOWN: return select_op(scene->network, scene->op + count);
    case ACTION_PAGE_UP: return select_row(scene, -page * count);
    case ACTION_PAGE_DOWN: return select_row(scene, page * count);
    case ACTION_FIRST: return select_op(scene->network, 0);
    case ACTION_LAST: return select_op(scene->network, scene->network->op_count - 1);
    case ACTION_OPEN: return view_action(ACTION_RUN_HERE, 0);
    default: return action;
    }
}

const ViewOps view_architecture_ops = {
    .name = "architecture",
    .title = "Architecture",
    .summary =
        "Every operation of the network in order, with its shape, its parameters and its multiply-adds, "
        "and the skips as lanes beside the operations they pass by.",
    .key = 'a',
    .act = view_architecture_act,
    .draw = view_architecture_draw,
};
