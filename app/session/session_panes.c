/* What stands where on the screen. */
#include "app/session/session_state.h"
#include "views/panel/explain_panel.h"
#include "views/panel/frame.h"
#include "views/panel/lesson_panel.h"
#include "views/panel/navigator.h"
#include "views/panel/watch_line.h"

enum {
    PANE_GAP = 2,
    SCENE_ROWS = 1, /* of text: one sentence of the book, two of the glossary */
    WORD_ROWS = 3,
    VALUE_WIDTH = 60,
    WIDE = 120,      /* from here on a text beside a view of 80 columns has room */
    CLASS_VIEW = 64, /* columns of a view before a class */
    TEXT_MIN = 38,   /* columns of a text */
    CODE_MIN = 60,   /* of source code */
    CODE_MAX = 100,
    CODE_VIEW = 48,   /* columns of a view beside it */
    BESIDE_ROWS = 19, /* with fewer a text beside the view does not help it */
    TWIN_WIDE = 100,  /* two sides beside each other, where a map is whole in one half */
    MAPS_WIDTH = 136, /* four maps of 32x32 with signs between, or one of them doubled and much beside it */
};

/* Columns that a view keeps before anything stands beside it: where maps are looked at, as many as they can use. */
static int width_kept(ViewId view) {
    return view == VIEW_STEP || view == VIEW_MAPS || view == VIEW_BLOCK ? MAPS_WIDTH : LAYOUT_S_WIDTH;
}

/* Does the view keep its room when so many columns go to something else? */
static bool has_room(const Session *session, const SessionPanes *panes, int columns) {
    return panes->view.w - columns - PANE_GAP >= width_kept(session->look.view);
}

/* Columns for a text beside the view; 0: it stands below. */
static int text_columns(Rect view, int keep, int least, int most) {
    int columns = view.w - keep - PANE_GAP;
    if (columns > most) columns = most;
    return keep > 0 && view.h >= BESIDE_ROWS && columns >= least ? columns : 0;
}

bool session_shows_twin(const Session *session) {
    return session->twin.show != TWIN_OFF && session->twin.pass && session->look.view != VIEW_ANALYSES;
}

unsigned session_frame_parts(const Session *session) {
    if (session->look.settings.presenter) return FRAME_WITHOUT_VIEWS | FRAME_WITHOUT_STRIP;
    return session_hides(session, HIDE_STRIP) ? FRAME_WITHOUT_STRIP : 0;
}

Rect session_frame_area(const Session *session) {
    return frame_view_area(session->display.width, session->display.height);
}

/* The page beside the view. Before a class its lines are short and the view is as large as a map of 32x32 values
 * doubled needs at least; on a small screen the book's one sentence stands below. */
static Rect take_lesson(const Session *session, Rect *area) {
    const SheetKind sheet = session->display.sheet;
    bool wide = area->w >= WIDE;
    bool class = session->look.settings.presenter == SWITCH_ON;
    int keep = wide                    ? class ? CLASS_VIEW : LAYOUT_S_WIDTH
               : sheet != SHEET_LESSON ? 0
                                       : view_ops(session->look.view)->beside;
    int columns = text_columns(*area, keep - 1, TEXT_MIN,
                               class ? LESSON_CLASS_WIDTH : LESSON_COLUMN_WIDTH); /* the gap is one line */
    int rows = sheet == SHEET_LESSON ? LESSON_TEXT_ROWS : sheet == SHEET_WORD ? WORD_ROWS : SCENE_ROWS;
    if (columns == 0)
        return lesson_panel_take(area, rows + (sheet != SHEET_LESSON && area->w < LAYOUT_S_WIDTH));
    Rect taken = layout_take_right(area, columns);
    layout_take_right(area, 1);
    return taken;
}

/* Beside the view, in the column of a lesson, or below the view. Source code needs the width most. */
static void take_explanation(const Session *session, SessionPanes *panes, bool below) {
    const ExplainLevel level = session->look.settings.explain;
    int beside = view_ops(session->look.view)->beside;
    bool code = level == EXPLAIN_CODE, wide = panes->view.w >= WIDE;
    int keep = code && wide && beside ? CODE_VIEW : wide ? LAYOUT_S_WIDTH : code ? 0 : beside;
    int columns = text_columns(panes->view, keep, code ? CODE_MIN : TEXT_MIN, code ? CODE_MAX : VALUE_WIDTH);
    if (level == EXPLAIN_OFF) return;
    if (panes->lesson.h >= BESIDE_ROWS && !(code && panes->view.w >= LAYOUT_S_WIDTH)) {
        panes->explain = layout_take_bottom(&panes->lesson, panes->lesson.h / 2);
    } else if (columns == 0 || below) {
        panes->explain = session_explain_take(session, &panes->view);
    } else {
        panes->explain = layout_take_right(&panes->view, columns);
        layout_take_right(&panes->view, PANE_GAP);
    }
}

bool session_twin_fits(const Session *session) {
    Rect area = session_frame_area(session);
    if (session->display.sheet != SHEET_NONE) take_lesson(session, &area);
    return area.w >= (view_ops(session->look.view)->beside ? TWIN_WIDE : 2 * LAYOUT_S_WIDTH + 1);
}

/* Views that tell of the whole network already, or need the width. */
static bool stands_alone(ViewId view) {
    return view == VIEW_ARCHITECTURE || view == VIEW_ANALYSES || view == VIEW_GRADIENTS || view == VIEW_INPUT;
}

/* What stands beside a single view on a large screen: the whole network, the arithmetic of one value. */
static void take_side_panes(const Session *session, SessionPanes *panes) {
    LayoutTier tier = layout_tier(session->display.width, session->display.height);
    ViewId value;
    if (tier < LAYOUT_M || stands_alone(session->look.view) || session->look.settings.presenter ||
        session_hides(session, HIDE_NAVIGATOR) || !has_room(session, panes, NAVIGATOR_WIDTH))
        return;
    panes->navigator = layout_take_left(&panes->view, NAVIGATOR_WIDTH);
    layout_take_left(&panes->view, PANE_GAP);
    if (!rect_is_empty(panes->explain) || tier < LAYOUT_L || !view_find("value", &value) ||
        session->look.view == value || !has_room(session, panes, VALUE_WIDTH))
        return;
    panes->value = layout_take_right(&panes->view, VALUE_WIDTH);
    layout_take_right(&panes->view, PANE_GAP);
}

SessionPanes session_panes(const Session *session) {
    SessionPanes panes = {.view = session_frame_area(session)};
    bool twin = session_shows_twin(session);
    bool both = twin && session->twin.show != TWIN_DIFFERENCE && session_twin_fits(session);
    if (rect_is_empty(panes.view)) return panes;
    if (session->display.sheet != SHEET_NONE) panes.lesson = take_lesson(session, &panes.view);
    take_explanation(session, &panes, both);
    int watches = session->stops.watch_count;
    if (watches > 0) panes.watch = layout_take_bottom(&panes.view, watch_line_rows(watches, panes.view.w));
    if (twin) panes.strip = layout_take_bottom(&panes.view, 1);
    if (both) {
        panes.other = panes.view;
        panes.view = layout_take_left(&panes.other, (panes.other.w - 1) / 2);
        panes.line = layout_take_left(&panes.other, 1);
        panes.other_title = layout_take_top(&panes.other, 1);
    } else {
        take_side_panes(session, &panes);
    }
    if (twin) panes.title = layout_take_top(&panes.view, 1);
    return panes;
}
