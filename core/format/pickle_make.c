/* What the names in a pickle stand for, and what calling them makes. */
#include <string.h>

#include "core/format/pickle_machine.h"

static bool push_global(Pickle *pickle, const PickleGlobal *found) {
    size_t module = strlen(found->module) + 1, name = strlen(found->name) + 1;
    PickleGlobal *copy = arena_alloc(pickle->arena, 1, sizeof *copy);
    char *texts = arena_alloc(pickle->arena, module + name, 1);
    PickleValue *value = pickle_new(pickle, PICKLE_GLOBAL);
    if (!copy || !texts) return pickle_no_memory(pickle);
    if (!value) return false;
    *copy = *found;
    copy->module = memcpy(texts, found->module, module);
    copy->name = memcpy(texts + module, found->name, name);
    value->as.global = copy;
    return pickle_push(pickle, value);
}

bool pickle_global(Pickle *pickle, const char *module, const char *name) {
    PickleGlobal found;
    if (!pickle_find_global(module, name, &found)) return pickle_refuse_global(pickle, module, name);
    return push_global(pickle, &found);
}

static const PickleValue *item(const PickleItems *items, size_t index, PickleKind kind) {
    return index < items->count && items->at[index]->kind == kind ? items->at[index] : NULL;
}

/* A tuple of numbers that are not negative; false for anything else. */
static bool take_numbers(const PickleValue *tuple, uint64_t numbers[PICKLE_RANK_MAX]) {
    for (size_t k = 0; k < tuple->as.items.count; k++) {
        const PickleValue *number = item(&tuple->as.items, k, PICKLE_INT);
        if (!number || number->as.integer < 0) return false;
        numbers[k] = (uint64_t)number->as.integer;
    }
    return true;
}

/* Counts the elements, and proves that the last one lies within the storage. */
static bool measure_tensor(PickleTensor *tensor) {
    uint64_t last = tensor->offset, step;
    tensor->count = 1;
    for (int k = 0; k < tensor->rank; k++) {
        if (__builtin_mul_overflow(tensor->count, tensor->dims[k], &tensor->count)) return false;
    }
    if (tensor->count == 0) return true;
    for (int k = 0; k < tensor->rank; k++) {
        if (__builtin_mul_overflow(tensor->dims[k] - 1, tensor->strides[k], &step) ||
            __builtin_add_overflow(last, step, &last))
            return false;
    }
    return last < tensor->storage.count;
}

/* An expanded tensor has more elements than its storage, and none in a network's file is large. */
enum { EXPANDED_MAX = 1 << 24 };

/* storage, offset, size, strides; whether there are gradients and hooks follows and is of no use. */
static PickleValue *make_tensor(Pickle *pickle, const PickleItems *arguments) {
    const PickleValue *storage = item(arguments, 0, PICKLE_STORAGE), *offset = item(arguments, 1, PICKLE_INT);
    const PickleValue *size = item(arguments, 2, PICKLE_TUPLE), *strides = item(arguments, 3, PICKLE_TUPLE);
    PickleTensor *tensor = arena_alloc(pickle->arena, 1, sizeof *tensor);
    PickleValue *value = pickle_new(pickle, PICKLE_TENSOR);
    if (!tensor) pickle_no_memory(pickle);
    if (!tensor || !value) return NULL;
    bool good = storage && offset && size && strides && offset->as.integer >= 0 &&
                size->as.items.count <= PICKLE_RANK_MAX && size->as.items.count == strides->as.items.count;
    if (good) {
        tensor->storage = *storage->as.storage;
        tensor->offset = (uint64_t)offset->as.integer;
        tensor->rank = (int)size->as.items.count;
        good = take_numbers(size, tensor->dims) && take_numbers(strides, tensor->strides) &&
               measure_tensor(tensor) &&
               (tensor->count <= tensor->storage.count || tensor->count <= EXPANDED_MAX);
    }
    if (!good) {
        pickle_broken(pickle, "a tensor does not fit into its storage");
        return NULL;
    }
    value->as.tensor = tensor;
    return value;
}

/* Python 2 fills an ordered dictionary with a list of pairs. */
static PickleValue *make_dict(Pickle *pickle, const PickleItems *arguments) {
    PickleValue *value = pickle_new(pickle, PICKLE_DICT);
    const PickleValue *list = item(arguments, 0, PICKLE_LIST);
    for (size_t k = 0; value && list && k < list->as.items.count; k++) {
        const PickleValue *pair = list->as.items.at[k];
        if ((pair->kind != PICKLE_LIST && pair->kind != PICKLE_TUPLE) || pair->as.items.count != 2) {
            pickle_broken(pickle, "a dictionary is made of what are no pairs");
            return NULL;
        }
        if (!pickle_add_item(pickle, &value->as.items, pair->as.items.at[0]) ||
            !pickle_add_item(pickle, &value->as.items, pair->as.items.at[1]))
            return NULL;
    }
    return value;
}

static PickleValue *make_opaque(Pickle *pickle, const PickleGlobal *global) {
    PickleValue *value = pickle_new(pickle, PICKLE_OPAQUE);
    if (value) value->as.global = global;
    return value;
}

static PickleValue *refuse_call(Pickle *pickle) {
    pickle_broken(pickle, "a name is called with what it does not take");
    return NULL;
}

/* NULL with a sentence when the arguments are not what it takes. */
static PickleValue *call(Pickle *pickle, const PickleGlobal *global, const PickleItems *arguments) {
    const PickleValue *inner, *tuple;
    switch (global->role) {
    case ROLE_OPAQUE: return make_opaque(pickle, global);
    case ROLE_DICT: return make_dict(pickle, arguments);
    case ROLE_TENSOR: return make_tensor(pickle, arguments);
    case ROLE_SIZE: return item(arguments, 0, PICKLE_TUPLE) ? arguments->at[0] : refuse_call(pickle);
    case ROLE_PARAMETER: return item(arguments, 0, PICKLE_TENSOR) ? arguments->at[0] : refuse_call(pickle);
    case ROLE_FROM_TYPE:
        inner = item(arguments, 0, PICKLE_GLOBAL);
        tuple = item(arguments, 2, PICKLE_TUPLE);
        if (inner && tuple && inner->as.global->role == ROLE_TENSOR)
            return make_tensor(pickle, &tuple->as.items);
        return refuse_call(pickle);
    default: return refuse_call(pickle);
    }
}

bool pickle_call(Pickle *pickle) {
    const PickleValue *arguments = pickle_pop(pickle), *callee = arguments ? pickle_pop(pickle) : NULL;
    if (!callee) return false;
    if (callee->kind == PICKLE_OPAQUE) return pickle_push(pickle, make_opaque(pickle, callee->as.global));
    if (callee->kind != PICKLE_GLOBAL || arguments->kind != PICKLE_TUPLE)
        return pickle_broken(pickle, "something is called that is no name, or with no tuple");
    return pickle_push(pickle, call(pickle, callee->as.global, &arguments->as.items));
}

/* ('storage', type, key, device, elements), and in the stream before 1.6 a view into it, which must be none. */
static bool push_storage(Pickle *pickle, const PickleItems *items) {
    const PickleValue *type = item(items, 1, PICKLE_GLOBAL), *key = item(items, 2, PICKLE_TEXT);
    const PickleValue *count = item(items, 4, PICKLE_INT);
    if (items->count == 6 && !item(items, 5, PICKLE_NONE))
        return pickle_broken(pickle,
                             "a storage is a view of another one, as before PyTorch 0.4: save it again");
    if ((items->count != 5 && items->count != 6) || !type || type->as.global->role != ROLE_STORAGE || !key ||
        !count || count->as.integer < 0)
        return pickle_broken(pickle, "a storage is described in another way than PyTorch does");
    PickleStorage *storage = arena_alloc(pickle->arena, 1, sizeof *storage);
    PickleValue *value = pickle_new(pickle, PICKLE_STORAGE);
    if (!storage) return pickle_no_memory(pickle);
    if (!value) return false;
    *storage = (PickleStorage){
        .key = key->as.text, .type = type->as.global->type, .count = (uint64_t)count->as.integer};
    value->as.storage = storage;
    return pickle_add_item(pickle, &pickle->storages, value) && pickle_push(pickle, value);
}

bool pickle_persistent(Pickle *pickle) {
    const PickleValue *id = pickle_pop(pickle);
    if (!id) return false;
    const PickleItems *items = &id->as.items;
    const PickleValue *word = id->kind == PICKLE_TUPLE ? item(items, 0, PICKLE_TEXT) : NULL;
    if (word && strcmp(word->as.text, "storage") == 0) return push_storage(pickle, items);
    const PickleValue *class =
        word && strcmp(word->as.text, "module") == 0 ? item(items, 1, PICKLE_GLOBAL) : NULL;
    if (!class) return pickle_broken(pickle, "something is said to be elsewhere that is no storage");
    return pickle_push(pickle, make_opaque(pickle, class->as.global));
}
