#include "core/inspect/block_figures.h"

#include <math.h>

#include "core/base/integer.h"
#include "core/op/activation.h"

int block_of_op(const Network *network, int op) {
    if (network->ops[op].block >= 0) return network->ops[op].block;
    return op <= network->blocks[0].input ? 0 : network->block_count - 1;
}

BlockGates block_gates(const Pass *pass, int block, bool backward) {
    SkipMode mode = pass_skip_mode(pass);
    return (BlockGates){.skip_closed = mode == SKIP_PLAIN || (mode == SKIP_CUT && backward),
                        .branch_closed = pass_block_is_lesioned(pass, block)};
}

static double act_l2(const Pass *pass, int op) {
    Stats stats = pass_act_stats(pass, op);
    return stats.known ? stats.l2 : NAN;
}

static double grad_l2(const Pass *pass, int op) {
    Stats stats = pass_grad_stats(pass, op);
    return stats.known ? stats.l2 : NAN;
}

static double kept(const Pass *pass, int output) {
    OpSight sight = pass_sight(pass, output);
    return activation_density(&sight);
}

/* The op before the activation: the addition, or the end of F in a plain network. */
static int sum_op(const Block *block) {
    return block->add >= 0 ? block->add : block->branch_last;
}

BlockForward block_forward(const Pass *pass, int block) {
    const Block *b = &pass_network(pass)->blocks[block];
    BlockForward f = {.x = act_l2(pass, b->input),
                      .shortcut = NAN,
                      .branch = act_l2(pass, b->branch_last),
                      .sum = act_l2(pass, sum_op(b)),
                      .y = act_l2(pass, b->output),
                      .ratio = NAN,
                      .cosine = NAN,
                      .kept = kept(pass, b->output)};
    f.known = !isnan(f.y);
    if (b->shortcut == SHORTCUT_NONE) return f;
    f.shortcut = act_l2(pass, b->shortcut_last);
    AdditionTerms terms = pass_addition_terms(pass, block);
    if (!terms.known) return f;
    f.ratio = terms.ratio;
    f.cosine = terms.cosine;
    return f;
}

BlockBackward block_backward(const Pass *pass, int block) {
    const Block *b = &pass_network(pass)->blocks[block];
    Junction junction = pass_junction(pass, block);
    BlockBackward g = {.known = junction.known,
                       .y = grad_l2(pass, b->output),
                       .sum = grad_l2(pass, sum_op(b)),
                       .skip = NAN,
                       .branch = NAN,
                       .x = grad_l2(pass, b->input),
                       .cosine = NAN,
                       .kept = kept(pass, b->output)};
    if (!junction.known) return g;
    g.branch = junction.branch_l2;
    if (b->shortcut != SHORTCUT_NONE) {
        g.skip = junction.skip_l2;
        g.cosine = junction.cosine;
    }
    return g;
}

int block_input_channel(const Network *network, int block, int c) {
    const Block *b = &network->blocks[block];
    int inside = network->ops[b->input].out.c, outside = network->ops[b->output].out.c;
    if (b->shortcut == SHORTCUT_ZERO_PAD) c -= (outside - inside) / 2;
    return integer_clamp(c, 0, inside - 1);
}
