/* A view: one way to look at the scene. Each is one file view_<name>.c that defines a const ViewOps, and one
 * line in view_list.h. `draw` is pure: the same state and scene give the same cells. `act` changes the view's
 * own state, or answers with an action for the session: the action it was given when it has no use for it,
 * ACTION_NONE when it has dealt with it, or another one. */
#ifndef VIEWS_SCENE_VIEW_H
#define VIEWS_SCENE_VIEW_H

#include "views/canvas/canvas.h"
#include "views/scene/action.h"
#include "views/scene/scene.h"
#include "views/scene/view_list.h"

#define VIEW_ENUM(ID, file) VIEW_##ID,
typedef enum ViewId { VIEW_LIST(VIEW_ENUM) VIEW_COUNT } ViewId;
#undef VIEW_ENUM

/* How near a view looks: from the whole network down to one number. */
typedef enum ZoomLevel {
    ZOOM_NETWORK,
    ZOOM_STAGE,
    ZOOM_BLOCK,
    ZOOM_OP,
    ZOOM_CHANNEL,
    ZOOM_VALUE,
} ZoomLevel;

/* A member of a view's state that a state string keeps: an int from first to last, or a flag. Members that
 * are 0 are left out. */
typedef struct ViewField {
    const char *name;
    size_t offset;
    bool is_flag;
    int first, last;
} ViewField;

enum { VIEW_BESIDE = 36 /* columns: a map of 32x32 and a margin */ };

typedef struct ViewOps {
    const char *name;        /* "architecture": what scripts say */
    const char *title;       /* "Architecture": in the tab line */
    const char *summary;     /* one sentence for the help screen */
    int beside; /* columns in which it still draws a map whole, a text at its side; 0: it wants the width */
    char key;                /* opens the view from anywhere; a letter of the title, marked in the tab line */
    size_t state_size;       /* 0 for none; the state starts zeroed */
    const ViewField *fields; /* what a state string keeps of it; ends with a NULL name; NULL: nothing */
    ZoomLevel (*level)(const void *state, const Scene *scene);     /* NULL: the whole network */
    Action (*act)(void *state, const Scene *scene, Action action); /* NULL: no use for any */
    void (*draw)(const void *state, const Scene *scene, Canvas *canvas, Rect area);
} ViewOps;

const ViewOps *view_ops(ViewId id);
bool view_find(const char *name, ViewId *id); /* by name; false when there is none */
/* "architecture, step, maps ... input or analyses"; `last` stands before the last one: " or ", ", ". */
enum { VIEW_NAMES_MAX = 200 };
void view_list_names(const char *last, char out[VIEW_NAMES_MAX]);

/* An action without text, for act functions. */
static inline Action view_action(ActionId id, int number) {
    return (Action){.id = id, .number = number};
}

/* Selects an operation, or the nearest there is. */
Action view_select(const Network *network, long op);

#endif
