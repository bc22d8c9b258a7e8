/* Which values the colours of a map span, and how that is said. */
#ifndef VIEWS_SCENE_SCALE_H
#define VIEWS_SCENE_SCALE_H

#include "views/scene/scene.h"

enum { SCOPE_GROUP_CHANNELS = 16, SCOPE_TEXT_MAX = 48 };

/* What the scope is for one channel of an op (with "auto" that of its use): "map", "group 16-31", "ranks 0-15" when the channels are not
 * shown by number, "layer", "stage 2", "stem and head" for what is in no stage, "network". */
typedef struct ScopeText {
    char text[SCOPE_TEXT_MAX];
} ScopeText;

ScopeText scene_scope_text(const Scene *scene, int op, int channel, MapUse use);

/* How the values that a scale of the scope "auto" spans lie: of the channel, or of the whole layer in an overview.
 * Not known while the layer's figures are not computed, nor for the difference of a twin in an overview. */
Spread scene_spread(const Scene *scene, int op, Phase phase, int channel, MapUse use);
/* The scale by quarters over the 1st to 99th percentile, or with clipping off to the largest value; of a spread that is
 * known. */
Scale scene_scale_of_spread(const Scene *scene, const Spread *spread, bool is_signed);

/* Smallest and largest finite value in an op's scope of SCOPE_STAGE or SCOPE_NETWORK: over all ops whose
 * output is a map (has more than one cell a channel) and has been computed in that direction. False when
 * there are none. */
bool scene_wide_range(const Scene *scene, int op, Phase phase, double *min, double *max);

/* Does the scale of the layer leave out the largest magnitudes in this direction? */
bool scene_clips(const Scene *scene, Phase phase);

#endif
