#include "views/maps/maps_kernels.h"

#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/maps/axes.h"
#include "views/maps/kernels_none.h"
#include "views/maps/kernels_plan.h"
#include "views/step/kernel.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum {
    NUMBERS_MAX = 9, /* of a slice, on one row */
    TEXT_MAX = 256,
};

static double reach_of(Stats stats) {
    double reach = fmax(fabs(stats.min), fabs(stats.max));
    return isfinite(reach) && reach > 0 ? reach : 1;
}

/* Around 0, over the layer, or with the scope "map" over the selected filter; with a twin over both sides. */
static Scale scale_of_kernels(const Scene *scene, const KernelsPlan *plan, Stats layer) {
    bool one = scene->settings.scope == SCOPE_MAP;
    double reach = reach_of(one ? kernels_filter_stats(&plan->kernels, plan->output) : layer);
    if (scene->twin && !scene->twin->difference) {
        const Scene *other = scene->twin->scene;
        Kernels theirs =
            kernels_of(other, scene_partner(other->network, scene->network, scene->op), scene->phase);
        if (theirs.data && plan->output < theirs.outputs)
            reach = fmax(reach, reach_of(one ? kernels_filter_stats(&theirs, plan->output)
                                             : tensor_stats(theirs.data, theirs.param->count)));
    }
    return scale_of(-reach, reach, true);
}

/* What that scale spans. */
static WidgetText scope_text(const Scene *scene, const KernelsPlan *plan) {
    WidgetText out = {.text = "layer"};
    if (scene->settings.scope == SCOPE_MAP)
        utf8_format(out.text, sizeof out.text, "%s %d",
                    plan->kernels.kind == KERNELS_MATRIX ? "output" : "filter", plan->output);
    else if (plan->kind == KERNELS_COLOR)
        snprintf(out.text, sizeof out.text, "the %d filters", plan->kernels.outputs);
    return out;
}

static const char *what(const Kernels *kernels) {
    bool matrix = kernels->kind == KERNELS_MATRIX;
    if (kernels->gradient) return matrix ? "gradient of the weights" : "gradient of the kernels";
    return matrix ? "weights" : "kernels";
}

static WidgetText shape_text(const Kernels *k) {
    WidgetText out;
    if (k->param->rank == 2)
        snprintf(out.text, sizeof out.text, "%dx%d", k->outputs, k->inputs);
    else
        snprintf(out.text, sizeof out.text, "%dx%dx%dx%d", k->outputs, k->inputs, k->rows, k->columns);
    return out;
}

static WidgetText page_info(const KernelsPlan *plan) {
    WidgetText out = {.text = ""};
    const WidgetPage *page = &plan->page;
    if (plan->kind == KERNELS_COLOR) {
        utf8_format(out.text, sizeof out.text, "%s %d-%d of %d%s%s", page->order ? "ranks" : "filters",
                    page->first, page->first + page->count - 1, page->total, page->order ? " by " : "",
                    page->order ? page->order : "");
    } else if (plan->kind == KERNELS_SLICES) {
        snprintf(out.text, sizeof out.text, "output %d, inputs %d-%d of %d", plan->output, page->first,
                 page->first + page->count - 1, page->total);
    } else {
        snprintf(out.text, sizeof out.text, "outputs %d-%d down, inputs %d-%d across", plan->first_output,
                 plan->first_output + plan->shown_outputs - 1, plan->first_input,
                 plan->first_input + plan->shown_inputs - 1);
    }
    return out;
}

static void draw_heading(Canvas *canvas, const KernelsPlan *plan, const Scene *scene) {
    const Kernels *k = &plan->kernels;
    Rect row = plan->heading;
    char title[TEXT_MAX];
    WidgetText info = page_info(plan);
    bool difference = scene->twin && scene->twin->difference;
    utf8_format(title, sizeof title, "%s  %s  %s%s", scene->network->ops[scene->op].name, what(k),
                shape_text(k).text, difference ? "  (this network's own)" : "");
    if (text_width(title) + 1 + text_width(info.text) > row.w) *info.text = '\0';
    canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_TEXT), info.text);
    row.w -= text_width(info.text) + 1;
    widget_heading(canvas, row, style_role(widget_phase_role(scene->phase)), title);
}

static void draw_figures(Canvas *canvas, const KernelsPlan *plan, const Scene *scene, Stats layer) {
    WidgetFigures rows[2] = {{.label = plan->kernels.kind == KERNELS_MATRIX ? "output" : "filter",
                              .stats = kernels_filter_stats(&plan->kernels, plan->output),
                              .brief = scene->settings.figures == FIGURES_ONE,
                              .norm = plan->kernels.gradient ? "|g|" : "|w|"},
                             {.label = "layer", .stats = layer}};
    rows[1].norm = rows[0].norm;
    widget_figures(canvas, plan->figures, rows, 2);
}

static void draw_color_legend(Canvas *canvas, Rect row, Scale scale, const char *scope) {
    char text[TEXT_MAX];
    bool light = !canvas_uses_half_blocks(canvas);
    utf8_format(text, sizeof text, "%s: black %.3g, %s 0, full %.3g; one scale for %s",
                light ? "lightness of rgb" : "red, green, blue", scale.lo, light ? "middle" : "grey",
                scale.hi, scope);
    if (text_width(text) > row.w)
        utf8_format(text, sizeof text, "%s: %.3g .. 0 .. %.3g", light ? "lightness" : "black .. grey .. full",
                    scale.lo, scale.hi);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_TEXT), text);
}

/* What stands large, and over which small ones. */
static void draw_names(Canvas *canvas, const KernelsPlan *plan) {
    Rect large = plan->focus.above, small = plan->focus.title;
    bool color = plan->kind == KERNELS_COLOR;
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s %d", color ? "filter" : "input", color ? plan->output : plan->input);
    canvas_text_fit(canvas, large.x, large.y, large.w, style_bold(ROLE_ACCENT), text);
    if (rect_is_empty(plan->focus.overview)) return;
    const char *what_all = color ? "filters" : "inputs";
    if (plan->page.count == plan->page.total)
        snprintf(text, sizeof text, "all %d %s", plan->page.total, what_all);
    else
        snprintf(text, sizeof text, "%d of %d %s", plan->page.count, plan->page.total, what_all);
    canvas_text_fit(canvas, small.x, small.y, small.w, style_role(ROLE_DIM), text);
}

/* Each weight of the large slice in its square. */
static void draw_numbers(Canvas *canvas, const KernelsPlan *plan, Scale scale, PaletteId palette) {
    const Kernels *k = &plan->kernels;
    StepGrid grid = {
        .rows = k->rows, .columns = k->columns, .winner = -1, .scale = scale, .palette = palette};
    int count = k->rows * k->columns;
    if (count > STEP_GRID_MAX) return;
    for (int j = 0; j < count; j++)
        grid.value[j] = kernels_value(k, plan->output, plan->input, j / k->columns, j % k->columns);
    step_grid_draw(canvas, plan->focus.map, &grid);
}

static void draw_montage(Canvas *canvas, KernelsPlan *plan, const Scene *scene, Scale scale) {
    const Kernels *k = &plan->kernels;
    bool color = plan->kind == KERNELS_COLOR;
    Scene own = kernels_scene(scene);
    WidgetTensor tensor =
        widget_tensor_scaled(color ? kernels_filters(k) : kernels_slices(k, plan->output), scale);
    if (color) tensor.tensor.shape.c = k->outputs;
    tensor.images = color;
    tensor.phase = scene->phase;
    tensor.as_is = widget_is_as_is(canvas, plan->page.map_width, tensor.tensor.shape) ||
                   plan->page.map_width >= 2 * k->columns;
    widget_focus(canvas, &plan->focus, &own, &tensor);
    plan->page = plan->focus.page;
    draw_names(canvas, plan);
    if (!color) draw_numbers(canvas, plan, scale, scene_palette(&own, scale, scene->phase));
    WidgetText scope = scope_text(scene, plan);
    tensor.scope = scope.text;
    if (color) {
        draw_color_legend(canvas, plan->legend, scale, scope.text);
        return;
    }
    widget_legend(canvas, plan->legend, &own, &tensor, plan->input);
}

/* The weights of the selected output as bars, in the rows from y on that the matrix leaves. */
typedef struct MatrixRow {
    const Kernels *kernels;
    int output;
} MatrixRow;

static double row_value(const void *context, int k) {
    const MatrixRow *row = context;
    return kernels_value(row->kernels, row->output, k, 0, 0);
}

static const char *row_label(const void *context, int k, WidgetText *buffer) {
    (void)context;
    snprintf(buffer->text, sizeof buffer->text, "%d", k);
    return buffer->text;
}

static void draw_row_of_matrix(Canvas *canvas, const KernelsPlan *plan, int y) {
    enum { ROWS_MIN = 4, LABEL = 4, VALUE = 9 };
    MatrixRow row = {.kernels = &plan->kernels, .output = plan->output};
    Rect area = plan->body;
    layout_take_top(&area, y - area.y);
    if (area.h < ROWS_MIN) return;
    char title[TEXT_MAX];
    snprintf(title, sizeof title, "output %d: its weight for each input", plan->output);
    Rect heading = layout_take_top(&area, 1);
    canvas_text_fit(canvas, heading.x, heading.y, heading.w, style_role(ROLE_DIM), title);
    WidgetBars bars = {.count = plan->kernels.inputs,
                       .selected = plan->input,
                       .label_width = LABEL,
                       .value_width = VALUE,
                       .context = &row,
                       .value = row_value,
                       .label = row_label,
                       .tall = true};
    widget_bars(canvas, area, &bars);
}

static void draw_matrix(Canvas *canvas, const KernelsPlan *plan, const Scene *scene, Scale scale) {
    const Kernels *k = &plan->kernels;
    Scene own = kernels_scene(scene);
    PlotHeatmap heatmap = {.map = kernels_matrix(k, plan->first_output, plan->first_input),
                           .scale = scale,
                           .palette = scene_palette(&own, scale, scene->phase),
                           .pooling = scene_pooling(&own, scene->phase, MAP_OVERVIEW),
                           .zoom_max = KERNELS_ZOOM_MAX,
                           .fill = kernels_are_shrunk(plan),
                           .marked = true,
                           .mark_x = plan->input - plan->first_input,
                           .mark_y = plan->output - plan->first_output};
    heatmap.map.width = plan->shown_inputs;
    heatmap.map.height = plan->shown_outputs;
    Rect old = canvas_clip(canvas, plan->map);
    PlotGrid grid = plot_heatmap(canvas, plan->map, &heatmap);
    canvas_unclip(canvas, old);
    if (!plan->window) map_axes_draw(canvas, plan->body, &grid);
    draw_row_of_matrix(canvas, plan, grid.cells.y + grid.cells.h + 1);
    int x, y;
    plot_grid_cell(&grid, heatmap.mark_x, heatmap.mark_y, &x, &y);
    if (rect_contains(plan->map, x, y)) canvas_set_cursor(canvas, x, y);
    WidgetTensor tensor = widget_tensor_scaled(kernels_slices(k, 0), scale);
    tensor.phase = scene->phase;
    WidgetText scope = scope_text(scene, plan);
    tensor.scope = scope.text;
    tensor.as_is = widget_is_as_is(canvas, grid.px_width, (Shape){.w = plan->shown_inputs}) &&
                   grid.px_height >= plan->shown_outputs;
    widget_legend(canvas, plan->legend, &own, &tensor, 0);
}

static double largest_of_slice(const KernelsPlan *plan) {
    const Kernels *k = &plan->kernels;
    double largest = 0;
    for (int r = 0; r < k->rows; r++)
        for (int c = 0; c < k->columns; c++)
            largest = fmax(largest, fabs(kernels_value(k, plan->output, plan->input, r, c)));
    return largest;
}

/* "out 3, in 5: -0.12 +0.34 / +0.10 -0.20 x1e-3", the rows of a small slice; the centre of a large one. */
static void compose_slice(char *text, size_t size, const KernelsPlan *plan) {
    const Kernels *k = &plan->kernels;
    double largest = largest_of_slice(plan);
    bool plain = largest == 0 || !isfinite(largest) || (largest >= 0.1 && largest < 100);
    int exponent = plain ? 0 : (int)floor(log10(largest));
    double factor = pow(10, -exponent);
    size_t used = (size_t)snprintf(text, size, "out %d, in %d:", plan->output, plan->input);
    if (k->rows * k->columns > NUMBERS_MAX) {
        snprintf(text + used, size - used, " %dx%d, %+.6g in the centre, largest %.6g", k->rows, k->columns,
                 kernels_value(k, plan->output, plan->input, k->rows / 2, k->columns / 2), largest);
        return;
    }
    for (int j = 0; j < k->rows * k->columns && used < size; j++) {
        bool wrapped = j > 0 && j % k->columns == 0;
        double value = kernels_value(k, plan->output, plan->input, j / k->columns, j % k->columns);
        used += utf8_format(text + used, size - used, "%s %+.2f", wrapped ? " /" : "", value * factor);
    }
    if (exponent != 0 && used < size) snprintf(text + used, size - used, " x1e%d", exponent);
}

/* The numbers under the cursor. */
static void draw_detail(Canvas *canvas, const KernelsPlan *plan, const Scene *scene) {
    char text[TEXT_MAX], keys[TEXT_MAX] = "";
    Rect row = plan->detail;
    if (plan->kind == KERNELS_COLOR) {
        snprintf(text, sizeof text, "filter %d, length %.4g", plan->output,
                 kernels_filter_stats(&plan->kernels, plan->output).l2);
        snprintf(keys, sizeof keys, "Enter: its three slices with signs");
    } else if (plan->kind == KERNELS_SLICES) {
        compose_slice(text, sizeof text, plan);
    } else {
        WidgetText buffer;
        bool classes = scene->op == network_logits_op(scene->network);
        utf8_format(text, sizeof text, "output %d%s%s, input %d: %+.6g", plan->output, classes ? " " : "",
                    classes ? model_class_name(scene->model, plan->output, buffer.text, sizeof buffer.text)
                            : "",
                    plan->input, kernels_value(&plan->kernels, plan->output, plan->input, 0, 0));
        if (!plan->window && kernels_are_shrunk(plan)) snprintf(keys, sizeof keys, "Enter: number by number");
    }
    int x = canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(ROLE_ACCENT), text);
    if (*keys && x + 2 + text_width(keys) <= row.x + row.w)
        canvas_text_right(canvas, row.x + row.w, row.y, style_role(ROLE_DIM), keys);
}

static void draw_waiting(Canvas *canvas, const KernelsPlan *plan, const Scene *scene) {
    char text[TEXT_MAX];
    utf8_format(
        text, sizeof text,
        "The gradient of the weights of %s is not computed yet. e runs the pass up to here, f to its end; "
        "d shows the kernels themselves.",
        scene->network->ops[scene->op].name);
    canvas_text_wrapped(canvas, plan->body, style_role(ROLE_WARN), text, 0);
}

void maps_kernels_draw(const MapsKernels *state, const Scene *scene, Canvas *canvas, Rect area) {
    KernelsPlan plan = kernels_plan(state, scene, area);
    if (plan.kind == KERNELS_NONE) {
        kernels_none_draw(canvas, &plan, scene);
        return;
    }
    if (plan.kernels.data) {
        Stats layer = tensor_stats(plan.kernels.data, plan.kernels.param->count);
        Scale scale = scale_of_kernels(scene, &plan, layer);
        if (plan.kind == KERNELS_MATRIX)
            draw_matrix(canvas, &plan, scene, scale);
        else
            draw_montage(canvas, &plan, scene, scale);
        draw_figures(canvas, &plan, scene, layer);
        draw_detail(canvas, &plan, scene);
    } else {
        draw_waiting(canvas, &plan, scene);
    }
    draw_heading(canvas, &plan, scene);
}

/* From `at` by the keys of a page of `columns` x `rows`; false for other keys. */
static bool move_on_page(int *at, const WidgetPage *page, Action action) {
    long count = action_count(&action), columns = page->columns > 0 ? page->columns : 1, to = *at;
    switch (action.id) {
    case ACTION_LEFT: to -= count; break;
    case ACTION_RIGHT: to += count; break;
    case ACTION_UP: to = to - columns * count >= 0 ? to - columns * count : to % columns; break;
    case ACTION_DOWN: to = to + columns * count < page->total ? to + columns * count : to; break;
    case ACTION_FIRST: to = 0; break;
    case ACTION_LAST: to = page->total - 1; break;
    default: return false;
    }
    *at = kernels_limit(to, page->total - 1);
    return true;
}

static Action act_on_color(const KernelsPlan *plan, const Scene *scene, Action action) {
    int place = scene_place_of(scene, plan->output), page = plan->page.columns * plan->page.rows;
    long by = (long)page * action_count(&action);
    if (action.id == ACTION_PAGE_UP || action.id == ACTION_PAGE_DOWN)
        place = kernels_limit(action.id == ACTION_PAGE_UP ? place - by : place + by, plan->page.total - 1);
    else if (!move_on_page(&place, &plan->page, action))
        return action;
    return view_action(ACTION_CHANNEL, scene_channel_at(scene, place));
}

static Action act_on_slices(MapsKernels *state, const KernelsPlan *plan, Action action) {
    long count = action_count(&action);
    int last = plan->kernels.outputs - 1;
    switch (action.id) {
    case ACTION_PAGE_UP: return view_action(ACTION_CHANNEL, kernels_limit(plan->output - count, last));
    case ACTION_PAGE_DOWN: return view_action(ACTION_CHANNEL, kernels_limit(plan->output + count, last));
    default: break;
    }
    state->input = plan->input;
    return move_on_page(&state->input, &plan->page, action) ? view_action(ACTION_NONE, 0) : action;
}

/* Rows are outputs, columns inputs. */
static Action act_on_matrix(MapsKernels *state, const KernelsPlan *plan, Action action) {
    long count = action_count(&action), page = 2L * plan->body.h * count;
    int outputs = plan->kernels.outputs - 1, inputs = plan->kernels.inputs - 1;
    switch (action.id) {
    case ACTION_UP: return view_action(ACTION_CHANNEL, kernels_limit(plan->output - count, outputs));
    case ACTION_DOWN: return view_action(ACTION_CHANNEL, kernels_limit(plan->output + count, outputs));
    case ACTION_PAGE_UP: return view_action(ACTION_CHANNEL, kernels_limit(plan->output - page, outputs));
    case ACTION_PAGE_DOWN: return view_action(ACTION_CHANNEL, kernels_limit(plan->output + page, outputs));
    case ACTION_LEFT: state->input = kernels_limit(plan->input - count, inputs); break;
    case ACTION_RIGHT: state->input = kernels_limit(plan->input + count, inputs); break;
    case ACTION_FIRST: state->input = 0; break;
    case ACTION_LAST: state->input = inputs; break;
    default: return action;
    }
    return view_action(ACTION_NONE, 0);
}

/* Enter goes nearer: to the slices, to the numbers, and from there to the arithmetic they take part in. */
static Action open_kernels(MapsKernels *state, const KernelsPlan *plan) {
    if (plan->kind == KERNELS_COLOR || (kernels_are_shrunk(plan) && !plan->window)) {
        state->opened = true;
        return view_action(ACTION_NONE, 0);
    }
    Action value = view_action(ACTION_VIEW, 0);
    utf8_copy(value.text, sizeof value.text, view_ops(VIEW_VALUE)->name);
    return value;
}

Action maps_kernels_act(MapsKernels *state, const Scene *scene, Action action) {
    KernelsPlan plan = kernels_plan(state, scene, (Rect){.w = scene->width, .h = scene->height});
    if (action.id == ACTION_PALETTE && !*action.text && plan.kind != KERNELS_NONE) {
        utf8_format(action.text, sizeof action.text, "%s ", plan.kernels.gradient ? "gradients" : "weights");
        return action;
    }
    /* Scales of groups, stages and the network are not worth walking through all weights. */
    if (action.id == ACTION_SCOPE && !*action.text && plan.kind != KERNELS_NONE) {
        utf8_copy(action.text, sizeof action.text,
                  setting_word(SETTING_SCOPE, scene->settings.scope == SCOPE_MAP ? SCOPE_LAYER : SCOPE_MAP));
        return action;
    }
    bool opened = plan.window || plan.kind != plan.kernels.kind;
    if (action.id == ACTION_CLOSE && opened) {
        state->opened = false;
        return view_action(ACTION_NONE, 0);
    }
    if (plan.kind == KERNELS_NONE) return kernels_none_act(scene, action);
    if (action.id == ACTION_OPEN) return open_kernels(state, &plan);
    switch (plan.kind) {
    case KERNELS_NONE: break;
    case KERNELS_COLOR: return act_on_color(&plan, scene, action);
    case KERNELS_SLICES: return act_on_slices(state, &plan, action);
    case KERNELS_MATRIX: return act_on_matrix(state, &plan, action);
    }
    return action;
}
