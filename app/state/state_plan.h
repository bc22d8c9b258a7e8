/* The state of the explorer as one short string, to print and to send:
 * "v1:resnet20,at=layer2.0.add,view=maps".
 *
 * Behind "v1:" stand fields with commas between them: first the network, then perhaps the picture, then
 * NAME=VALUE in any order. What is left out is as the explorer starts. Characters that a shell would read
 * are written %XX, so that the string needs no quotes. The size of the screen, the theme, the mouse and keys
 * are the reader's own and no part of it. */
#ifndef APP_STATE_STATE_PLAN_H
#define APP_STATE_STATE_PLAN_H

#include "app/session/handout.h"
#include "core/base/error.h"
#include "views/scene/setting.h"
#include "views/scene/view.h"

enum {
    STATE_TEXT_MAX = 4096,
    STATE_WORD_MAX = 64,
    STATE_VALUE_MAX = 512,
    STATE_INDEX_MAX = 1 << 20,
};

/* Which network: the texts of a ModelSpec. */
typedef struct PlanModel {
    char arch[STATE_WORD_MAX];     /* architecture, or the name of a bundled trained network */
    char weights[ACTION_TEXT_MAX]; /* file of trained weights; "": bundled or random ones */
    char key[STATE_VALUE_MAX];     /* which network of the file; "": the first */
    char init[STATE_WORD_MAX];     /* how random weights are made; "": trained ones */
    char seed[STATE_WORD_MAX];     /* digits; "": 0 */
    int shortcut, stride_in, bn;   /* as in ModelSpec */
} PlanModel;

typedef struct PlanPicture {
    char name[ACTION_TEXT_MAX]; /* "": the first bundled one */
    int target;                 /* class; -1: the predicted one */
    int cursor;                 /* in the list of pictures plus 1; 0: at the picture */
} PlanPicture;

typedef struct PlanSkips {
    int mode;                      /* SkipMode, lesions below */
    char lesions[STATE_VALUE_MAX]; /* "layer1.0+layer2.1" */
    char swaps[STATE_VALUE_MAX];   /* pairs, "layer1.1+layer1.2" */
} PlanSkips;

/* How far the pass has come, and what is selected. */
typedef struct PlanPlace {
    char at[STATE_WORD_MAX];   /* "layer2.0.add", "layer2.0.add:backward"; "": the picture */
    char done[STATE_WORD_MAX]; /* steps: a number, "forward", "all"; "": 1 */
    int channel, row, column;
} PlanPlace;

typedef struct PlanLook {
    int view;
    char views[VIEW_COUNT][STATE_VALUE_MAX]; /* of each view's own state: "enlarged+input:3" */
    Settings settings;                       /* of those that a state keeps */
    char analysis[STATE_WORD_MAX];           /* that is open; "": the list */
} PlanLook;

typedef struct PlanTwin {
    char what[STATE_VALUE_MAX]; /* "plain", "cut", "built", "image:NAME", "weights:NAME"; "": none */
    int shown;                  /* 0 both sides, 1 the other one, 2 the difference */
} PlanTwin;

typedef struct PlanStops {
    char watches[STATE_VALUE_MAX]; /* "OP:C:R:W/..." */
    char breaks[STATE_VALUE_MAX];  /* "OP/OP:backward/if grad < 1e-6" */
} PlanStops;

typedef struct PlanHandout {
    char lock[HANDOUT_NAMES_MAX], hide[HANDOUT_NAMES_MAX];
} PlanHandout;

/* A state as it is written; names are looked up in the network when it is gone to
 * (app/state/session_plan_go.c). */
typedef struct StatePlan {
    PlanModel model;
    PlanPicture picture;
    PlanSkips skips;
    PlanPlace place;
    PlanLook look;
    PlanTwin twin;
    PlanStops stops;
    PlanHandout handout;
} StatePlan;

/* The explorer as it starts. */
StatePlan state_plan_default(void);

/* Writes the string and returns its length; what does not fit is cut off. */
size_t state_plan_format(const StatePlan *plan, char *out, size_t out_size);
/* False with a sentence that names the field. */
bool state_plan_parse(const char *text, StatePlan *plan, Error *err);

/* Do both say the same in the fields of that group? */
bool state_plan_same(const StatePlan *a, const StatePlan *b, LockGroup group);
/* ... in all fields that make up the network. */
bool state_plan_same_network(const StatePlan *a, const StatePlan *b);

#endif
