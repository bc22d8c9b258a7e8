/* What each view shows, in words. */
#include <math.h>
#include <string.h>

#include "core/inspect/block_figures.h"
#include "core/inspect/gradient_flow.h"
#include "views/architecture/answer.h"
#include "views/block/reading.h"
#include "views/gradients/reading.h"
#include "views/input/field.h"
#include "views/step/kernel.h"
#include "views/step/middle.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"
#include "views/words/describe.h"

enum { TEXT_MAX = 400 };

static void say_stem_and_blocks(FILE *out, const Network *network) {
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        size_t params = 0;
        for (int i = 0; i < network->op_count; i++)
            if (network->ops[i].block == b) params += network_op_param_count(network, i);
        fprintf(out, "%s: %d operations, writes %s, shortcut %s, %s parameters.\n", block->name,
                block->output - block->branch_first + 1,
                text_format_shape(network->ops[block->output].out).text,
                widget_shortcut_name(block->shortcut), text_format_count(params).text);
    }
}

static void say_architecture(FILE *out, const Scene *scene) {
    const Network *network = scene->network;
    fprintf(out, "%s: %d operations, %d blocks, %s parameters, %s multiply-adds.\n", network->arch,
            network->op_count, network->block_count, text_format_count(network_param_count(network)).text,
            text_format_count((size_t)network_macs(network)).text);
    if (scene_steps_done(scene->pass) <= 1) { /* whoever comes in is told where they are */
        char answer[TEXT_MAX];
        architecture_answer_say(scene, answer, sizeof answer);
        fprintf(out, "It is a network that tells what a picture shows. %s\n", answer);
    }
    say_stem_and_blocks(out, network);
    fprintf(out, "Selected is %s.\n", network->ops[scene->op].name);
}

/* The lines of a text end where a statement ends. */
static void say_text(FILE *out, const char *text) {
    if (*text) fprintf(out, "%s\n", text);
}

static void say_forward_norms(FILE *out, const Scene *scene, int block) {
    BlockForward f = block_forward(scene->pass, block);
    if (!f.known) return;
    fprintf(out, "Lengths: x %.3g", f.x);
    if (!isnan(f.shortcut)) fprintf(out, ", shortcut %.3g", f.shortcut);
    fprintf(out, ", F %.3g", f.branch);
    if (!isnan(f.sum)) fprintf(out, ", sum %.3g", f.sum);
    fprintf(out, ", y %.3g.\n", f.y);
}

static void say_backward_norms(FILE *out, const Scene *scene, int block) {
    BlockBackward g = block_backward(scene->pass, block);
    if (!g.known) return;
    fprintf(out, "Gradients: at y %.3g, past the %s %.3g", g.y, network_activation(scene->network)->title,
            g.sum);
    if (!isnan(g.skip)) fprintf(out, ", through the skip %.3g, through F %.3g", g.skip, g.branch);
    fprintf(out, ", at x %.3g.\n", g.x);
}

static void say_block(FILE *out, const Scene *scene) {
    int block = block_of_op(scene->network, scene->op);
    fprintf(out, "Block %s, %d of %d.\n", scene->network->blocks[block].name, block + 1,
            scene->network->block_count);
    say_text(out, block_reading_shapes(scene, block).text);
    say_text(out, block_reading_state(scene, block).text);
    if (scene->phase == PHASE_FORWARD)
        say_forward_norms(out, scene, block);
    else
        say_backward_norms(out, scene, block);
    if (block_reading_lengths(scene, block).known) say_text(out, block_reading_short(scene, block).text);
    say_text(out, block_reading(scene, block).text);
}

/* What the view draws between what goes in and what comes out. */
static void say_step(FILE *out, const Scene *scene) {
    const Op *op = &scene->network->ops[scene->op];
    bool forward = scene->phase == PHASE_FORWARD;
    StepPanels panels = step_panels(scene, 0);
    StepLine line;
    describe_operation(out, scene);
    if (panels.filter.known && !isnan(panels.filter.part)) {
        StepGrid kernel = step_kernel_grid(scene, op, &panels.filter);
        fprintf(out,
                forward ? "Of output channel %d the largest part comes from input channel %d, length %.3g.\n"
                        : "Of the gradient of output channel %d the largest part goes to input channel %d, "
                          "length %.3g.\n",
                panels.filter.output, panels.filter.input, panels.filter.part);
        fprintf(out, "The kernel between them, row by row:");
        for (int k = 0; k < kernel.rows * kernel.columns; k++)
            fprintf(out, "%s %+.2f", k > 0 && k % kernel.columns == 0 ? ";" : "", kernel.value[k]);
        fprintf(out, ".\n");
    }
    if (op_spec(op->kind)->middle == OP_MIDDLE_LINE && forward && step_line_of(scene, op, &line))
        fprintf(out, "For channel %d: y = a x + b with a %+.3g and b %+.3g.\n", scene->channel, line.slope,
                line.shift);
}

static void say_gradients(FILE *out, const Scene *scene) {
    say_text(out, "The length of the gradient at the input of each block, from the image to the loss.");
    say_text(out, reading_norms(scene, false));
    say_text(out, reading_comparison(scene).text);
    for (int row = 0; row < flow_row_count(scene->network); row++)
        if (flow_row(scene->pass, row).known) say_text(out, reading_row(scene, row).text);
    if (pass_backward_done(scene->pass) == scene->network->op_count)
        say_text(out, reading_pair(scene, flow_row_of(scene->network, scene->op)).text);
    say_text(out, reading_summary(scene, false).text);
}

static void say_span(FILE *out, const char *what, FieldSpan span) {
    fprintf(out, "%s %d to %d", what, span.first, span.last);
}

static void say_input(FILE *out, const Scene *scene) {
    ReceptiveField field;
    fprintf(out, "%s%s, %s as the network sees it.\n", scene->hides_answer ? "The picture" : "Picture ",
            scene->hides_answer ? "" : scene->image_name, text_format_shape(scene->network->input).text);
    describe_answer(out, scene);
    if (scene->network->headless)
        say_text(out, "The network has no classifier: it ends at avgpool.");
    else if (!scene->hides_answer && !pass_probabilities(scene->pass))
        say_text(out, "No answer yet: the forward pass has not come to the loss.");
    if (!input_field_find(&field, scene) || field.all.count == 0) return;
    fprintf(out, "The selected number of %s can depend on", scene->network->ops[scene->op].name);
    say_span(out, " rows", field.all.seen.rows);
    say_span(out, " and columns", field.all.seen.columns);
    fprintf(out, " of the picture.\n");
}

static void say_number(FILE *out, ColumnKind kind, double value) {
    if (isnan(value))
        fputs("none", out);
    else if (kind == COLUMN_SHARE)
        fprintf(out, "%.3g percent", 100 * value);
    else
        fprintf(out, kind == COLUMN_COUNT ? "%.0f" : "%.4g", value);
}

static void say_result(FILE *out, const AnalysisSpec *spec, const AnalysisResult *result) {
    char check[ANALYSIS_TEXT_MAX];
    const AnalysisTable *table = &result->table;
    fprintf(out, "%s. %s\nOf %s; %s.\n", spec->title, spec->sentence, result->subject, result->certainty);
    say_text(out, result->reading);
    for (int r = 0; r < table->row_count; r++) {
        fprintf(out, "%s %s:", table->row_name, table->labels[r]);
        for (int c = 0; c < table->column_count; c++) {
            fprintf(out, "%s %s ", c ? "," : "", table->columns[c].name);
            say_number(out, table->columns[c].kind, analysis_table_get(table, r, c));
        }
        fprintf(out, ".\n");
    }
    analysis_format_check(result, check, sizeof check);
    say_text(out, check);
}

static void say_analyses(FILE *out, const Scene *scene) {
    const SceneAnalyses *analyses = scene->analyses;
    if (!analyses) return;
    if (analyses->open && analyses->results[analyses->current]) {
        say_result(out, analysis_spec(analyses->current), analyses->results[analyses->current]);
        return;
    }
    say_text(out, "Questions that one look at one pass does not answer; 'analysis NAME' runs one.");
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        const AnalysisSpec *spec = analysis_spec((AnalysisId)k);
        fprintf(out, "%s: %s%s\n", spec->name, spec->sentence,
                analyses->results[k] ? " It has been run." : "");
    }
}

static void say_value(FILE *out, const Scene *scene) {
    describe_value(out, scene);
    if (!scene_tensor(scene, scene->op, scene->phase).data)
        describe_figures(out, scene);
    else
        say_text(out, "'explain 3' says how this number came about, with the numbers put in.");
}

void describe_view(FILE *out, const Scene *scene, ViewId view) {
    switch (view) {
    case VIEW_ARCHITECTURE: say_architecture(out, scene); break;
    case VIEW_STEP: say_step(out, scene); break;
    case VIEW_MAPS:
        fprintf(out, "Maps of %s, %s.\n", scene->network->ops[scene->op].name,
                widget_phase_name(scene->phase));
        describe_figures(out, scene);
        describe_map(out, scene);
        break;
    case VIEW_VALUE: say_value(out, scene); break;
    case VIEW_BLOCK: say_block(out, scene); break;
    case VIEW_GRADIENTS: say_gradients(out, scene); break;
    case VIEW_INPUT: say_input(out, scene); break;
    case VIEW_ANALYSES: say_analyses(out, scene); break;
    case VIEW_COUNT: break;
    }
}
