#include "core/pass/chain.h"

#include <assert.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/share.h"
#include "core/pass/state.h"
#include "core/tensor/elementwise.h"

/* Every op once on the way back, with what it reads of the way forward. */
enum { LINKS_PER_OP = 4 };

bool chain_allocate(Pass *pass) {
    const Network *network = pass->network;
    /* However many threads there will be when somebody looks; what is not used costs no memory. */
    size_t widest = 0, areas = (size_t)PARALLEL_THREADS_MAX * CHAIN_BUFFERS;
    for (int i = 0; i < network->op_count; i++) {
        const Op *op = &network->ops[i];
        if (!op_spec(op->kind)->cells) continue;
        widest = integer_max_size(widest, op_parts(op, pass->config.batch).stretch * (size_t)op->out.c);
    }
    pass->stretch_size = tensor_round_up(widest);
    pass->stretches = arena_alloc(pass->arena, pass->stretch_size * areas, sizeof *pass->stretches);
    pass->links = arena_alloc(pass->arena, LINKS_PER_OP * (size_t)network->op_count, sizeof *pass->links);
    return pass->stretches && pass->links;
}

Chain chain_of(const Pass *pass, int op) {
    const Op *o = &pass->network->ops[op];
    return (Chain){.pass = pass,
                   .parts = op_parts(o, pass->config.batch),
                   .channels = (size_t)o->out.c,
                   .links = pass->links};
}

ChainPlace chain_take(Chain *chain) {
    int b = 0;
    while (b < CHAIN_BUFFERS && chain->taken[b]) b++;
    assert(b < CHAIN_BUFFERS);
    chain->taken[b] = true;
    return (ChainPlace){.buffer = b};
}

static void give_back(Chain *chain, ChainPlace place) {
    if (!place.memory && place.buffer >= 0) chain->taken[place.buffer] = false;
}

void chain_append(Chain *chain, Link link) {
    assert(chain->count < LINKS_PER_OP * chain->pass->network->op_count);
    for (int k = 0; k < OP_INPUTS_MAX; k++) give_back(chain, link.x[k]);
    bool writes_y = link.kind == LINK_FORWARD || link.kind == LINK_SUM || link.kind == LINK_COPY;
    if (!writes_y) give_back(chain, link.y);
    give_back(chain, link.dy);
    chain->links[chain->count++] = link;
}

int chain_first_input(const Pass *pass, const Op *op) {
    return op->input_count == 2 && pass->nodes[op->inputs[1]].links > pass->nodes[op->inputs[0]].links;
}

ChainPlace chain_append_act(Chain *chain, int op, real *y) {
    const Pass *pass = chain->pass;
    Node *node = &pass->nodes[op];
    const Op *o = &pass->network->ops[op];
    if (node->value) return chain_memory(node->value);
    Link link = {.kind = LINK_FORWARD,
                 .run = pass_run_of(pass, op),
                 .x = {CHAIN_NOWHERE, CHAIN_NOWHERE},
                 .dy = CHAIN_NOWHERE,
                 .dx = CHAIN_NOWHERE};
    for (int j = 0; j < o->input_count; j++) {
        int k = j ^ chain_first_input(pass, o), input = o->inputs[k];
        bool keeps = chain->looks && pass->nodes[input].reader_count > 1;
        link.x[k] = chain_append_act(chain, input, keeps ? pass->nodes[input].act : NULL);
    }
    link.y = y ? chain_memory(y) : chain_take(chain);
    chain_append(chain, link);
    if (y) node->value = y;
    return link.y;
}

/* The stretch that a worker is at. */
typedef struct Stretch {
    size_t before, pixels; /* elements before it */
    real *buffers;         /* the worker's */
} Stretch;

static real *here(const Chain *chain, ChainPlace place, const Stretch *stretch) {
    if (place.memory) return place.memory + stretch->before;
    return place.buffer < 0 ? NULL : stretch->buffers + (size_t)place.buffer * chain->pass->stretch_size;
}

static void run_link(const Chain *chain, const Link *link, const Stretch *stretch, double *sums) {
    OpRun run = link->run;
    const OpSpec *spec = op_spec(run.op->kind);
    for (int k = 0; k < OP_INPUTS_MAX; k++) {
        run.x[k] = here(chain, link->x[k], stretch);
        run.dx[k] = NULL;
    }
    run.y = here(chain, link->y, stretch);
    run.dy = here(chain, link->dy, stretch);
    run.dx[link->input] = here(chain, link->dx, stretch);
    const size_t count = stretch->pixels * chain->channels;
    switch (link->kind) {
    case LINK_FORWARD: spec->cells(&run, stretch->pixels); break;
    case LINK_BACKWARD: spec->backward_cells(&run, stretch->pixels); break;
    case LINK_GATHER: spec->backward_gather(&run, stretch->pixels, sums); break;
    case LINK_SUM: elementwise_sum_alone(run.y, run.x[0], run.x[1], count); break;
    case LINK_COPY: memcpy(run.y, run.x[0], count * sizeof *run.y); break;
    }
}

static void chain_work(void *context, int begin, int end, int worker) {
    const Chain *chain = context;
    const OpParts *parts = &chain->parts;
    size_t from = (size_t)begin, to = (size_t)end;
    double *sums = chain->sums ? chain->sums + from / parts->part * chain->gathered : NULL;
    Stretch stretch = {.buffers = chain->pass->stretches +
                                  (size_t)worker * CHAIN_BUFFERS * chain->pass->stretch_size};
    if (sums) memset(sums, 0, chain->gathered * sizeof *sums);
    for (size_t p = from; p < to; p += parts->stretch) {
        stretch.before = p * chain->channels;
        stretch.pixels = to - p < parts->stretch ? to - p : parts->stretch;
        for (int k = 0; k < chain->count; k++) run_link(chain, &chain->links[k], &stretch, sums);
    }
}

void chain_run(Chain *chain) {
    const OpParts *parts = &chain->parts;
    if (chain->count > 0) share_parts((int)parts->pixels, (int)parts->part, chain_work, chain);
}
