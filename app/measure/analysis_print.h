/* The result of an analysis for people, scripts and slides. */
#ifndef APP_MEASURE_ANALYSIS_PRINT_H
#define APP_MEASURE_ANALYSIS_PRINT_H

#include "app/cli/options.h"
#include "core/analysis/analysis.h"

/* On stdout: --json (schema 1), --csv, or a table with bars and the reading in words; with --svg FILE the
 * chart goes to that file as well. */
bool analysis_print(const AnalysisSpec *spec, const AnalysisResult *result, const Options *options,
                    Error *err);

bool analysis_write_svg(const AnalysisSpec *spec, const AnalysisResult *result, const char *path, Error *err);

/* Into a file: the chart (.svg) or the figures (.csv). */
bool analysis_export(const AnalysisSpec *spec, const AnalysisResult *result, const char *path, Error *err);

#endif
