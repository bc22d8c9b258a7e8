/* Checkpoints: a safetensors file with the weights under their usual names and the velocity under
 * "velocity.NAME", so that common tools can look into it. As a model file it is refused: it is not finished.
 *
 * Two checksums: "crc32" of the data, as every weights file of ours has it, and "notes_crc32" of the metadata
 * that a run goes on from. Names, shapes and places of the tensors are compared with the network's. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "core/format/safetensors.h"
#include "core/train/state.h"

static const char VELOCITY[] = "velocity.", PREVIOUS[] = ".prev";

enum { NOTES_MAX = TRAIN_IDENTITY_MAX + 3 };

typedef struct CheckpointNames {
    SafetensorsEntry *entries;
    char (*names)[PARAM_NAME_MAX + sizeof VELOCITY];
} CheckpointNames;

/* Entry p is parameter p, entry param_count + p its velocity. */
static void fill_entry(void *context, int entry, float *out) {
    const Trainer *trainer = context;
    const Network *network = trainer->model->network;
    const Param *param = &network->params[entry % network->param_count];
    const real *values = entry < network->param_count ? network_const_values(network, param)
                                                      : trainer->velocity + param->offset;
    param_to_file(out, values, param);
}

static bool make_entries(const Network *network, CheckpointNames *table) {
    size_t count = 2 * (size_t)network->param_count;
    table->entries = calloc(count, sizeof *table->entries);
    table->names = calloc(count, sizeof *table->names);
    if (!table->entries || !table->names) return false;
    for (size_t e = 0; e < count; e++) {
        const Param *param = &network->params[e % (size_t)network->param_count];
        snprintf(table->names[e], sizeof table->names[e], "%s%s", e < count / 2 ? "" : VELOCITY, param->name);
        table->entries[e] =
            (SafetensorsEntry){.name = table->names[e], .rank = param->rank, .dims = param->dims};
    }
    return true;
}

void train_identify(const Trainer *trainer, TrainIdentity *identity) {
    const Network *network = trainer->model->network;
    train_describe(&trainer->config, identity->recipe, sizeof identity->recipe);
    snprintf(identity->images, sizeof identity->images, "%d", dataset_count(trainer->dataset));
    const SafetensorsPair pairs[TRAIN_IDENTITY_MAX] = {
        {"arch", network->arch},
        {"shortcut", model_shortcut_name(trainer->model)},
        {"recipe", identity->recipe},
        {"dataset", dataset_kind_name(dataset_kind(trainer->dataset))},
        {"train_images", identity->images},
        {"init", trainer->config.init},
    };
    memcpy(identity->pairs, pairs, sizeof pairs);
    identity->count = trainer->config.init ? TRAIN_IDENTITY_MAX : TRAIN_IDENTITY_MAX - 1;
}

bool train_check_identity(const Trainer *trainer, const Safetensors *file, const char *whose, Error *err) {
    TrainIdentity identity;
    train_identify(trainer, &identity);
    for (int k = 0; k < identity.count; k++) {
        const char *key = identity.pairs[k].key, *found = safetensors_value(file, key);
        bool needed = strcmp(key, "arch") == 0 || strcmp(key, "recipe") == 0;
        if (found ? strcmp(found, identity.pairs[k].value) == 0 : !needed) continue;
        return error_set(err, ERROR_FILE, "%s: %s %s is \"%s\", this run's is \"%s\"",
                         safetensors_label(file), whose, key, found ? found : "missing",
                         identity.pairs[k].value);
    }
    return true;
}

/* Of keys and values in the order of `keys`, each with the NUL at its end. */
static unsigned long notes_crc(const SafetensorsPair *pairs, int count) {
    uLong crc = crc32(0, NULL, 0);
    for (int k = 0; k < count; k++) {
        crc = crc32_z(crc, (const Bytef *)pairs[k].key, strlen(pairs[k].key) + 1);
        crc = crc32_z(crc, (const Bytef *)pairs[k].value, strlen(pairs[k].value) + 1);
    }
    return crc;
}

void train_previous_path(const char *path, char *out, size_t out_size) {
    char *resolved = realpath(path, NULL);
    snprintf(out, out_size, "%s%s", resolved ? resolved : path, PREVIOUS);
    free(resolved);
}

void train_remove_checkpoint(const char *path) {
    char previous[PATH_MAX + sizeof PREVIOUS];
    train_previous_path(path, previous, sizeof previous);
    unlink(path);
    unlink(previous);
}

/* What an earlier training left there must not pass for the one before this checkpoint. */
static void take_place(Trainer *trainer, const char *path) {
    char previous[PATH_MAX + sizeof PREVIOUS];
    train_previous_path(path, previous, sizeof previous);
    if (trainer->foothold == FOOTHOLD_NONE) unlink(previous);
    trainer->foothold = FOOTHOLD_LAST;
}

static bool save_entries(Trainer *trainer, const char *path, const SafetensorsPair *pairs, int count,
                         Error *err) {
    const Network *network = trainer->model->network;
    CheckpointNames table = {0};
    bool ok = make_entries(network, &table);
    if (ok) {
        SafetensorsContent content = {.entries = table.entries,
                                      .entry_count = 2 * network->param_count,
                                      .pairs = pairs,
                                      .pair_count = count,
                                      .fill = fill_entry,
                                      .context = trainer,
                                      .keep_suffix = trainer->foothold == FOOTHOLD_LAST ? PREVIOUS : NULL};
        ok = safetensors_save(path, &content, err);
    } else {
        error_set(err, ERROR_FAILED, "%s: not enough memory for the checkpoint", path);
    }
    free(table.entries);
    free(table.names);
    return ok;
}

bool train_save_checkpoint(Trainer *trainer, const char *path, Error *err) {
    TrainIdentity identity;
    SafetensorsPair pairs[NOTES_MAX];
    char step[32], crc[16];
    train_identify(trainer, &identity);
    int count = identity.count;
    memcpy(pairs, identity.pairs, sizeof identity.pairs);
    snprintf(step, sizeof step, "%ld", trainer->step);
    pairs[count++] = (SafetensorsPair){"checkpoint_step", step};
    if (trainer->config.replaces) pairs[count++] = (SafetensorsPair){"replaces", "yes"};
    snprintf(crc, sizeof crc, "%08lx", notes_crc(pairs, count));
    pairs[count++] = (SafetensorsPair){"notes_crc32", crc};
    if (!save_entries(trainer, path, pairs, count, err)) return false;
    take_place(trainer, path);
    return true;
}

/* A checkpoint of an earlier version has no checksum of its metadata. */
static bool check_notes(const Safetensors *file, Error *err) {
    static const char *const keys[] = {"arch",         "shortcut", "recipe",          "dataset",
                                       "train_images", "init",     "checkpoint_step", "replaces"};
    const char *expected = safetensors_value(file, "notes_crc32");
    SafetensorsPair pairs[sizeof keys / sizeof *keys];
    int count = 0;
    char found[16];
    if (!expected) return true;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *value = safetensors_value(file, keys[k]);
        if (value) pairs[count++] = (SafetensorsPair){keys[k], value};
    }
    snprintf(found, sizeof found, "%08lx", notes_crc(pairs, count));
    if (strcmp(found, expected) == 0 && safetensors_value(file, "crc32")) return true;
    return error_set(err, ERROR_FILE,
                     "%s: is damaged: the checksum of its metadata is %s, the file (notes_crc32) says %s",
                     safetensors_label(file), found, expected);
}

static bool read_entry(const Safetensors *file, const char *name, const Param *param, real *values,
                       Error *err) {
    const SafetensorsTensor *tensor = safetensors_find(file, name);
    if (!tensor || tensor->count != param->count)
        return error_set(err, ERROR_FILE, "%s: %s is missing or has the wrong size", safetensors_label(file),
                         name);
    float *numbers = malloc(param->count * sizeof *numbers);
    bool ok = numbers && safetensors_read(file, tensor, numbers, err);
    if (ok) param_from_file(values, numbers, param);
    free(numbers);
    return ok;
}

static bool read_all(Trainer *trainer, const Safetensors *file, Error *err) {
    Network *network = trainer->model->network;
    bool ok = true;
    network_touch(network);
    for (int p = 0; p < network->param_count && ok; p++) {
        const Param *param = &network->params[p];
        char name[PARAM_NAME_MAX + sizeof VELOCITY];
        snprintf(name, sizeof name, "%s%s", VELOCITY, param->name);
        ok = read_entry(file, param->name, param, network_values(network, param), err) &&
             read_entry(file, name, param, trainer->velocity + param->offset, err);
    }
    return ok;
}

/* A whole number of steps from 0 to the last one. */
static bool read_step(const Trainer *trainer, const Safetensors *file, long *step, Error *err) {
    const char *text = safetensors_value(file, "checkpoint_step");
    long last = train_status(trainer).steps;
    char *end = NULL;
    if (!text)
        return error_set(err, ERROR_FILE, "%s: expected a training checkpoint, found a plain weights file",
                         safetensors_label(file));
    errno = 0;
    *step = strtol(text, &end, 10);
    if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *step <= last) return true;
    return error_set(err, ERROR_FILE, "%s: its checkpoint_step is \"%.40s\", expected a number from 0 to %ld",
                     safetensors_label(file), text, last);
}

typedef enum LoadResult {
    LOAD_DONE,
    LOAD_OTHER,  /* a whole file, but not one to go on from: of another training, or no checkpoint */
    LOAD_BROKEN, /* not there, not readable, or damaged */
} LoadResult;

static LoadResult load_checkpoint(Trainer *trainer, const char *path, Error *err) {
    LoadResult result = LOAD_BROKEN;
    long step = 0;
    Safetensors *file = safetensors_open_file(path, err);
    if (file && check_notes(file, err) && safetensors_check_data(file, err)) {
        bool ours = train_check_identity(trainer, file, "the checkpoint's", err) &&
                    read_step(trainer, file, &step, err);
        result = !ours ? LOAD_OTHER : read_all(trainer, file, err) ? LOAD_DONE : LOAD_BROKEN;
    }
    if (result == LOAD_DONE) {
        trainer->step = step;
        trainer->config.replaces |= safetensors_value(file, "replaces") != NULL;
        trainer->epoch = -1;
    }
    safetensors_close(file);
    return result;
}

bool train_resume(Trainer *trainer, const char *path, Error *notice, Error *err) {
    char previous[PATH_MAX + sizeof PREVIOUS];
    Error first = {0}, second = {0};
    *notice = (Error){0};
    LoadResult result = load_checkpoint(trainer, path, &first);
    trainer->foothold = FOOTHOLD_LAST;
    if (result == LOAD_DONE) return true;
    if (result == LOAD_OTHER) return error_set(err, first.kind, "%s", first.text);
    train_previous_path(path, previous, sizeof previous);
    trainer->foothold = FOOTHOLD_PREVIOUS;
    if (load_checkpoint(trainer, previous, &second) != LOAD_DONE)
        return error_set(err, first.kind, "%s; nor can the one before it be used: %s", first.text,
                         second.text);
    error_set(notice, first.kind, "%s; going on from the checkpoint before it, %s, after step %ld",
              first.text, previous, trainer->step);
    return true;
}
