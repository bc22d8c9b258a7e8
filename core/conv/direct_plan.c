#include "core/conv/direct_plan.h"

#include "core/base/integer.h"
#include "core/base/parallel.h"

enum {
    RANGE = 48,             /* pixels of a range, at least */
    CHUNK_ROWS = 640,       /* of 64 columns: 160 kB */
    GROUP_ELEMENTS = 40960, /* 160 kB: well below the smallest second-level cache beside the pixels */
    RANGE_SUMS = 512,       /* pixels whose sums may wait for the next chunk */
    ROW_VALUES = 64,        /* windows with shorter rows are read by row */
    POINTER_ELEMENTS = sizeof(void *) / sizeof(real) + 1,
    PIXELS_OF_COPYING = 4, /* a panel is copied in the time that some pixels are multiplied by it */
    FEW_PIXELS = 512,
    RANGES_A_THREAD = 16, /* so that the end of a layer does not wait for one of them */
};

static int multiple(int a, int of) {
    return integer_divide_up(a, of) * of;
}

/* Chunks of one length, so that each is copied in the time of the one before. */
static void plan_chunks(DirectPlan *plan) {
    int parts = integer_divide_up(plan->length, CHUNK_ROWS);
    plan->chunk_length = integer_divide_up(plan->length, parts);
    plan->chunk_taps = 1;
    for (int taps = 2; parts == 1 && taps <= plan->taps && taps * plan->length <= CHUNK_ROWS; taps++)
        if (plan->taps % taps == 0) plan->chunk_taps = taps;
    plan->chunks = plan->taps / plan->chunk_taps * integer_divide_up(plan->length, plan->chunk_length);
}

/* The time of the busiest thread with so many ranges, in pixels times columns of a group. */
static int time_of(const DirectPlan *plan, int pixels, int ranges) {
    int items = integer_divide_up(plan->groups * ranges, parallel_threads());
    int copies = plan->in_place ? 0 : plan->chunks > 1 ? items : integer_min(plan->groups, items);
    return items * (multiple(integer_divide_up(pixels, ranges), plan->tile) + 1) + copies * PIXELS_OF_COPYING;
}

/* Ranges that give all threads the same to do; of about equal numbers the largest, as a thread that the machine
 * holds up then holds up less. */
static void plan_ranges(DirectPlan *plan, const ConvShape *q) {
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
static bool is_used_in_place(const DirectPlan *plan, const ConvShape *q) {
    bool is_small = plan->chunks == 1 && plan->chunk_taps * plan->chunk_length * q->k <= GROUP_ELEMENTS;
    bool is_whole = q->k % plan->set->lanes == 0;
    return plan->panel == q->k || (is_whole && is_small && conv_pixels(q) <= FEW_PIXELS);
}

DirectPlan direct_plan_of(const ConvShape *q, const ConvTurned *turned) {
    DirectPlan plan = {.set = kernels(), .by_row = q->s * q->c <= ROW_VALUES && q->s > 1};
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

DirectSizes direct_sizes_of(const DirectPlan *plan) {
    size_t rows = (size_t)plan->chunk_taps * (size_t)plan->chunk_length;
    size_t waiting = plan->chunks > 1 ? (size_t)plan->pixels : plan->scattered ? DIRECT_BLOCK : 0;
    DirectSizes s = {.panels = plan->in_place ? 0 : tensor_round_up(rows * (size_t)plan->group),
                     .sums = tensor_round_up(waiting * (size_t)plan->group),
                     .edges = plan->by_row ? tensor_round_up(DIRECT_BLOCK * rows) : 0,
                     .pointers = tensor_round_up(DIRECT_BLOCK * (size_t)plan->chunk_taps * POINTER_ELEMENTS)};
    s.all = 2 * s.panels + s.sums + s.edges + s.pointers;
    return s;
}

DirectChunk direct_chunk_at(const DirectPlan *plan, int index) {
    DirectChunk chunk = {.begins = index == 0, .ends = index == plan->chunks - 1, .taps = plan->chunk_taps};
    int parts = integer_divide_up(plan->length, plan->chunk_length);
    chunk.tap = index / parts * plan->chunk_taps;
    chunk.first = index % parts * plan->chunk_length;
    chunk.length = integer_min(plan->chunk_length, plan->length - chunk.first);
    return chunk;
}
