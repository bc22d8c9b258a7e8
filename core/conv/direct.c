#include "core/conv/direct.h"

#include <string.h>

#include "core/base/parallel.h"
#include "core/kernel/kernel.h"

/* The weights are a matrix w (R*S*C, K). A worker brings some rows of some columns together, as panels that stay in
 * its second-level cache, and multiplies many pixels by them, BLOCK at a time. Its values under a row of the window
 * lie side by side in x: with few channels a tap is such a row, S*C values, else one place of the window, C values.
 *
 *   chunk  rows of w that are added up in one go; sums wait in scratch between the chunks of a reduction
 *   group  columns of w that a worker holds at a time, in panels
 *   range  pixels that a worker multiplies by a group before it looks for something else to do
 *
 * How the work is cut cannot be seen in the result: an element is always the same chain of sums. */
enum {
    BLOCK = 48,       /* a multiple of every tile: one table of pointers, values that stay in the cache */
    CHUNK_ROWS = 640, /* of 64 columns: 160 kB */
    GROUP_ELEMENTS = 40960, /* 160 kB: well below the smallest second-level cache beside the pixels */
    RANGE_SUMS = 512,       /* pixels whose sums may wait for the next chunk */
    ROW_VALUES = 64,        /* windows with shorter rows are read by row */
    ALIGNED = 64 / sizeof(real),
    POINTER_ELEMENTS = sizeof(void *) / sizeof(real) + 1,
    PIXELS_OF_COPYING = 4, /* a panel is copied in the time that some pixels are multiplied by it */
    RANGES_MAX = 256,      /* more of them, and each is long enough whatever the number of threads */
};

typedef struct Plan {
    const Kernels *set;
    bool by_row;                          /* a tap is a row of the window */
    int taps, length;                     /* taps*length = R*S*C */
    int chunks, chunk_taps, chunk_length; /* a chunk is some whole taps, or a part of one tap */
    int panel;                            /* columns of a panel, the last one of w may have fewer */
    int group, groups;                    /* columns of a group; how many groups */
    int pixels, ranges;                   /* pixels of a range; how many ranges */
    bool in_place;                        /* w itself is one panel */
} Plan;

static int at_most(int a, int b) {
    return a < b ? a : b;
}

static int ratio_up(int a, int b) {
    return (a + b - 1) / b;
}

static int multiple(int a, int of) {
    return ratio_up(a, of) * of;
}

static int pixel_count(const ConvShape *q) {
    return q->n * q->oh * q->ow;
}

/* Parts as even as they can be: a short one at the end would be slow. */
static void plan_chunks(Plan *plan) {
    if (plan->length > CHUNK_ROWS) {
        int parts = ratio_up(plan->length, CHUNK_ROWS);
        plan->chunk_taps = 1;
        plan->chunk_length = ratio_up(plan->length, parts);
        plan->chunks = plan->taps * ratio_up(plan->length, plan->chunk_length);
        return;
    }
    int parts = ratio_up(plan->taps, CHUNK_ROWS / plan->length);
    plan->chunk_taps = ratio_up(plan->taps, parts);
    plan->chunk_length = plan->length;
    plan->chunks = ratio_up(plan->taps, plan->chunk_taps);
}

/* The time of the busiest thread with so many ranges, in pixels times columns of a group. */
static int time_of(const Plan *plan, int pixels, int ranges, int tile) {
    int items = ratio_up(plan->groups * ranges, parallel_threads());
    int copies = plan->in_place ? 0 : plan->chunks > 1 ? items : at_most(plan->groups, items);
    return items * (multiple(ratio_up(pixels, ranges), tile) + 1) + copies * PIXELS_OF_COPYING;
}

/* Ranges that give all threads the same to do; of about equal numbers the largest, as a thread that the machine
 * holds up then holds up less. */
static void plan_ranges(Plan *plan, const ConvShape *q) {
    int pixels = pixel_count(q), tile = kernel_pixels(plan->set, plan->panel), best = 0;
    int fewest = plan->chunks > 1 ? ratio_up(pixels, RANGE_SUMS) : 1;
    int most = at_most(fewest + RANGES_MAX, ratio_up(pixels, BLOCK));
    if (most < fewest) most = fewest;
    for (int ranges = fewest; ranges <= most; ranges++) {
        int time = time_of(plan, pixels, ranges, tile);
        if (ranges == fewest || time < best) best = time;
    }
    for (int ranges = most; ranges >= fewest; ranges--)
        if (time_of(plan, pixels, ranges, tile) <= best + best / 50) {
            plan->pixels = multiple(ratio_up(pixels, ranges), tile);
            plan->ranges = ratio_up(pixels, plan->pixels);
            return;
        }
}

static Plan plan_of(const ConvShape *q) {
    Plan plan = {.set = kernels(), .by_row = q->s * q->c <= ROW_VALUES && q->s > 1};
    plan.taps = plan.by_row ? q->r : q->r * q->s;
    plan.length = plan.by_row ? q->s * q->c : q->c;
    plan_chunks(&plan);
    int rows = plan.chunk_taps * plan.chunk_length, lanes = plan.set->lanes;
    plan.panel = at_most(multiple(q->k, lanes), plan.set->columns);
    plan.in_place = plan.panel == q->k;
    int panels = GROUP_ELEMENTS / rows / plan.panel;
    plan.group = at_most(multiple(q->k, plan.panel), panels > 1 ? panels * plan.panel : plan.panel);
    plan.groups = ratio_up(q->k, plan.group);
    plan.group = multiple(ratio_up(q->k, plan.groups), plan.panel);
    plan.groups = ratio_up(q->k, plan.group);
    plan_ranges(&plan, q);
    return plan;
}

/* What a worker has to itself, in elements. */
typedef struct Sizes {
    size_t panels, sums, edges, pointers, all;
} Sizes;

static size_t aligned(size_t count) {
    return (count + ALIGNED - 1) / ALIGNED * ALIGNED;
}

static Sizes sizes_of(const Plan *plan) {
    size_t rows = (size_t)plan->chunk_taps * (size_t)plan->chunk_length;
    Sizes s = {.panels = plan->in_place ? 0 : aligned(rows * (size_t)plan->group),
               .sums = plan->chunks > 1 ? aligned((size_t)plan->pixels * (size_t)plan->group) : 0,
               .edges = plan->by_row ? aligned(BLOCK * rows) : 0,
               .pointers = aligned(BLOCK * (size_t)plan->chunk_taps * POINTER_ELEMENTS)};
    s.all = s.panels + s.sums + s.edges + s.pointers;
    return s;
}

bool conv_direct_fits(const ConvShape *shape) {
    (void)shape;
    return kernels() != NULL;
}

size_t conv_direct_scratch_count(const ConvShape *shape) {
    Plan plan = plan_of(shape);
    return aligned((size_t)plan.length) + (size_t)parallel_threads() * sizes_of(&plan).all;
}

/* One call, as the workers see it. */
typedef struct Job {
    const ConvRun *run;
    Plan plan;
    Sizes sizes;
    const real *zeros; /* (length): a tap outside of x */
    real *scratch;
    int held[PARALLEL_THREADS_MAX]; /* 1 + the group and chunk whose panels a worker has brought together */
} Job;

typedef struct Worker {
    const Job *job;
    real *panels, *sums, *edges;
    const real **pointers; /* (chunk_taps, pixels of the block) */
} Worker;

/* Rows of w that are added up in one go: values first .. first+length-1 under some taps. */
typedef struct Chunk {
    int tap, taps, first, length;
    bool begins, ends; /* the reduction */
} Chunk;

static Chunk chunk_at(const Plan *plan, int index) {
    Chunk chunk = {.begins = index == 0, .ends = index == plan->chunks - 1};
    int parts = ratio_up(plan->length, plan->chunk_length);
    chunk.tap = parts > 1 ? index / parts : index * plan->chunk_taps;
    chunk.taps = at_most(plan->chunk_taps, plan->taps - chunk.tap);
    chunk.first = index % parts * plan->chunk_length;
    chunk.length = at_most(plan->chunk_length, plan->length - chunk.first);
    return chunk;
}

static size_t first_row(const Plan *plan, const Chunk *chunk) {
    return (size_t)chunk->tap * (size_t)plan->length + (size_t)chunk->first;
}

/* Output pixels begin .. begin+count-1, counted through (n, oh, ow). */
typedef struct Block {
    int begin, count;
} Block;

/* Where the window of an output pixel begins in x; h and w may lie outside. */
typedef struct Corner {
    int n, h, w;
} Corner;

/* Row h of image n from column w on. */
static const real *x_at(const Job *job, int n, int h, int w) {
    const ConvShape *q = job->run->shape;
    return job->run->x + (((size_t)n * (size_t)q->h + (size_t)h) * (size_t)q->w + (size_t)w) * (size_t)q->c;
}

/* A row of the window that reaches over the edge of x: what is inside, and zeros. */
static const real *over_the_edge(const Job *job, const Corner *at, int h, real *edge) {
    const ConvShape *q = job->run->shape;
    memset(edge, 0, (size_t)job->plan.length * sizeof *edge);
    int begin = at->w < 0 ? 0 : at->w, end = at_most(at->w + q->s, q->w);
    if (begin < end)
        memcpy(edge + (begin - at->w) * q->c, x_at(job, at->n, h, begin),
               (size_t)(end - begin) * (size_t)q->c * sizeof *edge);
    return edge;
}

/* One pixel's pointers where a tap is a row of the window; `step` apart. */
static void point_at_rows(const Worker *worker, const Chunk *chunk, const Corner *at, int pixel, int step) {
    const Job *job = worker->job;
    const ConvShape *q = job->run->shape;
    bool inside = at->w >= 0 && at->w + q->s <= q->w;
    for (int t = 0; t < chunk->taps; t++) {
        int h = at->h + chunk->tap + t;
        real *edge = worker->edges + (size_t)(pixel * chunk->taps + t) * (size_t)job->plan.length;
        worker->pointers[t * step + pixel] = h < 0 || h >= q->h ? job->zeros
                                             : inside           ? x_at(job, at->n, h, at->w)
                                                                : over_the_edge(job, at, h, edge);
    }
}

/* One pixel's pointers where a tap is one place of the window. */
static void point_at_places(const Worker *worker, const Chunk *chunk, const Corner *at, int pixel, int step) {
    const Job *job = worker->job;
    const ConvShape *q = job->run->shape;
    int r = chunk->tap / q->s, s = chunk->tap % q->s;
    for (int t = 0; t < chunk->taps; t++) {
        int h = at->h + r, w = at->w + s;
        bool inside = h >= 0 && h < q->h && w >= 0 && w < q->w;
        worker->pointers[t * step + pixel] = inside ? x_at(job, at->n, h, w) : job->zeros;
        if (++s == q->s) {
            s = 0;
            r++;
        }
    }
}

static void point_block(const Worker *worker, const Chunk *chunk, const Block *block) {
    const ConvShape *q = worker->job->run->shape;
    int ow = block->begin % q->ow, oh = block->begin / q->ow % q->oh, n = block->begin / q->ow / q->oh;
    for (int p = 0; p < block->count; p++) {
        Corner at = {n, oh * q->stride - q->pad, ow * q->stride - q->pad};
        if (worker->job->plan.by_row)
            point_at_rows(worker, chunk, &at, p, block->count);
        else
            point_at_places(worker, chunk, &at, p, block->count);
        if (++ow < q->ow) continue;
        ow = 0;
        if (++oh < q->oh) continue;
        oh = 0;
        n++;
    }
}

/* The panels of a group, one behind the other, each (rows, its columns rounded up to whole vectors). */
static void copy_panels(const Worker *worker, const Chunk *chunk, int first_k, int columns) {
    const Job *job = worker->job;
    size_t k_count = (size_t)job->run->shape->k, rows = (size_t)(chunk->taps * chunk->length);
    const real *w = job->run->w + first_row(&job->plan, chunk) * k_count + first_k;
    for (int k = 0; k < columns; k += job->plan.panel)
        job->plan.set->panel(&(Panel){.from = w + k,
                                      .from_step = k_count,
                                      .to = worker->panels + rows * (size_t)k,
                                      .rows = (int)rows,
                                      .columns = at_most(job->plan.panel, columns - k)});
}

/* Columns first_k .. first_k+columns-1, which lie in a group that begins at `group`, for one block of a range that
 * begins at pixel `range`. */
typedef struct Part {
    int range, group, first_k, columns;
} Part;

static void multiply(const Worker *worker, const Chunk *chunk, const Block *block, const Part *part) {
    const Job *job = worker->job;
    const Plan *plan = &job->plan;
    const ConvEpilogue *e = &job->run->epilogue;
    size_t k_count = (size_t)job->run->shape->k, rows = (size_t)(chunk->taps * chunk->length);
    size_t k = (size_t)part->first_k, group_k = k - (size_t)part->group,
           at = (size_t)block->begin * k_count + k;
    real *sums = worker->sums + (size_t)(block->begin - part->range) * (size_t)plan->group + group_k;
    Product product = {.x = worker->pointers,
                       .x_step = (size_t)block->count,
                       .x_first = (size_t)chunk->first,
                       .w = worker->panels + rows * group_k,
                       .w_step = (size_t)multiple(part->columns, plan->set->lanes),
                       .begin = chunk->begins ? NULL : sums,
                       .begin_step = (size_t)plan->group,
                       .y = sums,
                       .y_step = (size_t)plan->group,
                       .taps = chunk->taps,
                       .channels = chunk->length,
                       .pixels = block->count,
                       .columns = part->columns};
    if (plan->in_place) product.w = job->run->w + first_row(plan, chunk) * k_count;
    if (chunk->ends) {
        product.y = job->run->y + at;
        product.y_step = k_count;
        product.scale = e->scale ? e->scale + k : NULL;
        product.shift = e->shift ? e->shift + k : NULL;
        product.addend = e->addend ? e->addend + at : NULL;
        product.relu = e->relu;
    }
    plan->set->product(&product);
}

static Worker worker_at(const Job *job, int index) {
    const Sizes *s = &job->sizes;
    real *own = job->scratch + (size_t)index * s->all;
    Worker worker = {.job = job, .panels = own, .sums = own + s->panels, .edges = own + s->panels + s->sums};
    worker.pointers = (const real **)(void *)(own + s->panels + s->sums + s->edges);
    return worker;
}

/* One range of pixels under one group of columns; `index` counts through (group, range). */
static void convolve_item(void *context, int index, int end, int worker_index) {
    Job *job = context;
    const Plan *plan = &job->plan;
    const Worker worker = worker_at(job, worker_index);
    (void)end;
    int group = index / plan->ranges, first_k = group * plan->group;
    int columns = at_most(plan->group, job->run->shape->k - first_k);
    int begin = index % plan->ranges * plan->pixels,
        stop = at_most(begin + plan->pixels, pixel_count(job->run->shape));
    for (int c = 0; c < plan->chunks; c++) {
        Chunk chunk = chunk_at(plan, c);
        int key = 1 + group * plan->chunks + c;
        if (!plan->in_place && job->held[worker_index] != key) copy_panels(&worker, &chunk, first_k, columns);
        job->held[worker_index] = key;
        for (int p = begin; p < stop; p += BLOCK) {
            Block block = {p, at_most(BLOCK, stop - p)};
            point_block(&worker, &chunk, &block);
            for (int k = 0; k < columns; k += plan->panel)
                multiply(&worker, &chunk, &block,
                         &(Part){begin, first_k, first_k + k, at_most(plan->panel, columns - k)});
        }
    }
}

void conv_direct_forward(const ConvRun *run) {
    Job job = {.run = run, .plan = plan_of(run->shape), .zeros = run->scratch};
    job.sizes = sizes_of(&job.plan);
    memset(run->scratch, 0, (size_t)job.plan.length * sizeof *run->scratch);
    job.scratch = run->scratch + aligned((size_t)job.plan.length);
    parallel_items(job.plan.groups * job.plan.ranges, convolve_item, &job);
}
