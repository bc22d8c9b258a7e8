/* The list of analyses, and the chart of one with what it says and how sure that is. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/analyses/analyses.h"
#include "views/analyses/chart.h"
#include "views/analyses/list.h"
#include "views/canvas/layout.h"
#include "views/scene/view.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum { LABEL_WIDTH = ANALYSES_LABEL_WIDTH, INDEX_MAX = 1 << 20 };

typedef struct AnalysesState {
    int cursor;       /* in the list */
    AnalysisId shown; /* whose chart the rest is about */
    int row, column;
    bool words; /* all that is said, in place of the chart */
} AnalysesState;

AnalysisId view_analyses_pick(const void *memory, const SceneAnalyses *analyses, int *row) {
    const AnalysesState *state = memory;
    *row = analyses->open ? (state->shown == analyses->current ? state->row : 0) : -1;
    return analyses->open ? analyses->current : (AnalysisId)state->cursor;
}

/* What stands below a chart. Where rows are few the chart has them: a line for each field, not more. */
typedef struct Foot {
    const AnalysisSpec *spec;
    const AnalysisResult *result;
    char check[ANALYSIS_TEXT_MAX + 80];
    bool tight, tiny; /* tiny: the reading alone, beside a lesson */
    bool crowded;     /* the chart needs the rows of formula and source; o shows them */
    int reading;      /* rows */
} Foot;

static Foot foot_of(const AnalysisSpec *spec, const AnalysisResult *result, Rect area) {
    enum { TIGHT = 28, READING_TIGHT = 3, TINY = 16, READING_TINY = 2 };
    Foot foot = {.spec = spec, .result = result, .tight = area.h < TIGHT, .tiny = area.h < TINY};
    analysis_format_check(result, foot.check, sizeof foot.check);
    foot.reading = text_wrap_count(result->reading, area.w);
    if (foot.tight && foot.reading > READING_TIGHT) foot.reading = READING_TIGHT;
    if (foot.tiny && foot.reading > READING_TINY) foot.reading = READING_TINY;
    return foot;
}

/* Draws one field into the top of the area, or with no canvas only counts its rows. */
static int foot_field(const Foot *foot, Canvas *canvas, Rect *area, const char *label, const char *text) {
    if (*text == '\0') return 0;
    int rows = foot->tight ? 1 : text_wrap_count(text, area->w - LABEL_WIDTH);
    if (!canvas) return rows;
    Rect row = layout_take_top(area, rows);
    if (row.h == 0) return rows;
    if (foot->tight) {
        canvas_text(canvas, row.x, row.y, style_role(ROLE_DIM), label);
        canvas_text_fit(canvas, row.x + LABEL_WIDTH, row.y, row.w - LABEL_WIDTH, style_role(ROLE_TEXT), text);
    } else
        widget_field(canvas, row, LABEL_WIDTH, label, text);
    return rows;
}

static int foot_sources(const Foot *foot, Canvas *canvas, Rect *area) {
    return foot_field(foot, canvas, area, "formula", foot->result->math) +
           foot_field(foot, canvas, area, "source", foot->result->source);
}

static int foot_fields(const Foot *foot, Canvas *canvas, Rect area) {
    if (foot->tiny) return 0;
    return foot_field(foot, canvas, &area, "certainty", foot->result->certainty) +
           foot_field(foot, canvas, &area, "check", foot->check) +
           (foot->crowded ? 0 : foot_sources(foot, canvas, &area));
}

static void draw_foot(const Foot *foot, Canvas *canvas, Rect area) {
    Rect reading = layout_take_top(&area, foot->reading < area.h ? foot->reading : area.h);
    int lines =
        canvas_text_wrapped(canvas, reading, style_bold(foot->result->complete ? ROLE_TEXT : ROLE_WARN),
                            foot->result->reading, 0);
    if (lines > reading.h || foot->tiny || foot->crowded)
        canvas_text_right(canvas, reading.x + reading.w, reading.y + reading.h - 1, style_bold(ROLE_ACCENT),
                          " … o: all of it");
    layout_take_top(&area, foot_fields(foot, canvas, area));
    if (!foot->tight) analyses_put_how(canvas, area, foot->spec);
}

/* The part of the table that is seen: the cursor stays inside. */
static ChartWindow window_of(const AnalysesState *state, const SceneAnalyses *analyses,
                             const AnalysisTable *table, int height) {
    bool mine = state->shown == analyses->current;
    int row = mine ? state->row : 0;
    if (row >= table->row_count) row = table->row_count - 1;
    int fit = chart_rows_fit(height), row_height = chart_row_height(table, height), rows = fit / row_height;
    return (ChartWindow){.row = layout_scroll(row - rows / 2, row, table->row_count, rows),
                         .row_height = row_height,
                         .column = mine && state->column < table->column_count ? state->column : 0,
                         .selected = row};
}

/* A step of the slice has no block to go to: Enter asks the slice's other question. */
static void draw_other_question(Canvas *canvas, Rect head, const SceneAnalyses *analyses) {
    if (analyses->current != ANALYSIS_SLICE || analyses->running) return;
    canvas_text_fit(canvas, head.x, head.y, head.w / 2, style_bold(ROLE_ACCENT),
                    analyses->plane ? "Enter: along one direction" : "Enter: the plane of two directions");
}

static void draw_position(Canvas *canvas, Rect head, const AnalysisTable *table, ChartWindow window,
                          int rows) {
    char text[80] = "";
    int used = 0, columns = chart_columns_fit(table, head.w, window.column);
    if (columns < table->column_count)
        used += snprintf(text, sizeof text, "columns %d-%d of %d (h l)  ", window.column + 1,
                         window.column + columns, table->column_count);
    if (rows < table->row_count)
        snprintf(text + used, sizeof text - (size_t)used, "rows %d-%d of %d", window.row + 1,
                 window.row + rows, table->row_count);
    canvas_text_right(canvas, head.x + head.w, head.y, style_role(ROLE_DIM), text);
}

static void draw_words(Canvas *canvas, Rect area, const AnalysisSpec *spec, const AnalysisResult *result) {
    char check[ANALYSIS_TEXT_MAX + 80];
    analysis_format_check(result, check, sizeof check);
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), spec->title);
    analyses_put_field(canvas, &area, "about", result->subject);
    analyses_put_field(canvas, &area, "answers", spec->sentence);
    analyses_put_field(canvas, &area, result->complete ? "reading" : "INCOMPLETE", result->reading);
    if (*result->remark) analyses_put_field(canvas, &area, "remark", result->remark);
    analyses_put_field(canvas, &area, "certainty", result->certainty);
    if (*check) analyses_put_field(canvas, &area, "check", check);
    analyses_put_field(canvas, &area, "formula", result->math);
    analyses_put_field(canvas, &area, "source", result->source);
}

static void draw_result(const AnalysesState *state, const Scene *scene, Canvas *canvas, Rect area) {
    const SceneAnalyses *analyses = scene->analyses;
    const AnalysisSpec *spec = analysis_spec(analyses->current);
    const AnalysisResult *result = analyses->results[analyses->current];
    const AnalysisTable *table = &result->table;
    char title[2 * ANALYSIS_TEXT_MAX];
    Foot foot = foot_of(spec, result, area);
    Rect head = layout_take_top(&area, 1);
    utf8_format(title, sizeof title, "%s%s: %s",
                analyses->running  ? "UNDER WAY "
                : result->complete ? ""
                                   : "INCOMPLETE ",
                spec->title, result->subject);
    canvas_text_fit(canvas, head.x, head.y, head.w, style_bold(ROLE_TITLE), title);
    enum { CHART_MIN = 7 }; /* with its heading and the line below */
    int foot_rows = foot.reading + foot_fields(&foot, NULL, area);
    foot.crowded = foot.tight && chart_rows_fit(area.h - 1 - foot_rows) < table->row_count;
    if (foot.crowded) foot_rows = foot.reading + foot_fields(&foot, NULL, area);
    if (foot_rows > area.h - CHART_MIN) foot_rows = area.h > CHART_MIN ? area.h - CHART_MIN : 0;
    Rect below = layout_take_bottom(&area, foot_rows);
    Rect position = layout_take_bottom(&area, 1);
    int unused = chart_rows_fit(area.h) - table->row_count * chart_row_height(table, area.h);
    if (unused > 0) {
        /* The text comes right after the chart, not at the bottom of the area. */
        area.h -= unused;
        position.y -= unused;
        below.y -= unused;
        below.h += unused;
    }
    if (table->row_count > 0) {
        enum { BESIDE_MAP = 100 };
        ChartWindow window = window_of(state, analyses, table, area.h);
        /* If not everything fits, figures are left out in favour of the map. */
        if (table->strip.heat && area.w < BESIDE_MAP) window.column = table->column_count - 1;
        chart_draw(canvas, area, table, window);
        draw_other_question(canvas, position, analyses);
        draw_position(canvas, position, table, window, chart_rows_fit(area.h) / window.row_height);
    }
    draw_foot(&foot, canvas, below);
}

static void draw_pending(const Scene *scene, Canvas *canvas, Rect area) {
    const SceneAnalyses *analyses = scene->analyses;
    const AnalysisSpec *spec = analysis_spec(analyses->current);
    canvas_text_fit(canvas, area.x, area.y, area.w, style_bold(ROLE_TITLE), spec->title);
    layout_take_top(&area, 2);
    Rect bar = layout_take_top(&area, 2);
    if (analyses->running) {
        int width = bar.w / 2;
        plot_progress(canvas,
                      (PlotBar){.x = bar.x, .y = bar.y, .width = width, .style = style_role(ROLE_ACCENT)},
                      analyses->share, 1);
        canvas_printf(canvas, bar.x + width + 2, bar.y, style_role(ROLE_TEXT), "%d of %d steps",
                      analyses->done, analyses->total);
        if (!isnan(analyses->eta_s))
            canvas_printf(canvas, bar.x, bar.y + 1, style_role(ROLE_DIM),
                          "about %s left; Esc stops and shows what there is",
                          text_format_duration(analyses->eta_s).text);
    } else
        canvas_text_fit(canvas, bar.x, bar.y, bar.w, style_role(ROLE_WARN),
                        "Not run for this picture and settings: Enter runs it, Esc goes to the list.");
    layout_take_top(&area, 1);
    analyses_put_spec(canvas, &area, scene, spec);
    layout_take_top(&area, 1);
    if (!rect_is_empty(area)) plot_nothing(canvas, area, PLOT_NOT_RUN);
}

/* A running analysis is shown as soon as it has a first result. */
static bool has_rows(const SceneAnalyses *analyses) {
    const AnalysisResult *result = analyses->results[analyses->current];
    return result && (!analyses->running || result->table.row_count > 0);
}

static void view_analyses_draw(const void *memory, const Scene *scene, Canvas *canvas, Rect area) {
    const AnalysesState *state = memory;
    if (!scene->analyses)
        canvas_text_fit(canvas, area.x, area.y, area.w, style_role(ROLE_WARN), "no laboratory here");
    else if (!scene->analyses->open)
        analyses_list_draw(canvas, area, scene, state->cursor);
    else if (!has_rows(scene->analyses))
        draw_pending(scene, canvas, area);
    else if (state->words)
        draw_words(canvas, area, analysis_spec(scene->analyses->current),
                   scene->analyses->results[scene->analyses->current]);
    else
        draw_result(state, scene, canvas, area);
}

static int moved_row(Action action, int from, int count) {
    enum { PAGE = 10 };
    int by = action_count(&action), to = from;
    switch (action.id) {
    case ACTION_UP: to -= by; break;
    case ACTION_DOWN: to += by; break;
    case ACTION_PAGE_UP: to -= PAGE * by; break;
    case ACTION_PAGE_DOWN: to += PAGE * by; break;
    case ACTION_FIRST: to = 0; break;
    case ACTION_LAST: to = count - 1; break;
    default: return -1;
    }
    return integer_clamp(to, 0, count - 1);
}

static Action run_action(int id, bool plane) {
    Action action = view_action(ACTION_ANALYSIS, 0);
    utf8_format(action.text, sizeof action.text, "%s%s", analysis_spec((AnalysisId)id)->name,
                plane && id == ANALYSIS_SLICE ? " plane" : "");
    return action;
}

/* The row's block or operation becomes the selected one; the action itself when it has none. */
static Action go_to_row(const Scene *scene, const char *label, Action action) {
    const Network *network = scene->network;
    int block = network_find_block(network, label), op = network_find_op(network, label);
    if (block >= 0)
        op = network->blocks[block].add >= 0 ? network->blocks[block].add : network->blocks[block].output;
    if (op < 0) return action;
    return view_select(network, op);
}

static Action act_on_result(AnalysesState *state, const Scene *scene, Action action) {
    const SceneAnalyses *analyses = scene->analyses;
    const AnalysisResult *result = analyses->results[analyses->current];
    if (state->shown != analyses->current) state->row = state->column = 0;
    state->shown = analyses->current;
    if (action.id == ACTION_OTHER && result) {
        state->words = !state->words;
        return view_action(ACTION_NONE, 0);
    }
    if (!result || analyses->running)
        return action.id == ACTION_OPEN ? run_action((int)analyses->current, analyses->plane) : action;
    const AnalysisTable *table = &result->table;
    if (table->row_count == 0) return action;
    if (state->row >= table->row_count) state->row = table->row_count - 1;
    int columns = chart_columns_fit(table, scene->width, state->column), to;
    switch (action.id) {
    case ACTION_LEFT: state->column -= state->column > 0; break;
    case ACTION_RIGHT: state->column += state->column + columns < table->column_count; break;
    case ACTION_OPEN:
        if (analyses->current == ANALYSIS_SLICE) return run_action(ANALYSIS_SLICE, !analyses->plane);
        return go_to_row(scene, table->labels[state->row], action);
    default:
        to = moved_row(action, state->row, table->row_count);
        if (to < 0) return action;
        state->row = to;
    }
    return view_action(ACTION_NONE, 0);
}

static Action view_analyses_act(void *memory, const Scene *scene, Action action) {
    AnalysesState *state = memory;
    if (!scene->analyses) return action;
    if (scene->analyses->open) return act_on_result(state, scene, action);
    if (action.id == ACTION_OPEN) return run_action(state->cursor, false);
    int to = moved_row(action, state->cursor, ANALYSIS_COUNT);
    if (to < 0) return action;
    state->cursor = to;
    return view_action(ACTION_NONE, 0);
}

static const ViewField fields[] = {
    {.name = "cursor", .offset = offsetof(AnalysesState, cursor), .last = ANALYSIS_COUNT - 1},
    {.name = "shown", .offset = offsetof(AnalysesState, shown), .last = ANALYSIS_COUNT - 1},
    {.name = "row", .offset = offsetof(AnalysesState, row), .last = INDEX_MAX},
    {.name = "column", .offset = offsetof(AnalysesState, column), .last = INDEX_MAX},
    {.name = "words", .offset = offsetof(AnalysesState, words), .is_flag = true},
    {.name = NULL},
};

const ViewOps view_analyses_ops = {
    .name = "analyses",
    .title = "Lab",
    .summary = "The laboratory: analyses of this network and picture, each with a check of its own figures.",
    .key = 'A',
    .state_size = sizeof(AnalysesState),
    .fields = fields,
    .act = view_analyses_act,
    .draw = view_analyses_draw,
};
