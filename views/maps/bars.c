#include "views/maps/bars.h"

#include <stdio.h>

#include "views/maps/panel.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum { LABEL_MAX = 24, VALUE_WIDTH = 9 };

static double bars_value(const void *context, int k) {
    const MapsBars *bars = context;
    if (bars->probabilities) return bars->probabilities[k];
    return (double)bars->tensor.data[scene_channel_at(bars->scene, k)];
}

static const char *bars_label(const void *context, int k, WidgetText *buffer) {
    const MapsBars *bars = context;
    if (!bars->probabilities) k = scene_channel_at(bars->scene, k);
    if (maps_has_classes(bars->scene))
        return model_class_name(bars->scene->model, k, buffer->text, sizeof buffer->text);
    snprintf(buffer->text, sizeof buffer->text, "%d", k);
    return buffer->text;
}

static Role bars_role(const void *context, int k) {
    const MapsBars *bars = context;
    if (bars->probabilities && k == pass_target(bars->scene->pass, 0)) return ROLE_GOOD;
    return widget_phase_role(bars->scene->phase);
}

static int label_width(const MapsBars *context, int count) {
    int widest = 1;
    WidgetText buffer;
    for (int k = 0; k < count; k++) {
        int width = text_width(bars_label(context, k, &buffer));
        if (width > widest) widest = width;
    }
    return widest < LABEL_MAX ? widest : LABEL_MAX;
}

MapsBars maps_bars_context(const Scene *scene) {
    MapsBars context = {.scene = scene, .tensor = scene_tensor(scene, scene->op, scene->phase)};
    if (maps_is_loss(scene) && scene->phase == PHASE_FORWARD && context.tensor.data)
        context.probabilities = pass_probabilities(scene->pass);
    return context;
}

WidgetBars maps_bars_of(MapsBars *context) {
    const Scene *scene = context->scene;
    bool probabilities = context->probabilities != NULL;
    int count = probabilities             ? network_answers(scene->network)
                : maps_has_classes(scene) ? scene->network->classes
                                          : scene->network->ops[scene->op].out.c;
    return (WidgetBars){.count = count,
                        .selected = probabilities ? pass_target(scene->pass, 0)
                                                  : scene_place_of(scene, scene->channel),
                        .label_width = label_width(context, count),
                        .value_width = VALUE_WIDTH,
                        .context = context,
                        .value = bars_value,
                        .label = bars_label,
                        .role = bars_role,
                        .percent = probabilities,
                        .tall = true};
}
