#include "views/block/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    GAP_MIN = 2, /* a sign stands in it */
    GAP_MAX = 7,
    SMALL_MIN = 8,  /* columns of a small map that still shows something */
    SMALL_MAX = 34, /* as wide as a native map of a small picture, and its gap */
    ZOOM_MAX = 16,
    WHOLE = 100000, /* a map at native size or larger counts more than any enlargement */
};

/* How one map is drawn: with its sign before its name; shrunk by mean. */
enum { DRAW_SIGN = 1, DRAW_SMALL = 2 };

/* The size of the largest map of the block: all have the room that it needs. */
typedef struct MapSize {
    int width, height;
} MapSize;

static MapSize largest_of(const BlockMaps *maps) {
    MapSize size = {1, 1};
    for (int k = 0; k < maps->count; k++) {
        size.width = integer_max(size.width, maps->maps[k].tensor.shape.w);
        size.height = integer_max(size.height, maps->maps[k].tensor.shape.h);
    }
    return size;
}

/* Pixels a value in hundredths: 100 is native, 50 half of it. */
static int scale_in(MapSize size, int width, int height) {
    PlotGrid grid = plot_grid_fit((Rect){.w = width, .h = height}, size.width, size.height, ZOOM_MAX);
    return 100 * grid.px_width / size.width;
}

/* The small maps as a table in what is left over: the fewest columns in which they are native, else one.
 * Returns their scale. */
static int place_small(BlockPicture *picture, MapSize size, Rect room) {
    int count = picture->count - picture->large, best = 0;
    for (int columns = 1; columns <= count && best < 100; columns++) {
        int rows = (count + columns - 1) / columns, gap = columns > 1;
        Rect cell = {.w = integer_min(room.w / columns - gap, SMALL_MAX), .h = room.h / rows - 1};
        PlotGrid grid = plot_grid_fit(cell, size.width, size.height, ZOOM_MAX);
        int scale = 100 * grid.px_width / size.width;
        if (scale <= best) continue;
        best = scale;
        picture->small_columns = columns;
        picture->small_width = cell.w;
        picture->small_height = grid.cells.h + 1;
        picture->small = room;
        picture->small.h = rows * picture->small_height;
    }
    return best;
}

/* So that one map twice as large is worth as much as another. */
static int doublings(int scale) {
    return (int)(1000 * log2(scale / 100.0));
}

/* `columns` by `rows` large maps; how good that is: first how many maps are native or larger, then how large. */
static int try_arrangement(BlockPicture *out, MapSize size, Rect area, int columns, int rows) {
    BlockPicture picture = {.count = out->count, .columns = columns, .large = columns * rows};
    if (picture.large > picture.count) picture.large = picture.count;
    Rect slot = {.w = (area.w - GAP_MIN * (columns - 1)) / columns, .h = area.h / rows - 1};
    if (rect_is_empty(slot)) return -1;
    PlotGrid grid = plot_grid_fit(slot, size.width, size.height, ZOOM_MAX);
    int scale = scale_in(size, slot.w, slot.h), small = picture.count - picture.large, left;
    picture.width = grid.cells.w;
    picture.height = grid.cells.h;
    picture.native = scale >= 100;
    left = area.w - columns * picture.width;
    picture.gap = columns < 2 ? 0 : integer_clamp(left / (columns - 1), GAP_MIN, small ? 3 : GAP_MAX);
    left -= picture.gap * (columns - 1) + GAP_MIN;
    int score = scale < 100 ? 10 * scale + picture.large
                            : picture.large * (WHOLE + doublings(scale)) + scale / 10 + picture.large;
    if (small > 0 && left >= SMALL_MIN) {
        Rect room = {.x = area.x + area.w - left, .y = area.y, .w = left, .h = area.h};
        int small_scale = place_small(&picture, size, room);
        if (small_scale >= 100 && scale >= 100) score += small * (WHOLE + doublings(small_scale));
    }
    if (rect_is_empty(picture.small) && left > 0)
        picture.beside = (Rect){.x = area.x + area.w - left, .y = area.y, .w = left};
    *out = picture;
    return score;
}

/* Forward the two that are added, backward the two that the gradient comes by: the ones in the middle. */
static int usual_first(const BlockMaps *maps, int large) {
    int first = maps->usual, last = maps->count - large;
    return first > last ? last : first;
}

BlockPicture block_picture_plan(const BlockMaps *maps, Rect area, int walk, bool enlarge) {
    MapSize size = largest_of(maps);
    BlockPicture best = {.count = maps->count, .choices = 1};
    int best_score = -1;
    for (int rows = 1; rows <= maps->count; rows++)
        for (int columns = 1; columns <= maps->count; columns++) {
            BlockPicture picture = {.count = maps->count};
            if ((rows - 1) * columns >= maps->count) continue;
            int score = try_arrangement(&picture, size, area, columns, rows);
            if (enlarge && score >= 0) score = picture.width * 100 + picture.large;
            if (score > best_score) best = picture, best_score = score;
        }
    best.choices = integer_max(1, best.count - best.large + 1);
    best.first = (usual_first(maps, best.large) + walk) % best.choices;
    return best;
}

static int rows_of(const BlockPicture *picture) {
    return picture->columns > 0 ? (picture->large + picture->columns - 1) / picture->columns : 0;
}

/* The smaller ones may reach further down than the large ones. */
int block_picture_rows(const BlockPicture *picture) {
    return integer_max(rows_of(picture) * (picture->height + 1), picture->small.h);
}

static Role map_role(const BlockMap *map, Phase phase) {
    switch (map->part) {
    case BLOCK_PART_SKIP: return ROLE_SKIP;
    case BLOCK_PART_BRANCH: return ROLE_BRANCH;
    case BLOCK_PART_WHOLE: break;
    }
    return widget_phase_role(phase);
}

/* `F(x) what the block adds  ≤1.52, |F| 26.1`: what has no room is left out, the words first. */
static void draw_caption(Canvas *canvas, Rect row, const Scene *scene, const BlockMaps *maps, int k,
                         bool with_sign) {
    const BlockMap *map = &maps->maps[k];
    char norm[WIDGET_TEXT_MAX] = "";
    int end = row.x + row.w, x = row.x;
    if (with_sign && *map->sign) x = canvas_printf(canvas, x, row.y, style_bold(ROLE_TEXT), "%s ", map->sign);
    x = canvas_text_fit(canvas, x, row.y, end - x, style_bold(map_role(map, scene->phase)), map->name);
    int room = end - x - 1, words = text_width(map->words);
    if (map->tensor.data && map->l2 == map->l2) {
        char both[WIDGET_TEXT_MAX];
        utf8_format(norm, sizeof norm, "%s %.4g", map->norm, map->l2);
        utf8_format(both, sizeof both, "%s, %s", plot_legend_end(map->scale).text, norm);
        if (maps->own_scales && text_width(both) <= room) utf8_copy(norm, sizeof norm, both);
    }
    int width = text_width(norm);
    if (width > 0 && width <= room) canvas_text_right(canvas, end, row.y, style_role(ROLE_TEXT), norm);
    if (words <= room - width - (width > 0))
        canvas_text(canvas, x + 1, row.y, style_role(ROLE_DIM), map->words);
}

static void draw_map(Canvas *canvas, Rect place, const Scene *scene, const BlockMaps *maps, int k,
                     unsigned flags) {
    const BlockMap *map = &maps->maps[k];
    Shape here = scene->network->ops[scene->op].out, shape = map->tensor.shape;
    WidgetTensor tensor = widget_tensor_scaled(map->tensor, map->scale);
    Rect old = canvas_clip(canvas, place), inner = place;
    tensor.phase = scene->phase;
    tensor.use = flags & DRAW_SMALL ? MAP_OVERVIEW : MAP_FOCUS;
    inner.y++;
    inner.h--;
    draw_caption(canvas, (Rect){place.x, place.y, place.w, 1}, scene, maps, k, (flags & DRAW_SIGN) != 0);
    if (map->tensor.data) {
        WidgetMap how = {.channel = map->channel,
                         .zoom_max = ZOOM_MAX,
                         .mark = shape.h == here.h && shape.w == here.w && here.h > 1};
        tensor.op = map->op; /* to tell padding from zeros, and for clicks */
        PlotGrid grid = widget_channel_map(canvas, inner, scene, &tensor, how);
        if (how.mark && map->op != scene->op) click_add_map(canvas, &grid, scene->channel);
    } else {
        PlotGrid grid = plot_grid_fit(inner, integer_max(1, shape.w), integer_max(1, shape.h), ZOOM_MAX);
        widget_channel_fill(canvas, grid.cells, CHANNEL_NOT_RUN);
    }
    canvas_unclip(canvas, old);
}

/* The small ones, in the equation's order. Each has the sign before it in its caption. */
static void draw_small(Canvas *canvas, const Scene *scene, const BlockMaps *maps,
                       const BlockPicture *picture) {
    int count = picture->count - picture->large, columns = picture->small_columns;
    if (count <= 0 || rect_is_empty(picture->small)) return;
    int step = integer_min(picture->small.w / columns, picture->small_width + GAP_MAX);
    for (int k = 0, place = 0; k < picture->count; k++) {
        if (k >= picture->first && k < picture->first + picture->large) continue;
        Rect cell = {.x = picture->small.x + place % columns * step,
                     .y = picture->small.y + place / columns * picture->small_height,
                     .w = picture->small_width,
                     .h = picture->small_height};
        draw_map(canvas, cell, scene, maps, k, DRAW_SIGN | DRAW_SMALL);
        place++;
    }
}

void block_picture_draw(Canvas *canvas, Rect area, const Scene *scene, const BlockMaps *maps,
                        const BlockPicture *picture) {
    Rect old = canvas_clip(canvas, area);
    for (int k = 0; k < picture->large; k++) {
        int column = k % picture->columns, row = k / picture->columns;
        const BlockMap *map = &maps->maps[picture->first + k];
        Rect place = {.x = area.x + column * (picture->width + picture->gap),
                      .y = area.y + row * (picture->height + 1),
                      .w = picture->width,
                      .h = picture->height + 1};
        if (picture->columns == 1)
            place.w = area.w - (rect_is_empty(picture->small) ? 0 : picture->small.w + GAP_MIN);
        draw_map(canvas, place, scene, maps, picture->first + k, column == 0 ? DRAW_SIGN : 0);
        if (column > 0)
            canvas_text(canvas, place.x - (picture->gap + 1) / 2, place.y + 1 + (picture->height - 1) / 2,
                        style_bold(ROLE_TEXT), map->sign);
    }
    draw_small(canvas, scene, maps, picture);
    canvas_unclip(canvas, old);
}
