/* The architecture table as rows: every op, with a heading above each stage and each block; or stages and
 * blocks folded into one row each. A folded row stands for a range of ops. */
#ifndef VIEWS_ARCHITECTURE_ROWS_H
#define VIEWS_ARCHITECTURE_ROWS_H

#include "core/network/network.h"

typedef enum FoldLevel { FOLD_STAGES, FOLD_BLOCKS, FOLD_NONE, FOLD_LEVEL_COUNT } FoldLevel;

const char *fold_level_name(FoldLevel level); /* "stages", "blocks", "none" */

/* One group and one block may be open although the level folds them. Groups: 0 the stem, 1.. the stages, then
 * the head. -1: none. */
typedef struct ArchitectureFold {
    FoldLevel level;
    int group, block;
} ArchitectureFold;

typedef enum ArchitectureRowKind {
    ROW_STAGE, /* headings */
    ROW_BLOCK,
    ROW_OP,
    ROW_FOLDED_STAGE, /* also the stem and the head */
    ROW_FOLDED_BLOCK,
    ROW_KIND_COUNT,
} ArchitectureRowKind;

typedef struct ArchitectureRow {
    ArchitectureRowKind kind;
    int op;    /* a heading's: the op below it; a folded row's: its first */
    int last;  /* of a folded row; otherwise == op */
    bool more; /* the next row is a folded block */
} ArchitectureRow;

int architecture_group_of(const Network *network, int op);
bool architecture_row_is_folded(const ArchitectureRow *row);

int architecture_row_count(const Network *network, ArchitectureFold fold);
/* The row that shows the op, itself or folded. */
int architecture_row_of(const Network *network, ArchitectureFold fold, int op);
/* 0 <= row < count */
ArchitectureRow architecture_row_at(const Network *network, ArchitectureFold fold, int row);
/* The one after it; op == op_count after the last. */
ArchitectureRow architecture_row_next(const Network *network, ArchitectureFold fold, ArchitectureRow row);

/* The finest level with at most that many rows; FOLD_STAGES if there is none. */
FoldLevel architecture_fold_fitting(const Network *network, int rows);

#endif
