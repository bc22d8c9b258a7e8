#include "tests/support/reference_check.h"

#include <math.h>

#include "core/base/arena.h"
#include "tests/support/assert_close.h"

Shape reference_param_shape(const ParamShape *shape) {
    const int *d = shape->dims;
    if (shape->rank == 1) return (Shape){1, d[0], 1, 1};
    return (Shape){d[0], d[1], shape->rank == 4 ? d[2] : 1, shape->rank == 4 ? d[3] : 1};
}

size_t reference_weight_place(Shape weights, size_t j) {
    size_t window = (size_t)weights.c * (size_t)weights.h * (size_t)weights.w;
    return j % window * (size_t)weights.n + j / window;
}

/* Zeros where `from` is NULL. */
static Doubles doubles_of(OpFixture *f, Shape shape, const real *from) {
    size_t count = shape_count(shape);
    Doubles out = {shape, arena_alloc(f->arena, count, sizeof(double))};
    assert_non_null(out.data);
    for (size_t j = 0; j < count; j++) out.data[j] = from ? (double)from[j] : 0;
    return out;
}

/* An open target is the class of the largest score, the first of equal ones. */
static void choose_targets(OpFixture *f) {
    for (int n = 0; n < f->run.batch; n++) {
        const real *z = f->x[0] + (size_t)n * (size_t)f->op.in.c;
        if (f->targets[n] >= 0) continue;
        f->targets[n] = 0;
        for (int k = 1; k < f->op.in.c; k++)
            if (z[k] > z[f->targets[n]]) f->targets[n] = k;
    }
}

static void place_weights(Doubles weights, const real *from) {
    for (size_t j = 0; j < shape_count(weights.shape); j++)
        weights.data[j] = (double)from[reference_weight_place(weights.shape, j)];
}

ReferenceRun reference_run_of(OpFixture *f) {
    Shape in = f->op.in, out = op_output_shape(&f->op, f->run.batch);
    ParamShape shapes[OP_PARAMS_MAX];
    in.n = f->run.batch;
    if (f->spec->one_for_batch) choose_targets(f);
    ReferenceRun run = {.op = &f->op,
                        .batch_statistics = f->run.batch_statistics,
                        .gates = f->run.gates,
                        .targets = f->targets,
                        .y = doubles_of(f, out, NULL),
                        .dy = doubles_of(f, out, f->dy)};
    for (int k = 0; k < f->op.input_count; k++) {
        run.x[k] = doubles_of(f, in, f->x[k]);
        run.dx[k] = doubles_of(f, in, f->run.dx_adds[k] ? f->run.dx[k] : NULL);
    }
    int count = f->spec->params ? f->spec->params(&f->op, shapes) : 0;
    for (int k = 0; k < count; k++) {
        run.w[k] = doubles_of(f, reference_param_shape(&shapes[k]), f->w[k]);
        if (shapes[k].role == PARAM_CONV_WEIGHT) place_weights(run.w[k], f->w[k]);
        run.dw[k] = doubles_of(f, run.w[k].shape, NULL);
    }
    return run;
}

/* A share of the largest magnitude there is, which counts as `least` or more. */
static void compare(const char *what, const real *got, Doubles expected, double tolerance, double least,
                    bool weights) {
    double largest = least;
    size_t count = shape_count(expected.shape);
    for (size_t j = 0; j < count; j++) largest = fmax(largest, fabs(expected.data[j]));
    for (size_t j = 0; j < count; j++) {
        double value = (double)got[weights ? reference_weight_place(expected.shape, j) : j];
        if (!(fabs(value - expected.data[j]) <= tolerance * largest))
            fail_msg("%s: element %zu is %.9g, the reference has %.9g; that is more than %g of %.9g", what, j,
                     value, expected.data[j], tolerance, largest);
    }
}

void reference_check(OpFixture *f, double tolerance) {
    static const char *const dx[] = {"dx", "dx of the second input"}, *const dw[] = {"dw",
                                                                                     "dw of the second"};
    ReferenceRun run = reference_run_of(f);
    const Op *op = &f->op;
    subject_note(SUBJECT_OPERATOR,
                 "%s of (%d,%d,%d,%d) to %d channels, kernel %dx%d, stride %d, padding %d%s%s", f->spec->name,
                 f->run.batch, op->in.c, op->in.h, op->in.w, op->out.c, op->kernel_h, op->kernel_w,
                 op->stride, op->pad, f->run.batch_statistics ? ", batch statistics" : "",
                 f->run.dx_adds[0] ? ", dx added to" : "");
    double spread = sqrt((double)f->y_count / op->out.c) / 3;
    f->spec->reference->forward(&run);
    f->spec->reference->backward(&run);
    op_fixture_forward(f);
    op_fixture_backward(f);
    compare("y", f->y, run.y, tolerance, 0, false);
    for (int k = 0; k < op->input_count; k++) compare(dx[k], f->run.dx[k], run.dx[k], tolerance, 0, false);
    for (int k = 0; k < op->param_count; k++)
        if (f->learns[k]) compare(dw[k], f->run.dw[k], run.dw[k], tolerance, spread, op->kind == OP_CONV2D);
}
