/* Every operator: OP(KIND, file) stands for core/op/<file>.c, which defines op_<file>_spec.
 * A listed operator without its file is a link error that names it. */
#ifndef CORE_OP_OP_LIST_H
#define CORE_OP_OP_LIST_H

#define OP_LIST(OP)                                                                                          \
    OP(INPUT, input)                                                                                         \
    OP(CONV2D, conv2d)                                                                                       \
    OP(BATCH_NORM, batch_norm)                                                                               \
    OP(RELU, relu)                                                                                           \
    OP(MAX_POOL, max_pool)                                                                                   \
    OP(ADD, add)                                                                                             \
    OP(SHORTCUT_A, shortcut_a)                                                                               \
    OP(AVG_POOL, avg_pool)                                                                                   \
    OP(LINEAR, linear)                                                                                       \
    OP(CROSS_ENTROPY, cross_entropy)

#endif
