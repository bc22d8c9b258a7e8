/* Level 1, forward: two or three plain sentences about this thing in this run. */
#include "core/explain/part.h"
#include "core/op/activation.h"

/* How much the function at the end of a block lets through. */
static void say_end(const ExplainQuery *query, int output, Explanation *out) {
    OpSight sight = explain_sight(query, output);
    const OpSpec *spec = op_spec(sight.run.op->kind);
    double density = activation_density(&sight);
    if (spec->activation->has_gates)
        explain_more(out, " The %s at its end lets %.0f %% of the numbers through.", spec->title,
                     100 * explain_number(out, "open_share", density));
    else
        explain_more(out, " The %s at its end multiplies gradients by its slope: %.2f in the mean.",
                     spec->title, explain_number(out, "mean_slope", density));
}

static void say_block(const ExplainQuery *query, int index, Explanation *out) {
    const Block *block = &pass_network(query->pass)->blocks[index];
    if (block->add >= 0) {
        OpSight sight = explain_sight(query, block->add);
        op_spec(sight.run.op->kind)->say(&sight, out);
    } else {
        explain_say(out, EXPLAIN_TEXT,
                    "A block of a plain network: what it works out replaces what came in. Nothing goes round "
                    "it.");
    }
    say_end(query, block->output, out);
    Junction junction = pass_junction(query->pass, index);
    if (!junction.known || block->add < 0) return;
    explain_say(out, EXPLAIN_TEXT,
                "On the way back the gradient of x has length %.3g: %.3g came through the skip and %.3g "
                "through F%s.",
                explain_number(out, "grad_in", junction.in_l2),
                explain_number(out, "grad_skip", junction.skip_l2),
                explain_number(out, "grad_branch", junction.branch_l2),
                junction.cosine < 0 ? ", and the two partly cancel" : "");
}

void explain_anyone(const ExplainQuery *query, Explanation *out) {
    const Op *op = &pass_network(query->pass)->ops[query->op];
    OpSight sight = explain_sight(query, query->op);
    if (query->block)
        say_block(query, op->block, out);
    else
        op_spec(op->kind)->say(&sight, out);
}
