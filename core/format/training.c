/* Checkpoints of a training of this program, see core/train/checkpoint: of several networks the tensors are called
 * "ARCH/NAME", and what the optimiser keeps is called "velocity.NAME" beside "NAME". One network's own tensors are
 * taken, by their names, with the metadata of that network. */
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/format/tensors_inside.h"

/* A training has fewer networks than that, and an optimiser keeps fewer things. */
enum { NETWORKS_MAX = 16, KEPT_MAX = 16 };

static bool no_memory(const Tensors *tensors, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory", tensors->label);
}

/* The number-th word of "a,b,c"; its length, 0 where there is none. */
static size_t find_word(const char *list, int number, const char **word) {
    *word = list;
    for (int k = 0; k < number && **word; k++) *word += strcspn(*word, ",") + (strchr(*word, ',') ? 1 : 0);
    return strcspn(*word, ",");
}

/* "resnet56", or "resnet56#2" of the second one of that name. */
static bool name_network(const char *archs, int number, char out[TENSORS_KEY_MAX]) {
    const char *word, *other;
    size_t length = find_word(archs, number, &word);
    int same = 1;
    if (length == 0 || length + 8 > TENSORS_KEY_MAX) return false;
    for (int k = 0; k < number; k++)
        same += find_word(archs, k, &other) == length && strncmp(other, word, length) == 0;
    if (same > 1)
        snprintf(out, TENSORS_KEY_MAX, "%.*s#%d", (int)length, word, same);
    else
        snprintf(out, TENSORS_KEY_MAX, "%.*s", (int)length, word);
    return true;
}

/* Without the front; NULL where it has another one. */
static const char *strip_front(const char *name, const char *front) {
    size_t length = strlen(front);
    return strncmp(name, front, length) == 0 ? name + length : NULL;
}

/* What lies beside another tensor: "velocity.NAME" beside "NAME". */
static bool is_kept_beside(const Tensors *tensors, const char *front, const char *name) {
    char beside[512];
    const char *dot = strchr(name, '.');
    if (!dot) return false;
    int length = snprintf(beside, sizeof beside, "%s%s", front, dot + 1);
    return length > 0 && (size_t)length < sizeof beside && tensors_find(tensors, beside);
}

/* "velocity (65 tensors), ema (65 tensors)" */
static void tell_kept(Tensors *tensors, const char *front) {
    char text[TENSORS_LEFT_OUT_MAX] = "";
    const char *words[KEPT_MAX];
    int lengths[KEPT_MAX], counts[KEPT_MAX] = {0}, words_found = 0;
    for (int k = 0; k < tensors->count; k++) {
        const char *name = strip_front(tensors->tensors[k].stored.name, front);
        if (!name || !is_kept_beside(tensors, front, name)) continue;
        int length = (int)strcspn(name, "."), w = 0;
        while (w < words_found && (lengths[w] != length || strncmp(words[w], name, (size_t)length) != 0)) w++;
        if (w == KEPT_MAX) continue;
        if (w == words_found) {
            words[words_found++] = name;
            lengths[w] = length;
        }
        counts[w]++;
    }
    for (int w = 0; w < words_found; w++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.*s (%d %s)", w > 0 ? ", " : "", lengths[w], words[w],
                 counts[w], counts[w] == 1 ? "tensor" : "tensors");
    }
    char *copy = arena_alloc(tensors->arena, strlen(text) + 1, 1);
    if (copy) tensors->left_out = strcpy(copy, text);
}

/* One for each network, in the training's order, the chosen one first. */
static bool set_groups(Tensors *tensors, const char *archs, int count, int chosen, Error *err) {
    TensorsGroup *groups = arena_alloc(tensors->arena, (size_t)count, sizeof *groups);
    char key[TENSORS_KEY_MAX], front[TENSORS_KEY_MAX + 1];
    if (!groups) return no_memory(tensors, err);
    for (int k = 0; k < count; k++) {
        TensorsGroup *group = &groups[k == chosen ? 0 : k < chosen ? k + 1 : k];
        name_network(archs, k, key);
        snprintf(front, sizeof front, "%s%s", count > 1 ? key : "", count > 1 ? "/" : "");
        char *copy = arena_alloc(tensors->arena, strlen(key) + 1, 1);
        if (!copy) return no_memory(tensors, err);
        *group = (TensorsGroup){.key = strcpy(copy, key)};
        for (int t = 0; t < tensors->count; t++) {
            const StoredTensor *stored = &tensors->tensors[t].stored;
            const char *name = strip_front(stored->name, front);
            if (!name || is_kept_beside(tensors, front, name)) continue;
            group->tensor_count++;
            if (element_is_readable(stored->type)) group->value_count += stored->count;
        }
    }
    tensors->groups = groups;
    tensors->group_count = count;
    return true;
}

/* Names stay in their order: the front is the same for all. */
static bool keep_network(Tensors *tensors, const char *front, Error *err) {
    PlacedTensor *kept = arena_alloc(tensors->arena, (size_t)tensors->count + 1, sizeof *kept);
    int count = 0;
    if (!kept) return no_memory(tensors, err);
    tell_kept(tensors, front);
    for (int k = 0; k < tensors->count; k++) {
        const char *name = strip_front(tensors->tensors[k].stored.name, front);
        if (!name || is_kept_beside(tensors, front, name)) continue;
        kept[count] = tensors->tensors[k];
        kept[count++].stored.name = name;
    }
    tensors->tensors = kept;
    tensors->count = count;
    return true;
}

/* Where a text is a list with one word a network, that network's. */
static bool keep_pairs(Tensors *tensors, int chosen, Error *err) {
    static const char *const lists[] = {"arch", "shortcut"};
    int count = safetensors_pair_count(tensors->safetensors);
    SafetensorsPair *pairs = arena_alloc(tensors->arena, (size_t)count + 1, sizeof *pairs);
    if (!pairs) return no_memory(tensors, err);
    for (int k = 0; k < count; k++) {
        pairs[k] = safetensors_pair(tensors->safetensors, k);
        for (size_t j = 0; j < sizeof lists / sizeof *lists; j++) {
            const char *word;
            if (strcmp(pairs[k].key, lists[j]) != 0) continue;
            size_t length = find_word(pairs[k].value, chosen, &word);
            char *copy = arena_alloc(tensors->arena, length + 1, 1);
            if (!copy) return no_memory(tensors, err);
            memcpy(copy, word, length);
            copy[length] = '\0';
            pairs[k].value = copy;
        }
    }
    tensors->pairs = pairs;
    return true;
}

/* Says which keys there are. */
static bool refuse_key(const Tensors *tensors, const char *archs, const char *key, Error *err) {
    char keys[256] = "", name[TENSORS_KEY_MAX];
    for (int k = 0; name_network(archs, k, name); k++)
        utf8_append(keys, sizeof keys, "%s%s", k > 0 ? ", " : "", name);
    return error_set(err, ERROR_FILE, "%s: is a checkpoint of %s, and has no '%.*s'", tensors->label, keys,
                     utf8_first(key, 60), key);
}

bool tensors_keep_of_training(Tensors *tensors, const char *key, Error *err) {
    const char *archs = safetensors_value(tensors->safetensors, "arch");
    char name[TENSORS_KEY_MAX], front[TENSORS_KEY_MAX + 1] = "";
    int count = 0, chosen = -1;
    while (archs && count < NETWORKS_MAX && name_network(archs, count, name)) {
        if (key && chosen < 0 && strcmp(name, key) == 0) chosen = count;
        count++;
    }
    if (count == 0)
        return error_set(err, ERROR_FILE,
                         "%s: is a checkpoint of a training that does not say of which network",
                         tensors->label);
    if (key && chosen < 0) return refuse_key(tensors, archs, key, err);
    if (chosen < 0) chosen = 0;
    name_network(archs, chosen, name);
    if (count > 1) snprintf(front, sizeof front, "%s/", name);
    return set_groups(tensors, archs, count, chosen, err) && keep_pairs(tensors, chosen, err) &&
           keep_network(tensors, front, err);
}
