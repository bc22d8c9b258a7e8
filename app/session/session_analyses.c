#include "app/session/session_analyses.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/measure/analysis_print.h"
#include "app/session/session_state.h"
#include "core/base/clock.h"
#include "core/base/thread.h"

/* Seconds between two looks at what is under way. */
#define REPORT_EVERY_S 0.2

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
    hash = mix_hash(hash, network_const_all_values(network), network->value_count * sizeof(real));
    hash = mix_hash(hash, session->exp.picture.input, shape_count(network->input) * sizeof(real));
    hash = mix_hash(hash, settings, sizeof settings);
    hash = mix_hash(hash, setup->init, strlen(setup->init)); /* of networks that an analysis builds */
    hash = mix_hash(hash, &setup->seed, sizeof setup->seed);
    if (session->exp.config.skip == SKIP_LESION)
        hash = mix_hash(hash, session->exp.lesioned, (size_t)network->block_count * sizeof(bool));
    return hash;
}

/* Line and plane are two questions of one analysis, each with its own result. */
static bool asks_plane(const Analyses *analyses, AnalysisId id) {
    return id == ANALYSIS_SLICE && analyses->shown.plane;
}

static bool answers(const Analyses *analyses, const KeptResult *result, AnalysisId id) {
    return result->key == analyses->key && result->id == id && result->plane == asks_plane(analyses, id);
}

static void show_results(Analyses *analyses) {
    for (int id = 0; id < ANALYSIS_COUNT; id++) analyses->shown.results[id] = NULL;
    for (int k = 0; k < analyses->count; k++)
        if (answers(analyses, &analyses->results[k], analyses->results[k].id) && !analyses->results[k].waits)
            analyses->shown.results[analyses->results[k].id] = &analyses->results[k].result;
}

static void show_progress(Analyses *analyses) {
    analyses->shown.running = analyses->running != NULL;
    if (!analyses->running) return;
    analyses->shown.done = analysis_done(analyses->running);
    analyses->shown.total = analysis_total(analyses->running);
    analyses->shown.share = analysis_share(analyses->running);
    analyses->shown.eta_s = time_left(&analyses->left, clock_seconds(), analyses->shown.share);
}

/* The result of that key and analysis, or room for a new one; the oldest makes way. */
static KeptResult *place_for(Analyses *analyses, AnalysisId id) {
    for (int k = 0; k < analyses->count; k++)
        if (answers(analyses, &analyses->results[k], id)) {
            analysis_result_clear(&analyses->results[k].result);
            analyses->results[k].waits = false;
            return &analyses->results[k];
        }
    if (!analyses->results) analyses->results = calloc(KEPT_RESULTS_MAX, sizeof *analyses->results);
    if (!analyses->results) return NULL;
    if (analyses->count == KEPT_RESULTS_MAX) {
        analysis_result_clear(&analyses->results[0].result);
        memmove(analyses->results, analyses->results + 1, (KEPT_RESULTS_MAX - 1) * sizeof *analyses->results);
        analyses->count--;
    }
    KeptResult *place = &analyses->results[analyses->count++];
    *place = (KeptResult){.key = analyses->key, .id = id, .plane = asks_plane(analyses, id)};
    return place;
}

static void wait_for_discarder(Analyses *analyses) {
    if (analyses->discards) pthread_join(analyses->discarder, NULL);
    analyses->discards = false;
}

static void *discard(void *analysis) {
    analysis_free(analysis);
    return NULL;
}

static void drop_running(Analyses *analyses) {
    wait_for_discarder(analyses);
    if (analyses->running)
        analyses->discards = thread_start(&analyses->discarder, discard, analyses->running);
    if (!analyses->discards) analysis_free(analyses->running);
    analyses->running = NULL;
    show_progress(analyses);
}

/* Reports what has been done, all of it or not. */
static void report_progress(Session *session) {
    Analyses *analyses = &session->analyses;
    AnalysisResult result;
    bool reported = analysis_report(analyses->running, &result);
    KeptResult *place = reported ? place_for(analyses, analyses->shown.current) : NULL;
    if (place)
        place->result = result;
    else
        session_tell(session, NOTICE_ERROR, "not enough memory for what %s found",
                     analysis_spec(analyses->shown.current)->name);
    if (reported && !place) analysis_result_clear(&result);
    analyses->reported_s = clock_seconds();
    show_results(analyses);
}

static void finish_analysis(Session *session) {
    report_progress(session);
    drop_running(&session->analyses);
}

static bool provide(Session *session, const AnalysisSpec *spec, Error *err) {
    Analyses *analyses = &session->analyses;
    if (spec->wants & ANALYSIS_WANTS_PICTURES && analyses->pictures.count == 0 &&
        !setup_load_bundled(&analyses->pictures, session->exp.setup, err))
        return false;
    if (spec->wants & ANALYSIS_WANTS_TWIN && !analyses->twin)
        analyses->twin = setup_new_twin(session->exp.setup, analyses->twin_label, err);
    if (spec->wants & ANALYSIS_WANTS_SCORES && analyses->scores.count == 0 &&
        !scores_add_bundled(&analyses->scores, NULL, true, err))
        return false;
    return analyses->twin || !(spec->wants & ANALYSIS_WANTS_TWIN);
}

static AnalysisInput input_of(Session *session, const AnalysisSpec *spec) {
    Analyses *analyses = &session->analyses;
    const Setup *setup = session->exp.setup;
    bool many = spec->wants & ANALYSIS_WANTS_PICTURES;
    analyses->target = session->exp.target;
    analyses->label = session->exp.picture.true_class;
    return (AnalysisInput){.model = setup->model,
                           .twin = analyses->twin,
                           .twin_label = analyses->twin_label,
                           .images = many ? analyses->pictures.values : session->exp.picture.input,
                           .targets = many ? analyses->pictures.targets : &analyses->target,
                           .labels = many ? analyses->pictures.labels : &analyses->label,
                           .image_count = many ? analyses->pictures.count : 1,
                           .images_label = many ? analyses->pictures.label : session->exp.picture.name,
                           .weights_label = setup->untrained ? setup->init : "trained",
                           .batch_statistics = session->exp.config.batch_statistics,
                           .skip = session->exp.config.skip,
                           .lesioned = session->exp.lesioned,
                           .target_class = session->exp.target,
                           .seed = setup->seed,
                           .init = setup_init(setup),
                           .plane = analyses->shown.plane,
                           .untrained = setup->untrained,
                           .scores = analyses->scores.list,
                           .score_count = analyses->scores.count};
}

static void start_analysis(Session *session, AnalysisId id) {
    Analyses *analyses = &session->analyses;
    Error err = {0};
    const AnalysisSpec *spec = analysis_spec(id);
    wait_for_discarder(analyses); /* so that memory is never needed twice */
    analyses->key = result_key(session);
    if (!provide(session, spec, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    AnalysisInput input = input_of(session, spec);
    analyses->running = analysis_new(id, &input, &err);
    if (!analyses->running) session_tell(session, NOTICE_ERROR, "%s", err.text);
    analyses->left = time_left_begin(clock_seconds(), 0);
    analyses->reported_s = 0;
    show_progress(analyses);
}

/* A complete result that is known from before. */
static void take_waiting(Session *session, AnalysisId id) {
    Analyses *analyses = &session->analyses;
    session_analyses_refresh(session);
    for (int k = 0; k < analyses->count; k++)
        if (answers(analyses, &analyses->results[k], id) && analyses->results[k].result.complete)
            analyses->results[k].waits = false;
    show_results(analyses);
}

void session_analyses_inherit(Session *session, Session *from) {
    Analyses *analyses = &session->analyses, *old = &from->analyses;
    analyses->results = old->results;
    analyses->count = old->count;
    for (int k = 0; k < analyses->count; k++) analyses->results[k].waits = true;
    old->results = NULL;
    old->count = 0;
    show_results(old);
}

bool session_analyses_find(const char *name, AnalysisId *id, bool *plane) {
    const char *slice = analysis_spec(ANALYSIS_SLICE)->name;
    size_t length = strlen(slice);
    bool starts = strncmp(name, slice, length) == 0 && (name[length] == ' ' || name[length] == '-');
    *plane = starts && strcmp(name + length + 1, "plane") == 0;
    if (*plane) *id = ANALYSIS_SLICE;
    return *plane || analysis_find(name, id);
}

bool session_do_analysis(Session *session, const Action *action, Error *err) {
    const char *name = action->text;
    Analyses *analyses = &session->analyses;
    AnalysisId id;
    bool plane;
    if (*name && !session_analyses_find(name, &id, &plane))
        return error_set(err, ERROR_USAGE, "there is no analysis '%s': A lists them", name);
    session->look.view = VIEW_ANALYSES;
    if (*name == '\0') {
        analyses->shown.open = false;
        return true;
    }
    bool same = analyses->running && analyses->shown.current == id &&
                (id != ANALYSIS_SLICE || analyses->shown.plane == plane);
    if (analyses->running && !same) finish_analysis(session);
    analyses->shown.open = true;
    analyses->shown.current = id;
    if (id == ANALYSIS_SLICE) analyses->shown.plane = plane;
    if (!same) take_waiting(session, id);
    const AnalysisResult *known = analyses->shown.results[id];
    if (!same && !(known && known->complete)) start_analysis(session, id);
    return true;
}

/* The one that is looked at, or NULL with a sentence. */
static const AnalysisResult *shown_result(const Session *session, Error *err) {
    const SceneAnalyses *shown = &session->analyses.shown;
    const AnalysisResult *result = shown->open ? shown->results[shown->current] : NULL;
    if (!result) error_set(err, ERROR_USAGE, "no analysis is shown: A lists them, Enter runs one");
    return result;
}

bool session_chart_name(const Session *session, char *out, size_t out_size, Error *err) {
    if (!shown_result(session, err)) return false;
    snprintf(out, out_size, "%s-%s.svg", session_network(session)->arch,
             analysis_spec(session->analyses.shown.current)->name);
    return true;
}

bool session_export_chart(const Session *session, const char *path, Error *err) {
    const AnalysisResult *result = shown_result(session, err);
    return result && analysis_export(analysis_spec(session->analyses.shown.current), result, path, err);
}

bool session_analyses_work(Session *session) {
    Analyses *analyses = &session->analyses;
    if (!analyses->running) return false;
    bool more = analysis_step(analyses->running) &&
                analysis_done(analyses->running) < analysis_total(analyses->running);
    show_progress(analyses);
    if (!more)
        finish_analysis(session);
    else if (clock_seconds() - analyses->reported_s > REPORT_EVERY_S)
        report_progress(session);
    return true;
}

bool session_analyses_close(Session *session) {
    Analyses *analyses = &session->analyses;
    if (analyses->running) {
        session_tell(session, NOTICE_INFO, "%s: given up after %d of %d steps; this is what it has",
                     analysis_spec(analyses->shown.current)->name, analyses->shown.done,
                     analyses->shown.total);
        finish_analysis(session);
        return true;
    }
    bool open = analyses->shown.open;
    analyses->shown.open = false;
    return open;
}

void session_analyses_refresh(Session *session) {
    Analyses *analyses = &session->analyses;
    if (!analyses->running && analyses->count == 0) return; /* nothing could be stale */
    uint64_t key = result_key(session);
    if (key == analyses->key) return;
    analyses->key = key;
    if (analyses->running) {
        session_tell(session, NOTICE_INFO, "%s stopped: what it asked about has changed",
                     analysis_spec(analyses->shown.current)->name);
        drop_running(analyses);
    }
    show_results(analyses);
}

void session_analyses_leave(Session *session) {
    Analyses *analyses = &session->analyses;
    drop_running(analyses);
    wait_for_discarder(analyses); /* what it gives back may still know the network */
    setup_free_batch(&analyses->pictures);
    model_free(analyses->twin);
    analyses->twin = NULL;
}

void session_analyses_clear(Session *session) {
    Analyses *analyses = &session->analyses;
    session_analyses_leave(session);
    for (int k = 0; k < analyses->count; k++) analysis_result_clear(&analyses->results[k].result);
    free(analyses->results);
    *analyses = (Analyses){0};
}
