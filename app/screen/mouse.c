/* The mouse, and the same by script. It is off until somebody asks for it: while the program has it, the
 * terminal's own selection and paste need Shift, and whatever a click does a key does as well. */
#include <string.h>

#include "app/screen/screen_state.h"
#include "views/scene/click.h"

enum { WHEEL_ROWS = 3 }; /* of a list, for one notch */

bool screen_mouse(const Screen *screen) {
    return screen_front(screen)->look.settings.mouse == SWITCH_ON;
}

void screen_refuse_mouse(Screen *screen) {
    screen_front(screen)->look.settings.mouse = SWITCH_OFF;
    session_tell(screen_front(screen), NOTICE_ERROR, "this terminal does not say where the mouse is");
}

/* The screen as it stands, drawn once more to learn what lies under the pointer. */
static int find_click(Screen *screen, int x, int y, Action out[CLICK_ACTIONS_MAX]) {
    const Display *display = &screen_front(screen)->display;
    ClickMap map = {.count = 0};
    Canvas *canvas = canvas_new(display->width, display->height, display->flags);
    if (!canvas) return 0;
    canvas->clicks = &map;
    screen_draw(screen, canvas);
    int count = click_find(&map, x, y, out);
    canvas_free(canvas);
    click_clear(&map);
    return count;
}

static void click_at(Screen *screen, int x, int y) {
    Action actions[CLICK_ACTIONS_MAX];
    int count = find_click(screen, x, y, actions);
    Session *front = screen_front(screen);
    front->notice.kind = NOTICE_NONE;
    if (count == 0) session_tell(front, NOTICE_INFO, "nothing here can be selected");
    for (int k = 0; k < count; k++) screen_do(screen, &actions[k]);
}

bool screen_do_click(Screen *screen, const Action *action, Error *err) {
    int at[2];
    if (!action_read_numbers(action->text, at, 2))
        return error_set(err, ERROR_USAGE, "click: expected COLUMN ROW, as in 'click 12 7', found '%s'",
                         action->text);
    click_at(screen, at[0], at[1]);
    return true;
}

void screen_mouse_key(Screen *screen, const Key *key) {
    bool list = layer_in_view(screen) >= 0 || screen_front(screen)->look.view == VIEW_ARCHITECTURE;
    Action move = {.id = key->button == MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN,
                   .number = list ? WHEEL_ROWS : 1};
    if (!screen_mouse(screen)) return;
    screen->typing.letter = ACTION_NONE;
    screen->typing.count = 0;
    if (key->button == MOUSE_LEFT)
        click_at(screen, key->x, key->y);
    else if (key->button == MOUSE_WHEEL_UP || key->button == MOUSE_WHEEL_DOWN)
        screen_do(screen, &move);
}
