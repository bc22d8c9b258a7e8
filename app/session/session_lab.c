#include "app/session/session_lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/measure/analysis_print.h"
#include "app/session/session_state.h"
#include "core/base/clock.h"

/* Seconds between two looks at what is under way. */
#define LAB_REPORT_EVERY_S 0.2

/* Multiply and fold over words of eight bytes, in lanes, so that a product need not wait for the one before:
 * the weights of a large network take as long as reading them. */
static uint64_t mix_hash(uint64_t hash, const void *bytes, size_t size) {
    enum { LANES = 4 };
    const uint64_t prime = UINT64_C(0x9E3779B97F4A7C15);
    const unsigned char *at = bytes;
    uint64_t lanes[LANES] = {hash, hash ^ 1, hash ^ 2, hash ^ 3}, words[LANES];
    for (; size >= sizeof words; at += sizeof words, size -= sizeof words) {
        memcpy(words, at, sizeof words);
        for (int k = 0; k < LANES; k++) {
            lanes[k] = (lanes[k] ^ words[k]) * prime;
            lanes[k] ^= lanes[k] >> 29;
        }
    }
    memset(words, 0, sizeof words);
    memcpy(words, at, size);
    for (int k = 0; k < LANES; k++) {
        hash = (hash ^ lanes[k] ^ words[k]) * prime;
        hash ^= hash >> 29;
    }
    return (hash ^ size) * prime;
}

/* Weights, picture and settings, as they are and not by name: nothing else can make a result stale. */
static uint64_t result_key(const Session *session) {
    const Network *network = session_network(session);
    const Setup *setup = session->exp.setup;
    int settings[] = {(int)session->exp.config.skip, session->exp.config.batch_statistics,
                      session->exp.target};
    uint64_t hash = mix_hash(UINT64_C(0xCBF29CE484222325), network->arch, strlen(network->arch));
    hash = mix_hash(hash, &network->shortcut, 1);
    hash = mix_hash(hash, network->values, network->value_count * sizeof(real));
    hash = mix_hash(hash, session->exp.picture.input, shape_count(network->input) * sizeof(real));
    hash = mix_hash(hash, settings, sizeof settings);
    hash = mix_hash(hash, setup->init, strlen(setup->init)); /* of networks that an analysis builds */
    hash = mix_hash(hash, &setup->seed, sizeof setup->seed);
    if (session->exp.config.skip == SKIP_LESION)
        hash = mix_hash(hash, session->exp.lesioned, (size_t)network->block_count * sizeof(bool));
    return hash;
}

/* Line and plane are two questions of one analysis, each with its own result. */
static bool asks_plane(const Lab *lab, AnalysisId id) {
    return id == ANALYSIS_SLICE && lab->shown.plane;
}

static bool answers(const Lab *lab, const LabResult *result, AnalysisId id) {
    return result->key == lab->key && result->id == id && result->plane == asks_plane(lab, id);
}

static void show_results(Lab *lab) {
    for (int id = 0; id < ANALYSIS_COUNT; id++) lab->shown.results[id] = NULL;
    for (int k = 0; k < lab->count; k++)
        if (answers(lab, &lab->results[k], lab->results[k].id) && !lab->results[k].waits)
            lab->shown.results[lab->results[k].id] = &lab->results[k].result;
}

static void show_progress(Lab *lab) {
    lab->shown.running = lab->running != NULL;
    if (!lab->running) return;
    lab->shown.done = analysis_done(lab->running);
    lab->shown.total = analysis_total(lab->running);
    double passed = clock_seconds() - lab->started_s;
    lab->shown.eta_s =
        lab->shown.done > 0 ? passed / lab->shown.done * (lab->shown.total - lab->shown.done) : NAN;
}

/* The result of that key and analysis, or room for a new one; the oldest makes way. */
static LabResult *place_for(Lab *lab, AnalysisId id) {
    for (int k = 0; k < lab->count; k++)
        if (answers(lab, &lab->results[k], id)) {
            analysis_result_clear(&lab->results[k].result);
            lab->results[k].waits = false;
            return &lab->results[k];
        }
    if (!lab->results) lab->results = calloc(LAB_RESULTS_MAX, sizeof *lab->results);
    if (!lab->results) return NULL;
    if (lab->count == LAB_RESULTS_MAX) {
        analysis_result_clear(&lab->results[0].result);
        memmove(lab->results, lab->results + 1, (LAB_RESULTS_MAX - 1) * sizeof *lab->results);
        lab->count--;
    }
    LabResult *place = &lab->results[lab->count++];
    *place = (LabResult){.key = lab->key, .id = id, .plane = asks_plane(lab, id)};
    return place;
}

static void drop_running(Lab *lab) {
    analysis_free(lab->running);
    lab->running = NULL;
    show_progress(lab);
}

/* Reports what has been done, all of it or not. */
static void report_progress(Session *session) {
    Lab *lab = &session->lab;
    AnalysisResult result;
    bool reported = analysis_report(lab->running, &result);
    LabResult *place = reported ? place_for(lab, lab->shown.current) : NULL;
    if (place)
        place->result = result;
    else
        session_tell(session, NOTICE_ERROR, "not enough memory for what %s found",
                     analysis_spec(lab->shown.current)->name);
    if (reported && !place) analysis_result_clear(&result);
    lab->reported_s = clock_seconds();
    show_results(lab);
}

static void finish_analysis(Session *session) {
    report_progress(session);
    drop_running(&session->lab);
}

static bool provide(Session *session, const AnalysisSpec *spec, Error *err) {
    Lab *lab = &session->lab;
    if (spec->wants & ANALYSIS_WANTS_PICTURES && lab->pictures.count == 0 &&
        !setup_load_bundled(&lab->pictures, session->exp.setup, err))
        return false;
    if (spec->wants & ANALYSIS_WANTS_TWIN && !lab->twin)
        lab->twin = setup_new_twin(session->exp.setup, lab->twin_label, err);
    if (spec->wants & ANALYSIS_WANTS_SCORES && lab->scores.count == 0 &&
        !scores_add_bundled(&lab->scores, NULL, true, err))
        return false;
    return lab->twin || !(spec->wants & ANALYSIS_WANTS_TWIN);
}

static AnalysisInput input_of(Session *session, const AnalysisSpec *spec) {
    Lab *lab = &session->lab;
    const Setup *setup = session->exp.setup;
    bool many = spec->wants & ANALYSIS_WANTS_PICTURES;
    lab->target = session->exp.target;
    lab->label = session->exp.picture.true_class;
    return (AnalysisInput){.model = setup->model,
                           .twin = lab->twin,
                           .twin_label = lab->twin_label,
                           .images = many ? lab->pictures.values : session->exp.picture.input,
                           .targets = many ? lab->pictures.targets : &lab->target,
                           .labels = many ? lab->pictures.labels : &lab->label,
                           .image_count = many ? lab->pictures.count : 1,
                           .images_label = many ? lab->pictures.label : session->exp.picture.name,
                           .weights_label = setup->untrained ? setup->init : "trained",
                           .batch_statistics = session->exp.config.batch_statistics,
                           .skip = session->exp.config.skip,
                           .lesioned = session->exp.lesioned,
                           .target_class = session->exp.target,
                           .seed = setup->seed,
                           .init = setup_init(setup),
                           .plane = lab->shown.plane,
                           .untrained = setup->untrained,
                           .scores = lab->scores.list,
                           .score_count = lab->scores.count};
}

static void start_analysis(Session *session, AnalysisId id) {
    Lab *lab = &session->lab;
    Error err = {0};
    const AnalysisSpec *spec = analysis_spec(id);
    lab->key = result_key(session);
    if (!provide(session, spec, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    AnalysisInput input = input_of(session, spec);
    lab->running = analysis_new(id, &input, &err);
    if (!lab->running) session_tell(session, NOTICE_ERROR, "%s", err.text);
    lab->started_s = clock_seconds();
    lab->reported_s = 0;
    show_progress(lab);
}

/* A complete result that is known from before. */
static void take_waiting(Session *session, AnalysisId id) {
    Lab *lab = &session->lab;
    session_lab_refresh(session);
    for (int k = 0; k < lab->count; k++)
        if (answers(lab, &lab->results[k], id) && lab->results[k].result.complete)
            lab->results[k].waits = false;
    show_results(lab);
}

void session_lab_inherit(Session *session, Session *from) {
    Lab *lab = &session->lab, *old = &from->lab;
    lab->results = old->results;
    lab->count = old->count;
    for (int k = 0; k < lab->count; k++) lab->results[k].waits = true;
    old->results = NULL;
    old->count = 0;
    show_results(old);
}

bool session_lab_find(const char *name, AnalysisId *id, bool *plane) {
    const char *slice = analysis_spec(ANALYSIS_SLICE)->name;
    size_t length = strlen(slice);
    bool starts = strncmp(name, slice, length) == 0 && (name[length] == ' ' || name[length] == '-');
    *plane = starts && strcmp(name + length + 1, "plane") == 0;
    if (*plane) *id = ANALYSIS_SLICE;
    return *plane || analysis_find(name, id);
}

bool session_do_analysis(Session *session, const Action *action, Error *err) {
    const char *name = action->text;
    Lab *lab = &session->lab;
    AnalysisId id;
    bool plane;
    if (*name && !session_lab_find(name, &id, &plane))
        return error_set(err, ERROR_USAGE, "there is no analysis '%s': A lists them", name);
    session->look.view = VIEW_ANALYSES;
    if (*name == '\0') {
        lab->shown.open = false;
        return true;
    }
    bool same =
        lab->running && lab->shown.current == id && (id != ANALYSIS_SLICE || lab->shown.plane == plane);
    if (lab->running && !same) finish_analysis(session);
    lab->shown.open = true;
    lab->shown.current = id;
    if (id == ANALYSIS_SLICE) lab->shown.plane = plane;
    if (!same) take_waiting(session, id);
    const AnalysisResult *known = lab->shown.results[id];
    if (!same && !(known && known->complete)) start_analysis(session, id);
    return true;
}

/* The one that is looked at, or NULL with a sentence. */
static const AnalysisResult *shown_result(const Session *session, Error *err) {
    const SceneLab *shown = &session->lab.shown;
    const AnalysisResult *result = shown->open ? shown->results[shown->current] : NULL;
    if (!result) error_set(err, ERROR_USAGE, "no analysis is shown: A lists them, Enter runs one");
    return result;
}

bool session_chart_name(const Session *session, char *out, size_t out_size, Error *err) {
    if (!shown_result(session, err)) return false;
    snprintf(out, out_size, "%s-%s.svg", session_network(session)->arch,
             analysis_spec(session->lab.shown.current)->name);
    return true;
}

bool session_export_chart(const Session *session, const char *path, Error *err) {
    const AnalysisResult *result = shown_result(session, err);
    return result && analysis_export(analysis_spec(session->lab.shown.current), result, path, err);
}

bool session_lab_work(Session *session) {
    Lab *lab = &session->lab;
    if (!lab->running) return false;
    bool more = analysis_step(lab->running) && analysis_done(lab->running) < analysis_total(lab->running);
    show_progress(lab);
    if (!more)
        finish_analysis(session);
    else if (clock_seconds() - lab->reported_s > LAB_REPORT_EVERY_S)
        report_progress(session);
    return true;
}

bool session_lab_close(Session *session) {
    Lab *lab = &session->lab;
    if (lab->running) {
        session_tell(session, NOTICE_INFO, "%s: given up after %d of %d steps; this is what it has",
                     analysis_spec(lab->shown.current)->name, lab->shown.done, lab->shown.total);
        finish_analysis(session);
        return true;
    }
    bool open = lab->shown.open;
    lab->shown.open = false;
    return open;
}

void session_lab_refresh(Session *session) {
    Lab *lab = &session->lab;
    if (!lab->running && lab->count == 0) return; /* nothing could be stale */
    uint64_t key = result_key(session);
    if (key == lab->key) return;
    lab->key = key;
    if (lab->running) {
        session_tell(session, NOTICE_INFO, "%s stopped: what it asked about has changed",
                     analysis_spec(lab->shown.current)->name);
        drop_running(lab);
    }
    show_results(lab);
}

void session_lab_leave(Session *session) {
    Lab *lab = &session->lab;
    drop_running(lab);
    setup_free_batch(&lab->pictures);
    model_free(lab->twin);
    lab->twin = NULL;
}

void session_lab_clear(Session *session) {
    Lab *lab = &session->lab;
    session_lab_leave(session);
    for (int k = 0; k < lab->count; k++) analysis_result_clear(&lab->results[k].result);
    free(lab->results);
    *lab = (Lab){0};
}
