#include "views/analyses/list.h"

#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/analyses/chart.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    NAME_WIDTH = 12,
    TITLE_WIDTH = 24,
    STATE_WIDTH = 22,
    BESIDE_FROM = 110, /* from here on the selected one is told of beside the list */
    LIST_MIN = 58,
    LIST_MAX = 110,
    GAP = 2,
    ABOUT = 8,     /* rows that the selected one is told in below the list */
    LIST_ROWS = 3, /* of a list that scrolls, at least */
    CARD_MAX = 5,
};

static WidgetText state_text(const SceneAnalyses *analyses, int id) {
    WidgetText out;
    const AnalysisResult *result = analyses->results[id];
    if (analyses->running && (int)analyses->current == id)
        snprintf(out.text, sizeof out.text, "running, %d of %d", analyses->done, analyses->total);
    else if (!result)
        snprintf(out.text, sizeof out.text, "not run");
    else if (!result->complete)
        snprintf(out.text, sizeof out.text, "given up, %d of %d", result->done, result->total);
    else
        utf8_format(out.text, sizeof out.text, "done%s",
                    *result->oracle && !(result->oracle_value <= result->oracle_limit) ? ", CHECK FAILS"
                                                                                       : "");
    return out;
}

void analyses_put_field(Canvas *canvas, Rect *area, const char *label, const char *text) {
    if (rect_is_empty(*area)) return;
    layout_take_top(area, widget_field(canvas, *area, ANALYSES_LABEL_WIDTH, label, text));
}

void analyses_put_spec(Canvas *canvas, Rect *area, const Scene *scene, const AnalysisSpec *spec) {
    char text[ANALYSIS_TEXT_MAX];
    analyses_put_field(canvas, area, "answers", spec->sentence);
    analysis_format_text(spec->math, network_activation(scene->network), text);
    analyses_put_field(canvas, area, "formula", text);
    analysis_format_text(spec->source, network_activation(scene->network), text);
    analyses_put_field(canvas, area, "source", text);
}

/* Where the list stands: how high each entry is, and which are seen. */
typedef struct ListPlan {
    int height, rows, first;
} ListPlan;

static ListPlan plan_of(Rect area, int cursor) {
    ListPlan plan = {.height = integer_clamp(area.h / ANALYSIS_COUNT, 1, CARD_MAX)};
    plan.rows = area.h < ANALYSIS_COUNT ? area.h : ANALYSIS_COUNT;
    plan.first = layout_scroll(cursor - plan.rows / 2, cursor, ANALYSIS_COUNT, plan.rows);
    return plan;
}

/* A click on an entry goes there, on the selected one opens it. */
static Action click_of(int id, int cursor) {
    if (id == cursor) return (Action){.id = ACTION_OPEN};
    return (Action){.id = id < cursor ? ACTION_UP : ACTION_DOWN,
                    .number = id < cursor ? cursor - id : id - cursor};
}

/* As much as has room; an ellipsis says that there is more, which stands beside or below. */
static void draw_sentence(Canvas *canvas, Rect area, const char *text) {
    int lines = canvas_text_wrapped(canvas, area, style_role(ROLE_DIM), text, 0);
    if (lines > area.h)
        canvas_put(canvas, area.x + area.w - 1, area.y + area.h - 1, style_role(ROLE_DIM), U'…');
}

static void draw_entry(Canvas *canvas, Rect entry, const Scene *scene, int id, int cursor) {
    const AnalysisSpec *spec = analysis_spec((AnalysisId)id);
    Rect row = layout_take_top(&entry, 1);
    int x = row.x + 2;
    canvas_text_fit(canvas, x, row.y, NAME_WIDTH - 1, style_bold(ROLE_TEXT), spec->name);
    canvas_text_fit(canvas, x + NAME_WIDTH, row.y, TITLE_WIDTH - 1, style_role(ROLE_TEXT), spec->title);
    x += NAME_WIDTH + TITLE_WIDTH;
    WidgetText state = state_text(scene->analyses, id);
    canvas_text_fit(canvas, x, row.y, row.x + row.w - x,
                    style_role(scene->analyses->results[id] ? ROLE_GOOD : ROLE_DIM), state.text);
    click_add(canvas, row, click_of(id, cursor));
    Rect text = {entry.x + 2, entry.y, entry.w - 2, entry.h};
    if (entry.h == 1)
        canvas_text_fit(canvas, text.x, text.y, text.w, style_role(ROLE_DIM), spec->sentence);
    else if (entry.h > 1)
        draw_sentence(canvas, text, spec->sentence);
    click_add(canvas, entry, click_of(id, cursor));
    if (id != cursor) return;
    canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
    canvas_paint_selected(canvas, row);
    canvas_set_cursor(canvas, row.x + 2, row.y);
}

/* The heading, and what lies above and below the part that is seen. */
static void draw_head(Canvas *canvas, Rect head, ListPlan plan, const char *title) {
    int above = plan.first, below = ANALYSIS_COUNT - plan.first - plan.rows;
    char text[WIDGET_TEXT_MAX] = "";
    int used = above > 0 ? snprintf(text, sizeof text, " ▴ %d more", above) : 0;
    if (below > 0) snprintf(text + used, sizeof text - (size_t)used, " ▾ %d more", below);
    int left = canvas_text_right(canvas, head.x + head.w, head.y, style_bold(ROLE_ACCENT), text);
    canvas_text_fit(canvas, head.x, head.y, left - head.x, style_bold(ROLE_TITLE), title);
}

static void draw_entries(Canvas *canvas, Rect area, const Scene *scene, int cursor, const char *title) {
    Rect head = layout_take_top(&area, 1);
    ListPlan plan = plan_of(area, cursor);
    for (int k = 0; k < plan.rows; k++)
        draw_entry(canvas, (Rect){area.x, area.y + k * plan.height, area.w, plan.height}, scene,
                   plan.first + k, cursor);
    draw_head(canvas, head, plan, title);
}

/* The result so far, small; what has not been run looks like that. */
static void draw_preview(Canvas *canvas, Rect area, const Scene *scene, int id) {
    enum { ROWS_MIN = 4, CHART_MIN = 4 };
    const AnalysisResult *result = scene->analyses->results[id];
    if (area.h < ROWS_MIN) return;
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), "Result");
    if (!result) {
        plot_nothing(canvas, area, PLOT_NOT_RUN);
        return;
    }
    layout_take_top(&area, canvas_text_wrapped(canvas, area, style_bold(ROLE_TEXT), result->reading, 0) + 1);
    if (area.h < CHART_MIN || result->table.row_count == 0) return;
    Rect old = canvas_clip(canvas, area);
    chart_draw(canvas, area, &result->table,
               (ChartWindow){.row_height = chart_row_height(&result->table, area.h), .selected = -1});
    canvas_unclip(canvas, old);
}

static void put_pictures(Canvas *canvas, Rect *area, const AnalysisSpec *spec) {
    analyses_put_field(canvas, area, "pictures",
                       spec->wants & ANALYSIS_WANTS_SCORES ? "none: networks are counted"
                       : spec->wants & ANALYSIS_WANTS_PICTURES
                           ? "the bundled ones; your own: on the command line"
                           : "the one that is shown");
}

static void put_commands(Canvas *canvas, Rect *area, const AnalysisSpec *spec) {
    char command[WIDGET_TEXT_MAX];
    snprintf(command, sizeof command, "skipscope %s, also with --json, --csv and --svg FILE", spec->name);
    analyses_put_field(canvas, area, "command", command);
    analyses_put_field(
        canvas, area, "keys",
        "Enter runs it, Esc stops it with what it has; then o shows all it says, x writes its chart");
}

void analyses_put_how(Canvas *canvas, Rect area, const AnalysisSpec *spec) {
    enum { ROWS = 5 };
    if (area.h < ROWS) return;
    layout_take_top(&area, 1);
    analyses_put_field(canvas, &area, "answers", spec->sentence);
    put_pictures(canvas, &area, spec);
    put_commands(canvas, &area, spec);
}

static void draw_about(Canvas *canvas, Rect area, const Scene *scene, int id) {
    enum { ROOMY = 16 };
    const AnalysisSpec *spec = analysis_spec((AnalysisId)id);
    bool roomy = area.h >= ROOMY;
    widget_heading(canvas, layout_take_top(&area, 1), style_role(ROLE_TITLE), spec->title);
    analyses_put_spec(canvas, &area, scene, spec);
    put_pictures(canvas, &area, spec);
    if (!roomy) return;
    put_commands(canvas, &area, spec);
    layout_take_top(&area, 1);
    draw_preview(canvas, area, scene, id);
}

void analyses_list_draw(Canvas *canvas, Rect area, const Scene *scene, int cursor) {
    Rect list = area, about = area;
    if (area.w >= BESIDE_FROM) {
        list = layout_take_left(&about, integer_clamp(area.w * 9 / 20, LIST_MIN, LIST_MAX));
        layout_take_left(&about, GAP);
        draw_entries(canvas, list, scene, cursor, "Laboratory: questions to all passes at once");
    } else {
        int rows = integer_clamp(area.h - 1 - ABOUT, LIST_ROWS, area.h), height = rows / ANALYSIS_COUNT;
        if (height > CARD_MAX) height = CARD_MAX;
        if (height > 0) rows = height * ANALYSIS_COUNT;
        list = layout_take_top(&about, 1 + rows);
        draw_entries(canvas, list, scene, cursor,
                     list.h > ANALYSIS_COUNT
                         ? "Laboratory: questions that one look at one pass does not answer"
                         : "Laboratory");
    }
    Rect old = canvas_clip(canvas, about);
    draw_about(canvas, about, scene, cursor);
    canvas_unclip(canvas, old);
}
