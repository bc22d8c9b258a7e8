/* What is laid over the picture of one pass: computed when it is first shown, kept until the pass is another
 * one. */
#ifndef APP_SESSION_SESSION_OVERLAY_H
#define APP_SESSION_SESSION_OVERLAY_H

#include "views/scene/scene.h"

typedef struct Overlay {
    SceneOverlay shown;
    real *values; /* shown.values; owned */
} Overlay;

/* Takes `kind` of what the pass has come to; what is there already is not computed again. Without memory
 * there are no values. */
void overlay_update(Overlay *overlay, OverlayKind kind, const Pass *pass);
void overlay_clear(Overlay *overlay); /* to call when its pass goes */

#endif
