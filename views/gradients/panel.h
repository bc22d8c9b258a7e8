/* The operations of one row of the gradient chart: the norm of the gradient at each op's output, and, where
 * asked for, of the loss with respect to its parameters. */
#ifndef VIEWS_GRADIENTS_PANEL_H
#define VIEWS_GRADIENTS_PANEL_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

typedef struct GradientPanel {
    int row; /* of the chart, see core/inspect/gradient_flow.h */
    PlotLogAxis axis;
    bool params; /* also the gradient of the parameters */
} GradientPanel;

int gradient_panel_height(const Network *network, int row); /* rows it wants */
void gradient_panel_draw(Canvas *canvas, Rect area, const Scene *scene, GradientPanel panel);

#endif
