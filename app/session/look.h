/* How a session looks at its experiment: nothing here changes what is computed. */
#ifndef APP_SESSION_LOOK_H
#define APP_SESSION_LOOK_H

#include "app/session/session_overlay.h"
#include "views/scene/setting.h"
#include "views/scene/view.h"

/* The pane that explains what is selected, at the level that the setting says. */
typedef struct ExplainPane {
    ExplainLevel before; /* before a digit that may turn out to be a count */
    bool asked;          /* the digit just typed opened it */
    double asked_s;      /* when that was */
} ExplainPane;

typedef struct Look {
    ViewId view;
    void *view_state[VIEW_COUNT];
    Settings settings;
    Overlay overlays[2]; /* of this side, and of the other one of a comparison */
    ExplainPane explain;
} Look;

#endif
