#include "views/step/kernel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "views/style/text.h"

enum {
    CELL_WIDTH_MAX = 10,
    NUMBER_WIDTH = 4, /* "+.41" */
};

StepGrid step_kernel_grid(const Scene *scene, const Op *op, const StepFilter *filter) {
    StepGrid grid = {.rows = op->kernel_h, .columns = op->kernel_w, .winner = -1};
    const Param *weight = network_op_param(scene->network, op->index, PARAM_CONV_WEIGHT);
    const real *values = network_const_values(scene->network, weight);
    int count = grid.rows * grid.columns;
    if (count > STEP_GRID_MAX) return (StepGrid){.winner = -1};
    bool back = scene->phase == PHASE_BACKWARD;
    double reach = 0;
    for (int k = 0; k < count; k++) {
        int tap = back ? count - 1 - k : k;
        size_t at = (size_t)tap * (size_t)op->in.c + (size_t)filter->input;
        grid.value[k] = (double)values[at * (size_t)op->out.c + (size_t)filter->output];
        reach = fmax(reach, fabs(grid.value[k]));
    }
    grid.scale = scale_of(-reach, reach, true);
    grid.palette = setting_palette(&scene->settings, PALETTE_USE_WEIGHT);
    return grid;
}

StepGrid step_window_grid(const Scene *scene, const Op *op) {
    StepGrid grid = {.rows = op->kernel_h, .columns = op->kernel_w, .winner = -1};
    Tensor x = pass_act(scene->pass, op->inputs[0]);
    const int *choice = pass_max_pool_choice(scene->pass, op->index);
    int channel = integer_clamp(scene->channel, 0, op->out.c - 1);
    if (!x.data || grid.rows * grid.columns > STEP_GRID_MAX) return (StepGrid){.winner = -1};
    double lo = INFINITY, hi = -INFINITY;
    for (int r = 0; r < grid.rows; r++)
        for (int s = 0; s < grid.columns; s++) {
            int row = scene->row * op->stride - op->pad + r,
                column = scene->column * op->stride - op->pad + s;
            bool inside = row >= 0 && row < op->in.h && column >= 0 && column < op->in.w;
            double value = inside ? (double)x.data[shape_index(op->in, 0, channel, row, column)] : NAN;
            grid.value[r * grid.columns + s] = value;
            lo = fmin(lo, value), hi = fmax(hi, value);
        }
    if (choice) grid.winner = choice[shape_index(op->out, 0, channel, scene->row, scene->column)];
    grid.scale = scale_of(lo < 0 ? lo : 0, hi, lo < 0);
    grid.palette = scene_palette(scene, grid.scale, PHASE_FORWARD);
    return grid;
}

Rect step_grid_size(const StepGrid *grid, int width, int height) {
    if (grid->columns < 1 || grid->rows < 1) return (Rect){.w = 0};
    int cell = integer_clamp(width / grid->columns, 1, CELL_WIDTH_MAX);
    int rows = integer_clamp(height / grid->rows, 1, integer_max(1, cell / 2));
    cell = integer_min(cell, integer_max(NUMBER_WIDTH, 2 * rows + 1));
    return (Rect){.w = cell * grid->columns, .h = rows * grid->rows};
}

/* "+.41", "-1.2": as many digits as fit; only the sign where nothing fits. */
static void format_number(double value, int width, char out[16]) {
    if (isnan(value)) {
        snprintf(out, 16, "%s", width >= 3 ? "pad" : "");
        return;
    }
    if (width < NUMBER_WIDTH) {
        snprintf(out, 16, "%s", value > 0 ? "+" : value < 0 ? "-" : "0");
        return;
    }
    for (int decimals = width >= 6 ? 3 : 2; decimals >= 0; decimals--) {
        int used = snprintf(out, 16, "%+.*f", decimals, value);
        char *zero = strstr(out, "0.");
        if (zero == out + 1) memmove(zero, zero + 1, strlen(zero)), used--;
        if (used <= width) return;
    }
}

static Style style_on(const Canvas *canvas, const StepGrid *grid, int level) {
    if ((canvas->flags & (CANVAS_MONO | CANVAS_ASCII)) || level == PALETTE_INVALID)
        return style_role(ROLE_TEXT);
    return (Style){.fg = color_on_map(grid->palette, level), .bg = color_map(grid->palette, level)};
}

void step_grid_draw(Canvas *canvas, Rect area, const StepGrid *grid) {
    if (grid->columns < 1 || grid->rows < 1) return;
    int width = area.w / grid->columns, height = area.h / grid->rows;
    for (int k = 0; k < grid->rows * grid->columns; k++) {
        Rect cell = {.x = area.x + k % grid->columns * width,
                     .y = area.y + k / grid->columns * height,
                     .w = width,
                     .h = height};
        char text[16];
        Style style = style_on(canvas, grid, scale_level(grid->scale, grid->value[k]));
        format_number(grid->value[k], width, text);
        canvas_fill(canvas, cell, style, ' ');
        /* Its number alone is reversed: the square keeps the colour of its value. */
        if (k == grid->winner) style.attributes = CELL_BOLD | CELL_REVERSE;
        canvas_text(canvas, cell.x + (width - text_width(text)) / 2, cell.y + (height - 1) / 2, style, text);
    }
}
