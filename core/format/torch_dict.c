#include "core/format/torch_dict.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/format/pickle_globals.h"

enum { DICT_DEPTH_MAX = 7, DICT_MAX = 4096, DICT_ROWS = 8 /* that a sentence lists */ };

#define OUTERMOST "\"\"" /* the key of the dictionary that no other holds, in a list of keys */

/* A dictionary, or a list or tuple that may hold one, on the way through all of them. */
typedef struct Dict {
    const PickleValue *value;
    char key[TENSORS_KEY_MAX];
    int depth, parent; /* the index of the one it is in; -1 of the outermost */
    TensorsGroup group;
} Dict;

typedef struct Search {
    Tensors *tensors;
    Dict *dicts; /* those found, in the order of the file */
    int count, room;
} Search;

static bool add_dict(Search *search, const PickleValue *value, int parent, const char *name) {
    if (search->count == DICT_MAX) return true;
    if (search->count == search->room) {
        int room = 2 * search->room + 16;
        Dict *dicts = realloc(search->dicts, (size_t)room * sizeof *dicts);
        if (!dicts) return false;
        search->dicts = dicts;
        search->room = room;
    }
    Dict dict = {.value = value, .parent = parent};
    if (parent >= 0) {
        const Dict *around = &search->dicts[parent];
        dict.depth = around->depth + 1;
        utf8_format(dict.key, sizeof dict.key, "%s%s%s", around->key, *around->key ? "." : "", name);
    }
    search->dicts[search->count++] = dict;
    return true;
}

/* Item k of a dictionary, list or tuple, and its name; NULL for a key that is no text. */
static const PickleValue *child_of(const PickleValue *value, size_t k, char name[TENSORS_KEY_MAX]) {
    const PickleItems *items = &value->as.items;
    if (value->kind != PICKLE_DICT) {
        utf8_format(name, TENSORS_KEY_MAX, "%zu", k);
        return items->at[k];
    }
    if (items->at[2 * k]->kind != PICKLE_TEXT) return NULL;
    utf8_copy(name, TENSORS_KEY_MAX, items->at[2 * k]->as.text);
    return items->at[2 * k + 1];
}

static size_t child_count(const PickleValue *value) {
    switch (value->kind) {
    case PICKLE_DICT: return value->as.items.count / 2;
    case PICKLE_LIST:
    case PICKLE_TUPLE: return value->as.items.count;
    default: return 0;
    }
}

/* Counts the tensors of dictionary `index`, and adds the dictionaries, lists and tuples in it to those to be looked
 * at. */
static bool look_at(Search *search, int index) {
    Dict dict = search->dicts[index];
    for (size_t k = 0; k < child_count(dict.value); k++) {
        char name[TENSORS_KEY_MAX];
        const PickleValue *child = child_of(dict.value, k, name);
        if (!child) continue;
        if (child->kind == PICKLE_TENSOR && dict.value->kind == PICKLE_DICT) {
            dict.group.tensor_count++;
            if (element_is_readable(child->as.tensor->storage.type))
                dict.group.value_count += child->as.tensor->count;
        }
        if (child_count(child) == 0 || child->visited || dict.depth == DICT_DEPTH_MAX) continue;
        ((PickleValue *)child)->visited = true;
        if (!add_dict(search, child, index, name)) return false;
    }
    search->dicts[index].group = dict.group;
    return true;
}

static bool find_dicts(Search *search, const PickleValue *root) {
    ((PickleValue *)root)->visited = true;
    if (!add_dict(search, root, -1, "")) return false;
    for (int k = 0; k < search->count; k++) {
        if (!look_at(search, k)) return false;
    }
    return true;
}

/* Averages of weights over training are a second choice, and so is what an optimiser keeps. */
static bool is_second(const char *key) {
    static const char *const words[] = {"ema",     "EMA",   "average",  "swa",
                                        "teacher", "optim", "momentum", "old"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        if (strstr(key, words[k])) return true;
    }
    return false;
}

/* The largest; of those about as large the first that is no average. */
static int choose_largest(const Search *search) {
    uint64_t largest = 0;
    for (int k = 0; k < search->count; k++) {
        if (search->dicts[k].group.value_count > largest) largest = search->dicts[k].group.value_count;
    }
    int second = -1;
    for (int k = 0; k < search->count && largest > 0; k++) {
        const Dict *dict = &search->dicts[k];
        if (dict->group.value_count < largest - largest / 10) continue;
        if (!is_second(dict->key)) return k;
        if (second < 0) second = k;
    }
    return second;
}

static const char *last_word(const char *key) {
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

static int choose_key(const Search *search, const char *key) {
    int found = -1;
    for (int k = 0; k < search->count; k++) {
        const Dict *dict = &search->dicts[k];
        if (dict->group.tensor_count == 0) continue;
        if (strcmp(dict->key, key) == 0) return k;
        if (found < 0 && strcmp(last_word(dict->key), key) == 0) found = k;
    }
    return found;
}

/* The first that has a tensor whose name begins so. */
static int choose_with_front(const Search *search, const char *front) {
    size_t length = strlen(front);
    for (int k = 0; k < search->count && length > 0; k++) {
        const PickleItems *items = &search->dicts[k].value->as.items;
        if (search->dicts[k].group.tensor_count == 0) continue;
        for (size_t j = 0; j + 1 < items->count; j += 2) {
            const PickleValue *name = items->at[j];
            if (name->kind == PICKLE_TEXT && items->at[j + 1]->kind == PICKLE_TENSOR &&
                strncmp(name->as.text, front, length) == 0 &&
                (name->as.text[length] == '.' || front[length - 1] == '.'))
                return k;
        }
    }
    return -1;
}

static void list_keys(const Search *search, char *out, size_t out_size) {
    int listed = 0;
    out[0] = '\0';
    for (int k = 0; k < search->count; k++) {
        const Dict *dict = &search->dicts[k];
        if (dict->group.tensor_count == 0 || listed == DICT_ROWS) continue;
        utf8_append(out, out_size, "%s%s", listed++ > 0 ? ", " : "", *dict->key ? dict->key : OUTERMOST);
    }
}

/* A network that was saved as a Python object, alone or beside other things; NULL when there is none. */
static const PickleValue *find_object(const PickleValue *root) {
    char name[TENSORS_KEY_MAX];
    for (size_t k = 0; k <= child_count(root); k++) {
        const PickleValue *value = k == 0 ? root : child_of(root, k - 1, name);
        if (value && value->kind == PICKLE_OPAQUE && value->as.global &&
            pickle_is_module(value->as.global->module))
            return value;
    }
    return NULL;
}

static bool refuse_all(const Tensors *tensors, const PickleValue *root, Error *err) {
    const PickleValue *object = find_object(root);
    char name[TENSORS_KEY_MAX];
    if (!object) {
        return error_set(err, ERROR_FILE,
                         "%s: is a checkpoint of PyTorch without a dictionary of tensors: save one with "
                         "torch.save(model.state_dict(), 'tensors.pth')",
                         tensors->label);
    }
    pickle_name(object, name, sizeof name);
    return error_set(
        err, ERROR_FILE,
        "%s: holds a whole Python object (%s), of which nothing was run; where its class is known, two "
        "lines save what is read here: model = torch.load('%s', map_location='cpu', weights_only=False) "
        "and torch.save(model.state_dict(), 'tensors.pth')",
        tensors->label, name, pickle_file_name(tensors->label));
}

static bool place_tensor(Tensors *tensors, const char *name, const PickleTensor *from,
                         const TorchRecords *records, Error *err) {
    PlacedTensor *to = &tensors->tensors[tensors->count++];
    *to = (PlacedTensor){
        .stored = {.name = name, .type = from->storage.type, .rank = from->rank, .count = from->count},
        .home = tensors};
    for (int k = 0; k < from->rank; k++) {
        to->stored.dims[k] = from->dims[k];
        to->strides[k] = from->strides[k];
    }
    to->begin = from->offset * element_bytes(from->storage.type);
    to->record = records->find(records->context, &from->storage, err);
    return to->record && tensors_check_name(tensors, name, err);
}

static bool place_all(Tensors *tensors, const Dict *dict, const TorchRecords *records, Error *err) {
    const PickleItems *items = &dict->value->as.items;
    tensors->tensors =
        arena_alloc(tensors->arena, (size_t)dict->group.tensor_count, sizeof *tensors->tensors);
    if (!tensors->tensors) return tensors_no_memory(tensors, err);
    for (size_t k = 0; k + 1 < items->count; k += 2) {
        const PickleValue *name = items->at[k], *value = items->at[k + 1];
        if (name->kind != PICKLE_TEXT || value->kind != PICKLE_TENSOR) continue;
        if (!place_tensor(tensors, name->as.text, value->as.tensor, records, err)) return false;
    }
    return tensors_sort(tensors, err);
}

/* The chosen one first, then the others in the order of the file. */
static bool set_groups(Search *search, int chosen, Error *err) {
    Tensors *tensors = search->tensors;
    tensors->groups = arena_alloc(tensors->arena, (size_t)search->count, sizeof *tensors->groups);
    if (!tensors->groups) return tensors_no_memory(tensors, err);
    for (int k = -1; k < search->count; k++) {
        const Dict *dict = &search->dicts[k < 0 ? chosen : k];
        if (k == chosen || dict->group.tensor_count == 0) continue;
        char *key = arena_alloc(tensors->arena, strlen(dict->key) + 1, 1);
        if (!key) return tensors_no_memory(tensors, err);
        tensors->groups[tensors->group_count] = dict->group;
        tensors->groups[tensors->group_count++].key = strcpy(key, dict->key);
    }
    return true;
}

/* What stands beside the way to the chosen dictionary, with the number of tensors in it. */
typedef struct Rest {
    const PickleValue **queue; /* lists and dictionaries to be counted; each is there once */
    size_t count, room;
} Rest;

static bool enqueue(Rest *rest, const PickleValue *value) {
    if (rest->count == rest->room) {
        size_t room = 2 * rest->room + 64;
        const PickleValue **queue = realloc(rest->queue, room * sizeof(PickleValue *));
        if (!queue) return false;
        rest->queue = queue;
        rest->room = room;
    }
    rest->queue[rest->count++] = value;
    return true;
}

static size_t count_tensors(Rest *rest, const PickleValue *value) {
    size_t tensors = value->kind == PICKLE_TENSOR;
    rest->count = 0;
    if (child_count(value) > 0 && !enqueue(rest, value)) return 0;
    for (size_t k = 0; k < rest->count; k++) {
        const PickleItems *items = &rest->queue[k]->as.items;
        for (size_t j = 0; j < items->count; j++) {
            PickleValue *child = items->at[j];
            tensors += child->kind == PICKLE_TENSOR;
            if (child->kind == PICKLE_OPAQUE || child_count(child) == 0 || child->visited) continue;
            child->visited = true;
            if (!enqueue(rest, child)) return tensors;
        }
    }
    return tensors;
}

/* Everything in a dictionary that was not visited before, but the tensors that were taken from it. */
static void list_rest(Rest *rest, const Dict *dict, bool taken, char text[TENSORS_LEFT_OUT_MAX]) {
    const PickleValue *value = dict->value;
    for (size_t k = 0; k < child_count(value) && strlen(text) < TENSORS_LEFT_OUT_MAX - 1; k++) {
        char name[TENSORS_KEY_MAX];
        PickleValue *child = (PickleValue *)child_of(value, k, name);
        if (!child || child->visited || (taken && child->kind == PICKLE_TENSOR)) continue;
        if (child_count(child) > 0) child->visited = true;
        size_t tensors = count_tensors(rest, child);
        utf8_append(text, TENSORS_LEFT_OUT_MAX, "%s%s", *text ? ", " : "", name);
        if (tensors > 0)
            utf8_append(text, TENSORS_LEFT_OUT_MAX, " (%zu %s)", tensors,
                        tensors == 1 ? "tensor" : "tensors");
    }
}

/* What is beside the tensors that were chosen: first in their own dictionary, then in those around it. */
static bool set_left_out(Search *search, int chosen, Error *err) {
    char text[TENSORS_LEFT_OUT_MAX] = "";
    Tensors *tensors = search->tensors;
    Rest rest = {0};
    for (int k = 0; k < search->count; k++) ((PickleValue *)search->dicts[k].value)->visited = false;
    for (int k = chosen; k >= 0; k = search->dicts[k].parent)
        ((PickleValue *)search->dicts[k].value)->visited = true;
    for (int k = chosen; k >= 0; k = search->dicts[k].parent)
        list_rest(&rest, &search->dicts[k], k == chosen, text);
    free(rest.queue);
    char *copy = arena_alloc(tensors->arena, strlen(text) + 1, 1);
    if (!copy) return tensors_no_memory(tensors, err);
    tensors->left_out = strcpy(copy, text);
    return true;
}

static bool place_chosen(Search *search, const TensorsOptions *options, const TorchRecords *records,
                         Error *err) {
    const char *key = options ? options->key : NULL, *label = search->tensors->label;
    int chosen = key ? choose_key(search, key) : choose_largest(search);
    bool is_front = key && chosen < 0;
    if (is_front) chosen = choose_with_front(search, key);
    if (chosen >= 0) {
        const Dict *dict = &search->dicts[chosen];
        return set_groups(search, chosen, err) && place_all(search->tensors, dict, records, err) &&
               set_left_out(search, chosen, err) &&
               (!is_front || tensors_keep_front(search->tensors, key, err));
    }
    char keys[TENSORS_LEFT_OUT_MAX];
    list_keys(search, keys, sizeof keys);
    if (!*keys || !key) return refuse_all(search->tensors, search->dicts[0].value, err);
    if (strcmp(keys, OUTERMOST) == 0)
        return error_set(err, ERROR_FILE,
                         "%s: has no dictionary of tensors '%s', only one, which needs no --key", label, key);
    return error_set(err, ERROR_FILE, "%s: has no dictionary of tensors '%s', only: %s", label, key, keys);
}

bool torch_dict_place(Tensors *tensors, const PickleValue *root, const TensorsOptions *options,
                      const TorchRecords *records, Error *err) {
    Search search = {.tensors = tensors};
    bool good = find_dicts(&search, root) ? place_chosen(&search, options, records, err)
                                          : tensors_no_memory(tensors, err);
    free(search.dicts);
    return good;
}
