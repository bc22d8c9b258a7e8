/* All that a view may see: the model, the pass, what is selected. Const, so that drawing cannot change
 * anything. */
#ifndef VIEWS_SCENE_SCENE_H
#define VIEWS_SCENE_SCENE_H

#include "core/analysis/analysis.h"
#include "core/network/class_names.h"
#include "core/network/model.h"
#include "core/pass/pass.h"
#include "core/tensor/difference.h"
#include "views/plot/plot.h"
#include "views/scene/setting.h"

typedef enum Phase { PHASE_FORWARD, PHASE_BACKWARD } Phase;

/* A number that stays on the screen. */
typedef struct SceneWatch {
    int op, channel, row, column;
} SceneWatch;

enum { SCENE_WATCHES_MAX = 4 };

/* Long work under way; total 0 when there is none. */
typedef struct SceneJob {
    const char *title;
    int done, total; /* steps, or of an analysis thousandths of the work */
    double eta_s;    /* NaN while unknown */
} SceneJob;

/* A refusal is shown like an information: nothing has gone wrong, but nothing was done. */
typedef enum NoticeKind { NOTICE_NONE, NOTICE_INFO, NOTICE_REFUSAL, NOTICE_ERROR } NoticeKind;

typedef struct SceneOverlay {
    OverlayKind kind;
    const real *values; /* of this side's pass, one a pixel of the picture, >= 0; NULL: not computed yet */
    double max, reach;  /* the largest, and what PROFILE_REACH of those above 0 do not exceed */
    int layer;          /* Grad-CAM: whose output is weighed */
    int class_index;    /* Grad-CAM: whose logit is asked for */
} SceneOverlay;

/* A second network, or a second picture, at the same place of the program. */
typedef struct SceneTwin {
    const struct Scene *scene; /* the other side */
    Difference figures; /* of the selected tensors; not known while one of them is not computed, or their
                           shapes differ */
    const Tensor
        *difference; /* this side minus the other, shown in place of the selected tensor; else NULL */
    Stats difference_stats;
} SceneTwin;

/* Analyses of what is shown, one of them perhaps under way. */
typedef struct SceneAnalyses {
    const AnalysisResult *results[ANALYSIS_COUNT]; /* for these weights, picture and settings; NULL: none */
    bool plane;                                    /* the slice is over two directions */
    bool open;                                     /* `current` is looked at; else the list */
    AnalysisId current;
    bool running;    /* `current` is */
    int done, total; /* steps */
    double share;    /* of the work, 0 to 1 */
    double eta_s;    /* NaN while unknown */
} SceneAnalyses;

/* A picture so small that many stand side by side. */
enum { SCENE_THUMB_SIDE = 32 };

typedef struct SceneThumb {
    bool known;
    real rgb[SCENE_THUMB_SIDE * SCENE_THUMB_SIDE * 3]; /* 0..1 */
} SceneThumb;

typedef struct Scene {
    const Model *model;
    const Network *network; /* model->network */
    const Pass *pass;       /* one image */
    const Pass
        *baseline; /* the same network and image without skips, for comparison; NULL until it has been run */
    SkipMode baseline_mode; /* SKIP_CUT or SKIP_PLAIN, SKIP_NONE_REMOVED where the pass itself has no skips */

    /* The selected step of the program: time `at` is op `op` in `phase`. It may lie ahead of what has been
     * run. */
    int at, op;
    Phase phase;
    int channel, row, column; /* of the selected op's output; always valid for its shape */

    const char *weights_note;       /* "random weights, he, seed 0" or where the weights come from */
    const char *image_name;         /* of the picture in the pass */
    const double *probabilities;    /* what the network says of it, one a class, also before the pass has come
                                      so far; NULL: not known yet, of random weights, or hidden */
    bool untrained;                 /* random weights */
    int true_class;                 /* -1: not known */
    int orientation;                /* Exif's, that the picture's file was turned by; 0: none */
    const char *const *image_list;  /* pictures to choose from */
    const SceneThumb *image_thumbs; /* the same small, one each; NULL: not loaded yet */
    int image_count, image_cursor;

    Settings settings;
    const int *ranking; /* by settings.order, of ranking_count channels; NULL: by number, or not known yet */
    int ranking_count;
    int width, height; /* cells of the area the view is drawn into, for moves by rows and pages */

    SceneOverlay overlay;

    const SceneWatch *watches;
    int watch_count;
    const bool *breaks; /* one a moment: a breakpoint stands there; NULL: none at all */
    int pending_count;  /* digits typed before a key; 0 for none */
    double play_rate;   /* operations a second; 0: paused */

    const SceneTwin *twin; /* NULL: nothing is compared. With one, both sides have one colour scale. */

    const SceneAnalyses *analyses; /* NULL: there is none */

    bool hides_figures; /* the lines of figures under tensors are left out */
    bool hides_answer; /* a lesson asks what the network says: neither that nor the picture's name is shown */

    SceneJob job;
    NoticeKind notice_kind;
    const char *notice; /* NULL for none */
} Scene;

/* Time and op: forward 0 .. n-1, then backward through the same ops in reverse, n .. 2n-1. */
static inline int scene_op_at(const Network *network, int at) {
    return at < network->op_count ? at : 2 * network->op_count - 1 - at;
}

/* "cat", or "class 281" where the classes have no names. */
static inline const char *scene_class_name(const Scene *scene, int k, char buffer[CLASS_NAME_MAX]) {
    return model_class_name(scene->model, k, buffer, CLASS_NAME_MAX);
}

/* Of the selected operation's output. */
static inline Shape scene_shape(const Scene *scene) {
    return scene->network->ops[scene->op].out;
}

static inline int scene_at(const Network *network, int op, Phase phase) {
    return phase == PHASE_FORWARD ? op : 2 * network->op_count - 1 - op;
}

/* Steps run so far: everything before this time has been computed. */
static inline int scene_steps_done(const Pass *pass) {
    return pass_forward_done(pass) + pass_backward_done(pass);
}

/* The tensor that op `op` shows in a phase: its activation, or the gradient of the loss with respect to it.
 * data is NULL while it has not been computed. */
Tensor scene_tensor(const Scene *scene, int op, Phase phase);
Stats scene_stats(const Scene *scene, int op, Phase phase);

/* The picture's name, or "the picture" where the name would give the answer away. */
const char *scene_picture_name(const Scene *scene);

/* The op of `other` that corresponds to op `op` of `network`: the one of that name, or where there is none (a
 * plain network has no adds) the nearest one before it that has a partner. */
int scene_partner(const Network *other, const Network *network, int op);

/* Are the values signed (diverging map, zero in the middle), or all >= 0? From the statistics. */
bool scene_is_signed(const Scene *scene, int op, Phase phase);

/* Channels in the order shown: the one at a place, and the place of one. By number while no ranking is known.
 */
int scene_channel_at(const Scene *scene, int place);
int scene_place_of(const Scene *scene, int channel);
bool scene_is_ranked(const Scene *scene);

/* Figures beyond the statistics; NULL while they have not been computed. */
const Profile *scene_profile(const Scene *scene, int op, Phase phase);

/* How a map is shown: alone and large, or small among the other channels of its operation. With the scope "auto"
 * the first has a scale of its own, the second that of the layer; where pooling is left to the program, shrinking
 * keeps the largest magnitudes of the first, so that a thin edge does not vanish, and takes the mean of the second,
 * which would all look lit otherwise. */
typedef enum MapUse { MAP_FOCUS, MAP_OVERVIEW } MapUse;

PlotPooling scene_pooling(const Scene *scene, Phase phase, MapUse use);

/* The colour scale for one channel, by the scene's scope, and the palette that goes with it. */
Scale scene_scale(const Scene *scene, int op, Phase phase, int channel, MapUse use);
PaletteId scene_palette(const Scene *scene, Scale scale, Phase phase);

#endif
