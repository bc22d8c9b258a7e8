#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/session/session_state.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "core/image/size.h"

/* A pass at its beginning. `old` is used again where its memory fits, which spares a large network a tenth of
 * a second each time, and else left as it is. */
static Pass *fresh_pass(const Session *session, Pass *old, SkipMode skip, Error *err) {
    PassConfig config = session->exp.config;
    config.batch = 1;
    config.skip = skip;
    config.lesioned = session->exp.lesioned;
    Pass *pass = old;
    bool fits = old && pass_network(old) == session_network(session) &&
                pass_batch_statistics(old) == config.batch_statistics;
    if (fits)
        pass_set_skip(pass, skip, config.lesioned);
    else
        pass = pass_new(session_network(session), &config, err);
    if (!pass) return NULL;
    memcpy(pass_input(pass), session->exp.picture.input,
           shape_count(session_network(session)->input) * sizeof(real));
    pass_restart(pass, &session->exp.target);
    return pass;
}

/* Takes another pass, and forgets what was found of the one before. */
static void take_pass(Session *session, Pass *pass, Pass *baseline) {
    session_twin_forget(session);
    session_answer_forget(session);
    overlay_clear(&session->look.overlays[0]);
    session->exp.pass = pass;
    session->exp.baseline = baseline;
    session->exp.job = (Job){0};
    session_analyses_refresh(session);
}

bool session_make_pass(Session *session, Error *err) {
    Pass *pass = fresh_pass(session, session->exp.pass, session->exp.config.skip, err);
    if (!pass) return false;
    if (pass != session->exp.pass) pass_free(session->exp.pass);
    pass_free(session->exp.baseline);
    take_pass(session, pass, NULL);
    return true;
}

static void start_run(Session *session, int steps_done, bool follow) {
    int done = scene_steps_done(session->exp.pass);
    session->exp.job = (Job){0};
    if (done < steps_done)
        session->exp.job = (Job){.kind = JOB_RUN,
                                 .target = steps_done,
                                 .first = done,
                                 .follow = follow,
                                 .started_s = clock_seconds()};
}

void session_run_to(Session *session, int steps_done) {
    start_run(session, steps_done, true);
    session->exp.at = session->exp.job.kind == JOB_RUN ? session->exp.job.first - 1 : steps_done - 1;
    if (session->exp.at < 0) session->exp.at = 0;
}

void session_rerun(Session *session) {
    int target =
        session->exp.job.kind == JOB_RUN ? session->exp.job.target : scene_steps_done(session->exp.pass);
    Error err = {0};
    if (session_make_pass(session, &err))
        start_run(session, target > 0 ? target : 1, false);
    else
        session_tell(session, NOTICE_ERROR, "%s", err.text);
}

static bool is_complete(const Pass *pass) {
    return pass && scene_steps_done(pass) == 2 * pass_network(pass)->op_count;
}

/* A lesion is made of blocks as well: its mode alone does not say that a pass is the one wanted. */
static bool is_run_of(const Pass *pass, SkipMode mode) {
    return is_complete(pass) && mode != SKIP_LESION && pass_skip_mode(pass) == mode;
}

void session_rerun_skip(Session *session) {
    Pass *old = session->exp.pass, *other = session->exp.baseline;
    SkipMode wanted = session->exp.config.skip, beside = session_baseline_mode(session);
    Error err = {0};
    if (session->exp.job.kind == JOB_RUN || !is_complete(old)) {
        session_rerun(session);
        return;
    }
    bool keeps = is_run_of(old, beside);
    if (is_run_of(other, wanted)) {
        if (!keeps) pass_free(old);
        take_pass(session, other, keeps ? old : NULL);
        return;
    }
    int steps = scene_steps_done(old);
    Pass *pass = fresh_pass(session, keeps ? other : old, wanted, &err);
    if (!pass) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    if (other && pass != other) pass_free(other);
    if (!keeps && pass != old) pass_free(old);
    take_pass(session, pass, keeps ? old : NULL);
    start_run(session, steps, false);
}

void session_run_still(Session *session, int steps_done) {
    start_run(session, steps_done, false);
}

/* From the file's first bytes, where Exif's data lies. */
static int orientation_of(const Setup *setup, const char *path) {
    ImageSize size;
    if (setup->ignores_exif || !image_size_file(&size, path, NULL)) return 0;
    return size.orientation;
}

void session_name_image(Session *session, const char *name) {
    const Asset *asset = strchr(name, '/') ? NULL : asset_find_image(name);
    char asset_name[ASSET_NAME_MAX];
    utf8_copy(session->exp.picture.name, sizeof session->exp.picture.name,
              asset ? asset_image_name(asset, asset_name) : name);
    session->exp.picture.true_class =
        asset ? setup_picture_class(session->exp.setup->model, session->exp.picture.name) : -1;
    for (int k = 0; k < session->exp.pictures.count; k++)
        if (strcmp(session->exp.pictures.list[k], session->exp.picture.name) == 0)
            session->exp.pictures.cursor = k;
    session->exp.picture.is_array = false;
    session->exp.picture.orientation = asset ? 0 : orientation_of(session->exp.setup, name);
}

bool session_load_image(Session *session, const char *name, Error *err) {
    if (!setup_load_image(session->exp.setup, name, session->exp.picture.input, err)) return false;
    session_name_image(session, name);
    return true;
}

/* "lesion" alone takes the block of the selected op; "lesion:layer1.0,layer2.1" names them. */
static bool mark_lesions(Session *session, const char *names, Error *err) {
    const Network *network = session_network(session);
    bool *marks = calloc((size_t)network->block_count, sizeof *marks);
    bool any = false, ok = marks != NULL;
    int here = network->ops[scene_op_at(network, session->exp.at)].block;
    if (ok && *names == '\0' && here >= 0) any = marks[here] = true;
    while (ok && *names) {
        size_t length = strcspn(names, ",");
        char name[OP_NAME_MAX];
        utf8_format(name, sizeof name, "%.*s", (int)length, names);
        int block = network_find_block(network, name);
        if (block < 0)
            ok = error_set(err, ERROR_USAGE, "%s has no block '%s': expected a name like %s", network->arch,
                           name, network->blocks[0].name);
        else
            any = marks[block] = true;
        names += length + (names[length] == ',');
    }
    if (ok && !any)
        ok = error_set(err, ERROR_USAGE,
                       "lesion: select an operation inside a block, or name one, as in lesion:%s",
                       network->blocks[0].name);
    if (ok) memcpy(session->exp.lesioned, marks, (size_t)network->block_count * sizeof *marks);
    free(marks);
    return ok;
}

bool session_set_skip(Session *session, const char *word, Error *err) {
    static const SkipMode order[] = {SKIP_NONE_REMOVED, SKIP_PLAIN, SKIP_CUT, SKIP_LESION};
    SkipMode next = SKIP_NONE_REMOVED;
    bool known = false;
    if (*word == '\0') {
        /* A lesion needs a block: outside of one the round goes on. */
        bool in_block =
            session_network(session)->ops[scene_op_at(session_network(session), session->exp.at)].block >= 0;
        next = order[((int)session->exp.config.skip + 1) % (in_block ? 4 : 3)];
        if (session->exp.config.skip == SKIP_LESION) next = SKIP_NONE_REMOVED;
        known = true;
    }
    for (int k = 0; !known && k < 4; k++)
        if (strncmp(word, skip_mode_name(order[k]), strcspn(word, ":")) == 0 &&
            strcspn(word, ":") == strlen(skip_mode_name(order[k]))) {
            next = order[k];
            known = true;
        }
    if (!known)
        return error_set(err, ERROR_USAGE,
                         "without-skip: expected none, plain, cut or lesion[:BLOCK], found '%s'", word);
    if (next != SKIP_NONE_REMOVED && session_network(session)->shortcut == '-')
        return error_set(err, ERROR_USAGE, "%s is a plain network: it has no skips to remove",
                         session_network(session)->arch);
    const char *colon = strchr(word, ':');
    if (next == SKIP_LESION && !mark_lesions(session, colon ? colon + 1 : "", err)) return false;
    session->exp.config.skip = next;
    return true;
}

bool session_toggle_lesion(Session *session, const char *name, Error *err) {
    const Network *network = session_network(session);
    bool any = false, fresh = session->exp.config.skip != SKIP_LESION;
    int block =
        *name ? network_find_block(network, name) : network->ops[scene_op_at(network, session->exp.at)].block;
    if (network->shortcut == '-')
        return error_set(err, ERROR_USAGE, "%s is a plain network: without a block nothing would be left",
                         network->arch);
    if (block < 0 && *name)
        return error_set(err, ERROR_USAGE, "%s has no block '%s': expected a name like %s", network->arch,
                         name, network->blocks[0].name);
    if (block < 0)
        return error_set(err, ERROR_USAGE,
                         "lesion: select an operation inside a block, or name one, as in: lesion %s",
                         network->blocks[0].name);
    for (int b = 0; b < network->block_count; b++) {
        session->exp.lesioned[b] = (!fresh && session->exp.lesioned[b]) != (b == block);
        any = any || session->exp.lesioned[b];
    }
    session->exp.config.skip = any ? SKIP_LESION : SKIP_NONE_REMOVED;
    return true;
}

/* Random weights are drawn piece by piece before the step that wants them: a key must not wait for a layer.
 * True when there was something to draw. */
bool session_draw_for_step(const Pass *pass) {
    const Network *network = pass_network(pass);
    int next = pass_forward_done(pass);
    return next < network->op_count && network_draw(network, next);
}

/* One operation, and the statistics of what it has made, which the next frame shows: measured all at once then,
 * those of a whole run would keep a key waiting. */
bool session_step_pass(Pass *pass) {
    const Network *network = pass_network(pass);
    if (pass_step_forward(pass)) {
        pass_act_stats(pass, pass_forward_done(pass) - 1);
        return true;
    }
    if (!pass_step_backward(pass)) return false;
    const Op *op = &network->ops[network->op_count - pass_backward_done(pass)];
    for (int k = 0; k < op->input_count; k++) pass_grad_stats(pass, op->inputs[k]);
    if (op->block >= 0) pass_junction(pass, op->block);
    return true;
}

/* What is shown decides what is computed: the baseline runs once the gradients it is compared with are there
 * and looked at. */
static bool wants_baseline(const Session *session) {
    int steps = 2 * session_network(session)->op_count;
    return session->look.view == VIEW_GRADIENTS && scene_steps_done(session->exp.pass) == steps &&
           session_network(session)->shortcut != '-' &&
           (!session->exp.baseline || scene_steps_done(session->exp.baseline) < steps);
}

/* A network that has lost its skips is compared with itself as it is built. */
SkipMode session_baseline_mode(const Session *session) {
    if (session->exp.config.skip != SKIP_NONE_REMOVED) return SKIP_NONE_REMOVED;
    return session->look.settings.versus == VERSUS_PLAIN ? SKIP_PLAIN : SKIP_CUT;
}

static void start_baseline(Session *session) {
    Error err = {0};
    Pass *baseline = fresh_pass(session, session->exp.baseline, session_baseline_mode(session), &err);
    if (baseline != session->exp.baseline) pass_free(session->exp.baseline);
    session->exp.baseline = baseline;
    if (!baseline) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        session->look.view = VIEW_STEP;
        return;
    }
    session->exp.job = (Job){
        .kind = JOB_BASELINE, .target = 2 * session_network(session)->op_count, .started_s = clock_seconds()};
}

bool session_work(Session *session) {
    Job *job = &session->exp.job;
    if (session_load_waiting(session)) return true;
    if (job->kind == JOB_NONE && wants_baseline(session)) start_baseline(session);
    if (job->kind == JOB_NONE)
        return session_answer_work(session) || session_pictures_work(session) || session_twin_work(session) ||
               session_analyses_work(session);
    Pass *pass = job->kind == JOB_RUN ? session->exp.pass : session->exp.baseline;
    if (session_draw_for_step(pass)) return true;
    session_step_pass(pass);
    int done = scene_steps_done(pass);
    if (job->kind == JOB_RUN && job->follow) session->exp.at = done - 1;
    if (job->stops && session_stops_here(session, done - 1)) {
        *job = (Job){0};
        return true;
    }
    if (done >= job->target) *job = (Job){0};
    return true;
}

void session_finish_work(Session *session) {
    while (session_work(session)) {
    }
}
