/* The picture of the input view with what is laid over it: a heat map, and the frame of a receptive field. */
#ifndef VIEWS_INPUT_PICTURE_H
#define VIEWS_INPUT_PICTURE_H

#include "core/inspect/receptive_field.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Where it will land, without drawing. */
PlotGrid input_picture_fit(Rect area, const Scene *scene);
/* As large as it gets; `field` may be NULL. Returns where; nothing without a picture. */
PlotGrid input_picture_draw(Canvas *canvas, Rect area, const Scene *scene, const ReceptiveField *field);

/* How the picture was made ready, with what of it is a guess: one row where anything of it is, or was asked for. */
int input_preprocess_rows(const Scene *scene);
void input_preprocess_draw(Canvas *canvas, Rect row, const Scene *scene);

/* Its name, and what is shown of it, or what is missing for that. */
void input_title_draw(Canvas *canvas, Rect row, const Scene *scene);
/* `[0 ▇▇▇▇ +0.54] Grad-CAM`, or why there is nothing to see; no rows when nothing is laid over it. */
int input_legend_rows(const Scene *scene, int width);
void input_legend_draw(Canvas *canvas, Rect area, const Scene *scene);

/* "true class", "predicted class" or "asked for": why the loss asks for its target. */
const char *input_target_reason(const Scene *scene);

#endif
