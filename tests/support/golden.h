/* Reads the golden numbers of tests/golden/numbers; tests/reference/README.md describes the format. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "core/network/resnet.h"
#include "core/pass/pass.h"

enum { GOLDEN_SAMPLES = 32, GOLDEN_NAME_MAX = 64, GOLDEN_BATCH_MAX = 4 };

/* What a record describes: an op's output, its gradient, a parameter's gradient, or one route's part of the
 * gradient of a block's input. */
typedef enum GoldenKind {
    GOLDEN_ACT,
    GOLDEN_GRAD,
    GOLDEN_PARAM,
    GOLDEN_SKIP,
    GOLDEN_BRANCH,
    GOLDEN_KIND_COUNT
} GoldenKind;

typedef struct GoldenRecord {
    GoldenKind kind;
    char name[GOLDEN_NAME_MAX]; /* of the op, the parameter or the block */
    size_t count;
    double l2, max, projection; /* max: largest magnitude; projection: sum with hashed signs */
    double float32_error;       /* PyTorch's own in float: worst |difference| / max */
    int sample_count;
    double samples[GOLDEN_SAMPLES];
} GoldenRecord;

/* A decision that rounding could turn over: a ReLU's output, or the tap that won a max pool's window. */
typedef struct GoldenKink {
    char op[OP_NAME_MAX];
    size_t at; /* file order */
    double value;
} GoldenKink;

typedef struct Golden {
    ResnetConfig resnet;
    PassConfig pass; /* without `lesioned`, which needs the network */
    unsigned salt;
    char (*lesioned)[16];
    GoldenKink *kinks;
    GoldenRecord *records;
    int lesioned_count, kink_count, record_count;
    int targets[GOLDEN_BATCH_MAX];
} Golden;

/* Fails the running test when the file is missing or has another form. */
Golden golden_load(const char *path);
void golden_free(Golden *golden);

const char *golden_kind_name(GoldenKind kind);

/* The file-order position of sample s, and the sign of element j in the projection. */
size_t golden_sample_position(const GoldenRecord *record, int s);
uint64_t golden_sign_seed(const GoldenRecord *record);

#endif
