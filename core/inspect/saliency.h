/* Where in the picture an answer comes from: two maps of one number a pixel, from one pass. */
#ifndef CORE_INSPECT_SALIENCY_H
#define CORE_INSPECT_SALIENCY_H

#include "core/pass/pass.h"

/* Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391, equations 1 and 2) at the last activation A that has
 * places, the output of the last block:
 *   a[k] = 1/(H*W) * sum over i,j of d z[class] / d A[k,i,j]       L[i,j] = max(0, sum over k of a[k] *
 * A[k,i,j]) z[class] is the logit, not the loss: it asks what speaks for the class, whatever the other
 * classes say. */
typedef struct GradCam {
    int layer, class_index;
    int width, height; /* of A, and so of `map` */
    real *map;         /* L (height,width); all zero where nothing speaks for the class */
    real *weights;     /* a, one a channel of A */
} GradCam;

/* For image 0 of a pass that has been run forward up to the logits. The pass's own gradients are left
 * alone. False when memory is short; free it in either case. */
bool grad_cam_compute(GradCam *cam, const Pass *pass, int class_index, Error *err);
void grad_cam_free(GradCam *cam); /* a cleared one is fine; clears it */

/* A map drawn larger, bilinear between the centres of its cells, as PyTorch with align_corners=False. */
void map_enlarge(real *out, int out_height, int out_width, const real *map, int height, int width);

/* Image 0 of the gradient of a picture (N,C,H,W): the largest magnitude over its C colours at each pixel, as
 * Simonyan et al. 2013, arXiv:1312.6034, section 3.1. NaN where one of them is NaN. `out` (H,W). */
void map_of_gradient(real *out, Tensor gradient);

#endif
