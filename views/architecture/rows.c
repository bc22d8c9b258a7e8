#include "views/architecture/rows.h"

const char *fold_level_name(FoldLevel level) {
    static const char *const names[] = {
        [FOLD_STAGES] = "stages", [FOLD_BLOCKS] = "blocks", [FOLD_NONE] = "none"};
    return names[level];
}

static int last_block_op(const Network *network) {
    return network->block_count > 0 ? network->blocks[network->block_count - 1].output : 0;
}

static bool starts_block(const Network *network, int op) {
    int block = network->ops[op].block;
    return block >= 0 && network->blocks[block].branch_first == op;
}

int architecture_group_of(const Network *network, int op) {
    int block = network->ops[op].block;
    if (block >= 0) return network->blocks[block].stage;
    if (op <= last_block_op(network)) return 0;
    return network->block_count > 0 ? network->blocks[network->block_count - 1].stage + 1 : 1;
}

static int group_last(const Network *network, int op) {
    int group = architecture_group_of(network, op);
    while (op + 1 < network->op_count && architecture_group_of(network, op + 1) == group) op++;
    return op;
}

bool architecture_row_is_folded(const ArchitectureRow *row) {
    return row->kind == ROW_FOLDED_STAGE || row->kind == ROW_FOLDED_BLOCK;
}

static bool group_is_open(const Network *network, ArchitectureFold fold, int op) {
    int group = architecture_group_of(network, op);
    return fold.level == FOLD_NONE || fold.group == group ||
           (fold.level == FOLD_BLOCKS && network->ops[op].block >= 0);
}

static ArchitectureRow op_row(int op) {
    return (ArchitectureRow){.kind = ROW_OP, .op = op, .last = op};
}

static ArchitectureRow block_row(const Network *network, ArchitectureFold fold, int op) {
    int block = network->ops[op].block;
    if (fold.level == FOLD_NONE || fold.block == block)
        return (ArchitectureRow){.kind = ROW_BLOCK, .op = op, .last = op};
    return (ArchitectureRow){.kind = ROW_FOLDED_BLOCK, .op = op, .last = network->blocks[block].output};
}

static ArchitectureRow group_row(const Network *network, ArchitectureFold fold, int op) {
    if (group_is_open(network, fold, op)) return (ArchitectureRow){.kind = ROW_STAGE, .op = op, .last = op};
    return (ArchitectureRow){.kind = ROW_FOLDED_STAGE, .op = op, .last = group_last(network, op)};
}

/* The row after `row`, without its `more`. */
static ArchitectureRow row_after(const Network *network, ArchitectureFold fold, ArchitectureRow row) {
    int op = row.last + 1;
    if (row.kind == ROW_BLOCK) return op_row(row.op);
    if (row.kind == ROW_STAGE)
        return starts_block(network, row.op) ? block_row(network, fold, row.op) : op_row(row.op);
    if (op >= network->op_count ||
        architecture_group_of(network, op) == architecture_group_of(network, op - 1))
        return op < network->op_count && starts_block(network, op) ? block_row(network, fold, op)
                                                                   : op_row(op);
    return group_row(network, fold, op);
}

static ArchitectureRow with_more(const Network *network, ArchitectureFold fold, ArchitectureRow row) {
    row.more = row.op < network->op_count && row_after(network, fold, row).kind == ROW_FOLDED_BLOCK;
    return row;
}

ArchitectureRow architecture_row_next(const Network *network, ArchitectureFold fold, ArchitectureRow row) {
    return with_more(network, fold, row_after(network, fold, row));
}

ArchitectureRow architecture_row_at(const Network *network, ArchitectureFold fold, int row) {
    ArchitectureRow found = group_row(network, fold, 0);
    while (row-- > 0) found = row_after(network, fold, found);
    return with_more(network, fold, found);
}

int architecture_row_of(const Network *network, ArchitectureFold fold, int op) {
    ArchitectureRow row = group_row(network, fold, 0);
    int index = 0;
    for (; row.last < op || row.kind == ROW_STAGE || row.kind == ROW_BLOCK; index++)
        row = row_after(network, fold, row);
    return index;
}

int architecture_row_count(const Network *network, ArchitectureFold fold) {
    return architecture_row_of(network, fold, network->op_count - 1) + 1;
}

FoldLevel architecture_fold_fitting(const Network *network, int rows) {
    for (FoldLevel level = FOLD_NONE; level > FOLD_STAGES; level--)
        if (architecture_row_count(network, (ArchitectureFold){.level = level, .group = -1, .block = -1}) <=
            rows)
            return level;
    return FOLD_STAGES;
}
