/* The values of the settings, and what views/scene/setting_list.h says of each. */
#ifndef VIEWS_SCENE_SETTING_H
#define VIEWS_SCENE_SETTING_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/explain/explain.h"
#include "views/scene/action.h"
#include "views/style/palette.h"
#include "views/style/theme.h"

/* What a colour scale spans; see views/scene/scale.h. */
typedef enum ScopeKind {
    SCOPE_AUTO, /* one channel where it is shown large, all channels in an overview: 1st to 99th percentile, by quarters */
    SCOPE_MAP,     /* one channel */
    SCOPE_GROUP,   /* 16 channels that follow on each other in the order shown */
    SCOPE_LAYER,   /* all channels of the op */
    SCOPE_STAGE,   /* all ops of the same stage that have been computed in the same direction */
    SCOPE_NETWORK, /* all ops, likewise */
} ScopeKind;

/* In which order the channels of an op stand: by number, or by falling energy (l2) of what is shown, of the activation
 * or of the gradient. */
typedef enum ChannelOrder { ORDER_INDEX, ORDER_ENERGY, ORDER_ACTIVATION, ORDER_GRADIENT } ChannelOrder;

/* How maps are shrunk. A gradient changes sign from cell to cell, and a mean would show almost nothing of it:
 * AUTO takes the largest magnitude of gradients and of a map that is shown large, the mean of activations in an
 * overview. */
typedef enum PoolingChoice { POOLING_AUTO, POOLING_MEAN, POOLING_LARGEST } PoolingChoice;

/* Does the layer's scale leave out the few largest magnitudes (PROFILE_REACH)? AUTO: for gradients, whose
 * tails are long. */
typedef enum ClipChoice { CLIP_AUTO, CLIP_OFF, CLIP_ON } ClipChoice;

/* What is laid over the picture of the input view; see core/inspect/saliency.h. */
typedef enum OverlayKind { OVERLAY_NONE, OVERLAY_GRAD_CAM, OVERLAY_GRADIENT } OverlayKind;

/* How much is said in figures under a tensor: one line for everybody, or all there is. */
typedef enum FiguresChoice { FIGURES_ONE, FIGURES_ALL } FiguresChoice;

/* What the gradients view compares with. */
typedef enum Versus { VERSUS_CUT, VERSUS_PLAIN } Versus;

typedef enum Switch { SWITCH_OFF, SWITCH_ON } Switch;

#define SETTING_ENUM(TO, ID, ...) SETTING_##ID,
typedef enum SettingId {
    SETTING_LIST(SETTING_ENUM, 0)
    /* The palettes, which the action "palette" chooses; in the order of PaletteUse. */
    SETTING_PALETTE,
    SETTING_PALETTE_SIGNED,
    SETTING_PALETTE_GRADIENTS,
    SETTING_PALETTE_WEIGHTS,
    SETTING_COUNT
} SettingId;
#undef SETTING_ENUM

enum {
    PALETTE_USES = SETTING_COUNT - SETTING_PALETTE,
    SETTING_LIST_MAX = 200 /* bytes of a list of words */
};

#define SETTING_FIELD(TO, ID, type, field, ...) type field;
typedef struct Settings {
    SETTING_LIST(SETTING_FIELD, 0)
    int palettes[PALETTE_USES]; /* 0: the theme's own; else the place among those that suit the use, from 1 */
} Settings;
#undef SETTING_FIELD

typedef enum SettingKept {
    SETTING_KEPT_STATE = 1,
    SETTING_KEPT_READER = 2,
    SETTING_KEPT_BOTH = 3
} SettingKept;

typedef struct SettingSpec {
    const char *name; /* in a state string; the action's, too, where one has the setting alone */
    ActionId action;
    SettingKept kept;
    size_t offset; /* of its value in Settings, an int or an enumeration */
    int initial;
    const char *const *words;       /* NULL-terminated */
    const char *(*word)(int value); /* instead of them */
    const char *const *sentences;   /* one a word; NULL: none */
} SettingSpec;

const SettingSpec *setting_spec(SettingId id);
/* The setting that the action of its name chooses; SETTING_COUNT: none, or more than one. */
SettingId setting_of(ActionId action);

Settings setting_defaults(void);
int setting_get(const Settings *settings, SettingId id);
void setting_set(Settings *settings, SettingId id, int value);

/* The word of a value; NULL after the last. */
const char *setting_word(SettingId id, int value);
/* The words in the order in which people are told them, "off" last; NULL after the last. */
const char *setting_offer(SettingId id, int place);
/* "map, group, layer, stage or network" */
void setting_list_words(SettingId id, char *out, size_t size);
/* Sets the value of a word, or for "" the next one. False with a sentence that lists the words. */
bool setting_choose(Settings *settings, SettingId id, const char *word, Error *err);

/* Copies the values of the settings that are kept in that way. */
void setting_copy(Settings *to, const Settings *from, SettingKept kept);

/* The palette in use: the chosen one, or the theme's. */
PaletteId setting_palette(const Settings *settings, PaletteUse use);
/* What the action "palette" calls a use of signed values: "gradients"; NULL for magnitudes. */
const char *setting_palette_use(PaletteUse use);
/* Chooses it for what it suits: a diverging palette not for magnitudes, nor a sequential one for signed values; returns
 * the use that it was taken for. */
PaletteUse setting_set_palette(Settings *settings, PaletteUse use, PaletteId palette);

#endif
