/* The scoreboard: this program's networks beside the paper's tables. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/export_file.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/load/data_sets.h"
#include "app/load/setup.h"
#include "app/measure/analysis_print.h"
#include "app/measure/figure6.h"
#include "app/measure/scores.h"
#include "core/base/json_write.h"
#include "core/network/paper.h"
#include "views/style/text.h"

static const PaperScore *find_score(const Scores *scores, const PaperRow *row) {
    return paper_find_score(scores->list, scores->count, row);
}

/* Why numbers differ: the architecture, and where there are weights, how they were made. */
static void format_reason(const PaperRow *row, const PaperCount *count, const PaperScore *scored, char *out,
                          size_t size) {
    bool agrees = paper_row_agrees(row, count), counted = row->params || row->macs;
    int used = snprintf(out, size, "%s%s%s", counted && agrees ? "counts agree to the digits printed" : "",
                        counted && agrees && *row->reason ? "; " : "", row->reason);
    if (!scored) {
        if (row->table == 6)
            snprintf(out + used, size - (size_t)used, "%sno weights are built in", used > 0 ? "; " : "");
        return;
    }
    snprintf(
        out + used, size - (size_t)used,
        "%serror %s: one run of %s; the paper: 64k steps of 128, weight decay 1e-4, rate divided at 32k and "
        "48k",
        used > 0 ? "; " : "", scored->from, *scored->recipe ? scored->recipe : "an unknown recipe");
}

typedef struct Certainty {
    char text[96];
} Certainty;

static Certainty certainty_of(const PaperScore *scored) {
    Certainty out = {"exact, counts"};
    if (scored && scored->seen > 0)
        snprintf(out.text, sizeof out.text,
                 "exact, counts; error: sampled, n=%d pictures, one run of training", scored->seen);
    else if (scored)
        snprintf(out.text, sizeof out.text, "exact, counts; error: as the file says, one run of training");
    return out;
}

static bool write_json(const Scores *scores, const Figure6 *figure, Error *err) {
    int count;
    const PaperRow *rows = paper_rows(&count);
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key(&json, "rows");
    json_write_array_begin(&json);
    for (int k = 0; k < count; k++) {
        PaperCount ours;
        char shortcut[2] = {rows[k].config.shortcut}, reason[2 * PAPER_REASON_MAX];
        const PaperScore *scored = find_score(scores, &rows[k]);
        if (!paper_count(&rows[k], &ours, err)) return false;
        format_reason(&rows[k], &ours, scored, reason, sizeof reason);
        json_write_object_begin(&json);
        json_write_key_int(&json, "table", rows[k].table);
        json_write_key_string(&json, "arch", rows[k].config.arch);
        json_write_key_string(&json, "shortcut", *shortcut ? shortcut : "none");
        json_write_key_string(&json, "stride_in", rows[k].config.stride_in_1x1 ? "1x1" : "3x3");
        json_write_key_int(&json, "params", (int64_t)ours.params);
        json_write_key_float(&json, "paper_params", rows[k].params ? rows[k].params_value : NAN);
        json_write_key_int(&json, "macs", (int64_t)ours.macs);
        json_write_key_float(&json, "paper_macs", rows[k].macs ? rows[k].macs_value : NAN);
        json_write_key_float(&json, "error_percent", scored ? scored->error : NAN);
        json_write_key_float(&json, "paper_error_percent", rows[k].error);
        json_write_key_string(&json, "reason", reason);
        json_write_key_string(&json, "certainty", certainty_of(scored).text);
        json_write_object_end(&json);
    }
    json_write_array_end(&json);
    json_write_key(&json, "figure6");
    figure6_write_json(figure, &json);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

static void put_error(Table *table, double error) {
    if (isnan(error))
        table_cell(table, "%s", "");
    else
        table_cell(table, "%.2f", error);
}

static void put_csv_number(double value, const char *format) {
    char text[32] = "";
    if (!isnan(value)) snprintf(text, sizeof text, format, value);
    table_put_csv(stdout, text, false);
}

static bool write_csv(const Scores *scores, Error *err) {
    int count;
    const PaperRow *rows = paper_rows(&count);
    puts(
        "table,arch,shortcut,stride_in,params,paper_params,macs,paper_macs,error_percent,paper_error_percent,"
        "reason,certainty");
    for (int k = 0; k < count; k++) {
        PaperCount ours;
        char reason[2 * PAPER_REASON_MAX], shortcut[2] = {rows[k].config.shortcut};
        const PaperScore *scored = find_score(scores, &rows[k]);
        if (!paper_count(&rows[k], &ours, err)) return false;
        format_reason(&rows[k], &ours, scored, reason, sizeof reason);
        printf("%d,%s,%s,%s,%zu,", rows[k].table, rows[k].config.arch, *shortcut ? shortcut : "none",
               rows[k].config.stride_in_1x1 ? "1x1" : "3x3", ours.params);
        put_csv_number(rows[k].params ? rows[k].params_value : NAN, "%.9g");
        printf("%" PRIu64 ",", ours.macs);
        put_csv_number(rows[k].macs ? rows[k].macs_value : NAN, "%.9g");
        put_csv_number(scored ? scored->error : NAN, "%.4g");
        put_csv_number(rows[k].error, "%.4g");
        table_put_csv(stdout, reason, false);
        table_put_csv(stdout, certainty_of(scored).text, true);
    }
    return true;
}

typedef struct Notes {
    char (*texts)[2 * PAPER_REASON_MAX];
    int count;
} Notes;

/* Reasons are long: numbered, and each one written once below the table. */
static int note(Notes *notes, const char *text) {
    if (!*text) return 0;
    for (int k = 0; k < notes->count; k++)
        if (strcmp(notes->texts[k], text) == 0) return k + 1;
    strcpy(notes->texts[notes->count], text);
    return ++notes->count;
}

static bool add_paper_row(Table *table, Notes *notes, const Scores *scores, const PaperRow *row, Error *err) {
    PaperCount ours;
    char name[48], reason[2 * PAPER_REASON_MAX];
    const PaperScore *scored = find_score(scores, row);
    if (!paper_count(row, &ours, err)) return false;
    format_reason(row, &ours, scored, reason, sizeof reason);
    paper_row_name(row, name, sizeof name);
    table_cell(table, "%d", row->table);
    table_cell(table, "%s", name);
    table_cell(table, "%s", text_format_count(ours.params).text);
    table_cell(table, "%s", row->params ? row->params : "");
    table_cell(table, "%s", text_format_count(ours.macs).text);
    table_cell(table, "%s", row->macs ? row->macs : "");
    put_error(table, scored ? scored->error : NAN);
    put_error(table, row->error);
    table_cell(table, "[%d]", note(notes, reason));
    return true;
}

static bool print_text(const Scores *scores, bool ascii, Error *err) {
    static const char *const heads[] = {"table", "<network", "params", "paper", "multiply-adds",
                                        "paper", "error %",  "paper",  "<why",  NULL};
    int count;
    const PaperRow *rows = paper_rows(&count);
    Table table;
    Notes notes = {.texts = calloc((size_t)count, sizeof *notes.texts)};
    table_init(&table, heads, ascii);
    bool ok = notes.texts != NULL;
    for (int k = 0; ok && k < count; k++) ok = add_paper_row(&table, &notes, scores, &rows[k], err);
    if (ok) {
        puts(
            "He et al. 2015, arXiv:1512.03385: tables 1 (ImageNet, what the paper calls FLOPs), 2 (ImageNet, "
            "top-1), 6 (CIFAR-10)\n");
        ok = table_print(&table, stdout);
        putchar('\n');
    }
    for (int k = 0; ok && k < notes.count; k++) {
        printf("[%d]\n", k + 1);
        table_put_wrapped(stdout, notes.texts[k], 4, 100, ascii);
    }
    if (ok) {
        putchar('\n');
        table_put_wrapped(
            stdout,
            "Certainty: parameters and multiply-adds are exact. An error is that of one run of training "
            "on one crop of each test picture; another run gives another.",
            0, 100, ascii);
    }
    table_clear(&table);
    free(notes.texts);
    return ok || (err->kind != ERROR_NONE ? false : error_set(err, ERROR_FAILED, "not enough memory"));
}

/* The chart is that of the analysis, which the explorer shows. */
static bool write_chart(const Scores *scores, const char *path, Error *err) {
    AnalysisInput input = {.scores = scores->list, .score_count = scores->count};
    AnalysisResult result;
    Analysis *analysis = analysis_new(ANALYSIS_PAPER, &input, err);
    if (!analysis) return false;
    while (analysis_step(analysis)) {
    }
    bool ok = analysis_report(analysis, &result) || error_set(err, ERROR_FAILED, "not enough memory");
    if (ok) {
        ok = analysis_write_svg(analysis_spec(ANALYSIS_PAPER), &result, path, err);
        analysis_result_clear(&result);
    }
    analysis_free(analysis);
    return ok;
}

/* The first one named wins: a user's own file comes before the bundled one. */
static bool find_scores(Scores *scores, const Options *options, Error *err) {
    Dataset *dataset = NULL;
    DatasetConfig config = data_sets_config(options, DATASET_SIDE);
    bool data = options_given(options, "data") || options_given(options, "limit");
    if (data && !(dataset = data_sets_open(&config, options->output.quiet, err))) return false;
    bool ok = true;
    for (int k = 0; ok && k < options->word_count; k++)
        ok = scores_add(scores, setup_load_weights(options->words[k], NULL, err), dataset,
                        options->output.quiet, err);
    ok = ok && scores_add_bundled(scores, dataset, options->output.quiet, err);
    dataset_free(dataset);
    return ok;
}

static bool print_figures(const Scores *scores, const Options *options, Error *err) {
    Figure6 figure;
    if (options->output.csv) return write_csv(scores, err);
    if (!figure6_load_bundled(&figure, err)) return false;
    if (options->output.json) return write_json(scores, &figure, err);
    return print_text(scores, options->output.ascii, err) &&
           figure6_print(&figure, options->output.ascii, err);
}

/* A chart that cannot be written costs nobody the figures. */
bool command_paper(const Options *options, Error *err) {
    Scores scores = {0};
    if (options->output.svg && !export_file_prepare(options->output.svg, EXPORT_SVG, err)) return false;
    if (!find_scores(&scores, options, err)) return false;
    bool drawn = !options->output.svg || write_chart(&scores, options->output.svg, err);
    return print_figures(&scores, options, drawn ? err : NULL) && drawn;
}
