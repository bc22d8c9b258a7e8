/* What stands where on the screen. */
#include "app/session/session_state.h"
#include "views/panel/explain_panel.h"
#include "views/panel/frame.h"
#include "views/panel/lesson_panel.h"
#include "views/panel/navigator.h"
#include "views/panel/watch_line.h"

enum { PANE_GAP = 2, VALUE_WIDTH = 60 };

/* Does the view keep its room when so many columns go to something else? */
static bool has_room(const SessionPanes *panes, int columns) {
    return panes->view.w - columns - PANE_GAP >= LAYOUT_S_WIDTH;
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

/* Before a class the view has the whole width, and the text stands below it. */
static Rect take_lesson(const Session *session, Rect *area) {
    if (session->look.settings.presenter) return layout_take_bottom(area, LESSON_SHEET_ROWS);
    return lesson_panel_take(area, session->display.width, session->display.height,
                             session->display.sheet == SHEET_SCENE);
}

int session_view_width(const Session *session) {
    Rect area = session_frame_area(session);
    if (session->display.sheet != SHEET_NONE) take_lesson(session, &area);
    return area.w;
}

/* Views that tell of the whole network already, or need the width. */
static bool stands_alone(ViewId view) {
    return view == VIEW_ARCHITECTURE || view == VIEW_ANALYSES || view == VIEW_GRADIENTS || view == VIEW_INPUT;
}

SessionPanes session_panes(const Session *session) {
    SessionPanes panes = {.view = session_frame_area(session)};
    LayoutTier tier = layout_tier(session->display.width, session->display.height);
    bool twin = session_shows_twin(session);
    bool both = twin && session->twin.show != TWIN_DIFFERENCE && panes.view.w >= SESSION_TWIN_WIDE;
    if (rect_is_empty(panes.view)) return panes;
    if (session->display.sheet != SHEET_NONE) panes.lesson = take_lesson(session, &panes.view);
    bool beside = tier >= LAYOUT_L && session->look.settings.explain != EXPLAIN_OFF && !both &&
                  !stands_alone(session->look.view);
    if (!beside) panes.explain = session_explain_take(session, &panes.view);
    int watches = session->stops.watch_count;
    if (watches > 0) panes.watch = layout_take_bottom(&panes.view, watch_line_rows(watches, panes.view.w));
    if (twin) panes.strip = layout_take_bottom(&panes.view, 1);
    if (both) {
        panes.other = panes.view;
        panes.view = layout_take_left(&panes.other, (panes.other.w - 1) / 2);
        panes.line = layout_take_left(&panes.other, 1);
        panes.other_title = layout_take_top(&panes.other, 1);
    } else if (tier >= LAYOUT_M && !stands_alone(session->look.view) && !session->look.settings.presenter &&
               !session_hides(session, HIDE_NAVIGATOR) && has_room(&panes, NAVIGATOR_WIDTH)) {
        panes.navigator = layout_take_left(&panes.view, NAVIGATOR_WIDTH);
        layout_take_left(&panes.view, PANE_GAP);
        ViewId value;
        if (beside) {
            panes.explain = layout_take_right(&panes.view, VALUE_WIDTH);
            layout_take_right(&panes.view, PANE_GAP);
        } else if (tier >= LAYOUT_L && view_find("value", &value) && session->look.view != value &&
                   has_room(&panes, VALUE_WIDTH)) {
            panes.value = layout_take_right(&panes.view, VALUE_WIDTH);
            layout_take_right(&panes.view, PANE_GAP);
        }
    }
    if (twin) panes.title = layout_take_top(&panes.view, 1);
    return panes;
}
