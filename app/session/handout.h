/* What a handout keeps out of reach: groups of actions that are locked, views and panes that are hidden.
 * Nothing inside the program takes a lock or a hiding back. */
#ifndef APP_SESSION_HANDOUT_H
#define APP_SESSION_HANDOUT_H

#include "core/base/error.h"
#include "views/scene/action.h"
#include "views/scene/view.h"

typedef enum LockGroup {
    LOCK_WEIGHTS,  /* weights, architectures, swapped blocks */
    LOCK_IMAGE,    /* pictures and the loss's target */
    LOCK_SKIP,     /* ways without skips, lesions, comparisons */
    LOCK_RUN,      /* passes: what is computed stays computed */
    LOCK_VIEW,     /* another view */
    LOCK_SETTINGS, /* colours, scales, keys, mouse */
    LOCK_FILES,    /* writing files */
    LOCK_LESSON,   /* lessons */
    LOCK_GROUP_COUNT
} LockGroup;

/* What can be hidden beside views. */
typedef enum HiddenPane {
    HIDE_EXPLAIN,
    HIDE_FIGURES,   /* the lines of n, NaN, min, mean ... */
    HIDE_NAVIGATOR, /* the network to the left of a view */
    HIDE_STRIP,     /* the position in the program */
    HIDDEN_PANE_COUNT
} HiddenPane;

typedef struct Handout {
    unsigned locks; /* bit k: LockGroup k */
    unsigned views; /* bit k: ViewId k is hidden */
    unsigned panes; /* bit k: HiddenPane k */
} Handout;

/* Adds the names of a list ("weights,image", or with + between). False with a sentence that names the wrong
 * one, and nothing is added then. At least one view must stay. */
bool handout_lock(Handout *handout, const char *names, Error *err);
bool handout_hide(Handout *handout, const char *names, Error *err);

bool handout_locks(const Handout *handout, LockGroup group);
bool handout_hides_view(const Handout *handout, ViewId view);
bool handout_hides_pane(const Handout *handout, HiddenPane pane);

/* Is the action out of reach? The sentence says why: "locked by this handout: weights". */
bool handout_refuses(const Handout *handout, const Action *action, Error *why);

/* The names with + between them, "" for none. */
enum { HANDOUT_NAMES_MAX = 192 };
void handout_lock_names(const Handout *handout, char out[HANDOUT_NAMES_MAX]);
void handout_hide_names(const Handout *handout, char out[HANDOUT_NAMES_MAX]);
const char *handout_lock_name(LockGroup group);
/* The group whose lock keeps the action back, whatever its words; -1: none. */
int handout_lock_of(ActionId action);

#endif
