/* Presenter mode for a class: fewer panes and larger cells, keys shown as they are pressed, and a pointer to
 * show a place with. */
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

#include "app/session/session_state.h"

enum { LEAP_COLUMNS = 8, LEAP_ROWS = 4 };

unsigned session_frame_parts(const Session *session) {
    if (session->display.presenter) return FRAME_WITHOUT_TABS | FRAME_WITHOUT_STRIP;
    return session_hides(session, HIDE_STRIP) ? FRAME_WITHOUT_STRIP : 0;
}

void session_set_presenter(Session *session, bool on) {
    if (on == session->display.presenter) return;
    session->display.presenter = on;
    session->display.keys_shown = (KeysShown){.count = 0};
    if (on) {
        session->display.theme_before = session->display.theme;
        if (session->display.theme != THEME_MONO) session_set_theme(session, THEME_CONTRAST);
    } else if (session->display.theme == THEME_CONTRAST) {
        session_set_theme(session, session->display.theme_before);
    }
}

static void do_presenter(Session *session, const char *word) {
    bool on = *word ? strcmp(word, "on") == 0 : !session->display.presenter;
    if (*word && !on && strcmp(word, "off") != 0) {
        session_tell(session, NOTICE_ERROR, "presenter: expected on or off, found '%s'", word);
        return;
    }
    session_set_presenter(session, on);
    session_tell(session, NOTICE_INFO,
                 on ? "presenter mode: large cells, keys are shown, . points; ':presenter off' ends it"
                    : "presenter mode off");
}

static int clamp(int value, int last) {
    return value < 0 ? 0 : value > last ? last : value;
}

static void put_pointer(Session *session, int x, int y) {
    session->display.pointer = (Pointer){
        .on = true, .x = clamp(x, session->display.width - 1), .y = clamp(y, session->display.height - 1)};
}

/* It begins at what is selected, or in the middle. */
static void begin_pointing(Session *session) {
    Rect view = session_panes(session).view;
    int x = view.x + view.w / 2, y = view.y + view.h / 2;
    Canvas *canvas = canvas_new(session->display.width, session->display.height, session->display.flags);
    if (canvas) {
        session_draw(session, canvas);
        if (canvas->cursor_x >= 0) x = canvas->cursor_x, y = canvas->cursor_y;
    }
    canvas_free(canvas);
    put_pointer(session, x, y);
    session_tell(session, NOTICE_INFO,
                 "pointer: arrows move it (with Shift they leap), Enter selects, Esc or . puts it away");
}

static void do_pointer(Session *session, const char *text) {
    int place[2];
    bool off = strcmp(text, "off") == 0, on = strcmp(text, "on") == 0;
    if (action_read_numbers(text, place, 2))
        put_pointer(session, place[0], place[1]);
    else if (*text && !on && !off)
        session_tell(session, NOTICE_ERROR, "pointer: expected on, off or COLUMN ROW, found '%s'", text);
    else if (off || (!on && session->display.pointer.on))
        session->display.pointer.on = false;
    else
        begin_pointing(session);
}

bool session_present_do(Session *session, const Action *action) {
    switch (action->id) {
    case ACTION_PRESENTER: do_presenter(session, action->text); return true;
    case ACTION_POINTER: do_pointer(session, action->text); return true;
    default: return false;
    }
}

static bool move_pointer(Session *front, uint32_t code) {
    static const struct {
        uint32_t code;
        int x, y;
    } moves[] = {{KEY_CODE_LEFT, -1, 0},
                 {KEY_CODE_RIGHT, 1, 0},
                 {KEY_CODE_UP, 0, -1},
                 {KEY_CODE_DOWN, 0, 1},
                 {KEY_CODE_SHIFT_LEFT, -LEAP_COLUMNS, 0},
                 {KEY_CODE_SHIFT_RIGHT, LEAP_COLUMNS, 0},
                 {KEY_CODE_SHIFT_UP, 0, -LEAP_ROWS},
                 {KEY_CODE_SHIFT_DOWN, 0, LEAP_ROWS}};
    for (size_t k = 0; k < sizeof moves / sizeof moves[0]; k++)
        if (moves[k].code == code) {
            put_pointer(front, front->display.pointer.x + moves[k].x, front->display.pointer.y + moves[k].y);
            front->notice.kind = NOTICE_NONE;
            return true;
        }
    return false;
}

/* Arrows, Enter and Esc are the pointer's while it is shown; every other key keeps its meaning. */
bool session_pointer_key(Session *session, const Key *key) {
    Session *front = session_front(session);
    bool asked = session->lesson && session->lesson->phase == LESSON_ASK;
    if (!front->display.pointer.on || front->typing.prompt.open || front->help.open || front->files.open)
        return false;
    if (key->code == KEY_CODE_MOUSE && key->button == MOUSE_LEFT && front->display.mouse) {
        put_pointer(front, key->x, key->y);
        return true;
    }
    if (move_pointer(front, key->code)) return true;
    if (asked) return false;
    if (key->code == KEY_CODE_ENTER) {
        Action click = {.id = ACTION_CLICK};
        snprintf(click.text, sizeof click.text, "%d %d", front->display.pointer.x, front->display.pointer.y);
        session_do(session, &click);
        return true;
    }
    if (key->code == KEY_CODE_ESCAPE) front->display.pointer.on = false;
    return key->code == KEY_CODE_ESCAPE;
}

/* A half block is two pixels in two colours: turning them round would show another map. */
static bool may_reverse(const Canvas *canvas, const Cell *cell) {
    return (canvas->flags & CANVAS_MONO) || (cell->glyph != U'▀' && cell->glyph != ' ');
}

void session_pointer_draw(const Session *session, Canvas *canvas) {
    int x = clamp(session->display.pointer.x, canvas->width - 1),
        y = clamp(session->display.pointer.y, canvas->height - 1);
    Style style = {
        .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
    const Cell *cell = canvas_get(canvas, x, y);
    if (!session->display.pointer.on || !cell) return;
    if (may_reverse(canvas, cell))
        canvas_paint(canvas, (Rect){x, y, 1, 1},
                     (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_REVERSE | CELL_BOLD});
    canvas_put(canvas, x - 1, y, style, '[');
    canvas_put(canvas, x + 1, y, style, ']');
    canvas_put(canvas, x, y - 1, style, U'▼');
    canvas_put(canvas, x, y + 1, style, U'▲');
    canvas_set_cursor(canvas, x, y);
}

void session_show_key(Session *front, uint32_t code, const Action *action) {
    KeysShown *shown = &front->display.keys_shown;
    if (!front->display.presenter) return;
    if (shown->count == KEYS_SHOWN_MAX)
        memmove(shown->codes, shown->codes + 1, (size_t)--shown->count * sizeof *shown->codes);
    shown->codes[shown->count++] = code;
    shown->action = action ? action->id : ACTION_NONE;
    utf8_copy(shown->text, sizeof shown->text, action ? action->text : "");
}

void session_forget_keys(Session *session) {
    session_front(session)->display.keys_shown.count = 0;
}

/* "show Maps" says more than the help of the action "view". */
static void describe(const KeysShown *shown, char *out, size_t out_size) {
    ViewId view;
    if (shown->action == ACTION_VIEW && view_find(shown->text, &view))
        utf8_format(out, out_size, "show %s", view_ops(view)->title);
    else if (shown->action == ACTION_LESSON_NEXT)
        snprintf(out, out_size, "go on");
    else if (shown->action == ACTION_LESSON_BACK)
        snprintf(out, out_size, "go back");
    else if (shown->action == ACTION_NONE)
        out[0] = '\0';
    else
        utf8_format(out, out_size, "%.*s", (int)strcspn(action_help(shown->action), ":;"),
                    action_help(shown->action));
}

void session_collect_pressed(const Session *session, SessionKeys *keys) {
    const KeysShown *shown = &session->display.keys_shown;
    keys->pressed_count = session->display.presenter && !session->typing.prompt.open ? shown->count : 0;
    for (int k = 0; k < keys->pressed_count; k++) {
        key_format(shown->codes[k], keys->pressed_names[k]);
        keys->pressed[k] = keys->pressed_names[k];
    }
    describe(shown, keys->pressed_text, sizeof keys->pressed_text);
}
