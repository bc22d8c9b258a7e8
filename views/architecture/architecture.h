/* What the screen must know of the architecture view's first screen. */
#ifndef VIEWS_ARCHITECTURE_ARCHITECTURE_H
#define VIEWS_ARCHITECTURE_ARCHITECTURE_H

#include "views/scene/scene.h"

enum { ARCHITECTURE_KEY_ROWS = 2 };

/* Does the view greet, and leave the last ARCHITECTURE_KEY_ROWS rows of its area to the keys to begin with? */
bool view_architecture_starts(const void *state, const Scene *scene);

#endif
