#include "app/session/session_twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/session/session_state.h"
#include "core/base/utf8.h"

static const Model *model_of(const Session *session) {
    return session->twin.kind == TWIN_WEIGHTS ? session->twin.model : session->exp.setup->model;
}

void session_twin_forget(Session *session) {
    Twin *twin = &session->twin;
    pass_free(twin->pass);
    overlay_clear(&session->look.overlays[1]);
    free(twin->input);
    free(twin->difference);
    twin->pass = NULL;
    twin->input = twin->difference = NULL;
    twin->steps = twin->other_steps = -1;
}

void session_twin_clear(Session *session) {
    session_twin_forget(session);
    model_free(session->twin.model);
    session->twin = (Twin){.show = TWIN_OFF};
}

/* The picture of this side again, at the other network's size and with its normalisation, or another one. */
static bool fill_input(Session *session, Error *err) {
    Twin *twin = &session->twin;
    const Model *model = model_of(session);
    size_t count = shape_count(model->network->input);
    twin->input = calloc(count, sizeof *twin->input);
    if (!twin->input) return error_set(err, ERROR_FAILED, "not enough memory for the other side");
    Setup setup = {.model = (Model *)model, .ignores_exif = session->exp.setup->ignores_exif};
    if (twin->kind == TWIN_IMAGE) return setup_load_image(&setup, twin->image, twin->input, err);
    if (twin->kind == TWIN_WEIGHTS && asset_find_image(session->exp.picture.name))
        return setup_load_image(&setup, session->exp.picture.name, twin->input, err);
    if (!shape_equal(model->network->input, session_network(session)->input))
        return error_set(err, ERROR_USAGE, "%s reads other pictures than %s: compare them on a bundled one",
                         model->network->arch, session_network(session)->arch);
    memcpy(twin->input, session->exp.picture.input, count * sizeof(real));
    return true;
}

/* Both sides ask for the same class, or their gradients would answer different questions. */
static int shared_target(const Session *session) {
    int target = session->exp.target >= 0 ? session->exp.target : pass_target(session->exp.pass, 0);
    return target < network_answers(model_of(session)->network) ? target : -1;
}

static bool begin_other_side(Session *session, Error *err) {
    Twin *twin = &session->twin;
    if (!fill_input(session, err)) return false;
    const Network *network = model_of(session)->network;
    PassConfig config = session->exp.config;
    config.batch = 1;
    config.lesioned = session->exp.lesioned;
    if (twin->kind == TWIN_SKIP) config.skip = twin->skip;
    if (twin->kind == TWIN_WEIGHTS) config.skip = SKIP_NONE_REMOVED;
    twin->pass = pass_new(network, &config, err);
    if (!twin->pass) return false;
    memcpy(pass_input(twin->pass), twin->input, shape_count(network->input) * sizeof(real));
    twin->target = shared_target(session);
    pass_restart(twin->pass, &twin->target);
    return true;
}

/* Steps of the other side that correspond to the steps this side has made. */
static int wanted_steps(const Session *session) {
    const Network *network = session_network(session), *other = model_of(session)->network;
    int done = scene_steps_done(session->exp.pass);
    if (done == 0) return 0;
    Phase phase = done <= network->op_count ? PHASE_FORWARD : PHASE_BACKWARD;
    return scene_at(other, scene_partner(other, network, scene_op_at(network, done - 1)), phase) + 1;
}

bool session_twin_work(Session *session) {
    Twin *twin = &session->twin;
    Error err = {0};
    if (twin->show == TWIN_OFF) return false;
    /* It may have begun before this side knew what it predicts. */
    int target = shared_target(session);
    if (twin->pass && target >= 0 && target != twin->target) session_twin_forget(session);
    if (!twin->pass && !begin_other_side(session, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        session_twin_clear(session);
        return true;
    }
    if (scene_steps_done(twin->pass) >= wanted_steps(session)) return false;
    return session_draw_for_step(twin->pass) || session_step_pass(twin->pass);
}

/* What its picture shows, in the words of its network. */
static int true_class_of(const Session *session) {
    const Twin *twin = &session->twin;
    if (twin->kind == TWIN_SKIP) return session->exp.picture.true_class;
    return setup_picture_class(model_of(session),
                               twin->kind == TWIN_IMAGE ? twin->image : session->exp.picture.name);
}

static Scene other_scene(const Session *session, const Scene *mine) {
    Scene scene = *mine;
    const Twin *twin = &session->twin;
    scene.model = model_of(session);
    scene.network = scene.model->network;
    scene.pass = twin->pass;
    scene.baseline = NULL;
    scene.probabilities = session->exp.setup->untrained ? NULL : pass_probabilities(twin->pass);
    scene.op = scene_partner(scene.network, mine->network, mine->op);
    scene.at = scene_at(scene.network, scene.op, mine->phase);
    Shape out = scene.network->ops[scene.op].out;
    scene.channel = mine->channel < out.c ? mine->channel : out.c - 1;
    scene.row = mine->row < out.h ? mine->row : out.h - 1;
    scene.column = mine->column < out.w ? mine->column : out.w - 1;
    scene.overlay = session->look.overlays[1].shown;
    scene.true_class = true_class_of(session);
    if (twin->kind == TWIN_IMAGE) scene.image_name = twin->image;
    if (twin->kind == TWIN_WEIGHTS) scene.weights_note = twin->weights;
    return scene;
}

/* The figures and, where it is shown, the tensor itself, once for each moment. */
static void compare_sides(Session *session, const Scene *mine) {
    Twin *twin = &session->twin;
    int steps = scene_steps_done(session->exp.pass), other_steps = scene_steps_done(twin->pass);
    if (twin->at == mine->at && twin->steps == steps && twin->other_steps == other_steps && twin->difference)
        return;
    twin->at = mine->at;
    twin->steps = steps;
    twin->other_steps = other_steps;
    twin->shown.figures = (Difference){.known = false};
    Tensor a = scene_tensor(mine, mine->op, mine->phase);
    Tensor b = scene_tensor(&twin->scene, twin->scene.op, mine->phase);
    if (!a.data || !b.data || !shape_equal(a.shape, b.shape)) return;
    size_t count = shape_count(a.shape);
    real *room = realloc(twin->difference, count * sizeof *room);
    if (!room) return;
    twin->difference = room;
    twin->tensor = (Tensor){.shape = a.shape, .data = room};
    twin->shown.figures = tensor_difference(a.data, b.data, room, count);
    twin->shown.difference_stats = tensor_stats(room, count);
}

bool session_twin_scene(Session *session, Scene *scene) {
    Twin *twin = &session->twin;
    if (twin->show == TWIN_OFF || !twin->pass) return false;
    scene->twin = NULL;
    twin->scene = other_scene(session, scene);
    compare_sides(session, scene);
    twin->shown.scene = &twin->scene;
    bool shown = twin->show == TWIN_DIFFERENCE && twin->shown.figures.known;
    twin->shown.difference = shown ? &twin->tensor : NULL;
    scene->twin = &twin->shown;
    return true;
}

void session_twin_describe(const Session *session, char *out, size_t out_size) {
    const Twin *twin = &session->twin;
    const char *arch = model_of(session)->network->arch;
    if (twin->kind == TWIN_IMAGE)
        utf8_format(out, out_size, "%s, picture %s", arch, twin->image);
    else if (twin->kind == TWIN_WEIGHTS)
        utf8_format(out, out_size, "%s, %s", arch, twin->weights);
    else if (twin->skip == SKIP_PLAIN)
        snprintf(out, out_size, "plain: the same weights, skips removed");
    else if (twin->skip == SKIP_CUT)
        snprintf(out, out_size, "cut: skips carry no gradient");
    else
        utf8_format(out, out_size, "%s as built", arch);
}

/* Without a word from the user: the plain twin, or for a pass without skips the network as built. */
static bool choose_default(Session *session, Error *err) {
    Twin *twin = &session->twin;
    if (session_network(session)->shortcut == '-')
        return error_set(err, ERROR_USAGE,
                         "%s has no skips to remove: say what to compare it with, as in "
                         ":twin weights resnet20-cifar10 or :twin image 03-bird",
                         session_network(session)->arch);
    twin->kind = TWIN_SKIP;
    twin->skip = session->exp.config.skip == SKIP_NONE_REMOVED ? SKIP_PLAIN : SKIP_NONE_REMOVED;
    return twin->chosen = true;
}

static bool choose_weights(Session *session, const char *name, Error *err) {
    const Asset *asset = asset_find_model(name);
    Model *model = asset ? model_load_memory(asset->begin, asset_size(asset), name, NULL, err)
                         : model_load_file(name, NULL, err);
    if (!model) return false;
    session_twin_clear(session);
    session->twin.model = model;
    session->twin.kind = TWIN_WEIGHTS;
    utf8_copy(session->twin.weights, TWIN_NAME_MAX, name);
    return true;
}

static bool choose_other_side(Session *session, const char *word, const char *rest, Error *err) {
    Twin *twin = &session->twin;
    if (strcmp(word, "weights") == 0 && *rest) return choose_weights(session, rest, err);
    TwinKind kind = strcmp(word, "image") == 0 && *rest ? TWIN_IMAGE : TWIN_SKIP;
    SkipMode skip = strcmp(word, "plain") == 0 ? SKIP_PLAIN
                    : strcmp(word, "cut") == 0 ? SKIP_CUT
                                               : SKIP_NONE_REMOVED;
    if (kind == TWIN_SKIP && skip == SKIP_NONE_REMOVED && strcmp(word, "built") != 0)
        return error_set(err, ERROR_USAGE,
                         "twin: expected off, plain, cut, built, image NAME, weights NAME or difference, "
                         "found '%s%s%s'",
                         word, *rest ? " " : "", rest);
    if (kind == TWIN_SKIP && session_network(session)->shortcut == '-') return choose_default(session, err);
    session_twin_clear(session);
    twin->kind = kind;
    twin->skip = skip;
    utf8_copy(twin->image, sizeof twin->image, rest);
    return true;
}

static TwinShow next_show(const Session *session) {
    bool wide = session_twin_fits(session);
    switch (session->twin.show) {
    case TWIN_OFF: return TWIN_BOTH;
    case TWIN_BOTH: return wide ? TWIN_DIFFERENCE : TWIN_OTHER;
    case TWIN_OTHER: return TWIN_DIFFERENCE;
    default: return TWIN_OFF;
    }
}

bool session_set_twin(Session *session, const char *text, Error *err) {
    Twin *twin = &session->twin;
    char word[16];
    size_t length = strcspn(text, " ");
    const char *rest = text + length + strspn(text + length, " ");
    utf8_format(word, sizeof word, "%.*s", (int)length, text);
    bool cycle = *word == '\0', difference = strcmp(word, "difference") == 0;
    if (strcmp(word, "off") == 0) {
        twin->show = TWIN_OFF;
        return true;
    }
    if (!cycle && !difference) {
        if (!choose_other_side(session, word, rest, err)) return false;
        twin->chosen = true;
        twin->show = TWIN_BOTH;
        return true;
    }
    if (!twin->chosen && !choose_default(session, err)) return false;
    twin->show = difference ? TWIN_DIFFERENCE : next_show(session);
    return true;
}

bool session_do_twin(Session *session, const Action *action, Error *err) {
    if (!session_set_twin(session, action->text, err)) return false;
    if (session->look.view == VIEW_ANALYSES)
        session_tell(session, NOTICE_INFO, "the comparison is %s; the laboratory has one side only",
                     session->twin.show == TWIN_OFF ? "off" : "on in the other views");
    return true;
}
