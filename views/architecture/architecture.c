/* The whole program: as a table that folds, every op with its shape and its cost and the skips as lanes
 * beside it; or as the paper's figure, beside its plain twin. */
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/architecture/answer.h"
#include "views/architecture/architecture.h"
#include "views/architecture/detail.h"
#include "views/architecture/figure.h"
#include "views/architecture/group.h"
#include "views/architecture/plan.h"
#include "views/architecture/table.h"
#include "views/canvas/layout.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/focus.h"
#include "views/widget/widgets.h"

enum {
    TEXT_MAX = 400,
    INDEX_MAX = 1 << 20,
    MAPS_MIN = 6,       /* rows */
    MAP_WIDTH = 36,     /* columns of a map of 32x32 with its margins */
    OVERVIEW_MIN = 60,  /* columns from which all channels stand beside one */
    DETAIL_BESIDE = 78, /* columns from which maps stand beside the text */
    FIGURE_WIDTH = 150, /* columns of the paper's figure with its bars */
    FIGURE_EXTRA = 4,   /* rows beside those of the figure: head, totals, legend */
    DETAIL_WIDE = 120,
    DETAIL_TEXT = 44,
    DETAIL_TALL = 34, /* rows */
};

typedef struct ArchitectureState {
    bool figure;
    bool chosen; /* a folding; until then it is the finest that fits */
    FoldLevel level;
    int group, block; /* opened, plus 1; 0: none */
} ArchitectureState;

/* In so many rows of table. */
static ArchitectureFold fold_of(const ArchitectureState *state, const Network *network, int rows) {
    return (ArchitectureFold){
        .level = state->chosen ? state->level : architecture_fold_fitting(network, rows),
        .group = state->group - 1,
        .block = state->block - 1,
    };
}

/* Nothing has been run and nothing selected: whoever comes in is told where they are. */
static bool is_first(const ArchitectureState *state, const Scene *scene) {
    return !state->chosen && !state->figure && scene->at == 0 && scene_steps_done(scene->pass) <= 1;
}

static ArchitecturePlan plan_of(const ArchitectureState *state, const Scene *scene, Rect area) {
    ArchitecturePlan plan = architecture_plan(scene, area, is_first(state, scene));
    ArchitectureTable table = architecture_table_plan(plan.table);
    ArchitectureFold fold = fold_of(state, scene->network, table.rows.h);
    architecture_plan_shorten(&plan, architecture_row_count(scene->network, fold));
    return plan;
}

/* The table and how it is folded, without drawing. */
static ArchitectureTable table_of(const ArchitectureState *state, const Scene *scene, ArchitectureFold *fold) {
    Rect area = {.w = scene->width, .h = scene->height};
    ArchitectureTable table = architecture_table_plan(plan_of(state, scene, area).table);
    *fold = fold_of(state, scene->network, table.rows.h);
    return table;
}

bool view_architecture_starts(const void *state, const Scene *scene) {
    Rect area = {.w = scene->width, .h = scene->height};
    return architecture_plan(scene, area, is_first(state, scene)).first;
}

static void draw_sentence(Canvas *canvas, Rect area, const Scene *scene) {
    const OpSpec *spec = op_spec(scene->network->ops[scene->op].kind);
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s: %s", spec->title, spec->sentence);
    Rect inside = layout_inset(area, 1, 0);
    canvas_text_wrapped(canvas, inside, style_role(ROLE_TEXT), text, 0);
    Rect title = {.x = inside.x, .y = inside.y, .w = text_width(spec->title) + 1, .h = 1};
    canvas_paint(canvas, title, (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_BOLD});
}

static void draw_folded_sentence(Canvas *canvas, Rect area, const Scene *scene, const ArchitectureRow *row) {
    char text[TEXT_MAX];
    architecture_group_describe(scene->network, row, text, sizeof text);
    if (scene->op > 0) /* what a step has just done stands inside */
        utf8_append(text, sizeof text, " t shows %s.", scene->network->ops[scene->op].name);
    canvas_text_wrapped(canvas, layout_inset(area, 1, 0), style_role(ROLE_TEXT), text, 0);
}

/* The op whose maps are shown: the selected one, or the last before it that has some. */
static int op_with_maps(const Scene *scene) {
    int op = scene->op;
    while (op > 0 && (op_output_shape(&scene->network->ops[op], 1).h == 1 ||
                      !scene_tensor(scene, op, scene->phase).data))
        op--;
    return op;
}

static void draw_maps(Canvas *canvas, Rect area, const Scene *scene) {
    char text[TEXT_MAX];
    if (area.h < MAPS_MIN) return;
    int op = op_with_maps(scene);
    WidgetTensor tensor = widget_tensor(scene, op, scene->phase);
    if (!tensor.tensor.data) return;
    utf8_format(text, sizeof text, "%s, %s", scene->network->ops[op].name,
                scene->phase == PHASE_FORWARD ? "what it wrote" : "the gradient there");
    widget_heading(canvas, layout_take_top(&area, 1), style_bold(ROLE_TITLE), text);
    int channel = op == scene->op ? scene->channel : 0;
    WidgetFocusPlan plan = widget_focus_plan(area, scene, tensor.tensor.shape,
                                             (WidgetFocus){.selected = channel,
                                                           .below = 1,
                                                           .ranked = true,
                                                           .alone = area.w < OVERVIEW_MIN});
    widget_focus(canvas, &plan, scene, &tensor);
    if (!rect_is_empty(plan.below)) widget_legend(canvas, plan.below, scene, &tensor, channel);
}

/* Columns of the text with maps at its side; 0: they stand below it, as a tall area of few columns wants. */
static int text_beside(Rect area) {
    if (area.w < DETAIL_BESIDE || (area.h >= DETAIL_TALL && area.w < DETAIL_WIDE)) return 0;
    return area.w < DETAIL_WIDE ? area.w - MAP_WIDTH : DETAIL_TEXT;
}

/* All of the selected row, in words and as maps. */
static void draw_detail(Canvas *canvas, Rect area, const Scene *scene, const ArchitectureRow *row) {
    if (rect_is_empty(area)) return;
    Rect text = area, maps = area;
    int beside = text_beside(area);
    if (beside > 0) {
        text = layout_take_left(&maps, beside);
        layout_take_left(&maps, 2);
    }
    Rect rest = architecture_row_is_folded(row) ? architecture_group_draw(canvas, text, scene, row)
                                                : architecture_detail_draw(canvas, text, scene);
    if (beside == 0) {
        maps = rest;
        layout_take_top(&maps, 1);
    }
    draw_maps(canvas, maps, scene);
}

static void draw_greeting(Canvas *canvas, Rect row, const Scene *scene) {
    char text[TEXT_MAX];
    utf8_format(text, sizeof text, "This is %s, a network that tells what a picture shows. Watch it work.",
                scene->network->arch);
    canvas_text_fit(canvas, row.x + 1, row.y, row.w - 1, style_bold(ROLE_TITLE), text);
}

static void draw_table(const ArchitectureState *state, const Scene *scene, Canvas *canvas, Rect area) {
    ArchitecturePlan plan = plan_of(state, scene, area);
    ArchitectureTable table = architecture_table_plan(plan.table);
    ArchitectureFold fold = fold_of(state, scene->network, table.rows.h);
    ArchitectureRow row =
        architecture_row_at(scene->network, fold, architecture_row_of(scene->network, fold, scene->op));
    if (plan.first) draw_greeting(canvas, plan.greeting, scene);
    widget_picture(canvas, plan.picture, scene, ARCHITECTURE_ZOOM_MAX, NULL);
    architecture_answer_draw(canvas, plan.answer, scene);
    architecture_table_draw(canvas, &table, scene, fold);
    draw_detail(canvas, plan.detail, scene, &row);
    if (rect_is_empty(plan.sentence)) return;
    if (architecture_row_is_folded(&row))
        draw_folded_sentence(canvas, plan.sentence, scene, &row);
    else
        draw_sentence(canvas, plan.sentence, scene);
}

/* The figure needs only so many columns and rows; what is left tells of the selected operation. */
static void draw_figure(const Scene *scene, Canvas *canvas, Rect area) {
    ArchitectureRow row = {.kind = ROW_OP, .op = scene->op, .last = scene->op};
    int rows = architecture_figure_row_count(scene->network) + FIGURE_EXTRA;
    Rect figure = area, rest = {.w = 0};
    if (area.w >= FIGURE_WIDTH + 2 + DETAIL_TEXT) {
        figure = layout_take_left(&area, FIGURE_WIDTH);
        layout_take_left(&area, 2);
        rest = area;
    } else if (area.h - rows >= MAPS_MIN + 1) {
        figure = layout_take_top(&area, rows);
        layout_take_top(&area, 1);
        rest = area;
    }
    architecture_figure_draw(canvas, figure, scene);
    draw_detail(canvas, rest, scene, &row);
}

static void view_architecture_draw(const void *state, const Scene *scene, Canvas *canvas, Rect area) {
    const ArchitectureState *own = state;
    Rect old = canvas_clip(canvas, area);
    if (own->figure)
        draw_figure(scene, canvas, area);
    else
        draw_table(own, scene, canvas, area);
    canvas_unclip(canvas, old);
}

/* Selects a row by its number; a heading selects the row below it. */
static Action select_row(const Scene *scene, ArchitectureFold fold, int row) {
    const Network *network = scene->network;
    row = integer_clamp(row, 0, architecture_row_count(network, fold) - 1);
    return view_select(network, architecture_row_at(network, fold, row).last);
}

/* By rows that can be selected: ops and folded rows. */
static Action move_row(const Scene *scene, ArchitectureFold fold, int by) {
    const Network *network = scene->network;
    int count = architecture_row_count(network, fold), row = architecture_row_of(network, fold, scene->op),
        found = row;
    for (int next = row; by != 0;) {
        next += by > 0 ? 1 : -1;
        if (next < 0 || next >= count) break;
        ArchitectureRowKind kind = architecture_row_at(network, fold, next).kind;
        if (kind == ROW_STAGE || kind == ROW_BLOCK) continue;
        found = next;
        by += by > 0 ? -1 : 1;
    }
    return select_row(scene, fold, found);
}

/* Opens the folded row of the selected op. The op stays selected, unless it is the one that stands for the
 * whole row: then the cursor goes to the first row in it. */
static Action unfold_row(ArchitectureState *state, const Scene *scene, ArchitectureFold fold) {
    const Network *network = scene->network;
    ArchitectureRow row = architecture_row_at(network, fold, architecture_row_of(network, fold, scene->op));
    bool stage = row.kind == ROW_FOLDED_STAGE;
    state->level = fold.level;
    state->chosen = true;
    if (stage) state->group = architecture_group_of(network, row.op) + 1;
    state->block = stage ? 0 : network->ops[row.op].block + 1;
    if (scene->op != row.last) return view_action(ACTION_NONE, 0);
    ArchitectureFold opened = fold_of(state, network, 0);
    return select_row(scene, opened, architecture_row_of(network, opened, row.op));
}

static bool is_folded(const Scene *scene, ArchitectureFold fold) {
    const Network *network = scene->network;
    ArchitectureRow row = architecture_row_at(network, fold, architecture_row_of(network, fold, scene->op));
    return architecture_row_is_folded(&row);
}

/* Closes what is open around the selected op, from the inside out, then a level of folding. False at the top:
 * nothing is open. */
static bool fold_out(ArchitectureState *state, const Scene *scene, ArchitectureFold fold) {
    int block = scene->network->ops[scene->op].block;
    ArchitectureState out = {.chosen = true, .level = fold.level};
    if (fold.level == FOLD_NONE)
        out.level = FOLD_BLOCKS;
    else if (block >= 0 && block == fold.block)
        out.group = state->group;
    else if (architecture_group_of(scene->network, scene->op) != fold.group) {
        if (fold.level == FOLD_STAGES) return false;
        out.level = FOLD_STAGES;
    }
    *state = out;
    return true;
}

/* False if the word names no fold level. */
static bool choose_fold(ArchitectureState *state, FoldLevel now, const char *word) {
    FoldLevel level = (FoldLevel)((now + 1) % FOLD_LEVEL_COUNT);
    if (*word) {
        for (level = FOLD_STAGES; level < FOLD_LEVEL_COUNT; level++)
            if (strcmp(word, fold_level_name(level)) == 0) break;
        if (strcmp(word, "ops") == 0) level = FOLD_NONE;
        if (level == FOLD_LEVEL_COUNT) return false;
    }
    *state = (ArchitectureState){.chosen = true, .level = level};
    return true;
}

static Action act_on_figure(ArchitectureState *state, const Scene *scene, Action action) {
    const Network *network = scene->network;
    int count = architecture_figure_row_count(network), page = scene->height > 4 ? scene->height - 4 : 1;
    int row = architecture_figure_row_of(network, scene->op), by = action_count(&action);
    switch (action.id) {
    case ACTION_UP: row -= by; break;
    case ACTION_DOWN: row += by; break;
    case ACTION_PAGE_UP: row -= page * by; break;
    case ACTION_PAGE_DOWN: row += page * by; break;
    case ACTION_FIRST: row = 0; break;
    case ACTION_LAST: row = count - 1; break;
    case ACTION_OPEN: return view_action(ACTION_RUN_HERE, 0);
    case ACTION_CLOSE: state->figure = false; return view_action(ACTION_NONE, 0);
    default: return action;
    }
    return view_select(network, architecture_figure_row_at(network, integer_clamp(row, 0, count - 1)).op);
}

static Action act_on_table(ArchitectureState *state, const Scene *scene, Action action) {
    const Network *network = scene->network;
    ArchitectureFold fold;
    ArchitectureTable table = table_of(state, scene, &fold);
    int by = action_count(&action), page = table.rows.h > 1 ? table.rows.h - 1 : 1;
    int row = architecture_row_of(network, fold, scene->op);
    switch (action.id) {
    case ACTION_UP: return move_row(scene, fold, -by);
    case ACTION_DOWN: return move_row(scene, fold, by);
    case ACTION_PAGE_UP: return select_row(scene, fold, row - page * by);
    case ACTION_PAGE_DOWN: return select_row(scene, fold, row + page * by);
    case ACTION_FIRST: return select_row(scene, fold, 0);
    case ACTION_LAST: return view_select(network, network->op_count - 1);
    case ACTION_OPEN:
        return is_folded(scene, fold) ? unfold_row(state, scene, fold) : view_action(ACTION_RUN_HERE, 0);
    case ACTION_RIGHT: return is_folded(scene, fold) ? unfold_row(state, scene, fold) : action;
    case ACTION_LEFT:
    case ACTION_CLOSE: return fold_out(state, scene, fold) ? view_action(ACTION_NONE, 0) : action;
    default: return action;
    }
}

static Action view_architecture_act(void *state, const Scene *scene, Action action) {
    ArchitectureState *own = state;
    if (action.id == ACTION_OTHER) {
        own->figure = !own->figure;
        return view_action(ACTION_NONE, 0);
    }
    if (action.id == ACTION_FOLD) {
        ArchitectureFold now;
        table_of(own, scene, &now);
        return choose_fold(own, now.level, action.text) ? view_action(ACTION_NONE, 0) : action;
    }
    return own->figure ? act_on_figure(own, scene, action) : act_on_table(own, scene, action);
}

static ZoomLevel view_architecture_level(const void *state, const Scene *scene) {
    const ArchitectureState *own = state;
    int block = scene->network->ops[scene->op].block;
    if (own->figure || block < 0) return ZOOM_NETWORK;
    if (own->block == block + 1) return ZOOM_BLOCK;
    return own->group == architecture_group_of(scene->network, scene->op) + 1 ? ZOOM_STAGE : ZOOM_NETWORK;
}

static const ViewField fields[] = {
    {.name = "figure", .offset = offsetof(ArchitectureState, figure), .is_flag = true},
    {.name = "folded", .offset = offsetof(ArchitectureState, chosen), .is_flag = true},
    {.name = "level", .offset = offsetof(ArchitectureState, level), .last = FOLD_LEVEL_COUNT - 1},
    {.name = "group", .offset = offsetof(ArchitectureState, group), .last = INDEX_MAX},
    {.name = "block", .offset = offsetof(ArchitectureState, block), .last = INDEX_MAX},
    {.name = NULL},
};

const ViewOps view_architecture_ops = {
    .name = "architecture",
    .title = "Architecture",
    .summary =
        "Every operation of the network in order, with its shape, its parameters and its multiply-adds, "
        "and the skips as lanes beside the operations they pass by; stages and blocks fold. Also as the "
        "paper's figure 3, the plain network beside the residual one.",
    .key = 'a',
    .state_size = sizeof(ArchitectureState),
    .fields = fields,
    .level = view_architecture_level,
    .act = view_architecture_act,
    .draw = view_architecture_draw,
};
