/* The help over the view. It scrolls; what works on the view closes it first. */
#include "app/screen/screen_state.h"
#include "core/base/integer.h"

static int rows_of(const Screen *screen) {
    return screen_front(screen)->display.height - 6;
}

static HelpInfo info_of(const Screen *screen, ScreenKeys *keys) {
    screen_collect_help(screen, keys);
    return (HelpInfo){.rows = keys->rows,
                      .row_count = keys->row_count,
                      .first = screen->help_first,
                      .hidden_views = screen_front(screen)->handout.views};
}

/* Never beyond the end: the next key up is seen. */
static void scroll(Screen *screen, int by) {
    ScreenKeys keys;
    HelpInfo info = info_of(screen, &keys);
    int last = help_last(session_frame_area(screen_front(screen)), &info);
    screen->help_first = integer_clamp(integer_min(screen->help_first, last) + by, 0, last);
}

static Action act(Screen *screen, Action action) {
    int by = action_count(&action);
    switch (action.id) {
    case ACTION_UP: scroll(screen, -by); break;
    case ACTION_DOWN: scroll(screen, by); break;
    case ACTION_PAGE_UP: scroll(screen, -by * rows_of(screen)); break;
    case ACTION_PAGE_DOWN: scroll(screen, by * rows_of(screen)); break;
    case ACTION_HELP:
    case ACTION_QUIT:
    case ACTION_OPEN:
    case ACTION_CLOSE: layer_close(screen, LAYER_HELP); break;
    default:
        if (!(action_touches(action.id) & TOUCH_SCREEN)) layer_close(screen, LAYER_HELP);
        return action;
    }
    return (Action){.id = ACTION_NONE};
}

static void draw(const Screen *screen, Canvas *canvas) {
    ScreenKeys keys;
    HelpInfo info = info_of(screen, &keys);
    help_draw(canvas, session_frame_area(screen_front(screen)), &info);
}

bool screen_do_help(Screen *screen, const Action *action, Error *err) {
    (void)action, (void)err;
    screen->help_first = 0;
    layer_open(screen, LAYER_HELP);
    return true;
}

/* The keys that turn a lesson's pages close the help, since the page is not seen. */
static bool key(Screen *screen, const Key *pressed, Action *out) {
    bool turns = screen->lesson && lesson_run_key(screen->lesson, pressed) != ACTION_NONE;
    (void)out;
    if (turns) layer_close(screen, LAYER_HELP);
    return turns;
}

const LayerOps layer_help = {.key = key, .act = act, .draw = draw, .hides_view = true, .needs_frame = true};
