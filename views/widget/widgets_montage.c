/* Channel maps of views/widget/widgets.h: one map, its legend, many of them in a grid. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
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
    return tensor->own_scale ? tensor->scale : scene_scale(scene, tensor->op, tensor->phase, channel, tensor->use);
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

static void legend_words(char *out, const Scene *scene, const WidgetTensor *tensor, int channel, int form) {
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
    if (!tensor->as_is)
        utf8_append(out, WIDGET_TEXT_MAX, "%s", pooled[scene_pooling(scene, tensor->phase, tensor->use)][form]);
}

int widget_legend(Canvas *canvas, Rect row, const Scene *scene, const WidgetTensor *tensor, int channel) {
    Scale scale = scale_of_tensor(scene, tensor, channel);
    int room = plot_legend_room(scale, row.w);
    char words[WIDGET_TEXT_MAX];
    for (int form = 0; form < LEGEND_FORMS; form++) {
        legend_words(words, scene, tensor, channel, form);
        if (text_width(words) <= room) break;
    }
    return plot_legend(canvas, row, scale, scene_palette(scene, scale, tensor->phase), words);
}

/* Grey is 0, and the ends of the scale are black and full colour. */
static PlotGrid draw_image(Canvas *canvas, Rect area, const WidgetTensor *tensor, WidgetMap map) {
    Shape shape = tensor->tensor.shape;
    size_t size = (size_t)shape.h * (size_t)shape.w * IMAGE_CHANNELS;
    PlotImage image = {.data = tensor->tensor.data + (size_t)map.channel * size,
                       .width = shape.w,
                       .height = shape.h,
                       .zoom_max = map.zoom_max};
    for (int c = 0; c < IMAGE_CHANNELS; c++) image.mean[c] = 0.5, image.std[c] = 0.5 / tensor->scale.hi;
    return plot_image(canvas, area, &image);
}

PlotGrid widget_map(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                    WidgetMap map) {
    Scale scale = scale_of_tensor(scene, tensor, map.channel);
    PlotHeatmap heatmap = {.map = plot_map_of(tensor->tensor, 0, map.channel),
                           .scale = scale,
                           .palette = scene_palette(scene, scale, tensor->phase),
                           .pooling = scene_pooling(scene, tensor->phase, tensor->use),
                           .zoom_max = map.zoom_max,
                           .marked = map.mark,
                           .mark_x = scene->column,
                           .mark_y = scene->row};
    Rect old = canvas_clip(canvas, area);
    PlotGrid grid =
        tensor->images ? draw_image(canvas, area, tensor, map) : plot_heatmap(canvas, area, &heatmap);
    canvas_unclip(canvas, old);
    return grid;
}

static int at_least_one(int value) {
    return value < 1 ? 1 : value;
}

static int page_capacity(const WidgetPage *page) {
    return page->columns * page->rows;
}

/* Every map has its number above and a gap of one column on both sides, where the frame goes. The lower edge
 * of the frame lies on the row of numbers below; in the last row it may be missing. */
static WidgetPage plan_zoomed(Rect area, Shape shape, int side_max, int zoom) {
    int side = side_max > 0 ? side_max : INT_MAX - 1;
    Rect box = {.w = at_least_one(integer_min(area.w - 2, side)),
                .h = at_least_one(integer_min(area.h - 1, (side + 1) / 2))};
    PlotGrid grid = plot_grid_fit(box, shape.w, shape.h, zoom);
    return (WidgetPage){.columns = at_least_one((area.w - 1) / (grid.cells.w + 1)),
                        .rows = at_least_one(area.h / (grid.cells.h + 1)),
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
    WidgetPage page = plan_zoomed(area, shape, montage.side_max, first_zoom);
    /* Maps are enlarged as long as all of them stay on the page. */
    for (int zoom = first_zoom + 1;; zoom++) {
        WidgetPage larger = plan_zoomed(area, shape, montage.side_max, zoom);
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
    return map_width >= shape.w && !(canvas->flags & (CANVAS_ASCII | CANVAS_MONO));
}

static bool is_dead(const WidgetTensor *tensor, int channel) {
    return !tensor->images && widget_channel_is_dead(tensor->tensor, channel);
}

/* What is noted beside a channel's number: dead, no gradient. */
typedef enum ChannelMark { MARK_NONE, MARK_DEAD, MARK_BLOCKED } ChannelMark;

static ChannelMark mark_of(const Scene *scene, const WidgetTensor *tensor, int channel) {
    if (is_dead(tensor, channel)) return tensor->phase == PHASE_BACKWARD ? MARK_BLOCKED : MARK_DEAD;
    return widget_channel_is_blocked(scene, tensor->op, channel) ? MARK_BLOCKED : MARK_NONE;
}

static void count_marks(WidgetPage *page, const Scene *scene, const WidgetTensor *tensor) {
    page->dead = page->blocked = 0;
    for (int c = 0; c < tensor->tensor.shape.c; c++) {
        bool dead = is_dead(tensor, c);
        page->dead += dead && tensor->phase == PHASE_FORWARD;
        page->blocked +=
            tensor->phase == PHASE_BACKWARD ? dead : widget_channel_is_blocked(scene, tensor->op, c);
    }
}

/* The map with its number's row above it, without the gaps. */
static Rect montage_place(Rect area, const WidgetPage *page, int place) {
    int k = place - page->first, column = k % page->columns, row = k / page->columns;
    return (Rect){.x = area.x + 1 + column * (page->map_width + 1),
                  .y = area.y + row * (page->map_height + 1),
                  .w = page->map_width,
                  .h = page->map_height + 1};
}

static int channel_at(const Scene *scene, WidgetMontage montage, int place) {
    return montage.ranked ? scene_channel_at(scene, place) : place;
}

static void draw_number(Canvas *canvas, Rect place, int channel, ChannelMark mark, bool selected) {
    static const char *const words[][3] = {[MARK_NONE] = {"", "", ""},
                                           [MARK_DEAD] = {" dead", " dead", " dead"},
                                           [MARK_BLOCKED] = {" no gradient", " no grad", " no g"}};
    char text[32];
    bool fits = false;
    for (int k = 0; k < 3 && !fits; k++) {
        utf8_format(text, sizeof text, "%d%s", channel, words[mark][k]);
        fits = text_width(text) <= place.w;
    }
    if (!fits) snprintf(text, sizeof text, "%d", channel);
    Style style = style_role(mark == MARK_NONE ? ROLE_DIM : ROLE_INVALID);
    if (selected) style = style_bold(ROLE_ACCENT);
    canvas_text(canvas, place.x, place.y, style, text);
}

static void draw_dead(Canvas *canvas, Rect map) {
    canvas_put(canvas, map.x + (map.w - 1) / 2, map.y + (map.h - 1) / 2, style_bold(ROLE_INVALID), U'×');
}

static void draw_frame(Canvas *canvas, Rect area, Rect place) {
    Rect frame = {.x = place.x - 1, .y = place.y, .w = place.w + 2, .h = place.h + 1};
    canvas_box(canvas, frame, style_bold(ROLE_FOCUS), NULL);
    if (rect_contains(area, place.x, place.y)) canvas_set_cursor(canvas, place.x, place.y);
}

static void draw_montage(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                         WidgetMontage montage, const WidgetPage *page) {
    int end = page->first + page->count, zoom = page->map_width / at_least_one(tensor->tensor.shape.w);
    /* All-zero maps are blank; the glyph tells them from maps that are only faint. */
    for (int k = page->first; k < end; k++) {
        int c = channel_at(scene, montage, k);
        Rect map = montage_place(area, page, k);
        map.y++;
        map.h--;
        WidgetMap one = {.channel = c, .zoom_max = zoom, .mark = montage.mark && c == montage.selected};
        PlotGrid grid = widget_map(canvas, map, scene, tensor, one);
        if (tensor->op == scene->op) click_add_map(canvas, &grid, c);
        if (tensor->images) click_add(canvas, map, (Action){.id = ACTION_CHANNEL, .number = c});
        if (is_dead(tensor, c)) draw_dead(canvas, map);
    }
    for (int k = page->first; k < end; k++)
        if (channel_at(scene, montage, k) == montage.selected)
            draw_frame(canvas, area, montage_place(area, page, k));
    /* After the frame: its lower edge runs through a row of numbers. */
    for (int k = page->first; k < end; k++) {
        int c = channel_at(scene, montage, k);
        draw_number(canvas, montage_place(area, page, k), c, mark_of(scene, tensor, c),
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
    if (tensor->tensor.data) {
        count_marks(&page, scene, tensor);
        draw_montage(canvas, area, scene, &overview, montage, &page);
    } else {
        canvas_text_fit(canvas, area.x, area.y, area.w, style_role(ROLE_DIM), "not computed yet");
    }
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
    if (page->dead > 0) utf8_append(out.text, sizeof out.text, ", %d dead", page->dead);
    if (page->blocked > 0) utf8_append(out.text, sizeof out.text, ", %d no gradient", page->blocked);
    return out;
}
