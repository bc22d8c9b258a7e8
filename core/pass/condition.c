#include "core/pass/condition.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const metrics[] = {"act", "grad", "dead", "cos", "nan"};

static bool refuse_condition(const char *text, Error *err) {
    return error_set(
        err, ERROR_USAGE,
        "condition: expected act, grad, dead or cos, then < or >, then a number, as in grad < 1e-6, "
        "or nan; found '%s'",
        text);
}

static const char *skip_space(const char *text) {
    while (isspace((unsigned char)*text)) text++;
    return text;
}

bool condition_parse(const char *text, Condition *condition, Error *err) {
    const char *at = skip_space(text);
    size_t length = 0;
    int metric = 0, count = sizeof metrics / sizeof metrics[0];
    while (isalpha((unsigned char)at[length])) length++;
    while (metric < count && (strlen(metrics[metric]) != length || strncmp(metrics[metric], at, length) != 0))
        metric++;
    if (metric == count) return refuse_condition(text, err);
    *condition = (Condition){.metric = (ConditionMetric)metric, .above = true};
    at = skip_space(at + length);
    if (condition->metric == CONDITION_NAN) return *at == '\0' || refuse_condition(text, err);
    if (*at != '<' && *at != '>') return refuse_condition(text, err);
    condition->above = *at == '>';
    at = skip_space(at + 1);
    char *end;
    condition->limit = strtod(at, &end);
    if (end == at || !isfinite(condition->limit)) return refuse_condition(text, err);
    at = skip_space(end);
    if (*at == '%') {
        condition->limit /= 100;
        at = skip_space(at + 1);
    }
    return *at == '\0' || refuse_condition(text, err);
}

void condition_format(const Condition *condition, char out[CONDITION_TEXT_MAX]) {
    if (condition->metric == CONDITION_NAN)
        snprintf(out, CONDITION_TEXT_MAX, "nan");
    else if (condition->metric == CONDITION_DEAD)
        snprintf(out, CONDITION_TEXT_MAX, "dead %c %g%%", condition->above ? '>' : '<',
                 100 * condition->limit);
    else
        snprintf(out, CONDITION_TEXT_MAX, "%s %c %g", metrics[condition->metric],
                 condition->above ? '>' : '<', condition->limit);
}

bool condition_applies(const Condition *condition, const Network *network, Error *err) {
    const OpSpec *activation = network_activation(network);
    if (condition->metric != CONDITION_DEAD || activation->activation->has_gates) return true;
    return error_set(err, ERROR_USAGE, "condition: %s sets no unit to 0, so that none is ever dead",
                     activation->title);
}

static double cosine_at(const Pass *pass, int op) {
    const Network *network = pass_network(pass);
    for (int b = 0; b < network->block_count; b++)
        if (network->blocks[b].input == op) {
            Junction junction = pass_junction(pass, b);
            return junction.known ? junction.cosine : NAN;
        }
    return NAN;
}

static bool has_gates(const Network *network, int op) {
    const OpActivation *activation = op_spec(network->ops[op].kind)->activation;
    return activation && activation->has_gates;
}

/* NaN where the metric has no value. */
static double measure(ConditionMetric metric, const Pass *pass, int op, bool backward) {
    Stats stats = backward ? pass_grad_stats(pass, op) : pass_act_stats(pass, op);
    if (!stats.known) return NAN;
    switch (metric) {
    case CONDITION_ACT: return backward ? NAN : stats.l2;
    case CONDITION_GRAD: return backward ? stats.l2 : NAN;
    case CONDITION_DEAD:
        return backward || !has_gates(pass_network(pass), op) ? NAN
                                                              : (double)stats.zeros / (double)stats.count;
    case CONDITION_COS: return backward ? cosine_at(pass, op) : NAN;
    case CONDITION_NAN: return (double)(stats.nan + stats.inf);
    }
    return NAN;
}

bool condition_holds(const Condition *condition, const Pass *pass, int op, bool backward, double *value) {
    *value = measure(condition->metric, pass, op, backward);
    return condition->above ? *value > condition->limit : *value < condition->limit;
}
