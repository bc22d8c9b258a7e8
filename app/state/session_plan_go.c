/* The way to a state that has been written down. First everything that may be wrong is found out; then, in a
 * part that only shortness of memory can make fail, it is done. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/state/session_plan.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "core/network/resnet.h"

enum { WORDS_MAX = 2 * SWAPS_MAX };

/* What has been looked up for a plan. */
typedef struct StateTarget {
    const StatePlan *plan;
    Setup next; /* another network; model NULL: the one there is */
    const Setup *setup;
    const Network *network;
    real *picture;
    bool *lesioned;
    int swaps[SWAPS_MAX][2], swap_count;
    int at, done;
    Stops stops;
    Handout handout;
} StateTarget;

static bool refuse_state(Error *err, const char *field, const Error *why) {
    return error_set(err, why->kind, "state: field '%s': %s", field, why->text);
}

/* Copies the next piece of a list; false at its end. */
static bool next_piece(const char **list, char separator, char *out, size_t out_size) {
    const char ends[] = {separator, '\0'};
    if (**list == '\0') return false;
    size_t length = strcspn(*list, ends);
    utf8_format(out, out_size, "%.*s", (int)length, *list);
    *list += length + ((*list)[length] != '\0');
    return true;
}

static bool read_seed(const char *digits, unsigned long long *seed, Error *err) {
    size_t length = strlen(digits);
    *seed = strtoull(digits, NULL, 10);
    if (length <= 19 && strspn(digits, "0123456789") == length) return true;
    return error_set(err, ERROR_USAGE, "state: field 'seed': expected up to 19 digits, found '%s'", digits);
}

static bool open_bundled(StateTarget *target, Error *err) {
    const StatePlan *plan = target->plan;
    Setup any = {.bn = plan->model.bn};
    bool options = *plan->model.seed || plan->model.shortcut;
    Error why = {0};
    if (options)
        return error_set(err, ERROR_USAGE, "state: field '%s' is for random weights, which 'init' asks for",
                         *plan->model.seed ? "seed" : "shortcut");
    if (!asset_find_model(plan->model.arch))
        return error_set(err, ERROR_USAGE,
                         "state: field 'model': no trained %s is built in; init=he takes random weights",
                         plan->model.arch);
    return setup_open_weights(&target->next, &any, plan->model.arch, &why) ||
           refuse_state(err, "model", &why);
}

static bool open_network(StateTarget *target, Error *err) {
    const StatePlan *plan = target->plan;
    Error why = {0};
    if (*plan->model.key && !*plan->model.weights)
        return error_set(err, ERROR_USAGE, "state: field 'key' is for a file, which 'weights' names");
    if (!*plan->model.init && !*plan->model.weights) return open_bundled(target, err);
    bool random = *plan->model.init != '\0';
    ModelSpec spec = {.arch = plan->model.arch,
                      .weights = random ? NULL : plan->model.weights,
                      .key = *plan->model.key ? plan->model.key : NULL,
                      .init = random ? plan->model.init : NULL,
                      .shortcut = plan->model.shortcut,
                      .stride_in = plan->model.stride_in,
                      .bn = plan->model.bn};
    if (random && *plan->model.weights)
        return error_set(err, ERROR_USAGE, "state: fields 'init' and 'weights' exclude each other");
    InitConfig init;
    if (!setup_parse_init(&spec, &init, &why)) return refuse_state(err, "init", &why);
    return read_seed(plan->model.seed, &spec.seed, err) &&
           (setup_open_model(&target->next, &spec, &why) ||
            refuse_state(err, random ? "model" : "weights", &why));
}

static bool load_picture(StateTarget *target, Error *err) {
    Error why = {0};
    const char *name = *target->plan->picture.name ? target->plan->picture.name : "cat";
    target->picture = calloc(shape_count(target->network->input), sizeof *target->picture);
    if (!target->picture) return error_set(err, ERROR_FAILED, "not enough memory for the picture");
    return setup_load_image(target->setup, name, target->picture, &why) || refuse_state(err, "image", &why);
}

static bool find_block(const StateTarget *target, const char *field, const char *name, int *block,
                       Error *err) {
    *block = network_find_block(target->network, name);
    if (*block >= 0) return true;
    return error_set(err, ERROR_USAGE, "state: field '%s': %s has no block '%s'", field,
                     target->network->arch, name);
}

static bool find_skips(StateTarget *target, Error *err) {
    const StatePlan *plan = target->plan;
    const char *list = plan->skips.lesions;
    char name[OP_NAME_MAX];
    int block;
    target->lesioned = calloc((size_t)target->network->block_count, sizeof *target->lesioned);
    if (!target->lesioned) return error_set(err, ERROR_FAILED, "not enough memory");
    bool lesion = *list != '\0';
    if ((plan->skips.mode != 0 || lesion) && target->network->shortcut == '-')
        return error_set(err, ERROR_USAGE, "state: field '%s': %s is a plain network without skips",
                         lesion ? "lesion" : "skip", target->network->arch);
    if ((plan->skips.mode == SKIP_LESION) != lesion && (plan->skips.mode != 0 || !lesion))
        return error_set(err, ERROR_USAGE,
                         lesion ? "state: fields 'skip' and 'lesion' exclude each other"
                                : "state: field 'skip': lesion=BLOCK says which block");
    while (next_piece(&list, '+', name, sizeof name)) {
        if (!find_block(target, "lesion", name, &block, err)) return false;
        target->lesioned[block] = true;
    }
    return true;
}

static bool find_swaps(StateTarget *target, Error *err) {
    const char *list = target->plan->skips.swaps;
    char name[OP_NAME_MAX];
    int count = 0, block;
    while (next_piece(&list, '+', name, sizeof name)) {
        if (count == WORDS_MAX)
            return error_set(err, ERROR_USAGE, "state: field 'swap': at most %d pairs", SWAPS_MAX);
        if (!find_block(target, "swap", name, &block, err)) return false;
        target->swaps[count / 2][count % 2] = block;
        count++;
    }
    target->swap_count = count / 2;
    return count % 2 == 0 ||
           error_set(err, ERROR_USAGE, "state: field 'swap': expected pairs of blocks, found %d", count);
}

static bool find_moment(const StateTarget *target, const char *field, const char *text, int *at, Error *err) {
    char name[OP_NAME_MAX];
    size_t length = strcspn(text, ":");
    const char *rest = text + length;
    utf8_format(name, sizeof name, "%.*s", (int)length, text);
    int op = length < sizeof name ? network_find_op(target->network, name) : -1;
    bool backward = strcmp(rest, ":backward") == 0;
    if (op < 0 || (*rest && !backward))
        return error_set(err, ERROR_USAGE,
                         "state: field '%s': expected an operation of %s, perhaps with :backward, found '%s'",
                         field, target->network->arch, text);
    *at = scene_at(target->network, op, backward ? PHASE_BACKWARD : PHASE_FORWARD);
    return true;
}

static bool find_time(StateTarget *target, Error *err) {
    const StatePlan *plan = target->plan;
    int all = 2 * target->network->op_count;
    const char *word = plan->place.done;
    size_t digits = strspn(word, "0123456789");
    target->done = 1;
    if (*plan->place.at && !find_moment(target, "at", plan->place.at, &target->at, err)) return false;
    if (strcmp(word, "all") == 0)
        target->done = all;
    else if (strcmp(word, "forward") == 0)
        target->done = target->network->op_count;
    else if (*word)
        target->done = digits > 0 && digits < 8 && word[digits] == '\0' ? atoi(word) : -1;
    if (target->done >= 0 && target->done <= all) return true;
    return error_set(err, ERROR_USAGE,
                     "state: field 'done': expected forward, all or a number up to %d, found '%s'", all,
                     word);
}

/* ":NUMBER" */
static bool take_index(const char **at, int *index) {
    if (**at != ':') return false;
    (*at)++;
    return action_take_number(at, index);
}

static bool find_watches(StateTarget *target, Error *err) {
    const char *list = target->plan->stops.watches;
    char piece[STATE_WORD_MAX];
    while (next_piece(&list, '/', piece, sizeof piece)) {
        SceneWatch watch = {.op = -1};
        char *colon = strchr(piece, ':');
        const char *at = colon;
        bool ok = at && take_index(&at, &watch.channel) && take_index(&at, &watch.row) &&
                  take_index(&at, &watch.column) && *at == '\0';
        if (ok) {
            *colon = '\0';
            watch.op = network_find_op(target->network, piece);
            *colon = ':';
        }
        Shape out = watch.op >= 0 ? target->network->ops[watch.op].out : (Shape){0};
        if (target->stops.watch_count == SCENE_WATCHES_MAX || watch.op < 0 || watch.channel < 0 ||
            watch.channel >= out.c || watch.row < 0 || watch.row >= out.h || watch.column < 0 ||
            watch.column >= out.w)
            return error_set(err, ERROR_USAGE,
                             "state: field 'watch': expected up to %d of OP:CHANNEL:ROW:COLUMN within its "
                             "shape, found '%s'",
                             SCENE_WATCHES_MAX, piece);
        target->stops.watches[target->stops.watch_count++] = watch;
    }
    return true;
}

static bool find_breaks(StateTarget *target, Error *err) {
    const char *list = target->plan->stops.breaks;
    char piece[STATE_WORD_MAX];
    Error why = {0};
    while (next_piece(&list, '/', piece, sizeof piece)) {
        Breakpoint stop = {.conditional = strncmp(piece, "if ", 3) == 0};
        if (target->stops.breakpoint_count == BREAKPOINTS_MAX)
            return error_set(err, ERROR_USAGE, "state: field 'break': at most %d", BREAKPOINTS_MAX);
        if (stop.conditional && !condition_parse(piece + 3, &stop.condition, &why))
            return refuse_state(err, "break", &why);
        if (!stop.conditional && !find_moment(target, "break", piece, &stop.at, err)) return false;
        target->stops.breakpoints[target->stops.breakpoint_count++] = stop;
    }
    return true;
}

static const ViewField *find_member(ViewId view, const char *name) {
    for (const ViewField *field = view_ops(view)->fields; field && field->name; field++)
        if (strcmp(field->name, name) == 0) return field;
    return NULL;
}

/* Reads "enlarged+input:3" into a view's state, or with state NULL only says whether it can be read. */
static bool read_view(ViewId view, const char *list, void *state, Error *err) {
    char piece[STATE_WORD_MAX], name[STATE_WORD_MAX];
    while (next_piece(&list, '+', piece, sizeof piece)) {
        const char *colon = strchr(piece, ':');
        utf8_format(name, sizeof name, "%.*s", (int)strcspn(piece, ":"), piece);
        const ViewField *field = find_member(view, name);
        char *end = NULL;
        long number = colon ? strtol(colon + 1, &end, 10) : 0;
        bool digit = colon && (isdigit((unsigned char)colon[1]) || colon[1] == '-');
        bool ok = field &&
                  (field->is_flag ? !colon
                                  : digit && *end == '\0' && number >= field->first && number <= field->last);
        if (!ok)
            return error_set(err, ERROR_USAGE, "state: field '%s': '%s' is nothing that this view keeps",
                             view_ops(view)->name, piece);
        if (state && field->is_flag) *(bool *)((char *)state + field->offset) = true;
        if (state && !field->is_flag) *(int *)(void *)((char *)state + field->offset) = (int)number;
    }
    return true;
}

static bool find_look(const StateTarget *target, const Session *session, Error *err) {
    const StatePlan *plan = target->plan;
    AnalysisId analysis;
    bool plane;
    if (plan->picture.target >= network_answers(target->network))
        return error_set(err, ERROR_USAGE, "state: field 'target': %s has the classes 0 to %d, found %d",
                         target->network->arch, network_answers(target->network) - 1, plan->picture.target);
    if (*plan->look.analysis && !session_analyses_find(plan->look.analysis, &analysis, &plane))
        return error_set(err, ERROR_USAGE, "state: field 'analysis': there is no '%s'", plan->look.analysis);
    if (plan->picture.cursor > session->exp.pictures.count)
        return error_set(err, ERROR_USAGE, "state: field 'cursor': there are %d pictures, found %d",
                         session->exp.pictures.count, plan->picture.cursor);
    for (int k = 0; k < VIEW_COUNT; k++)
        if (!read_view((ViewId)k, plan->look.views[k], NULL, err)) return false;
    return true;
}

static bool find_handout(StateTarget *target, const Session *session, Error *err) {
    const StatePlan *plan = target->plan;
    Handout *handout = &target->handout;
    Error why = {0};
    *handout = session->handout;
    if (*plan->handout.lock && !handout_lock(handout, plan->handout.lock, &why))
        return error_set(err, why.kind, "state: field 'lock': %s", why.text);
    if (*plan->handout.hide && !handout_hide(handout, plan->handout.hide, &why))
        return error_set(err, why.kind, "state: field 'hide': %s", why.text);
    if (handout_hides_view(handout, (ViewId)plan->look.view) ||
        (*plan->look.analysis && handout_hides_view(handout, VIEW_ANALYSES)))
        return error_set(err, ERROR_USAGE, "hidden by this handout: %s",
                         view_ops((ViewId)plan->look.view)->name);
    if (plan->look.settings.explain != EXPLAIN_OFF && handout_hides_pane(handout, HIDE_EXPLAIN))
        return error_set(err, ERROR_USAGE, "hidden by this handout: explain");
    return true;
}

/* Everything in the plan that can be wrong. */
static bool look_up(StateTarget *target, const Session *session, bool other, Error *err) {
    if (!find_handout(target, session, err)) return false;
    if (other && !open_network(target, err)) return false;
    target->setup = other ? &target->next : session->exp.setup;
    target->network = target->setup->model->network;
    if (other && strcmp(target->network->arch, target->plan->model.arch) != 0 &&
        !asset_find_model(target->plan->model.arch))
        return error_set(err, ERROR_USAGE, "state: field 'weights': %s holds %s, not %s",
                         target->plan->model.weights, target->network->arch, target->plan->model.arch);
    return load_picture(target, err) && find_skips(target, err) && find_swaps(target, err) &&
           find_time(target, err) && find_watches(target, err) && find_breaks(target, err) &&
           find_look(target, session, err);
}

static void discard_target(StateTarget *target) {
    setup_close(&target->next);
    free(target->picture);
    free(target->lesioned);
}

static void set_look(Session *session, const StatePlan *plan) {
    session_set_presenter(session, plan->look.settings.presenter == SWITCH_ON);
    setting_copy(&session->look.settings, &plan->look.settings, SETTING_KEPT_STATE);
    for (int k = 0; k < VIEW_COUNT; k++) {
        memset(session->look.view_state[k], 0, view_ops((ViewId)k)->state_size);
        read_view((ViewId)k, plan->look.views[k], session->look.view_state[k], NULL);
    }
    session->look.view = (ViewId)plan->look.view;
    bool has_cell = plan->place.row >= 0 || plan->place.column >= 0;
    session->exp.wanted = (Place){.channel = integer_max(plan->place.channel, 0),
                                  .row = integer_max(plan->place.row, 0),
                                  .column = integer_max(plan->place.column, 0),
                                  .has_channel = has_cell || plan->place.channel >= 0,
                                  .has_cell = has_cell};
    if (plan->picture.cursor > 0) session->exp.pictures.cursor = plan->picture.cursor - 1;
}

static bool set_twin(Session *session, const StatePlan *plan, Error *err) {
    char text[STATE_VALUE_MAX];
    Error why = {0};
    session_twin_clear(session);
    if (*plan->twin.what == '\0') return true;
    utf8_copy(text, sizeof text, plan->twin.what);
    char *colon = strchr(text, ':');
    if (colon) *colon = ' ';
    if (strcmp(text, "difference") == 0 || strcmp(text, "off") == 0)
        return error_set(err, ERROR_USAGE,
                         "state: field 'twin': expected plain, cut, built, image:NAME or weights:NAME");
    if (!session_set_twin(session, text, &why)) return refuse_state(err, "twin", &why);
    session->twin.show = (TwinShow)((int)TWIN_BOTH + plan->twin.shown);
    return true;
}

static void forget_what_waits(Session *session) {
    session->exp.play.rate = 0;
    session->exp.swaps.waiting = 0;
    session->analyses.shown.open = false;
}

static bool enter_state(Session *session, StateTarget *target, Error *err) {
    const StatePlan *plan = target->plan;
    const Network *network = session_network(session);
    forget_what_waits(session);
    memcpy(session->exp.picture.input, target->picture, shape_count(network->input) * sizeof(real));
    session_name_image(session, *plan->picture.name ? plan->picture.name : "cat");
    memcpy(session->exp.lesioned, target->lesioned, (size_t)network->block_count * sizeof(bool));
    session->exp.config.skip = *plan->skips.lesions ? SKIP_LESION : (SkipMode)plan->skips.mode;
    session->exp.target = plan->picture.target;
    if (!session_set_swaps(session, target->swaps, target->swap_count, err)) return false;
    if (!session_make_pass(session, err)) return false;
    session_stops_replace(session, &target->stops);
    if (!set_twin(session, plan, err)) return false;
    if (*plan->look.analysis) {
        Action action = {.id = ACTION_ANALYSIS};
        utf8_copy(action.text, sizeof action.text, plan->look.analysis);
        if (!session_do_analysis(session, &action, err)) return false;
    }
    set_look(session, plan);
    session->handout = target->handout;
    session_run_still(session, target->done);
    session->exp.at = target->at;
    return true;
}

/* A locked group must stay as it is. */
static bool keeps_locks(const Session *session, const StatePlan *plan, Error *err) {
    StatePlan now = session_plan_of(session);
    for (int k = 0; k < LOCK_GROUP_COUNT; k++)
        if (handout_locks(&session->handout, (LockGroup)k) && !state_plan_same(&now, plan, (LockGroup)k))
            return error_set(err, ERROR_USAGE, "locked by this handout: %s", handout_lock_name((LockGroup)k));
    return true;
}

/* Goes to the state of a plan. Everything that it names is looked up first, so that a failure changes nothing.
 * Work that takes longer goes on in session_work. Locks stay and are added to. */
static bool go_to_plan(Session *session, const StatePlan *plan, Error *err) {
    StateTarget target = {.plan = plan};
    StatePlan now = session_plan_of(session);
    bool other = !state_plan_same_network(&now, plan);
    bool ok = keeps_locks(session, plan, err) && look_up(&target, session, other, err) &&
              (!other || session_replace(session, &target.next, err)) && enter_state(session, &target, err);
    discard_target(&target);
    return ok;
}

bool session_set_state(Session *session, const char *text, Error *err) {
    StatePlan plan;
    return state_plan_parse(text, &plan, err) && go_to_plan(session, &plan, err);
}
