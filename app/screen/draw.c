/* Drawing the screen: the frame, the view with its panes, and the layers over it. */
#include <stdio.h>
#include <string.h>

#include "app/input/keymap.h"
#include "app/screen/screen_state.h"
#include "core/base/utf8.h"
#include "views/architecture/architecture.h"
#include "views/panel/explain_panel.h"
#include "views/panel/frame.h"
#include "views/panel/navigator.h"
#include "views/panel/twin_frame.h"
#include "views/panel/watch_line.h"
#include "views/scene/click.h"
#include "views/widget/widgets.h"

static void draw_in(const Session *session, ViewId view, Scene scene, Canvas *canvas, Rect area) {
    Rect old = canvas_clip(canvas, area);
    scene.width = area.w;
    scene.height = area.h;
    view_ops(view)->draw(session->look.view_state[view], &scene, canvas, area);
    canvas_unclip(canvas, old);
}

static void draw_title(const Session *session, const Scene *scene, Canvas *canvas, Rect row, char letter) {
    char text[TWIN_NAME_MAX + 64];
    int used = letter == '-' ? snprintf(text, sizeof text, "this network minus ") : 0;
    if (letter == 'A')
        utf8_format(text, sizeof text, "%s, picture %s, %s", scene->network->arch, scene->image_name,
                    widget_skip_mode(scene).text);
    else
        session_twin_describe(session, text + used, sizeof text - (size_t)used);
    twin_title_draw(canvas, row, letter, text, letter == '-' ? NULL : scene);
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
    explain_panel_draw(canvas, area, &explanation, session->look.settings.explain);
}

/* A key that is the action's, and the user's bindings leave it that; "" for none. */
static void find_key(const Screen *screen, ActionId id, char *out, size_t out_size) {
    *out = '\0';
    if (!session_offers(screen_front(screen), id, NULL)) return;
    bindings_left(&screen->bindings, keymap_keys(id), out, out_size);
    out[strcspn(out, " ")] = '\0';
}

static int draw_invitation(const Screen *screen, Canvas *canvas, int x, int y, ActionId id) {
    static const char *const texts[ACTION_COUNT] = {
        [ACTION_STEP] = "watch it think, one operation at a time",
        [ACTION_LESSON] = "a guided first lesson",
        [ACTION_QUESTIONS] = "questions and answers",
        [ACTION_WHAT] = "what words mean",
    };
    char key[32];
    int first = x;
    find_key(screen, id, key, sizeof key);
    if (*key == '\0') return x;
    Style cap = {.fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
    x = canvas_printf(canvas, x, y, cap, " %s ", key) + 1;
    x = canvas_text(canvas, x, y, style_role(ROLE_TEXT), texts[id]);
    click_add_text(canvas, (Rect){first, y, x - first, 1}, id, id == ACTION_LESSON ? "first" : "");
    return x + 3;
}

bool screen_shows_welcome(const Screen *screen) {
    const Session *session = screen_front(screen);
    const void *state = session->look.view_state[VIEW_ARCHITECTURE];
    Scene scene = session_scene(session);
    bool starts = session->look.view == VIEW_ARCHITECTURE && view_architecture_starts(state, &scene);
    return starts && !screen->lesson && !session->display.still && !session->look.settings.presenter;
}

/* Where to go from the first screen, in the rows that it leaves to the keys. */
static void draw_welcome(const Screen *screen, Canvas *canvas, Rect area) {
    if (!screen_shows_welcome(screen)) return;
    Rect rows = layout_take_bottom(&area, ARCHITECTURE_KEY_ROWS);
    draw_invitation(screen, canvas, rows.x + 1, rows.y, ACTION_STEP);
    int x = draw_invitation(screen, canvas, rows.x + 1, rows.y + 1, ACTION_LESSON);
    x = draw_invitation(screen, canvas, x, rows.y + 1, ACTION_QUESTIONS);
    draw_invitation(screen, canvas, x, rows.y + 1, ACTION_WHAT);
}

static void draw_view(const Screen *screen, Scene *scene, Canvas *canvas) {
    Session *session = screen_front(screen);
    SessionPanes panes = session_panes(session);
    bool twin = session_shows_twin(session) && session_twin_scene(session, scene);
    if (!rect_is_empty(panes.navigator)) navigator_draw(canvas, panes.navigator, scene);
    if (!rect_is_empty(panes.watch)) watch_line_draw(canvas, panes.watch, scene);
    if (twin)
        draw_twin(session, scene, canvas, &panes);
    else
        draw_in(session, session->look.view, *scene, canvas, panes.view);
    if (!twin) draw_welcome(screen, canvas, panes.view);
    draw_explanation(session, scene, canvas, panes.explain);
    ViewId value;
    if (!rect_is_empty(panes.value) && view_find("value", &value))
        draw_in(session, value, *scene, canvas, panes.value);
}

Rect screen_full_area(const Screen *screen) {
    const Session *session = screen_front(screen);
    Rect area = session_frame_area(session);
    return rect_is_empty(area) ? (Rect){.w = session->display.width, .h = session->display.height} : area;
}

/* Of several that take the view's room only the topmost is seen. */
static void draw_layers(const Screen *screen, Canvas *canvas, bool framed) {
    const LayerStack *stack = &screen->layers;
    for (int k = layer_floor(screen); k < stack->count; k++) {
        const LayerOps *ops = layer_ops(stack->ids[k]);
        bool hidden = ops->hides_view && k != layer_in_view(screen);
        if (!hidden && (framed || !ops->needs_frame)) ops->draw(screen, canvas);
    }
}

static void choose_dots(Canvas *canvas, const Settings *settings) {
    canvas->flags &= ~(unsigned)CANVAS_DOTS;
    if (settings->dots == SWITCH_ON) canvas->flags |= CANVAS_DOTS;
}

void screen_draw(Screen *screen, Canvas *canvas) {
    Session *session = screen_front(screen);
    ScreenKeys keys;
    session_look_prepare(session);
    Scene scene = session_scene(session);
    scene.pending_count = session->look.explain.asked ? 0 : screen->typing.count;
    screen_collect_hints(screen, &keys);
    screen_collect_pressed(screen, &keys);
    canvas_clear(canvas);
    choose_dots(canvas, &session->look.settings);
    const ViewOps *view = view_ops(session->look.view);
    const void *state = session->look.view_state[session->look.view];
    FrameInfo info = {.view = session->look.view,
                      .level = view->level ? view->level(state, &scene) : ZOOM_NETWORK,
                      .hints = keys.hints,
                      .hint_count = keys.hint_count,
                      .lists_views = screen->lists_views,
                      .without = session_frame_parts(session),
                      .hidden_views = session->handout.views,
                      .pressed = keys.pressed,
                      .pressed_count = keys.pressed_count,
                      .pressed_text = keys.pressed_text};
    bool framed = !rect_is_empty(frame_draw(canvas, &info, &scene));
    if (framed && layer_in_view(screen) < 0) draw_view(screen, &scene, canvas);
    draw_layers(screen, canvas, framed);
}
