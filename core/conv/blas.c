/* Convolution as products of matrices by OpenBLAS: the way that is there for every shape, every precision and
 * every processor.
 *
 * Windows of x are unrolled into rows of a matrix ("im2col") that is never larger than a processor's cache
 * needs it to be, and multiplied by the weights (R*S*C, K). A 1x1 convolution with stride 1 needs no
 * unrolling: channels-last x is that matrix. Two ways to share the work: many output pixels (early layers,
 * batches) are split by pixel; few pixels with large weights (late layers) by output channel, so that every
 * weight is read once. Both in parts that follow from the shape: a product of some size rounds as it does
 * whatever the number of threads. */
#include "core/conv/blas.h"

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/conv/window.h"
#include "core/tensor/elementwise.h"
#include "core/tensor/gemm.h"

enum {
    FEW_PIXELS =
        1024, /* below this, sharing by pixel leaves each thread too little to amortise its weights */
    TILE_ELEMENTS = 1 << 16, /* unrolled windows of one tile: 256 kB of floats, in a second-level cache */
    TILE_PIXELS_MIN = 64,    /* a product with fewer rows spends its time packing the weights */
    TILES_MIN = 16,          /* enough of them to share evenly */
    CHANNEL_PARTS = 4,       /* each unrolls or packs all pixels for itself */
    CHANNEL_GRAIN = 16,      /* no part narrower than a cache line of output channels */
    SUMS_MAX = 8,            /* parts of the pixels of which each has its own dw; fewer where dw is large: */
    SUMS_ELEMENTS = 1 << 22,
};

static int window_size(const ConvShape *q) {
    return q->r * q->s * q->c;
}

static bool is_pointwise(const ConvShape *q) {
    return q->r == 1 && q->s == 1 && q->stride == 1 && q->pad == 0;
}

/* Pixels that are unrolled and multiplied together. */
static int tile_pixels(const ConvShape *q) {
    int fit = TILE_ELEMENTS / window_size(q), even = integer_divide_up(conv_pixels(q), TILES_MIN);
    return integer_max(TILE_PIXELS_MIN, integer_min(fit, even));
}

static int channel_part(int channels) {
    int lines = integer_divide_up(channels, CHANNEL_GRAIN);
    return integer_divide_up(lines, CHANNEL_PARTS) * CHANNEL_GRAIN;
}

/* Pixels, whole tiles, that have a sum of weight gradients in common. */
static int sum_pixels(const ConvShape *q) {
    int sums = integer_clamp(SUMS_ELEMENTS / (q->k * window_size(q)), 1, SUMS_MAX), tile = tile_pixels(q);
    return integer_divide_up(integer_divide_up(conv_pixels(q), sums), tile) * tile;
}

static int sum_count(const ConvShape *q) {
    return integer_divide_up(conv_pixels(q), sum_pixels(q));
}

/* dx of a stride-1 convolution is itself a convolution of dy, by the weights turned around and with C and K
 * exchanged. */
static ConvShape turned_around(const ConvShape *q) {
    return (ConvShape){.n = q->n,
                       .h = q->oh,
                       .w = q->ow,
                       .c = q->k,
                       .k = q->c,
                       .r = q->r,
                       .s = q->s,
                       .stride = 1,
                       .pad = q->r - 1 - q->pad,
                       .oh = q->h,
                       .ow = q->w};
}

static bool can_turn_around(const ConvShape *q) {
    return q->stride == 1 && q->r == q->s && q->pad < q->r && q->n * q->h * q->w >= FEW_PIXELS;
}

/* Images whose windows are unrolled together when the input gradient is folded back. */
static int fold_images(const ConvShape *q) {
    int images = FEW_PIXELS / (q->oh * q->ow);
    return images < 1 ? 1 : images < q->n ? images : q->n;
}

size_t conv_blas_scratch_count(const ConvShape *q) {
    size_t window = (size_t)window_size(q), workers = (size_t)parallel_threads();
    size_t weights = (size_t)q->k * window;
    size_t tiles = workers * (size_t)tile_pixels(q) * window;
    size_t sums = workers * (size_t)tile_pixels(q) * (size_t)q->k;
    size_t all = conv_pixels(q) < FEW_PIXELS ? (size_t)conv_pixels(q) * (window + (size_t)q->k) : 0;
    size_t partial =
        conv_pixels(q) < FEW_PIXELS ? 0 : integer_max_size((size_t)(sum_count(q) - 1) * weights, sums);
    size_t folded = (size_t)fold_images(q) * (size_t)(q->oh * q->ow) * window;
    size_t around = 0;
    if (can_turn_around(q)) {
        ConvShape t = turned_around(q);
        around = weights + workers * (size_t)tile_pixels(&t) * (size_t)window_size(&t);
    }
    return integer_max_size(integer_max_size(tiles + partial, all), integer_max_size(folded, around));
}

/* One call, as the workers see it. Of the input gradient y is dx; where it runs as a convolution of dy, x is
 * dy and w the turned weights. */
typedef struct ConvJob {
    const ConvShape *shape;
    const ConvRun *run;      /* forward, where there is an epilogue; otherwise NULL */
    const real *x;           /* (N,H,W,C) */
    const real *w;           /* (R,S,C,K) */
    const real *dy;          /* (N,OH,OW,K) */
    const real *rows;        /* (N*OH*OW, R*S*C): all windows of x */
    real *y;                 /* (N,OH,OW,K) */
    real *dw;                /* (R,S,C,K) */
    real *scratch;           /* a tile of windows for each worker, or all windows */
    real *partial;           /* (parts - 1, R,S,C,K): sums of dw of all parts but the first; or sums of y */
    int pixels, first_image; /* of the group of images that is folded back */
    bool add;                /* y += instead of y = */
} ConvJob;

/* The unrolled windows of pixels begin..end-1: x itself when nothing needs unrolling. */
static const real *unroll_tile(const ConvShape *q, const real *x, int begin, int end, real *space) {
    if (is_pointwise(q)) return x + (size_t)begin * (size_t)q->c;
    window_unroll(q, x, begin, end, space);
    return space;
}

static real *worker_tile(const ConvJob *job, int worker) {
    size_t window = (size_t)window_size(job->shape);
    return job->scratch + (size_t)worker * (size_t)tile_pixels(job->shape) * window;
}

/* Windows begin .. end-1 to their rows of scratch. */
static void unroll_work(void *context, int begin, int end, int worker) {
    ConvJob *job = context;
    (void)worker;
    window_unroll(job->shape, job->x, begin, end,
                  job->scratch + (size_t)begin * (size_t)window_size(job->shape));
}

/* All windows at once, for the layers with few pixels. */
static const real *unroll_all(ConvJob *job) {
    if (is_pointwise(job->shape)) return job->x;
    parallel_for(conv_pixels(job->shape), 16, unroll_work, job);
    return job->scratch;
}

/* Where the sums of a run with an epilogue wait for it: behind the windows. */
static real *sums_of(const ConvJob *job, int worker) {
    const ConvShape *q = job->shape;
    size_t tile = (size_t)tile_pixels(q) * (size_t)q->k;
    return worker_tile(job, parallel_threads()) + (size_t)worker * tile;
}

/* Output pixels begin .. end-1, tile by tile: y (pixels, K) = rows (pixels, R*S*C) * w (R*S*C, K). */
static void forward_pixels(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    int window = window_size(q), step = tile_pixels(q);
    for (int p = begin; p < end; p += step) {
        int stop = p + step < end ? p + step : end;
        const real *rows = unroll_tile(q, job->x, p, stop, worker_tile(job, worker));
        real *y = job->run ? sums_of(job, worker) : job->y + (size_t)p * (size_t)q->k;
        gemm((GemmShape){stop - p, q->k, window}, (Matrix){rows, window, false},
             (Matrix){job->w, q->k, false}, y, q->k, job->add);
        if (job->run) conv_finish(job->run, &(ConvSums){y, q->k, p, stop, 0, q->k});
    }
}

/* Output channels begin .. end-1 of all pixels: y (pixels, k) = rows (pixels, R*S*C) * w (R*S*C, k). */
static void forward_channels(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    int window = window_size(q), pixels = conv_pixels(q);
    real *y = job->run ? job->partial : job->y;
    (void)worker;
    gemm((GemmShape){pixels, end - begin, window}, (Matrix){job->rows, window, false},
         (Matrix){job->w + begin, q->k, false}, y + begin, q->k, false);
    if (job->run) conv_finish(job->run, &(ConvSums){y + begin, q->k, 0, pixels, begin, end});
}

void conv_blas_forward(const ConvRun *run) {
    const ConvShape *q = run->shape;
    ConvJob job = {.shape = q, .x = run->x, .w = run->w, .y = run->y, .scratch = run->scratch};
    if (conv_has_epilogue(run)) job.run = run;
    if (conv_pixels(q) >= FEW_PIXELS) {
        parallel_parts(conv_pixels(q), tile_pixels(q), forward_pixels, &job);
        return;
    }
    job.rows = unroll_all(&job);
    job.partial = run->scratch + (size_t)conv_pixels(q) * (size_t)window_size(q);
    parallel_parts(q->k, channel_part(q->k), forward_channels, &job);
}

/* Each part adds up its own pixels, dw (R*S*C, K) += rowsᵀ (R*S*C, pixels) * dy (pixels, K); the first directly in
 * dw, the others in a sum of their own. */
static void weight_pixels(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    int window = window_size(q), step = tile_pixels(q);
    int part = begin / sum_pixels(q);
    real *dw = part == 0 ? job->dw : job->partial + (size_t)(part - 1) * (size_t)q->k * (size_t)window;
    for (int p = begin; p < end; p += step) {
        int stop = p + step < end ? p + step : end;
        const real *rows = unroll_tile(q, job->x, p, stop, worker_tile(job, worker));
        gemm((GemmShape){window, q->k, stop - p}, (Matrix){rows, window, true},
             (Matrix){job->dy + (size_t)p * (size_t)q->k, q->k, false}, dw, q->k, p > begin);
    }
}

/* Output channels begin .. end-1: dw (R*S*C, k) = rowsᵀ (R*S*C, N*OH*OW) * dy (N*OH*OW, k). */
static void weight_channels(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    int window = window_size(q);
    (void)worker;
    gemm((GemmShape){window, end - begin, conv_pixels(q)}, (Matrix){job->rows, window, true},
         (Matrix){job->dy + begin, q->k, false}, job->dw + begin, q->k, false);
}

void conv_blas_backward_weight(const ConvShape *q, const real *x, const real *dy, real *dw, real *scratch) {
    ConvJob job = {.shape = q, .x = x, .dy = dy, .dw = dw, .scratch = scratch};
    if (conv_pixels(q) < FEW_PIXELS) {
        job.rows = unroll_all(&job);
        parallel_parts(q->k, channel_part(q->k), weight_channels, &job);
        return;
    }
    size_t weights = (size_t)q->k * (size_t)window_size(q);
    job.partial = worker_tile(&job, parallel_threads());
    parallel_parts(conv_pixels(q), sum_pixels(q), weight_pixels, &job);
    for (int k = 1; k < sum_count(q); k++)
        elementwise_add(dw, job.partial + (size_t)(k - 1) * weights, weights);
}

/* Window entries begin .. end-1 of a group of images: the gradient of its windows, rows (pixels, R*S*C) =
 * dy (pixels, K) * wᵀ (K, R*S*C). */
static void input_windows(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    int window = window_size(q);
    size_t first = (size_t)job->first_image * (size_t)(q->oh * q->ow);
    (void)worker;
    gemm((GemmShape){job->pixels, end - begin, q->k}, (Matrix){job->dy + first * (size_t)q->k, q->k, false},
         (Matrix){job->w + (size_t)begin * (size_t)q->k, q->k, true}, job->scratch + begin, window, false);
}

/* Input rows begin .. end-1 of the group collect what their elements contributed to the windows. */
static void input_fold(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    (void)worker;
    WindowFold fold = {.shape = job->shape,
                       .rows = job->scratch,
                       .dx = job->y,
                       .first_image = job->first_image,
                       .add = job->add};
    window_fold(&fold, begin, end);
}

/* The way for any stride: gradients of all window entries first, then folded back. */
static void backward_input_by_fold(ConvJob *job) {
    const ConvShape *q = job->shape;
    int images = fold_images(q);
    for (job->first_image = 0; job->first_image < q->n; job->first_image += images) {
        int left = q->n - job->first_image, group = left < images ? left : images;
        job->pixels = group * q->oh * q->ow;
        parallel_parts(window_size(q), channel_part(window_size(q)), input_windows, job);
        parallel_for(group * q->h, 1, input_fold, job);
    }
}

/* 1x1, stride 1, pixels begin .. end-1: dx (pixels, C) = dy (pixels, K) * wᵀ (K, C). */
static void input_pointwise_pixels(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    (void)worker;
    gemm((GemmShape){end - begin, q->c, q->k}, (Matrix){job->dy + (size_t)begin * (size_t)q->k, q->k, false},
         (Matrix){job->w, q->k, true}, job->y + (size_t)begin * (size_t)q->c, q->c, job->add);
}

/* The same for all pixels and input channels begin .. end-1. */
static void input_pointwise_channels(void *context, int begin, int end, int worker) {
    const ConvJob *job = context;
    const ConvShape *q = job->shape;
    (void)worker;
    gemm((GemmShape){conv_pixels(q), end - begin, q->k}, (Matrix){job->dy, q->k, false},
         (Matrix){job->w + (size_t)begin * (size_t)q->k, q->k, true}, job->y + begin, q->c, job->add);
}

void conv_blas_backward_input(const ConvShape *q, const real *dy, const real *w, real *dx, bool add,
                              real *scratch) {
    ConvJob job = {.shape = q, .dy = dy, .w = w, .y = dx, .scratch = scratch, .add = add};
    if (is_pointwise(q) && conv_pixels(q) >= FEW_PIXELS) {
        parallel_parts(conv_pixels(q), tile_pixels(q), input_pointwise_pixels, &job);
    } else if (is_pointwise(q)) {
        parallel_parts(q->c, channel_part(q->c), input_pointwise_channels, &job);
    } else if (can_turn_around(q)) {
        ConvShape around = turned_around(q);
        window_turn(q, w, scratch);
        job.shape = &around;
        job.x = dy;
        job.w = scratch;
        job.scratch = scratch + (size_t)q->k * (size_t)window_size(q);
        parallel_parts(conv_pixels(&around), tile_pixels(&around), forward_pixels, &job);
    } else {
        backward_input_by_fold(&job);
    }
}
