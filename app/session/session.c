#include "app/session/session.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/asset/assets.h"
#include "app/input/keymap.h"
#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "views/panel/frame.h"
#include "views/panel/help.h"

void session_tell(Session *session, NoticeKind kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    utf8_vformat(session->notice, sizeof session->notice, format, arguments);
    va_end(arguments);
    session->notice_kind = kind;
}

/* The bundled pictures, and in front of them the one that was named on the command line. */
static bool list_images(Session *session, const char *extra) {
    int count = asset_image_count();
    session->image_list = calloc((size_t)count + 1, sizeof *session->image_list);
    session->image_names = calloc((size_t)count + 1, ACTION_TEXT_MAX);
    if (!session->image_list || !session->image_names) return false;
    if (extra && strlen(extra) < ACTION_TEXT_MAX && !asset_find_image(extra)) {
        utf8_copy(session->image_names, ACTION_TEXT_MAX, extra);
        session->image_list[session->image_count++] = session->image_names;
    }
    for (int k = 0; k < count; k++) {
        char *name = session->image_names + (size_t)session->image_count * ACTION_TEXT_MAX;
        asset_image_name(asset_image(k), name);
        session->image_list[session->image_count++] = name;
    }
    return true;
}

static bool first_picture(Session *session, const SessionConfig *config, Error *err) {
    size_t count = shape_count(session->setup->model->network->input);
    session->true_class = -1;
    if (config->values) {
        memcpy(session->input, config->values, count * sizeof(real));
        snprintf(session->image_name, sizeof session->image_name, "input array");
        session->image_is_array = true;
        return true;
    }
    if (config->image) return session_load_image(session, config->image, err);
    /* The cat: right, but not so sure that nothing is left to learn, so its gradients say something. */
    if (asset_find_image("cat")) return session_load_image(session, "cat", err);
    if (session->image_count > 0) return session_load_image(session, session->image_list[0], err);
    return error_set(err, ERROR_USAGE, "no picture is built in: name one, as in: skipscope photo.jpg");
}

static bool allocate(Session *session) {
    const Network *network = session->setup->model->network;
    bool ok = true;
    session->input = calloc(shape_count(network->input), sizeof *session->input);
    session->lesioned = calloc((size_t)network->block_count, sizeof *session->lesioned);
    for (int k = 0; k < VIEW_COUNT; k++) {
        size_t size = view_ops((ViewId)k)->state_size;
        session->view_state[k] = calloc(1, size ? size : 1);
        ok = ok && session->view_state[k];
    }
    return ok && session->input && session->lesioned;
}

static bool start(Session *session, const SessionConfig *config, Error *err) {
    const Network *network = session->setup->model->network;
    if (!allocate(session) || !list_images(session, config->image))
        return error_set(err, ERROR_FAILED, "not enough memory");
    if (config->pass.lesioned)
        memcpy(session->lesioned, config->pass.lesioned, (size_t)network->block_count * sizeof(bool));
    session->config.lesioned = NULL;
    session_describe_weights(session);
    if (!first_picture(session, config, err) || !session_make_pass(session, err)) return false;
    session_run_to(session, 1);
    session_finish_work(session);
    return true;
}

void session_set_theme(Session *session, ThemeId theme) {
    session->theme = theme;
    session->palette = theme_palette(theme, PALETTE_USE_MAGNITUDE);
    session->signed_palette = theme_palette(theme, PALETTE_USE_ACTIVATION);
    session->gradient_palette = theme_palette(theme, PALETTE_USE_GRADIENT);
    session->weight_palette = theme_palette(theme, PALETTE_USE_WEIGHT);
}

Session *session_new(const SessionConfig *config, Error *err) {
    Session *session = calloc(1, sizeof *session);
    if (!session) {
        error_set(err, ERROR_FAILED, "not enough memory");
        return NULL;
    }
    *session = (Session){.setup = config->setup,
                         .config = config->pass,
                         .target = config->target,
                         .mouse = config->mouse,
                         .results = config->results,
                         .presenter = config->presenter,
                         .theme_before = config->presenter ? THEME_DARK : config->theme,
                         .rival_mode = SKIP_CUT,
                         .view = VIEW_ARCHITECTURE,
                         .width = 80,
                         .height = 24,
                         .scope = SCOPE_LAYER};
    session_set_theme(session, config->theme);
    if (start(session, config, err)) return session;
    session_free(session);
    return NULL;
}

void session_free(Session *session) {
    if (!session) return;
    session_lesson_end(session);
    session_book_clear(session);
    pass_free(session->pass);
    pass_free(session->rival);
    session_twin_clear(session);
    session_lab_clear(session);
    overlay_clear(&session->overlays[0]);
    session_stops_clear(session);
    completion_clear(&session->completion);
    for (int k = 0; k < VIEW_COUNT; k++) free(session->view_state[k]);
    free(session->copy);
    free(session->input);
    free(session->lesioned);
    free((void *)session->image_list);
    free(session->image_names);
    file_list_clear(&session->files);
    setup_close(&session->own);
    free(session);
}

void session_set_screen(Session *session, int width, int height, unsigned flags) {
    if (session->lesson) session_set_screen(session->lesson->session, width, height, flags);
    session_set_size(session, width, height);
    session->flags = flags;
}

void session_set_size(Session *session, int width, int height) {
    if (session->lesson) session_set_size(session->lesson->session, width, height);
    session->width = width;
    session->height = height;
}

static int clamp(int value, int low, int high) {
    return value < low ? low : value > high ? high : value;
}

static SceneJob scene_job(const Session *session) {
    static const char *const titles[] = {"", "running", "comparing"};
    const Job *job = &session->job;
    const SceneLab *lab = &session->lab.shown;
    if (job->kind == JOB_NONE && lab->running)
        return (SceneJob){.title = analysis_spec(lab->current)->name,
                          .done = lab->done,
                          .total = lab->total,
                          .eta_s = lab->eta_s};
    if (job->kind == JOB_NONE) return (SceneJob){.eta_s = 0};
    const Pass *pass = job->kind == JOB_RUN ? session->pass : session->rival;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int done = scene_steps_done(pass) - job->first, total = job->target - job->first;
    double elapsed = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec - job->started_s;
    double eta = done > 0 ? elapsed / done * (total - done) : NAN;
    return (SceneJob){.title = titles[job->kind], .done = done, .total = total, .eta_s = eta};
}

Scene session_scene(const Session *session) {
    const Model *model = session->setup->model;
    const Network *network = model->network;
    bool compared = session->rival && scene_steps_done(session->rival) == 2 * network->op_count;
    Scene scene = {.model = model,
                   .network = network,
                   .pass = session->pass,
                   .rival = compared ? session->rival : NULL,
                   .rival_mode = session->rival_mode,
                   .at = session->at,
                   .op = scene_op_at(network, session->at),
                   .phase = session->at < network->op_count ? PHASE_FORWARD : PHASE_BACKWARD,
                   .weights_note = session->note,
                   .image_name = session->image_name,
                   .true_class = session->true_class,
                   .image_list = session->image_list,
                   .image_count = session->image_count,
                   .image_cursor = session->image_cursor,
                   .watches = session->stops.watches,
                   .watch_count = session->stops.watch_count,
                   .breaks = session->stops.flags,
                   .pending_count = session->explain_asked ? 0 : session->pending_count,
                   .play_rate = session->play_rate,
                   .lab = &session->lab.shown,
                   .presenter = session->presenter,
                   .hides_figures = session_hides(session, HIDE_FIGURES),
                   .job = scene_job(session),
                   .notice_kind = session->notice_kind,
                   .notice = session->notice_kind == NOTICE_NONE ? NULL : session->notice};
    Shape out = op_output_shape(&network->ops[scene.op], 1);
    scene.channel = clamp(session->wanted_channel, 0, out.c - 1);
    scene.row = clamp(session->wanted_row, 0, out.h - 1);
    scene.column = clamp(session->wanted_column, 0, out.w - 1);
    session_look_scene(session, &scene);
    Rect area = session_panes(session).view;
    scene.width = area.w, scene.height = area.h;
    return scene;
}

void session_draw(Session *session, Canvas *canvas) {
    session = session_front(session);
    session_look_prepare(session);
    Scene scene = session_scene(session);
    SessionKeys keys;
    session_collect_hints(session, &keys);
    session_collect_pressed(session, &keys);
    canvas_clear(canvas);
    const ViewOps *view = view_ops(session->view);
    FrameInfo info = {.view = session->view,
                      .level = view->level ? view->level(session->view_state[session->view], &scene)
                                           : ZOOM_NETWORK,
                      .hints = keys.hints,
                      .hint_count = keys.hint_count,
                      .without = session_frame_parts(session),
                      .hidden_views = session->handout.views,
                      .pressed = keys.pressed,
                      .pressed_count = keys.pressed_count,
                      .pressed_text = keys.pressed_text};
    Rect area = frame_draw(canvas, &info, &scene);
    if (session->files_open && !session->help) session_files_draw(session, canvas);
    bool book = session->book.open && !session->help;
    if (book) session_book_draw(session, canvas);
    if (rect_is_empty(area)) return;
    if (!book) session_draw_lesson(session, canvas);
    if (session->help) {
        session_collect_help(session, &keys);
        help_draw(canvas, area,
                  &(HelpInfo){.rows = keys.rows,
                              .row_count = keys.row_count,
                              .first = session->help_first,
                              .hidden_views = session->handout.views});
    } else if (!session->files_open && !book) {
        session_draw_view(session, &scene, canvas);
    }
    session_pointer_draw(session, canvas);
    if (session->prompt.open) session_prompt_draw(session, canvas);
}

void session_say(Session *session, bool error, const char *sentence, int more) {
    session = session_front(session);
    char others[48] = "";
    if (more > 0) snprintf(others, sizeof others, " (and %d more like it)", more);
    session->notice_kind = NOTICE_NONE;
    if (error) session_tell(session, NOTICE_ERROR, "%s%s", sentence, others);
}

ThemeId session_theme(const Session *session) {
    return session_const_front(session)->theme;
}

bool session_wants_quit(const Session *session) {
    return session->quit;
}

bool session_wants_redraw(Session *session) {
    session = session_front(session);
    bool redraw = session->redraw;
    session->redraw = false;
    return redraw;
}

const char *session_error(const Session *session) {
    session = session_const_front(session);
    return session->notice_kind == NOTICE_ERROR ? session->notice : NULL;
}

const char *session_refusal(const Session *session) {
    session = session_const_front(session);
    return session->notice_kind == NOTICE_REFUSAL ? session->notice : NULL;
}
