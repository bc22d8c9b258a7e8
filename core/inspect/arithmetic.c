#include "core/inspect/arithmetic.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

/* An op that reads the activation of another one, as its input number `input`. */
typedef struct Consumer {
    int op, input;
} Consumer;

static int find_consumers(const Network *network, int op, Consumer consumers[ARITHMETIC_PARTS_MAX]) {
    int count = 0;
    for (int i = op + 1; i < network->op_count; i++)
        for (int k = 0; k < network->ops[i].input_count; k++)
            if (network->ops[i].inputs[k] == op) {
                assert(count < ARITHMETIC_PARTS_MAX);
                consumers[count++] = (Consumer){.op = i, .input = k};
            }
    return count;
}

/* A block's input is read by the first op of its branch and by its shortcut. */
static ArithmeticRoute route_of(const Network *network, int op, int consumer) {
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        if (block->input != op || block->shortcut == SHORTCUT_NONE) continue;
        return consumer > block->branch_last ? ARITHMETIC_SKIP : ARITHMETIC_BRANCH;
    }
    return ARITHMETIC_WHOLE;
}

static OpSight sight_of(const ArithmeticQuery *query, int op) {
    OpSight sight = pass_sight(query->pass, op);
    if (query->normalise) {
        sight.mean = query->normalise->mean;
        sight.std = query->normalise->std;
    }
    return sight;
}

static OpCell cell_of(const ArithmeticQuery *query, const OpSight *sight, int part, int input) {
    return (OpCell){.sight = sight,
                    .backward = query->backward,
                    .input = input,
                    .n = query->n,
                    .channel = query->channel,
                    .row = query->row,
                    .column = query->column,
                    .wanted = query->part == part ? query->term : -1};
}

static ArithmeticPart *begin_part(Arithmetic *out, int op) {
    ArithmeticPart *part = &out->parts[out->part_count++];
    memset(part, 0, offsetof(ArithmeticPart, terms));
    part->op = op;
    part->note = "";
    part->tail = part->constant = part->total = part->value = part->magnitude = 0;
    part->chosen = -1;
    part->grid.rows = part->grid.columns = 0;
    part->grid.winner = part->grid.self = -1;
    return part;
}

/* The gradient of the loss with respect to itself starts the backward pass. */
static void seed_part(Arithmetic *out, int op) {
    ArithmeticPart *part = begin_part(out, op);
    part->formula = "d loss / d loss = 1";
    part->note = "where the backward pass begins";
    arithmetic_set_value(part, 1);
}

static void find_parts(const ArithmeticQuery *query, Arithmetic *out) {
    Consumer consumers[ARITHMETIC_PARTS_MAX];
    const Network *network = pass_network(query->pass);
    if (!query->backward) {
        OpSight sight = sight_of(query, query->op);
        OpCell cell = cell_of(query, &sight, 0, 0);
        op_spec(network->ops[query->op].kind)->arithmetic(&cell, begin_part(out, query->op));
        return;
    }
    int count = find_consumers(network, query->op, consumers);
    if (count == 0) seed_part(out, query->op);
    for (int k = 0; k < count; k++) {
        OpSight sight = sight_of(query, consumers[k].op);
        OpCell cell = cell_of(query, &sight, k, consumers[k].input);
        ArithmeticPart *part = begin_part(out, consumers[k].op);
        part->route = route_of(network, query->op, consumers[k].op);
        op_spec(network->ops[consumers[k].op].kind)->arithmetic_backward(&cell, part);
    }
}

bool arithmetic_find(const ArithmeticQuery *query, Arithmetic *out) {
    Tensor tensor = query->backward ? pass_grad(query->pass, query->op) : pass_act(query->pass, query->op);
    if (!tensor.data) return false;
    assert(query->n >= 0 && query->n < pass_batch(query->pass));
    assert(query->channel >= 0 && query->channel < tensor.shape.c);
    assert(query->row >= 0 && query->row < tensor.shape.h);
    assert(query->column >= 0 && query->column < tensor.shape.w);
    int n = query->n < tensor.shape.n ? query->n : 0; /* the loss is one number for all images */
    out->element = op_element(tensor, n, query->channel, query->row, query->column);
    out->part_count = 0;
    out->sum = out->magnitude = 0;
    find_parts(query, out);
    for (int k = 0; k < out->part_count; k++) {
        out->sum += out->parts[k].value;
        out->magnitude += out->parts[k].magnitude;
    }
    return true;
}

double arithmetic_other(const ArithmeticPart *part, int shown) {
    double sum = part->tail;
    for (int k = part->term_count - 1; k >= shown; k--) sum += part->terms[k].value;
    return sum;
}

const char *arithmetic_term_name(const ArithmeticPart *part, int index, char *buffer, size_t size) {
    static const char *const routes[] = {"branch", "skip"};
    static const char *const norms[] = {"dy", "via mean", "via variance"};
    int width = part->axis_width > 0 ? part->axis_width : 1;
    switch (part->axis) {
    case ARITHMETIC_NO_TERMS: utf8_copy(buffer, size, ""); break;
    case ARITHMETIC_IN_CHANNEL: snprintf(buffer, size, "in ch %d", index); break;
    case ARITHMETIC_OUT_CHANNEL: snprintf(buffer, size, "out ch %d", index); break;
    case ARITHMETIC_CELL:
    case ARITHMETIC_WINDOW: snprintf(buffer, size, "(%d,%d)", index / width, index % width); break;
    case ARITHMETIC_CLASS: snprintf(buffer, size, "class %d", index); break;
    case ARITHMETIC_ROUTE: utf8_copy(buffer, size, routes[index]); break;
    case ARITHMETIC_NORM: utf8_copy(buffer, size, norms[index]); break;
    }
    return buffer;
}

/* The one op that reads `op` cell by cell; -1 when there is none, or another one besides. */
static int find_follower(const Network *network, int op) {
    Consumer consumers[ARITHMETIC_PARTS_MAX];
    if (find_consumers(network, op, consumers) != 1) return -1;
    return op_spec(network->ops[consumers[0].op].kind)->reads == OP_READS_CELL ? consumers[0].op : -1;
}

int arithmetic_chain(const ArithmeticQuery *query, ArithmeticLink links[ARITHMETIC_LINKS_MAX]) {
    Arithmetic arithmetic;
    ArithmeticQuery at = *query;
    int count = 0;
    at.part = 0;
    at.term = -1;
    if (query->backward) return 0;
    while (count < ARITHMETIC_LINKS_MAX) {
        at.op = find_follower(pass_network(query->pass), at.op);
        if (at.op < 0 || !arithmetic_find(&at, &arithmetic)) break;
        ArithmeticLink *link = &links[count++];
        *link = (ArithmeticLink){.op = at.op, .value = arithmetic.element};
        memcpy(link->worked, arithmetic.parts[0].worked, sizeof link->worked);
    }
    return count;
}
