#include "app/session/session_state.h"

/* Ops before the first block, and after the last one, form a group of their own. */
static int block_group(const Network *network, int op) {
    int block = network->ops[op].block;
    if (block >= 0) return block;
    return op <= network->blocks[0].input ? -1 : network->block_count;
}

static int group_at(const Network *network, int at) {
    return block_group(network, scene_op_at(network, at)) +
           (at < network->op_count ? 0 : network->block_count + 4);
}

static int last_of_group(const Network *network, int at, int direction) {
    int last = 2 * network->op_count - 1;
    while (at + direction >= 0 && at + direction <= last &&
           group_at(network, at + direction) == group_at(network, at))
        at += direction;
    return at;
}

int session_block_end(const Network *network, int at) {
    int end = last_of_group(network, at, 1);
    return end == at && at < 2 * network->op_count - 1 ? last_of_group(network, at + 1, 1) : end;
}

int session_block_start(const Network *network, int at) {
    int start = last_of_group(network, at, -1);
    return start == at && at > 0 ? last_of_group(network, at - 1, -1) : start;
}

int session_pass_end(const Network *network, int at) {
    int n = network->op_count;
    return at < n - 1 ? n - 1 : 2 * n - 1;
}

int session_pass_start(const Network *network, int at) {
    int n = network->op_count;
    return at > n ? n : 0;
}
