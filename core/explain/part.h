/* For the explain_* files only: how an answer is put together. */
#ifndef CORE_EXPLAIN_PART_H
#define CORE_EXPLAIN_PART_H

#include "core/explain/explain.h"
#include "core/inspect/arithmetic.h"

/* The op whose backward passes down most of the gradient of act[op]: the last one that reads it; -1 for the
 * loss. */
int explain_consumer(const Network *network, int op);

/* What the op may look at, with what only the query knows. */
OpSight explain_sight(const ExplainQuery *query, int op);

/* The place and all lines of the function, one of them marked; nothing where the source is not at hand. */
void explain_quote(ExplainSources sources, const OpExcerpt *excerpt, Explanation *out);

void explain_anyone(const ExplainQuery *query, Explanation *out);
void explain_anyone_backward(const ExplainQuery *query, Explanation *out);
/* The selected number; false where there is no arithmetic of it. */
bool explain_value(const ExplainQuery *query, Explanation *out);
ArithmeticQuery explain_cell(const ExplainQuery *query);
void explain_code(const ExplainQuery *query, Explanation *out);
void explain_math(const ExplainQuery *query, Explanation *out);

#endif
