#include "app/lesson/lesson_measure.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/inspect/block_figures.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

static const Scene *scene_of(const FigureQuery *query) {
    return query->source->scene;
}

static int op_of(const FigureQuery *query) {
    return network_find_op(scene_of(query)->network, query->words[0]);
}

static int block_of(const FigureQuery *query) {
    return query->block >= 0 ? query->block : network_find_block(scene_of(query)->network, query->words[0]);
}

/* Not known for an unknown op, so that its name need not be looked at. */
static Stats stats_of(const FigureQuery *query, Phase phase) {
    int op = op_of(query);
    if (op < 0) return (Stats){.known = false};
    return phase == PHASE_FORWARD ? pass_act_stats(scene_of(query)->pass, op)
                                  : pass_grad_stats(scene_of(query)->pass, op);
}

static double zero_share(Stats stats) {
    return stats.known ? (double)stats.zeros / (double)stats.count : NAN;
}

static BlockForward forward_of(const FigureQuery *query) {
    int block = block_of(query);
    BlockForward none = {.x = NAN, .branch = NAN, .y = NAN, .ratio = NAN, .kept = NAN};
    return block < 0 ? none : block_forward(scene_of(query)->pass, block);
}

static BlockBackward backward_of(const FigureQuery *query) {
    int block = block_of(query);
    BlockBackward none = {.x = NAN, .y = NAN, .sum = NAN, .skip = NAN, .branch = NAN, .cosine = NAN};
    return block < 0 ? none : block_backward(scene_of(query)->pass, block);
}

static int parse_index(const char *word) {
    char *end;
    long number = strtol(word, &end, 10);
    return end == word || *end != '\0' || number < 0 || number > 1 << 20 ? -1 : (int)number;
}

static double element_value(const FigureQuery *query, Tensor tensor) {
    int c = parse_index(query->words[1]), row = parse_index(query->words[2]),
        column = parse_index(query->words[3]);
    Shape shape = tensor.shape;
    if (!tensor.data || c < 0 || row < 0 || column < 0 || c >= shape.c || row >= shape.h || column >= shape.w)
        return NAN;
    return (double)
        tensor.data[((size_t)row * (size_t)shape.w + (size_t)column) * (size_t)shape.c + (size_t)c];
}

static int predicted_class(const Scene *scene) {
    const double *p = pass_probabilities(scene->pass);
    int best = 0;
    for (int k = 1; p && k < network_answers(scene->network); k++)
        if (p[k] > p[best]) best = k;
    return p ? best : -1;
}

MEASURE_NUMBER(loss) {
    return pass_loss(scene_of(query)->pass);
}

MEASURE_NUMBER(probability) {
    const Scene *scene = scene_of(query);
    const double *p = pass_probabilities(scene->pass);
    for (int k = 0; p && scene->model->class_names && k < scene->network->classes; k++)
        if (strcmp(scene->model->class_names[k], query->words[0]) == 0) return p[k];
    return NAN;
}

MEASURE_NUMBER(certainty) {
    int best = predicted_class(scene_of(query));
    return best < 0 ? NAN : pass_probabilities(scene_of(query)->pass)[best];
}

MEASURE_NUMBER(right) {
    const Scene *scene = scene_of(query);
    int best = predicted_class(scene);
    return best < 0 || scene->true_class < 0 ? NAN : best == scene->true_class;
}

MEASURE_NUMBER(parameters) {
    return (double)network_param_count(scene_of(query)->network);
}

MEASURE_NUMBER(macs) {
    return (double)network_macs(scene_of(query)->network);
}

MEASURE_NUMBER(op_parameters) {
    return op_of(query) < 0 ? NAN : (double)network_op_param_count(scene_of(query)->network, op_of(query));
}

MEASURE_NUMBER(op_macs) {
    return op_of(query) < 0 ? NAN : (double)network_op_macs(scene_of(query)->network, op_of(query));
}

MEASURE_NUMBER(blocks) {
    return scene_of(query)->network->block_count;
}

MEASURE_NUMBER(ops) {
    return scene_of(query)->network->op_count;
}

MEASURE_NUMBER(channels) {
    return op_of(query) < 0 ? NAN : scene_of(query)->network->ops[op_of(query)].out.c;
}

MEASURE_NUMBER(size) {
    return op_of(query) < 0 ? NAN : (double)shape_count(scene_of(query)->network->ops[op_of(query)].out);
}

MEASURE_NUMBER(done) {
    return op_of(query) < 0 ? NAN : pass_forward_done(scene_of(query)->pass) > op_of(query);
}

MEASURE_NUMBER(gradient_done) {
    int op = op_of(query), count = scene_of(query)->network->op_count;
    return op < 0 ? NAN : pass_backward_done(scene_of(query)->pass) >= count - op;
}

MEASURE_NUMBER(value) {
    int op = op_of(query);
    return op < 0 ? NAN : element_value(query, pass_act(scene_of(query)->pass, op));
}

MEASURE_NUMBER(gradient) {
    int op = op_of(query);
    return op < 0 ? NAN : element_value(query, pass_grad(scene_of(query)->pass, op));
}

MEASURE_NUMBER(norm) {
    Stats stats = stats_of(query, PHASE_FORWARD);
    return stats.known ? stats.l2 : NAN;
}

MEASURE_NUMBER(mean) {
    Stats stats = stats_of(query, PHASE_FORWARD);
    return stats.known ? stats.mean : NAN;
}

MEASURE_NUMBER(std) {
    Stats stats = stats_of(query, PHASE_FORWARD);
    return stats.known ? stats.std : NAN;
}

MEASURE_NUMBER(largest) {
    Stats stats = stats_of(query, PHASE_FORWARD);
    return stats.known ? stats.max : NAN;
}

MEASURE_NUMBER(smallest) {
    Stats stats = stats_of(query, PHASE_FORWARD);
    return stats.known ? stats.min : NAN;
}

MEASURE_NUMBER(zeros) {
    return zero_share(stats_of(query, PHASE_FORWARD));
}

MEASURE_NUMBER(gradient_norm) {
    Stats stats = stats_of(query, PHASE_BACKWARD);
    return stats.known ? stats.l2 : NAN;
}

MEASURE_NUMBER(gradient_zeros) {
    return zero_share(stats_of(query, PHASE_BACKWARD));
}

MEASURE_NUMBER(x) {
    return forward_of(query).x;
}

MEASURE_NUMBER(f) {
    return forward_of(query).branch;
}

MEASURE_NUMBER(y) {
    return forward_of(query).y;
}

MEASURE_NUMBER(share) {
    return forward_of(query).ratio;
}

MEASURE_NUMBER(kept) {
    /* Of a function without gates nothing is kept or closed. */
    bool gates = network_activation(scene_of(query)->network)->activation->has_gates;
    return gates ? forward_of(query).kept : NAN;
}

MEASURE_NUMBER(gradient_in) {
    return backward_of(query).x;
}

MEASURE_NUMBER(gradient_out) {
    return backward_of(query).y;
}

MEASURE_NUMBER(past_relu) {
    return backward_of(query).sum;
}

MEASURE_NUMBER(through_skip) {
    return backward_of(query).skip;
}

MEASURE_NUMBER(through_f) {
    return backward_of(query).branch;
}

MEASURE_NUMBER(cosine) {
    return backward_of(query).cosine;
}

static double growth(const Pass *pass) {
    if (!pass) return NAN;
    const Network *network = pass_network(pass);
    Stats in = pass_grad_stats(pass, network->blocks[0].input),
          out = pass_grad_stats(pass, network->blocks[network->block_count - 1].output);
    return in.known && out.known && out.l2 > 0 ? in.l2 / out.l2 : NAN;
}

MEASURE_NUMBER(stretch) {
    const Pass *pass = scene_of(query)->pass;
    int last = scene_of(query)->network->block_count - 1;
    return block_forward(pass, last).y / block_forward(pass, 0).x;
}

MEASURE_NUMBER(growth) {
    return growth(scene_of(query)->pass);
}

MEASURE_NUMBER(baseline_growth) {
    return growth(scene_of(query)->baseline);
}

/* Is it that name, when _ stands for a space? */
static bool is_named(const char *name, const char *word) {
    while (*name && (*name == *word || (*name == ' ' && *word == '_'))) name++, word++;
    return *name == *word;
}

static const AnalysisTable *result_table(const FigureQuery *query) {
    AnalysisId id;
    const SceneAnalyses *analyses = scene_of(query)->analyses;
    if (!analyses || !analysis_find(query->words[0], &id) || !analyses->results[id]) return NULL;
    return analyses->results[id]->complete ? &analyses->results[id]->table : NULL;
}

static int result_column(const AnalysisTable *table, const char *word) {
    for (int k = 0; table && k < table->column_count; k++)
        if (is_named(table->columns[k].name, word)) return k;
    return -1;
}

MEASURE_NUMBER(result) {
    const AnalysisTable *table = result_table(query);
    int column = result_column(table, query->words[2]);
    for (int row = 0; column >= 0 && row < table->row_count; row++)
        if (is_named(table->labels[row], query->words[1])) return analysis_table_get(table, row, column);
    return NAN;
}

MEASURE_TEXT(top_row) {
    const AnalysisTable *table = result_table(query);
    int column = result_column(table, query->words[1]), best = -1;
    for (int row = 0; column >= 0 && row < table->row_count; row++) {
        double value = analysis_table_get(table, row, column);
        if (!isnan(value) && (best < 0 || value > analysis_table_get(table, best, column))) best = row;
    }
    if (best >= 0) utf8_copy(out, FIGURE_TEXT_MAX, table->labels[best]);
}

static double lesion_of(const FigureQuery *query, const char *row, const char *column) {
    char words[3][FIGURE_WORD_MAX] = {"lesions"};
    utf8_format(words[1], FIGURE_WORD_MAX, "%.39s", row);
    utf8_format(words[2], FIGURE_WORD_MAX, "%.39s", column);
    FigureQuery inner = {.source = query->source, .words = words};
    return measure_result(&inner);
}

MEASURE_NUMBER(lesion_loss) {
    int block = block_of(query);
    return block < 0 ? NAN : lesion_of(query, scene_of(query)->network->blocks[block].name, "loss +");
}

/* Right without a loss, minus right with one block lost, on average over the blocks. */
static double mean_lost(const FigureQuery *query, const char *column) {
    const Network *network = scene_of(query)->network;
    double sum = 0;
    for (int b = 0; b < network->block_count; b++) sum += lesion_of(query, network->blocks[b].name, column);
    return lesion_of(query, "none lost", column) - sum / network->block_count;
}

MEASURE_NUMBER(lesion_mean) {
    return mean_lost(query, "right");
}

MEASURE_NUMBER(plain_lesion_mean) {
    return mean_lost(query, "other right");
}

MEASURE_NUMBER(path_count) {
    return ldexp(1, scene_of(query)->network->block_count);
}

MEASURE_NUMBER(paths_peak) {
    char words[2][FIGURE_WORD_MAX] = {"paths", "share"}, label[FIGURE_TEXT_MAX] = "";
    FigureQuery inner = {.source = query->source, .words = words};
    measure_top_row(&inner, label);
    return *label ? strtod(label, NULL) : NAN;
}

MEASURE_NUMBER(test_accuracy) {
    const char *text = model_value(scene_of(query)->model, "test_top1");
    return text ? strtod(text, NULL) : NAN;
}

MEASURE_NUMBER(lesioned) {
    int count = 0;
    for (int b = 0; b < scene_of(query)->network->block_count; b++)
        count += pass_skip_mode(scene_of(query)->pass) == SKIP_LESION &&
                 pass_block_is_lesioned(scene_of(query)->pass, b);
    return count;
}

/* Bundled pictures have a number and a dash in front, and no folder. */
MEASURE_NUMBER(own_picture) {
    const char *name = scene_of(query)->image_name;
    return !(isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) && name[2] == '-' &&
             !strchr(name, '.'));
}

MEASURE_TEXT(predicted) {
    int best = predicted_class(scene_of(query));
    char buffer[FIGURE_TEXT_MAX];
    if (best >= 0)
        utf8_copy(out, FIGURE_TEXT_MAX,
                  model_class_name(scene_of(query)->model, best, buffer, sizeof buffer));
}

MEASURE_TEXT(picture) {
    const char *name = scene_of(query)->image_name, *slash = strrchr(name, '/');
    utf8_copy(out, FIGURE_TEXT_MAX, slash ? slash + 1 : name);
}

MEASURE_TEXT(network) {
    utf8_copy(out, FIGURE_TEXT_MAX, scene_of(query)->network->arch);
}

MEASURE_TEXT(view) {
    utf8_copy(out, FIGURE_TEXT_MAX, view_ops(query->source->view)->name);
}

MEASURE_TEXT(selected) {
    utf8_copy(out, FIGURE_TEXT_MAX, scene_of(query)->network->ops[scene_of(query)->op].name);
}

MEASURE_TEXT(direction) {
    utf8_copy(out, FIGURE_TEXT_MAX, widget_phase_name(scene_of(query)->phase));
}

/* Rounded to three digits. */
static void format_number(double number, char *out) {
    double size = fabs(number);
    if (!isfinite(number))
        utf8_copy(out, FIGURE_TEXT_MAX, isnan(number) ? "nan" : "infinite");
    else if (size != 0 && (size < 1e-3 || size >= 1e6))
        snprintf(out, FIGURE_TEXT_MAX, "%.1e", number);
    else
        snprintf(out, FIGURE_TEXT_MAX, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.3g", number);
}

void measure_format(FigureValue *value) {
    double percent = 100 * value->number;
    if (!value->known)
        snprintf(value->text, sizeof value->text, "...");
    else if (value->kind == FIGURE_COUNT)
        utf8_copy(value->text, sizeof value->text, text_format_count((size_t)value->number).text);
    else if (value->kind == FIGURE_SHARE)
        snprintf(value->text, sizeof value->text, fabs(percent) >= 10 ? "%.1f %%" : "%.2g %%", percent);
    else
        format_number(value->number, value->text);
}
