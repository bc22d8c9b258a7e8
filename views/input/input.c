/* The picture that goes in, the answer that comes out, and the pictures to choose from. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/network/class_names.h"
#include "views/canvas/layout.h"
#include "views/input/field.h"
#include "views/input/picture.h"
#include "views/scene/class_rank.h"
#include "views/scene/click.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    TOP = 5,
    GAP = 2,
    ANSWER_MIN = 44,    /* columns beside the picture */
    LIST_MIN = 24,      /* columns of the list of pictures alone */
    STACKED_BELOW = 12, /* rows of answer and field below the picture */
    NAME_MAX_WIDTH = 28,
    PERCENT_WIDTH = 7,
    LOGIT_WIDTH = 8,
    BAR_MAX = 40,
    LINE_MAX = 320,
};

/* What the network answered; only when the pass has reached the loss. */
typedef struct Answer {
    const double *probabilities;
    const real *logits;
    int classes, count, top[TOP];
} Answer;

static Answer answer_of(const Scene *scene) {
    Answer answer = {.probabilities = pass_probabilities(scene->pass), .classes = scene->network->classes};
    if (!answer.probabilities) return answer;
    answer.logits = pass_act(scene->pass, network_logits_op(scene->network)).data;
    answer.count = class_rank(answer.probabilities, answer.classes, answer.top, TOP);
    return answer;
}

/* "right", "wrong" in words, and by how much. Returns the rows used. */
static int draw_verdict(Canvas *canvas, Rect area, const Scene *scene, const Answer *answer) {
    char said[CLASS_NAME_MAX], is[CLASS_NAME_MAX], text[LINE_MAX];
    int truth = scene->true_class, first = answer->top[0];
    const char *name = scene_class_name(scene, first, said);
    Role role = ROLE_TEXT;
    if (isnan(answer->probabilities[first])) {
        snprintf(text, sizeof text, "No answer: the probabilities are not numbers (NaN).");
        role = ROLE_BAD;
    } else if (truth < 0 || truth >= answer->classes) {
        utf8_format(text, sizeof text, "The network says %s; the true class is not known.", name);
    } else if (truth == first) {
        utf8_format(text, sizeof text, "Right: the network says %s, and it is one.", name);
        role = ROLE_GOOD;
    } else {
        utf8_format(text, sizeof text, "Wrong: the network says %s, it is %s (place %d of %d, %s).", name,
                    scene_class_name(scene, truth, is),
                    class_rank_of(answer->probabilities, answer->classes, truth), answer->classes,
                    text_format_percent(answer->probabilities[truth]).text);
        role = ROLE_BAD;
    }
    canvas_text_wrapped(canvas, area, style_bold(role), text, 0);
    int rows = text_wrap_count(text, area.w);
    return rows < area.h ? rows : area.h;
}

/* Where the columns of the five classes stand. */
typedef struct Columns {
    int name, bar, bar_width, percent, logit; /* percent and logit: the column after their last */
} Columns;

static Columns plan_columns(const Scene *scene, Rect area, const Answer *answer) {
    int widest = (int)strlen("class");
    for (int k = 0; k < answer->count; k++) {
        char buffer[CLASS_NAME_MAX];
        int width = text_width(scene_class_name(scene, answer->top[k], buffer));
        if (width > widest) widest = width;
    }
    int limit = area.w / 3 < NAME_MAX_WIDTH ? area.w / 3 : NAME_MAX_WIDTH;
    if (widest > limit) widest = limit;
    Columns columns = {.name = area.x + 2, .bar = area.x + 2 + widest + 1};
    columns.bar_width = area.x + area.w - columns.bar - PERCENT_WIDTH - LOGIT_WIDTH;
    if (columns.bar_width > BAR_MAX) columns.bar_width = BAR_MAX;
    columns.percent = columns.bar + columns.bar_width + PERCENT_WIDTH;
    columns.logit = columns.percent + LOGIT_WIDTH;
    return columns;
}

static void draw_class(Canvas *canvas, int y, const Scene *scene, const Answer *answer, int place,
                       const Columns *columns) {
    char buffer[CLASS_NAME_MAX];
    int k = answer->top[place];
    double p = answer->probabilities[k];
    bool is_true = k == scene->true_class;
    Style style = is_true ? style_bold(ROLE_GOOD) : style_role(ROLE_TEXT);
    canvas_put(canvas, columns->name - 2, y, style, is_true ? '*' : ' ');
    canvas_text_fit(canvas, columns->name, y, columns->bar - 1 - columns->name, style,
                    scene_class_name(scene, k, buffer));
    plot_bar(canvas,
             (PlotBar){.x = columns->bar,
                       .y = y,
                       .width = columns->bar_width,
                       .style = style_role(is_true ? ROLE_GOOD : ROLE_ACCENT)},
             p);
    canvas_text_right(canvas, columns->percent, y, style_role(ROLE_TEXT), text_format_percent(p).text);
    canvas_text_right(canvas, columns->logit, y, style_role(ROLE_DIM),
                      text_format_signed((double)answer->logits[k], LOGIT_WIDTH - 2, 2).text);
}

static void draw_loss(Canvas *canvas, Rect row, const Scene *scene) {
    char buffer[CLASS_NAME_MAX], text[LINE_MAX];
    utf8_format(text, sizeof text, "loss %.4g, target: %s (%s)", pass_loss(scene->pass),
                scene_class_name(scene, pass_target(scene->pass, 0), buffer), input_target_reason(scene));
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_TEXT), text);
}

/* Returns the rows used. */
static int draw_answer(Canvas *canvas, Rect area, const Scene *scene, const Answer *answer) {
    Rect rest = area;
    Columns columns = plan_columns(scene, area, answer);
    int y = layout_take_top(&rest, 1).y;
    Style dim = style_role(ROLE_DIM);
    canvas_text(canvas, columns.name, y, dim, "class");
    canvas_text(canvas, columns.bar, y, dim, "probability");
    canvas_text_right(canvas, columns.logit, y, dim, "logit");
    for (int place = 0; place < answer->count; place++)
        draw_class(canvas, layout_take_top(&rest, 1).y, scene, answer, place, &columns);
    layout_take_top(&rest, draw_verdict(canvas, rest, scene, answer));
    draw_loss(canvas, layout_take_top(&rest, 1), scene);
    return area.h - rest.h;
}

static int draw_waiting(Canvas *canvas, Rect area, const Scene *scene) {
    int done = pass_forward_done(scene->pass), total = scene->network->op_count;
    char text[LINE_MAX];
    int width = area.w < BAR_MAX ? area.w : BAR_MAX;
    plot_progress(canvas,
                  (PlotBar){.x = area.x, .y = area.y, .width = width, .style = style_role(ROLE_FORWARD)},
                  done, total);
    snprintf(text, sizeof text,
             "No answer yet: the forward pass has run %d of %d operations. f runs it to the loss.", done,
             total);
    Rect rest = {.x = area.x, .y = area.y + 1, .w = area.w, .h = area.h - 1};
    canvas_text_wrapped(canvas, rest, style_role(ROLE_WARN), text, 0);
    return 1 + text_wrap_count(text, area.w);
}

static void draw_list_row(Canvas *canvas, Rect row, const Scene *scene, int k) {
    bool in_pass = strcmp(scene->image_list[k], scene->image_name) == 0;
    Style style = in_pass ? style_bold(ROLE_TEXT) : style_role(ROLE_TEXT);
    if (k == scene->image_cursor) {
        canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
        style = (Style){
            .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
        canvas_set_cursor(canvas, row.x + 2, row.y);
    }
    click_add_text(canvas, row, ACTION_IMAGE, scene->image_list[k]);
    int x = canvas_text_fit(canvas, row.x + 2, row.y, row.w - 2, style, scene->image_list[k]);
    if (in_pass) canvas_text_fit(canvas, x + 2, row.y, row.x + row.w - x - 2, style_role(ROLE_DIM), "shown");
}

static void draw_list(Canvas *canvas, Rect area, const Scene *scene) {
    char title[WIDGET_TEXT_MAX];
    int count = scene->image_count, cursor = scene->image_cursor;
    snprintf(title, sizeof title, count > 0 ? "Pictures, %d of %d" : "Pictures", cursor + 1, count);
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), title);
    if (count == 0)
        canvas_text_wrapped(canvas, area, style_role(ROLE_DIM),
                            "None to choose from; the action `image` loads a file.", 0);
    int first = layout_scroll(cursor - area.h / 2, cursor, count, area.h);
    for (int k = 0; k < area.h && first + k < count; k++)
        draw_list_row(canvas, (Rect){.x = area.x, .y = area.y + k, .w = area.w, .h = 1}, scene, first + k);
}

/* What is shown: the answer, and the receptive field of the selected cell. */
typedef struct Sheet {
    const Scene *scene;
    Answer answer;
    ReceptiveField field;
    bool has_field, roomy;
} Sheet;

static Sheet sheet_of(const Scene *scene, Rect area) {
    Sheet sheet = {.scene = scene, .answer = answer_of(scene), .roomy = area.h > LAYOUT_S_HEIGHT};
    sheet.has_field = input_field_find(&sheet.field, scene);
    return sheet;
}

/* The answer and the network it comes from. Returns the rows used; where they are few the head of the table
 * is heading enough. */
static int draw_answer_panel(Canvas *canvas, Rect area, const Sheet *sheet) {
    Rect rest = area;
    const Scene *scene = sheet->scene;
    bool answered = sheet->answer.probabilities != NULL;
    if (sheet->roomy || !answered)
        widget_heading(canvas, layout_take_top(&rest, 1), style_role(ROLE_TITLE), "Answer");
    layout_take_top(&rest, answered ? draw_answer(canvas, rest, scene, &sheet->answer)
                                    : draw_waiting(canvas, rest, scene));
    if (sheet->roomy || !answered)
        canvas_text_fit(canvas, rest.x, rest.y, rest.h > 0 ? rest.w : 0, style_role(ROLE_DIM),
                        scene->weights_note);
    layout_take_top(&rest, sheet->roomy ? 2 : !answered);
    return area.h - rest.h;
}

static int draw_field_panel(Canvas *canvas, Rect area, const Sheet *sheet) {
    if (!sheet->has_field) return 0;
    int rows = input_field_rows(&sheet->field);
    input_field_draw(canvas, layout_take_top(&area, rows), sheet->scene, &sheet->field);
    return rows + sheet->roomy;
}

static Rect draw_picture(Canvas *canvas, Rect area, const Sheet *sheet) {
    Rect legend = sheet->roomy && sheet->scene->overlay.values ? layout_take_bottom(&area, 1) : (Rect){0};
    PlotGrid grid = input_picture_draw(canvas, area, sheet->scene, sheet->has_field ? &sheet->field : NULL);
    legend.y = grid.cells.y + grid.cells.h;
    legend.w = grid.cells.w;
    if (!rect_is_empty(legend)) input_legend_draw(canvas, legend, sheet->scene);
    return grid.cells;
}

/* The picture on the left, everything else beside it. */
static void draw_beside(Canvas *canvas, Rect rest, const Sheet *sheet) {
    Rect left = rest, old = canvas_clip(canvas, rest);
    left.w -= ANSWER_MIN + GAP;
    Rect picture = draw_picture(canvas, left, sheet);
    layout_take_left(&rest, picture.w + GAP);
    layout_take_top(&rest, draw_answer_panel(canvas, rest, sheet));
    layout_take_top(&rest, draw_field_panel(canvas, rest, sheet));
    draw_list(canvas, rest, sheet->scene);
    canvas_unclip(canvas, old);
}

/* A tall area has room for a larger picture above, with the list beside it, and the rest below. */
static void draw_stacked(Canvas *canvas, Rect rest, const Sheet *sheet) {
    Rect below = layout_take_bottom(&rest, STACKED_BELOW);
    Rect left = rest;
    left.w -= LIST_MIN + GAP;
    Rect picture = draw_picture(canvas, left, sheet);
    layout_take_left(&rest, picture.w + GAP);
    draw_list(canvas, rest, sheet->scene);
    Rect answer = layout_take_left(&below, below.w / 2);
    layout_take_left(&below, GAP);
    draw_answer_panel(canvas, answer, sheet);
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

static void view_input_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    (void)state;
    Rect old = canvas_clip(canvas, area), rest = area;
    Sheet sheet = sheet_of(scene, area);
    input_title_draw(canvas, layout_take_top(&rest, 1), scene);
    Rect figures = layout_take_bottom(&rest, 2);
    if (!sheet.roomy && scene->overlay.values) input_legend_draw(canvas, layout_take_top(&figures, 1), scene);
    WidgetFigures picture = widget_figures_of(scene, 0, PHASE_FORWARD);
    widget_figures(canvas, figures, &picture, 1);
    if (sheet.roomy) layout_take_top(&rest, 1);
    if (sheet.roomy && stacks(rest, scene))
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
    case ACTION_LEFT:
    case ACTION_RIGHT: return view_action(ACTION_NONE, 0);
    default: return action;
    }
}

const ViewOps view_input_ops = {
    .name = "input",
    .title = "Input",
    .summary =
        "The picture as the network sees it with the receptive field of the selected cell, Grad-CAM or "
        "the gradient over it (o), the five likeliest classes, and the pictures to choose from.",
    .key = 'i',
    .act = view_input_act,
    .draw = view_input_draw,
};
