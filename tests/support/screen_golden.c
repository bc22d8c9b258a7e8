#include "tests/support/screen_golden.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "tests/support/assert_close.h"

static const char FOLDER[] = "tests/golden", HEADING[] = "\n## ";
enum { COLUMNS = 210, ROWS = 64, PATH_MAX_BYTES = 256, SIZE_MAX_BYTES = 1 << 20, SHARE = 20 };

/* One cell: its glyph, and a number for the style it stands in. */
typedef struct ScreenCell {
    char glyph[5];
    uint32_t style;
} ScreenCell;

typedef struct ScreenCells {
    ScreenCell (*rows)[COLUMNS]; /* ROWS of them; what a row leaves out is a space */
    int count;
} ScreenCells;

static size_t glyph_length(const char *text) {
    unsigned char lead = (unsigned char)*text;
    size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return strnlen(text, length);
}

/* An escape sequence sets the style: 0 for a reset, else a hash of all since the last reset. */
static const char *read_escape(const char *text, uint32_t *style) {
    const char *end = text + strcspn(text, "m");
    if (strncmp(text, "\033[0m", 4) == 0 || strncmp(text, "\033[m", 3) == 0) *style = 0;
    for (const char *c = text; c < end; c++) *style = (*style ^ (unsigned char)*c) * 16777619u;
    return *end ? end + 1 : end;
}

static ScreenCells parse(const char *text) {
    ScreenCells out = {.rows = calloc(ROWS, sizeof *out.rows)};
    uint32_t style = 0;
    int column = 0;
    for (int k = 0; k < ROWS * COLUMNS; k++) out.rows[k / COLUMNS][k % COLUMNS].glyph[0] = ' ';
    while (*text && out.count < ROWS) {
        if (*text == '\033') {
            text = read_escape(text, &style);
        } else if (*text == '\n') {
            out.count++, text++, column = 0;
        } else {
            size_t length = glyph_length(text);
            if (column < COLUMNS) {
                ScreenCell *cell = &out.rows[out.count][column++];
                memcpy(cell->glyph, text, length);
                cell->style = style;
            }
            text += length;
        }
    }
    return out;
}

/* Shows the value of a number: a digit, a sign, a point, a ramp or a block of a map or a bar. */
static bool is_measure(const char *glyph) {
    if (strlen(glyph) > 1) return strncmp(glyph, "\xE2\x96", 2) == 0 || strcmp(glyph, "\xC3\x97") == 0;
    return isdigit((unsigned char)*glyph) || strchr(" .:-=+*#%@,oO", *glyph);
}

static void print_row(const char *label, const ScreenCells *cells, int row) {
    print_error("  %s ", label);
    for (int k = 0; k < COLUMNS; k++) print_error("%s", cells->rows[row][k].glyph);
    print_error("\n");
}

static void fail_at(const char *name, const ScreenCells *golden, const ScreenCells *now, int row,
                    const char *why) {
    print_error("%s: %s\n", name, why);
    if (row < ROWS) print_row("golden:", golden, row), print_row("now:   ", now, row);
    fail_msg("'make screens' writes the screens anew; look at what changed");
}

/* Are the glyphs of both rows that show no value the same, in the same order? A longer number moves them. */
static bool same_words(const ScreenCell *a, const ScreenCell *b) {
    for (int j = 0, k = 0;; j++, k++) {
        while (j < COLUMNS && is_measure(a[j].glyph)) j++;
        while (k < COLUMNS && is_measure(b[k].glyph)) k++;
        if (j >= COLUMNS || k >= COLUMNS) return j >= COLUMNS && k >= COLUMNS;
        if (strcmp(a[j].glyph, b[k].glyph) != 0) return false;
    }
}

static int differing_cells(const ScreenCell *a, const ScreenCell *b) {
    int count = 0;
    for (int k = 0; k < COLUMNS; k++)
        count += strcmp(a[k].glyph, b[k].glyph) != 0 || a[k].style != b[k].style;
    return count;
}

static int shown_cells(const ScreenCells *cells) {
    int count = 0;
    for (int k = 0; k < cells->count * COLUMNS; k++)
        count += strcmp(cells->rows[k / COLUMNS][k % COLUMNS].glyph, " ") != 0;
    return count;
}

static void compare(const char *name, const ScreenCells *golden, const ScreenCells *now) {
    int differing = 0, budget = shown_cells(golden) / SHARE;
    if (golden->count != now->count) fail_at(name, golden, now, ROWS, "another number of rows");
    for (int row = 0; row < golden->count; row++) {
        if (!same_words(golden->rows[row], now->rows[row])) fail_at(name, golden, now, row, "other words");
        differing += differing_cells(golden->rows[row], now->rows[row]);
        if (differing > budget) fail_at(name, golden, now, row, "too many cells differ");
    }
}

void screen_golden_compare(const char *name, const char *golden, const char *screen) {
    ScreenCells before = parse(golden), now = parse(screen);
    compare(name, &before, &now);
    free(before.rows);
    free(now.rows);
}

/* The stored text; NULL when it has been written instead. */
static char *stored(const char *folder, const char *name, const char *text) {
    char path[PATH_MAX_BYTES];
    Error err = {0};
    snprintf(path, sizeof path, "%s/%s/%s", FOLDER, folder, name);
    const char *mode = getenv("SKIPSCOPE_GOLDEN");
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "w");
        if (!file || fputs(text, file) < 0 || fclose(file) != 0) fail_msg("%s cannot be written", path);
        return NULL;
    }
    char *golden = (char *)file_read_all(path, SIZE_MAX_BYTES, &(size_t){0}, &err);
    if (!golden) fail_msg("%s", err.text);
    return golden;
}

void screen_golden_check(const char *name, const char *screen) {
    char *golden = stored("screens", name, screen);
    if (golden) screen_golden_compare(name, golden, screen);
    free(golden);
}

/* Ends the text before the next heading, and returns that heading or NULL. */
static char *cut(char *text) {
    char *next = strstr(text, HEADING);
    if (!next) return NULL;
    *next = '\0';
    return next + 1;
}

/* Both begin with a heading. */
static void compare_below(const char *name, const char *golden, const char *now) {
    char label[PATH_MAX_BYTES];
    size_t length = strcspn(now, "\n");
    snprintf(label, sizeof label, "%s, %.*s", name, (int)length, now);
    if (strncmp(golden, now, length + 1) != 0)
        fail_msg("%s: '%.*s' has been stored for it", label, (int)strcspn(golden, "\n"), golden);
    screen_golden_compare(label, golden + length, now + length);
}

void screen_golden_check_series(const char *folder, const char *name, const char *screens) {
    char *golden = stored(folder, name, screens), *copy = golden ? strdup(screens) : NULL;
    for (char *before = golden, *now = copy; before || now;) {
        if (!before || !now) fail_msg("%s: %s screens than stored", name, now ? "more" : "fewer");
        char *before_next = cut(before), *now_next = cut(now);
        compare_below(name, before, now);
        before = before_next, now = now_next;
    }
    free(golden);
    free(copy);
}
