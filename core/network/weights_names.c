/* The names of a whole file held against the table: what stands in front of them, and which is the classifier. */
#include "core/network/weights_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/network/weights_rules.h"

/* One reading of a tensor's name: after `length` letters of a prefix, in a style. */
typedef struct Reading {
    const char *name; /* the module's, whose first letters are the prefix; in the arena of readings */
    size_t length;
    const char *style;
    int votes;
} Reading;

typedef struct Readings {
    Reading *items;
    size_t count, capacity;
    char *texts;
    size_t used, room;
} Readings;

static int compare_readings(const void *a, const void *b) {
    const Reading *x = a, *y = b;
    int order = strcmp(x->style, y->style);
    if (order != 0) return order;
    if (x->length != y->length) return x->length < y->length ? -1 : 1;
    return strncmp(x->name, y->name, x->length);
}

static bool push_reading(Readings *readings, Reading reading) {
    if (readings->count == readings->capacity) {
        size_t wanted = readings->capacity ? 2 * readings->capacity : 1024;
        Reading *larger = realloc(readings->items, wanted * sizeof *larger);
        if (!larger) return false;
        readings->items = larger;
        readings->capacity = wanted;
    }
    readings->items[readings->count++] = reading;
    return true;
}

/* Every place at which a rule reads the rest of the module's name. */
static bool read_module(Readings *readings, const char *module) {
    const char *kept = NULL;
    for (const char *at = module; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL) {
        char meaning[WEIGHTS_MEANING_MAX];
        const WeightsRule *rule = weights_rule_find(NULL, at, meaning);
        if (!rule || at - module >= WEIGHTS_PREFIX_MAX) continue;
        if (!kept) {
            kept = strcpy(readings->texts + readings->used, module);
            readings->used += strlen(module) + 1;
        }
        Reading reading = {.name = kept, .length = (size_t)(at - module), .style = rule->style, .votes = 1};
        if (!push_reading(readings, reading)) return false;
    }
    return true;
}

/* A second copy of the weights, averaged over training or that of a teacher. */
static bool is_average(const Reading *reading) {
    static const char *const words[] = {"ema", "momentum", "teacher", "target", "_k.", "avg", "swa"};
    char prefix[WEIGHTS_PREFIX_MAX];
    snprintf(prefix, sizeof prefix, "%.*s", (int)reading->length, reading->name);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strstr(prefix, words[k])) return true;
    return false;
}

/* The more tensors it explains the better; of equals the one that is no average, then the shorter prefix. */
static bool is_better(const Reading *a, const Reading *b) {
    if (a->votes != b->votes) return a->votes > b->votes;
    if (is_average(a) != is_average(b)) return !is_average(a);
    return a->length < b->length;
}

static const Reading *elect(Readings *readings) {
    const Reading *best = NULL;
    if (readings->count > 0) qsort(readings->items, readings->count, sizeof(Reading), compare_readings);
    for (size_t k = 0, first = 0; k < readings->count; k++) {
        if (compare_readings(&readings->items[first], &readings->items[k]) != 0) first = k;
        readings->items[first].votes = (int)(k - first) + 1;
        if (k + 1 < readings->count && compare_readings(&readings->items[k], &readings->items[k + 1]) == 0)
            continue;
        if (!best || is_better(&readings->items[first], best)) best = &readings->items[first];
    }
    return best;
}

static size_t text_room(const Tensors *file) {
    size_t room = 1;
    for (int k = 0; k < tensors_count(file); k++) room += strlen(tensors_get(file, k)->name) + 1;
    return room;
}

/* Which prefix and which style read the most of the file's tensors. */
static bool find_prefix(WeightsNames *names) {
    Readings readings = {.texts = malloc(text_room(names->file))};
    bool good = readings.texts != NULL;
    for (int k = 0; good && k < tensors_count(names->file); k++) {
        WeightsSplit split = weights_split(tensors_get(names->file, k)->name);
        if (split.leaf) good = read_module(&readings, split.module);
    }
    const Reading *best = good ? elect(&readings) : NULL;
    if (best) {
        snprintf(names->prefix, sizeof names->prefix, "%.*s", (int)best->length, best->name);
        names->style = best->style;
    }
    free(readings.items);
    free(readings.texts);
    return good;
}

/* A classifier is one linear layer: a module with a weight (K,C) and perhaps a bias (K). */
typedef struct Head {
    char module[WEIGHTS_TEXT_MAX];
    int weights, others; /* tensors of two dimensions; tensors that are neither one nor a bias */
} Head;

/* Does `name` lie in the module: is it the same, or does it go on after a dot? */
static bool is_within(const char *name, const char *module, size_t length) {
    return strncmp(name, module, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* What lies within the module `root`. */
static Head look_at(const Tensors *file, const char *root) {
    Head head = {.module = ""};
    for (int k = 0; k < tensors_count(file); k++) {
        const StoredTensor *tensor = tensors_get(file, k);
        WeightsSplit split = weights_split(tensor->name);
        if (!is_within(split.module, root, strlen(root)) || weights_names_is_counter(tensor->name)) continue;
        bool weight = split.leaf && strcmp(split.leaf, "weight") == 0 && tensor->rank == 2;
        bool bias = split.leaf && strcmp(split.leaf, "bias") == 0 && tensor->rank == 1;
        if (weight) strcpy(head.module, split.module);
        head.weights += weight;
        head.others += split.leaf && !weight && !bias; /* total_ops and the like are nobody's */
    }
    return head;
}

/* Under the names that classifiers have, beside the network and then beside what it is wrapped in. */
static bool find_named_head(const WeightsNames *names, char out[WEIGHTS_PREFIX_MAX]) {
    size_t length = strlen(names->prefix);
    for (;;) {
        for (int k = 0; k < weights_rule_count(); k++) {
            const WeightsRule *rule = weights_rule(k);
            char root[WEIGHTS_TEXT_MAX];
            if (strcmp(rule->style, WEIGHTS_ANY_STYLE) != 0) continue;
            snprintf(root, sizeof root, "%.*s%.*s", (int)length, names->prefix,
                     (int)strcspn(rule->pattern, "*"), rule->pattern);
            Head head = look_at(names->file, root);
            if (head.weights == 0) continue;
            if (head.weights > 1 || head.others > 0 || strlen(head.module) >= WEIGHTS_PREFIX_MAX)
                return false;
            strcpy(out, head.module);
            return true;
        }
        if (length == 0) return true;
        for (length--; length > 0 && names->prefix[length - 1] != '.';) length--;
    }
}

/* Channels of the last stage: the most that any convolution writes. */
static uint64_t feature_count(const WeightsNames *names) {
    uint64_t most = 0;
    for (int k = 0; k < tensors_count(names->file); k++) {
        const StoredTensor *tensor = tensors_get(names->file, k);
        if (names->meanings[k].text[0] && tensor->rank == 4 && tensor->dims[0] > most) most = tensor->dims[0];
    }
    return most;
}

/* Whatever it is called: the only linear layer of the file that reads as many numbers as the last stage has channels. */
static void find_shaped_head(const WeightsNames *names, char out[WEIGHTS_PREFIX_MAX]) {
    uint64_t features = feature_count(names);
    int candidates = 0;
    for (int k = 0; k < tensors_count(names->file); k++) {
        const StoredTensor *tensor = tensors_get(names->file, k);
        WeightsSplit split = weights_split(tensor->name);
        if (names->meanings[k].text[0] || !split.leaf || strcmp(split.leaf, "weight") != 0) continue;
        if (tensor->rank != 2 || tensor->dims[1] != features || strlen(split.module) >= WEIGHTS_PREFIX_MAX)
            continue;
        strcpy(out, split.module);
        candidates++;
    }
    Head head = look_at(names->file, out);
    char *dot = strrchr(out, '.');
    if (candidates == 1 && dot && dot[1] >= '0' && dot[1] <= '9') { /* one of several in a row? */
        *dot = '\0';
        head = look_at(names->file, out);
        *dot = '.';
    }
    if (candidates != 1 || head.weights != 1 || head.others > 0) out[0] = '\0';
}

/* A tensor's meaning before the classifier is known. */
static void read_meaning(const WeightsNames *names, const char *name, char meaning[WEIGHTS_MEANING_MAX]) {
    WeightsSplit split = weights_split(name);
    size_t length = strlen(names->prefix);
    if (!split.leaf || strncmp(split.module, names->prefix, length) != 0) return;
    if (!weights_rule_find(names->style, split.module + length, meaning)) return;
    size_t used = strlen(meaning);
    snprintf(meaning + used, WEIGHTS_MEANING_MAX - used, ".%s", split.leaf);
}

static void read_head(WeightsNames *names) {
    if (find_named_head(names, names->head) && !names->head[0]) find_shaped_head(names, names->head);
    for (int k = 0; names->head[0] && k < tensors_count(names->file); k++) {
        WeightsSplit split = weights_split(tensors_get(names->file, k)->name);
        if (split.leaf && strcmp(split.module, names->head) == 0)
            snprintf(names->meanings[k].text, WEIGHTS_MEANING_MAX, "fc.%s", split.leaf);
    }
}

static int compare_places(const void *a, const void *b) {
    const WeightsPlace *x = a, *y = b;
    int order = strcmp(x->meaning, y->meaning);
    return order != 0 ? order : x->tensor - y->tensor;
}

/* Of two tensors that mean the same the first counts. */
static void sort_meanings(WeightsNames *names) {
    int count = 0;
    for (int k = 0; k < tensors_count(names->file); k++)
        if (names->meanings[k].text[0])
            names->places[count++] = (WeightsPlace){.meaning = names->meanings[k].text, .tensor = k};
    if (count > 0) qsort(names->places, (size_t)count, sizeof *names->places, compare_places);
    for (int k = 0; k < count; k++) {
        if (names->found > 0 &&
            strcmp(names->places[names->found - 1].meaning, names->places[k].meaning) == 0)
            names->meanings[names->places[k].tensor].text[0] = '\0';
        else
            names->places[names->found++] = names->places[k];
    }
}

bool weights_names_make(WeightsNames *names, const Tensors *file, Error *err) {
    size_t count = (size_t)tensors_count(file) + 1;
    *names = (WeightsNames){.file = file,
                            .meanings = calloc(count, sizeof *names->meanings),
                            .places = calloc(count, sizeof *names->places)};
    if (!names->meanings || !names->places || !find_prefix(names)) {
        weights_names_free(names);
        return error_set(err, ERROR_FAILED, "%s: not enough memory for its names", tensors_label(file));
    }
    for (int k = 0; names->style && k < tensors_count(file); k++)
        read_meaning(names, tensors_get(file, k)->name, names->meanings[k].text);
    if (names->style) read_head(names);
    sort_meanings(names);
    return true;
}

void weights_names_free(WeightsNames *names) {
    free(names->meanings);
    free(names->places);
    *names = (WeightsNames){.file = NULL};
}

const StoredTensor *weights_names_find(const WeightsNames *names, const char *name) {
    WeightsPlace wanted = {.meaning = name};
    int low = 0, high = names->found;
    while (low < high) {
        int middle = low + (high - low) / 2, order = strcmp(names->places[middle].meaning, wanted.meaning);
        if (order == 0) return tensors_get(names->file, names->places[middle].tensor);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const StoredTensor *weights_names_find_raw(const Tensors *file, const char *name) {
    size_t length = strlen(name);
    for (int k = 0; k < tensors_count(file); k++) {
        const StoredTensor *tensor = tensors_get(file, k);
        size_t all = strlen(tensor->name);
        if (all < length || strcmp(tensor->name + all - length, name) != 0) continue;
        if (all == length || tensor->name[all - length - 1] == '.') return tensor;
    }
    return NULL;
}

const char *weights_names_format_dims(const StoredTensor *tensor, char text[WEIGHTS_TEXT_MAX]) {
    size_t length = (size_t)snprintf(text, WEIGHTS_TEXT_MAX, "[");
    for (int k = 0; k < tensor->rank; k++) {
        length += (size_t)snprintf(text + length, WEIGHTS_TEXT_MAX - length, "%s%llu", k > 0 ? "," : "",
                                   (unsigned long long)tensor->dims[k]);
    }
    snprintf(text + length, WEIGHTS_TEXT_MAX - length, "]");
    return text;
}
