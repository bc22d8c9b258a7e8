/* How a session looks at its experiment: nothing here changes what is computed. */
#ifndef APP_SESSION_LOOK_H
#define APP_SESSION_LOOK_H

#include "app/session/session_overlay.h"
#include "views/panel/explain_panel.h"
#include "views/scene/view.h"
#include "views/style/palette.h"

typedef struct Palettes {
    PaletteId magnitude, activation, gradient, weight;
} Palettes;

/* The pane that explains what is selected. */
typedef struct ExplainPane {
    ExplainLevel level;
    ExplainLevel before; /* before a digit that may turn out to be a count */
    bool asked;          /* the digit just typed opened it */
    double asked_s;      /* when that was */
} ExplainPane;

typedef struct Look {
    ViewId view;
    void *view_state[VIEW_COUNT];
    ScopeKind scope;
    Palettes palettes;
    PoolingChoice pooling;
    ClipChoice clip;
    ChannelOrder order;
    OverlayKind overlay;
    Overlay overlays[2]; /* of this side, and of the other one of a comparison */
    ExplainPane explain;
} Look;

#endif
