/* The view of maps on a pass through resnet20, for its tests. */
#ifndef TESTS_SUPPORT_MAPS_WORLD_H
#define TESTS_SUPPORT_MAPS_WORLD_H

#include "tests/support/scene_world.h"

enum { MAPS_WORLD_SIZES = 4 };

/* Nothing has been run; the screen is the first of the sizes. */
SceneWorld maps_world_open(void);
/* Another screen, 0 .. MAPS_WORLD_SIZES-1. */
void maps_world_size(SceneWorld *world, int size);
/* Selects an operation, its first channel and cell. */
void maps_world_select(SceneWorld *world, const char *name, Phase phase);
Action maps_world_act(SceneWorld *world, ActionId id, int number);
Canvas *maps_world_canvas(const SceneWorld *world); /* to be freed */
/* Fails unless the screen has this text. */
void maps_world_shows(const SceneWorld *world, const char *expected);
/* Fails unless drawing is pure and stays inside. */
void maps_world_check(const SceneWorld *world);

#endif
