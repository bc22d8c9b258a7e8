#include "views/step/middle.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/integer.h"
#include "core/network/class_names.h"
#include "views/step/curve.h"
#include "views/step/kernel.h"
#include "views/step/terms.h"
#include "views/style/text.h"

enum {
    WIDTH = 16,
    SIZE_WIDTH_MAX = 5, /* of a number behind "adds |dx|" */
    WIDTH_OF_TERMS = 30,
    WIDTH_OF_SOFTMAX = 26,
    MARGIN = 2,
    LINES_MAX = 6,
    PICK_SIDE = 4, /* of the pattern that stands for a stride */
    FIGURE_WIDTH_MAX = 36,
    MASK_ZOOM_MAX = 4,
};

/* What stands in the middle: a title, perhaps a drawing, and a few words, all of them centred. */
typedef struct Middle {
    const Scene *scene;
    const Op *op;
    const StepPanels *panels;
    bool forward;
    char title[WIDGET_TEXT_MAX];
    char lines[LINES_MAX][WIDGET_TEXT_MAX];
    int line_count;
    const char *sign; /* at the right of the drawing, before what comes out */
    Rect figure;      /* its size; then its place */
} Middle;

static void say(Middle *middle, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(Middle *middle, const char *format, ...) {
    if (middle->line_count == LINES_MAX) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(middle->lines[middle->line_count++], WIDGET_TEXT_MAX, format, arguments);
    va_end(arguments);
}

static void title(Middle *middle, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void title(Middle *middle, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(middle->title, sizeof middle->title, format, arguments);
    va_end(arguments);
}

int step_middle_width(const Scene *scene) {
    switch (op_spec(scene->network->ops[scene->op].kind)->middle) {
    case OP_MIDDLE_MATRIX: return WIDTH_OF_TERMS;
    case OP_MIDDLE_SOFTMAX: return WIDTH_OF_SOFTMAX;
    default: return WIDTH;
    }
}

/* Room of the drawing under the title, above `lines` lines. */
static Rect room_of(Rect area, int lines) {
    return (Rect){.w = integer_min(area.w - 2 * MARGIN, FIGURE_WIDTH_MAX), .h = area.h - 1 - lines};
}

static const char *ordinal(int rank, char out[16]) {
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    int last = rank % 10, teens = rank % 100 / 10 == 1;
    snprintf(out, 16, "%d%s", rank, ends[last > 3 || teens ? 0 : last]);
    return out;
}

static void describe_kernel(Middle *middle, Rect area, StepGrid *grid) {
    const StepFilter *filter = &middle->panels->filter;
    char place[16];
    *grid = step_kernel_grid(middle->scene, middle->op, filter);
    middle->figure = step_grid_size(grid, room_of(area, 5).w, room_of(area, 5).h);
    title(middle, "kernel %d → %d", middle->forward ? filter->input : filter->output,
          middle->forward ? filter->output : filter->input);
    if (!middle->forward) say(middle, "turned by 180°");
    if (isnan(filter->part)) return;
    StepNumber part = step_number(filter->part, 3);
    if (text_width(part.text) > SIZE_WIDTH_MAX)
        say(middle, "adds %s", part.text);
    else
        say(middle, "adds |%s| %s", middle->forward ? "y" : "dx", part.text);
    if (filter->rank == 0)
        say(middle, "largest of %d", middle->op->in.c);
    else
        say(middle, "%s of %d", ordinal(filter->rank + 1, place), middle->op->in.c);
    say(middle, "o: next input");
}

/* The selected channel of a map. */
static PlotMap channel_of(const Middle *middle, int op, Phase phase) {
    Tensor tensor = scene_tensor(middle->scene, op, phase);
    int channel = integer_clamp(middle->scene->channel, 0, tensor.shape.c - 1);
    return plot_map_of(tensor, 0, channel);
}

/* Of a map's finite values. */
typedef struct Span {
    double lo, hi, below; /* share that is less than 0 */
    bool known;
} Span;

static Span span_of(PlotMap map) {
    Span span = {.lo = INFINITY, .hi = -INFINITY};
    int count = map.width * map.height, negative = 0;
    for (int k = 0; map.data && k < count; k++) {
        double value = (double)map.data[(size_t)k * (size_t)map.stride];
        if (!isfinite(value)) continue;
        span.lo = fmin(span.lo, value);
        span.hi = fmax(span.hi, value);
        negative += value < 0;
    }
    span.known = span.hi >= span.lo;
    span.below = count > 0 ? (double)negative / count : 0;
    return span;
}

static void say_range(Middle *middle, const char *name, const Span *span) {
    int digits = span->hi < 0.01 && span->lo > -0.01 ? 1 : 2;
    say(middle, "%s %s..%s", name, step_number(span->lo, digits).text, step_number(span->hi, digits).text);
}

static double line_value(const void *context, double x) {
    const StepLine *line = context;
    return line->slope * x + line->shift;
}

static double param_value(const Scene *scene, const Op *op, ParamRole role, double missing) {
    const Param *param = network_op_param(scene->network, op->index, role);
    if (!param) return missing;
    int channel = integer_clamp(scene->channel, 0, (int)param->count - 1);
    return (double)network_const_values(scene->network, param)[channel];
}

bool step_line_of(const Scene *scene, const Op *op, StepLine *line) {
    const real *mean = pass_norm_mean(scene->pass, op->index);
    const real *inv_std = pass_norm_inv_std(scene->pass, op->index);
    int channel = integer_clamp(scene->channel, 0, op->out.c - 1);
    if (!mean || !inv_std) return false;
    line->slope = param_value(scene, op, PARAM_NORM_WEIGHT, 1) * (double)inv_std[channel];
    line->shift = param_value(scene, op, PARAM_NORM_BIAS, 0) - line->slope * (double)mean[channel];
    return true;
}

/* A drawing about twice as wide as high, which is square on the screen. */
static Rect plot_size(Rect room) {
    Rect size = {.w = integer_min(room.w, 2 * room.h), .h = integer_min(room.h, (room.w + 1) / 2)};
    return size;
}

/* The plot spans a little more than 0 on both sides, so that the axes are in it. */
static StepCurve curve_over(Span span, double (*value)(const void *, double), const void *context,
                            Role role) {
    double reach = fmax(fabs(span.lo), fabs(span.hi));
    return (StepCurve){.value = value,
                       .context = context,
                       .lo = fmin(span.lo, -reach / 8),
                       .hi = fmax(span.hi, reach / 8),
                       .role = role};
}

static void describe_line(Middle *middle, Rect area, StepLine *line, Span *span) {
    bool batch = pass_batch_statistics(middle->scene->pass);
    *span = span_of(middle->forward ? channel_of(middle, middle->op->inputs[0], PHASE_FORWARD)
                                    : channel_of(middle, middle->op->index, PHASE_BACKWARD));
    title(middle, middle->forward ? "y = a·x + b" : batch ? "dx = a·(dy − …)" : "dx = a·dy");
    if (!step_line_of(middle->scene, middle->op, line)) {
        span->known = false;
        return;
    }
    if (!middle->forward) line->shift = 0;
    if (span->known) middle->figure = plot_size(room_of(area, 4));
    say(middle, "a %+.3g", line->slope);
    if (middle->forward) say(middle, "b %+.3g", line->shift);
    if (span->known) say_range(middle, middle->forward ? "x" : "dy", span);
    if (!middle->forward && batch) say(middle, "less its mean");
}

static double activation_value(const void *context, double x) {
    return ((const OpActivation *)context)->value(x);
}

static double activation_slope(const void *context, double x) {
    return ((const OpActivation *)context)->slope(x);
}

static void describe_curve(Middle *middle, Rect area, Span *span) {
    const OpSpec *spec = op_spec(middle->op->kind);
    bool gates = spec->activation->has_gates;
    *span = span_of(channel_of(middle, middle->op->inputs[0], PHASE_FORWARD));
    title(middle, middle->forward ? "%s" : gates ? "× mask" : "× slope", spec->title);
    if (!span->known) return;
    bool mask = gates && !middle->forward;
    Rect room = room_of(area, 4);
    middle->figure = mask ? plot_grid_fit(room, middle->op->out.w, middle->op->out.h, MASK_ZOOM_MAX).cells
                          : plot_size(room);
    TextNumber below = text_format_percent(span->below), above = text_format_percent(1 - span->below);
    say(middle, !gates ? "%s below 0" : middle->forward ? "%s become 0" : "%s shut off", below.text);
    say(middle, !gates ? "%s above" : middle->forward ? "%s pass" : "%s open", above.text);
    if (middle->forward || !gates) say_range(middle, "x", span);
}

/* Which numbers a gate let through, as a map of ones and zeros. */
static void draw_mask(Canvas *canvas, const Middle *middle) {
    PlotMap x = channel_of(middle, middle->op->inputs[0], PHASE_FORWARD);
    size_t count = (size_t)x.width * (size_t)x.height;
    real *mask = malloc(count * sizeof *mask);
    if (!mask) return;
    for (size_t k = 0; k < count; k++) mask[k] = x.data[k * (size_t)x.stride] > 0;
    PlotHeatmap heatmap = {.map = {.data = mask, .width = x.width, .height = x.height, .stride = 1},
                           .scale = scale_of(0, 1, false),
                           .palette = PALETTE_GRAY,
                           .pooling = PLOT_MEAN,
                           .zoom_max = MASK_ZOOM_MAX};
    plot_heatmap(canvas, middle->figure, &heatmap);
    free(mask);
}

/* Of an addition what gives way to the large maps. */
static void describe_other(Middle *middle, Rect area) {
    const StepPanels *panels = middle->panels;
    if (panels->other < 0) return;
    const StepPanel *panel = &panels->item[panels->other];
    title(middle, "%s %s", middle->forward ? "+" : "and", panel->symbol);
    Shape shape = panel->part.tensor.shape;
    Rect room = room_of(area, 3);
    PlotGrid grid = plot_grid_fit(room, integer_max(1, shape.w), integer_max(1, shape.h), 1);
    if (step_panel_has_values(middle->scene, panel)) middle->figure = grid.cells;
    say(middle, "%s", panel->closed ? "closed" : panel->words);
    say(middle, "o: exchange");
}

static void draw_other(Canvas *canvas, const Middle *middle) {
    const StepPanel *panel = &middle->panels->item[middle->panels->other];
    WidgetMap how = {.channel = panel->channel, .zoom_max = 1};
    WidgetTensor part = panel->part;
    part.use = MAP_OVERVIEW;
    widget_map(canvas, middle->figure, middle->scene, &part, how);
}

/* Which places of four by four a stride keeps. */
static void draw_pick(Canvas *canvas, const Middle *middle) {
    Rect at = middle->figure;
    int stride = integer_max(1, middle->op->stride), width = at.w / PICK_SIDE;
    for (int y = 0; y < PICK_SIDE; y++)
        for (int x = 0; x < PICK_SIDE; x++) {
            bool kept = x % stride == 0 && y % stride == 0;
            canvas_put(canvas, at.x + x * width, at.y + y, style_role(kept ? ROLE_ACCENT : ROLE_DIM),
                       widget_glyph(canvas, kept ? U'■' : U'·', kept ? '#' : '.'));
        }
}

static void describe_pick(Middle *middle) {
    const Op *op = middle->op;
    int padding = op->out.c - op->in.c, from = padding / 2;
    bool empty = middle->scene->channel < from || middle->scene->channel >= from + op->in.c;
    title(middle, "1 of %d kept", op->stride * op->stride);
    middle->figure = (Rect){.w = 2 * PICK_SIDE, .h = PICK_SIDE};
    if (padding > 0) say(middle, "+ %d channels", padding);
    if (padding > 0) say(middle, "of zeros");
    if (empty) say(middle, "%d is padding", middle->scene->channel);
}

static void describe_window(Middle *middle, Rect area, StepGrid *grid) {
    *grid = step_window_grid(middle->scene, middle->op);
    middle->figure = step_grid_size(grid, area.w - 1, room_of(area, 3).h);
    title(middle, "largest of %d", middle->op->kernel_h * middle->op->kernel_w);
    say(middle, "for (%d,%d)", middle->scene->row, middle->scene->column);
    if (!middle->forward) say(middle, "it alone gets dy");
}

static void describe_mean(Middle *middle) {
    int places = middle->op->in.h * middle->op->in.w;
    Tensor y = scene_tensor(middle->scene, middle->op->index, middle->scene->phase);
    int channel = integer_clamp(middle->scene->channel, 0, middle->op->out.c - 1);
    title(middle, middle->forward ? "mean of %d" : "1/%d each", places);
    if (!y.data) return;
    say(middle, "channel %d:", channel);
    if (middle->forward)
        say(middle, "= %+.4g", (double)y.data[channel]);
    else
        say(middle, "%s / %d", step_number((double)y.data[channel], 2).text, places);
}

static void describe_choice(Middle *middle) {
    int target = pass_target(middle->scene->pass, 0);
    title(middle, "one of %d", middle->op->in.c);
    if (target < 0) return;
    say(middle, "feature %d", target);
    if (middle->forward)
        say(middle, "= %+.4g", pass_loss(middle->scene->pass));
    else
        say(middle, "dz = 1");
}

static void describe_input(Middle *middle) {
    static const char *const colours[] = {"red", "green", "blue"};
    const Normalise *normalise = &middle->scene->model->preprocess.normalise;
    int c = integer_clamp(middle->scene->channel, 0, 2);
    bool gray = middle->scene->model->preprocess.channels == IMAGE_CHANNELS_GRAY;
    title(middle, "%s only", gray ? "gray" : colours[preprocess_color(&middle->scene->model->preprocess, c)]);
    if (!middle->forward) return;
    say(middle, "(v−mean)/std");
    say(middle, "mean %.3f", (double)normalise->mean[c]);
    say(middle, "std %.3f", (double)normalise->std[c]);
}

static void put_words(Canvas *canvas, Rect area, Middle *middle) {
    Rect *figure = &middle->figure;
    int rows = 1 + figure->h + middle->line_count;
    int y = area.y + integer_max(0, (area.h - rows) / 2);
    canvas_text_center(canvas, area, y, style_bold(ROLE_TEXT), middle->title);
    figure->x = area.x + (area.w - figure->w) / 2;
    figure->y = y + 1;
    for (int k = 0; k < middle->line_count; k++)
        canvas_text_center(canvas, area, y + 1 + figure->h + k, style_role(ROLE_DIM), middle->lines[k]);
    int arrow = area.x + area.w - 1;
    if (figure->h > 0 && figure->x + figure->w < arrow)
        canvas_text(canvas, arrow, figure->y + figure->h / 2, style_bold(ROLE_TEXT), middle->sign);
}

/* Numbers in squares: a kernel, or what a window saw. */
static void draw_grid(Canvas *canvas, Rect area, Middle *middle, bool kernel) {
    StepGrid grid;
    if (kernel)
        describe_kernel(middle, area, &grid);
    else
        describe_window(middle, area, &grid);
    put_words(canvas, area, middle);
    step_grid_draw(canvas, middle->figure, &grid);
}

static void draw_line(Canvas *canvas, Rect area, Middle *middle) {
    StepLine line = {0};
    Span span;
    describe_line(middle, area, &line, &span);
    put_words(canvas, area, middle);
    StepCurve curve = curve_over(span, line_value, &line, ROLE_ACCENT);
    if (span.known) step_curve_draw(canvas, middle->figure, &curve);
}

static void draw_curve(Canvas *canvas, Rect area, Middle *middle) {
    const OpActivation *activation = op_spec(middle->op->kind)->activation;
    Span span;
    describe_curve(middle, area, &span);
    put_words(canvas, area, middle);
    if (!span.known) return;
    if (!middle->forward && activation->has_gates) {
        draw_mask(canvas, middle);
        return;
    }
    StepCurve curve =
        curve_over(span, middle->forward ? activation_value : activation_slope, activation, ROLE_ACCENT);
    step_curve_draw(canvas, middle->figure, &curve);
}

static void draw_words(Canvas *canvas, Rect area, Middle *middle, OpMiddle kind) {
    if (kind == OP_MIDDLE_SUM) describe_other(middle, area);
    if (kind == OP_MIDDLE_PICK) describe_pick(middle);
    if (kind == OP_MIDDLE_MEAN) describe_mean(middle);
    if (kind == OP_MIDDLE_CHOICE) describe_choice(middle);
    if (kind == OP_MIDDLE_NOTHING) describe_input(middle);
    put_words(canvas, area, middle);
    if (kind == OP_MIDDLE_SUM && middle->figure.h > 0) draw_other(canvas, middle);
    if (kind == OP_MIDDLE_PICK) draw_pick(canvas, middle);
}

void step_middle_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels) {
    const Op *op = &scene->network->ops[scene->op];
    Middle middle = {.scene = scene,
                     .op = op,
                     .panels = panels,
                     .forward = scene->phase == PHASE_FORWARD,
                     .sign = panels->item[panels->count - 1].joint};
    Rect old = canvas_clip(canvas, area);
    OpMiddle kind = op_spec(op->kind)->middle;
    switch (kind) {
    case OP_MIDDLE_KERNEL: draw_grid(canvas, area, &middle, true); break;
    case OP_MIDDLE_LARGEST: draw_grid(canvas, area, &middle, false); break;
    case OP_MIDDLE_LINE: draw_line(canvas, area, &middle); break;
    case OP_MIDDLE_CURVE: draw_curve(canvas, area, &middle); break;
    case OP_MIDDLE_MATRIX: step_terms_draw(canvas, area, scene); break;
    case OP_MIDDLE_SOFTMAX: step_softmax_draw(canvas, area, scene); break;
    case OP_MIDDLE_SUM:
    case OP_MIDDLE_PICK:
    case OP_MIDDLE_MEAN:
    case OP_MIDDLE_CHOICE:
    case OP_MIDDLE_NOTHING: draw_words(canvas, area, &middle, kind); break;
    }
    canvas_unclip(canvas, old);
}
