/* With stride 1, dx is a convolution of dy by the weights turned by half, C and K exchanged. With a larger stride a pixel
 * of dx was read by some taps of the window only, the same for all pixels as far from a multiple of the stride: the
 * pixels of each of these stride*stride parities are such a convolution by their own taps. Few
 * channels would leave most of a vector empty: core/conv/fold. */
#include "core/conv/input_gradient.h"

#include <string.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/conv/direct.h"
#include "core/conv/fold.h"
#include "core/conv/winograd.h"
#include "core/kernel/kernel.h"

/* Rows, or columns, of dx whose number is `parity` plus a multiple of the stride. What the windows have for them are
 * taps first, first + stride, ...; where ih = i*stride + parity,
 *   dx[ih] = sum over t < taps of dy[i - before + t] * w[first + (taps-1-t)*stride] */
typedef struct Axis {
    int first, taps, before, pixels;
} Axis;

static Axis axis_of(const ConvShape *q, int parity, int window, int pixels) {
    Axis axis = {.first = (parity + q->pad) % q->stride,
                 .pixels = pixels > parity ? integer_divide_up(pixels - parity, q->stride) : 0};
    axis.taps = window > axis.first ? integer_divide_up(window - axis.first, q->stride) : 0;
    axis.before = axis.taps - 1 - (parity + q->pad) / q->stride;
    return axis;
}

/* The pixels of one parity, `begin` of them counted from the first of dx on. */
typedef struct Part {
    ConvShape shape; /* of the convolution that computes them */
    ConvTurned turned;
    size_t w, begin; /* elements of w before tap (0,0) of that convolution; of dx before its first pixel */
} Part;

/* Very few pixels do not pay for the larger transform of weights of tiles of 4x4. */
static bool may_round_more(const ConvShape *q) {
    enum { PIXELS = 128 };
    return q->fast && q->n * q->h * q->w >= PIXELS;
}

/* Part number `index` of stride*stride. */
static Part part_of(const ConvShape *q, int index) {
    const int a = index / q->stride, b = index % q->stride;
    const Axis down = axis_of(q, a, q->r, q->h), across = axis_of(q, b, q->s, q->w);
    const size_t tap = (size_t)q->c * (size_t)q->k, pixel = (size_t)q->c, row = pixel * (size_t)q->w;
    const int last_row = down.first + (down.taps - 1) * q->stride;
    const int last_column = across.first + (across.taps - 1) * q->stride;
    return (Part){
        .shape = {.n = q->n,
                  .h = q->oh,
                  .w = q->ow,
                  .c = q->k,
                  .k = q->c,
                  .r = down.taps,
                  .s = across.taps,
                  .stride = 1,
                  .pad = down.before,
                  .oh = down.pixels,
                  .ow = across.pixels,
                  .fast = may_round_more(q)},
        .turned = {.row = -(ptrdiff_t)tap * q->s * q->stride,
                   .column = -(ptrdiff_t)tap * q->stride,
                   .step = (size_t)q->k,
                   .left = across.before,
                   .scattered = q->stride > 1,
                   .y_image = row * (size_t)q->h,
                   .y_row = row * (size_t)q->stride,
                   .y_pixel = pixel * (size_t)q->stride},
        .w = (size_t)(last_row * q->s + last_column) * tap,
        .begin = (size_t)a * row + (size_t)b * pixel,
    };
}

static bool has_pixels(const Part *part) {
    return part->shape.oh > 0 && part->shape.ow > 0;
}

static bool has_taps(const Part *part) {
    return part->shape.r > 0 && part->shape.s > 0;
}

/* NULL: the direct one, for whatever there is. */
static const ConvStrategy *winograd_of(const Part *part) {
    if (part->turned.scattered || part->turned.left != part->shape.pad) return NULL;
    if (conv_winograd_4.fits(&part->shape)) return &conv_winograd_4;
    return conv_winograd_2.fits(&part->shape) ? &conv_winograd_2 : NULL;
}

static size_t part_scratch_count(const Part *part) {
    const ConvStrategy *winograd = winograd_of(part);
    if (!has_pixels(part) || !has_taps(part)) return 0;
    if (!winograd) return conv_direct_turned_scratch_count(&part->shape, &part->turned);
    return tensor_round_up(winograd->prepared_count(&part->shape)) + winograd->scratch_count(&part->shape);
}

/* Parities write dx line by line between one another, and each reads all of dy: what belongs to so many images stays in
 * the caches meanwhile, and has pixels enough for the weights to be brought together anew. */
static int images_together(const ConvShape *q) {
    enum { ELEMENTS = 1 << 18, PIXELS = 1024 };
    const int image = q->h * q->w * q->c + q->oh * q->ow * q->k, pixels = q->oh * q->ow;
    if (q->stride == 1) return q->n;
    return integer_min(q->n, integer_max(ELEMENTS / image, integer_divide_up(PIXELS, pixels)));
}

static size_t scratch_count(const ConvShape *q) {
    size_t count = 0;
    for (int k = 0; k < q->stride * q->stride; k++) {
        Part part = part_of(q, k);
        count = integer_max_size(count, part_scratch_count(&part));
    }
    return count;
}

size_t input_gradient_scratch_count(const ConvShape *q) {
    ConvShape some = *q, rest = *q;
    if (fold_fits(q)) return fold_scratch_count(q);
    some.n = images_together(q);
    rest.n = q->n % some.n;
    return integer_max_size(scratch_count(&some), rest.n > 0 ? scratch_count(&rest) : 0);
}

typedef struct Zeroing {
    const Part *part;
    real *dx;
} Zeroing;

/* Row `begin` of a part, counted through (n, row). */
static void zero_row(void *context, int begin, int end, int worker) {
    const Zeroing *job = context;
    const ConvShape *q = &job->part->shape;
    const ConvTurned *turned = &job->part->turned;
    real *row = job->dx + (size_t)(begin / q->oh) * turned->y_image + (size_t)(begin % q->oh) * turned->y_row;
    (void)end, (void)worker;
    for (int p = 0; p < q->ow; p++) memset(row + (size_t)p * turned->y_pixel, 0, (size_t)q->k * sizeof *row);
}

/* No window reads these pixels. */
static void zero_part(const Part *part, real *dx) {
    parallel_items(part->shape.n * part->shape.oh, zero_row, &(Zeroing){part, dx + part->begin});
}

static void run_part(const Part *part, ConvRun *run) {
    const ConvStrategy *winograd = winograd_of(part);
    if (!winograd) {
        conv_direct_forward(run);
        return;
    }
    real *prepared = run->scratch;
    const size_t count = winograd->prepared_count(run->shape);
    if (count > 0) {
        winograd->prepare(run, prepared);
        run->prepared = prepared;
        run->scratch += tensor_round_up(count);
    }
    winograd->forward(run);
}

/* All parities of some images. */
static void run_parts(const ConvShape *q, const ConvRun *all) {
    const bool add = all->epilogue.addend != NULL;
    for (int k = 0; k < q->stride * q->stride; k++) {
        const Part part = part_of(q, k);
        ConvRun run = *all;
        run.shape = &part.shape;
        run.turned = &part.turned;
        run.y = all->y + part.begin;
        if (add) run.epilogue.addend = run.y;
        if (!has_pixels(&part)) continue;
        if (has_taps(&part)) {
            run.w = all->w + part.w;
            run_part(&part, &run);
        } else if (!add) {
            zero_part(&part, all->y);
        }
    }
}

void input_gradient(const ConvInputRun *all) {
    const ConvShape *q = all->shape;
    if (fold_fits(q)) {
        fold_input_gradient(all);
        return;
    }
    const int together = images_together(q);
    const size_t image = (size_t)(q->h * q->w) * (size_t)q->c,
                 dy_image = (size_t)(q->oh * q->ow) * (size_t)q->k;
    for (int n = 0; n < q->n; n += together) {
        ConvShape some = *q;
        real *to = all->dx + (size_t)n * image;
        ConvRun run = {.x = all->dy + (size_t)n * dy_image,
                       .w = all->w,
                       .y = to,
                       .epilogue = {.addend = all->add ? to : NULL},
                       .scratch = all->scratch,
                       .soon = all->soon};
        some.n = integer_min(together, q->n - n);
        run_parts(&some, &run);
    }
}

const char *input_gradient_name(const ConvShape *q) {
    const Part part = part_of(q, 0);
    const ConvStrategy *winograd = winograd_of(&part);
    if (fold_fits(q)) return "direct, folded";
    if (q->stride > 1) return "direct by parity";
    return winograd ? winograd->name : "direct";
}
