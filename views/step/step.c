/* One step: what the selected op reads, what it does with it, what it writes; and the same for its
 * gradients. */
#include <stdio.h>

#include "core/base/integer.h"
#include "views/canvas/layout.h"
#include "views/scene/view.h"
#include "views/step/list.h"
#include "views/step/notes.h"
#include "views/style/text.h"

enum {
    WIDE = 120, /* from here on the list of steps stands at the left */
    WIDER = 200,
    LIST_WIDTH = 37,
    LIST_WIDTH_WIDER = 52,
    LIST_ROWS = 11,
    LIST_ROWS_NARROW = 3,
    PANEL_ROWS_MIN = 12, /* below this the list gives way */
    PANEL_ROWS_GOOD = 8, /* and below this the percentiles */
    TEXT_ROWS = 4,       /* so that panels keep their place from step to step */
    TEXT_ROWS_WIDE = 3,
    GAP = 2,
};

/* "has been run", and what comes next where no list says it. */
static WidgetText describe_state(const Scene *scene, bool done, bool with_next) {
    WidgetText out;
    int next = scene->at + 1;
    snprintf(out.text, sizeof out.text, "%s", done ? "has been run" : "not run yet");
    if (!done || !with_next || next == 2 * scene->network->op_count) return out;
    int op = scene_op_at(scene->network, next);
    snprintf(out.text, sizeof out.text, "has been run, next: %s",
             op == scene->op ? "backward" : widget_op_short_name(scene->network, op));
    return out;
}

static void draw_title(Canvas *canvas, Rect row, const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    bool done = scene->at < scene_steps_done(scene->pass);
    int right = row.x + row.w, x;
    canvas_set_cursor(canvas, row.x, row.y);
    x = canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(ROLE_TITLE), op->name);
    x = canvas_text(canvas, x + 2, row.y, style_role(ROLE_TEXT), widget_op_summary(op).text);
    x = canvas_text(canvas, x + 2, row.y, style_bold(widget_phase_role(scene->phase)),
                    widget_phase_name(scene->phase));
    x = canvas_printf(canvas, x + 2, row.y, style_role(ROLE_TEXT), "step %d of %d", scene->at + 1,
                      2 * scene->network->op_count);
    WidgetText state = describe_state(scene, done, row.w < WIDE);
    if (x + 2 + text_width(state.text) > right) state = describe_state(scene, done, false);
    if (x + 2 + text_width(state.text) <= right)
        canvas_text_right(canvas, right, row.y, style_role(done ? ROLE_DIM : ROLE_WARN), state.text);
}

/* What it does, in words and as a formula. Returns the rows used. */
static int draw_text(Canvas *canvas, Rect area, const Scene *scene) {
    const OpSpec *spec = op_spec(scene->network->ops[scene->op].kind);
    bool forward = scene->phase == PHASE_FORWARD, done = scene->at < scene_steps_done(scene->pass);
    const char *formula = forward ? spec->forward_math : spec->backward_math;
    int rows = area.w < WIDE ? TEXT_ROWS : TEXT_ROWS_WIDE;
    Rect rest = area;
    layout_take_top(&rest, canvas_text_wrapped(canvas, rest, style_role(ROLE_TEXT), spec->sentence, 0));
    layout_take_top(
        &rest, canvas_text_wrapped(canvas, rest, style_role(widget_phase_role(scene->phase)), formula, 0));
    if (area.h - rest.h < rows) layout_take_top(&rest, rows - (area.h - rest.h));
    if (!done)
        layout_take_top(&rest, canvas_text_wrapped(canvas, rest, style_role(ROLE_WARN),
                                                   "This step has not been run: s steps, e runs up to here, "
                                                   "f runs the whole pass.",
                                                   0));
    return area.h - rest.h;
}

/* The list at the left, with what is known about the op below it. */
static void draw_side(Canvas *canvas, Rect *area, const Scene *scene) {
    Rect side = layout_take_left(area, area->w >= WIDER ? LIST_WIDTH_WIDER : LIST_WIDTH);
    layout_take_left(area, GAP);
    widget_heading(canvas, layout_take_top(&side, 1), style_role(ROLE_TITLE), "Steps");
    step_list_draw(canvas, layout_take_top(&side, LIST_ROWS), scene);
    layout_take_top(&side, 1);
    step_facts_draw(canvas, side, scene);
}

static void view_step_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    (void)state;
    Rect old = canvas_clip(canvas, area), rest = area;
    draw_title(canvas, layout_take_top(&rest, 1), scene);
    if (area.h > LAYOUT_S_HEIGHT) layout_take_top(&rest, 1);
    if (area.w >= WIDE) draw_side(canvas, &rest, scene);
    layout_take_top(&rest, draw_text(canvas, rest, scene));
    if (area.h > LAYOUT_S_HEIGHT) layout_take_top(&rest, 1);
    StepPanels panels = step_panels(scene);
    /* All figures of a tensor need two lines, where the pictures keep their place. */
    int lines = rest.h - step_notes_height(scene, &panels, 2) >= PANEL_ROWS_GOOD ? 2 : 1;
    int notes = step_notes_height(scene, &panels, lines);
    if (area.w < WIDE && rest.h - notes - LIST_ROWS_NARROW - 2 >= PANEL_ROWS_MIN) {
        step_list_draw(canvas, layout_take_bottom(&rest, LIST_ROWS_NARROW), scene);
        layout_take_bottom(&rest, 1);
    }
    step_notes_draw(canvas, layout_take_bottom(&rest, notes), scene, &panels, lines);
    if (area.h > LAYOUT_S_HEIGHT) layout_take_bottom(&rest, 1);
    step_panels_draw(canvas, rest, scene, &panels);
    canvas_unclip(canvas, old);
}

static Action move_steps(const Scene *scene, int by) {
    int last = 2 * scene->network->op_count - 1, at = scene->at + by;
    at = integer_clamp(at, 0, last);
    if (at == scene->at) return view_action(ACTION_NONE, 0);
    return at > scene->at ? view_action(ACTION_NEXT_OP, at - scene->at)
                          : view_action(ACTION_PREVIOUS_OP, scene->at - at);
}

static Action move_channel(const Scene *scene, int by) {
    int last = scene->network->ops[scene->op].out.c - 1, channel = scene->channel + by;
    return view_action(ACTION_CHANNEL, integer_clamp(channel, 0, last));
}

static Action view_step_act(void *state, const Scene *scene, Action action) {
    (void)state;
    int count = action_count(&action);
    switch (action.id) {
    case ACTION_UP: return move_steps(scene, -count);
    case ACTION_DOWN: return move_steps(scene, count);
    case ACTION_PAGE_UP: return move_steps(scene, -LIST_ROWS * count);
    case ACTION_PAGE_DOWN: return move_steps(scene, LIST_ROWS * count);
    case ACTION_FIRST: return move_steps(scene, -scene->at);
    case ACTION_LAST: return move_steps(scene, 2 * scene->network->op_count);
    case ACTION_LEFT: return move_channel(scene, -count);
    case ACTION_RIGHT: return move_channel(scene, count);
    case ACTION_OPEN: {
        Action open = view_action(ACTION_VIEW, 0);
        snprintf(open.text, sizeof open.text, "maps");
        return open;
    }
    default: return action;
    }
}

static ZoomLevel view_step_level(const void *state, const Scene *scene) {
    (void)state, (void)scene;
    return ZOOM_OP;
}

const ViewOps view_step_ops = {
    .name = "step",
    .title = "Step",
    .summary = "One operation: what it reads, what it does with it, and what it writes, forward and "
               "backward.",
    .key = 't',
    .act = view_step_act,
    .level = view_step_level,
    .draw = view_step_draw,
};
