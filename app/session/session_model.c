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
    const Setup *setup = session->setup;
    const char *source = setup->model->source;
    bool he = strcmp(setup->init, "he") == 0;
    if (setup->untrained)
        utf8_format(session->note, sizeof session->note, "random weights,%s%s seed %llu", he ? "" : " ",
                    he ? "" : setup->init, setup->seed);
    else
        utf8_format(session->note, sizeof session->note, "trained: %s",
                    source && strrchr(source, '/') ? strrchr(source, '/') + 1 : source);
    session_swap_describe(session, session->note, sizeof session->note);
}

static const char *first_bundled(char out[ASSET_NAME_MAX]) {
    const Asset *asset = asset_find_image("cat");
    if (!asset) asset = asset_image(0);
    return asset ? asset_image_name(asset, out) : NULL;
}

/* The same picture at the size and with the normalisation of the new network; an array as it is where it
 * fits; a bundled picture in place of what cannot be had again. */
static bool prepare_input(Replacement *next, const Session *session, Error *err) {
    const Network *old = session->setup->model->network, *network = next->setup.model->network;
    size_t count = shape_count(network->input);
    next->input = calloc(count, sizeof *next->input);
    if (!next->input) return error_set(err, ERROR_FAILED, "not enough memory for the picture");
    if (session->image_is_array && shape_equal(old->input, network->input)) {
        memcpy(next->input, session->input, count * sizeof(real));
        return true;
    }
    utf8_copy(next->picture, sizeof next->picture, session->image_name);
    if (!session->image_is_array && setup_load_image(&next->setup, next->picture, next->input, NULL))
        return true;
    char name[ASSET_NAME_MAX];
    const char *bundled = first_bundled(name);
    if (!bundled)
        return error_set(err, ERROR_FILE, "%s: cannot be read again at the size that %s takes",
                         session->image_name, network->arch);
    utf8_copy(next->picture, sizeof next->picture, bundled);
    return setup_load_image(&next->setup, bundled, next->input, err);
}

/* Ways without skips go on where the new network has skips; lesions name blocks of the old one. */
static bool prepare_pass(Replacement *next, const Session *session, Error *err) {
    const Network *network = next->setup.model->network;
    next->lesioned = calloc((size_t)network->block_count, sizeof *next->lesioned);
    if (!next->lesioned) return error_set(err, ERROR_FAILED, "not enough memory for another network");
    next->config = session->config;
    next->config.batch = 1;
    next->config.batch_statistics = setup_batch_statistics(&next->setup);
    if (network->shortcut == '-' || next->config.skip == SKIP_LESION) next->config.skip = SKIP_NONE_REMOVED;
    bool same_classes = network->classes == session->setup->model->network->classes;
    next->target = same_classes ? session->target : -1;
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
    const Network *old = session->setup->model->network;
    int op = scene_partner(network, old, scene_op_at(old, session->at));
    return scene_at(network, op, session->at < old->op_count ? PHASE_FORWARD : PHASE_BACKWARD);
}

/* As far as the old pass had come, seen from the selection. */
static int steps_like(const Session *session, const Network *network, int at) {
    int done = scene_steps_done(session->pass);
    if (done == 2 * session->setup->model->network->op_count) return 2 * network->op_count;
    return session->at < done ? at + 1 : 1;
}

static void forget_views(Session *session) {
    for (int k = 0; k < VIEW_COUNT; k++) memset(session->view_state[k], 0, view_ops((ViewId)k)->state_size);
    completion_clear(&session->completion);
}

/* From here on nothing can fail. */
static void install(Session *session, Replacement *next) {
    Setup old = session->own;
    const Network *old_network = session->setup->model->network, *network = next->setup.model->network;
    int at = partner_of(session, network), steps = steps_like(session, network, at);
    pass_free(session->pass);
    pass_free(session->rival);
    session_twin_clear(session);
    overlay_clear(&session->overlays[0]);
    session_lab_leave(session);
    free(session->input);
    free(session->lesioned);
    session->own = next->setup;
    session->setup = &session->own;
    session->swaps = (Swaps){0};
    session->pass = next->pass;
    session->rival = NULL;
    session->input = next->input;
    session->lesioned = next->lesioned;
    session->config = next->config;
    session->config.lesioned = NULL;
    session->target = next->target;
    session->job = (Job){0};
    session->play_rate = 0;
    session->at = at;
    session_stops_follow(session, old_network);
    forget_views(session);
    session_describe_weights(session);
    if (*next->picture) session_name_image(session, next->picture);
    setup_close(&old);
    session_lab_refresh(session);
    session_run_behind(session, steps);
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
    const Network *network = session->setup->model->network;
    bool other = strcmp(old_picture, session->image_name) != 0;
    session_tell(session, NOTICE_INFO, "%s, %s: %s parameters, input %s, %d classes%s%s%s", network->arch,
                 session->note, text_format_count(network_param_count(network)).text,
                 text_format_shape(network->input).text, network->classes, other ? "; the picture is " : "",
                 other ? session->image_name : "",
                 other ? ", because the one before cannot be prepared at this size" : "");
}

bool session_load_waiting(Session *session) {
    SessionLoad load = session->load;
    Error err = {0};
    Setup next;
    char picture[ACTION_TEXT_MAX];
    if (load.action == ACTION_NONE) return false;
    session->load = (SessionLoad){.action = ACTION_NONE};
    bool ok = load.action == ACTION_ARCH ? setup_open_arch(&next, session->setup, load.name, &err)
                                         : setup_open_weights(&next, session->setup, load.name, &err);
    utf8_copy(picture, sizeof picture, session->image_name);
    if (ok && session_replace(session, &next, &err))
        tell_loaded(session, picture);
    else
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    return true;
}

void session_do_load(Session *session, const Action *action) {
    session->load.action = action->id;
    utf8_copy(session->load.name, sizeof session->load.name, action->text);
    session_tell(session, NOTICE_INFO, "loading %s ...", action->text);
}
