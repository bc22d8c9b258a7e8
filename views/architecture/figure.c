#include "views/architecture/figure.h"

#include <stdio.h>
#include <string.h>

#include "core/network/resnet.h"
#include "views/architecture/group.h"
#include "views/architecture/lane.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { WIDE = 114, WIDER = 150, FOOT_ROWS = 3, LABEL_MAX = 48, BAR_WIDTH = 24 };

static bool is_addition(const Network *network, int op) {
    int block = network->ops[op].block;
    if (block < 0) return false;
    const Block *b = &network->blocks[block];
    return op == (b->add >= 0 ? b->add : b->output);
}

static bool is_on_shortcut(const Network *network, int op) {
    int block = network->ops[op].block;
    return block >= 0 && op > network->blocks[block].branch_last && op < network->blocks[block].add;
}

/* What treats each number alone, or only picks some, has no box of its own. */
static bool is_layer(const Network *network, int op) {
    OpReads reads = op_spec(network->ops[op].kind)->reads;
    return reads != OP_READS_CELL && reads != OP_READS_PICK && !is_on_shortcut(network, op);
}

static bool has_row(const Network *network, int op) {
    return is_layer(network, op) || is_addition(network, op);
}

int architecture_figure_row_count(const Network *network) {
    int count = 0;
    for (int op = 0; op < network->op_count; op++) count += has_row(network, op);
    return count;
}

FigureRow architecture_figure_row_at(const Network *network, int row) {
    int op = 0;
    for (; row > 0 || !has_row(network, op); op++)
        if (has_row(network, op)) row--;
    return (FigureRow){.kind = is_layer(network, op) ? FIGURE_LAYER : FIGURE_ADDITION,
                       .op = op,
                       .block = network->ops[op].block};
}

int architecture_figure_row_of(const Network *network, int op) {
    int row = -1;
    while (is_on_shortcut(network, op)) op++;
    for (int k = 0; k <= op; k++) row += has_row(network, k);
    return row;
}

void architecture_figure_cost(const Network *network, int row, size_t *params, uint64_t *macs) {
    *params = 0;
    *macs = 0;
    for (int op = 0; op < network->op_count; op++) {
        if (architecture_figure_row_of(network, op) != row) continue;
        *params += network_op_param_count(network, op);
        *macs += network_op_macs(network, op);
    }
}

/* "3x3 conv, 64, /2", "avg pool", "fc 1000". */
static void label_op(const Op *op, char *out, size_t size) {
    const OpSpec *spec = op_spec(op->kind);
    if (spec->label)
        spec->label(op, out, size);
    else
        op_format_summary(op, out, size);
}

/* Columns. Numbers end left of theirs. */
typedef struct Figure {
    Canvas *canvas;
    const Scene *scene;
    Rect head, rows, foot;
    int plain, residual, box; /* of the boxes, and their width */
    int lane, skip;           /* columns of the shortcuts and of their words; 0: they do not fit */
    int output, params, macs; /* the column after each; 0: it does not fit */
    int bar; /* 0: it does not fit */
    bool removed, cut;
} Figure;

static Figure figure_plan(Canvas *canvas, Rect area, const Scene *scene) {
    SkipMode mode = pass_skip_mode(scene->pass);
    Figure figure = {
        .canvas = canvas, .scene = scene, .removed = mode == SKIP_PLAIN, .cut = mode == SKIP_CUT};
    bool wide = area.w >= WIDE;
    figure.head = layout_take_top(&area, 1);
    figure.foot = layout_take_bottom(&area, FOOT_ROWS);
    figure.rows = area;
    figure.box = wide ? 21 : 19;
    figure.plain = area.x + 3;
    figure.residual = figure.plain + figure.box + (wide ? 5 : 3);
    figure.lane = figure.residual + figure.box + 2;
    if (wide) figure.skip = figure.lane + 2;
    int from = wide ? figure.skip + 18 : figure.lane + 1;
    figure.output = from + 11;
    figure.params = figure.output + (wide ? 13 : 10);
    figure.macs = figure.params + (wide ? 16 : 12);
    if (area.w >= WIDER) figure.bar = figure.macs + 3;
    if (figure.macs > area.x + area.w) figure.macs = 0;
    if (figure.params > area.x + area.w) figure.params = 0;
    if (figure.output > area.x + area.w) figure.output = 0;
    return figure;
}

/* A plain network's residual twin would have these. */
static ShortcutKind shortcut_of_twin(const Network *network, int block) {
    const Block *b = &network->blocks[block];
    if (b->shortcut != SHORTCUT_NONE) return b->shortcut;
    Shape x = network->ops[b->input].out, y = network->ops[b->output].out;
    return x.c == y.c && x.h == y.h && x.w == y.w ? SHORTCUT_IDENTITY : SHORTCUT_ZERO_PAD;
}

static bool is_plain(const Network *network) {
    return network->block_count > 0 && network->blocks[0].shortcut == SHORTCUT_NONE;
}

static void put_figure_glyph(const Figure *figure, int x, int y, Style style, uint32_t glyph, char ascii) {
    canvas_put(figure->canvas, x, y, style, widget_glyph(figure->canvas, glyph, ascii));
}

static void draw_box(const Figure *figure, int x, int y, FigureRow row, Role role) {
    char label[LABEL_MAX];
    bool closed = architecture_op_is_closed(figure->scene, row.op);
    Rect box = {.x = x, .y = y, .w = figure->box, .h = 1};
    label_op(&figure->scene->network->ops[row.op], label, sizeof label);
    canvas_put(figure->canvas, x, y, style_bold(role), '[');
    canvas_put(figure->canvas, x + figure->box - 1, y, style_bold(role), ']');
    canvas_text_center(figure->canvas, box, y, style_role(closed ? ROLE_DIM : ROLE_TEXT), label);
    if (closed && x == figure->residual) put_figure_glyph(figure, x + 1, y, style_bold(ROLE_BAD), U'×', 'x');
}

static Style skip_style(const Figure *figure) {
    return style_role(figure->removed ? ROLE_DIM : ROLE_SKIP);
}

static void draw_across(const Figure *figure, int from, int y, bool dashed) {
    for (int x = from; x < figure->lane; x++)
        put_figure_glyph(figure, x, y, skip_style(figure), dashed || figure->removed ? U'╌' : U'─', '-');
}

/* From the last layer before the blocks the first shortcut leaves. */
static void draw_first_leaving(const Figure *figure, int y) {
    draw_across(figure, figure->residual + figure->box, y, false);
    put_figure_glyph(figure, figure->lane, y, figure->removed ? style_bold(ROLE_BAD) : skip_style(figure),
                     figure->removed ? U'×' : U'╮', figure->removed ? 'x' : '+');
}

/* Beside a layer of the block. A projection has its convolution at the block's first layer. */
static void draw_lane(const Figure *figure, int y, FigureRow row) {
    const Network *network = figure->scene->network;
    ShortcutKind kind = shortcut_of_twin(network, row.block);
    if (figure->removed)
        put_figure_glyph(figure, figure->lane, y, skip_style(figure), U'·', '.');
    else if (kind == SHORTCUT_IDENTITY)
        put_figure_glyph(figure, figure->lane, y, skip_style(figure), U'│', '|');
    else if (kind == SHORTCUT_PROJECTION && row.op == network->blocks[row.block].branch_first)
        put_figure_glyph(figure, figure->lane, y, skip_style(figure), U'╪', '+');
    else
        put_figure_glyph(figure, figure->lane, y, skip_style(figure), U'┊', ':');
}

static void draw_skip_words(const Figure *figure, int y, int block) {
    const Network *network = figure->scene->network;
    ShortcutKind kind = shortcut_of_twin(network, block);
    const char *words = figure->removed             ? "removed"
                        : figure->cut               ? "cut in backward"
                        : kind == SHORTCUT_IDENTITY ? "identity"
                        : is_plain(network)         ? "shape changes"
                                                    : architecture_block_skip(network, block).text;
    if (figure->skip > 0)
        canvas_text(figure->canvas, figure->skip, y,
                    style_role(figure->removed || figure->cut ? ROLE_BAD : ROLE_SKIP), words);
}

/* The sum, with what the shortcut brings, and the next shortcut leaving. */
static void draw_addition(const Figure *figure, int y, FigureRow row) {
    const Network *network = figure->scene->network;
    int middle = figure->residual + figure->box / 2;
    int from = middle + (figure->canvas->flags & CANVAS_ASCII ? 2 : 1); /* beside ⊕ or (+) */
    bool last = row.block + 1 == network->block_count;
    bool dashed = shortcut_of_twin(network, row.block) != SHORTCUT_IDENTITY;
    put_figure_glyph(figure, figure->plain + figure->box / 2, y, style_role(ROLE_PLAIN), U'│', '|');
    if (figure->canvas->flags & CANVAS_ASCII)
        canvas_text(figure->canvas, middle - 1, y, style_bold(ROLE_SKIP), "(+)");
    else
        put_figure_glyph(figure, middle, y, style_bold(ROLE_SKIP), U'⊕', '+');
    if (figure->removed) {
        put_figure_glyph(figure, figure->lane, y, skip_style(figure), U'·', '.');
        return;
    }
    draw_across(figure, from, y, dashed);
    put_figure_glyph(figure, from, y, skip_style(figure), U'◂', '<');
    if (figure->cut) put_figure_glyph(figure, from + 2, y, style_bold(ROLE_BAD), U'×', 'x');
    put_figure_glyph(figure, figure->lane, y, skip_style(figure), last ? U'╯' : U'┤', '+');
}

static void put_right(const Figure *figure, int right, int y, Style style, const char *text) {
    if (right > 0) canvas_text_right(figure->canvas, right, y, style, text);
}

static void draw_numbers(const Figure *figure, int y, int index, FigureRow row) {
    const Network *network = figure->scene->network;
    Canvas *canvas = figure->canvas;
    size_t params;
    uint64_t macs;
    Style style = style_role(row.kind == FIGURE_ADDITION ? ROLE_SKIP : ROLE_TEXT);
    architecture_figure_cost(network, index, &params, &macs);
    if (row.kind == FIGURE_LAYER)
        put_right(figure, figure->output, y, style, text_format_shape(network->ops[row.op].out).text);
    if (params > 0) put_right(figure, figure->params, y, style, text_format_count(params).text);
    if (macs > 0) put_right(figure, figure->macs, y, style, text_format_count((size_t)macs).text);
    if (figure->bar == 0 || macs == 0) return;
    double share = (double)macs / (double)network_macs(network);
    plot_bar(canvas,
             (PlotBar){.x = figure->bar, .y = y, .width = BAR_WIDTH, .style = style_role(ROLE_ACCENT)},
             share * 4 < 1 ? share * 4 : 1);
    canvas_text_right(canvas, figure->bar + BAR_WIDTH + 6, y, style, text_format_percent(share).text);
}

static void draw_row(const Figure *figure, int index, int y) {
    const Scene *scene = figure->scene;
    const Network *network = scene->network;
    FigureRow row = architecture_figure_row_at(network, index);
    bool selected = architecture_figure_row_of(network, scene->op) == index;
    char state = widget_op_state(scene->pass, row.op);
    canvas_put(figure->canvas, figure->plain - 2, y, style_role(widget_op_state_role(state)),
               (uint32_t)state);
    if (row.kind == FIGURE_LAYER) {
        draw_box(figure, figure->plain, y, row, ROLE_PLAIN);
        draw_box(figure, figure->residual, y, row, row.block < 0 ? ROLE_TEXT : ROLE_BRANCH);
        bool before = network->block_count > 0 && row.block < 0 &&
                      architecture_figure_row_of(network, network->blocks[0].input) == index;
        if (before) draw_first_leaving(figure, y);
        if (row.block >= 0) draw_lane(figure, y, row);
        if (row.block >= 0 && row.op == network->blocks[row.block].branch_first)
            draw_skip_words(figure, y, row.block);
    } else {
        draw_addition(figure, y, row);
    }
    draw_numbers(figure, y, index, row);
    Rect line = {.x = figure->rows.x, .y = y, .w = figure->rows.w, .h = 1};
    click_add_text(figure->canvas, line, ACTION_SELECT, network->ops[row.op].name);
    if (!selected) return;
    canvas_put(figure->canvas, line.x, y, style_bold(ROLE_ACCENT), U'▸');
    canvas_paint(figure->canvas, line,
                 (Style){.fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR)});
    canvas_set_cursor(figure->canvas, figure->residual, y);
}

/* "plain20" and "resnet20", whichever of the two is shown. */
static void draw_head(const Figure *figure) {
    const Network *network = figure->scene->network;
    Canvas *canvas = figure->canvas;
    char twin_name[ARCH_NAME_MAX];
    resnet_twin_name(network, twin_name);
    Style own = style_bold(ROLE_TITLE), twin = style_role(ROLE_DIM), dim = style_role(ROLE_DIM);
    bool plain = is_plain(network);
    int y = figure->head.y;
    canvas_printf(canvas, figure->plain, y, plain ? own : twin, "%s%s", plain ? network->arch : twin_name,
                  plain ? " (this one)" : ", the twin");
    canvas_printf(canvas, figure->residual, y, plain ? twin : own, "%s%s", plain ? twin_name : network->arch,
                  plain ? ", the twin" : " (this one)");
    if (figure->skip > 0) canvas_text(canvas, figure->skip, y, dim, "shortcut");
    put_right(figure, figure->output, y, dim, "output");
    put_right(figure, figure->params, y, dim, figure->skip > 0 ? "parameters" : "param.");
    put_right(figure, figure->macs, y, dim, figure->skip > 0 ? "multiply-adds" : "mult-adds");
    if (figure->bar > 0) canvas_text(canvas, figure->bar, y, dim, "share of them, bar to 25%");
    canvas_paint(canvas, figure->head,
                 (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_UNDERLINE});
}

static void draw_totals(const Figure *figure) {
    const Network *network = figure->scene->network;
    size_t all = network_param_count(network), plain = 0;
    uint64_t macs = network_macs(network), plain_macs = 0;
    for (int row = architecture_figure_row_count(network) - 1; row >= 0; row--) {
        size_t params;
        uint64_t row_macs;
        if (architecture_figure_row_at(network, row).kind == FIGURE_ADDITION) continue;
        architecture_figure_cost(network, row, &params, &row_macs);
        plain += params;
        plain_macs += row_macs;
    }
    Style style = style_bold(ROLE_TITLE);
    Canvas *canvas = figure->canvas;
    int y = figure->foot.y;
    canvas_printf(canvas, figure->plain, y, style, "%s param.", text_format_count(plain).text);
    canvas_printf(canvas, figure->plain, y + 1, style, "%s mult-adds",
                  text_format_engineering((double)plain_macs).text);
    canvas_printf(canvas, figure->residual, y, style, "%s param.", text_format_count(all).text);
    canvas_printf(canvas, figure->residual, y + 1, style, "%s mult-adds",
                  text_format_engineering((double)macs).text);
    if (figure->skip == 0) return;
    canvas_text_right(canvas, figure->params, y, style, text_format_count(all).text);
    canvas_text_right(canvas, figure->macs, y, style, text_format_count((size_t)macs).text);
}

static void draw_legend(const Figure *figure) {
    Canvas *canvas = figure->canvas;
    int x = figure->foot.x + 1, y = figure->foot.y + 2;
    const struct {
        uint32_t glyph;
        char ascii;
        const char *words;
    } parts[] = {
        {U'│', '|', "identity"}, {U'┊', ':', "new shape"}, {U'╪', '+', "1x1 conv"}, {U'⊕', '+', "addition"}};
    for (int k = 0; k < 4; k++) {
        put_figure_glyph(figure, x, y, style_bold(ROLE_SKIP), parts[k].glyph, parts[k].ascii);
        x = canvas_printf(canvas, x + 2, y, style_role(ROLE_DIM), "%s", parts[k].words) + 2;
    }
    const char *source = "(arXiv:1512.03385, figure 3)";
    if (x + text_width(source) <= figure->foot.x + figure->foot.w)
        canvas_text(canvas, x, y, style_role(ROLE_DIM), source);
}

void architecture_figure_draw(Canvas *canvas, Rect area, const Scene *scene) {
    const Network *network = scene->network;
    Rect old = canvas_clip(canvas, area);
    Figure figure = figure_plan(canvas, area, scene);
    Rect rows = figure.rows;
    int count = architecture_figure_row_count(network),
        selected = architecture_figure_row_of(network, scene->op);
    int first = layout_scroll(selected - rows.h / 2, selected, count, rows.h);
    draw_head(&figure);
    for (int k = 0; k < rows.h && first + k < count; k++) draw_row(&figure, first + k, rows.y + k);
    draw_totals(&figure);
    draw_legend(&figure);
    canvas_unclip(canvas, old);
}
