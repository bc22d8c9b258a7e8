#include "views/architecture/group.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "views/canvas/layout.h"
#include "views/style/text.h"

enum { LABEL_WIDTH = 11, TEXT_MAX = 400 };

ArchitectureGroup architecture_group(const Network *network, int first, int last) {
    ArchitectureGroup group = {.first = first, .last = last};
    for (int op = first; op <= last; op++) {
        int block = network->ops[op].block;
        group.params += network_op_param_count(network, op);
        group.macs += network_op_macs(network, op);
        if (block < 0 || network->blocks[block].output != op) continue;
        group.blocks++;
        group.kinds[network->blocks[block].shortcut]++;
    }
    return group;
}

WidgetText architecture_group_name(const Network *network, const ArchitectureRow *row) {
    WidgetText out;
    int block = network->ops[row->op].block;
    if (block < 0)
        snprintf(out.text, sizeof out.text, "%s", row->op == 0 ? "stem" : "head");
    else if (row->kind == ROW_FOLDED_STAGE)
        snprintf(out.text, sizeof out.text, "layer%d", network->blocks[block].stage);
    else
        snprintf(out.text, sizeof out.text, "%s", network->blocks[block].name);
    return out;
}

WidgetText architecture_group_kinds(const ArchitectureGroup *group) {
    WidgetText out = {.text = ""};
    for (int kind = SHORTCUT_PROJECTION; kind >= SHORTCUT_NONE; kind--)
        if (group->kinds[kind] > 0)
            utf8_append(out.text, sizeof out.text, "%s%d %s", out.text[0] ? ", " : "", group->kinds[kind],
                        kind == SHORTCUT_NONE ? "without a skip" : widget_shortcut_name((ShortcutKind)kind));
    return out;
}

WidgetText architecture_block_skip(const Network *network, int block) {
    const Block *b = &network->blocks[block];
    WidgetText out = {.text = "no skip"};
    if (b->shortcut == SHORTCUT_NONE) return out;
    int stride = b->branch_last + 1 < b->add ? network->ops[b->branch_last + 1].stride : 1;
    bool projection = b->shortcut == SHORTCUT_PROJECTION;
    snprintf(out.text, sizeof out.text, "%s",
             projection ? "projection 1x1" : widget_shortcut_name(b->shortcut));
    if (stride > 1) utf8_append(out.text, sizeof out.text, "%s/%d", projection ? "" : " ", stride);
    return out;
}

char architecture_group_state(const Pass *pass, int first, int last) {
    bool all_backward = true, all_forward = true, any_backward = false, any_forward = false;
    for (int op = first; op <= last; op++) {
        char state = widget_op_state(pass, op);
        if (state == '!') return state;
        any_backward |= state == 'G';
        any_forward |= state != ' ';
        all_backward &= state == 'G';
        all_forward &= state != ' ';
    }
    if (any_backward) return all_backward ? 'G' : 'g';
    return all_forward ? 'F' : any_forward ? 'f' : ' ';
}

Role architecture_group_state_role(char state) {
    return widget_op_state_role((char)toupper((unsigned char)state));
}

/* "conv 3x3 /2, batch norm, ReLU, conv 3x3, batch norm". */
static void append_ops(char *out, size_t size, const Network *network, int first, int last) {
    for (int op = first; op <= last; op++)
        utf8_append(out, size, "%s%s", op > first ? ", " : "", widget_op_summary(&network->ops[op]).text);
}

static void append_branch(char *out, size_t size, const Network *network, int block) {
    const Block *b = &network->blocks[block];
    utf8_append(out, size, "F = ");
    append_ops(out, size, network, b->branch_first, b->branch_last);
}

void architecture_group_describe(const Network *network, const ArchitectureRow *row, char *out, size_t size) {
    ArchitectureGroup group = architecture_group(network, row->op, row->last);
    int block = network->ops[row->op].block;
    snprintf(out, size, "%s: ", architecture_group_name(network, row).text);
    if (block < 0) {
        append_ops(out, size, network, row->op, row->last);
    } else if (row->kind == ROW_FOLDED_BLOCK) {
        append_branch(out, size, network, block);
        utf8_append(out, size, "; skip: %s", architecture_block_skip(network, block).text);
    } else {
        utf8_append(out, size, "%d %s, shortcuts: %s. In the first, ", group.blocks,
                    group.blocks == 1 ? "block" : "blocks", architecture_group_kinds(&group).text);
        append_branch(out, size, network, block);
    }
    utf8_append(out, size, ". Enter unfolds.");
}

typedef struct Pane {
    Canvas *canvas;
    Rect rest;
} Pane;

static void put_field(Pane *pane, const char *label, const char *text) {
    if (rect_is_empty(pane->rest)) return;
    layout_take_top(&pane->rest, widget_field(pane->canvas, pane->rest, LABEL_WIDTH, label, text));
}

static void put_tensor(Pane *pane, const Scene *scene, const char *label, int op) {
    char text[TEXT_MAX];
    Stats act = pass_act_stats(scene->pass, op), grad = pass_grad_stats(scene->pass, op);
    snprintf(text, sizeof text, "%s  %s", text_format_shape(scene->network->ops[op].out).text,
             scene->network->ops[op].name);
    put_field(pane, label, text);
    snprintf(text, sizeof text, act.known ? "|x| %.4g" : "not run yet", act.l2);
    if (grad.known) utf8_append(text, sizeof text, "   |gradient| %.4g", grad.l2);
    put_field(pane, "", text);
}

static void put_routes(Pane *pane, const Scene *scene, int block) {
    char text[TEXT_MAX];
    Junction junction = pass_junction(scene->pass, block);
    if (!junction.known) return;
    snprintf(text, sizeof text, "|g in| %.2e  by skip %.2e  by F %.2e", junction.in_l2, junction.skip_l2,
             junction.branch_l2);
    put_field(pane, "routes", text);
}

Rect architecture_group_draw(Canvas *canvas, Rect area, const Scene *scene, const ArchitectureRow *row) {
    const Network *network = scene->network;
    ArchitectureGroup group = architecture_group(network, row->op, row->last);
    int block = network->ops[row->op].block;
    char text[TEXT_MAX];
    Rect old = canvas_clip(canvas, area);
    Pane pane = {.canvas = canvas, .rest = area};
    widget_heading(canvas, layout_take_top(&pane.rest, 1), style_bold(ROLE_TITLE),
                   architecture_group_name(network, row).text);
    architecture_group_describe(network, row, text, sizeof text);
    layout_take_top(&pane.rest, canvas_text_wrapped(canvas, pane.rest, style_role(ROLE_TEXT), text, 0) + 1);
    snprintf(text, sizeof text, "%d  (%d to %d)", row->last - row->op + 1, row->op, row->last);
    put_field(&pane, "operations", text);
    if (block >= 0) put_field(&pane, "shortcuts", architecture_group_kinds(&group).text);
    put_field(&pane, "parameters", text_format_count(group.params).text);
    put_field(&pane, "mult-adds", text_format_count((size_t)group.macs).text);
    layout_take_top(&pane.rest, 1);
    put_tensor(&pane, scene, "input",
               block >= 0    ? network->blocks[block].input
               : row->op > 0 ? row->op - 1
                             : 0);
    put_tensor(&pane, scene, "output", row->last);
    if (row->kind == ROW_FOLDED_BLOCK) put_routes(&pane, scene, block);
    canvas_unclip(canvas, old);
    return pane.rest;
}
