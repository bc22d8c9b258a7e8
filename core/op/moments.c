#include "core/op/moments.h"

#include <string.h>

#include "core/base/cpu.h"
#include "core/base/share.h"
#include "core/tensor/wide.h"

/* Pixels are added up in at most PARTS_MAX parts, of at least PART_PIXELS each. Sums run in `real` over ROWS rows
 * and in double across these: exact enough for millions of pixels. Sums of COLUMNS columns stay in registers; rows of
 * more than WIDE_ROW are rather read in the order in which they lie. */
enum { PARTS_MAX = 64, PART_PIXELS = 256, ROWS = 64, COLUMNS = 2 * WIDE, WIDE_ROW = 128 };

typedef struct Job {
    Moments of;
    size_t part; /* pixels */
    /* (parts, 2, C): sum[c] = sum over p of x[p,c] - origin[c], square[c] = sum of its square, where origin is the
     * first pixel: a value near the mean, so that the difference of squares below does not cancel. One reading of x
     * instead of two. */
    double *sums;
    real *block; /* (parts, 2, C): the same of the rows in hand */
} Job;

/* Some pixels of a part. As many of few channels count as one row as fill it. */
typedef struct Rows {
    const real *x, *origin; /* rows are `width` elements apart; origin one row */
    size_t rows, width, channels;
    double *sums; /* (2, C) */
    real *block;
} Rows;

static size_t part_pixels(size_t pixels) {
    size_t part = (pixels + PARTS_MAX - 1) / PARTS_MAX;
    return part < PART_PIXELS ? PART_PIXELS : (part + ROWS - 1) / ROWS * ROWS;
}

static size_t part_count(size_t pixels) {
    return (pixels + part_pixels(pixels) - 1) / part_pixels(pixels);
}

size_t moments_scratch_count(size_t channels, size_t pixels) {
    return part_count(pixels) * 2 * channels * (sizeof(double) / sizeof(real) + 1);
}

/* Sums over `count` rows of x[j] - origin[j] and of its square, for COLUMNS columns. */
CPU_CLONES static void sum_columns(const Rows *rows, size_t column, size_t count, real *sum, real *square) {
    const real *x = rows->x + column, *origin = rows->origin + column;
    const Wide first = *(const Wide *)origin, second = *(const Wide *)(origin + WIDE);
    Wide sum_a = {0}, sum_b = {0}, square_a = {0}, square_b = {0};
    for (size_t row = 0; row < count; row++, x += rows->width) {
        Wide a = *(const Wide *)x - first, b = *(const Wide *)(x + WIDE) - second;
        sum_a += a, square_a += a * a;
        sum_b += b, square_b += b * b;
    }
    *(Wide *)sum = sum_a, *(Wide *)(sum + WIDE) = sum_b;
    *(Wide *)square = square_a, *(Wide *)(square + WIDE) = square_b;
}

/* The same from `column` to the end of the row. */
CPU_CLONES static void sum_rest(const Rows *rows, size_t column, size_t count, real *restrict sum,
                                real *restrict square) {
    const real *restrict x = rows->x + column, *restrict origin = rows->origin + column;
    const size_t columns = rows->width - column;
    memset(sum, 0, columns * sizeof *sum);
    memset(square, 0, columns * sizeof *square);
    for (size_t row = 0; row < count; row++, x += rows->width)
        for (size_t j = 0; j < columns; j++) {
            real d = x[j] - origin[j];
            sum[j] += d;
            square[j] += d * d;
        }
}

/* A row of sums; where it holds several pixels, a channel's are added up. */
CPU_CLONES static void add_to(double *restrict sums, const real *restrict row, size_t channels,
                              size_t width) {
    for (size_t first = 0; first < width; first += channels)
        for (size_t c = 0; c < channels; c++) sums[c] += (double)row[first + c];
}

static void add_rows(Rows *rows) {
    real *sum = rows->block, *square = sum + rows->width;
    for (size_t count; rows->rows > 0; rows->rows -= count, rows->x += count * rows->width) {
        size_t column = 0;
        count = rows->rows < ROWS ? rows->rows : ROWS;
        for (; rows->width <= WIDE_ROW && column + COLUMNS <= rows->width; column += COLUMNS)
            sum_columns(rows, column, count, sum + column, square + column);
        if (column < rows->width) sum_rest(rows, column, count, sum + column, square + column);
        add_to(rows->sums, sum, rows->channels, rows->width);
        add_to(rows->sums + rows->channels, square, rows->channels, rows->width);
    }
}

static void add_part(void *context, int begin, int end, int worker) {
    const Job *job = context;
    size_t channels = job->of.channels, pixels = (size_t)(end - begin);
    size_t group = COLUMNS % channels == 0 ? COLUMNS / channels : 1;
    real origin[COLUMNS], block[2 * COLUMNS];
    Rows rows = {.x = job->of.x + (size_t)begin * channels,
                 .origin = job->of.x,
                 .rows = pixels / group,
                 .width = group * channels,
                 .channels = channels,
                 .sums = job->sums + (size_t)begin / job->part * 2 * channels,
                 .block = group > 1 ? block : job->block + (size_t)begin / job->part * 2 * channels};
    (void)worker;
    memset(rows.sums, 0, 2 * channels * sizeof *rows.sums);
    for (size_t j = 0; group > 1 && j < COLUMNS; j++) origin[j] = job->of.x[j % channels];
    if (group > 1) rows.origin = origin;
    add_rows(&rows);
    rows.rows = pixels % group, rows.width = channels;
    add_rows(&rows);
}

static double total(const Job *job, size_t kind, size_t c) {
    double sum = 0;
    for (size_t part = 0; part < part_count(job->of.pixels); part++)
        sum += job->sums[(2 * part + kind) * job->of.channels + c];
    return sum;
}

void moments_measure(const Moments *moments, real *mean, real *var, void *scratch) {
    Job job = {.of = *moments, .part = part_pixels(moments->pixels), .sums = scratch};
    double count = (double)moments->pixels;
    job.block = (real *)(job.sums + part_count(moments->pixels) * 2 * moments->channels);
    share_parts((int)moments->pixels, (int)job.part, add_part, &job);
    for (size_t c = 0; c < moments->channels; c++) {
        double first = total(&job, 0, c) / count, variance = total(&job, 1, c) / count - first * first;
        mean[c] = (real)((double)moments->x[c] + first);
        /* Rounding may leave a tiny negative; NaN must pass. */
        var[c] = (real)(variance < 0 ? 0 : variance);
    }
}
