#include "app/cli/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/export.h"
#include "views/plot/plot.h"
#include "views/style/text.h"

static char *next_cell(Table *table) {
    if (table->count == table->capacity) {
        int capacity = table->capacity ? 2 * table->capacity : 256;
        void *cells = realloc(table->cells, (size_t)capacity * sizeof *table->cells);
        if (!cells) {
            table->failed = true;
            return NULL;
        }
        table->cells = cells;
        table->capacity = capacity;
    }
    return table->cells[table->count++];
}

void table_init(Table *table, const char *const *heads, bool ascii) {
    *table = (Table){.ascii = ascii};
    for (; heads[table->columns]; table->columns++) {
        const char *head = heads[table->columns];
        table->left[table->columns] = *head == '<';
        table_cell(table, "%s", head + (*head == '<'));
    }
}

void table_cell(Table *table, const char *format, ...) {
    char *cell = next_cell(table);
    if (!cell) return;
    va_list arguments;
    va_start(arguments, format);
    utf8_vformat(cell, TABLE_CELL_MAX, format, arguments);
    va_end(arguments);
}

/* The bar alone, without trailing spaces. */
static void format_bar(char *out, size_t out_size, double fraction, int width, bool ascii) {
    Canvas *canvas = canvas_new(width, 1, CANVAS_MONO | (ascii ? CANVAS_ASCII : 0));
    char *line = NULL;
    if (canvas) {
        plot_bar(canvas, (PlotBar){.width = width, .style = style_role(ROLE_TEXT)}, fraction);
        line = canvas_export_text_string(canvas);
    }
    utf8_format(out, out_size, "%.*s", line ? (int)strcspn(line, "\n") : 0, line ? line : "");
    free(line);
    canvas_free(canvas);
}

void table_bar(Table *table, double fraction, int width) {
    char *cell = next_cell(table);
    if (cell) format_bar(cell, TABLE_CELL_MAX, fraction, width, table->ascii);
}

void table_put(FILE *out, const char *text, bool ascii) {
    TextScan scan = text_scan(text, strlen(text));
    uint32_t glyph;
    int width;
    while (text_scan_next(&scan, &glyph, &width)) {
        char bytes[4] = {text_ascii(glyph)};
        size_t count = ascii ? 1 : utf8_encode(glyph, bytes);
        fwrite(bytes, 1, count, out);
    }
}

void table_put_wrapped(FILE *out, const char *text, int indent, int width, bool ascii) {
    const char *cursor = text, *line;
    size_t length;
    while ((line = text_wrap_next(&cursor, width - indent, &length))) {
        char *copy = strndup(line, length);
        fprintf(out, "%*s", indent, "");
        if (copy) table_put(out, copy, ascii);
        fputc('\n', out);
        free(copy);
    }
}

static void put_cell(const Table *table, int column, const char *text, int width, FILE *out) {
    int space = width - text_width(text);
    if (!table->left[column]) fprintf(out, "%*s", space, "");
    table_put(out, text, table->ascii);
    if (table->left[column]) fprintf(out, "%*s", space, "");
}

/* Without spaces at the end: a row ends with its last cell that is not empty. */
static void put_row(const Table *table, int first, const int *widths, FILE *out) {
    int last = table->columns - 1;
    while (last > 0 && table->cells[first + last][0] == '\0') last--;
    for (int column = 0; column < last; column++) {
        put_cell(table, column, table->cells[first + column], widths[column], out);
        fputs("  ", out);
    }
    const char *text = table->cells[first + last];
    put_cell(table, last, text, table->left[last] ? text_width(text) : widths[last], out);
    fputc('\n', out);
}

bool table_print(const Table *table, FILE *out) {
    int widths[TABLE_COLUMNS_MAX] = {0};
    for (int k = 0; k < table->count; k++) {
        int width = text_width(table->cells[k]), *column = &widths[k % table->columns];
        if (width > *column) *column = width;
    }
    for (int row = 0; row + table->columns <= table->count; row += table->columns)
        put_row(table, row, widths, out);
    return !table->failed;
}

void table_clear(Table *table) {
    free(table->cells);
    *table = (Table){0};
}

void table_put_csv(FILE *out, const char *text, bool last) {
    bool quoted = strpbrk(text, ",\"\n\r") != NULL;
    if (quoted) fputc('"', out);
    while (*text) {
        size_t plain = strcspn(text, "\"\n");
        utf8_put_n(out, text, plain);
        text += plain;
        if (*text == '"') fputc('"', out);
        if (*text) fputc(*text++, out);
    }
    if (quoted) fputc('"', out);
    fputs(last ? "\n" : ",", out);
}
