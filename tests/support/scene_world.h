/* What a view shows, for its tests: a network of random weights, one pass over a picture from a formula, and
 * perhaps a baseline; and a canvas to draw it on. */
#ifndef TESTS_SUPPORT_SCENE_WORLD_H
#define TESTS_SUPPORT_SCENE_WORLD_H

#include "tests/support/canvas_check.h"
#include "tests/support/fixture.h"

#include "views/scene/view.h"

/* An area of a view on a screen: 80x24, 120x40, 200x60 without the frame's three rows. */
typedef struct SceneScreen {
    int width, height;
    unsigned flags;
} SceneScreen;

typedef struct SceneWorld {
    Model *model;
    Pass *pass, *baseline;
    Scene scene;
    SceneScreen screen; /* for tests that keep one; 80x19 at first */
    long state[32];     /* of the view, zeroed at first */
} SceneWorld;

enum { SCENE_SCREENS = 6, SCENE_MARGIN = 2, SCENE_SENTINEL = '~' };
extern const SceneScreen scene_screens[SCENE_SCREENS];

/* `shortcut` 0 is the default. In SKIP_LESION block 1 is lesioned. Nothing is run. */
SceneWorld scene_world_open(const char *arch, char shortcut, SkipMode skip);
/* The same with a pass of another kind; without `lesioned`, block 1 is. */
SceneWorld scene_world_open_pass(const char *arch, char shortcut, PassConfig config);
void scene_world_close(SceneWorld *world);
void scene_world_run(SceneWorld *world, int steps); /* of the pass; -1: all */
void scene_world_add_baseline(SceneWorld *world, SkipMode mode);
void scene_world_select(SceneWorld *world, const char *op, Phase phase, int channel);

/* The area inside a larger canvas, which has SCENE_MARGIN cells of SCENE_SENTINEL around it. */
Rect scene_screen_area(SceneScreen screen);
Canvas *scene_world_canvas(const SceneWorld *world, const ViewOps *ops, SceneScreen screen);
/* Draws, once or twice; fails the test when two drawings differ, a cell outside of the area has changed, or an
 * ASCII canvas has other characters. */
void scene_world_check(const SceneWorld *world, const ViewOps *ops, SceneScreen screen, bool twice);
/* What the view shows, for free(). Draws twice into a larger canvas; fails the test when the drawings differ
 * or a cell outside of the area has changed. */
char *scene_world_draw(const SceneWorld *world, const ViewOps *ops, SceneScreen screen);
/* Gives the view an action and carries a selection out as the session does. Returns the answer. */
Action scene_world_do(SceneWorld *world, const ViewOps *ops, ActionId id, const char *text);
int scene_count(const char *text, const char *part);
/* Fails the test unless `text` has the text that the format makes. */
void assert_shows(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
