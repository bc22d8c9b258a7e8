#include "core/network/weights_names.h"

#include <stdio.h>
#include <string.h>

static bool all_carry(const Tensors *file, const char *prefix) {
    size_t length = strlen(prefix);
    for (int k = 0; k < tensors_count(file); k++) {
        if (strncmp(tensors_get(file, k)->name, prefix, length) != 0) return false;
    }
    return tensors_count(file) > 0;
}

/* DataParallel, torch.compile and classes that hold the network as a member each put their own word in front.
 */
WeightsNames weights_names_of(const Tensors *file) {
    static const char *const wrappers[] = {"module.", "_orig_mod.", "model.", "backbone."};
    WeightsNames names = {.file = file};
    bool found = true;
    while (found) {
        found = false;
        for (size_t k = 0; k < sizeof wrappers / sizeof *wrappers && !found; k++) {
            char longer[WEIGHTS_PREFIX_MAX];
            int length = snprintf(longer, sizeof longer, "%s%s", names.prefix, wrappers[k]);
            found = length < WEIGHTS_PREFIX_MAX && all_carry(file, longer);
            if (found) strcpy(names.prefix, longer);
        }
    }
    return names;
}

const StoredTensor *weights_names_find(const WeightsNames *names, const char *name) {
    char text[WEIGHTS_TEXT_MAX];
    snprintf(text, sizeof text, "%s%s", names->prefix, name);
    const StoredTensor *tensor = tensors_find(names->file, text);
    if (tensor || strncmp(name, "fc.", 3) != 0) return tensor;
    snprintf(text, sizeof text, "%slinear.%s", names->prefix, name + 3);
    return tensors_find(names->file, text);
}

const char *weights_names_get(const WeightsNames *names, int index, char text[WEIGHTS_TEXT_MAX]) {
    const char *name = tensors_get(names->file, index)->name + strlen(names->prefix);
    bool linear = strncmp(name, "linear.", 7) == 0;
    snprintf(text, WEIGHTS_TEXT_MAX, "%s%s", linear ? "fc." : "", linear ? name + 7 : name);
    return text;
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
