/* Text for people on stdout: aligned columns, bars, paragraphs. No colour, no cursor movement, so that it is
 * the same in a pipe. */
#ifndef APP_CLI_TABLE_H
#define APP_CLI_TABLE_H

#include <stdbool.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 16, TABLE_CELL_MAX = 112 };

typedef struct Table {
    char (*cells)[TABLE_CELL_MAX];
    int columns, count, capacity;
    bool ascii;
    bool failed;                  /* memory was short; printing says so */
    bool left[TABLE_COLUMNS_MAX]; /* else right-aligned */
} Table;

/* Heads of the columns, NULL-terminated; one that starts with '<' is left-aligned. */
void table_init(Table *table, const char *const *heads, bool ascii);
/* The next cell; rows follow each other. */
void table_cell(Table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A cell with a bar of `fraction` (0..1) of `width` columns. */
void table_bar(Table *table, double fraction, int width);
/* False when memory was short. */
bool table_print(const Table *table, FILE *out);
void table_clear(Table *table);

/* A line of UTF-8, in ASCII likenesses when `ascii`. No newline is added. */
void table_put(FILE *out, const char *text, bool ascii);
/* Words wrapped to `width` columns, every line after `indent` spaces. */
void table_put_wrapped(FILE *out, const char *text, int indent, int width, bool ascii);

/* One field of a CSV line: quoted where it must be (RFC 4180, section 2), safe to print. */
void table_put_csv(FILE *out, const char *text, bool last);

#endif
