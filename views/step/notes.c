#include "views/step/notes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/network/class_names.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"

enum { LABEL_WIDTH = 6, LABEL_WIDTH_BACKWARD = 9, ROOMY = 72, LINE_MAX = 320 };

/* Draws row after row, or only counts them (canvas NULL). */
typedef struct Notes {
    Canvas *canvas;
    Rect row;
    int label_width, count;
    int lines; /* of the figures of one tensor */
} Notes;

/* The place of the next row after its label; empty when only counting. */
static Rect next_row(Notes *notes, Style style, const char *label) {
    notes->count++;
    if (!notes->canvas) return (Rect){.w = 0};
    Rect row = notes->row;
    notes->row.y++;
    canvas_text_fit(notes->canvas, row.x, row.y, notes->label_width - 1, style, label);
    row.x += notes->label_width;
    row.w -= notes->label_width;
    return row;
}

static void note_text(Notes *notes, Role role, const char *label, const char *text) {
    Rect row = next_row(notes, style_role(role), label);
    if (notes->canvas) canvas_text_fit(notes->canvas, row.x, row.y, row.w, style_role(ROLE_TEXT), text);
}

static void note_stats(Notes *notes, const Scene *scene, const StepPanel *panel) {
    /* Of one part of a gradient the op's own percentiles say nothing. */
    const Profile *profile = panel->part.own_scale ? NULL : scene_profile(scene, panel->op, panel->phase);
    WidgetFigures figures = {.stats = panel->stats, .hidden = scene->hides_figures};
    if (profile) figures.percentiles = profile->percentiles;
    Rect row = next_row(notes, style_bold(panel->role), panel->symbol);
    for (int k = 1; k < notes->lines; k++) next_row(notes, style_role(ROLE_DIM), "");
    if (!notes->canvas) return;
    row.h = notes->lines;
    if (panel->closed)
        canvas_text_fit(notes->canvas, row.x, row.y, row.w, style_role(ROLE_DIM), panel->missing.text);
    else
        widget_figures(notes->canvas, row, &figures, 1);
}

/* Statistics of each tensor; not of probabilities, and an addition's dy stands for its two copies. */
static void note_tensors(Notes *notes, const Scene *scene, const StepPanels *panels) {
    bool copies = scene->phase == PHASE_BACKWARD && network_is_addition(scene->network, scene->op);
    for (int k = 0; k < panels->count; k++)
        if (panels->item[k].kind != STEP_PANEL_PROBABILITIES && panels->item[k].kind != STEP_PANEL_PICTURE &&
            !(copies && k > 0))
            note_stats(notes, scene, &panels->item[k]);
}

static void note_loss(Notes *notes, const Scene *scene) {
    char name[CLASS_NAME_MAX], text[LINE_MAX] = "not computed yet";
    const double *p = pass_probabilities(scene->pass);
    int target = pass_target(scene->pass, 0), predicted;
    if (scene->network->headless && target >= 0)
        snprintf(text, sizeof text, "%.4g, which is feature %d", pass_loss(scene->pass), target);
    else if (scene->hides_answer)
        snprintf(text, sizeof text, "answer the lesson's question first");
    else if (p && class_rank(p, network_answers(scene->network), &predicted, 1) == 1)
        utf8_format(text, sizeof text, "%.4g = -log %.4g, the probability of %s (%s)", pass_loss(scene->pass),
                    p[target], model_class_name(scene->model, target, name, sizeof name),
                    target == scene->true_class ? "true class"
                    : target == predicted       ? "predicted class"
                                                : "asked for");
    note_text(notes, ROLE_DIM, "loss", text);
}

/* The four numbers that make y out of x for the selected channel. */
static void note_norm(Notes *notes, const Scene *scene, const Op *op) {
    char text[LINE_MAX], label[WIDGET_TEXT_MAX];
    const Param *params = &scene->network->params[op->param_first];
    const real *mean = pass_norm_mean(scene->pass, op->index), *var = pass_norm_var(scene->pass, op->index);
    int c = scene->channel;
    double gamma = 1, beta = 0;
    for (int k = 0; k < op->param_count; k++) {
        const real *values = network_const_values(scene->network, &params[k]);
        if (params[k].role == PARAM_NORM_WEIGHT) gamma = (double)values[c];
        if (params[k].role == PARAM_NORM_BIAS) beta = (double)values[c];
    }
    snprintf(label, sizeof label, c < 100 ? "ch %d" : "%d", c);
    if (mean)
        utf8_format(text, sizeof text, "mean %+.3g  variance %.3g  gamma %+.3g  beta %+.3g  (%s)",
                    (double)mean[c], (double)var[c], gamma, beta,
                    pass_batch_statistics(scene->pass) ? "this batch's" : "running");
    else
        snprintf(text, sizeof text, "gamma %+.3g  beta %+.3g  mean and variance not computed yet", gamma,
                 beta);
    note_text(notes, ROLE_DIM, label, text);
}

/* For each parameter that learns: how large its gradient is, alone and beside the parameter itself. */
static void note_param_grads(Notes *notes, const Scene *scene, const Op *op) {
    for (int k = 0; k < op->param_count; k++) {
        const Param *param = &scene->network->params[op->param_first + k];
        if (!param_role_learns(param->role)) continue;
        char label[WIDGET_TEXT_MAX], text[LINE_MAX] = "not computed yet";
        utf8_format(label, sizeof label, "d %s", strrchr(param->name, '.') + 1);
        if (notes->canvas && pass_param_grad(scene->pass, param)) {
            Stats grad = pass_param_grad_stats(scene->pass, param);
            double own = tensor_stats(network_const_values(scene->network, param), param->count).l2;
            utf8_format(text, sizeof text, "norm %.2e, of the parameter itself %.2e, %s values%s", grad.l2,
                        own, text_format_count(param->count).text,
                        grad.nan + grad.inf > 0 ? ", not all finite!" : "");
            if (text_width(text) > notes->row.w - notes->label_width)
                utf8_format(text, sizeof text, "norm %.2e%s", grad.l2,
                            grad.nan + grad.inf > 0 ? ", not all finite!" : "");
        }
        note_text(notes, ROLE_BACKWARD, label, text);
    }
}

/* Both ways out of an addition, and how they meet again at the block's input. */
static void note_routes(Notes *notes, const Scene *scene, const Op *op, const StepPanels *panels) {
    Rect row = next_row(notes, style_role(ROLE_DIM), "routes");
    if (!notes->canvas) return;
    int x = row.x;
    for (int k = 1; k < panels->count; k++) {
        const StepPanel *panel = &panels->item[k];
        char text[WIDGET_TEXT_MAX];
        utf8_format(text, sizeof text, "|%s| %s", panel->symbol,
                    panel->closed        ? "0"
                    : panel->stats.known ? text_format_exponent(panel->stats.l2).text
                                         : "?");
        x = canvas_text_fit(notes->canvas, x, row.y, row.x + row.w - x, style_role(panel->role), text) + 2;
    }
    Junction junction = pass_junction(scene->pass, op->block);
    char text[LINE_MAX] = "they meet again at the block's input";
    char sum[WIDGET_TEXT_MAX], cosine[WIDGET_TEXT_MAX];
    if (junction.known)
        snprintf(text, sizeof text, "block input: F %.1e  skip %.1e", junction.branch_l2, junction.skip_l2);
    int right = row.x + row.w;
    x = canvas_text_fit(notes->canvas, x, row.y, right - x, style_role(ROLE_TEXT), text);
    if (!junction.known) return;
    snprintf(sum, sizeof sum, "  sum %.1e", junction.in_l2);
    snprintf(cosine, sizeof cosine, "  cos %+.2f", junction.cosine);
    if (x + text_width(sum) > right) return;
    x = canvas_text(notes->canvas, x, row.y, style_role(ROLE_TEXT), sum);
    if (!isnan(junction.cosine) && x + text_width(cosine) <= right)
        canvas_text(notes->canvas, x, row.y, style_role(ROLE_TEXT), cosine);
}

static void note_cost(Notes *notes, const Scene *scene, const Op *op) {
    char text[LINE_MAX];
    const Param *weight = &scene->network->params[op->param_first];
    utf8_format(text, sizeof text, "%s weights, %s multiply-adds",
                text_format_count(network_op_param_count(scene->network, op->index)).text,
                text_format_engineering((double)network_op_macs(scene->network, op->index)).text);
    char filters[WIDGET_TEXT_MAX] = "";
    if (op_spec(op->kind)->middle == OP_MIDDLE_KERNEL)
        snprintf(filters, sizeof filters, ": %d filters of %dx%dx%d", weight->dims[0], weight->dims[1],
                 weight->dims[2], weight->dims[3]);
    if (text_width(text) + text_width(filters) <= notes->row.w - notes->label_width)
        utf8_append(text, sizeof text, "%s", filters);
    note_text(notes, ROLE_DIM, "w", text);
}

/* What only operators with this middle have. */
static void note_middle(Notes *notes, const Scene *scene, const Op *op) {
    bool forward = scene->phase == PHASE_FORWARD;
    switch (op_spec(op->kind)->middle) {
    case OP_MIDDLE_CHOICE:
    case OP_MIDDLE_SOFTMAX: note_loss(notes, scene); break;
    case OP_MIDDLE_LINE: note_norm(notes, scene, op); break;
    case OP_MIDDLE_KERNEL:
    case OP_MIDDLE_MATRIX:
        if (forward) note_cost(notes, scene, op);
        break;
    case OP_MIDDLE_NOTHING:
    case OP_MIDDLE_CURVE:
    case OP_MIDDLE_LARGEST:
    case OP_MIDDLE_SUM:
    case OP_MIDDLE_PICK:
    case OP_MIDDLE_MEAN: break;
    }
}

static void note_all(Notes *notes, const Scene *scene, const StepPanels *panels) {
    const Op *op = &scene->network->ops[scene->op];
    bool backward = scene->phase == PHASE_BACKWARD;
    note_tensors(notes, scene, panels);
    note_middle(notes, scene, op);
    if (backward) note_param_grads(notes, scene, op);
    if (backward && network_is_addition(scene->network, scene->op)) note_routes(notes, scene, op, panels);
}

int step_notes_height(const Scene *scene, const StepPanels *panels, int lines) {
    Notes notes = {.canvas = NULL, .lines = lines};
    note_all(&notes, scene, panels);
    return notes.count;
}

void step_notes_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels, int lines) {
    int label = scene->phase == PHASE_FORWARD ? LABEL_WIDTH : LABEL_WIDTH_BACKWARD;
    Notes notes = {.canvas = canvas,
                   .row = {.x = area.x, .y = area.y, .w = area.w, .h = 1},
                   .label_width = label,
                   .lines = lines};
    note_all(&notes, scene, panels);
}

void step_notes_brief(Canvas *canvas, Rect row, const Scene *scene) {
    bool forward = scene->phase == PHASE_FORWARD;
    if (op_spec(scene->network->ops[scene->op].kind)->middle == OP_MIDDLE_SOFTMAX) {
        Notes notes = {.canvas = canvas, .row = row, .label_width = LABEL_WIDTH};
        note_loss(&notes, scene);
        return;
    }
    WidgetFigures figures = widget_figures_of(scene, scene->op, scene->phase);
    int channels = scene->network->ops[scene->op].out.c;
    char label[WIDGET_TEXT_MAX];
    utf8_format(label, sizeof label, forward ? "y" : "dy");
    /* The map above is one of them. */
    if (channels > 1 && row.w >= ROOMY) utf8_append(label, sizeof label, ", all %d channels:", channels);
    figures.label = label;
    figures.norm = forward ? "|y|" : "|dy|";
    widget_figures(canvas, row, &figures, 1);
}
