/* Channel maps of views/widget/widgets.h: one map, its legend, many of them in a grid. */
#include <limits.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/scene/scale.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

WidgetTensor widget_tensor(const Scene *scene, int op, Phase phase) {
    return (WidgetTensor){.tensor = scene_tensor(scene, op, phase), .op = op, .phase = phase};
}

WidgetTensor widget_tensor_scaled(Tensor tensor, Scale scale) {
    return (WidgetTensor){.tensor = tensor, .op = -1, .own_scale = true, .scale = scale};
}

static Scale scale_of_tensor(const Scene *scene, const WidgetTensor *tensor, int channel) {
    return tensor->own_scale ? tensor->scale
                             : scene_scale(scene, tensor->op, tensor->phase, channel, tensor->use);
}

/* The words after a legend, from the longest to the shortest form. */
enum { LEGEND_FORMS = 5, IMAGE_CHANNELS = 3 };

/* What a scale by quarters leaves out, and that its colours do not stand for equal steps. */
static void append_quarters(char *out, const Scale *scale, int form) {
    const char *where = scale->is_signed ? "outside" : "above";
    if (scale->clipped) utf8_append(out, WIDGET_TEXT_MAX, " 1..99 %%");
    if (scale->outside > 0 && form == 0)
        utf8_append(out, WIDGET_TEXT_MAX, ", %s of %s %s", text_format_count(scale->outside).text,
                    text_format_count(scale->count).text, where);
    else if (scale->outside > 0 && form < LEGEND_FORMS - 1)
        utf8_append(out, WIDGET_TEXT_MAX, ", %s %s", text_format_count(scale->outside).text, where);
    if (form < LEGEND_FORMS - 2) utf8_append(out, WIDGET_TEXT_MAX, ", by quarters");
}

static void legend_words(char *out, const Scene *scene, const WidgetTensor *tensor, int channel, bool dots,
                         int form) {
    static const char *const pooled[2][LEGEND_FORMS] = {
        [PLOT_MEAN] = {", shrunk by mean", ", mean", ", mean", ", mean", ""},
        [PLOT_LARGEST] = {", shrunk by largest |x|", ", largest |x|", ", largest", ", largest", ""}};
    static const char *const clipped[LEGEND_FORMS] = {", top 0.5% clipped", ", 0.5% clipped",
                                                      ", 0.5% clipped", ", clipped", ", clipped"};
    bool both = scene->twin && !scene->twin->difference;
    Scale scale = scale_of_tensor(scene, tensor, channel);
    utf8_format(out, WIDGET_TEXT_MAX, "%s%s",
                !tensor->own_scale ? scene_scope_text(scene, tensor->op, channel, tensor->use).text
                : tensor->scope    ? tensor->scope
                                   : "shared",
                both ? ", A and B" : "");
    if (scale.by_quarters)
        append_quarters(out, &scale, form);
    else if (scale.clipped)
        utf8_append(out, WIDGET_TEXT_MAX, "%s", clipped[form]);
    if (dots && form < LEGEND_FORMS - 2) utf8_append(out, WIDGET_TEXT_MAX, ", dots");
    if (!tensor->as_is)
        utf8_append(out, WIDGET_TEXT_MAX, "%s",
                    pooled[scene_pooling(scene, tensor->phase, tensor->use)][form]);
}

int widget_legend(Canvas *canvas, Rect row, const Scene *scene, const WidgetTensor *tensor, int channel) {
    Scale scale = scale_of_tensor(scene, tensor, channel);
    int room = plot_legend_room(scale, row.w);
    char words[WIDGET_TEXT_MAX];
    for (int form = 0; form < LEGEND_FORMS; form++) {
        legend_words(words, scene, tensor, channel, canvas_uses_dots(canvas), form);
        if (text_width(words) <= room) break;
    }
    return plot_legend(canvas, row, scale, scene_palette(scene, scale, tensor->phase), words);
}

int widget_legend_least(const Scene *scene, const WidgetTensor *tensor, int channel) {
    return plot_legend_least(scale_of_tensor(scene, tensor, channel));
}

/* Grey is 0, and the ends of the scale are black and full colour. */
static PlotGrid draw_image(Canvas *canvas, Rect area, const WidgetTensor *tensor, WidgetMap map) {
    Shape shape = tensor->tensor.shape;
    size_t size = (size_t)shape.h * (size_t)shape.w * IMAGE_CHANNELS;
    PlotImage image = {.data = tensor->tensor.data + (size_t)map.channel * size,
                       .width = shape.w,
                       .height = shape.h,
                       .zoom_max = map.zoom_max,
                       .fixed = true};
    for (int c = 0; c < IMAGE_CHANNELS; c++) image.mean[c] = 0.5, image.std[c] = 0.5 / tensor->scale.hi;
    return plot_image(canvas, area, &image);
}

/* The part's values, and where they begin. */
static PlotMap part_of(PlotMap map, Rect part) {
    if (rect_is_empty(part)) return map;
    size_t stride = (size_t)map.stride, pitch = (size_t)map.width * stride;
    return (PlotMap){.data = map.data ? map.data + (size_t)part.y * pitch + (size_t)part.x * stride : NULL,
                     .width = part.w,
                     .height = part.h,
                     .stride = map.stride,
                     .pitch = (int)pitch};
}

PlotGrid widget_map(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                    WidgetMap map) {
    Scale scale = scale_of_tensor(scene, tensor, map.channel);
    PlotHeatmap heatmap = {.map = part_of(plot_map_of(tensor->tensor, 0, map.channel), map.part),
                           .scale = scale,
                           .palette = scene_palette(scene, scale, tensor->phase),
                           .pooling = scene_pooling(scene, tensor->phase, tensor->use),
                           .zoom_max = map.zoom_max,
                           .marked = map.mark,
                           .mark_x = scene->column - map.part.x,
                           .mark_y = scene->row - map.part.y};
    Rect old = canvas_clip(canvas, area);
    PlotGrid grid =
        tensor->images ? draw_image(canvas, area, tensor, map) : plot_heatmap(canvas, area, &heatmap);
    canvas_unclip(canvas, old);
    grid.first_x = map.part.x;
    grid.first_y = map.part.y;
    return grid;
}

static int page_capacity(const WidgetPage *page) {
    return page->columns * page->rows;
}

static int at_least_one(int value) {
    return value < 1 ? 1 : value;
}

static int number_rows(WidgetMontage montage) {
    return montage.bare ? 0 : 1;
}

/* From one map to the next below it, in half rows: between bare ones half a row is enough. */
static int pitch(int map_height, WidgetMontage montage) {
    return montage.bare ? 2 * map_height + 1 : 2 * map_height + 2;
}

static int rows_that_fit(int height, int map_height, WidgetMontage montage) {
    return (2 * height + (montage.bare ? 1 : 0)) / pitch(map_height, montage);
}

int widget_montage_rows(int height, const WidgetPage *page, WidgetMontage montage) {
    return at_least_one(rows_that_fit(height, page->map_height, montage));
}

int widget_montage_height(const WidgetPage *page, WidgetMontage montage) {
    int frame = montage.bare ? 0 : 1; /* whose lower edge stands under the last row */
    return page->rows * pitch(page->map_height, montage) / 2 + frame;
}

/* Every map has its number above and a gap of one column on both sides, where the frame goes. The lower edge
 * of the frame lies on the row of numbers below; in the last row it may be missing. */
static WidgetPage plan_zoomed(Rect area, Shape shape, WidgetMontage montage, int zoom) {
    int side = montage.side_max > 0 ? montage.side_max : INT_MAX - 1, number = number_rows(montage);
    Rect box = {.w = at_least_one(integer_min(area.w - 2, side)),
                .h = at_least_one(integer_min(area.h - number, (side + 1) / 2))};
    PlotGrid grid = plot_grid_fit(box, shape.w, shape.h, zoom);
    return (WidgetPage){.columns = at_least_one((area.w - 1) / (grid.cells.w + 1)),
                        .rows = at_least_one(rows_that_fit(area.h, grid.cells.h, montage)),
                        .map_width = grid.cells.w,
                        .map_height = grid.cells.h,
                        .total = shape.c,
                        .dead = -1};
}

/* All on one page: as few rows as they need, and rows as equal as possible. */
static void balance(WidgetPage *page) {
    if (page_capacity(page) < page->total) return;
    page->rows = at_least_one((page->total + page->columns - 1) / page->columns);
    page->columns = at_least_one((page->total + page->rows - 1) / page->rows);
}

WidgetMontage widget_montage_of(const Scene *scene, int selected) {
    enum { PRESENTER_ZOOM = 4 };
    bool large = scene->settings.presenter;
    return (WidgetMontage){.selected = selected, .zoom_min = large ? PRESENTER_ZOOM : 0, .says_zoom = large};
}

WidgetPage widget_montage_plan(Rect area, Shape shape, WidgetMontage montage) {
    if (rect_is_empty(area)) return (WidgetPage){.total = shape.c, .dead = -1};
    int first_zoom = at_least_one(montage.zoom_min);
    WidgetPage page = plan_zoomed(area, shape, montage, first_zoom);
    /* Maps are enlarged as long as all of them stay on the page. */
    for (int zoom = first_zoom + 1;; zoom++) {
        WidgetPage larger = plan_zoomed(area, shape, montage, zoom);
        if (page_capacity(&larger) < shape.c || larger.map_width == page.map_width) break;
        page = larger;
    }
    balance(&page);
    if (montage.says_zoom && page.map_width > shape.w) page.zoom = page.map_width / at_least_one(shape.w);
    page.first = integer_min(montage.first < 0 ? 0 : montage.first, at_least_one(shape.c) - 1);
    page.count = integer_min(page_capacity(&page), shape.c - page.first);
    return page;
}

int widget_montage_first(const WidgetPage *page, int selected) {
    int capacity = page_capacity(page);
    return capacity > 0 && selected > 0 ? selected / capacity * capacity : 0;
}

static void count_channels(WidgetPage *page, const Scene *scene, const WidgetTensor *tensor) {
    page->dead = page->blocked = page->padding = 0;
    for (int c = 0; c < tensor->tensor.shape.c; c++) {
        WidgetChannel channel = widget_channel(scene, tensor, c);
        page->padding += channel == CHANNEL_PADDING;
        page->dead += channel == CHANNEL_OFF || channel == CHANNEL_PADDING;
        page->blocked += channel == CHANNEL_BLOCKED ||
                         (tensor->phase == PHASE_FORWARD && widget_channel_is_blocked(scene, tensor->op, c));
    }
}

/* The map with its number's row above it, without the gaps. */
static Rect montage_place(Rect area, const WidgetPage *page, WidgetMontage montage, int place) {
    int k = place - page->first, column = k % page->columns, row = k / page->columns;
    return (Rect){.x = area.x + 1 + column * (page->map_width + 1),
                  .y = area.y + (row * pitch(page->map_height, montage) + 1) / 2,
                  .w = page->map_width,
                  .h = page->map_height + number_rows(montage)};
}

/* Does the map at that place begin in the lower half of the row above its own? Not where a character stands for
 * two rows of values. */
static bool is_raised(const Canvas *canvas, const WidgetPage *page, WidgetMontage montage, int place) {
    int row = (place - page->first) / page->columns;
    return montage.bare && row % 2 == 1 && canvas_uses_half_blocks(canvas);
}

static int channel_at(const Scene *scene, WidgetMontage montage, int place) {
    return montage.ranked ? scene_channel_at(scene, place) : place;
}

/* The number, and what keeps the channel from being seen where that has room. */
static void draw_number(Canvas *canvas, Rect place, int channel, WidgetChannel kind, bool selected) {
    static const char *const words[][3] = {[CHANNEL_SHOWN] = {"", "", ""},
                                           [CHANNEL_PADDING] = {" padding", " pad", " pad"},
                                           [CHANNEL_OFF] = {" never active", " never", " off"},
                                           [CHANNEL_BLOCKED] = {" no gradient", " no grad", " no g"},
                                           [CHANNEL_NOT_RUN] = {"", "", ""}};
    char text[32];
    bool fits = false;
    for (int k = 0; k < 3 && !fits; k++) {
        utf8_format(text, sizeof text, "%d%s", channel, words[kind][k]);
        fits = text_width(text) <= place.w;
    }
    if (!fits) snprintf(text, sizeof text, "%d", channel);
    Style style = selected ? style_bold(ROLE_ACCENT) : style_role(ROLE_DIM);
    canvas_text(canvas, place.x, place.y, style, text);
}

/* Without a row for numbers there is none for the frame's edges either: two bars stand beside the map. */
static void draw_bars_beside(Canvas *canvas, Rect place, bool raised) {
    Style style = style_bold(ROLE_FOCUS);
    for (int y = place.y - raised; y < place.y + place.h; y++) {
        bool first = raised && y < place.y, last = raised && y == place.y + place.h - 1;
        uint32_t left = first ? U'▗' : last ? U'▝' : U'▐', right = first ? U'▖' : last ? U'▘' : U'▌';
        canvas_put(canvas, place.x - 1, y, style, widget_glyph(canvas, left, '['));
        canvas_put(canvas, place.x + place.w, y, style, widget_glyph(canvas, right, ']'));
    }
}

static void draw_frame(Canvas *canvas, Rect place) {
    canvas_box(canvas, (Rect){.x = place.x - 1, .y = place.y, .w = place.w + 2, .h = place.h + 1},
               style_bold(ROLE_FOCUS), NULL);
}

/* The two pixels of a cell that plots have drawn; false for a character. */
static bool pixels_of(const Canvas *canvas, int x, int y, Color out[2]) {
    const Cell *cell = canvas_get(canvas, x, y);
    if (!cell || (cell->glyph != U'▀' && cell->glyph != ' ')) return false;
    out[0] = cell->glyph == ' ' ? cell->bg : cell->fg;
    out[1] = cell->bg;
    return true;
}

static void put_pixels(Canvas *canvas, int x, int y, Color upper, Color lower) {
    if (upper == COLOR_DEFAULT)
        canvas_put(canvas, x, y, (Style){.fg = lower, .bg = COLOR_DEFAULT},
                   lower == COLOR_DEFAULT ? ' ' : U'▄');
    else
        canvas_put(canvas, x, y, (Style){.fg = upper, .bg = lower}, upper == lower ? ' ' : U'▀');
}

/* Moves what has been drawn there up by half a row; a column with a character in it stays where it is. */
static void raise(Canvas *canvas, Rect map) {
    for (int x = map.x; x < map.x + map.w; x++) {
        Color above = COLOR_DEFAULT, pair[2];
        bool moves = true;
        for (int y = map.y; y < map.y + map.h; y++) moves = moves && pixels_of(canvas, x, y, pair);
        for (int y = map.y; moves && y < map.y + map.h; y++) {
            pixels_of(canvas, x, y, pair);
            put_pixels(canvas, x, y - 1, above, pair[0]);
            above = pair[1];
        }
        if (moves) put_pixels(canvas, x, map.y + map.h - 1, above, COLOR_DEFAULT);
    }
}

PlotGrid widget_channel_map(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                            WidgetMap map) {
    WidgetChannel kind = widget_channel(scene, tensor, map.channel);
    Shape shape = tensor->tensor.shape;
    PlotGrid grid = plot_grid_fit(area, shape.w, shape.h, map.zoom_max);
    if (kind == CHANNEL_SHOWN || (kind == CHANNEL_BLOCKED && tensor->phase == PHASE_FORWARD))
        grid = widget_map(canvas, area, scene, tensor, map);
    else
        widget_channel_fill(canvas, grid.cells, kind);
    if (tensor->op == scene->op) click_add_map(canvas, &grid, map.channel);
    if (tensor->images) click_add(canvas, area, (Action){.id = ACTION_CHANNEL, .number = map.channel});
    return grid;
}

static void draw_montage(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                         WidgetMontage montage, const WidgetPage *page) {
    int end = page->first + page->count, zoom = page->map_width / at_least_one(tensor->tensor.shape.w);
    for (int k = page->first; k < end; k++) {
        int c = channel_at(scene, montage, k);
        Rect map = montage_place(area, page, montage, k);
        layout_take_top(&map, number_rows(montage));
        widget_channel_map(
            canvas, map, scene, tensor,
            (WidgetMap){.channel = c, .zoom_max = zoom, .mark = montage.mark && c == montage.selected});
        if (is_raised(canvas, page, montage, k)) raise(canvas, map);
    }
    for (int k = page->first; k < end; k++) {
        Rect place = montage_place(area, page, montage, k);
        if (channel_at(scene, montage, k) != montage.selected) continue;
        if (montage.bare)
            draw_bars_beside(canvas, place, is_raised(canvas, page, montage, k));
        else
            draw_frame(canvas, place);
        if (rect_contains(area, place.x, place.y)) canvas_set_cursor(canvas, place.x, place.y);
    }
    if (montage.bare) return;
    /* After the frame: its lower edge runs through a row of numbers. */
    for (int k = page->first; k < end; k++) {
        int c = channel_at(scene, montage, k);
        draw_number(canvas, montage_place(area, page, montage, k), c, widget_channel(scene, tensor, c),
                    c == montage.selected);
    }
}

WidgetPage widget_montage(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                          WidgetMontage montage) {
    WidgetPage page = widget_montage_plan(area, tensor->tensor.shape, montage);
    if (rect_is_empty(area)) return page;
    WidgetTensor overview = *tensor;
    overview.use = MAP_OVERVIEW;
    Rect old = canvas_clip(canvas, area);
    if (montage.ranked && scene_is_ranked(scene))
        page.order = setting_word(SETTING_ORDER, (int)scene->settings.order);
    if (tensor->tensor.data) count_channels(&page, scene, tensor);
    draw_montage(canvas, area, scene, &overview, montage, &page);
    canvas_unclip(canvas, old);
    return page;
}

WidgetText widget_page_info(const WidgetPage *page) {
    WidgetText out;
    const char *what = page->order ? "rank" : "channel";
    if (page->count == 1)
        utf8_format(out.text, sizeof out.text, "%s %d of %d", what, page->first, page->total);
    else
        utf8_format(out.text, sizeof out.text, "%ss %d-%d of %d", what, page->first,
                    page->first + page->count - 1, page->total);
    if (page->order) utf8_append(out.text, sizeof out.text, " by %s", page->order);
    if (page->zoom > 1) utf8_append(out.text, sizeof out.text, ", a value is %dx%d", page->zoom, page->zoom);
    if (page->padding > 0) utf8_append(out.text, sizeof out.text, ", %d padding", page->padding);
    if (page->dead > page->padding)
        utf8_append(out.text, sizeof out.text, ", %d never active", page->dead - page->padding);
    if (page->blocked > 0) utf8_append(out.text, sizeof out.text, ", %d no gradient", page->blocked);
    return out;
}
