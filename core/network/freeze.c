#include "core/network/freeze.h"

#include <fnmatch.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/base/utf8.h"

enum { PATTERN_MAX = 128 };

/* The whole name, or what stands before one of its dots. */
static bool is_named(const char *pattern, const char *name) {
    char front[PARAM_NAME_MAX];
    if (fnmatch(pattern, name, 0) == 0) return true;
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        utf8_copy_n(front, sizeof front, name, (size_t)(dot - name));
        if (fnmatch(pattern, front, 0) == 0) return true;
    }
    return false;
}

static bool refuse(const Network *network, const char *pattern, Error *err) {
    Suggestion suggestion = suggest_begin(pattern);
    for (int p = 0; p < network->param_count; p++) suggest_offer(&suggestion, network->params[p].name);
    for (int b = 0; b < network->block_count; b++) suggest_offer(&suggestion, network->blocks[b].name);
    return error_set(err, ERROR_USAGE, "%s has no parameter named '%s'; %s is the nearest", network->arch,
                     pattern, suggestion.best);
}

/* One pattern of the list. */
static bool mark(Network *network, const char *pattern, Error *err) {
    int named = 0;
    for (int p = 0; p < network->param_count; p++) {
        if (!is_named(pattern, network->params[p].name)) continue;
        network->params[p].frozen = true;
        named++;
    }
    return named > 0 || refuse(network, pattern, err);
}

static bool mark_all(Network *network, const char *patterns, Error *err) {
    for (const char *at = patterns; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char pattern[PATTERN_MAX];
        size_t length = strcspn(at, ",");
        if (length >= sizeof pattern)
            return error_set(err, ERROR_USAGE, "a pattern of %zu bytes: expected at most %d", length,
                             PATTERN_MAX - 1);
        utf8_copy_n(pattern, sizeof pattern, at, length);
        if (!mark(network, pattern, err)) return false;
    }
    return network_first_learning(network) < network->op_count ||
           error_set(err, ERROR_USAGE, "'%s' names all that %s could learn", patterns, network->arch);
}

bool network_freeze(Network *network, const char *patterns, Error *err) {
    if (mark_all(network, patterns, err)) return true;
    for (int p = 0; p < network->param_count; p++) network->params[p].frozen = false;
    return false;
}

int network_frozen_count(const Network *network) {
    int count = 0;
    for (int p = 0; p < network->param_count; p++) count += network->params[p].frozen;
    return count;
}

bool network_op_is_fixed(const Network *network, int op) {
    const Param *mean = network_op_param(network, op, PARAM_NORM_MEAN),
                *var = network_op_param(network, op, PARAM_NORM_VAR);
    return mean && var && mean->frozen && var->frozen;
}

int network_first_learning(const Network *network) {
    int first = network->op_count;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (param_role_learns(param->role) && !param->frozen && param->op < first) first = param->op;
    }
    return first;
}
