#include "core/network/draw.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/kernel/kernel.h"

/* Rows are drawn side by side, one generator each, and some values of each at a time; a slice is about a
 * millisecond's work. */
enum { TILE_ROWS = NORMAL_ROWS, CHUNK_VALUES = 64, SLICE_VALUES = 1 << 17 };

typedef enum DrawKind { DRAW_CONSTANT, DRAW_UNIFORM, DRAW_NORMAL } DrawKind;

/* A row: the values of one output channel, or all of a vector, consecutive in file order. Constants wait as well:
 * the memory between them and random values would be touched. */
typedef struct Undrawn {
    DrawKind kind;
    Rng start;        /* before the first value */
    int rows, done;   /* `done` of them are drawn */
    size_t row_count; /* values of a row */
    double scale;     /* standard deviation, bound, or the constant itself */
    atomic_bool complete;
} Undrawn;

typedef struct NetworkUndrawn {
    pthread_mutex_t mutex; /* held while values are drawn */
    Undrawn *params;       /* as Network.params */
    size_t total;          /* initial values */
    atomic_size_t left;    /* of them, still to be drawn */
} NetworkUndrawn;

static void fill_values(real *values, size_t count, double value) {
    for (size_t j = 0; j < count; j++) values[j] = (real)value;
}

static double conv_std(const Param *param, const InitConfig *init) {
    double taps = (double)param->dims[2] * param->dims[3], out = param->dims[0], in = param->dims[1];
    switch (init->kind) {
    case INIT_GLOROT: return sqrt(2 / ((in + out) * taps));
    case INIT_NORMAL: return init->std;
    case INIT_GAIN: return init->gain / sqrt(out * taps);
    case INIT_HE:
    case INIT_ZERO_GAMMA: break;
    }
    return sqrt(2 / (out * taps));
}

/* Numbers of the generator that one value takes. */
static uint64_t numbers_a_value(DrawKind kind) {
    static const uint64_t numbers[] = {[DRAW_UNIFORM] = 1, [DRAW_NORMAL] = 2};
    return numbers[kind];
}

typedef struct Tiles {
    const Undrawn *undrawn;
    const Param *param;
    real *values;
    int first; /* row */
} Tiles;

void draw_normals(Rng rows[NORMAL_ROWS], double scale, int count, real *y) {
    const Kernels *set = kernels();
    uint64_t state[4][TILE_ROWS];
    for (int j = 0; !set && j < count; j++)
        for (int row = 0; row < TILE_ROWS; row++) *y++ = (real)(scale * rng_normal(&rows[row]));
    if (!set) return;
    for (int row = 0; row < TILE_ROWS; row++)
        for (int word = 0; word < 4; word++) state[word][row] = rows[row].state[word];
    set->normals(state, scale, count, y);
    for (int row = 0; row < TILE_ROWS; row++)
        for (int word = 0; word < 4; word++) rows[row].state[word] = state[word][row];
}

/* Convolution weights: a row is (C,R,S) in the file, and in memory, (R,S,C,K), rows lie side by side. */
static void draw_normal_rows(const Tiles *tiles, Rng rows[TILE_ROWS], int first, int count) {
    const Param *param = tiles->param;
    size_t k_count = (size_t)param->dims[0], c_count = (size_t)param->dims[1];
    int taps = param->dims[2] * param->dims[3], at = 0, drawn = 0;
    real y[CHUNK_VALUES * TILE_ROWS];
    for (size_t c = 0; c < c_count; c++) {
        for (int tap = 0; tap < taps; tap++, at++) {
            if (at == drawn) {
                size_t left = (c_count - c) * (size_t)taps - (size_t)tap;
                at = 0;
                drawn = left < CHUNK_VALUES ? (int)left : CHUNK_VALUES;
                draw_normals(rows, tiles->undrawn->scale, drawn, y);
            }
            real *to = tiles->values + ((size_t)tap * c_count + c) * k_count + (size_t)first;
            memcpy(to, y + (ptrdiff_t)at * TILE_ROWS, (size_t)count * sizeof(real));
        }
    }
}

static void draw_uniform_rows(const Tiles *tiles, Rng *rows, int first, int count) {
    const Undrawn *undrawn = tiles->undrawn;
    real *values = tiles->values + (size_t)first * undrawn->row_count;
    for (int row = 0; row < count; row++, values += undrawn->row_count)
        for (size_t j = 0; j < undrawn->row_count; j++)
            values[j] = (real)((2 * rng_uniform(&rows[row]) - 1) * undrawn->scale);
}

static void draw_tile(const Tiles *tiles, int first, int count) {
    const Undrawn *undrawn = tiles->undrawn;
    uint64_t row_numbers = (uint64_t)undrawn->row_count * numbers_a_value(undrawn->kind);
    Rng rows[TILE_ROWS];
    rows[0] = undrawn->start;
    rng_skip(&rows[0], (uint64_t)first * row_numbers);
    for (int row = 1; row < TILE_ROWS; row++) {
        rows[row] = rows[row - 1];
        if (row < count) rng_skip(&rows[row], row_numbers);
    }
    if (undrawn->kind == DRAW_NORMAL)
        draw_normal_rows(tiles, rows, first, count);
    else
        draw_uniform_rows(tiles, rows, first, count);
}

static void draw_tiles(void *context, int begin, int end, int worker) {
    const Tiles *tiles = context;
    (void)worker;
    for (int tile = begin; tile < end; tile++) {
        int first = tiles->first + tile * TILE_ROWS, left = tiles->undrawn->rows - first;
        draw_tile(tiles, first, left < TILE_ROWS ? left : TILE_ROWS);
    }
}

/* Some rows of a parameter that is not complete. The mutex is held. */
static void draw_slice(const Network *network, int p) {
    Undrawn *undrawn = &network->undrawn->params[p];
    size_t tile_count = TILE_ROWS * undrawn->row_count;
    int left = integer_divide_up(undrawn->rows - undrawn->done, TILE_ROWS);
    int wanted = undrawn->kind == DRAW_CONSTANT
                     ? left
                     : integer_max((int)(SLICE_VALUES / tile_count), parallel_threads());
    int tiles = left < wanted ? left : wanted;
    Tiles context = {.undrawn = undrawn,
                     .param = &network->params[p],
                     .values = network->memory + network->params[p].offset,
                     .first = undrawn->done};
    if (undrawn->kind == DRAW_CONSTANT)
        fill_values(context.values, (size_t)undrawn->rows * undrawn->row_count, undrawn->scale);
    else
        parallel_for(tiles, 1, draw_tiles, &context);
    int before = undrawn->done;
    undrawn->done = integer_min(before + tiles * TILE_ROWS, undrawn->rows);
    atomic_fetch_sub(&network->undrawn->left, (size_t)(undrawn->done - before) * undrawn->row_count);
    if (undrawn->done == undrawn->rows) atomic_store(&undrawn->complete, true);
}

static bool is_complete(const Network *network, int p) {
    return atomic_load_explicit(&network->undrawn->params[p].complete, memory_order_acquire);
}

void draw_param(const Network *network, const Param *param) {
    int p = param->index;
    if (!network->undrawn || is_complete(network, p)) return;
    pthread_mutex_lock(&network->undrawn->mutex);
    while (!is_complete(network, p)) draw_slice(network, p);
    pthread_mutex_unlock(&network->undrawn->mutex);
}

void draw_all(const Network *network) {
    if (!network->undrawn || atomic_load(&network->undrawn->left) == 0) return;
    for (int p = 0; p < network->param_count; p++) draw_param(network, &network->params[p]);
}

bool network_draw(const Network *network, int op) {
    if (!network->undrawn || atomic_load(&network->undrawn->left) == 0) return false;
    int first = op < 0 ? 0 : network->ops[op].param_first;
    int end = op < 0 ? network->param_count : first + network->ops[op].param_count;
    while (first < end && is_complete(network, first)) first++;
    if (first == end) return false;
    pthread_mutex_lock(&network->undrawn->mutex);
    if (!is_complete(network, first)) draw_slice(network, first);
    pthread_mutex_unlock(&network->undrawn->mutex);
    return true;
}

double network_drawn(const Network *network) {
    if (!network->undrawn || network->undrawn->total == 0) return 1;
    return 1 - (double)atomic_load(&network->undrawn->left) / (double)network->undrawn->total;
}

void draw_forget(Network *network, const Param *param) {
    NetworkUndrawn *undrawn = network->undrawn;
    Undrawn *own = undrawn ? &undrawn->params[param->index] : NULL;
    if (!own || atomic_load(&own->complete)) return;
    pthread_mutex_lock(&undrawn->mutex);
    atomic_fetch_sub(&undrawn->left, (size_t)(own->rows - own->done) * own->row_count);
    own->done = own->rows;
    atomic_store(&own->complete, true);
    pthread_mutex_unlock(&undrawn->mutex);
}

bool draw_allocate(Network *network) {
    NetworkUndrawn *undrawn = arena_alloc(network->arena, 1, sizeof *undrawn);
    if (!undrawn) return false;
    undrawn->params = arena_alloc(network->arena, (size_t)network->param_count, sizeof *undrawn->params);
    if (!undrawn->params || pthread_mutex_init(&undrawn->mutex, NULL) != 0) return false;
    for (int p = 0; p < network->param_count; p++) atomic_init(&undrawn->params[p].complete, true);
    network->undrawn = undrawn;
    return true;
}

void draw_free(Network *network) {
    if (network->undrawn) pthread_mutex_destroy(&network->undrawn->mutex);
}

/* What the values are to be, and where in the sequence of numbers they begin. */
static void begin_param(Network *network, int p, const InitConfig *init, Rng *rng) {
    const Param *param = &network->params[p];
    Undrawn *undrawn = &network->undrawn->params[p];
    undrawn->start = *rng;
    undrawn->done = 0;
    undrawn->rows = param->rank > 1 ? param->dims[0] : 1;
    undrawn->row_count = param->count / (size_t)undrawn->rows;
    undrawn->kind = DRAW_CONSTANT;
    switch (param->role) {
    case PARAM_CONV_WEIGHT:
        undrawn->kind = DRAW_NORMAL;
        undrawn->scale = conv_std(param, init);
        break;
    case PARAM_LINEAR_WEIGHT:
    case PARAM_LINEAR_BIAS:
        /* torch.nn.Linear: both uniform in +-1/sqrt(C). */
        undrawn->kind = DRAW_UNIFORM;
        undrawn->scale = 1 / sqrt((double)network->ops[param->op].in.c);
        break;
    case PARAM_NORM_WEIGHT:
    case PARAM_NORM_VAR: undrawn->scale = 1; break;
    case PARAM_NORM_BIAS:
    case PARAM_NORM_MEAN: undrawn->scale = 0; break;
    }
    atomic_store(&undrawn->complete, false);
    network->undrawn->total += param->count;
    rng_skip(rng, param->count * numbers_a_value(undrawn->kind));
}

/* Values are drawn in file order, so that the same seed means the same network whatever the memory order. */
void network_init_values(Network *network, const InitConfig *init) {
    Rng rng;
    rng_init(&rng, init->seed);
    network_touch(network);
    network->undrawn->total = 0;
    for (int p = 0; p < network->param_count; p++) begin_param(network, p, init, &rng);
    atomic_store(&network->undrawn->left, network->undrawn->total);
    for (int b = 0; init->kind == INIT_ZERO_GAMMA && b < network->block_count; b++) {
        const Param *gamma = network_op_param(network, network->blocks[b].branch_last, PARAM_NORM_WEIGHT);
        assert(gamma);
        network->undrawn->params[gamma->index].scale = 0;
    }
}
