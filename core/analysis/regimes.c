/* Vanishing or exploding: the gradient by depth at the start of training, for every combination of skips,
 * batch norm and initialisation, with what theory says beside it.
 *
 * A layer's factor is the slope of log10|g| over the layers, fitted with one slope and an offset for each
 * stage; the first block of a later stage, which changes the shape, and the last of all, after whose ReLU
 * nothing has been masked yet, are left out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/networks.h"
#include "core/analysis/regime_runs.h"
#include "core/analysis/regime_theory.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"

enum { CELLS = 10, DEPTHS_MAX = 8, STAGES = 3, LAYERS_A_BLOCK = 2, SEEDS = 5, REGIME_STRIP = 27 };

typedef struct Kind {
    RegimeCell theory;
    const char *name;
    InitKind init;
} Kind;

/* sqrt(2): He. */
static const double HE = 1.41421356237309504880;

static const Kind kinds[CELLS] = {
    {{.plain = true, .gain = HE}, "plain, no BN, He", INIT_HE},
    {{.plain = true, .gain = 1}, "plain, no BN, gain 1", INIT_GAIN},
    {{.plain = true, .norm = true, .gain = HE}, "plain, BN, He", INIT_HE},
    {{.plain = true, .norm = true, .gain = 1}, "plain, BN, gain 1", INIT_GAIN},
    {{.plain = true, .norm = true, .zero_gamma = true, .gain = HE}, "plain, BN, zero γ", INIT_ZERO_GAMMA},
    {{.gain = HE}, "skip, no BN, He", INIT_HE},
    {{.gain = 1}, "skip, no BN, gain 1", INIT_GAIN},
    {{.norm = true, .gain = HE}, "skip, BN, He", INIT_HE},
    {{.norm = true, .gain = 1}, "skip, BN, gain 1", INIT_GAIN},
    {{.norm = true, .zero_gamma = true, .gain = HE}, "skip, BN, zero γ", INIT_ZERO_GAMMA},
};

typedef struct RegimeRow {
    int kind, depth, blocks, done;
    double *log10_grad; /* mean over the seeds: at the input of every block and after the last */
    double *theory;     /* the same, predicted */
    double *factors;    /* a layer's, of each seed */
    double *declines;   /* how much less it is in the last stage, of each seed; see grows_ever_less */
    bool dead;
} RegimeRow;

typedef struct RegimesState {
    const AnalysisInput *input;
    RegimeRow rows[DEPTHS_MAX * CELLS];
    int row_count, seeds;
    double *points; /* of one run */
    int *targets;
    RegimeRuns runs;
    Error err;
} RegimesState;

static bool plan_row(RegimesState *state, int kind, int depth) {
    RegimeRow *row = &state->rows[state->row_count++];
    *row = (RegimeRow){.kind = kind, .depth = depth, .blocks = (depth - 2) / LAYERS_A_BLOCK};
    row->log10_grad = calloc((size_t)row->blocks + 1, sizeof(double));
    row->theory = calloc((size_t)row->blocks + 1, sizeof(double));
    row->factors = calloc((size_t)state->seeds, sizeof(double));
    row->declines = calloc((size_t)state->seeds, sizeof(double));
    return row->log10_grad && row->theory && row->factors && row->declines &&
           regime_predict(&kinds[kind].theory, row->blocks / STAGES, row->theory);
}

static bool check_depth(const AnalysisInput *input, int depth, Error *err) {
    char name[ARCH_NAME_MAX];
    arch_format((Arch){.depth = depth}, name);
    if (resnet_is_cifar(name) && resnet_is_cifar(input->model->network->arch)) return true;
    return error_set(
        err, ERROR_USAGE,
        "regimes: expected networks of depth 6n+2 for 32x32 pictures, found %s with a depth of %d",
        input->model->network->arch, depth);
}

/* Not the predicted classes: where activations explode the network is so sure of its prediction that the
 * gradient of the loss is 0. */
static void choose_targets(RegimesState *state) {
    const AnalysisInput *input = state->input;
    for (int n = 0; n < input->image_count; n++)
        state->targets[n] = input->targets ? input->targets[n] : n % network_answers(input->model->network);
}

static RegimeRow *row_of(RegimesState *state, int number) {
    return &state->rows[number / state->seeds];
}

static AnalysisBuild build_of(void *context, int number) {
    RegimesState *state = context;
    const RegimeRow *row = row_of(state, number);
    const Kind *kind = &kinds[row->kind];
    return (AnalysisBuild){
        .arch = {.depth = row->depth, .plain = kind->theory.plain, .norm_free = !kind->theory.norm},
        .init = {.kind = kind->init,
                 .gain = kind->theory.gain,
                 .seed = state->input->seed + (unsigned)(number % state->seeds)}};
}

static int regimes_total(const void *memory) {
    const RegimesState *state = memory;
    return state->row_count * state->seeds;
}

/* The blocks between which one stage's gradients are compared. */
typedef struct Span {
    int from, to;
} Span;

static Span stage_span(int stage, int blocks) {
    int n = blocks / STAGES;
    return (Span){.from = stage * n + (stage > 0), .to = (stage + 1) * n - (stage == STAGES - 1)};
}

/* log10 of a layer's factor in one stage; NaN where its blocks are too few. */
static double stage_slope(const double *points, int blocks, int stage) {
    Span span = stage_span(stage, blocks);
    if (span.to <= span.from) return NAN;
    return (points[span.from] - points[span.to]) / (span.to - span.from) / LAYERS_A_BLOCK;
}

/* Least squares with one slope and an offset for each stage; the slope is by block, backwards. */
static double fit_slope(const double *points, int blocks) {
    double xy = 0, xx = 0;
    for (int s = 0; s < STAGES; s++) {
        Span span = stage_span(s, blocks);
        double mean = 0, middle = (span.from + span.to) / 2.0;
        for (int b = span.from; b <= span.to; b++) mean += points[b] / (span.to - span.from + 1);
        for (int b = span.from; b <= span.to; b++) {
            xy += (middle - b) * (points[b] - mean);
            xx += (middle - b) * (middle - b);
        }
    }
    return xy / xx;
}

static double layer_factor(const double *points, int blocks) {
    return isfinite(points[0]) ? pow(10, fit_slope(points, blocks) / LAYERS_A_BLOCK) : 0;
}

/* Two thirds of what a layer adds in the first stage, less what it adds in the last. What borders take away,
 * more on the last stage's small maps, is left out: it is what theory leaves of He's plain network. */
static double decline_of(const RegimeRow *row, const double *points) {
    enum { FIRST = 0, LAST = STAGES - 1 };
    const double *border = (row - row->kind)->theory;
    double early = stage_slope(points, row->blocks, FIRST) - stage_slope(border, row->blocks, FIRST);
    double late = stage_slope(points, row->blocks, LAST) - stage_slope(border, row->blocks, LAST);
    return early * 2 / 3 - late;
}

/* `norms`: |g| at the input of every block and after the last. */
static void read_norms(void *context, int number, const double *norms) {
    RegimesState *state = context;
    RegimeRow *row = row_of(state, number);
    for (int b = 0; b <= row->blocks; b++) {
        state->points[b] = log10(norms[b]);
        row->dead = row->dead || norms[b] == 0;
        row->log10_grad[b] += (state->points[b] - row->log10_grad[b]) / (row->done + 1);
    }
    row->declines[row->done] = decline_of(row, state->points);
    row->factors[row->done++] = layer_factor(state->points, row->blocks);
}

static bool regimes_begin(void *memory, const AnalysisInput *input, Error *err) {
    RegimesState *state = memory;
    int own = arch_of(input->model->network->arch).depth, deepest = 0;
    const int *depths = input->depth_count > 0 ? input->depths : &own;
    int count = input->depth_count > 0 ? input->depth_count : 1;
    const OpSpec *activation = network_activation(input->model->network);
    if (!activation->activation->has_gates)
        return error_set(
            err, ERROR_USAGE,
            "regimes: what theory says here, it says of ReLU; %s has %s: expected a network with ReLU",
            input->model->network->arch, activation->title);
    state->input = input;
    state->seeds = input->samples > 0 ? input->samples : SEEDS;
    if (count > DEPTHS_MAX)
        return error_set(err, ERROR_USAGE, "regimes: expected at most %d depths, found %d", DEPTHS_MAX,
                         count);
    for (int k = 0; k < count; k++) {
        if (!check_depth(input, depths[k], err)) return false;
        if (depths[k] > deepest) deepest = depths[k];
    }
    state->points = calloc((size_t)deepest, sizeof *state->points);
    state->targets = calloc((size_t)input->image_count, sizeof *state->targets);
    bool ok = state->points && state->targets;
    if (ok) choose_targets(state);
    for (int k = 0; k < count; k++)
        for (int kind = 0; kind < CELLS; kind++) ok = ok && plan_row(state, kind, depths[k]);
    state->runs = (RegimeRuns){.input = input,
                               .targets = state->targets,
                               .count = state->row_count * state->seeds,
                               .deepest = deepest,
                               .build_of = build_of,
                               .found = read_norms,
                               .context = state};
    ok = ok && regime_runs_open(&state->runs);
    return ok || error_set(err, ERROR_FAILED, "regimes: not enough memory");
}

static int regimes_step(void *memory, int done) {
    RegimesState *state = memory;
    if (state->err.kind != ERROR_NONE) return 1;
    return regime_runs_step(&state->runs, done, &state->err);
}

/* A network works in proportion to its depth. */
static double regimes_share(const void *memory, int done) {
    const RegimesState *state = memory;
    double total = 0, behind = 0;
    for (int k = 0; k < state->row_count; k++) {
        int here = integer_clamp(done - k * state->seeds, 0, state->seeds);
        total += (double)state->rows[k].depth * state->seeds;
        behind += (double)state->rows[k].depth * here;
    }
    return (behind + state->rows[done / state->seeds].depth * regime_runs_share(&state->runs)) / total;
}

enum {
    COLUMN_FACTOR,
    COLUMN_ERROR,
    COLUMN_THEORY,
    COLUMN_LIMIT,
    COLUMN_EARLY,
    COLUMN_LATE,
    COLUMN_WHOLE,
    COLUMN_WHOLE_THEORY,
    COLUMNS
};

static const AnalysisColumn columns[COLUMNS] = {
    [COLUMN_FACTOR] = {.name = "a layer",
                       .unit = "factor of |g|",
                       .plain = "multiplied at each layer by",
                       .kind = COLUMN_NUMBER},
    [COLUMN_ERROR] = {.name = "±", .unit = "standard error over seeds", .kind = COLUMN_NUMBER},
    [COLUMN_THEORY] = {.name = "theory", .unit = "factor, on these maps", .kind = COLUMN_NUMBER},
    [COLUMN_LIMIT] = {.name = "deep limit", .unit = "factor, without borders", .kind = COLUMN_NUMBER},
    [COLUMN_EARLY] = {.name = "stage 1", .unit = "factor of |g| a layer", .kind = COLUMN_NUMBER},
    [COLUMN_LATE] = {.name = "stage 3", .unit = "factor of |g| a layer", .kind = COLUMN_NUMBER},
    [COLUMN_WHOLE] = {.name = "first/last", .unit = "of |g|", .kind = COLUMN_LOG, .charted = true},
    [COLUMN_WHOLE_THEORY] = {.name = "theory f/l", .unit = "of |g|", .kind = COLUMN_LOG},
};

/* Mean over the seeds, and its standard error; NaN of one seed. */
static double mean_of(const double *values, int count, double *error) {
    double sum = 0, squares = 0;
    for (int k = 0; k < count; k++) sum += values[k] / count;
    for (int k = 0; k < count; k++) squares += pow(values[k] - sum, 2);
    *error = count > 1 ? sqrt(squares / (count - 1) / count) : NAN;
    return sum;
}

/* Measured, not assumed: in the last stage a layer adds less than two thirds of what it adds in the first, by
 * more than chance. */
static bool grows_ever_less(const RegimeRow *row) {
    double error, decline = mean_of(row->declines, row->done, &error);
    return decline > (row->done > 1 ? 2 * error : 0);
}

static const char *verdict_of(const RegimeRow *row, double factor) {
    if (row->dead) return "dead";
    if (factor > 1.03 && grows_ever_less(row)) return "sub-exponential";
    return factor < 0.9     ? "vanishes"
           : factor < 0.97  ? "fades"
           : factor <= 1.03 ? "keeps"
           : factor <= 1.1  ? "grows"
                            : "explodes";
}

static double mean_factor(const RegimeRow *row, double *error) {
    return mean_of(row->factors, row->done, error);
}

static void fill_strip(double *strip, const RegimeRow *row) {
    int width = row->blocks < REGIME_STRIP ? row->blocks : REGIME_STRIP;
    for (int k = 0; k < width; k++) {
        int from = k * row->blocks / width, to = (k + 1) * row->blocks / width;
        double sum = 0;
        for (int b = from; b < to; b++) sum += row->log10_grad[b] / (to - from);
        if (isfinite(sum)) strip[k] = pow(10, sum);
    }
}

static bool report_row(const RegimeRow *row, AnalysisTable *table) {
    double error, factor = mean_factor(row, &error);
    double *values =
        analysis_table_add(table, "%d %s: %s", row->depth, kinds[row->kind].name, verdict_of(row, factor));
    if (!values) return false;
    values[COLUMN_FACTOR] = factor;
    values[COLUMN_ERROR] = error;
    values[COLUMN_THEORY] = layer_factor(row->theory, row->blocks);
    values[COLUMN_LIMIT] = regime_layer_factor(&kinds[row->kind].theory);
    if (!row->dead) {
        values[COLUMN_EARLY] = pow(10, stage_slope(row->log10_grad, row->blocks, 0));
        values[COLUMN_LATE] = pow(10, stage_slope(row->log10_grad, row->blocks, STAGES - 1));
    }
    values[COLUMN_WHOLE] = row->dead ? 0 : pow(10, row->log10_grad[0] - row->log10_grad[row->blocks]);
    values[COLUMN_WHOLE_THEORY] = pow(10, row->theory[0]);
    fill_strip(analysis_table_strip(table, table->row_count - 1), row);
    return true;
}

/* The worst relative difference between measured and predicted factor among the networks without batch norm,
 * where theory assumes nothing but many channels; and the standard error, pooled over them. */
static double worst_difference(const RegimesState *state, double *pooled) {
    double worst = 0, squares = 0;
    int count = 0;
    for (int k = 0; k < state->row_count; k++) {
        const RegimeRow *row = &state->rows[k];
        double error, theory = layer_factor(row->theory, row->blocks);
        if (row->done < 2 || kinds[row->kind].theory.norm) continue;
        double factor = mean_factor(row, &error);
        worst = fmax(worst, fabs(factor / theory - 1));
        squares += pow(error / theory, 2);
        count++;
    }
    *pooled = count > 0 ? sqrt(squares / count) : 0;
    return worst;
}

/* "Vanishes: plain, no BN, gain 1 (0.690)." for those of the last depth of that verdict. */
static void read_verdict(const RegimesState *state, const char *verdict, const char *title,
                         AnalysisResult *result) {
    char *out = result->reading;
    size_t size = sizeof result->reading;
    bool first = true;
    const RegimeRow *rows = &state->rows[state->row_count - CELLS];
    for (int k = 0; k < CELLS; k++) {
        double error, factor = mean_factor(&rows[k], &error);
        if (rows[k].done == 0 || strcmp(verdict_of(&rows[k], factor), verdict) != 0) continue;
        const Kind *kind = &kinds[rows[k].kind];
        bool zero = kind->init == INIT_ZERO_GAMMA;
        utf8_append(out, size, "%s%s (%.3f)", first ? title : "; ",
                    !zero                ? kind->name
                    : kind->theory.plain ? "plain, BN, gamma 0"
                                         : "skip, BN, gamma 0",
                    factor);
        first = false;
    }
    if (!first) utf8_append(out, size, ". ");
}

static void read_rows(const RegimesState *state, AnalysisResult *result) {
    static const char *const verdicts[][2] = {
        {"dead", "Dead: "},        {"vanishes", "Vanishes: "},
        {"fades", "Fades: "},      {"keeps", "Keeps: "},
        {"grows", "Grows: "},      {"sub-exponential", "Grows, but ever less from stage to stage: "},
        {"explodes", "Explodes: "}};
    snprintf(result->reading, sizeof result->reading,
             "At depth %d. In brackets: by what the gradient's length is multiplied at each layer on its way "
             "back. ",
             state->rows[state->row_count - 1].depth);
    for (size_t k = 0; k < sizeof verdicts / sizeof *verdicts; k++)
        read_verdict(state, verdicts[k][0], verdicts[k][1], result);
}

/* The rows say how networks are initialised; the seeds are consecutive. */
static void say_subject(const RegimesState *state, AnalysisResult *result) {
    char seeds[64];
    snprintf(seeds, sizeof seeds, "seeds from %llu", state->input->seed);
    analysis_say_fresh(result, NULL, seeds);
}

static bool regimes_report(const void *memory, int done, AnalysisResult *result) {
    const RegimesState *state = memory;
    say_subject(state, result);
    analysis_table_begin(&result->table, "regime", columns, COLUMNS);
    analysis_table_set_strip(
        &result->table,
        (AnalysisStrip){.name = "|g| by block", .unit = "L2", .kind = COLUMN_LOG, .width = REGIME_STRIP});
    for (int k = 0; k < state->row_count; k++)
        if (state->rows[k].done > 0 && !report_row(&state->rows[k], &result->table)) return false;
    if (done == regimes_total(state))
        read_rows(state, result);
    else
        snprintf(result->reading, sizeof result->reading,
                 "Not finished: the rows that are missing have not been run.");
    if (state->err.kind != ERROR_NONE) utf8_copy(result->reading, sizeof result->reading, state->err.text);
    snprintf(result->certainty, sizeof result->certainty,
             "sampled, n=%d seeds each, one batch of %d picture%s; at the start of training only",
             state->seeds, state->input->image_count, state->input->image_count == 1 ? "" : "s");
    double pooled;
    result->oracle_value = worst_difference(state, &pooled);
    if (pooled > 0) /* of one seed there is no error, and nothing to hold theory against */
        snprintf(result->oracle, sizeof result->oracle,
                 "|measured / theory - 1| of a layer without BN, worst");
    result->oracle_limit = 0.02 + 3 * pooled; /* 16 to 64 channels are not infinitely many; sampling error */
    return true;
}

static void regimes_clear(void *memory) {
    RegimesState *state = memory;
    for (int k = 0; k < state->row_count; k++) {
        free(state->rows[k].log10_grad);
        free(state->rows[k].theory);
        free(state->rows[k].factors);
        free(state->rows[k].declines);
    }
    regime_runs_close(&state->runs);
    free(state->points);
    free(state->targets);
}

const AnalysisSpec analysis_regimes_spec = {
    .name = "regimes",
    .title = "Regimes",
    .sentence =
        "Where gradients vanish, keep their size or explode at the start of training: with and "
        "without skips and batch norm, and with two kinds of random weights, beside what theory says.",
    .math = "|g| a layer: gain/√2 plain;  √(π/(π−1)) = 1.211 plain with BN;  residual: √(d·(1+B)) a block",
    .source = "He et al. 2015, arXiv:1502.01852; Yang et al. 2019, arXiv:1902.08129; Yang & Schoenholz 2017, "
              "arXiv:1712.08969 (residual)",
    .wants = ANALYSIS_WANTS_PICTURES,
    .state_size = sizeof(RegimesState),
    .begin = regimes_begin,
    .total = regimes_total,
    .step = regimes_step,
    .share = regimes_share,
    .report = regimes_report,
    .clear = regimes_clear,
};
