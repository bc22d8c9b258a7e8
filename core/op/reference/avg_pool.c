/* Global average pooling. */
#include "core/op/reference/reference.h"

/* y[n,c] = sum over h, w of x[n,c,h,w] / (H*W). x (N,C,H,W), y (N,C,1,1), in units of x.
 * Source: Lin et al. 2013, arXiv:1312.4400, section 3.2. */
static void avg_pool_forward(const ReferenceRun *run) {
    Doubles x = run->x[0], y = run->y;
    for (int n = 0; n < x.shape.n; n++)
        for (int c = 0; c < x.shape.c; c++) {
            double sum = 0;
            for (int h = 0; h < x.shape.h; h++)
                for (int w = 0; w < x.shape.w; w++) sum += *at(x, n, c, h, w);
            *at(y, n, c, 0, 0) = sum / (x.shape.h * x.shape.w);
        }
}

/* dx[n,c,h,w] = dy[n,c] / (H*W). dy (N,C,1,1), dx (N,C,H,W). */
static void avg_pool_backward(const ReferenceRun *run) {
    Doubles dy = run->dy, dx = run->dx[0];
    for (int n = 0; n < dx.shape.n; n++)
        for (int c = 0; c < dx.shape.c; c++)
            for (int h = 0; h < dx.shape.h; h++)
                for (int w = 0; w < dx.shape.w; w++)
                    *at(dx, n, c, h, w) += *at(dy, n, c, 0, 0) / (dx.shape.h * dx.shape.w);
}

const OpReference op_avg_pool_reference = {
    .forward = avg_pool_forward,
    .backward = avg_pool_backward,
    .lines = {.forward = {{"core/op/reference/avg_pool.c", "avg_pool_forward", "sum /"}},
              .backward = {{"core/op/reference/avg_pool.c", "avg_pool_backward", "+="}}},
};
