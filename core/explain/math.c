/* Level 3: the formula, its derivative, and the formula again with the numbers of the selected cell. */
#include <math.h>
#include <stdio.h>

#include "core/explain/part.h"
#include "core/inspect/arithmetic.h"
#include "core/op/activation.h"

enum { TERMS_SHOWN = 3 };

static void say_terms(const ArithmeticPart *part, Explanation *out) {
    char name[48];
    int shown = part->term_count < TERMS_SHOWN ? part->term_count : TERMS_SHOWN;
    explain_say(out, EXPLAIN_FORMULA, "=");
    for (int k = 0; k < shown; k++)
        explain_more(out, " %+.4g (%s)", part->terms[k].value,
                     arithmetic_term_name(part, part->terms[k].index, name, sizeof name));
    if (part->term_total > shown)
        explain_more(out, " %+.4g (%d others)", arithmetic_other(part, shown), part->term_total - shown);
    if (part->constant != 0) explain_more(out, " %+.4g (bias)", part->constant);
    explain_more(out, " = %.6g", part->value);
}

static void say_part(const ArithmeticPart *part, const Network *network, bool backward, Explanation *out) {
    if (backward)
        explain_say(out, EXPLAIN_FORMULA, "from %s%s: %s", network->ops[part->op].name,
                    part->route == ARITHMETIC_SKIP     ? " (through the skip)"
                    : part->route == ARITHMETIC_BRANCH ? " (through F)"
                                                       : "",
                    part->formula);
    if (part->closed)
        explain_say(out, EXPLAIN_FORMULA, "= 0, this way has been taken away");
    else if (part->worked[0])
        explain_say(out, EXPLAIN_FORMULA, "= %s", part->worked);
    else if (part->term_count > 0)
        say_terms(part, out);
    else
        explain_say(out, EXPLAIN_FORMULA, "= %.6g", part->value);
    if (part->note && part->note[0]) explain_say(out, EXPLAIN_TEXT, "%s", part->note);
}

ArithmeticQuery explain_cell(const ExplainQuery *query) {
    return (ArithmeticQuery){.pass = query->pass,
                             .normalise = query->normalise,
                             .op = query->op,
                             .backward = query->backward,
                             .channel = query->channel,
                             .row = query->row,
                             .column = query->column,
                             .term = -1};
}

static void say_cell(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    Shape shape = network->ops[query->op].out;
    Arithmetic sum;
    ArithmeticQuery cell = explain_cell(query);
    if (!arithmetic_find(&cell, &sum)) return;
    const char *name = query->backward ? "∂L/∂y" : "y";
    if (shape.h * shape.w > 1)
        explain_say(out, EXPLAIN_FORMULA, "%s at channel %d, row %d, column %d:", name, query->channel,
                    query->row, query->column);
    else
        explain_say(out, EXPLAIN_FORMULA, "%s at %d:", name, query->channel);
    for (int k = 0; k < sum.part_count; k++) say_part(&sum.parts[k], network, query->backward, out);
    if (sum.part_count > 1)
        explain_say(out, EXPLAIN_FORMULA, "together %.6g; in memory %.6g", sum.sum, sum.element);
    explain_number(out, "sum", sum.sum);
    explain_number(out, "element", sum.element);
}

/* What stands in the block's formula for shortcut(x), and for its derivative. */
typedef struct ShortcutLetters {
    const char *value, *derivative;
} ShortcutLetters;

static ShortcutLetters letters_of(ShortcutKind kind) {
    if (kind == SHORTCUT_IDENTITY) return (ShortcutLetters){"x", "I"};
    return kind == SHORTCUT_ZERO_PAD ? (ShortcutLetters){"S x", "S"} : (ShortcutLetters){"W x", "W"};
}

/* y = f(F(x) + x): what most pages leave out is D, the mask of the activation after the addition. */
static void say_formulas(const ExplainQuery *query, const Block *block, Explanation *out) {
    OpSight sight = explain_sight(query, block->output);
    const OpSpec *f = op_spec(sight.run.op->kind);
    const char *const *d = f->activation->diagonal;
    if (block->add < 0) {
        explain_say(out, EXPLAIN_FORMULA, "y = %s(F(x))", f->name);
        explain_say(out, EXPLAIN_FORMULA, "∂L/∂x = (∂F/∂x)ᵀ D ∂L/∂y,  D = diag[%sF(x)%s]", d[0], d[1]);
    } else {
        ShortcutLetters s = letters_of(block->shortcut);
        explain_say(out, EXPLAIN_FORMULA, "y = %s(F(x) + %s)", f->name, s.value);
        explain_say(out, EXPLAIN_FORMULA, "∂L/∂x = (%s + ∂F/∂x)ᵀ D ∂L/∂y,  D = diag[%sF(x) + %s%s]",
                    s.derivative, d[0], s.value, d[1]);
    }
    double density = activation_density(&sight);
    if (f->activation->has_gates)
        explain_say(out, EXPLAIN_FORMULA, "share of ones in D: %.4g",
                    explain_number(out, "open_share", density));
    else
        explain_say(out, EXPLAIN_FORMULA, "mean of the entries of D: %.4g",
                    explain_number(out, "mean_slope", density));
}

/* |F(x)| beside |shortcut(x)|, as they were added. */
static void say_lengths(const ExplainQuery *query, int index, Explanation *out) {
    const Block *block = &pass_network(query->pass)->blocks[index];
    AdditionTerms sum = pass_addition_terms(query->pass, index);
    if (!sum.known) return;
    explain_say(out, EXPLAIN_FORMULA, "|F(x)| / |%s| = %.4g / %.4g = %.4g,  cos = %+.4g",
                block->shortcut == SHORTCUT_IDENTITY ? "x" : "shortcut(x)",
                explain_number(out, "branch", sum.branch_l2), explain_number(out, "skip", sum.skip_l2),
                explain_number(out, "change", sum.ratio), explain_number(out, "cosine", sum.cosine));
}

static void say_block(const ExplainQuery *query, int index, Explanation *out) {
    const Block *block = &pass_network(query->pass)->blocks[index];
    say_formulas(query, block, out);
    say_lengths(query, index, out);
    Junction junction = pass_junction(query->pass, index);
    if (block->add >= 0 && junction.known)
        explain_say(out, EXPLAIN_FORMULA,
                    "|∂L/∂x| = %.4g: skip part %.4g, F part %.4g, cos = %+.4g;  |∂L/∂y| = %.4g",
                    explain_number(out, "grad_in", junction.in_l2),
                    explain_number(out, "grad_skip", junction.skip_l2),
                    explain_number(out, "grad_branch", junction.branch_l2),
                    explain_number(out, "grad_cosine", junction.cosine),
                    explain_number(out, "grad_out", junction.out_l2));
    explain_say(out, EXPLAIN_REFERENCE, "He et al. 2015, arXiv:1512.03385, section 3.2, equations 1 and 2");
}

void explain_math(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    const Op *op = &network->ops[query->op];
    if (query->block) {
        say_block(query, op->block, out);
        return;
    }
    const OpSpec *spec = op_spec(op->kind);
    int consumer = query->backward ? explain_consumer(network, query->op) : -1;
    if (consumer >= 0) spec = op_spec(network->ops[consumer].kind);
    if (query->backward && consumer < 0) {
        explain_say(out, EXPLAIN_FORMULA, "∂L/∂L = %.3g",
                    explain_number(out, "one", (double)pass_grad(query->pass, query->op).data[0]));
        return;
    }
    explain_say(out, EXPLAIN_FORMULA, "%s", query->backward ? spec->backward_math : spec->forward_math);
    if (!query->backward && op->input_count > 0)
        explain_say(out, EXPLAIN_FORMULA, "backward: %s", spec->backward_math);
    say_cell(query, out);
    explain_say(out, EXPLAIN_REFERENCE, "%s", spec->source);
}
