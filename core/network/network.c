#include "core/network/network.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/network/draw.h"

/* Each parameter starts on a cache line. */
enum { VALUE_ALIGN = 16 };

void network_free(Network *network) {
    if (!network) return;
    draw_free(network);
    arena_free(network->arena); /* the Network itself lives in its arena */
}

int network_find_op(const Network *network, const char *name) {
    for (int i = 0; i < network->op_count; i++)
        if (strcmp(network->ops[i].name, name) == 0) return i;
    return -1;
}

int network_find_block(const Network *network, const char *name) {
    for (int b = 0; b < network->block_count; b++)
        if (strcmp(network->blocks[b].name, name) == 0) return b;
    return -1;
}

const Param *network_find_param(const Network *network, const char *name) {
    for (int p = 0; p < network->param_count; p++)
        if (strcmp(network->params[p].name, name) == 0) return &network->params[p];
    return NULL;
}

const OpSpec *network_activation(const Network *network) {
    return op_spec(network->ops[network->blocks[0].output].kind);
}

bool network_is_addition(const Network *network, int op) {
    int block = network->ops[op].block;
    return block >= 0 && network->blocks[block].add == op;
}

const Param *network_op_param(const Network *network, int op, ParamRole role) {
    const Op *o = &network->ops[op];
    for (int p = o->param_first; p < o->param_first + o->param_count; p++)
        if (network->params[p].role == role) return &network->params[p];
    return NULL;
}

size_t network_op_param_count(const Network *network, int op) {
    const Op *o = &network->ops[op];
    size_t count = 0;
    for (int p = o->param_first; p < o->param_first + o->param_count; p++)
        if (param_role_learns(network->params[p].role)) count += network->params[p].count;
    return count;
}

size_t network_param_count(const Network *network) {
    size_t count = 0;
    for (int i = 0; i < network->op_count; i++) count += network_op_param_count(network, i);
    return count;
}

uint64_t network_op_macs(const Network *network, int op) {
    const OpSpec *spec = op_spec(network->ops[op].kind);
    return spec->macs ? spec->macs(&network->ops[op]) : 0;
}

uint64_t network_macs(const Network *network) {
    uint64_t macs = 0;
    for (int i = 0; i < network->op_count; i++) macs += network_op_macs(network, i);
    return macs;
}

int network_logits_op(const Network *network) {
    return network->op_count - 2;
}

int network_loss_op(const Network *network) {
    return network->op_count - 1;
}

int network_answers(const Network *network) {
    return network->classes == 1 ? 2 : network->classes;
}

const char *network_answer_word(const Network *network) {
    return network->headless ? "feature" : "class";
}

int network_label(const Network *network, int answer) {
    return network->classes == 1 && answer >= 0 ? 1 - answer : answer;
}

int network_predict(const Network *network, const real *logits) {
    if (network->classes == 1) return logits[0] < 0 ? 1 : 0;
    int best = 0;
    for (int k = 1; k < network->classes; k++)
        if (logits[k] > logits[best]) best = k;
    return best;
}

void network_touch(Network *network) {
    network->version++;
}

real *network_values(Network *network, const Param *param) {
    draw_param(network, param);
    network_touch(network);
    return network->memory + param->offset;
}

const real *network_const_values(const Network *network, const Param *param) {
    draw_param(network, param);
    return network->memory + param->offset;
}

real *network_all_values(Network *network) {
    draw_all(network);
    network_touch(network);
    return network->memory;
}

const real *network_const_all_values(const Network *network) {
    draw_all(network);
    return network->memory;
}

void network_copy_values(Network *to, const Network *from) {
    for (int p = 0; p < to->param_count; p++) {
        const Param *param = &to->params[p], *source = network_find_param(from, param->name);
        if (!source || source->count != param->count) continue;
        draw_forget(to, param);
        memcpy(network_values(to, param), network_const_values(from, source), param->count * sizeof(real));
    }
}

/* The parameter of block `to` that stands where `param` does in block `from`; NULL when param is not of that
 * block, or has no such partner of its size. */
static const Param *partner(const Network *network, const Param *param, int to) {
    char name[PARAM_NAME_MAX];
    const Op *op = &network->ops[param->op];
    size_t prefix = strlen(network->blocks[op->block].name);
    snprintf(name, sizeof name, "%s%s", network->blocks[to].name, param->name + prefix);
    const Param *other = network_find_param(network, name);
    bool same = other && other->rank == param->rank && other->count == param->count &&
                memcmp(other->dims, param->dims, sizeof other->dims) == 0;
    return same ? other : NULL;
}

bool network_swap_blocks(Network *network, int a, int b, Error *err) {
    int missing[2] = {0};
    for (int k = 0; k < network->param_count; k++) {
        int block = network->ops[network->params[k].op].block;
        if (block != a && block != b) continue;
        missing[block == b] += !partner(network, &network->params[k], block == a ? b : a);
    }
    if (missing[0] + missing[1] > 0)
        return error_set(err, ERROR_USAGE,
                         "%s and %s have different shapes: expected two blocks of one stage, neither of them "
                         "its first where that changes the shape",
                         network->blocks[a].name, network->blocks[b].name);
    for (int k = 0; k < network->param_count && a != b; k++) {
        const Param *param = &network->params[k];
        if (network->ops[param->op].block != a) continue;
        real *x = network_values(network, param), *y = network_values(network, partner(network, param, b));
        for (size_t j = 0; j < param->count; j++) {
            real kept = x[j];
            x[j] = y[j];
            y[j] = kept;
        }
    }
    return true;
}

struct NetworkBuilder {
    Network *network;
    int op_capacity, block_capacity;
    Error *err;
    bool failed;
};

static bool builder_fail(NetworkBuilder *builder) {
    if (!builder->failed) error_set(builder->err, ERROR_FAILED, "not enough memory to build the network");
    builder->failed = true;
    return false;
}

NetworkBuilder *network_build_begin(const char *arch, Shape input, Error *err) {
    NetworkBuilder *builder = calloc(1, sizeof *builder);
    Arena *arena = arena_new();
    Network *network = arena ? arena_alloc(arena, 1, sizeof *network) : NULL;
    if (!builder || !network) {
        arena_free(arena);
        free(builder);
        error_set(err, ERROR_FAILED, "not enough memory to build the network");
        return NULL;
    }
    network->arena = arena;
    network->input = input;
    network->shortcut = '-';
    snprintf(network->arch, sizeof network->arch, "%s", arch);
    *builder = (NetworkBuilder){.network = network, .err = err};
    return builder;
}

/* Grows an array inside the arena; the old copy stays until the arena goes, which is small change for a list
 * of ops. */
static bool grow_list(NetworkBuilder *builder, void **items, int count, int *capacity, size_t size) {
    if (count < *capacity) return true;
    int wanted = *capacity ? 2 * *capacity : 64;
    void *larger = arena_alloc(builder->network->arena, (size_t)wanted, size);
    if (!larger) return builder_fail(builder);
    if (count > 0) memcpy(larger, *items, (size_t)count * size);
    *items = larger;
    *capacity = wanted;
    return true;
}

int network_build_op(NetworkBuilder *builder, Op prototype, const char *name_format, ...) {
    Network *network = builder->network;
    if (builder->failed ||
        !grow_list(builder, (void **)&network->ops, network->op_count, &builder->op_capacity, sizeof(Op)))
        return -1;
    Op *op = &network->ops[network->op_count];
    *op = prototype;
    op->index = network->op_count;
    va_list arguments;
    va_start(arguments, name_format);
    vsnprintf(op->name, sizeof op->name, name_format, arguments);
    va_end(arguments);
    Shape inputs[OP_INPUTS_MAX] = {0};
    for (int k = 0; k < op->input_count; k++) inputs[k] = network->ops[op->inputs[k]].out;
    op->in = inputs[0];
    if (!op_spec(op->kind)->shape(op, inputs, builder->err)) {
        builder->failed = true;
        return -1;
    }
    return network->op_count++;
}

int network_build_block(NetworkBuilder *builder, Block prototype) {
    Network *network = builder->network;
    if (builder->failed || !grow_list(builder, (void **)&network->blocks, network->block_count,
                                      &builder->block_capacity, sizeof(Block)))
        return -1;
    network->blocks[network->block_count] = prototype;
    return network->block_count++;
}

Block *network_build_get_block(NetworkBuilder *builder, int block) {
    assert(block >= 0 && block < builder->network->block_count);
    return &builder->network->blocks[block];
}

static void add_param(Network *network, Op *op, const ParamShape *shape) {
    Param *param = &network->params[network->param_count];
    *param = (Param){.role = shape->role,
                     .index = network->param_count++,
                     .op = op->index,
                     .rank = shape->rank,
                     .offset = network->value_count,
                     .count = 1};
    snprintf(param->name, sizeof param->name, "%s.%s", op->name, shape->suffix);
    for (int d = 0; d < shape->rank; d++) {
        param->dims[d] = shape->dims[d];
        param->count *= (size_t)shape->dims[d];
    }
    network->value_count += (param->count + VALUE_ALIGN - 1) / VALUE_ALIGN * VALUE_ALIGN;
}

static bool allocate_params(Network *network) {
    network->params = arena_alloc(network->arena, (size_t)network->op_count * OP_PARAMS_MAX, sizeof(Param));
    if (!network->params) return false;
    for (int i = 0; i < network->op_count; i++) {
        Op *op = &network->ops[i];
        const OpSpec *spec = op_spec(op->kind);
        ParamShape shapes[OP_PARAMS_MAX] = {0};
        op->param_first = network->param_count;
        op->param_count = spec->params ? spec->params(op, shapes) : 0;
        for (int k = 0; k < op->param_count; k++) add_param(network, op, &shapes[k]);
    }
    network->memory = arena_alloc_hot(network->arena, network->value_count, sizeof(real));
    return network->memory && draw_allocate(network);
}

Network *network_build_end(NetworkBuilder *builder, Error *err) {
    Network *network = builder->network;
    builder->err = err;
    if (!builder->failed && !allocate_params(network)) builder_fail(builder);
    if (!builder->failed) network->classes = network->ops[network_logits_op(network)].out.c;
    bool failed = builder->failed;
    free(builder);
    if (!failed) return network;
    network_free(network);
    return NULL;
}
