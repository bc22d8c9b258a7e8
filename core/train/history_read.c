#include "core/train/history_read.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/file.h"
#include "core/train/block_measure.h"

static const size_t FILE_MAX = (size_t)1 << 30;

static const char *copy_text(History *h, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    size_t size = text ? strlen(text) + 1 : 1;
    char *copy = arena_alloc(h->arena, size, 1);
    return copy && text ? memcpy(copy, text, size) : copy;
}

static long whole(const json_t *object, const char *key) {
    return (long)json_integer_value(json_object_get(object, key));
}

static double real_number(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double figure(const json_t *object, const char *key) {
    return real_number(json_object_get(object, key));
}

static bool is_type(const json_t *line, const char *type) {
    const char *found = json_string_value(json_object_get(line, "type"));
    return found && strcmp(found, type) == 0;
}

static bool damaged(const History *h, const char *what, Error *err) {
    return error_set(err, ERROR_FILE, "%s: is no whole history of a training: %s", h->label, what);
}

static bool no_memory(const History *h, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory for this history", h->label);
}

static bool read_network(History *h, const json_t *entry, HistoryLearner *network, Error *err) {
    const json_t *names = json_object_get(entry, "blocks");
    size_t count = json_array_size(names);
    const char **blocks = arena_alloc(h->arena, count + 1, sizeof *blocks);
    *network = (HistoryLearner){.name = copy_text(h, entry, "name"),
                                .arch = copy_text(h, entry, "arch"),
                                .shortcut = copy_text(h, entry, "shortcut"),
                                .parameters = whole(entry, "parameters"),
                                .block_count = (int)count,
                                .blocks = blocks};
    if (!network->name || !network->arch || !network->shortcut || !blocks) return no_memory(h, err);
    for (size_t b = 0; b < count; b++) {
        const char *name = json_string_value(json_array_get(names, b));
        char *copy = name ? arena_alloc(h->arena, strlen(name) + 1, 1) : NULL;
        if (!copy) return name ? no_memory(h, err) : damaged(h, "a block has no name", err);
        blocks[b] = strcpy(copy, name);
    }
    return true;
}

static HistoryMachine read_machine(History *h, const json_t *line) {
    return (HistoryMachine){.program = copy_text(h, line, "program"),
                            .commit = copy_text(h, line, "commit"),
                            .processor = copy_text(h, line, "processor"),
                            .kernel = copy_text(h, line, "kernel"),
                            .threads = (int)whole(line, "threads")};
}

static bool read_start(History *h, const json_t *line, Error *err) {
    HistoryStart *start = &h->starts[h->start_count++];
    *start = (HistoryStart){whole(line, "step"), read_machine(h, line)};
    const HistoryMachine *m = &start->machine;
    return (m->program && m->commit && m->processor && m->kernel) || no_memory(h, err);
}

/* The first line. */
static bool read_run(History *h, const json_t *line, Error *err) {
    const json_t *networks = json_object_get(line, "networks");
    size_t count = json_array_size(networks);
    if (!is_type(line, "run")) return damaged(h, "its first line is no \"run\"", err);
    if (whole(line, "schema") != HISTORY_SCHEMA)
        return error_set(err, ERROR_FILE, "%s: is a history of schema %ld, expected %d", h->label,
                         whole(line, "schema"), HISTORY_SCHEMA);
    if (count < 1 || count > HISTORY_NETWORKS_MAX) return damaged(h, "expected 1 to 4 networks", err);
    h->recipe = copy_text(h, line, "recipe");
    h->dataset = copy_text(h, line, "dataset");
    h->seed = copy_text(h, line, "seed");
    h->train_images = (int)whole(line, "train_images");
    h->batch = (int)whole(line, "batch");
    h->steps = whole(line, "steps");
    h->steps_per_epoch = whole(line, "steps_per_epoch");
    h->network_count = (int)count;
    if (!h->recipe || !h->dataset || !h->seed) return no_memory(h, err);
    for (size_t k = 0; k < count; k++)
        if (!read_network(h, json_array_get(networks, k), &h->networks[k], err)) return false;
    return read_start(h, line, err);
}

static void read_step(History *h, const json_t *line) {
    h->step_lines[h->step_count++] = (HistoryStep){.step = whole(line, "step"),
                                                   .network = (int)whole(line, "network"),
                                                   .loss = figure(line, "loss"),
                                                   .error = figure(line, "error"),
                                                   .rate = figure(line, "rate")};
}

static void read_epoch(History *h, const json_t *line) {
    h->epochs[h->epoch_count++] = (HistoryEpoch){.epoch = whole(line, "epoch"),
                                                 .step = whole(line, "step"),
                                                 .network = (int)whole(line, "network"),
                                                 .train_loss = figure(line, "train_loss"),
                                                 .train_error = figure(line, "train_error"),
                                                 .train_error_pass = figure(line, "train_error_pass"),
                                                 .test_loss = figure(line, "test_loss"),
                                                 .test_error = figure(line, "test_error"),
                                                 .seconds = figure(line, "seconds")};
}

static bool read_blocks(History *h, const json_t *line, Error *err) {
    int network = (int)whole(line, "network"), count = h->networks[network].block_count;
    const char *bn = json_string_value(json_object_get(line, "bn"));
    double *figures = arena_alloc(h->arena, (size_t)BLOCK_FIGURES * (size_t)count + 1, sizeof *figures);
    if (!figures) return no_memory(h, err);
    for (int f = 0; f < BLOCK_FIGURES; f++) {
        const json_t *values = json_object_get(line, block_figure_name(f));
        for (int b = 0; b < count; b++)
            figures[f * count + b] = real_number(json_array_get(values, (size_t)b));
    }
    h->blocks[h->blocks_count++] = (HistoryBlocks){.epoch = whole(line, "epoch"),
                                                   .step = whole(line, "step"),
                                                   .network = network,
                                                   .batch_statistics = bn && strcmp(bn, "train") == 0,
                                                   .block_count = count,
                                                   .figures = figures};
    return true;
}

static bool read_line(History *h, const json_t *line, Error *err) {
    if (h->network_count == 0) return read_run(h, line, err);
    long network = whole(line, "network");
    if (network < 0 || network >= h->network_count) return damaged(h, "a line is of no network of it", err);
    if (is_type(line, "resume")) return read_start(h, line, err);
    if (is_type(line, "blocks")) return read_blocks(h, line, err);
    if (is_type(line, "step")) read_step(h, line);
    if (is_type(line, "epoch")) read_epoch(h, line);
    if (is_type(line, "gap")) h->gaps[h->gap_count++] = (HistoryGap){whole(line, "from"), whole(line, "to")};
    return true;
}

/* Each list has room for all lines there are. */
static bool reserve(History *h, const char *text, size_t size) {
    size_t lines = 1;
    for (size_t k = 0; k < size; k++) lines += text[k] == '\n';
    h->step_lines = arena_alloc(h->arena, lines, sizeof *h->step_lines);
    h->epochs = arena_alloc(h->arena, lines, sizeof *h->epochs);
    h->blocks = arena_alloc(h->arena, lines, sizeof *h->blocks);
    h->starts = arena_alloc(h->arena, lines, sizeof *h->starts);
    h->gaps = arena_alloc(h->arena, lines, sizeof *h->gaps);
    return h->step_lines && h->epochs && h->blocks && h->starts && h->gaps;
}

static bool read_text(History *h, const char *text, size_t size, Error *err) {
    const char *end = NULL;
    if (!reserve(h, text, size)) return no_memory(h, err);
    for (size_t at = 0; at < size && (end = memchr(text + at, '\n', size - at));
         at = (size_t)(end - text) + 1) {
        json_t *line = json_loadb(text + at, (size_t)(end - text) - at, 0, NULL);
        bool ok =
            json_is_object(line) ? read_line(h, line, err) : damaged(h, "a line is no JSON object", err);
        json_decref(line);
        if (!ok) return false;
    }
    return h->network_count > 0 || damaged(h, "it has no whole line", err);
}

History *history_load_memory(const void *bytes, size_t size, const char *label, Error *err) {
    Arena *arena = arena_new();
    History *h = arena ? arena_alloc(arena, 1, sizeof *h) : NULL;
    char *copy = h ? arena_alloc(arena, strlen(label) + 1, 1) : NULL;
    if (copy) {
        *h = (History){.arena = arena, .label = strcpy(copy, label)};
        if (read_text(h, bytes, size, err)) return h;
    } else {
        error_set(err, ERROR_FAILED, "%s: not enough memory for this history", label);
    }
    arena_free(arena);
    return NULL;
}

History *history_load(const char *path, Error *err) {
    size_t size = 0;
    uint8_t *bytes = file_read_all(path, FILE_MAX, &size, err);
    History *h = bytes ? history_load_memory(bytes, size, path, err) : NULL;
    free(bytes);
    return h;
}

void history_free(History *h) {
    if (h) arena_free(h->arena); /* it lives in its arena */
}

const HistoryEpoch *history_last_epoch(const History *h, int network) {
    for (int k = h->epoch_count - 1; k >= 0; k--)
        if (h->epochs[k].network == network) return &h->epochs[k];
    return NULL;
}

const HistoryBlocks *history_blocks_at(const History *h, int network, long step, bool batch_statistics) {
    for (int k = 0; k < h->blocks_count; k++) {
        const HistoryBlocks *blocks = &h->blocks[k];
        if (blocks->network == network && blocks->step == step &&
            blocks->batch_statistics == batch_statistics)
            return blocks;
    }
    return NULL;
}

const double *history_block_figure(const HistoryBlocks *blocks, int figure) {
    return blocks->figures + (size_t)figure * (size_t)blocks->block_count;
}
