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

bool train_check_identity(const TrainIdentity *identity, const Safetensors *file, const char *whose,
                          Error *err) {
    for (int k = 0; k < identity->count; k++) {
        const char *key = identity->pairs[k].key, *found = safetensors_value(file, key);
        bool needed = strcmp(key, "arch") == 0 || strcmp(key, "recipe") == 0;
        if (found ? strcmp(found, identity->pairs[k].value) == 0 : !needed) continue;
        return error_set(err, ERROR_FILE, "%s: %s %s is \"%s\", this run's is \"%s\"",
                         safetensors_label(file), whose, key, found ? found : "missing",
                         identity->pairs[k].value);
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
