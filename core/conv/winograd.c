/* Winograd's convolution, shared out to threads in one of two ways.
 *   By tiles: each item is a block of tiles, from their inputs to their outputs under all weights; what lies
 *     between stays in the second-level cache. For large maps, under weights that are prepared once.
 *   By channels: all tiles are transformed first; then each item is some output channels. For small maps under
 *     many weights, which are transformed where they are multiplied: never stored, and read once. */
#include "core/conv/winograd.h"

#include <string.h>

#include "core/base/integer.h"
#include "core/base/share.h"
#include "core/conv/fetch.h"
#include "core/conv/winograd_ahead.h"
#include "core/conv/winograd_fits.h"
#include "core/kernel/kernel.h"

enum {
    GROUP_COLUMNS = 64, /* output channels of an item: four cache lines of every output pixel */
    LINE = 16, /* elements of a cache line: planes lie that much further apart than they are large, or all
                  components of a tile would meet in the same few lines of the cache */
    CACHE_ELEMENTS = 1 << 17,   /* what a block of tiles may fill: half of a second-level cache of 1 MiB */
    PREPARED_CHANNELS = 16,     /* whose weights are prepared together */
    BLOCK_TILES = 64,           /* tiles that are multiplied before their outputs are written */
    BATCH_ELEMENTS = 1 << 21,   /* components of all tiles at once: 8 MiB */
    ITEM_TILES = 4,             /* tiles that are transformed together */
    CHAIN = 16,                 /* see Plan.chain */
    WEIGHT_ELEMENTS = 72 << 10, /* components of weights that wait in the second-level cache: 288 KiB */
};

/* How a shape is computed. The number of threads decides only what does not change results. */
typedef struct Plan {
    const Kernels *kernels;
    WinogradMap map;
    int components; /* n*n */
    int tiles;      /* of all images */
    int panel;      /* output channels that are multiplied together */
    int columns;    /* output channels of an item: some panels; the last item may have fewer */
    int groups;     /* items that share K */
    int channels;   /* input channels whose weights are transformed together */
    int batch;      /* tiles whose components exist at a time */
    int block;      /* of them, tiles whose sums do */
    int chain;      /* input channels that are added up one after another: sums of short sums round less */
    bool by_tiles;
    size_t v_plane, m_plane, u_plane; /* elements from component to component */
} Plan;

/* About `tiles` of them, in whole tiles of the product where there are as many. */
static int whole_products(const Plan *plan, int tiles) {
    int pixels = kernel_pixels(plan->kernels, plan->panel);
    return tiles > pixels ? tiles / pixels * pixels : tiles;
}

static void plan_blocks(Plan *plan, const ConvShape *q) {
    int threads = parallel_threads(), a_tile = plan->components * (q->c + plan->columns);
    plan->by_tiles = winograd_is_prepared(q) && plan->tiles >= 2 * threads * plan->kernels->pixels;
    if (plan->by_tiles) {
        int share = integer_divide_up(plan->tiles, threads),
            fitting = integer_min(CACHE_ELEMENTS / a_tile, BLOCK_TILES);
        int block =
            integer_divide_up(share, integer_divide_up(share, integer_max(fitting, plan->kernels->pixels)));
        plan->block = whole_products(plan, block);
        plan->batch = plan->block;
        return;
    }
    int fitting = integer_max(BATCH_ELEMENTS / (plan->components * q->c), BLOCK_TILES);
    plan->batch = integer_min(plan->tiles, fitting);
    plan->block = integer_min(plan->batch, BLOCK_TILES);
}

static int whole_vectors(int elements) {
    return elements / kernels()->lanes * kernels()->lanes;
}

static Plan plan_of(const ConvShape *q, int size) {
    Plan plan = {.kernels = kernels()};
    plan.map = winograd_map(q, size);
    plan.components = (size + 2) * (size + 2);
    plan.tiles = q->n * plan.map.across * plan.map.down;
    plan.panel = integer_min(plan.kernels->columns, q->k);
    plan.columns = integer_min(GROUP_COLUMNS, q->k);
    plan.groups = integer_divide_up(q->k, plan.columns);
    plan_blocks(&plan, q);
    plan.chain = q->fast || size == 2 ? q->c : CHAIN;
    plan.channels = q->c;
    if (!winograd_is_prepared(q) && plan.tiles <= plan.block)
        plan.channels = integer_min(whole_vectors(WEIGHT_ELEMENTS / (plan.components * plan.columns)), q->c);
    plan.v_plane = (size_t)plan.batch * (size_t)q->c + LINE;
    plan.m_plane = (size_t)plan.block * (size_t)plan.columns + LINE;
    plan.u_plane = (size_t)plan.channels * (size_t)plan.panel + LINE;
    return plan;
}

/* Elements of the components of a panel's weights; panels lie one after another. */
static size_t panel_count(const Plan *plan) {
    return (size_t)plan->components * plan->u_plane;
}

static int panels_of(const Plan *plan, int columns) {
    return integer_divide_up(columns, plan->panel);
}

/* One call, as the workers see it. */
typedef struct Job {
    const ConvRun *run;
    Plan plan;
    int first, last; /* tiles of this batch */
    int parts;       /* items that share a group's tiles */
    real *zeros;     /* a row of a patch that lies outside */
    real *v;         /* components of tiles; by tiles: of each worker */
    real *m;         /* components of sums, of each worker */
    real *u;         /* components of weights, of each worker, where none are prepared */
} Job;

static size_t v_count(const Plan *plan) {
    return (size_t)plan->components * plan->v_plane;
}

static size_t m_count(const Plan *plan) {
    return (size_t)plan->components * plan->m_plane;
}

static size_t u_count(const Plan *plan) {
    return (size_t)panels_of(plan, plan->columns) * panel_count(plan);
}

static size_t zeros_count(const Plan *plan) {
    return (size_t)(plan->map.size + 2) * (size_t)plan->map.c;
}

static size_t scratch_count(const ConvShape *q, int size) {
    Plan plan = plan_of(q, size);
    size_t workers = (size_t)parallel_threads();
    size_t v = plan.by_tiles ? workers * v_count(&plan) : v_count(&plan);
    size_t u = winograd_is_prepared(q) ? 0 : workers * u_count(&plan);
    return zeros_count(&plan) + v + workers * m_count(&plan) + u;
}

static Job job_of(const ConvRun *run, int size) {
    Job job = {.run = run, .plan = plan_of(run->shape, size)};
    const Plan *plan = &job.plan;
    size_t workers = (size_t)parallel_threads();
    job.zeros = run->scratch;
    job.v = job.zeros + zeros_count(plan);
    job.m = job.v + (plan->by_tiles ? workers : 1) * v_count(plan);
    job.u = job.m + workers * m_count(plan);
    memset(job.zeros, 0, zeros_count(plan) * sizeof *job.zeros);
    return job;
}

static void input_tiles(const Job *job, int begin, int end, real *v) {
    const WinogradInput input = {.map = &job->plan.map,
                                 .x = job->run->x,
                                 .zeros = job->zeros,
                                 .v = v,
                                 .plane = job->plan.v_plane,
                                 .step = (size_t)job->plan.map.c,
                                 .begin = begin,
                                 .end = end};
    job->plan.kernels->winograd_input(&input);
}

/* The weights of `channels` input channels from `channel` on, and of some panels from output channel `column` on. */
typedef struct Weights {
    int channel, channels, column, columns;
    const real *next; /* of tap (0,0): the corner of those that will be wanted after them; NULL: no matter */
    WinogradSoon soon[2]; /* where they are prepared: pixels of y and x */
} Weights;

/* The weights of tap (0,0) from this input and this output channel on. */
static const real *weights_at(const ConvRun *run, int channel, int column) {
    const size_t c = (size_t)channel, k = (size_t)column;
    return run->turned ? run->w + k * run->turned->step + c : run->w + c * (size_t)run->shape->k + k;
}

static void transform_weights(const Plan *plan, const ConvRun *run, Weights part, real *u) {
    const ConvTurned *turned = run->turned;
    const WinogradWeights weights = {.size = plan->map.size,
                                     .channels = part.channels,
                                     .columns = part.columns,
                                     .panel = plan->panel,
                                     .w = weights_at(run, part.channel, part.column),
                                     .w_tap = turned ? turned->column : (ptrdiff_t)plan->map.c * plan->map.k,
                                     .w_step = turned ? turned->step : (size_t)plan->map.k,
                                     .turned = turned != NULL,
                                     .u = u,
                                     .panel_step = panel_count(plan),
                                     .plane = plan->u_plane};
    plan->kernels->winograd_weights(&weights);
}

/* Sums of `tiles` tiles, whose components begin at v, for these weights, whose components are u: component by
 * component a product of its own. */
static void multiply(const Job *job, Weights part, const real *v, int tiles, const real *u, real *m) {
    const Plan *plan = &job->plan;
    const WinogradAhead ahead = {.map = &plan->map,
                                 .turned = job->run->turned,
                                 .channels = part.channels,
                                 .columns = part.columns,
                                 .next = part.next,
                                 .soon = {part.soon[0], part.soon[1]}};
    const real *x[BLOCK_TILES];
    for (int t = 0; t < tiles; t++) x[t] = v + (size_t)t * (size_t)plan->map.c;
    Product product = {.x = x,
                       .w_step = (size_t)plan->panel,
                       .y_step = (size_t)plan->columns,
                       .begin_step = (size_t)plan->columns,
                       .taps = 1,
                       .channels = part.channels,
                       .chain = plan->chain < part.channels ? plan->chain : 0,
                       .pixels = tiles};
    for (int j = 0; j < plan->components; j++) {
        winograd_look_ahead(&ahead, j, &product);
        for (int at = 0; at < part.columns; at += plan->panel) {
            const real *w = u + (size_t)(at / plan->panel) * panel_count(plan) + (size_t)j * plan->u_plane;
            product.y = m + (size_t)j * plan->m_plane + (size_t)at;
            product.columns = integer_min(plan->panel, part.columns - at);
            product.x_first = (size_t)j * plan->v_plane + (size_t)part.channel;
            product.w = w;
            product.begin = part.channel > 0 ? product.y : NULL;
            conv_fetch_soon(job->run->soon, &product);
            plan->kernels->product(&product);
            product.ahead_lines = 0;
        }
    }
}

/* Outputs of tiles begin .. end-1 and `columns` channels from `column` on. */
static void output_tiles(const Job *job, int begin, int end, Weights part, const real *m) {
    const ConvEpilogue *e = &job->run->epilogue;
    const WinogradOutput output = {.map = &job->plan.map,
                                   .m = m,
                                   .plane = job->plan.m_plane,
                                   .step = (size_t)job->plan.columns,
                                   .y = job->run->y + part.column,
                                   .scale = e->scale ? e->scale + part.column : NULL,
                                   .shift = e->scale ? e->shift + part.column : NULL,
                                   .addend = e->addend ? e->addend + part.column : NULL,
                                   .relu = e->relu,
                                   .begin = begin,
                                   .end = end,
                                   .columns = part.columns};
    job->plan.kernels->winograd_output(&output);
}

static Weights group_weights(const Plan *plan, int group) {
    int column = group * plan->columns;
    return (Weights){.channels = plan->map.c,
                     .column = column,
                     .columns = integer_min(plan->columns, plan->map.k - column)};
}

static const real *prepared_weights(const Job *job, int group) {
    return job->run->prepared + (size_t)group * u_count(&job->plan);
}

/* Memory is waited for while products are computed: for the outputs of this block and the inputs of the next. */
static void look_for_block(const Job *job, int first, int last, Weights *part) {
    const WinogradMap *map = &job->plan.map;
    const int stop = integer_min(last + job->plan.block, job->plan.tiles);
    if (part->column == 0)
        part->soon[0] =
            winograd_rows_of_tiles(map, first, last, (Shape){1, map->k, map->oh, map->ow}, job->run->y);
    if (part->column + part->columns == map->k && last < stop)
        part->soon[1] =
            winograd_rows_of_tiles(map, last, stop, (Shape){1, map->c, map->h, map->w}, job->run->x);
}

/* By tiles: block number begin, under all weights. */
static void block_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const Plan *plan = &job->plan;
    const int first = begin * plan->block, last = integer_min(end * plan->block, plan->tiles);
    real *v = job->v + (size_t)worker * v_count(plan), *m = job->m + (size_t)worker * m_count(plan);
    input_tiles(job, first, last, v);
    for (int group = 0; group < plan->groups; group++) {
        Weights part = group_weights(plan, group);
        look_for_block(job, first, last, &part);
        multiply(job, part, v, last - first, prepared_weights(job, group), m);
        output_tiles(job, first, last, part, m);
    }
}

/* By channels, first: some tiles of the batch. */
static void input_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const int first = job->first + begin * ITEM_TILES;
    (void)worker;
    input_tiles(job, first, integer_min(job->first + end * ITEM_TILES, job->last),
                job->v + (size_t)(first - job->first) * (size_t)job->plan.map.c);
}

/* Of the same output channels, or of the next. */
static const real *next_weights(const Job *job, Weights part) {
    const WinogradMap *map = &job->plan.map;
    const int channel = part.channel + part.channels, column = part.column + job->plan.columns;
    if (channel < map->c) return weights_at(job->run, channel, part.column);
    return column < map->k ? weights_at(job->run, 0, column) : NULL;
}

/* Then: part `begin % parts` of the batch under group `begin / parts`. Weights that are not prepared are
 * transformed into this worker's scratch: all at once, or, where all tiles of the batch are one block, a few
 * input channels at a time, whose components then wait in the cache. */
static void group_item(void *context, int begin, int end, int worker) {
    const Job *job = context;
    const Plan *plan = &job->plan;
    const int group = begin / job->parts, share = integer_divide_up(job->last - job->first, job->parts);
    const int first = job->first + begin % job->parts * share, last = integer_min(first + share, job->last);
    Weights part = group_weights(plan, group);
    real *m = job->m + (size_t)worker * m_count(plan), *space = job->u + (size_t)worker * u_count(plan);
    const real *u = winograd_is_prepared(job->run->shape) ? prepared_weights(job, group) : space;
    (void)end;
    for (int c = 0; c < plan->map.c; c += plan->channels) {
        part.channel = c;
        part.channels = integer_min(plan->channels, plan->map.c - c);
        if (u == space) transform_weights(plan, job->run, part, space);
        part.next = u == space ? next_weights(job, part) : NULL;
        for (int t = first; t < last; t += plan->block) {
            const int stop = integer_min(t + plan->block, last);
            const real *v = job->v + (size_t)(t - job->first) * (size_t)plan->map.c;
            multiply(job, part, v, stop - t, u, m);
            if (c + part.channels == plan->map.c) output_tiles(job, t, stop, part, m);
        }
    }
}

static void forward(const ConvRun *run, int size) {
    Job job = job_of(run, size);
    const Plan *plan = &job.plan;
    if (plan->by_tiles) {
        share_items(integer_divide_up(plan->tiles, plan->block), block_item, &job);
        return;
    }
    for (job.first = 0; job.first < plan->tiles; job.first = job.last) {
        job.last = integer_min(job.first + plan->batch, plan->tiles);
        share_items(integer_divide_up(job.last - job.first, ITEM_TILES), input_item, &job);
        job.parts = integer_divide_up(parallel_threads(), plan->groups);
        share_items(plan->groups * job.parts, group_item, &job);
    }
}

static size_t prepared_count(const ConvShape *q, int size) {
    Plan plan = plan_of(q, size);
    return winograd_is_prepared(q) ? (size_t)plan.groups * u_count(&plan) : 0;
}

typedef struct Preparing {
    const ConvRun *run;
    Plan plan;
    real *prepared;
} Preparing;

/* Items of each group, of PREPARED_CHANNELS. */
static int preparing_parts(const Plan *plan) {
    return integer_divide_up(plan->map.c, PREPARED_CHANNELS);
}

static void prepare_item(void *context, int begin, int end, int worker) {
    const Preparing *job = context;
    const Plan *plan = &job->plan;
    const int parts = preparing_parts(plan), group = begin / parts;
    Weights part = group_weights(plan, group);
    (void)end, (void)worker;
    part.channel = begin % parts * PREPARED_CHANNELS;
    part.channels = integer_min(PREPARED_CHANNELS, plan->map.c - part.channel);
    transform_weights(plan, job->run, part,
                      job->prepared + (size_t)group * u_count(plan) + (size_t)(part.channel * plan->panel));
}

static void prepare(const ConvRun *run, real *prepared, int size) {
    Preparing job = {.run = run, .plan = plan_of(run->shape, size), .prepared = prepared};
    parallel_items(job.plan.groups * preparing_parts(&job.plan), prepare_item, &job);
}

static bool fits_4(const ConvShape *q) {
    return winograd_fits(q, 4);
}

static bool fits_2(const ConvShape *q) {
    return winograd_fits(q, 2);
}

static size_t scratch_count_4(const ConvShape *q) {
    return scratch_count(q, 4);
}

static size_t scratch_count_2(const ConvShape *q) {
    return scratch_count(q, 2);
}

static size_t prepared_count_4(const ConvShape *q) {
    return prepared_count(q, 4);
}

static size_t prepared_count_2(const ConvShape *q) {
    return prepared_count(q, 2);
}

static void prepare_4(const ConvRun *run, real *prepared) {
    prepare(run, prepared, 4);
}

static void prepare_2(const ConvRun *run, real *prepared) {
    prepare(run, prepared, 2);
}

static void forward_4(const ConvRun *run) {
    forward(run, 4);
}

static void forward_2(const ConvRun *run) {
    forward(run, 2);
}

const ConvStrategy conv_winograd_4 = {.name = "winograd 4x4",
                                      .fits = fits_4,
                                      .scratch_count = scratch_count_4,
                                      .prepared_count = prepared_count_4,
                                      .prepare = prepare_4,
                                      .forward = forward_4};

const ConvStrategy conv_winograd_2 = {.name = "winograd 2x2",
                                      .fits = fits_2,
                                      .scratch_count = scratch_count_2,
                                      .prepared_count = prepared_count_2,
                                      .prepare = prepare_2,
                                      .forward = forward_2};
