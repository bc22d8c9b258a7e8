#include "views/block/stream.h"

#include <math.h>
#include <stdio.h>

#include "core/inspect/block_figures.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* Columns from the left edge: the two lanes, what stands beside them, and where the figures end. */
enum {
    LEFT = 1,
    STREAM = 26,
    BRANCH = 32,
    NAME = 34,
    SUMMARY = 45,
    L2_END = 69,
    RMS_END = 79,
    BAR = 81,
    BAR_MIN = 8,
    BAR_MAX = 40,
    FIGURE_WIDTH = 9,
    FRAME_ROWS = 2, /* the heading, and y of the last block */
    BRIEF_ROWS = 3, /* leaving, F, joining */
    TEXT_MAX = 96,
};

/* One block within the drawing. */
typedef struct Stream {
    Canvas *canvas;
    const Scene *scene;
    const Block *block;
    int index;
    bool brief;
    BlockGates gates; /* in the direction shown */
    BlockForward forward;
    BlockBackward backward;
    Rect area;
    double rms_max; /* what a full bar stands for */
} Stream;

static bool is_backward(const Stream *s) {
    return s->scene->phase == PHASE_BACKWARD;
}

static bool has_skip(const Stream *s) {
    return s->block->shortcut != SHORTCUT_NONE;
}

static int op_rows(const Block *block) {
    return block->branch_last - block->branch_first + 1;
}

/* In the backward pass the two parts of the gradient have a row of their own. */
static int full_rows(const Block *block, Phase phase) {
    return op_rows(block) + 2 + (phase == PHASE_BACKWARD);
}

/* The rest of the stage, as far as it is shown and `left` rows reach. */
static void unfold(BlockStreamRange *range, const Network *network, Phase phase, int left) {
    const Block *blocks = network->blocks;
    int stage = blocks[range->full_first].stage;
    for (bool grown = true; grown;) {
        int before = range->full_first - 1, after = range->full_last + 1;
        grown = false;
        if (before >= range->first && blocks[before].stage == stage &&
            left >= full_rows(&blocks[before], phase) - BRIEF_ROWS)
            left -= full_rows(&blocks[before], phase) - BRIEF_ROWS, range->full_first--, grown = true;
        if (after <= range->last && blocks[after].stage == stage &&
            left >= full_rows(&blocks[after], phase) - BRIEF_ROWS)
            left -= full_rows(&blocks[after], phase) - BRIEF_ROWS, range->full_last++, grown = true;
    }
}

BlockStreamRange block_stream_range(const Network *network, int block, Phase phase, int rows) {
    const Block *blocks = network->blocks;
    BlockStreamRange range = {block, block, block, block};
    int left = rows - FRAME_ROWS - full_rows(&blocks[block], phase);
    for (bool grown = true; grown;) {
        grown = false;
        if (left >= BRIEF_ROWS && range.first > 0) range.first--, left -= BRIEF_ROWS, grown = true;
        if (left >= BRIEF_ROWS && range.last + 1 < network->block_count)
            range.last++, left -= BRIEF_ROWS, grown = true;
    }
    unfold(&range, network, phase, left);
    return range;
}

static void put_stream_glyph(const Stream *s, int column, int y, Style style, uint32_t glyph, char ascii) {
    canvas_put(s->canvas, s->area.x + column, y, style, widget_glyph(s->canvas, glyph, ascii));
}

/* Returns the column after the words. */
static int text(const Stream *s, int column, int y, int end, Style style, const char *words) {
    return canvas_text_fit(s->canvas, s->area.x + column, y, end - column, style, words) - s->area.x;
}

/* l2, rms, and a bar of rms where there is room. */
static void put_figures(const Stream *s, int y, Role role, double l2, size_t count) {
    Rect area = s->area;
    int room = area.w - BAR < BAR_MAX ? area.w - BAR : BAR_MAX;
    double rms = l2 / sqrt((double)count);
    char words[TEXT_MAX];
    if (isnan(l2)) {
        canvas_text_right(s->canvas, area.x + L2_END, y, style_role(ROLE_DIM), "-");
        return;
    }
    snprintf(words, sizeof words, "%.4g", l2);
    canvas_text_right(s->canvas, area.x + L2_END, y, style_role(role), words);
    snprintf(words, sizeof words, "%.3g", rms);
    canvas_text_right(s->canvas, area.x + RMS_END, y, style_role(role), words);
    if (room < BAR_MIN || s->rms_max <= 0) return;
    PlotBar bar = {
        .x = area.x + BAR, .y = y, .width = room, .style = style_role(role == ROLE_TEXT ? ROLE_SKIP : role)};
    plot_bar(s->canvas, bar, rms / s->rms_max);
}

static size_t count_of(const Stream *s, int op) {
    return shape_count(s->scene->network->ops[op].out);
}

static void put_op_figures(const Stream *s, int y, Role role, int op) {
    Stats stats = scene_stats(s->scene, op, s->scene->phase);
    put_figures(s, y, role, stats.known ? stats.l2 : NAN, count_of(s, op));
}

/* Columns of one row, up to `end`. */
typedef struct Span {
    int column, y, end;
} Span;

/* In the colours of the cursor when the op is the selected one. */
static int put_op(const Stream *s, Span span, Role role, int op, const char *words) {
    Style style = style_role(role);
    if (op == s->scene->op) {
        style = (Style){
            .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
        canvas_set_cursor(s->canvas, s->area.x + span.column, span.y);
    }
    Rect place = {.x = s->area.x + span.column, .y = span.y, .w = span.end - span.column, .h = 1};
    click_add_text(s->canvas, place, ACTION_SELECT, s->scene->network->ops[op].name);
    return text(s, span.column, span.y, span.end, style, words);
}

static Role branch_role(const Stream *s) {
    return s->gates.branch_closed ? ROLE_DIM : ROLE_BRANCH;
}

/* The stream beside F: its kind, and in the middle its direction or that it is closed. */
static void put_skip(const Stream *s, int y, bool middle) {
    Style style = s->gates.skip_closed ? style_role(ROLE_DIM) : style_bold(ROLE_SKIP);
    switch (s->block->shortcut) {
    case SHORTCUT_NONE: return;
    case SHORTCUT_IDENTITY: put_stream_glyph(s, STREAM, y, style, U'┃', '|'); break;
    case SHORTCUT_ZERO_PAD: put_stream_glyph(s, STREAM, y, style, U'┇', ':'); break;
    case SHORTCUT_PROJECTION: put_stream_glyph(s, STREAM, y, style, U'║', 'H'); break;
    }
    if (middle && s->gates.skip_closed)
        put_stream_glyph(s, STREAM, y, style_bold(ROLE_BAD), U'×', 'x');
    else if (middle && !s->brief)
        put_stream_glyph(s, STREAM, y, style, is_backward(s) ? U'▲' : U'▼', is_backward(s) ? '^' : 'v');
}

/* From the stream to the branch or back, with the arrow's place and glyph. */
static void put_turn(const Stream *s, int y, bool leaving) {
    Style style = style_role(branch_role(s));
    bool to_the_right = leaving != is_backward(s);
    int arrow = to_the_right ? BRANCH - 1 : STREAM + (leaving ? 1 : 2);
    for (int column = STREAM + 1; column < BRANCH; column++) put_stream_glyph(s, column, y, style, U'─', '-');
    put_stream_glyph(s, BRANCH, y, style, leaving ? U'╮' : U'╯', '+');
    put_stream_glyph(s, arrow, y, style, to_the_right ? U'▸' : U'◂', to_the_right ? '>' : '<');
    if (!leaving && s->gates.branch_closed)
        put_stream_glyph(s, (STREAM + BRANCH) / 2 + 1, y, style_bold(ROLE_BAD), U'×', 'x');
}

/* "|F|/|x| 0.804 cos -0.011" forward, "|skip|/|F| 2.8 cos +0.33" backward, where figures are longer; "" while
 * not known. */
static void put_ratio(const Stream *s, int y) {
    bool back = is_backward(s), identity = s->block->shortcut == SHORTCUT_IDENTITY;
    double ratio = back ? s->backward.skip / s->backward.branch : s->forward.ratio;
    double cosine = back ? s->backward.cosine : s->forward.cosine;
    char words[TEXT_MAX] = "";
    int used = 0;
    if (s->gates.skip_closed || s->gates.branch_closed) return;
    if (isfinite(ratio))
        used = snprintf(words, sizeof words, "%s %.*g",
                        back       ? "|skip|/|F|"
                        : identity ? "|F|/|x|"
                                   : "|F|/|skip|",
                        back ? 2 : 3, ratio);
    if (isfinite(cosine))
        snprintf(words + used, sizeof words - (size_t)used, " cos %+.*f", back ? 2 : 3, cosine);
    text(s, NAME, y, L2_END - (back ? FIGURE_WIDTH : FIGURE_WIDTH - 2), style_role(ROLE_TEXT), words);
}

/* Which lane is closed, and in which direction; "" when none is. */
static const char *closed_words(const Stream *s) {
    switch (pass_skip_mode(s->scene->pass)) {
    case SKIP_NONE_REMOVED: break;
    case SKIP_PLAIN: return has_skip(s) ? "closed both ways: plain" : "";
    case SKIP_CUT: return !has_skip(s) ? "" : is_backward(s) ? "closed: cut" : "no gradient back: cut";
    case SKIP_LESION: return s->gates.branch_closed ? "F closed both ways: lesion" : "";
    }
    return "";
}

static void put_closed(const Stream *s, int y) {
    bool here = s->gates.skip_closed || s->gates.branch_closed;
    bool branch = s->gates.branch_closed;
    text(s, branch ? NAME : LEFT, y, branch ? L2_END - FIGURE_WIDTH + 1 : STREAM - 1,
         style_bold(here ? ROLE_BAD : ROLE_WARN), closed_words(s));
}

/* x, which is y of the block before, and the way into F. */
static void draw_leaving(const Stream *s, int y, const char *letter) {
    const Network *network = s->scene->network;
    int input = s->block->input;
    char words[TEXT_MAX];
    put_turn(s, y, true);
    put_stream_glyph(s, STREAM, y, style_bold(ROLE_TEXT), has_skip(s) ? U'┠' : U'┖', '+');
    snprintf(words, sizeof words, "%s%s", letter, network->ops[input].name);
    put_op(s, (Span){LEFT, y, STREAM - 1}, *letter ? ROLE_TEXT : ROLE_DIM, input, words);
    if (is_backward(s)) put_ratio(s, y);
    put_op_figures(s, y, ROLE_TEXT, input);
}

/* Backward only: what came through the skip, and what came through F. */
static void draw_routes(const Stream *s, int y) {
    char words[TEXT_MAX];
    put_skip(s, y, false);
    put_stream_glyph(s, BRANCH, y, style_role(branch_role(s)), U'▲', '^');
    if (has_skip(s) && s->backward.known) {
        snprintf(words, sizeof words, "through skip %.4g", s->backward.skip);
        text(s, LEFT, y, STREAM - 1, style_role(s->gates.skip_closed ? ROLE_DIM : ROLE_SKIP), words);
    }
    text(s, NAME, y, L2_END, style_bold(branch_role(s)), "through F");
    put_figures(s, y, branch_role(s), s->backward.known ? s->backward.branch : NAN,
                count_of(s, s->block->input));
}

/* What is said to the left of row k of F: the block, its shortcut, the shortcut's operations. */
static void put_aside(const Stream *s, int y, int k) {
    const Block *b = s->block;
    int op = b->branch_last + k - 1;
    if (k == 0) text(s, LEFT, y, STREAM - 1, style_bold(ROLE_TITLE), b->name);
    if (k == 1)
        text(s, LEFT, y, STREAM - 1, style_bold(s->gates.skip_closed ? ROLE_DIM : ROLE_SKIP),
             has_skip(s) ? widget_shortcut_name(b->shortcut) : "no shortcut");
    if (k < 2 || op >= b->add || op > b->shortcut_last) return;
    int x =
        put_op(s, (Span){LEFT, y, STREAM - 1}, ROLE_SKIP, op, widget_op_short_name(s->scene->network, op));
    Stats stats = scene_stats(s->scene, op, s->scene->phase);
    if (stats.known) canvas_printf(s->canvas, s->area.x + x + 1, y, style_role(ROLE_SKIP), "%.4g", stats.l2);
}

static void draw_op(const Stream *s, int y, int k) {
    const Network *network = s->scene->network;
    int op = s->block->branch_first + k;
    bool first = k == 0 && !is_backward(s), last = op == s->block->branch_last;
    put_skip(s, y, k == op_rows(s->block) / 2);
    put_aside(s, y, k);
    put_stream_glyph(s, BRANCH, y, style_role(branch_role(s)), first ? U'▼' : U'│', first ? 'v' : '|');
    put_op(s, (Span){NAME, y, SUMMARY - 1}, branch_role(s), op, widget_op_short_name(network, op));
    text(s, SUMMARY, y, L2_END - FIGURE_WIDTH + 1, style_role(ROLE_DIM),
         last ? "= F(x)" : widget_op_summary(&network->ops[op]).text);
    put_op_figures(s, y, branch_role(s), op);
}

/* The whole branch in one row. */
static void draw_folded(const Stream *s, int y) {
    const Network *network = s->scene->network;
    char words[TEXT_MAX];
    bool back = is_backward(s);
    put_skip(s, y, true);
    int x = text(s, LEFT, y, STREAM - 1, style_bold(ROLE_TEXT), s->block->name);
    text(s, x + 1, y, STREAM - 1, style_role(ROLE_SKIP),
         has_skip(s) ? widget_shortcut_name(s->block->shortcut) : "");
    put_stream_glyph(s, BRANCH, y, style_role(branch_role(s)), back ? U'▲' : U'▼', back ? '^' : 'v');
    x = text(s, NAME, y, L2_END, style_bold(branch_role(s)), back ? "through F" : "F");
    if (back) {
        put_figures(s, y, branch_role(s), s->backward.known ? s->backward.branch : NAN,
                    count_of(s, s->block->input));
        return;
    }
    snprintf(words, sizeof words, "%s .. %s", widget_op_short_name(network, s->block->branch_first),
             widget_op_short_name(network, s->block->branch_last));
    text(s, x + 1, y, L2_END - FIGURE_WIDTH + 1, style_role(ROLE_DIM), words);
    put_op_figures(s, y, branch_role(s), s->block->branch_last);
}

/* What stands where the two ways have met. */
static WidgetText joined_words(const Stream *s) {
    WidgetText out;
    if (is_backward(s))
        snprintf(out.text, sizeof out.text, "past the %s", network_activation(s->scene->network)->title);
    else
        snprintf(out.text, sizeof out.text, "%s", has_skip(s) ? "sum" : "F(x) alone");
    return out;
}

static void draw_joining(const Stream *s, int y) {
    int add = s->block->add, sum = has_skip(s) ? add : s->block->branch_last;
    put_turn(s, y, false);
    if (has_skip(s)) {
        bool here = add == s->scene->op;
        canvas_text(s->canvas, s->area.x + STREAM - 1, y, style_bold(here ? ROLE_ACCENT : ROLE_SKIP), "(+)");
        if (here) canvas_set_cursor(s->canvas, s->area.x + STREAM, y);
        Rect place = {.x = s->area.x + STREAM - 1, .y = y, .w = 3, .h = 1};
        click_add_text(s->canvas, place, ACTION_SELECT, s->scene->network->ops[add].name);
    } else {
        put_stream_glyph(s, STREAM, y, style_bold(ROLE_TEXT), U'┎', '+');
    }
    if (*closed_words(s))
        put_closed(s, y);
    else
        text(s, LEFT, y, STREAM - 2, style_role(ROLE_DIM), joined_words(s).text);
    if (!is_backward(s)) put_ratio(s, y);
    put_op_figures(s, y, ROLE_TEXT, sum);
}

/* Returns the row below. */
static int draw_block(const Stream *s, int y, const char *letter) {
    draw_leaving(s, y++, letter);
    if (s->brief) {
        draw_folded(s, y++);
    } else {
        if (is_backward(s)) draw_routes(s, y++);
        for (int k = 0; k < op_rows(s->block); k++) draw_op(s, y++, k);
    }
    draw_joining(s, y++);
    return y;
}

static Stream stream_of(Canvas *canvas, Rect area, const Scene *scene, int block) {
    bool back = scene->phase == PHASE_BACKWARD;
    Stream s = {.canvas = canvas,
                .scene = scene,
                .area = area,
                .block = &scene->network->blocks[block],
                .index = block,
                .gates = block_gates(scene->pass, block, back)};
    if (back)
        s.backward = block_backward(scene->pass, block);
    else
        s.forward = block_forward(scene->pass, block);
    if (scene->network->blocks[block].shortcut == SHORTCUT_NONE)
        s.gates.skip_closed = s.gates.branch_closed = false;
    return s;
}

static double largest_rms(const Scene *scene, BlockStreamRange range) {
    const Network *network = scene->network;
    double largest = 0;
    for (int op = network->blocks[range.first].input; op <= network->blocks[range.last].output; op++) {
        Stats stats = scene_stats(scene, op, scene->phase);
        if (stats.known) largest = fmax(largest, stats.l2 / sqrt((double)stats.count));
    }
    return largest;
}

static double largest_rms_of(const Scene *other, int rows) {
    int block = block_of_op(other->network, other->op);
    return largest_rms(other, block_stream_range(other->network, block, other->phase, rows));
}

static void draw_heading(const Stream *s, int y) {
    bool back = is_backward(s);
    Style style = style_role(widget_phase_role(s->scene->phase));
    Rect area = s->area;
    text(s, LEFT, y, STREAM, style_role(ROLE_DIM), back ? "the gradient runs up" : "the stream runs down");
    text(s, NAME, y, L2_END - FIGURE_WIDTH, style_role(ROLE_DIM), "F, the branch");
    canvas_text_right(s->canvas, area.x + L2_END, y, style, back ? "|gradient|" : "|activation|");
    canvas_text_right(s->canvas, area.x + RMS_END, y, style, "rms");
    if (area.w - BAR >= BAR_MIN)
        canvas_printf(s->canvas, area.x + BAR, y, style_role(ROLE_DIM), "rms 0 .. %.3g", s->rms_max);
}

/* y of the last block shown. */
static void draw_end(const Stream *s, int y, const char *letter) {
    char words[TEXT_MAX];
    bool back = is_backward(s);
    snprintf(words, sizeof words, "%s%s", letter, s->scene->network->ops[s->block->output].name);
    put_op(s, (Span){LEFT, y, STREAM - 1}, *letter ? ROLE_TEXT : ROLE_DIM, s->block->output, words);
    put_stream_glyph(s, STREAM, y, style_bold(ROLE_TEXT), back ? U'▲' : U'▼', back ? '^' : 'v');
    put_op_figures(s, y, ROLE_TEXT, s->block->output);
}

void block_stream_draw(Canvas *canvas, Rect area, const Scene *scene, int block) {
    BlockStreamRange range = block_stream_range(scene->network, block, scene->phase, area.h);
    double rms_max = largest_rms(scene, range);
    if (scene->twin && !scene->twin->difference) /* both sides are measured alike */
        rms_max = fmax(rms_max, largest_rms_of(scene->twin->scene, area.h));
    Rect old = canvas_clip(canvas, area);
    int y = area.y + 1;
    for (int k = range.first; k <= range.last; k++) {
        Stream s = stream_of(canvas, area, scene, k);
        s.brief = k < range.full_first || k > range.full_last;
        s.rms_max = rms_max;
        if (k == range.first) draw_heading(&s, area.y);
        y = draw_block(&s, y, k == block ? "x " : k == block + 1 ? "y " : "");
        if (k == range.last) draw_end(&s, y, k == block ? "y " : "");
    }
    canvas_unclip(canvas, old);
}
