/* A network of known values and pictures from a formula, for tests of analyses. */
#ifndef TESTS_SUPPORT_ANALYSIS_WORLD_H
#define TESTS_SUPPORT_ANALYSIS_WORLD_H

#include "core/analysis/analysis.h"

typedef struct AnalysisWorld {
    Model *model, *twin; /* twin: model_new_twin's */
    real *images;
    AnalysisInput input; /* about all of them, predicted classes, skips as built */
} AnalysisWorld;

/* `shortcut` 0 is the default. Fails the test when something cannot be made. */
AnalysisWorld analysis_world_open(const char *arch, char shortcut, int images);
void analysis_world_close(AnalysisWorld *world);
/* Runs an analysis to its end and reports it; the caller clears the result. */
AnalysisResult analysis_world_run(const AnalysisWorld *world, AnalysisId id);
/* Fails unless the analysis refuses the input with a sentence that contains `part`. */
void analysis_world_refuses(const AnalysisWorld *world, AnalysisId id, const char *part);

/* Column of that name; fails the test when there is none. */
int analysis_world_column(const AnalysisResult *result, const char *name);
int analysis_world_row(const AnalysisResult *result, const char *label);
double analysis_world_value(const AnalysisResult *result, const char *row, const char *column);

#endif
