/* The scoreboard: this program's networks beside the paper's tables. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/accuracy.h"
#include "app/assets.h"
#include "app/setup.h"
#include "app/table.h"
#include "core/json_write.h"
#include "core/paper.h"
#include "views/text.h"

enum { MODELS_MAX = 34, PAPER_BATCH = 128 };

/* A network whose error is known. */
typedef struct Scored {
    char arch[ARCH_NAME_MAX];
    double error;     /* percent */
    const char *from; /* "as the file says", "measured here" */
    int seen;         /* pictures it was measured on; 0: the file does not say */
    char recipe[PAPER_REASON_MAX];
} Scored;

typedef struct Board {
    Scored scored[MODELS_MAX];
    int count;
    Dataset *dataset; /* NULL: errors are those that the files tell */
} Board;

static bool measure(Board *board, Scored *scored, const Model *model, bool quiet, Error *err) {
    Accuracy accuracy;
    PassConfig config = {.batch = PAPER_BATCH};
    if (model->network->classes != dataset_classes(board->dataset) || model->network->input.h != DATASET_SIDE)
        return true;
    if (!accuracy_measure(&accuracy, model, board->dataset, &config, quiet, err)) return false;
    scored->error = 100 * (1 - accuracy_top1(&accuracy));
    scored->from = "measured here";
    scored->seen = (int)accuracy.evaluation.seen;
    return true;
}

/* Takes the model. */
static bool score(Board *board, Model *model, bool quiet, Error *err) {
    if (!model) return false;
    const char *top1 = model_value(model, "test_top1"), *recipe = model_value(model, "recipe");
    Scored *scored = &board->scored[board->count++];
    *scored = (Scored){.error = top1 ? 100 * (1 - strtod(top1, NULL)) : NAN, .from = "as the file says"};
    snprintf(scored->arch, sizeof scored->arch, "%s", model->network->arch);
    snprintf(scored->recipe, sizeof scored->recipe, "%s", recipe ? recipe : "");
    bool ok = !board->dataset || measure(board, scored, model, quiet, err);
    model_free(model);
    return ok;
}

static bool score_all(Board *board, const Options *options, Error *err) {
    bool ok = true;
    for (int k = 0; ok && k < options->word_count && k < MODELS_MAX - 2; k++)
        ok = score(board, model_load_file(options->words[k], NULL, err), options->quiet, err);
    for (const Asset *asset = asset_list; ok && asset->path; asset++)
        if (strncmp(asset->path, "assets/models/", 14) == 0 && board->count < MODELS_MAX)
            ok = score(board, model_load_memory(asset->begin, asset_size(asset), asset->path, NULL, err),
                       options->quiet, err);
    return ok;
}

/* The first one named wins: a user's own file comes before the bundled one. */
static const Scored *find_scored(const Board *board, const PaperRow *row) {
    for (int k = 0; row->table == 6 && k < board->count; k++)
        if (strcmp(board->scored[k].arch, row->config.arch) == 0) return &board->scored[k];
    return NULL;
}

/* Why numbers differ: the architecture, and where there are weights, how they were made. */
static void format_reason(const PaperRow *row, const PaperCount *count, const Scored *scored, char *out,
                          size_t size) {
    bool agrees = paper_agrees(row->params, row->params_value, (double)count->params) &&
                  paper_agrees(row->macs, row->macs_value, (double)count->macs);
    bool counted = row->params || row->macs;
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

static Certainty certainty_of(const Scored *scored) {
    Certainty out = {"exact, counts"};
    if (scored && scored->seen > 0)
        snprintf(out.text, sizeof out.text,
                 "exact, counts; error: sampled, n=%d pictures, one run of training", scored->seen);
    else if (scored)
        snprintf(out.text, sizeof out.text, "exact, counts; error: as the file says, one run of training");
    return out;
}

static void row_name(const PaperRow *row, char *out, size_t size) {
    char shortcut = row->config.shortcut;
    snprintf(out, size, "%s%s%c%s", row->config.arch, shortcut ? ", " : "", shortcut ? shortcut : '\0',
             row->config.stride_in_1x1 ? ", v1" : "");
    if (shortcut == 'B' && !row->config.stride_in_1x1 && strncmp(row->config.arch, "resnet34", 8) != 0)
        snprintf(out, size, "%s, B, v1.5", row->config.arch);
}

static bool write_json(const Board *board, Error *err) {
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
        const Scored *scored = find_scored(board, &rows[k]);
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
    json_write_object_end(&json);
    return json_write_end(&json) || error_set(err, ERROR_FAILED, "standard output cannot be written");
}

static void put_error(Table *table, double error) {
    table_cell(table, isnan(error) ? "" : "%.2f", error);
}

static void put_csv_number(double value, const char *format) {
    char text[32] = "";
    if (!isnan(value)) snprintf(text, sizeof text, format, value);
    table_put_csv(stdout, text, false);
}

static bool write_csv(const Board *board, Error *err) {
    int count;
    const PaperRow *rows = paper_rows(&count);
    puts(
        "table,arch,shortcut,stride_in,params,paper_params,macs,paper_macs,error_percent,paper_error_percent,"
        "reason,certainty");
    for (int k = 0; k < count; k++) {
        PaperCount ours;
        char reason[2 * PAPER_REASON_MAX], shortcut[2] = {rows[k].config.shortcut};
        const Scored *scored = find_scored(board, &rows[k]);
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

static bool add_row(Table *table, Notes *notes, const Board *board, const PaperRow *row, Error *err) {
    PaperCount ours;
    char name[48], reason[2 * PAPER_REASON_MAX];
    const Scored *scored = find_scored(board, row);
    if (!paper_count(row, &ours, err)) return false;
    format_reason(row, &ours, scored, reason, sizeof reason);
    row_name(row, name, sizeof name);
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

static bool print_text(const Board *board, bool ascii, Error *err) {
    static const char *const heads[] = {"table", "<network", "params", "paper", "multiply-adds",
                                        "paper", "error %",  "paper",  "<why",  NULL};
    int count;
    const PaperRow *rows = paper_rows(&count);
    Table table;
    Notes notes = {.texts = calloc((size_t)count, sizeof *notes.texts)};
    table_init(&table, heads, ascii);
    bool ok = notes.texts != NULL;
    for (int k = 0; ok && k < count; k++) ok = add_row(&table, &notes, board, &rows[k], err);
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

bool command_paper(const Options *options, Error *err) {
    Board board = {0};
    bool data = options_given(options, "data") || options_given(options, "limit");
    DatasetConfig config = setup_dataset_config(options);
    if (data && !(board.dataset = dataset_load(&config, err))) return false;
    bool ok = score_all(&board, options, err);
    if (ok && options->json)
        ok = write_json(&board, err);
    else if (ok && options->csv)
        ok = write_csv(&board, err);
    else if (ok)
        ok = print_text(&board, options->ascii, err);
    dataset_free(board.dataset);
    return ok;
}
