#include "core/inspect/gradient_flow.h"

#include <math.h>

int flow_row_count(const Network *network) {
    return network->block_count + 2;
}

static int row_block(const Network *network, int row) {
    return row >= 1 && row <= network->block_count ? row - 1 : -1;
}

static int row_input(const Network *network, int row) {
    if (row == 0) return 0;
    if (row <= network->block_count) return network->blocks[row - 1].input;
    return network->blocks[network->block_count - 1].output;
}

FlowRow flow_row(const Pass *pass, int row) {
    const Network *network = pass_network(pass);
    FlowRow flow = {.block = row_block(network, row),
                    .op = row_input(network, row),
                    .total = NAN,
                    .skip = NAN,
                    .branch = NAN,
                    .cosine = NAN};
    Stats stats = pass_grad_stats(pass, flow.op);
    flow.known = stats.known;
    if (stats.known) flow.total = stats.l2;
    if (flow.block < 0 || network->blocks[flow.block].shortcut == SHORTCUT_NONE) return flow;
    flow.has_skip = true;
    Junction junction = pass_junction(pass, flow.block);
    if (!junction.known) return flow;
    flow.skip = junction.skip_l2;
    flow.branch = junction.branch_l2;
    flow.cosine = junction.cosine;
    return flow;
}

const char *flow_row_name(const Network *network, int row) {
    int block = row_block(network, row);
    if (block >= 0) return network->blocks[block].name;
    return row == 0 ? "stem" : "head";
}

int flow_row_of(const Network *network, int op) {
    int block = network->ops[op].block;
    if (block >= 0) return 1 + block;
    return op <= network->blocks[0].input ? 0 : network->block_count + 1;
}

int flow_row_select(const Network *network, int row) {
    int block = row_block(network, row);
    if (block < 0) return row == 0 ? network->blocks[0].input : row_input(network, row) + 1;
    const Block *b = &network->blocks[block];
    return b->add >= 0 ? b->add : b->output;
}

FlowSummary flow_summary(const Pass *pass) {
    const Network *network = pass_network(pass);
    FlowSummary summary = {.blocks = network->block_count, .known = true, .largest = 1, .smallest = 1};
    double largest = -INFINITY, smallest = INFINITY;
    for (int row = 1; row <= summary.blocks; row++) {
        FlowRow flow = flow_row(pass, row);
        summary.known = summary.known && flow.known;
        if (flow.total > largest) largest = flow.total, summary.largest = row;
        if (flow.total < smallest) smallest = flow.total, summary.smallest = row;
        summary.opposing += flow.cosine < 0;
    }
    double head = flow_row(pass, summary.blocks + 1).total;
    summary.overall = head > 0 ? flow_row(pass, 1).total / head : NAN;
    summary.per_block = pow(summary.overall, 1.0 / summary.blocks);
    return summary;
}

static void widen(double range[2], double value) {
    if (!isfinite(value) || value <= 0) return;
    range[0] = fmin(range[0], value);
    range[1] = fmax(range[1], value);
}

void flow_widen_by_rows(const Pass *pass, double range[2]) {
    for (int row = 0; row < flow_row_count(pass_network(pass)); row++) {
        FlowRow flow = flow_row(pass, row);
        widen(range, flow.total);
        widen(range, flow.skip);
        widen(range, flow.branch);
    }
}

void flow_widen_by_ops(const Pass *pass, double range[2]) {
    int loss = network_loss_op(pass_network(pass));
    for (int op = 0; op < loss; op++) widen(range, pass_grad_stats(pass, op).l2);
}

bool flow_norms_untrained(const Network *network) {
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (param_role_learns(param->role)) continue;
        real born = param->role == PARAM_NORM_VAR ? 1 : 0;
        const real *values = network_const_values(network, param);
        for (size_t j = 0; j < param->count; j++)
            if (values[j] != born) return false;
    }
    return true;
}
