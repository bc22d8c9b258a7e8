/* The ledger of every addition y = f(F(x) + S(x)): the gradient of x is the sum of what came back through the
 * skip and what came back through F. Both have passed the activation function f after the addition first:
 * with D, the diagonal of its derivatives
 *
 *     dL/dx = S^T D dL/dy + F'^T D dL/dy
 *
 * so that in this network the skip is no open road either: D, whose mean is shown, stands in it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/base/utf8.h"
#include "core/op/activation.h"

typedef struct Entry {
    Junction junction;
    double skip_share, branch_share; /* of |g|^2: <part, g> / <g, g> */
    double open;                     /* mean of D; see activation_density */
    double error;                    /* |skip + branch - g| / |g| */
} Entry;

enum {
    COLUMN_SKIP,
    COLUMN_BRANCH,
    COLUMN_COSINE,
    COLUMN_SKIP_SHARE,
    COLUMN_BRANCH_SHARE,
    COLUMN_OPEN,
    COLUMN_IN,
    COLUMN_OUT,
    COLUMNS
};

typedef struct JunctionsState {
    const AnalysisInput *input;
    Pass *pass;
    Entry *entries; /* of the blocks */
    int measured;   /* of them, from the first one on */
    AnalysisColumn columns[COLUMNS];
    char open_name[ANALYSIS_LABEL_MAX];
    Error err;
} JunctionsState;

static const AnalysisColumn columns[COLUMNS] = {
    [COLUMN_SKIP] = {.name = "via skip",
                     .unit = "|g|, L2",
                     .plain = "length of the gradient through the skip",
                     .kind = COLUMN_LOG,
                     .charted = true,
                     .subject = SUBJECT_SKIP},
    [COLUMN_BRANCH] = {.name = "via F",
                       .unit = "|g|, L2",
                       .plain = "through the block's own layers",
                       .kind = COLUMN_LOG,
                       .charted = true,
                       .same_axis = true,
                       .subject = SUBJECT_BRANCH},
    [COLUMN_COSINE] = {.name = "cos", .unit = "of the two", .kind = COLUMN_SIGNED},
    [COLUMN_SKIP_SHARE] = {.name = "skip part",
                           .unit = "along g",
                           .kind = COLUMN_SHARE,
                           .charted = true,
                           .subject = SUBJECT_SKIP},
    [COLUMN_BRANCH_SHARE] = {.name = "F part", .unit = "along g", .kind = COLUMN_SHARE},
    [COLUMN_OPEN] = {.kind = COLUMN_SHARE}, /* named by the activation function */
    [COLUMN_IN] = {.name = "|g| at x", .unit = "L2", .kind = COLUMN_LOG},
    [COLUMN_OUT] = {.name = "|g| at y", .unit = "L2", .kind = COLUMN_LOG},
};

static const OpSpec *activation_of(const JunctionsState *state) {
    return network_activation(state->input->model->network);
}

static void name_columns(JunctionsState *state) {
    const OpSpec *activation = activation_of(state);
    const ActivationWords *words = activation_words(activation);
    AnalysisColumn *open = &state->columns[COLUMN_OPEN];
    memcpy(state->columns, columns, sizeof columns);
    utf8_format(state->open_name, sizeof state->open_name, "%s %s", activation->title, words->column);
    open->name = state->open_name;
    open->unit = words->unit;
    if (!activation->activation->has_gates) open->kind = COLUMN_NUMBER;
}

static bool junctions_begin(void *memory, const AnalysisInput *input, Error *err) {
    JunctionsState *state = memory;
    state->input = input;
    name_columns(state);
    if (input->model->network->shortcut != '-') {
        state->entries = calloc((size_t)input->model->network->block_count, sizeof *state->entries);
        return state->entries || error_set(err, ERROR_FAILED, "junctions: not enough memory");
    }
    return error_set(err, ERROR_USAGE,
                     "junctions: %s adds nothing to its branches: expected a network with skips",
                     input->model->network->arch);
}

static int junctions_total(const void *memory) {
    (void)memory;
    return 1;
}

static Entry entry_of(const Pass *pass, int block) {
    const Block *b = &pass_network(pass)->blocks[block];
    Tensor g = pass_grad(pass, b->input);
    const real *skip = pass_route_grad(pass, block, ROUTE_SKIP).data,
               *branch = pass_route_grad(pass, block, ROUTE_BRANCH).data;
    size_t count = shape_count(g.shape);
    OpSight output = pass_sight(pass, b->output);
    Entry entry = {.junction = pass_junction(pass, block), .open = activation_density(&output)};
    double square = tensor_dot(g.data, g.data, count), error = 0;
    for (size_t j = 0; j < count; j++) {
        double rest = (double)skip[j] + (double)branch[j] - (double)g.data[j];
        error += rest * rest;
    }
    entry.skip_share = tensor_dot(skip, g.data, count) / square;
    entry.branch_share = tensor_dot(branch, g.data, count) / square;
    entry.error = square > 0 ? sqrt(error / square) : 0;
    return entry;
}

/* The pass in pieces, then the blocks one by one. */
static int junctions_step(void *memory, int done) {
    JunctionsState *state = memory;
    int blocks = state->input->model->network->block_count;
    (void)done;
    if (!state->pass) {
        state->pass = analysis_open_pass(state->input, &state->err);
        return state->pass ? 0 : 1;
    }
    if (analysis_advance(state->pass)) return 0;
    state->entries[state->measured] = entry_of(state->pass, state->measured);
    return ++state->measured == blocks;
}

/* Measuring takes a fifth of the time or so. */
static double junctions_share(const void *memory, int done) {
    const JunctionsState *state = memory;
    (void)done;
    return 0.8 * analysis_pass_share(state->pass) +
           0.2 * state->measured / state->input->model->network->block_count;
}

static bool add_junction(const JunctionsState *state, int block, Entry entry, AnalysisTable *table) {
    double *row = analysis_table_add(table, "%s", state->input->model->network->blocks[block].name);
    if (!row) return false;
    row[COLUMN_SKIP] = entry.junction.skip_l2;
    row[COLUMN_BRANCH] = entry.junction.branch_l2;
    row[COLUMN_COSINE] = entry.junction.cosine;
    row[COLUMN_SKIP_SHARE] = entry.skip_share;
    row[COLUMN_BRANCH_SHARE] = entry.branch_share;
    row[COLUMN_OPEN] = entry.open;
    row[COLUMN_IN] = entry.junction.in_l2;
    row[COLUMN_OUT] = entry.junction.out_l2;
    return true;
}

/* What the activation function does to both parts. */
static void read_activation(const OpSpec *activation, double least, double most, AnalysisResult *result) {
    size_t used = strlen(result->reading), size = sizeof result->reading - used;
    char *out = result->reading + used;
    if (activation->activation->has_gates)
        utf8_format(
            out, size,
            "The %s after each addition lets %.0f to %.0f %% of the numbers through; the others stop both.",
            activation->title, 100 * least, 100 * most);
    else
        utf8_format(out, size,
                    "The %s after each addition multiplies both by its slope, %.2f to %.2f in the mean.",
                    activation->title, least, most);
}

static void read_ledger(const OpSpec *activation, AnalysisResult *result) {
    const AnalysisTable *table = &result->table;
    int n = table->row_count, skip_leads = 0;
    double least = INFINITY, most = -INFINITY;
    for (int r = 0; r < n; r++) {
        double open = analysis_table_get(table, r, COLUMN_OPEN);
        skip_leads += analysis_table_get(table, r, COLUMN_SKIP_SHARE) > 0.5;
        least = fmin(least, open);
        most = fmax(most, open);
    }
    double growth = analysis_table_get(table, 0, COLUMN_IN) / analysis_table_get(table, n - 1, COLUMN_OUT);
    snprintf(
        result->reading, sizeof result->reading,
        "At %d of %d additions the skip brought more of the gradient than the block's own layers. On the "
        "way back from the last block to the first, the gradient's length is multiplied by %.3g. ",
        skip_leads, n, growth);
    utf8_copy(result->remark, sizeof result->remark,
              "Both then pass the activation: dy/dx is D(I + F'), not I + F'.");
    read_activation(activation, least, most, result);
}

static bool junctions_report(const void *memory, int done, AnalysisResult *result) {
    const JunctionsState *state = memory;
    analysis_table_begin(&result->table, "block", state->columns, COLUMNS);
    snprintf(result->certainty, sizeof result->certainty, "exact, one batch of %d picture%s",
             state->input->image_count, state->input->image_count == 1 ? "" : "s");
    if (!state->pass || done == 0) {
        utf8_copy(result->reading, sizeof result->reading, done > 0 ? state->err.text : "Not finished.");
        return true;
    }
    for (int b = 0; b < pass_network(state->pass)->block_count; b++) {
        Entry entry = state->entries[b];
        result->oracle_value = fmax(result->oracle_value, entry.error);
        if (!add_junction(state, b, entry, &result->table)) return false;
    }
    read_ledger(activation_of(state), result);
    snprintf(result->oracle, sizeof result->oracle, "largest |skip part + F part - gradient| / |gradient|");
    result->oracle_limit = 1e-6; /* one float32 rounding of the sum */
    return true;
}

static void junctions_clear(void *memory) {
    JunctionsState *state = memory;
    pass_free(state->pass);
    free(state->entries);
}

const AnalysisSpec analysis_junctions_spec = {
    .name = "junctions",
    .title = "Junction ledger",
    .sentence = "At every addition: how much of the gradient came back through the skip, how much through "
                "the block's own layers, and whether the two agree.",
    .math = "∂L/∂x = Sᵀ·D·∂L/∂y + F′ᵀ·D·∂L/∂y,  part = ⟨g_part, g⟩ / ⟨g, g⟩",
    .source = "He et al. 2015, arXiv:1512.03385, equation 1; D is the {F} after the addition",
    .state_size = sizeof(JunctionsState),
    .begin = junctions_begin,
    .total = junctions_total,
    .step = junctions_step,
    .share = junctions_share,
    .report = junctions_report,
    .clear = junctions_clear,
};
