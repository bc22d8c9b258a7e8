#include "views/step/bars.h"

#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/network/class_names.h"
#include "views/scene/class_rank.h"

enum {
    RANKED_MAX = 64, /* classes of a ranked panel */
    VALUE_WIDTH = 7,
    CLASS_WIDTH = 16,
    CHANNEL_WIDTH = 4,
};

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

void step_bars_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanel *panel) {
    BarValues values = {.scene = scene, .panel = panel, .probabilities = pass_probabilities(scene->pass)};
    bool has_channels = panel->kind == STEP_PANEL_VALUES || panel->kind == STEP_PANEL_CLASSES;
    bool is_selectable = has_channels && panel->op == scene->op;
    bool probabilities = panel->kind == STEP_PANEL_PROBABILITIES;
    int count = probabilities ? network_answers(scene->network) : panel->part.tensor.shape.c;
    int selected = scene->channel < count ? scene->channel : count - 1;
    int room = integer_min(2 * area.w / 5, CLASS_WIDTH);
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
