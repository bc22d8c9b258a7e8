#include "views/step/panel.h"

#include <math.h>
#include <stdio.h>

#include "core/network/class_names.h"
#include "views/canvas/layout.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"

enum {
    GAP = 3,
    GAP_OF_THREE = 2, /* on 80 columns a legend then just fits */
    RANKED_MAX = 64,  /* classes of a ranked panel */
    VALUE_WIDTH = 7,
    CLASS_WIDTH = 16,
    CHANNEL_WIDTH = 4,
};

/* Does an addition let this input through? The three meanings of "without skip" are in core/pass/pass.h. */
static bool route_is_open(const Scene *scene, const Op *add, int input, Phase phase) {
    bool skip = input == 1;
    switch (pass_skip_mode(scene->pass)) {
    case SKIP_NONE_REMOVED: return true;
    case SKIP_PLAIN: return !skip;
    case SKIP_CUT: return !skip || phase == PHASE_FORWARD;
    case SKIP_LESION: return skip || !pass_block_is_lesioned(scene->pass, add->block);
    }
    return true;
}

static StepPanelKind panel_kind(const Scene *scene, int op, Tensor tensor) {
    if (op == network_logits_op(scene->network)) return STEP_PANEL_CLASSES;
    return tensor.shape.h * tensor.shape.w == 1 ? STEP_PANEL_VALUES : STEP_PANEL_MAPS;
}

static StepPanel panel_of(const Scene *scene, int op, Phase phase, const char *symbol) {
    StepPanel panel = {.symbol = symbol,
                       .op = op,
                       .role = widget_phase_role(phase),
                       .phase = phase,
                       .stats = scene_stats(scene, op, phase),
                       .part = widget_tensor(scene, op, phase)};
    panel.kind = panel_kind(scene, op, panel.part.tensor);
    snprintf(panel.missing.text, sizeof panel.missing.text, "not computed yet");
    return panel;
}

static void close_panel(StepPanel *panel) {
    panel->part.tensor.data = NULL;
    panel->stats.known = false;
    panel->closed = true;
    snprintf(panel->missing.text, sizeof panel->missing.text, "closed: nothing passes here");
}

static StepPanels forward_panels(const Scene *scene, const Op *op) {
    StepPanels panels = {.count = 0};
    OpMiddle middle = op_spec(op->kind)->middle;
    bool add = middle == OP_MIDDLE_SUM, loss = middle == OP_MIDDLE_SOFTMAX;
    for (int k = 0; k < op->input_count; k++) {
        StepPanel *panel = &panels.item[panels.count++];
        *panel = panel_of(scene, op->inputs[k], PHASE_FORWARD, add && k == 0 ? "F(x)" : "x");
        if (add) panel->role = k == 0 ? ROLE_BRANCH : ROLE_SKIP;
        if (k > 0) panel->joint = "+";
        if (add && !route_is_open(scene, op, k, PHASE_FORWARD)) close_panel(panel);
    }
    StepPanel *out = &panels.item[panels.count++];
    *out = panel_of(scene, op->index, PHASE_FORWARD, op->input_count > 0 ? "y" : "x");
    if (op->input_count > 0) out->joint = add ? "=" : "→";
    if (!loss) return panels;
    out->kind = STEP_PANEL_PROBABILITIES;
    out->symbol = "p";
    panels.item[0].kind = STEP_PANEL_RANKED;
    panels.item[0].symbol = "z";
    return panels;
}

/* The op that reads `op` and has still to send its part of the gradient. */
static int waits_for(const Scene *scene, int op) {
    int first_done = scene->network->op_count - pass_backward_done(scene->pass);
    for (int consumer = op + 1; consumer < first_done; consumer++)
        for (int k = 0; k < scene->network->ops[consumer].input_count; k++)
            if (scene->network->ops[consumer].inputs[k] == op) return consumer;
    return -1;
}

/* The gradient that an input gets from this op. An addition hands on dy as it is, whatever else its inputs
 * will receive; the others are shown once they are complete. */
static StepPanel sent_panel(const Scene *scene, const Op *op, int k) {
    static const char *const add_symbols[] = {"dF", "dx(skip)"};
    StepPanel panel = panel_of(scene, op->inputs[k], PHASE_BACKWARD, "dx");
    bool ran = op->index >= scene->network->op_count - pass_backward_done(scene->pass);
    int consumer = waits_for(scene, op->inputs[k]);
    OpMiddle middle = op_spec(op->kind)->middle;
    if (middle == OP_MIDDLE_SUM) {
        panel.symbol = add_symbols[k];
        panel.role = k == 0 ? ROLE_BRANCH : ROLE_SKIP;
        if (ran) panel.part = widget_tensor(scene, op->index, PHASE_BACKWARD);
        panel.stats = ran ? scene_stats(scene, op->index, PHASE_BACKWARD) : (Stats){0};
        if (!route_is_open(scene, op, k, PHASE_BACKWARD)) close_panel(&panel);
    } else if (ran && consumer >= 0) {
        snprintf(panel.missing.text, sizeof panel.missing.text,
                 "its part is stored; the sum is complete after %s", scene->network->ops[consumer].name);
    }
    if (middle == OP_MIDDLE_SOFTMAX) {
        panel.kind = STEP_PANEL_RANKED;
        panel.symbol = "dz";
    }
    return panel;
}

static StepPanels backward_panels(const Scene *scene, const Op *op) {
    StepPanels panels = {.count = 1};
    OpMiddle middle = op_spec(op->kind)->middle;
    if (middle == OP_MIDDLE_SOFTMAX) {
        panels.item[0] = panel_of(scene, op->index, PHASE_FORWARD, "p");
        panels.item[0].kind = STEP_PANEL_PROBABILITIES;
    } else {
        panels.item[0] = panel_of(scene, op->index, PHASE_BACKWARD, op->input_count > 0 ? "dy" : "dx");
    }
    for (int k = 0; k < op->input_count; k++) {
        StepPanel *panel = &panels.item[panels.count++];
        *panel = sent_panel(scene, op, k);
        panel->joint = k == 0 ? "→" : "+";
        if (middle == OP_MIDDLE_SUM && k == 1) panel->joint = "→";
    }
    return panels;
}

StepPanels step_panels(const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    return scene->phase == PHASE_FORWARD ? forward_panels(scene, op) : backward_panels(scene, op);
}

/* Rows of a panel of bars. */
typedef struct BarValues {
    const Scene *scene;
    const StepPanel *panel;
    const double *probabilities;
    int order[RANKED_MAX]; /* ranked panels */
} BarValues;

static bool is_ranked(const StepPanel *panel) {
    return panel->kind == STEP_PANEL_RANKED || panel->kind == STEP_PANEL_PROBABILITIES;
}

static int bar_index(const BarValues *values, int k) {
    return is_ranked(values->panel) ? values->order[k] : k;
}

static double bar_value(const void *context, int k) {
    const BarValues *values = context;
    k = bar_index(values, k);
    if (values->panel->kind == STEP_PANEL_PROBABILITIES) return values->probabilities[k];
    return (double)values->panel->part.tensor.data[k];
}

static const char *bar_label(const void *context, int k, WidgetText *buffer) {
    const BarValues *values = context;
    k = bar_index(values, k);
    if (values->panel->kind != STEP_PANEL_VALUES)
        return model_class_name(values->scene->model, k, buffer->text, sizeof buffer->text);
    snprintf(buffer->text, sizeof buffer->text, "%d", k);
    return buffer->text;
}

static Role bar_role(const void *context, int k) {
    const BarValues *values = context;
    bool classes = values->panel->kind != STEP_PANEL_VALUES;
    return classes && bar_index(values, k) == pass_target(values->scene->pass, 0) ? ROLE_GOOD : ROLE_ACCENT;
}

/* The classes to show: by probability or logit, for a gradient by magnitude. Returns how many. */
static int rank_bars(BarValues *values, int count) {
    enum { CLASSES_MAX = 4096 };
    double keys[CLASSES_MAX];
    const StepPanel *panel = values->panel;
    if (count > CLASSES_MAX) count = CLASSES_MAX;
    for (int k = 0; k < count; k++) {
        double value = panel->kind == STEP_PANEL_PROBABILITIES ? values->probabilities[k]
                                                               : (double)panel->part.tensor.data[k];
        keys[k] = panel->phase == PHASE_BACKWARD ? fabs(value) : value;
    }
    return class_rank(keys, count, values->order, RANKED_MAX);
}

static void draw_bars(Canvas *canvas, Rect area, const Scene *scene, const StepPanel *panel) {
    BarValues values = {.scene = scene, .panel = panel, .probabilities = pass_probabilities(scene->pass)};
    bool is_selectable = panel->kind == STEP_PANEL_VALUES || panel->kind == STEP_PANEL_CLASSES;
    bool probabilities = panel->kind == STEP_PANEL_PROBABILITIES;
    int count = probabilities ? scene->network->classes : panel->part.tensor.shape.c;
    int selected = scene->channel < count ? scene->channel : count - 1;
    int room = area.w / 3 < CLASS_WIDTH ? area.w / 3 : CLASS_WIDTH;
    WidgetBars bars = {.count = is_ranked(panel) ? rank_bars(&values, count) : count,
                       .selected = is_selectable ? selected : -1,
                       .label_width = panel->kind == STEP_PANEL_VALUES ? CHANNEL_WIDTH : room,
                       .value_width = VALUE_WIDTH,
                       .context = &values,
                       .value = bar_value,
                       .label = bar_label,
                       .role = bar_role,
                       .percent = probabilities};
    widget_bars(canvas, area, &bars);
}

static bool has_values(const Scene *scene, const StepPanel *panel) {
    if (panel->kind == STEP_PANEL_PROBABILITIES) return pass_probabilities(scene->pass) != NULL;
    return panel->part.tensor.data != NULL;
}

/* `x  layer1.0.relu1  16x32x32`, with the block's name left out when there is no room. */
static int draw_title(Canvas *canvas, Rect row, const Scene *scene, const StepPanel *panel) {
    char text[WIDGET_TEXT_MAX];
    Shape shape = panel->part.tensor.shape;
    if (panel->kind == STEP_PANEL_PROBABILITIES) shape = (Shape){1, scene->network->classes, 1, 1};
    shape.n = 1;
    TextNumber size = text_format_shape(shape);
    int x = canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(panel->role), panel->symbol);
    int room = row.x + row.w - x - 1;
    snprintf(text, sizeof text, "%s %s", scene->network->ops[panel->op].name, size.text);
    if (text_width(text) > room)
        snprintf(text, sizeof text, "%s %s", widget_op_short_name(scene->network, panel->op), size.text);
    if (text_width(text) > room)
        snprintf(text, sizeof text, "%s", widget_op_short_name(scene->network, panel->op));
    return canvas_text_fit(canvas, x + 1, row.y, room, style_role(ROLE_TEXT), text);
}

static void draw_maps(Canvas *canvas, Rect area, Rect title, const Scene *scene, const StepPanel *panel) {
    Shape shape = panel->part.tensor.shape;
    int channel = scene->channel < shape.c ? scene->channel : shape.c - 1;
    area.h--;
    WidgetMontage montage = widget_montage_of(scene, channel);
    WidgetPage page = widget_montage_plan(area, shape, montage);
    montage.first = widget_montage_first(&page, channel);
    WidgetTensor overview = panel->part;
    overview.use = MAP_OVERVIEW;
    page = widget_montage(canvas, area, scene, &overview, montage);
    /* Each row of maps has its numbers above it, the last one a frame below it. */
    int used = page.rows * (page.map_height + 1) + 1;
    Rect legend = {.x = area.x, .y = area.y + (used < area.h ? used : area.h), .w = area.w, .h = 1};
    widget_legend(canvas, legend, scene, &overview, channel);
    WidgetText info = widget_page_info(&page);
    int width = text_width(info.text);
    if (width + 2 <= title.w)
        canvas_text_right(canvas, title.x + title.w, title.y, style_role(ROLE_DIM), info.text);
}

static void draw_panel(Canvas *canvas, Rect area, const Scene *scene, const StepPanel *panel) {
    Rect title = layout_take_top(&area, 1);
    int end = draw_title(canvas, title, scene, panel);
    title = (Rect){.x = end, .y = title.y, .w = title.x + title.w - end, .h = 1};
    if (!has_values(scene, panel)) {
        canvas_text_wrapped(canvas, area, style_role(ROLE_DIM), panel->missing.text, 0);
    } else if (panel->kind == STEP_PANEL_MAPS) {
        draw_maps(canvas, area, title, scene, panel);
    } else {
        draw_bars(canvas, area, scene, panel);
    }
}

void step_panels_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels) {
    int gap = panels->count > 2 ? GAP_OF_THREE : GAP;
    int width = (area.w - gap * (panels->count - 1)) / panels->count;
    for (int k = 0; k < panels->count; k++) {
        const StepPanel *panel = &panels->item[k];
        Rect place = {.x = area.x + k * (width + gap), .y = area.y, .w = width, .h = area.h};
        if (panel->joint) canvas_text(canvas, place.x - 2, place.y, style_bold(ROLE_ACCENT), panel->joint);
        Rect old = canvas_clip(canvas, place);
        draw_panel(canvas, place, scene, panel);
        canvas_unclip(canvas, old);
    }
}
