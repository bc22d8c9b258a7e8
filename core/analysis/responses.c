/* How strongly each 3x3 layer answers: the standard deviation of its output after batch norm, before addition
 * and activation, over pictures, positions and channels; in order and sorted, with skips and without. He et
 * al. 2015, figure 7: what residual layers add is small. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/base/integer.h"
#include "core/base/utf8.h"

enum { SIDES = 2, CHUNK = 16 }; /* pictures in one step */

/* Running sums of one layer's output: measured, and as batch norm's arithmetic says from its input. */
typedef struct Sums {
    double count, sum, square, said_sum, said_square;
} Sums;

typedef struct Side {
    const Network *network;
    PassConfig config;
    Sums *layers; /* one a row */
    int seen;     /* pictures */
    Pass *pass;   /* the last one, to be used again */
    bool begun;   /* it is on its way */
    int row;      /* of a pass that has been run: the next layer to be measured */
} Side;

typedef struct ResponsesState {
    const AnalysisInput *input;
    Side sides[SIDES];
    int side_count, rows, chunks;
    int *ops;         /* of each row in the first side's network: the 3x3 convolution */
    double *channels; /* two sums for each channel of the widest layer */
    AnalysisColumn columns[2 * SIDES];
    char sorted[SIDES][ANALYSIS_LABEL_MAX];
    Error err;
} ResponsesState;

static bool is_layer(const Network *network, int i) {
    const Op *op = &network->ops[i];
    return network_op_param(network, i, PARAM_CONV_WEIGHT) && op->kernel_h == 3 && op->kernel_w == 3 &&
           network_op_param(network, i + 1, PARAM_NORM_MEAN);
}

static void name_columns(ResponsesState *state) {
    for (int s = 0; s < state->side_count; s++) {
        const char *arch = state->sides[s].network->arch;
        ColumnSubject subject = state->sides[s].network->shortcut == '-' ? SUBJECT_PLAIN : SUBJECT_SKIP;
        utf8_format(state->sorted[s], ANALYSIS_LABEL_MAX, "%s sorted", arch);
        state->columns[s] = (AnalysisColumn){.name = arch,
                                             .unit = "std",
                                             .kind = COLUMN_NUMBER,
                                             .charted = true,
                                             .same_axis = s > 0,
                                             .subject = subject};
        state->columns[state->side_count + s] = (AnalysisColumn){.name = state->sorted[s],
                                                                 .unit = "std, largest first",
                                                                 .kind = COLUMN_NUMBER,
                                                                 .charted = true,
                                                                 .subject = subject,
                                                                 .same_axis = true};
    }
}

static bool responses_begin(void *memory, const AnalysisInput *input, Error *err) {
    ResponsesState *state = memory;
    const Network *network = input->model->network;
    state->input = input;
    state->side_count = input->twin ? 2 : 1;
    state->chunks = (input->image_count + CHUNK - 1) / CHUNK;
    int widest = 1;
    for (int i = 0; i < network->op_count; i++) widest = integer_max(widest, network->ops[i].out.c);
    state->ops = calloc((size_t)network->op_count, sizeof *state->ops);
    state->channels = calloc(2 * (size_t)widest, sizeof *state->channels);
    if (!state->ops || !state->channels) return error_set(err, ERROR_FAILED, "responses: not enough memory");
    for (int i = 0; i < network->op_count; i++)
        if (is_layer(network, i)) state->ops[state->rows++] = i;
    if (state->rows == 0)
        return error_set(err, ERROR_USAGE, "responses: %s has no 3x3 convolution with a batch norm behind it",
                         network->arch);
    for (int s = 0; s < state->side_count; s++) {
        Side *side = &state->sides[s];
        side->network = s == 0 ? network : input->twin->network;
        side->config = (PassConfig){.batch_statistics = input->batch_statistics};
        if (s == 0) side->config.skip = input->skip, side->config.lesioned = input->lesioned;
        side->layers = calloc((size_t)state->rows, sizeof *side->layers);
        if (!side->layers) return error_set(err, ERROR_FAILED, "responses: not enough memory");
    }
    name_columns(state);
    return true;
}

static int responses_total(const void *memory) {
    const ResponsesState *state = memory;
    return state->chunks * state->side_count;
}

static void add_to_sums(Sums *sums, Tensor y) {
    size_t count = shape_count(y.shape);
    for (size_t j = 0; j < count; j++) {
        double value = (double)y.data[j];
        sums->sum += value;
        sums->square += value * value;
    }
    sums->count += (double)count;
}

/* The same from the convolution's output x: a channel of mean m and variance v leaves batch norm with mean
 * gamma (m - mu) / sigma + beta and variance gamma^2 v / sigma^2. */
static void say(Sums *sums, const Pass *pass, int conv, double *channel_sums) {
    const Network *network = pass_network(pass);
    const Op *norm = &network->ops[conv + 1];
    Tensor x = pass_act(pass, conv);
    size_t channels = (size_t)x.shape.c, count = shape_count(x.shape) / channels;
    const real *gamma = network_const_values(network, &network->params[norm->param_first]),
               *beta = network_const_values(network, &network->params[norm->param_first + 1]);
    const real *mu = pass_norm_mean(pass, conv + 1), *scale = pass_norm_inv_std(pass, conv + 1);
    double *total = channel_sums, *squares = channel_sums + channels;
    memset(channel_sums, 0, 2 * channels * sizeof *channel_sums);
    for (size_t j = 0; j < count; j++)
        for (size_t c = 0; c < channels; c++) {
            double value = (double)x.data[j * channels + c];
            total[c] += value;
            squares[c] += value * value;
        }
    for (size_t c = 0; c < channels; c++) {
        double mean = total[c] / (double)count, slope = (double)gamma[c] * (double)scale[c];
        double out = slope * (mean - (double)mu[c]) + (double)beta[c];
        double variance = slope * slope * fmax(0, squares[c] / (double)count - mean * mean);
        sums->said_sum += (double)count * out;
        sums->said_square += (double)count * (variance + out * out);
    }
}

static AnalysisPart part_of(const ResponsesState *state, int number) {
    int first = number / state->side_count * CHUNK;
    return (AnalysisPart){first, integer_min(CHUNK, state->input->image_count - first)};
}

/* The pass op by op, then its layers one by one. */
static int responses_step(void *memory, int done) {
    ResponsesState *state = memory;
    Side *side = &state->sides[done % state->side_count];
    AnalysisPart part = part_of(state, done);
    if (!side->begun) {
        side->pass =
            analysis_open_forward(side->pass, state->input, side->network, side->config, part, &state->err);
        side->begun = side->pass != NULL;
        side->row = 0;
        return side->pass ? 0 : 1;
    }
    if (analysis_advance(side->pass)) return 0;
    int row = side->row++;
    int conv = network_find_op(side->network, state->input->model->network->ops[state->ops[row]].name);
    if (conv >= 0) {
        add_to_sums(&side->layers[row], pass_act(side->pass, conv + 1));
        say(&side->layers[row], side->pass, conv, state->channels);
    }
    if (side->row < state->rows) return 0;
    side->begun = false;
    side->seen += part.count;
    return 1;
}

/* Measuring takes a fifth of the time or so. */
static double responses_share(const void *memory, int done) {
    const ResponsesState *state = memory;
    const Side *side = &state->sides[done % state->side_count];
    double measured = (double)side->row / state->rows;
    double within = side->begun ? 0.8 * analysis_pass_share(side->pass) + 0.2 * measured : 0;
    return (done + within) / responses_total(state);
}

static double deviation(double count, double sum, double square) {
    double mean = sum / count;
    return count > 0 ? sqrt(fmax(0, square / count - mean * mean)) : NAN;
}

static int by_falling(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static bool fill_responses(const ResponsesState *state, AnalysisResult *result) {
    double *sorted = calloc((size_t)state->rows, sizeof *sorted);
    bool ok = sorted != NULL;
    for (int r = 0; ok && r < state->rows; r++)
        ok = analysis_table_add(&result->table, "%s", state->input->model->network->ops[state->ops[r]].name);
    for (int s = 0; ok && s < state->side_count; s++) {
        double *values = result->table.values + s;
        int columns = result->table.column_count;
        for (int r = 0; r < state->rows; r++) {
            const Sums *sums = &state->sides[s].layers[r];
            double said = deviation(sums->count, sums->said_sum, sums->said_square);
            sorted[r] = values[r * columns] = deviation(sums->count, sums->sum, sums->square);
            if (sorted[r] > 0) result->oracle_value = fmax(result->oracle_value, fabs(said / sorted[r] - 1));
        }
        qsort(sorted, (size_t)state->rows, sizeof *sorted, by_falling);
        for (int r = 0; r < state->rows; r++) values[r * columns + state->side_count] = sorted[r];
    }
    free(sorted);
    return ok;
}

/* The first 3x3 layer of a CIFAR network is its stem, before any skip: it is left out of the comparison. */
static void read_responses(const ResponsesState *state, AnalysisResult *result) {
    double mean[SIDES] = {0};
    int count = 0, smaller = 0;
    const Network *network = state->input->model->network;
    for (int r = 0; r < state->rows; r++) {
        if (network->ops[state->ops[r]].block < 0) continue;
        for (int s = 0; s < state->side_count; s++) mean[s] += analysis_table_get(&result->table, r, s);
        if (state->side_count == 2)
            smaller += analysis_table_get(&result->table, r, 0) < analysis_table_get(&result->table, r, 1);
        count++;
    }
    if (state->side_count == 1) {
        snprintf(result->reading, sizeof result->reading,
                 "The answers of the %d layers inside blocks have a spread of %.3g on average.", count,
                 mean[0] / count);
        return;
    }
    bool plain = network->shortcut == '-';
    int fewer = plain ? count - smaller : smaller;
    double ratio = plain ? mean[1] / mean[0] : mean[0] / mean[1];
    /* With statistics of the batch an untrained batch norm gives everything a deviation of 1. */
    bool alike = state->input->batch_statistics && fabs(ratio - 1) < 1e-3;
    utf8_format(
        result->reading, sizeof result->reading,
        "Inside the blocks the answers of %s have a spread of %.3g on average, those of %s of %.3g. With "
        "skips it is %.2f times that without, and smaller in %d of %d layers. He et al. 2015 (figure 7) "
        "found it smaller with skips: %s.",
        state->sides[0].network->arch, mean[0] / count, state->sides[1].network->arch, mean[1] / count, ratio,
        fewer, count,
        alike                            ? "here they are alike, as they must be where gamma is still 1"
        : ratio < 1 && 2 * fewer > count ? "this agrees"
        : ratio < 1 || 2 * fewer > count ? "this agrees in part"
                                         : "this does not agree");
}

static bool responses_report(const void *memory, int done, AnalysisResult *result) {
    const ResponsesState *state = memory;
    int seen = state->sides[state->side_count - 1].seen;
    analysis_table_begin(&result->table, "layer", state->columns, 2 * state->side_count);
    utf8_format(result->certainty, sizeof result->certainty,
                "sampled, n=%d pictures; std over pictures, positions and channels%s%s", seen,
                state->side_count == 2 ? "; beside it " : "",
                state->side_count == 2 ? state->input->twin_label : "");
    if (state->err.kind != ERROR_NONE || seen == 0) {
        utf8_copy(result->reading, sizeof result->reading,
                  state->err.kind != ERROR_NONE ? state->err.text : "Not begun.");
        return true;
    }
    if (!fill_responses(state, result)) return false;
    (void)done;
    read_responses(state, result);
    snprintf(
        result->oracle, sizeof result->oracle,
        "largest relative difference to what gamma, beta and the convolution's own mean and variance say");
    result->oracle_limit = 1e-4; /* a variance as a difference of float32 sums */
    return true;
}

static void responses_clear(void *memory) {
    ResponsesState *state = memory;
    for (int s = 0; s < SIDES; s++) {
        free(state->sides[s].layers);
        pass_free(state->sides[s].pass);
    }
    free(state->ops);
    free(state->channels);
}

const AnalysisSpec analysis_responses_spec = {
    .name = "responses",
    .title = "Response strengths",
    .sentence =
        "How strongly each 3x3 layer answers: where a skip carries what came in, a layer only has to say "
        "what is to be changed.",
    .math = "std over n, h, w, c of BN(conv3x3(x)), before addition and {F}",
    .source = "He et al. 2015, arXiv:1512.03385, section 4.2, figure 7",
    .wants = ANALYSIS_WANTS_PICTURES | ANALYSIS_WANTS_TWIN,
    .state_size = sizeof(ResponsesState),
    .begin = responses_begin,
    .total = responses_total,
    .step = responses_step,
    .share = responses_share,
    .report = responses_report,
    .clear = responses_clear,
};
