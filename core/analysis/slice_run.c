#include "core/analysis/slice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/networks.h"
#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/network/draw.h"

static int cell_count(const SliceState *state) {
    return state->width * state->height;
}

int slice_steps(const SliceState *state) {
    return 1 + cell_count(state) * state->net_count;
}

double slice_coordinate(int k, int n) {
    return n > 1 ? 2.0 * k / (n - 1) - 1 : 0;
}

/* Neither values nor directions are drawn or copied yet: of a large network they take a while. */
static bool open_net(const SliceState *state, SlicedNet *net, Error *err) {
    bool ok = true;
    net->losses = calloc((size_t)cell_count(state), sizeof *net->losses);
    for (int axis = 0; axis < SLICE_AXES; axis++) {
        net->directions[axis] = calloc(net->network->value_count, sizeof(real));
        ok = ok && net->directions[axis];
    }
    if (!ok || !net->losses)
        return error_set(err, ERROR_FAILED, "slice: not enough memory for two directions of %s",
                         net->network->arch);
    for (int k = 0; k < cell_count(state); k++) net->losses[k] = NAN;
    return true;
}

bool slice_open_points(SliceState *state, Error *err) {
    state->small = true;
    for (int k = 0; k < state->net_count; k++) {
        if (!open_net(state, &state->nets[k], err)) return false;
        state->small =
            state->small && analysis_pass_is_small(state->nets[k].network, state->input->image_count);
    }
    state->lane_count = state->small ? integer_min(parallel_threads(), slice_steps(state) - 1) : 1;
    state->lanes = calloc((size_t)state->lane_count, sizeof *state->lanes);
    rng_init(&state->rng, state->input->seed);
    return state->lanes || error_set(err, ERROR_FAILED, "slice: not enough memory");
}

void slice_free_points(SliceState *state) {
    for (int lane = 0; state->lanes && lane < state->lane_count; lane++)
        for (int k = 0; k < SLICE_NETWORKS; k++) {
            pass_free(state->lanes[lane].passes[k]);
            network_free(state->lanes[lane].moved[k]);
        }
    for (int k = 0; k < SLICE_NETWORKS; k++) {
        for (int axis = 0; axis < SLICE_AXES; axis++) free(state->nets[k].directions[axis]);
        free(state->nets[k].losses);
    }
    pass_free(state->unmoved);
    free(state->lanes);
}

/* The directions of a parameter's filters, some at a time, by a generator each. */
typedef struct Draw {
    const Param *param;
    const real *w;
    real *d;
    Rng start;
    double errors[PARALLEL_THREADS_MAX]; /* the worst of each worker */
} Draw;

typedef struct Tile {
    ParamFilter filters[NORMAL_ROWS];
    Rng rngs[NORMAL_ROWS];
    int count;
} Tile;

/* Of the filters of a tile, added up from their first element on. */
static void measure_lengths(const Tile *tile, const real *values, double lengths[NORMAL_ROWS]) {
    memset(lengths, 0, NORMAL_ROWS * sizeof *lengths);
    for (size_t j = 0; j < tile->filters[0].count; j++)
        for (int k = 0; k < tile->count; k++) {
            double value = (double)values[tile->filters[k].first + j * tile->filters[k].stride];
            lengths[k] += value * value;
        }
    for (int k = 0; k < tile->count; k++) lengths[k] = sqrt(lengths[k]);
}

/* Each filter's number of its own in turn, as the rows of y have them. */
static void draw_tile(Tile *tile, real *values) {
    enum { ROWS = 64 };
    real y[ROWS * NORMAL_ROWS];
    for (size_t done = 0, count = tile->filters[0].count; done < count; done += ROWS) {
        int rows = count - done < ROWS ? (int)(count - done) : ROWS;
        draw_normals(tile->rngs, 1, rows, y);
        for (int j = 0; j < rows; j++)
            for (int k = 0; k < tile->count; k++) {
                ParamFilter filter = tile->filters[k];
                values[filter.first + (done + (size_t)j) * filter.stride] = y[j * NORMAL_ROWS + k];
            }
    }
}

/* Gives each filter of the direction the length of the filter it moves; returns the worst error of a length. */
static double fit_tile(const Tile *tile, const real *w, real *d) {
    double wanted[NORMAL_ROWS], lengths[NORMAL_ROWS], worst = 0;
    measure_lengths(tile, w, wanted);
    measure_lengths(tile, d, lengths);
    for (size_t j = 0; j < tile->filters[0].count; j++)
        for (int k = 0; k < tile->count; k++) {
            real *moved = &d[tile->filters[k].first + j * tile->filters[k].stride];
            *moved = (real)((double)*moved * (wanted[k] / lengths[k]));
        }
    measure_lengths(tile, d, lengths);
    for (int k = 0; k < tile->count; k++)
        if (wanted[k] > 0) worst = fmax(worst, fabs(lengths[k] / wanted[k] - 1));
    return worst;
}

static void draw_work(void *context, int begin, int end, int worker) {
    Draw *draw = context;
    size_t count = param_filter(draw->param, 0).count;
    for (int t = begin; t < end; t++) {
        Tile tile = {.count = integer_min(NORMAL_ROWS, draw->param->dims[0] - t * NORMAL_ROWS)};
        for (int k = 0; k < NORMAL_ROWS; k++) {
            tile.filters[k] = param_filter(draw->param, t * NORMAL_ROWS + (k < tile.count ? k : 0));
            tile.rngs[k] = k == 0 ? draw->start : tile.rngs[k - 1];
            rng_skip(&tile.rngs[k], 2 * count * (k == 0 ? (uint64_t)t * NORMAL_ROWS : 1));
        }
        draw_tile(&tile, draw->d);
        draw->errors[worker] = fmax(draw->errors[worker], fit_tile(&tile, draw->w, draw->d));
    }
}

static void draw_param_direction(SlicedNet *net, const Param *param, int axis, Rng *rng) {
    Draw draw = {.param = param,
                 .w = network_const_values(net->network, param),
                 .d = net->directions[axis] + param->offset,
                 .start = *rng};
    parallel_items(integer_divide_up(param->dims[0], NORMAL_ROWS), draw_work, &draw);
    for (int k = 0; k < PARALLEL_THREADS_MAX; k++)
        net->length_error = fmax(net->length_error, draw.errors[k]);
    rng_skip(rng, 2 * param->count); /* two numbers of the generator for each */
}

/* The direction of the next parameter; false when all are drawn. */
static bool draw_next(SliceState *state) {
    if (state->drawn_net == state->net_count) return false;
    SlicedNet *net = &state->nets[state->drawn_net];
    const Param *param = &net->network->params[state->drawn_param];
    if (param->rank > 1) draw_param_direction(net, param, state->drawn_axis, &state->rng);
    if (++state->drawn_param < net->network->param_count) return true;
    state->drawn_param = 0;
    if (++state->drawn_axis == SLICE_AXES) {
        state->drawn_axis = 0;
        state->drawn_net++;
    }
    rng_init(&state->rng, state->input->seed + (unsigned)state->drawn_axis);
    return true;
}

static AnalysisBatch batch_of(const SliceState *state) {
    return (AnalysisBatch){.images = state->input->images,
                           .count = state->input->image_count,
                           .targets = state->targets,
                           .batch_statistics = state->input->batch_statistics,
                           .forward_only = true,
                           .rounds_more = true};
}

/* A piece of the pass of a network as it is; true when all are measured. All points follow the classes of the first
 * one. */
static bool measure_unmoved(SliceState *state) {
    AnalysisBatch batch = batch_of(state);
    SlicedNet *net = &state->nets[state->measured];
    if (!state->unmoved) state->unmoved = analysis_open(net->network, &batch, &state->err);
    if (!state->unmoved) return true;
    if (analysis_advance(state->unmoved)) return false;
    net->unmoved = pass_loss(state->unmoved);
    for (int n = 0; n < batch.count; n++) state->targets[n] = pass_target(state->unmoved, n);
    pass_free(state->unmoved);
    state->unmoved = NULL;
    return ++state->measured == state->net_count;
}

/* A parameter on its way to a point of the plane. */
typedef struct Move {
    const real *w, *d, *e;
    real *moved;
    double a, b;
} Move;

static void move_range(void *context, int begin, int end, int worker) {
    const Move *move = context;
    (void)worker;
    for (int j = begin; j < end; j++)
        move->moved[j] =
            (real)((double)move->w[j] + move->a * (double)move->d[j] + move->b * (double)move->e[j]);
}

/* Vectors have no direction and stay as they are. */
static void set_plane_point(const SlicedNet *net, Network *to, double a, double b) {
    enum { GRAIN = 1 << 16 };
    for (int p = 0; p < net->network->param_count; p++) {
        const Param *param = &net->network->params[p];
        Move move = {.w = network_const_values(net->network, param),
                     .d = net->directions[0] + param->offset,
                     .e = net->directions[1] + param->offset,
                     .moved = network_values(to, param),
                     .a = a,
                     .b = b};
        parallel_for((int)param->count, GRAIN, move_range, &move);
    }
}

static int net_of(const SliceState *state, const SliceLane *lane) {
    return (lane->point - 1) % state->net_count;
}

static int cell_of(const SliceState *state, const SliceLane *lane) {
    return state->order[(lane->point - 1) / state->net_count];
}

/* What the lane has not had before. */
static bool open_lane(SliceState *state, SliceLane *lane) {
    int k = net_of(state, lane);
    AnalysisBatch batch = batch_of(state);
    ResnetConfig config = resnet_config_of(state->nets[k].network);
    if (!lane->moved[k]) lane->moved[k] = resnet_new(&config, &state->err);
    if (lane->moved[k] && !lane->passes[k])
        lane->passes[k] = analysis_open(lane->moved[k], &batch, &state->err);
    return lane->passes[k] != NULL;
}

static void begin_point(const SliceState *state, SliceLane *lane) {
    int k = net_of(state, lane), cell = cell_of(state, lane);
    set_plane_point(&state->nets[k], lane->moved[k], slice_coordinate(cell % state->width, state->width),
                    slice_coordinate(cell / state->width, state->height));
    pass_restart(lane->passes[k], state->targets);
}

static void finish_point(const SliceState *state, const SliceLane *lane) {
    int k = net_of(state, lane);
    state->nets[k].losses[cell_of(state, lane)] = pass_loss(lane->passes[k]);
}

static void run_lane(void *context, int begin, int end, int worker) {
    SliceState *state = context;
    (void)worker;
    for (int k = begin; k < end; k++) {
        begin_point(state, &state->lanes[k]);
        pass_run_forward(state->lanes[k].passes[net_of(state, &state->lanes[k])]);
    }
}

/* As many points as there are lanes. Returns how many that are. */
static int run_side_by_side(SliceState *state, int done) {
    int count = integer_min(state->lane_count, slice_steps(state) - done);
    for (int k = 0; k < count; k++) {
        state->lanes[k].point = done + k;
        if (!open_lane(state, &state->lanes[k])) return count;
    }
    parallel_items(count, run_lane, state);
    for (int k = 0; k < count; k++) finish_point(state, &state->lanes[k]);
    return count;
}

/* A piece of a point. */
static int run_one_by_one(SliceState *state, int done) {
    SliceLane *lane = &state->lanes[0];
    if (!state->begun) {
        lane->point = done;
        if (!open_lane(state, lane)) return 1;
        begin_point(state, lane);
        state->begun = true;
        return 0;
    }
    if (analysis_advance(lane->passes[net_of(state, lane)])) return 0;
    state->begun = false;
    finish_point(state, lane);
    return 1;
}

int slice_run(SliceState *state, int done) {
    if (state->err.kind != ERROR_NONE) return 1;
    if (done == 0) return !draw_next(state) && measure_unmoved(state);
    return state->small ? run_side_by_side(state, done) : run_one_by_one(state, done);
}

/* Of the directions that are to be drawn. */
static double drawn_share(const SliceState *state) {
    double axes = SLICE_AXES * state->net_count, done = SLICE_AXES * state->drawn_net + state->drawn_axis;
    if (state->drawn_net == state->net_count) return 1;
    size_t before = state->nets[state->drawn_net].network->params[state->drawn_param].offset;
    return (done + (double)before / (double)state->nets[state->drawn_net].network->value_count) / axes;
}

/* Step 0 is drawing, about as long as a pass, and a pass of each network. */
double slice_run_share(const SliceState *state, int done) {
    double first = 1 + state->net_count, total = first + slice_steps(state) - 1;
    if (done == 0)
        return (drawn_share(state) + state->measured + analysis_pass_share(state->unmoved)) / total;
    const SliceLane *lane = &state->lanes[0];
    double within = state->begun ? analysis_pass_share(lane->passes[net_of(state, lane)]) : 0;
    return (first + done - 1 + within) / total;
}
