/* What is lost with a block: each block taken out once, and k random ones, in the residual network and in the
 * plain one. Without a block the signal takes the way of its shortcut alone: y = f(S(x)). A plain network
 * that loses a block is given that same way there and nowhere else. Veit et al. 2016, section 4: a residual
 * network hardly notices, a plain one is destroyed. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/lesions.h"
#include "core/base/rng.h"
#include "core/base/utf8.h"

enum { SIDES = LESIONS_SIDES, DRAWS = 5 };

static void choose_sizes(LesionsState *state) {
    static const int sizes[LESIONS_SIZES_MAX] = {2, 3, 5, 8, 12, 20};
    for (int k = 0; k < LESIONS_SIZES_MAX && sizes[k] < state->blocks; k++)
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

static bool open_side(LesionsState *state, LesionSide *side, const Model *model, Error *err) {
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
    if (input->model->network->headless)
        return error_set(err, ERROR_USAGE,
                         "lesions: they are counted in right answers, and %s has no classifier",
                         input->model->network->arch);
    state->blocks = input->model->network->block_count;
    state->chunks = (input->image_count + LESIONS_CHUNK - 1) / LESIONS_CHUNK;
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
    if (!lesions_plan_runs(state)) return error_set(err, ERROR_FAILED, "lesions: not enough memory");
    name_columns(state);
    return true;
}

static int lesions_total(const void *memory) {
    const LesionsState *state = memory;
    return state->choices * state->chunks * state->side_count;
}

/* Both networks lose a block before the next one is tried, so that a stopped analysis can compare them. */
static int lesions_step(void *memory, int done) {
    (void)done;
    return lesions_run(memory);
}

static double lesions_share(const void *memory, int done) {
    (void)done;
    return lesions_run_share(memory);
}

/* Half of Wilson's interval at one standard error: not 0 when all of few are right. */
static double share_error(double p, double n) {
    return sqrt(p * (1 - p) / n + 1 / (4 * n * n)) / (1 + 1 / n);
}

static double mean_error(double sum, double square, double n) {
    double mean = sum / n;
    return n > 1 ? sqrt(fmax(0, square / n - mean * mean) / (n - 1)) : NAN;
}

/* One choice: its error comes from the pictures. */
static void fill_one(const LesionsState *state, double *row, int choice) {
    double n = row[0] = lesions_pictures(state);
    for (int s = 0; s < state->side_count; s++) {
        Tally tally = lesions_tally(state, s, choice);
        double *out = row + 1 + 4 * s, share = tally.right / n;
        out[0] = share;
        out[1] = share_error(share, n);
        out[2] = tally.change / n;
        out[3] = choice == 0 ? NAN : mean_error(tally.change, tally.change_square, n);
    }
}

/* Those of the draws that have been tried: the error comes from them. */
static void fill_draws(const LesionsState *state, double *row, int first, int draws) {
    double n = lesions_pictures(state);
    row[0] = n * draws;
    for (int s = 0; s < state->side_count; s++) {
        double right = 0, right_square = 0, change = 0, change_square = 0, *out = row + 1 + 4 * s;
        for (int k = first; k < first + state->draws; k++) {
            if (!lesions_is_done(state, k)) continue;
            Tally tally = lesions_tally(state, s, k);
            right += tally.right / n;
            right_square += pow(tally.right / n, 2);
            change += tally.change / n;
            change_square += pow(tally.change / n, 2);
        }
        out[0] = right / draws;
        out[1] = mean_error(right, right_square, draws);
        out[2] = change / draws;
        out[3] = mean_error(change, change_square, draws);
    }
}

static bool fill_table(const LesionsState *state, AnalysisTable *table) {
    const Network *network = state->input->model->network;
    for (int choice = 0; choice <= state->blocks; choice++) {
        if (!lesions_is_done(state, choice)) continue;
        double *row =
            analysis_table_add(table, "%s", choice == 0 ? "none lost" : network->blocks[choice - 1].name);
        if (!row) return false;
        fill_one(state, row, choice);
    }
    for (int k = 0; k < state->size_count; k++) {
        int first = 1 + state->blocks + k * state->draws, draws = 0;
        for (int draw = 0; draw < state->draws; draw++) draws += lesions_is_done(state, first + draw);
        if (draws == 0) continue;
        double *row = analysis_table_add(table, "%d random", state->sizes[k]);
        if (!row) return false;
        fill_draws(state, row, first, draws);
    }
    return true;
}

static bool all_blocks_are_done(const LesionsState *state) {
    for (int choice = 0; choice <= state->blocks; choice++)
        if (!lesions_is_done(state, choice)) return false;
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
             intact < 2.0 / network_answers(state->input->model->network)
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
        lesions_pictures(state), state->draws,
        state->labelled ? "the picture's class" : "what the intact network said",
        state->side_count == 2 ? "; other: " : "", state->side_count == 2 ? state->input->twin_label : "");
    (void)done;
    if (state->err.kind == ERROR_NONE && !fill_table(state, &result->table)) return false;
    if (state->err.kind != ERROR_NONE)
        utf8_copy(result->reading, sizeof result->reading, state->err.text);
    else if (!all_blocks_are_done(state))
        snprintf(result->reading, sizeof result->reading, "Not all blocks have been tried.");
    else
        read_lesions(state, result);
    if (!lesions_is_done(state, 0)) return true;
    snprintf(result->oracle, sizeof result->oracle, "none lost: largest |logit - the network's own|");
    for (int s = 0; s < state->side_count; s++)
        result->oracle_value = fmax(result->oracle_value, state->sides[s].difference);
    result->oracle_limit = 0; /* bit for bit */
    return true;
}

static void lesions_clear(void *memory) {
    LesionsState *state = memory;
    for (int s = 0; s < SIDES; s++) {
        model_free(state->sides[s].owned);
        free(state->sides[s].truth);
        free(state->sides[s].losses);
        free(state->sides[s].tallies);
    }
    lesions_free_runs(state);
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
    .share = lesions_share,
    .report = lesions_report,
    .clear = lesions_clear,
};
