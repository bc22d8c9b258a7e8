/* Backpropagation checked on the spot: one derivative by central differences, at several widths. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/base/utf8.h"
#include "core/inspect/gradcheck.h"

enum { COLUMN_NUMERIC, COLUMN_RELATIVE, COLUMN_KINKS, COLUMN_ROUNDING, COLUMN_TRUNCATION, COLUMNS };

static const AnalysisColumn columns[COLUMNS] = {
    [COLUMN_NUMERIC] = {.name = "numeric", .unit = "dL/dv", .kind = COLUMN_SIGNED},
    [COLUMN_RELATIVE] = {.name = "difference",
                         .unit = "from backprop, relative",
                         .kind = COLUMN_LOG,
                         .charted = true,
                         /* Differences below the rounding error are accidental; at 1 nothing agrees. */
                         .axis_from = 1e-4,
                         .axis_to = 1},
    [COLUMN_KINKS] = {.name = "kinks", .kind = COLUMN_COUNT}, /* unit: see name_columns */
    [COLUMN_ROUNDING] = {.name = "rounding", .unit = "estimate, relative", .kind = COLUMN_LOG},
    [COLUMN_TRUNCATION] = {.name = "truncation", .unit = "estimate, relative", .kind = COLUMN_LOG},
};

typedef struct GradcheckState {
    const AnalysisInput *input;
    Pass *pass;
    Gradcheck *check;
    AnalysisColumn columns[COLUMNS];
    char kinks_unit[ANALYSIS_LABEL_MAX];
    char own_place[PARAM_NAME_MAX], label[GRADCHECK_LABEL_MAX];
    Error err;
} GradcheckState;

static const OpSpec *activation_of(const GradcheckState *state) {
    return network_activation(state->input->model->network);
}

/* What switches: the gates of the activation function, and without any only the windows of max pooling. */
static void name_columns(GradcheckState *state) {
    const OpSpec *activation = activation_of(state);
    bool gates = activation->activation->has_gates;
    memcpy(state->columns, columns, sizeof columns);
    utf8_format(state->kinks_unit, sizeof state->kinks_unit, "%ss that switch",
                gates ? activation->title : "window");
    state->columns[COLUMN_KINKS].unit = state->kinks_unit;
}

static bool find_site(const GradcheckState *state, GradcheckSite *site, Error *err) {
    const AnalysisInput *input = state->input;
    const char *place = input->place ? input->place : state->own_place;
    return gradcheck_find(state->pass, place, input->index, input->index_count, site, err);
}

static bool gradcheck_begin(void *memory, const AnalysisInput *input, Error *err) {
    GradcheckState *state = memory;
    GradcheckSite site; /* where the gradient is largest will be known later, but what there is not at once */
    const Block *first = &input->model->network->blocks[0];
    snprintf(state->own_place, sizeof state->own_place, "%s.conv1.weight", first->name);
    state->input = input;
    name_columns(state);
    if (input->skip == SKIP_CUT)
        return error_set(err, ERROR_USAGE,
                         "gradcheck: with 'cut' the backward pass is not the derivative of the forward pass, "
                         "on purpose: expected another --without-skip");
    state->pass = analysis_open_pass(input, err);
    return state->pass && find_site(state, &site, err);
}

static int gradcheck_total(const void *memory) {
    (void)memory;
    return GRADCHECK_STEPS;
}

/* After the pass. */
static void open_check(GradcheckState *state) {
    GradcheckSite site;
    if (!find_site(state, &site, &state->err)) return;
    gradcheck_describe(state->pass, site, state->label);
    state->check = gradcheck_new(state->pass, site, &state->err);
}

/* The first step runs the pass before. */
static int gradcheck_run_step(void *memory, int done) {
    GradcheckState *state = memory;
    if (state->err.kind != ERROR_NONE) return 1;
    if (state->check) return gradcheck_advance(state->check, done);
    if (!analysis_advance(state->pass)) open_check(state);
    return 0;
}

/* A step is two passes forward, the pass of the first one three; a comparison takes little time beside them. */
static double gradcheck_run_share(const void *memory, int done) {
    const GradcheckState *state = memory;
    double pass = state->check ? 1 : analysis_pass_share(state->pass),
           step = state->check ? gradcheck_share(state->check) : 0;
    return (3 * pass + 2 * (done + step)) / (3 + 2 * GRADCHECK_STEPS);
}

static bool report_rows(const GradcheckState *state, AnalysisTable *table) {
    if (!state->check) return true;
    double backprop = gradcheck_backprop(state->check);
    for (int k = 0; k < GRADCHECK_STEPS; k++) {
        GradcheckStep step = gradcheck_get(state->check, k);
        if (!step.known) continue;
        double *row = analysis_table_add(table, "%.1e: %s", step.h, gradcheck_limit(step));
        if (!row) return false;
        row[COLUMN_NUMERIC] = step.numeric;
        row[COLUMN_RELATIVE] = gradcheck_relative(backprop, step.numeric);
        row[COLUMN_KINKS] = step.kinks;
        row[COLUMN_ROUNDING] = backprop != 0 ? step.rounding / fabs(backprop) : NAN;
        row[COLUMN_TRUNCATION] = backprop != 0 ? step.truncation / fabs(backprop) : NAN;
    }
    return true;
}

/* What lies between the two losses that are compared. */
static void read_kinks(const OpSpec *activation, int kinks, AnalysisResult *result) {
    size_t used = strlen(result->reading), size = sizeof result->reading - used;
    char *out = result->reading + used;
    if (!activation->activation->has_gates && kinks == 0)
        utf8_format(out, size, "nothing switched in between: %s has no kink.", activation->title);
    else
        utf8_format(out, size, "%d %s%s switched in between.", kinks,
                    activation->activation->has_gates ? activation->title : "max pooling window",
                    kinks == 1 ? "" : "s");
}

static void read_best(const GradcheckState *state, AnalysisResult *result) {
    int best = state->check ? gradcheck_best(state->check) : -1;
    if (best < 0) {
        utf8_copy(result->reading, sizeof result->reading,
                  state->err.kind != ERROR_NONE ? state->err.text : "Not finished: no step has been run.");
        return;
    }
    double backprop = gradcheck_backprop(state->check);
    GradcheckStep step = gradcheck_get(state->check, best);
    snprintf(
        result->reading, sizeof result->reading,
        "%s is %.4g. Backpropagation says that its gradient is %.4g. Moved both ways by %.1e, it changes "
        "the loss as if that were %.3g: the two differ by %.1e of their size. What limits that is %s; ",
        state->label, gradcheck_value(state->check), backprop, step.h, step.numeric,
        gradcheck_relative(backprop, step.numeric), gradcheck_limit(step));
    read_kinks(activation_of(state), step.kinks, result);
    snprintf(result->oracle, sizeof result->oracle, "|backprop - numeric| at the step of the least estimate");
    result->oracle_value = fabs(backprop - step.numeric);
    /* The estimates are of the size of the error, not bounds; three times their sum. */
    result->oracle_limit = 3 * (step.rounding + step.truncation);
}

static bool gradcheck_report(const void *memory, int done, AnalysisResult *result) {
    const GradcheckState *state = memory;
    (void)done;
    analysis_table_begin(&result->table, "h: limited by", state->columns, COLUMNS);
    snprintf(result->certainty, sizeof result->certainty,
             "one batch of %d picture%s; backprop is exact up to %s, numeric has an error that is estimated "
             "here, not a bound",
             state->input->image_count, state->input->image_count == 1 ? "" : "s",
             sizeof(real) == sizeof(double) ? "double" : "float32");
    read_best(state, result);
    return report_rows(state, &result->table);
}

static void gradcheck_clear(void *memory) {
    GradcheckState *state = memory;
    gradcheck_free(state->check);
    pass_free(state->pass);
}

const AnalysisSpec analysis_gradcheck_spec = {
    .name = "gradcheck",
    .title = "Gradient check",
    .sentence =
        "Is backpropagation right? One weight or activation is moved a little both ways, and the loss "
        "is computed again.",
    .math = "∂L/∂v ≈ (L(v+h) − L(v−h)) / 2h;  error: h²·L‴/6 + ε·|L|/h{kinks}",
    .source = "Goodfellow et al. 2016, Deep Learning, section 11.5",
    .state_size = sizeof(GradcheckState),
    .begin = gradcheck_begin,
    .total = gradcheck_total,
    .step = gradcheck_run_step,
    .share = gradcheck_run_share,
    .report = gradcheck_report,
    .clear = gradcheck_clear,
};
