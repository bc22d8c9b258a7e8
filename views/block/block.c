/* One residual block: what F adds to what the shortcut brings, and by which of the two ways the gradient
 * comes back. */
#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "core/inspect/block_figures.h"
#include "views/block/lane.h"
#include "views/block/maps.h"
#include "views/block/picture.h"
#include "views/block/reading.h"
#include "views/block/stream.h"
#include "views/canvas/layout.h"
#include "views/scene/scale.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/overview.h"

enum {
    PAGE = 8,
    LANE_WIDTH = 56,   /* below this the names of the operations would run into each other */
    LANE_HEIGHT = 14,  /* below this the maps need its rows more */
    ROOMY_HEIGHT = 40, /* from here on the maps leave room for sentences */
    READING_ROWS = 3,
    MONTAGE_ROWS_MIN = 6,
    BESIDE_WIDTH = 20,
    CLIPPED_WIDTH = 9, /* ", clipped" or " 1..99 %" */
};

typedef struct BlockState {
    bool stream; /* the drawing with the stream as the spine; else the equation */
    int walk;    /* how far the large maps are from the usual ones */
} BlockState;

/* `layer1.2  block 3 of 9  y = ReLU(x + F(x))`, or what is out of the ordinary. */
static void draw_title(Canvas *canvas, Rect row, const Scene *scene, int block, bool stream) {
    const Network *network = scene->network;
    const Block *b = &network->blocks[block];
    const char *activation = network_activation(network)->title;
    char text[BLOCK_TEXT_MAX], place[WIDGET_TEXT_MAX];
    int end = row.x + row.w;
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_TITLE), b->name) + 2;
    BlockText state = block_reading_state(scene, block);
    utf8_format(text, sizeof text,
                b->add < 0                         ? "y = %s(F(x))"
                : b->shortcut == SHORTCUT_IDENTITY ? "y = %s(x + F(x))"
                                                   : "y = %s(shortcut(x) + F(x))",
                activation);
    if (state.text[0]) utf8_copy(text, sizeof text, state.text);
    utf8_format(place, sizeof place, "block %d of %d", block + 1, network->block_count);
    /* Of both where they fit, else of what happens here; a formula is whole or is not there. */
    if (state.text[0] && x + text_width(text) > end)
        utf8_copy(text, sizeof text, block_reading_state_brief(scene, block));
    bool fits = x + text_width(text) <= end, both = x + text_width(place) + 2 + text_width(text) <= end;
    if (both || !(fits || state.text[0]))
        x = canvas_text(canvas, x, row.y, style_role(ROLE_DIM), place) + 2;
    if (state.text[0]) {
        canvas_text_fit(canvas, x, row.y, end - x, style_role(ROLE_WARN), text);
        return;
    }
    if (both || fits) x = canvas_text(canvas, x, row.y, style_bold(ROLE_TEXT), text) + 2;
    text[0] = '\0';
    if (!stream)
        utf8_format(text, sizeof text, "channel %d of %d", block_channel(scene, block),
                    network->ops[b->output].out.c);
    if (x + text_width(text) <= end)
        end = canvas_text_right(canvas, end, row.y, style_role(ROLE_ACCENT), text) - 2;
    utf8_copy(text, sizeof text, block_reading_shapes(scene, block).text);
    if (x + text_width(text) <= end) canvas_text(canvas, x, row.y, style_role(ROLE_DIM), text);
}

/* Where everything of the usual drawing stands. */
typedef struct BlockLayout {
    Rect title, lane, maps, lengths, legend, reading, beside, below;
    BlockPicture picture;
} BlockLayout;

/* The maps get all that they can use; the rest is for what says more. */
static BlockLayout lay_out(const Scene *scene, Rect area, const BlockMaps *maps, int walk) {
    BlockLayout out = {.title = layout_take_top(&area, 1)};
    int block = block_of_op(scene->network, scene->op);
    bool lane = area.w >= LANE_WIDTH && area.h >= LANE_HEIGHT;
    out.lane = layout_take_top(&area, lane ? BLOCK_LANE_ROWS - 1 : 0);
    out.legend = layout_take_bottom(&area, 1);
    int rows = text_wrap_count(block_reading(scene, block).text, area.w);
    bool all = scene->settings.figures == FIGURES_ALL && !scene->hides_figures;
    if (all) {
        out.lane.h += layout_take_top(&area, lane ? 1 : 0).h;
        out.reading = layout_take_bottom(&area, integer_min(rows, area.h / 2));
    }
    Rect room = area;
    if (area.h >= ROOMY_HEIGHT && !all)
        layout_take_bottom(&room, rows + 2); /* and the lengths, and those of the chain */
    out.picture = block_picture_plan(maps, room, walk, scene->settings.presenter);
    int spare = area.h - block_picture_rows(&out.picture);
    int small = out.picture.small.h + READING_ROWS <= block_picture_rows(&out.picture);
    bool beside = small && out.picture.small.w > 0;
    if (lane && !all && spare > 0) out.lane.h++, area.y++, area.h--, out.picture.small.y++, spare--;
    out.maps = layout_take_top(&area, block_picture_rows(&out.picture));
    if (beside) {
        out.lengths = out.picture.small;
        out.lengths.y += out.picture.small.h;
        out.lengths.h = out.maps.y + out.maps.h - out.lengths.y;
    } else {
        out.lengths = layout_take_top(&area, 1);
    }
    if (!all && area.h >= rows) out.reading = layout_take_bottom(&area, rows);
    out.below = area;
    if (out.picture.beside.w >= BESIDE_WIDTH) {
        out.beside = out.picture.beside;
        out.beside.y = out.maps.y;
        out.beside.h = out.maps.h;
    }
    return out;
}

/* Two parts of a whole, told apart without colour by the hatching of the second. */
static void draw_two(Canvas *canvas, Rect row, double share) {
    int first = (int)lround(share * row.w);
    PlotBar bar = {.x = row.x, .y = row.y, .width = first, .style = style_role(ROLE_SKIP)};
    plot_bar(canvas, bar, 1);
    bar = (PlotBar){.x = row.x + first,
                    .y = row.y,
                    .width = row.w - first,
                    .style = style_role(ROLE_BRANCH),
                    .hatched = true};
    plot_bar(canvas, bar, 1);
}

/* What the sum is made of: one bar in the two colours, with the shares of the two lengths. */
static void draw_lengths(Canvas *canvas, Rect area, const Scene *scene, int block) {
    BlockLengths lengths = block_reading_lengths(scene, block);
    if (!lengths.known || rect_is_empty(area)) return;
    const char *names[] = {lengths.skip_name, "F"};
    char text[2][WIDGET_TEXT_MAX];
    double share = lengths.skip / (lengths.skip + lengths.branch);
    for (int k = 0; k < 2; k++)
        utf8_format(text[k], sizeof text[k], "%s %s", names[k],
                    text_format_percent(k == 0 ? share : 1 - share).text);
    bool tall = area.h > 1;
    int left = tall ? 0 : text_width(text[0]) + 1, right = tall ? 0 : text_width(text[1]) + 1;
    canvas_text_fit(canvas, area.x, area.y, area.w, style_bold(ROLE_SKIP), text[0]);
    if (!tall) {
        int room = area.w - left - right - text_width(lengths.whole) - 2;
        if (room > 8) {
            Rect bar = {.x = area.x + left, .y = area.y, .w = room, .h = 1};
            draw_two(canvas, bar, share);
            int x = canvas_text(canvas, bar.x + room + 1, area.y, style_bold(ROLE_BRANCH), text[1]);
            canvas_text(canvas, x + 2, area.y, style_role(ROLE_DIM), lengths.whole);
        }
        return;
    }
    bool fits = text_width(text[0]) + text_width(text[1]) < area.w;
    canvas_text_right(canvas, area.x + area.w, area.y + (fits ? 0 : 2), style_bold(ROLE_BRANCH), text[1]);
    draw_two(canvas, (Rect){area.x, area.y + 1, area.w, 1}, share);
    if (area.h > 2 && fits)
        canvas_text_fit(canvas, area.x, area.y + 2, area.w, style_role(ROLE_DIM), lengths.whole);
}

/* The colours, with what they mean in this block; and in few words what F does, where no sentence does. */
static void draw_legend(Canvas *canvas, Rect row, const Scene *scene, int block, const BlockLayout *layout,
                        const BlockMaps *maps) {
    int channel = block_channel(scene, block);
    WidgetTensor tensor = widget_tensor_scaled(maps->maps[0].tensor, maps->scale);
    char words[2 * WIDGET_TEXT_MAX];
    tensor.phase = scene->phase;
    bool by_hand = scene->settings.scope != SCOPE_AUTO;
    utf8_format(words, sizeof words, by_hand ? "one scale: %s" : "one scale",
                scene_scope_text(scene, scene->network->blocks[block].output, channel, MAP_FOCUS).text);
    tensor.scale.each = maps->own_scales;
    const char *named = "own ends (≤)"; /* the captions then name each map's */
    bool roomy = plot_legend_room(tensor.scale, row.w) >= text_width(named) + CLIPPED_WIDTH;
    tensor.scope = !maps->own_scales ? words : roomy ? named : "own ends";
    tensor.scale.outside = maps->own_scales ? 0 : tensor.scale.outside;
    tensor.as_is = layout->picture.native;
    BlockText sentence = block_reading_short(scene, block);
    int width = rect_is_empty(layout->reading) ? text_width(sentence.text) : 0;
    int wanted = text_width(words) + (maps->scale.clipped ? CLIPPED_WIDTH : 0);
    if (width > 0 && plot_legend_room(maps->scale, row.w - width - 2) >= wanted) {
        canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_TEXT), sentence.text);
        row.w -= width + 2;
    }
    widget_legend(canvas, row, scene, &tensor, maps->maps[0].channel);
}

static void draw_norm(Canvas *canvas, int x, int y, Role role, Stats stats) {
    if (stats.known)
        canvas_printf(canvas, x, y, style_role(role), "%.4g", stats.l2);
    else
        canvas_text(canvas, x, y, style_role(ROLE_DIM), "-");
}

/* A gap, the heading, x, the ops. */
static int table_rows(const Block *block) {
    return block->output - block->branch_first + 4;
}

/* Every op of the block with the norms of both directions. */
static void draw_table(Canvas *canvas, Rect area, const Scene *scene, int block) {
    enum { SUMMARY_X = 16, SHAPE_X = 38, FORWARD_X = 54, BACKWARD_X = 67 };
    const Block *b = &scene->network->blocks[block];
    Style dim = style_role(ROLE_DIM);
    canvas_text(canvas, area.x + 2, area.y, dim, "operation");
    canvas_text(canvas, area.x + SHAPE_X, area.y, dim, "shape");
    canvas_text(canvas, area.x + FORWARD_X, area.y, style_role(ROLE_FORWARD), "|activation|");
    const char *const gradient = "|gradient| of the loss at it";
    bool fits = BACKWARD_X + text_width(gradient) <= area.w;
    canvas_text(canvas, area.x + BACKWARD_X, area.y, style_role(ROLE_BACKWARD),
                fits ? gradient : "|gradient|");
    for (int op = b->branch_first - 1, y = area.y + 1; op <= b->output; op++, y++) {
        bool input = op < b->branch_first;
        int shown = input ? b->input : op;
        const Op *o = &scene->network->ops[shown];
        Role role = op <= b->branch_last && !input         ? ROLE_BRANCH
                    : !input && b->add >= 0 && op < b->add ? ROLE_SKIP
                                                           : ROLE_TEXT;
        if (shown == scene->op) canvas_put(canvas, area.x, y, style_bold(ROLE_ACCENT), U'▸');
        canvas_text_fit(canvas, area.x + 2, y, SUMMARY_X - 3, style_role(role),
                        input ? "x" : widget_op_short_name(scene->network, op));
        canvas_text_fit(canvas, area.x + SUMMARY_X, y, SHAPE_X - SUMMARY_X - 1, dim,
                        input ? o->name : widget_op_summary(o).text);
        canvas_text(canvas, area.x + SHAPE_X, y, dim, text_format_shape(o->out).text);
        draw_norm(canvas, area.x + FORWARD_X, y, ROLE_TEXT, pass_act_stats(scene->pass, shown));
        draw_norm(canvas, area.x + BACKWARD_X, y, ROLE_TEXT, pass_grad_stats(scene->pass, shown));
    }
}

/* All channels of F's output, or of x while F has not been run. */
static void draw_channels_forward(Canvas *canvas, Rect area, const Scene *scene, int block) {
    const Block *b = &scene->network->blocks[block];
    bool run = pass_act(scene->pass, b->branch_last).data != NULL;
    WidgetTensor tensor = widget_tensor(scene, run ? b->branch_last : b->input, PHASE_FORWARD);
    int channel = block_channel(scene, block);
    if (!run) channel = block_input_channel(scene->network, block, channel);
    if (tensor.tensor.data) widget_overview(canvas, area, scene, &tensor, channel, run ? "F(x)" : "x");
}

/* Of the gradient that came through F. */
static void draw_channels_backward(Canvas *canvas, Rect area, const Scene *scene, int block, Scale scale) {
    Tensor shown = pass_route_grad(scene->pass, block, ROUTE_BRANCH);
    const Profile *profile = pass_route_profile(scene->pass, block, ROUTE_BRANCH);
    if (!shown.data) return;
    if (scene->settings.scope == SCOPE_AUTO && profile && profile->spread.known)
        scale = scene_scale_of_spread(scene, &profile->spread, true);
    WidgetTensor tensor = widget_tensor_scaled(shown, scale);
    tensor.phase = PHASE_BACKWARD;
    widget_overview(canvas, area, scene, &tensor,
                    block_input_channel(scene->network, block, block_channel(scene, block)),
                    "through F");
}

static void draw_channels(Canvas *canvas, Rect area, const Scene *scene, int block, Scale scale) {
    if (scene->phase == PHASE_FORWARD)
        draw_channels_forward(canvas, area, scene, block);
    else
        draw_channels_backward(canvas, area, scene, block, scale);
}

/* Where there is room: all channels of F, and all operations with their lengths. */
static void draw_more(Canvas *canvas, const BlockLayout *layout, const Scene *scene, int block, Scale scale) {
    Rect below = layout->below, beside = layout->beside;
    int rows = table_rows(&scene->network->blocks[block]);
    bool table = below.h >= rows;
    if (scene->settings.presenter) return;
    if (beside.h >= MONTAGE_ROWS_MIN) draw_channels(canvas, beside, scene, block, scale);
    layout_take_top(&below, 1);
    if (table) draw_table(canvas, layout_take_top(&below, rows - 1), scene, block);
    if (rect_is_empty(beside) && below.h >= MONTAGE_ROWS_MIN)
        draw_channels(canvas, below, scene, block, scale);
}

static void draw_equation(Canvas *canvas, Rect area, const Scene *scene, int block, int walk) {
    BlockMaps maps = block_maps_collect(scene, block);
    BlockLayout layout = lay_out(scene, area, &maps, walk);
    draw_title(canvas, layout.title, scene, block, false);
    if (layout.lane.h > 0) block_lane_draw(canvas, layout.lane, scene, block);
    block_picture_draw(canvas, layout.maps, scene, &maps, &layout.picture);
    draw_lengths(canvas, layout.lengths, scene, block);
    draw_legend(canvas, layout.legend, scene, block, &layout, &maps);
    canvas_text_wrapped(canvas, layout.reading, style_role(ROLE_TEXT), block_reading(scene, block).text, 0);
    draw_more(canvas, &layout, scene, block, maps.scale);
}

static void draw_stream(Canvas *canvas, Rect area, const Scene *scene, int block) {
    BlockText reading = block_reading(scene, block);
    draw_title(canvas, layout_take_top(&area, 1), scene, block, true);
    Rect bottom = layout_take_bottom(&area, text_wrap_count(reading.text, area.w));
    canvas_text_wrapped(canvas, bottom, style_role(ROLE_TEXT), reading.text, 0);
    block_stream_draw(canvas, area, scene, block);
}

static void view_block_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    const BlockState *own = state;
    int block = block_of_op(scene->network, scene->op);
    Rect old = canvas_clip(canvas, area);
    if (own->stream)
        draw_stream(canvas, area, scene, block);
    else
        draw_equation(canvas, area, scene, block, own->walk);
    canvas_unclip(canvas, old);
}

/* Moves by blocks; the stem counts as the one before the first, the head as the one after the last. */
static Action select_block(const Scene *scene, int by) {
    const Network *network = scene->network;
    int block = network->ops[scene->op].block, last = network->block_count - 1;
    if (block < 0) block = scene->op <= network->blocks[0].input ? -1 : last + 1;
    block += by;
    block = integer_clamp(block, 0, last);
    Action action = view_action(ACTION_SELECT, 0);
    snprintf(action.text, sizeof action.text, "%s", network->ops[network->blocks[block].output].name);
    return action;
}

static Action select_channel(const Scene *scene, int by) {
    int block = block_of_op(scene->network, scene->op);
    int last = scene->network->ops[scene->network->blocks[block].output].out.c - 1;
    int channel = block_channel(scene, block) + by;
    return view_action(ACTION_CHANNEL, integer_clamp(channel, 0, last));
}

/* The stream shows no channels: left and right walk along its operations. */
static Action select_op(const Scene *scene, long by) {
    long op = scene->op + by, last = scene->network->op_count - 1;
    Action action = view_action(ACTION_SELECT, 0);
    op = integer_clamp(op, 0, last);
    snprintf(action.text, sizeof action.text, "%s", scene->network->ops[op].name);
    return action;
}

/* One level further in: the operation that is selected. */
static Action open_maps(void) {
    Action open = view_action(ACTION_VIEW, 0);
    snprintf(open.text, sizeof open.text, "%s", view_ops(VIEW_MAPS)->name);
    return open;
}

/* From the usual maps to the stream, then to the other maps one after the other, then to the usual ones. */
static Action show_other(BlockState *own, const Scene *scene) {
    BlockMaps maps = block_maps_collect(scene, block_of_op(scene->network, scene->op));
    Rect area = {.w = scene->width, .h = scene->height};
    int choices = lay_out(scene, area, &maps, 0).picture.choices;
    bool to_stream = !own->stream && own->walk == 0;
    own->walk = to_stream ? 0 : (own->walk + 1) % choices;
    own->stream = to_stream;
    return view_action(ACTION_NONE, 0);
}

static Action view_block_act(void *state, const Scene *scene, Action action) {
    BlockState *own = state;
    int count = action_count(&action);
    if (action.id == ACTION_OTHER) return show_other(own, scene);
    if (own->stream && action.id == ACTION_LEFT) return select_op(scene, -count);
    if (own->stream && action.id == ACTION_RIGHT) return select_op(scene, count);
    switch (action.id) {
    case ACTION_UP: return select_block(scene, -count);
    case ACTION_DOWN: return select_block(scene, count);
    case ACTION_LEFT: return select_channel(scene, -count);
    case ACTION_RIGHT: return select_channel(scene, count);
    case ACTION_PAGE_UP: return select_channel(scene, -PAGE * count);
    case ACTION_PAGE_DOWN: return select_channel(scene, PAGE * count);
    case ACTION_FIRST: return select_block(scene, -scene->network->block_count);
    case ACTION_LAST: return select_block(scene, scene->network->block_count);
    case ACTION_OPEN: return open_maps();
    default: return action;
    }
}

static ZoomLevel view_block_level(const void *state, const Scene *scene) {
    (void)state, (void)scene;
    return ZOOM_BLOCK;
}

static const ViewField fields[] = {
    {.name = "stream", .offset = offsetof(BlockState, stream), .is_flag = true},
    {.name = "walk", .offset = offsetof(BlockState, walk), .last = BLOCK_MAPS_MAX - 1},
    {.name = NULL},
};

const ViewOps view_block_ops = {
    .name = "block",
    .title = "Block",
    .summary =
        "One residual block: what F adds to what the shortcut brings, and by which of the two ways the "
        "gradient comes back. Also with the stream as the spine, among the blocks before and after.",
    .beside = VIEW_BESIDE,
    .key = 'b',
    .state_size = sizeof(BlockState),
    .fields = fields,
    .act = view_block_act,
    .level = view_block_level,
    .draw = view_block_draw,
};
