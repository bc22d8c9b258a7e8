/* What each action does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/input/keymap.h"
#include "app/session/session_state.h"
#include "app/state/session_plan.h"
#include "core/base/utf8.h"
#include "views/part/parts.h"

static const Network *network_of(const Session *session) {
    return session->exp.setup->model->network;
}

/* "OP", in the direction that is looked at; "OP forward", "OP backward". */
static void do_select(Session *session, const char *text) {
    const Network *network = network_of(session);
    char name[OP_NAME_MAX];
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    utf8_format(name, sizeof name, "%.*s", (int)length, text);
    int op = length < sizeof name ? network_find_op(network, name) : -1;
    bool backward = *rest ? strcmp(rest, "backward") == 0 : session->exp.at >= network->op_count;
    if (op < 0)
        session_tell(session, NOTICE_ERROR, "%s has no operation '%s': names are like %s", network->arch,
                     text, network->ops[network->blocks[0].branch_first].name);
    else if (*rest && !backward && strcmp(rest, "forward") != 0)
        session_tell(session, NOTICE_ERROR, "select: expected forward or backward after %s, found '%s'", name,
                     rest);
    else
        session_look_at(session, scene_at(network, op, backward ? PHASE_BACKWARD : PHASE_FORWARD));
}

static void do_cell(Session *session, const char *text) {
    int place[2];
    if (!action_read_numbers(text, place, 2) || place[0] < 0 || place[1] < 0) {
        session_tell(session, NOTICE_ERROR, "cell: expected ROW COLUMN, as in 'cell 4 7', found '%s'", text);
        return;
    }
    session->exp.wanted.row = place[0];
    session->exp.wanted.column = place[1];
}

static void do_view(Session *session, const char *name) {
    ViewId view;
    if (view_find(name, &view))
        session->look.view = view;
    else
        session_tell(
            session, NOTICE_ERROR,
            "there is no view '%s': expected architecture, step, maps, value, block, gradients, input or "
            "analyses",
            name);
    session->help.open = false;
}

static void do_image(Session *session, const char *name) {
    Error err = {0};
    bool same = strcmp(name, session->exp.picture.name) == 0;
    if (!session_load_image(session, name, &err))
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    else
        session_rerun(session);
    if (same && session->notice.kind == NOTICE_NONE)
        session_tell(session, NOTICE_INFO,
                     "%s is the picture already: j and k choose another in the input view",
                     session->exp.picture.name);
}

/* Without a name the list offers what there is. */
static void do_load(Session *session, const Action *action) {
    bool image = action->id == ACTION_IMAGE;
    FileGroup group = image                       ? FILES_PICTURES
                      : action->id == ACTION_ARCH ? FILES_ARCHITECTURES
                                                  : FILES_WEIGHTS;
    if (*action->text == '\0')
        session_do_files(session, file_group_name(group));
    else if (image)
        do_image(session, action->text);
    else
        session_do_load(session, action);
}

static int find_class(const Model *model, const char *word) {
    char *end;
    long number = strtol(word, &end, 10);
    if (end != word && *end == '\0')
        return number >= 0 && number < model->network->classes ? (int)number : -1;
    for (int k = 0; model->class_names && k < model->network->classes; k++)
        if (strcmp(model->class_names[k], word) == 0) return k;
    return -1;
}

static void do_target(Session *session, const char *word) {
    bool predicted = *word == '\0' || strcmp(word, "predicted") == 0;
    int found = predicted ? -1 : find_class(session->exp.setup->model, word);
    if (!predicted && found < 0) {
        session_tell(session, NOTICE_ERROR,
                     "target: expected 'predicted', a class name, or a number below %d, found '%s'",
                     network_of(session)->classes, word);
        return;
    }
    session->exp.target = found;
    session_rerun(session);
}

static void do_without_skip(Session *session, const char *word) {
    Error err = {0};
    if (!session_set_skip(session, word, &err))
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    else
        session_rerun(session);
}

static void do_lesion(Session *session, const char *name) {
    Error err = {0};
    if (!session_toggle_lesion(session, name, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    session_rerun(session);
    Scene scene = session_scene(session);
    session_tell(session, NOTICE_INFO, "%s", part_skip_mode(&scene).text);
}

static void do_versus(Session *session, const char *word) {
    bool cut = *word ? strcmp(word, "cut") == 0 : session->exp.baseline_mode == SKIP_PLAIN;
    if (*word && !cut && strcmp(word, "plain") != 0) {
        session_tell(session, NOTICE_ERROR, "versus: expected cut or plain, found '%s'", word);
        return;
    }
    session->exp.baseline_mode = cut ? SKIP_CUT : SKIP_PLAIN;
    if (session->exp.job.kind == JOB_BASELINE) session->exp.job = (Job){0};
    pass_free(session->exp.baseline);
    session->exp.baseline = NULL;
    if (session->look.view != VIEW_GRADIENTS)
        session_tell(session, NOTICE_INFO, "the gradients view now compares with %s: %c shows it",
                     cut ? "cut" : "plain", view_ops(VIEW_GRADIENTS)->key);
}

static void do_twin(Session *session, const char *text) {
    Error err = {0};
    if (!session_twin_do(session, text, &err))
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    else if (session->look.view == VIEW_ANALYSES)
        session_tell(session, NOTICE_INFO, "the comparison is %s; the laboratory has one side only",
                     session->twin.show == TWIN_OFF ? "off" : "on in the other views");
}

static void do_theme(Session *session, const char *word) {
    ThemeId theme = (ThemeId)((session->display.theme + 1) % THEME_COUNT);
    if (*word && !theme_find(word, &theme)) {
        session_tell(session, NOTICE_ERROR, "theme: expected dark, light, contrast or mono, found '%s'",
                     word);
        return;
    }
    session_set_theme(session, theme);
    session_tell(session, NOTICE_INFO, "theme %s", theme_name(theme));
}

/* Back out: of the help, of work under way, or to the whole network. */
static void do_close(Session *session) {
    if (session->help.open)
        session->help.open = false;
    else if (session->exp.job.kind == JOB_RUN)
        session->exp.job = (Job){0};
    else if (session->look.view != VIEW_ANALYSES || !session_lab_close(session))
        session->look.view =
            session_may_show(session, VIEW_ARCHITECTURE) ? VIEW_ARCHITECTURE : session->look.view;
}

static void turn_view(Session *session, int by) {
    ViewId next = session->look.view;
    do next = (ViewId)(((int)next + by + VIEW_COUNT) % VIEW_COUNT);
    while (!session_may_show(session, next));
    session->look.view = next;
    session->help.open = false;
}

/* Moves that no view wanted, and that belong to the list of pictures in the input view. */
static void do_move(Session *session, const Action *action) {
    int count = action_count(action),
        by = action->id == ACTION_UP || action->id == ACTION_PAGE_UP ? -count : count;
    int cursor = session->exp.pictures.cursor + by;
    if (session->look.view != VIEW_INPUT || session->exp.pictures.count == 0) return;
    session->exp.pictures.cursor = cursor < 0                              ? 0
                                   : cursor >= session->exp.pictures.count ? session->exp.pictures.count - 1
                                                                           : cursor;
}

static bool do_choice(Session *session, const Action *action) {
    switch (action->id) {
    case ACTION_BREAK: session_do_break(session, action->text); return true;
    case ACTION_BREAKS: session_do_breaks(session); return true;
    case ACTION_MARK: session_do_mark(session, action->text); return true;
    case ACTION_GO_MARK: session_do_go_mark(session, action->text); return true;
    case ACTION_WATCH: session_do_watch(session, action->text); return true;
    case ACTION_GRADCHECK: session_do_gradcheck(session); return true;
    case ACTION_SELECT: do_select(session, action->text); return true;
    case ACTION_CHANNEL: session->exp.wanted.channel = action->number > 0 ? action->number : 0; return true;
    case ACTION_CELL: do_cell(session, action->text); return true;
    case ACTION_IMAGE:
    case ACTION_WEIGHTS:
    case ACTION_ARCH: do_load(session, action); return true;
    case ACTION_FILES: session_do_files(session, action->text); return true;
    case ACTION_TARGET: do_target(session, action->text); return true;
    case ACTION_WITHOUT_SKIP: do_without_skip(session, action->text); return true;
    case ACTION_VERSUS: do_versus(session, action->text); return true;
    case ACTION_TWIN: do_twin(session, action->text); return true;
    case ACTION_LESION: do_lesion(session, action->text); return true;
    case ACTION_SWAP: session_do_swap(session, action->text); return true;
    case ACTION_ANALYSIS:
    case ACTION_EXPORT_CHART: session_lab_do(session, action); return true;
    case ACTION_QUESTIONS: session_do_questions(session, action->text); return true;
    case ACTION_LESSON:
    case ACTION_LESSON_NEXT:
    case ACTION_LESSON_BACK:
    case ACTION_LESSON_RETURN:
    case ACTION_ANSWER: session_lesson_begin(session, action); return true;
    case ACTION_STATE: session_do_state(session, action->text); return true;
    default: return session_look_do(session, action) || session_present_do(session, action);
    }
}

/* A folding that no view wanted. */
static void tell_fold(Session *session, const char *word) {
    if (session->look.view != VIEW_ARCHITECTURE)
        session_tell(session, NOTICE_INFO, "only the architecture view folds: a shows it");
    else
        session_tell(session, NOTICE_ERROR, "fold: expected stages, blocks or none, found '%s'", word);
}

static void do_screen_action(Session *session, const Action *action) {
    switch (action->id) {
    case ACTION_VIEW: do_view(session, action->text); break;
    case ACTION_NEXT_VIEW: turn_view(session, 1); break;
    case ACTION_PREVIOUS_VIEW: turn_view(session, -1); break;
    case ACTION_HELP:
        session->help.open = !session->help.open;
        session->help.first = 0;
        break;
    case ACTION_PROMPT: prompt_open(&session->typing.prompt, ':', ""); break;
    case ACTION_SEARCH: session_do_search(session, action->text); break;
    case ACTION_SEARCH_NEXT: session_do_search_next(session, 1); break;
    case ACTION_SEARCH_PREVIOUS: session_do_search_next(session, -1); break;
    case ACTION_SCREEN:
    case ACTION_DESCRIBE:
    case ACTION_COPY:
    case ACTION_EXPORT: session_do_export(session, action); break;
    case ACTION_THEME: do_theme(session, action->text); break;
    case ACTION_BIND: session_do_bind(session, action->text); break;
    case ACTION_MOUSE: session_do_mouse(session, action->text); break;
    case ACTION_REDRAW: session->display.redraw = true; break;
    case ACTION_QUIT: session->display.quit = true; break;
    case ACTION_CLOSE: do_close(session); break;
    case ACTION_OPEN:
        if (session->look.view == VIEW_ANALYSES)
            session_tell(session, NOTICE_INFO, "this row stands for no block or operation to go to");
        break;
    case ACTION_FOLD: tell_fold(session, action->text); break;
    case ACTION_OTHER:
        session_tell(session, NOTICE_INFO, "the %s view has one drawing only",
                     view_ops(session->look.view)->name);
        break;
    default: do_move(session, action); break;
    }
}

/* The help screen scrolls; any other key first closes it. */
static bool help_eats(Session *session, const Action *action) {
    int page = session->display.height - 6, by = action_count(action);
    if (session->help.first > ACTION_NUMBER_MAX) session->help.first = ACTION_NUMBER_MAX;
    switch (action->id) {
    case ACTION_UP: session->help.first -= by; break;
    case ACTION_DOWN: session->help.first += by; break;
    case ACTION_PAGE_UP: session->help.first -= by * page; break;
    case ACTION_PAGE_DOWN: session->help.first += by * page; break;
    case ACTION_QUIT:
    case ACTION_OPEN: session->help.open = false; break;
    default: return false;
    }
    if (session->help.first < 0) session->help.first = 0;
    return true;
}

void session_do(Session *session, const Action *action) {
    if (session->lesson) {
        session_lesson_do(session, action);
        return;
    }
    if (action->id == ACTION_CLICK) {
        session_do_click(session, action->text);
        return;
    }
    session->notice.kind = NOTICE_NONE;
    if (session_refuses(session, action)) return;
    if (action->id != ACTION_QUIT) session_load_waiting(session); /* typed ahead: it means the new network */
    if (session->help.open && help_eats(session, action)) return;
    if (session->files.open && !session->help.open && session_files_eat(session, action)) return;
    if (session->book.open && !session->help.open && session_book_eat(session, action)) return;
    if (action->id == ACTION_CLOSE && session->look.explain.level != EXPLAIN_OFF &&
        session->exp.job.kind != JOB_RUN && !session->help.open) {
        session->look.explain.level = EXPLAIN_OFF;
        return;
    }
    if (session->tutor && session_lesson_takes(session->tutor, action)) return;
    Action left = *action;
    Scene scene;
    const ViewOps *view = view_ops(session->look.view);
    /* Backing out of running work comes before the view's own levels. */
    bool cancels = action->id == ACTION_CLOSE && (session->help.open || session->exp.job.kind == JOB_RUN);
    if (view->act && !cancels && !session->files.open && !session->book.open) {
        session_look_prepare(session);
        scene = session_scene(session);
        left = view->act(session->look.view_state[session->look.view], &scene, *action);
    }
    if (left.id == ACTION_NONE || session_refuses(session, &left)) return;
    if (!session_do_time(session, &left) && !do_choice(session, &left)) do_screen_action(session, &left);
}

/* The letter after M and '. */
static bool await_letter(Session *session, uint32_t code) {
    Action action = {.id = session->typing.letter};
    if (action.id == ACTION_NONE) return false;
    session->typing.letter = ACTION_NONE;
    session->notice.kind = NOTICE_NONE;
    if (code > ' ' && code < 0x7F) {
        action.text[0] = (char)code;
        session_do(session, &action);
    }
    return true;
}

/* Digits before a key say how often. A 0 alone means nothing. */
static bool take_digit(Session *session, uint32_t code) {
    if (code < '0' || code > '9' || (code == '0' && session->typing.count == 0)) return false;
    session_explain_digit(session, (int)(code - '0'), session->typing.count == 0);
    int count = 10 * session->typing.count + (int)(code - '0');
    session->typing.count = count < ACTION_NUMBER_MAX ? count : ACTION_NUMBER_MAX;
    return true;
}

void session_key(Session *session, const Key *key) {
    if (session_pointer_key(session, key)) return;
    if (session->lesson) {
        session_lesson_key(session, key);
        return;
    }
    if (key->code == KEY_CODE_MOUSE) {
        session_mouse_key(session, key);
        return;
    }
    if (session->typing.prompt.open) {
        session_prompt_key(session, key);
        return;
    }
    if (session->files.open && !session->help.open && session_files_key(session, key)) return;
    if (session->book.open && !session->help.open && session_book_key(session, key)) return;
    session_explain_wait(session, key->at_s);
    if (await_letter(session, key->code)) return;
    session_show_key(session, key->code, NULL);
    if (take_digit(session, key->code)) return;
    const UserBinding *own = bindings_find(&session->typing.bindings, key->code);
    Action action = own ? own->action : keymap_find(key->code);
    session->display.keys_shown.action = action.id;
    utf8_copy(session->display.keys_shown.text, sizeof session->display.keys_shown.text, action.text);
    int count = session->typing.count;
    session->typing.count = 0;
    if (session_explain_settle(session, action_takes_digits(action.id))) count = 0;
    if (count > 0 && action.id == ACTION_CLOSE) return; /* Esc drops the digits */
    if (count > 0 && action_argument(action.id) == ACTION_ARGUMENT_COUNT) action.number = count;
    if (count > 0 && (action.id == ACTION_FIRST || action.id == ACTION_LAST))
        action = (Action){.id = ACTION_GO, .number = count};
    bool asks = action_follows(action.id)->words[0] == WORDS_LETTER && action.text[0] == '\0';
    session->typing.letter = asks ? action.id : ACTION_NONE;
    if (session->typing.letter != ACTION_NONE)
        session_tell(session, NOTICE_INFO, "%s: which letter?", action_name(action.id));
    else if (action.id != ACTION_NONE)
        session_do(session, &action);
}
