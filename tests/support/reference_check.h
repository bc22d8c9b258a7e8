/* The engine's operators against core/op/reference. */
#ifndef TESTS_SUPPORT_REFERENCE_CHECK_H
#define TESTS_SUPPORT_REFERENCE_CHECK_H

#include "core/op/reference/reference.h"
#include "tests/support/op_fixture.h"

/* A parameter's shape as the reference has it: see Doubles. */
Shape reference_param_shape(const ParamShape *shape);

/* Weights of a convolution lie as (R,S,C,K) in the engine. Where element j of them stands, counted as Doubles of
 * shape (K,C,R,S) count. */
size_t reference_weight_place(Shape weights, size_t j);

/* The fixture's numbers as they stand, in double and in the fixture's arena: inputs, parameters, dy; dx as the
 * operator finds it when it adds, else 0; dw is 0. Nothing has been run. Targets of -1 have become classes. */
ReferenceRun reference_run_of(OpFixture *fixture);

/* Runs operator and reference, forward and backward. Fails the running test where an element of y, dx or dw
 * differs by more than `tolerance` of the largest magnitude of its tensor; 0: not at all. An element of dw is
 * a sum over images and places of products below 1, and one of m products that happens to cancel is judged as
 * if it had not: by sqrt(m)/3, the spread of such sums. */
void reference_check(OpFixture *fixture, double tolerance);

#endif
