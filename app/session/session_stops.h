/* Where a run stops, what one comes back to, and what one keeps an eye on: breakpoints, marks, watches. */
#ifndef APP_SESSION_SESSION_STOPS_H
#define APP_SESSION_SESSION_STOPS_H

#include "app/session/experiment.h"
#include "core/pass/condition.h"
#include "views/scene/scene.h"
#include "views/scene/view.h"

enum { BREAKPOINTS_MAX = 16, MARKS = 53, MARK_BEFORE = 52 /* where the last jump came from */ };

/* At one moment, or wherever a condition holds. */
typedef struct Breakpoint {
    bool conditional;
    int at;
    Condition condition;
} Breakpoint;

/* A place to come back to. */
typedef struct Mark {
    bool set;
    int at;
    Place place;
    ViewId view;
} Mark;

typedef struct Stops {
    Breakpoint breakpoints[BREAKPOINTS_MAX];
    int breakpoint_count;
    Mark marks[MARKS];
    SceneWatch watches[SCENE_WATCHES_MAX];
    int watch_count;
    bool *flags; /* one a moment, for the strip; NULL while there is no breakpoint */
} Stops;

#endif
