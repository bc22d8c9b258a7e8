#include "views/architecture/detail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"

enum { LABEL_WIDTH = 11, TEXT_MAX = 256 };

typedef struct Pane {
    Canvas *canvas;
    Rect rest;
} Pane;

/* "16*3*3*3". */
static void append_dims(char *text, size_t size, const Param *param, const char *times) {
    for (int k = 0; k < param->rank; k++) utf8_append(text, size, "%s%d", k > 0 ? times : "", param->dims[k]);
}

WidgetText architecture_param_sum(const Network *network, int op) {
    WidgetText out = {.text = ""};
    const Op *o = &network->ops[op];
    for (int k = 0; k < o->param_count; k++) {
        const Param *param = &network->params[o->param_first + k];
        if (!param_role_learns(param->role)) continue;
        if (out.text[0]) utf8_append(out.text, sizeof out.text, " + ");
        append_dims(out.text, sizeof out.text, param, "*");
    }
    if (out.text[0] == '\0') return (WidgetText){.text = "none"};
    utf8_append(out.text, sizeof out.text, " = %s",
                text_format_count(network_op_param_count(network, op)).text);
    return out;
}

WidgetText architecture_mac_sum(const Network *network, int op) {
    WidgetText out = {.text = "none"};
    const Op *o = &network->ops[op];
    uint64_t macs = network_op_macs(network, op);
    TextNumber count = text_format_count((size_t)macs);
    if (macs == 0) return out;
    if (op_spec(o->kind)->reads == OP_READS_WINDOW)
        utf8_format(out.text, sizeof out.text, "%d*%d*%d * %d*%d*%d = %s", o->out.c, o->out.h, o->out.w,
                    o->in.c, o->kernel_h, o->kernel_w, count.text);
    else
        utf8_format(out.text, sizeof out.text, "%d * %d = %s", o->out.c, o->in.c, count.text);
    return out;
}

static void put_text(Pane *pane, Style style, const char *text) {
    layout_take_top(&pane->rest, canvas_text_wrapped(pane->canvas, pane->rest, style, text, 0));
}

static void put_field(Pane *pane, const char *label, const char *text) {
    if (rect_is_empty(pane->rest)) return;
    layout_take_top(&pane->rest, widget_field(pane->canvas, pane->rest, LABEL_WIDTH, label, text));
}

static void put_space(Pane *pane) {
    layout_take_top(&pane->rest, 1);
}

static void put_mathematics(Pane *pane, const OpSpec *spec) {
    put_field(pane, "forward", spec->forward_math);
    put_field(pane, "backward", spec->backward_math);
    put_field(pane, "source", spec->source);
}

static void put_block(Pane *pane, const Network *network, const Op *op) {
    char text[TEXT_MAX];
    if (op->block < 0) return;
    const Block *block = &network->blocks[op->block];
    utf8_format(text, sizeof text, "%s, shortcut: %s", block->name, widget_shortcut_name(block->shortcut));
    put_field(pane, "block", text);
}

static void put_shapes(Pane *pane, const Network *network, const Op *op) {
    char text[TEXT_MAX];
    for (int k = 0; k < op->input_count; k++) {
        const Op *input = &network->ops[op->inputs[k]];
        const char *way = !network_is_addition(network, op->index) ? "" : k == 0 ? " (branch)" : " (skip)";
        utf8_format(text, sizeof text, "%s  %s%s", text_format_shape(input->out).text, input->name, way);
        put_field(pane, k == 0 ? "input" : "", text);
    }
    put_field(pane, "output", text_format_shape(op->out).text);
}

static void put_params(Pane *pane, const Network *network, const Op *op) {
    for (int k = 0; k < op->param_count; k++) {
        const Param *param = &network->params[op->param_first + k];
        char text[TEXT_MAX] = "";
        append_dims(text, sizeof text, param, "x");
        const char *suffix = strrchr(param->name, '.');
        utf8_append(text, sizeof text, "  %s%s", suffix ? suffix + 1 : param->name,
                    param_role_learns(param->role) ? "" : " (not learned)");
        put_field(pane, k == 0 ? "holds" : "", text);
    }
    put_field(pane, "parameters", architecture_param_sum(network, op->index).text);
    put_field(pane, "mult-adds", architecture_mac_sum(network, op->index).text);
}

static void put_stats(Pane *pane, const char *label, const Stats *stats) {
    char text[TEXT_MAX] = "";
    if (!stats->known) {
        put_field(pane, label, "not run yet");
        return;
    }
    if (stats->nan + stats->inf > 0)
        utf8_append(text, sizeof text, "%s NaN, %s infinite!  ", text_format_count(stats->nan).text,
                    text_format_count(stats->inf).text);
    double zeros = stats->count ? (double)stats->zeros / (double)stats->count : 0;
    utf8_append(text, sizeof text, "mean %.3g  std %.3g  min %.3g  max %.3g  |x| %.3g  zero %s", stats->mean,
                stats->std, stats->min, stats->max, stats->l2, text_format_percent(zeros).text);
    put_field(pane, label, text);
}

/* An addition splits the gradient of the block's input: g_in = g_skip + g_branch. */
static void put_routes(Pane *pane, const Scene *scene, const Op *op) {
    char text[TEXT_MAX];
    if (!network_is_addition(scene->network, op->index)) return;
    Junction junction = pass_junction(scene->pass, op->block);
    if (!junction.known) return;
    utf8_format(text, sizeof text, "|g in| %.2e  by skip %.2e  by F %.2e", junction.in_l2, junction.skip_l2,
                junction.branch_l2);
    if (!isnan(junction.cosine)) utf8_append(text, sizeof text, "  cos %+.2f", junction.cosine);
    put_field(pane, "routes", text);
}

Rect architecture_detail_draw(Canvas *canvas, Rect area, const Scene *scene) {
    const Network *network = scene->network;
    const Op *op = &network->ops[scene->op];
    const OpSpec *spec = op_spec(op->kind);
    Stats act = scene_stats(scene, op->index, PHASE_FORWARD),
          grad = scene_stats(scene, op->index, PHASE_BACKWARD);
    Rect old = canvas_clip(canvas, area);
    Pane pane = {.canvas = canvas, .rest = area};
    widget_heading(canvas, layout_take_top(&pane.rest, 1), style_bold(ROLE_TITLE), op->name);
    put_text(&pane, style_bold(ROLE_TEXT), spec->title);
    put_text(&pane, style_role(ROLE_TEXT), spec->sentence);
    put_space(&pane);
    put_mathematics(&pane, spec);
    put_space(&pane);
    put_block(&pane, network, op);
    put_shapes(&pane, network, op);
    put_params(&pane, network, op);
    put_space(&pane);
    put_stats(&pane, "activation", &act);
    put_stats(&pane, "gradient", &grad);
    put_routes(&pane, scene, op);
    canvas_unclip(canvas, old);
    return pane.rest;
}
