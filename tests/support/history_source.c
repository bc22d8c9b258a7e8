#include "tests/support/history_source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/train/block_measure.h"
#include "tests/support/assert_close.h"
#include "tests/support/stated_numbers.h"

bool history_source_parse(const char *text, HistorySource *out) {
    int end = 0;
    if (strncmp(text, "history ", strlen("history ")) != 0) return false;
    int found = sscanf(text, "history %95[^,], %95[^,], epoch %ld, %95[^:]:%n", out->run, out->network,
                       &out->epoch, out->what, &end);
    if (found != 4 || end == 0)
        fail_msg("source: expected history RUN, NETWORK, epoch E, FIGURE: number, found '%s'", text);
    out->numbers = text + end;
    return true;
}

static int find_network(const History *history, const char *name) {
    for (int k = 0; k < history->network_count; k++)
        if (strcmp(history->networks[k].name, name) == 0) return k;
    return -1;
}

static double figure_of_epoch(const History *history, const HistorySource *source, int network) {
    for (int k = 0; k < history->epoch_count; k++) {
        const HistoryEpoch *epoch = &history->epochs[k];
        if (epoch->network != network || epoch->epoch != source->epoch) continue;
        if (strcmp(source->what, "train error") == 0)
            return 100 * (isnan(epoch->train_error_pass) ? epoch->train_error : epoch->train_error_pass);
        if (strcmp(source->what, "test error") == 0) return 100 * epoch->test_error;
        if (strcmp(source->what, "train loss") == 0) return epoch->train_loss;
        if (strcmp(source->what, "test loss") == 0) return epoch->test_loss;
    }
    return NAN;
}

static double of_block(const History *history, int network, const HistoryBlocks *blocks, const char *figure,
                       const char *name) {
    const HistoryLearner *learner = &history->networks[network];
    for (int f = 0; f < BLOCK_FIGURES; f++)
        for (int b = 0; strcmp(block_figure_name((BlockFigure)f), figure) == 0 && b < learner->block_count;
             b++)
            if (strcmp(learner->blocks[b], name) == 0) return history_block_figure(blocks, f)[b];
    return NAN;
}

static double figure_of_blocks(const History *history, const HistorySource *source, int network) {
    char mode[HISTORY_WORD_MAX], figure[HISTORY_WORD_MAX], block[HISTORY_WORD_MAX], other[HISTORY_WORD_MAX];
    int found = sscanf(source->what, "%95s %95s of %95s over %95s", mode, figure, block, other);
    if (found < 3 || (strcmp(mode, "batch") != 0 && strcmp(mode, "running") != 0)) return NAN;
    long step = source->epoch * history->steps_per_epoch;
    const HistoryBlocks *blocks = history_blocks_at(history, network, step, strcmp(mode, "batch") == 0);
    if (!blocks) return NAN;
    double value = of_block(history, network, blocks, figure, block);
    return found == 4 ? value / of_block(history, network, blocks, figure, other) : value;
}

bool history_source_agrees(const HistorySource *source, const History *history, double *actual) {
    int network = find_network(history, source->network);
    const char *at = source->numbers;
    StatedNumber stated, second;
    *actual = NAN;
    if (!number_next(&at, &stated) || number_next(&at, &second) || network < 0) return false;
    *actual = figure_of_epoch(history, source, network);
    if (isnan(*actual)) *actual = figure_of_blocks(history, source, network);
    /* Half of the last digit, and what a decimal number loses in a double. */
    return fabs(*actual - stated.value) <= stated.unit / 2 * (1 + 1e-6);
}
