/* The pointer, which shows a place to a class. Arrows, Enter and Esc are its own while it is on top; every
 * other key keeps its meaning. */
#include <stdio.h>
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/integer.h"

enum { LEAP_COLUMNS = 8, LEAP_ROWS = 4 };

static void put_pointer(Screen *screen, int x, int y) {
    const Display *display = &screen_front(screen)->display;
    screen->pointer = (Pointer){.x = integer_clamp(x, 0, display->width - 1),
                                .y = integer_clamp(y, 0, display->height - 1)};
    if (!layer_is_open(screen, LAYER_POINTER)) layer_open(screen, LAYER_POINTER);
}

/* It begins at what is selected, or in the middle. */
static void begin_pointing(Screen *screen) {
    const Session *front = screen_front(screen);
    Rect view = session_panes(front).view;
    int x = view.x + view.w / 2, y = view.y + view.h / 2;
    Canvas *canvas = canvas_new(front->display.width, front->display.height, front->display.flags);
    if (canvas) {
        screen_draw(screen, canvas);
        if (canvas->cursor_x >= 0) x = canvas->cursor_x, y = canvas->cursor_y;
    }
    canvas_free(canvas);
    put_pointer(screen, x, y);
    session_tell(screen_front(screen), NOTICE_INFO,
                 "pointer: arrows move it (with Shift they leap), Enter selects, Esc or . puts it away");
}

/* Without a word on and off by turns; COLUMN ROW: there. */
bool screen_do_pointer(Screen *screen, const Action *action, Error *err) {
    const char *text = action->text;
    int place[2];
    bool off = strcmp(text, "off") == 0, on = strcmp(text, "on") == 0;
    if (action_read_numbers(text, place, 2)) {
        put_pointer(screen, place[0], place[1]);
        return true;
    }
    if (*text && !on && !off)
        return error_set(err, ERROR_USAGE, "pointer: expected on, off or COLUMN ROW, found '%s'", text);
    if (off || (!on && layer_is_open(screen, LAYER_POINTER)))
        layer_close(screen, LAYER_POINTER);
    else
        begin_pointing(screen);
    return true;
}

static bool move_pointer(Screen *screen, uint32_t code) {
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
            put_pointer(screen, screen->pointer.x + moves[k].x, screen->pointer.y + moves[k].y);
            screen_front(screen)->notice.kind = NOTICE_NONE;
            return true;
        }
    return false;
}

static bool key(Screen *screen, const Key *pressed, Action *out) {
    if (pressed->code == KEY_CODE_MOUSE && pressed->button == MOUSE_LEFT && screen_mouse(screen)) {
        put_pointer(screen, pressed->x, pressed->y);
        return true;
    }
    if (move_pointer(screen, pressed->code)) return true;
    /* An answer is being typed: Enter gives it. */
    if (screen->lesson && screen->lesson->phase == LESSON_ASK) return false;
    if (pressed->code == KEY_CODE_ENTER) {
        out->id = ACTION_CLICK;
        snprintf(out->text, sizeof out->text, "%d %d", screen->pointer.x, screen->pointer.y);
        return true;
    }
    if (pressed->code == KEY_CODE_ESCAPE) layer_close(screen, LAYER_POINTER);
    return pressed->code == KEY_CODE_ESCAPE;
}

/* A half block is two pixels in two colours: turning them round would show another map. */
static bool may_reverse(const Canvas *canvas, const Cell *cell) {
    return (canvas->flags & CANVAS_MONO) || (cell->glyph != U'▀' && cell->glyph != ' ');
}

static void draw(const Screen *screen, Canvas *canvas) {
    int x = integer_clamp(screen->pointer.x, 0, canvas->width - 1),
        y = integer_clamp(screen->pointer.y, 0, canvas->height - 1);
    Style style = {
        .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
    const Cell *cell = canvas_get(canvas, x, y);
    if (!cell) return;
    if (may_reverse(canvas, cell))
        canvas_paint(canvas, (Rect){x, y, 1, 1},
                     (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_REVERSE | CELL_BOLD});
    canvas_put(canvas, x - 1, y, style, '[');
    canvas_put(canvas, x + 1, y, style, ']');
    canvas_put(canvas, x, y - 1, style, U'▼');
    canvas_put(canvas, x, y + 1, style, U'▲');
    canvas_set_cursor(canvas, x, y);
}

const LayerOps layer_pointer = {.key = key, .draw = draw, .sees_through = true, .needs_frame = true};
