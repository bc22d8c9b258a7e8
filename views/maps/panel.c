#include "views/maps/panel.h"

#include <math.h>
#include <stdio.h>

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

void maps_cell_draw(Canvas *canvas, Rect row, const Scene *scene, Tensor tensor) {
    char text[TEXT_MAX];
    compose_cell(text, scene, tensor, row.w);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(ROLE_ACCENT), text);
}

/* The value at that distance from the selected cell; "·" outside of the map. */
static WidgetText neighbour_text(const Scene *scene, Tensor tensor, int dy, int dx, Style *style) {
    int row = scene->row + dy, column = scene->column + dx;
    WidgetText out = {.text = "·"};
    *style = style_role(ROLE_DIM);
    if (row < 0 || row >= tensor.shape.h || column < 0 || column >= tensor.shape.w) return out;
    double value = cell_value(tensor, scene, row, column);
    snprintf(out.text, sizeof out.text, "%+.3g", value);
    *style = isfinite(value) ? style_role(ROLE_TEXT) : style_bold(ROLE_BAD);
    if (dy == 0 && dx == 0) style->attributes |= CELL_BOLD | CELL_REVERSE;
    return out;
}

/* The 3x3 values around the cell, under their column numbers and beside their row numbers. */
static void draw_neighbours(Canvas *canvas, Rect area, const Scene *scene, Tensor tensor) {
    enum { LABEL = 4, COLUMN = 11 };
    Style dim = style_role(ROLE_DIM);
    char number[16];
    for (int d = -1; d <= 1; d++) {
        int right = area.x + LABEL + (d + 2) * COLUMN, column = scene->column + d, row = scene->row + d;
        snprintf(number, sizeof number, "%d", column);
        if (column >= 0 && column < tensor.shape.w) canvas_text_right(canvas, right, area.y, dim, number);
        snprintf(number, sizeof number, "%d", row);
        if (row >= 0 && row < tensor.shape.h)
            canvas_text_right(canvas, area.x + LABEL, area.y + 2 + d, dim, number);
        for (int dx = -1; dx <= 1; dx++) {
            Style style;
            WidgetText value = neighbour_text(scene, tensor, d, dx, &style);
            canvas_text_right(canvas, area.x + LABEL + (dx + 2) * COLUMN, area.y + 2 + d, style, value.text);
        }
    }
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

void maps_figures_draw(Canvas *canvas, Rect area, const Scene *scene, bool both) {
    WidgetFigures rows[2] = {{.label = "channel", .hidden = scene->hides_figures},
                             widget_figures_of(scene, scene->op, scene->phase)};
    if (!both || !channel_figures(scene, &rows[0])) {
        widget_figures(canvas, area, &rows[1], 1);
        return;
    }
    rows[1].label = "layer";
    widget_figures(canvas, area, rows, 2);
}

/* In a column, for where they have no place below. */
static void draw_channel_figures(Canvas *canvas, Rect area, const Scene *scene) {
    WidgetFigures figures = {.label = NULL};
    if (area.h < 2 || scene->hides_figures || !channel_figures(scene, &figures)) return;
    canvas_text(canvas, area.x, area.y, style_role(ROLE_DIM), "this channel (those of the layer: below)");
    layout_take_top(&area, 1);
    widget_figures(canvas, area, &figures, 1);
}

/* "3 of 64, rank 0 by activation", and what is the matter with it. */
static void describe_channel(char *text, const Scene *scene, Tensor tensor) {
    int c = scene->channel, used = snprintf(text, TEXT_MAX, "%d of %d", c, scene_shape(scene).c);
    if (scene_is_ranked(scene))
        used += utf8_format(text + used, TEXT_MAX - (size_t)used, ", rank %d by %s", scene_place_of(scene, c),
                            setting_word(SETTING_ORDER, (int)scene->settings.order));
    if (scene->phase == PHASE_FORWARD && widget_channel_is_dead(tensor, c))
        used += snprintf(text + used, TEXT_MAX - (size_t)used, ", dead: zero everywhere");
    if (widget_channel_is_blocked(scene, scene->op, c))
        snprintf(text + used, TEXT_MAX - (size_t)used, ", receives no gradient");
}

void maps_panel_draw(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                     bool figures) {
    enum { FIELD = 9 };
    char text[TEXT_MAX];
    Rect old = canvas_clip(canvas, area), rest = area;
    describe_channel(text, scene, tensor->tensor);
    layout_take_top(&rest, widget_field(canvas, rest, FIELD, "channel", text));
    snprintf(text, sizeof text, "row %d  column %d", scene->row, scene->column);
    layout_take_top(&rest, widget_field(canvas, rest, FIELD, "cell", text));
    canvas_text(canvas, rest.x, rest.y, style_role(ROLE_DIM), "value");
    canvas_printf(canvas, rest.x + FIELD, rest.y, style_bold(ROLE_ACCENT), "%.6g",
                  cell_value(tensor->tensor, scene, scene->row, scene->column));
    layout_take_top(&rest, 2);
    draw_neighbours(canvas, layout_take_top(&rest, 5), scene, tensor->tensor);
    widget_legend(canvas, layout_take_top(&rest, figures ? 1 : 2), scene, tensor, scene->channel);
    if (figures)
        draw_channel_figures(canvas, rest, scene);
    else
        canvas_text_wrapped(canvas, rest, style_role(ROLE_DIM),
                            "arrows move the cell\npage keys change the channel\nEsc shows all channels", 0);
    canvas_unclip(canvas, old);
}
