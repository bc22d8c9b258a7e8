/* Backpropagation against central differences, for one number: a weight, or one element of an activation.
 *
 *     dL/dv  ~  (L(v + h) - L(v - h)) / 2h
 *
 * A large h suffers from curvature (truncation, h^2) and from gates that switch on the way (kinks); a small
 * one from the rounding of L (1/h). Each is estimated without looking at what backpropagation said: rounding
 * from L(v + h) + L(v - h) - 2 L(v) at the smallest steps, where nothing else is left of it; curvature and
 * kinks from what changes between one step and the next. The step with the least estimate is compared. */
#ifndef CORE_INSPECT_GRADCHECK_H
#define CORE_INSPECT_GRADCHECK_H

#include "core/pass/pass.h"

enum { GRADCHECK_STEPS = 8, GRADCHECK_LABEL_MAX = 192 };

/* A place whose gradient is asked for. */
typedef struct GradcheckSite {
    const Param *param; /* NULL: the activation of `op` */
    int op;
    size_t at; /* in memory order, of the parameter or of the whole batch's activation */
} GradcheckSite;

/* A parameter or operation by name, and an index in file order: (K,C,R,S) and the like for a parameter,
 * (c,h,w) of the first picture for an activation. index_count 0: where the gradient of the pass is largest, or, while
 * that has not been run to its end, the first. */
bool gradcheck_find(const Pass *pass, const char *name, const int *index, int index_count,
                    GradcheckSite *site, Error *err);
/* "layer1.0.conv1.weight (3,0,1,2)" */
void gradcheck_describe(const Pass *pass, GradcheckSite site, char out[GRADCHECK_LABEL_MAX]);

typedef struct GradcheckStep {
    bool known;
    double h, numeric;
    double second;               /* L(v + h) + L(v - h) - 2 L(v) */
    int kinks;                   /* gates and window winners that differ at v + h or v - h */
    double rounding, truncation; /* estimated errors of `numeric` */
} GradcheckStep;

typedef struct Gradcheck Gradcheck;

/* The pass has been run forward and backward, and outlives this. Works on its own copy of the network. */
Gradcheck *gradcheck_new(const Pass *pass, GradcheckSite site, Error *err);
void gradcheck_free(Gradcheck *check); /* NULL is fine */
/* 0 .. GRADCHECK_STEPS-1, smallest h first. */
void gradcheck_step(Gradcheck *check, int number);
/* A piece of that step, an operation or so; true when the step has come to its end. Steps follow one another. */
bool gradcheck_advance(Gradcheck *check, int number);
double gradcheck_share(const Gradcheck *check); /* of the step that is on its way, 0 to 1 */

double gradcheck_value(const Gradcheck *check);    /* v */
double gradcheck_backprop(const Gradcheck *check); /* what the pass says */
GradcheckStep gradcheck_get(const Gradcheck *check, int number);
int gradcheck_best(const Gradcheck *check); /* -1 while no step is known */
/* What its error consists of most: "rounding", "curvature", "a kink". */
const char *gradcheck_limit(GradcheckStep step);
/* |a - b| / max(|a|,|b|); 0 when both are 0. */
double gradcheck_relative(double backprop, double numeric);

#endif
