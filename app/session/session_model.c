/* Another network in place of the one that is shown: everything that belongs to the old one is made anew
 * before that is given up, so that a failure changes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "views/style/text.h"

/* What depends on the network; all of it heap. */
typedef struct Replacement {
    Setup setup;
    real *input;
    bool *lesioned;
    Pass *pass;
    PassConfig config;
    int target;
    char picture[ACTION_TEXT_MAX]; /* in the input; "" while it is an array */
} Replacement;

void session_describe_weights(Session *session) {
    const Setup *setup = session->exp.setup;
    const char *source = setup->model->source;
    const char *step = model_value(setup->model, "checkpoint_step");
    const char *file = source && strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
    bool he = strcmp(setup->init, "he") == 0;
    if (setup->untrained)
        utf8_format(session->exp.weights_note, sizeof session->exp.weights_note,
                    "random weights,%s%s seed %llu", he ? "" : " ", he ? "" : setup->init, setup->seed);
    else
        utf8_format(session->exp.weights_note, sizeof session->exp.weights_note, "trained%s%.20s: %s",
                    step ? " up to step " : "", step ? step : "", file);
    session_swap_describe(session, session->exp.weights_note, sizeof session->exp.weights_note);
}

static const char *first_bundled(char out[ASSET_NAME_MAX]) {
    const Asset *asset = asset_find_image("cat");
    if (!asset) asset = asset_image(0);
    return asset ? asset_image_name(asset, out) : NULL;
}

/* The same picture at the size and with the normalisation of the new network; an array as it is where it
 * fits; a bundled picture in place of what cannot be had again. */
static bool prepare_input(Replacement *next, const Session *session, Error *err) {
    const Network *old = session_network(session), *network = next->setup.model->network;
    size_t count = shape_count(network->input);
    next->input = calloc(count, sizeof *next->input);
    if (!next->input) return error_set(err, ERROR_FAILED, "not enough memory for the picture");
    if (session->exp.picture.is_array && shape_equal(old->input, network->input)) {
        memcpy(next->input, session->exp.picture.input, count * sizeof(real));
        return true;
    }
    utf8_copy(next->picture, sizeof next->picture, session->exp.picture.name);
    if (!session->exp.picture.is_array && setup_load_image(&next->setup, next->picture, next->input, NULL))
        return true;
    char name[ASSET_NAME_MAX];
    const char *bundled = first_bundled(name);
    if (!bundled)
        return error_set(err, ERROR_FILE, "%s: cannot be read again at the size that %s takes",
                         session->exp.picture.name, network->arch);
    utf8_copy(next->picture, sizeof next->picture, bundled);
    return setup_load_image(&next->setup, bundled, next->input, err);
}

/* Ways without skips go on where the new network has skips; lesions name blocks of the old one. */
static bool prepare_pass(Replacement *next, const Session *session, Error *err) {
    const Network *network = next->setup.model->network;
    next->lesioned = calloc((size_t)network->block_count, sizeof *next->lesioned);
    if (!next->lesioned) return error_set(err, ERROR_FAILED, "not enough memory for another network");
    next->config = session->exp.config;
    next->config.batch = 1;
    next->config.batch_statistics = setup_batch_statistics(&next->setup);
    if (network->shortcut == '-' || next->config.skip == SKIP_LESION) next->config.skip = SKIP_NONE_REMOVED;
    bool same_classes = network->classes == session_network(session)->classes;
    next->target = same_classes ? session->exp.target : -1;
    next->config.lesioned = next->lesioned;
    next->pass = pass_new(network, &next->config, err);
    if (!next->pass) return false;
    memcpy(pass_input(next->pass), next->input, shape_count(network->input) * sizeof(real));
    pass_restart(next->pass, &next->target);
    return true;
}

static void discard(Replacement *next) {
    pass_free(next->pass);
    free(next->lesioned);
    free(next->input);
    setup_close(&next->setup);
}

/* The operation of that name, or the nearest one before it that both networks have, in the same direction. */
static int partner_of(const Session *session, const Network *network) {
    const Network *old = session_network(session);
    int op = scene_partner(network, old, scene_op_at(old, session->exp.at));
    return scene_at(network, op, session->exp.at < old->op_count ? PHASE_FORWARD : PHASE_BACKWARD);
}

/* As far as the old pass had come, seen from the selection. */
static int steps_like(const Session *session, const Network *network, int at) {
    int done = scene_steps_done(session->exp.pass);
    if (done == 2 * session_network(session)->op_count) return 2 * network->op_count;
    return session->exp.at < done ? at + 1 : 1;
}

static void forget_views(Session *session) {
    for (int k = 0; k < VIEW_COUNT; k++)
        memset(session->look.view_state[k], 0, view_ops((ViewId)k)->state_size);
}

/* From here on nothing can fail. */
static void install(Session *session, Replacement *next) {
    Setup old = session->exp.own;
    const Network *old_network = session_network(session), *network = next->setup.model->network;
    int at = partner_of(session, network), steps = steps_like(session, network, at);
    pass_free(session->exp.pass);
    pass_free(session->exp.baseline);
    session_answer_forget(session);
    session_twin_clear(session);
    overlay_clear(&session->look.overlays[0]);
    session_analyses_leave(session);
    free(session->exp.picture.input);
    free(session->exp.lesioned);
    session->exp.own = next->setup;
    session->exp.setup = &session->exp.own;
    session->exp.swaps = (Swaps){0};
    session->exp.pass = next->pass;
    session->exp.baseline = NULL;
    session->exp.picture.input = next->input;
    session->exp.lesioned = next->lesioned;
    session->exp.config = next->config;
    session->exp.config.lesioned = NULL;
    session->exp.target = next->target;
    session->exp.job = (Job){0};
    session->exp.play.rate = 0;
    session->exp.at = at;
    session_stops_follow(session, old_network);
    session_stop_where_spoiled(session);
    forget_views(session);
    session_describe_weights(session);
    if (*next->picture) session_name_image(session, next->picture);
    setup_close(&old);
    session_analyses_refresh(session);
    session_run_still(session, steps);
}

bool session_replace(Session *session, Setup *setup, Error *err) {
    Replacement next = {.setup = *setup, .target = -1};
    *setup = (Setup){.model = NULL};
    bool ok = prepare_input(&next, session, err) && prepare_pass(&next, session, err);
    if (ok)
        install(session, &next);
    else
        discard(&next);
    return ok;
}

static void tell_loaded(Session *session, const char *old_picture) {
    const Network *network = session_network(session);
    bool other = strcmp(old_picture, session->exp.picture.name) != 0;
    const char *understood = session->exp.setup->model->understood;
    session_tell(session, NOTICE_INFO, "%s, %s: %s parameters, input %s, %d %s%s%s%s%s%s", network->arch,
                 session->exp.weights_note, text_format_count(network_param_count(network)).text,
                 text_format_shape(network->input).text, network->classes,
                 network->headless ? "features" : "classes", other ? "; the picture is " : "",
                 other ? session->exp.picture.name : "",
                 other ? ", because the one before cannot be prepared at this size" : "",
                 *understood ? "; " : "", understood);
}

bool session_load_waiting(Session *session) {
    ModelRequest load = session->exp.load;
    Error err = {0};
    Setup next;
    char picture[ACTION_TEXT_MAX];
    if (load.action == ACTION_NONE) return false;
    session->exp.load = (ModelRequest){.action = ACTION_NONE};
    bool ok = load.action == ACTION_ARCH ? setup_open_arch(&next, session->exp.setup, load.name, &err)
                                         : setup_open_weights(&next, session->exp.setup, load.name, &err);
    utf8_copy(picture, sizeof picture, session->exp.picture.name);
    if (ok && session_replace(session, &next, &err))
        tell_loaded(session, picture);
    else
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    return true;
}

bool session_do_load(Session *session, const Action *action, Error *err) {
    (void)err;
    session->exp.load.action = action->id;
    utf8_copy(session->exp.load.name, sizeof session->exp.load.name, action->text);
    session_tell(session, NOTICE_INFO, "loading %s ...", action->text);
    return true;
}
