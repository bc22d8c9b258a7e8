/* Channels that have nothing to show, and how that looks. */
#include "views/widget/widgets_detail.h"

bool widget_channel_is_dead(Tensor tensor, int channel) {
    PlotMap map = plot_map_of(tensor, 0, channel);
    for (int j = 0; j < map.width * map.height; j++)
        if (map.data[(size_t)j * (size_t)map.stride] != 0) return false;
    return true;
}

bool widget_channel_is_blocked(const Scene *scene, int op, int channel) {
    if (op < 0) return false;
    Tensor gradient = pass_grad(scene->pass, op);
    return gradient.data && widget_channel_is_dead(gradient, channel);
}

bool widget_is_as_is(const Canvas *canvas, int map_width, Shape shape) {
    return map_width >= shape.w && !canvas_uses_characters(canvas);
}

/* Of option A's shortcut: half of the new channels lie before the old ones, half after. */
static bool is_padding(const Op *op, int channel) {
    int before = (op->out.c - op->in.c) / 2;
    return op->kind == OP_SHORTCUT_A && (channel < before || channel >= before + op->in.c);
}

WidgetChannel widget_channel(const Scene *scene, const WidgetTensor *tensor, int channel) {
    bool forward = tensor->phase == PHASE_FORWARD;
    if (!tensor->tensor.data) return CHANNEL_NOT_RUN;
    if (tensor->images) return CHANNEL_SHOWN;
    if (forward && tensor->op >= 0 && is_padding(&scene->network->ops[tensor->op], channel))
        return CHANNEL_PADDING;
    if (widget_channel_is_dead(tensor->tensor, channel)) return forward ? CHANNEL_OFF : CHANNEL_BLOCKED;
    if (forward && widget_channel_is_blocked(scene, tensor->op, channel)) return CHANNEL_BLOCKED;
    return CHANNEL_SHOWN;
}

const char *widget_channel_words(WidgetChannel channel) {
    static const char *const words[] = {[CHANNEL_SHOWN] = "",
                                        [CHANNEL_PADDING] = "padding",
                                        [CHANNEL_OFF] = "never active on this picture",
                                        [CHANNEL_BLOCKED] = "no gradient",
                                        [CHANNEL_NOT_RUN] = "not run yet"};
    return words[channel];
}

void widget_channel_fill(Canvas *canvas, Rect area, WidgetChannel channel) {
    static const PlotNothing kinds[] = {[CHANNEL_PADDING] = PLOT_PADDING,
                                        [CHANNEL_OFF] = PLOT_NEVER_ACTIVE,
                                        [CHANNEL_BLOCKED] = PLOT_NO_GRADIENT,
                                        [CHANNEL_NOT_RUN] = PLOT_NOT_RUN};
    if (channel != CHANNEL_SHOWN) plot_nothing(canvas, area, kinds[channel]);
}
