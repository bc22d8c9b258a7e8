/* Checkpoints: a safetensors file with the weights under their usual names and the velocity under
 * "velocity.NAME", so that common tools can look into it. As a model file it is refused: it is not finished.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/safetensors.h"
#include "core/train_state.h"

static const char VELOCITY[] = "velocity.";

typedef struct CheckpointNames {
    SafetensorsEntry *entries;
    char (*names)[PARAM_NAME_MAX + sizeof VELOCITY];
} CheckpointNames;

/* Entry p is parameter p, entry param_count + p its velocity. */
static void fill_entry(void *context, int entry, float *out) {
    const Trainer *trainer = context;
    const Network *network = trainer->model->network;
    const Param *param = &network->params[entry % network->param_count];
    const real *values = entry < network->param_count ? network->values : trainer->velocity;
    param_to_file(out, values + param->offset, param);
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

bool train_save_checkpoint(const Trainer *trainer, const char *path, Error *err) {
    const Network *network = trainer->model->network;
    char step[32], recipe[256];
    snprintf(step, sizeof step, "%ld", trainer->step);
    train_describe(&trainer->config, recipe, sizeof recipe);
    SafetensorsPair pairs[] = {{"arch", network->arch}, {"checkpoint_step", step}, {"recipe", recipe}};
    CheckpointNames table = {0};
    bool ok = make_entries(network, &table);
    if (ok) {
        SafetensorsContent content = {.entries = table.entries,
                                      .entry_count = 2 * network->param_count,
                                      .pairs = pairs,
                                      .pair_count = 3,
                                      .fill = fill_entry,
                                      .context = (void *)(uintptr_t)trainer};
        ok = safetensors_save(path, &content, err);
    } else {
        error_set(err, ERROR_FAILED, "%s: not enough memory for the checkpoint", path);
    }
    free(table.entries);
    free(table.names);
    return ok;
}

static bool check_value(const Safetensors *file, const char *key, const char *expected, Error *err) {
    const char *found = safetensors_value(file, key);
    if (found && strcmp(found, expected) == 0) return true;
    return error_set(err, ERROR_FILE, "%s: the checkpoint's %s is \"%s\", this run's is \"%s\"",
                     safetensors_label(file), key, found ? found : "missing", expected);
}

static bool read_entry(const Safetensors *file, const char *name, const Param *param, real *values,
                       Error *err) {
    const SafetensorsTensor *tensor = safetensors_find(file, name);
    if (!tensor || tensor->count != param->count)
        return error_set(err, ERROR_FILE, "%s: %s is missing or has the wrong size", safetensors_label(file),
                         name);
    float *numbers = malloc(param->count * sizeof *numbers);
    bool ok = numbers && safetensors_read(file, tensor, numbers, err);
    if (ok) param_from_file(values + param->offset, numbers, param);
    free(numbers);
    return ok;
}

static bool read_all(Trainer *trainer, const Safetensors *file, Error *err) {
    Network *network = trainer->model->network;
    bool ok = true;
    for (int p = 0; p < network->param_count && ok; p++) {
        const Param *param = &network->params[p];
        char name[PARAM_NAME_MAX + sizeof VELOCITY];
        snprintf(name, sizeof name, "%s%s", VELOCITY, param->name);
        ok = read_entry(file, param->name, param, network->values, err) &&
             read_entry(file, name, param, trainer->velocity, err);
    }
    return ok;
}

bool train_load_checkpoint(Trainer *trainer, const char *path, Error *err) {
    Safetensors *file = safetensors_open_file(path, err);
    if (!file) return false;
    char recipe[256];
    train_describe(&trainer->config, recipe, sizeof recipe);
    bool ok = check_value(file, "arch", trainer->model->network->arch, err) &&
              check_value(file, "recipe", recipe, err);
    const char *step = safetensors_value(file, "checkpoint_step");
    if (ok && !step)
        ok = error_set(err, ERROR_FILE, "%s: expected a training checkpoint, found a plain weights file",
                       path);
    ok = ok && read_all(trainer, file, err);
    if (ok) trainer->step = strtol(step, NULL, 10);
    safetensors_close(file);
    return ok;
}
