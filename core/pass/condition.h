/* Conditions on what one step of a pass has just computed: "grad < 1e-6", "nan", "dead > 50%", "cos < 0". */
#ifndef CORE_PASS_CONDITION_H
#define CORE_PASS_CONDITION_H

#include "core/pass/pass.h"

typedef enum ConditionMetric {
    CONDITION_ACT,  /* L2 norm of an activation */
    CONDITION_GRAD, /* L2 norm of a gradient */
    CONDITION_DEAD, /* share of units that an activation with gates, as ReLU, has set to 0; other zeros, as
                       padding, are not dead */
    CONDITION_COS,  /* cosine between the two routes of a gradient, where they meet */
    CONDITION_NAN,  /* NaN and infinities in an activation or a gradient */
} ConditionMetric;

typedef struct Condition {
    ConditionMetric metric;
    bool above; /* else below */
    double limit;
} Condition;

enum { CONDITION_TEXT_MAX = 64 };

/* METRIC < NUMBER or METRIC > NUMBER, a percent sign allowed; "nan" alone. An error says what is expected. */
bool condition_parse(const char *text, Condition *condition, Error *err);
void condition_format(const Condition *condition, char out[CONDITION_TEXT_MAX]);

/* False with a sentence where it can never hold: nothing is dead in a network whose activation has no gates.
 */
bool condition_applies(const Condition *condition, const Network *network, Error *err);

/* Does it hold for what op `op` has computed forward or backward? `value` is what was compared; where the
 * metric has no value there (a gradient on the way forward, a cosine away from a block's input) nothing
 * holds. */
bool condition_holds(const Condition *condition, const Pass *pass, int op, bool backward, double *value);

#endif
