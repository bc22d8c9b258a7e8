/* Gradients, most of which are not kept. Operations with OpSpec.backward_cells, batch norm, activation functions and
 * additions, are passed over on the way back: what one of them hands down is computed where it is read, a stretch of
 * pixels at a time (core/pass/chain), from the gradients that others have stored and from the activations. One with
 * sums over pixels, batch norm, needs the whole gradient at its step: it is gathered there in one sweep, and what it
 * hands down to a convolution is written in the same one, or in training, where that needs the whole sums, in a second
 * one. The gradient that an addition hands to both its inputs is read several times and is written by the first chain
 * that it is part of.
 *
 * What convolutions, pools and the linear layer hand down is stored. In a pass that may be looked at it stays, each in
 * memory of its own, and the two parts of the gradient of a block's input apart; all others can be computed from it at
 * any time, by the same chains and so to the same bits, into memory that nobody has touched before. Without inspection
 * gradients share a few places, and a block's two parts are added up where the first one lies. */
#include "core/pass/back.h"

#include <assert.h>

#include "core/base/integer.h"
#include "core/pass/chain.h"
#include "core/pass/foresee.h"
#include "core/pass/state.h"
#include "core/tensor/elementwise.h"

/* An operation runs as a whole where it is the last reader to arrive at a gradient that has several: the others have
 * stored their part by then. */
static bool is_passed_over(const Pass *pass, int op) {
    const Op *o = &pass->network->ops[op];
    bool passed = op_spec(o->kind)->backward_cells != NULL;
    for (int k = 0; k < o->input_count; k++) {
        const Node *node = &pass->nodes[o->inputs[k]];
        passed = passed && (node->reader_count == 1 || node->first_consumer != op);
    }
    return passed;
}

void back_choose(Pass *pass) {
    for (int i = 0; i < pass->network->op_count; i++) pass->nodes[i].passed_over = is_passed_over(pass, i);
}

/* Where what is handed down is stored, or what is only looked at may be written. */
typedef struct Own {
    real **at; /* to be set */
    size_t count;
    bool stored;
} Own;

static bool is_stored(const Pass *pass, int op) {
    const Node *node = &pass->nodes[op];
    return node->reader_count == 0 ||
           (node->reader_count == 1 && !pass->nodes[node->first_consumer].passed_over);
}

/* Memory that a pass keeps gradients in; returns how many, at most one an op and two a block. */
static int list_own(Pass *pass, Own *own) {
    const Network *network = pass->network;
    bool keeps = pass_keeps_routes(pass);
    int count = 0;
    for (int i = 0; i < network->op_count; i++) {
        bool wanted = i == 0 ? !pass->config.no_input_gradient : keeps || i == network_loss_op(network);
        if (wanted) own[count++] = (Own){&pass->nodes[i].grad, pass_act_count(pass, i), is_stored(pass, i)};
    }
    for (int b = 0; b < network->block_count && keeps; b++) {
        const Block *block = &network->blocks[b];
        size_t size = pass_act_count(pass, block->input);
        if (block->shortcut == SHORTCUT_NONE) continue;
        bool passed = pass->nodes[pass->nodes[block->input].last_consumer].passed_over;
        own[count++] = (Own){&pass->routes[b].branch, size, true};
        own[count++] = (Own){&pass->routes[b].skip, size, !passed};
    }
    return count;
}

/* In one piece for all that is stored, and for what is only looked at, which stays untouched until then. */
static bool reserve_own(Pass *pass) {
    size_t most = (size_t)pass->network->op_count + 2 * (size_t)pass->network->block_count;
    Own *own = arena_alloc(pass->arena, most, sizeof *own);
    int count = own ? list_own(pass, own) : 0;
    bool ok = own != NULL;
    for (int stored = 0; stored < 2 && ok; stored++) {
        size_t total = 0;
        for (int k = 0; k < count; k++)
            if (own[k].stored == stored) total += tensor_round_up(own[k].count);
        real *memory = arena_alloc(pass->arena, total, sizeof *memory);
        ok = memory != NULL;
        for (int k = 0; k < count && ok; k++) {
            if (own[k].stored != stored) continue;
            *own[k].at = memory;
            memory += tensor_round_up(own[k].count);
        }
    }
    return ok;
}

static int kind_of_place(const Pass *pass, int op) {
    const Op *o = &pass->network->ops[op];
    const Node *node = &pass->nodes[op];
    if (node->reader_count > 1 || o->input_count > 1) return BACK_SHARED;
    return node->reader_count == 1 && pass->nodes[node->first_consumer].passed_over ? BACK_PASSED
                                                                                    : BACK_STORED;
}

static bool reserve_places(Pass *pass) {
    size_t largest[BACK_PLACES] = {0};
    bool ok = true;
    for (int i = pass->config.no_input_gradient; i < pass->network->op_count; i++) {
        size_t *size = &largest[kind_of_place(pass, i)];
        *size = integer_max_size(*size, pass_act_count(pass, i));
        /* Whatever is looked at may come there. */
        if (pass_keeps_routes(pass))
            largest[BACK_PASSED] = integer_max_size(largest[BACK_PASSED], pass_act_count(pass, i));
    }
    if (pass_keeps_routes(pass)) largest[BACK_STORED] = 0;
    largest[BACK_STORED + 1] = largest[BACK_STORED];
    largest[BACK_SHARED + 1] = largest[BACK_SHARED];
    pass->back_places = arena_alloc(pass->arena, BACK_PLACES, sizeof *pass->back_places);
    for (int k = 0; k < BACK_PLACES && ok && pass->back_places; k++) {
        pass->back_places[k].memory = arena_alloc_hot(pass->arena, largest[k], sizeof(real));
        ok = pass->back_places[k].memory != NULL;
    }
    return ok && pass->back_places;
}

bool back_allocate(Pass *pass) {
    return reserve_places(pass) && reserve_own(pass);
}

/* A place of that kind: what lay there is nowhere now. Of two of a kind the one that was not the last. */
static real *claim(const Pass *pass, int kind, int op) {
    BackPlace *at = &pass->back_places[kind];
    if (kind != BACK_PASSED) {
        at->turn = !at->turn;
        at += at->turn;
    }
    Node *before = &pass->nodes[at->op];
    if (before->grad_value == at->memory) before->grad_value = NULL;
    at->op = op;
    return at->memory;
}

/* The place of that kind that this gradient lies in, or NULL. */
static BackPlace *place_of(const Pass *pass, int kind, int op) {
    BackPlace *places = &pass->back_places[kind];
    const real *value = pass->nodes[op].grad_value;
    for (int k = 0; k < 2 && value; k++)
        if (places[k].memory == value) return &places[k];
    return NULL;
}

/* From `from`, whose gradient nobody reads any more, to `to`: it is now the one that was taken last. */
static real *move_place(const Pass *pass, int kind, int from, int to) {
    BackPlace *first = &pass->back_places[kind], *place = place_of(pass, kind, from);
    pass->nodes[from].grad_value = NULL;
    place->op = to;
    first->turn = place != first;
    return place->memory;
}

static int input_index(const Op *op, int input) {
    return op->input_count > 1 && op->inputs[1] == input;
}

static ChainPlace append_grad(Chain *chain, int op, real *target);

/* Does the addition hand down nothing for input k? */
static bool is_closed(const Pass *pass, int addition, int k) {
    AddGates gates = pass_add_gates(pass, addition);
    return !(k == 0 ? gates.branch_backward : gates.skip_backward);
}

/* Is what it hands down for input k its own gradient as it is? */
static bool hands_on(const Pass *pass, int addition, int k) {
    bool scaled = k == 0 && pass_add_gates(pass, addition).branch_scale != 0;
    return !scaled && !is_closed(pass, addition, k);
}

/* The activation that op's backward pass reads. ReLU only asks for signs, which are those of its input: that is a
 * link less where nobody has looked at its output. */
static ChainPlace append_y(Chain *chain, int op) {
    const Op *o = &chain->pass->network->ops[op];
    const Node *node = &chain->pass->nodes[op];
    const OpActivation *activation = op_spec(o->kind)->activation;
    bool signs = activation && activation->rectifies && node->value != node->act;
    return chain_append_act(chain, signs ? o->inputs[0] : op, NULL);
}

/* What op hands down for input k, computed into `target` or, if that is NULL, wherever it is best. */
static ChainPlace append_edge(Chain *chain, int op, int k, real *target) {
    const Pass *pass = chain->pass;
    const Op *o = &pass->network->ops[op];
    const OpSpec *spec = op_spec(o->kind);
    Link link = {.kind = LINK_BACKWARD,
                 .run = pass_run_of(pass, op),
                 .x = {CHAIN_NOWHERE, CHAIN_NOWHERE},
                 .y = CHAIN_NOWHERE,
                 .input = k};
    bool adds = network_is_addition(pass->network, op), closed = adds && is_closed(pass, op, k);
    link.dy = closed ? CHAIN_NOWHERE : append_grad(chain, op, NULL);
    bool as_it_is = adds && hands_on(pass, op, k);
    if (as_it_is && (!target || link.dy.memory == target)) return link.dy;
    for (int j = 0; j < o->input_count && spec->backward_reads_x; j++)
        link.x[j] = chain_append_act(chain, o->inputs[j], NULL);
    if (spec->backward_reads_y) link.y = append_y(chain, op);
    link.dx = target ? chain_memory(target) : chain_take(chain);
    chain_append(chain, link);
    return link.dx;
}

/* Both parts of the gradient of a block's input. */
static ChainPlace append_sum(Chain *chain, int op, real *target) {
    const Pass *pass = chain->pass;
    const Node *node = &pass->nodes[op];
    const RouteParts *route = &pass->routes[node->block];
    Link link = {.kind = LINK_SUM, .run = pass_run_of(pass, op), .dy = CHAIN_NOWHERE, .dx = CHAIN_NOWHERE};
    int skip = node->last_consumer;
    link.x[0] = chain_memory(route->branch);
    link.x[1] = route->skip_is_there
                    ? chain_memory(route->skip)
                    : append_edge(chain, skip, input_index(&pass->network->ops[skip], op), NULL);
    link.y = target ? chain_memory(target) : chain_take(chain);
    chain_append(chain, link);
    return link.y;
}

/* Where the gradient of an addition goes, which the chain writes in passing: without inspection into the place of that
 * which it is made of; into its own memory where only somebody who looks needs it. */
static real *shared_target(const Pass *pass, int op) {
    bool wanted = pass->network->op_count - pass->backward_done > pass->network->ops[op].inputs[0];
    BackPlace *place = place_of(pass, BACK_SHARED, pass->nodes[op].first_consumer);
    if (!wanted && pass->nodes[op].grad) return pass->nodes[op].grad;
    return place ? place->memory : claim(pass, BACK_SHARED, op);
}

/* In training a batch norm reads what an activation function hands down twice: without inspection it is written over that
 * which it is made of. */
static real *twice_read_target(const Pass *pass, int op) {
    int reader = pass->nodes[op].first_consumer;
    bool twice = pass->config.batch_statistics && op_spec(pass->network->ops[op].kind)->backward_begin;
    if (!twice || pass_keeps_routes(pass) || !op_spec(pass->network->ops[reader].kind)->activation)
        return NULL;
    BackPlace *place = place_of(pass, BACK_STORED, reader);
    return place ? place->memory : NULL;
}

/* The gradient of op's output, computed into `target` or, if that is NULL, wherever it is best, unless it is there. */
static ChainPlace append_grad(Chain *chain, int op, real *target) {
    const Pass *pass = chain->pass;
    Node *node = &pass->nodes[op];
    if (node->grad_value) return chain_memory(node->grad_value);
    if (node->reader_count > 1) return append_sum(chain, op, target);
    int reader = node->first_consumer;
    if (!target && pass->network->ops[op].input_count > 1) target = shared_target(pass, op);
    if (!target) target = twice_read_target(pass, op);
    bool over = target && pass->nodes[reader].grad_value == target;
    ChainPlace written = append_edge(chain, reader, input_index(&pass->network->ops[reader], op), target);
    if (over) move_place(pass, place_of(pass, BACK_SHARED, reader) ? BACK_SHARED : BACK_STORED, reader, op);
    if (target && written.memory == target) node->grad_value = target;
    return written;
}

void back_fill(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (!node->grad || node->grad_value == node->grad) return;
    Chain chain = chain_of(pass, op);
    ChainPlace place = append_grad(&chain, op, node->grad);
    chain_run(&chain);
    if (place.memory != node->grad) elementwise_copy(node->grad, place.memory, pass_act_count(pass, op));
    node->grad_value = node->grad;
}

const real *back_read(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (node->grad_value) return node->grad_value;
    Chain chain = chain_of(pass, op);
    ChainPlace place = append_grad(&chain, op, claim(pass, BACK_PASSED, op));
    chain_run(&chain);
    return place.memory;
}

static void compute_route(const Pass *pass, int block, real *skip) {
    int input = pass->network->blocks[block].input, reader = pass->nodes[input].last_consumer;
    Chain chain = chain_of(pass, input);
    append_edge(&chain, reader, input_index(&pass->network->ops[reader], input), skip);
    chain_run(&chain);
}

void back_fill_route(const Pass *pass, int block, Route route) {
    RouteParts *parts = &pass->routes[block];
    if (route == ROUTE_BRANCH || parts->skip_is_there) return;
    compute_route(pass, block, parts->skip);
    parts->skip_is_there = true;
}

const real *back_read_route(const Pass *pass, int block, Route route) {
    RouteParts *parts = &pass->routes[block];
    if (route == ROUTE_BRANCH) return parts->branch;
    if (parts->skip_is_there) return parts->skip;
    real *skip = claim(pass, BACK_PASSED, 0);
    compute_route(pass, block, skip);
    return skip;
}

/* Does op read x on its way through the shortcut of the block whose input x is? */
static bool is_skip_consumer(const Network *network, int op, int block) {
    return op >= network->blocks[block].branch_last + 1;
}

/* A block's input, where nobody looks at the parts: one has arrived, or is that which an addition hands on, and can
 * give its place; returns false where there is nothing to add to. */
static bool take_first_part(const Pass *pass, int input) {
    Node *node = &pass->nodes[input];
    int other = node->last_consumer, k = input_index(&pass->network->ops[other], input);
    if (node->grad_value) return true;
    bool adds = network_is_addition(pass->network, other);
    if (adds && hands_on(pass, other, k)) {
        /* Where the branch is closed, nobody has asked for it yet. */
        Chain chain = chain_of(pass, other);
        append_grad(&chain, other, NULL);
        chain_run(&chain);
        node->grad_value = move_place(pass, BACK_SHARED, other, input);
        return true;
    }
    node->grad_value = claim(pass, BACK_SHARED, input);
    if (adds && is_closed(pass, other, k)) return false;
    Chain chain = chain_of(pass, input);
    append_edge(&chain, other, k, node->grad_value);
    chain_run(&chain);
    return true;
}

/* Where op writes what it hands down for input k. */
static void aim(Pass *pass, OpRun *run, int op, int k) {
    int input = run->op->inputs[k];
    Node *node = &pass->nodes[input];
    if (input == 0 && pass->config.no_input_gradient) return;
    if (node->reader_count == 1) {
        node->grad_value = node->grad ? node->grad : claim(pass, BACK_STORED, input);
    } else if (pass_keeps_routes(pass)) {
        RouteParts *route = &pass->routes[node->block];
        bool skip = is_skip_consumer(pass->network, op, node->block);
        run->dx[k] = skip ? route->skip : route->branch;
        route->skip_is_there = route->skip_is_there || skip;
        return;
    } else if (node->first_consumer != op) {
        node->grad_value = claim(pass, BACK_SHARED, input);
    } else {
        run->dx_adds[k] = take_first_part(pass, input);
    }
    run->dx[k] = node->grad_value;
}

/* The op needs its whole gradient: its inputs' are stored. */
static void run_whole(Pass *pass, int op) {
    const OpSpec *spec = op_spec(pass->network->ops[op].kind);
    const real *dy = back_read(pass, op);
    real *x[OP_INPUTS_MAX] = {NULL}, *y = NULL;
    const Op *o = &pass->network->ops[op];
    /* There is one place for open activations: more than one that is read has to be in its own memory. */
    for (int k = 0; k < o->input_count && spec->backward_reads_x; k++) {
        if (o->input_count > 1 || spec->backward_reads_y) open_fill(pass, o->inputs[k]);
        x[k] = open_read(pass, o->inputs[k]);
    }
    if (spec->backward_reads_y) y = open_read(pass, op);
    OpRun run = pass_run_of(pass, op);
    for (int k = 0; k < o->input_count; k++) {
        run.x[k] = x[k];
        aim(pass, &run, op, k);
    }
    run.y = y;
    run.dy = dy;
    /* PyTorch's golden gradients are met by any strategy; the arithmetic of a single one, which is shown, is not. */
    run.fast = run.fast || pass->config.no_inspection;
    run.soon = foresee_backward(pass, op);
    spec->backward(&run);
}

/* A sweep of an op with sums: gathers them, or writes dx, or both. */
typedef struct NormSweep {
    OpRun run;
    bool gathers;
    real *dx;
} NormSweep;

static void sweep(const Pass *pass, int op, NormSweep wanted) {
    Chain chain = chain_of(pass, op);
    Link link = {.run = wanted.run, .x = {CHAIN_NOWHERE, CHAIN_NOWHERE}, .y = CHAIN_NOWHERE};
    link.dy = append_grad(&chain, op, NULL);
    link.x[0] = chain_append_act(&chain, wanted.run.op->inputs[0], NULL);
    link.dx = CHAIN_NOWHERE;
    if (wanted.gathers) {
        link.kind = LINK_GATHER;
        chain.sums = wanted.run.scratch;
        chain.gathered = op_spec(wanted.run.op->kind)->gathered_count(wanted.run.op);
        chain_append(&chain, link);
    }
    if (wanted.dx) {
        link.kind = LINK_BACKWARD;
        link.dx = chain_memory(wanted.dx);
        chain_append(&chain, link);
    }
    chain_run(&chain);
}

/* What an op with sums hands down is written at its step where the op that reads it needs it whole. */
static real *norm_target(const Pass *pass, int input) {
    const Node *node = &pass->nodes[input];
    bool wanted = input > 0 || !pass->config.no_input_gradient;
    if (!wanted || node->passed_over || node->reader_count > 1) return NULL;
    return input == 0 ? node->grad : claim(pass, BACK_PASSED, input);
}

static void run_sums(Pass *pass, int op) {
    const OpSpec *spec = op_spec(pass->network->ops[op].kind);
    NormSweep both = {.run = pass_run_of(pass, op)};
    int input = both.run.op->inputs[0];
    both.gathers = op_gathers(&both.run);
    both.dx = norm_target(pass, input);
    if (!both.gathers && !both.dx) return;
    NormSweep first = both;
    if (both.run.batch_statistics) first.dx = NULL;
    sweep(pass, op, first);
    OpParts parts = op_parts(both.run.op, both.run.batch);
    if (both.gathers) op_add_parts(both.run.op, &parts, both.run.scratch);
    spec->backward_begin(&both.run, both.gathers ? both.run.scratch : NULL);
    if (both.dx && !first.dx) sweep(pass, op, (NormSweep){.run = both.run, .dx = both.dx});
    if (both.dx) pass->nodes[input].grad_value = both.dx;
}

void back_step(Pass *pass, int op) {
    const OpSpec *spec = op_spec(pass->network->ops[op].kind);
    if (pass->network->ops[op].input_count == 0) return;
    if (!pass->nodes[op].passed_over)
        run_whole(pass, op);
    else if (spec->backward_begin)
        run_sums(pass, op);
}
