#include "app/measure/figure6.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/load/experiment.h"
#include "core/base/utf8.h"

/* NaN for all that table 6 has no error of. */
static double paper_error(const char *arch) {
    int count;
    const PaperRow *rows = paper_rows(&count);
    for (int k = 0; k < count; k++)
        if (rows[k].table == 6 && strcmp(rows[k].config.arch, arch) == 0) return rows[k].error;
    return NAN;
}

/* "..., pad-4 crop and flip, seed 0": the seed has a place of its own. */
static void copy_recipe(Figure6Row *row, const char *recipe) {
    utf8_copy(row->recipe, sizeof row->recipe, recipe);
    char *seed = strstr(row->recipe, ", seed ");
    if (!seed) return;
    size_t length = strlen(", seed ");
    length += strspn(seed + length, "0123456789");
    memmove(seed, seed + length, strlen(seed + length) + 1);
}

static int compare_rows(const void *a, const void *b) {
    const Figure6Row *left = a, *right = b;
    if (left->depth != right->depth) return left->depth < right->depth ? -1 : 1;
    if (left->residual != right->residual) return left->residual ? 1 : -1;
    return strcmp(left->seed, right->seed);
}

void figure6_add(Figure6 *figure, const History *history) {
    for (int k = 0; k < history->network_count && figure->count < FIGURE6_ROWS_MAX; k++) {
        const HistoryLearner *network = &history->networks[k];
        const HistoryEpoch *last = history_last_epoch(history, k);
        Arch arch;
        if (!last || !arch_parse(network->arch, &arch)) continue;
        Figure6Row *row = &figure->rows[figure->count++];
        bool pass = !isnan(last->train_error_pass);
        *row = (Figure6Row){.depth = arch.depth,
                            .residual = strcmp(network->shortcut, "none") != 0,
                            .epochs = last->epoch,
                            .planned =
                                history->steps_per_epoch > 0 ? history->steps / history->steps_per_epoch : 0,
                            .train_error = 100 * (pass ? last->train_error_pass : last->train_error),
                            .train_pass = pass,
                            .test_error = 100 * last->test_error,
                            .paper_error = paper_error(network->arch)};
        utf8_copy(row->arch, sizeof row->arch, network->arch);
        utf8_copy(row->seed, sizeof row->seed, history->seed);
        copy_recipe(row, history->recipe);
    }
    qsort(figure->rows, (size_t)figure->count, sizeof *figure->rows, compare_rows);
}

bool figure6_load_bundled(Figure6 *figure, Error *err) {
    const Asset *asset;
    *figure = (Figure6){.count = 0};
    for (int k = 0; (asset = asset_history(k)); k++) {
        History *history = experiment_history(asset, err);
        if (!history) return false;
        figure6_add(figure, history);
        history_free(history);
    }
    return true;
}
