#include "app/session/session_stops.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/base/utf8.h"

static const char *phase_word(const Network *network, int at) {
    return at < network->op_count ? "forward" : "backward";
}

/* "layer1.0.add backward", "grad < 1e-06" */
static void describe_breakpoint(const Session *session, const Breakpoint *b, char out[CONDITION_TEXT_MAX]) {
    const Network *network = session_network(session);
    if (b->conditional)
        condition_format(&b->condition, out);
    else
        utf8_format(out, CONDITION_TEXT_MAX, "%s %s", network->ops[scene_op_at(network, b->at)].name,
                    phase_word(network, b->at));
}

static void refresh_flags(Session *session) {
    Stops *stops = &session->stops;
    size_t moments = 2 * (size_t)session_network(session)->op_count;
    free(stops->flags);
    stops->flags = stops->breakpoint_count > 0 ? calloc(moments, sizeof *stops->flags) : NULL;
    for (int k = 0; stops->flags && k < stops->breakpoint_count; k++)
        if (!stops->breakpoints[k].conditional) stops->flags[stops->breakpoints[k].at] = true;
}

void session_stops_clear(Session *session) {
    free(session->stops.flags);
    session->stops = (Stops){.breakpoint_count = 0};
}

/* The moment of that operation and direction in the current network; -1 if it has no such operation. */
static int moment_in(const Network *network, const Network *old, int at) {
    int op = network_find_op(network, old->ops[scene_op_at(old, at)].name);
    return op < 0 ? -1 : scene_at(network, op, at < old->op_count ? PHASE_FORWARD : PHASE_BACKWARD);
}

static void follow_watches(Stops *stops, const Network *network, const Network *old) {
    int kept = 0;
    for (int k = 0; k < stops->watch_count; k++) {
        SceneWatch watch = stops->watches[k];
        watch.op = network_find_op(network, old->ops[watch.op].name);
        Shape out = watch.op >= 0 ? network->ops[watch.op].out : (Shape){0};
        if (watch.channel < out.c && watch.row < out.h && watch.column < out.w)
            stops->watches[kept++] = watch;
    }
    stops->watch_count = kept;
}

void session_stops_follow(Session *session, const Network *old) {
    const Network *network = session_network(session);
    Stops *stops = &session->stops;
    int kept = 0;
    for (int k = 0; k < stops->breakpoint_count; k++) {
        Breakpoint b = stops->breakpoints[k];
        if (!b.conditional) b.at = moment_in(network, old, b.at);
        if (b.conditional || b.at >= 0) stops->breakpoints[kept++] = b;
    }
    stops->breakpoint_count = kept;
    for (int k = 0; k < MARKS; k++) {
        Mark *mark = &stops->marks[k];
        if (mark->set) mark->at = moment_in(network, old, mark->at);
        if (mark->at < 0) *mark = (Mark){.set = false};
    }
    follow_watches(stops, network, old);
    refresh_flags(session);
}

void session_stops_replace(Session *session, const Stops *stops) {
    session_stops_clear(session);
    session->stops = *stops;
    refresh_flags(session);
}

static bool add_breakpoint(Session *session, Breakpoint breakpoint, Error *err) {
    Stops *stops = &session->stops;
    char text[CONDITION_TEXT_MAX];
    if (stops->breakpoint_count == BREAKPOINTS_MAX)
        return error_set(err, ERROR_USAGE,
                         "break: there are %d breakpoints already; 'break off' forgets them",
                         BREAKPOINTS_MAX);
    stops->breakpoints[stops->breakpoint_count++] = breakpoint;
    describe_breakpoint(session, &breakpoint, text);
    session_tell(session, NOTICE_INFO, "c runs and stops %s %s", breakpoint.conditional ? "if" : "at", text);
    return true;
}

void session_stop_where_spoiled(Session *session) {
    Error ignored = {0};
    if (session->exp.setup->model->bad_tensors == 0) return;
    for (int k = 0; k < session->stops.breakpoint_count; k++)
        if (session->stops.breakpoints[k].conditional &&
            session->stops.breakpoints[k].condition.metric == CONDITION_NAN)
            return;
    session_do_break(session, &(Action){.id = ACTION_BREAK, .text = "nan"}, &ignored);
}

static bool toggle_at(Session *session, int at, Error *err) {
    Stops *stops = &session->stops;
    for (int k = 0; k < stops->breakpoint_count; k++) {
        if (stops->breakpoints[k].conditional || stops->breakpoints[k].at != at) continue;
        stops->breakpoints[k] = stops->breakpoints[--stops->breakpoint_count];
        session_tell(session, NOTICE_INFO, "no breakpoint here any more");
        return true;
    }
    return add_breakpoint(session, (Breakpoint){.at = at}, err);
}

/* "OP", "OP forward", "OP backward" */
static bool break_at_name(Session *session, const char *text, Error *err) {
    const Network *network = session_network(session);
    char name[OP_NAME_MAX];
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    utf8_format(name, sizeof name, "%.*s", (int)length, text);
    int op = network_find_op(network, name);
    bool backward = strcmp(rest, "backward") == 0;
    if (op < 0 || (*rest && !backward && strcmp(rest, "forward") != 0))
        return error_set(err, ERROR_USAGE,
                         "break: expected an operation of %s and forward or backward, or if and a "
                         "condition, found '%s'",
                         network->arch, text);
    return toggle_at(session, scene_at(network, op, backward ? PHASE_BACKWARD : PHASE_FORWARD), err);
}

static bool change_breakpoints(Session *session, const char *text, Error *err) {
    Breakpoint conditional = {.conditional = true};
    if (*text == '\0') return toggle_at(session, session->exp.at, err);
    if (strcmp(text, "off") == 0) {
        session->stops.breakpoint_count = 0;
        session_tell(session, NOTICE_INFO, "no breakpoints any more");
        return true;
    }
    bool said = strncmp(text, "if ", 3) == 0; /* no operation's name has a sign in it, or is nan */
    if (!said && !strpbrk(text, "<>") && strcmp(text, "nan") != 0) return break_at_name(session, text, err);
    return condition_parse(said ? text + 3 : text, &conditional.condition, err) &&
           condition_applies(&conditional.condition, session_network(session), err) &&
           add_breakpoint(session, conditional, err);
}

bool session_do_break(Session *session, const Action *action, Error *err) {
    bool ok = change_breakpoints(session, action->text, err);
    refresh_flags(session);
    return ok;
}

bool session_do_breaks(Session *session, const Action *action, Error *err) {
    (void)action, (void)err;
    const Stops *stops = &session->stops;
    char list[NOTICE_MAX] = "", text[CONDITION_TEXT_MAX];
    for (int k = 0; k < stops->breakpoint_count; k++) {
        describe_breakpoint(session, &stops->breakpoints[k], text);
        utf8_append(list, sizeof list, "%s%s%s", k ? "; " : "",
                    stops->breakpoints[k].conditional ? "if " : "", text);
    }
    session_tell(session, NOTICE_INFO, "%s%s", *list ? "runs stop at: " : "no breakpoint: B sets one here",
                 list);
    return true;
}

static void tell_condition(Session *session, const char *op, const char *text, ConditionMetric metric,
                           double value) {
    if (metric == CONDITION_NAN)
        session_tell(session, NOTICE_INFO, "stopped at %s: %.0f numbers are NaN or infinite", op, value);
    else if (metric == CONDITION_DEAD)
        session_tell(session, NOTICE_INFO, "stopped at %s: %s, it is %.4g%%", op, text, 100 * value);
    else
        session_tell(session, NOTICE_INFO, "stopped at %s: %s, it is %.4g", op, text, value);
}

/* Does a run stop at moment `at`, which has been computed? Says why. */
bool session_stops_here(Session *session, int at) {
    const Network *network = session_network(session);
    const Stops *stops = &session->stops;
    for (int k = 0; k < stops->breakpoint_count; k++) {
        const Breakpoint *b = &stops->breakpoints[k];
        char text[CONDITION_TEXT_MAX];
        double value = 0;
        int op = scene_op_at(network, at);
        bool hit = b->conditional ? condition_holds(&b->condition, session->exp.pass, op,
                                                    at >= network->op_count, &value)
                                  : b->at == at;
        if (!hit) continue;
        describe_breakpoint(session, b, text);
        if (b->conditional)
            tell_condition(session, network->ops[op].name, text, b->condition.metric, value);
        else
            session_tell(session, NOTICE_INFO, "stopped at %s", text);
        return true;
    }
    return false;
}

/* Moments that have been computed are looked through; then the run goes on from there. */
void session_continue(Session *session) {
    if (session->stops.breakpoint_count == 0) {
        session_tell(session, NOTICE_INFO,
                     "no breakpoint is set: B sets one here, :break if grad < 1e-6 a condition");
        return;
    }
    int done = scene_steps_done(session->exp.pass), last = 2 * session_network(session)->op_count - 1;
    for (int at = session->exp.at + 1; at < done; at++)
        if (session_stops_here(session, at)) {
            session->exp.at = at;
            return;
        }
    if (done > last) {
        session->exp.at = last;
        session_tell(session, NOTICE_INFO, "no breakpoint up to the end of the backward pass");
        return;
    }
    session_run_to(session, last + 1);
    session->exp.job.stops = true;
}

void session_continue_back(Session *session) {
    int done = scene_steps_done(session->exp.pass);
    for (int at = (session->exp.at < done ? session->exp.at : done) - 1; at >= 0; at--)
        if (session_stops_here(session, at)) {
            session->exp.at = at;
            return;
        }
    session_tell(session, NOTICE_INFO, "no breakpoint before this");
}

static int mark_index(char letter) {
    if (letter == '\'') return MARK_BEFORE;
    if (letter >= 'a' && letter <= 'z') return letter - 'a';
    return letter >= 'A' && letter <= 'Z' ? 26 + letter - 'A' : -1;
}

static Mark here(const Session *session) {
    return (Mark){
        .set = true, .at = session->exp.at, .place = session->exp.wanted, .view = session->look.view};
}

static bool find_mark(const Action *action, int *index, Error *err) {
    const char *text = action->text;
    *index = text[0] && !text[1] ? mark_index(text[0]) : -1;
    if (*index >= 0) return true;
    return error_set(err, ERROR_USAGE, "%s: expected a letter, found '%s'", action_name(action->id), text);
}

bool session_do_mark(Session *session, const Action *action, Error *err) {
    int index;
    if (!find_mark(action, &index, err)) return false;
    session->stops.marks[index] = here(session);
    session_tell(session, NOTICE_INFO, "'%s comes back here", action->text);
    return true;
}

bool session_do_go_mark(Session *session, const Action *action, Error *err) {
    int index;
    if (!find_mark(action, &index, err)) return false;
    Mark mark = session->stops.marks[index];
    if (!mark.set)
        return error_set(err, ERROR_USAGE, "there is no mark '%s': M%s sets it", action->text, action->text);
    session->stops.marks[MARK_BEFORE] = here(session);
    session->exp.at = mark.at;
    session->exp.wanted = mark.place;
    session->look.view = mark.view;
    return true;
}

static bool parse_watch(const Session *session, const char *text, SceneWatch *watch, Error *err) {
    const Network *network = session_network(session);
    char name[OP_NAME_MAX];
    int length = (int)strcspn(text, " \t"), cell[3];
    snprintf(name, sizeof name, "%.*s", length, text);
    if (action_read_numbers(text + length, cell, 3)) {
        *watch = (SceneWatch){
            .op = network_find_op(network, name), .channel = cell[0], .row = cell[1], .column = cell[2]};
        Shape out = watch->op >= 0 ? network->ops[watch->op].out : (Shape){0};
        if (watch->channel >= 0 && watch->channel < out.c && watch->row >= 0 && watch->row < out.h &&
            watch->column >= 0 && watch->column < out.w)
            return true;
    }
    return error_set(err, ERROR_USAGE,
                     "watch: expected OP CHANNEL ROW COLUMN within its shape, or off, found '%s'", text);
}

static void toggle_watch(Session *session, SceneWatch watch) {
    Stops *stops = &session->stops;
    for (int k = 0; k < stops->watch_count; k++) {
        if (memcmp(&stops->watches[k], &watch, sizeof watch) != 0) continue;
        memmove(&stops->watches[k], &stops->watches[k + 1],
                (size_t)(--stops->watch_count - k) * sizeof *stops->watches);
        return;
    }
    if (stops->watch_count == SCENE_WATCHES_MAX)
        memmove(stops->watches, stops->watches + 1, (size_t)--stops->watch_count * sizeof *stops->watches);
    stops->watches[stops->watch_count++] = watch;
}

bool session_do_watch(Session *session, const Action *action, Error *err) {
    const char *text = action->text;
    Scene scene = session_scene(session);
    SceneWatch watch = {.op = scene.op, .channel = scene.channel, .row = scene.row, .column = scene.column};
    if (strcmp(text, "off") == 0) {
        session->stops.watch_count = 0;
        return true;
    }
    if (*text && !parse_watch(session, text, &watch, err)) return false;
    toggle_watch(session, watch);
    return true;
}
