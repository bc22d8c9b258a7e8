#include "views/step/terms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "core/network/class_names.h"
#include "views/canvas/layout.h"
#include "views/scene/class_rank.h"
#include "views/style/text.h"

enum { TERMS_MAX = 64, TEXT_MAX = 96, MARGIN = 2 };

/* y[k] = Σ w[k,c] · x[c] + b[k] for the selected output k; backward what dy[k] sends to each input. */
typedef struct Terms {
    const real *weight, *x; /* of the row; x NULL: backward */
    double factor;          /* backward: dy[k] */
    double sum, bias;       /* of all terms */
    int inputs, count;
    int order[TERMS_MAX]; /* by magnitude */
} Terms;

static double term(const Terms *terms, int c) {
    return (double)terms->weight[c] * (terms->x ? (double)terms->x[c] : terms->factor);
}

/* False while the numbers are not there. */
static bool find_terms(Terms *terms, const Scene *scene, const Op *op, int row) {
    const Network *network = scene->network;
    const Param *weight = network_op_param(network, op->index, PARAM_LINEAR_WEIGHT);
    const Param *bias = network_op_param(network, op->index, PARAM_LINEAR_BIAS);
    bool back = scene->phase == PHASE_BACKWARD;
    Tensor tensor = back ? pass_grad(scene->pass, op->index) : pass_act(scene->pass, op->inputs[0]);
    *terms = (Terms){.inputs = op->in.c};
    if (!weight || !tensor.data) return false;
    terms->weight = network_const_values(network, weight) + (size_t)row * (size_t)op->in.c;
    terms->x = back ? NULL : tensor.data;
    terms->factor = back ? (double)tensor.data[row] : 0;
    terms->bias = bias ? (double)network_const_values(network, bias)[row] : 0;
    double *size = malloc((size_t)terms->inputs * sizeof *size);
    if (!size) return false;
    for (int c = 0; c < terms->inputs; c++) {
        terms->sum += term(terms, c);
        size[c] = fabs(term(terms, c));
    }
    terms->count = class_rank(size, terms->inputs, terms->order, TERMS_MAX);
    free(size);
    return true;
}

StepNumber step_number(double value, int digits) {
    StepNumber out;
    bool small = value != 0 && fabs(value) < 0.01;
    snprintf(out.text, sizeof out.text, small ? "%.*e" : "%.*g", small ? digits - 1 : digits, value);
    char *zero = strstr(out.text, "e-0"); /* "e-04" */
    if (zero) memmove(zero + 2, zero + 3, strlen(zero + 2));
    return out;
}

static void put(Canvas *canvas, Rect *area, Role role, const char *label, double value) {
    char number[24];
    Rect row = layout_take_top(area, 1);
    snprintf(number, sizeof number, "%s%s", value > 0 ? "+" : "", step_number(value, 4).text);
    canvas_text_fit(canvas, row.x, row.y, row.w - 8, style_role(role), label);
    canvas_text_right(canvas, row.x + row.w, row.y, style_role(role), number);
}

void step_terms_draw(Canvas *canvas, Rect area, const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    int row = integer_clamp(scene->channel, 0, op->out.c - 1);
    char name[CLASS_NAME_MAX], text[TEXT_MAX];
    Terms terms;
    if (scene->hides_answer) return;
    bool back = scene->phase == PHASE_BACKWARD;
    area = layout_inset(area, MARGIN, 0);
    utf8_format(text, sizeof text, back ? "%s: w · dy" : "%s: w · x", scene_class_name(scene, row, name));
    Rect head = layout_take_top(&area, 1);
    canvas_text_fit(canvas, head.x, head.y, head.w, style_bold(ROLE_TEXT), text);
    if (!find_terms(&terms, scene, op, row)) return;
    int shown = integer_min(terms.count, area.h - (back ? 1 : 3));
    double rest = terms.sum;
    for (int k = 0; k < shown; k++) {
        int c = terms.order[k];
        utf8_format(text, sizeof text, "%3d %s·%s", c, step_number((double)terms.weight[c], 2).text,
                    step_number(terms.x ? (double)terms.x[c] : terms.factor, 2).text);
        put(canvas, &area, ROLE_TEXT, text, term(&terms, c));
        rest -= term(&terms, c);
    }
    snprintf(text, sizeof text, "%d others", terms.inputs - shown);
    if (shown < terms.inputs) put(canvas, &area, ROLE_DIM, text, rest);
    if (back) return;
    put(canvas, &area, ROLE_DIM, "bias b", terms.bias);
    put(canvas, &area, ROLE_ACCENT, "y = their sum", terms.sum + terms.bias);
}

/* The only score of a network with a single class. */
static void draw_sigmoid(Canvas *canvas, Rect *area, double z, const double *p, int target) {
    put(canvas, area, ROLE_TEXT, "z", z);
    put(canvas, area, ROLE_TEXT, "e^ of −z", exp(-z));
    put(canvas, area, ROLE_ACCENT, "p = 1 / (1 + e^)", p[0]);
    if (target != 0) put(canvas, area, ROLE_ACCENT, "1 − p", p[target]);
}

/* exp(z - max): what the engine sums, so that no number is too large. */
static void draw_softmax(Canvas *canvas, Rect *area, Tensor z, const double *p, int target) {
    double largest = (double)z.data[0], sum = 0;
    for (int k = 1; k < z.shape.c; k++) largest = fmax(largest, (double)z.data[k]);
    for (int k = 0; k < z.shape.c; k++) sum += exp((double)z.data[k] - largest);
    double own = (double)z.data[target] - largest;
    put(canvas, area, ROLE_TEXT, "z", (double)z.data[target]);
    put(canvas, area, ROLE_DIM, "z − largest z", own);
    put(canvas, area, ROLE_TEXT, "e^ of this", exp(own));
    put(canvas, area, ROLE_TEXT, "Σ over classes", sum);
    put(canvas, area, ROLE_ACCENT, "p = e^ / Σ", p[target]);
}

void step_softmax_draw(Canvas *canvas, Rect area, const Scene *scene) {
    const Network *network = scene->network;
    Tensor z = pass_act(scene->pass, network_logits_op(network));
    const double *p = pass_probabilities(scene->pass);
    int target = pass_target(scene->pass, 0);
    char name[CLASS_NAME_MAX];
    area = layout_inset(area, MARGIN, 0);
    if (scene->hides_answer) return;
    layout_take_top(&area, 1);
    if (!z.data || !p || target < 0) {
        canvas_text_wrapped(canvas, area, style_role(ROLE_DIM), "not run yet", 0);
        return;
    }
    Rect head = layout_take_top(&area, 1);
    canvas_text_fit(canvas, head.x, head.y, head.w, style_bold(ROLE_TEXT),
                    scene_class_name(scene, target, name));
    if (network->classes == 1)
        draw_sigmoid(canvas, &area, (double)z.data[0], p, target);
    else
        draw_softmax(canvas, &area, z, p, target);
    layout_take_top(&area, 1);
    if (scene->phase == PHASE_BACKWARD && target == network->classes)
        put(canvas, &area, ROLE_BACKWARD, "dz = p", p[0]);
    else if (scene->phase == PHASE_BACKWARD)
        put(canvas, &area, ROLE_BACKWARD, "dz = p − 1", p[target] - 1);
    else
        put(canvas, &area, ROLE_ACCENT, "loss = −log p", pass_loss(scene->pass));
}
