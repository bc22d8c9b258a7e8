/* One case for each kind of operator, to run what every operator has to have: gradients, arithmetic, texts.
 */
#ifndef TESTS_SUPPORT_OP_CASE_H
#define TESTS_SUPPORT_OP_CASE_H

#include "core/op/sight.h"
#include "tests/support/op_fixture.h"

/* A small fixture of that kind, its inputs away from kinks and ties. Fails the running test when the kind has
 * no case: activation functions share one, any other kind needs a row in op_case.c. */
OpFixture op_case_new(OpKind kind);

/* What the fixture's last run shows of itself. */
OpSight op_case_sight(OpFixture *fixture);

/* What a spec lacks of what every operator has to say and to compute; NULL when nothing is missing. */
const char *op_case_missing(const OpSpec *spec);

#endif
