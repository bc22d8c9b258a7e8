/* What is under the cursor of the view of analyses. */
#ifndef VIEWS_ANALYSES_ANALYSES_H
#define VIEWS_ANALYSES_ANALYSES_H

#include "views/scene/scene.h"

/* The analysis that is looked at and the row selected in its chart, -1 in the list. */
AnalysisId view_analyses_pick(const void *state, const SceneAnalyses *analyses, int *row);

#endif
