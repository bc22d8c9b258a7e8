#include "core/analysis/analysis.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

struct Analysis {
    const AnalysisSpec *spec;
    AnalysisInput input;
    int done, total;
    void *state;
};

#define ANALYSIS_DECLARE(ID, file) extern const AnalysisSpec analysis_##file##_spec;
ANALYSIS_LIST(ANALYSIS_DECLARE)
#undef ANALYSIS_DECLARE

const AnalysisSpec *analysis_spec(AnalysisId id) {
#define ANALYSIS_SPEC(ID, file) &analysis_##file##_spec,
    static const AnalysisSpec *const specs[] = {ANALYSIS_LIST(ANALYSIS_SPEC)};
#undef ANALYSIS_SPEC
    assert(id < ANALYSIS_COUNT);
    return specs[id];
}

bool analysis_find(const char *name, AnalysisId *id) {
    for (int k = 0; k < ANALYSIS_COUNT; k++)
        if (strcmp(analysis_spec((AnalysisId)k)->name, name) == 0) {
            *id = (AnalysisId)k;
            return true;
        }
    return false;
}

Analysis *analysis_new(AnalysisId id, const AnalysisInput *input, Error *err) {
    const AnalysisSpec *spec = analysis_spec(id);
    Analysis *analysis = calloc(1, sizeof *analysis);
    void *state = calloc(1, spec->state_size);
    if (!analysis || !state) {
        free(analysis);
        free(state);
        error_set(err, ERROR_FAILED, "%s: not enough memory", spec->name);
        return NULL;
    }
    *analysis = (Analysis){.spec = spec, .input = *input, .state = state};
    if (!spec->begin(state, &analysis->input, err)) {
        analysis_free(analysis);
        return NULL;
    }
    analysis->total = spec->total(state);
    return analysis;
}

void analysis_free(Analysis *analysis) {
    if (!analysis) return;
    analysis->spec->clear(analysis->state);
    free(analysis->state);
    free(analysis);
}

bool analysis_step(Analysis *analysis) {
    if (analysis->done == analysis->total) return false;
    analysis->done += analysis->spec->step(analysis->state, analysis->done);
    assert(analysis->done <= analysis->total);
    return true;
}

int analysis_done(const Analysis *analysis) {
    return analysis->done;
}

int analysis_total(const Analysis *analysis) {
    return analysis->total;
}

double analysis_share(const Analysis *analysis) {
    if (analysis->done == analysis->total) return 1;
    if (analysis->spec->share) return analysis->spec->share(analysis->state, analysis->done);
    return (double)analysis->done / analysis->total;
}

/* The columns may lie in the analysis's state, and the result outlives that: it takes a copy of them. */
static bool own_columns(AnalysisResult *result) {
    const AnalysisTable *table = &result->table;
    size_t size = 0;
    for (int c = 0; c < table->column_count; c++)
        size += sizeof *table->columns + strlen(table->columns[c].name) + strlen(table->columns[c].unit) + 2;
    result->columns = malloc(size ? size : 1);
    if (!result->columns) return false;
    AnalysisColumn *columns = result->columns;
    char *text = (char *)(columns + table->column_count);
    for (int c = 0; c < table->column_count; c++) {
        columns[c] = table->columns[c];
        columns[c].name = strcpy(text, table->columns[c].name);
        text += strlen(text) + 1;
        columns[c].unit = strcpy(text, table->columns[c].unit);
        text += strlen(text) + 1;
    }
    result->table.columns = columns;
    return true;
}

/* Which of the meanings of "without skip" is in force. */
static void format_skip(const AnalysisInput *input, char *out, size_t size) {
    static const char *const modes[] = {"skips as built", "plain: skips removed, the same weights",
                                        "cut: skips carry no gradient", "lesion: skip only in"};
    const Network *network = input->model->network;
    bool built_plain = network->shortcut == '-';
    size_t used = (size_t)snprintf(out, size, "%s", built_plain ? "built without skips" : modes[input->skip]);
    if (input->skip != SKIP_LESION) return;
    for (int b = 0; b < network->block_count && used < size; b++)
        if (input->lesioned[b]) used += utf8_format(out + used, size - used, " %s", network->blocks[b].name);
}

static void format_subject(const AnalysisInput *input, char *out, size_t size) {
    char skip[ANALYSIS_TEXT_MAX / 2];
    const char *arch = input->model->network->arch;
    format_skip(input, skip, sizeof skip);
    utf8_format(out, size, "%s, %s, %s, %s; %s", arch, input->weights_label, skip,
                arch_of(arch).norm_free   ? "no batch norm"
                : input->batch_statistics ? "BN of this batch"
                                          : "BN running",
                input->images_label);
}

/* What the placeholder at `text` stands for, and its length there; NULL for any other text. */
static const char *placeholder(const char *text, const OpSpec *activation, char kinks[64], size_t *length) {
    static const char *const names[] = {"{f}", "{F}", "{kinks}"};
    const char *const values[] = {activation->name, activation->title, kinks};
    kinks[0] = '\0';
    if (activation->activation->has_gates) utf8_format(kinks, 64, ", and kinks of %ss", activation->title);
    for (int k = 0; k < 3; k++) {
        *length = strlen(names[k]);
        if (strncmp(text, names[k], *length) == 0) return values[k];
    }
    return NULL;
}

void analysis_format_text(const char *text, const OpSpec *activation, char out[ANALYSIS_TEXT_MAX]) {
    size_t used = 0;
    out[0] = '\0';
    while (*text) {
        char kinks[64];
        size_t length = strcspn(text, "{");
        used += utf8_copy_n(out + used, ANALYSIS_TEXT_MAX - used, text, length);
        text += length;
        if (*text == '\0') break;
        const char *value = placeholder(text, activation, kinks, &length);
        used += utf8_copy(out + used, ANALYSIS_TEXT_MAX - used, value ? value : "{");
        text += value ? length : 1;
    }
}

bool analysis_report(const Analysis *analysis, AnalysisResult *result) {
    const AnalysisInput *input = &analysis->input;
    const AnalysisSpec *spec = analysis->spec;
    const OpSpec *activation =
        input->model ? network_activation(input->model->network) : op_spec(op_default_activation());
    *result = (AnalysisResult){
        .complete = analysis->done == analysis->total, .done = analysis->done, .total = analysis->total};
    if (input->model) format_subject(input, result->subject, sizeof result->subject);
    analysis_format_text(spec->math, activation, result->math);
    analysis_format_text(spec->source, activation, result->source);
    if (spec->report(analysis->state, analysis->done, result) && own_columns(result)) return true;
    analysis_result_clear(result);
    return false;
}

void analysis_result_clear(AnalysisResult *result) {
    free(result->columns);
    free(result->table.labels);
    free(result->table.values);
    free(result->table.strip.values);
    *result = (AnalysisResult){0};
}

/* The value with as many digits whatever they are, so that the row ends at the same place on every processor. */
void analysis_format_check(const AnalysisResult *result, char *out, size_t out_size) {
    bool holds = result->oracle_value <= result->oracle_limit;
    char value[32] = "0", limit[32] = "must be 0";
    *out = '\0';
    if (!*result->oracle) return;
    if (result->oracle_value != 0) snprintf(value, sizeof value, "%.1e", result->oracle_value);
    if (result->oracle_limit > 0) snprintf(limit, sizeof limit, "at most %.0e", result->oracle_limit);
    snprintf(out, out_size, "%s: %s = %s, %s", holds ? "holds" : "DOES NOT HOLD", result->oracle, value,
             limit);
}

void analysis_table_begin(AnalysisTable *table, const char *row_name, const AnalysisColumn *columns,
                          int count) {
    assert(count <= ANALYSIS_COLUMNS_MAX);
    *table = (AnalysisTable){.row_name = row_name, .columns = columns, .column_count = count};
}

static bool grow_table(AnalysisTable *table) {
    int capacity = table->row_capacity ? 2 * table->row_capacity : 32;
    void *labels = realloc(table->labels, (size_t)capacity * sizeof *table->labels);
    if (labels) table->labels = labels;
    void *values =
        realloc(table->values, (size_t)capacity * (size_t)table->column_count * sizeof *table->values);
    if (values) table->values = values;
    size_t cells = (size_t)capacity * (size_t)table->strip.width;
    void *strip = cells > 0 ? realloc(table->strip.values, cells * sizeof *table->strip.values) : NULL;
    if (strip) table->strip.values = strip;
    if (!labels || !values || (cells > 0 && !strip)) return false;
    table->row_capacity = capacity;
    return true;
}

double *analysis_table_add(AnalysisTable *table, const char *label_format, ...) {
    if (table->row_count == table->row_capacity && !grow_table(table)) return NULL;
    int row = table->row_count++;
    va_list arguments;
    va_start(arguments, label_format);
    utf8_vformat(table->labels[row], ANALYSIS_LABEL_MAX, label_format, arguments);
    va_end(arguments);
    double *values = table->values + (size_t)row * (size_t)table->column_count;
    for (int c = 0; c < table->column_count; c++) values[c] = NAN;
    for (int k = 0; k < table->strip.width; k++) analysis_table_strip(table, row)[k] = NAN;
    return values;
}

void analysis_table_set_strip(AnalysisTable *table, AnalysisStrip strip) {
    assert(table->row_count == 0 && strip.width <= ANALYSIS_STRIP_MAX);
    table->strip = strip;
}

double *analysis_table_strip(const AnalysisTable *table, int row) {
    return table->strip.values + (size_t)row * (size_t)table->strip.width;
}

double analysis_table_get(const AnalysisTable *table, int row, int column) {
    return table->values[(size_t)row * (size_t)table->column_count + (size_t)column];
}

Pass *analysis_open_forward(Pass *pass, const AnalysisInput *input, const Network *network, PassConfig config,
                            AnalysisPart part, Error *err) {
    size_t image = shape_count(network->input);
    config.batch = part.count;
    config.forward_only = config.no_inspection = true;
    if (!pass || pass_batch(pass) != part.count) {
        pass_free(pass);
        pass = pass_new(network, &config, err);
    }
    if (!pass) return NULL;
    memcpy(pass_input(pass), input->images + (size_t)part.first * image,
           (size_t)part.count * image * sizeof(real));
    pass_restart(pass, NULL);
    return pass;
}

Pass *analysis_open_pass(const AnalysisInput *input, Error *err) {
    const Network *network = input->model->network;
    PassConfig config = {.batch = input->image_count,
                         .batch_statistics = input->batch_statistics,
                         .skip = input->skip,
                         .lesioned = input->lesioned};
    Pass *pass = pass_new(network, &config, err);
    if (!pass) return NULL;
    memcpy(pass_input(pass), input->images,
           (size_t)input->image_count * shape_count(network->input) * sizeof(real));
    pass_restart(pass, input->targets);
    return pass;
}

bool analysis_advance(Pass *pass) {
    return pass_step_forward(pass) || pass_step_backward(pass);
}

double analysis_pass_share(const Pass *pass) {
    /* Backward every operation does about twice the work, once for its input and once for its weights. */
    enum { BACKWARD = 2 };
    if (!pass) return 0;
    int ops = pass_network(pass)->op_count;
    bool forward_only = pass_is_forward_only(pass);
    double done = pass_forward_done(pass) + (double)BACKWARD * pass_backward_done(pass);
    return done / (forward_only ? ops : (1 + BACKWARD) * ops);
}

Pass *analysis_run_pass(const AnalysisInput *input, Error *err) {
    Pass *pass = analysis_open_pass(input, err);
    while (pass && analysis_advance(pass)) {
    }
    return pass;
}
