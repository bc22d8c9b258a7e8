/* The three functions of core/conv against the reference loops, by the kernels that are chosen: few pixels and many,
 * pointwise, what cannot be turned around; with one thread and with more. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/conv/conv.h"
#include "core/kernel/kernel.h"
#include "core/op/reference/reference.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/conv_case.h"
#include "tests/support/fixture.h"
#include "tests/support/reference_check.h"

/* A sum of m products below 1 is rounded m times, by half an epsilon of a partial sum of about sqrt(m)/3 in a
 * random direction: together a tenth of m epsilons. */
static const double EPSILON = sizeof(real) == sizeof(double) ? DBL_EPSILON : FLT_EPSILON;

typedef struct Reference {
    size_t x_count, w_count, y_count;
    real *x, *w, *dy;
    ReferenceRun run; /* the same in double; y, dx and dw computed */
} Reference;

static void *numbers(size_t count, size_t size) {
    void *memory = calloc(count, size);
    assert_non_null(memory);
    return memory;
}

static real *filled(size_t count, const char *name) {
    real *values = numbers(count, sizeof *values);
    fixture_fill(values, count, 1, name);
    return values;
}

static Reference reference_new(const ConvShape *q) {
    const OpReference *loops = op_spec(OP_CONV2D)->reference;
    const Shape x = {q->n, q->c, q->h, q->w}, w = {q->k, q->c, q->r, q->s}, y = {q->n, q->k, q->oh, q->ow};
    Op op = {.kind = OP_CONV2D, .stride = q->stride, .pad = q->pad};
    Reference ref = {.x_count = shape_count(x), .w_count = shape_count(w), .y_count = shape_count(y)};
    ref.x = filled(ref.x_count, "x");
    ref.w = filled(ref.w_count, "w");
    ref.dy = filled(ref.y_count, "dy");
    ref.run = (ReferenceRun){.x = {conv_case_doubles(x, ref.x)},
                             .w = {conv_case_weights(q, ref.w)},
                             .y = conv_case_doubles(y, NULL),
                             .dy = conv_case_doubles(y, ref.dy),
                             .dx = {conv_case_doubles(x, NULL)},
                             .dw = {conv_case_doubles(w, NULL)}};
    ref.run.op = &op;
    loops->forward(&ref.run);
    loops->backward(&ref.run);
    ref.run.op = NULL;
    return ref;
}

static void reference_free(Reference *ref) {
    ReferenceRun *run = &ref->run;
    free(ref->x), free(ref->w), free(ref->dy);
    free(run->x[0].data), free(run->w[0].data), free(run->y.data);
    free(run->dy.data), free(run->dx[0].data), free(run->dw[0].data);
}

/* Names the shape in a message; `terms` products are added up in each element. */
static void assert_agrees(const ConvShape *q, const char *what, const real *got, const double *expected,
                          size_t count, int terms) {
    double tolerance = EPSILON * (terms + 1);
    for (size_t j = 0; j < count; j++)
        if (!(fabs((double)got[j] - expected[j]) <= tolerance))
            fail_msg(
                "%s[%zu] is %.9g, expected %.9g within %.2g: n %d, %dx%d, %d -> %d channels, kernel %dx%d, "
                "stride %d, pad %d, %d threads",
                what, j, (double)got[j], expected[j], tolerance, q->n, q->h, q->w, q->c, q->k, q->r, q->s,
                q->stride, q->pad, parallel_threads());
}

static void spoil(real *values, size_t count) {
    for (size_t j = 0; j < count; j++) values[j] = (real)NAN;
}

static void check_backward_input(const ConvShape *q, const Reference *ref, real *scratch) {
    real *dx = numbers(ref->x_count, sizeof *dx), *before = filled(ref->x_count, "before");
    double *expected = numbers(ref->x_count, sizeof *expected);
    spoil(dx, ref->x_count);
    ConvInputRun input = {.shape = q, .dy = ref->dy, .w = ref->w, .dx = dx, .scratch = scratch};
    conv_backward_input(&input);
    assert_agrees(q, "dx", dx, ref->run.dx[0].data, ref->x_count, q->k * q->r * q->s);
    memcpy(dx, before, ref->x_count * sizeof *dx);
    for (size_t j = 0; j < ref->x_count; j++) expected[j] = (double)before[j] + ref->run.dx[0].data[j];
    input.add = true;
    conv_backward_input(&input);
    assert_agrees(q, "dx added", dx, expected, ref->x_count, q->k * q->r * q->s);
    free(dx), free(before), free(expected);
}

/* Every output starts as NaN, and so does the scratch: nothing may be left out or read unwritten. */
static void check_with_threads(const ConvShape *q, const Reference *ref, int threads) {
    parallel_set_threads(threads);
    size_t scratch_count = conv_scratch_count(q);
    real *scratch = numbers(scratch_count + 1, sizeof *scratch);
    real *y = numbers(ref->y_count, sizeof *y), *dw = numbers(ref->w_count, sizeof *dw),
         *turned = numbers(ref->w_count, sizeof *turned);
    spoil(scratch, scratch_count);
    spoil(y, ref->y_count);
    spoil(dw, ref->w_count);
    scratch[scratch_count] = 123;
    size_t prepared_count = conv_prepared_count(q);
    real *prepared = numbers(prepared_count + 1, sizeof *prepared);
    if (prepared_count > 0) conv_prepare(q, ref->w, prepared);
    conv_forward(
        &(ConvRun){.shape = q, .x = ref->x, .w = ref->w, .y = y, .prepared = prepared, .scratch = scratch});
    assert_agrees(q, "y", y, ref->run.y.data, ref->y_count, q->c * q->r * q->s);
    conv_backward_weight(q, ref->x, ref->dy, dw, scratch);
    for (size_t j = 0; j < ref->w_count; j++) turned[j] = dw[reference_weight_place(ref->run.w[0].shape, j)];
    assert_agrees(q, "dw", turned, ref->run.dw[0].data, ref->w_count, q->n * q->oh * q->ow);
    check_backward_input(q, ref, scratch);
    assert_true(scratch[scratch_count] == 123);
    free(scratch), free(y), free(dw), free(turned), free(prepared);
}

static void check(ConvShape q) {
    Reference ref = reference_new(&q);
    for (int threads = 1; threads <= 3; threads++) check_with_threads(&q, &ref, threads);
    reference_free(&ref);
}

static void few_pixels_are_shared_by_channel(void **state) {
    (void)state;
    check(conv_case_shape((ConvCase){1, 7, 5, 3, 40, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){2, 9, 9, 17, 33, 3, 3, 2, 1}));
    check(conv_case_shape((ConvCase){3, 8, 8, 4, 6, 5, 5, 1, 2}));
    check(conv_case_shape((ConvCase){1, 21, 20, 3, 16, 7, 7, 2, 3}));
    check(conv_case_shape((ConvCase){1, 1, 1, 5, 3, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){2, 6, 5, 3, 4, 3, 1, 1, 1}));
    check(conv_case_shape((ConvCase){1, 7, 7, 64, 64, 3, 3, 1, 1}));
}

static void many_pixels_are_shared_by_pixel(void **state) {
    (void)state;
    check(conv_case_shape((ConvCase){1, 33, 35, 3, 5, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){4, 17, 19, 5, 7, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){1, 36, 37, 2, 3, 3, 3, 1, 0}));
    check(conv_case_shape((ConvCase){1, 33, 33, 2, 3, 3, 3, 1, 2}));
    check(conv_case_shape((ConvCase){2, 34, 31, 2, 3, 5, 5, 1, 2}));
    check(conv_case_shape(
        (ConvCase){2, 23, 24, 128, 8, 3, 3, 1, 1})); /* windows so long that a tile has its least height */
}

static void what_cannot_be_turned_around_is_folded(void **state) {
    (void)state;
    check(conv_case_shape((ConvCase){1, 32, 32, 2, 3, 3, 3, 1, 3})); /* padding as wide as the kernel */
    check(conv_case_shape((ConvCase){2, 24, 25, 3, 4, 1, 3, 1, 1})); /* a kernel that is not square */
    check(conv_case_shape(
        (ConvCase){5, 31, 33, 3, 20, 3, 3, 2, 1})); /* images in groups, the last one smaller */
    check(conv_case_shape((ConvCase){2, 67, 65, 3, 8, 7, 7, 2, 3})); /* more pixels than a group may have */
    check(conv_case_shape((ConvCase){2, 10, 11, 3, 4, 2, 2, 3, 0})); /* pixels that no window reaches */
}

static void pointwise_convolutions_need_no_windows(void **state) {
    (void)state;
    check(conv_case_shape((ConvCase){1, 7, 7, 40, 33, 1, 1, 1, 0}));
    check(conv_case_shape((ConvCase){2, 23, 25, 7, 5, 1, 1, 1, 0}));
    check(conv_case_shape((ConvCase){3, 32, 32, 16, 64, 1, 1, 1, 0}));
    check(conv_case_shape((ConvCase){2, 9, 7, 6, 20, 1, 1, 2, 0}));
    check(conv_case_shape((ConvCase){5, 31, 32, 4, 6, 1, 1, 2, 0}));
}

static void larger_pictures_and_many_of_them(void **state) {
    (void)state;
    check(conv_case_shape((ConvCase){1, 56, 56, 64, 64, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){7, 32, 32, 16, 16, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){9, 16, 16, 32, 32, 3, 3, 1, 1}));
    check(conv_case_shape((ConvCase){17, 8, 8, 64, 64, 3, 3, 1, 1}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_pixels_are_shared_by_channel),
        cmocka_unit_test(many_pixels_are_shared_by_pixel),
        cmocka_unit_test(what_cannot_be_turned_around_is_folded),
        cmocka_unit_test(pointwise_convolutions_need_no_windows),
        cmocka_unit_test(larger_pictures_and_many_of_them),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
