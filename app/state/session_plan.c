/* The state of a session as a plan that can be written down, and what of it another session can be asked for.
 */
#include "app/state/session_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"

__attribute__((format(printf, 4, 5))) static void append_item(char *out, size_t size, const char *separator,
                                                              const char *format, ...) {
    va_list arguments;
    if (*out) utf8_append(out, size, "%s", separator);
    va_start(arguments, format);
    utf8_vappend(out, size, format, arguments);
    va_end(arguments);
}

static void describe_network(const Session *session, PlanModel *plan) {
    const Setup *setup = session->exp.setup;
    ModelSpec spec = setup_spec(setup);
    utf8_copy(plan->arch, sizeof plan->arch, spec.arch);
    if (spec.weights) utf8_copy(plan->weights, sizeof plan->weights, spec.weights);
    if (spec.key) utf8_copy(plan->key, sizeof plan->key, spec.key);
    if (spec.init) utf8_copy(plan->init, sizeof plan->init, spec.init);
    if (spec.seed > 0) snprintf(plan->seed, sizeof plan->seed, "%llu", spec.seed);
    plan->shortcut = spec.shortcut;
    plan->stride_in = spec.stride_in;
    if (session->exp.config.batch_statistics != setup->untrained)
        plan->bn = session->exp.config.batch_statistics ? BN_TRAIN : BN_EVAL;
}

/* "cat" for "04-cat", when that is the picture meant. */
static void describe_image(const Session *session, StatePlan *plan) {
    const Asset *asset = asset_find_image(session->exp.picture.name), *first = asset_find_image("cat");
    const char *dash = asset ? strchr(session->exp.picture.name, '-') : NULL,
               *name = session->exp.picture.name;
    if (dash && asset_find_image(dash + 1) == asset) name = dash + 1;
    if (!session->exp.picture.is_array && !(asset && asset == first))
        utf8_copy(plan->picture.name, sizeof plan->picture.name, name);
    bool listed = session->exp.pictures.cursor < session->exp.pictures.count;
    if (listed &&
        strcmp(session->exp.pictures.list[session->exp.pictures.cursor], session->exp.picture.name) != 0)
        plan->picture.cursor = session->exp.pictures.cursor + 1;
}

static void describe_skips(const Session *session, StatePlan *plan) {
    const Network *network = session_network(session);
    plan->skips.mode = session->exp.config.skip == SKIP_LESION ? 0 : (int)session->exp.config.skip;
    for (int b = 0; session->exp.config.skip == SKIP_LESION && b < network->block_count; b++)
        if (session->exp.lesioned[b])
            append_item(plan->skips.lesions, sizeof plan->skips.lesions, "+", "%s", network->blocks[b].name);
    for (int k = 0; k < session->exp.swaps.count; k++)
        append_item(plan->skips.swaps, sizeof plan->skips.swaps, "+", "%s+%s",
                    network->blocks[session->exp.swaps.pairs[k][0]].name,
                    network->blocks[session->exp.swaps.pairs[k][1]].name);
}

static void describe_moment(const Network *network, int at, char out[STATE_WORD_MAX]) {
    utf8_format(out, STATE_WORD_MAX, "%s%s", network->ops[scene_op_at(network, at)].name,
                at < network->op_count ? "" : ":backward");
}

/* A cell that was asked for names its channel, too; so a 0 beside another number need not be written. */
static void describe_place(const Place *wanted, StatePlan *plan) {
    int channel = integer_min(wanted->channel, STATE_INDEX_MAX);
    int row = integer_min(wanted->row, STATE_INDEX_MAX),
        column = integer_min(wanted->column, STATE_INDEX_MAX);
    bool has_cell = wanted->has_cell;
    plan->place.channel = wanted->has_channel && (!has_cell || channel > 0) ? channel : -1;
    plan->place.row = has_cell && (row > 0 || column == 0) ? row : -1;
    plan->place.column = has_cell && column > 0 ? column : -1;
}

static void describe_time(const Session *session, StatePlan *plan) {
    const Network *network = session_network(session);
    int done =
        session->exp.job.kind == JOB_RUN ? session->exp.job.target : scene_steps_done(session->exp.pass);
    if (session->exp.at > 0) describe_moment(network, session->exp.at, plan->place.at);
    if (done == 2 * network->op_count)
        snprintf(plan->place.done, sizeof plan->place.done, "all");
    else if (done == network->op_count)
        snprintf(plan->place.done, sizeof plan->place.done, "forward");
    else if (done != 1)
        snprintf(plan->place.done, sizeof plan->place.done, "%d", done);
    describe_place(&session->exp.wanted, plan);
}

static int view_number(const void *state, const ViewField *field) {
    const char *place = (const char *)state + field->offset;
    return field->is_flag ? *(const bool *)place : *(const int *)(const void *)place;
}

static void describe_view(const Session *session, ViewId view, char out[STATE_VALUE_MAX]) {
    for (const ViewField *field = view_ops(view)->fields; field && field->name; field++) {
        int number = view_number(session->look.view_state[view], field);
        if (number != 0 && field->is_flag) append_item(out, STATE_VALUE_MAX, "+", "%s", field->name);
        if (number != 0 && !field->is_flag)
            append_item(out, STATE_VALUE_MAX, "+", "%s:%d", field->name, number);
    }
}

static void describe_look(const Session *session, StatePlan *plan) {
    plan->look.view = (int)session->look.view;
    for (int k = 0; k < VIEW_COUNT; k++) describe_view(session, (ViewId)k, plan->look.views[k]);
    plan->look.settings = session->look.settings;
    if (session->analyses.shown.open)
        utf8_format(plan->look.analysis, sizeof plan->look.analysis, "%s%s",
                    analysis_spec(session->analyses.shown.current)->name,
                    session->analyses.shown.current == ANALYSIS_SLICE && session->analyses.shown.plane
                        ? "-plane"
                        : "");
}

static void describe_twin(const Session *session, StatePlan *plan) {
    static const char *const skips[] = {"built", "plain", "cut"};
    const Twin *twin = &session->twin;
    if (twin->show == TWIN_OFF) return;
    if (twin->kind == TWIN_IMAGE)
        utf8_format(plan->twin.what, sizeof plan->twin.what, "image:%s", twin->image);
    else if (twin->kind == TWIN_WEIGHTS)
        utf8_format(plan->twin.what, sizeof plan->twin.what, "weights:%s", twin->weights);
    else
        utf8_copy(plan->twin.what, sizeof plan->twin.what, skips[twin->skip]);
    plan->twin.shown = (int)twin->show - (int)TWIN_BOTH;
}

static void describe_stops(const Session *session, StatePlan *plan) {
    const Network *network = session_network(session);
    const Stops *stops = &session->stops;
    for (int k = 0; k < stops->watch_count; k++) {
        const SceneWatch *watch = &stops->watches[k];
        append_item(plan->stops.watches, sizeof plan->stops.watches, "/", "%s:%d:%d:%d",
                    network->ops[watch->op].name, watch->channel, watch->row, watch->column);
    }
    for (int k = 0; k < stops->breakpoint_count; k++) {
        char text[STATE_WORD_MAX];
        if (stops->breakpoints[k].conditional)
            condition_format(&stops->breakpoints[k].condition, text);
        else
            describe_moment(network, stops->breakpoints[k].at, text);
        append_item(plan->stops.breaks, sizeof plan->stops.breaks, "/", "%s%s",
                    stops->breakpoints[k].conditional ? "if " : "", text);
    }
}

StatePlan session_plan_of(const Session *session) {
    StatePlan plan = state_plan_default();
    describe_network(session, &plan.model);
    describe_image(session, &plan);
    describe_skips(session, &plan);
    plan.picture.target = session->exp.target;
    describe_time(session, &plan);
    describe_look(session, &plan);
    describe_twin(session, &plan);
    describe_stops(session, &plan);
    handout_lock_names(&session->handout, plan.handout.lock);
    handout_hide_names(&session->handout, plan.handout.hide);
    return plan;
}

static void tell_state(Session *session) {
    enum { ROOM = NOTICE_MAX - 80 };
    char text[STATE_TEXT_MAX];
    StatePlan plan = session_plan_of(session);
    size_t length = state_plan_format(&plan, text, sizeof text);
    if (length < ROOM)
        session_tell(session, NOTICE_INFO, "%s%s", text,
                     session->exp.picture.is_array ? " (the input array is no part of it)" : "");
    else
        session_tell(
            session, NOTICE_INFO,
            "the state has %zu characters, too many for this line: y and a name that ends in .state write it",
            length);
}

char *session_state_text(const Session *session) {
    char text[STATE_TEXT_MAX];
    StatePlan plan = session_plan_of(session);
    state_plan_format(&plan, text, sizeof text);
    return strdup(text);
}

/* As "screen -" does. */
static void print_state(const Session *session) {
    char *text = session_state_text(session);
    if (text) printf("%s\n", text);
    free(text);
}

bool session_do_state(Session *session, const Action *action, Error *err) {
    (void)err;
    if (*action->text)
        print_state(session);
    else
        tell_state(session);
    return true;
}
