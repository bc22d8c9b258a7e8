/* Answers about one thing here and now, at three levels: for anyone, for who wants the code, for who wants
 * the mathematics. Every number in them is read from the pass when the answer is made and is kept as a field
 * beside the words, so that it can be checked.
 *
 * The thing is an op's activation, an op's gradient, one number of either, or a whole block. A gradient is
 * explained by the ops that read the activation, because they are who passes it down. */
#ifndef CORE_EXPLAIN_EXPLAIN_H
#define CORE_EXPLAIN_EXPLAIN_H

#include "core/image/normalise.h"
#include "core/op/explanation.h"
#include "core/pass/pass.h"

typedef enum ExplainLevel { EXPLAIN_OFF, EXPLAIN_ANYONE, EXPLAIN_CODE, EXPLAIN_MATH } ExplainLevel;

/* The text of one of the program's own sources, "core/op/relu.c"; false when it is not at hand. */
typedef bool (*ExplainSources)(const char *path, const char **text, size_t *size);

typedef struct ExplainQuery {
    const Pass *pass;               /* its first image is spoken of */
    const Normalise *normalise;     /* NULL: not known */
    const char *const *class_names; /* NULL: numbers */
    ExplainSources sources;         /* NULL: none */
    ExplainLevel level;
    int op;
    bool backward; /* the gradient of act[op] */
    bool block;    /* the block that op is in, if it is in one */
    bool value;    /* the number at channel, row, column, not all of the op */
    int channel, row, column;
} ExplainQuery;

/* What is not computed yet is said to be so; EXPLAIN_OFF gives no line. */
void explain_make(const ExplainQuery *query, Explanation *out);

#endif
