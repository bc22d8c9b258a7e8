/* The selected value and the arithmetic it comes from, with the numbers of this pass: the innermost level of
 * the zoom. */
#include <math.h>
#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "core/inspect/arithmetic.h"
#include "views/canvas/layout.h"
#include "views/maps/bars.h"
#include "views/maps/details.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/value/maps.h"
#include "views/value/part.h"
#include "views/value/ranking.h"
#include "views/widget/widgets.h"

enum {
    TEXT_MAX = 256,
    COLUMNS_FROM = 130, /* two parts side by side */
    BOTH_FROM = 32,     /* two parts one below the other, both with all they have */
    BESIDE_BELOW = 70,  /* narrower than any screen that has this view to itself */
    FOLDED = 2,         /* rows of a part that is only named */
    GAP = 3,
    INDEX_MAX = 1 << 20,
    TEXT_WIDTH = 43, /* columns for numbers and what they mean */
    WALK = 8,        /* terms of a part that Enter walks through before it goes on to the next part */
};

/* Which term of which part is taken apart, at which step of the program; elsewhere it is the largest. */
typedef struct ValueState {
    bool chosen;
    int at, part, term;
} ValueState;

static bool is_chosen(const ValueState *state, const Scene *scene) {
    return state && state->chosen && state->at == scene->at;
}

/* The chosen part, or 0 if out of range. */
static int chosen_part(const ValueState *state, const Scene *scene, const Arithmetic *arithmetic) {
    return is_chosen(state, scene) && state->part < arithmetic->part_count ? state->part : 0;
}

static ArithmeticQuery query_of(const ValueState *state, const Scene *scene) {
    bool chosen = is_chosen(state, scene);
    return (ArithmeticQuery){.pass = scene->pass,
                             .normalise = &scene->model->preprocess.normalise,
                             .op = scene->op,
                             .backward = scene->phase == PHASE_BACKWARD,
                             .channel = scene->channel,
                             .row = scene->row,
                             .column = scene->column,
                             .part = chosen ? state->part : 0,
                             .term = chosen ? state->term : -1};
}

static const char *route_name(ArithmeticRoute route) {
    static const char *const names[] = {"", "branch: ", "skip: "};
    return names[route];
}

static Role route_role(ArithmeticRoute route) {
    static const Role roles[] = {ROLE_TITLE, ROLE_BRANCH, ROLE_SKIP};
    return roles[route];
}

/* " cat" for a logit, "  target cat" for the loss; "" elsewhere. */
static const char *class_note(const Scene *scene, char *text, size_t size) {
    char buffer[64];
    bool loss = scene->op == network_loss_op(scene->network),
         logits = scene->op == network_logits_op(scene->network);
    int k = loss ? pass_target(scene->pass, 0) : scene->channel;
    text[0] = '\0';
    if ((loss || logits) && k >= 0)
        utf8_format(text, size, "%s%s", loss ? "  target " : " ",
                    model_class_name(scene->model, k, buffer, sizeof buffer));
    return text;
}

/* `conv1  activation  ch 7 of 16 row 5 column 3`, or in short `conv1 activation ch 7 (5,3)`. */
static void write_title(char title[TEXT_MAX], const Scene *scene, bool brief) {
    Shape shape = scene_shape(scene);
    const char *gap = brief ? " " : "  ";
    char note[96];
    int used = (int)utf8_format(title, TEXT_MAX, "%s%s%s", scene->network->ops[scene->op].name, gap,
                                scene->phase == PHASE_FORWARD ? "activation" : "gradient");
    if (shape.c > 1)
        used += utf8_format(title + used, TEXT_MAX - (size_t)used, "%sch %d", gap, scene->channel);
    if (shape.c > 1 && !brief) used += snprintf(title + used, TEXT_MAX - (size_t)used, " of %d", shape.c);
    if (shape.h * shape.w > 1)
        used += snprintf(title + used, TEXT_MAX - (size_t)used, brief ? " (%d,%d)" : " row %d column %d",
                         scene->row, scene->column);
    utf8_copy(title + used, TEXT_MAX - (size_t)used, class_note(scene, note, sizeof note));
}

/* What is selected, and at the right end its value. */
static void draw_heading(Canvas *canvas, Rect row, const Scene *scene, const Arithmetic *arithmetic) {
    char title[TEXT_MAX], value[64] = "";
    double element = arithmetic ? arithmetic->element : 0;
    write_title(title, scene, false);
    if (arithmetic) snprintf(value, sizeof value, "= %+.6g", element);
    if (text_width(title) + 1 + text_width(value) > row.w) {
        write_title(title, scene, true);
        if (arithmetic) snprintf(value, sizeof value, "%+.5g", element);
    }
    canvas_text_right(canvas, row.x + row.w, row.y, style_bold(isfinite(element) ? ROLE_ACCENT : ROLE_BAD),
                      value);
    row.w -= text_width(value) + 1;
    widget_heading(canvas, row, style_role(widget_phase_role(scene->phase)), title);
}

static void draw_waiting(Canvas *canvas, Rect area, const Scene *scene) {
    char text[TEXT_MAX];
    bool forward = scene->phase == PHASE_FORWARD;
    utf8_format(text, sizeof text, "The %s of %s is not computed yet, so there is no arithmetic to show.",
                forward ? "activation" : "gradient at the output", scene->network->ops[scene->op].name);
    int rows = canvas_text_wrapped(canvas, area, style_role(ROLE_WARN), text, 0);
    layout_take_top(&area, rows + 1);
    int x = canvas_text(canvas, area.x, area.y, style_bold(ROLE_KEY), "e");
    canvas_text(canvas, x, area.y, style_role(ROLE_TEXT), " or Enter runs everything up to here");
    x = canvas_text(canvas, area.x, area.y + 1, style_bold(ROLE_KEY), "s");
    canvas_text(canvas, x, area.y + 1, style_role(ROLE_TEXT), " runs the next operation");
}

/* `sum of what 2 operations pass down: branch -0.0123, skip +0.0340` */
static void draw_parts_sum(Canvas *canvas, Rect row, const Arithmetic *arithmetic) {
    int x = canvas_text(canvas, row.x, row.y, style_role(ROLE_TEXT), "grad = ");
    for (int k = 0; k < arithmetic->part_count; k++) {
        const ArithmeticPart *part = &arithmetic->parts[k];
        if (k > 0) x = canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), " + ");
        x = canvas_printf(canvas, x, row.y, style_bold(route_role(part->route)), "%s%+.4g",
                          route_name(part->route), part->value);
    }
    canvas_printf(canvas, x, row.y, style_bold(ROLE_ACCENT), " = %+.4g", arithmetic->sum);
}

/* `▸branch: through layer2.0.conv1 -0.0123 ────` */
static void draw_part_heading(Canvas *canvas, Rect row, const Scene *scene, const ArithmeticPart *part,
                              bool selected) {
    char title[TEXT_MAX];
    utf8_format(title, sizeof title, "%s%sthrough %s: %+.4g", selected ? "▸ " : "", route_name(part->route),
                scene->network->ops[part->op].name, part->value);
    widget_heading(canvas, row, style_role(route_role(part->route)), title);
}

static void draw_one_of_two(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part,
                            bool selected) {
    draw_part_heading(canvas, layout_take_top(&area, 1), scene, part, selected);
    value_part_draw(canvas, area, scene, part, NULL);
}

static void draw_folded(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part) {
    draw_part_heading(canvas, layout_take_top(&area, 1), scene, part, false);
    char text[TEXT_MAX];
    if (part->worked[0])
        utf8_copy(text, sizeof text, part->worked);
    else
        utf8_format(text, sizeof text, "a sum of %d %ss: Enter leads there", part->term_total,
                    value_term_word(part));
    canvas_text_fit(canvas, area.x, area.y, area.w, style_role(ROLE_TEXT), text);
}

/* Side by side, one below the other, or one in full and the others only named. */
static void draw_parts(Canvas *canvas, Rect area, const Scene *scene, const Arithmetic *arithmetic,
                       int selected) {
    LayoutPart split[ARITHMETIC_PARTS_MAX];
    Rect place[ARITHMETIC_PARTS_MAX];
    int count = arithmetic->part_count;
    bool across = area.w >= COLUMNS_FROM, all = across || area.h >= BOTH_FROM;
    draw_parts_sum(canvas, layout_take_top(&area, 1), arithmetic);
    for (int k = 0; k < count; k++) {
        bool simple = arithmetic->parts[k].term_total == 0;
        split[k] = (LayoutPart){.weight = simple && !across ? 1 : 2, .minimum = FOLDED};
        if (!all && k != selected) split[k] = (LayoutPart){.fixed = FOLDED};
    }
    (across ? layout_split_columns : layout_split_rows)(area, split, count, place);
    for (int k = 0; k < count; k++) {
        if (across && k < count - 1) place[k].w -= GAP;
        if (all || k == selected)
            draw_one_of_two(canvas, place[k], scene, &arithmetic->parts[k], k == selected);
        else
            draw_folded(canvas, place[k], scene, &arithmetic->parts[k]);
    }
}

/* How many terms Enter walks through in a part. */
static int walk_length(const Arithmetic *arithmetic, int k) {
    int count = arithmetic->parts[k].term_count;
    if (arithmetic->part_count > 1 && count > WALK) return WALK;
    return count;
}

static bool has_walk(const Arithmetic *arithmetic) {
    return arithmetic->part_count > 1 || walk_length(arithmetic, 0) > 1;
}

/* The op whose number this one was made from, when there is only one place to go. */
static const Op *origin_of(const Scene *scene, const Arithmetic *arithmetic) {
    const Op *op = &scene->network->ops[scene->op];
    if (scene->phase == PHASE_FORWARD)
        return op->input_count > 0 ? &scene->network->ops[op->inputs[0]] : NULL;
    int behind = arithmetic->parts[0].op;
    return behind != scene->op ? &scene->network->ops[behind] : NULL;
}

/* In a column beside another view the keys belong to that one. */
static void draw_hints(Canvas *canvas, Rect row, const Scene *scene, const Arithmetic *arithmetic) {
    char text[TEXT_MAX] = "";
    if (row.w < BESIDE_BELOW) {
        canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM),
                        "u: this view, with keys of its own");
        return;
    }
    const Op *origin = origin_of(scene, arithmetic);
    Shape shape = scene_shape(scene);
    int used = 0;
    if (has_walk(arithmetic))
        used = snprintf(text, sizeof text, "Enter: next term   ");
    else if (origin)
        used = snprintf(text, sizeof text, "Enter: on to %s   ", origin->name);
    if (shape.h * shape.w > 1) used += snprintf(text + used, sizeof text - (size_t)used, "hjkl: cell   ");
    if (shape.c > 1) used += snprintf(text + used, sizeof text - (size_t)used, "PgUp PgDn: channel   ");
    snprintf(text + used, sizeof text - (size_t)used, "Esc: maps");
    canvas_text_fit(canvas, row.x, row.y, row.w, style_role(ROLE_DIM), text);
}

static bool wants_hints(Rect area) {
    enum { FULL = 18 };
    return area.h >= FULL;
}

/* The room of the maps, which take what the text does not need; none beside another view, which has its own. */
static Rect take_maps(Rect *area, const Scene *scene, const Arithmetic *arithmetic,
                      const ArithmeticPart *part) {
    if (area->w < BESIDE_BELOW) return (Rect){.w = 0};
    int rows = 1, columns = TEXT_WIDTH;
    for (int k = 0; k < arithmetic->part_count; k++) {
        const ArithmeticPart *other = &arithmetic->parts[k];
        rows += value_part_rows(scene, other, area->w) + (arithmetic->part_count > 1);
        columns = integer_max(columns, value_part_width(other));
    }
    return value_maps_take(area, scene, part, columns, rows);
}

static void keep_larger(Rect *room, Rect other) {
    if (!rect_is_empty(other) && other.w * other.h > room->w * room->h) *room = other;
}

/* All channels, where each is a single number, if there is more than one. */
static void draw_bars(Canvas *canvas, Rect area, const Scene *scene) {
    enum { ROWS_MIN = 4 };
    MapsBars context = maps_bars_context(scene);
    WidgetBars bars = maps_bars_of(&context);
    layout_take_top(&area, 1);
    if (area.h < ROWS_MIN || area.w < BESIDE_BELOW || bars.count < 2) return;
    char title[TEXT_MAX];
    utf8_format(title, sizeof title, "all %d values of %s", bars.count, scene->network->ops[scene->op].name);
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), title);
    widget_bars(canvas, area, &bars);
}

/* In the largest of what text and maps leave: under the text, under the maps, to the right of them. */
static void draw_details(Canvas *canvas, Rect text, Rect maps, Rect used, const Scene *scene) {
    WidgetTensor tensor = widget_tensor(scene, scene->op, scene->phase);
    bool is_map = scene_shape(scene).h * scene_shape(scene).w > 1;
    Rect room = {.w = 0}, under = maps, beside = maps;
    if (!is_map) draw_bars(canvas, text, scene);
    if (!is_map || (text.w < BESIDE_BELOW && rect_is_empty(maps))) return; /* the view beside has them */
    layout_take_top(&under, used.h + 1);
    layout_take_left(&beside, used.w + GAP);
    layout_take_top(&text, 1);
    keep_larger(&room, text);
    keep_larger(&room, under);
    keep_larger(&room, beside);
    if (!rect_is_empty(room)) maps_details_draw(canvas, room, scene, &tensor, (Rect){.w = 0});
}

static void draw_arithmetic(Canvas *canvas, Rect area, const Scene *scene, const ValueState *state,
                            const ArithmeticQuery *query, const Arithmetic *arithmetic) {
    ValueChain chain;
    bool kernel = arithmetic->parts[0].grid.rows > 3 && arithmetic->parts[0].grid.weight_name && area.h < 24;
    if (wants_hints(area) && !kernel) draw_hints(canvas, layout_take_bottom(&area, 1), scene, arithmetic);
    int selected = chosen_part(state, scene, arithmetic);
    const ArithmeticPart *part = &arithmetic->parts[selected];
    Rect maps = take_maps(&area, scene, arithmetic, part);
    Rect used = value_maps_draw(canvas, maps, scene, part);
    if (arithmetic->part_count > 1) {
        draw_parts(canvas, area, scene, arithmetic, selected);
        draw_details(canvas, (Rect){.w = 0}, maps, used, scene);
        return;
    }
    chain.count = arithmetic_chain(query, chain.links);
    layout_take_top(&area, value_part_draw(canvas, area, scene, part, &chain));
    draw_details(canvas, area, maps, used, scene);
}

static void view_value_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    Rect old = canvas_clip(canvas, area), body = area;
    ArithmeticQuery query = query_of(state, scene);
    Arithmetic arithmetic;
    bool found = arithmetic_find(&query, &arithmetic);
    draw_heading(canvas, layout_take_top(&body, 1), scene, found ? &arithmetic : NULL);
    if (found)
        draw_arithmetic(canvas, body, scene, state, &query, &arithmetic);
    else
        draw_waiting(canvas, body, scene);
    canvas_unclip(canvas, old);
}

/* The next term in the ranking, and after the last one those of the next part. */
static void walk(ValueState *state, const Scene *scene, const Arithmetic *arithmetic, int count) {
    int part = chosen_part(state, scene, arithmetic), place = arithmetic->parts[part].chosen;
    for (int k = 0; k < count; k++) {
        if (++place < walk_length(arithmetic, part)) continue;
        part = (part + 1) % arithmetic->part_count;
        place = 0;
    }
    const ArithmeticPart *now = &arithmetic->parts[part];
    *state = (ValueState){.chosen = true, .at = scene->at, .part = part, .term = -1};
    if (place < now->term_count) state->term = now->terms[place].index;
}

static Action open_selected_term(ValueState *state, const Scene *scene, Action action) {
    ArithmeticQuery query = query_of(state, scene);
    Arithmetic arithmetic;
    if (!arithmetic_find(&query, &arithmetic)) return view_action(ACTION_RUN_HERE, 0);
    const Op *origin = origin_of(scene, &arithmetic);
    int count = action_count(&action);
    if (!has_walk(&arithmetic)) return origin ? view_select(scene->network, origin->index) : action;
    walk(state, scene, &arithmetic, count < WALK * ARITHMETIC_TERMS_MAX ? count : 1);
    return view_action(ACTION_NONE, 0);
}

static int moved(int at, int by, int last) {
    return integer_clamp((long)at + by, 0, last);
}

static Action move_channel(const Scene *scene, int by) {
    return view_action(ACTION_CHANNEL, moved(scene->channel, by, scene_shape(scene).c - 1));
}

/* Where a map is a single number, the arrows move through the channels. */
static Action move_cell(const Scene *scene, int down, int right) {
    Shape shape = scene_shape(scene);
    if (shape.h == 1 && shape.w == 1) return move_channel(scene, down + right);
    Action cell = view_action(ACTION_CELL, 0);
    snprintf(cell.text, sizeof cell.text, "%d %d", moved(scene->row, down, shape.h - 1),
             moved(scene->column, right, shape.w - 1));
    return cell;
}

static Action view_value_act(void *state, const Scene *scene, Action action) {
    int count = action_count(&action);
    switch (action.id) {
    case ACTION_LEFT: return move_cell(scene, 0, -count);
    case ACTION_RIGHT: return move_cell(scene, 0, count);
    case ACTION_UP: return move_cell(scene, -count, 0);
    case ACTION_DOWN: return move_cell(scene, count, 0);
    case ACTION_PAGE_UP: return move_channel(scene, -count);
    case ACTION_PAGE_DOWN: return move_channel(scene, count);
    case ACTION_FIRST: return view_action(ACTION_CHANNEL, 0);
    case ACTION_LAST: return view_action(ACTION_CHANNEL, scene_shape(scene).c - 1);
    case ACTION_OPEN: return open_selected_term(state, scene, action);
    case ACTION_CLOSE:
        action = view_action(ACTION_VIEW, 0);
        utf8_copy(action.text, sizeof action.text, view_ops(VIEW_MAPS)->name);
        return action;
    default: return action;
    }
}

static ZoomLevel view_value_level(const void *state, const Scene *scene) {
    (void)state;
    (void)scene;
    return ZOOM_VALUE;
}

static const ViewField fields[] = {
    {.name = "chosen", .offset = offsetof(ValueState, chosen), .is_flag = true},
    {.name = "at", .offset = offsetof(ValueState, at), .last = INDEX_MAX},
    {.name = "part", .offset = offsetof(ValueState, part), .last = ARITHMETIC_PARTS_MAX - 1},
    {.name = "term", .offset = offsetof(ValueState, term), .first = -1, .last = INDEX_MAX},
    {.name = NULL},
};

const ViewOps view_value_ops = {
    .name = "value",
    .title = "Value",
    .summary = "How one number came about: patch, kernel, products and every other term of it, forward and "
               "backward.",
    .key = 'u',
    .state_size = sizeof(ValueState),
    .fields = fields,
    .level = view_value_level,
    .act = view_value_act,
    .draw = view_value_draw,
};
