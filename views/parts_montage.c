/* Channel maps of views/parts.h: one map, its legend, many of them in a grid. */
#include <limits.h>
#include <stdio.h>

#include "views/parts_detail.h"
#include "views/text.h"

PartTensor part_tensor(const Scene *scene, int op, Phase phase) {
    return (PartTensor){.tensor = scene_tensor(scene, op, phase), .op = op, .phase = phase};
}

PartTensor part_tensor_scaled(Tensor tensor, Scale scale) {
    return (PartTensor){.tensor = tensor, .op = -1, .own_scale = true, .scale = scale};
}

Scale part_scale(const Scene *scene, const PartTensor *tensor, int channel) {
    return tensor->own_scale ? tensor->scale : scene_scale(scene, tensor->op, tensor->phase, channel);
}

int part_legend(Canvas *canvas, Rect row, const Scene *scene, const PartTensor *tensor, int channel) {
    Scale scale = part_scale(scene, tensor, channel);
    bool both = scene->twin && !scene->twin->difference;
    char scope[PART_TEXT_MAX];
    snprintf(scope, sizeof scope, "%s%s", tensor->own_scale ? "shared" : scope_name(scene->scope),
             both ? ", A and B" : "");
    return plot_legend(canvas, row, scale, scene_palette(scene, scale), scope);
}

PlotGrid part_map(Canvas *canvas, Rect area, const Scene *scene, const PartTensor *tensor, PartMap map) {
    Scale scale = part_scale(scene, tensor, map.channel);
    PlotHeatmap heatmap = {.map = plot_map_of(tensor->tensor, 0, map.channel),
                           .scale = scale,
                           .palette = scene_palette(scene, scale),
                           .pooling = scene->pooling,
                           .zoom_max = map.zoom_max,
                           .marked = map.mark,
                           .mark_x = scene->column,
                           .mark_y = scene->row};
    Rect old = canvas_clip(canvas, area);
    PlotGrid grid = plot_heatmap(canvas, area, &heatmap);
    canvas_unclip(canvas, old);
    return grid;
}

static int at_least_one(int value) {
    return value < 1 ? 1 : value;
}

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static int page_capacity(const PartPage *page) {
    return page->columns * page->rows;
}

/* Every map has its number above and a gap of one column on both sides, where the frame goes. The lower edge
 * of the frame lies on the row of numbers below; in the last row it may be missing. */
static PartPage plan_zoomed(Rect area, Shape shape, int side_max, int zoom) {
    int side = side_max > 0 ? side_max : INT_MAX - 1;
    Rect box = {.w = at_least_one(smaller(area.w - 2, side)),
                .h = at_least_one(smaller(area.h - 1, (side + 1) / 2))};
    PlotGrid grid = plot_grid_fit(box, shape.w, shape.h, zoom);
    return (PartPage){.columns = at_least_one((area.w - 1) / (grid.cells.w + 1)),
                      .rows = at_least_one(area.h / (grid.cells.h + 1)),
                      .map_width = grid.cells.w,
                      .map_height = grid.cells.h,
                      .total = shape.c,
                      .dead = -1};
}

/* All on one page: as few rows as they need, and rows as equal as possible. */
static void balance(PartPage *page) {
    if (page_capacity(page) < page->total) return;
    page->rows = at_least_one((page->total + page->columns - 1) / page->columns);
    page->columns = at_least_one((page->total + page->rows - 1) / page->rows);
}

PartPage part_montage_plan(Rect area, Shape shape, PartMontage montage) {
    if (rect_is_empty(area)) return (PartPage){.total = shape.c, .dead = -1};
    PartPage page = plan_zoomed(area, shape, montage.side_max, 1);
    /* Maps are enlarged as long as all of them stay on the page. */
    for (int zoom = 2;; zoom++) {
        PartPage larger = plan_zoomed(area, shape, montage.side_max, zoom);
        if (page_capacity(&larger) < shape.c || larger.map_width == page.map_width) break;
        page = larger;
    }
    balance(&page);
    page.first = smaller(montage.first < 0 ? 0 : montage.first, at_least_one(shape.c) - 1);
    page.count = smaller(page_capacity(&page), shape.c - page.first);
    return page;
}

int part_montage_first(const PartPage *page, int selected) {
    int capacity = page_capacity(page);
    return capacity > 0 && selected > 0 ? selected / capacity * capacity : 0;
}

bool part_channel_is_dead(Tensor tensor, int channel) {
    PlotMap map = plot_map_of(tensor, 0, channel);
    for (int j = 0; j < map.width * map.height; j++)
        if (map.data[(size_t)j * (size_t)map.stride] != 0) return false;
    return true;
}

static int count_dead(Tensor tensor) {
    int dead = 0;
    for (int c = 0; c < tensor.shape.c; c++) dead += part_channel_is_dead(tensor, c);
    return dead;
}

/* The map with its number's row above it, without the gaps. */
static Rect montage_place(Rect area, const PartPage *page, int channel) {
    int k = channel - page->first, column = k % page->columns, row = k / page->columns;
    return (Rect){.x = area.x + 1 + column * (page->map_width + 1),
                  .y = area.y + row * (page->map_height + 1),
                  .w = page->map_width,
                  .h = page->map_height + 1};
}

static void draw_number(Canvas *canvas, Rect place, int channel, bool dead, bool selected) {
    char text[32];
    snprintf(text, sizeof text, "%d dead", channel);
    if (!dead || text_width(text) > place.w) snprintf(text, sizeof text, "%d", channel);
    Style style = style_role(dead ? ROLE_INVALID : ROLE_DIM);
    if (selected) style = style_bold(ROLE_ACCENT);
    canvas_text(canvas, place.x, place.y, style, text);
}

static void draw_dead(Canvas *canvas, Rect map) {
    canvas_put(canvas, map.x + (map.w - 1) / 2, map.y + (map.h - 1) / 2, style_bold(ROLE_INVALID), U'×');
}

static void draw_montage(Canvas *canvas, Rect area, const Scene *scene, const PartTensor *tensor,
                         PartMontage montage, const PartPage *page) {
    int end = page->first + page->count;
    /* All-zero maps are blank; the glyph tells them from maps that are only faint. */
    for (int c = page->first; c < end; c++) {
        Rect map = montage_place(area, page, c);
        map.y++;
        map.h--;
        bool mark = montage.mark && c == montage.selected;
        PartMap one = {
            .channel = c, .zoom_max = page->map_width / at_least_one(tensor->tensor.shape.w), .mark = mark};
        part_map(canvas, map, scene, tensor, one);
        if (part_channel_is_dead(tensor->tensor, c)) draw_dead(canvas, map);
    }
    bool shown = montage.selected >= page->first && montage.selected < end;
    Rect place = montage_place(area, page, shown ? montage.selected : page->first);
    if (shown) {
        Rect frame = {.x = place.x - 1, .y = place.y, .w = place.w + 2, .h = place.h + 1};
        canvas_box(canvas, frame, style_bold(ROLE_FOCUS), NULL);
        if (rect_contains(area, place.x, place.y)) canvas_set_cursor(canvas, place.x, place.y);
    }
    /* After the frame: its lower edge runs through a row of numbers. */
    for (int c = page->first; c < end; c++)
        draw_number(canvas, montage_place(area, page, c), c, part_channel_is_dead(tensor->tensor, c),
                    c == montage.selected);
}

PartPage part_montage(Canvas *canvas, Rect area, const Scene *scene, const PartTensor *tensor,
                      PartMontage montage) {
    PartPage page = part_montage_plan(area, tensor->tensor.shape, montage);
    if (rect_is_empty(area)) return page;
    Rect old = canvas_clip(canvas, area);
    if (tensor->tensor.data) {
        page.dead = count_dead(tensor->tensor);
        draw_montage(canvas, area, scene, tensor, montage, &page);
    } else {
        canvas_text_fit(canvas, area.x, area.y, area.w, style_role(ROLE_DIM), "not computed yet");
    }
    canvas_unclip(canvas, old);
    return page;
}

PartText part_page_info(const PartPage *page) {
    PartText out;
    int used;
    if (page->count == 1)
        used = snprintf(out.text, sizeof out.text, "channel %d of %d", page->first, page->total);
    else
        used = snprintf(out.text, sizeof out.text, "channels %d-%d of %d", page->first,
                        page->first + page->count - 1, page->total);
    if (page->dead > 0) snprintf(out.text + used, sizeof out.text - (size_t)used, ", %d dead", page->dead);
    return out;
}
