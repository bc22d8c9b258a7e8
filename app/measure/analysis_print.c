#include "app/measure/analysis_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/export_file.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "views/analyses/chart_strip.h"
#include "views/analyses/chart_svg.h"
#include "views/style/text.h"

enum { BAR = 20, TEXT_COLUMNS = 100 };

static void write_strip(JsonWriter *json, const AnalysisTable *table, int row) {
    json_write_key(json, table->strip.name);
    json_write_array_begin(json);
    for (int k = 0; k < table->strip.width; k++) json_write_float(json, analysis_table_strip(table, row)[k]);
    json_write_array_end(json);
}

static bool write_json(const AnalysisSpec *spec, const AnalysisResult *result, Error *err) {
    const AnalysisTable *table = &result->table;
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key_string(&json, "analysis", spec->name);
    json_write_key_string(&json, "subject", result->subject);
    json_write_key_string(&json, "certainty", result->certainty);
    json_write_key(&json, "complete");
    json_write_bool(&json, result->complete);
    json_write_key_int(&json, "steps_done", result->done);
    json_write_key_int(&json, "steps", result->total);
    json_write_key_string(&json, "reading", result->reading);
    if (*result->remark) json_write_key_string(&json, "remark", result->remark);
    if (*result->oracle) {
        json_write_key_string(&json, "oracle", result->oracle);
        json_write_key_float(&json, "oracle_value", result->oracle_value);
        json_write_key_float(&json, "oracle_limit", result->oracle_limit);
    }
    json_write_key(&json, "rows");
    json_write_array_begin(&json);
    for (int r = 0; r < table->row_count; r++) {
        json_write_object_begin(&json);
        json_write_key_string(&json, table->row_name, table->labels[r]);
        for (int c = 0; c < table->column_count; c++)
            json_write_key_float(&json, table->columns[c].name, analysis_table_get(table, r, c));
        if (table->strip.width > 0) write_strip(&json, table, r);
        json_write_object_end(&json);
    }
    json_write_array_end(&json);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

static void put_csv_number(FILE *out, double value) {
    char text[32] = "";
    if (isfinite(value)) snprintf(text, sizeof text, "%.9g", value);
    table_put_csv(out, text, false);
}

static void write_csv_head(FILE *out, const AnalysisTable *table) {
    table_put_csv(out, table->row_name, false);
    for (int c = 0; c < table->column_count; c++) table_put_csv(out, table->columns[c].name, false);
    for (int k = 0; k < table->strip.width; k++) {
        char head[64];
        utf8_format(head, sizeof head, "%.40s %d", table->strip.name, k);
        table_put_csv(out, head, false);
    }
    table_put_csv(out, "certainty", true);
}

/* The error stands in the row of its figure, so that it stays with it when rows are copied. */
static void write_csv(FILE *out, const AnalysisResult *result) {
    const AnalysisTable *table = &result->table;
    char certainty[ANALYSIS_TEXT_MAX + 64] = "";
    size_t used = 0;
    if (!result->complete)
        used = (size_t)snprintf(certainty, sizeof certainty, "INCOMPLETE, %d of %d steps; ", result->done,
                                result->total);
    utf8_copy(certainty + used, sizeof certainty - used, result->certainty);
    write_csv_head(out, table);
    for (int r = 0; r < table->row_count; r++) {
        table_put_csv(out, table->labels[r], false);
        for (int c = 0; c < table->column_count; c++) put_csv_number(out, analysis_table_get(table, r, c));
        for (int k = 0; k < table->strip.width; k++) put_csv_number(out, analysis_table_strip(table, r)[k]);
        table_put_csv(out, certainty, true);
    }
}

/* Columns of the table from `first` up to `end`; the last band has the strip. */
typedef struct Band {
    int first, end;
} Band;

static bool has_strip(const AnalysisTable *table, Band band) {
    return table->strip.width > 0 && band.end == table->column_count;
}

/* A column of figures each, and after every charted one its bars. */
static void head_columns(const AnalysisTable *table, Band band, char heads[][TABLE_CELL_MAX],
                         const char **pointers) {
    int count = 0;
    utf8_format(heads[count], TABLE_CELL_MAX, "<%.40s", table->row_name);
    pointers[count] = heads[count], count++;
    for (int c = band.first; c < band.end; c++) {
        utf8_format(heads[count], TABLE_CELL_MAX, "%.50s", table->columns[c].name);
        pointers[count] = heads[count], count++;
        if (!table->columns[c].charted || count >= TABLE_COLUMNS_MAX - 2) continue;
        ChartAxis axis = chart_axis_of(table, c);
        utf8_format(heads[count], TABLE_CELL_MAX, "<%s", chart_axis_text(axis).text);
        pointers[count] = heads[count], count++;
    }
    if (has_strip(table, band)) {
        utf8_format(heads[count], TABLE_CELL_MAX, "<%.40s %s", table->strip.name,
                    chart_strip_text(table).text);
        pointers[count] = heads[count], count++;
    }
    pointers[count] = NULL;
}

static void put_strip(Table *out, const AnalysisTable *table, int row) {
    char text[TABLE_CELL_MAX] = "";
    size_t used = 0;
    for (int k = 0; k < table->strip.width; k++)
        used += utf8_encode(chart_strip_glyph(table, chart_strip_axis(table), row, k), text + used);
    table_cell(out, "%s", text);
}

static bool print_band(const AnalysisTable *table, Band band, bool ascii) {
    char heads[TABLE_COLUMNS_MAX + 1][TABLE_CELL_MAX];
    const char *pointers[TABLE_COLUMNS_MAX + 2];
    Table out;
    head_columns(table, band, heads, pointers);
    table_init(&out, pointers, ascii);
    for (int r = 0; r < table->row_count; r++) {
        int count = 1;
        table_cell(&out, "%s", table->labels[r]);
        for (int c = band.first; c < band.end; c++) {
            double value = analysis_table_get(table, r, c);
            table_cell(&out, "%s", chart_number(table->columns[c].kind, value).text);
            count++;
            if (!table->columns[c].charted || count >= TABLE_COLUMNS_MAX - 2) continue;
            table_bar(&out, fabs(chart_fraction(chart_axis_of(table, c), value)), BAR);
            count++;
        }
        if (has_strip(table, band)) put_strip(&out, table, r);
    }
    bool ok = table_print(&out, stdout);
    table_clear(&out);
    return ok;
}

static bool print_table(const AnalysisTable *table, bool ascii) {
    bool ok = true;
    for (Band band = {0}; ok && band.first < table->column_count; band.first = band.end) {
        band.end = chart_band_end(table, band.first);
        if (band.first > 0) putchar('\n');
        ok = print_band(table, band, ascii);
    }
    return ok;
}

static void print_field(const char *label, const char *text, bool ascii) {
    char line[ANALYSIS_TEXT_MAX + 120];
    if (*text == '\0') return;
    utf8_format(line, sizeof line, "%s: %s", label, text);
    table_put_wrapped(stdout, line, 0, TEXT_COLUMNS, ascii);
}

static bool print_text(const AnalysisSpec *spec, const AnalysisResult *result, bool ascii, Error *err) {
    char check[ANALYSIS_TEXT_MAX + 80];
    table_put(stdout, spec->title, ascii);
    printf(": ");
    table_put(stdout, result->subject, ascii);
    putchar('\n');
    table_put(stdout, result->math, ascii);
    printf("\n\n");
    if (result->table.row_count > 0 && !print_table(&result->table, ascii))
        return error_set(err, ERROR_FAILED, "not enough memory for the table");
    putchar('\n');
    if (!result->complete)
        printf("INCOMPLETE: given up after %d of %d steps.\n", result->done, result->total);
    table_put_wrapped(stdout, result->reading, 0, TEXT_COLUMNS, ascii);
    print_field("Remark", result->remark, ascii);
    print_field("Certainty", result->certainty, ascii);
    analysis_format_check(result, check, sizeof check);
    print_field("Check", check, ascii);
    print_field("Source", result->source, ascii);
    return true;
}

bool analysis_write_svg(const AnalysisSpec *spec, const AnalysisResult *result, const char *path,
                        Error *err) {
    size_t size = 0;
    if (!export_file_check(path, EXPORT_SVG, err)) return false;
    char *text = chart_svg(spec, result, &size);
    if (!text) return error_set(err, ERROR_FAILED, "%s: not enough memory for the chart", path);
    bool ok = file_write_atomic(path, text, size, err);
    free(text);
    return ok;
}

static bool print_figures(const AnalysisSpec *spec, const AnalysisResult *result, const Options *options,
                          Error *err) {
    if (options->output.json) return write_json(spec, result, err);
    if (!result->complete && options->output.csv)
        fprintf(stderr, "skipscope: %s is incomplete: %d of %d steps\n", spec->name, result->done,
                result->total);
    if (!options->output.csv) return print_text(spec, result, options->output.ascii, err);
    write_csv(stdout, result);
    return true;
}

/* The figures are printed even if the chart cannot be written. */
bool analysis_print(const AnalysisSpec *spec, const AnalysisResult *result, const Options *options,
                    Error *err) {
    bool drawn = !options->output.svg || analysis_write_svg(spec, result, options->output.svg, err);
    return print_figures(spec, result, options, drawn ? err : NULL) && drawn;
}

static bool write_csv_file(const AnalysisResult *result, const char *path, Error *err) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out) write_csv(out, result);
    bool ok = out && ferror(out) == 0;
    if (out) ok = fclose(out) == 0 && ok;
    ok = ok ? file_write_atomic(path, text, size, err)
            : error_set(err, ERROR_FAILED, "%s: not enough memory", path);
    free(text);
    return ok;
}

bool analysis_export(const AnalysisSpec *spec, const AnalysisResult *result, const char *path, Error *err) {
    const char *dot = strrchr(path, '.'), *ending = dot ? dot : "";
    if (strcmp(ending, ".svg") == 0) return analysis_write_svg(spec, result, path, err);
    if (strcmp(ending, ".csv") == 0) return write_csv_file(result, path, err);
    return error_set(err, ERROR_USAGE, "export-chart: expected a file that ends in .svg or .csv, found '%s'",
                     path);
}
