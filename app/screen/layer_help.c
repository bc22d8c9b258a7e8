/* The help over the view. It scrolls; what works on the view closes it first. */
#include "app/screen/screen_state.h"

static int rows_of(const Screen *screen) {
    return screen_front(screen)->display.height - 6;
}

static void scroll(Screen *screen, int by) {
    int first = screen->help_first < ACTION_NUMBER_MAX ? screen->help_first : ACTION_NUMBER_MAX;
    screen->help_first = first + by > 0 ? first + by : 0;
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
    const Session *front = screen_front(screen);
    ScreenKeys keys;
    screen_collect_help(screen, &keys);
    help_draw(canvas, session_frame_area(front),
              &(HelpInfo){.rows = keys.rows,
                          .row_count = keys.row_count,
                          .first = screen->help_first,
                          .hidden_views = front->handout.views});
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
