/* What app/asset/bundle_experiment.sh has to know and to write of a training:
 *
 *     bundle_experiment list HISTORY
 *
 * writes a line for each of its networks: its name, architecture, depth, "plain" or "residual", seed, whole epochs
 * that the history has, epochs of the whole training, the last train and test error in percent ("-": not known),
 * the data set, and "pass" where the training error is of all training images afterwards, "mean" where it is over the
 * epoch.
 *
 *     bundle_experiment half HISTORY NUMBER WEIGHTS OUT [TOP1]
 *
 * writes the weights of its NUMBER-th network, from 0, out of a weights file or a checkpoint, in float16 and with what
 * is known of their training; on stdout the whole epochs that they have been trained for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/network/model.h"
#include "core/train/history_read.h"

enum { TEXT_MAX = 1024, PAIRS_MAX = 8 };

static void print_percent(double share) {
    if (isnan(share))
        printf(" -");
    else
        printf(" %.2f", 100 * share);
}

static long planned_epochs(const History *history) {
    return history->steps_per_epoch > 0 ? history->steps / history->steps_per_epoch : 0;
}

static bool list(const History *history, Error *err) {
    for (int k = 0; k < history->network_count; k++) {
        const HistoryLearner *network = &history->networks[k];
        const HistoryEpoch *last = history_last_epoch(history, k);
        Arch arch;
        if (!arch_parse(network->arch, &arch))
            return error_set(err, ERROR_FILE, "%s: no architecture is called %s", history->label,
                             network->arch);
        printf("%s %s %d %s %s %ld %ld", network->name, network->arch, arch.depth,
               strcmp(network->shortcut, "none") == 0 ? "plain" : "residual", history->seed,
               last ? last->epoch : 0, planned_epochs(history));
        print_percent(!last                           ? NAN
                      : isnan(last->train_error_pass) ? last->train_error
                                                      : last->train_error_pass);
        print_percent(last ? last->test_error : NAN);
        printf(" %s %s\n", history->dataset, last && !isnan(last->train_error_pass) ? "pass" : "mean");
    }
    return true;
}

/* Each that it ran on, once: "skipscope 0.1.0 (c4f58d20d600) on AMD EPYC, avx512; ..." */
static void tell_machines(const History *history, char out[TEXT_MAX]) {
    size_t used = 0;
    *out = '\0';
    for (int k = 0; k < history->start_count && used < TEXT_MAX; k++) {
        const HistoryMachine *machine = &history->starts[k].machine;
        char text[TEXT_MAX / 4];
        snprintf(text, sizeof text, "skipscope %s (%s) on %s, %s", machine->program, machine->commit,
                 machine->processor, machine->kernel);
        if (strstr(out, text)) continue;
        used += (size_t)snprintf(out + used, TEXT_MAX - used, "%s%s", used > 0 ? "; " : "", text);
    }
}

static void add_pair(SafetensorsPair pairs[PAIRS_MAX], int *count, const char *key, const char *value) {
    pairs[(*count)++] = (SafetensorsPair){key, value};
}

static bool write_half(const History *history, int network, const char *const *words, Error *err) {
    const ModelOptions options = {.key = strstr(words[0], ".ckpt") && history->network_count > 1
                                             ? history->networks[network].name
                                             : NULL};
    Model *model = model_load_file(words[0], &options, err);
    if (!model) return false;
    SafetensorsPair pairs[PAIRS_MAX];
    int count = 0;
    char machines[TEXT_MAX], epochs[24];
    const char *step = model_value(model, "checkpoint_step");
    long done = step && history->steps_per_epoch > 0 ? atol(step) / history->steps_per_epoch
                                                     : planned_epochs(history);
    tell_machines(history, machines);
    snprintf(epochs, sizeof epochs, "%ld", done);
    add_pair(pairs, &count, "recipe", history->recipe);
    add_pair(pairs, &count, "dataset", history->dataset);
    add_pair(pairs, &count, "seed", history->seed);
    add_pair(pairs, &count, "epoch", epochs);
    add_pair(pairs, &count, "made_by", machines);
    if (step) add_pair(pairs, &count, "step", step);
    if (words[2]) add_pair(pairs, &count, "test_top1", words[2]);
    bool ok = model_save_half(model, pairs, count, words[1], err);
    if (ok) puts(epochs);
    model_free(model);
    return ok;
}

int main(int argc, char **argv) {
    Error err = {0};
    bool lists = argc == 3 && strcmp(argv[1], "list") == 0;
    bool writes = (argc == 6 || argc == 7) && strcmp(argv[1], "half") == 0;
    if (!lists && !writes) {
        fprintf(stderr, "usage: bundle_experiment list HISTORY\n"
                        "       bundle_experiment half HISTORY NUMBER WEIGHTS OUT [TOP1]\n");
        return 2;
    }
    History *history = history_load(argv[2], &err);
    int network = writes ? atoi(argv[3]) : 0;
    bool ok =
        history && network >= 0 && network < history->network_count &&
        (lists ? list(history, &err) : write_half(history, network, (const char *const *)&argv[4], &err));
    if (!ok) fprintf(stderr, "bundle_experiment: %s\n", *err.text ? err.text : "there is no such network");
    history_free(history);
    return ok ? 0 : 1;
}
