/* From an action to its effect: the layers on top are asked first, then the view, then one table says what is
 * called. Only this file tells the user what went wrong. */
#include <string.h>

#include "app/screen/screen_state.h"
#include "app/state/session_plan.h"
#include "core/base/utf8.h"

/* On the session that is shown, or on the screen itself. False with a sentence. */
typedef struct Handler {
    bool (*session)(Session *session, const Action *action, Error *err);
    bool (*screen)(Screen *screen, const Action *action, Error *err);
} Handler;

static bool redraw(Screen *screen, const Action *action, Error *err) {
    (void)action, (void)err;
    return screen->redraw = true;
}

static bool quit(Screen *screen, const Action *action, Error *err) {
    (void)action, (void)err;
    return screen->quit = true;
}

static bool change_state(Screen *screen, const Action *action, Error *err) {
    bool goes = *action->text && strcmp(action->text, "-") != 0;
    return goes ? screen_set_state(screen, action->text, err)
                : session_do_state(screen_front(screen), action, err);
}

/* Without a name the list offers what there is. */
static bool load_or_list(Screen *screen, const Action *action, Error *err) {
    FileGroup group = action->id == ACTION_IMAGE  ? FILES_PICTURES
                      : action->id == ACTION_ARCH ? FILES_ARCHITECTURES
                                                  : FILES_WEIGHTS;
    if (*action->text) {
        Session *front = screen_front(screen);
        return action->id == ACTION_IMAGE ? session_do_image(front, action, err)
                                          : session_do_load(front, action, err);
    }
    Action list = {.id = ACTION_FILES};
    utf8_copy(list.text, sizeof list.text, file_group_name(group));
    return screen_do_files(screen, &list, err);
}

#define SETTING_HANDLER(TO, ID, ...) [ACTION_##ID] = {.session = session_do_setting},

static const Handler handlers[ACTION_COUNT] = {
    SETTING_LIST(SETTING_HANDLER, 0)[ACTION_STEP] = {.session = session_do_time},
    [ACTION_STEP_BACK] = {.session = session_do_time},
    [ACTION_BLOCK] = {.session = session_do_time},
    [ACTION_BLOCK_BACK] = {.session = session_do_time},
    [ACTION_FINISH] = {.session = session_do_time},
    [ACTION_REWIND] = {.session = session_do_time},
    [ACTION_RUN_HERE] = {.session = session_do_time},
    [ACTION_RESTART] = {.session = session_do_time},
    [ACTION_DIRECTION] = {.session = session_do_time},
    [ACTION_NEXT_OP] = {.session = session_do_time},
    [ACTION_PREVIOUS_OP] = {.session = session_do_time},
    [ACTION_GO] = {.session = session_do_time},
    [ACTION_CONTINUE] = {.session = session_do_time},
    [ACTION_CONTINUE_BACK] = {.session = session_do_time},
    [ACTION_PLAY] = {.session = session_do_play},
    [ACTION_SLOWER] = {.session = session_do_play},
    [ACTION_PAUSE] = {.session = session_do_play},
    [ACTION_UP] = {.session = session_do_move},
    [ACTION_DOWN] = {.session = session_do_move},
    [ACTION_PAGE_UP] = {.session = session_do_move},
    [ACTION_PAGE_DOWN] = {.session = session_do_move},
    [ACTION_LEFT] = {.session = session_do_move},
    [ACTION_RIGHT] = {.session = session_do_move},
    [ACTION_FIRST] = {.session = session_do_move},
    [ACTION_LAST] = {.session = session_do_move},
    [ACTION_OPEN] = {.session = session_do_open},
    [ACTION_CLOSE] = {.session = session_do_close},
    [ACTION_BREAK] = {.session = session_do_break},
    [ACTION_BREAKS] = {.session = session_do_breaks},
    [ACTION_MARK] = {.session = session_do_mark},
    [ACTION_GO_MARK] = {.session = session_do_go_mark},
    [ACTION_WATCH] = {.session = session_do_watch},
    [ACTION_GRADCHECK] = {.session = session_do_gradcheck},
    [ACTION_SELECT] = {.session = session_do_select},
    [ACTION_CHANNEL] = {.session = session_do_channel},
    [ACTION_CELL] = {.session = session_do_cell},
    [ACTION_VIEW] = {.session = session_do_view},
    [ACTION_NEXT_VIEW] = {.session = session_do_next_view},
    [ACTION_PREVIOUS_VIEW] = {.session = session_do_next_view},
    [ACTION_IMAGE] = {.screen = load_or_list},
    [ACTION_WEIGHTS] = {.screen = load_or_list},
    [ACTION_ARCH] = {.screen = load_or_list},
    [ACTION_FILES] = {.screen = screen_do_files},
    [ACTION_TARGET] = {.session = session_do_target},
    [ACTION_WITHOUT_SKIP] = {.session = session_do_without_skip},
    [ACTION_TWIN] = {.session = session_do_twin},
    [ACTION_ANALYSIS] = {.session = session_do_analysis},
    [ACTION_LESION] = {.session = session_do_lesion},
    [ACTION_SWAP] = {.session = session_do_swap},
    [ACTION_PALETTE] = {.session = session_do_palette},
    [ACTION_FOLD] = {.session = session_do_fold},
    [ACTION_OTHER] = {.session = session_do_other},
    [ACTION_HELP] = {.screen = screen_do_help},
    [ACTION_PROMPT] = {.screen = screen_do_prompt},
    [ACTION_SEARCH] = {.screen = screen_do_search},
    [ACTION_SEARCH_NEXT] = {.screen = screen_do_search_next},
    [ACTION_SEARCH_PREVIOUS] = {.screen = screen_do_search_next},
    [ACTION_SCREEN] = {.screen = screen_do_screen},
    [ACTION_EXPORT] = {.screen = screen_do_export},
    [ACTION_DESCRIBE] = {.screen = screen_do_describe},
    [ACTION_COPY] = {.screen = screen_do_copy},
    [ACTION_EXPORT_CHART] = {.screen = screen_do_export_chart},
    [ACTION_BIND] = {.screen = screen_do_bind},
    [ACTION_POINTER] = {.screen = screen_do_pointer},
    [ACTION_STATE] = {.screen = change_state},
    [ACTION_CLICK] = {.screen = screen_do_click},
    [ACTION_QUESTIONS] = {.screen = screen_do_questions},
    [ACTION_WHAT] = {.screen = screen_do_what},
    [ACTION_LESSON] = {.screen = screen_do_lesson},
    [ACTION_LESSON_NEXT] = {.screen = screen_do_lesson},
    [ACTION_LESSON_BACK] = {.screen = screen_do_lesson},
    [ACTION_LESSON_RETURN] = {.screen = screen_do_lesson},
    [ACTION_ANSWER] = {.screen = screen_do_lesson},
    [ACTION_REDRAW] = {.screen = redraw},
    [ACTION_QUIT] = {.screen = quit},
};

static void call(Screen *screen, const Action *action) {
    const Handler *handler = &handlers[action->id];
    Session *front = screen_front(screen);
    Error err = {0};
    bool ok = handler->session  ? handler->session(front, action, &err)
              : handler->screen ? handler->screen(screen, action, &err)
                                : error_set(&err, ERROR_FAILED, "%s: nothing in this program does it",
                                            action_name(action->id));
    if (!ok) session_tell(screen_front(screen), NOTICE_ERROR, "%s", err.text);
}

void screen_perform(Screen *screen, const Action *action) {
    Session *front = screen_front(screen);
    Action left = *action;
    if (layer_in_view(screen) < 0) left = session_ask_view(front, *action);
    if (left.id != ACTION_NONE && !session_refuses(front, &left)) call(screen, &left);
}

/* Of the layers from the top one down to place `last`, the first that deals with it. */
static Action ask_layers(Screen *screen, Action action, int last) {
    for (int k = screen->layers.count - 1; k >= last && action.id != ACTION_NONE; k--) {
        /* A layer may have closed itself, and those above it. */
        if (k >= screen->layers.count) continue;
        const LayerOps *ops = layer_ops(screen->layers.ids[k]);
        if (ops->act) action = ops->act(screen, action);
    }
    return action;
}

static Action ask_lesson(Screen *screen, Action action) {
    return screen->lesson && action.id != ACTION_NONE ? layer_lesson.act(screen, action) : action;
}

void screen_do(Screen *screen, const Action *action) {
    Session *front = screen_front(screen);
    front->notice.kind = NOTICE_NONE;
    if (session_refuses(front, action)) return;
    if (action->id != ACTION_QUIT) session_load_waiting(front); /* typed ahead: it means the new network */
    Action left = ask_layers(screen, *action, layer_floor(screen) + (screen->lesson != NULL));
    /* Closing the explanation is not an excursion from a lesson's page. */
    if (left.id == ACTION_CLOSE && session_explain_close(front)) return;
    left = ask_lesson(screen, left);
    if (left.id != ACTION_NONE) screen_perform(screen, &left);
    screen_settle_files(screen);
}
