/* A key in what has no dictionaries: the tensors whose names begin with it, as "model_ema" of "model_ema.conv1.weight". */
#include <stdio.h>
#include <string.h>

#include "core/format/tensors_inside.h"

/* The name without the key and its dot; NULL for another one's. */
static const char *behind_key(const char *name, const char *key) {
    size_t length = strlen(key);
    bool begins = strncmp(name, key, length) == 0;
    if (begins && length > 0 && key[length - 1] == '.') return name[length] ? name + length : NULL;
    return begins && name[length] == '.' && name[length + 1] ? name + length + 1 : NULL;
}

/* They stay sorted: what is taken away is the same for all. */
bool tensors_keep_front(Tensors *tensors, const char *key, Error *err) {
    int all = tensors->count, kept = 0;
    char *text = arena_alloc(tensors->arena, TENSORS_LEFT_OUT_MAX, 1);
    char *copy = arena_alloc(tensors->arena, strlen(key) + 1, 1);
    TensorsGroup *group = arena_alloc(tensors->arena, 1, sizeof *group);
    if (!text || !copy || !group) return tensors_no_memory(tensors, err);
    *group = (TensorsGroup){.key = strcpy(copy, key)};
    for (int k = 0; k < all; k++) {
        const char *name = behind_key(tensors->tensors[k].stored.name, key);
        if (!name) continue;
        tensors->tensors[kept] = tensors->tensors[k];
        StoredTensor *stored = &tensors->tensors[kept++].stored;
        stored->name = name;
        if (element_is_readable(stored->type)) group->value_count += stored->count;
    }
    if (kept == 0)
        return error_set(err, ERROR_FILE,
                         "%s: has no dictionary '%.60s', and no tensor whose name begins with it",
                         tensors->label, key);
    snprintf(text, TENSORS_LEFT_OUT_MAX, "%d tensors with other names", all - kept);
    if (kept < all) tensors->left_out = text;
    tensors->count = group->tensor_count = kept;
    tensors->groups = group;
    tensors->group_count = 1;
    return true;
}
