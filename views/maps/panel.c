#include "views/maps/panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum { TEXT_MAX = 256 };

bool maps_is_loss(const Scene *scene) {
    return scene->op == network_loss_op(scene->network);
}

bool maps_has_classes(const Scene *scene) {
    return scene->op == network_logits_op(scene->network) ||
           (maps_is_loss(scene) && scene->phase == PHASE_FORWARD);
}

static double cell_value(Tensor tensor, const Scene *scene, int row, int column) {
    return (double)tensor.data[shape_index(tensor.shape, 0, scene->channel, row, column)];
}

/* As long as fits into `width` columns; the value is the last to lose a digit. */
static void compose_place(char *text, const Scene *scene, double value, int width) {
    int c = scene->channel, row = scene->row, column = scene->column;
    snprintf(text, TEXT_MAX, "ch %d, row %d, column %d: %.6g", c, row, column, value);
    if (text_width(text) > width) snprintf(text, TEXT_MAX, "ch %d (%d,%d) %.6g", c, row, column, value);
    if (text_width(text) > width) snprintf(text, TEXT_MAX, "(%d,%d) %.6g", row, column, value);
}

/* Which channel, which cell, and the value there as it lies in memory. */
static void compose_cell(char *text, const Scene *scene, Tensor tensor, int width) {
    char buffer[CLASS_NAME_MAX];
    if (maps_is_loss(scene)) {
        int target = pass_target(scene->pass, 0);
        const char *name = target < 0 ? "the predicted class" : scene_class_name(scene, target, buffer);
        utf8_format(text, TEXT_MAX, scene->phase == PHASE_FORWARD ? "loss %.6g  target %s" : "value %.6g",
                    (double)tensor.data[0], name);
        return;
    }
    double value = cell_value(tensor, scene, scene->row, scene->column);
    if (maps_has_classes(scene))
        utf8_format(text, TEXT_MAX, "ch %d, %s: %.6g", scene->channel,
                    scene_class_name(scene, scene->channel, buffer), value);
    else if (scene_shape(scene).h == 1 && scene_shape(scene).w == 1)
        snprintf(text, TEXT_MAX, "ch %d: %.6g", scene->channel, value);
    else
        compose_place(text, scene, value, width);
}

WidgetText maps_cell_brief(const Scene *scene, Tensor tensor) {
    char text[TEXT_MAX];
    WidgetText out;
    compose_cell(text, scene, tensor, 0);
    utf8_copy(out.text, sizeof out.text, text);
    return out;
}

void maps_cell_draw(Canvas *canvas, Rect row, const Scene *scene, Tensor tensor) {
    char text[TEXT_MAX];
    compose_cell(text, scene, tensor, row.w);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(ROLE_ACCENT), text);
}

/* False while they are not known, or where a channel is a single number. */
static bool channel_figures(const Scene *scene, WidgetFigures *figures) {
    const Profile *profile = scene_profile(scene, scene->op, scene->phase);
    Shape shape = scene_shape(scene);
    if (!profile || shape.h * shape.w == 1) return false;
    figures->stats = profile->channels[scene->channel].stats;
    figures->percentiles = profile->channels[scene->channel].percentiles;
    return true;
}

void maps_figures_draw(Canvas *canvas, Rect area, const Scene *scene, MapsFigures figures) {
    WidgetFigures layer = widget_figures_of(scene, scene->op, scene->phase), rows[2] = {layer, layer};
    if (figures == MAPS_OF_LAYER || !channel_figures(scene, &rows[0])) {
        widget_figures(canvas, area, &layer, 1);
        return;
    }
    if (figures == MAPS_OF_BOTH) rows[0].label = "channel";
    rows[1].label = "layer";
    widget_figures(canvas, area, rows, figures == MAPS_OF_BOTH ? 2 : 1);
}

void maps_line_draw(Canvas *canvas, Rect row, const Scene *scene) {
    WidgetFigures figures = widget_figures_of(scene, scene->op, scene->phase);
    figures.brief = true;
    if (!channel_figures(scene, &figures)) figures.label = "layer";
    widget_figures(canvas, row, &figures, 1);
}

/* By falling energy: how many channels have more. */
static int rank_of(const Profile *profile, int channels, int channel) {
    for (int k = 0; k < channels; k++)
        if (profile->ranking[k] == channel) return k;
    return 0;
}

/* "st" for 1, 21, 31 ... */
static const char *ordinal_ending(int number) {
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    bool teens = number % 100 >= 11 && number % 100 <= 13;
    return number % 10 <= 3 && !teens ? endings[number % 10] : "th";
}

static void compose_energy(char *text, size_t room, const Scene *scene) {
    const Profile *profile = scene_profile(scene, scene->op, scene->phase);
    Stats layer = scene_stats(scene, scene->op, scene->phase);
    int channels = scene_shape(scene).c;
    *text = '\0';
    if (!profile || !(layer.l2 > 0)) return;
    double share = profile->channels[scene->channel].stats.l2 / layer.l2;
    int place = rank_of(profile, channels, scene->channel) + 1;
    utf8_format(text, room, "energy %s of layer, %d%s of %d", text_format_percent(share * share).text, place,
                ordinal_ending(place), channels);
}

static void compose_size(char *text, const Scene *scene, MapsSize size) {
    bool mean = scene_pooling(scene, scene->phase, MAP_FOCUS) == PLOT_MEAN;
    *text = '\0';
    if (size.shrink > 1)
        snprintf(text, TEXT_MAX, "a pixel is the %s of %dx%d; ", mean ? "mean" : "largest", size.shrink,
                 size.shrink);
    else if (scene->settings.presenter && size.zoom > 1)
        snprintf(text, TEXT_MAX, "a value is %dx%d; ", size.zoom, size.zoom);
}

void maps_note_draw(Canvas *canvas, Rect row, const Scene *scene, const WidgetTensor *tensor, MapsSize size) {
    WidgetChannel kind = widget_channel(scene, tensor, scene->channel);
    char text[TEXT_MAX];
    compose_size(text, scene, size);
    size_t used = strlen(text);
    if (kind == CHANNEL_PADDING)
        utf8_copy(text + used, sizeof text - used, "padding: no input leads here");
    else if (kind != CHANNEL_SHOWN)
        utf8_format(text + used, sizeof text - used, "channel %d: %s", scene->channel,
                    widget_channel_words(kind));
    else
        compose_energy(text + used, TEXT_MAX - used, scene);
    if (text_width(text) > row.w && used > 0) text[used - 2] = '\0';
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(kind == CHANNEL_SHOWN ? ROLE_DIM : ROLE_WARN),
                    text);
}
