#include "tests/support/arithmetic_check.h"

#include <math.h>

#include "tests/support/assert_close.h"

static void check_ranking(const ArithmeticPart *part) {
    double scale = fabs(part->total) + 1e-30;
    for (int k = 0; k < part->term_count; k++) scale += fabs(part->terms[k].value);
    for (int k = 1; k < part->term_count; k++)
        assert_true(fabs(part->terms[k].value) <= fabs(part->terms[k - 1].value));
    double shown = part->constant;
    for (int count = 0; count <= part->term_count; count++) {
        assert_close(shown + arithmetic_other(part, count), part->total, ARITHMETIC_EXACT * scale);
        if (count < part->term_count) shown += part->terms[count].value;
    }
}

static bool has_terms(const ArithmeticPart *part) {
    return part->axis != ARITHMETIC_NO_TERMS;
}

/* What the terms must come to, by kind of op. */
static double from_terms(const Network *network, const ArithmeticPart *part, bool backward) {
    const Op *op = &network->ops[part->op];
    if (op->kind == OP_AVG_POOL && !backward) return part->total / (op->in.h * op->in.w);
    return part->total;
}

static void check_grid(const ArithmeticPart *part) {
    const ArithmeticGrid *grid = &part->grid;
    double sum = 0, scale = 1e-30;
    if (grid->rows == 0 || !grid->weight_name) return;
    for (int k = 0; k < grid->rows * grid->columns; k++) {
        assert_close(grid->product[k], grid->value[k] * grid->weight[k], 0);
        if (grid->state[k] != ARITHMETIC_INSIDE) assert_close(grid->product[k], 0, 0);
        sum += grid->product[k];
        scale += fabs(grid->product[k]);
    }
    assert_true(part->chosen >= 0);
    assert_close(sum, part->terms[part->chosen].value, ARITHMETIC_EXACT * scale);
}

static void check_part(const Network *network, const ArithmeticPart *part, bool backward) {
    bool loss = part->op == network_loss_op(network);
    assert_true(part->formula[0] != '\0');
    assert_true(part->worked[0] != '\0' || has_terms(part) || loss || part->op == 0);
    if (!has_terms(part)) return;
    check_ranking(part);
    check_grid(part);
    if (loss) return;
    assert_close(part->value, from_terms(network, part, backward),
                 ARITHMETIC_EXACT * (part->magnitude + 1e-30));
}

Arithmetic arithmetic_check_cell(const ArithmeticQuery *query) {
    static Arithmetic arithmetic;
    const Network *network = pass_network(query->pass);
    if (!arithmetic_find(query, &arithmetic)) fail_msg("%s is not computed", network->ops[query->op].name);
    double sum = 0, tolerance = ARITHMETIC_ENGINE_TOLERANCE * arithmetic.magnitude;
    assert_true(arithmetic.part_count >= 1);
    for (int k = 0; k < arithmetic.part_count; k++) {
        check_part(network, &arithmetic.parts[k], query->backward);
        sum += arithmetic.parts[k].value;
    }
    assert_close(arithmetic.sum, sum, ARITHMETIC_EXACT * arithmetic.magnitude);
    if (!(fabs(arithmetic.sum - arithmetic.element) <= tolerance))
        fail_msg("%s %s ch %d (%d,%d): the terms come to %.9g, the tensor holds %.9g (tolerance %g)",
                 network->ops[query->op].name, query->backward ? "backward" : "forward", query->channel,
                 query->row, query->column, arithmetic.sum, arithmetic.element, tolerance);
    return arithmetic;
}
