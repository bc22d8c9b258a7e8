/* One channel of the selected op large and all of them small, or one alone; bars where a channel is one number. */
#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/maps/axes.h"
#include "views/maps/bars.h"
#include "views/maps/details.h"
#include "views/maps/maps_kernels.h"
#include "views/maps/panel.h"
#include "views/maps/plan.h"
#include "views/scene/click.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum {
    WIDE = 100, /* columns; from here on the heading says what kind of op it is */
    TEXT_MAX = 256,
    INDEX_MAX = 1 << 20
};

typedef struct MapsState {
    bool enlarged;
    bool kernels; /* the other drawing */
    MapsKernels kernels_state;
} MapsState;

static const char *tensor_word(Phase phase) {
    return phase == PHASE_FORWARD ? "activation" : "gradient";
}

static WidgetText heading_info(const Scene *scene, const MapsPlan *plan) {
    WidgetText out = widget_page_info(&plan->page);
    Tensor tensor = scene_tensor(scene, scene->op, scene->phase);
    bool has_cell = !rect_is_empty(plan->cell) || !tensor.data;
    if (plan->kind == MAPS_FOCUS) /* the page's stands over the small maps */
        out = has_cell ? (WidgetText){.text = ""} : maps_cell_brief(scene, tensor);
    if (plan->kind == MAPS_ENLARGED && scene_is_ranked(scene))
        utf8_append(out.text, sizeof out.text, ", rank %d by %s", scene_place_of(scene, scene->channel),
                    setting_word(SETTING_ORDER, (int)scene->settings.order));
    if (maps_is_loss(scene))
        snprintf(out.text, sizeof out.text, "%s", scene->phase == PHASE_FORWARD ? "probabilities below" : "");
    return out;
}

/* A crowded heading leaves out the direction, which the tensor's name implies, and then that, too. */
static void draw_heading(Canvas *canvas, Rect row, const Scene *scene, const char *info) {
    const Op *op = &scene->network->ops[scene->op];
    char title[TEXT_MAX];
    const char *tensor = tensor_word(scene->phase);
    TextNumber size = text_format_shape(op->out);
    bool wide = row.w >= WIDE;
    snprintf(title, sizeof title, "%s%s%s  %s %s  %s", op->name, wide ? "  " : "",
             wide ? widget_op_summary(op).text : "", widget_phase_name(scene->phase), tensor, size.text);
    canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_TEXT), info);
    row.w -= *info ? text_width(info) + 1 : 0;
    if (text_width(title) > row.w) snprintf(title, sizeof title, "%s  %s  %s", op->name, tensor, size.text);
    if (text_width(title) > row.w) snprintf(title, sizeof title, "%s  %s", op->name, size.text);
    widget_heading(canvas, row, style_role(widget_phase_role(scene->phase)), title);
}

/* A key, and what it does. */
static void draw_key(Canvas *canvas, Rect row, const char *key, const char *text) {
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_KEY), key);
    canvas_text_fit(canvas, x + 1, row.y, row.x + row.w - x - 1, style_role(ROLE_TEXT), text);
}

/* On the surface that stands for what has not been run. */
static void draw_waiting(Canvas *canvas, Rect area, const Scene *scene) {
    enum { WIDTH = 46, HEIGHT = 8 };
    const Network *network = scene->network;
    bool forward = scene->phase == PHASE_FORWARD;
    char text[TEXT_MAX];
    snprintf(text, sizeof text,
             "%s of %s: not run yet. %d of %d operations have been run forward, %d backward.",
             forward ? "Activation" : "Gradient at the output", network->ops[scene->op].name,
             pass_forward_done(scene->pass), network->op_count, pass_backward_done(scene->pass));
    widget_channel_fill(canvas, area, CHANNEL_NOT_RUN);
    Rect box = layout_inset(area, area.w > WIDTH ? (area.w - WIDTH) / 2 : 1,
                            area.h > HEIGHT ? (area.h - HEIGHT) / 2 : 0);
    canvas_fill(canvas, box, style_role(ROLE_TEXT), ' ');
    box = layout_inset(box, 1, box.h > HEIGHT - 2);
    layout_take_top(&box, canvas_text_wrapped(canvas, box, style_role(ROLE_WARN), text, 0));
    draw_key(canvas, layout_take_top(&box, 1), "s", "runs the next operation");
    draw_key(canvas, layout_take_top(&box, 1), "e", "runs everything up to here");
}

/* From the longest to the shortest. */
enum { TITLE_FORMS = 4 };

/* ", by mean" where the small maps are shrunk: what a pixel of them is. */
static const char *shrunk_words(const Scene *scene, const WidgetPage *page) {
    if (page->map_width >= scene_shape(scene).w) return "";
    return scene_pooling(scene, scene->phase, MAP_OVERVIEW) == PLOT_MEAN ? ", by mean" : ", by largest";
}

static WidgetText title_form(const Scene *scene, const WidgetPage *page, int form) {
    WidgetPage brief = *page;
    WidgetText out = {.text = ""};
    bool all = page->count == page->total;
    if (form == 0) return widget_page_info(&brief);
    brief.dead = brief.padding = brief.blocked = 0;
    if (page->order)
        utf8_format(out.text, sizeof out.text, "%d by %s", page->total, page->order);
    else if (all)
        utf8_format(out.text, sizeof out.text, "all %d%s%s", page->total, form == 1 ? " channels" : "",
                    form < 3 ? shrunk_words(scene, page) : "");
    else if (form == 1)
        return widget_page_info(&brief);
    else
        snprintf(out.text, sizeof out.text, "%d-%d of %d", page->first, page->first + page->count - 1,
                 page->total);
    return out;
}

/* Which small maps are shown and on which scale, with as many words as leave room for that. */
static void draw_title(Canvas *canvas, Rect row, const MapsPlan *plan, const Scene *scene,
                       const WidgetTensor *tensor) {
    enum { GAP = 2, ROUNDED = 3 };
    WidgetText info = {.text = ""};
    WidgetTensor overview = *tensor;
    overview.use = MAP_OVERVIEW;
    int least = tensor->tensor.data ? widget_legend_least(scene, &overview, scene->channel) : 0;
    for (int form = 0; form < TITLE_FORMS; form++) {
        info = title_form(scene, &plan->page, form);
        if (text_width(info.text) + GAP + least <= row.w) break;
    }
    int after = canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_TEXT), info.text) + GAP;
    Rect legend = {.x = after, .y = row.y, .w = row.x + row.w - after, .h = 1};
    /* Rounded, its numbers take less. */
    if (tensor->tensor.data && legend.w >= least - ROUNDED)
        widget_legend(canvas, legend, scene, &overview, scene->channel);
}

static void draw_focus(Canvas *canvas, MapsPlan *plan, const Scene *scene, const WidgetTensor *tensor) {
    widget_focus(canvas, &plan->focus, scene, tensor);
    plan->page = plan->focus.page;
    if (!rect_is_empty(plan->focus.overview)) draw_title(canvas, plan->focus.title, plan, scene, tensor);
}

static void draw_enlarged(Canvas *canvas, const MapsPlan *plan, const Scene *scene,
                          const WidgetTensor *tensor) {
    WidgetMap map = {.channel = scene->channel, .zoom_max = MAPS_ZOOM_MAX, .mark = true, .part = plan->part};
    PlotGrid grid = widget_channel_map(canvas, plan->map, scene, tensor, map);
    map_axes_draw(canvas, plan->body, &grid);
    int x, y;
    plot_grid_cell(&grid, scene->column, scene->row, &x, &y);
    if (rect_contains(plan->map, x, y)) canvas_set_cursor(canvas, x, y);
}

/* The texts around the map. */
static void draw_texts(Canvas *canvas, const MapsPlan *plan, const Scene *scene, const WidgetTensor *tensor) {
    widget_legend(canvas, plan->legend, scene, tensor, scene->channel);
    maps_cell_draw(canvas, plan->cell, scene, tensor->tensor);
    maps_line_draw(canvas, plan->line, scene);
    maps_figures_draw(canvas, plan->stats, scene, plan->figures);
    MapsSize size = {.zoom = plan->focus.map.w / scene_shape(scene).w, .shrink = plan->focus.shrink};
    if (!rect_is_empty(plan->note)) maps_note_draw(canvas, plan->note, scene, tensor, size);
    if (!rect_is_empty(plan->details)) maps_details_draw(canvas, plan->details, scene, tensor, plan->part);
}

static void draw_bars(Canvas *canvas, const MapsPlan *plan, const Scene *scene, const WidgetTensor *tensor) {
    MapsBars context = maps_bars_context(scene);
    WidgetBars bars = maps_bars_of(&context);
    widget_bars(canvas, plan->body, &bars);
    maps_cell_draw(canvas, plan->cell, scene, tensor->tensor);
    maps_figures_draw(canvas, plan->stats, scene, plan->figures);
}

static int drawn_width(const MapsPlan *plan, Shape shape) {
    if (plan->kind == MAPS_FOCUS) return plan->focus.map.w;
    return rect_is_empty(plan->part) ? plot_grid_fit(plan->map, shape.w, shape.h, MAPS_ZOOM_MAX).px_width
                                     : shape.w;
}

static void draw_maps(const MapsState *state, const Scene *scene, Canvas *canvas, Rect area) {
    MapsPlan plan = maps_plan(state->enlarged, scene, area);
    WidgetTensor tensor = widget_tensor(scene, scene->op, scene->phase);
    tensor.as_is = widget_is_as_is(canvas, drawn_width(&plan, scene_shape(scene)), scene_shape(scene));
    bool known = tensor.tensor.data != NULL;
    if (plan.kind == MAPS_FOCUS) draw_focus(canvas, &plan, scene, &tensor);
    if (known && plan.kind == MAPS_ENLARGED) draw_enlarged(canvas, &plan, scene, &tensor);
    if (known && plan.kind == MAPS_BARS) draw_bars(canvas, &plan, scene, &tensor);
    if (!known) draw_waiting(canvas, plan.kind == MAPS_FOCUS ? plan.focus.map : plan.body, scene);
    if (known && plan.kind != MAPS_BARS) draw_texts(canvas, &plan, scene, &tensor);
    draw_heading(canvas, plan.heading, scene, heading_info(scene, &plan).text);
}

static void view_maps_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    const MapsState *own = state;
    Rect old = canvas_clip(canvas, area);
    if (own->kernels)
        maps_kernels_draw(&own->kernels_state, scene, canvas, area);
    else
        draw_maps(own, scene, canvas, area);
    canvas_unclip(canvas, old);
}

/* Moves `at` by `delta` up to `count` times, staying within 0 .. last. */
static int stepped(int at, int delta, int count, int last) {
    if (delta == 0) return at;
    int room = delta > 0 ? (last - at) / delta : at / -delta;
    return at + delta * (count < room ? count : room);
}

/* How far the keys go: channels to the right and down, and a page. */
typedef struct MapsStride {
    int right, down, page;
} MapsStride;

static MapsStride stride_of(const MapsPlan *plan) {
    if (plan->kind == MAPS_ENLARGED) return (MapsStride){.right = 1, .down = 1, .page = 1};
    if (plan->kind == MAPS_FOCUS)
        return (MapsStride){.right = 1,
                            .down = plan->page.columns > 0 ? plan->page.columns : 1,
                            .page = plan->page.columns * plan->page.rows};
    return (MapsStride){.right = plan->bars.rows, .down = 1, .page = plan->bars.columns * plan->bars.rows};
}

static Action move_channel(const MapsPlan *plan, const Scene *scene, Action action) {
    MapsStride stride = stride_of(plan);
    int last = scene_shape(scene).c - 1, at = scene_place_of(scene, scene->channel);
    int count = action_count(&action);
    long page = (long)stride.page * count;
    switch (action.id) {
    case ACTION_LEFT: at = stepped(at, -stride.right, count, last); break;
    case ACTION_RIGHT: at = stepped(at, stride.right, count, last); break;
    case ACTION_UP: at = stepped(at, -stride.down, count, last); break;
    case ACTION_DOWN: at = stepped(at, stride.down, count, last); break;
    case ACTION_PAGE_UP: at = integer_clamp(at - page, 0, last); break;
    case ACTION_PAGE_DOWN: at = integer_clamp(at + page, 0, last); break;
    case ACTION_FIRST: at = 0; break;
    case ACTION_LAST: at = last; break;
    default: return action;
    }
    return view_action(ACTION_CHANNEL, scene_channel_at(scene, at));
}

static Action move_cell(const Scene *scene, Action action) {
    Shape shape = scene_shape(scene);
    int row = scene->row, column = scene->column, count = action_count(&action);
    switch (action.id) {
    case ACTION_LEFT: column = stepped(column, -1, count, shape.w - 1); break;
    case ACTION_RIGHT: column = stepped(column, 1, count, shape.w - 1); break;
    case ACTION_UP: row = stepped(row, -1, count, shape.h - 1); break;
    case ACTION_DOWN: row = stepped(row, 1, count, shape.h - 1); break;
    default: return action;
    }
    Action cell = view_action(ACTION_CELL, 0);
    snprintf(cell.text, sizeof cell.text, "%d %d", row, column);
    return cell;
}

static bool is_arrow(ActionId id) {
    return id == ACTION_LEFT || id == ACTION_RIGHT || id == ACTION_UP || id == ACTION_DOWN;
}

/* Closing the kernels shows the maps that they produce. */
static Action act_on_kernels(MapsState *maps, const Scene *scene, Action action) {
    Action left = maps_kernels_act(&maps->kernels_state, scene, action);
    if (left.id != ACTION_CLOSE) return left;
    maps->kernels = false;
    return view_action(ACTION_NONE, 0);
}

static Action view_maps_act(void *state, const Scene *scene, Action action) {
    MapsState *maps = state;
    if (action.id == ACTION_OTHER) {
        maps->kernels = !maps->kernels;
        return view_action(ACTION_NONE, 0);
    }
    if (maps->kernels) return act_on_kernels(maps, scene, action);
    MapsKind kind = maps_kind(maps->enlarged, scene_shape(scene));
    if (kind == MAPS_FOCUS && action.id == ACTION_OPEN) {
        maps->enlarged = true;
        return view_action(ACTION_NONE, 0);
    }
    if (kind != MAPS_FOCUS && action.id == ACTION_OPEN) {
        Action value = view_action(ACTION_VIEW, 0);
        snprintf(value.text, sizeof value.text, "%s", view_ops(VIEW_VALUE)->name);
        return value;
    }
    if (kind == MAPS_ENLARGED && action.id == ACTION_CLOSE) {
        maps->enlarged = false;
        return view_action(ACTION_NONE, 0);
    }
    if (kind == MAPS_ENLARGED && is_arrow(action.id)) return move_cell(scene, action);
    Rect area = {.w = scene->width, .h = scene->height};
    MapsPlan plan = maps_plan(maps->enlarged, scene, area);
    return move_channel(&plan, scene, action);
}

static ZoomLevel view_maps_level(const void *state, const Scene *scene) {
    const MapsState *own = state;
    return !own->kernels && maps_kind(own->enlarged, scene_shape(scene)) == MAPS_ENLARGED ? ZOOM_CHANNEL
                                                                                          : ZOOM_OP;
}

static const ViewField fields[] = {
    {.name = "enlarged", .offset = offsetof(MapsState, enlarged), .is_flag = true},
    {.name = "kernels", .offset = offsetof(MapsState, kernels), .is_flag = true},
    {.name = "opened", .offset = offsetof(MapsState, kernels_state.opened), .is_flag = true},
    {.name = "input", .offset = offsetof(MapsState, kernels_state.input), .last = INDEX_MAX},
    {.name = NULL},
};

const ViewOps view_maps_ops = {
    .name = "maps",
    .title = "Maps",
    .summary = "What every channel of an operation looks like: activations on the way forward, gradients on "
               "the way back. Also the kernels that made them.",
    .beside = VIEW_BESIDE,
    .key = 'm',
    .state_size = sizeof(MapsState),
    .fields = fields,
    .level = view_maps_level,
    .act = view_maps_act,
    .draw = view_maps_draw,
};
