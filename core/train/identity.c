/* Which training a file is of. */
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/train/state.h"

/* "resnet56,plain56" */
static void add_word(char *list, size_t size, const char *word) {
    size_t length = strlen(list);
    snprintf(list + length, size - length, "%s%s", length ? "," : "", word);
}

static void list_networks(const Trainer *trainer, int network, TrainIdentity *identity) {
    identity->arch[0] = identity->shortcut[0] = '\0';
    for (int k = 0; k < trainer->learner_count; k++) {
        const Model *model = trainer->learners[k].model;
        if (network != TRAIN_ALL && network != k) continue;
        add_word(identity->arch, sizeof identity->arch, model->network->arch);
        add_word(identity->shortcut, sizeof identity->shortcut, model_shortcut_name(model));
    }
}

void train_identify(const Trainer *trainer, int network, TrainIdentity *identity) {
    list_networks(trainer, network, identity);
    train_describe(&trainer->config, identity->recipe, sizeof identity->recipe);
    snprintf(identity->images, sizeof identity->images, "%d", dataset_count(trainer->dataset));
    const SafetensorsPair pairs[TRAIN_IDENTITY_MAX] = {
        {"arch", identity->arch},           {"shortcut", identity->shortcut},
        {"recipe", identity->recipe},       {"dataset", dataset_identity(trainer->dataset)},
        {"train_images", identity->images}, {"init", trainer->config.init},
    };
    memcpy(identity->pairs, pairs, sizeof pairs);
    identity->count = trainer->config.init ? TRAIN_IDENTITY_MAX : TRAIN_IDENTITY_MAX - 1;
}

/* Of two lists with commas, as recipes are: how many bytes of their beginnings are the same, in whole items. */
static size_t shared_front(const char *a, const char *b) {
    size_t front = 0;
    for (size_t k = 0; a[k] && a[k] == b[k]; k++)
        if (k > 0 && a[k - 1] == ',' && a[k] == ' ') front = k + 1;
    return front;
}

/* Of their ends, behind that. */
static size_t shared_tail(const char *a, const char *b, size_t front) {
    size_t a_length = strlen(a), b_length = strlen(b), tail = 0;
    for (size_t k = 1; front + k <= a_length && front + k <= b_length; k++) {
        const char *at = a + a_length - k;
        if (*at != b[b_length - k]) break;
        if (at[0] == ',' && at[1] == ' ') tail = k;
    }
    return tail;
}

/* Of a long recipe only what differs. */
static void cut_shared(char *out, size_t size, const char *text, size_t front, size_t tail) {
    utf8_format(out, size, "%s%.*s%s", front ? "..., " : "", (int)(strlen(text) - front - tail), text + front,
                tail ? ", ..." : "");
}

static bool refuse_pair(const SafetensorsPair *ours, const char *theirs, const Safetensors *file,
                        const char *whose, Error *err) {
    char found[TRAIN_RECIPE_MAX], value[TRAIN_RECIPE_MAX];
    size_t front = shared_front(theirs, ours->value), tail = shared_tail(theirs, ours->value, front);
    cut_shared(found, sizeof found, theirs, front, tail);
    cut_shared(value, sizeof value, ours->value, front, tail);
    return error_set(err, ERROR_FILE, "%s: %s %s is \"%s\", this run's is \"%s\"", safetensors_label(file),
                     whose, ours->key, found, value);
}

bool train_check_identity(const TrainIdentity *identity, const Safetensors *file, const char *whose,
                          Error *err) {
    for (int k = 0; k < identity->count; k++) {
        const char *key = identity->pairs[k].key, *found = safetensors_value(file, key);
        bool needed = strcmp(key, "arch") == 0 || strcmp(key, "recipe") == 0;
        if (found ? strcmp(found, identity->pairs[k].value) == 0 : !needed) continue;
        return refuse_pair(&identity->pairs[k], found ? found : "missing", file, whose, err);
    }
    return true;
}

static bool has_maker(const char *makers, const char *maker) {
    size_t length = strlen(maker);
    for (const char *at = makers; *at; at += strcspn(at, ";"), at += strspn(at, "; "))
        if (strncmp(at, maker, length) == 0 && (at[length] == '\0' || at[length] == ';')) return true;
    return false;
}

void train_add_maker(Trainer *trainer, const char *maker) {
    size_t used = strlen(trainer->makers), needed = strlen(maker) + (used ? 2 : 0);
    if (has_maker(trainer->makers, maker) || used + needed >= sizeof trainer->makers) return;
    utf8_format(trainer->makers + used, sizeof trainer->makers - used, "%s%s", used ? "; " : "", maker);
}

const char *train_makers(const Trainer *trainer) {
    return trainer->makers;
}
