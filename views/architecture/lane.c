#include "views/architecture/lane.h"

#include "views/widget/widgets.h"

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

static void put_lane_glyph(const Lane *lane, int at, Style style, uint32_t glyph, char ascii) {
    canvas_put(lane->canvas, lane->x + at, lane->y, style, widget_glyph(lane->canvas, glyph, ascii));
}

static void draw_leaving(const Lane *lane) {
    put_lane_glyph(lane, AT_BRANCH, lane->branch, U'├', '+');
    for (int at = AT_BRANCH + 1; at < AT_SKIP; at++)
        put_lane_glyph(lane, at, lane->skip, lane->removed ? U'╌' : U'─', '-');
    if (lane->removed)
        put_lane_glyph(lane, AT_SKIP, style_bold(ROLE_BAD), U'×', 'x');
    else
        put_lane_glyph(lane, AT_SKIP, lane->skip, U'╮', '+');
}

/* The addition and, unless the skip is removed, its line up to the lane; false when it is. */
static bool draw_return(const Lane *lane) {
    if (lane->canvas->flags & CANVAS_ASCII)
        canvas_text(lane->canvas, lane->x + AT_BRANCH - 1, lane->y, style_bold(ROLE_SKIP), "(+)");
    else
        put_lane_glyph(lane, AT_BRANCH, style_bold(ROLE_SKIP), U'⊕', '+');
    if (lane->removed) {
        put_lane_glyph(lane, AT_SKIP, lane->skip, U'·', '.');
        return false;
    }
    if (!(lane->canvas->flags & CANVAS_ASCII)) {
        put_lane_glyph(lane, AT_BRANCH + 1, lane->skip, U'◂', '<');
        put_lane_glyph(lane, AT_ARROW, lane->skip, U'─', '-');
    } else {
        put_lane_glyph(lane, AT_ARROW, lane->skip, U'◂', '<');
    }
    if (lane->cut)
        put_lane_glyph(lane, AT_CUT, style_bold(ROLE_BAD), U'×', 'x');
    else
        put_lane_glyph(lane, AT_CUT, lane->skip, U'─', '-');
    return true;
}

static void draw_addition(const Lane *lane) {
    if (draw_return(lane)) put_lane_glyph(lane, AT_SKIP, lane->skip, U'╯', '+');
}

static void draw_kind(const Lane *lane, int at, ShortcutKind kind) {
    switch (kind) {
    case SHORTCUT_NONE: return;
    case SHORTCUT_IDENTITY: put_lane_glyph(lane, at, lane->skip, U'│', '|'); return;
    case SHORTCUT_ZERO_PAD: put_lane_glyph(lane, at, lane->skip, U'┊', ':'); return;
    case SHORTCUT_PROJECTION: put_lane_glyph(lane, at, lane->skip, U'╪', '+'); return;
    }
}

/* The skip of a folded block comes back and, when another folded block follows, leaves again at once. */
static void draw_folded_block(const Lane *lane, bool more) {
    if (lane->block->shortcut == SHORTCUT_NONE) {
        put_lane_glyph(lane, AT_BRANCH, lane->branch, U'│', '|');
        return;
    }
    if (!draw_return(lane)) return;
    if (lane->block->shortcut == SHORTCUT_IDENTITY)
        put_lane_glyph(lane, AT_SKIP, lane->skip, more ? U'┤' : U'╯', '|');
    else
        draw_kind(lane, AT_SKIP, lane->block->shortcut);
    if (lane->lesioned && !(lane->canvas->flags & CANVAS_ASCII))
        put_lane_glyph(lane, AT_BRANCH - 1, style_bold(ROLE_BAD), U'×', 'x');
}

static void draw_folded_stage(Lane *lane, const Network *network, ArchitectureRow row) {
    const Block *first = &network->blocks[network->ops[row.op].block],
                *last = &network->blocks[network->ops[row.last].block];
    put_lane_glyph(lane, AT_BRANCH, lane->branch, U'│', '|');
    if (lane->removed && last->shortcut != SHORTCUT_NONE) {
        put_lane_glyph(lane, AT_SKIP, lane->skip, U'·', '.');
        return;
    }
    if (first->shortcut != last->shortcut) draw_kind(lane, AT_CUT, first->shortcut);
    draw_kind(lane, AT_SKIP, last->shortcut);
}

static void draw_skip(const Lane *lane, int op) {
    const Block *block = lane->block;
    bool carries = block->shortcut == SHORTCUT_PROJECTION && on_branch(block, op);
    if (lane->removed)
        put_lane_glyph(lane, AT_SKIP, lane->skip, U'·', '.');
    else
        draw_kind(lane, AT_SKIP, carries ? SHORTCUT_IDENTITY : block->shortcut);
}

static void draw_in_block(const Lane *lane, ArchitectureRow row) {
    bool has_skip = lane->block->shortcut != SHORTCUT_NONE;
    if (has_skip && row.kind == ROW_BLOCK) {
        draw_leaving(lane);
    } else if (has_skip && row.op == lane->block->add) {
        draw_addition(lane);
    } else {
        bool closed = lane->lesioned && row.kind == ROW_OP && row.op < lane->block->add;
        put_lane_glyph(lane, AT_BRANCH, closed ? style_role(ROLE_BAD) : lane->branch, closed ? U'×' : U'│',
                       closed ? 'x' : '|');
        if (has_skip && row.op < lane->block->add) draw_skip(lane, row.op);
    }
}

static void draw_row(Lane *lane, const Scene *scene, ArchitectureRow row) {
    if (row.kind == ROW_STAGE && row.more && lane->block->shortcut != SHORTCUT_NONE)
        draw_leaving(lane);
    else if (!lane->block || row.kind == ROW_STAGE)
        put_lane_glyph(lane, AT_BRANCH, style_role(ROLE_BORDER), U'│', '|');
    else if (row.kind == ROW_FOLDED_STAGE)
        draw_folded_stage(lane, scene->network, row);
    else if (row.kind == ROW_FOLDED_BLOCK)
        draw_folded_block(lane, row.more);
    else
        draw_in_block(lane, row);
}

void architecture_lane_draw(Canvas *canvas, int x, int y, const Scene *scene, ArchitectureRow row) {
    const Network *network = scene->network;
    SkipMode mode = pass_skip_mode(scene->pass);
    int block = network->ops[row.op].block;
    Lane lane = {.canvas = canvas,
                 .x = x,
                 .y = y,
                 .block = block < 0 ? NULL : &network->blocks[block],
                 .branch = style_role(block < 0 ? ROLE_BORDER : ROLE_BRANCH),
                 .skip = style_role(mode == SKIP_PLAIN ? ROLE_DIM : ROLE_SKIP),
                 .removed = mode == SKIP_PLAIN,
                 .cut = mode == SKIP_CUT,
                 .lesioned = block >= 0 && pass_block_is_lesioned(scene->pass, block)};
    if (row.kind != ROW_STAGE || row.op > 0) draw_row(&lane, scene, row);
}
