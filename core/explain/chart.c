#include "core/explain/chart.h"

#include <math.h>
#include <string.h>

#include "core/explain/part.h"

/* One step of each analysis, and the line in it that measures. */
static const OpExcerpt steps[ANALYSIS_COUNT] = {
    [ANALYSIS_PATHS] = {"core/analysis/paths.c", "paths_step", "state->parts[k + 1][j] ="},
    [ANALYSIS_LOGITS] = {"core/analysis/logits.c", "logits_step", "write_ledger("},
    [ANALYSIS_JUNCTIONS] = {"core/analysis/junctions.c", "entry_of", "pass_junction("},
    [ANALYSIS_LESIONS] = {"core/analysis/lesions_run.c", "count_picture", "tally->right +="},
    [ANALYSIS_RESPONSES] = {"core/analysis/responses.c", "responses_step", "add_to_sums("},
    [ANALYSIS_FLOW] = {"core/analysis/flow.c", "flow_step", "analysis_advance("},
    [ANALYSIS_REGIMES] = {"core/analysis/regime_runs.c", "measure_gradients", "pass_grad_stats("},
    [ANALYSIS_SHATTERED] = {"core/analysis/shattered.c", "shattered_step", "correlate("},
    [ANALYSIS_SLICE] = {"core/analysis/slice_run.c", "finish_point", "pass_loss("},
    [ANALYSIS_PAPER] = {"core/analysis/paper.c", "paper_step", "paper_count("},
    [ANALYSIS_GRADCHECK] = {"core/inspect/gradcheck.c", "gradcheck_advance", "step->numeric ="},
};

static bool has_row(const ExplainChartQuery *query) {
    return query->result && query->row >= 0 && query->row < query->result->table.row_count;
}

static void say_number(const AnalysisColumn *column, double value, Explanation *out) {
    explain_number(out, column->name, value);
    explain_more(out, "%s ", column->name);
    if (isnan(value))
        explain_more(out, "not known");
    else if (column->kind == COLUMN_SHARE)
        explain_more(out, "%.3g %%", 100 * value);
    else
        explain_more(out, column->kind == COLUMN_COUNT ? "%.0f" : "%.4g", value);
    if (*column->unit) explain_more(out, " (%s)", column->unit);
}

static void say_row(const ExplainChartQuery *query, ExplainKind kind, Explanation *out) {
    const AnalysisTable *table = &query->result->table;
    if (!has_row(query)) return;
    explain_say(out, kind, "%s %s: ", table->row_name, table->labels[query->row]);
    for (int c = 0; c < table->column_count; c++) {
        if (c > 0) explain_more(out, ", ");
        say_number(&table->columns[c], analysis_table_get(table, query->row, c), out);
    }
    explain_more(out, ".");
}

/* The columns that have plain words, if there are any. */
static void say_row_for_anyone(const ExplainChartQuery *query, Explanation *out) {
    const AnalysisTable *table = &query->result->table;
    bool any = false;
    if (!has_row(query)) return;
    for (int c = 0; c < table->column_count; c++) {
        const AnalysisColumn *column = &table->columns[c];
        double value = analysis_table_get(table, query->row, c);
        if (!column->plain || isnan(value)) continue;
        if (!any) explain_say(out, EXPLAIN_TEXT, "The selected row: ");
        explain_number(out, column->name, value);
        explain_more(out, column->kind == COLUMN_SHARE ? "%s%s %.3g %%" : "%s%s %.3g", any ? ", " : "",
                     column->plain, column->kind == COLUMN_SHARE ? 100 * value : value);
        any = true;
    }
    if (any) explain_more(out, ".");
}

static void say_for_anyone(const ExplainChartQuery *query, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "%s", analysis_spec(query->id)->sentence);
    if (!query->result) {
        explain_say(out, EXPLAIN_TEXT, "It has not been run yet: Enter runs it.");
        return;
    }
    explain_say(out, EXPLAIN_TEXT, "%s", query->result->reading);
    say_row_for_anyone(query, out);
}

static void say_code(const ExplainChartQuery *query, Explanation *out) {
    if (query->result)
        explain_say(out, EXPLAIN_TEXT, "%d of %d steps were done; this is where one measures.",
                    query->result->done, query->result->total);
    else
        explain_say(out, EXPLAIN_TEXT, "It has not been run yet; this is where a step of it measures.");
    explain_quote(query->sources, &steps[query->id], out);
}

static void say_mathematics(const ExplainChartQuery *query, Explanation *out) {
    char check[ANALYSIS_TEXT_MAX], text[ANALYSIS_TEXT_MAX];
    const AnalysisSpec *spec = analysis_spec(query->id);
    analysis_format_text(spec->math, query->activation, text);
    explain_say(out, EXPLAIN_FORMULA, "%s", text);
    if (query->result) {
        say_row(query, EXPLAIN_FORMULA, out);
        if (*query->result->remark) explain_say(out, EXPLAIN_TEXT, "%s", query->result->remark);
        analysis_format_check(query->result, check, sizeof check);
        if (*check) explain_say(out, EXPLAIN_TEXT, "Check %s", check);
        explain_say(out, EXPLAIN_TEXT, "Certainty: %s", query->result->certainty);
    }
    analysis_format_text(spec->source, query->activation, text);
    explain_say(out, EXPLAIN_REFERENCE, "%s", text);
}

void explain_chart(const ExplainChartQuery *query, Explanation *out) {
    *out = (Explanation){0};
    if (query->level == EXPLAIN_OFF) return;
    explain_say(out, EXPLAIN_HEADING, "%s", analysis_spec(query->id)->title);
    if (query->level == EXPLAIN_CODE)
        say_code(query, out);
    else if (query->level == EXPLAIN_MATH)
        say_mathematics(query, out);
    else
        say_for_anyone(query, out);
}
