#include <stdio.h>

#include "app/input/keymap.h"
#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "views/panel/frame.h"
#include "views/panel/navigator.h"
#include "views/panel/twin_frame.h"
#include "views/panel/watch_line.h"
#include "views/part/parts.h"

enum { PANE_GAP = 2, VALUE_WIDTH = 60, WELCOME_ROWS = 4 };

/* Does the view keep its room when so many columns go to something else? */
static bool has_room(const SessionPanes *panes, int columns) {
    return panes->view.w - columns - PANE_GAP >= LAYOUT_S_WIDTH;
}

static bool has_twin(const Session *session) {
    return session->twin.show != TWIN_OFF && session->twin.pass && session->look.view != VIEW_ANALYSES;
}

Rect session_frame_area(const Session *session) {
    return frame_view_area_without(session->display.width, session->display.height,
                                   session_frame_parts(session));
}

/* Before a class the view has the whole width, and the text stands below it. */
static Rect take_lesson(const Session *session, Rect *area) {
    if (session->display.presenter) return layout_take_bottom(area, LESSON_SHEET_ROWS);
    return lesson_panel_take(area, session->display.width, session->display.height, session->tutor->is_scene);
}

int session_view_width(const Session *session) {
    Rect area = session_frame_area(session);
    if (session->tutor) take_lesson(session, &area);
    return area.w;
}

SessionPanes session_panes(const Session *session) {
    SessionPanes panes = {.view = session_frame_area(session)};
    LayoutTier tier = layout_tier(session->display.width, session->display.height);
    bool twin = has_twin(session);
    bool both = twin && session->twin.show != TWIN_DIFFERENCE && panes.view.w >= SESSION_TWIN_WIDE;
    if (rect_is_empty(panes.view)) return panes;
    if (session->tutor) panes.lesson = take_lesson(session, &panes.view);
    bool beside = tier >= LAYOUT_L && session->look.explain.level != EXPLAIN_OFF && !both &&
                  session->look.view != VIEW_ARCHITECTURE && session->look.view != VIEW_ANALYSES;
    if (!beside) panes.explain = session_explain_take(session, &panes.view);
    int watches = session->stops.watch_count;
    if (watches > 0) panes.watch = layout_take_bottom(&panes.view, watch_line_rows(watches, panes.view.w));
    if (twin) panes.strip = layout_take_bottom(&panes.view, 1);
    if (both) {
        panes.other = panes.view;
        panes.view = layout_take_left(&panes.other, (panes.other.w - 1) / 2);
        panes.line = layout_take_left(&panes.other, 1);
        panes.other_title = layout_take_top(&panes.other, 1);
    } else if (tier >= LAYOUT_M && session->look.view != VIEW_ARCHITECTURE &&
               session->look.view != VIEW_ANALYSES && !session->display.presenter &&
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

static void draw_in(const Session *session, ViewId view, Scene scene, Canvas *canvas, Rect area) {
    Rect old = canvas_clip(canvas, area);
    scene.width = area.w, scene.height = area.h;
    view_ops(view)->draw(session->look.view_state[view], &scene, canvas, area);
    canvas_unclip(canvas, old);
}

static void draw_title(const Session *session, const Scene *scene, Canvas *canvas, Rect row, char letter) {
    char text[TWIN_NAME_MAX + 64];
    int used = letter == '-' ? snprintf(text, sizeof text, "this network minus ") : 0;
    if (letter == 'A')
        utf8_format(text, sizeof text, "%s, picture %s, %s", scene->network->arch, scene->image_name,
                    part_skip_mode(scene).text);
    else
        session_twin_describe(session, text + used, sizeof text - (size_t)used);
    twin_title_draw(canvas, row, letter, text);
}

static void draw_other(const Session *session, const Scene *scene, Canvas *canvas, Rect title, Rect area) {
    Scene other = *scene->twin->scene;
    struct ClickMap *clicks = canvas->clicks;
    canvas->clicks = NULL;             /* what stands there belongs to another network or picture */
    SceneTwin back = {.scene = scene}; /* so that it finds the common scale, too */
    other.twin = &back;
    draw_title(session, &other, canvas, title, 'B');
    draw_in(session, session->look.view, other, canvas, area);
    canvas->clicks = clicks;
}

static void draw_twin(const Session *session, const Scene *scene, Canvas *canvas, const SessionPanes *panes) {
    twin_strip_draw(canvas, panes->strip, scene);
    if (session->twin.show == TWIN_OTHER && rect_is_empty(panes->other)) {
        draw_other(session, scene, canvas, panes->title, panes->view);
        return;
    }
    draw_title(session, scene, canvas, panes->title, session->twin.show == TWIN_DIFFERENCE ? '-' : 'A');
    draw_in(session, session->look.view, *scene, canvas, panes->view);
    if (rect_is_empty(panes->other)) return;
    canvas_line_down(canvas, panes->line.x, panes->line.y, panes->line.h, style_role(ROLE_DIM));
    draw_other(session, scene, canvas, panes->other_title, panes->other);
}

static void draw_explanation(const Session *session, const Scene *scene, Canvas *canvas, Rect area) {
    Explanation explanation;
    if (rect_is_empty(area)) return;
    session_explain_make(session, scene, &explanation);
    explain_panel_draw(canvas, area, &explanation, session->look.explain.level);
}

static bool is_blank(const Canvas *canvas, Rect row) {
    for (int x = row.x; x < row.x + row.w; x++)
        if (canvas->cells[row.y * canvas->width + x].glyph != ' ') return false;
    return true;
}

/* The lowest empty row of the last few; empty when there is none. */
static Rect blank_row(const Canvas *canvas, Rect area) {
    for (int k = 0; k < WELCOME_ROWS && area.h > 0; k++) {
        Rect row = layout_take_bottom(&area, 1);
        if (is_blank(canvas, row)) return row;
    }
    return (Rect){.w = 0};
}

/* Where to go from the first screen, in a row that is empty anyway, until something has been run. */
static void draw_welcome(const Session *session, const Scene *scene, Canvas *canvas, Rect area) {
    char key[32], text[96];
    bool starts = session->look.view == VIEW_ARCHITECTURE && pass_forward_done(scene->pass) <= 1;
    if (!starts || session->tutor || session->display.still || session->display.presenter) return;
    Rect row = blank_row(canvas, area);
    if (rect_is_empty(row)) return;
    bindings_left(&session->typing.bindings, keymap_keys(ACTION_QUESTIONS), key, sizeof key);
    bool lessons = session_offers(session, ACTION_LESSON, NULL);
    if (*key == '\0' && !lessons) return;
    utf8_format(text, sizeof text, "New here?  %s%s%s", lessons ? ":lesson first   " : "", key,
                *key ? " questions and answers" : "");
    canvas_text(canvas, row.x + 1, row.y, style_role(ROLE_DIM), text);
}

void session_draw_view(Session *session, Scene *scene, Canvas *canvas) {
    SessionPanes panes = session_panes(session);
    bool twin = has_twin(session) && session_twin_scene(session, scene);
    if (!rect_is_empty(panes.navigator)) navigator_draw(canvas, panes.navigator, scene);
    if (!rect_is_empty(panes.watch)) watch_line_draw(canvas, panes.watch, scene);
    if (twin)
        draw_twin(session, scene, canvas, &panes);
    else
        draw_in(session, session->look.view, *scene, canvas, panes.view);
    if (!twin) draw_welcome(session, scene, canvas, panes.view);
    draw_explanation(session, scene, canvas, panes.explain);
    ViewId value;
    if (!rect_is_empty(panes.value) && view_find("value", &value))
        draw_in(session, value, *scene, canvas, panes.value);
}

void session_draw_lesson(const Session *session, Canvas *canvas) {
    LessonPanel panel;
    Rect area = session_panes(session).lesson;
    if (!rect_is_empty(area) && session_lesson_panel(session, &panel))
        lesson_panel_draw(canvas, area, &panel);
}
