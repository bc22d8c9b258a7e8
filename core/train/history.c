#include "core/train/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/json_write.h"
#include "core/train/block_measure.h"
#include "core/train/history_cut.h"

struct HistoryWriter {
    char *path;
    int fd;
    off_t size; /* of whole lines */
    long steps;
    HistoryCut found;
};

void history_path(const char *out, char *path, size_t size) {
    snprintf(path, size, "%s.history.jsonl", out);
}

void history_close(HistoryWriter *writer) {
    if (!writer) return;
    if (writer->fd >= 0) close(writer->fd);
    free(writer->path);
    free(writer);
}

static bool refuse(const HistoryWriter *writer, int reason, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: the history cannot be written: %s", writer->path,
                     strerror(reason));
}

/* A line that did not get there whole is taken back. */
static bool append(HistoryWriter *writer, const char *line, size_t size, Error *err) {
    size_t done = 0;
    while (done < size) {
        ssize_t count = write(writer->fd, line + done, size - done);
        if (count < 0 && errno == EINTR) continue;
        if (count > 0) {
            done += (size_t)count;
            continue;
        }
        int reason = count < 0 ? errno : ENOSPC;
        if (ftruncate(writer->fd, writer->size) != 0) reason = errno;
        return refuse(writer, reason, err);
    }
    writer->size += (off_t)size;
    return true;
}

static JsonWriter begin_line(const char *type) {
    JsonWriter json;
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    json_write_key_string(&json, "type", type);
    return json;
}

static bool end_line(HistoryWriter *writer, JsonWriter *json, Error *err) {
    json_write_object_end(json);
    if (!json_write_end(json)) return error_set(err, ERROR_FAILED, "%s: not enough memory", writer->path);
    json->text[json->length] = '\n'; /* in place of the NUL */
    bool ok = append(writer, json->text, json->length + 1, err);
    free(json->text);
    return ok;
}

static void add_machine(JsonWriter *json, const HistoryMachine *machine) {
    json_write_key_string(json, "program", machine->program);
    json_write_key_string(json, "commit", machine->commit);
    json_write_key_string(json, "processor", machine->processor);
    json_write_key_string(json, "kernel", machine->kernel);
    json_write_key_int(json, "threads", machine->threads);
}

static void add_network(JsonWriter *json, const HistoryNetwork *which) {
    const Network *network = which->model->network;
    json_write_object_begin(json);
    json_write_key_string(json, "name", which->name);
    json_write_key_string(json, "arch", network->arch);
    json_write_key_string(json, "shortcut", model_shortcut_name(which->model));
    json_write_key_int(json, "parameters", (int64_t)network_param_count(network));
    json_write_key(json, "blocks");
    json_write_array_begin(json);
    for (int b = 0; b < network->block_count; b++) json_write_string(json, network->blocks[b].name);
    json_write_array_end(json);
    json_write_object_end(json);
}

/* A seed has 64 bits, the integers of JSON readers 63: it is text. */
static bool write_run(HistoryWriter *writer, const HistoryRun *run, long step, Error *err) {
    JsonWriter json = begin_line("run");
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", run->seed);
    json_write_key_int(&json, "schema", HISTORY_SCHEMA);
    json_write_key_int(&json, "step", step);
    json_write_key(&json, "networks");
    json_write_array_begin(&json);
    for (int k = 0; k < run->network_count; k++) add_network(&json, &run->networks[k]);
    json_write_array_end(&json);
    json_write_key_string(&json, "recipe", run->recipe);
    json_write_key_string(&json, "dataset", run->dataset);
    json_write_key_int(&json, "train_images", run->train_images);
    json_write_key_int(&json, "batch", run->batch);
    json_write_key_int(&json, "steps", run->steps);
    json_write_key_int(&json, "steps_per_epoch", run->steps_per_epoch);
    json_write_key_string(&json, "seed", seed);
    add_machine(&json, &run->machine);
    return end_line(writer, &json, err);
}

static bool write_resume(HistoryWriter *writer, const HistoryRun *run, long step, Error *err) {
    JsonWriter json = begin_line("resume");
    json_write_key_int(&json, "step", step);
    add_machine(&json, &run->machine);
    return end_line(writer, &json, err);
}

static bool write_gap(HistoryWriter *writer, long from, long to, Error *err) {
    JsonWriter json = begin_line("gap");
    json_write_key_int(&json, "from", from);
    json_write_key_int(&json, "to", to);
    return end_line(writer, &json, err);
}

/* Opens the file, which then has its first `size` bytes. */
static HistoryWriter *open_writer(const char *path, const HistoryRun *run, off_t size, Error *err) {
    HistoryWriter *writer = calloc(1, sizeof *writer);
    if (writer) *writer = (HistoryWriter){.path = strdup(path), .fd = -1, .size = size, .steps = run->steps};
    if (!writer || !writer->path) {
        error_set(err, ERROR_FAILED, "%s: not enough memory", path);
        history_close(writer);
        return NULL;
    }
    writer->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
    if (writer->fd >= 0 && ftruncate(writer->fd, size) == 0) return writer;
    refuse(writer, errno, err);
    history_close(writer);
    return NULL;
}

/* Frees the writer when what was written to begin with has failed. */
static HistoryWriter *checked(HistoryWriter *writer, bool ok) {
    if (ok) return writer;
    history_close(writer);
    return NULL;
}

HistoryWriter *history_begin(const char *path, const HistoryRun *run, Error *err) {
    HistoryWriter *writer = open_writer(path, run, 0, err);
    return writer ? checked(writer, write_run(writer, run, 0, err)) : NULL;
}

/* Step n of a training of so many has a line; the last one always has. */
static bool is_kept(long step, long steps) {
    return steps <= HISTORY_STEPS_WHOLE || step % HISTORY_STRIDE == 0 || step == steps;
}

static long last_kept(long step, long steps) {
    while (step > 0 && !is_kept(step, steps)) step--;
    return step;
}

/* A file that is none of this training's is moved out of the way, so that nothing is lost. */
static bool set_aside(const char *path, const Error *why, Error *notice, Error *err) {
    size_t size = strlen(path) + sizeof ".old";
    char *other = malloc(size);
    if (!other) return error_set(err, ERROR_FAILED, "%s: not enough memory", path);
    snprintf(other, size, "%s.old", path);
    bool ok = rename(path, other) == 0;
    if (ok)
        error_set(notice, ERROR_FILE, "%s; it is now %s, and a new history begins", why->text, other);
    else
        error_set(err, ERROR_FAILED, "%s; it could not be renamed: %s", why->text, strerror(errno));
    free(other);
    return ok;
}

HistoryWriter *history_resume(const char *path, const HistoryRun *run, long step, Error *notice, Error *err) {
    Error why = {0};
    HistoryCut cut;
    *notice = (Error){0};
    if (!history_find_cut(path, run, step, &cut, &why)) {
        cut = (HistoryCut){0};
        if (!set_aside(path, &why, notice, err)) return NULL;
    }
    HistoryWriter *writer = open_writer(path, run, (off_t)cut.size, err);
    if (!writer) return NULL;
    writer->found = cut;
    bool lost = cut.last_step < last_kept(step, run->steps);
    bool ok = cut.size > 0 || write_run(writer, run, step, err);
    if (lost && notice->kind == ERROR_NONE)
        error_set(notice, ERROR_FILE, "%s: the history has nothing of the steps %ld to %ld", path,
                  cut.last_step + 1, step);
    ok = ok && (!lost || write_gap(writer, cut.last_step, step, err)) && write_resume(writer, run, step, err);
    return checked(writer, ok);
}

bool history_has_epoch(const HistoryWriter *writer, long epoch) {
    return writer->found.last_epoch >= epoch;
}

bool history_step(HistoryWriter *writer, const HistoryStep *step, Error *err) {
    if (!is_kept(step->step, writer->steps)) return true;
    JsonWriter json = begin_line("step");
    json_write_key_int(&json, "step", step->step);
    json_write_key_int(&json, "network", step->network);
    json_write_key_float(&json, "loss", step->loss);
    json_write_key_float(&json, "error", step->error);
    json_write_key_float(&json, "rate", step->rate);
    return end_line(writer, &json, err);
}

bool history_epoch(HistoryWriter *writer, const HistoryEpoch *epoch, Error *err) {
    JsonWriter json = begin_line("epoch");
    json_write_key_int(&json, "epoch", epoch->epoch);
    json_write_key_int(&json, "step", epoch->step);
    json_write_key_int(&json, "network", epoch->network);
    json_write_key_float(&json, "train_loss", epoch->train_loss);
    json_write_key_float(&json, "train_error", epoch->train_error);
    json_write_key_float(&json, "train_error_pass", epoch->train_error_pass);
    json_write_key_float(&json, "test_loss", epoch->test_loss);
    json_write_key_float(&json, "test_error", epoch->test_error);
    json_write_key_float(&json, "seconds", epoch->seconds);
    return end_line(writer, &json, err);
}

bool history_blocks(HistoryWriter *writer, const HistoryBlocks *blocks, Error *err) {
    JsonWriter json = begin_line("blocks");
    json_write_key_int(&json, "epoch", blocks->epoch);
    json_write_key_int(&json, "step", blocks->step);
    json_write_key_int(&json, "network", blocks->network);
    json_write_key_string(&json, "bn", blocks->batch_statistics ? "train" : "eval");
    for (int f = 0; f < BLOCK_FIGURES; f++) {
        json_write_key(&json, block_figure_name(f));
        json_write_array_begin(&json);
        for (int b = 0; b < blocks->block_count; b++)
            json_write_float(&json, blocks->figures[f * blocks->block_count + b]);
        json_write_array_end(&json);
    }
    return end_line(writer, &json, err);
}

bool history_sync(HistoryWriter *writer, Error *err) {
    return fsync(writer->fd) == 0 || errno == EINVAL || refuse(writer, errno, err);
}
