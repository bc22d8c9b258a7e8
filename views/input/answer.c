#include "views/input/answer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/network/class_names.h"
#include "views/canvas/layout.h"
#include "views/input/picture.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    NAME_MAX_WIDTH = 28,
    PERCENT_WIDTH = 7,
    LOGIT_WIDTH = 8,
    BAR_MAX = 60,
    LINE_MAX = 320,
};

InputAnswer input_answer_of(const Scene *scene, int most) {
    InputAnswer answer = {.classes = network_answers(scene->network),
                          .probabilities = pass_probabilities(scene->pass)};
    if (answer.probabilities) answer.logits = pass_act(scene->pass, network_logits_op(scene->network)).data;
    if (!answer.probabilities) answer.probabilities = scene->probabilities;
    if (scene->hides_answer) answer.probabilities = NULL;
    if (!answer.probabilities) return answer;
    answer.count =
        class_rank(answer.probabilities, answer.classes, answer.top, most < INPUT_TOP ? most : INPUT_TOP);
    return answer;
}

/* "right", "wrong" in words, and by how much. Returns the rows used. */
static int draw_verdict(Canvas *canvas, Rect area, const Scene *scene, const InputAnswer *answer) {
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

static Columns plan_columns(const Scene *scene, Rect area, const InputAnswer *answer) {
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

static void draw_class(Canvas *canvas, int y, const Scene *scene, const InputAnswer *answer, int place,
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
    if (!answer->logits || k >= scene->network->classes) return;
    canvas_text_right(canvas, columns->logit, y, style_role(ROLE_DIM),
                      text_format_signed((double)answer->logits[k], LOGIT_WIDTH - 2, 2).text);
}

/* The loss; where the answer is known before the pass has come so far, how far that is. */
static void draw_loss(Canvas *canvas, Rect row, const Scene *scene) {
    char buffer[CLASS_NAME_MAX], text[LINE_MAX];
    if (!pass_probabilities(scene->pass)) {
        snprintf(text, sizeof text, "%d of %d operations run so far; f runs them all",
                 pass_forward_done(scene->pass), scene->network->op_count);
        if (text_width(text) > row.w)
            snprintf(text, sizeof text, "%d of %d operations run so far", pass_forward_done(scene->pass),
                     scene->network->op_count);
        canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM), text);
        return;
    }
    const char *target = scene_class_name(scene, pass_target(scene->pass, 0), buffer);
    utf8_format(text, sizeof text, "loss %.4g, target: %s (%s)", pass_loss(scene->pass), target,
                input_target_reason(scene));
    if (text_width(text) > row.w)
        utf8_format(text, sizeof text, "loss %.4g, target: %s", pass_loss(scene->pass), target);
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_TEXT), text);
}

/* Returns the rows used. */
static int draw_table(Canvas *canvas, Rect area, const Scene *scene, const InputAnswer *answer) {
    Rect rest = area;
    Columns columns = plan_columns(scene, area, answer);
    int y = layout_take_top(&rest, 1).y;
    Style dim = style_role(ROLE_DIM);
    canvas_text(canvas, columns.name, y, dim, "class");
    canvas_text(canvas, columns.bar, y, dim, "probability");
    if (answer->logits) canvas_text_right(canvas, columns.logit, y, dim, "logit");
    for (int place = 0; place < answer->count; place++)
        draw_class(canvas, layout_take_top(&rest, 1).y, scene, answer, place, &columns);
    layout_take_top(&rest, draw_verdict(canvas, rest, scene, answer));
    draw_loss(canvas, layout_take_top(&rest, 1), scene);
    return area.h - rest.h;
}

static int draw_hidden(Canvas *canvas, Rect area) {
    static const char text[] = "Hidden until the page's question is answered.";
    canvas_text_wrapped(canvas, area, style_role(ROLE_TEXT), text, 0);
    return text_wrap_count(text, area.w);
}

/* Features, but nothing that they would speak for. */
static int draw_headless(Canvas *canvas, Rect area, const Scene *scene) {
    int target = pass_target(scene->pass, 0);
    char text[LINE_MAX];
    utf8_copy(text, sizeof text, "No classifier: the network ends at avgpool.");
    if (target >= 0)
        utf8_append(text, sizeof text, " Feature %d, which is asked for, is %.4g.", target,
                    pass_loss(scene->pass));
    canvas_text_wrapped(canvas, area, style_role(ROLE_TEXT), text, 0);
    return text_wrap_count(text, area.w);
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

int input_answer_draw(Canvas *canvas, Rect area, const Scene *scene, const InputAnswer *answer, bool roomy) {
    Rect rest = area;
    bool answered = answer->probabilities != NULL, headed = roomy || !answered;
    if (area.h <= 0) return 0;
    if (headed) widget_heading(canvas, layout_take_top(&rest, 1), style_role(ROLE_TITLE), "Answer");
    layout_take_top(&rest,
                    answered              ? draw_table(canvas, rest, scene, answer)
                    : scene->hides_answer ? draw_hidden(canvas, rest)
                    : scene->network->headless && pass_act(scene->pass, network_loss_op(scene->network)).data
                        ? draw_headless(canvas, rest, scene)
                        : draw_waiting(canvas, rest, scene));
    if (headed && rest.h > 0)
        canvas_text_fit(canvas, rest.x, rest.y, rest.w, style_role(ROLE_DIM), scene->weights_note);
    layout_take_top(&rest, roomy ? 2 : !answered);
    return area.h - rest.h;
}

void input_answer_line(Canvas *canvas, Rect row, const Scene *scene, const InputAnswer *answer) {
    char name[CLASS_NAME_MAX], text[LINE_MAX];
    if (!answer->probabilities || row.h <= 0) return;
    int first = answer->top[0];
    bool right = first == scene->true_class, known = scene->true_class >= 0;
    utf8_format(text, sizeof text, "%s %s%s", scene_class_name(scene, first, name),
                text_format_percent(answer->probabilities[first]).text,
                !known  ? ""
                : right ? ": right"
                        : ": wrong");
    canvas_text_fit(canvas, row.x, row.y, row.w,
                    style_bold(!known  ? ROLE_TEXT
                               : right ? ROLE_GOOD
                                       : ROLE_BAD),
                    text);
}
