/* What a command asks an analysis about, from its options. */
#ifndef APP_MEASURE_ANALYSIS_INPUT_H
#define APP_MEASURE_ANALYSIS_INPUT_H

#include "app/load/setup.h"
#include "core/analysis/analysis.h"

/* Everything that needs no work; `skip` and `lesioned` come with analysis_input_skip, `twin` and `init` from
 * the caller. Setup, options and batch outlive it. */
AnalysisInput analysis_input_of(const Setup *setup, const Options *options, const Batch *batch);

/* The way without skips that the options say. `lesioned` receives a heap array or NULL, to be freed after the
 * input. */
bool analysis_input_skip(AnalysisInput *input, const Setup *setup, const Options *options, bool **lesioned,
                         Error *err);

#endif
