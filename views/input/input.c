/* The picture that goes in, the answer that comes out, and the pictures to choose from. */
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/input/answer.h"
#include "views/input/field.h"
#include "views/input/picture.h"
#include "views/input/thumbs.h"
#include "views/scene/view.h"
#include "views/widget/widgets.h"

enum {
    TOP = 5,
    GAP = 2,
    BESIDE_FROM = 70,   /* narrower areas have the picture above everything else */
    ANSWER_MIN = 42,    /* columns beside the picture */
    LIST_MIN = 24,      /* columns of the pictures to choose from alone */
    STACKED_BELOW = 16, /* rows of answer and field below the picture */
    MORE_CLASSES = 46,  /* rows from which on more classes are listed */
};

/* What is shown: the answer, and the receptive field of the selected cell. */
typedef struct Sheet {
    const Scene *scene;
    InputAnswer answer;
    ReceptiveField field;
    bool has_field, roomy;
} Sheet;

static Sheet sheet_of(const Scene *scene, Rect area) {
    Sheet sheet = {.scene = scene,
                   .answer = input_answer_of(scene, area.h >= MORE_CLASSES ? INPUT_TOP : TOP),
                   .roomy = area.h > LAYOUT_S_HEIGHT};
    sheet.has_field = input_field_find(&sheet.field, scene);
    return sheet;
}

static int draw_field_panel(Canvas *canvas, Rect area, const Sheet *sheet) {
    if (!sheet->has_field) return 0;
    int rows = input_field_rows(&sheet->field);
    input_field_draw(canvas, layout_take_top(&area, rows), sheet->scene, &sheet->field);
    return rows + sheet->roomy;
}

/* The picture; below it what is laid over it, and its figures. Returns the cells of the picture. */
static Rect draw_picture(Canvas *canvas, Rect area, const Sheet *sheet) {
    const Scene *scene = sheet->scene;
    int lines = widget_figures_lines(scene, area.w), legend = input_legend_rows(scene, area.w);
    Rect room = area, old = canvas_clip(canvas, area);
    layout_take_bottom(&room, legend + lines);
    PlotGrid grid = input_picture_draw(canvas, room, scene, sheet->has_field ? &sheet->field : NULL);
    Rect below = area;
    layout_take_top(&below, grid.cells.h);
    if (legend > 0) input_legend_draw(canvas, layout_take_top(&below, legend), scene);
    WidgetFigures picture = widget_figures_of(scene, 0, PHASE_FORWARD);
    if (lines > 0) widget_figures(canvas, layout_take_top(&below, lines), &picture, 1);
    canvas_unclip(canvas, old);
    return grid.cells;
}

/* The picture on the left, everything else beside it. */
static void draw_beside(Canvas *canvas, Rect rest, const Sheet *sheet) {
    Rect left = rest, old = canvas_clip(canvas, rest);
    left.w -= ANSWER_MIN + GAP;
    Rect fit = input_picture_fit(left, sheet->scene).cells;
    Rect picture = draw_picture(canvas, layout_take_left(&rest, fit.w), sheet);
    layout_take_left(&rest, picture.w > 0 ? GAP : 0);
    layout_take_top(&rest, input_answer_draw(canvas, rest, sheet->scene, &sheet->answer, sheet->roomy));
    layout_take_top(&rest, draw_field_panel(canvas, rest, sheet));
    input_thumbs_draw(canvas, rest, sheet->scene);
    canvas_unclip(canvas, old);
}

/* A tall area has room for a larger picture above, with the other pictures beside it, and the rest below. */
static void draw_stacked(Canvas *canvas, Rect rest, const Sheet *sheet) {
    Rect below = layout_take_bottom(&rest, STACKED_BELOW), left = rest;
    left.w -= LIST_MIN + GAP;
    Rect picture = draw_picture(canvas, left, sheet);
    layout_take_left(&rest, picture.w + GAP);
    input_thumbs_draw(canvas, rest, sheet->scene);
    Rect answer = layout_take_left(&below, below.w / 2);
    layout_take_left(&below, GAP);
    input_answer_draw(canvas, answer, sheet->scene, &sheet->answer, sheet->roomy);
    draw_field_panel(canvas, below, sheet);
}

static bool stacks(Rect rest, const Scene *scene) {
    Rect beside = rest, above = rest;
    beside.w -= ANSWER_MIN + GAP;
    above.w -= LIST_MIN + GAP;
    above.h -= STACKED_BELOW;
    return rest.w >= 2 * ANSWER_MIN + GAP &&
           input_picture_fit(above, scene).px_width > input_picture_fit(beside, scene).px_width;
}

/* Beside a lesson's page: the whole picture, and what has room below it. */
static void draw_narrow(Canvas *canvas, Rect rest, const Sheet *sheet) {
    enum { PANEL_ROWS = 9 };
    Rect picture = rest;
    layout_take_bottom(&picture, 1);
    Rect cells = draw_picture(canvas, picture, sheet);
    layout_take_top(&rest, cells.h + input_legend_rows(sheet->scene, rest.w) +
                               widget_figures_lines(sheet->scene, rest.w));
    if (rest.h < PANEL_ROWS) {
        input_answer_line(canvas, layout_take_top(&rest, 1), sheet->scene, &sheet->answer);
        return;
    }
    layout_take_top(&rest, input_answer_draw(canvas, rest, sheet->scene, &sheet->answer, false));
    layout_take_top(&rest, draw_field_panel(canvas, rest, sheet));
    input_thumbs_draw(canvas, rest, sheet->scene);
}

/* Before a class the picture is as large as it gets. */
static bool stands_alone(Rect rest, const Scene *scene) {
    Rect beside = rest;
    beside.w -= ANSWER_MIN + GAP;
    layout_take_bottom(&rest, 2);
    return scene->settings.presenter &&
           input_picture_fit(rest, scene).px_width > input_picture_fit(beside, scene).px_width;
}

static void view_input_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    (void)state;
    Rect old = canvas_clip(canvas, area), rest = area;
    Sheet sheet = sheet_of(scene, area);
    input_title_draw(canvas, layout_take_top(&rest, 1), scene);
    if (input_preprocess_rows(scene) > 0) input_preprocess_draw(canvas, layout_take_bottom(&rest, 1), scene);
    if (rest.w < BESIDE_FROM || stands_alone(rest, scene))
        draw_narrow(canvas, rest, &sheet);
    else if (sheet.roomy && stacks(rest, scene))
        draw_stacked(canvas, rest, &sheet);
    else
        draw_beside(canvas, rest, &sheet);
    canvas_unclip(canvas, old);
}

static Action view_input_act(void *state, const Scene *scene, Action action) {
    (void)state;
    switch (action.id) {
    case ACTION_OPEN: {
        if (scene->image_count == 0) return view_action(ACTION_NONE, 0);
        Action open = view_action(ACTION_IMAGE, 0);
        utf8_copy(open.text, sizeof open.text, scene->image_list[scene->image_cursor]);
        return open;
    }
    case ACTION_OTHER: return view_action(ACTION_OVERLAY, 0);
    case ACTION_FIRST: return view_action(ACTION_UP, scene->image_count);
    case ACTION_LAST: return view_action(ACTION_DOWN, scene->image_count);
    case ACTION_LEFT: return view_action(ACTION_UP, action.number);
    case ACTION_RIGHT: return view_action(ACTION_DOWN, action.number);
    default: return action;
    }
}

const ViewOps view_input_ops = {
    .name = "input",
    .title = "Input",
    .summary =
        "The picture as the network sees it with the receptive field of the selected cell, Grad-CAM or "
        "the gradient over it (o), the likeliest classes, and the pictures to choose from.",
    .beside = VIEW_BESIDE,
    .key = 'i',
    .act = view_input_act,
    .draw = view_input_draw,
};
