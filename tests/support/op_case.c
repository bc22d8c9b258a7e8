#include "tests/support/op_case.h"

#include <stdlib.h>

#include "core/base/rng.h"
#include "core/op/reference/reference.h"
#include "core/tensor/difference.h"
#include "tests/support/assert_close.h"

/* Kinds that are no activation functions. The window of the convolution reaches beyond its input, the batch
 * norm couples its batch. */
static const OpFixtureConfig cases[OP_KIND_COUNT] = {
    [OP_INPUT] = {.op = {.kind = OP_INPUT, .out = {1, 3, 4, 5}}, .batch = 2},
    [OP_CONV2D] =
        {.op = {.kind = OP_CONV2D, .channels = 4, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1},
         .x = {{1, 3, 7, 6}},
         .batch = 2},
    [OP_BATCH_NORM] = {.op = {.kind = OP_BATCH_NORM},
                       .x = {{1, 3, 4, 5}},
                       .batch = 2,
                       .batch_statistics = true},
    [OP_MAX_POOL] = {.op = {.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1},
                     .x = {{1, 3, 7, 6}},
                     .batch = 2},
    [OP_ADD] = {.op = {.kind = OP_ADD}, .x = {{1, 3, 4, 5}, {1, 3, 4, 5}}, .batch = 2},
    [OP_SHORTCUT_A] = {.op = {.kind = OP_SHORTCUT_A, .channels = 6, .stride = 2},
                       .x = {{1, 4, 6, 5}},
                       .batch = 2},
    [OP_AVG_POOL] = {.op = {.kind = OP_AVG_POOL}, .x = {{1, 3, 4, 5}}, .batch = 2},
    [OP_LINEAR] = {.op = {.kind = OP_LINEAR, .channels = 5}, .x = {{1, 7, 1, 1}}, .batch = 2},
    [OP_CROSS_ENTROPY] = {.op = {.kind = OP_CROSS_ENTROPY}, .x = {{1, 5, 1, 1}}, .batch = 2},
    [OP_BINARY_CROSS_ENTROPY] = {.op = {.kind = OP_BINARY_CROSS_ENTROPY}, .x = {{1, 1, 1, 1}}, .batch = 2},
    [OP_FEATURE] = {.op = {.kind = OP_FEATURE}, .x = {{1, 5, 1, 1}}, .batch = 2},
};

/* Values a tenth apart, the nearest to 0 half of that: no small step changes which of them is largest, or the
 * sign of one. */
static void separate(OpFixture *fixture) {
    Rng rng;
    rng_init(&rng, 7);
    int count = (int)fixture->x_count[0], *ranks = calloc((size_t)count, sizeof *ranks);
    assert_non_null(ranks);
    for (int j = 0; j < count; j++) ranks[j] = j;
    rng_shuffle(&rng, ranks, count);
    for (int j = 0; j < count; j++) fixture->x[0][j] = (real)(0.1 * (ranks[j] - count / 2) + 0.05);
    free(ranks);
}

OpFixture op_case_new(OpKind kind) {
    const OpSpec *spec = op_spec(kind);
    OpFixtureConfig config = cases[kind];
    if (spec->activation)
        config = (OpFixtureConfig){.op = {.kind = kind}, .x = {{1, 3, 4, 5}}, .batch = 2};
    else if (config.batch == 0)
        fail_msg("the operator %s has no case in tests/support/op_case.c", spec->name);
    OpFixture fixture = op_fixture_new(&config);
    if (spec->activation || spec->chooses) separate(&fixture);
    if (spec->one_for_batch) fixture.dy[0] = 1;
    /* A picture: what no operator writes. */
    for (size_t j = 0; spec->reads == OP_READS_NOTHING && j < fixture.y_count; j++)
        fixture.y[j] = (real)0.01 * (real)j;
    return fixture;
}

OpSight op_case_sight(OpFixture *fixture) {
    static const float mean[3] = {0.1f, 0.2f, 0.3f}, std[3] = {0.5f, 0.4f, 0.3f};
    OpSight sight = {.run = fixture->run, .mean = mean, .std = std};
    sight.run.op = &fixture->op;
    sight.run.targets = fixture->targets;
    if (fixture->op.input_count > 0) sight.x = tensor_stats(fixture->x[0], fixture->x_count[0]);
    sight.y = tensor_stats(fixture->y, fixture->y_count);
    if (fixture->op.input_count == 2) {
        Difference d = tensor_difference(fixture->x[0], fixture->x[1], NULL, fixture->x_count[0]);
        sight.terms = (AdditionTerms){true, d.a_l2, d.b_l2, d.a_l2 / d.b_l2, d.cosine};
    }
    return sight;
}

static bool is_text(const char *text) {
    return text && *text;
}

const char *op_case_missing(const OpSpec *spec) {
    static const OpReference none = {0};
    const OpReference *reference = spec->reference ? spec->reference : &none;
    const struct {
        const char *what;
        bool there;
    } parts[] = {
        {"name", is_text(spec->name)},
        {"title", is_text(spec->title)},
        {"word", is_text(spec->word)},
        {"brief", is_text(spec->brief)},
        {"sentence", is_text(spec->sentence)},
        {"forward_math", is_text(spec->forward_math)},
        {"backward_math", is_text(spec->backward_math)},
        {"source", is_text(spec->source)},
        {"shape", spec->shape},
        {"forward", spec->forward},
        {"backward", spec->backward},
        {"reference", spec->reference},
        {"reference.forward", reference->forward},
        {"reference.backward", reference->backward},
        {"reference.lines.forward", is_text(reference->lines.forward[0].path)},
        {"reference.lines.backward", is_text(reference->lines.backward[0].path)},
        {"arithmetic", spec->arithmetic},
        {"arithmetic_backward", spec->arithmetic_backward},
        {"say", spec->say},
        {"say_backward", spec->say_backward},
        {"say_torch", spec->say_torch},
        {"excerpts.forward", is_text(spec->excerpts.forward[0].path)},
        {"excerpts.backward", spec->reads == OP_READS_NOTHING || is_text(spec->excerpts.backward[0].path)},
        {"middle", spec->reads == OP_READS_NOTHING || spec->middle != OP_MIDDLE_NOTHING},
        {"activation.value", !spec->activation || spec->activation->value},
        {"activation.slope", !spec->activation || spec->activation->slope},
        {"activation.diagonal",
         !spec->activation || (spec->activation->diagonal[0] && spec->activation->diagonal[1])},
        {"activation.second_moment", !spec->activation || spec->activation->second_moment > 0},
    };
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        if (!parts[k].there) return parts[k].what;
    return NULL;
}
