/* One step: what the selected op reads, what it does with it, what it writes; and the same for its
 * gradients. */
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/view.h"
#include "views/step/list.h"
#include "views/step/middle.h"
#include "views/step/notes.h"
#include "views/step/picture.h"
#include "views/style/text.h"
#include "views/widget/overview.h"

enum {
    LIST_WIDTH = 37, /* from here on the list of steps stands at the right */
    LIST_ROWS = 11,
    LIST_ROWS_MIN = 3,
    CHANNELS_ROWS = 5, /* of all channels, with their heading */
    ROWS_BELOW = 2,    /* the formula, one line of figures */
    WALK_MAX = 4095,
    FORMULA_MAX = 320,
};

typedef struct StepState {
    int walk; /* how often another input was asked for */
} StepState;

/* Where everything stands. */
typedef struct StepLayout {
    Rect title, picture, channels, list, sentence, formula, notes;
    int lines; /* of the figures of one tensor; 0: only the output's, in one line */
    StepPicture plan;
} StepLayout;

/* "step 5 of 144, next: bn1", with fewer words where there is less room. */
static void describe_state(const Scene *scene, int room, char out[WIDGET_TEXT_MAX]) {
    const Network *network = scene->network;
    int last = 2 * network->op_count, next = scene->at + 1;
    bool done = scene->at < scene_steps_done(scene->pass);
    char words[WIDGET_TEXT_MAX];
    utf8_format(words, sizeof words, "%s", done ? "the last" : "not run yet");
    if (done && next < last) {
        int op = scene_op_at(network, next);
        utf8_format(words, sizeof words, "next: %s",
                    op == scene->op ? "backward" : widget_op_short_name(network, op));
    }
    utf8_format(out, WIDGET_TEXT_MAX, "step %d of %d, %s", scene->at + 1, last, words);
    if (text_width(out) > room) utf8_format(out, WIDGET_TEXT_MAX, "step %d of %d", scene->at + 1, last);
    if (text_width(out) > room) *out = '\0';
}

/* `conv 3x3  weighs every neighbourhood ...   step 5 of 144, next: bn1` */
static void draw_title(Canvas *canvas, Rect row, const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    bool done = scene->at < scene_steps_done(scene->pass), forward = scene->phase == PHASE_FORWARD;
    char state[WIDGET_TEXT_MAX];
    int end = row.x + row.w, x;
    canvas_set_cursor(canvas, row.x, row.y);
    x = canvas_text_fit(canvas, row.x, row.y, row.w, style_bold(ROLE_TITLE), widget_op_summary(op).text) + 1;
    if (!forward) x = canvas_text_fit(canvas, x, row.y, end - x, style_bold(ROLE_BACKWARD), "backward") + 1;
    const char *brief = forward ? op_spec(op->kind)->brief : "the gradient on its way back";
    if (x + text_width(brief) <= end) x = canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), brief) + 2;
    describe_state(scene, end - x, state);
    canvas_text_right(canvas, end, row.y, style_role(done ? ROLE_DIM : ROLE_WARN), state);
}

/* Where a part of a formula ends: before a wide gap, or a gap after a comma. */
static size_t part_length(const char *part) {
    for (const char *gap = strstr(part, "  "); gap; gap = strstr(gap + 1, "  ")) {
        bool after_comma = gap > part && (gap[-1] == ',' || gap[-1] == ';');
        if (after_comma || gap[2] == ' ') return (size_t)(gap - part);
    }
    return strlen(part);
}

/* Batch norm has one formula for training and one for evaluation: the one that is not in force here. */
static bool is_of_other_mode(const Scene *scene, const char *part) {
    const char *other = pass_batch_statistics(scene->pass) ? "evaluation:" : "training:";
    return strncmp(part, other, strlen(other)) == 0;
}

/* The formula's whole parts that fit; wide gaps separate them. */
static void draw_formula(Canvas *canvas, Rect row, const Scene *scene) {
    const OpSpec *spec = op_spec(scene->network->ops[scene->op].kind);
    const char *part = scene->phase == PHASE_FORWARD ? spec->forward_math : spec->backward_math;
    Style style = style_role(widget_phase_role(scene->phase));
    char text[FORMULA_MAX];
    int end = row.x + row.w, x = row.x;
    for (size_t length; *part; part += length + strspn(part + length, " ")) {
        length = part_length(part);
        if (is_of_other_mode(scene, part)) continue;
        bool hangs = length > 0 &&
                     (part[length - 1] == ',' || part[length - 1] == ';'); /* it goes on in the next part */
        snprintf(text, sizeof text, "%.*s", (int)length - hangs, part);
        if (x + text_width(text) > end) break;
        x = canvas_text(canvas, x, row.y, style, text) + 3;
    }
}

/* What is left beside the picture and below it: all channels have the larger part, the list of steps the other. */
static void share_rest(StepLayout *layout, const Scene *scene, Rect below) {
    Rect side = layout->plan.beside;
    Shape shape = scene_shape(scene);
    bool maps = shape.h * shape.w > 1 && shape.c > 1 && scene_tensor(scene, scene->op, scene->phase).data;
    if (side.w > 0) side.h = below.y + below.h - side.y;
    if (side.w >= LIST_WIDTH || (maps && side.w * side.h > below.w * below.h)) below.w -= side.w;
    bool larger_side = side.w * side.h > below.w * below.h;
    Rect larger = larger_side ? side : below, other = larger_side ? below : side;
    if (maps && larger.h >= CHANNELS_ROWS) layout->channels = larger;
    Rect list = rect_is_empty(layout->channels) ? larger : other;
    if (list.h >= LIST_ROWS_MIN && list.w >= LIST_WIDTH) layout->list = list;
}

/* The picture gets all that it can use; then come sentence, figures, all channels, the list of steps. */
static StepLayout lay_out(const Scene *scene, Rect area, const StepPanels *panels) {
    StepLayout out = {.title = layout_take_top(&area, 1)};
    bool all = scene->settings.figures == FIGURES_ALL && !scene->hides_figures;
    int lines = widget_figures_lines(scene, area.w), notes = step_notes_height(scene, panels, lines);
    int below = all ? 1 + notes : ROWS_BELOW;
    Rect room = area;
    layout_take_bottom(&room, integer_min(below, area.h / 2));
    out.plan = step_picture_plan(panels, room, step_middle_width(scene), scene->settings.presenter);
    out.picture = layout_take_top(&area, out.plan.rows);
    int spare = area.h - below;
    if (!all && !scene->hides_figures && spare >= notes) {
        out.lines = lines;
        below = 1 + notes;
    } else if (all) {
        out.lines = lines;
    }
    out.notes = layout_take_bottom(&area, below - 1);
    out.formula = layout_take_bottom(&area, 1);
    const char *sentence = op_spec(scene->network->ops[scene->op].kind)->sentence;
    int rows = text_wrap_count(sentence, area.w);
    if (area.h >= rows) out.sentence = layout_take_bottom(&area, rows);
    share_rest(&out, scene, area);
    return out;
}

/* All channels of what comes out, small. */
static void draw_channels(Canvas *canvas, Rect area, const Scene *scene) {
    WidgetTensor tensor = widget_tensor(scene, scene->op, scene->phase);
    if (area.h >= CHANNELS_ROWS)
        widget_overview(canvas, area, scene, &tensor, scene->channel,
                        scene->phase == PHASE_FORWARD ? "y" : "dy");
}

/* The list, with what is known about the op below it. */
static void draw_list(Canvas *canvas, Rect area, const Scene *scene) {
    if (area.h < LIST_ROWS_MIN) return;
    if (area.h > LIST_ROWS)
        widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), "Steps");
    step_list_draw(canvas, layout_take_top(&area, LIST_ROWS), scene);
    layout_take_top(&area, 1);
    if (area.h > 0) step_facts_draw(canvas, area, scene);
}

/* Under the picture: the output's figures, or those of all tensors with what only this operation has. */
static void draw_notes(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels, int lines) {
    if (scene->at >= scene_steps_done(scene->pass)) {
        Rect row = layout_take_top(&area, 1);
        canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_WARN),
                        "This step has not been run: s steps, e runs up to here, f runs the whole pass.");
        return;
    }
    if (lines > 0) {
        step_notes_draw(canvas, area, scene, panels, lines);
        return;
    }
    if (!scene->hides_figures) step_notes_brief(canvas, area, scene);
}

static void view_step_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    const StepState *own = state;
    Rect old = canvas_clip(canvas, area);
    StepPanels panels = step_panels(scene, own->walk);
    StepLayout layout = lay_out(scene, area, &panels);
    draw_title(canvas, layout.title, scene);
    step_picture_draw(canvas, scene, &panels, &layout.plan);
    draw_channels(canvas, layout.channels, scene);
    draw_list(canvas, layout.list, scene);
    canvas_text_wrapped(canvas, layout.sentence, style_role(ROLE_TEXT),
                        op_spec(scene->network->ops[scene->op].kind)->sentence, 0);
    draw_formula(canvas, layout.formula, scene);
    draw_notes(canvas, layout.notes, scene, &panels, layout.lines);
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
    StepState *own = state;
    int count = action_count(&action), choices = step_panels_choices(scene);
    switch (action.id) {
    case ACTION_OTHER:
        if (choices < 2) return action;
        own->walk = (own->walk + count) % choices;
        return view_action(ACTION_NONE, 0);
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

static const ViewField fields[] = {
    {.name = "walk", .offset = offsetof(StepState, walk), .last = WALK_MAX},
    {.name = NULL},
};

const ViewOps view_step_ops = {
    .name = "step",
    .title = "Step",
    .summary = "One operation: what it reads, what it does with it, and what it writes, forward and "
               "backward.",
    .beside = VIEW_BESIDE,
    .key = 't',
    .state_size = sizeof(StepState),
    .fields = fields,
    .act = view_step_act,
    .level = view_step_level,
    .draw = view_step_draw,
};
