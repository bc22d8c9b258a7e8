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
                "the block's layers, length %.3g. Their directions have cosine %+.2f.",
                explain_number(out, "skip", junction.skip_l2),
                explain_number(out, "branch", junction.branch_l2),
                explain_number(out, "cosine", junction.cosine));
}

static void say_relu(const ExplainQuery *query, int reader, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s. Where that had set a number to zero, no message passes: %.0f %% of "
                "the places are open.",
                pass_network(query->pass)->ops[reader].name,
                100 * explain_number(out, "open_share", explain_open_share(query->pass, reader)));
}

static void say_loss(const ExplainQuery *query, Explanation *out) {
    int target = pass_target(query->pass, 0);
    double p = pass_probabilities(query->pass)[target];
    explain_say(
        out, EXPLAIN_TEXT,
        "The first message on the way back: for each class its probability, and for the class that is "
        "asked for 1 less: %.4g. The surer the network is, the less there is to learn from this "
        "picture.",
        explain_number(out, "target_gradient", p - 1));
}

static void say_norm(const ExplainQuery *query, const Op *norm, Explanation *out) {
    const real *gamma = network_const_values(pass_network(query->pass),
                                             &pass_network(query->pass)->params[norm->param_first]);
    const real *inv_std = pass_norm_inv_std(query->pass, norm->index);
    double sum = 0;
    for (int c = 0; c < norm->out.c; c++) sum += fabs((double)gamma[c] * (double)inv_std[c]);
    explain_say(
        out, EXPLAIN_TEXT,
        "It came back through %s, which multiplies every message by a number of its map: %.3g in the "
        "mean over the maps, regardless of sign.%s",
        norm->name, explain_number(out, "factor", sum / norm->out.c),
        pass_batch_statistics(query->pass)
            ? " Because the mean and spread are those of these very pictures, it also takes away what "
              "would only have moved them."
            : "");
}

static void say_reader(const ExplainQuery *query, int reader, Explanation *out) {
    const Op *op = &pass_network(query->pass)->ops[reader];
    switch (op->kind) {
    case OP_CONV2D:
        explain_say(
            out, EXPLAIN_TEXT,
            "It came back through %s: each number here was read by %d filters at up to %d places, and "
            "the gradients of all those answers return over the same weights.",
            op->name, op->out.c,
            ((op->kernel_h + op->stride - 1) / op->stride) * ((op->kernel_w + op->stride - 1) / op->stride));
        break;
    case OP_BATCH_NORM: say_norm(query, op, out); break;
    case OP_RELU: say_relu(query, reader, out); break;
    case OP_MAX_POOL:
        explain_say(out, EXPLAIN_TEXT,
                    "It came back through %s: only the largest of each window gets the message, the others "
                    "get none.",
                    op->name);
        break;
    case OP_ADD:
        explain_say(out, EXPLAIN_TEXT,
                    "It came back through %s, which hands its gradient on as it is, the same to the block's "
                    "layers and to the skip.",
                    op->name);
        break;
    case OP_AVG_POOL:
        explain_say(out, EXPLAIN_TEXT,
                    "It came back through %s: every place of a map gets the same share, one part in %d.",
                    op->name, op->in.h * op->in.w);
        break;
    case OP_SHORTCUT_A:
        explain_say(out, EXPLAIN_TEXT,
                    "Over %s only the places that were kept get a message; the empty maps lead nowhere.",
                    op->name);
        break;
    case OP_LINEAR:
        explain_say(out, EXPLAIN_TEXT,
                    "It came back through %s: the messages of all %d classes return over the weights they "
                    "were scored with.",
                    op->name, op->out.c);
        break;
    case OP_CROSS_ENTROPY: say_loss(query, out); break;
    case OP_INPUT:
    case OP_KIND_COUNT: break;
    }
}

/* The block whose input this op's output is; -1. */
static int block_that_reads(const Network *network, int op) {
    for (int b = 0; b < network->block_count; b++)
        if (network->blocks[b].input == op && network->blocks[b].add >= 0) return b;
    return -1;
}

void explain_anyone_backward(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    int reader = explain_reader(network, query->op), block = block_that_reads(network, query->op);
    if (reader < 0) {
        explain_say(out, EXPLAIN_TEXT,
                    "Here the way back begins: the loss counts itself fully, so its gradient is %.3g.",
                    explain_number(out, "one", (double)pass_grad(query->pass, query->op).data[0]));
        return;
    }
    say_question(out, pass_grad_stats(query->pass, query->op));
    if (block >= 0)
        say_meeting(query, block, out);
    else
        say_reader(query, reader, out);
    if (query->op == 0)
        explain_say(out, EXPLAIN_TEXT,
                    "This is the picture: its large places are where a changed pixel would matter most.");
}
