/* Every operator: OP(KIND, file) stands for core/op/<file>.c, which defines op_<file>_spec, and for
 * core/op/reference/<file>.c, which defines op_<file>_reference.
 * A listed operator without its file is a link error that names it. */
#ifndef CORE_OP_OP_LIST_H
#define CORE_OP_OP_LIST_H

/* The activation functions, by the names that options and architectures have for them. A network whose name
 * has none has the first. */
/* clang-format off */
#define ACTIVATION_LIST(OP)                                                                                  \
    OP(RELU, relu)                                                                                           \
    OP(GELU, gelu)                                                                                           \
    OP(SILU, silu)
/* clang-format on */

#define OP_LIST(OP)                                                                                          \
    OP(INPUT, input)                                                                                         \
    OP(CONV2D, conv2d)                                                                                       \
    OP(BATCH_NORM, batch_norm)                                                                               \
    ACTIVATION_LIST(OP)                                                                                      \
    OP(MAX_POOL, max_pool)                                                                                   \
    OP(ADD, add)                                                                                             \
    OP(SHORTCUT_A, shortcut_a)                                                                               \
    OP(AVG_POOL, avg_pool)                                                                                   \
    OP(LINEAR, linear)                                                                                       \
    OP(CROSS_ENTROPY, cross_entropy)                                                                         \
    OP(BINARY_CROSS_ENTROPY, binary_cross_entropy)                                                           \
    OP(FEATURE, feature)

#endif
