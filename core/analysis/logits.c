/* Who wrote the answer: each logit as a sum over the blocks, exactly.
 *
 * With the recorded masks D, x_{l+1} = D (S x_l + F_l) is linear in the stream x, and so are average pooling
 * and the linear layer. Bringing the logit's gradient v back through the shortcuts alone gives
 *
 *     logit = <v_0, x_0> + sum over blocks <D v_{l+1}, F_l> + constants of projections + bias
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/base/utf8.h"
#include "core/inspect/vjp.h"

enum { RIVALS = 2, COLUMN_DIFFERENCE = RIVALS, COLUMNS };

/* One class: a term for the stem, one for each block, one for the constants, one for the bias. */
typedef struct Ledger {
    int class_index;
    double *terms;
    double logit; /* the network's own */
} Ledger;

typedef struct LogitsState {
    const AnalysisInput *input;
    AnalysisInput one; /* the first image alone */
    Pass *pass;
    Vjp *vjp;
    Ledger ledgers[RIVALS];
    real *gradient, *masked;
    AnalysisColumn columns[COLUMNS];
    char names[RIVALS][ANALYSIS_LABEL_MAX];
    Error err;
} LogitsState;

static int blocks_of(const LogitsState *state) {
    return state->input->model->network->block_count;
}

static int term_count(const LogitsState *state) {
    return blocks_of(state) + 3;
}

static bool logits_begin(void *memory, const AnalysisInput *input, Error *err) {
    LogitsState *state = memory;
    const Network *network = input->model->network;
    size_t largest = 0;
    state->input = input;
    state->one = *input;
    state->one.image_count = 1;
    if (network->headless)
        return error_set(err, ERROR_USAGE, "logits: %s has no classifier and so no logits", network->arch);
    if (network->shortcut == '-' || input->skip == SKIP_PLAIN)
        return error_set(
            err, ERROR_USAGE,
            "logits: without skips every block rewrites the stream, and no block's part can be told: "
            "expected a residual network as built");
    if (!network_activation(network)->activation->has_gates)
        return error_set(
            err, ERROR_USAGE,
            "logits: the terms add up because a ReLU passes a number unchanged or not at all; %s "
            "has %s, which does neither: expected a network with ReLU",
            network->arch, network_activation(network)->title);
    if (input->batch_statistics && network->shortcut != 'A')
        return error_set(
            err, ERROR_USAGE,
            "logits: with statistics of the batch a projection is not linear: expected --bn eval, "
            "or --shortcut A");
    for (int i = 0; i < network->op_count; i++)
        if (shape_count(network->ops[i].out) > largest) largest = shape_count(network->ops[i].out);
    state->gradient = calloc(largest, sizeof(real));
    state->masked = calloc(largest, sizeof(real));
    bool ok = state->gradient && state->masked;
    for (int k = 0; k < RIVALS; k++) {
        state->ledgers[k].terms = calloc((size_t)term_count(state), sizeof(double));
        ok = ok && state->ledgers[k].terms;
    }
    return ok || error_set(err, ERROR_FAILED, "logits: not enough memory");
}

static int logits_total(const void *memory) {
    (void)memory;
    return 1 + RIVALS;
}

/* Of the classes but one; beside a single class stands that it is not there, whose score is 0. */
static int best_class(const real *logits, int count, int but) {
    int best = but == 0 ? 1 : 0;
    for (int k = 0; k < count; k++)
        if (k != but && logits[k] > logits[best]) best = k;
    return best;
}

static void name_columns(LogitsState *state) {
    for (int k = 0; k < RIVALS; k++) {
        char buffer[ANALYSIS_LABEL_MAX];
        utf8_copy(
            state->names[k], sizeof state->names[k],
            model_class_name(state->input->model, state->ledgers[k].class_index, buffer, sizeof buffer));
        state->columns[k] = (AnalysisColumn){.name = state->names[k],
                                             .unit = "logit",
                                             .kind = COLUMN_SIGNED,
                                             .charted = true,
                                             .same_axis = k > 0};
    }
    state->columns[COLUMN_DIFFERENCE] = (AnalysisColumn){
        .name = "difference", .unit = "logit", .kind = COLUMN_SIGNED, .charted = true, .same_axis = true};
}

/* A piece of the pass; true when it is over. */
static bool run_pass(LogitsState *state) {
    const Network *network = state->input->model->network;
    if (!state->pass) state->pass = analysis_open_pass(&state->one, &state->err);
    if (state->pass && analysis_advance(state->pass)) return false;
    state->vjp = state->pass ? vjp_new(state->pass, &state->err) : NULL;
    if (!state->vjp) return true;
    const real *logits = pass_act(state->pass, network_logits_op(network)).data;
    int asked = state->input->target_class;
    state->ledgers[0].class_index = asked >= 0 ? asked : best_class(logits, network->classes, -1);
    state->ledgers[1].class_index = best_class(logits, network->classes, state->ledgers[0].class_index);
    for (int k = 0; k < RIVALS; k++) {
        int class_index = state->ledgers[k].class_index;
        state->ledgers[k].logit = class_index < network->classes ? (double)logits[class_index] : 0;
    }
    name_columns(state);
    return true;
}

static const real *values_of(const Network *network, const char *name) {
    return network_const_values(network, network_find_param(network, name));
}

/* d logit / d (output of the last block): the class's row of the linear layer, spread by the average. */
static void start_gradient(LogitsState *state, int class_index) {
    const Network *network = state->input->model->network;
    Shape shape = network->ops[network->blocks[network->block_count - 1].output].out;
    const real *row = values_of(network, "fc.weight") + (size_t)class_index * (size_t)shape.c;
    size_t count = shape_count(shape);
    for (size_t j = 0; j < count; j++)
        state->gradient[j] = row[j % (size_t)shape.c] / (real)(shape.h * shape.w);
}

static double dot_with(const LogitsState *state, const real *vector, int op) {
    Tensor act = pass_act(state->pass, op);
    return tensor_dot(vector, act.data, shape_count(act.shape));
}

static void write_ledger(LogitsState *state, Ledger *ledger) {
    const Network *network = state->input->model->network;
    int n = network->block_count;
    double constants = 0;
    if (ledger->class_index >= network->classes) return;
    start_gradient(state, ledger->class_index);
    for (int b = n - 1; b >= 0; b--) {
        const Block *block = &network->blocks[b];
        bool lesioned = state->input->skip == SKIP_LESION && pass_block_is_lesioned(state->pass, b);
        vjp_mask(state->vjp, b, state->gradient, state->masked);
        ledger->terms[1 + b] = lesioned ? 0 : dot_with(state, state->masked, block->branch_last);
        double brought = dot_with(state, state->masked, block->shortcut_last);
        vjp_shortcut(state->vjp, b, state->masked, state->gradient);
        constants += brought - dot_with(state, state->gradient, block->input);
    }
    ledger->terms[0] = dot_with(state, state->gradient, network->blocks[0].input);
    ledger->terms[1 + n] = constants;
    ledger->terms[2 + n] = (double)values_of(network, "fc.bias")[ledger->class_index];
}

static int logits_step(void *memory, int done) {
    LogitsState *state = memory;
    if (done == 0) return run_pass(state);
    if (state->vjp) write_ledger(state, &state->ledgers[done - 1]);
    return 1;
}

/* A ledger takes no time beside the pass. */
static double logits_share(const void *memory, int done) {
    return done > 0 ? 1 : analysis_pass_share(((const LogitsState *)memory)->pass);
}

static bool add_rows(const LogitsState *state, AnalysisTable *table, double sums[RIVALS]) {
    const Network *network = state->input->model->network;
    int n = network->block_count;
    for (int t = 0; t < term_count(state); t++) {
        const char *label = t == 0       ? "stem"
                            : t <= n     ? network->blocks[t - 1].name
                            : t == n + 1 ? "constants"
                                         : "bias";
        double *row = analysis_table_add(table, "%s", label);
        if (!row) return false;
        for (int k = 0; k < RIVALS; k++) sums[k] += row[k] = state->ledgers[k].terms[t];
        row[COLUMN_DIFFERENCE] = row[0] - row[1];
    }
    double *row = analysis_table_add(table, "sum = logit");
    if (!row) return false;
    for (int k = 0; k < RIVALS; k++) row[k] = sums[k];
    row[COLUMN_DIFFERENCE] = sums[0] - sums[1];
    return true;
}

static void read_ledger(const LogitsState *state, AnalysisResult *result) {
    const AnalysisTable *table = &result->table;
    int n = blocks_of(state), most = 0, least = 0;
    double total = analysis_table_get(table, term_count(state), COLUMN_DIFFERENCE);
    for (int t = 0; t <= n; t++) {
        double value = analysis_table_get(table, t, COLUMN_DIFFERENCE);
        if (value > analysis_table_get(table, most, COLUMN_DIFFERENCE)) most = t;
        if (value < analysis_table_get(table, least, COLUMN_DIFFERENCE)) least = t;
    }
    utf8_format(result->reading, sizeof result->reading,
                "The score of %s is %.3g above that of %s. %s wrote most of the lead (%+.3g); %s spoke most "
                "against it (%+.3g).",
                state->names[0], total, state->names[1], table->labels[most],
                analysis_table_get(table, most, COLUMN_DIFFERENCE), table->labels[least],
                analysis_table_get(table, least, COLUMN_DIFFERENCE));
}

static bool logits_report(const void *memory, int done, AnalysisResult *result) {
    const LogitsState *state = memory;
    double sums[RIVALS] = {0};
    int pictures = state->input->image_count;
    snprintf(result->certainty, sizeof result->certainty, "exact, at the recorded masks; one picture");
    if (pictures > 1)
        snprintf(result->certainty, sizeof result->certainty,
                 "exact, at the recorded masks; one picture, the first of %d", pictures);
    bool ready = state->err.kind == ERROR_NONE && done == logits_total(state);
    analysis_table_begin(&result->table, "written by", state->columns, ready ? COLUMNS : 0);
    if (!ready) {
        utf8_copy(result->reading, sizeof result->reading,
                  state->err.kind != ERROR_NONE ? state->err.text : "Not finished.");
        return true;
    }
    if (!add_rows(state, &result->table, sums)) return false;
    read_ledger(state, result);
    snprintf(result->oracle, sizeof result->oracle, "largest |sum of terms - logit|");
    for (int k = 0; k < RIVALS; k++)
        result->oracle_value = fmax(result->oracle_value, fabs(sums[k] - state->ledgers[k].logit));
    result->oracle_limit = 1e-4; /* logits of about 10 in float32, summed in another order */
    return true;
}

static void logits_clear(void *memory) {
    LogitsState *state = memory;
    vjp_free(state->vjp);
    pass_free(state->pass);
    for (int k = 0; k < RIVALS; k++) free(state->ledgers[k].terms);
    free(state->gradient);
    free(state->masked);
}

const AnalysisSpec analysis_logits_spec = {
    .name = "logits",
    .title = "Logit ledger",
    .sentence =
        "Which block wrote the answer: each class's score is a sum, with one part from the stem and one from "
        "each block.",
    .math = "z_c = ⟨v₀, x₀⟩ + Σ_l ⟨D_l·v_{l+1}, F_l⟩ + constants + b_c,  v_l = Sᵀ·D_l·v_{l+1}",
    .source = "the stream view of Veit et al. 2016, arXiv:1605.06431, at recorded masks",
    .state_size = sizeof(LogitsState),
    .begin = logits_begin,
    .total = logits_total,
    .step = logits_step,
    .share = logits_share,
    .report = logits_report,
    .clear = logits_clear,
};
