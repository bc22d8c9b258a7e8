#include "views/architecture_rows.h"

#include "views/parts.h"

static int last_block_op(const Network *network) {
    return network->block_count > 0 ? network->blocks[network->block_count - 1].output : 0;
}

static bool starts_block(const Network *network, int op) {
    int block = network->ops[op].block;
    return block >= 0 && network->blocks[block].branch_first == op;
}

/* The first op, the first of each stage, and the first after all blocks. */
static bool starts_stage(const Network *network, int op) {
    if (op == 0 || op == last_block_op(network) + 1) return true;
    int block = network->ops[op].block;
    return starts_block(network, op) &&
           (block == 0 || network->blocks[block].stage != network->blocks[block - 1].stage);
}

static int headings_above(const Network *network, int op) {
    return starts_stage(network, op) + starts_block(network, op);
}

int architecture_row_of(const Network *network, int op) {
    int row = op;
    for (int i = 0; i <= op; i++) row += headings_above(network, i);
    return row;
}

int architecture_row_count(const Network *network) {
    return architecture_row_of(network, network->op_count - 1) + 1;
}

ArchitectureRow architecture_row_at(const Network *network, int row) {
    int op = 0, below = headings_above(network, 0);
    while (below < row && op + 1 < network->op_count) below += 1 + headings_above(network, ++op);
    if (below == row) return (ArchitectureRow){.kind = ROW_OP, .op = op};
    bool block = below - row == 1 && starts_block(network, op);
    return (ArchitectureRow){.kind = block ? ROW_BLOCK : ROW_STAGE, .op = op};
}

/* Columns of the lane drawing. ASCII writes the addition as (+), one column to each side of the branch. */
enum { AT_BRANCH = 1, AT_ARROW = 3, AT_CUT = 4, AT_SKIP = 5 };

typedef struct Lane {
    Canvas *canvas;
    int x, y;
    const Block *block;
    Style branch, skip;
    bool removed;  /* SKIP_PLAIN */
    bool cut;      /* SKIP_CUT */
    bool lesioned; /* SKIP_LESION, this block */
} Lane;

static bool on_branch(const Block *block, int op) {
    return op >= block->branch_first && op <= block->branch_last;
}

bool architecture_op_is_closed(const Scene *scene, int op) {
    int b = scene->network->ops[op].block;
    if (b < 0) return false;
    const Block *block = &scene->network->blocks[b];
    if (on_branch(block, op)) return pass_block_is_lesioned(scene->pass, b);
    return pass_skip_mode(scene->pass) == SKIP_PLAIN && op > block->branch_last && op < block->add;
}

static void put(const Lane *lane, int at, Style style, uint32_t glyph, char ascii) {
    canvas_put(lane->canvas, lane->x + at, lane->y, style, part_glyph(lane->canvas, glyph, ascii));
}

static void draw_leaving(const Lane *lane) {
    put(lane, AT_BRANCH, lane->branch, U'├', '+');
    for (int at = AT_BRANCH + 1; at < AT_SKIP; at++)
        put(lane, at, lane->skip, lane->removed ? U'╌' : U'─', '-');
    if (lane->removed)
        put(lane, AT_SKIP, style_bold(ROLE_BAD), U'×', 'x');
    else
        put(lane, AT_SKIP, lane->skip, U'╮', '+');
}

static void draw_addition(const Lane *lane) {
    if (lane->canvas->flags & CANVAS_ASCII)
        canvas_text(lane->canvas, lane->x + AT_BRANCH - 1, lane->y, style_bold(ROLE_SKIP), "(+)");
    else
        put(lane, AT_BRANCH, style_bold(ROLE_SKIP), U'⊕', '+');
    if (lane->removed) {
        put(lane, AT_SKIP, lane->skip, U'·', '.');
        return;
    }
    if (!(lane->canvas->flags & CANVAS_ASCII)) {
        put(lane, AT_BRANCH + 1, lane->skip, U'◂', '<');
        put(lane, AT_ARROW, lane->skip, U'─', '-');
    } else {
        put(lane, AT_ARROW, lane->skip, U'◂', '<');
    }
    if (lane->cut)
        put(lane, AT_CUT, style_bold(ROLE_BAD), U'×', 'x');
    else
        put(lane, AT_CUT, lane->skip, U'─', '-');
    put(lane, AT_SKIP, lane->skip, U'╯', '+');
}

static void draw_skip(const Lane *lane, int op) {
    const Block *block = lane->block;
    if (lane->removed)
        put(lane, AT_SKIP, lane->skip, U'·', '.');
    else if (block->shortcut == SHORTCUT_ZERO_PAD)
        put(lane, AT_SKIP, lane->skip, U'┊', ':');
    else if (block->shortcut == SHORTCUT_PROJECTION && !on_branch(block, op))
        put(lane, AT_SKIP, lane->skip, U'╪', '#');
    else
        put(lane, AT_SKIP, lane->skip, U'│', '|');
}

static void draw_in_block(const Lane *lane, ArchitectureRow row) {
    bool has_skip = lane->block->shortcut != SHORTCUT_NONE;
    if (has_skip && row.kind == ROW_BLOCK) {
        draw_leaving(lane);
    } else if (has_skip && row.op == lane->block->add) {
        draw_addition(lane);
    } else {
        bool closed = lane->lesioned && row.kind == ROW_OP && row.op < lane->block->add;
        put(lane, AT_BRANCH, closed ? style_role(ROLE_BAD) : lane->branch, closed ? U'×' : U'│',
            closed ? 'x' : '|');
        if (has_skip && row.op < lane->block->add) draw_skip(lane, row.op);
    }
}

void architecture_lane_draw(Canvas *canvas, int x, int y, const Scene *scene, ArchitectureRow row) {
    const Network *network = scene->network;
    SkipMode mode = pass_skip_mode(scene->pass);
    int block = row.kind == ROW_STAGE ? -1 : network->ops[row.op].block;
    Lane lane = {.canvas = canvas,
                 .x = x,
                 .y = y,
                 .branch = style_role(block < 0 ? ROLE_BORDER : ROLE_BRANCH),
                 .skip = style_role(mode == SKIP_PLAIN ? ROLE_DIM : ROLE_SKIP),
                 .removed = mode == SKIP_PLAIN,
                 .cut = mode == SKIP_CUT};
    if (row.kind == ROW_STAGE && row.op == 0) return;
    if (block < 0) {
        put(&lane, AT_BRANCH, lane.branch, U'│', '|');
        return;
    }
    lane.block = &network->blocks[block];
    lane.lesioned = pass_block_is_lesioned(scene->pass, block);
    draw_in_block(&lane, row);
}
