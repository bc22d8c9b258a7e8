#include "views/widget/focus.h"

#include "core/base/integer.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/widget/widgets_detail.h"

enum {
    GAP = 1,
    ZOOM_MAX = 8,
    SIDE_MIN = 4,        /* pixels: a smaller map shows no shape */
    SIDE_WANTED = 8,     /* of the small maps, before the large one grows beyond ... */
    LARGE_ENOUGH = 32,   /* ... so many pixels a side */
    ALL_MAX = 64,        /* so many channels stand on one page; of more ... */
    PAGE_WANTED = 16,    /* ... at least so many */
    OVERVIEW_HEIGHT = 2, /* rows; in fewer there is none */
};

/* How the small maps stand to the large one. */
typedef enum Arrangement { BESIDE, BELOW, ARRANGEMENTS } Arrangement;

typedef struct Question {
    Rect area;
    Shape shape;
    WidgetFocus focus;
    WidgetMontage montage;
    bool presenter;
} Question;

/* The large map in cells. `shrink`: values a side that a pixel stands for. */
typedef struct Size {
    int width, rows, zoom, shrink;
} Size;

static int side_of(Shape shape) {
    return integer_max(shape.h, shape.w);
}

static Size size_of(Shape shape, int zoom, int shrink) {
    return (Size){.width = integer_divide_up(shape.w * zoom, shrink),
                  .rows = integer_divide_up(integer_divide_up(shape.h * zoom, shrink), 2),
                  .zoom = zoom,
                  .shrink = shrink};
}

static bool size_fits(const Question *q, Size size) {
    return size.width <= q->area.w && size.rows <= q->area.h - q->focus.above - q->focus.below;
}

static int zoom_max_of(WidgetFocus focus) {
    return focus.zoom_max > 0 ? focus.zoom_max : ZOOM_MAX;
}

/* Enlarged by a whole factor, as it is, or shrunk by a whole factor. */
static Size largest_size(const Question *q) {
    int zoom = zoom_max_of(q->focus), shrink = 1;
    while (zoom > 1 && !size_fits(q, size_of(q->shape, zoom, 1))) zoom--;
    if (zoom > 1) return size_of(q->shape, zoom, 1);
    while (shrink < side_of(q->shape) && !size_fits(q, size_of(q->shape, 1, shrink))) shrink++;
    return size_of(q->shape, 1, shrink);
}

/* What small maps are asked for beside a large one. */
typedef struct Wish {
    int count, side; /* maps on a page, pixels a side of each: at least */
    bool may_be_bare;
} Wish;

static Wish wish_for(const Question *q, Size size) {
    bool modest = size.zoom * side_of(q->shape) <= LARGE_ENOUGH || size.zoom == 1 || q->presenter;
    bool all = q->shape.c <= ALL_MAX;
    return (Wish){.count = all ? q->shape.c : PAGE_WANTED,
                  .side = integer_min(modest ? SIDE_MIN : SIDE_WANTED, side_of(q->shape)),
                  .may_be_bare = all};
}

/* The small maps as large as all that are wished for have room, shrunk by whole factors. Returns their pixels a side;
 * 0: they have none. */
static int fit_small(WidgetFocusPlan *plan, const Question *q, Wish wish, bool bare) {
    plan->montage = q->montage;
    plan->montage.bare = bare;
    for (int shrink = 1; shrink <= side_of(q->shape) / wish.side; shrink++) {
        plan->montage.side_max = shrink == 1 ? 0 : integer_divide_up(side_of(q->shape), shrink);
        plan->page = widget_montage_plan(plan->overview, q->shape, plan->montage);
        int drawn = integer_max(plan->page.map_width, 2 * plan->page.map_height);
        if (plan->page.columns * plan->page.rows >= wish.count && drawn >= wish.side) return drawn;
    }
    return 0;
}

/* Without their numbers only where that makes them twice as large. */
static bool fit_overview(WidgetFocusPlan *plan, const Question *q, Wish wish) {
    Rect area = plan->overview;
    if (area.w < SIDE_MIN + 2 || area.h < OVERVIEW_HEIGHT) return false;
    WidgetFocusPlan bare = *plan;
    int side = fit_small(plan, q, wish, false),
        bare_side = wish.may_be_bare ? fit_small(&bare, q, wish, true) : 0;
    if (bare_side > 0 && bare_side >= 2 * side) *plan = bare;
    return side > 0 || bare_side > 0;
}

/* The column of the large map. */
static void place_focus(WidgetFocusPlan *plan, const Question *q, Rect column, Size size) {
    plan->shrink = size.shrink;
    plan->above = layout_take_top(&column, q->focus.above);
    plan->map = layout_take_top(&column, size.rows);
    plan->map.w = integer_min(size.width, plan->map.w);
    plan->below = layout_take_top(&column, q->focus.below);
}

static void keep_larger(Rect *rest, Rect other) {
    if (!rect_is_empty(other) && other.w * other.h > rest->w * rest->h) *rest = other;
}

/* Under the columns, and beside the last of them. */
static void find_rest(WidgetFocusPlan *plan, Rect area, Arrangement arrangement) {
    Rect small = plan->overview;
    int bottom = area.y + area.h, right = area.x + area.w, focus_end = plan->below.y + plan->below.h;
    int small_end = small.y + small.h, beside = plan->map.x + plan->map.w + 2 * GAP;
    bool column = arrangement == BESIDE && !rect_is_empty(small);
    int width = column ? small.x - GAP - area.x : area.w;
    plan->rest = (Rect){.w = 0};
    if (column) {
        int end = small.x + small.w + GAP;
        keep_larger(&plan->rest, (Rect){.x = end, .y = small.y, .w = right - end, .h = bottom - small.y});
        keep_larger(&plan->rest,
                    (Rect){.x = small.x, .y = small_end, .w = right - small.x, .h = bottom - small_end});
    } else {
        keep_larger(&plan->rest,
                    (Rect){.x = beside, .y = plan->map.y, .w = right - beside, .h = plan->map.h});
    }
    int end = arrangement == BELOW ? small_end : focus_end;
    keep_larger(&plan->rest, (Rect){.x = area.x, .y = end, .w = width, .h = bottom - end});
}

/* The small maps stand in as few columns as show all that are wished for, or in as many more as the texts of the
 * large map, which stand in the same `width` columns, leave them. */
static void narrow_overview(WidgetFocusPlan *plan, const Question *q, Wish wish, int width) {
    const WidgetPage *page = &plan->page;
    int rows = widget_montage_rows(plan->overview.h, page, plan->montage), pitch = page->map_width + 1;
    int least = integer_divide_up(wish.count, rows), room = (width - q->focus.text_width - GAP - 1) / pitch;
    int columns = integer_clamp(room, least, page->columns);
    plan->overview.w = integer_min(columns * pitch + 1, plan->overview.w);
    plan->page = widget_montage_plan(plan->overview, q->shape, plan->montage);
}

/* What the page does not use is given back. */
static void trim_overview(WidgetFocusPlan *plan) {
    const WidgetPage *page = &plan->page;
    int height = widget_montage_height(page, plan->montage);
    plan->overview.w = integer_min(page->columns * (page->map_width + 1) + 1, plan->overview.w);
    plan->overview.h = integer_min(height, plan->overview.h);
}

static bool arrange(WidgetFocusPlan *plan, const Question *q, Size size, Arrangement arrangement, Wish wish) {
    Rect area = q->area, column = area;
    if (arrangement == BESIDE) {
        layout_take_left(&area, size.width + GAP);
        plan->title = layout_take_top(&area, 1);
        plan->overview = area;
        if (!fit_overview(plan, q, wish)) return false;
        narrow_overview(plan, q, wish, q->area.w);
        trim_overview(plan);
        /* The texts of the large map get what the small ones leave them. */
        int text = integer_min(q->focus.text_width, q->area.w - plan->overview.w - GAP);
        column.w = integer_max(size.width, text);
        plan->overview.x = plan->title.x = column.x + column.w + GAP;
        plan->title.w = q->area.x + q->area.w - plan->title.x;
        place_focus(plan, q, column, size);
    } else {
        place_focus(plan, q, column, size);
        layout_take_top(&area, q->focus.above + size.rows + q->focus.below);
        plan->title = layout_take_top(&area, 1);
        plan->overview = area;
        if (!fit_overview(plan, q, wish)) return false;
        trim_overview(plan);
    }
    find_rest(plan, q->area, arrangement);
    return true;
}

static WidgetFocusPlan plan_alone(const Question *q, Size size) {
    WidgetFocusPlan plan = {.page = {.first = q->focus.selected,
                                     .count = 1,
                                     .total = q->shape.c,
                                     .columns = 1,
                                     .rows = 1,
                                     .dead = -1}};
    place_focus(&plan, q, q->area, size);
    find_rest(&plan, q->area, BESIDE);
    return plan;
}

/* With the larger small maps of the two arrangements. */
static bool best_arrangement(WidgetFocusPlan *best, const Question *q, Size size, Wish wish) {
    bool found = false;
    for (int k = 0; k < ARRANGEMENTS; k++) {
        WidgetFocusPlan plan = {.shrink = 1};
        if (!arrange(&plan, q, size, (Arrangement)k, wish)) continue;
        if (found && plan.page.map_width <= best->page.map_width) continue;
        *best = plan;
        found = true;
    }
    return found;
}

static Size next_smaller(const Question *q, Size size) {
    return size_of(q->shape, size.zoom - 1, 1);
}

static WidgetFocusPlan plan_both(const Question *q) {
    WidgetFocusPlan plan;
    Size largest = largest_size(q), size = largest;
    Wish any = {.count = 1, .side = integer_min(SIDE_MIN, side_of(q->shape))};
    if (q->focus.alone || q->shape.c == 1) return plan_alone(q, largest);
    for (;; size = next_smaller(q, size)) {
        if (best_arrangement(&plan, q, size, wish_for(q, size))) return plan;
        if (size.zoom == 1) break;
    }
    return best_arrangement(&plan, q, largest, any) ? plan : plan_alone(q, largest);
}

WidgetFocusPlan widget_focus_plan(Rect area, const Scene *scene, Shape shape, WidgetFocus focus) {
    Question q = {
        .area = area,
        .shape = shape,
        .focus = focus,
        .montage = {.selected = focus.selected, .ranked = focus.ranked, .zoom_min = focus.small_zoom},
        .presenter = scene->settings.presenter};
    WidgetFocusPlan plan = plan_both(&q);
    plan.zoom_max = zoom_max_of(focus);
    if (rect_is_empty(plan.overview)) return plan;
    int place = focus.ranked ? scene_place_of(scene, focus.selected) : focus.selected;
    plan.montage.first = widget_montage_first(&plan.page, place);
    plan.page = widget_montage_plan(plan.overview, shape, plan.montage);
    return plan;
}

PlotGrid widget_focus(Canvas *canvas, WidgetFocusPlan *plan, const Scene *scene, const WidgetTensor *tensor) {
    bool alone = rect_is_empty(plan->overview);
    int channel = alone ? plan->page.first : plan->montage.selected;
    bool marked = tensor->op == scene->op; /* else the scene's cell is not one of it */
    WidgetMap map = {.channel = channel, .zoom_max = plan->zoom_max, .mark = marked};
    PlotGrid grid = widget_channel_map(canvas, plan->map, scene, tensor, map);
    int x, y;
    plot_grid_cell(&grid, scene->column, scene->row, &x, &y);
    if (marked && rect_contains(plan->map, x, y)) canvas_set_cursor(canvas, x, y);
    if (!alone) plan->page = widget_montage(canvas, plan->overview, scene, tensor, plan->montage);
    return grid;
}
