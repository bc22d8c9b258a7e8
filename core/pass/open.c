/* Activations that are not kept. Batch norm, activation functions and additions cost less to compute again than to
 * write and to read back: ops of these kinds stay open, batch norm in training too, once its `begin` has the statistics.
 * The memory of such an activation is reserved and untouched until somebody looks at it (open_fill). On the way forward
 * the ops that read it get it in passing, computed a stretch of pixels at a time from what is there, through as many
 * open ops as lie between (core/pass/chain), and likewise those that need it on the way back. What one op reads is
 * computed when that runs. What several read, the outputs of blocks, is computed when it is its turn; a pass that goes
 * back keeps it, another one until the next but one. Every op does so by its own OpSpec.cells, so that the bits are the
 * same either way. */
#include "core/pass/open.h"

#include "core/pass/chain.h"
#include "core/pass/state.h"
#include "core/tensor/elementwise.h"

/* One output of a block in LINKS_MAX/3 or so is kept, so that none is far from what is there. The op at the end of a
 * chain may have two inputs, each at the end of LINKS_MAX open ones. The way back needs the other buffers. */
enum { LINKS_MAX = 36, BUFFERS_MAX = 5 };

/* Computes op, whose `begin` has been called, into y, as large as its activation. */
static void compute(const Pass *pass, int op, real *y, bool looks) {
    Chain chain = chain_of(pass, op);
    chain.looks = looks;
    chain_append_act(&chain, op, y);
    chain_run(&chain);
}

/* One of the pass's places for an activation: what lay there is nowhere now. */
static real *claim(const Pass *pass, int place, int op) {
    Passing *at = &pass->passing[place];
    Node *before = &pass->nodes[at->op];
    if (before->value == at->memory) before->value = NULL;
    at->op = op;
    return at->memory;
}

void open_forward(Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    real *y = node->act;
    if (node->open && node->reader_count == 1) return;
    if (node->open) {
        pass->turn = !pass->turn;
        y = claim(pass, 1 + pass->turn, op);
    }
    node->value = NULL;
    compute(pass, op, y, false);
}

void open_fill(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (!node->open || node->value == node->act) return;
    if (node->value)
        elementwise_copy(node->act, node->value, pass_act_count(pass, op));
    else
        compute(pass, op, node->act, true);
    node->value = node->act;
}

real *open_read(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (!node->value) compute(pass, op, claim(pass, 0, op), false);
    return node->value;
}

/* How many links a chain to op has where nothing on the way is there, and how many buffers it needs: those of one
 * input while the next is computed, or those of all inputs and the output. */
static void measure(const Pass *pass, int op, Node *node) {
    const Op *o = &pass->network->ops[op];
    int open = 0, first = chain_first_input(pass, o);
    node->links = 1;
    node->buffers = 1;
    for (int j = 0; j < o->input_count; j++) {
        const Node *input = &pass->nodes[o->inputs[j ^ first]];
        if (!input->open) continue;
        node->links += input->links;
        if (input->buffers + open > node->buffers) node->buffers = input->buffers + open;
        open++;
    }
    if (open + 1 > node->buffers) node->buffers = open + 1;
}

void open_choose(Pass *pass) {
    const Network *network = pass->network;
    for (int i = 0; i < network->op_count; i++) {
        Node *node = &pass->nodes[i];
        if (!op_spec(network->ops[i].kind)->cells) continue;
        measure(pass, i, node);
        bool near = node->links <= LINKS_MAX && node->buffers < BUFFERS_MAX;
        bool read = node->reader_count == 1 || (node->reader_count > 1 && pass->config.forward_only);
        node->open = near && read;
    }
}

bool open_allocate(Pass *pass) {
    size_t place[2] = {0};
    for (int i = 0; i < pass->network->op_count; i++) {
        const Node *node = &pass->nodes[i];
        size_t *largest = &place[node->reader_count > 1], count = pass_act_count(pass, i);
        if (node->open && count > *largest) *largest = count;
    }
    pass->passing = arena_alloc(pass->arena, OPEN_PLACES, sizeof *pass->passing);
    bool ok = pass->passing != NULL;
    for (int k = 0; k < OPEN_PLACES && ok; k++) {
        pass->passing[k].memory = arena_alloc_hot(pass->arena, place[k > 0], sizeof(real));
        ok = pass->passing[k].memory != NULL;
    }
    return ok;
}
