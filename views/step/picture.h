/* A step as a picture: what goes in, the operation itself, what comes out. Maps stand at one value a column
 * and half a row or larger by whole factors. Private to views/step. */
#ifndef VIEWS_STEP_PICTURE_H
#define VIEWS_STEP_PICTURE_H

#include "views/step/panel.h"

typedef struct StepPicture {
    Rect panel
        [STEP_PANEL_MAX]; /* the map, with a row above and a row below it; empty: it stands small, or nowhere */
    Rect middle;          /* for the operation; empty: there is no room */
    Rect beside;          /* what is left at the right, empty where it is of no use */
    int rows;             /* used */
} StepPicture;

/* `middle`: columns that the operation needs. `enlarge`: a larger output before anything else. */
StepPicture step_picture_plan(const StepPanels *panels, Rect area, int middle, bool enlarge);
void step_picture_draw(Canvas *canvas, const Scene *scene, const StepPanels *panels,
                       const StepPicture *picture);

#endif
