#include "views/step/picture.h"

#include <stdio.h>

#include "core/base/integer.h"
#include "views/step/bars.h"
#include "views/step/middle.h"
#include "views/style/text.h"

enum {
    ZOOM_MAX = 16,
    FRAME_ROWS = 2, /* caption and legend */
    MIDDLE_WIDTH_MAX = 32,
    MIDDLE_ROWS = 9, /* of an operation below its input */
    GAP = 2,
    SIGN_GAP_MIN = 3, /* between three maps */
    SIGN_GAP_MAX = 7,
    BARS_WIDTH = 30,
    BESIDE_WIDTH = 18,
    NATIVE = 100, /* hundredths of a drawn pixel a value */
};

/* How large one panel is drawn in so many cells. */
typedef struct Size {
    int width, height, scale;
} Size;

static bool is_bars(const StepPanel *panel) {
    return panel->kind != STEP_PANEL_MAPS && panel->kind != STEP_PANEL_PICTURE;
}

static Size size_in(const StepPanel *panel, int width, int height) {
    if (width < 1 || height < 1) return (Size){0, 0, 0};
    if (is_bars(panel)) return (Size){width, height, width < BARS_WIDTH / 2 ? NATIVE / 2 : NATIVE};
    Shape shape = panel->part.tensor.shape;
    int w = integer_max(1, shape.w), h = integer_max(1, shape.h);
    PlotGrid grid = plot_grid_fit((Rect){.w = width, .h = height}, w, h, ZOOM_MAX);
    return (Size){grid.cells.w, grid.cells.h, NATIVE * grid.px_width / w};
}

/* A way to place the panels, and what it is worth. */
typedef struct Plan {
    StepPicture picture;
    int whole;         /* panels at native size or larger */
    int least, summed; /* of the scales; the one of the output counts in any case */
    int output;
} Plan;

static void note_size(Plan *plan, Size size, bool first) {
    plan->whole += size.scale >= NATIVE;
    plan->least = first ? size.scale : integer_min(plan->least, size.scale);
    plan->summed += size.scale;
    plan->output = size.scale;
}

static bool is_better(const Plan *a, const Plan *b, bool enlarge) {
    if (enlarge && a->output != b->output) return a->output > b->output;
    if (a->whole != b->whole) return a->whole > b->whole;
    if (a->least != b->least) return a->least > b->least;
    return a->summed > b->summed;
}

static Rect place_panel(Plan *plan, int x, int y, Size size) {
    int rows = size.height + FRAME_ROWS;
    plan->picture.rows = integer_max(plan->picture.rows, rows);
    return (Rect){.x = x, .y = y, .w = size.width, .h = rows};
}

/* The two that stand large: all but the one that gives way. */
static void large_ones(const StepPanels *panels, int *in, int *out) {
    *in = panels->other == 0 ? 1 : 0;
    *out = panels->other == panels->count - 1 ? panels->count - 2 : panels->count - 1;
}

static void leave_beside(Plan *plan, Rect area, int end) {
    int left = area.x + area.w - end - GAP;
    if (left >= BESIDE_WIDTH)
        plan->picture.beside = (Rect){.x = end + GAP, .y = area.y, .w = left, .h = plan->picture.rows};
}

/* in | operation | out */
static Plan plan_row(const StepPanels *panels, Rect area, int middle) {
    Plan plan = {.whole = 0};
    int a, b, side = (area.w - middle) / 2, rows = area.h - FRAME_ROWS;
    large_ones(panels, &a, &b);
    Size in = size_in(&panels->item[a], side, rows), out = size_in(&panels->item[b], side, rows);
    if (side < 1) return plan;
    if (is_bars(&panels->item[a])) in.width = integer_min(in.width, BARS_WIDTH);
    if (is_bars(&panels->item[b])) out.width = integer_min(area.w - middle - in.width, 2 * BARS_WIDTH);
    int spare = area.w - in.width - out.width;
    int width = spare - middle > BESIDE_WIDTH + GAP
                    ? integer_min(spare, integer_max(middle, MIDDLE_WIDTH_MAX))
                    : spare;
    note_size(&plan, in, true);
    note_size(&plan, out, false);
    plan.picture.panel[a] = place_panel(&plan, area.x, area.y, in);
    plan.picture.panel[b] = place_panel(&plan, area.x + in.width + width, area.y, out);
    plan.picture.middle = (Rect){.x = area.x + in.width, .y = area.y, .w = width, .h = plan.picture.rows};
    leave_beside(&plan, area, area.x + in.width + width + out.width);
    return plan;
}

/* The operation below its input in `left` columns, and the output as large as it can be in the others. */
static Plan plan_stack(const StepPanels *panels, Rect area, int middle, int left) {
    Plan plan = {.whole = 0};
    int a, b, rows = area.h - FRAME_ROWS;
    large_ones(panels, &a, &b);
    Size out = size_in(&panels->item[b], area.w - left - GAP, rows);
    left = integer_min(area.w - GAP - out.width, integer_max(left, MIDDLE_WIDTH_MAX));
    Size in = size_in(&panels->item[a], left, rows - FRAME_ROWS - MIDDLE_ROWS);
    if (in.height < 1 || out.height < 1 || left < middle) return plan;
    note_size(&plan, in, true);
    note_size(&plan, out, false);
    plan.picture.panel[a] = place_panel(&plan, area.x, area.y, in);
    plan.picture.panel[b] = place_panel(&plan, area.x + left + GAP, area.y, out);
    plan.picture.rows = integer_max(plan.picture.rows, in.height + FRAME_ROWS + MIDDLE_ROWS);
    plan.picture.middle = (Rect){.x = area.x, .y = area.y + in.height + FRAME_ROWS, .w = left};
    plan.picture.middle.h = area.y + plan.picture.rows - plan.picture.middle.y;
    leave_beside(&plan, area, area.x + left + GAP + out.width);
    return plan;
}

/* With the input at the whole factor that serves both best. */
static Plan best_stack(const StepPanels *panels, Rect area, int middle, bool enlarge) {
    int a, b;
    large_ones(panels, &a, &b);
    int native = is_bars(&panels->item[a]) ? BARS_WIDTH : integer_max(1, panels->item[a].part.tensor.shape.w);
    Plan best = plan_stack(panels, area, middle, integer_max(middle, integer_min(native, area.w / 3)));
    for (int zoom = 2; zoom * native <= area.w / 2; zoom++) {
        Plan plan = plan_stack(panels, area, middle, integer_max(middle, zoom * native));
        if (plan.picture.rows > 0 && is_better(&plan, &best, enlarge)) best = plan;
    }
    return best;
}

/* The input with the operation beside it, and the output below: for an area that is tall and narrow. */
static Plan plan_column(const StepPanels *panels, Rect area, int middle) {
    Plan plan = {.whole = 0};
    int a, b, half = area.h / 2 - FRAME_ROWS;
    large_ones(panels, &a, &b);
    Size in = size_in(&panels->item[a], area.w - middle, half), out = size_in(&panels->item[b], area.w, half);
    if (in.height < 1 || out.height < 1) return plan;
    note_size(&plan, in, true);
    note_size(&plan, out, false);
    plan.picture.panel[a] = place_panel(&plan, area.x, area.y, in);
    plan.picture.panel[b] = place_panel(&plan, area.x, area.y + in.height + FRAME_ROWS, out);
    plan.picture.rows = in.height + out.height + 2 * FRAME_ROWS;
    plan.picture.middle = (Rect){.x = area.x + in.width,
                                 .y = area.y,
                                 .w = integer_min(area.w - in.width, MIDDLE_WIDTH_MAX),
                                 .h = in.height + FRAME_ROWS};
    int end = integer_max(plan.picture.middle.x + plan.picture.middle.w, area.x + out.width);
    leave_beside(&plan, area, end);
    return plan;
}

/* All three of an addition, with the signs between. */
static Plan plan_three(const StepPanels *panels, Rect area) {
    Plan plan = {.whole = 0};
    int rows = area.h - FRAME_ROWS, side = (area.w - 2 * SIGN_GAP_MIN) / 3, x = area.x;
    if (panels->count < STEP_PANEL_MAX || side < 1) return plan;
    Size size = size_in(&panels->item[0], side, rows);
    int gap = integer_clamp((area.w - 3 * size.width) / 2, SIGN_GAP_MIN, SIGN_GAP_MAX);
    for (int k = 0; k < STEP_PANEL_MAX; k++, x += size.width + gap) {
        note_size(&plan, size, k == 0);
        plan.picture.panel[k] = place_panel(&plan, x, area.y, size);
    }
    leave_beside(&plan, area, x - GAP);
    return plan;
}

static Plan plan_alone(const StepPanels *panels, Rect area) {
    Plan plan = {.whole = 0};
    int a, b;
    large_ones(panels, &a, &b);
    Size size = size_in(&panels->item[b], area.w, area.h - FRAME_ROWS);
    plan.output = size.scale;
    plan.whole = size.scale >= NATIVE;
    plan.picture.panel[b] = place_panel(&plan, area.x, area.y, size);
    leave_beside(&plan, area, area.x + size.width);
    return plan;
}

StepPicture step_picture_plan(const StepPanels *panels, Rect area, int middle, bool enlarge) {
    Plan best = plan_alone(panels, area);
    const Plan others[] = {plan_row(panels, area, middle), best_stack(panels, area, middle, enlarge),
                           plan_three(panels, area), plan_column(panels, area, middle)};
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
        if (others[k].picture.rows > 0 && is_better(&others[k], &best, enlarge)) best = others[k];
    return best.picture;
}

/* "conv1→bn1": where it stands alone, what it was made of has no other place. */
static void name_way(const Scene *scene, int op, int room, char *out, size_t out_size) {
    const Op *o = &scene->network->ops[op];
    const char *name = widget_op_short_name(scene->network, op);
    if (op == scene->op && o->input_count == 1 && scene->phase == PHASE_FORWARD)
        utf8_format(out, out_size, "%s→%s", widget_op_short_name(scene->network, o->inputs[0]), name);
    else
        utf8_copy(out, out_size, name);
    if (text_width(out) > room) utf8_copy(out, out_size, name);
}

/* "112x112 as 32x32" where a map is shrunk; else where the tensor comes from, as much of it as fits. */
static void describe_source(const Scene *scene, const StepPanel *panel, Rect place, int room,
                            char text[2 * WIDGET_TEXT_MAX]) {
    Shape shape = panel->part.tensor.shape;
    PlotGrid grid = plot_grid_fit((Rect){.w = place.w, .h = place.h - FRAME_ROWS}, integer_max(1, shape.w),
                                  integer_max(1, shape.h), ZOOM_MAX);
    shape.n = 1;
    if (panel->kind == STEP_PANEL_PROBABILITIES) shape = (Shape){1, network_answers(scene->network), 1, 1};
    utf8_format(text, 2 * WIDGET_TEXT_MAX, "%s %s", scene->network->ops[panel->op].name,
                text_format_shape(shape).text);
    if (!is_bars(panel) && grid.px_width < shape.w)
        utf8_format(text, 2 * WIDGET_TEXT_MAX, "%dx%d as %dx%d", shape.h, shape.w, grid.px_height,
                    grid.px_width);
    else if (text_width(text) > room)
        name_way(scene, panel->op, room, text, 2 * WIDGET_TEXT_MAX);
    if (text_width(text) > room) *text = '\0';
}

/* "F(x)  what F adds, channel 9": what has no room is left out from the end. */
static void draw_caption(Canvas *canvas, Rect place, int room, const Scene *scene, const StepPanel *panel) {
    char text[2 * WIDGET_TEXT_MAX], channel[WIDGET_TEXT_MAX];
    Shape shape = panel->part.tensor.shape;
    int end = place.x + room, y = place.y;
    int x = canvas_text_fit(canvas, place.x, y, room, style_bold(panel->role), panel->symbol) + 1;
    bool of_a = scene->twin && scene->twin->difference && panel->part.op != scene->op;
    if (of_a) x = canvas_text_fit(canvas, x, y, end - x, style_role(ROLE_WARN), "of A") + 1;
    if (x + text_width(panel->words) <= end)
        x = canvas_text(canvas, x, y, style_role(ROLE_TEXT), panel->words) + 1;
    bool shrunk = shape.w > place.w || shape.h > 2 * (place.h - FRAME_ROWS);
    if (panel->kind == STEP_PANEL_MAPS) {
        utf8_format(channel, sizeof channel, "channel %d of %d", panel->channel, shape.c);
        if (shrunk || x + text_width(channel) > end)
            utf8_format(channel, sizeof channel, "ch %d", panel->channel);
        if (x + text_width(channel) <= end)
            x = canvas_text(canvas, x, y, style_role(ROLE_ACCENT), channel) + 1;
    }
    describe_source(scene, panel, place, end - x, text);
    canvas_text_right(canvas, end, y, style_role(ROLE_DIM), text);
}

/* Why there are no values, on the surface that says so without words. */
static void draw_missing(Canvas *canvas, Rect area, const StepPanel *panel) {
    const char *text = panel->missing.text;
    int width = integer_min(text_width(text), area.w - 4),
        rows = text_wrap_count(text, integer_max(1, width));
    plot_nothing(canvas, area, PLOT_NOT_RUN);
    Rect words = {
        .x = area.x + (area.w - width) / 2, .y = area.y + (area.h - rows) / 2, .w = width, .h = rows};
    canvas_fill(canvas, (Rect){words.x - 1, words.y, words.w + 2, words.h}, style_role(ROLE_TEXT), ' ');
    canvas_text_wrapped(canvas, words, style_role(ROLE_TEXT), text, 0);
}

static void draw_photo(Canvas *canvas, Rect area, const Scene *scene, const StepPanel *panel) {
    const Normalise *normalise = &scene->model->preprocess.normalise;
    Shape shape = panel->part.tensor.shape;
    PlotImage image = {.data = panel->part.tensor.data,
                       .width = shape.w,
                       .height = shape.h,
                       .zoom_max = ZOOM_MAX,
                       .blue_first = scene->model->preprocess.channels == IMAGE_CHANNELS_BGR};
    for (int c = 0; c < 3; c++) {
        image.mean[c] = (double)normalise->mean[c];
        image.std[c] = (double)normalise->std[c];
    }
    plot_image(canvas, area, &image);
}

/* The numbers of the other tensor that the selected number is made of, or was sent to. */
static void mark_read(Canvas *canvas, const PlotGrid *grid, const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    OpReads reads = op_spec(op->kind)->reads;
    PlotPatch patch = {scene->column, scene->column, scene->row, scene->row};
    if (reads != OP_READS_CELL && reads != OP_READS_PICK && reads != OP_READS_WINDOW) return;
    if (reads != OP_READS_CELL) {
        bool window = reads == OP_READS_WINDOW;
        int y = scene->row * op->stride - (window ? op->pad : 0);
        int x = scene->column * op->stride - (window ? op->pad : 0);
        patch = (PlotPatch){.first_x = integer_max(0, x),
                            .last_x = integer_min(op->in.w, x + (window ? op->kernel_w : 1)) - 1,
                            .first_y = integer_max(0, y),
                            .last_y = integer_min(op->in.h, y + (window ? op->kernel_h : 1)) - 1};
    }
    plot_mark_patch(canvas, grid, patch);
}

static void draw_map(Canvas *canvas, Rect area, Rect legend, const Scene *scene, const StepPanel *panel) {
    bool own = panel->part.op == scene->op;
    WidgetMap how = {.channel = panel->channel, .zoom_max = ZOOM_MAX, .mark = own};
    WidgetTensor part = panel->part;
    PlotGrid grid = widget_channel_map(canvas, area, scene, &part, how);
    part.as_is = part.as_is || grid.px_width >= part.tensor.shape.w;
    if (!own) mark_read(canvas, &grid, scene);
    widget_legend(canvas, legend, scene, &part, panel->channel);
}

/* Caption and legend have `room` columns. */
static void draw_panel(Canvas *canvas, Rect place, int room, const Scene *scene, const StepPanel *panel) {
    Rect inner = {place.x, place.y + 1, place.w, place.h - FRAME_ROWS};
    Rect legend = {place.x, place.y + place.h - 1, room, 1};
    draw_caption(canvas, place, room, scene, panel);
    if (!step_panel_has_values(scene, panel))
        draw_missing(canvas, inner, panel);
    else if (panel->kind == STEP_PANEL_PICTURE)
        draw_photo(canvas, inner, scene, panel);
    else if (panel->kind == STEP_PANEL_MAPS)
        draw_map(canvas, inner, legend, scene, panel);
    else
        step_bars_draw(canvas, inner, scene, panel);
}

/* Where a text in the rows of `place` has to end before `other`. */
static int end_before(Rect place, Rect other, int gap, int end) {
    bool beside = other.x >= place.x + place.w && other.y < place.y + place.h && place.y < other.y + other.h;
    return beside && !rect_is_empty(other) ? integer_min(end, other.x - gap) : end;
}

/* Columns of a panel's texts: they may run on where nothing else stands. */
static int text_room(const Canvas *canvas, const StepPicture *picture, int k) {
    Rect place = picture->panel[k];
    int end = integer_min(place.x + place.w + SIGN_GAP_MAX - 1, canvas->clip.x + canvas->clip.w);
    for (int other = 0; other < STEP_PANEL_MAX; other++)
        if (other != k) end = end_before(place, picture->panel[other], 1, end);
    end = end_before(place, picture->middle, 0, end);
    return end_before(place, picture->beside, 1, end) - place.x;
}

void step_picture_draw(Canvas *canvas, const Scene *scene, const StepPanels *panels,
                       const StepPicture *picture) {
    bool signs = rect_is_empty(picture->middle);
    for (int k = 0, before = -1; k < panels->count; k++) {
        Rect place = picture->panel[k];
        if (rect_is_empty(place)) continue;
        draw_panel(canvas, place, text_room(canvas, picture, k), scene, &panels->item[k]);
        if (signs && before >= 0 && panels->item[k].joint) {
            int x = (picture->panel[before].x + picture->panel[before].w + place.x) / 2;
            canvas_text(canvas, x, place.y + place.h / 2, style_bold(ROLE_TEXT), panels->item[k].joint);
        }
        before = k;
    }
    if (!signs) step_middle_draw(canvas, picture->middle, scene, panels);
}
