#include "core/network/weights_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

enum { VALUES_SAID = 4, GROUPS_SAID = 6, NAME_MAX = 80 };

/* ", " between the entries of a list; its first begins with `head`. */
static void begin_entry(char note[WEIGHTS_LINE_MAX], const char *head, const char *separator) {
    utf8_append(note, WEIGHTS_LINE_MAX, "%s", *note ? separator : head);
}

void weights_report_value(WeightsReport *report, const Param *param, size_t wild, size_t negative) {
    for (int kind = 0; kind < 2; kind++) {
        size_t count = kind == 0 ? wild : negative;
        const char *what = kind == 0 ? "NaN or infinite" : "a negative variance";
        if (count == 0 || report->bad_tensors++ >= VALUES_SAID) continue;
        begin_entry(report->values, "", "; ");
        utf8_append(report->values, WEIGHTS_LINE_MAX, "%s: %zu of %zu values %s %s", param->name, count,
                    param->count, count == 1 ? "is" : "are",
                    count == 1 || kind == 0 ? what : "negative variances");
    }
}

/* Tensors that are left out together: those whose names begin alike. */
typedef struct Group {
    char name[NAME_MAX];
    int count;
} Group;

/* "model_ema" of "model_ema.module.conv1.weight". */
static void group_name(const char *tensor, char out[NAME_MAX]) {
    size_t length = strcspn(tensor, ".");
    utf8_escape(out, NAME_MAX, tensor, length);
}

static bool is_left_out(const WeightsNames *names, int index, const Network *network) {
    const char *meaning = names->meanings[index].text;
    if (weights_names_is_counter(tensors_get(names->file, index)->name)) return false;
    return !meaning[0] || !network_find_param(network, meaning);
}

/* The biases of convolutions are spoken of by themselves. */
static bool is_bias(const char *meaning) {
    size_t length = strlen(meaning);
    return length > 5 && strcmp(meaning + length - 5, ".bias") == 0;
}

static void say_group(WeightsReport *report, const Group *group, const char *first) {
    char name[NAME_MAX];
    begin_entry(report->left_out, "left out: ", ", ");
    if (group->count > 1) {
        utf8_append(report->left_out, WEIGHTS_LINE_MAX, "%s.* (%d %s)", group->name, group->count,
                    group->count == 1 ? "tensor" : "tensors");
        return;
    }
    utf8_escape(name, sizeof name, first, strlen(first));
    utf8_append(report->left_out, WEIGHTS_LINE_MAX, "%s", name);
}

/* Names are sorted, so that those of a group stand together. */
static void say_left_out(WeightsReport *report, const WeightsNames *names, const Network *network) {
    Group group = {.count = 0};
    const char *first = "";
    int groups = 0, unsaid = 0, count = tensors_count(names->file);
    for (int k = 0; k <= count; k++) {
        char name[NAME_MAX] = "";
        bool last = k == count;
        if (!last && (!is_left_out(names, k, network) || is_bias(names->meanings[k].text))) continue;
        if (!last) group_name(tensors_get(names->file, k)->name, name);
        if (last || strcmp(name, group.name) != 0) {
            if (group.count > 0 && groups++ < GROUPS_SAID)
                say_group(report, &group, first);
            else
                unsaid += group.count;
            group.count = 0;
            utf8_copy(group.name, sizeof group.name, name);
            if (!last) first = tensors_get(names->file, k)->name;
        }
        group.count++;
    }
    if (unsaid > 0) utf8_append(report->left_out, WEIGHTS_LINE_MAX, " and %d more", unsaid);
}

void weights_report_names(WeightsReport *report, const WeightsNames *names, const Network *network) {
    char text[NAME_MAX];
    if (report->bad_tensors > VALUES_SAID)
        utf8_append(report->values, WEIGHTS_LINE_MAX, " and %d tensors more",
                    report->bad_tensors - VALUES_SAID);
    utf8_escape(text, sizeof text, names->prefix, strlen(names->prefix));
    if (names->prefix[0]) utf8_append(report->names, WEIGHTS_LINE_MAX, "names after '%s'", text);
    if (names->style && strcmp(names->style, weights_rule(0)->style) != 0) {
        begin_entry(report->names, "", ", ");
        utf8_append(report->names, WEIGHTS_LINE_MAX, "named as %s", names->style);
    }
    utf8_escape(text, sizeof text, names->head, strlen(names->head));
    if (names->head[0] && strcmp(names->head + strlen(names->prefix), "fc") != 0) {
        begin_entry(report->names, "", ", ");
        utf8_append(report->names, WEIGHTS_LINE_MAX, "the classifier is '%s'", text);
    }
    if (network->headless) {
        begin_entry(report->names, "", ", ");
        utf8_append(report->names, WEIGHTS_LINE_MAX, "no classifier: the network ends at avgpool");
    }
    if (names->head[0] && !weights_names_find(names, "fc.bias")) {
        begin_entry(report->names, "", ", ");
        utf8_append(report->names, WEIGHTS_LINE_MAX, "the classifier has no bias");
    }
    say_left_out(report, names, network);
}

/* The convolution that a bias belongs to; NULL: none. */
static const Op *convolution_of(const Network *network, const char *meaning) {
    char name[WEIGHTS_MEANING_MAX];
    utf8_copy_n(name, sizeof name, meaning, strlen(meaning) - 5);
    int op = network_find_op(network, name);
    return op < 0 ? NULL : &network->ops[op];
}

static bool settle_bias(const WeightsNames *names, const StoredTensor *tensor, const Op *conv,
                        Network *network, bool *is_zero, Error *err) {
    const Param *mean = conv->index + 1 < network->op_count
                            ? network_op_param(network, conv->index + 1, PARAM_NORM_MEAN)
                            : NULL;
    const char *label = tensors_label(names->file);
    if (tensor->rank != 1 || tensor->dims[0] != (uint64_t)conv->out.c)
        return error_set(err, ERROR_FILE, "%s: %s has %llu values, expected %d", label, tensor->name,
                         (unsigned long long)tensor->count, conv->out.c);
    float *bias = calloc((size_t)conv->out.c, sizeof *bias);
    if (!bias) return error_set(err, ERROR_FAILED, "%s: not enough memory to read it", label);
    bool good = tensors_read(names->file, tensor, bias, err), zero = true;
    for (int c = 0; c < conv->out.c; c++) zero = zero && bias[c] == 0;
    *is_zero = zero;
    if (good && !zero && !mean)
        good = error_set(err, ERROR_FILE, "%s: %s is not 0, and %s has neither biases nor batch norm", label,
                         tensor->name, network->arch);
    real *values = good && !zero ? network_values(network, mean) : NULL;
    for (int c = 0; values && c < conv->out.c; c++) values[c] -= (real)bias[c];
    free(bias);
    return good;
}

static void say_biases(char note[WEIGHTS_LINE_MAX], int count) {
    utf8_append(note, WEIGHTS_LINE_MAX, count == 1 ? "%d bias of a convolution" : "%d biases of convolutions",
                count);
}

bool weights_settle_biases(const WeightsNames *names, Network *network, WeightsReport *report, Error *err) {
    int zeros = 0, moved = 0;
    for (int k = 0; k < tensors_count(names->file); k++) {
        const char *meaning = names->meanings[k].text;
        if (!is_bias(meaning) || network_find_param(network, meaning)) continue;
        const Op *conv = convolution_of(network, meaning);
        bool is_zero = false;
        if (!conv) continue;
        if (!settle_bias(names, tensors_get(names->file, k), conv, network, &is_zero, err)) return false;
        zeros += is_zero;
        moved += !is_zero;
    }
    if (zeros > 0) {
        begin_entry(report->left_out, "left out: ", ", ");
        say_biases(report->left_out, zeros);
        utf8_append(report->left_out, WEIGHTS_LINE_MAX, zeros == 1 ? ", which is 0" : ", all 0");
    }
    if (moved > 0) {
        begin_entry(report->names, "", ", ");
        say_biases(report->names, moved);
        utf8_append(report->names, WEIGHTS_LINE_MAX,
                    " taken off the running means behind, which is the same");
    }
    return true;
}
