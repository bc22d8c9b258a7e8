/* What every operator of the list has to have, whichever it is: a gradient case, arithmetic in both
 * directions, texts of three levels, a word. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/explain/part.h"
#include "core/kernel/kernel.h"
#include "core/op/activation.h"
#include "core/op/reference/reference.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/gradient_check.h"
#include "tests/support/op_case.h"

/* The arithmetic is in double, the engine's sums of at most 63 products in float; their rounding is a few
 * times 6e-8 of the magnitudes added up. */
#define SUM_TOLERANCE 1e-6

static void nothing_is_missing(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        const char *missing = op_case_missing(spec);
        if (missing) fail_msg("%s has no %s", spec->name ? spec->name : "an operator", missing);
        assert_true(strlen(spec->brief) <= 48); /* with name and step in one row of 80 columns; see op.h */
    }
}

/* The check above can fail: every part of a spec that it asks for is missed when it is gone. */
static void what_is_missing_is_named(void **state) {
    (void)state;
    const OpSpec *whole = op_spec(op_default_activation());
    OpActivation function = *whole->activation;
    OpReference reference = *whole->reference;
    OpSpec spec = *whole;
    const struct {
        const char *what;
        void *field;
        size_t size;
    } fields[] = {
        {"word", &spec.word, sizeof spec.word},
        {"brief", &spec.brief, sizeof spec.brief},
        {"sentence", &spec.sentence, sizeof spec.sentence},
        {"forward_math", &spec.forward_math, sizeof spec.forward_math},
        {"source", &spec.source, sizeof spec.source},
        {"backward", &spec.backward, sizeof spec.backward},
        {"reference", &spec.reference, sizeof spec.reference},
        {"reference.forward", &reference.forward, sizeof reference.forward},
        {"reference.backward", &reference.backward, sizeof reference.backward},
        {"reference.lines.forward", &reference.lines.forward, sizeof reference.lines.forward},
        {"reference.lines.backward", &reference.lines.backward, sizeof reference.lines.backward},
        {"arithmetic", &spec.arithmetic, sizeof spec.arithmetic},
        {"arithmetic_backward", &spec.arithmetic_backward, sizeof spec.arithmetic_backward},
        {"say", &spec.say, sizeof spec.say},
        {"say_backward", &spec.say_backward, sizeof spec.say_backward},
        {"say_torch", &spec.say_torch, sizeof spec.say_torch},
        {"excerpts.forward", &spec.excerpts.forward[0].path, sizeof spec.excerpts.forward[0].path},
        {"excerpts.backward", &spec.excerpts.backward[0].path, sizeof spec.excerpts.backward[0].path},
        {"middle", &spec.middle, sizeof spec.middle},
        {"activation.slope", &function.slope, sizeof function.slope},
    };
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++) {
        spec = *whole;
        function = *whole->activation;
        reference = *whole->reference;
        spec.activation = &function;
        spec.reference = &reference;
        assert_null(op_case_missing(&spec));
        memset(fields[k].field, 0, fields[k].size);
        assert_non_null(op_case_missing(&spec));
        assert_string_equal(op_case_missing(&spec), fields[k].what);
    }
}

static void no_two_operators_have_one_name_or_word(void **state) {
    (void)state;
    for (int a = 0; a < OP_KIND_COUNT; a++)
        for (int b = a + 1; b < OP_KIND_COUNT; b++) {
            assert_string_not_equal(op_spec((OpKind)a)->name, op_spec((OpKind)b)->name);
            assert_string_not_equal(op_spec((OpKind)a)->word, op_spec((OpKind)b)->word);
        }
}

static void activations_are_those_that_are_listed_as_such(void **state) {
#define LISTED(KIND, file) [OP_##KIND] = #file,
    static const char *const listed[OP_KIND_COUNT] = {ACTIVATION_LIST(LISTED)};
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        assert_true((spec->activation != NULL) == (listed[kind] != NULL));
        if (listed[kind]) assert_string_equal(spec->name, listed[kind]);
    }
}

static void every_operator_has_the_right_gradient(void **state) {
    /* As in test_gradient_check: double is exact to about eight digits, float sees a wrong formula. */
    const double step = sizeof(real) == sizeof(double) ? 1e-5 : 1e-2;
    const double tolerance = sizeof(real) == sizeof(double) ? 1e-8 : 1e-2;
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        OpFixture fixture = op_case_new((OpKind)kind);
        GradientError error = gradient_check_op(&fixture, step);
        if (!(error.worst <= tolerance))
            fail_msg("%s: error %.3g in %s, tolerance %g", fixture.spec->name, error.worst, error.where,
                     tolerance);
        op_fixture_free(&fixture);
    }
}

static void assert_part(const OpCell *cell, const ArithmeticPart *part, double element) {
    const char *name = cell->sight->run.op->name, *way = cell->backward ? "backward" : "forward";
    if (!part->formula) fail_msg("%s: the %s arithmetic has no formula", name, way);
    if (!part->worked[0] && part->term_count == 0) fail_msg("%s: no numbers in the %s arithmetic", name, way);
    if (!(fabs(part->value - element) <= SUM_TOLERANCE * (part->magnitude + 1e-30)))
        fail_msg("%s: the %s arithmetic says %.9g, the tensor has %.9g", name, way, part->value, element);
}

static ArithmeticPart *empty_part(void) {
    ArithmeticPart *part = calloc(1, sizeof *part);
    assert_non_null(part);
    part->note = "";
    part->chosen = part->grid.winner = part->grid.self = -1;
    return part;
}

/* All elements of one channel of the second image. */
static void check_arithmetic(const OpSight *sight, Tensor tensor, bool backward, int input) {
    const OpSpec *spec = op_spec(sight->run.op->kind);
    OpCell cell = {
        .sight = sight, .backward = backward, .input = input, .n = tensor.shape.n - 1, .wanted = -1};
    cell.channel = tensor.shape.c - 1;
    for (cell.row = 0; cell.row < tensor.shape.h; cell.row++)
        for (cell.column = 0; cell.column < tensor.shape.w; cell.column++) {
            ArithmeticPart *part = empty_part();
            (backward ? spec->arithmetic_backward : spec->arithmetic)(&cell, part);
            assert_part(&cell, part, op_element_here(tensor, &cell));
            free(part);
        }
}

static void every_operator_explains_each_number_both_ways(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        OpFixture fixture = op_case_new((OpKind)kind);
        op_fixture_forward(&fixture);
        op_fixture_backward(&fixture);
        OpSight sight = op_case_sight(&fixture);
        check_arithmetic(&sight, op_sight_y(&sight), false, 0);
        for (int k = 0; k < fixture.op.input_count; k++) {
            Tensor dx = {op_sight_x(&sight, k).shape, fixture.run.dx[k]};
            check_arithmetic(&sight, dx, true, k);
        }
        op_fixture_free(&fixture);
    }
}

static void assert_said(const Explanation *answer, const char *name, const char *what) {
    if (answer->line_count == 0) fail_msg("%s says nothing %s", name, what);
    for (int k = 0; k < answer->line_count; k++) {
        const char *text = answer->lines[k].text;
        if (strlen(text) < 20 || strstr(text, "nan")) fail_msg("%s, %s: \"%s\"", name, what, text);
    }
}

static void every_operator_speaks_for_anyone(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        OpFixture fixture = op_case_new((OpKind)kind);
        op_fixture_forward(&fixture);
        OpSight sight = op_case_sight(&fixture);
        Explanation forward = {0}, backward = {0}, element = {0};
        OpCell cell = {.sight = &sight, .wanted = -1};
        ArithmeticPart *part = empty_part();
        fixture.spec->say(&sight, &forward);
        assert_said(&forward, fixture.spec->name, "of its run");
        fixture.spec->say_backward(&sight, &backward);
        if (fixture.op.input_count > 0) assert_said(&backward, fixture.spec->name, "of the way back");
        fixture.spec->arithmetic(&cell, part);
        if (fixture.spec->say_element) fixture.spec->say_element(&cell, part, &element);
        if (element.line_count == 0 && part->term_count == 0)
            fail_msg("%s: neither words nor terms for one element", fixture.spec->name);
        free(part);
        op_fixture_free(&fixture);
    }
}

static bool source_of(const char *path, const char **text, size_t *size) {
    static char content[1 << 16];
    FILE *file = fopen(path, "r");
    if (!file) return false;
    *size = fread(content, 1, sizeof content, file);
    *text = content;
    fclose(file);
    return true;
}

/* The function stands in its file, and the piece of the line that does the work in the function. */
static void assert_excerpt(const char *name, const OpExcerpt *excerpt) {
    Explanation quoted = {0};
    int now = 0;
    explain_quote(source_of, excerpt, &quoted);
    if (quoted.line_count == 0) fail_msg("%s: there is no %s in %s", name, excerpt->function, excerpt->path);
    for (int k = 0; k < quoted.line_count; k++) now += quoted.lines[k].kind == EXPLAIN_LINE_NOW;
    if (now != 1) fail_msg("%s: \"%s\" is not in %s", name, excerpt->now, excerpt->function);
}

static void assert_excerpts(const char *name, const OpExcerpts *excerpts) {
    for (int k = 0; k < OP_EXCERPTS_MAX; k++) {
        if (excerpts->forward[k].path) assert_excerpt(name, &excerpts->forward[k]);
        if (excerpts->backward[k].path) assert_excerpt(name, &excerpts->backward[k]);
    }
}

static void every_operator_shows_its_own_lines(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        assert_excerpts(spec->name, &spec->excerpts);
        assert_excerpts(spec->name, &spec->reference->lines);
    }
}

/* Windows, strides and channels of the networks that there are. */
static const struct {
    int size, in, out, kernel, stride;
} CONVOLUTIONS[] = {{224, 3, 64, 7, 2},  {56, 64, 64, 3, 1},   {56, 64, 256, 1, 1}, {14, 256, 256, 3, 1},
                    {7, 512, 512, 3, 1}, {14, 256, 512, 3, 2}, {32, 3, 16, 3, 1},   {32, 16, 16, 3, 1},
                    {16, 32, 32, 3, 1},  {8, 64, 64, 3, 1}};

/* Whichever way a convolution goes on this processor. */
static void every_way_of_a_convolution_shows_its_lines(void **state) {
    (void)state;
    for (int set = -1; set < 0 || kernel_available(set); set++) {
        assert_true(kernel_choose(set < 0 ? "openblas" : kernel_available(set)->name, NULL));
        for (size_t k = 0; k < sizeof CONVOLUTIONS / sizeof CONVOLUTIONS[0]; k++) {
            int kernel = CONVOLUTIONS[k].kernel, stride = CONVOLUTIONS[k].stride, size = CONVOLUTIONS[k].size;
            Op op = {.kind = OP_CONV2D,
                     .kernel_h = kernel,
                     .kernel_w = kernel,
                     .stride = stride,
                     .pad = kernel / 2,
                     .channels = CONVOLUTIONS[k].out,
                     .in = {1, CONVOLUTIONS[k].in, size, size},
                     .out = {1, CONVOLUTIONS[k].out, size / stride, size / stride}};
            for (int batch = 1; batch <= 32; batch += 31) {
                OpExcerpts lines = op_spec(OP_CONV2D)->excerpts_of(&op, batch);
                bool own = lines.forward[1].path && strstr(lines.forward[1].path, "core/kernel/");
                assert_int_equal(own, set >= 0);
                assert_int_equal(strcmp(lines.backward[0].path, "core/conv/blas.c") != 0, set >= 0);
                assert_excerpts(op_spec(OP_CONV2D)->strategy(&op, batch, false, OP_WORK_FORWARD), &lines);
            }
        }
    }
    assert_true(kernel_choose(NULL, NULL));
}

/* E f(x)^2 for a standard normal x, by the rectangle rule over 16 standard deviations: exact to far more than
 * the three digits that are compared. */
static double second_moment(const OpActivation *f) {
    const double step = 1e-3, root = sqrt(2 * acos(-1));
    double sum = 0;
    for (double x = -8; x < 8; x += step) sum += pow(f->value(x), 2) * exp(-x * x / 2) / root * step;
    return sum;
}

static void an_activation_is_what_its_kernels_compute(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpActivation *f = op_spec((OpKind)kind)->activation;
        if (!f) continue;
        OpFixture fixture = op_case_new((OpKind)kind);
        op_fixture_forward(&fixture);
        op_fixture_backward(&fixture);
        OpSight sight = op_case_sight(&fixture);
        double slopes = 0;
        for (size_t j = 0; j < fixture.y_count; j++) {
            double x = (double)fixture.x[0][j];
            assert_close((double)fixture.y[j], f->value(x), SUM_TOLERANCE * (fabs(x) + 1e-30));
            assert_close((double)fixture.run.dx[0][j], f->slope(x) * (double)fixture.dy[j],
                         2 * SUM_TOLERANCE);
            if (f->has_gates) assert_true(f->slope(x) == 0 || f->slope(x) == 1);
            slopes += f->slope(x);
        }
        assert_close(activation_density(&sight), slopes / (double)fixture.y_count, 1e-12);
        assert_close(f->second_moment, second_moment(f), 1e-3);
        assert_int_equal(op_find_activation(op_spec((OpKind)kind)->name), kind);
        op_fixture_free(&fixture);
    }
    assert_int_equal(op_find_activation("conv2d"), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_missing),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(no_two_operators_have_one_name_or_word),
        cmocka_unit_test(activations_are_those_that_are_listed_as_such),
        cmocka_unit_test(every_operator_has_the_right_gradient),
        cmocka_unit_test(every_operator_explains_each_number_both_ways),
        cmocka_unit_test(every_operator_speaks_for_anyone),
        cmocka_unit_test(every_operator_shows_its_own_lines),
        cmocka_unit_test(every_way_of_a_convolution_shows_its_lines),
        cmocka_unit_test(an_activation_is_what_its_kernels_compute),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
