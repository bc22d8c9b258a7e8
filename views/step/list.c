#include "views/step/list.h"

#include <stdio.h>
#include <string.h>

#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"

enum { NUMBER_END = 10, PHASE = 11, NAME = 15, NAME_WIDTH = 22, LABEL_WIDTH = 9, LINE_MAX = 320 };

/* `--> F   4 fwd layer1.0.conv1  conv 3x3` */
static void draw_step(Canvas *canvas, Rect row, const Scene *scene, int at) {
    const Network *network = scene->network;
    int op = scene_op_at(network, at);
    Phase phase = at < network->op_count ? PHASE_FORWARD : PHASE_BACKWARD;
    bool done = at < scene_steps_done(scene->pass), selected = at == scene->at;
    Style style = style_role(done ? ROLE_TEXT : ROLE_DIM);
    char state = widget_op_state(scene->pass, op), number[24];
    if (selected) {
        style = style_bold(ROLE_TEXT);
        canvas_text(canvas, row.x, row.y, style_bold(ROLE_ACCENT), "-->");
        canvas_set_cursor(canvas, row.x + NAME, row.y);
    }
    canvas_put(canvas, row.x + 4, row.y, style_role(widget_op_state_role(state)), (uint32_t)state);
    snprintf(number, sizeof number, "%d", at + 1);
    canvas_text_right(canvas, row.x + NUMBER_END, row.y, style_role(ROLE_DIM), number);
    canvas_text(canvas, row.x + PHASE, row.y, style_role(done ? widget_phase_role(phase) : ROLE_DIM),
                phase == PHASE_FORWARD ? "fwd" : "bwd");
    click_add_moment(canvas, row, scene, at);
    int room = row.w - NAME < NAME_WIDTH ? row.w - NAME : NAME_WIDTH;
    canvas_text_fit(canvas, row.x + NAME, row.y, room, style, network->ops[op].name);
    if (row.w - NAME - NAME_WIDTH < 8) return;
    canvas_text_fit(canvas, row.x + NAME + NAME_WIDTH, row.y, row.w - NAME - NAME_WIDTH, style_role(ROLE_DIM),
                    widget_op_summary(&network->ops[op]).text);
}

void step_list_draw(Canvas *canvas, Rect area, const Scene *scene) {
    int count = 2 * scene->network->op_count;
    int first = layout_scroll(scene->at - area.h / 2, scene->at, count, area.h);
    for (int k = 0; k < area.h && first + k < count; k++)
        draw_step(canvas, (Rect){.x = area.x, .y = area.y + k, .w = area.w, .h = 1}, scene, first + k);
}

static void append_name(char *text, size_t size, const char *name) {
    utf8_append(text, size, "%s%s", *text ? ", " : "", name);
}

static void draw_fact(Canvas *canvas, Rect *area, const char *label, const char *text) {
    if (*text == '\0' || area->h <= 0) return;
    layout_take_top(area, widget_field(canvas, *area, LABEL_WIDTH, label, text));
}

/* Who reads what the op writes, and the other way round. */
static void draw_neighbours(Canvas *canvas, Rect *area, const Scene *scene, const Op *op) {
    const Network *network = scene->network;
    char reads[LINE_MAX] = "", consumers[LINE_MAX] = "";
    for (int k = 0; k < op->input_count; k++)
        append_name(reads, sizeof reads, network->ops[op->inputs[k]].name);
    for (int j = op->index + 1; j < network->op_count; j++)
        for (int k = 0; k < network->ops[j].input_count; k++)
            if (network->ops[j].inputs[k] == op->index)
                append_name(consumers, sizeof consumers, network->ops[j].name);
    draw_fact(canvas, area, "reads", reads);
    draw_fact(canvas, area, "read by", consumers);
}

void step_facts_draw(Canvas *canvas, Rect area, const Scene *scene) {
    const Network *network = scene->network;
    const Op *op = &network->ops[scene->op];
    char text[LINE_MAX];
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), op_spec(op->kind)->title);
    draw_neighbours(canvas, &area, scene, op);
    if (op->input_count > 0) {
        snprintf(text, sizeof text, "%s to %s", text_format_shape(op->in).text,
                 text_format_shape(op->out).text);
        draw_fact(canvas, &area, "sizes", text);
    }
    if (op->block >= 0) {
        const Block *block = &network->blocks[op->block];
        snprintf(text, sizeof text, "%s, shortcut: %s", block->name, widget_shortcut_name(block->shortcut));
        draw_fact(canvas, &area, "block", text);
        draw_fact(canvas, &area, "skips", widget_skip_mode(scene).text);
    }
    draw_fact(canvas, &area, "source", op_spec(op->kind)->source);
}
