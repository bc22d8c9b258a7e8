/* The other side of a comparison: the same network without its skips, with another picture, or other weights.
 * Its pass follows the session's own pass step for step, and only while it is shown. */
#ifndef APP_SESSION_SESSION_TWIN_H
#define APP_SESSION_SESSION_TWIN_H

#include "app/load/setup.h"
#include "views/scene/scene.h"

enum { TWIN_NAME_MAX = 320 };

typedef enum TwinKind {
    TWIN_SKIP,    /* the same weights, another way to treat the skips */
    TWIN_IMAGE,   /* another picture in the same network */
    TWIN_WEIGHTS, /* the same picture in another network */
} TwinKind;

typedef enum TwinShow {
    TWIN_OFF,
    TWIN_BOTH,  /* side by side; on a narrow screen this side alone */
    TWIN_OTHER, /* narrow screens: the other side alone */
    TWIN_DIFFERENCE,
} TwinShow;

typedef struct Twin {
    TwinShow show;
    bool chosen; /* kind and what belongs to it are valid */
    TwinKind kind;
    SkipMode skip;             /* TWIN_SKIP */
    char image[TWIN_NAME_MAX]; /* TWIN_IMAGE */
    Model *model;              /* TWIN_WEIGHTS; owned */
    char weights[TWIN_NAME_MAX];

    Pass *pass; /* NULL while not begun */
    real *input;
    int target; /* what its loss asks for; -1: the class it predicts */

    /* What is shown of the difference, and for which moment it was computed. */
    real *difference;
    Tensor tensor;
    SceneTwin shown;
    Scene scene;
    int at, steps, other_steps;
} Twin;

#endif
