/* What a click means. Whoever draws something that can be selected says so in the same breath, so that what
 * is clicked cannot differ from what is drawn; a canvas without a ClickMap forgets it at once, and drawing
 * stays as fast as it was. To find what stands under the pointer, the screen is drawn once more with a map.
 */
#ifndef VIEWS_SCENE_CLICK_H
#define VIEWS_SCENE_CLICK_H

#include "views/scene/action.h"
#include "views/scene/scene.h"

typedef struct ClickSpot {
    Rect area;
    Action action;
    bool is_map; /* also selects the cell of `map` under the pointer */
    PlotGrid map;
} ClickSpot;

typedef struct ClickMap {
    ClickSpot *spots; /* heap; the one drawn last lies on top */
    int count, room;
} ClickMap;

/* Each within the clip rectangle of the canvas. ACTION_NONE covers what lies below. */
void click_add(Canvas *canvas, Rect area, Action action);
void click_add_text(Canvas *canvas, Rect area, ActionId id, const char *text);
/* Selects the op and direction of a moment. */
void click_add_moment(Canvas *canvas, Rect area, const Scene *scene, int at);
/* A channel's map: selects the channel and the cell. */
void click_add_map(Canvas *canvas, const PlotGrid *map, int channel);

enum { CLICK_ACTIONS_MAX = 2 };

/* What to do for a click at column x, row y; returns how many actions, 0 where nothing can be selected. */
int click_find(const ClickMap *map, int x, int y, Action out[CLICK_ACTIONS_MAX]);
void click_clear(ClickMap *map); /* a cleared one is fine */

#endif
