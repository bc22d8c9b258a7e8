#include "views/watch_line.h"

#include <stdio.h>

#include "views/text.h"

enum { TEXT_MAX = 160 };

/* The value at a watched cell of the first image, "·" while there is none. */
static void format_value(Tensor tensor, const SceneWatch *watch, char out[24]) {
    if (tensor.data)
        snprintf(
            out, 24, "%+.4g",
            (double)tensor.data[shape_index(tensor.shape, 0, watch->channel, watch->row, watch->column)]);
    else
        snprintf(out, 24, "·");
}

void watch_line_draw(Canvas *canvas, Rect row, const Scene *scene) {
    int x = canvas_text(canvas, row.x + 1, row.y, style_bold(ROLE_ACCENT), "watch") + 1;
    for (int k = 0; k < scene->watch_count && x < row.x + row.w; k++) {
        const SceneWatch *watch = &scene->watches[k];
        char text[TEXT_MAX], value[24], gradient[24];
        format_value(pass_act(scene->pass, watch->op), watch, value);
        format_value(pass_grad(scene->pass, watch->op), watch, gradient);
        snprintf(text, sizeof text, "%s ch %d (%d,%d): x %s  g %s", scene->network->ops[watch->op].name,
                 watch->channel, watch->row, watch->column, value, gradient);
        canvas_text_fit(canvas, x, row.y, row.x + row.w - x, style_role(ROLE_TEXT), text);
        x += text_width(text) + 3;
    }
}
