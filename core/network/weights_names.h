/* Inside of core/network/weights: a file's tensor names seen as torchvision's, whatever wrapper they were
 * saved through. */
#ifndef CORE_NETWORK_WEIGHTS_NAMES_H
#define CORE_NETWORK_WEIGHTS_NAMES_H

#include "core/format/tensors.h"

enum { WEIGHTS_PREFIX_MAX = 64, WEIGHTS_TEXT_MAX = 320 };

typedef struct WeightsNames {
    const Tensors *file;
    char prefix[WEIGHTS_PREFIX_MAX]; /* that every tensor carries: "module." */
} WeightsNames;

WeightsNames weights_names_of(const Tensors *file);

/* By torchvision's name; NULL when there is none. "linear." is found for "fc.". */
const StoredTensor *weights_names_find(const WeightsNames *names, const char *name);

/* torchvision's name of tensor `index`. */
const char *weights_names_get(const WeightsNames *names, int index, char text[WEIGHTS_TEXT_MAX]);

/* "[16,3,3,3]" */
const char *weights_names_format_dims(const StoredTensor *tensor, char text[WEIGHTS_TEXT_MAX]);

#endif
