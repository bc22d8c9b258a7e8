#include "views/analyses/chart_svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/analyses/chart_strip.h"
#include "views/style/text.h"
#include "views/style/xml_text.h"

/* Pixels. */
enum {
    ROW = 18,
    LABEL_MIN = 140,
    NUMBER_MIN = 84,
    BAR = 220,
    GAP = 16,
    TITLE = 52, /* of the page */
    HEAD = 54,  /* of a band */
    CELL = 9,
    MARGIN = 16,
    FONT = 13,
    LETTER = 8, /* width of one, on the safe side, also where it is bold */
    LINES_MAX = 12
};

typedef struct SvgText {
    double x, y;
    const char *anchor; /* "start", "end" */
    const char *fill;
    bool bold;
} SvgText;

static void put_text(FILE *out, SvgText at, const char *text) {
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\"%s>", at.x, at.y, at.anchor,
            at.fill, at.bold ? " font-weight=\"bold\"" : "");
    xml_text_put(out, text, strlen(text));
    fputs("</text>\n", out);
}

static const char *color_of(ColumnSubject subject, int charted) {
    static const char
        *const others[] = {"#7a3e9d", "#2e7d5b", "#a8326e"},
               *const subjects[] = {
                   [SUBJECT_SKIP] = "#1f6fb2", [SUBJECT_BRANCH] = "#c2571a", [SUBJECT_PLAIN] = "#6b6b6b"};
    return subject == SUBJECT_OTHER ? others[charted % 3] : subjects[subject];
}

static void put_bar(FILE *out, double x, double y, ChartAxis axis, double value, const char *color) {
    double fraction = chart_fraction(axis, value);
    if (isnan(fraction)) return;
    double zero = axis.lo < 0 ? x + BAR / 2.0 : x, length = fraction * (axis.lo < 0 ? BAR / 2.0 : BAR);
    fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>\n",
            length < 0 ? zero + length : zero, y - ROW + 5, fabs(length), ROW - 4, color);
    fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#999\"/>\n", zero,
            y - ROW + 3.0, zero, y + 3.0);
}

/* One standard error to both sides of a bar's end, where the next column says how large it is. */
static void put_error(FILE *out, double x, double y, const AnalysisTable *table, int r, int c) {
    if (c + 1 >= table->column_count || !table->columns[c + 1].error) return;
    ChartAxis axis = chart_axis_of(table, c);
    double value = analysis_table_get(table, r, c), error = analysis_table_get(table, r, c + 1);
    if (isnan(value) || isnan(error)) return;
    double zero = axis.lo < 0 ? x + BAR / 2.0 : x, unit = axis.lo < 0 ? BAR / 2.0 : BAR;
    double from = zero + unit * chart_fraction(axis, value - error),
           to = zero + unit * chart_fraction(axis, value + error), middle = y - ROW + 5 + (ROW - 4) / 2.0;
    fprintf(out, "<path d=\"M%.2f %.1fH%.2fM%.2f %.1fv6M%.2f %.1fv6\" stroke=\"#000\" fill=\"none\"/>\n",
            from, middle, to, from, middle - 3, to, middle - 3);
}

/* Cells of one row: a square of grey for a map, a column of its height for a line. */
static void put_strip(FILE *out, double x, double y, const AnalysisTable *table, int r) {
    ChartAxis axis = chart_strip_axis(table);
    for (int k = 0; k < table->strip.width; k++) {
        double value = analysis_table_strip(table, r)[k];
        double fraction = chart_strip_fraction(axis, value);
        if (isnan(value)) continue;
        int grey = (int)(240 - 220 * fraction);
        if (table->strip.heat)
            fprintf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" "
                    "fill=\"rgb(%d,%d,255)\"/>\n",
                    x + k * CELL, y - ROW + 4, CELL, ROW, grey, grey);
        else
            fprintf(out, "<rect x=\"%.1f\" y=\"%.2f\" width=\"%d\" height=\"%.2f\" fill=\"#1f6fb2\"/>\n",
                    x + k * CELL, y - (ROW - 4) * fraction - 1 + 4, CELL - 1, (ROW - 4) * fraction + 1);
    }
}

static int label_width(const AnalysisTable *table) {
    int letters = text_width(table->row_name);
    for (int r = 0; r < table->row_count; r++) {
        int width = text_width(table->labels[r]);
        if (width > letters) letters = width;
    }
    return letters * LETTER > LABEL_MIN ? letters * LETTER : LABEL_MIN;
}

static int number_width(const AnalysisColumn *column) {
    int width = text_width(column->name) * LETTER + GAP;
    return width > NUMBER_MIN ? width : NUMBER_MIN;
}

/* Columns from `first` up to `end`, with all rows, from `top` on; the last band has the strip. */
typedef struct Band {
    int first, end;
    double top;
} Band;

static bool has_strip(const AnalysisTable *table, Band band) {
    return table->strip.width > 0 && band.end == table->column_count;
}

static int band_width(const AnalysisTable *table, Band band) {
    int width = 2 * MARGIN + label_width(table);
    for (int c = band.first; c < band.end; c++)
        width += number_width(&table->columns[c]) + (table->columns[c].charted ? BAR + 2 * GAP : 0);
    return width + (has_strip(table, band) ? table->strip.width * CELL + 2 * GAP : 0);
}

static Band first_band(const AnalysisTable *table) {
    return (Band){.end = chart_band_end(table, 0), .top = TITLE};
}

static Band next_band(const AnalysisTable *table, Band band) {
    return (Band){.first = band.end,
                  .end = chart_band_end(table, band.end),
                  .top = band.top + HEAD + table->row_count * ROW};
}

static double bands_end(const AnalysisTable *table) {
    Band band = first_band(table);
    while (band.first < table->column_count) band = next_band(table, band);
    return band.top;
}

static int width_of(const AnalysisTable *table) {
    enum { LEAST = 900 };
    int widest = LEAST;
    for (Band band = first_band(table); band.first < table->column_count; band = next_band(table, band)) {
        int width = band_width(table, band);
        if (width > widest) widest = width;
    }
    return widest;
}

static void put_head(FILE *out, const AnalysisTable *table, Band band) {
    double x = MARGIN + label_width(table), y = band.top + HEAD - ROW;
    put_text(out, (SvgText){MARGIN, y, "start", "#555", false}, table->row_name);
    for (int c = band.first; c < band.end; c++) {
        x += number_width(&table->columns[c]);
        put_text(out, (SvgText){x, y, "end", "#000", true}, table->columns[c].name);
        if (!table->columns[c].charted) continue;
        put_text(out, (SvgText){x + GAP, y - ROW, "start", "#555", false}, table->columns[c].unit);
        put_text(out, (SvgText){x + GAP, y, "start", "#555", false},
                 chart_axis_text(chart_axis_of(table, c)).text);
        x += BAR + 2 * GAP;
    }
    if (!has_strip(table, band)) return;
    put_text(out, (SvgText){x + GAP, y - ROW, "start", "#000", true}, table->strip.name);
    put_text(out, (SvgText){x + GAP, y, "start", "#555", false}, chart_strip_text(table).text);
}

static void put_row(FILE *out, const AnalysisTable *table, Band band, int r) {
    double x = MARGIN + label_width(table), y = band.top + HEAD + (r + 0.5) * ROW;
    int charted = 0;
    put_text(out, (SvgText){MARGIN, y, "start", "#000", false}, table->labels[r]);
    for (int c = band.first; c < band.end; c++) {
        double value = analysis_table_get(table, r, c);
        x += number_width(&table->columns[c]);
        put_text(out, (SvgText){x, y, "end", "#000", false},
                 chart_number(table->columns[c].kind, value).text);
        if (!table->columns[c].charted) continue;
        put_bar(out, x + GAP, y, chart_axis_of(table, c), value,
                color_of(table->columns[c].subject, charted++));
        put_error(out, x + GAP, y, table, r, c);
        x += BAR + 2 * GAP;
    }
    if (has_strip(table, band)) put_strip(out, x + GAP, y, table, r);
}

static void put_bands(FILE *out, const AnalysisTable *table) {
    for (Band band = first_band(table); band.first < table->column_count; band = next_band(table, band)) {
        put_head(out, table, band);
        for (int r = 0; r < table->row_count; r++) put_row(out, table, band, r);
    }
}

/* What is said below the chart, in lines that fit. */
typedef struct Foot {
    char lines[LINES_MAX][ANALYSIS_TEXT_MAX];
    int count;
} Foot;

static void add_wrapped(Foot *foot, const char *text, size_t columns) {
    while (*text && foot->count < LINES_MAX) {
        size_t length = strlen(text), used = length;
        if (length > columns) {
            for (used = columns; used > 0 && text[used] != ' ';) used--;
            if (used == 0) used = columns;
        }
        utf8_format(foot->lines[foot->count++], ANALYSIS_TEXT_MAX, "%.*s", (int)used, text);
        text += used;
        text += strspn(text, " ");
    }
}

static void make_foot(Foot *foot, const AnalysisResult *result, int width) {
    size_t columns = (size_t)(width - 2 * MARGIN) / LETTER;
    char text[2 * ANALYSIS_TEXT_MAX];
    foot->count = 0;
    if (!result->complete) {
        snprintf(text, sizeof text, "INCOMPLETE: given up after %d of %d steps.", result->done,
                 result->total);
        add_wrapped(foot, text, columns);
    }
    add_wrapped(foot, result->reading, columns);
    utf8_format(text, sizeof text, "Certainty: %s", result->certainty);
    add_wrapped(foot, text, columns);
    if (*result->oracle) {
        int used = snprintf(text, sizeof text, "Check: ");
        analysis_format_check(result, text + used, sizeof text - (size_t)used);
        add_wrapped(foot, text, columns);
    }
    utf8_format(text, sizeof text, "Formula: %s", result->math);
    add_wrapped(foot, text, columns);
    utf8_format(text, sizeof text, "Source: %s", result->source);
    add_wrapped(foot, text, columns);
}

char *chart_svg(const AnalysisSpec *spec, const AnalysisResult *result, size_t *size) {
    char *text = NULL;
    const AnalysisTable *table = &result->table;
    FILE *out = open_memstream(&text, size);
    if (!out) return NULL;
    int width = width_of(table);
    Foot foot;
    make_foot(&foot, result, width);
    double chart = bands_end(table);
    int height = (int)chart + (foot.count + 1) * ROW + MARGIN;
    fprintf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
        "font-family=\"sans-serif\" font-size=\"%d\">\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
        width, height, width, height, FONT, width, height);
    put_text(out, (SvgText){MARGIN, 26, "start", "#000", true}, spec->title);
    put_text(out, (SvgText){MARGIN, 46, "start", "#333", false}, result->subject);
    put_bands(out, table);
    for (int k = 0; k < foot.count; k++)
        put_text(out, (SvgText){MARGIN, chart + (k + 1.5) * ROW, "start", "#333", false}, foot.lines[k]);
    fputs("</svg>\n", out);
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}
