#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/table.h"
#include "app/measure/figure6.h"

static const char PAPERS[] =
    "The paper's numbers are the test errors of its table 6. Of plain networks it prints none: curves only, "
    "and of plain-110 that its error is higher than 60 %. Its recipe: 64k steps of 128, weight decay 1e-4, "
    "rate 0.1 divided by 10 at 32k and 48k.";

static void put_percent(Table *table, double error) {
    if (isnan(error))
        table_cell(table, "%s", "");
    else
        table_cell(table, "%.2f", error);
}

static bool print_rows(const Figure6 *figure, bool ascii) {
    static const char *const heads[] = {"depth",         "<kind",        "epochs",       "seed",
                                        "train error %", "test error %", "paper's test", NULL};
    Table table;
    table_init(&table, heads, ascii);
    for (int k = 0; k < figure->count; k++) {
        const Figure6Row *row = &figure->rows[k];
        table_cell(&table, "%d", row->depth);
        table_cell(&table, "%s", row->residual ? "residual" : "plain");
        if (row->epochs < row->planned)
            table_cell(&table, "%ld of %ld", row->epochs, row->planned);
        else
            table_cell(&table, "%ld", row->epochs);
        table_cell(&table, "%s", row->seed);
        put_percent(&table, row->train_error);
        put_percent(&table, row->test_error);
        put_percent(&table, row->paper_error);
    }
    bool ok = table_print(&table, stdout);
    table_clear(&table);
    return ok;
}

/* Whether a row before it has the same, which then has been said. */
static bool is_said(const Figure6 *figure, int k) {
    for (int before = 0; before < k; before++)
        if (strcmp(figure->rows[before].recipe, figure->rows[k].recipe) == 0) return true;
    return false;
}

static void print_recipes(const Figure6 *figure, bool ascii) {
    bool running = false;
    for (int k = 0; k < figure->count; k++) {
        char text[PAPER_REASON_MAX + 16];
        running = running || !figure->rows[k].train_pass;
        if (is_said(figure, k)) continue;
        snprintf(text, sizeof text, "Here: %s.", figure->rows[k].recipe);
        table_put_wrapped(stdout, text, 0, 100, ascii);
    }
    table_put_wrapped(stdout,
                      running ? "The training error is the mean over the last epoch, of each batch as it was "
                                "learnt from. One run each: another seed gives others."
                              : "The training error is that of all training images as they are, after the "
                                "last epoch. One run each: another seed gives others.",
                      0, 100, ascii);
}

bool figure6_print(const Figure6 *figure, bool ascii, Error *err) {
    if (figure->count == 0) return true;
    puts("\nFigure 6, CIFAR-10: end points, from the bundled histories\n");
    if (!print_rows(figure, ascii)) return error_set(err, ERROR_FAILED, "not enough memory");
    putchar('\n');
    table_put_wrapped(stdout, PAPERS, 0, 100, ascii);
    print_recipes(figure, ascii);
    return true;
}

void figure6_write_json(const Figure6 *figure, JsonWriter *json) {
    json_write_array_begin(json);
    for (int k = 0; k < figure->count; k++) {
        const Figure6Row *row = &figure->rows[k];
        json_write_object_begin(json);
        json_write_key_string(json, "arch", row->arch);
        json_write_key_int(json, "depth", row->depth);
        json_write_key_string(json, "kind", row->residual ? "residual" : "plain");
        json_write_key_int(json, "epochs", row->epochs);
        json_write_key_int(json, "epochs_planned", row->planned);
        json_write_key_string(json, "seed", row->seed);
        json_write_key_float(json, "train_error_percent", row->train_error);
        json_write_key_string(json, "train_error_of",
                              row->train_pass ? "all training images" : "the last epoch");
        json_write_key_float(json, "test_error_percent", row->test_error);
        json_write_key_float(json, "paper_test_error_percent", row->paper_error);
        json_write_key_string(json, "recipe", row->recipe);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}
