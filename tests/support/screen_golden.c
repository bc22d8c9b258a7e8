#include "tests/support/screen_golden.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
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

/* The characters of a map's row: its ramps, and the brackets around the selected value. No word is made of
 * them alone. */
static bool is_of_map(const ScreenCell *cell) {
    return !cell->glyph[1] && strchr(".:*=vn%$#@+;-zwmM[]", cell->glyph[0]);
}

/* A blank, or a line around a map. */
static bool is_border(const ScreenCell *cell) {
    return cell->glyph[1] || strchr(" |", cell->glyph[0]);
}

/* Is cell `at` one of several between two borders that are all of a map? */
static bool is_in_map(const ScreenCell *row, int at) {
    int first = at, last = at;
    while (first > 0 && !is_border(&row[first - 1])) first--;
    while (last + 1 < COLUMNS && !is_border(&row[last + 1])) last++;
    for (int k = first; k <= last; k++)
        if (!is_of_map(&row[k])) return false;
    return last > first;
}

/* Shows the value of a number: a digit, a sign, a point, a ramp or a block of a map or a bar. */
static bool is_measure(const ScreenCell *row, int at) {
    const char *glyph = row[at].glyph;
    if (strlen(glyph) > 1) return strncmp(glyph, "\xE2\x96", 2) == 0 || strcmp(glyph, "\xC3\x97") == 0;
    return isdigit((unsigned char)*glyph) || strchr(" .:-=+*#%@,oO", *glyph) || is_in_map(row, at);
}

static void print_row(const char *label, const ScreenCells *cells, int row) {
    print_error("  %s ", label);
    for (int k = 0; k < COLUMNS; k++) print_error("%s", cells->rows[row][k].glyph);
    print_error("\n");
}

/* Where two screens first differ, and how; `why` NULL: nowhere. */
typedef struct Difference {
    const char *why;
    int row; /* ROWS: none in particular */
} Difference;

static void fail_at(const char *name, const ScreenCells *golden, const ScreenCells *now, Difference found) {
    print_error("%s: %s\n", name, found.why);
    if (found.row < ROWS) {
        print_row("golden:", golden, found.row);
        print_row("now:   ", now, found.row);
    }
    fail_msg("'make screens' writes the screens anew; look at what changed");
}

/* Are the glyphs of both rows that show no value the same, in the same order? A longer number moves them. */
static bool same_words(const ScreenCell *a, const ScreenCell *b) {
    for (int j = 0, k = 0;; j++, k++) {
        while (j < COLUMNS && is_measure(a, j)) j++;
        while (k < COLUMNS && is_measure(b, k)) k++;
        if (j >= COLUMNS || k >= COLUMNS) return j >= COLUMNS && k >= COLUMNS;
        if (strcmp(a[j].glyph, b[k].glyph) != 0) return false;
    }
}

/* A number as it stands in a row, in the cells from `from` up to `to`. */
typedef struct PrintedNumber {
    int from, to;
    double value, unit; /* of its last digit */
} PrintedNumber;

enum { NUMBERS_MAX = COLUMNS / 2 };

/* The row in ASCII, so that a cell is a byte; other glyphs become '?'. */
static void flatten(const ScreenCell *cells, char out[COLUMNS + 1]) {
    for (int k = 0; k < COLUMNS; k++) out[k] = cells[k].glyph[1] ? '?' : cells[k].glyph[0];
    out[COLUMNS] = '\0';
}

static int digits_at(const char *line, int at) {
    return (int)strspn(line + at, "0123456789");
}

/* The number whose digits begin at `from`: digits, a point and more of them, an exponent; and the sign before
 * it. */
static PrintedNumber read_number(const char *line, int from) {
    int to = from + digits_at(line, from), decimals = 0, exponent = 0;
    if (line[to] == '.' && digits_at(line, to + 1) > 0) {
        decimals = digits_at(line, to + 1);
        to += 1 + decimals;
    }
    if (line[to] == 'e' && strchr("+-", line[to + 1]) && line[to + 1] && digits_at(line, to + 2) > 0) {
        exponent = atoi(line + to + 1);
        to += 2 + digits_at(line, to + 2);
    }
    bool is_signed = from > 0 && (line[from - 1] == '-' || line[from - 1] == '+');
    PrintedNumber out = {.from = from - is_signed, .to = to, .unit = pow(10, exponent - decimals)};
    out.value = strtod(line + out.from, NULL);
    return out;
}

static int read_numbers(const ScreenCell *cells, PrintedNumber out[NUMBERS_MAX]) {
    char line[COLUMNS + 1];
    int count = 0;
    flatten(cells, line);
    for (int at = 0; at < COLUMNS && count < NUMBERS_MAX;) {
        if (!isdigit((unsigned char)line[at])) {
            at++;
            continue;
        }
        out[count] = read_number(line, at);
        at = out[count++].to;
    }
    return count;
}

/* Rounding to the digits shown may move the last one of each by one, and a ReLU whose input is almost 0, open
 * on one processor and closed on another, moves what is computed after it by up to a thousandth. */
static bool same_number(const PrintedNumber *a, const PrintedNumber *b) {
    double room = 1.01 * fmax(a->unit, b->unit) + 1e-3 * fmax(fabs(a->value), fabs(b->value));
    return fabs(a->value - b->value) <= room;
}

/* Takes out of `cells` the numbers that are the same in both rows, and the space around them, which makes
 * room for another digit. Returns how many cells are left. */
static int without_numbers(ScreenCell cells[COLUMNS], const PrintedNumber *numbers, const bool *same,
                           int count) {
    int kept = 0, at = 0;
    for (int k = 0; k <= count; k++) {
        int from = k < count ? numbers[k].from : COLUMNS;
        if (k < count && !same[k]) continue;
        while (at < from) cells[kept++] = cells[at++];
        if (k == count) break;
        while (kept > 0 && cells[kept - 1].glyph[0] == ' ') kept--;
        at = numbers[k].to;
        while (at < COLUMNS && cells[at].glyph[0] == ' ') at++;
    }
    while (kept > 0 && cells[kept - 1].glyph[0] == ' ') kept--;
    return kept;
}

/* Cells that differ, beside numbers that are the same but for rounding. */
static int differing_cells(const ScreenCell *a, const ScreenCell *b) {
    ScreenCell left[COLUMNS], right[COLUMNS];
    PrintedNumber numbers[2][NUMBERS_MAX];
    bool same[NUMBERS_MAX];
    memcpy(left, a, sizeof left);
    memcpy(right, b, sizeof right);
    int count = read_numbers(a, numbers[0]);
    if (read_numbers(b, numbers[1]) != count) count = 0;
    for (int k = 0; k < count; k++) same[k] = same_number(&numbers[0][k], &numbers[1][k]);
    int left_count = without_numbers(left, numbers[0], same, count);
    int right_count = without_numbers(right, numbers[1], same, count);
    int differing = abs(left_count - right_count);
    for (int k = 0; k < left_count && k < right_count; k++)
        differing += strcmp(left[k].glyph, right[k].glyph) != 0 || left[k].style != right[k].style;
    return differing;
}

static int shown_cells(const ScreenCells *cells) {
    int count = 0;
    for (int k = 0; k < cells->count * COLUMNS; k++)
        count += strcmp(cells->rows[k / COLUMNS][k % COLUMNS].glyph, " ") != 0;
    return count;
}

static Difference compare(const ScreenCells *golden, const ScreenCells *now) {
    int differing = 0, budget = shown_cells(golden) / SHARE;
    if (golden->count != now->count) return (Difference){.why = "another number of rows", .row = ROWS};
    for (int row = 0; row < golden->count; row++) {
        if (!same_words(golden->rows[row], now->rows[row]))
            return (Difference){.why = "other words", .row = row};
        differing += differing_cells(golden->rows[row], now->rows[row]);
        if (differing > budget) return (Difference){.why = "too many cells differ", .row = row};
    }
    return (Difference){.why = NULL};
}

/* Fails where they differ, or, unless `strict`, says so. */
static bool same_screen(const char *name, const char *golden, const char *screen, bool strict) {
    ScreenCells before = parse(golden), now = parse(screen);
    Difference found = compare(&before, &now);
    if (found.why && strict) fail_at(name, &before, &now, found);
    free(before.rows);
    free(now.rows);
    return !found.why;
}

void screen_golden_compare(const char *name, const char *golden, const char *screen) {
    same_screen(name, golden, screen, true);
}

bool screen_golden_is_same(const char *golden, const char *screen) {
    return same_screen("", golden, screen, false);
}

bool screen_golden_is_writing(void) {
    const char *mode = getenv("SKIPSCOPE_GOLDEN");
    return mode && strcmp(mode, "write") == 0;
}

static char *read_stored(const char *path, Error *err) {
    return (char *)file_read_all(path, SIZE_MAX_BYTES, &(size_t){0}, err);
}

static void write_stored(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) fail_msg("%s cannot be written", path);
}

/* Ends the text before the next heading, and returns that heading or NULL. */
static char *cut(char *text) {
    char *next = strstr(text, HEADING);
    if (!next) return NULL;
    *next = '\0';
    return next + 1;
}

/* Both begin with a heading. */
static bool same_below(const char *name, const char *golden, const char *now, bool strict) {
    char label[PATH_MAX_BYTES];
    size_t length = strcspn(now, "\n");
    snprintf(label, sizeof label, "%s, %.*s", name, (int)length, now);
    bool same = strncmp(golden, now, length + 1) == 0;
    if (!same && strict)
        fail_msg("%s: '%.*s' has been stored for it", label, (int)strcspn(golden, "\n"), golden);
    return same && same_screen(label, golden + length, now + length, strict);
}

/* Consumes both texts. */
static bool same_series(const char *name, char *golden, char *screens, bool strict) {
    bool same = true;
    for (char *before = golden, *now = screens; same && (before || now);) {
        if (!before || !now) {
            if (strict) fail_msg("%s: %s screens than stored", name, now ? "more" : "fewer");
            return false;
        }
        char *before_next = cut(before), *now_next = cut(now);
        same = same_below(name, before, now, strict);
        before = before_next;
        now = now_next;
    }
    return same;
}

static bool same_single(const char *name, char *golden, char *screen, bool strict) {
    return same_screen(name, golden, screen, strict);
}

typedef bool (*Same)(const char *name, char *golden, char *now, bool strict);

/* Compares with what is stored; or stores it, unless that is the same but for what another processor's
 * rounding may change. */
static void check(const char *folder, const char *name, const char *text, Same same) {
    char path[PATH_MAX_BYTES];
    Error err = {0};
    snprintf(path, sizeof path, "%s/%s/%s", FOLDER, folder, name);
    char *golden = read_stored(path, &err), *now = strdup(text);
    if (!golden && !screen_golden_is_writing()) fail_msg("%s", err.text);
    bool kept = golden && same(name, golden, now, !screen_golden_is_writing());
    if (!kept) write_stored(path, text);
    free(golden);
    free(now);
}

void screen_golden_check(const char *name, const char *screen) {
    check("screens", name, screen, same_single);
}

void screen_golden_check_series(const char *folder, const char *name, const char *screens) {
    check(folder, name, screens, same_series);
}
