#include "views/maps/details.h"

#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/maps/kernels.h"
#include "views/maps/panel.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum {
    GAP = 1,         /* rows between two sections */
    LABEL = 3,       /* columns of a row's number */
    COLUMN = 10,     /* columns of a value */
    NUMBERS_MAX = 9, /* values a side around the cell */
    NUMBERS_MIN = 3,
    NUMBERS_HEIGHT = NUMBERS_MIN + 2, /* with the title and the columns' numbers */
    BARS_MIN = 4,                     /* rows of a histogram */
    BARS_MAX = 20,
    BINS_MAX = 128,
    EIGHTHS = 8,
    SPLIT_WIDTH = 96,  /* columns from which on two things stand side by side ... */
    SPLIT_HEIGHT = 34, /* ... in fewer rows than this */
    SPLIT_GAP = 3,
    KERNELS_MIN = 5, /* rows of kernels with their title */
};

static double value_at(const Scene *scene, Tensor tensor, int row, int column) {
    return (double)tensor.data[shape_index(tensor.shape, 0, scene->channel, row, column)];
}

/* In the shorter form where the other has no room. */
static void draw_title(Canvas *canvas, Rect *area, const char *title, const char *brief) {
    Rect row = layout_take_top(area, 1);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM),
                    text_width(title) <= row.w ? title : brief);
}

static int largest_odd(int n) {
    return n % 2 == 0 ? n - 1 : n;
}

/* What is written at a place of the table, right-aligned in its column. */
static void draw_value(Canvas *canvas, int right, int y, double value, bool selected) {
    char text[32];
    snprintf(text, sizeof text, "%+.3g", value);
    Style style = isfinite(value) ? style_role(ROLE_TEXT) : style_bold(ROLE_BAD);
    if (selected) style.attributes |= CELL_BOLD | CELL_REVERSE;
    canvas_text_right(canvas, right, y, style, text);
}

/* The values around the cell under their columns' numbers and beside their rows' numbers; none are shown from
 * outside the map. */
static void draw_numbers(Canvas *canvas, Rect area, const Scene *scene, Tensor tensor) {
    draw_title(canvas, &area, "the numbers around the cell", "around the cell");
    int columns = integer_min(largest_odd((area.w - LABEL) / COLUMN), NUMBERS_MAX);
    int rows = integer_min(largest_odd(area.h - 1), NUMBERS_MAX);
    for (int dy = -rows / 2; dy <= rows / 2; dy++) {
        int row = scene->row + dy, y = area.y + 1 + rows / 2 + dy;
        char number[16];
        if (row < 0 || row >= tensor.shape.h) continue;
        snprintf(number, sizeof number, "%d", row);
        canvas_text_right(canvas, area.x + LABEL, y, style_role(ROLE_DIM), number);
        for (int dx = -columns / 2; dx <= columns / 2; dx++) {
            int column = scene->column + dx, right = area.x + LABEL + (dx + columns / 2 + 1) * COLUMN;
            if (column < 0 || column >= tensor.shape.w) continue;
            snprintf(number, sizeof number, "%d", column);
            if (dy == 0) canvas_text_right(canvas, right, area.y, style_role(ROLE_DIM), number);
            draw_value(canvas, right, y, value_at(scene, tensor, row, column), dy == 0 && dx == 0);
        }
    }
}

/* How many values lie in each of equal intervals from the smallest to the largest; zeros are counted apart,
 * since after a ReLU they would dwarf all others. */
typedef struct Histogram {
    int counts[BINS_MAX], bins, most;
    int zeros, others;
    double low, high;
} Histogram;

static Histogram histogram_of(const Scene *scene, Tensor tensor, int bins) {
    Histogram spread = {.bins = integer_min(bins, BINS_MAX), .low = INFINITY, .high = -INFINITY};
    PlotMap map = plot_map_of(tensor, 0, scene->channel);
    size_t count = (size_t)map.width * (size_t)map.height, stride = (size_t)map.stride;
    for (size_t j = 0; j < count; j++) {
        double value = (double)map.data[j * stride];
        if (!isfinite(value)) continue;
        spread.low = fmin(spread.low, value);
        spread.high = fmax(spread.high, value);
    }
    double width = (spread.high - spread.low) / spread.bins;
    for (size_t j = 0; j < count; j++) {
        double value = (double)map.data[j * stride];
        if (!isfinite(value)) continue;
        spread.zeros += value == 0;
        if (value == 0) continue;
        int bin =
            width > 0 ? integer_min((int)((value - spread.low) / width), spread.bins - 1) : spread.bins / 2;
        spread.others++;
        spread.most = integer_max(spread.most, ++spread.counts[bin]);
    }
    return spread;
}

static void draw_bar_up(Canvas *canvas, Rect column, Style style, int eighths) {
    for (int y = column.y + column.h - 1; y >= column.y && eighths > 0; y--, eighths -= EIGHTHS) {
        uint32_t glyph = eighths >= EIGHTHS ? U'█' : (uint32_t)(U'▁' + eighths - 1);
        char ascii = eighths >= EIGHTHS ? '#' : eighths >= EIGHTHS / 2 ? '=' : '_';
        canvas_put(canvas, column.x, y, style, widget_glyph(canvas, glyph, ascii));
    }
}

/* Where 0 lies among the bins; -1: outside. */
static int zero_bin(const Histogram *spread) {
    double at = -spread->low / (spread->high - spread->low) * spread->bins;
    return at >= 0 && at < spread->bins ? (int)at : -1;
}

static void draw_histogram(Canvas *canvas, Rect area, const Scene *scene, Tensor tensor) {
    Histogram spread = histogram_of(scene, tensor, area.w);
    char text[WIDGET_TEXT_MAX];
    utf8_format(text, sizeof text, "how %s values are spread, zeros left out",
                text_format_count((size_t)spread.others).text);
    draw_title(canvas, &area, text, "how its values are spread");
    Rect axis = layout_take_bottom(&area, 1);
    axis.y = area.y + area.h;
    if (spread.most == 0) return;
    Style style = style_role(widget_phase_role(scene->phase));
    for (int k = 0; k < spread.bins; k++) {
        int eighths = (int)ceil((double)spread.counts[k] / spread.most * area.h * EIGHTHS);
        draw_bar_up(canvas, (Rect){.x = area.x + k, .y = area.y, .w = 1, .h = area.h}, style, eighths);
    }
    canvas_line_across(canvas, axis.x, axis.y, spread.bins, style_role(ROLE_BORDER));
    canvas_printf(canvas, axis.x, axis.y, style_role(ROLE_DIM), "%.3g ", spread.low);
    if (zero_bin(&spread) > COLUMN && zero_bin(&spread) < spread.bins - COLUMN)
        canvas_text(canvas, axis.x + zero_bin(&spread), axis.y, style_role(ROLE_DIM), "0");
    utf8_format(text, sizeof text, " %.3g", spread.high);
    canvas_text_right(canvas, axis.x + spread.bins, axis.y, style_role(ROLE_DIM), text);
}

/* The whole map, and a frame around the part of it that is shown. */
static int draw_whereabouts(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                            Rect part) {
    int top = area.y;
    draw_title(canvas, &area, "where this part lies", "this part");
    WidgetTensor whole = *tensor;
    whole.as_is = false;
    area.h = integer_min(area.h, integer_max(BARS_MIN, area.w / 2));
    PlotGrid grid = widget_map(canvas, area, scene, &whole, (WidgetMap){.channel = scene->channel});
    plot_frame(canvas, &grid,
               (PlotFrame){.first_x = part.x,
                           .last_x = part.x + part.w - 1,
                           .first_y = part.y,
                           .last_y = part.y + part.h - 1,
                           .role = ROLE_MARK});
    click_add_map(canvas, &grid, scene->channel);
    return grid.cells.y + grid.cells.h - top;
}

/* The kernel that made the channel, one slice for each channel it reads. */
static void draw_kernel(Canvas *canvas, Rect area, const Scene *scene, const Kernels *kernels) {
    Scene own = kernels_scene(scene);
    Stats stats = kernels_filter_stats(kernels, scene->channel);
    double reach = fmax(fabs(stats.min), fabs(stats.max));
    char text[WIDGET_TEXT_MAX];
    utf8_format(text, sizeof text, "%s of channel %d: %d inputs, -%.2g to +%.2g (o)",
                kernels->gradient ? "gradient of the kernel" : "the kernel", scene->channel, kernels->inputs,
                reach, reach);
    draw_title(canvas, &area, text, kernels->gradient ? "gradient of the kernel" : "the kernel");
    WidgetTensor tensor =
        widget_tensor_scaled(kernels_slices(kernels, scene->channel),
                             scale_of(-reach, isfinite(reach) && reach > 0 ? reach : 1, true));
    tensor.phase = scene->phase;
    widget_montage(canvas, area, &own, &tensor, (WidgetMontage){.selected = -1});
}

/* Rows for a section that wants `wanted` and is of no use with fewer than `least`; what is left keeps the rest. */
static Rect take_section(Rect *rest, int least, int wanted) {
    if (rest->h < least) return (Rect){.w = 0};
    Rect section = layout_take_top(rest, wanted);
    layout_take_top(rest, GAP);
    return section;
}

/* Numbers, histogram and kernel one below the other. */
static void draw_stacked(Canvas *canvas, Rect rest, const Scene *scene, Tensor tensor,
                         const Kernels *kernels) {
    int others = BARS_MIN + 2 + GAP + (kernels ? KERNELS_MIN + GAP : 0);
    int extra = integer_max(0, rest.h - NUMBERS_HEIGHT - GAP - others);
    int most = integer_min(largest_odd(NUMBERS_HEIGHT + extra / 3), NUMBERS_MAX + 2);
    Rect numbers = take_section(&rest, NUMBERS_HEIGHT, most);
    if (!rect_is_empty(numbers)) draw_numbers(canvas, numbers, scene, tensor);
    int kernel_rows = kernels && rest.h >= others ? (rest.h - GAP) / 2 : 0;
    Rect bars = take_section(&rest, BARS_MIN + 2, integer_min(rest.h - kernel_rows, BARS_MAX + 2));
    if (!rect_is_empty(bars)) draw_histogram(canvas, bars, scene, tensor);
    if (kernels && rest.h >= KERNELS_MIN) draw_kernel(canvas, rest, scene, kernels);
}

/* The histogram beside the two others. */
static void draw_split(Canvas *canvas, Rect rest, const Scene *scene, Tensor tensor, const Kernels *kernels) {
    Rect left = layout_take_left(&rest, (rest.w - SPLIT_GAP) / 2);
    layout_take_left(&rest, SPLIT_GAP);
    int kernel_rows = kernels && left.h >= NUMBERS_HEIGHT + KERNELS_MIN + GAP ? left.h / 2 : 0;
    int most = integer_min(largest_odd(left.h - kernel_rows), NUMBERS_MAX + 2);
    draw_numbers(canvas, take_section(&left, NUMBERS_HEIGHT, most), scene, tensor);
    if (kernel_rows > 0) draw_kernel(canvas, left, scene, kernels);
    rest.h = integer_min(rest.h, 2 * BARS_MAX);
    draw_histogram(canvas, rest, scene, tensor);
}

void maps_details_draw(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, Rect part) {
    Rect rest = area, old = canvas_clip(canvas, area);
    Kernels kernels = kernels_of(scene, scene->op, scene->phase);
    const Kernels *shown = kernels.data && kernels.rows > 1 ? &kernels : NULL;
    if (rest.w < MAPS_PANEL_WIDTH_MIN) rest.h = 0;
    if (!rect_is_empty(part) && rest.h > 0)
        layout_take_top(&rest, draw_whereabouts(canvas, rest, scene, tensor, part) + GAP);
    bool split = rest.w >= SPLIT_WIDTH && rest.h >= NUMBERS_HEIGHT && rest.h < SPLIT_HEIGHT;
    if (rest.h > 0) (split ? draw_split : draw_stacked)(canvas, rest, scene, tensor->tensor, shown);
    canvas_unclip(canvas, old);
}
