/* Choosing what is looked at and what is asked: an operation, a cell, a view, a picture, the loss's class, and
 * the ways without skips. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/widget/widgets.h"

/* "OP", in the direction that is looked at; "OP forward", "OP backward". */
bool session_do_select(Session *session, const Action *action, Error *err) {
    const Network *network = session_network(session);
    char name[OP_NAME_MAX];
    const char *text = action->text;
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    utf8_format(name, sizeof name, "%.*s", (int)length, text);
    int op = length < sizeof name ? network_find_op(network, name) : -1;
    bool backward = *rest ? strcmp(rest, "backward") == 0 : session->exp.at >= network->op_count;
    if (op < 0)
        return error_set(err, ERROR_USAGE, "%s has no operation '%s': names are like %s", network->arch, text,
                         network->ops[network->blocks[0].branch_first].name);
    if (*rest && !backward && strcmp(rest, "forward") != 0)
        return error_set(err, ERROR_USAGE, "select: expected forward or backward after %s, found '%s'", name,
                         rest);
    session_look_at(session, scene_at(network, op, backward ? PHASE_BACKWARD : PHASE_FORWARD));
    return true;
}

bool session_do_channel(Session *session, const Action *action, Error *err) {
    (void)err;
    session->exp.wanted.channel = action->number > 0 ? action->number : 0;
    session->exp.wanted.has_channel = true;
    return true;
}

bool session_do_cell(Session *session, const Action *action, Error *err) {
    int place[2];
    if (!action_read_numbers(action->text, place, 2) || place[0] < 0 || place[1] < 0)
        return error_set(err, ERROR_USAGE, "cell: expected ROW COLUMN, as in 'cell 4 7', found '%s'",
                         action->text);
    Place *wanted = &session->exp.wanted;
    if (!wanted->has_channel) wanted->channel = session_scene(session).channel;
    *wanted = (Place){.channel = wanted->channel,
                      .row = place[0],
                      .column = place[1],
                      .has_channel = true,
                      .has_cell = true};
    return true;
}

bool session_do_view(Session *session, const Action *action, Error *err) {
    ViewId view;
    char names[VIEW_NAMES_MAX];
    if (view_find(action->text, &view)) {
        session->look.view = view;
        return true;
    }
    view_list_names(" or ", names);
    return error_set(err, ERROR_USAGE, "there is no view '%s': expected %s", action->text, names);
}

bool session_do_next_view(Session *session, const Action *action, Error *err) {
    int by = action->id == ACTION_NEXT_VIEW ? 1 : -1;
    ViewId next = session->look.view;
    (void)err;
    do next = (ViewId)(((int)next + by + VIEW_COUNT) % VIEW_COUNT);
    while (!session_may_show(session, next));
    session->look.view = next;
    return true;
}

bool session_do_image(Session *session, const Action *action, Error *err) {
    bool same = strcmp(action->text, session->exp.picture.name) == 0;
    if (!session_load_image(session, action->text, err)) return false;
    session_rerun(session);
    if (same && session->notice.kind == NOTICE_NONE)
        session_tell(session, NOTICE_INFO,
                     "%s is the picture already: j and k choose another in the input view",
                     session->exp.picture.name);
    return true;
}

static int find_class(const Model *model, const char *word) {
    char *end;
    long number = strtol(word, &end, 10);
    if (end != word && *end == '\0')
        return number >= 0 && number < network_answers(model->network)
                   ? network_label(model->network, (int)number)
                   : -1;
    for (int k = 0; model->class_names && k < model->network->classes; k++)
        if (strcmp(model->class_names[k], word) == 0) return k;
    return -1;
}

bool session_do_target(Session *session, const Action *action, Error *err) {
    const char *word = action->text;
    bool predicted = *word == '\0' || strcmp(word, "predicted") == 0;
    int found = predicted ? -1 : find_class(session->exp.setup->model, word);
    if (!predicted && found < 0)
        return error_set(err, ERROR_USAGE,
                         "target: expected 'predicted', a class name, or a number below %d, found '%s'",
                         network_answers(session_network(session)), word);
    session->exp.target = found;
    session_rerun(session);
    return true;
}

bool session_do_without_skip(Session *session, const Action *action, Error *err) {
    if (!session_set_skip(session, action->text, err)) return false;
    session_rerun_skip(session);
    return true;
}

bool session_do_lesion(Session *session, const Action *action, Error *err) {
    if (!session_toggle_lesion(session, action->text, err)) return false;
    session_rerun(session);
    Scene scene = session_scene(session);
    session_tell(session, NOTICE_INFO, "%s", widget_skip_mode(&scene).text);
    return true;
}

/* Back out: of work under way, or to the whole network. */
bool session_do_close(Session *session, const Action *action, Error *err) {
    (void)action, (void)err;
    if (session->exp.job.kind == JOB_RUN)
        session->exp.job = (Job){0};
    else if ((session->look.view != VIEW_ANALYSES || !session_analyses_close(session)) &&
             session_may_show(session, VIEW_ARCHITECTURE))
        session->look.view = VIEW_ARCHITECTURE;
    return true;
}

/* What follows no view wanted. Moves belong to the list of pictures in the input view. */
bool session_do_move(Session *session, const Action *action, Error *err) {
    PictureList *pictures = &session->exp.pictures;
    int count = action_count(action), last = pictures->count - 1;
    (void)err;
    if (session->look.view != VIEW_INPUT || last < 0) return true;
    switch (action->id) {
    case ACTION_UP:
    case ACTION_PAGE_UP: pictures->cursor -= count; break;
    case ACTION_DOWN:
    case ACTION_PAGE_DOWN: pictures->cursor += count; break;
    case ACTION_FIRST: pictures->cursor = 0; break;
    case ACTION_LAST: pictures->cursor = last; break;
    default: break; /* left and right: the list has one column */
    }
    pictures->cursor = integer_clamp(pictures->cursor, 0, last);
    return true;
}

bool session_do_open(Session *session, const Action *action, Error *err) {
    (void)action, (void)err;
    if (session->look.view == VIEW_ANALYSES)
        session_tell(session, NOTICE_INFO, "this row stands for no block or operation to go to");
    return true;
}

bool session_do_fold(Session *session, const Action *action, Error *err) {
    if (session->look.view == VIEW_ARCHITECTURE)
        return error_set(err, ERROR_USAGE, "fold: expected stages, blocks or none, found '%s'", action->text);
    session_tell(session, NOTICE_INFO, "only the architecture view folds: a shows it");
    return true;
}

bool session_do_other(Session *session, const Action *action, Error *err) {
    (void)action, (void)err;
    session_tell(session, NOTICE_INFO, "the %s view has only one drawing here",
                 view_ops(session->look.view)->name);
    return true;
}
