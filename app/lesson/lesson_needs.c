/* What figures need, and why one is not known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lesson/lesson_measure.h"
#include "core/base/utf8.h"

/* The lines of a lesson that see to it. `finish` runs to the end of the pass that is selected: the first one forward
 * to the loss, a second one backward to the picture. */
static const char *const needs[] = {[NEEDS_NOTHING] = "nothing",
                                    [NEEDS_FORWARD] = "the forward pass past it: do select NAME, do run-here",
                                    [NEEDS_ANSWER] = "the forward pass to the loss: do finish",
                                    [NEEDS_BACKWARD] = "both passes: do finish, twice",
                                    [NEEDS_RIVAL] = "both passes (do finish, twice) and do view gradients",
                                    [NEEDS_ANALYSIS] = "that analysis: do analysis NAME",
                                    [NEEDS_LESIONS] = "do analysis lesions",
                                    [NEEDS_PATHS] = "both passes (do finish, twice) and do analysis paths",
                                    [NEEDS_FILE] = "weights whose file says it, as the bundled ones do"};

static const struct {
    const char *words, *example;
} examples[] = {{"", ""},
                {"OP", "layer1.0.conv1"},
                {"BLOCK", "layer1.0"},
                {"CLASS", "cat"},
                {"OP CHANNEL ROW COLUMN", "conv1 0 10 12"},
                {"ANALYSIS ROW COLUMN", "lesions none_lost right"},
                {"ANALYSIS COLUMN", "paths share"}};

bool figure_about(int row, FigureAbout *out) {
    const FigureSpec *spec = figure_spec(row);
    if (!spec) return false;
    *out = (FigureAbout){.meaning = spec->meaning, .needs = needs[spec->need]};
    snprintf(out->call, sizeof out->call, "%s%s%s", spec->name, *spec->words ? " " : "", spec->words);
    for (size_t k = 0; k < sizeof examples / sizeof examples[0]; k++)
        if (strcmp(examples[k].words, spec->words) == 0)
            snprintf(out->example, sizeof out->example, "%s%s%s", spec->name, *spec->words ? " " : "",
                     examples[k].example);
    return true;
}

static bool has_class(const Model *model, const char *name) {
    for (int k = 0; model->class_names && k < model->network->classes; k++)
        if (strcmp(model->class_names[k], name) == 0) return true;
    return false;
}

static bool is_index(const char *word, int count) {
    char *end;
    long number = strtol(word, &end, 10);
    return end != word && *end == '\0' && number >= 0 && number < count;
}

/* The operation, block, class or place that the network does not have; "" when all are there. */
static void find_missing(const FigureSpec *spec, const Figure *figure, const Scene *scene,
                         char out[FIGURE_LACK_MAX]) {
    const Network *network = scene->network;
    const char *first = figure->words[0];
    AnalysisId id;
    int op = network_find_op(network, first);
    if (strncmp(spec->words, "OP", 2) == 0 && op < 0)
        utf8_format(out, FIGURE_LACK_MAX, "%s has no operation '%s'", network->arch, first);
    else if (strcmp(spec->words, "BLOCK") == 0 && network_find_block(network, first) < 0)
        utf8_format(out, FIGURE_LACK_MAX, "%s has no block '%s'", network->arch, first);
    else if (strcmp(spec->words, "CLASS") == 0 && !has_class(scene->model, first))
        utf8_format(out, FIGURE_LACK_MAX, "%s has no class '%s'", network->arch, first);
    else if (strncmp(spec->words, "ANALYSIS", 8) == 0 && !analysis_find(first, &id))
        utf8_format(out, FIGURE_LACK_MAX, "there is no analysis '%s'", first);
    else if (strncmp(spec->words, "ANALYSIS", 8) == 0 && scene->analyses && scene->analyses->results[id] &&
             scene->analyses->results[id]->complete)
        utf8_format(out, FIGURE_LACK_MAX, "the analysis %s has no such row or column", first);
    else if (strstr(spec->words, "CHANNEL")) {
        Shape shape = network->ops[op].out;
        const int counts[] = {shape.c, shape.h, shape.w};
        for (int k = 0; k < 3; k++)
            if (!is_index(figure->words[k + 1], counts[k]))
                utf8_format(out, FIGURE_LACK_MAX, "%s has %d channels of %d by %d, counted from 0", first,
                            shape.c, shape.h, shape.w);
    }
}

void figure_lack(const Figure *figure, const FigureSource *source, char out[FIGURE_LACK_MAX]) {
    const FigureSpec *spec = figure_spec(figure->id);
    out[0] = '\0';
    if (!spec) return;
    find_missing(spec, figure, source->scene, out);
    if (*out == '\0')
        utf8_format(out, FIGURE_LACK_MAX, "nothing has computed it here; it needs %s", needs[spec->need]);
}
