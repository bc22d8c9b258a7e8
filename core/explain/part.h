/* For the explain_* files only: how an answer is put together. */
#ifndef CORE_EXPLAIN_PART_H
#define CORE_EXPLAIN_PART_H

#include "core/explain/explain.h"
#include "core/inspect/arithmetic.h"

void explain_say(Explanation *out, ExplainKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Goes on with the last line. */
void explain_more(Explanation *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Keeps the number as a field and returns it, so that it can stand in a call of explain_say. */
double explain_number(Explanation *out, const char *name, double value);

/* The op whose backward passes down most of the gradient of act[op]: the last one that reads it; -1 for the
 * loss. */
int explain_reader(const Network *network, int op);

/* Share of numbers of act[op] that are not zero: for a ReLU, how much of it is open. */
double explain_open_share(const Pass *pass, int op);

/* A function worth reading, and a piece of the line in it that does the work. */
typedef struct ExplainExcerpt {
    const char *path, *function, *now;
} ExplainExcerpt;

/* The place and all lines of the function, one of them marked; nothing where the source is not at hand. */
void explain_quote(ExplainSources sources, const ExplainExcerpt *excerpt, Explanation *out);

void explain_anyone(const ExplainQuery *query, Explanation *out);
void explain_anyone_backward(const ExplainQuery *query, Explanation *out);
/* The selected number; false where there is no arithmetic of it. */
bool explain_value(const ExplainQuery *query, Explanation *out);
ArithmeticQuery explain_cell(const ExplainQuery *query);
void explain_code(const ExplainQuery *query, Explanation *out);
void explain_math(const ExplainQuery *query, Explanation *out);

#endif
