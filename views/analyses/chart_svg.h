/* The chart of an analysis as a self-contained SVG 1.1 file. */
#ifndef VIEWS_ANALYSES_CHART_SVG_H
#define VIEWS_ANALYSES_CHART_SVG_H

#include <stddef.h>

#include "core/analysis/analysis.h"

/* A heap string of `size` bytes, NUL-terminated; NULL when memory is short. */
char *chart_svg(const AnalysisSpec *spec, const AnalysisResult *result, size_t *size);

#endif
