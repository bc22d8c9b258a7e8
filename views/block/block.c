/* One residual block: what F adds to what the shortcut brings, and by which of the two ways the gradient
 * comes back. */
#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/inspect/block_figures.h"
#include "views/block/lane.h"
#include "views/block/maps.h"
#include "views/block/reading.h"
#include "views/block/stream.h"
#include "views/canvas/layout.h"
#include "views/scene/scale.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { LOW_ROWS = 18, CLASS_LOW_ROWS = 24 };
enum { TITLE_ROWS = 2, READING_ROWS = 3, MAP_ROWS_MIN = 8, MONTAGE_ROWS_MIN = 6, ZOOM_MAX = 4, PAGE = 8 };

typedef struct BlockState {
    bool stream; /* the drawing with the stream as the spine; else with the layers */
} BlockState;

/* With so few rows the maps get those that say nothing new. */
static bool is_low(const Scene *scene, Rect area) {
    return area.h < (scene->settings.presenter ? CLASS_LOW_ROWS : LOW_ROWS);
}

static void draw_title(Canvas *canvas, Rect area, const Scene *scene, int block, bool stream) {
    const Network *network = scene->network;
    const Block *b = &network->blocks[block];
    char channel[WIDGET_TEXT_MAX] = "";
    if (!stream)
        snprintf(channel, sizeof channel, "channel %d of %d", block_channel(scene, block),
                 network->ops[b->output].out.c);
    int left = canvas_text_right(canvas, area.x + area.w, area.y, style_role(ROLE_ACCENT), channel);
    int x = canvas_text(canvas, area.x, area.y, style_bold(ROLE_TITLE), b->name);
    x = canvas_printf(canvas, x, area.y, style_role(ROLE_DIM), "  block %d of %d  ", block + 1,
                      network->block_count);
    char formula[WIDGET_TEXT_MAX];
    snprintf(formula, sizeof formula, b->add >= 0 ? "y = %s(F(x) + shortcut(x))" : "y = %s(F(x))",
             network_activation(network)->name);
    canvas_text_fit(canvas, x, area.y, left - x - 1, style_role(ROLE_TEXT), formula);
    BlockText state = block_reading_state(scene, block);
    bool usual = state.text[0] == '\0';
    if (area.h < TITLE_ROWS) return;
    if (usual) state = block_reading_shapes(scene, block);
    canvas_text_fit(canvas, area.x, area.y + 1, area.w, style_role(usual ? ROLE_DIM : ROLE_WARN), state.text);
}

static int maps_cell_width(const BlockMaps *maps, Rect area) {
    return (area.w + 1) / maps->count - 1;
}

/* Rows that the tallest map would like. */
static int maps_rows(const BlockMaps *maps, Rect area) {
    int rows = 0;
    for (int k = 0; k < maps->count; k++) {
        Rect cell = {.w = maps_cell_width(maps, area), .h = area.h};
        Shape shape = maps->maps[k].tensor.shape;
        PlotGrid grid = plot_grid_fit(cell, shape.w, shape.h, ZOOM_MAX);
        if (grid.cells.h > rows) rows = grid.cells.h;
    }
    return rows;
}

static Role map_role(const BlockMaps *maps, int k, Phase phase) {
    const char first = maps->maps[k].name[0], second = maps->maps[k].name[1];
    if (first == 'F') return ROLE_BRANCH;
    if (first == 's' && second == 'h') return ROLE_SKIP;
    if (first == 't') return maps->maps[k].name[8] == 's' ? ROLE_SKIP : ROLE_BRANCH;
    return widget_phase_role(phase);
}

static TextNumber norm_text(const BlockMap *map) {
    TextNumber out = {.text = ""};
    snprintf(out.text, sizeof out.text, "l2 %.4g", map->l2);
    return out;
}

/* Can the norms stand beside the names, in place of the channel? */
static bool norms_fit_above(const BlockMaps *maps, int width) {
    for (int k = 0; k < maps->count; k++)
        if (text_width(maps->maps[k].name) + 1 + text_width(norm_text(&maps->maps[k]).text) > width)
            return false;
    return true;
}

/* A name, the map, its norm: in two parts of its cell, or `low`, the norm beside the name. */
static void draw_map(Canvas *canvas, Rect cell, const Scene *scene, const BlockMaps *maps, int k, bool low) {
    const BlockMap *map = &maps->maps[k];
    Shape here = scene->network->ops[scene->op].out, shape = map->tensor.shape;
    WidgetTensor tensor = widget_tensor_scaled(map->tensor, map->scale);
    tensor.phase = scene->phase;
    Rect inner = {.x = cell.x, .y = cell.y + 1, .w = cell.w, .h = cell.h - (low ? 1 : 2)};
    int x = canvas_text(canvas, cell.x, cell.y, style_bold(map_role(maps, k, scene->phase)), map->name);
    char channel[24];
    snprintf(channel, sizeof channel, "ch %d", map->channel);
    if (low && map->tensor.data)
        canvas_text(canvas, x + 1, cell.y, style_role(ROLE_TEXT), norm_text(map).text);
    else if (x + 1 + text_width(channel) <= cell.x + cell.w)
        canvas_text(canvas, x + 1, cell.y, style_role(ROLE_DIM), channel);
    if (!map->tensor.data) {
        canvas_text_fit(canvas, inner.x, inner.y, inner.w, style_role(ROLE_DIM), "not run yet");
        return;
    }
    WidgetMap how = {.channel = map->channel,
                     .zoom_max = ZOOM_MAX,
                     .mark = shape.h == here.h && shape.w == here.w && here.h > 1};
    PlotGrid grid = widget_map(canvas, inner, scene, &tensor, how);
    if (!low) canvas_text(canvas, cell.x, inner.y + grid.cells.h, style_role(ROLE_TEXT), norm_text(map).text);
}

static void draw_maps(Canvas *canvas, Rect area, const Scene *scene, const BlockMaps *maps, bool low) {
    int width = maps_cell_width(maps, area);
    low = low && norms_fit_above(maps, width);
    for (int k = 0; k < maps->count; k++) {
        Rect cell = {.x = area.x + k * (width + 1), .y = area.y, .w = width, .h = area.h};
        Rect old = canvas_clip(canvas, cell);
        draw_map(canvas, cell, scene, maps, k, low);
        canvas_unclip(canvas, old);
    }
}

static void draw_maps_heading(Canvas *canvas, Rect row, const Scene *scene, int block,
                              const BlockMaps *maps) {
    WidgetTensor tensor = widget_tensor_scaled(maps->maps[0].tensor, maps->maps[0].scale);
    tensor.phase = scene->phase;
    int x = canvas_text(canvas, row.x, row.y, style_bold(widget_phase_role(scene->phase)),
                        scene->phase == PHASE_FORWARD ? "Activations" : "Gradients");
    const char *shared = maps->own_scales ? ", each with a scale of its own  " : ", one scale  ";
    x = canvas_text(canvas, x, row.y, style_role(ROLE_DIM), shared);
    Rect rest = {.x = x, .y = row.y, .w = row.x + row.w - x, .h = 1};
    ScopeText scope =
        scene_scope_text(scene, scene->network->blocks[block].output, block_channel(scene, block), MAP_FOCUS);
    tensor.scope = maps->own_scales ? maps->maps[0].name : scope.text;
    widget_legend(canvas, rest, scene, &tensor, maps->maps[0].channel);
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

/* All channels of F's output, or of the gradient that came through F. */
static void draw_montage(Canvas *canvas, Rect area, const Scene *scene, int block, const BlockMaps *maps) {
    const Block *b = &scene->network->blocks[block];
    bool backward = scene->phase == PHASE_BACKWARD;
    Tensor shown =
        backward ? pass_route_grad(scene->pass, block, ROUTE_BRANCH) : pass_act(scene->pass, b->branch_last);
    if (!shown.data) return;
    int channel = block_channel(scene, block);
    if (backward) channel = block_input_channel(scene->network, block, channel);
    WidgetTensor tensor = widget_tensor_scaled(shown, maps->maps[0].scale);
    for (int k = 0; k < maps->count; k++)
        if (maps->maps[k].tensor.data == shown.data)
            tensor.scale = block_overview_scale(scene, &maps->maps[k]);
    tensor.phase = scene->phase;
    WidgetMontage montage = widget_montage_of(scene, channel);
    Rect rest = area, heading = layout_take_top(&rest, 1);
    WidgetPage page = widget_montage_plan(rest, shown.shape, montage);
    montage.first = widget_montage_first(&page, channel);
    page = widget_montage(canvas, rest, scene, &tensor, montage);
    char title[2 * WIDGET_TEXT_MAX];
    snprintf(title, sizeof title, "%s, %s", backward ? "gradient at x through F" : "F(x)",
             widget_page_info(&page).text);
    widget_heading(canvas, heading, style_role(ROLE_TITLE), title);
}

static void draw_body(Canvas *canvas, Rect area, const Scene *scene, int block, bool low) {
    BlockMaps maps = block_maps_collect(scene, block);
    const Block *b = &scene->network->blocks[block];
    draw_maps_heading(canvas, layout_take_top(&area, 1), scene, block, &maps);
    int wanted = maps_rows(&maps, area) + 2, table = table_rows(b);
    /* A class has enough to look at: large maps. */
    if (area.h - table >= (scene->settings.presenter ? wanted : MAP_ROWS_MIN + 2)) {
        Rect bottom = layout_take_bottom(&area, area.h - table < wanted ? table : area.h - wanted);
        layout_take_top(&bottom, 1);
        draw_table(canvas, layout_take_top(&bottom, table - 1), scene, block);
        layout_take_top(&bottom, 1);
        if (bottom.h >= MONTAGE_ROWS_MIN && !scene->settings.presenter)
            draw_montage(canvas, bottom, scene, block, &maps);
    }
    draw_maps(canvas, area, scene, &maps, low);
}

static void view_block_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    const BlockState *own = state;
    int block = block_of_op(scene->network, scene->op);
    Rect old = canvas_clip(canvas, area), rest = area;
    BlockText reading = block_reading(scene, block);
    bool low = is_low(scene, area), usual = block_reading_state(scene, block).text[0] == '\0';
    int sentences = low ? text_wrap_count(reading.text, area.w) : READING_ROWS;
    draw_title(canvas, layout_take_top(&rest, low && usual ? 1 : TITLE_ROWS), scene, block, own->stream);
    Rect lane = layout_take_top(&rest, own->stream ? 0 : BLOCK_LANE_ROWS);
    canvas_text_wrapped(canvas, layout_take_bottom(&rest, sentences), style_role(ROLE_TEXT), reading.text, 0);
    if (own->stream) {
        block_stream_draw(canvas, rest, scene, block);
    } else {
        block_lane_draw(canvas, lane, scene, block);
        draw_body(canvas, rest, scene, block, low);
    }
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

static Action view_block_act(void *state, const Scene *scene, Action action) {
    BlockState *own = state;
    int count = action_count(&action);
    if (action.id == ACTION_OTHER) {
        own->stream = !own->stream;
        return view_action(ACTION_NONE, 0);
    }
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
    {.name = NULL},
};

const ViewOps view_block_ops = {
    .name = "block",
    .title = "Block",
    .summary =
        "One residual block: what F adds to what the shortcut brings, and by which of the two ways the "
        "gradient comes back. Also with the stream as the spine, among the blocks before and after.",
    .key = 'b',
    .state_size = sizeof(BlockState),
    .fields = fields,
    .act = view_block_act,
    .level = view_block_level,
    .draw = view_block_draw,
};
