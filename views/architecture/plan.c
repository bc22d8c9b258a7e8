#include "views/architecture/plan.h"

#include "views/architecture/architecture.h"
#include "views/architecture/table.h"
#include "views/canvas/layout.h"

enum {
    WIDE = 120,        /* from here on the picture stands beside the table at any time */
    TABLE_MAX = 112,   /* a wider table would only be a gap between its columns */
    PANE_MIN = 44,     /* columns of a detail beside the table */
    FIRST_WIDTH = 78,
    FIRST_HEIGHT = 20,
    GAP = 2,
    ANSWER_WIDTH = 38, /* columns below a picture */
    ANSWER_MIN = 2,    /* rows below a picture, and as many as a list of classes takes */
    ANSWER_ROWS = 14,
    NATIVE_ROWS = 16, /* of a picture of 32x32 */
    DETAIL_MIN = 7,    /* rows below a table */
    SENTENCE_ROWS = 2,
};

/* The picture as large as it gets in that many cells. */
static Rect fit_picture(const Scene *scene, Rect room) {
    Shape shape = op_output_shape(&scene->network->ops[0], 1);
    if (rect_is_empty(room) || !pass_act(scene->pass, 0).data) return (Rect){.w = 0};
    return plot_grid_fit(room, shape.w, shape.h, ARCHITECTURE_ZOOM_MAX).cells;
}

/* The first screen: a greeting above, the keys below, and the answer under picture and table. */
static void take_first(ArchitecturePlan *plan, Rect *area) {
    plan->greeting = layout_take_top(area, 1);
    plan->keys = layout_take_bottom(area, ARCHITECTURE_KEY_ROWS);
}

static void place_wide(ArchitecturePlan *plan, const Scene *scene, Rect area) {
    Rect room = {.x = area.x + 1,
                 .y = area.y,
                 .w = area.w - 1 - GAP - ARCHITECTURE_TABLE_WIDTH,
                 .h = area.h - ANSWER_ROWS};
    if (room.h < NATIVE_ROWS) room.h = area.h - ANSWER_MIN;
    plan->picture = fit_picture(scene, room);
    if (rect_is_empty(plan->picture)) {
        plan->table = layout_take_left(&area, area.w - PANE_MIN < TABLE_MAX ? area.w - PANE_MIN : TABLE_MAX);
        layout_take_left(&area, GAP);
        plan->detail = area;
        return;
    }
    int width = plan->picture.w + 1 < ANSWER_WIDTH ? ANSWER_WIDTH : plan->picture.w + 1;
    Rect left = layout_take_left(&area, width);
    layout_take_left(&left, 1);
    layout_take_top(&left, plan->picture.h + 1);
    plan->answer = left;
    layout_take_left(&area, GAP);
    plan->table = area;
    if (area.w < TABLE_MAX + GAP + PANE_MIN) return;
    plan->table = layout_take_left(&area, TABLE_MAX);
    layout_take_left(&area, GAP);
    plan->detail = area;
}

static void place_first(ArchitecturePlan *plan, const Scene *scene, Rect area) {
    Rect room = {.x = area.x + 1,
                 .y = area.y,
                 .w = area.w - 1 - GAP - ARCHITECTURE_TABLE_BRIEF,
                 .h = area.h - 1};
    plan->picture = fit_picture(scene, room);
    plan->table = area;
    plan->table.x = plan->picture.x + plan->picture.w + GAP;
    plan->table.w = area.x + area.w - plan->table.x;
    plan->table.h = plan->picture.h;
    layout_take_top(&area, plan->picture.h);
    bool tall = area.h >= ANSWER_ROWS + DETAIL_MIN;
    plan->answer = layout_inset(tall ? layout_take_top(&area, ANSWER_ROWS) : area, 1, 0);
    if (tall) plan->detail = area;
}

ArchitecturePlan architecture_plan(const Scene *scene, Rect area, bool first) {
    ArchitecturePlan plan = {.first = first && area.w >= FIRST_WIDTH && area.h >= FIRST_HEIGHT &&
                                      pass_act(scene->pass, 0).data};
    if (plan.first) take_first(&plan, &area);
    if (area.w >= WIDE) {
        place_wide(&plan, scene, area);
    } else if (plan.first) {
        place_first(&plan, scene, area);
    } else {
        plan.sentence = layout_take_bottom(&area, SENTENCE_ROWS);
        plan.table = area;
    }
    return plan;
}

/* Below a table that fills its place there is no room: then it is taken of the list of classes. */
static void take_from_answer(ArchitecturePlan *plan) {
    Rect rest = plan->answer;
    if (plan->first) return;
    if (rest.h < ANSWER_MIN + DETAIL_MIN) {
        if (plan->sentence.h == 0) plan->sentence = layout_take_bottom(&plan->table, SENTENCE_ROWS);
        return;
    }
    plan->answer = layout_take_top(&rest, ANSWER_MIN);
    plan->detail = rest;
}

void architecture_plan_shorten(ArchitecturePlan *plan, int rows) {
    int spare = plan->table.h - rows - ARCHITECTURE_TABLE_EXTRA;
    Rect below = plan->table;
    if (!rect_is_empty(plan->detail)) return;
    if (spare + plan->sentence.h < DETAIL_MIN) {
        take_from_answer(plan);
        return;
    }
    if (!rect_is_empty(plan->picture) && plan->picture.h == plan->table.h) return; /* nothing is below it */
    plan->table.h -= spare;
    layout_take_top(&below, plan->table.h + 1);
    below.h += plan->sentence.h;
    plan->sentence = (Rect){.w = 0};
    plan->detail = below;
}
