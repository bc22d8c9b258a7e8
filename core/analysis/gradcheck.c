/* Backpropagation checked on the spot: one derivative by central differences, at several widths. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/inspect/gradcheck.h"

typedef struct GradcheckState {
    const AnalysisInput *input;
    Pass *pass;
    Gradcheck *check;
    char label[GRADCHECK_LABEL_MAX];
} GradcheckState;

static bool gradcheck_begin(void *memory, const AnalysisInput *input, Error *err) {
    GradcheckState *state = memory;
    GradcheckSite site;
    const Block *first = &input->model->network->blocks[0];
    char weight[PARAM_NAME_MAX];
    snprintf(weight, sizeof weight, "%s.conv1.weight", first->name);
    state->input = input;
    if (input->skip == SKIP_CUT)
        return error_set(err, ERROR_USAGE,
                         "gradcheck: with 'cut' the backward pass is not the derivative of the forward pass, "
                         "on purpose: expected another --without-skip");
    state->pass = analysis_run_pass(input, err);
    if (!state->pass || !gradcheck_find(state->pass, input->place ? input->place : weight, input->index,
                                        input->index_count, &site, err))
        return false;
    gradcheck_describe(state->pass, site, state->label);
    state->check = gradcheck_new(state->pass, site, err);
    return state->check != NULL;
}

static int gradcheck_total(const void *memory) {
    (void)memory;
    return GRADCHECK_STEPS;
}

static void gradcheck_run_step(void *memory, int number) {
    gradcheck_step(((GradcheckState *)memory)->check, number);
}

enum { COLUMN_NUMERIC, COLUMN_RELATIVE, COLUMN_KINKS, COLUMN_ROUNDING, COLUMN_TRUNCATION, COLUMNS };

static const AnalysisColumn columns[COLUMNS] = {
    [COLUMN_NUMERIC] = {.name = "numeric", .unit = "dL/dv", .kind = COLUMN_SIGNED},
    [COLUMN_RELATIVE] = {.name = "difference",
                         .unit = "from backprop, relative",
                         .kind = COLUMN_LOG,
                         .charted = true,
                         /* Where rounding decides, a smaller difference is luck; at 1 nothing agrees. */
                         .axis_from = 1e-4,
                         .axis_to = 1},
    [COLUMN_KINKS] = {.name = "kinks", .unit = "ReLUs that switch", .kind = COLUMN_COUNT},
    [COLUMN_ROUNDING] = {.name = "rounding", .unit = "estimate, relative", .kind = COLUMN_LOG},
    [COLUMN_TRUNCATION] = {.name = "truncation", .unit = "estimate, relative", .kind = COLUMN_LOG},
};

static bool report_rows(const GradcheckState *state, AnalysisTable *table) {
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

static void read_best(const GradcheckState *state, AnalysisResult *result) {
    int best = gradcheck_best(state->check);
    double backprop = gradcheck_backprop(state->check);
    if (best < 0) {
        snprintf(result->reading, sizeof result->reading, "Not finished: no step has been run.");
        return;
    }
    GradcheckStep step = gradcheck_get(state->check, best);
    snprintf(result->reading, sizeof result->reading,
             "v = %s = %.4g. Backpropagation says dL/dv = %.4g; the central difference at h = %.1e says "
             "%.3g: %.1e apart, relative. What limits the difference there is %s; %d ReLU%s switched between "
             "v - h and v + h.",
             state->label, gradcheck_value(state->check), backprop, step.h, step.numeric,
             gradcheck_relative(backprop, step.numeric), gradcheck_limit(step), step.kinks,
             step.kinks == 1 ? "" : "s");
    snprintf(result->oracle, sizeof result->oracle, "|backprop - numeric| at the step of the least estimate");
    result->oracle_value = fabs(backprop - step.numeric);
    /* The estimates are of the size of the error, not bounds; three times their sum. */
    result->oracle_limit = 3 * (step.rounding + step.truncation);
}

static bool gradcheck_report(const void *memory, int done, AnalysisResult *result) {
    const GradcheckState *state = memory;
    (void)done;
    analysis_table_begin(&result->table, "h: limited by", columns, COLUMNS);
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
    .math = "∂L/∂v ≈ (L(v+h) − L(v−h)) / 2h;  error: h²·L‴/6 + ε·|L|/h, and kinks of ReLUs",
    .source = "Goodfellow et al. 2016, Deep Learning, section 11.5",
    .state_size = sizeof(GradcheckState),
    .begin = gradcheck_begin,
    .total = gradcheck_total,
    .step = gradcheck_run_step,
    .report = gradcheck_report,
    .clear = gradcheck_clear,
};
