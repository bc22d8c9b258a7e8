/* The gradient of the weights by the formula, without unrolling: for every tap a product of x, moved by that tap, with
 * dy, added up over pixels (Outer of core/kernel). Both are read as they lie.
 *
 *   chunk  some rows of an image, or some images: pixels whose columns of dy stay in the cache while all taps are
 *          multiplied by them; sums wait in dw between chunks, and round less than in one long chain
 *   panel  columns of dw that are computed together; a dy that is wider is brought together in such panels, where
 *          several taps share them or columns do not fill vectors
 *   unit   a tap, or a range of its channels
 *   part   some chunks; each part has sums of its own
 *
 * An item is some units of one panel over one part. Large weights are cut into units, many pixels into parts. */
#include <string.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/base/share.h"
#include "core/conv/weight_gradient.h"
#include "core/kernel/kernel.h"

enum {
    CHUNK_PIXELS = 256, /* of 64 columns: 64 kB */
    ROW_CHANNELS = 8,   /* fewer are multiplied together with those beside them: windows are read by row */
    ITEMS = 32,         /* for as many threads as are likely, and for their even end */
    ITEM_PRODUCTS = 1 << 20,    /* multiply-adds of an item, at least: some 10 us */
    PART_PIXELS = 256,          /* of a part, at least: adding up the parts is then no work beside them */
    PARTIAL_ELEMENTS = 1 << 21, /* sums of all parts: 8 MiB */
    RANGE_VALUES = 48,          /* channels of a unit, at least: dy is read for each unit */
};

/* The number of threads decides nothing here. */
typedef struct Plan {
    const Kernels *set;
    ConvShape map;    /* as the loops see it, see map_of */
    bool by_row;      /* a tap is a row of the window: S*C values, in x with its padding around it */
    bool packs;       /* panels of dy are brought together */
    int taps, length; /* taps*length = R*S*C */
    int panel, panels;
    int chunk_images, chunk_rows, bands, chunks; /* a chunk; chunks of an image; all of them */
    int ranges, units, groups;                   /* of a tap; of all; items that share them */
    int parts;
} Plan;

/* Without a window all pixels of all images are one column of pixels. */
static ConvShape map_of(const ConvShape *q) {
    ConvShape map = *q;
    if (q->r != 1 || q->s != 1 || q->stride != 1 || q->pad != 0) return map;
    map.n = map.w = map.ow = 1;
    map.h = map.oh = conv_pixels(q);
    return map;
}

static void plan_chunks(Plan *plan) {
    const ConvShape *q = &plan->map;
    const int image = q->oh * q->ow;
    plan->chunk_images = integer_clamp(CHUNK_PIXELS / image, 1, q->n);
    plan->bands = integer_min(integer_divide_up(image, CHUNK_PIXELS), q->oh);
    plan->chunk_rows = integer_divide_up(q->oh, plan->bands);
    plan->bands = integer_divide_up(q->oh, plan->chunk_rows);
    plan->chunks = integer_divide_up(q->n, plan->chunk_images) * plan->bands;
}

/* Parts as long as they have pixels enough, then units. Rows of the window share their x, and are one group. */
static void plan_items(Plan *plan) {
    const ConvShape *q = &plan->map;
    const double products = (double)plan->taps * plan->length * q->k * conv_pixels(q);
    const int wanted = integer_clamp((long)(products / ITEM_PRODUCTS), 1, ITEMS);
    const int holding = integer_max(1, PARTIAL_ELEMENTS / (plan->taps * plan->length) / q->k);
    const int most = integer_min(holding, integer_clamp(conv_pixels(q) / PART_PIXELS, 1, plan->chunks));
    plan->parts = integer_clamp(integer_divide_up(wanted, plan->panels), 1, most);
    plan->ranges = plan->groups = 1;
    const int left = integer_divide_up(wanted, plan->panels * plan->parts);
    if (!plan->by_row)
        plan->ranges = integer_clamp(integer_divide_up(left, plan->taps), 1,
                                     integer_max(1, plan->length / RANGE_VALUES));
    plan->units = plan->taps * plan->ranges;
    if (plan->by_row) return;
    plan->groups = integer_min(left, plan->units);
    while (plan->units % plan->groups != 0) plan->groups++;
    plan->parts = integer_clamp(integer_divide_up(wanted, plan->panels * plan->groups), 1, plan->parts);
}

static Plan plan_of(const ConvShape *q) {
    Plan plan = {.set = kernels(), .map = map_of(q), .by_row = q->s > 1 && q->c < ROW_CHANNELS};
    const int lanes = plan.set->lanes;
    plan.taps = plan.by_row ? q->r : q->r * q->s;
    plan.length = plan.by_row ? q->s * q->c : q->c;
    plan.panel = integer_min(integer_divide_up(q->k, lanes) * lanes, plan.set->columns);
    plan.panels = integer_divide_up(q->k, plan.panel);
    plan.packs = q->k % lanes != 0 || (plan.panel != q->k && plan.taps > 1);
    plan_chunks(&plan);
    plan_items(&plan);
    return plan;
}

/* Rows and columns of x with its padding that the windows of a chunk see. */
static int padded_rows(const Plan *plan) {
    return (plan->chunk_rows - 1) * plan->map.stride + plan->map.r;
}

static int padded_columns(const Plan *plan) {
    return (plan->map.ow - 1) * plan->map.stride + plan->map.s;
}

/* Elements of scratch: what a worker has to itself, and partial sums. */
static size_t packed_count(const Plan *plan) {
    const int pixels = plan->chunk_images * plan->chunk_rows * plan->map.ow;
    return plan->packs ? tensor_round_up((size_t)pixels * (size_t)plan->panel) : 0;
}

static size_t padded_count(const Plan *plan) {
    const size_t pixels = (size_t)(plan->chunk_images * padded_rows(plan)) * (size_t)padded_columns(plan);
    return plan->by_row ? tensor_round_up(pixels * (size_t)plan->map.c) : 0;
}

static size_t weight_count(const Plan *plan) {
    return (size_t)(plan->taps * plan->length) * (size_t)plan->map.k;
}

static size_t scratch_count(const ConvShape *q) {
    const Plan plan = plan_of(q);
    return (size_t)parallel_threads() * (packed_count(&plan) + padded_count(&plan)) +
           (size_t)(plan.parts - 1) * weight_count(&plan);
}

/* One call, as the workers see it. */
typedef struct Job {
    const WeightRun *run;
    Plan plan;
    real *own;     /* of each worker: a panel of dy, padded rows of x */
    real *partial; /* (parts-1, R*S*C*K) */
    bool streams;  /* sums are complete after the first chunk, and many */
} Job;

typedef struct Chunk {
    int image, images, row, rows;
} Chunk;

static Chunk chunk_at(const Plan *plan, int index) {
    Chunk chunk = {.image = index / plan->bands * plan->chunk_images,
                   .row = index % plan->bands * plan->chunk_rows};
    chunk.images = integer_min(plan->chunk_images, plan->map.n - chunk.image);
    chunk.rows = integer_min(plan->chunk_rows, plan->map.oh - chunk.row);
    return chunk;
}

/* Outputs first .. last-1 of a row or column, whose input under a tap lies inside of `size`. */
typedef struct Span {
    int first, last;
} Span;

/* Of the outputs begin .. end-1; output o reads input o*stride + offset. */
static Span span_of(const ConvShape *q, int offset, int size, Span all) {
    const int first = offset < 0 ? integer_divide_up(-offset, q->stride) : 0;
    const int last = size > offset ? integer_divide_up(size - offset, q->stride) : 0;
    return (Span){integer_max(first, all.first), integer_min(last, all.last)};
}

/* A panel of dy for one chunk: in dy itself, or brought together. */
typedef struct Gradient {
    const real *dy; /* of the chunk's first pixel */
    size_t step;    /* elements from pixel to pixel */
    int first, columns;
} Gradient;

static Gradient gradient_of(const Job *job, const Chunk *chunk, int panel, real *space) {
    const Plan *plan = &job->plan;
    const ConvShape *q = &plan->map;
    const size_t pixel = ((size_t)chunk->image * (size_t)q->oh + (size_t)chunk->row) * (size_t)q->ow;
    const int first = panel * plan->panel, lanes = plan->set->lanes;
    Gradient g = {.dy = job->run->dy + pixel * (size_t)q->k + (size_t)first,
                  .step = (size_t)q->k,
                  .first = first,
                  .columns = integer_min(plan->panel, q->k - first)};
    if (!plan->packs) return g;
    const Panel packed = {.from = g.dy,
                          .from_step = g.step,
                          .to = space,
                          .rows = chunk->images * chunk->rows * q->ow,
                          .columns = g.columns};
    plan->set->panel(&packed);
    g.dy = space;
    g.step = (size_t)(integer_divide_up(g.columns, lanes) * lanes);
    return g;
}

/* x (N,H,W,C) to padded (images, rows, columns, C): all that the windows of the chunk see. */
static void pad_chunk(const Job *job, const Chunk *chunk, real *padded) {
    const ConvShape *q = &job->plan.map;
    const int rows = padded_rows(&job->plan), columns = padded_columns(&job->plan);
    const size_t c = (size_t)q->c, line = (size_t)columns * c;
    const int first = integer_min(q->pad, columns), last = integer_clamp(q->w + q->pad, first, columns);
    for (int index = 0; index < chunk->images * rows; index++, padded += line) {
        const int h = chunk->row * q->stride - q->pad + index % rows;
        memset(padded, 0, line * sizeof *padded);
        if (h < 0 || h >= q->h) continue;
        const size_t row = (size_t)(chunk->image + index / rows) * (size_t)q->h + (size_t)h;
        memcpy(padded + (size_t)first * c, job->run->x + row * (size_t)q->w * c,
               (size_t)(last - first) * c * sizeof *padded);
    }
}

/* One loop in the place of two where what it goes through lies side by side. */
static void join_rows(OuterPixels *at) {
    const size_t pixels = (size_t)at->pixels, rows = (size_t)at->rows;
    if (at->x_row != pixels * at->x_pixel || at->dy_row != pixels * at->dy_pixel) return;
    at->pixels *= at->rows;
    at->rows = 1;
    if (at->x_image != rows * at->x_row || at->dy_image != rows * at->dy_row) return;
    at->pixels *= at->images;
    at->images = 1;
}

/* The pixels of the chunk that tap number `tap` sees inside of x; none: the answer is false. */
static bool place_tap(const Job *job, const Chunk *chunk, int tap, const Gradient *g, Outer *outer) {
    const ConvShape *q = &job->plan.map;
    const int top = tap / q->s - q->pad, left = tap % q->s - q->pad;
    const Span rows = span_of(q, top, q->h, (Span){chunk->row, chunk->row + chunk->rows}),
               columns = span_of(q, left, q->w, (Span){0, q->ow});
    const size_t c = (size_t)q->c, line = (size_t)q->w * c, stride = (size_t)q->stride, ow = (size_t)q->ow;
    if (rows.first >= rows.last || columns.first >= columns.last) return false;
    outer->at = (OuterPixels){.images = chunk->images,
                              .rows = rows.last - rows.first,
                              .pixels = columns.last - columns.first,
                              .x_image = (size_t)q->h * line,
                              .x_row = stride * line,
                              .x_pixel = stride * c,
                              .dy_image = (size_t)chunk->rows * ow * g->step,
                              .dy_row = ow * g->step,
                              .dy_pixel = g->step};
    const size_t h = (size_t)(rows.first * q->stride + top), w = (size_t)(columns.first * q->stride + left);
    outer->x = job->run->x + ((size_t)chunk->image * (size_t)q->h + h) * line + w * c;
    outer->dy = g->dy + ((size_t)(rows.first - chunk->row) * ow + (size_t)columns.first) * g->step;
    join_rows(&outer->at);
    return true;
}

/* The same by row: all pixels, in padded rows of x. */
static void place_row(const Plan *plan, const Chunk *chunk, int r, const Gradient *g, const real *padded,
                      Outer *outer) {
    const ConvShape *q = &plan->map;
    const size_t c = (size_t)q->c, line = (size_t)padded_columns(plan) * c, stride = (size_t)q->stride;
    outer->at = (OuterPixels){.images = chunk->images,
                              .rows = chunk->rows,
                              .pixels = q->ow,
                              .x_image = (size_t)padded_rows(plan) * line,
                              .x_row = stride * line,
                              .x_pixel = stride * c,
                              .dy_image = (size_t)(chunk->rows * q->ow) * g->step,
                              .dy_row = (size_t)q->ow * g->step,
                              .dy_pixel = g->step};
    outer->x = padded + (size_t)r * line;
    outer->dy = g->dy;
}

/* What no pixel sees has no gradient. */
static void clear(const Outer *outer) {
    for (int c = 0; c < outer->channels; c++)
        memset(outer->sums + (size_t)c * outer->step, 0, (size_t)outer->columns * sizeof *outer->sums);
}

/* One unit over one chunk, to the sums that begin at dw. */
static void add_unit(const Job *job, const Chunk *chunk, int unit, const Gradient *g, const real *padded,
                     Outer *outer) {
    const Plan *plan = &job->plan;
    const int tap = unit / plan->ranges, range = integer_divide_up(plan->length, plan->ranges);
    const int first = unit % plan->ranges * range;
    real *dw = outer->sums;
    outer->channels = integer_min(range, plan->length - first);
    if (outer->channels <= 0) return;
    outer->sums += ((size_t)tap * (size_t)plan->length + (size_t)first) * outer->step + (size_t)g->first;
    bool any = true;
    if (plan->by_row)
        place_row(plan, chunk, tap, g, padded, outer);
    else
        any = place_tap(job, chunk, tap, g, outer);
    outer->x += first;
    if (any)
        plan->set->outer(outer);
    else if (!outer->add)
        clear(outer);
    outer->sums = dw;
}

/* Items count through (part, panel, group). */
static void add_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const Plan *plan = &job->plan;
    const int group = begin % plan->groups, panel = begin / plan->groups % plan->panels,
              part = begin / plan->groups / plan->panels, units = plan->units / plan->groups;
    const int first = (int)((long)plan->chunks * part / plan->parts),
              last = (int)((long)plan->chunks * (part + 1) / plan->parts);
    real *packed = job->own + (size_t)worker * (packed_count(plan) + padded_count(plan));
    real *padded = packed + packed_count(plan);
    const bool reads_all = plan->panels == 1 && units == plan->taps;
    (void)end;
    for (int index = first; index < last; index++) {
        const Chunk chunk = chunk_at(plan, index);
        const Gradient g = gradient_of(job, &chunk, panel, packed);
        if (plan->by_row) pad_chunk(job, &chunk, padded);
        Outer outer = {.sums =
                           part == 0 ? job->run->dw : job->partial + (size_t)(part - 1) * weight_count(plan),
                       .step = (size_t)plan->map.k,
                       .columns = g.columns,
                       .add = index > first,
                       .stream = job->streams};
        for (int k = 0; k < units; k++) {
            if (reads_all)
                conv_weight_fetch(job->run, &(WeightFetch){index + 1, integer_min(index + 2, plan->chunks),
                                                           plan->chunks, k, units});
            add_unit(job, &chunk, group * units + k, &g, padded, &outer);
        }
    }
}

static void direct_run(const WeightRun *run) {
    Job job = {.run = run, .plan = plan_of(run->shape), .own = run->scratch};
    const Plan *plan = &job.plan;
    job.partial = job.own + (size_t)parallel_threads() * (packed_count(plan) + padded_count(plan));
    job.streams = plan->chunks == 1 && conv_weight_streams(run);
    share_items(plan->parts * plan->panels * plan->groups, add_item, &job);
    conv_weight_add_parts(run, job.partial, plan->parts);
}

static bool direct_fits(const ConvShape *shape) {
    (void)shape;
    return kernels() != NULL;
}

const WeightStrategy conv_weight_direct = {
    .name = "direct", .fits = direct_fits, .scratch_count = scratch_count, .run = direct_run};
