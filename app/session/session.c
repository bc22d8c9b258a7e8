#include "app/session/session.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/input/keymap.h"
#include "app/session/session_state.h"
#include "core/base/clock.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/panel/frame.h"
#include "views/panel/help.h"

void session_tell(Session *session, NoticeKind kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    utf8_vformat(session->notice.text, sizeof session->notice.text, format, arguments);
    va_end(arguments);
    session->notice.kind = kind;
}

static bool first_picture(Session *session, const SessionConfig *config, Error *err) {
    size_t count = shape_count(session_network(session)->input);
    session->exp.picture.true_class = -1;
    if (config->values) {
        memcpy(session->exp.picture.input, config->values, count * sizeof(real));
        snprintf(session->exp.picture.name, sizeof session->exp.picture.name, "input array");
        session->exp.picture.is_array = true;
        return true;
    }
    if (config->image) return session_load_image(session, config->image, err);
    /* The cat: right, but not so sure that nothing is left to learn, so its gradients say something. */
    if (asset_find_image("cat")) return session_load_image(session, "cat", err);
    if (session->exp.pictures.count > 0)
        return session_load_image(session, session->exp.pictures.list[0], err);
    return error_set(err, ERROR_USAGE, "no picture is built in: name one, as in: skipscope photo.jpg");
}

static bool allocate(Session *session) {
    const Network *network = session_network(session);
    bool ok = true;
    session->exp.picture.input = calloc(shape_count(network->input), sizeof *session->exp.picture.input);
    session->exp.lesioned = calloc((size_t)network->block_count, sizeof *session->exp.lesioned);
    for (int k = 0; k < VIEW_COUNT; k++) {
        size_t size = view_ops((ViewId)k)->state_size;
        session->look.view_state[k] = calloc(1, size ? size : 1);
        ok = ok && session->look.view_state[k];
    }
    return ok && session->exp.picture.input && session->exp.lesioned;
}

void session_tell_understood(Session *session) {
    const Model *model = session->exp.setup->model;
    session_tell(session, *model->understood ? NOTICE_INFO : NOTICE_NONE, "%s%s",
                 model->bad_tensors > 0 ? "c runs to what these values spoil: " : "", model->understood);
}

static bool start(Session *session, const SessionConfig *config, Error *err) {
    const Network *network = session_network(session);
    if (!allocate(session) || !session_pictures_list(session, config->image))
        return error_set(err, ERROR_FAILED, "not enough memory");
    if (config->pass.lesioned)
        memcpy(session->exp.lesioned, config->pass.lesioned, (size_t)network->block_count * sizeof(bool));
    session->exp.config.lesioned = NULL;
    session_describe_weights(session);
    session_stop_where_spoiled(session);
    session_tell_understood(session);
    if (!first_picture(session, config, err) || !session_make_pass(session, err)) return false;
    session_run_to(session, 1);
    while (session->exp.job.kind != JOB_NONE && session_work(session)) {
    }
    return true;
}

void session_set_theme(Session *session, ThemeId theme) {
    session->look.settings.theme = theme;
    for (int use = 0; use < PALETTE_USES; use++) session->look.settings.palettes[use] = 0;
}

Session *session_new(const SessionConfig *config, Error *err) {
    Session *session = calloc(1, sizeof *session);
    if (!session) {
        error_set(err, ERROR_FAILED, "not enough memory");
        return NULL;
    }
    *session = (Session){.exp.setup = config->setup,
                         .exp.config = config->pass,
                         .exp.target = config->target,
                         .display.theme_before = config->presenter ? THEME_DARK : config->theme,
                         .display.theme_chosen = config->theme_chosen,
                         .look.view = VIEW_ARCHITECTURE,
                         .display.width = 80,
                         .display.height = 24,
                         .look.settings = setting_defaults()};
    session->look.settings.presenter = config->presenter ? SWITCH_ON : SWITCH_OFF;
    session_set_theme(session, config->theme);
    if (start(session, config, err)) return session;
    session_free(session);
    return NULL;
}

void session_free(Session *session) {
    if (!session) return;
    session_answer_forget(session);
    pass_free(session->exp.pass);
    pass_free(session->exp.baseline);
    session_twin_clear(session);
    session_analyses_clear(session);
    overlay_clear(&session->look.overlays[0]);
    session_stops_clear(session);
    for (int k = 0; k < VIEW_COUNT; k++) free(session->look.view_state[k]);
    free(session->exp.picture.input);
    free(session->exp.lesioned);
    session_pictures_free(session);
    setup_close(&session->exp.own);
    free(session);
}

void session_set_canvas(Session *session, int width, int height, unsigned flags) {
    session_set_size(session, width, height);
    session->display.flags = flags;
}

void session_set_size(Session *session, int width, int height) {
    session->display.width = width;
    session->display.height = height;
}

void session_set_presenter(Session *session, bool on) {
    Settings *settings = &session->look.settings;
    if (on == (settings->presenter == SWITCH_ON)) return;
    settings->presenter = on ? SWITCH_ON : SWITCH_OFF;
    if (on) {
        session->display.theme_before = settings->theme;
        /* The contrast theme is light text, for dark backgrounds. */
        if (settings->theme == THEME_DARK) session_set_theme(session, THEME_CONTRAST);
    } else if (settings->theme == THEME_CONTRAST) {
        session_set_theme(session, session->display.theme_before);
    }
}

/* Palettes that the user has chosen stay. */
void session_suit_background(Session *session, Background background) {
    Settings *settings = &session->look.settings;
    bool light = background == BACKGROUND_LIGHT;
    if (session->display.theme_chosen || background == BACKGROUND_UNKNOWN) return;
    session->display.theme_before = light ? THEME_LIGHT : THEME_DARK;
    settings->theme = light ? THEME_LIGHT : settings->presenter == SWITCH_ON ? THEME_CONTRAST : THEME_DARK;
}

enum { THOUSANDTHS = 1000 };

static SceneJob scene_job(const Session *session) {
    static const char *const titles[] = {"", "running", "comparing"};
    const Job *job = &session->exp.job;
    const SceneAnalyses *analyses = &session->analyses.shown;
    if (job->kind == JOB_NONE && analyses->running)
        return (SceneJob){.title = analysis_spec(analyses->current)->name,
                          .done = (int)(analyses->share * THOUSANDTHS),
                          .total = THOUSANDTHS,
                          .eta_s = analyses->eta_s};
    if (job->kind == JOB_NONE) return (SceneJob){.eta_s = 0};
    const Pass *pass = job->kind == JOB_RUN ? session->exp.pass : session->exp.baseline;
    int done = scene_steps_done(pass) - job->first, total = job->target - job->first;
    double elapsed = clock_seconds() - job->started_s;
    double eta = done > 0 ? elapsed / done * (total - done) : NAN;
    return (SceneJob){.title = titles[job->kind], .done = done, .total = total, .eta_s = eta};
}

Scene session_scene(const Session *session) {
    const Model *model = session->exp.setup->model;
    const Network *network = model->network;
    bool compared = session->exp.baseline && scene_steps_done(session->exp.baseline) == 2 * network->op_count;
    Scene scene = {.model = model,
                   .network = network,
                   .pass = session->exp.pass,
                   .baseline = compared ? session->exp.baseline : NULL,
                   .baseline_mode = session_baseline_mode(session),
                   .at = session->exp.at,
                   .op = scene_op_at(network, session->exp.at),
                   .phase = session->exp.at < network->op_count ? PHASE_FORWARD : PHASE_BACKWARD,
                   .weights_note = session->exp.weights_note,
                   .image_name = session->exp.picture.name,
                   .probabilities = session_answer(session),
                   .untrained = session->exp.setup->untrained,
                   .true_class = session->exp.picture.true_class,
                   .orientation = session->exp.picture.orientation,
                   .image_list = session->exp.pictures.list,
                   .image_thumbs = session->exp.pictures.thumbs,
                   .image_count = session->exp.pictures.count,
                   .image_cursor = session->exp.pictures.cursor,
                   .watches = session->stops.watches,
                   .watch_count = session->stops.watch_count,
                   .breaks = session->stops.flags,
                   .play_rate = session->exp.play.rate,
                   .analyses = &session->analyses.shown,
                   .settings = session->look.settings,
                   .hides_figures = session_hides(session, HIDE_FIGURES),
                   .hides_answer = session->hides_answer,
                   .job = scene_job(session),
                   .notice_kind = session->notice.kind,
                   .notice = session->notice.kind == NOTICE_NONE ? NULL : session->notice.text};
    session_look_place(session, &scene);
    session_look_scene(session, &scene);
    Rect area = session_panes(session).view;
    scene.width = area.w;
    scene.height = area.h;
    return scene;
}

Action session_ask_view(Session *session, Action action) {
    const ViewOps *view = view_ops(session->look.view);
    /* Backing out of running work comes before the view's own levels. */
    bool cancels = action.id == ACTION_CLOSE && session->exp.job.kind == JOB_RUN;
    if (!view->act || cancels) return action;
    session_look_prepare(session);
    Scene scene = session_scene(session);
    return view->act(session->look.view_state[session->look.view], &scene, action);
}
