/* What is lost with a block: each block taken out once, and k random ones, in the residual network and in the
 * plain one. Without a block the signal takes the way of its shortcut alone: y = f(S(x)). A plain network
 * that loses a block is given that same way there and nowhere else. Veit et al. 2016, section 4: a residual
 * network hardly notices, a plain one is destroyed. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/base/rng.h"
#include "core/base/utf8.h"

enum { SIDES = 2, CHUNK = 16, DRAWS = 5, SIZES_MAX = 6 };

/* What one choice of lost blocks did to one network. */
typedef struct Tally {
    int seen, right;
    double change, change_square; /* of the losses, picture by picture, against the intact network's */
} Tally;

typedef struct Side {
    const char *name;
    const Network *network;  /* a residual one, that can lose blocks */
    const Network *original; /* as given */
    Model *owned;            /* the residual form of a plain network, or NULL */
    int *truth;              /* a picture's class: its label, or what the intact network says */
    double *losses;          /* of the intact network */
    Tally *tallies;          /* one a choice */
    double difference;       /* between intact and original: the oracle */
    Pass *pass;              /* of the choice that is tried, for all pictures */
    int choice;
} Side;

typedef struct LesionsState {
    const AnalysisInput *input;
    Side sides[SIDES];
    int side_count, blocks, chunks, draws;
    int sizes[SIZES_MAX], size_count; /* how many blocks the random choices take */
    int choices;                      /* intact, each block, draws of each size */
    bool *lost;                       /* choices x blocks */
    bool labelled;                    /* all pictures' classes are known */
    AnalysisColumn columns[1 + 4 * SIDES];
    char names[4 * SIDES][ANALYSIS_LABEL_MAX];
    Error err;
} LesionsState;

static void choose_sizes(LesionsState *state) {
    static const int sizes[SIZES_MAX] = {2, 3, 5, 8, 12, 20};
    for (int k = 0; k < SIZES_MAX && sizes[k] < state->blocks; k++)
        state->sizes[state->size_count++] = sizes[k];
}

/* Each draw takes its own k blocks out of all, independently of the other draws. */
static bool choose_blocks(LesionsState *state) {
    int n = state->blocks, *order = calloc((size_t)n, sizeof *order), at = 1 + n;
    state->lost = calloc((size_t)state->choices * (size_t)n, sizeof *state->lost);
    bool ok = order && state->lost;
    Rng rng;
    rng_init(&rng, state->input->seed);
    for (int b = 0; ok && b < n; b++) {
        state->lost[(1 + b) * n + b] = true;
        order[b] = b;
    }
    for (int k = 0; ok && k < state->size_count; k++)
        for (int draw = 0; draw < state->draws; draw++, at++) {
            rng_shuffle(&rng, order, n);
            for (int j = 0; j < state->sizes[k]; j++) state->lost[at * n + order[j]] = true;
        }
    free(order);
    return ok;
}

static bool open_side(LesionsState *state, Side *side, const Model *model, Error *err) {
    size_t images = (size_t)state->input->image_count;
    side->name = model->network->arch;
    side->original = side->network = model->network;
    if (model->network->shortcut == '-') {
        side->owned = model_new_twin(model, err);
        if (!side->owned) return false;
        side->network = side->owned->network;
    }
    side->truth = calloc(images, sizeof *side->truth);
    side->losses = calloc(images, sizeof *side->losses);
    side->tallies = calloc((size_t)state->choices, sizeof *side->tallies);
    return (side->truth && side->losses && side->tallies) ||
           error_set(err, ERROR_FAILED, "lesions: not enough memory");
}

static void name_columns(LesionsState *state) {
    static const char *const words[] = {"right", "right +-", "loss +", "loss +-"};
    state->columns[0] = (AnalysisColumn){.name = "n", .unit = "", .kind = COLUMN_COUNT};
    for (int k = 0; k < 4 * state->side_count; k++) {
        bool accuracy = k % 4 < 2, figure = k % 2 == 0;
        snprintf(state->names[k], ANALYSIS_LABEL_MAX, "%s%s", k < 4 ? "" : "other ", words[k % 4]);
        state->columns[1 + k] =
            (AnalysisColumn){.name = state->names[k],
                             .unit = state->sides[k / 4].name,
                             .plain = !(accuracy && figure) ? NULL
                                      : k < 4               ? "right"
                                                            : "right in the other",
                             .kind = accuracy ? COLUMN_SHARE : COLUMN_SIGNED,
                             .charted = accuracy && figure,
                             .error = !figure,
                             .same_axis = k >= 4,
                             .subject = state->sides[k / 4].owned ? SUBJECT_PLAIN : SUBJECT_SKIP};
    }
}

static bool all_labelled(const AnalysisInput *input) {
    for (int n = 0; n < input->image_count; n++)
        if (!input->labels || input->labels[n] < 0) return false;
    return true;
}

static bool lesions_begin(void *memory, const AnalysisInput *input, Error *err) {
    LesionsState *state = memory;
    state->input = input;
    if (input->skip != SKIP_NONE_REMOVED)
        return error_set(err, ERROR_USAGE,
                         "lesions: they are compared with the intact network: expected skips as built");
    state->blocks = input->model->network->block_count;
    state->chunks = (input->image_count + CHUNK - 1) / CHUNK;
    state->draws = input->samples > 0 ? input->samples : DRAWS;
    state->labelled = all_labelled(input);
    choose_sizes(state);
    state->choices = 1 + state->blocks + state->size_count * state->draws;
    state->side_count = input->twin ? 2 : 1;
    int64_t passes = (int64_t)state->choices * state->chunks * state->side_count;
    if (passes > INT_MAX)
        return error_set(err, ERROR_USAGE,
                         "lesions: %lld passes are asked for: expected at most %d, with fewer samples or "
                         "pictures",
                         (long long)passes, INT_MAX);
    if (!choose_blocks(state)) return error_set(err, ERROR_FAILED, "lesions: not enough memory");
    for (int s = 0; s < state->side_count; s++)
        if (!open_side(state, &state->sides[s], s == 0 ? input->model : input->twin, err)) return false;
    name_columns(state);
    return true;
}

static int lesions_total(const void *memory) {
    const LesionsState *state = memory;
    return state->choices * state->chunks * state->side_count;
}

/* A plain network is the residual one with all skips closed but those of the lost blocks. */
static void run_without_block(LesionsState *state, Side *side, int choice, AnalysisPart part) {
    PassConfig config = {.batch_statistics = state->input->batch_statistics,
                         .skip = SKIP_LESION,
                         .lesioned = state->lost + choice * state->blocks,
                         .others_plain = side->owned != NULL,
                         .fast = true};
    if (side->pass && side->choice != choice) pass_set_skip(side->pass, config.skip, config.lesioned);
    side->choice = choice;
    side->pass = analysis_run_forward(side->pass, state->input, side->network, config, part, &state->err);
}

static int likeliest(const double *probabilities, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (probabilities[k] > probabilities[best]) best = k;
    return best;
}

static void count_picture(LesionsState *state, Side *side, int choice, int image,
                          const double *probabilities) {
    int classes = side->network->classes, answer = likeliest(probabilities, classes);
    Tally *tally = &side->tallies[choice];
    if (choice == 0) side->truth[image] = state->labelled ? state->input->labels[image] : answer;
    double loss = -log(fmax(probabilities[side->truth[image]], DBL_MIN));
    if (choice == 0) side->losses[image] = loss;
    double change = loss - side->losses[image];
    tally->seen++;
    tally->right += answer == side->truth[image];
    tally->change += change;
    tally->change_square += change * change;
}

/* The oracle: with nothing lost this is the network as it was given, bit for bit. */
static void compare_with_original(LesionsState *state, Side *side, AnalysisPart part) {
    PassConfig config = {.batch_statistics = state->input->batch_statistics, .fast = true};
    Pass *own = analysis_run_forward(NULL, state->input, side->original, config, part, &state->err);
    if (!own) return;
    Tensor a = pass_act(side->pass, network_logits_op(side->network)),
           b = pass_act(own, network_logits_op(side->original));
    for (size_t j = 0; j < shape_count(a.shape); j++)
        side->difference = fmax(side->difference, fabs((double)a.data[j] - (double)b.data[j]));
    pass_free(own);
}

/* Both networks lose a block before the next one is tried, so that a stopped analysis can compare them. */
static void lesions_step(void *memory, int number) {
    LesionsState *state = memory;
    int rest = number / state->chunks, choice = rest / state->side_count;
    AnalysisPart part = {.first = number % state->chunks * CHUNK, .count = CHUNK};
    Side *side = &state->sides[rest % state->side_count];
    if (part.count > state->input->image_count - part.first)
        part.count = state->input->image_count - part.first;
    run_without_block(state, side, choice, part);
    if (!side->pass) return;
    for (int n = 0; n < part.count; n++)
        count_picture(state, side, choice, part.first + n,
                      pass_probabilities(side->pass) + (size_t)n * (size_t)side->network->classes);
    if (choice == 0) compare_with_original(state, side, part);
}

/* Half of Wilson's interval at one standard error: not 0 when all of few are right. */
static double share_error(double p, double n) {
    return sqrt(p * (1 - p) / n + 1 / (4 * n * n)) / (1 + 1 / n);
}

static double mean_error(double sum, double square, double n) {
    double mean = sum / n;
    return n > 1 ? sqrt(fmax(0, square / n - mean * mean) / (n - 1)) : NAN;
}

static bool is_done(const LesionsState *state, int choice) {
    for (int s = 0; s < state->side_count; s++)
        if (state->sides[s].tallies[choice].seen < state->input->image_count) return false;
    return true;
}

/* One choice: its error comes from the pictures. */
static void fill_one(const LesionsState *state, double *row, int choice) {
    double n = row[0] = state->input->image_count;
    for (int s = 0; s < state->side_count; s++) {
        const Tally *tally = &state->sides[s].tallies[choice];
        double *out = row + 1 + 4 * s, share = tally->right / n;
        out[0] = share;
        out[1] = share_error(share, n);
        out[2] = tally->change / n;
        out[3] = choice == 0 ? NAN : mean_error(tally->change, tally->change_square, n);
    }
}

/* Several draws: the error comes from the draws. */
static void fill_draws(const LesionsState *state, double *row, int first, int draws) {
    double n = state->input->image_count;
    row[0] = n * draws;
    for (int s = 0; s < state->side_count; s++) {
        double right = 0, right_square = 0, change = 0, change_square = 0, *out = row + 1 + 4 * s;
        for (int k = 0; k < draws; k++) {
            const Tally *tally = &state->sides[s].tallies[first + k];
            right += tally->right / n;
            right_square += pow(tally->right / n, 2);
            change += tally->change / n;
            change_square += pow(tally->change / n, 2);
        }
        out[0] = right / draws;
        out[1] = mean_error(right, right_square, draws);
        out[2] = change / draws;
        out[3] = mean_error(change, change_square, draws);
    }
}

static bool fill_table(const LesionsState *state, AnalysisTable *table) {
    const Network *network = state->input->model->network;
    for (int choice = 0; choice <= state->blocks && is_done(state, choice); choice++) {
        double *row =
            analysis_table_add(table, "%s", choice == 0 ? "none lost" : network->blocks[choice - 1].name);
        if (!row) return false;
        fill_one(state, row, choice);
    }
    for (int k = 0; k < state->size_count; k++) {
        int first = 1 + state->blocks + k * state->draws, draws = 0;
        while (draws < state->draws && is_done(state, first + draws)) draws++;
        if (draws == 0) break;
        double *row = analysis_table_add(table, "%d random", state->sizes[k]);
        if (!row) return false;
        fill_draws(state, row, first, draws);
    }
    return true;
}

/* Share of right answers lost by one block on average, and the block that costs most. */
static double mean_drop(const AnalysisTable *table, int blocks, int column, int *worst) {
    double intact = analysis_table_get(table, 0, column), sum = 0;
    *worst = 1;
    for (int r = 1; r <= blocks; r++) {
        sum += intact - analysis_table_get(table, r, column);
        if (analysis_table_get(table, r, column) < analysis_table_get(table, *worst, column)) *worst = r;
    }
    return sum / blocks;
}

static void read_lesions(const LesionsState *state, AnalysisResult *result) {
    const AnalysisTable *table = &result->table;
    double drop[SIDES];
    int used = 0, worst;
    for (int s = 0; s < state->side_count; s++) {
        int column = 1 + 4 * s;
        drop[s] = mean_drop(table, state->blocks, column, &worst);
        used +=
            snprintf(result->reading + used, sizeof result->reading - (size_t)used,
                     "%s is right on %.1f %% of the pictures. Without one block it is right on %.1f of 100 "
                     "fewer, on average; without %s, on %.1f fewer. ",
                     state->sides[s].name, 100 * analysis_table_get(table, 0, column), 100 * drop[s],
                     table->labels[worst],
                     100 * (analysis_table_get(table, 0, column) - analysis_table_get(table, worst, column)));
    }
    if (state->side_count < 2) return;
    bool plain_first = state->sides[0].owned != NULL;
    double residual = drop[plain_first ? 1 : 0], plain = drop[plain_first ? 0 : 1];
    double intact = analysis_table_get(table, 0, plain_first ? 1 : 5);
    snprintf(result->reading + used, sizeof result->reading - (size_t)used,
             "Veit et al. 2016 saw a network of 54 blocks with skips hardly notice, and a plain one fall to "
             "guessing: %s.",
             intact < 2.0 / state->input->model->network->classes
                 ? "here the plain network only guessed from the start, so this says nothing"
             : residual < plain / 2 && residual < 0.05 ? "here the same"
             : residual < plain / 2
                 ? "here the one with skips loses much less, but with so few blocks each of "
                   "them counts"
             : residual < plain ? "here they differ less"
                                : "here it is not so");
}

static bool lesions_report(const void *memory, int done, AnalysisResult *result) {
    const LesionsState *state = memory;
    analysis_table_begin(&result->table, "lost", state->columns, 1 + 4 * state->side_count);
    snprintf(
        result->certainty, sizeof result->certainty,
        "sampled, n=%d pictures, for random blocks each of %d draws; +- is one standard error (of a share: "
        "Wilson's; of random blocks: over the draws); right: %s%s%s",
        state->input->image_count, state->draws,
        state->labelled ? "the picture's class" : "what the intact network said",
        state->side_count == 2 ? "; other: " : "", state->side_count == 2 ? state->input->twin_label : "");
    (void)done;
    if (state->err.kind == ERROR_NONE && !fill_table(state, &result->table)) return false;
    if (state->err.kind != ERROR_NONE)
        utf8_copy(result->reading, sizeof result->reading, state->err.text);
    else if (result->table.row_count <= state->blocks)
        snprintf(result->reading, sizeof result->reading, "Not all blocks have been tried.");
    else
        read_lesions(state, result);
    if (!is_done(state, 0)) return true;
    snprintf(result->oracle, sizeof result->oracle, "none lost: largest |logit - the network's own|");
    for (int s = 0; s < state->side_count; s++)
        result->oracle_value = fmax(result->oracle_value, state->sides[s].difference);
    result->oracle_limit = 0; /* bit for bit */
    return true;
}

static void lesions_clear(void *memory) {
    LesionsState *state = memory;
    for (int s = 0; s < SIDES; s++) {
        pass_free(state->sides[s].pass);
        model_free(state->sides[s].owned);
        free(state->sides[s].truth);
        free(state->sides[s].losses);
        free(state->sides[s].tallies);
    }
    free(state->lost);
}

const AnalysisSpec analysis_lesions_spec = {
    .name = "lesions",
    .title = "Lesions",
    .sentence =
        "What is lost with each block, and with several at random, in the network with skips and in the "
        "plain one.",
    .math = "y = {f}(S(x)) in place of {f}(F(x) + S(x))",
    .source = "Veit et al. 2016, arXiv:1605.06431, sections 4.1 and 4.2",
    .wants = ANALYSIS_WANTS_PICTURES | ANALYSIS_WANTS_TWIN,
    .state_size = sizeof(LesionsState),
    .begin = lesions_begin,
    .total = lesions_total,
    .step = lesions_step,
    .report = lesions_report,
    .clear = lesions_clear,
};
