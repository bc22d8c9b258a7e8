/* What a file's tensors are, by their names: torchvision's, timm's, Hugging Face's and others' are one table, and
 * whatever a network was wrapped in ("module.", "model.backbone.") is found from the tensors. */
#ifndef CORE_NETWORK_WEIGHTS_NAMES_H
#define CORE_NETWORK_WEIGHTS_NAMES_H

#include "core/format/tensors.h"

enum { WEIGHTS_PREFIX_MAX = 256, WEIGHTS_TEXT_MAX = 320, WEIGHTS_MEANING_MAX = 64 };

/* A row of the table: modules called `pattern` are what torchvision calls `meaning`. {stage}, {block} and {i} stand for
 * numbers, {stage-1} for a number that is one less than the stage; a `*` at the end for further names, or none.
 * Styles are never mixed within a network, but for the classifier. */
typedef struct WeightsRule {
    const char *style, *pattern, *meaning;
    const char *users; /* who calls it so */
} WeightsRule;

int weights_rule_count(void);
const WeightsRule *weights_rule(int index);

typedef struct WeightsMeaning {
    char text
        [WEIGHTS_MEANING_MAX]; /* torchvision's name of the tensor; "" where it is none of the network's */
} WeightsMeaning;

typedef struct WeightsPlace {
    const char *meaning;
    int tensor;
} WeightsPlace;

typedef struct WeightsNames {
    const Tensors *file;
    char prefix[WEIGHTS_PREFIX_MAX]; /* what stands before the names of the network: "module." */
    char head[WEIGHTS_PREFIX_MAX];   /* the classifier's full name, "fc"; "" when there is none */
    const char *style;               /* of the names; NULL when nothing was recognised */
    WeightsMeaning *meanings;        /* of each tensor of the file */
    WeightsPlace *places;            /* the tensors that have a meaning, sorted by it: no meaning twice */
    int found;                       /* how many have */
} WeightsNames;

/* Looks at names and shapes alone. False with a sentence when memory is short. */
bool weights_names_make(WeightsNames *names, const Tensors *file, Error *err);
void weights_names_free(WeightsNames *names);

/* By torchvision's name; NULL when there is none. */
const StoredTensor *weights_names_find(const WeightsNames *names, const char *name);
/* A tensor whose name is this, or ends in it after a dot; NULL when there is none. */
const StoredTensor *weights_names_find_raw(const Tensors *file, const char *name);
/* Is it one of the counters that batch norm keeps and nobody reads? */
bool weights_names_is_counter(const char *name);

/* "[16,3,3,3]" */
const char *weights_names_format_dims(const StoredTensor *tensor, char text[WEIGHTS_TEXT_MAX]);

#endif
