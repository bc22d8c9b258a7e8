#include "views/architecture/table.h"

#include <stdio.h>

#include "core/base/utf8.h"
#include "views/architecture/group.h"
#include "views/architecture/lane.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

typedef ArchitectureTable Table;

enum { BRIEF_BELOW = 60, TABLE_WIDTH = ARCHITECTURE_TABLE_WIDTH, TEXT_MAX = 320 };

static Table plan_brief(Rect rest) {
    Table table = {.brief = true, .head = layout_take_top(&rest, 1)};
    table.rows = rest;
    table.lane = rest.x + 1;
    table.name = rest.x + 8;
    table.name_width = 11;
    table.summary = table.name + table.name_width + 1;
    table.output = rest.x + rest.w - 1;
    return table;
}

ArchitectureTable architecture_table_plan(Rect area) {
    Rect rest = area;
    if (area.w < BRIEF_BELOW) return plan_brief(area);
    Table table = {.head = layout_take_top(&rest, 1)};
    table.foot = layout_take_bottom(&rest, 1);
    table.rows = rest;
    bool narrow = rest.w < TABLE_WIDTH; /* no room for the multiply-adds */
    int spare = rest.w > TABLE_WIDTH ? rest.w - TABLE_WIDTH : 0, right = rest.x + rest.w;
    table.lane = rest.x + 1;
    table.state = rest.x + 8;
    table.index = rest.x + 13;
    table.name = rest.x + 14;
    table.name_width = 12;
    table.summary = table.name + table.name_width + 1;
    table.macs = narrow ? 0 : right - (spare ? 1 : 0);
    table.params = narrow ? right : right - 14 - spare / 4;
    table.output = table.params - 12 - spare / 4;
    return table;
}

/* "resnet20: stem, 9 residual blocks, head" */
static void draw_brief_head(Canvas *canvas, const Table *table, const Network *network) {
    char text[TEXT_MAX];
    utf8_format(text, sizeof text, "%s: stem, %d %s, head", network->arch, network->block_count,
                network->shortcut == '-' ? "blocks without skips" : "residual blocks");
    if (text_width(text) > table->output - table->lane)
        utf8_format(text, sizeof text, "%s: %d %s", network->arch, network->block_count,
                    network->shortcut == '-' ? "blocks, no skips" : "residual blocks");
    canvas_text_fit(canvas, table->lane, table->head.y, table->output - table->lane, style_bold(ROLE_TEXT),
                    text);
}

static void draw_head(Canvas *canvas, const Table *table, const Network *network) {
    Style style = style_role(ROLE_DIM);
    int y = table->head.y;
    if (table->brief) {
        draw_brief_head(canvas, table, network);
        return;
    }
    canvas_text(canvas, table->state, y, style, "FG");
    canvas_text_right(canvas, table->index, y, style, "#");
    canvas_text(canvas, table->name, y, style, "name");
    canvas_text(canvas, table->summary, y, style, "operation");
    canvas_text_right(canvas, table->output, y, style, "output");
    canvas_text_right(canvas, table->params, y, style, "parameters");
    if (table->macs) canvas_text_right(canvas, table->macs, y, style, "multiply-adds");
    canvas_paint(canvas, table->head,
                 (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_UNDERLINE});
}

/* "stage 2: 3 blocks, 32x16x16"; the ops before and after the blocks are groups of their own. */
static WidgetText stage_title(const Network *network, int op) {
    WidgetText out;
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
    canvas_text(canvas, table->brief ? table->name : table->state, y, style_bold(ROLE_TEXT), block->name);
    if (block->shortcut == SHORTCUT_NONE)
        canvas_text(canvas, table->summary, y, style_role(ROLE_DIM), "no skip");
    else
        canvas_printf(canvas, table->summary, y, style_role(ROLE_SKIP), "skip: %s%s",
                      widget_shortcut_name(block->shortcut), skip_note(scene, index));
}

static bool is_on_skip(const Network *network, int op) {
    int block = network->ops[op].block;
    return block >= 0 && op > network->blocks[block].branch_last && op <= network->blocks[block].add;
}

static void draw_op_row(Canvas *canvas, const Table *table, const Scene *scene, int op, int y) {
    const Network *network = scene->network;
    char state = widget_op_state(scene->pass, op);
    bool closed = architecture_op_is_closed(scene, op);
    Style dim = style_role(ROLE_DIM), text = closed ? dim : style_role(ROLE_TEXT);
    size_t params = network_op_param_count(network, op);
    uint64_t macs = network_op_macs(network, op);
    if (!table->brief)
        canvas_put(canvas, table->state, y, style_role(widget_op_state_role(state)), (uint32_t)state);
    char number[16];
    snprintf(number, sizeof number, "%d", op);
    if (table->index) canvas_text_right(canvas, table->index, y, dim, number);
    canvas_text_fit(canvas, table->name, y, table->name_width,
                    is_on_skip(network, op) && !closed ? style_role(ROLE_SKIP) : text,
                    widget_op_short_name(network, op));
    canvas_text_fit(canvas, table->summary, y, table->output - 11 - table->summary, dim,
                    widget_op_summary(&network->ops[op]).text);
    canvas_text_right(canvas, table->output, y, text, text_format_shape(network->ops[op].out).text);
    if (params > 0 && table->params)
        canvas_text_right(canvas, table->params, y, text, text_format_count(params).text);
    if (macs > 0 && table->macs)
        canvas_text_right(canvas, table->macs, y, text, text_format_count((size_t)macs).text);
}

static void draw_numbers(Canvas *canvas, const Table *table, const ArchitectureGroup *group, int y) {
    Style text = style_role(ROLE_TEXT);
    if (group->params > 0 && table->params)
        canvas_text_right(canvas, table->params, y, text, text_format_count(group->params).text);
    if (group->macs > 0 && table->macs)
        canvas_text_right(canvas, table->macs, y, text, text_format_count((size_t)group->macs).text);
}

/* What a folded row holds: its ops, its blocks, or the block's shortcut and what has become of it. */
static void draw_folded_summary(Canvas *canvas, const Table *table, const Scene *scene,
                                const ArchitectureRow *row, int y) {
    int block = scene->network->ops[row->op].block, width = table->output - 11 - table->summary;
    char text[2 * WIDGET_TEXT_MAX];
    ArchitectureGroup group = architecture_group(scene->network, row->op, row->last);
    Role role = ROLE_SKIP;
    if (block < 0) {
        role = ROLE_DIM;
        snprintf(text, sizeof text, "%d operations", row->last - row->op + 1);
        if (text_width(text) > width) snprintf(text, sizeof text, "%d ops", row->last - row->op + 1);
    } else if (row->kind == ROW_FOLDED_STAGE) {
        snprintf(text, sizeof text, "x%d %s", group.blocks, group.blocks == 1 ? "block" : "blocks");
        if (width >= 40)
            snprintf(text, sizeof text, "x%d %s: %s", group.blocks, group.blocks == 1 ? "block" : "blocks",
                     architecture_group_kinds(&group).text);
    } else {
        SkipMode mode = pass_skip_mode(scene->pass);
        bool has = scene->network->blocks[block].shortcut != SHORTCUT_NONE;
        const char *gone = !has                                         ? NULL
                           : mode == SKIP_PLAIN                         ? "skip removed"
                           : mode == SKIP_CUT                           ? "skip cut back"
                           : pass_block_is_lesioned(scene->pass, block) ? "F removed"
                                                                        : NULL;
        if (!has) role = ROLE_DIM;
        if (gone) role = ROLE_BAD;
        const char *skip = table->brief && has ? "F(x) + x" : architecture_block_skip(scene->network, block).text;
        snprintf(text, sizeof text, "%s", gone ? gone : skip);
    }
    canvas_text_fit(canvas, table->summary, y, width, style_role(role), text);
}

static void draw_folded_row(Canvas *canvas, const Table *table, const Scene *scene,
                            const ArchitectureRow *row, int y) {
    const Network *network = scene->network;
    ArchitectureGroup group = architecture_group(network, row->op, row->last);
    char state = architecture_group_state(scene->pass, row->op, row->last), number[16];
    snprintf(number, sizeof number, "%d", row->op);
    if (!table->brief)
        canvas_put(canvas, table->state, y, style_role(architecture_group_state_role(state)), (uint32_t)state);
    if (table->index) canvas_text_right(canvas, table->index, y, style_role(ROLE_DIM), number);
    if (!table->brief) canvas_put(canvas, table->state - 1, y, style_role(ROLE_KEY), '+');
    canvas_text_fit(canvas, table->name, y, table->name_width, style_bold(ROLE_TEXT),
                    architecture_group_name(network, row).text);
    draw_folded_summary(canvas, table, scene, row, y);
    canvas_text_right(canvas, table->output, y, style_role(ROLE_TEXT),
                      text_format_shape(network->ops[row->last].out).text);
    draw_numbers(canvas, table, &group, y);
}

static void draw_cursor(Canvas *canvas, const Table *table, Rect line) {
    canvas_put(canvas, line.x, line.y, style_bold(ROLE_ACCENT), U'▸');
    canvas_paint(canvas, line, (Style){.fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR)});
    canvas_set_cursor(canvas, table->name, line.y);
}

static void draw_row(Canvas *canvas, const Table *table, const Scene *scene, ArchitectureRow row, int y) {
    Rect line = {.x = table->rows.x, .y = y, .w = table->rows.w, .h = 1};
    int left = table->brief ? table->name : table->state;
    Rect title = {.x = left, .y = y, .w = line.x + line.w - left, .h = 1};
    architecture_lane_draw(canvas, table->lane, y, scene, row);
    click_add_text(canvas, line, ACTION_SELECT, scene->network->ops[row.last].name);
    switch (row.kind) {
    case ROW_STAGE:
        widget_heading(canvas, title, style_bold(ROLE_TITLE), stage_title(scene->network, row.op).text);
        return;
    case ROW_BLOCK: draw_block_row(canvas, table, scene, row.op, y); return;
    case ROW_OP: draw_op_row(canvas, table, scene, row.op, y); break;
    default: draw_folded_row(canvas, table, scene, &row, y); break;
    }
    if (scene->op >= row.op && scene->op <= row.last) draw_cursor(canvas, table, line);
}

/* The row of the heading above a row, of its block or else of its stage; its own when it has none. */
static int heading_row(const Network *network, ArchitectureFold fold, int row) {
    ArchitectureRow here = architecture_row_at(network, fold, row);
    ArchitectureRowKind wanted = ROW_BLOCK;
    if (network->ops[here.op].block < 0 || here.kind != ROW_OP) return row;
    for (int above = row; above > 0; above--)
        if (architecture_row_at(network, fold, above).kind == wanted) return above;
    return row;
}

static void draw_rows(Canvas *canvas, const Table *table, const Scene *scene, ArchitectureFold fold) {
    const Network *network = scene->network;
    Rect rows = table->rows;
    int count = architecture_row_count(network, fold);
    int selected = architecture_row_of(network, fold, scene->op);
    int first = layout_scroll(selected - rows.h / 2, selected, count, rows.h);
    int heading = heading_row(network, fold, selected);
    if (heading < first && selected - heading < rows.h) first = heading;
    ArchitectureRow row = architecture_row_at(network, fold, first);
    for (int k = 0; k < rows.h && first + k < count; k++, row = architecture_row_next(network, fold, row))
        draw_row(canvas, table, scene, row, rows.y + k);
}

static const char *shortcut_option(const Network *network) {
    switch (network->shortcut) {
    case 'A': return "option A (zero-pad)";
    case 'B': return "option B (projection)";
    case 'C': return "option C (all projections)";
    default: return "no shortcuts";
    }
}

/* Of the largest networks in millions, where the number would touch its neighbour. */
static void draw_total_macs(Canvas *canvas, const Table *table, int y, size_t macs) {
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s", text_format_count(macs).text);
    if (text_width(text) >= table->macs - table->params)
        snprintf(text, sizeof text, "%s M", text_format_count((macs + 500000) / 1000000).text);
    canvas_text_right(canvas, table->macs, y, style_bold(ROLE_TITLE), text);
}

static void draw_totals(Canvas *canvas, const Table *table, const Network *network) {
    Style style = style_bold(ROLE_TITLE);
    char text[TEXT_MAX];
    int y = table->foot.y;
    snprintf(text, sizeof text, "total: %s ops, %d blocks, %s",
             text_format_count((size_t)network->op_count).text, network->block_count,
             shortcut_option(network));
    canvas_text_fit(canvas, table->foot.x + 1, y, table->output - table->foot.x - 1, style, text);
    canvas_text_right(canvas, table->params, y, style, text_format_count(network_param_count(network)).text);
    if (table->macs) draw_total_macs(canvas, table, y, (size_t)network_macs(network));
}

void architecture_table_draw(Canvas *canvas, const ArchitectureTable *table, const Scene *scene,
                             ArchitectureFold fold) {
    draw_head(canvas, table, scene->network);
    draw_rows(canvas, table, scene, fold);
    if (!table->brief) draw_totals(canvas, table, scene->network);
}
