/* A network of random weights, one pass over a formula's picture and perhaps a baseline, and a canvas to draw a
 * view on: for the views that show skips. */
#ifndef TESTS_SUPPORT_SKIP_WORLD_H
#define TESTS_SUPPORT_SKIP_WORLD_H

#include "tests/support/canvas_check.h"
#include "tests/support/fixture.h"

#include "views/scene/view.h"

typedef struct SkipWorld {
    Model *model;
    Pass *pass, *baseline;
    Scene scene;
    long state[32]; /* of the view, zeroed at first */
} SkipWorld;

/* An area of a view on a screen: 80x24, 120x40, 200x60 without the frame's five rows. */
typedef struct SkipScreen {
    int width, height;
    unsigned flags;
} SkipScreen;

enum { SKIP_SCREENS = 6 };
extern const SkipScreen skip_screens[SKIP_SCREENS];

/* `shortcut` 0 is the default. In SKIP_LESION block 1 is lesioned. Nothing is run. */
SkipWorld skip_world_open(const char *arch, char shortcut, SkipMode skip);
void skip_world_close(SkipWorld *world);
void skip_world_run(SkipWorld *world, int steps); /* of the pass; -1: all */
void skip_world_add_baseline(SkipWorld *world, SkipMode mode);
void skip_world_select(SkipWorld *world, const char *op, Phase phase, int channel);

/* What the view shows, for free(). Draws twice into a larger canvas; fails the test when the drawings differ
 * or a cell outside of the area has changed. */
char *skip_world_draw(const SkipWorld *world, const ViewOps *ops, SkipScreen screen);
/* Gives the view an action and carries a selection out as the session does. Returns the answer. */
Action skip_world_do(SkipWorld *world, const ViewOps *ops, ActionId id, const char *text);
int skip_count(const char *text, const char *part);
/* Fails the test unless `text` has the text that the format makes. */
void assert_shows(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
