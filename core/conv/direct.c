#include "core/conv/direct.h"

#include <string.h>

#include "core/base/integer.h"
#include "core/conv/share.h"
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
    RANGE = 48,       /* pixels of a range, at least */
    BLOCK = 96,       /* a multiple of every tile: one table of pointers, values that stay in the cache */
    CHUNK_ROWS = 640, /* of 64 columns: 160 kB */
    GROUP_ELEMENTS = 40960, /* 160 kB: well below the smallest second-level cache beside the pixels */
    RANGE_SUMS = 512,       /* pixels whose sums may wait for the next chunk */
    LINE = 64 / sizeof(real),
    ROW_VALUES = 64, /* windows with shorter rows are read by row */
    POINTER_ELEMENTS = sizeof(void *) / sizeof(real) + 1,
    PIXELS_OF_COPYING = 4, /* a panel is copied in the time that some pixels are multiplied by it */
    FEW_PIXELS = 512,
    RANGES_A_THREAD = 16, /* so that the end of a layer does not wait for one of them */
};

typedef struct Plan {
    const Kernels *set;
    bool by_row;                          /* a tap is a row of the window */
    int taps, length;                     /* taps*length = R*S*C */
    int chunks, chunk_taps, chunk_length; /* a chunk is some whole taps, or a part of one tap */
    int tile;                             /* pixels that are multiplied together */
    int panel;                            /* columns of a panel, the last one of w may have fewer */
    int group, groups;                    /* columns of a group; how many groups */
    int pixels, ranges;                   /* pixels of a range; how many ranges */
    bool in_place;                        /* the panels are w itself */
    bool scattered;                       /* sums are brought to their places from scratch */
} Plan;

static int multiple(int a, int of) {
    return integer_divide_up(a, of) * of;
}

/* Chunks of one length, so that each is copied in the time of the one before. */
static void plan_chunks(Plan *plan) {
    int parts = integer_divide_up(plan->length, CHUNK_ROWS);
    plan->chunk_length = integer_divide_up(plan->length, parts);
    plan->chunk_taps = 1;
    for (int taps = 2; parts == 1 && taps <= plan->taps && taps * plan->length <= CHUNK_ROWS; taps++)
        if (plan->taps % taps == 0) plan->chunk_taps = taps;
    plan->chunks = plan->taps / plan->chunk_taps * integer_divide_up(plan->length, plan->chunk_length);
}

/* The time of the busiest thread with so many ranges, in pixels times columns of a group. */
static int time_of(const Plan *plan, int pixels, int ranges) {
    int items = integer_divide_up(plan->groups * ranges, parallel_threads());
    int copies = plan->in_place ? 0 : plan->chunks > 1 ? items : integer_min(plan->groups, items);
    return items * (multiple(integer_divide_up(pixels, ranges), plan->tile) + 1) + copies * PIXELS_OF_COPYING;
}

/* Ranges that give all threads the same to do; of about equal numbers the largest, as a thread that the machine
 * holds up then holds up less. */
static void plan_ranges(Plan *plan, const ConvShape *q) {
    int pixels = conv_pixels(q), fewest = plan->chunks > 1 ? integer_divide_up(pixels, RANGE_SUMS) : 1;
    int tried = integer_min(RANGES_A_THREAD * parallel_threads(), integer_divide_up(pixels, RANGE));
    int best = time_of(plan, pixels, fewest);
    for (int k = 1; k < tried; k++) best = integer_min(best, time_of(plan, pixels, fewest + k));
    while (tried > 1 && time_of(plan, pixels, fewest + tried - 1) > best + best / 50) tried--;
    plan->pixels = multiple(integer_divide_up(pixels, fewest + tried - 1), plan->tile);
    plan->ranges = integer_divide_up(pixels, plan->pixels);
}

/* As many panels as may be, where their number divides that of all: the last group is as wide as the others. */
static int group_columns(int k, int panel, int panels_most) {
    int all = integer_divide_up(k, panel), panels = panels_most < 1 ? 1 : integer_min(panels_most, all);
    while (all % panels != 0) panels--;
    return panels * panel;
}

/* Bringing panels together does not pay where w is one already, or stays in the cache as it is and has few pixels. */
static bool is_used_in_place(const Plan *plan, const ConvShape *q) {
    bool is_small = plan->chunks == 1 && plan->chunk_taps * plan->chunk_length * q->k <= GROUP_ELEMENTS;
    bool is_whole = q->k % plan->set->lanes == 0;
    return plan->panel == q->k || (is_whole && is_small && conv_pixels(q) <= FEW_PIXELS);
}

static Plan plan_of(const ConvShape *q, const ConvTurned *turned) {
    Plan plan = {.set = kernels(), .by_row = q->s * q->c <= ROW_VALUES && q->s > 1};
    plan.taps = plan.by_row ? q->r : q->r * q->s;
    plan.length = plan.by_row ? q->s * q->c : q->c;
    plan_chunks(&plan);
    int rows = plan.chunk_taps * plan.chunk_length, lanes = plan.set->lanes;
    plan.panel = integer_min(multiple(q->k, lanes), plan.set->columns);
    plan.tile = kernel_pixels(plan.set, plan.panel);
    plan.in_place = !(turned && turned->step > 0) && is_used_in_place(&plan, q);
    plan.scattered = turned && turned->scattered;
    plan.group = group_columns(q->k, plan.panel, GROUP_ELEMENTS / rows / plan.panel);
    plan.groups = integer_divide_up(q->k, plan.group);
    plan_ranges(&plan, q);
    return plan;
}

/* What a worker has to itself, in elements. */
typedef struct Sizes {
    size_t panels, sums, edges, pointers, all;
} Sizes;

static Sizes sizes_of(const Plan *plan) {
    size_t rows = (size_t)plan->chunk_taps * (size_t)plan->chunk_length;
    size_t waiting = plan->chunks > 1 ? (size_t)plan->pixels : plan->scattered ? BLOCK : 0;
    Sizes s = {.panels = plan->in_place ? 0 : tensor_round_up(rows * (size_t)plan->group),
               .sums = tensor_round_up(waiting * (size_t)plan->group),
               .edges = plan->by_row ? tensor_round_up(BLOCK * rows) : 0,
               .pointers = tensor_round_up(BLOCK * (size_t)plan->chunk_taps * POINTER_ELEMENTS)};
    s.all = 2 * s.panels + s.sums + s.edges + s.pointers;
    return s;
}

bool conv_direct_fits(const ConvShape *shape) {
    (void)shape;
    return kernels() != NULL;
}

size_t conv_direct_scratch_count(const ConvShape *shape) {
    return conv_direct_turned_scratch_count(shape, NULL);
}

size_t conv_direct_turned_scratch_count(const ConvShape *shape, const ConvTurned *turned) {
    Plan plan = plan_of(shape, turned);
    return tensor_round_up((size_t)plan.length) + (size_t)parallel_threads() * sizes_of(&plan).all;
}

/* One call, as the workers see it. */
typedef struct Job {
    const ConvRun *run;
    Plan plan;
    Sizes sizes;
    const real *zeros; /* (length): a tap outside of x */
    real *scratch;
    Shares shares;
} Job;

typedef struct Worker {
    Job *job;
    real *panels, *other_panels; /* those that it multiplies by, and what will be */
    int held;                    /* group and chunk of the first, see panels_of; -1: none */
    real *sums, *edges;
    const real **pointers; /* (chunk_taps, pixels of the block) */
} Worker;

/* Rows of w that are added up in one go: values first .. first+length-1 under some taps. */
typedef struct Chunk {
    int tap, taps, first, length;
    bool begins, ends; /* the reduction */
} Chunk;

static Chunk chunk_at(const Plan *plan, int index) {
    Chunk chunk = {.begins = index == 0, .ends = index == plan->chunks - 1, .taps = plan->chunk_taps};
    int parts = integer_divide_up(plan->length, plan->chunk_length);
    chunk.tap = index / parts * plan->chunk_taps;
    chunk.first = index % parts * plan->chunk_length;
    chunk.length = integer_min(plan->chunk_length, plan->length - chunk.first);
    return chunk;
}

static size_t first_row(const Plan *plan, const Chunk *chunk) {
    return (size_t)chunk->tap * (size_t)plan->length + (size_t)chunk->first;
}

/* Output pixels begin .. begin+count-1, counted through (n, oh, ow). */
typedef struct Block {
    int begin, count;
} Block;

/* Output pixels of one row that lie side by side, the first being number `pixel` of its block. Its window begins at
 * row h and column w of image n; both may lie outside of x. */
typedef struct Run {
    int pixel, count, n, h, w;
} Run;

/* A row of the window that reaches over the edge of x, from column w on: what is inside, and zeros. `row` is x's. */
static const real *over_the_edge(const ConvShape *q, const real *row, int w, real *edge) {
    memset(edge, 0, (size_t)(q->s * q->c) * sizeof *edge);
    int begin = w < 0 ? 0 : w, end = integer_min(w + q->s, q->w);
    if (begin < end)
        memcpy(edge + (begin - w) * q->c, row + begin * q->c, (size_t)((end - begin) * q->c) * sizeof *edge);
    return edge;
}

/* Where the values of a run's pixels under each tap of the chunk lie; `step` pixels have a place in the table. */
static void point_run(const Worker *worker, const Chunk *chunk, const Run *run, int step) {
    const Job *job = worker->job;
    const ConvShape *q = job->run->shape;
    const int places = job->plan.by_row ? 1 : q->s, columns = job->plan.by_row ? q->s : 1;
    for (int t = 0; t < chunk->taps; t++) {
        const int h = run->h + (chunk->tap + t) / places, first_w = run->w + (chunk->tap + t) % places;
        const real **to = worker->pointers + t * step + run->pixel;
        const bool outside = h < 0 || h >= q->h;
        const real *row =
            outside ? NULL
                    : job->run->x + ((size_t)run->n * (size_t)q->h + (size_t)h) * (size_t)(q->w * q->c);
        for (int p = 0; p < run->count; p++) {
            const int w = first_w + p * q->stride;
            if (outside || w + columns <= 0 || w >= q->w)
                to[p] = job->zeros;
            else if (w >= 0 && w + columns <= q->w)
                to[p] = row + w * q->c;
            else
                to[p] = over_the_edge(
                    q, row, w, worker->edges + ((run->pixel + p) * chunk->taps + t) * job->plan.length);
        }
    }
}

static void point_block(const Worker *worker, const Chunk *chunk, const Block *block) {
    const ConvShape *q = worker->job->run->shape;
    const ConvTurned *turned = worker->job->run->turned;
    for (int pixel = 0; pixel < block->count;) {
        int at = block->begin + pixel, ow = at % q->ow, oh = at / q->ow % q->oh;
        Run run = {.pixel = pixel,
                   .count = integer_min(q->ow - ow, block->count - pixel),
                   .n = at / q->ow / q->oh,
                   .h = oh * q->stride - q->pad,
                   .w = ow * q->stride - (turned ? turned->left : q->pad)};
        point_run(worker, chunk, &run, block->count);
        pixel += run.count;
    }
}

/* Panels of one chunk of one group: first .. first+columns-1 of K. */
typedef struct Group {
    Chunk chunk;
    int first, columns;
} Group;

/* `key` counts through (group, chunk). */
static Group group_at(const Job *job, int key) {
    const Plan *plan = &job->plan;
    Group group = {.chunk = chunk_at(plan, key % plan->chunks), .first = key / plan->chunks * plan->group};
    group.columns = integer_min(plan->group, job->run->shape->k - group.first);
    return group;
}

static int group_rows(const Group *group) {
    return group->chunk.taps * group->chunk.length;
}

/* The panel that begins at column k of the group: the panels lie one behind the other, each (rows, its columns rounded
 * up to whole vectors). */
static Panel panel_at(const Job *job, const Group *group, int k, real *panels) {
    size_t k_count = (size_t)job->run->shape->k;
    return (Panel){.from = job->run->w + first_row(&job->plan, &group->chunk) * k_count +
                           (size_t)(group->first + k),
                   .from_step = k_count,
                   .to = panels + (size_t)group_rows(group) * (size_t)k,
                   .rows = group_rows(group),
                   .columns = integer_min(job->plan.panel, group->columns - k)};
}

/* The product of a block by the panel at column k of the group, all but where its sums go to. */
static Product product_of(const Worker *worker, const Group *group, int k, const Block *block) {
    const Plan *plan = &worker->job->plan;
    Panel panel = panel_at(worker->job, group, k, worker->panels);
    return (Product){.x = worker->pointers,
                     .x_step = (size_t)block->count,
                     .x_first = (size_t)group->chunk.first,
                     .w = plan->in_place ? panel.from : panel.to,
                     .w_step =
                         plan->in_place ? panel.from_step : (size_t)multiple(panel.columns, plan->set->lanes),
                     .taps = group->chunk.taps,
                     .channels = group->chunk.length,
                     .pixels = block->count,
                     .columns = panel.columns};
}

/* Where the sums of a pixel of a range wait: all those of the range, where it has several chunks, or of a block. */
static real *sums_at(const Worker *worker, int range, int pixel) {
    const Plan *plan = &worker->job->plan;
    return worker->sums + (plan->chunks > 1 ? pixel - range : 0) * plan->group;
}

/* Where the sums of panel k go to: to scratch between chunks; after the last one to y, as the epilogue says. The
 * worker's range begins at pixel `range`. */
static void place_sums(const Worker *worker, const Group *group, int k, int range, int pixel,
                       Product *product) {
    const Job *job = worker->job;
    const ConvEpilogue *e = &job->run->epilogue;
    size_t width = (size_t)job->plan.group, channel = (size_t)(group->first + k);
    size_t at = (size_t)pixel * (size_t)job->run->shape->k + channel;
    real *sums = sums_at(worker, range, pixel) + k;
    product->y = sums;
    product->y_step = width;
    product->begin = group->chunk.begins ? NULL : sums;
    product->begin_step = width;
    if (!group->chunk.ends || job->plan.scattered) return;
    product->y = job->run->y + at;
    product->y_step = (size_t)job->run->shape->k;
    product->scale = e->scale ? e->scale + channel : NULL;
    product->shift = e->shift ? e->shift + channel : NULL;
    product->addend = e->addend ? e->addend + at : NULL;
    product->relu = e->relu;
}

/* The weights that a turned panel begins with: those of a place of the window, counted through (r, s), of column k of the
 * group and of the first channel of its chunk. */
static const real *turned_at(const Job *job, const Group *group, int place, int k) {
    const ConvTurned *turned = job->run->turned;
    const int s = job->run->shape->s;
    return job->run->w + place / s * turned->row + place % s * turned->column +
           (size_t)(group->first + k) * turned->step + group->chunk.first;
}

static void copy_turned(const Job *job, const Group *group, int k, Panel panel) {
    const int places = job->plan.by_row ? job->run->shape->s : 1, first = group->chunk.tap * places;
    const int last = first + group->chunk.taps * places;
    panel.rows /= last - first;
    panel.from_step = job->run->turned->step;
    panel.turned = true;
    for (int place = first; place < last; place++) {
        panel.from = turned_at(job, group, place, k);
        job->plan.set->panel(&panel);
        panel.to += panel.rows * multiple(panel.columns, job->plan.set->lanes);
    }
}

static void copy_panels(const Worker *worker, const Group *group, int k, real *panels) {
    const Job *job = worker->job;
    for (; k < group->columns; k += job->plan.panel) {
        Panel panel = panel_at(job, group, k, panels);
        if (conv_is_turned(job->run))
            copy_turned(job, group, k, panel);
        else
            job->plan.set->panel(&panel);
    }
}

/* A turned panel cannot be brought together meanwhile, but fetched: that of the first place of its chunk. */
static void look_ahead(const Job *job, const Group *next, int k, Product *product) {
    const int places = job->plan.by_row ? job->run->shape->s : 1;
    product->ahead = turned_at(job, next, next->chunk.tap * places, k);
    product->ahead_step = job->run->turned->step * sizeof(real);
    product->ahead_rows = integer_min(integer_min(job->plan.panel, next->columns - k), product->channels);
    product->ahead_lines = integer_divide_up(next->chunk.length / (job->plan.by_row ? places : 1), LINE);
}

/* To their places: sums of the block that are done, `columns` of them a pixel from column k of the group on. */
static void scatter(const Job *job, const Group *group, int k, const Block *block, const Product *product) {
    const int first = group->first + k;
    if (group->chunk.ends && job->plan.scattered)
        conv_scatter(job->run, &(ConvSums){.data = product->y,
                                           .stride = job->plan.group,
                                           .begin = block->begin,
                                           .end = block->begin + block->count,
                                           .first = first,
                                           .last = first + product->columns});
}

/* Pixels begin .. stop-1 under the panels of `key`, while those of `next_key` are brought together; -1: none. */
static void convolve_range(Worker *worker, int key, int next_key, int begin, int stop) {
    const Job *job = worker->job;
    const Plan *plan = &job->plan;
    const Group group = group_at(job, key), next = group_at(job, next_key < 0 ? key : next_key);
    const bool carries = !plan->in_place && next_key >= 0 && next_key != key;
    if (!plan->in_place && worker->held != key) copy_panels(worker, &group, 0, worker->panels);
    worker->held = key;
    const int blocks = integer_divide_up(stop - begin, BLOCK),
              step = multiple(integer_divide_up(stop - begin, blocks), plan->tile);
    for (int p = begin; p < stop; p += step) {
        Block block = {p, integer_min(step, stop - p)};
        point_block(worker, &group.chunk, &block);
        for (int k = 0; k < group.columns; k += plan->panel) {
            Product product = product_of(worker, &group, k, &block);
            Panel panel = panel_at(job, &next, k, worker->other_panels);
            place_sums(worker, &group, k, begin, p, &product);
            if (carries && p == begin && k < next.columns) {
                if (conv_is_turned(job->run))
                    look_ahead(job, &next, k, &product);
                else
                    product.next = &panel;
            }
            plan->set->product(&product);
            scatter(job, &group, k, &block, &product);
        }
    }
    if (!carries) return;
    copy_panels(worker, &next, conv_is_turned(job->run) ? 0 : multiple(group.columns, plan->panel),
                worker->other_panels);
    real *other = worker->panels;
    worker->panels = worker->other_panels;
    worker->other_panels = other;
    worker->held = next_key;
}

static Worker worker_at(Job *job, int index) {
    const Sizes *s = &job->sizes;
    real *own = job->scratch + (size_t)index * s->all, *sums = own + 2 * s->panels;
    Worker worker = {.job = job, .panels = own, .other_panels = own + s->panels, .held = -1, .sums = sums};
    worker.edges = sums + s->sums;
    worker.pointers = (const real **)(void *)(worker.edges + s->edges);
    return worker;
}

/* Items count through (group, range): one range of pixels under one group of columns each. An item is claimed just
 * before the last chunk of the one before, whose time serves to fetch its panels; but not the last of others, who may
 * be about to begin it. */
static void convolve_items(void *context, int begin, int end, int index) {
    Job *job = context;
    const Plan *plan = &job->plan;
    Worker worker = worker_at(job, index);
    (void)begin, (void)end;
    for (int item = -1;;) {
        if (item < 0) item = shares_claim(&job->shares, index, 0);
        if (item < 0) return;
        int first = item % plan->ranges * plan->pixels;
        int stop = integer_min(first + plan->pixels, conv_pixels(job->run->shape));
        int key = item / plan->ranges * plan->chunks;
        const int last = key + plan->chunks - 1;
        for (; key < last; key++) convolve_range(&worker, key, key + 1, first, stop);
        item = shares_claim(&job->shares, index, 1);
        convolve_range(&worker, key, item < 0 ? -1 : item / plan->ranges * plan->chunks, first, stop);
    }
}

void conv_direct_forward(const ConvRun *run) {
    Job job = {.run = run, .plan = plan_of(run->shape, run->turned), .zeros = run->scratch};
    job.sizes = sizes_of(&job.plan);
    memset(run->scratch, 0, (size_t)job.plan.length * sizeof *run->scratch);
    job.scratch = run->scratch + tensor_round_up((size_t)job.plan.length);
    shares_cut(&job.shares, job.plan.groups * job.plan.ranges);
    parallel_items(job.shares.workers, convolve_items, &job);
}
