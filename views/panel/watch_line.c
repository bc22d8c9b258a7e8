#include "views/panel/watch_line.h"

#include <stdio.h>

#include "views/style/text.h"

enum { TEXT_MAX = 160, LABEL = 7, WATCH_WIDTH = 62, GAP = 2 };

/* The value at a watched cell of the first image, "·" while there is none. */
static void format_value(Tensor tensor, const SceneWatch *watch, char out[24]) {
    if (tensor.data)
        snprintf(
            out, 24, "%+.4g",
            (double)tensor.data[shape_index(tensor.shape, 0, watch->channel, watch->row, watch->column)]);
    else
        snprintf(out, 24, "·");
}

static int in_a_row(int width) {
    int count = (width - LABEL) / WATCH_WIDTH;
    return count < 1 ? 1 : count;
}

int watch_line_rows(int count, int width) {
    int across = in_a_row(width);
    return (count + across - 1) / across;
}

static void draw_watch(Canvas *canvas, Rect place, const Scene *scene, const SceneWatch *watch) {
    char text[TEXT_MAX], value[24], gradient[24];
    format_value(pass_act(scene->pass, watch->op), watch, value);
    format_value(pass_grad(scene->pass, watch->op), watch, gradient);
    snprintf(text, sizeof text, "%s ch %d (%d,%d): x %s  g %s", scene->network->ops[watch->op].name,
             watch->channel, watch->row, watch->column, value, gradient);
    canvas_text_fit(canvas, place.x, place.y, place.w, style_role(ROLE_TEXT), text);
}

void watch_line_draw(Canvas *canvas, Rect area, const Scene *scene) {
    int across = in_a_row(area.w), width = (area.w - LABEL) / across;
    canvas_text(canvas, area.x + 1, area.y, style_bold(ROLE_ACCENT), "watch");
    for (int k = 0; k < scene->watch_count && k / across < area.h; k++)
        draw_watch(canvas, (Rect){area.x + LABEL + k % across * width, area.y + k / across, width - GAP, 1},
                   scene, &scene->watches[k]);
}
