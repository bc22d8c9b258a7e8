/* All channels of the selected op as heat maps, one of them enlarged, or bars where a channel is one number.
 */
#include <stdio.h>

#include "core/base/integer.h"
#include "views/canvas/layout.h"
#include "views/maps/axes.h"
#include "views/maps/bars.h"
#include "views/maps/maps_kernels.h"
#include "views/maps/panel.h"
#include "views/scene/click.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum {
    TALL = 24,           /* from here on legend, figures and cell have rows of their own */
    LOFTY = 34,          /* from here on figures may take three lines; those of an enlarged channel stand
                            above those of the layer, not beside it */
    FIGURES_WIDTH = 160, /* room for all figures on one line */
    SHORT = 12,          /* rows; in fewer, figures take one line */
    WIDE = 100,          /* from here on the heading says what kind of op it is */
    SIDE_MIN = 8,        /* maps of a grid are not shrunk below this many pixels a side ... */
    MAPS_WANTED = 16,    /* ... to get this many of them onto a page */
    ZOOM_MAX = 8,
    CELL_WIDTH = 26, /* of the cell when it stands beside the legend */
    TEXT_MAX = 256,
    INDEX_MAX = 1 << 20,
};

typedef struct MapsState {
    bool enlarged;
    bool kernels; /* the other drawing */
    MapsKernels kernels_state;
} MapsState;

typedef enum MapsKind { MAPS_GRID, MAPS_ENLARGED, MAPS_BARS } MapsKind;

/* Where things stand; an empty rectangle is not drawn. */
typedef struct MapsPlan {
    MapsKind kind;
    Rect heading, body, map, legend, stats, cell, panel; /* map: the body without the axes' gutters */
    bool both;             /* figures below of the channel and of the layer; else of the layer */
    WidgetMontage montage; /* MAPS_GRID */
    WidgetBarsPlan bars;   /* MAPS_BARS */
    WidgetPage page;       /* what the heading says is shown */
} MapsPlan;

static MapsKind plan_kind(const MapsState *state, Shape shape) {
    if (shape.h == 1 && shape.w == 1) return MAPS_BARS;
    return state->enlarged ? MAPS_ENLARGED : MAPS_GRID;
}

/* Maps as large as possible while enough of them share a page. */
static WidgetMontage montage_fit(Rect area, const Scene *scene) {
    Shape shape = scene_shape(scene);
    WidgetMontage montage = widget_montage_of(scene, scene->channel);
    montage.mark = montage.ranked = true;
    int wanted = shape.c < MAPS_WANTED ? shape.c : MAPS_WANTED;
    int side = shape.h > shape.w ? shape.h : shape.w;
    WidgetPage page = widget_montage_plan(area, shape, montage);
    while (!scene->settings.presenter && page.columns * page.rows < wanted && side > SIDE_MIN) {
        montage.side_max = --side;
        page = widget_montage_plan(area, shape, montage);
    }
    montage.first = widget_montage_first(&page, scene_place_of(scene, scene->channel));
    return montage;
}

static void plan_grid(MapsPlan *plan, const Scene *scene) {
    plan->montage = montage_fit(plan->body, scene);
    plan->page = widget_montage_plan(plan->body, scene_shape(scene), plan->montage);
}

/* The panel stands right beside the map, however large that is. */
static void plan_enlarged(MapsPlan *plan, const Scene *scene) {
    Shape shape = scene_shape(scene);
    Rect rest = plan->body;
    plan->page = (WidgetPage){.first = scene->channel, .count = 1, .total = shape.c, .dead = -1};
    layout_take_right(&plan->body, MAPS_PANEL_WIDTH + 2);
    plan->map = map_axes_place(plan->body, shape.w, shape.h, ZOOM_MAX);
    PlotGrid grid = plot_grid_fit(plan->map, shape.w, shape.h, ZOOM_MAX);
    layout_take_left(&rest, plan->map.x - plan->body.x + grid.cells.w + 2);
    plan->panel = layout_take_left(&rest, rest.w < MAPS_PANEL_WIDTH_MAX ? rest.w : MAPS_PANEL_WIDTH_MAX);
}

static void plan_bars(MapsPlan *plan, const Scene *scene) {
    MapsBars context = maps_bars_context(scene);
    WidgetBars bars = maps_bars_of(&context);
    plan->bars = widget_bars_plan(plan->body, &bars);
    plan->page = (WidgetPage){
        .first = plan->bars.first,
        .count = plan->bars.count,
        .total = bars.count,
        .dead = -1,
        .order = scene_is_ranked(scene) ? setting_word(SETTING_ORDER, (int)scene->settings.order) : NULL};
}

/* Lines of figures: all of them have room in two of 80 columns. */
static int figure_lines(const Scene *scene, Rect area) {
    if (scene->hides_figures) return 0;
    if (area.w >= FIGURES_WIDTH || area.h < SHORT) return 1;
    return area.h < LOFTY ? 2 : 3;
}

static MapsPlan maps_plan(const MapsState *state, const Scene *scene, Rect area) {
    MapsPlan plan = {.kind = plan_kind(state, scene_shape(scene)), .body = area};
    bool tall = area.h >= TALL && plan.kind != MAPS_ENLARGED; /* an enlarged map needs the rows itself */
    plan.heading = layout_take_top(&plan.body, tall ? 2 : 1);
    if (plan.kind != MAPS_ENLARGED) {
        plan.cell = layout_take_bottom(&plan.body, 1);
        if (tall && plan.kind == MAPS_GRID)
            plan.legend = layout_take_bottom(&plan.body, 1);
        else if (plan.kind == MAPS_GRID) {
            plan.legend = plan.cell;
            plan.cell = layout_take_right(&plan.legend, CELL_WIDTH);
            layout_take_right(&plan.legend, 2);
        }
    }
    plan.both = plan.kind == MAPS_ENLARGED ? area.h >= LOFTY : plan.kind == MAPS_GRID && tall;
    plan.stats = layout_take_bottom(&plan.body, (plan.both ? 2 : 1) * figure_lines(scene, area));
    if (tall) layout_take_bottom(&plan.body, 1);
    if (plan.kind == MAPS_GRID) plan_grid(&plan, scene);
    if (plan.kind == MAPS_ENLARGED) plan_enlarged(&plan, scene);
    if (plan.kind == MAPS_BARS) plan_bars(&plan, scene);
    return plan;
}

static const char *tensor_word(Phase phase) {
    return phase == PHASE_FORWARD ? "activation" : "gradient";
}

static WidgetText heading_info(const Scene *scene, const MapsPlan *plan) {
    WidgetText out = widget_page_info(&plan->page);
    if (maps_is_loss(scene))
        snprintf(out.text, sizeof out.text, "%s", scene->phase == PHASE_FORWARD ? "probabilities below" : "");
    return out;
}

/* A crowded heading leaves out the direction, which the tensor's name implies. */
static void draw_heading(Canvas *canvas, Rect row, const Scene *scene, const char *info) {
    const Op *op = &scene->network->ops[scene->op];
    char title[TEXT_MAX];
    const char *tensor = tensor_word(scene->phase), *size = text_format_shape(op->out).text;
    bool wide = row.w >= WIDE;
    snprintf(title, sizeof title, "%s%s%s  %s %s  %s", op->name, wide ? "  " : "",
             wide ? widget_op_summary(op).text : "", widget_phase_name(scene->phase), tensor, size);
    canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_TEXT), info);
    row.w -= *info ? text_width(info) + 1 : 0;
    if (text_width(title) > row.w) snprintf(title, sizeof title, "%s  %s  %s", op->name, tensor, size);
    widget_heading(canvas, row, style_role(widget_phase_role(scene->phase)), title);
}

static void draw_waiting(Canvas *canvas, Rect area, const Scene *scene) {
    const Network *network = scene->network;
    bool forward = scene->phase == PHASE_FORWARD;
    char text[TEXT_MAX];
    snprintf(text, sizeof text,
             "The %s of %s is not computed yet: %d of %d operations have been run forward and %d backward.",
             forward ? "activation" : "gradient at the output", network->ops[scene->op].name,
             pass_forward_done(scene->pass), network->op_count, pass_backward_done(scene->pass));
    Rect rest = area;
    int rows = canvas_text_wrapped(canvas, rest, style_role(ROLE_WARN), text, 0);
    layout_take_top(&rest, rows + 1);
    int x = canvas_text(canvas, rest.x, rest.y, style_bold(ROLE_KEY), "s");
    canvas_text(canvas, x, rest.y, style_role(ROLE_TEXT), " runs the next operation");
    x = canvas_text(canvas, rest.x, rest.y + 1, style_bold(ROLE_KEY), "e");
    canvas_text(canvas, x, rest.y + 1, style_role(ROLE_TEXT), " runs everything up to here");
}

static void draw_enlarged(Canvas *canvas, const MapsPlan *plan, const Scene *scene,
                          const WidgetTensor *tensor) {
    WidgetMap map = {.channel = scene->channel, .zoom_max = ZOOM_MAX, .mark = true};
    PlotGrid grid = widget_map(canvas, plan->map, scene, tensor, map);
    click_add_map(canvas, &grid, scene->channel);
    map_axes_draw(canvas, plan->body, &grid);
    int x, y;
    plot_grid_cell(&grid, scene->column, scene->row, &x, &y);
    if (rect_contains(plan->map, x, y)) canvas_set_cursor(canvas, x, y);
    maps_panel_draw(canvas, plan->panel, scene, tensor, !plan->both);
}

/* Also completes plan->page with the counts that only drawing the montage finds. */
static void draw_body(Canvas *canvas, MapsPlan *plan, const Scene *scene, const WidgetTensor *tensor) {
    MapsBars context = maps_bars_context(scene);
    WidgetBars bars;
    WidgetTensor overview = *tensor;
    overview.use = MAP_OVERVIEW;
    maps_figures_draw(canvas, plan->stats, scene, plan->both);
    switch (plan->kind) {
    case MAPS_GRID:
        plan->page = widget_montage(canvas, plan->body, scene, tensor, plan->montage);
        widget_legend(canvas, plan->legend, scene, &overview, scene->channel);
        break;
    case MAPS_ENLARGED: draw_enlarged(canvas, plan, scene, tensor); break;
    case MAPS_BARS:
        bars = maps_bars_of(&context);
        widget_bars(canvas, plan->body, &bars);
        break;
    }
    if (!rect_is_empty(plan->cell)) maps_cell_draw(canvas, plan->cell, scene, tensor->tensor);
}

static void draw_maps(const MapsState *state, const Scene *scene, Canvas *canvas, Rect area) {
    MapsPlan plan = maps_plan(state, scene, area);
    WidgetTensor tensor = widget_tensor(scene, scene->op, scene->phase);
    int width = plan.kind == MAPS_ENLARGED
                    ? plot_grid_fit(plan.map, scene_shape(scene).w, scene_shape(scene).h, ZOOM_MAX).px_width
                    : plan.page.map_width;
    tensor.as_is = widget_is_as_is(canvas, width, scene_shape(scene));
    if (tensor.tensor.data)
        draw_body(canvas, &plan, scene, &tensor);
    else
        draw_waiting(canvas, plan.body, scene);
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
    if (plan->kind == MAPS_GRID)
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
    MapsKind kind = plan_kind(maps, scene_shape(scene));
    if (kind == MAPS_GRID && action.id == ACTION_OPEN) {
        maps->enlarged = true;
        return view_action(ACTION_NONE, 0);
    }
    if (kind != MAPS_GRID && action.id == ACTION_OPEN) {
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
    MapsPlan plan = maps_plan(maps, scene, area);
    return move_channel(&plan, scene, action);
}

static ZoomLevel view_maps_level(const void *state, const Scene *scene) {
    const MapsState *own = state;
    return !own->kernels && plan_kind(own, scene_shape(scene)) == MAPS_ENLARGED ? ZOOM_CHANNEL : ZOOM_OP;
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
    .key = 'm',
    .state_size = sizeof(MapsState),
    .fields = fields,
    .level = view_maps_level,
    .act = view_maps_act,
    .draw = view_maps_draw,
};
