/* Shattered gradients: how much the gradient at one input says about the gradient at the next.
 *
 * Along a straight line between two pictures (a single one fades to the mean colour) the gradient of the loss
 * by the input is a sequence of vectors. Its autocorrelation at a lag is 1 where the gradient stays the same,
 * and that of white noise, about 0, where each point has a gradient of its own: then a step along the
 * gradient is a step in the dark. Balduzzi et al. 2017 show that at the start of training plain networks come
 * close to white noise as they get deeper, and residual ones do not.
 *
 * Batch norm uses running statistics, in random networks those of the pictures, so that each network is one
 * function of its input. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/gradient_line.h"
#include "core/base/integer.h"
#include "core/base/rng.h"
#include "core/base/utf8.h"

enum { LAGS = 21, LINES = 4, NETWORKS_MAX = 24, NOISES = 2 };

typedef struct Shattered {
    char name[ANALYSIS_LABEL_MAX];
    LineNetwork network;
    int done;             /* lines */
    double sum[LAGS];     /* of the autocorrelations */
    double squares[LAGS]; /* of them, for the error */
} Shattered;

typedef struct ShatteredState {
    const AnalysisInput *input;
    Shattered networks[NETWORKS_MAX + NOISES];
    int network_count, lines; /* the two last are noise */
    int targets[LINE_POINTS];
    GradientLine line;
    bool drawn;   /* the line's pictures are there */
    double *mean; /* of the gradients along the line */
} ShatteredState;

static Shattered *add_network(ShatteredState *state) {
    return &state->networks[state->network_count++];
}

static void plan_model(ShatteredState *state) {
    const Network *model = state->input->model->network;
    for (int plain = 0; plain < 2; plain++) {
        Shattered *network = add_network(state);
        Arch arch = arch_of(model->arch);
        char name[ARCH_NAME_MAX];
        network->network.twin = arch.plain != (plain == 1);
        arch.plain = plain == 1;
        arch_format(arch, name);
        utf8_format(network->name, sizeof network->name, "%s, %s", name,
                    network->network.twin ? "same weights" : state->input->weights_label);
    }
}

static void plan_depth(ShatteredState *state, int depth) {
    for (int plain = 0; plain < 2; plain++) {
        Shattered *network = add_network(state);
        Arch arch = arch_of(state->input->model->network->arch);
        char name[ARCH_NAME_MAX];
        arch.depth = depth;
        arch.plain = plain == 1;
        arch_format(arch, name);
        network->network.build = (AnalysisBuild){.arch = arch, .init = state->input->init};
        utf8_format(network->name, sizeof network->name, "%s, start", name);
    }
}

static bool plan(ShatteredState *state, Error *err) {
    static const int cifar[] = {8, 20, 56}, imagenet[] = {18};
    const AnalysisInput *input = state->input;
    bool small = resnet_is_cifar(input->model->network->arch);
    const int *depths = input->depth_count > 0 ? input->depths : small ? cifar : imagenet;
    int count = input->depth_count > 0 ? input->depth_count : small ? 3 : 1;
    if (2 * count + 2 > NETWORKS_MAX)
        return error_set(err, ERROR_USAGE, "shattered: expected at most %d depths, found %d",
                         NETWORKS_MAX / 2 - 1, count);
    if (!input->untrained) plan_model(state);
    for (int k = 0; k < count; k++) {
        AnalysisBuild build = {.arch = {.depth = depths[k]}, .init = input->init};
        Network *probe = analysis_build(&build, input->model->network, err);
        if (!probe) return false;
        network_free(probe);
        plan_depth(state, depths[k]);
    }
    snprintf(add_network(state)->name, ANALYSIS_LABEL_MAX, "brown noise");
    snprintf(add_network(state)->name, ANALYSIS_LABEL_MAX, "white noise");
    return true;
}

/* How many times the model's own depth the deepest network has, rounded up. */
static int times_deeper(const ShatteredState *state) {
    int own = arch_of(state->input->model->network->arch).depth, deepest = own;
    for (int k = 0; k < state->network_count; k++)
        deepest = integer_max(deepest, state->networks[k].network.build.arch.depth);
    return integer_divide_up(deepest, own);
}

static bool shattered_begin(void *memory, const AnalysisInput *input, Error *err) {
    ShatteredState *state = memory;
    state->input = input;
    if (input->skip != SKIP_NONE_REMOVED)
        return error_set(err, ERROR_USAGE,
                         "shattered: compares plain and residual itself: expected --without-skip none");
    if (!plan(state, err)) return false;
    int most = input->image_count <= 2 ? 1 : input->image_count;
    state->lines = input->samples > 0 ? input->samples : LINES;
    if (state->lines > most) state->lines = most;
    for (int k = 0; k < LINE_POINTS; k++)
        state->targets[k] = input->target_class >= 0 ? input->target_class : 0;
    state->line = (GradientLine){.input = input, .targets = state->targets};
    state->mean = calloc(shape_count(input->model->network->input), sizeof *state->mean);
    if (!state->mean) return error_set(err, ERROR_FAILED, "shattered: not enough memory");
    return gradient_line_open(&state->line, times_deeper(state), err);
}

static int shattered_total(const void *memory) {
    const ShatteredState *state = memory;
    return state->network_count * state->lines;
}

/* From a picture to the next one; a single one fades to the mean colour, which is 0. */
static void draw_line(ShatteredState *state, int line) {
    int count = state->input->image_count;
    const real *from = state->input->images + (size_t)line * state->line.size;
    const real *to =
        count > 1 ? state->input->images + (size_t)((line + 1) % count) * state->line.size : NULL;
    for (size_t k = 0; k < LINE_POINTS; k++)
        for (size_t j = 0; j < state->line.size; j++) {
            real t = (real)k / (LINE_POINTS - 1);
            state->line.pictures[k * state->line.size + j] = (1 - t) * from[j] + (to ? t * to[j] : 0);
        }
}

/* Noise in place of gradients: independent points, or a random walk. */
static void draw_noise(ShatteredState *state, bool walk, int line) {
    Rng rng;
    rng_init(&rng, state->input->seed + 977 * (unsigned)line + walk);
    for (size_t k = 0; k < LINE_POINTS * state->line.size; k++) {
        real before = walk && k >= state->line.size ? state->line.gradients[k - state->line.size] : 0;
        state->line.gradients[k] = before + (real)rng_normal(&rng);
    }
}

/* r(lag) = mean of <g_k - m, g_{k+lag} - m> over mean of |g_k - m|^2, with m the mean along the line. */
static void correlate(ShatteredState *state, double r[LAGS]) {
    real *g = state->line.gradients;
    const size_t size = state->line.size;
    memset(state->mean, 0, size * sizeof *state->mean);
    for (size_t k = 0; k < LINE_POINTS; k++)
        for (size_t j = 0; j < size; j++) state->mean[j] += (double)g[k * size + j] / LINE_POINTS;
    for (size_t k = 0; k < LINE_POINTS; k++)
        for (size_t j = 0; j < size; j++) g[k * size + j] -= (real)state->mean[j];
    for (int lag = 0; lag < LAGS; lag++) {
        double sum = 0;
        for (int k = 0; k + lag < LINE_POINTS; k++)
            sum += tensor_dot(g + (size_t)k * state->line.size, g + (size_t)(k + lag) * state->line.size,
                              state->line.size);
        r[lag] = sum / (LINE_POINTS - lag);
    }
    for (int lag = LAGS - 1; lag >= 0; lag--) r[lag] = r[0] > 0 ? r[lag] / r[0] : NAN;
}

/* A piece of the line's way through the network; true when its gradients are there. */
static bool run_line(ShatteredState *state, int which, int line) {
    gradient_line_set_network(&state->line, which, &state->networks[which].network);
    if (!state->drawn) draw_line(state, line);
    state->drawn = !gradient_line_step(&state->line);
    return !state->drawn;
}

/* One line through one network. */
static int shattered_step(void *memory, int done) {
    ShatteredState *state = memory;
    int which = done / state->lines, line = done % state->lines, noise = which - state->network_count;
    Shattered *network = &state->networks[which];
    double r[LAGS];
    if (noise >= -NOISES)
        draw_noise(state, noise == -NOISES, line);
    else if (!run_line(state, which, line))
        return 0;
    if (state->line.err.kind != ERROR_NONE) return 1;
    correlate(state, r);
    for (int lag = 0; lag < LAGS; lag++) {
        network->sum[lag] += r[lag];
        network->squares[lag] += r[lag] * r[lag];
    }
    network->done++;
    return 1;
}

/* A network works in proportion to its depth; noise takes no time beside it. */
static double work_of(const ShatteredState *state, int which) {
    int depth = state->networks[which].network.build.arch.depth;
    if (which >= state->network_count - NOISES) return 0.1;
    return depth > 0 ? depth : arch_of(state->input->model->network->arch).depth;
}

static double shattered_share(const void *memory, int done) {
    const ShatteredState *state = memory;
    double total = 0, behind = 0;
    for (int which = 0; which < state->network_count; which++) {
        total += work_of(state, which) * state->lines;
        behind += work_of(state, which) * integer_clamp(done - which * state->lines, 0, state->lines);
    }
    return (behind + work_of(state, done / state->lines) * gradient_line_share(&state->line)) / total;
}

enum { COLUMN_FIRST, COLUMN_ERROR, COLUMN_FOURTH, COLUMN_LAST, COLUMN_HALF, COLUMNS };

static const AnalysisColumn columns[COLUMNS] = {
    [COLUMN_FIRST] = {.name = "lag 1/64",
                      .unit = "autocorrelation",
                      .plain = "alike at neighbouring points",
                      .kind = COLUMN_SIGNED,
                      .charted = true},
    [COLUMN_ERROR] = {.name = "±", .unit = "standard error over lines", .kind = COLUMN_NUMBER, .error = true},
    [COLUMN_FOURTH] = {.name = "lag 4/64", .unit = "autocorrelation", .kind = COLUMN_SIGNED},
    [COLUMN_LAST] = {.name = "lag 20/64", .unit = "autocorrelation", .kind = COLUMN_SIGNED},
    [COLUMN_HALF] = {.name = "half at", .unit = "lag where it is 1/2, in 1/64", .kind = COLUMN_NUMBER},
};

static double mean_of(const Shattered *network, int lag) {
    return network->sum[lag] / network->done;
}

/* Between the lags; NaN when it stays above. */
static double half_of(const Shattered *network) {
    for (int lag = 1; lag < LAGS; lag++) {
        double before = mean_of(network, lag - 1), here = mean_of(network, lag);
        if (here < 0.5) return lag - 1 + (before - 0.5) / (before - here);
    }
    return NAN;
}

static bool report_network(const Shattered *network, AnalysisTable *table) {
    double *row = analysis_table_add(table, "%s", network->name);
    if (!row) return false;
    int n = network->done;
    double spread = network->squares[1] / n - mean_of(network, 1) * mean_of(network, 1);
    row[COLUMN_FIRST] = mean_of(network, 1);
    if (n > 1) row[COLUMN_ERROR] = sqrt(fmax(spread, 0) / (n - 1));
    row[COLUMN_FOURTH] = mean_of(network, 4);
    row[COLUMN_LAST] = mean_of(network, LAGS - 1);
    row[COLUMN_HALF] = half_of(network);
    for (int lag = 0; lag < LAGS; lag++)
        analysis_table_strip(table, table->row_count - 1)[lag] = mean_of(network, lag);
    return true;
}

/* "plain 0.91 0.62 0.20, residual 0.95 0.90 0.85" at lag 1. */
static void read_networks(const ShatteredState *state, AnalysisResult *result) {
    char *out = result->reading;
    size_t size = sizeof result->reading, used = 0;
    used += (size_t)snprintf(
        out, size, "How alike the gradient is at two neighbouring points (1: the same, 0: unrelated)");
    for (int plain = 0; plain < 2; plain++) {
        int known = 0;
        used += utf8_format(out + used, size - used, "%s",
                            plain ? "; plain networks:" : ": networks with skips:");
        for (int k = plain; k < state->network_count - NOISES && used < size; k += 2)
            if (state->networks[k].done > 0)
                used += utf8_format(out + used, size - used, "%s %.2f", known++ > 0 ? "," : "",
                                    mean_of(&state->networks[k], 1));
        if (known == 0 && used < size) used += utf8_format(out + used, size - used, " not yet");
    }
    if (used < size)
        snprintf(out + used, size - used,
                 ". In the order of the table; the closer to 0, the more it is like noise.");
    utf8_copy(result->remark, sizeof result->remark,
              "The numbers are the autocorrelation at lag 1, which is 1/64 of the line.");
}

/* White noise through the same arithmetic: minus 1/(points - 1) because its own mean was taken out. */
static double noise_error(const ShatteredState *state) {
    const Shattered *white = &state->networks[state->network_count - 1];
    double worst = 0;
    for (int k = 0; k < state->network_count; k++)
        if (state->networks[k].done > 0) worst = fmax(worst, fabs(mean_of(&state->networks[k], 0) - 1));
    for (int lag = 1; lag < LAGS && white->done > 0; lag++)
        worst = fmax(worst, fabs(mean_of(white, lag) + 1.0 / (LINE_POINTS - 1)));
    return worst;
}

static bool shattered_report(const void *memory, int done, AnalysisResult *result) {
    const ShatteredState *state = memory;
    (void)done;
    analysis_say_init(result, &state->input->init);
    analysis_table_begin(&result->table, "network", columns, COLUMNS);
    analysis_table_set_strip(&result->table, (AnalysisStrip){.name = "lags 0 to 20/64",
                                                             .unit = "autocorrelation",
                                                             .kind = COLUMN_NUMBER,
                                                             .width = LAGS});
    for (int k = 0; k < state->network_count; k++)
        if (state->networks[k].done > 0 && !report_network(&state->networks[k], &result->table)) return false;
    read_networks(state, result);
    if (state->line.err.kind != ERROR_NONE)
        utf8_copy(result->reading, sizeof result->reading, state->line.err.text);
    utf8_format(result->certainty, sizeof result->certainty,
                "sampled, n=%d line%s of %d points, one seed; loss of class %d; running statistics",
                state->lines, state->lines == 1 ? "" : "s", LINE_POINTS, state->targets[0]);
    snprintf(result->oracle, sizeof result->oracle,
             "|autocorrelation at lag 0 - 1|, and of white noise at lags 1 to 20 from -1/64, worst");
    result->oracle_value = noise_error(state);
    /* Five standard deviations of a mean over points and pixels. */
    result->oracle_limit = 5 / sqrt((double)(LINE_POINTS - LAGS) * (double)state->line.size);
    return true;
}

static void shattered_clear(void *memory) {
    ShatteredState *state = memory;
    gradient_line_close(&state->line);
    free(state->mean);
}

const AnalysisSpec analysis_shattered_spec = {
    .name = "shattered",
    .title = "Shattered gradients",
    .sentence = "How fast the gradient forgets on the way from one picture to another: smooth in residual "
                "networks, closer to noise in deep plain ones.",
    .math = "r(lag) = Σ <g_k − m, g_{k+lag} − m> / Σ |g_k − m|²;  g_k = ∂L/∂x at x_k = (1−t_k)·a + t_k·b",
    .source = "Balduzzi et al. 2017, arXiv:1702.08591, section 2 and figure 1",
    .wants = ANALYSIS_WANTS_PICTURES,
    .state_size = sizeof(ShatteredState),
    .begin = shattered_begin,
    .total = shattered_total,
    .step = shattered_step,
    .share = shattered_share,
    .report = shattered_report,
    .clear = shattered_clear,
};
