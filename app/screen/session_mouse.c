/* The mouse, and the same by script. It is off until somebody asks for it: while the program has it, the
 * terminal's own selection and paste need Shift, and whatever a click does a key does as well. */
#include <stdio.h>
#include <string.h>

#include "app/session/session_state.h"
#include "views/scene/click.h"

enum { WHEEL_ROWS = 3 }; /* of a list, for one notch */

bool session_mouse(const Session *session) {
    return session_const_front(session)->display.mouse;
}

void session_refuse_mouse(Session *session) {
    session = session_front(session);
    session->display.mouse = false;
    session_tell(session, NOTICE_ERROR, "this terminal does not say where the mouse is");
}

void session_do_mouse(Session *session, const char *word) {
    bool on = *word ? strcmp(word, "on") == 0 : !session->display.mouse;
    if (*word && !on && strcmp(word, "off") != 0) {
        session_tell(session, NOTICE_ERROR, "mouse: expected on or off, found '%s'", word);
        return;
    }
    session->display.mouse = on;
    session_tell(session, NOTICE_INFO, "%s",
                 on ? "mouse on: a click selects, the wheel moves; with Shift the terminal selects text"
                    : "mouse off: it selects text");
}

/* The screen as it stands, drawn once more to learn what lies under the pointer. */
static int find_click(Session *session, int x, int y, Action out[CLICK_ACTIONS_MAX]) {
    ClickMap map = {.count = 0};
    Canvas *canvas = canvas_new(session->display.width, session->display.height, session->display.flags);
    if (!canvas) return 0;
    canvas->clicks = &map;
    session_draw(session, canvas);
    int count = click_find(&map, x, y, out);
    canvas_free(canvas);
    click_clear(&map);
    return count;
}

static void click_at(Session *session, int x, int y) {
    Action actions[CLICK_ACTIONS_MAX];
    int count = find_click(session, x, y, actions);
    session->notice.kind = NOTICE_NONE;
    if (count == 0) session_tell(session, NOTICE_INFO, "nothing here can be selected");
    for (int k = 0; k < count; k++) session_do(session, &actions[k]);
}

void session_do_click(Session *session, const char *place) {
    int at[2];
    if (action_read_numbers(place, at, 2))
        click_at(session, at[0], at[1]);
    else
        session_tell(session, NOTICE_ERROR, "click: expected COLUMN ROW, as in 'click 12 7', found '%s'",
                     place);
}

void session_mouse_key(Session *session, const Key *key) {
    bool list = session->help.open || session->files.open || session->book.open ||
                session->look.view == VIEW_ARCHITECTURE;
    Action move = {.id = key->button == MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN,
                   .number = list ? WHEEL_ROWS : 1};
    if (!session->display.mouse || session->typing.prompt.open) return;
    session->typing.letter = ACTION_NONE;
    session->typing.count = 0;
    if (key->button == MOUSE_LEFT)
        click_at(session, key->x, key->y);
    else if (key->button == MOUSE_WHEEL_UP || key->button == MOUSE_WHEEL_DOWN)
        session_do(session, &move);
}
