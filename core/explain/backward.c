/* Level 1, backward: what this gradient asks, and who passed it down. */
#include <math.h>

#include "core/explain/part.h"

static void say_question(Explanation *out, Stats g) {
    explain_say(out, EXPLAIN_TEXT,
                "How would the loss change if a number here were a little larger? That is its gradient. All "
                "of them together have length %.3g; the largest in size is %.3g.",
                explain_number(out, "length", g.l2),
                explain_number(out, "largest", fmax(fabs(g.min), fabs(g.max))));
}

/* Two messages meet at the input of a block. */
static void say_meeting(const ExplainQuery *query, int block, Explanation *out) {
    Junction junction = pass_junction(query->pass, block);
    if (!junction.known) return;
    explain_say(out, EXPLAIN_TEXT,
                "Two messages meet here and are added: one came back over the skip, length %.3g, one through "
                "the block's layers, length %.3g. They point %s.",
                explain_number(out, "skip", junction.skip_l2),
                explain_number(out, "branch", junction.branch_l2),
                explain_direction(explain_number(out, "cosine", junction.cosine)));
}

/* The block whose input this op's output is; -1. */
static int block_that_reads(const Network *network, int op) {
    for (int b = 0; b < network->block_count; b++)
        if (network->blocks[b].input == op && network->blocks[b].add >= 0) return b;
    return -1;
}

void explain_anyone_backward(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    int consumer = explain_consumer(network, query->op), block = block_that_reads(network, query->op);
    if (consumer < 0) {
        explain_say(out, EXPLAIN_TEXT,
                    "Here the way back begins: the loss counts itself fully, so its gradient is %.3g.",
                    explain_number(out, "one", (double)pass_grad(query->pass, query->op).data[0]));
        return;
    }
    OpSight sight = explain_sight(query, consumer);
    say_question(out, pass_grad_stats(query->pass, query->op));
    if (block >= 0)
        say_meeting(query, block, out);
    else
        op_spec(sight.run.op->kind)->say_backward(&sight, out);
    if (query->op == 0)
        explain_say(out, EXPLAIN_TEXT,
                    "This is the picture: its large places are where a changed pixel would matter most.");
}
