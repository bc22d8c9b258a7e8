/* The product of every instruction set that this processor has against plain double loops, and how one of them
 * is chosen. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"

/* Sums of up to 100 products below 1, each rounded once or twice, in all 32 bits of a float: measured up to
 * 4e-7 of the largest; a lost term or a wrong weight is 1e-2 and more. */
static const double TOLERANCE = 3e-6;

enum { TAPS = 3, CHANNELS = 33, PIXELS = 27, STEP = 80, FIRST = 3, Y_COUNT = PIXELS * STEP };
enum { BEGIN = 1, AFFINE = 2, ADDEND = 4, RELU = 8, IN_PLACE = 16 };

typedef struct Numbers {
    real x[TAPS][PIXELS][FIRST + CHANNELS];
    real w[(TAPS * CHANNELS + 1) * STEP];
    real y[Y_COUNT], addend[Y_COUNT], scale[STEP], shift[STEP];
    const real *pointers[TAPS * PIXELS];
} Numbers;

static void fill(Rng *rng, real *values, size_t count) {
    for (size_t j = 0; j < count; j++) values[j] = (real)(rng_uniform(rng) * 2 - 1);
}

static Numbers *numbers_new(void) {
    Numbers *n = calloc(1, sizeof *n);
    assert_non_null(n);
    Rng rng;
    rng_init(&rng, 15);
    fill(&rng, &n->x[0][0][0], sizeof n->x / sizeof(real));
    fill(&rng, n->w, sizeof n->w / sizeof(real));
    fill(&rng, n->addend, Y_COUNT);
    fill(&rng, n->scale, STEP);
    fill(&rng, n->shift, STEP);
    for (int t = 0; t < TAPS; t++)
        for (int p = 0; p < PIXELS; p++) n->pointers[t * PIXELS + p] = n->x[t][p];
    return n;
}

static Product product_of(Numbers *n, int pixels, int columns, int asked) {
    Product q = {.x = n->pointers,
                 .x_first = FIRST,
                 .x_step = PIXELS,
                 .w = n->w,
                 .y = n->y,
                 .w_step = STEP,
                 .y_step = STEP,
                 .taps = TAPS,
                 .channels = CHANNELS,
                 .pixels = pixels,
                 .columns = columns,
                 .relu = asked & RELU,
                 .ahead = n->w,
                 .ahead_step = STEP,
                 .ahead_lines = 2};
    if (asked & AFFINE) {
        q.scale = n->scale;
        q.shift = n->shift;
    }
    if (asked & BEGIN) {
        q.begin = n->y;
        q.begin_step = STEP;
    }
    if (asked & ADDEND) q.addend = asked & IN_PLACE ? n->y : n->addend;
    return q;
}

/* The formula of core/kernel/kernel.h for one element. */
static double expected(const Product *q, const real *before, int p, int k) {
    size_t at = (size_t)p * q->y_step + (size_t)k;
    double sum = q->begin ? (double)before[at] : 0;
    for (int t = 0; t < q->taps; t++)
        for (int c = 0; c < q->channels; c++)
            sum += (double)q->x[(size_t)t * q->x_step + (size_t)p][q->x_first + (size_t)c] *
                   (double)q->w[(size_t)(t * q->channels + c) * q->w_step + (size_t)k];
    if (q->scale) sum = sum * (double)q->scale[k] + (double)q->shift[k];
    if (q->addend) sum += (double)(q->addend == q->y ? before : q->addend)[at];
    return q->relu && sum < 0 ? 0 : sum;
}

/* What is not asked for must stay as it was. */
static void check(const Kernels *set, Numbers *n, Product q) {
    static real before[Y_COUNT];
    for (int j = 0; j < Y_COUNT; j++) n->y[j] = before[j] = (real)(j % 7 - 3);
    set->product(&q);
    double largest = 1;
    for (int p = 0; p < q.pixels; p++)
        for (int k = 0; k < q.columns; k++) largest = fmax(largest, fabs(expected(&q, before, p, k)));
    for (int p = 0; p < PIXELS; p++)
        for (int k = 0; k < STEP; k++) {
            int at = p * STEP + k;
            bool asked = p < q.pixels && k < q.columns;
            double value = asked ? expected(&q, before, p, k) : (double)before[at];
            double tolerance = asked ? TOLERANCE * largest : 0;
            if (!(fabs((double)n->y[at] - value) <= tolerance))
                fail_msg("%s: y[%d,%d] is %.9g, expected %.9g: %d pixels, %d columns, begin %d, scale %d, "
                         "addend %d, relu %d",
                         set->name, p, k, (double)n->y[at], value, q.pixels, q.columns, !!q.begin, !!q.scale,
                         !!q.addend, q.relu);
        }
}

/* All heights of tiles under all widths of panels, and what they leave over. */
static void sums_of_all_sizes(void **state) {
    Numbers *n = *state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        for (int columns = 1; columns <= set->columns; columns++) {
            bool whole = columns % set->lanes == 0;
            for (int pixels = 1; pixels <= PIXELS; pixels += whole ? 1 : 4)
                check(set, n, product_of(n, pixels, columns, 0));
        }
    }
}

static void what_is_asked_for_beside_the_sum(void **state) {
    Numbers *n = *state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        for (int asked = 0; asked < 32; asked++) {
            if (asked & BEGIN && asked & IN_PLACE) continue;
            for (int columns = set->lanes - 1; columns <= set->columns; columns += set->lanes - 1)
                check(set, n, product_of(n, 2 * set->pixels + 1, columns, asked));
        }
    }
}

/* An element is one chain of sums: the same to the last bit wherever it lies in a tile. */
static void neighbours_do_not_matter(void **state) {
    Numbers *n = *state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        Product q = product_of(n, PIXELS, set->columns, AFFINE);
        set->product(&q);
        real last = n->y[(PIXELS - 1) * STEP + set->lanes - 1];
        q = product_of(n, 1, set->lanes, AFFINE);
        q.x += PIXELS - 1;
        set->product(&q);
        assert_true(n->y[set->lanes - 1] == last);
    }
}

/* Rows of STEP columns to rows of whole vectors. */
static void panels_are_filled_with_zeros(void **state) {
    Numbers *n = *state;
    enum { ROWS = 5 };
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        for (int columns = 1; columns <= set->columns; columns++) {
            real to[ROWS * STEP];
            for (int j = 0; j < ROWS * STEP; j++) to[j] = (real)NAN;
            set->panel(&(Panel){.from = n->w, .from_step = STEP, .to = to, .rows = ROWS, .columns = columns});
            int width = (columns + set->lanes - 1) / set->lanes * set->lanes;
            for (int j = 0; j < ROWS * width; j++)
                assert_true(to[j] == (j % width < columns ? n->w[j / width * STEP + j % width] : 0));
            assert_true(isnan(to[ROWS * width]));
        }
    }
}

/* Rows and columns change places; neither has to fill a vector. */
static void panels_are_turned(void **state) {
    Numbers *n = *state;
    enum { ROWS_MAX = 35 };
    for (int j = 0; kernel_available(j / ROWS_MAX); j++) {
        const Kernels *set = kernel_available(j / ROWS_MAX);
        const int rows = j % ROWS_MAX + 1;
        for (int columns = 1; columns <= set->columns; columns++) {
            real to[ROWS_MAX * STEP + 1];
            const int width = (columns + set->lanes - 1) / set->lanes * set->lanes;
            to[rows * width] = 123;
            set->panel(&(Panel){
                .from = n->w, .from_step = STEP, .to = to, .rows = rows, .columns = columns, .turned = true});
            for (int at = 0; at < rows * width; at++)
                assert_true(to[at] == (at % width < columns ? n->w[at % width * STEP + at / width] : 0));
            assert_true(to[rows * width] == 123);
        }
    }
}

/* The panel that a product brings together meanwhile, whichever of them is the longer or wider. */
static void the_next_panel_is_copied_meanwhile(void **state) {
    Numbers *n = *state;
    static real expected_panel[(TAPS * CHANNELS + 1) * STEP], got[(TAPS * CHANNELS + 1) * STEP];
    static const int rows[] = {1, TAPS * CHANNELS, TAPS * CHANNELS + 1};
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        for (int j = 0; j < 27; j++) {
            Panel next = {.from = n->w,
                          .from_step = STEP,
                          .to = expected_panel,
                          .rows = rows[j % 3],
                          .columns = set->columns - (j / 3 % 3 == 0)};
            const int pixels = (int[]){1, 2 * set->pixels, PIXELS}[j / 9];
            memset(got, 0, sizeof got);
            memset(expected_panel, 0, sizeof expected_panel);
            set->panel(&next);
            next.to = got;
            Product q = product_of(n, pixels, set->columns - set->lanes * (j / 3 % 3 == 1), AFFINE);
            q.next = &next;
            check(set, n, q);
            assert_memory_equal(got, expected_panel, sizeof got);
        }
    }
}

/* Chains that are added up by themselves are what calls for each of them, added up, would be: to the last bit. */
static void chains_are_sums_of_sums(void **state) {
    Numbers *n = *state;
    enum { CHAIN = 16 };
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        for (int columns = 1; columns <= set->columns; columns++)
            for (int pixels = 1; pixels <= PIXELS; pixels += columns % set->lanes == 0 ? 1 : 9) {
                Product q = product_of(n, pixels, columns, columns % 2 ? AFFINE | RELU : AFFINE | ADDEND);
                q.chain = CHAIN;
                check(set, n, q);
                q = product_of(n, pixels, columns, 0);
                q.taps = 1;
                q.chain = CHAIN;
                check(set, n, q);
                real last = n->y[(pixels - 1) * STEP + columns - 1];
                for (int c = 0; c < CHANNELS; c += CHAIN) {
                    Product part = product_of(n, pixels, columns, 0);
                    part.taps = 1;
                    part.x_first = (size_t)(FIRST + c);
                    part.channels = CHANNELS - c < CHAIN ? CHANNELS - c : CHAIN;
                    part.w += c * STEP;
                    part.addend = c > 0 ? n->y : NULL;
                    set->product(&part);
                }
                assert_true(n->y[(pixels - 1) * STEP + columns - 1] == last);
            }
    }
}

/* A network that breaks must be seen to break. */
static void a_relu_lets_nan_pass(void **state) {
    Numbers *n = *state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        Product q = product_of(n, set->pixels, set->columns, RELU);
        real *x = &n->x[1][2][FIRST + 5], kept = *x;
        *x = (real)NAN;
        set->product(&q);
        for (int j = 0; j < set->columns; j++) {
            assert_true(isnan(n->y[2 * STEP + j]));
            assert_false(isnan(n->y[3 * STEP + j]));
        }
        *x = kept;
    }
}

static void a_set_is_chosen_by_name(void **state) {
    (void)state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        assert_true(kernel_choose(set->name, NULL));
        assert_true(kernels() == set);
        assert_string_equal(kernel_name(), set->name);
        assert_int_equal(set->columns % set->lanes, 0);
        assert_int_equal(kernel_pixels(set, set->columns), set->pixels);
    }
    assert_true(kernel_choose("openblas", NULL));
    assert_true(kernels() == NULL);
    assert_string_equal(kernel_name(), "openblas");
    assert_true(kernel_choose(NULL, NULL));
}

static void what_cannot_be_chosen_is_a_sentence(void **state) {
    (void)state;
    Error err = {0};
    const Kernels *before = kernels();
    assert_false(kernel_choose("axv2", &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(
        err.text, "there is no kernel 'axv2', the nearest is 'avx2'; this processor can run openblas"));
    assert_true(kernels() == before);
    static const char *const names[] = {"generic", "avx2", "avx512"};
    for (int k = 0; k < 3; k++) {
        bool available = false;
        for (int j = 0; kernel_available(j); j++)
            available |= strcmp(kernel_available(j)->name, names[k]) == 0;
        assert_int_equal(kernel_choose(names[k], &err), available);
    }
    assert_true(kernel_choose(NULL, NULL));
}

static int setup(void **state) {
    *state = numbers_new();
    unsetenv("SKIPSCOPE_KERNEL");
    return 0;
}

static int teardown(void **state) {
    free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_all_sizes),
        cmocka_unit_test(what_is_asked_for_beside_the_sum),
        cmocka_unit_test(neighbours_do_not_matter),
        cmocka_unit_test(chains_are_sums_of_sums),
        cmocka_unit_test(the_next_panel_is_copied_meanwhile),
        cmocka_unit_test(panels_are_filled_with_zeros),
        cmocka_unit_test(panels_are_turned),
        cmocka_unit_test(a_relu_lets_nan_pass),
        cmocka_unit_test(a_set_is_chosen_by_name),
        cmocka_unit_test(what_cannot_be_chosen_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
