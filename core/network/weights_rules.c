/* The table of names, and one name held against it. */
#include "core/network/weights_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const WeightsRule rules[] = {
    {"torchvision", "conv1", "conv1", "torchvision, timm"},
    {"torchvision", "bn1", "bn1", "torchvision, timm"},
    {"torchvision", "layer{stage}.{block}.conv{i}", "layer{stage}.{block}.conv{i}", "torchvision, timm"},
    {"torchvision", "layer{stage}.{block}.bn{i}", "layer{stage}.{block}.bn{i}", "torchvision, timm"},
    {"torchvision", "layer{stage}.{block}.downsample.{i}", "layer{stage}.{block}.downsample.{i}",
     "torchvision, timm"},
    {"torchvision", "layer{stage}.{block}.shortcut.{i}", "layer{stage}.{block}.downsample.{i}",
     "kuangliu, akamaster"},
    {"Hugging Face", "embedder.embedder.convolution", "conv1", "Hugging Face"},
    {"Hugging Face", "embedder.embedder.normalization", "bn1", "Hugging Face"},
    {"Hugging Face", "encoder.stages.{stage-1}.layers.{block}.layer.{i-1}.convolution",
     "layer{stage}.{block}.conv{i}", "Hugging Face"},
    {"Hugging Face", "encoder.stages.{stage-1}.layers.{block}.layer.{i-1}.normalization",
     "layer{stage}.{block}.bn{i}", "Hugging Face"},
    {"Hugging Face", "encoder.stages.{stage-1}.layers.{block}.shortcut.convolution",
     "layer{stage}.{block}.downsample.0", "Hugging Face"},
    {"Hugging Face", "encoder.stages.{stage-1}.layers.{block}.shortcut.normalization",
     "layer{stage}.{block}.downsample.1", "Hugging Face"},
    {"an nn.Sequential of torchvision's children", "0", "conv1", "torchvision's children in a row"},
    {"an nn.Sequential of torchvision's children", "1", "bn1", "torchvision's children in a row"},
    {"an nn.Sequential of torchvision's children", "{stage+3}.{block}.conv{i}",
     "layer{stage}.{block}.conv{i}", "torchvision's children in a row"},
    {"an nn.Sequential of torchvision's children", "{stage+3}.{block}.bn{i}", "layer{stage}.{block}.bn{i}",
     "torchvision's children in a row"},
    {"an nn.Sequential of torchvision's children", "{stage+3}.{block}.downsample.{i}",
     "layer{stage}.{block}.downsample.{i}", "torchvision's children in a row"},
    {WEIGHTS_ANY_STYLE, "fc*", "fc", "torchvision, timm; with dropout fc.1"},
    {WEIGHTS_ANY_STYLE, "linear*", "fc", "akamaster, kuangliu"},
    {WEIGHTS_ANY_STYLE, "classifier*", "fc", "Hugging Face"},
    {WEIGHTS_ANY_STYLE, "head*", "fc", "timm, mmpretrain: head.fc"},
    {WEIGHTS_ANY_STYLE, "last_linear*", "fc", "pretrainedmodels"},
};

enum { RULES = sizeof rules / sizeof *rules, VARIABLES = 3, DIGITS_MAX = 5 };

int weights_rule_count(void) {
    return RULES;
}

const WeightsRule *weights_rule(int index) {
    return &rules[index];
}

static const char *const variables[VARIABLES] = {"stage", "block", "i"};

/* "{stage-1}" at *at: which variable it is, and what is added to it. Moves *at behind it. */
static int take_variable(const char **at, int *offset) {
    int found = 0;
    for (int v = 0; v < VARIABLES; v++)
        if (strncmp(*at + 1, variables[v], strlen(variables[v])) == 0) found = v;
    *at += 1 + strlen(variables[found]);
    *offset = **at == '}' ? 0 : atoi(*at);
    *at = strchr(*at, '}') + 1;
    return found;
}

/* A plain decimal number at *at; -1 when there is none. */
static int take_number(const char **at) {
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || (**at == '0' && digits > 1)) return -1;
    int value = atoi(*at);
    *at += digits;
    return value;
}

/* The whole text is what the pattern says. */
static bool match_pattern(const char *pattern, const char *text, int values[VARIABLES]) {
    while (*pattern) {
        int offset;
        if (*pattern != '{') {
            if (*pattern++ != *text++) return false;
            continue;
        }
        int variable = take_variable(&pattern, &offset), value = take_number(&text);
        if (value < 0 || value - offset < 0) return false;
        values[variable] = value - offset;
    }
    return *text == '\0';
}

static void write_meaning(const char *meaning, const int values[VARIABLES], char out[WEIGHTS_MEANING_MAX]) {
    size_t used = 0;
    while (*meaning && used + DIGITS_MAX + 2 < WEIGHTS_MEANING_MAX) {
        int offset;
        if (*meaning == '{')
            used += (size_t)snprintf(out + used, WEIGHTS_MEANING_MAX - used, "%d",
                                     values[take_variable(&meaning, &offset)]);
        else
            out[used++] = *meaning++;
    }
    out[used] = '\0';
}

bool weights_names_is_counter(const char *name) {
    const char *dot = strrchr(name, '.');
    return strcmp(dot ? dot + 1 : name, "num_batches_tracked") == 0;
}

/* Wrappers that stand between modules of a network ("layer1._fsdp_wrapped_module.0") are taken out: behind a name that
 * ends in a digit. In front of it they belong to the prefix. */
static void unwrap(char *module) {
    static const char *const wrappers[] = {".module.", "._orig_mod.", "._fsdp_wrapped_module.",
                                           "._checkpoint_wrapped_module."};
    for (size_t k = 0; k < sizeof wrappers / sizeof *wrappers; k++)
        for (char *at = strstr(module, wrappers[k]); at; at = strstr(at + 1, wrappers[k])) {
            const char *rest = at + strlen(wrappers[k]) - 1;
            if (at > module && at[-1] >= '0' && at[-1] <= '9') memmove(at, rest, strlen(rest) + 1);
        }
}

WeightsSplit weights_split(const char *name) {
    static const char *const leaves[] = {"weight", "bias", "running_mean", "running_var",
                                         "num_batches_tracked"};
    WeightsSplit split = {.leaf = NULL};
    const char *dot = strrchr(name, '.');
    if (!dot || (size_t)(dot - name) >= sizeof split.module) return split;
    memcpy(split.module, name, (size_t)(dot - name));
    for (size_t k = 0; k < sizeof leaves / sizeof *leaves; k++)
        if (strcmp(dot + 1, leaves[k]) == 0) split.leaf = leaves[k];
    if (split.leaf) unwrap(split.module);
    return split;
}

const WeightsRule *weights_rule_find(const char *style, const char *text, char meaning[WEIGHTS_MEANING_MAX]) {
    int values[VARIABLES] = {0};
    for (int k = 0; k < RULES; k++) {
        if (strcmp(rules[k].style, WEIGHTS_ANY_STYLE) == 0 || (style && strcmp(rules[k].style, style) != 0))
            continue;
        if (!match_pattern(rules[k].pattern, text, values)) continue;
        write_meaning(rules[k].meaning, values, meaning);
        return &rules[k];
    }
    return NULL;
}
