#include "tests/support/gradient_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "tests/support/assert_close.h"

enum { COORDINATES = 24, DIRECTIONS = 4 };

/* The tensor whose gradient is judged. */
typedef struct Subject {
    OpFixture *fixture;
    char name[16];
    real *values;
    double *base, *direction, *gradient;
    size_t count;
    double step;
    GradientError *error;
} Subject;

/* L where the subject is base + t * direction. */
static double objective(Subject *s, double t) {
    for (size_t j = 0; j < s->count; j++) s->values[j] = (real)(s->base[j] + t * s->direction[j]);
    op_fixture_forward(s->fixture);
    double sum = 0;
    for (size_t j = 0; j < s->fixture->y_count; j++)
        sum += (double)s->fixture->dy[j] * (double)s->fixture->y[j];
    return sum;
}

static void judge(Subject *s, double scale, const char *what) {
    double difference = (objective(s, s->step) - objective(s, -s->step)) / (2 * s->step), expected = 0;
    for (size_t j = 0; j < s->count; j++) expected += s->gradient[j] * s->direction[j];
    double error = fabs(difference - expected) / scale;
    if (!(error <= s->error->worst)) {
        s->error->worst = isnan(error) ? INFINITY : error;
        snprintf(s->error->where, sizeof s->error->where, "d%s, %s", s->name, what);
    }
}

static void judge_all(Subject *s) {
    Rng rng;
    rng_init(&rng, 1);
    double largest = 0, square = 0;
    for (size_t j = 0; j < s->count; j++) {
        largest = fmax(largest, fabs(s->gradient[j]));
        square += s->gradient[j] * s->gradient[j];
    }
    /* A gradient that is zero everywhere is compared as it is. */
    double coordinate_scale = largest > 0 ? largest : 1, direction_scale = square > 0 ? sqrt(square) : 1;
    for (int k = 0; k < COORDINATES; k++) {
        char what[40];
        size_t at = rng_below(&rng, (uint32_t)s->count);
        memset(s->direction, 0, s->count * sizeof *s->direction);
        s->direction[at] = 1;
        snprintf(what, sizeof what, "element %zu", at);
        judge(s, coordinate_scale, what);
    }
    for (int k = 0; k < DIRECTIONS; k++) {
        for (size_t j = 0; j < s->count; j++) s->direction[j] = 2 * rng_uniform(&rng) - 1;
        judge(s, direction_scale, "a direction");
    }
}

static void check_subject(Subject *s, const real *gradient, const double *before) {
    s->base = calloc(3 * s->count, sizeof *s->base);
    assert_non_null(s->base);
    s->direction = s->base + s->count;
    s->gradient = s->direction + s->count;
    for (size_t j = 0; j < s->count; j++) {
        s->base[j] = (double)s->values[j];
        s->gradient[j] = (double)gradient[j] - (before ? before[j] : 0);
    }
    judge_all(s);
    for (size_t j = 0; j < s->count; j++) s->values[j] = (real)s->base[j];
    free(s->base);
}

static double *copy_of(const real *values, size_t count) {
    double *copy = calloc(count, sizeof *copy);
    assert_non_null(copy);
    for (size_t j = 0; j < count; j++) copy[j] = (double)values[j];
    return copy;
}

GradientError gradient_check_op(OpFixture *f, double step) {
    GradientError error = {0};
    double *before[OP_INPUTS_MAX] = {NULL};
    for (int k = 0; k < f->op.input_count; k++)
        if (f->run.dx_adds[k]) before[k] = copy_of(f->run.dx[k], f->x_count[k]);
    op_fixture_forward(f);
    op_fixture_backward(f);
    for (int k = 0; k < f->op.input_count; k++) {
        Subject s = {.fixture = f, .values = f->x[k], .count = f->x_count[k], .step = step, .error = &error};
        snprintf(s.name, sizeof s.name, "x[%d]", k);
        check_subject(&s, f->run.dx[k], before[k]);
        free(before[k]);
    }
    for (int k = 0; k < f->op.param_count; k++) {
        if (!f->learns[k]) continue;
        Subject s = {.fixture = f, .values = f->w[k], .count = f->w_count[k], .step = step, .error = &error};
        snprintf(s.name, sizeof s.name, "w[%d]", k);
        check_subject(&s, f->run.dw[k], NULL);
    }
    return error;
}
