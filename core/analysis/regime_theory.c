#include "core/analysis/regime_theory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"

/* The population: CHANNELS of SAMPLES activations each. Its own seed: theory is the same in every run. */
enum { STAGES = 3, SIDE = 32, CHANNELS = 128, SAMPLES = 128, SEED = 20151210 };

static const double PI = 3.14159265358979323846;

/* What the forward theory leaves for the backward one, a block. The masks are kept one by one: an activation
 * that is large stays above 0 in many blocks, so what passed one mask is more likely to pass the next. */
typedef struct BlockTheory {
    bool open[CHANNELS][SAMPLES];
    double branch; /* |g|^2 through the branch, before padding */
    bool halves;   /* first block of a later stage */
} BlockTheory;

typedef struct Population {
    double x[CHANNELS][SAMPLES];
    Rng rng;
} Population;

static double mean_square(const Population *p) {
    double sum = 0;
    for (int c = 0; c < CHANNELS; c++)
        for (int s = 0; s < SAMPLES; s++) sum += p->x[c][s] * p->x[c][s];
    return sum / (CHANNELS * SAMPLES);
}

/* Within a channel: what batch norm sees. */
static double mean_variance(const Population *p) {
    double total = 0;
    for (int c = 0; c < CHANNELS; c++) {
        double sum = 0, squares = 0;
        for (int s = 0; s < SAMPLES; s++) {
            sum += p->x[c][s];
            squares += p->x[c][s] * p->x[c][s];
        }
        total += squares / SAMPLES - sum / SAMPLES * (sum / SAMPLES);
    }
    return total / CHANNELS;
}

/* Option A: the old channels keep half of the new ones' places, the others start at 0. */
static void pad_channels(Population *p) {
    for (int c = 0; c < CHANNELS / 2; c++) memmove(p->x[c], p->x[2 * c], sizeof p->x[c]);
    memset(p->x[CHANNELS / 2], 0, sizeof p->x / 2);
}

/* x <- relu(x + F) with F Gaussian; the scale of the stream is taken out where nothing depends on it. */
static void add_branch_noise(Population *p, double variance, bool rescale, BlockTheory *block) {
    double unit = rescale ? 1 / sqrt(mean_square(p)) : 1, deviation = sqrt(variance) * unit;
    for (int c = 0; c < CHANNELS; c++)
        for (int s = 0; s < SAMPLES; s++) {
            double sum = p->x[c][s] * unit + (variance > 0 ? deviation * rng_normal(&p->rng) : 0);
            p->x[c][s] = sum > 0 ? sum : 0;
            block->open[c][s] = sum > 0;
        }
}

static void forward_block(Population *p, const RegimeCell *cell, BlockTheory *block) {
    double gain2 = cell->gain * cell->gain, widths = block->halves ? 0.5 : 1; /* channels in / out */
    double square = mean_square(p), variance = mean_variance(p);
    double branch = cell->norm ? 1 : gain2 * gain2 / 2 * widths * square;
    block->branch = cell->norm ? PI / (PI - 1) / variance : gain2 * gain2 / 2 * widths;
    if (cell->zero_gamma) branch = block->branch = 0;
    if (block->halves) pad_channels(p);
    add_branch_noise(p, branch, !cell->norm, block);
}

static void forward_plain(const RegimeCell *cell, BlockTheory *block) {
    double gain2 = cell->gain * cell->gain, layer = cell->norm ? PI / (PI - 1) : gain2 / 2;
    block->branch = layer * layer * (block->halves && !cell->norm ? 0.5 : 1);
    if (cell->zero_gamma) block->branch = 0;
}

static bool forward(const RegimeCell *cell, int blocks_a_stage, BlockTheory *blocks) {
    Population *p = calloc(1, sizeof *p);
    if (!p) return false;
    rng_init(&p->rng, SEED);
    for (int c = 0; c < CHANNELS; c++)
        for (int s = 0; s < SAMPLES; s++) p->x[c][s] = fmax(0, rng_normal(&p->rng));
    for (int b = 0; b < STAGES * blocks_a_stage; b++) {
        blocks[b].halves = b > 0 && b % blocks_a_stage == 0;
        if (cell->plain)
            forward_plain(cell, &blocks[b]);
        else
            forward_block(p, cell, &blocks[b]);
    }
    free(p);
    return true;
}

/* |g|^2 by pixel, summed over channels. */
typedef struct EnergyMap {
    int side;
    double e[SIDE][SIDE];
} EnergyMap;

static double total_of(const EnergyMap *map) {
    double sum = 0;
    for (int h = 0; h < map->side; h++)
        for (int w = 0; w < map->side; w++) sum += map->e[h][w];
    return sum;
}

static void scale(EnergyMap *map, double factor) {
    for (int h = 0; h < map->side; h++)
        for (int w = 0; w < map->side; w++) map->e[h][w] *= factor;
}

/* A 3x3 convolution, backward: a ninth to each of the pixels that were read; what was padding is lost. */
static EnergyMap spread(const EnergyMap *out, int stride) {
    EnergyMap in = {.side = out->side * stride};
    for (int h = 0; h < out->side; h++)
        for (int w = 0; w < out->side; w++)
            for (int tap = 0; tap < 9; tap++) {
                int y = h * stride + tap / 3 - 1, x = w * stride + tap % 3 - 1;
                if (y >= 0 && x >= 0 && y < in.side && x < in.side) in.e[y][x] += out->e[h][w] / 9;
            }
    return in;
}

/* Where the gradient is: on which pixels, and on which members of the population. Both add up to 1. */
typedef struct Energy {
    EnergyMap map;
    double e[CHANNELS][SAMPLES];
} Energy;

/* Multiplies every member by its mask; returns what is left of the 1, and how much of that the shortcut can
 * bring back. */
static double apply_masks(Energy *energy, const BlockTheory *block, double *old) {
    double left = 0;
    *old = 0;
    for (int c = 0; c < CHANNELS; c++)
        for (int s = 0; s < SAMPLES; s++) {
            energy->e[c][s] *= block->open[c][s];
            left += energy->e[c][s];
            if (!block->halves || c < CHANNELS / 2) *old += energy->e[c][s];
        }
    return left;
}

/* The shortcut passes each member on unchanged; the branch mixes them all. */
static void join_members(Energy *energy, const BlockTheory *block, double branch, double total) {
    if (block->halves)
        for (int c = CHANNELS - 1; c >= 0; c--)
            for (int s = 0; s < SAMPLES; s++) energy->e[c][s] = c % 2 == 0 ? energy->e[c / 2][s] : 0;
    for (int c = 0; c < CHANNELS; c++)
        for (int s = 0; s < SAMPLES; s++)
            energy->e[c][s] = (energy->e[c][s] + branch / (CHANNELS * SAMPLES)) / total;
}

/* Returns the factor of |g|^2. */
static double backward_block(Energy *energy, const RegimeCell *cell, const BlockTheory *block) {
    int stride = block->halves ? 2 : 1;
    EnergyMap *out = &energy->map, middle = spread(out, 1), in = spread(&middle, stride);
    double old = 0, left = cell->plain ? 1 : apply_masks(energy, block, &old);
    scale(&in, left * block->branch);
    double branch = total_of(&in), total = branch + old;
    for (int h = 0; h < out->side; h++)
        for (int w = 0; w < out->side; w++) in.e[h * stride][w * stride] += old * out->e[h][w];
    if (total > 0) {
        scale(&in, 1 / total);
        if (!cell->plain) join_members(energy, block, branch, total);
    }
    *out = in;
    return total;
}

/* The average at the end gives every pixel and every member the same. */
static void start_energy(Energy *energy) {
    energy->map.side = SIDE >> (STAGES - 1);
    for (int h = 0; h < energy->map.side; h++)
        for (int w = 0; w < energy->map.side; w++)
            energy->map.e[h][w] = 1.0 / (energy->map.side * energy->map.side);
    for (int c = 0; c < CHANNELS; c++)
        for (int s = 0; s < SAMPLES; s++) energy->e[c][s] = 1.0 / (CHANNELS * SAMPLES);
}

bool regime_predict(const RegimeCell *cell, int blocks_a_stage, double *log10_grad) {
    int count = STAGES * blocks_a_stage;
    BlockTheory *blocks = calloc((size_t)count, sizeof *blocks);
    Energy *energy = calloc(1, sizeof *energy);
    bool ok = blocks && energy && forward(cell, blocks_a_stage, blocks);
    if (ok) {
        start_energy(energy);
        log10_grad[count] = 0;
        for (int b = count - 1; b >= 0; b--)
            log10_grad[b] = log10_grad[b + 1] + log10(backward_block(energy, cell, &blocks[b])) / 2;
    }
    free(energy);
    free(blocks);
    return ok;
}

double regime_layer_factor(const RegimeCell *cell) {
    if (cell->zero_gamma) return cell->plain ? 0 : 1;
    if (!cell->plain) return cell->norm ? 1 : NAN;
    return cell->norm ? sqrt(PI / (PI - 1)) : cell->gain / sqrt(2);
}
