/* The picture, normalised. */
#include "core/op/reference/reference.h"

enum { MEAN, STD };

/* y = (x / 255 - mean) / std, with a mean and a spread for each colour.
 *   x (N,3,H,W) pixels, 0 to 255    y as x, in standard deviations    w: mean and std (3), of brightnesses 0 to 1
 * Source: He et al. 2015, arXiv:1512.03385, section 3.4. */
static void input_forward(const ReferenceRun *run) {
    Doubles x = run->x[0], mean = run->w[MEAN], std = run->w[STD], y = run->y;
    for (int n = 0; n < y.shape.n; n++)
        for (int c = 0; c < y.shape.c; c++)
            for (int h = 0; h < y.shape.h; h++)
                for (int w = 0; w < y.shape.w; w++) {
                    double brightness = *at(x, n, c, h, w) / 255;
                    *at(y, n, c, h, w) = (brightness - *at_channel(mean, c)) / *at_channel(std, c);
                }
}

/* dx = dy / (255 std): by how much the loss changes with one step of a pixel. dy, dx (N,3,H,W). */
static void input_backward(const ReferenceRun *run) {
    Doubles dy = run->dy, std = run->w[STD], dx = run->dx[0];
    for (int n = 0; n < dy.shape.n; n++)
        for (int c = 0; c < dy.shape.c; c++)
            for (int h = 0; h < dy.shape.h; h++)
                for (int w = 0; w < dy.shape.w; w++)
                    *at(dx, n, c, h, w) += *at(dy, n, c, h, w) / (255 * *at_channel(std, c));
}

const OpReference op_input_reference = {
    .forward = input_forward,
    .backward = input_backward,
    .lines = {.forward = {{"core/op/reference/input.c", "input_forward", "brightness - "}},
              .backward = {{"core/op/reference/input.c", "input_backward", "+="}}},
};
