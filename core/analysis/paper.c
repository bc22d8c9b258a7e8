/* The scoreboard as an analysis: this program's networks beside the tables of the paper, a row each. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/utf8.h"

#include "core/analysis/analysis.h"

typedef struct PaperState {
    const AnalysisInput *input;
    const PaperRow *rows;
    int row_count;
    PaperCount *counts;
    Error err;
} PaperState;

static bool paper_begin(void *memory, const AnalysisInput *input, Error *err) {
    PaperState *state = memory;
    state->input = input;
    state->rows = paper_rows(&state->row_count);
    state->counts = calloc((size_t)state->row_count, sizeof *state->counts);
    return state->counts || error_set(err, ERROR_FAILED, "paper: not enough memory");
}

static int paper_total(const void *memory) {
    return ((const PaperState *)memory)->row_count;
}

static int paper_step(void *memory, int done) {
    PaperState *state = memory;
    if (state->err.kind == ERROR_NONE) paper_count(&state->rows[done], &state->counts[done], &state->err);
    return 1;
}

static const PaperScore *score_of(const PaperState *state, int k) {
    return paper_find_score(state->input->scores, state->input->score_count, &state->rows[k]);
}

static bool fill_table(const PaperState *state, int done, AnalysisTable *table) {
    enum { PARAMS, PARAMS_PAPER, PARAMS_OFF, MACS, MACS_PAPER, MACS_OFF, WRONG, WRONG_PAPER, COLUMNS };
    static const AnalysisColumn columns[COLUMNS] = {
        [PARAMS] = {.name = "params", .unit = "", .plain = "parameters", .kind = COLUMN_COUNT},
        [PARAMS_PAPER] = {.name = "paper's", .unit = "", .kind = COLUMN_COUNT},
        [PARAMS_OFF] = {.name = "off", .unit = "from paper's", .kind = COLUMN_SHARE, .charted = true},
        [MACS] = {.name = "multiply-adds", .unit = "", .plain = "multiply-adds", .kind = COLUMN_COUNT},
        [MACS_PAPER] = {.name = "paper's FLOPs", .unit = "", .kind = COLUMN_COUNT},
        [MACS_OFF] = {.name = "FLOPs off",
                      .unit = "from paper's",
                      .kind = COLUMN_SHARE,
                      .charted = true,
                      .same_axis = true},
        [WRONG] = {.name = "error %",
                   .unit = "% wrong, here",
                   .kind = COLUMN_NUMBER,
                   .charted = true,
                   .subject = SUBJECT_SKIP},
        [WRONG_PAPER] = {.name = "paper's %",
                         .unit = "% wrong, in the paper",
                         .kind = COLUMN_NUMBER,
                         .charted = true,
                         .same_axis = true},
    };
    analysis_table_begin(table, "table, network", columns, COLUMNS);
    for (int k = 0; k < done; k++) {
        const PaperRow *paper = &state->rows[k];
        const PaperScore *score = score_of(state, k);
        char name[ANALYSIS_LABEL_MAX - 4];
        paper_row_name(paper, name, sizeof name);
        double *row = analysis_table_add(table, "%d %s", paper->table, name);
        if (!row) return false;
        row[PARAMS] = (double)state->counts[k].params;
        row[MACS] = (double)state->counts[k].macs;
        if (paper->params) row[PARAMS_PAPER] = paper->params_value;
        if (paper->macs) row[MACS_PAPER] = paper->macs_value;
        row[PARAMS_OFF] = row[PARAMS] / row[PARAMS_PAPER] - 1;
        row[MACS_OFF] = row[MACS] / row[MACS_PAPER] - 1;
        if (score) row[WRONG] = score->error;
        row[WRONG_PAPER] = paper->error;
    }
    return true;
}

static void read_rows(const PaperState *state, int done, AnalysisResult *result) {
    char *out = result->reading;
    size_t size = sizeof result->reading;
    int printed = 0, agree = 0, bare = 0;
    for (int k = 0; k < done; k++) {
        bool agrees = paper_row_agrees(&state->rows[k], &state->counts[k]);
        if (state->rows[k].params || state->rows[k].macs) printed++, agree += agrees;
        bare += !agrees && !*state->rows[k].reason;
    }
    size_t used = (size_t)snprintf(out, size,
                                   "%d of %d rows with counts agree to the digits that the paper prints; the "
                                   "others have torchvision's stride (v1.5), and the row below each has the "
                                   "paper's. ",
                                   agree, printed);
    for (int k = 0; k < done && used < size; k++) {
        const PaperScore *score = score_of(state, k);
        if (!score || isnan(score->error) || isnan(state->rows[k].error)) continue;
        used += (size_t)snprintf(out + used, size - used, "%s: %.3g %% wrong here, %.3g %% in the paper. ",
                                 state->rows[k].config.arch, score->error, state->rows[k].error);
    }
    if (used < size) snprintf(out + used, size - used, "Why they differ, row by row: skipscope paper.");
    snprintf(result->oracle, sizeof result->oracle, "rows whose counts differ and that give no reason");
    result->oracle_value = bare;
}

/* Whether an error was measured here, on how many pictures, or only told by a file. */
static void say_certainty(const PaperState *state, int done, AnalysisResult *result) {
    int told = 0, measured = 0, least = 0;
    for (int k = 0; k < done; k++) {
        const PaperScore *score = score_of(state, k);
        if (!score || isnan(score->error)) continue;
        told += score->seen == 0, measured += score->seen > 0;
        if (score->seen > 0 && (least == 0 || score->seen < least)) least = score->seen;
    }
    char *out = result->certainty;
    size_t size = sizeof result->certainty;
    int used = snprintf(out, size, "exact, counts; errors: one run of training each");
    if (measured > 0)
        used += snprintf(out + used, size - (size_t)used, ", %d measured here, sampled, n=%d pictures",
                         measured, least);
    if (told > 0) snprintf(out + used, size - (size_t)used, ", %d as the files say", told);
}

static bool paper_report(const void *memory, int done, AnalysisResult *result) {
    const PaperState *state = memory;
    bool ok = fill_table(state, done, &result->table);
    snprintf(
        result->subject, sizeof result->subject,
        "tables 1 (ImageNet, what the paper calls FLOPs), 2 (ImageNet, top-1, 10 crops) and 6 (CIFAR-10)");
    read_rows(state, done, result);
    if (state->err.kind != ERROR_NONE) utf8_copy(result->reading, sizeof result->reading, state->err.text);
    say_certainty(state, done, result);
    return ok;
}

static void paper_clear(void *memory) {
    free(((PaperState *)memory)->counts);
}

const AnalysisSpec analysis_paper_spec = {
    .name = "paper",
    .title = "Scoreboard",
    .sentence =
        "Parameters, multiply-adds and errors of the networks here beside those that the paper prints.",
    .math = "params = Σ |w|;  multiply-adds = Σ H·W·C_out·k²·C_in, convolutions and classifier;  off = "
            "ours/paper's − 1",
    .source = "He et al. 2015, arXiv:1512.03385, tables 1, 2 and 6",
    .wants = ANALYSIS_WANTS_SCORES,
    .state_size = sizeof(PaperState),
    .begin = paper_begin,
    .total = paper_total,
    .step = paper_step,
    .report = paper_report,
    .clear = paper_clear,
};
