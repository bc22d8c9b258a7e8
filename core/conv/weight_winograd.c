/* The gradient of the weights in Winograd's basis, for 3x3 windows with stride 1 (core/kernel/winograd.h): component
 * by component a product that adds up over tiles (Outer), and at its end one transform of the sums.
 *
 * An item is a range of input channels by a panel of output channels over a part of the tiles, whose sums of all
 * components lie in the second-level cache until they are transformed; nothing of them is kept. Components of x and dy
 * exist of a batch of tiles at a time, in one of two ways.
 *   By parts: each item transforms what it multiplies, some tiles at a time. For few channels, of which an item has all.
 *   By channels: all tiles of the batch are transformed first. For many channels. */
#include <string.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/base/share.h"
#include "core/conv/weight_gradient.h"
#include "core/conv/winograd_fits.h"
#include "core/kernel/kernel.h"

enum {
    LINE = 16, /* elements of a cache line: planes lie that much further apart than they are large, or all
                  components of a tile would meet in the same few lines of the cache */
    CHAIN_TILES = 128,       /* that are added up in one chain */
    SUM_ELEMENTS = 40 << 10, /* sums of an item: 160 KiB, in the second-level cache */
    BLOCK_ELEMENTS =
        96 << 10,             /* components of the tiles that an item transforms together: 384 KiB, as well */
    BATCH_ELEMENTS = 1 << 19, /* components of all tiles at once: 2 MiB, in the cache that threads share */
    ITEM_TILES = 4,           /* tiles that are transformed together */
    ITEMS = 16,               /* for as many threads as are likely */
    PARTS = 32,
    PART_TILES = 48, /* of a part, at least: the transform of its sums is little work beside them */
    RANGE = 16,      /* channels of an item, at least */
};

/* The number of threads decides nothing here. */
typedef struct Plan {
    const Kernels *set;
    WinogradMap map;
    int components;    /* n*n */
    int tiles;         /* of all images */
    int panel, panels; /* output channels of an item */
    int range, ranges; /* input channels of an item */
    int batch;         /* tiles of a batch; by parts: that an item transforms together */
    int parts;         /* of a batch; by parts: of all tiles */
    bool by_parts;
    size_t v_plane, u_plane, sum_plane; /* elements from component to component: of x, of dy, of their sums */
} Plan;

static void plan_by_parts(Plan *plan) {
    const int a_tile = plan->components * (plan->map.c + plan->map.k);
    plan->range = plan->map.c;
    plan->ranges = 1;
    plan->parts = integer_clamp(plan->tiles / PART_TILES, 1, PARTS);
    const int most = integer_divide_up(plan->tiles, plan->parts);
    const int blocks = integer_divide_up(most, integer_max(1, BLOCK_ELEMENTS / a_tile));
    plan->batch = integer_divide_up(most, blocks);
}

static void plan_by_channels(Plan *plan) {
    const int a_tile = plan->components * (plan->map.c + plan->map.k);
    const int batches = integer_divide_up(plan->tiles, integer_max(PART_TILES, BATCH_ELEMENTS / a_tile));
    const int most = integer_max(RANGE, SUM_ELEMENTS / (plan->components * plan->panel));
    plan->batch = integer_divide_up(plan->tiles, batches);
    plan->ranges = integer_divide_up(plan->map.c, most);
    plan->range = integer_divide_up(plan->map.c, plan->ranges);
    plan->ranges = integer_divide_up(plan->map.c, plan->range);
    plan->parts = integer_clamp(integer_divide_up(ITEMS, plan->ranges * plan->panels), 1,
                                integer_max(1, plan->batch / PART_TILES));
}

static Plan plan_of(const ConvShape *q, int size) {
    Plan plan = {.set = kernels(), .components = (size + 2) * (size + 2)};
    plan.map = winograd_map(q, size);
    plan.tiles = q->n * plan.map.across * plan.map.down;
    plan.by_parts = plan.components * q->c * q->k <= SUM_ELEMENTS;
    plan.panel = plan.by_parts ? q->k : integer_min(q->k, plan.set->columns);
    plan.panels = integer_divide_up(q->k, plan.panel);
    if (plan.by_parts)
        plan_by_parts(&plan);
    else
        plan_by_channels(&plan);
    plan.v_plane = (size_t)(plan.batch * q->c) + LINE;
    plan.u_plane = (size_t)(plan.batch * q->k) + LINE;
    plan.sum_plane = (size_t)(plan.range * plan.panel) + LINE;
    return plan;
}

/* Elements: components of a batch; sums of an item; weights; zeros beside the maps. */
static size_t batch_count(const Plan *plan) {
    return (size_t)plan->components * (plan->v_plane + plan->u_plane);
}

static size_t sum_count(const Plan *plan) {
    return (size_t)plan->components * plan->sum_plane;
}

static size_t weight_count(const Plan *plan) {
    return 9 * (size_t)plan->map.c * (size_t)plan->map.k;
}

static size_t zeros_count(const Plan *plan) {
    return tensor_round_up((size_t)(plan->map.size + 2) * (size_t)plan->map.c);
}

static size_t scratch_count(const ConvShape *q, int size) {
    const Plan plan = plan_of(q, size);
    const size_t workers = (size_t)parallel_threads();
    return zeros_count(&plan) + (plan.by_parts ? workers : 1) * batch_count(&plan) +
           workers * sum_count(&plan) + (size_t)(plan.parts - 1) * weight_count(&plan);
}

/* One call, as the workers see it. */
typedef struct Job {
    const WeightRun *run;
    Plan plan;
    real *zeros, *batch; /* components of a batch, by parts of each worker: of x, then of dy */
    real *sums;          /* of each worker */
    real *partial;       /* (parts-1, 3, 3, C, K) */
    int first, last;     /* by channels: tiles of the batch */
    bool streams;        /* weights are complete after the first batch, and many */
} Job;

static Job job_of(const WeightRun *run, int size) {
    Job job = {.run = run, .plan = plan_of(run->shape, size), .zeros = run->scratch};
    const size_t workers = (size_t)parallel_threads();
    job.batch = job.zeros + zeros_count(&job.plan);
    job.sums = job.batch + (job.plan.by_parts ? workers : 1) * batch_count(&job.plan);
    job.partial = job.sums + workers * sum_count(&job.plan);
    memset(job.zeros, 0, zeros_count(&job.plan) * sizeof *job.zeros);
    return job;
}

/* Where the components of dy are in those of a batch. */
static real *u_of(const Plan *plan, real *batch) {
    return batch + (size_t)plan->components * plan->v_plane;
}

/* Tiles begin .. end-1 to places `at` and following of a batch. */
static void transform(const Job *job, int begin, int end, real *batch, int at) {
    const Plan *plan = &job->plan;
    const size_t c = (size_t)plan->map.c, k = (size_t)plan->map.k;
    const WinogradInput input = {.map = &plan->map,
                                 .x = job->run->x,
                                 .zeros = job->zeros,
                                 .v = batch + (size_t)at * c,
                                 .plane = plan->v_plane,
                                 .step = c,
                                 .begin = begin,
                                 .end = end};
    const WinogradDy dy = {.map = &plan->map,
                           .dy = job->run->dy,
                           .u = u_of(plan, batch) + (size_t)at * k,
                           .plane = plan->u_plane,
                           .step = k,
                           .begin = begin,
                           .end = end};
    plan->set->winograd_input(&input);
    plan->set->winograd_dy(&dy);
}

/* Some input channels by some output channels, and where their sums are. */
typedef struct Range {
    int c, channels, k, columns;
    real *sums; /* (n*n, channels, panel), planes sum_plane elements apart */
} Range;

/* Tiles of a batch, from place `at` on; the first of those that are added up? And the tiles that will be transformed
 * next. */
typedef struct Tiles {
    real *batch;
    int at, count;
    bool first;
    int next, next_end;
} Tiles;

/* sums = (or +=) products of the tiles. */
static void multiply(const Job *job, const Range *range, const Tiles *tiles) {
    const Plan *plan = &job->plan;
    const size_t c = (size_t)plan->map.c, k = (size_t)plan->map.k;
    Outer outer = {.at = {.images = 1, .rows = 1, .pixels = tiles->count, .x_pixel = c, .dy_pixel = k},
                   .step = (size_t)plan->panel,
                   .channels = range->channels,
                   .add = !tiles->first};
    for (int j = 0; j < plan->components; j++) {
        conv_weight_fetch(job->run,
                          &(WeightFetch){tiles->next, tiles->next_end, plan->tiles, j, plan->components});
        for (int column = 0; column < range->columns; column += plan->set->columns) {
            outer.x = tiles->batch + (size_t)j * plan->v_plane + (size_t)tiles->at * c + range->c;
            outer.dy = u_of(plan, tiles->batch) + (size_t)j * plan->u_plane + (size_t)tiles->at * k +
                       range->k + column;
            outer.sums = range->sums + (size_t)j * plan->sum_plane + column;
            outer.columns = integer_min(plan->set->columns, range->columns - column);
            plan->set->outer(&outer);
        }
    }
}

/* Sums of part number `part` to weights, or added to what is there. */
static void finish(const Job *job, const Range *range, int part, bool add) {
    const Plan *plan = &job->plan;
    const size_t c = (size_t)plan->map.c, k = (size_t)plan->map.k;
    real *w = part == 0 ? job->run->dw : job->partial + (size_t)(part - 1) * weight_count(plan);
    const WinogradDw dw = {.size = plan->map.size,
                           .channels = range->channels,
                           .columns = range->columns,
                           .u = range->sums,
                           .plane = plan->sum_plane,
                           .step = (size_t)plan->panel,
                           .w = w + (size_t)range->c * k + (size_t)range->k,
                           .w_tap = c * k,
                           .w_step = k,
                           .add = add,
                           .stream = job->streams};
    plan->set->winograd_dw(&dw);
}

static int part_begin(int part, int parts, int tiles) {
    return (int)((long)tiles * part / parts);
}

/* By parts: part number begin, some tiles at a time. */
static void part_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const Plan *plan = &job->plan;
    const Range all = {0, plan->map.c, 0, plan->map.k, job->sums + (size_t)worker * sum_count(plan)};
    const int first = part_begin(begin, plan->parts, plan->tiles),
              last = part_begin(end, plan->parts, plan->tiles);
    real *batch = job->batch + (size_t)worker * batch_count(plan);
    for (int t = first; t < last; t += plan->batch) {
        const int stop = integer_min(t + plan->batch, last);
        transform(job, t, stop, batch, 0);
        multiply(job, &all,
                 &(Tiles){.batch = batch,
                          .count = stop - t,
                          .first = t == first,
                          .next = stop,
                          .next_end = integer_min(stop + plan->batch, plan->tiles)});
    }
    finish(job, &all, begin, false);
}

/* By channels, first: some tiles of the batch. */
static void transform_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const int first = job->first + begin * ITEM_TILES;
    (void)worker;
    transform(job, first, integer_min(job->first + end * ITEM_TILES, job->last), job->batch,
              begin * ITEM_TILES);
}

/* Then: items count through (part, panel, range). */
static void channels_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const Plan *plan = &job->plan;
    const int panel = begin / plan->ranges % plan->panels, part = begin / plan->ranges / plan->panels;
    const int tiles = job->last - job->first, first = part_begin(part, plan->parts, tiles),
              last = part_begin(part + 1, plan->parts, tiles);
    Range range = {.c = begin % plan->ranges * plan->range, .k = panel * plan->panel};
    range.sums = job->sums + (size_t)worker * sum_count(plan);
    (void)end;
    range.channels = integer_min(plan->range, plan->map.c - range.c);
    range.columns = integer_min(plan->panel, plan->map.k - range.k);
    for (int t = first; t < last; t += CHAIN_TILES)
        multiply(job, &range,
                 &(Tiles){.batch = job->batch,
                          .at = t,
                          .count = integer_min(CHAIN_TILES, last - t),
                          .first = t == first});
    finish(job, &range, part, job->first > 0);
}

static void winograd_run(const WeightRun *run, int size) {
    Job job = job_of(run, size);
    const Plan *plan = &job.plan;
    job.streams = plan->parts == 1 && plan->batch >= plan->tiles && conv_weight_streams(run);
    if (plan->by_parts) {
        share_items(plan->parts, part_item, &job);
    } else {
        for (job.first = 0; job.first < plan->tiles; job.first = job.last) {
            job.last = integer_min(job.first + plan->batch, plan->tiles);
            share_items(integer_divide_up(job.last - job.first, ITEM_TILES), transform_item, &job);
            share_items(plan->parts * plan->panels * plan->ranges, channels_item, &job);
        }
    }
    conv_weight_add_parts(run, job.partial, plan->parts);
}

static bool is_possible(const ConvShape *q) {
    const Kernels *set = kernels();
    return set && q->r == 3 && q->s == 3 && q->stride == 1 && q->pad <= 2 && q->c % set->lanes == 0 &&
           q->k % set->lanes == 0;
}

/* What a pair of channels costs, in multiply-adds: those of the products, and, as they were measured, the transforms of
 * tiles and of sums. */
static double cost(const ConvShape *q, int size) {
    const int components = (size + 2) * (size + 2);
    const double tiles = (double)q->n * integer_divide_up(q->oh, size) * integer_divide_up(q->ow, size);
    return components * (tiles * (1 + 3.0 / q->k + 3.0 / q->c) + 7);
}

/* The same by the formula: the pixels that the taps of a window see inside of x. */
static double cost_direct(const ConvShape *q) {
    const int beside = q->pad * (q->pad + 1);
    return (double)q->n * (3 * q->oh - beside) * (3 * q->ow - beside);
}

static bool is_worth_it(const ConvShape *q, int size) {
    return is_possible(q) && cost(q, size) < cost_direct(q);
}

static bool fits_4(const ConvShape *q) {
    return is_worth_it(q, 4) && cost(q, 4) <= cost(q, 2);
}

static bool fits_2(const ConvShape *q) {
    return is_worth_it(q, 2) && !fits_4(q);
}

static size_t scratch_count_4(const ConvShape *q) {
    return scratch_count(q, 4);
}

static size_t scratch_count_2(const ConvShape *q) {
    return scratch_count(q, 2);
}

static void run_4(const WeightRun *run) {
    winograd_run(run, 4);
}

static void run_2(const WeightRun *run) {
    winograd_run(run, 2);
}

const WeightStrategy conv_weight_winograd_4 = {
    .name = "winograd 4x4", .fits = fits_4, .scratch_count = scratch_count_4, .run = run_4};

const WeightStrategy conv_weight_winograd_2 = {
    .name = "winograd 2x2", .fits = fits_2, .scratch_count = scratch_count_2, .run = run_2};
