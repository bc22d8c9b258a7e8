/* The chart of an analysis, explained at the three levels: what it asks and says, the engine's own lines
 * that measure it, its formula with the numbers of one of its rows. */
#ifndef CORE_EXPLAIN_CHART_H
#define CORE_EXPLAIN_CHART_H

#include "core/analysis/analysis.h"
#include "core/explain/explain.h"

typedef struct ExplainChartQuery {
    AnalysisId id;
    const AnalysisResult *result; /* NULL: it has not been run */
    const OpSpec *activation;     /* of the network that is looked at */
    int row;                      /* of the result's table; any other number: none */
    ExplainLevel level;
    ExplainSources sources; /* NULL: none */
} ExplainChartQuery;

/* EXPLAIN_OFF gives no line. The numbers of the row are fields, named as the columns. */
void explain_chart(const ExplainChartQuery *query, Explanation *out);

#endif
