/* Inside of core/network/weights_names: the table held against one name. */
#ifndef CORE_NETWORK_WEIGHTS_RULES_H
#define CORE_NETWORK_WEIGHTS_RULES_H

#include "core/network/weights_names.h"

/* The style of the classifier's rows. */
#define WEIGHTS_ANY_STYLE "any"

/* A tensor's name, cut into the module and what it is of it; wrappers between modules are taken out. */
typedef struct WeightsSplit {
    char module[WEIGHTS_TEXT_MAX];
    const char *leaf; /* "weight"; NULL: of nothing that a network here has */
} WeightsSplit;

WeightsSplit weights_split(const char *name);

/* The rule of a style (NULL: of any) that reads the whole text, but for those of the classifier; NULL: none. The meaning
 * is written. */
const WeightsRule *weights_rule_find(const char *style, const char *text, char meaning[WEIGHTS_MEANING_MAX]);

#endif
