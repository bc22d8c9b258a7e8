/* A Network: ops, parameters, blocks. Exactly what an architecture and a weights file say; nothing of it
 * depends on an input. It is built once (core/network/resnet) and only the optimiser and the weights loader
 * write its values afterwards. */
#ifndef CORE_NETWORK_NETWORK_H
#define CORE_NETWORK_NETWORK_H

#include "core/network/arch.h"
#include "core/op/op.h"

enum { PARAM_NAME_MAX = 64 };

typedef struct Param {
    char name[PARAM_NAME_MAX]; /* PyTorch's: "layer1.0.bn1.weight" */
    ParamRole role;
    int index; /* in Network.params */
    int op;
    int rank, dims[PARAM_RANK_MAX]; /* file order */
    size_t offset, count;           /* slice of all values */
    bool frozen;                    /* stays as it is while others learn: core/network/freeze */
} Param;

typedef enum ShortcutKind {
    SHORTCUT_NONE,       /* plain network: no addition at all */
    SHORTCUT_IDENTITY,   /* y = F(x) + x */
    SHORTCUT_ZERO_PAD,   /* option A: stride-2 subsampling, zeros for the new channels */
    SHORTCUT_PROJECTION, /* 1x1 convolution and batch norm */
} ShortcutKind;

typedef struct Block {
    char name[OP_NAME_MAX]; /* "layer1.0" */
    int stage;              /* 1.. as in layer1 */
    ShortcutKind shortcut;
    int input;                     /* op whose output is x */
    int branch_first, branch_last; /* F(x): conv1 .. the last batch norm */
    int shortcut_last; /* op whose output the shortcut brings to the add; == input for an identity */
    int add;           /* -1 in a plain network */
    int output;        /* the activation function at its end */
} Block;

typedef struct Network {
    char arch[ARCH_NAME_MAX]; /* "resnet20", "plain34" */
    Op *ops;
    Param *params;
    Block *blocks;
    int op_count, param_count, block_count;
    /* All parameters, one after the other; conv weights in memory order. Read it through network_values and
     * its kin: initial values are not in it before they are wanted. */
    real *memory;
    size_t value_count;             /* elements of memory, with padding between parameters */
    struct NetworkUndrawn *undrawn; /* core/network/draw.c; NULL: all values are there */
    int classes;
    Shape input; /* n = 1 */
    bool stride_in_1x1;
    bool headless; /* no classifier: it ends at avgpool, whose features stand where classes stand elsewhere */
    char shortcut; /* 'A', 'B', 'C', or '-' for a plain network */
    unsigned version; /* counts the changes of values: what was derived from others is stale */
    struct Arena *arena;
} Network;

void network_free(Network *network); /* NULL is fine */

/* Index of the op or block of that name, or -1. */
int network_find_op(const Network *network, const char *name);
int network_find_block(const Network *network, const char *name);
const Param *network_find_param(const Network *network, const char *name); /* NULL when there is none */

/* Exchanges the values of two blocks with the same parameters. False with a sentence, and nothing changed,
 * when their shapes differ. Passes that have run on the network are stale afterwards. */
bool network_swap_blocks(Network *network, int a, int b, Error *err);

/* The activation function of the network: the op at the end of every block, and all others of their kind. */
const OpSpec *network_activation(const Network *network);
/* Does the op add a block's branch and its shortcut? */
bool network_is_addition(const Network *network, int op);
/* The op's own parameter of that role; NULL when it has none. An op with PARAM_NORM_MEAN normalises. */
const Param *network_op_param(const Network *network, int op, ParamRole role);

/* Learnable parameters, as PyTorch counts them (running statistics are buffers). */
size_t network_param_count(const Network *network);
size_t network_op_param_count(const Network *network, int op);
/* Multiply-adds of one forward pass of one image, convolutions and linear layers. */
uint64_t network_macs(const Network *network);
uint64_t network_op_macs(const Network *network, int op);

/* The op whose forward follows directly on the logits is the loss; these two are the last ops of every
 * network. */
int network_logits_op(const Network *network);
int network_loss_op(const Network *network);
/* What the loss can ask for, and how many probabilities it makes: the classes; of a network with a single class two,
 * that it is there (0) and that it is not (1). */
int network_answers(const Network *network);
/* "class", or "feature" where there is no classifier. */
const char *network_answer_word(const Network *network);
/* Between such an answer and the label by which it is asked for: the class's number; of a single class 1 where it is
 * there and 0 where it is not, as in binary cross-entropy. The same function both ways. */
int network_label(const Network *network, int answer);
/* The answer of one image's logits: the largest, or of a single class whether its logit is positive. */
int network_predict(const Network *network, const real *logits);

/* To be written at once: what was derived from the values before is stale from now on. Who keeps the pointer
 * and writes later says so with network_touch. */
real *network_values(Network *network, const Param *param);
/* Says that values have been, or are about to be, written. */
void network_touch(Network *network);
const real *network_const_values(const Network *network, const Param *param);
/* Those of all parameters, each at its offset: value_count of them. */
real *network_all_values(Network *network);
const real *network_const_all_values(const Network *network);
/* Every parameter of `to` that `from` has as well gets its values. */
void network_copy_values(Network *to, const Network *from);

/* Between file order and memory order; the two differ only for convolution weights, (K,C,R,S) and (R,S,C,K).
 */
void param_from_file(real *memory, const float *file, const Param *param);
/* The same of the rows first .. first+count-1 along the first dimension: `file` has these alone, `memory` is that
 * of the whole parameter. Different rows by different threads. */
void param_rows_from_file(real *memory, const float *file, const Param *param, int first, int count);
void param_to_file(float *file, const real *memory, const Param *param);

/* The weights of one output channel k: element j, counted through (r,s,c), lies at first + j*stride. Of a
 * convolution or a linear layer. */
typedef struct ParamFilter {
    size_t first, stride, count;
} ParamFilter;
ParamFilter param_filter(const Param *param, int k);

typedef enum InitKind { INIT_HE, INIT_GLOROT, INIT_NORMAL, INIT_GAIN, INIT_ZERO_GAMMA } InitKind;

typedef struct InitConfig {
    InitKind kind;
    double std;  /* INIT_NORMAL only */
    double gain; /* INIT_GAIN only */
    unsigned long long seed;
} InitConfig;

/* Random weights. INIT_HE as torchvision: conv weights normal with std sqrt(2 / (K*R*S)) (He et al. 2015,
 * arXiv:1502.01852, fan out), gamma 1, beta 0, the linear layer uniform in +-1/sqrt(C). The 2 is ReLU's,
 * whatever the activation function: see OpActivation.second_moment. INIT_ZERO_GAMMA is INIT_HE with the last
 * gamma of every branch 0 (Goyal et al. 2017, arXiv:1706.02677, section 5.1). It needs batch norm.
 * INIT_GLOROT: conv std sqrt(2 / ((C+K)*R*S)). INIT_GAIN: conv std gain / sqrt(K*R*S), so that a gain of
 * sqrt(2) is INIT_HE.
 * A value is drawn when it is first wanted, which network_values and its kin notice, or ahead of that by
 * network_draw; neither changes what it is. */
void network_init_values(Network *network, const InitConfig *init);
/* About a millisecond's work on the initial values that are still missing, of one op or, with -1, of any.
 * False when none was missing. */
bool network_draw(const Network *network, int op);
double network_drawn(const Network *network); /* the share of initial values that are there, 0 to 1 */

/* Building, used by core/network/resnet: a builder appends ops, checks shapes, and network_finish allocates
 * the parameters. */
typedef struct NetworkBuilder NetworkBuilder;
NetworkBuilder *network_build_begin(const char *arch, Shape input, Error *err);
/* Appends an op; `prototype` gives kind, inputs, block, kernel, stride, pad, channels. Returns its index, or
 * -1 (err set once; later calls do nothing). */
int network_build_op(NetworkBuilder *builder, Op prototype, const char *name_format, ...)
    __attribute__((format(printf, 3, 4)));
int network_build_block(NetworkBuilder *builder, Block prototype);
Block *network_build_get_block(NetworkBuilder *builder, int block);
Network *network_build_end(NetworkBuilder *builder, Error *err); /* frees the builder in every case */

#endif
