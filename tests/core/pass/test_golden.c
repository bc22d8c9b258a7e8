/* The engine against PyTorch: every op's output, every gradient of an activation, of a parameter and of each
 * route of a block, in the networks of tests/golden/numbers (see tests/reference/README.md).
 *
 * `test_golden --table` prints the worst error of each case instead of judging it. */
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"

#define GOLDEN_LIST(GOLDEN)                                                                                  \
    GOLDEN(resnet20_optiona_eval_batch1)                                                                     \
    GOLDEN(resnet20_optiona_eval_batch2)                                                                     \
    GOLDEN(resnet20_optiona_train_batch1)                                                                    \
    GOLDEN(resnet20_optiona_train_batch2)                                                                    \
    GOLDEN(resnet20_optionb_eval_batch2)                                                                     \
    GOLDEN(resnet20_optionb_train_batch2)                                                                    \
    GOLDEN(resnet20_optionc_eval_batch1)                                                                     \
    GOLDEN(resnet20_optionc_train_batch2)                                                                    \
    GOLDEN(resnet20_optiona_without_skip_eval_batch2)                                                        \
    GOLDEN(resnet20_optiona_without_skip_train_batch2)                                                       \
    GOLDEN(resnet20_optionb_cut_eval_batch2)                                                                 \
    GOLDEN(resnet20_optiona_cut_train_batch2)                                                                \
    GOLDEN(resnet20_optiona_lesion_eval_batch2)                                                              \
    GOLDEN(resnet20_optionb_lesion_train_batch2)                                                             \
    GOLDEN(plain20_eval_batch1)                                                                              \
    GOLDEN(plain20_train_batch2)                                                                             \
    GOLDEN(resnet20_nobn_optiona_eval_batch2)                                                                \
    GOLDEN(plain20_nobn_eval_batch2)                                                                         \
    GOLDEN(resnet56_optiona_eval_batch1)                                                                     \
    GOLDEN(resnet56_optionb_train_batch2)                                                                    \
    GOLDEN(resnet18_optionb_eval_batch1)                                                                     \
    GOLDEN(resnet18_optionb_train_batch2)                                                                    \
    GOLDEN(resnet18_optiona_eval_batch2)                                                                     \
    GOLDEN(resnet18_optionb_without_skip_eval_batch1)                                                        \
    GOLDEN(resnet18_optionb_cut_eval_batch1)                                                                 \
    GOLDEN(resnet18_optionb_lesion_eval_batch1)                                                              \
    GOLDEN(plain18_train_batch2)                                                                             \
    GOLDEN(resnet34_optionb_eval_batch1)                                                                     \
    GOLDEN(resnet34_optiona_train_batch1)                                                                    \
    GOLDEN(plain34_eval_batch1)                                                                              \
    GOLDEN(resnet50_optionb_eval_batch1)                                                                     \
    GOLDEN(resnet50_optionb_train_batch2)                                                                    \
    GOLDEN(resnet50_optionb_v1_eval_batch1)                                                                  \
    GOLDEN(resnet101_optionb_eval_batch1)                                                                    \
    GOLDEN(resnet101_optionb_train_batch1)                                                                   \
    GOLDEN(resnet152_optionb_eval_batch1)                                                                    \
    GOLDEN(resnet152_optionb_train_batch1)

/* Largest |difference| from PyTorch's float64, relative to the largest magnitude in the same tensor.
 * Float: what formats.md asks of a float engine, a few roundings of 6e-8 added up over a deep network.
 * Double: the same sources show that what float adds is rounding and nothing else. */
static const bool IS_DOUBLE = sizeof(real) == sizeof(double);
static const double ACT_TOLERANCE = sizeof(real) == sizeof(double) ? 1e-12 : 2e-6;
static const double GRAD_TOLERANCE = sizeof(real) == sizeof(double) ? 2e-12 : 1e-5;

/* A class of tensors for the tolerance: what it is, and the kind of its op; of a route through a block, the
 * addition. */
typedef struct Class {
    GoldenKind kind;
    OpKind op;
} Class;

/* The worst that was seen, as a share of the tolerance. */
typedef struct Worst {
    double share, error, got, expected;
    const GoldenRecord *record;
    char what[40];
} Worst;

typedef struct Check {
    Golden golden;
    Network *network;
    Pass *pass;
    double torch_error[GOLDEN_KIND_COUNT][OP_KIND_COUNT]; /* PyTorch's own, in float */
    Worst worst[GOLDEN_KIND_COUNT];
} Check;

static Class class_of(const Check *check, const GoldenRecord *record) {
    Class class = {.kind = record->kind, .op = OP_ADD};
    if (record->kind == GOLDEN_PARAM) {
        const Param *param = network_find_param(check->network, record->name);
        if (!param) fail_msg("the network has no parameter %s", record->name);
        class.op = check->network->ops[param->op].kind;
    } else if (record->kind == GOLDEN_ACT || record->kind == GOLDEN_GRAD) {
        int op = network_find_op(check->network, record->name);
        if (op < 0) fail_msg("the network has no op %s", record->name);
        class.op = check->network->ops[op].kind;
    }
    return class;
}

/* Batch statistics divide by the spread of this very batch, which magnifies whatever rounding came in, in
 * PyTorch's float as in ours; there the measure is what PyTorch itself reaches for this class of tensors in
 * this network, with a factor of 2 for another order of summation. */
static double tolerance_of(const Check *check, const GoldenRecord *record) {
    double tolerance = record->kind == GOLDEN_ACT ? ACT_TOLERANCE : GRAD_TOLERANCE;
    if (IS_DOUBLE || !check->golden.pass.batch_statistics) return tolerance;
    Class class = class_of(check, record);
    return fmax(tolerance, 2 * check->torch_error[class.kind][class.op]);
}

static void note(Check *check, const GoldenRecord *record, double error, const char *what, double got,
                 double expected) {
    Worst *worst = &check->worst[record->kind];
    double share = isnan(error) ? INFINITY : error / tolerance_of(check, record);
    if (share < worst->share) return;
    *worst = (Worst){.share = share, .error = error, .got = got, .expected = expected, .record = record};
    snprintf(worst->what, sizeof worst->what, "%s", what);
}

/* Values that lie as (outer, inner, plane) in a file. In memory as (outer, plane, inner): N, H*W, C of a tensor;
 * or with `outer_last` as (plane, inner, outer): R*S, C, K of convolution weights. */
typedef struct Values {
    const real *data;
    size_t outer, inner, plane;
    bool outer_last;
} Values;

static size_t memory_index(const Values *v, size_t at) {
    size_t p = at % v->plane, i = at / v->plane % v->inner, o = at / v->plane / v->inner;
    return v->outer_last ? (p * v->inner + i) * v->outer + o : (o * v->plane + p) * v->inner + i;
}

typedef struct Summary {
    double square, largest, projection;
} Summary;

/* Over the whole tensor; the signs go by the element's place in file order. */
static Summary summarise(const Values *values, uint64_t sign_seed) {
    Summary t = {0};
    size_t inner_step = values->outer_last ? values->outer : 1;
    for (size_t o = 0; o < values->outer; o++)
        for (size_t p = 0; p < values->plane; p++)
            for (size_t i = 0; i < values->inner; i++) {
                size_t from = values->outer_last ? o : o * values->plane * values->inner;
                double v = (double)values->data[from + (p * values->inner + i) * inner_step];
                t.square += v * v;
                t.largest = fabs(v) > t.largest ? fabs(v) : t.largest;
                bool negative = fixture_hash(sign_seed, (o * values->inner + i) * values->plane + p) >> 63;
                t.projection += negative ? -v : v;
            }
    return t;
}

/* Everything the record says about the whole tensor, and the sampled elements. */
static void compare(Check *check, const GoldenRecord *record, Values values) {
    Summary sums = summarise(&values, golden_sign_seed(record));
    /* A tensor that is zero has to be zero exactly: relative to 1 any difference would be far too large. */
    double scale = record->max > 0 ? record->max : DBL_MIN;
    for (int s = 0; s < record->sample_count; s++) {
        char what[40];
        size_t at = golden_sample_position(record, s);
        snprintf(what, sizeof what, "element %zu", at);
        double got = (double)values.data[memory_index(&values, at)];
        note(check, record, fabs(got - record->samples[s]) / scale, what, got, record->samples[s]);
    }
    double root = sqrt((double)record->count);
    note(check, record, fabs(sums.largest - record->max) / scale, "largest magnitude", sums.largest,
         record->max);
    note(check, record, fabs(sqrt(sums.square) - record->l2) / (scale * root), "L2 norm", sqrt(sums.square),
         record->l2);
    note(check, record, fabs(sums.projection - record->projection) / (scale * root), "signed sum",
         sums.projection, record->projection);
}

static void compare_tensor(Check *check, const GoldenRecord *record, Tensor tensor) {
    subject_note(SUBJECT_OPERATOR, "%s %s", golden_kind_name(record->kind), record->name);
    if (!tensor.data) fail_msg("%s %s was not computed", golden_kind_name(record->kind), record->name);
    assert_int_equal(shape_count(tensor.shape), record->count);
    Shape shape = tensor.shape;
    compare(check, record,
            (Values){.data = tensor.data,
                     .outer = (size_t)shape.n,
                     .inner = (size_t)shape.c,
                     .plane = (size_t)shape.h * (size_t)shape.w});
}

/* A ReLU input within rounding of 0, or two within rounding of each other in a window, may go either way in
 * float and change the gradient behind it by much more than rounding. After such an output has been judged,
 * PyTorch's decision is put in its place. In double no decision is in doubt. */
static void settle_kinks(Check *check, const Op *op) {
    Tensor act = pass_act(check->pass, op->index);
    for (int k = 0; k < check->golden.kink_count && !IS_DOUBLE; k++) {
        const GoldenKink *kink = &check->golden.kinks[k];
        if (strcmp(kink->op, op->name) != 0) continue;
        size_t index = fixture_tensor_index(act.shape, kink->at);
        if (op->kind == OP_MAX_POOL)
            ((int *)pass_max_pool_choice(check->pass, op->index))[index] = (int)kink->value;
        else
            act.data[index] = (real)kink->value;
    }
}

static const GoldenRecord *find_record(const Check *check, GoldenKind kind, const char *name) {
    for (int k = 0; k < check->golden.record_count; k++) {
        const GoldenRecord *record = &check->golden.records[k];
        if (record->kind == kind && strcmp(record->name, name) == 0) return record;
    }
    fail_msg("no golden numbers for %s %s", golden_kind_name(kind), name);
    return NULL;
}

static void check_forward(Check *check) {
    for (int i = 0; pass_step_forward(check->pass); i++) {
        const Op *op = &check->network->ops[i];
        compare_tensor(check, find_record(check, GOLDEN_ACT, op->name), pass_act(check->pass, i));
        settle_kinks(check, op);
    }
}

static void check_param(Check *check, const Param *param) {
    if (!param_role_learns(param->role)) return;
    const GoldenRecord *record = find_record(check, GOLDEN_PARAM, param->name);
    subject_note(SUBJECT_OPERATOR, "%s", param->name);
    assert_int_equal(param->count, record->count);
    Values values = {
        .data = pass_param_grad(check->pass, param), .outer = 1, .inner = 1, .plane = param->count};
    if (param->role == PARAM_CONV_WEIGHT) {
        values.outer = (size_t)param->dims[0];
        values.inner = (size_t)param->dims[1];
        values.plane = (size_t)param->dims[2] * (size_t)param->dims[3];
        values.outer_last = true;
    }
    compare(check, record, values);
}

static void check_routes(Check *check, int block) {
    const Block *b = &check->network->blocks[block];
    if (b->shortcut == SHORTCUT_NONE) return;
    const GoldenRecord *skip = find_record(check, GOLDEN_SKIP, b->name);
    const GoldenRecord *branch = find_record(check, GOLDEN_BRANCH, b->name);
    compare_tensor(check, skip, pass_route_grad(check->pass, block, ROUTE_SKIP));
    compare_tensor(check, branch, pass_route_grad(check->pass, block, ROUTE_BRANCH));
    Junction junction = pass_junction(check->pass, block);
    subject_note(SUBJECT_OPERATOR, "%s", b->name);
    assert_true(junction.known);
    assert_close(junction.skip_l2, skip->l2, 1e-4 * skip->l2);
    assert_close(junction.branch_l2, branch->l2, 1e-4 * branch->l2);
}

static void check_backward(Check *check) {
    pass_run_backward(check->pass);
    for (int i = 0; i < check->network->op_count; i++)
        compare_tensor(check, find_record(check, GOLDEN_GRAD, check->network->ops[i].name),
                       pass_grad(check->pass, i));
    for (int p = 0; p < check->network->param_count; p++) check_param(check, &check->network->params[p]);
    for (int b = 0; b < check->network->block_count; b++) check_routes(check, b);
}

static void find_torch_errors(Check *check) {
    for (int k = 0; k < check->golden.record_count; k++) {
        const GoldenRecord *record = &check->golden.records[k];
        Class class = class_of(check, record);
        double *error = &check->torch_error[class.kind][class.op];
        *error = fmax(*error, record->float32_error);
    }
}

static void begin(Check *check, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "tests/golden/numbers/%s.golden", name);
    *check = (Check){.golden = golden_load(path)};
    Golden *golden = &check->golden;
    check->network = fixture_network(&golden->resnet, golden->salt);
    bool *lesioned = calloc((size_t)check->network->block_count, sizeof *lesioned);
    for (int k = 0; k < golden->lesioned_count; k++)
        lesioned[network_find_block(check->network, golden->lesioned[k])] = true;
    golden->pass.lesioned = lesioned;
    check->pass = fixture_pass(check->network, &golden->pass, golden->salt);
    free(lesioned);
    for (int n = 0; n < golden->pass.batch; n++)
        assert_int_equal(pass_target(check->pass, n), golden->targets[n]);
    find_torch_errors(check);
}

static void run_case(Check *check, const char *name) {
    begin(check, name);
    check_forward(check);
    check_backward(check);
}

static void finish(Check *check) {
    pass_free(check->pass);
    network_free(check->network);
    golden_free(&check->golden);
}

static void agrees(void **state) {
    Check check;
    run_case(&check, *state);
    subject_note(SUBJECT_OPERATOR, "%s", "");
    for (int kind = 0; kind < GOLDEN_KIND_COUNT; kind++) {
        const Worst *w = &check.worst[kind];
        if (!(w->share <= 1))
            fail_msg("%s %s (%s), %s: got %.17g, expected %.17g; error %.3g of the largest magnitude, "
                     "tolerance %.3g",
                     golden_kind_name(w->record->kind), w->record->name,
                     op_spec(class_of(&check, w->record).op)->name, w->what, w->got, w->expected, w->error,
                     tolerance_of(&check, w->record));
    }
    finish(&check);
}

static void print_table(const char *const *names, size_t count) {
    printf("%-44s", IS_DOUBLE ? "worst error, double engine" : "worst error, float engine");
    for (int kind = 0; kind < GOLDEN_KIND_COUNT; kind++) printf("  %14s", golden_kind_name(kind));
    printf("\n%-44s", "(in brackets: share of the tolerance)");
    for (size_t k = 0; k < count; k++) {
        Check check;
        run_case(&check, names[k]);
        printf("\n%-44s", names[k]);
        for (int kind = 0; kind < GOLDEN_KIND_COUNT; kind++)
            printf("  %7.1e (%4.2f)", check.worst[kind].error, check.worst[kind].share);
        const Worst *w = &check.worst[GOLDEN_PARAM];
        printf("  %s, %s", w->record->name, w->what);
        finish(&check);
        fflush(stdout);
    }
    printf("\n");
}

#define GOLDEN_NAME(name) #name,

enum { TESTS_MAX = 128, NAME_MAX_LENGTH = 64 };

/* The list, and for each activation function but the usual one the two cases that tests/reference makes. */
typedef struct Names {
    const char *all[TESTS_MAX];
    char own[TESTS_MAX][NAME_MAX_LENGTH];
    size_t count;
} Names;

static void collect_names(Names *names) {
    static const char *const listed[] = {GOLDEN_LIST(GOLDEN_NAME)};
    static const char *const ways[] = {"eval", "train"};
    for (size_t k = 0; k < sizeof listed / sizeof listed[0]; k++) names->all[names->count++] = listed[k];
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        if (!spec->activation || (OpKind)kind == op_default_activation()) continue;
        for (int w = 0; w < 2; w++) {
            char *name = names->own[names->count];
            snprintf(name, NAME_MAX_LENGTH, "resnet20_%s_optiona_%s_batch2", spec->name, ways[w]);
            names->all[names->count++] = name;
        }
    }
}

int main(int argc, char **argv) {
    static Names names;
    static struct CMUnitTest tests[TESTS_MAX];
    static char titles[TESTS_MAX][NAME_MAX_LENGTH + 24];
    gemm_init();
    collect_names(&names);
    if (argc > 1 && strcmp(argv[1], "--table") == 0) {
        print_table(names.all, names.count);
        return 0;
    }
    for (size_t k = 0; k < names.count; k++) {
        snprintf(titles[k], sizeof titles[k], "%s_agrees_with_pytorch", names.all[k]);
        tests[k] = (struct CMUnitTest){
            .name = titles[k], .test_func = agrees, .initial_state = (void *)names.all[k]};
    }
    return _cmocka_run_group_tests("pytorch", tests, names.count, NULL, NULL);
}
