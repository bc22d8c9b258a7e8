#include "views/maps/plan.h"

#include "core/base/integer.h"
#include "views/canvas/layout.h"
#include "views/maps/axes.h"
#include "views/maps/bars.h"
#include "views/maps/panel.h"

enum {
    LOFTY = 34,             /* rows; from here on all figures stand there of channel and layer */
    LABEL_WIDTH = 9,        /* of figures that say whose they are */
    TEXT_WIDTH = 40,        /* columns for the lines of text under a large map */
    PART_WITH_DETAILS = 60, /* columns */
};

MapsKind maps_kind(bool enlarged, Shape shape) {
    if (shape.h == 1 && shape.w == 1) return MAPS_BARS;
    return enlarged ? MAPS_ENLARGED : MAPS_FOCUS;
}

/* All figures, where they are asked for; across the whole width, since they are long. */
static void take_stats(MapsPlan *plan, const Scene *scene, Rect *area) {
    if (scene->settings.figures == FIGURES_ONE) return;
    bool both = area->h >= LOFTY && plan->kind != MAPS_BARS;
    plan->figures = both ? MAPS_OF_BOTH : plan->kind == MAPS_ENLARGED ? MAPS_OF_CHANNEL : MAPS_OF_LAYER;
    int width = both ? area->w - LABEL_WIDTH : area->w;
    plan->stats = layout_take_bottom(area, (both ? 2 : 1) * widget_figures_lines(scene, width));
}

static WidgetFocusPlan focus_with(const Scene *scene, Rect area, int above, int below) {
    WidgetFocus focus = {
        .selected = scene->channel, .above = above, .below = below, .text_width = TEXT_WIDTH, .ranked = true};
    return widget_focus_plan(area, scene, scene_shape(scene), focus);
}

/* With a row of its own for what there is to know about the channel, unless the maps would be smaller for it; with
 * fewer texts where a map is whole without them. */
static WidgetFocusPlan best_focus(const Scene *scene, Rect area) {
    int figures = !scene->hides_figures;
    WidgetFocusPlan plan = focus_with(scene, area, 2, 1 + figures);
    WidgetFocusPlan with_note = focus_with(scene, area, 2, 2 + figures);
    bool same = with_note.map.h >= plan.map.h && with_note.page.map_width >= plan.page.map_width;
    if (same) plan = with_note;
    for (int above = 2; plan.shrink > 1 && above >= 1; above--) {
        WidgetFocusPlan bare = focus_with(scene, area, above, 1);
        if (bare.shrink == 1) plan = bare;
    }
    return plan;
}

static void plan_focus(MapsPlan *plan, const Scene *scene, Rect area) {
    plan->focus = best_focus(scene, area);
    Rect above = plan->focus.above, below = plan->focus.below;
    plan->heading = layout_take_top(&above, 1);
    plan->cell = layout_take_top(&above, 1);
    plan->legend = layout_take_top(&below, 1);
    if (!scene->hides_figures) plan->line = layout_take_top(&below, 1);
    plan->note = layout_take_top(&below, 1);
    plan->details = plan->focus.rest;
    plan->page = plan->focus.page;
}

/* Of `size` values `shown` have room: the first of them, with `at` in their middle where that can be. */
static int part_first(int at, int shown, int size) {
    return integer_clamp((long)at - shown / 2, 0, integer_max(0, size - shown));
}

/* A map that is larger than its place is shown in part, one value a pixel; where that part lies stands beside
 * it. */
static void plan_part(MapsPlan *plan, const Scene *scene, Rect area) {
    Shape shape = scene_shape(scene);
    if (area.w >= PART_WITH_DETAILS) {
        plan->details =
            layout_take_right(&area, integer_clamp(area.w / 3, MAPS_PANEL_WIDTH_MIN, MAPS_PANEL_WIDTH));
        layout_take_right(&area, 2);
    }
    area = map_axes_reserve(area, shape.h);
    int width = integer_min(shape.w, area.w), height = integer_min(shape.h, 2 * area.h);
    plan->part = (Rect){.x = part_first(scene->column, width, shape.w),
                        .y = part_first(scene->row, height, shape.h),
                        .w = width,
                        .h = height};
    plan->map = (Rect){.x = area.x, .y = area.y, .w = width, .h = (height + 1) / 2};
}

static void plan_enlarged(MapsPlan *plan, const Scene *scene, Rect area) {
    Shape shape = scene_shape(scene);
    plan->page = (WidgetPage){.first = scene->channel, .count = 1, .total = shape.c, .dead = -1};
    plan->heading = layout_take_top(&area, 1);
    plan->cell = layout_take_top(&area, 1);
    if (rect_is_empty(plan->stats)) plan->line = layout_take_bottom(&area, !scene->hides_figures);
    plan->legend = layout_take_bottom(&area, 1);
    plan->body = area;
    if (shape.w > area.w || shape.h > 2 * area.h) {
        plan_part(plan, scene, area);
        return;
    }
    plan->map = map_axes_place(area, shape.w, shape.h, MAPS_ZOOM_MAX);
    PlotGrid grid = plot_grid_fit(plan->map, shape.w, shape.h, MAPS_ZOOM_MAX);
    Rect beside = area, under = area;
    layout_take_left(&beside, plan->map.x - area.x + grid.cells.w + 2);
    layout_take_top(&under, plan->map.y - area.y + grid.cells.h);
    plan->details = beside.w >= MAPS_PANEL_WIDTH_MIN ? beside : under;
}

static void plan_bars(MapsPlan *plan, const Scene *scene, Rect area) {
    plan->heading = layout_take_top(&area, 1);
    if (rect_is_empty(plan->stats)) plan->stats = layout_take_bottom(&area, !scene->hides_figures);
    plan->cell = layout_take_bottom(&area, 1);
    plan->body = area;
    MapsBars context = maps_bars_context(scene);
    WidgetBars bars = maps_bars_of(&context);
    plan->bars = widget_bars_plan(plan->body, &bars);
    plan->page = (WidgetPage){
        .first = plan->bars.first,
        .count = plan->bars.count,
        .total = bars.count,
        .dead = -1,
        .order = scene_is_ranked(scene) ? setting_word(SETTING_ORDER, (int)scene->settings.order) : NULL};
}

MapsPlan maps_plan(bool enlarged, const Scene *scene, Rect area) {
    MapsPlan plan = {.kind = maps_kind(enlarged, scene_shape(scene))};
    take_stats(&plan, scene, &area);
    switch (plan.kind) {
    case MAPS_FOCUS: plan_focus(&plan, scene, area); break;
    case MAPS_ENLARGED: plan_enlarged(&plan, scene, area); break;
    case MAPS_BARS: plan_bars(&plan, scene, area); break;
    }
    return plan;
}
