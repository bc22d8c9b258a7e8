#include "views/value/maps.h"

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets_detail.h"

enum {
    GAP = 3,      /* columns between text and maps, and between two maps */
    TEXTS = 2,    /* rows of a map's title and legend */
    MAPS_MAX = 3, /* the number's own, and at most two that it was made from */
    ZOOM_MAX = 12,
    ROWS_MIN = 10,  /* for maps below the text; in fewer they are too small to see anything */
    TEXT_ROOM = 20, /* columns more than it needs, for text without bars */
    BLOCK_MIN = 30, /* columns that the title of a map needs */
    WIDTH_MIN = 34,
    HEIGHT_MIN = 12, /* for maps beside the text */
};

/* A map and what is framed in it. */
typedef struct ValueMap {
    int op, channel;
    Rect window; /* columns and rows of the values in question */
    bool own;    /* of the selected number */
} ValueMap;

typedef struct ValueMaps {
    ValueMap map[MAPS_MAX]; /* the own one last */
    int count;
} ValueMaps;

static Shape shape_of(const Scene *scene, const ValueMap *map) {
    return scene->network->ops[map->op].out;
}

static void add_map(ValueMaps *maps, const Scene *scene, ValueMap map) {
    Shape shape = shape_of(scene, &map);
    if (maps->count == MAPS_MAX || shape.h * shape.w == 1) return;
    map.channel = integer_clamp(map.channel, 0, shape.c - 1);
    maps->map[maps->count++] = map;
}

/* Where the grid's values lie in their tensor; where there is no grid, the selected cell. */
static Rect window_of(const Scene *scene, const ArithmeticGrid *grid) {
    int first = -1, last = -1;
    for (int k = 0; k < grid->rows * grid->columns; k++) {
        if (grid->state[k] != ARITHMETIC_INSIDE) continue;
        if (first < 0) first = k;
        last = k;
    }
    if (first < 0) return (Rect){.x = scene->column, .y = scene->row, .w = 1, .h = 1};
    return (Rect){.x = grid->source_column[first],
                  .y = grid->source_row[first],
                  .w = grid->source_column[last] - grid->source_column[first] + 1,
                  .h = grid->source_row[last] - grid->source_row[first] + 1};
}

static ValueMaps maps_of(const Scene *scene, const ArithmeticPart *part) {
    ValueMaps maps = {.count = 0};
    const Op *op = &scene->network->ops[part->op];
    bool forward = scene->phase == PHASE_FORWARD;
    bool by_channel = part->axis == ARITHMETIC_IN_CHANNEL || part->axis == ARITHMETIC_OUT_CHANNEL;
    int channel = by_channel && part->chosen >= 0 ? part->terms[part->chosen].index : scene->channel;
    Rect window = window_of(scene, &part->grid);
    for (int k = 0; forward && k < op->input_count; k++)
        add_map(&maps, scene, (ValueMap){.op = op->inputs[k], .channel = channel, .window = window});
    if (!forward && part->op != scene->op)
        add_map(&maps, scene, (ValueMap){.op = part->op, .channel = channel, .window = window});
    Rect cell = {.x = scene->column, .y = scene->row, .w = 1, .h = 1};
    add_map(&maps, scene,
            (ValueMap){.op = scene->op, .channel = scene->channel, .window = cell, .own = true});
    return maps;
}

/* With the fewest maps left out, the own one never. */
static void keep_last(ValueMaps *maps, int count) {
    for (int k = 0; k < count; k++) maps->map[k] = maps->map[maps->count - count + k];
    maps->count = count;
}

/* How the maps stand: side by side, or one below the other. */
static Rect block_of(Rect area, int count, bool across, int k) {
    if (!across) {
        int height = area.h / count;
        return (Rect){.x = area.x, .y = area.y + k * height, .w = area.w, .h = height};
    }
    int width = (area.w - (count - 1) * GAP) / count;
    return (Rect){.x = area.x + k * (width + GAP), .y = area.y, .w = width, .h = area.h};
}

/* The least enlargement with which all of them fit; 0: some would be shrunk. */
static int zoom_of(Rect area, const Scene *scene, const ValueMaps *maps, bool across) {
    int least = ZOOM_MAX;
    for (int k = 0; k < maps->count; k++) {
        Rect block = block_of(area, maps->count, across, k);
        Shape shape = shape_of(scene, &maps->map[k]);
        if (block.w < BLOCK_MIN) return 0;
        least = integer_min(least, integer_min(block.w / shape.w, 2 * (block.h - TEXTS) / shape.h));
    }
    return least;
}

/* As many as have room without being shrunk; one in any case. */
static bool choose(ValueMaps *maps, Rect area, const Scene *scene) {
    for (;;) {
        int across = zoom_of(area, scene, maps, true), down = zoom_of(area, scene, maps, false);
        if (integer_max(across, down) >= 1 || maps->count == 1) return across >= down;
        keep_last(maps, maps->count - 1);
    }
}

/* The more the larger the maps are, and of equal ones the more there are. */
static int worth_of(Rect area, const Scene *scene, const ArithmeticPart *part) {
    ValueMaps maps = maps_of(scene, part);
    if (rect_is_empty(area)) return -1;
    bool across = choose(&maps, area, scene);
    return zoom_of(area, scene, &maps, across) * (MAPS_MAX + 1) + maps.count;
}

/* Columns that the maps fill of an area, and some more for their legends. */
static int width_of(Rect area, const Scene *scene, const ArithmeticPart *part) {
    enum { LEGEND = 8 };
    ValueMaps maps = maps_of(scene, part);
    bool across = choose(&maps, area, scene);
    int zoom = integer_max(1, zoom_of(area, scene, &maps, across)), most = 0;
    for (int k = 0; k < maps.count; k++)
        most = integer_max(most, zoom * shape_of(scene, &maps.map[k]).w + LEGEND);
    most = integer_max(BLOCK_MIN, most);
    return integer_max(WIDTH_MIN, across ? maps.count * (most + GAP) - GAP : most);
}

Rect value_maps_take(Rect *area, const Scene *scene, const ArithmeticPart *part, int columns, int rows) {
    if (maps_of(scene, part).count == 0) return (Rect){.w = 0};
    Rect right = *area, below = *area, beside = {.w = 0}, under = {.w = 0};
    int width = area->w - columns - GAP, height = area->h - rows;
    if (width >= WIDTH_MIN && area->h >= HEIGHT_MIN) {
        Rect most = {.w = width, .h = area->h};
        int wanted = part->term_total > 0 ? width_of(most, scene, part) : width - TEXT_ROOM;
        beside = layout_take_right(&right, integer_clamp(wanted, WIDTH_MIN, width));
    }
    if (height >= ROWS_MIN) under = layout_take_bottom(&below, height);
    bool is_beside = worth_of(beside, scene, part) >= worth_of(under, scene, part);
    if (is_beside) layout_take_right(&right, GAP);
    if (!rect_is_empty(beside) || !rect_is_empty(under)) *area = is_beside ? right : below;
    return is_beside ? beside : under;
}

/* In the longer form where that fits. */
static void draw_title(Canvas *canvas, Rect row, const Scene *scene, const ValueMap *map) {
    char text[WIDGET_TEXT_MAX];
    const char *name = scene->network->ops[map->op].name;
    bool one = map->window.w * map->window.h == 1;
    utf8_format(text, sizeof text, "%s ch %d: %s framed", name, map->channel,
                map->own ? "the number is"
                : one    ? "what is read is"
                         : "what is read stands");
    if (text_width(text) > row.w) utf8_format(text, sizeof text, "%s ch %d", name, map->channel);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(map->own ? ROLE_ACCENT : ROLE_TEXT), text);
}

/* Just outside the values, so that they can be seen. */
static void draw_window(Canvas *canvas, const PlotGrid *grid, Rect window) {
    if (window.w * window.h == 1) {
        plot_mark(canvas, grid, window.x, window.y);
        return;
    }
    plot_frame(canvas, grid,
               (PlotFrame){.first_x = integer_max(window.x - 1, 0),
                           .last_x = integer_min(window.x + window.w, grid->width - 1),
                           .first_y = integer_max(window.y - 1, 0),
                           .last_y = integer_min(window.y + window.h, grid->height - 1),
                           .role = ROLE_MARK});
}

/* Returns what it covers. */
static Rect draw_map(Canvas *canvas, Rect block, const Scene *scene, const ValueMap *map) {
    WidgetTensor tensor = widget_tensor(scene, map->op, scene->phase);
    draw_title(canvas, layout_take_top(&block, 1), scene, map);
    Rect room = block;
    room.h--;
    Shape shape = tensor.tensor.shape;
    PlotGrid grid = plot_grid_fit(room, shape.w, shape.h, ZOOM_MAX);
    tensor.as_is = widget_is_as_is(canvas, grid.px_width, shape);
    grid = widget_channel_map(canvas, room, scene, &tensor,
                              (WidgetMap){.channel = map->channel, .zoom_max = ZOOM_MAX});
    if (tensor.tensor.data) draw_window(canvas, &grid, map->window);
    Rect legend = {.x = block.x, .y = grid.cells.y + grid.cells.h, .w = block.w, .h = 1};
    if (tensor.tensor.data) widget_legend(canvas, legend, scene, &tensor, map->channel);
    int width = integer_max(grid.cells.w, integer_min(BLOCK_MIN, block.w));
    return (Rect){.x = block.x, .y = block.y, .w = width, .h = legend.y + 1 - block.y};
}

Rect value_maps_draw(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part) {
    ValueMaps maps = maps_of(scene, part);
    Rect used = {.x = area.x, .y = area.y};
    if (rect_is_empty(area) || maps.count == 0) return used;
    bool across = choose(&maps, area, scene);
    Rect old = canvas_clip(canvas, area);
    for (int k = 0; k < maps.count; k++) {
        Rect one = draw_map(canvas, block_of(area, maps.count, across, k), scene, &maps.map[k]);
        used.w = integer_max(used.w, one.x + one.w - area.x);
        used.h = integer_max(used.h, one.y + one.h - area.y);
    }
    canvas_unclip(canvas, old);
    return used;
}
