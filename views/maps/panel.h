/* The selected cell in words and figures, for the maps view. The tensors are computed. */
#ifndef VIEWS_MAPS_PANEL_H
#define VIEWS_MAPS_PANEL_H

#include "views/widget/widgets.h"

enum { MAPS_PANEL_WIDTH = 43, MAPS_PANEL_WIDTH_MAX = 72 };

bool maps_is_loss(const Scene *scene);
/* What is shown has one value for each class: the logits, their gradient, the probabilities. */
bool maps_has_classes(const Scene *scene);

/* "ch 3, row 5, column 12: -0.123457" in one row, or "ch 3 (5,12) -0.123457" where that is too long. */
void maps_cell_draw(Canvas *canvas, Rect row, const Scene *scene, Tensor tensor);
/* The figures of what is shown: of the layer, or above them those of the selected channel, too. */
void maps_figures_draw(Canvas *canvas, Rect area, const Scene *scene, bool both);
/* The cell in a column with the values around the cell and the legend; for beside an enlarged map. Below them
 * the figures of the channel, or which keys lead on. */
void maps_panel_draw(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, bool figures);

#endif
