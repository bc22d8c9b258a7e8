/* An analysis from its question to its result: a network of random weights, and pictures from a formula. */
#ifndef TESTS_SUPPORT_ANALYSIS_CASE_H
#define TESTS_SUPPORT_ANALYSIS_CASE_H

#include "core/analysis/analysis.h"

typedef struct AnalysisCase {
    Model *model;
    real *images;
    AnalysisInput input; /* to be changed before analysis_case_run */
} AnalysisCase;

/* He initialisation with seed 3, statistics of the batch. */
AnalysisCase analysis_case_open(const char *arch, int image_count);
void analysis_case_close(AnalysisCase *test);

/* All steps, or the first `steps` (-1: all); fails the test when the analysis refuses. The caller clears it.
 */
AnalysisResult analysis_case_run(const AnalysisCase *test, AnalysisId id, int steps);
/* Fails the test when the analysis is willing. */
void analysis_case_refuse(const AnalysisCase *test, AnalysisId id, const char *part);

int analysis_case_row(const AnalysisTable *table, const char *label); /* fails the test when there is none */
int analysis_case_column(const AnalysisTable *table, const char *name);
double analysis_case_value(const AnalysisTable *table, const char *label, const char *column);
void assert_oracle_holds(const AnalysisResult *result);

#endif
