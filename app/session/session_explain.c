/* Explaining what is selected: the level, and the keys 1 2 3, which are also digits. */
#include <string.h>

#include "app/asset/explain_sources.h"
#include "app/session/session_state.h"
#include "core/explain/chart.h"
#include "views/analyses/analyses.h"
#include "views/canvas/layout.h"

enum { BODY_MIN = 6, PANEL_MIN = 4 };

/* In these views a block, not one operation, is what is looked at. */
static bool looks_at_block(const Session *session, const Scene *scene, ZoomLevel level) {
    return network_is_addition(scene->network, scene->op) || level == ZOOM_BLOCK ||
           session->look.view == VIEW_GRADIENTS || (session->look.view == VIEW_BLOCK && level != ZOOM_OP);
}

static void explain_analysis(const Session *session, const Scene *scene, Explanation *out) {
    const SceneAnalyses *analyses = scene->analyses;
    ExplainChartQuery query = {.level = session->look.settings.explain,
                               .sources = explain_source,
                               .activation = network_activation(scene->network)};
    query.id = view_analyses_pick(session->look.view_state[VIEW_ANALYSES], analyses, &query.row);
    query.result = analyses->results[query.id];
    explain_chart(&query, out);
}

void session_explain_make(const Session *session, const Scene *scene, Explanation *out) {
    if (session->look.view == VIEW_ANALYSES && scene->analyses) {
        explain_analysis(session, scene, out);
        return;
    }
    const ViewOps *view = view_ops(session->look.view);
    ZoomLevel level =
        view->level ? view->level(session->look.view_state[session->look.view], scene) : ZOOM_NETWORK;
    ExplainQuery query = {.pass = scene->pass,
                          .normalise = &scene->model->preprocess.normalise,
                          .class_names = scene->model->class_names,
                          .sources = explain_source,
                          .level = session->look.settings.explain,
                          .op = scene->op,
                          .backward = scene->phase == PHASE_BACKWARD || session->look.view == VIEW_GRADIENTS,
                          .block = looks_at_block(session, scene, level),
                          .value = level == ZOOM_VALUE,
                          .channel = scene->channel,
                          .row = scene->row,
                          .column = scene->column};
    explain_make(&query, out);
}

/* A digit is a question if the next key takes longer than typing a count such as 12s would. */
static const double READING_S = 0.5;

bool session_explain_wait(Session *session, double now_s) {
    ExplainPane *pane = &session->look.explain;
    bool read = pane->asked && now_s > pane->asked_s + READING_S;
    if (read) pane->asked = false;
    pane->asked_s = now_s;
    return read;
}

/* The first digit opens the answer at once. Whether it meant that or a count only the next key tells. */
void session_explain_digit(Session *session, int digit, bool first) {
    if (session_hides(session, HIDE_EXPLAIN)) return;
    if (session->look.explain.asked) session->look.settings.explain = session->look.explain.before;
    session->look.explain.asked = first && digit >= EXPLAIN_ANYONE && digit <= EXPLAIN_MATH;
    if (!session->look.explain.asked) return;
    session->look.explain.before = session->look.settings.explain;
    session->look.settings.explain =
        (int)session->look.settings.explain == digit ? EXPLAIN_OFF : (ExplainLevel)digit;
}

/* Another key came; it counts, or it does not. */
bool session_explain_settle(Session *session, bool counts) {
    bool asked = session->look.explain.asked;
    session->look.explain.asked = false;
    if (asked && counts) session->look.settings.explain = session->look.explain.before;
    return asked && !counts;
}

bool session_explain_close(Session *session) {
    bool shown = session->look.settings.explain != EXPLAIN_OFF && session->exp.job.kind != JOB_RUN;
    if (shown) session->look.settings.explain = EXPLAIN_OFF;
    return shown;
}

Rect session_explain_take(const Session *session, Rect *view) {
    static const int wanted[] = {[EXPLAIN_ANYONE] = 8, [EXPLAIN_CODE] = 24, [EXPLAIN_MATH] = 12};
    if (session->look.settings.explain == EXPLAIN_OFF) return (Rect){0};
    int most = session->look.settings.explain == EXPLAIN_CODE ? view->h - BODY_MIN : view->h / 2 + 1;
    int rows = wanted[session->look.settings.explain] < most ? wanted[session->look.settings.explain] : most;
    return layout_take_bottom(view, rows < PANEL_MIN ? PANEL_MIN : rows);
}
