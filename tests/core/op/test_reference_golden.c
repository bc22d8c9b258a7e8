/* The reference loops against PyTorch: whole networks computed by them alone, forward and backward, and the
 * golden numbers of tests/golden/numbers, which are PyTorch's in float64. Together with the tests of the
 * kernels against the loops neither can be wrong unnoticed, nor both in the same way. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"
#include "tests/support/reference_check.h"

enum { OPS_MAX = 128 };

/* Of the largest magnitude of the tensor: two engines in double that add in different orders, a network deep. */
static const double ACT_TOLERANCE = 1e-12, GRAD_TOLERANCE = 2e-12;

typedef struct World {
    Golden golden;
    Network *network;
    Pass *pass; /* for its input and its gates; never run */
    struct Arena *arena;
    Doubles act[OPS_MAX], grad[OPS_MAX];
    Doubles w[OPS_MAX][OP_PARAMS_MAX], dw[OPS_MAX][OP_PARAMS_MAX];
} World;

/* Zeros where `values` is NULL. */
static Doubles doubles_of(World *world, Shape shape, const real *values) {
    size_t count = shape_count(shape);
    Doubles out = {shape, arena_alloc(world->arena, count, sizeof(double))};
    assert_non_null(out.data);
    for (size_t j = 0; values && j < count; j++) out.data[j] = (double)values[j];
    return out;
}

static void add_params(World *world, const Op *op) {
    for (int k = 0; k < op->param_count; k++) {
        const Param *param = &world->network->params[op->param_first + k];
        ParamShape as_file = {.role = param->role, .rank = param->rank};
        memcpy(as_file.dims, param->dims, sizeof as_file.dims);
        Shape shape = reference_param_shape(&as_file);
        const real *values = network_const_values(world->network, param);
        Doubles w = world->w[op->index][k] = doubles_of(world, shape, values);
        for (size_t j = 0; param->role == PARAM_CONV_WEIGHT && j < param->count; j++)
            w.data[j] = (double)values[reference_weight_place(shape, j)];
        world->dw[op->index][k] = doubles_of(world, shape, NULL);
    }
}

static void begin(World *world, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "tests/golden/numbers/%s.golden", name);
    *world = (World){.golden = golden_load(path), .arena = arena_new()};
    Golden *golden = &world->golden;
    world->network = fixture_network(&golden->resnet, golden->salt);
    bool *lesioned = calloc((size_t)world->network->block_count, sizeof *lesioned);
    assert_non_null(lesioned);
    for (int k = 0; k < golden->lesioned_count; k++)
        lesioned[network_find_block(world->network, golden->lesioned[k])] = true;
    golden->pass.lesioned = lesioned;
    world->pass = fixture_pass(world->network, &golden->pass, golden->salt);
    free(lesioned);
    assert_true(world->network->op_count <= OPS_MAX);
    for (int i = 0; i < world->network->op_count; i++) {
        Shape shape = op_output_shape(&world->network->ops[i], golden->pass.batch);
        world->act[i] = doubles_of(world, shape, i == 0 ? pass_input(world->pass) : NULL);
        world->grad[i] = doubles_of(world, shape, NULL);
        add_params(world, &world->network->ops[i]);
    }
}

static void finish(World *world) {
    pass_free(world->pass);
    network_free(world->network);
    golden_free(&world->golden);
    arena_free(world->arena);
}

static ReferenceRun run_of(const World *world, const Op *op) {
    int i = op->index;
    ReferenceRun run = {.op = op,
                        .batch_statistics = world->golden.pass.batch_statistics,
                        .gates = pass_add_gates(world->pass, i),
                        .targets = world->golden.targets,
                        .y = world->act[i],
                        .dy = world->grad[i]};
    memcpy(run.w, world->w[i], sizeof run.w);
    memcpy(run.dw, world->dw[i], sizeof run.dw);
    for (int k = 0; k < op->input_count; k++) {
        run.x[k] = world->act[op->inputs[k]];
        run.dx[k] = world->grad[op->inputs[k]];
    }
    return run;
}

/* The sampled elements, the largest magnitude and the norm. */
static void compare(const World *world, GoldenKind kind, const char *name, Doubles got) {
    const GoldenRecord *record = NULL;
    for (int k = 0; k < world->golden.record_count && !record; k++) {
        const GoldenRecord *other = &world->golden.records[k];
        if (other->kind == kind && strcmp(other->name, name) == 0) record = other;
    }
    subject_note(SUBJECT_OPERATOR, "%s %s", golden_kind_name(kind), name);
    if (!record) fail_msg("there are no golden numbers");
    assert_int_equal(record->count, shape_count(got.shape));
    /* A tensor that is zero has to be zero exactly. */
    double tolerance = (kind == GOLDEN_ACT ? ACT_TOLERANCE : GRAD_TOLERANCE) * record->max;
    double largest = 0, square = 0;
    for (size_t j = 0; j < record->count; j++) {
        largest = fmax(largest, fabs(got.data[j]));
        square += got.data[j] * got.data[j];
    }
    for (int s = 0; s < record->sample_count; s++) {
        size_t at = fixture_tensor_index(got.shape, golden_sample_position(record, s));
        assert_close(got.data[at], record->samples[s], tolerance);
    }
    assert_close(largest, record->max, tolerance);
    assert_close(sqrt(square), record->l2, tolerance * sqrt((double)record->count));
}

static void check_forward(World *world, int op_count) {
    for (int i = 0; i < op_count; i++) {
        const Op *op = &world->network->ops[i];
        const OpSpec *spec = op_spec(op->kind);
        ReferenceRun run = run_of(world, op);
        if (spec->reads != OP_READS_NOTHING) spec->reference->forward(&run);
        compare(world, GOLDEN_ACT, op->name, world->act[i]);
    }
}

static void check_backward(World *world) {
    const Network *network = world->network;
    world->grad[network_loss_op(network)].data[0] = 1;
    for (int i = network->op_count - 1; i > 0; i--) {
        const Op *op = &network->ops[i];
        ReferenceRun run = run_of(world, op);
        op_spec(op->kind)->reference->backward(&run);
    }
    for (int i = 0; i < network->op_count; i++) {
        const Op *op = &network->ops[i];
        compare(world, GOLDEN_GRAD, op->name, world->grad[i]);
        for (int k = 0; k < op->param_count; k++) {
            const Param *param = &network->params[op->param_first + k];
            if (param_role_learns(param->role)) compare(world, GOLDEN_PARAM, param->name, world->dw[i][k]);
        }
    }
}

/* All operators but max pooling, with every gate, in evaluation and in training. */
static void whole_networks_of_loops_are_those_of_pytorch(void **state) {
    static const char *const names[] = {"resnet20_optiona_train_batch1", "resnet20_optionb_cut_eval_batch2",
                                        "resnet20_optiona_lesion_eval_batch2",
                                        "resnet20_gelu_optiona_eval_batch2",
                                        "resnet20_silu_optiona_train_batch2"};
    static World world;
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        begin(&world, names[k]);
        check_forward(&world, world.network->op_count);
        check_backward(&world);
        finish(&world);
    }
}

/* Its other layers, of 224x224 pixels, would take seconds and are of the kinds above. */
static void the_stem_with_max_pooling_is_that_of_pytorch(void **state) {
    static World world;
    (void)state;
    begin(&world, "resnet18_optionb_eval_batch1");
    check_forward(&world, network_find_op(world.network, "maxpool") + 1);
    finish(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_networks_of_loops_are_those_of_pytorch),
        cmocka_unit_test(the_stem_with_max_pooling_is_that_of_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
