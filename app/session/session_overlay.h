/* What is laid over the picture of one pass: computed when it is first shown, kept until the pass is another
 * one. */
#ifndef APP_SESSION_SESSION_OVERLAY_H
#define APP_SESSION_SESSION_OVERLAY_H

#include "views/scene/scene.h"

typedef struct Overlay {
    SceneOverlay shown;
    real *values; /* shown.values; owned */
} Overlay;

void overlay_clear(Overlay *overlay); /* to call when its pass goes */

#endif
