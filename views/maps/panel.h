/* The selected channel and cell in words and figures, for the maps view. The tensors are computed. */
#ifndef VIEWS_MAPS_PANEL_H
#define VIEWS_MAPS_PANEL_H

#include "views/widget/widgets.h"

enum { MAPS_PANEL_WIDTH_MIN = 28, MAPS_PANEL_WIDTH = 43 };

bool maps_is_loss(const Scene *scene);
/* What is shown has one value for each class: the logits, their gradient, the probabilities. */
bool maps_has_classes(const Scene *scene);

/* "ch 3, row 5, column 12: -0.123457" in one row, or "ch 3 (5,12) -0.123457" where that is too long. */
void maps_cell_draw(Canvas *canvas, Rect row, const Scene *scene, Tensor tensor);
/* As short as it can be: "(5,12) -0.123457". */
WidgetText maps_cell_brief(const Scene *scene, Tensor tensor);
/* Whose figures. */
typedef enum MapsFigures { MAPS_OF_LAYER, MAPS_OF_CHANNEL, MAPS_OF_BOTH } MapsFigures;

/* Where the channel's are not known, those of the layer. */
void maps_figures_draw(Canvas *canvas, Rect area, const Scene *scene, MapsFigures figures);
/* Those of the selected channel in one line. */
void maps_line_draw(Canvas *canvas, Rect row, const Scene *scene);
/* How large the map is drawn: pixels a side for each value, or values a side for each pixel. */
typedef struct MapsSize {
    int zoom, shrink;
} MapsSize;

/* "energy 28% of layer, 1st of 16", or what keeps the channel from being seen. A map that is shrunk says what a
 * pixel is, and before a class one that is enlarged does, so that it is not taken for resolution. */
void maps_note_draw(Canvas *canvas, Rect row, const Scene *scene, const WidgetTensor *tensor, MapsSize size);

#endif
