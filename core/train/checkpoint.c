/* Checkpoints: a safetensors file with the weights under their usual names and what the optimiser keeps under
 * "velocity.NAME" and the like, so that common tools can look into it.
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

static const char PREVIOUS[] = ".prev";

enum { PAIRS_MAX = TRAIN_IDENTITY_MAX + 6 };

static const char MAKERS[] = "made_by";
static const char NOTES[] = "notes"; /* the learners' in one text: "KEY=TEXT;KEY=TEXT;" */

/* "plain20/velocity.layer1.0.conv1.weight" */
enum { FRONT_MAX = TRAIN_NAME_MAX + 1, ENTRY_NAME_MAX = FRONT_MAX + TRAIN_PREFIX_MAX + PARAM_NAME_MAX };

/* Whose values a tensor of the file holds. */
typedef struct Place {
    const Param *param;
    real *values; /* of the parameter, in memory order */
    char name[ENTRY_NAME_MAX];
} Place;

typedef struct Table {
    Place *places;
    int count;
} Table;

/* What begins the names of a network's tensors: nothing where it is alone, else "ARCH/" or "ARCH#2/". */
static void tell_front(const Trainer *trainer, int network, char front[FRONT_MAX]) {
    char name[TRAIN_NAME_MAX];
    train_network_name(trainer, network, name);
    *front = '\0';
    if (trainer->learner_count > 1) snprintf(front, FRONT_MAX, "%s/", name);
}

/* All values of the layout of network_all_values at `values`. */
static void add_places(Table *table, const Network *network, const char *front, real *values) {
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        Place *place = &table->places[table->count++];
        *place = (Place){.param = param, .values = values + param->offset};
        snprintf(place->name, sizeof place->name, "%s%s", front, param->name);
    }
}

/* The values of each network, and after them its slots. False when memory is short. */
static bool make_table(Table *table, const Trainer *trainer) {
    size_t count = 0;
    for (int k = 0; k < trainer->learner_count; k++) {
        const Learner *learner = &trainer->learners[k];
        count += (size_t)learner->model->network->param_count * (size_t)(1 + learner->slot_count);
    }
    *table = (Table){.places = calloc(count, sizeof *table->places)};
    if (!table->places) return false;
    for (int k = 0; k < trainer->learner_count; k++) {
        const Learner *learner = &trainer->learners[k];
        Network *network = learner->model->network;
        char front[FRONT_MAX], whole[FRONT_MAX + TRAIN_PREFIX_MAX];
        tell_front(trainer, k, front);
        add_places(table, network, front, network_all_values(network));
        for (int s = 0; s < learner->slot_count; s++) {
            snprintf(whole, sizeof whole, "%s%s.", front, learner->slots[s].prefix);
            add_places(table, network, whole, learner->slots[s].values);
        }
    }
    return true;
}

static void fill_entry(void *context, int entry, float *out) {
    const Place *place = &((const Table *)context)->places[entry];
    param_to_file(out, place->values, place->param);
}

enum { NOTES_TEXT_MAX = TRAIN_NETWORKS_MAX * TRAIN_NOTES_MAX * (FRONT_MAX + 2 * TRAIN_NOTE_MAX + 2) };

static const char LOSS_SUM[] = "epoch_loss", RIGHT_SUM[] = "epoch_right";

/* Sums over an epoch go on where they were. */
static void note_sums(Trainer *trainer) {
    for (int k = 0; k < trainer->learner_count; k++) {
        Learner *learner = &trainer->learners[k];
        char text[TRAIN_NOTE_MAX];
        snprintf(text, sizeof text, "%.17g", learner->loss_sum);
        learner_note(learner, LOSS_SUM, text);
        snprintf(text, sizeof text, "%ld", learner->right_sum);
        learner_note(learner, RIGHT_SUM, text);
    }
}

/* After read_notes. A checkpoint of an earlier version has none: the sums then begin at nothing. */
static void recall_sums(Trainer *trainer) {
    long steps = batches_per_epoch(trainer->batches);
    bool known = trainer->step > 0;
    for (int k = 0; k < trainer->learner_count; k++) {
        Learner *learner = &trainer->learners[k];
        const char *loss = learner_noted(learner, LOSS_SUM), *right = learner_noted(learner, RIGHT_SUM);
        known = known && loss && right;
        learner->loss_sum = known ? strtod(loss, NULL) : 0;
        learner->right_sum = known ? strtol(right, NULL, 10) : 0;
    }
    trainer->epoch = known ? (trainer->step - 1) / steps : -1;
    trainer->seen = known ? (trainer->step - trainer->epoch * steps) * trainer->config.batch : 0;
}

static void write_notes(const Trainer *trainer, char out[NOTES_TEXT_MAX]) {
    size_t length = 0;
    *out = '\0';
    for (int k = 0; k < trainer->learner_count; k++) {
        const Learner *learner = &trainer->learners[k];
        char front[FRONT_MAX];
        tell_front(trainer, k, front);
        for (int n = 0; n < learner->note_count; n++)
            length += (size_t)snprintf(out + length, NOTES_TEXT_MAX - length, "%s%s=%s;", front,
                                       learner->notes[n].key, learner->notes[n].text);
    }
}

/* Of this learner; those of others, which begin with another front, are left out. */
static bool read_notes_of(Learner *learner, const char *front, const char *text) {
    learner->note_count = 0;
    for (const char *at = text; *at; at += strcspn(at, ";") + 1) {
        char key[TRAIN_NOTE_MAX], value[TRAIN_NOTE_MAX];
        size_t length = strcspn(at, ";"), key_length = strcspn(at, "=");
        if (at[length] == '\0' || key_length >= length) return false;
        if (strncmp(at, front, strlen(front)) != 0) continue;
        size_t skip = strlen(front), value_length = length - key_length - 1;
        if (key_length - skip >= sizeof key || value_length >= sizeof value) return false;
        if (learner->note_count == TRAIN_NOTES_MAX) return false;
        snprintf(key, sizeof key, "%.*s", (int)(key_length - skip), at + skip);
        snprintf(value, sizeof value, "%.*s", (int)value_length, at + key_length + 1);
        learner_note(learner, key, value);
    }
    return true;
}

/* A checkpoint of an earlier version has none. */
static bool read_notes(Trainer *trainer, const Safetensors *file, Error *err) {
    const char *text = safetensors_value(file, NOTES);
    for (int k = 0; k < trainer->learner_count; k++) {
        char front[FRONT_MAX];
        tell_front(trainer, k, front);
        if (read_notes_of(&trainer->learners[k], front, text ? text : "")) continue;
        return error_set(err, ERROR_FILE, "%s: its notes are \"%.80s\", expected KEY=TEXT; and so on",
                         safetensors_label(file), text);
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

static bool save_table(Trainer *trainer, const Table *table, const char *path, SafetensorsContent content,
                       Error *err) {
    SafetensorsEntry *entries = calloc((size_t)table->count, sizeof *entries);
    if (!entries) return error_set(err, ERROR_FAILED, "%s: not enough memory for the checkpoint", path);
    for (int e = 0; e < table->count; e++) {
        const Place *place = &table->places[e];
        entries[e] =
            (SafetensorsEntry){.name = place->name, .rank = place->param->rank, .dims = place->param->dims};
    }
    content.entries = entries;
    content.entry_count = table->count;
    content.fill = fill_entry;
    content.context = (void *)table;
    content.keep_suffix = trainer->foothold == FOOTHOLD_LAST ? PREVIOUS : NULL;
    bool ok = safetensors_save(path, &content, err);
    free(entries);
    return ok;
}

/* With the pairs goes what a file of weights says, so that one of the networks can be looked at. */
static bool save_entries(Trainer *trainer, const char *path, const SafetensorsPair *pairs, int count,
                         Error *err) {
    Table table = {0};
    ModelNotes notes;
    bool ok = model_notes(&notes, trainer->learners[0].model, pairs, count) && make_table(&table, trainer);
    SafetensorsContent content = {.pairs = notes.pairs, .pair_count = notes.count};
    ok = ok ? save_table(trainer, &table, path, content, err)
            : error_set(err, ERROR_FAILED, "%s: not enough memory for the checkpoint", path);
    model_notes_free(&notes);
    free(table.places);
    return ok;
}

static void list_names(const Trainer *trainer, char out[TRAIN_NETWORKS_MAX * TRAIN_NAME_MAX]) {
    size_t used = 0;
    for (int k = 0; k < trainer->learner_count; k++) {
        char name[TRAIN_NAME_MAX];
        train_network_name(trainer, k, name);
        used += (size_t)snprintf(out + used, TRAIN_NETWORKS_MAX * TRAIN_NAME_MAX - used, "%s%s",
                                 k > 0 ? "," : "", name);
    }
}

bool train_save_checkpoint(Trainer *trainer, const char *path, Error *err) {
    TrainIdentity identity;
    SafetensorsPair pairs[PAIRS_MAX];
    char step[32], crc[16], notes[NOTES_TEXT_MAX], names[TRAIN_NETWORKS_MAX * TRAIN_NAME_MAX];
    train_identify(trainer, TRAIN_ALL, &identity);
    int count = identity.count;
    memcpy(pairs, identity.pairs, sizeof identity.pairs);
    snprintf(step, sizeof step, "%ld", trainer->step);
    pairs[count++] = (SafetensorsPair){"checkpoint_step", step};
    if (trainer->config.replaces) pairs[count++] = (SafetensorsPair){"replaces", "yes"};
    note_sums(trainer);
    write_notes(trainer, notes);
    if (*notes) pairs[count++] = (SafetensorsPair){NOTES, notes};
    snprintf(crc, sizeof crc, "%08lx", notes_crc(pairs, count));
    pairs[count++] = (SafetensorsPair){"notes_crc32", crc};
    /* No later step hangs on what follows. */
    pairs[count++] = (SafetensorsPair){MAKERS, trainer->makers};
    list_names(trainer, names);
    if (trainer->learner_count > 1) pairs[count++] = (SafetensorsPair){"networks", names};
    if (!save_entries(trainer, path, pairs, count, err)) return false;
    take_place(trainer, path);
    return true;
}

/* A checkpoint of an earlier version has no checksum of its metadata. */
static bool check_notes(const Safetensors *file, Error *err) {
    static const char *const keys[] = {"arch", "shortcut",        "recipe",   "dataset", "train_images",
                                       "init", "checkpoint_step", "replaces", NOTES};
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

static bool read_place(const Safetensors *file, const Place *place, Error *err) {
    const SafetensorsTensor *tensor = safetensors_find(file, place->name);
    if (!tensor || tensor->count != place->param->count)
        return error_set(err, ERROR_FILE, "%s: %s is missing or has the wrong size", safetensors_label(file),
                         place->name);
    float *numbers = malloc(place->param->count * sizeof *numbers);
    bool ok = numbers ? safetensors_read(file, tensor, numbers, err)
                      : error_set(err, ERROR_FAILED, "%s: not enough memory", safetensors_label(file));
    if (ok) param_from_file(place->values, numbers, place->param);
    free(numbers);
    return ok;
}

static bool read_all(Trainer *trainer, const Safetensors *file, Error *err) {
    Table table;
    if (!make_table(&table, trainer))
        return error_set(err, ERROR_FAILED, "%s: not enough memory", safetensors_label(file));
    bool ok = true;
    for (int e = 0; e < table.count && ok; e++) ok = read_place(file, &table.places[e], err);
    free(table.places);
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

/* Those before this run, and then its own. */
static void take_makers(Trainer *trainer, const Safetensors *file) {
    const char *earlier = safetensors_value(file, MAKERS);
    snprintf(trainer->makers, sizeof trainer->makers, "%s", earlier ? earlier : "");
    if (trainer->config.maker) train_add_maker(trainer, trainer->config.maker);
}

static LoadResult load_checkpoint(Trainer *trainer, const char *path, Error *err) {
    LoadResult result = LOAD_BROKEN;
    TrainIdentity identity;
    long step = 0;
    train_identify(trainer, TRAIN_ALL, &identity);
    Safetensors *file = safetensors_open_file(path, err);
    if (file && check_notes(file, err) && safetensors_check_data(file, err)) {
        bool ours = train_check_identity(&identity, file, "the checkpoint's", err) &&
                    read_step(trainer, file, &step, err);
        result = !ours                                                            ? LOAD_OTHER
                 : read_all(trainer, file, err) && read_notes(trainer, file, err) ? LOAD_DONE
                                                                                  : LOAD_BROKEN;
    }
    if (result == LOAD_DONE) {
        trainer->step = step;
        trainer->config.replaces |= safetensors_value(file, "replaces") != NULL;
        recall_sums(trainer);
        take_makers(trainer, file);
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
