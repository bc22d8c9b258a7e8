#include "core/network/paper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the paper calls FLOPs are multiply-adds. Ours count convolutions and the classifier. */
static const char SAME[] = "";
static const char V1_5[] =
    "stride in the 3x3 as torchvision has it (v1.5); the paper's stands in the first 1x1, the next row";
static const char CUT_34[] = "3.66 with projections (option B); the paper's 3.6 is the one without";
static const char V1_CUT[] = "the paper cuts 3.858 to 3.8";
static const char TEN_CROP[] =
    "error by 10-crop testing on ImageNet; no ImageNet weights are built in, and eval has one crop";
static const char EQUAL_18[] =
    "as the row above; at 18 layers plain and residual are equally accurate, residual only learns faster";
static const char BEST_OF_5[] = "the paper's 6.43 is the best of 5 runs: 6.61 +- 0.16";
static const char NO_NUMBER[] = "the paper gives no number: curves in figure 6 only";

#define ROW(TABLE, ARCH, SHORTCUT, V1, PARAMS, PVALUE, MACS, MVALUE, ERROR, REASON)                          \
    {                                                                                                        \
        .table = TABLE, .config = {.arch = ARCH, .shortcut = SHORTCUT, .stride_in_1x1 = V1},                 \
        .params = PARAMS, .params_value = PVALUE, .macs = MACS, .macs_value = MVALUE, .error = ERROR,        \
        .reason = REASON                                                                                     \
    }

static const PaperRow rows[] = {
    ROW(1, "resnet18", 'A', false, NULL, 0, "1.8e9", 1.8e9, NAN, SAME),
    ROW(1, "resnet34", 'A', false, NULL, 0, "3.6e9", 3.6e9, NAN, SAME),
    ROW(1, "resnet34", 'B', false, NULL, 0, "3.6e9", 3.6e9, NAN, CUT_34),
    ROW(1, "resnet50", 'B', false, NULL, 0, "3.8e9", 3.8e9, NAN, V1_5),
    ROW(1, "resnet50", 'B', true, NULL, 0, "3.8e9", 3.8e9, NAN, V1_CUT),
    ROW(1, "resnet101", 'B', false, NULL, 0, "7.6e9", 7.6e9, NAN, V1_5),
    ROW(1, "resnet101", 'B', true, NULL, 0, "7.6e9", 7.6e9, NAN, SAME),
    ROW(1, "resnet152", 'B', false, NULL, 0, "11.3e9", 11.3e9, NAN, V1_5),
    ROW(1, "resnet152", 'B', true, NULL, 0, "11.3e9", 11.3e9, NAN, SAME),
    ROW(2, "plain18", 0, false, NULL, 0, NULL, 0, 27.94, TEN_CROP),
    ROW(2, "resnet18", 'A', false, NULL, 0, NULL, 0, 27.88, EQUAL_18),
    ROW(2, "plain34", 0, false, NULL, 0, NULL, 0, 28.54, TEN_CROP),
    ROW(2, "resnet34", 'A', false, NULL, 0, NULL, 0, 25.03, TEN_CROP),
    ROW(6, "plain20", 0, false, NULL, 0, NULL, 0, NAN, NO_NUMBER),
    ROW(6, "resnet20", 'A', false, "0.27M", 0.27e6, NULL, 0, 8.75, SAME),
    ROW(6, "resnet32", 'A', false, "0.46M", 0.46e6, NULL, 0, 7.51, SAME),
    ROW(6, "resnet44", 'A', false, "0.66M", 0.66e6, NULL, 0, 7.17, SAME),
    ROW(6, "resnet56", 'A', false, "0.85M", 0.85e6, NULL, 0, 6.97, SAME),
    ROW(6, "resnet110", 'A', false, "1.7M", 1.7e6, NULL, 0, 6.43, BEST_OF_5),
    ROW(6, "resnet1202", 'A', false, "19.4M", 19.4e6, NULL, 0, 7.93, SAME),
};

const PaperRow *paper_rows(int *count) {
    *count = (int)(sizeof rows / sizeof *rows);
    return rows;
}

bool paper_count(const PaperRow *row, PaperCount *count, Error *err) {
    Network *network = resnet_new(&row->config, err);
    if (!network) return false;
    *count = (PaperCount){.params = network_param_count(network), .macs = network_macs(network)};
    network_free(network);
    return true;
}

bool paper_agrees(const char *printed, double printed_value, double value) {
    if (!printed) return true;
    const char *point = strchr(printed, '.');
    size_t decimals = point ? strspn(point + 1, "0123456789") : 0;
    double unit = printed_value / strtod(printed, NULL); /* what the letter or the exponent stands for */
    if (strchr(printed, 'e')) unit = pow(10, strtod(strchr(printed, 'e') + 1, NULL));
    double digits = pow(10, (double)decimals), shown = round(printed_value / unit * digits);
    return round(value / unit * digits) == shown || floor(value / unit * digits) == shown;
}

bool paper_row_agrees(const PaperRow *row, const PaperCount *count) {
    return paper_agrees(row->params, row->params_value, (double)count->params) &&
           paper_agrees(row->macs, row->macs_value, (double)count->macs);
}

const PaperScore *paper_find_score(const PaperScore *scores, int count, const PaperRow *row) {
    for (int k = 0; row->table == 6 && k < count; k++)
        if (strcmp(scores[k].arch, row->config.arch) == 0) return &scores[k];
    return NULL;
}

void paper_row_name(const PaperRow *row, char *out, size_t size) {
    char shortcut = row->config.shortcut;
    snprintf(out, size, "%s%s%c%s", row->config.arch, shortcut ? ", " : "", shortcut ? shortcut : '\0',
             row->config.stride_in_1x1 ? ", v1" : "");
    if (shortcut == 'B' && !row->config.stride_in_1x1 && arch_of(row->config.arch).depth != 34)
        snprintf(out, size, "%s, B, v1.5", row->config.arch);
}
