/* The gradient at every depth, as the analyses flow and junctions measure it: the network as it is built, with
 * its skips cut, and without them, about the same loss. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/measure/analysis_input.h"
#include "core/analysis/gradients.h"
#include "core/base/json_write.h"
#include "views/plot/plot.h"

enum { FLOW_RUNS_MAX = 3, FLOW_BUNDLED = 64, FLOW_BAR = 24 };

/* One network, one batch, up to three ways of treating the skips. */
typedef struct FlowSet {
    Gradients runs[FLOW_RUNS_MAX];
    const char *without_skip[FLOW_RUNS_MAX]; /* "none", "plain", "cut", "lesion:layer1.0" */
    int count;
} FlowSet;

static bool measure_way(FlowSet *set, const Setup *setup, const Options *options, const Batch *batch,
                        Error *err) {
    Gradients *run = &set->runs[set->count];
    AnalysisInput input = analysis_input_of(setup, options, batch);
    bool *lesioned;
    if (!analysis_input_skip(&input, setup, options, &lesioned, err)) return false;
    /* Later runs follow the same loss, also where they would predict something else. */
    if (set->count > 0) input.targets = set->runs[0].targets;
    bool ok = gradients_measure(run, &input, err);
    free(lesioned);
    set->without_skip[set->count++] = options->run.without_skip; /* free_all clears a failed one, too */
    return ok;
}

/* A network without skips has nothing to compare; a wish of the user's is run alone. */
static bool measure_all(FlowSet *set, const Setup *setup, const Options *options, const Batch *batch,
                        Error *err) {
    static const char *const modes[FLOW_RUNS_MAX] = {"none", "cut", "plain"};
    bool plain = setup->model->network->blocks[0].shortcut == SHORTCUT_NONE;
    int wanted = options->run.without_skip || plain ? 1 : FLOW_RUNS_MAX;
    for (int k = 0; k < wanted; k++) {
        Options run = *options;
        if (!run.run.without_skip) run.run.without_skip = modes[k];
        if (!measure_way(set, setup, &run, batch, err)) return false;
    }
    return true;
}

static void free_all(FlowSet *set) {
    for (int r = 0; r < set->count; r++) gradients_clear(&set->runs[r]);
}

typedef struct Certainty {
    char text[48];
} Certainty;

static Certainty certainty_of(const Gradients *flow) {
    Certainty out;
    snprintf(out.text, sizeof out.text, "one batch of %d picture%s", flow->batch,
             flow->batch == 1 ? "" : "s");
    return out;
}

static void write_blocks(JsonWriter *json, const Network *network, const Gradients *flow) {
    json_write_key(json, "blocks");
    json_write_array_begin(json);
    for (int b = 0; b < network->block_count; b++) {
        const Junction *junction = &flow->blocks[b];
        json_write_object_begin(json);
        json_write_key_string(json, "name", network->blocks[b].name);
        json_write_key_float(json, "grad_in_l2", junction->in_l2);
        json_write_key_float(json, "grad_skip_l2", junction->skip_l2);
        json_write_key_float(json, "grad_branch_l2", junction->branch_l2);
        json_write_key_float(json, "cos", junction->cosine);
        json_write_key_float(json, "grad_out_l2", junction->out_l2);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

static void write_ops(JsonWriter *json, const Network *network, const Gradients *flow) {
    json_write_key(json, "ops");
    json_write_array_begin(json);
    for (int i = 0; i < network->op_count; i++) {
        json_write_object_begin(json);
        json_write_key_int(json, "index", i);
        json_write_key_string(json, "name", network->ops[i].name);
        json_write_key_float(json, "grad_l2", flow->ops[i]);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

static void write_params(JsonWriter *json, const Network *network, const Gradients *flow) {
    json_write_key(json, "params");
    json_write_array_begin(json);
    for (int p = 0; p < network->param_count; p++) {
        if (!param_role_learns(network->params[p].role)) continue;
        json_write_object_begin(json);
        json_write_key_string(json, "name", network->params[p].name);
        json_write_key_float(json, "grad_l2", flow->params[p]);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

static bool write_json(const FlowSet *set, const Setup *setup, Error *err) {
    const Network *network = setup->model->network;
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key(&json, "runs");
    json_write_array_begin(&json);
    for (int r = 0; r < set->count; r++) {
        const Gradients *flow = &set->runs[r];
        json_write_object_begin(&json);
        json_write_key_string(&json, "arch", network->arch);
        json_write_key_string(&json, "without_skip", set->without_skip[r]);
        json_write_key_string(&json, "init", setup->init);
        json_write_key_string(&json, "bn", flow->batch_statistics ? "train" : "eval");
        json_write_key_int(&json, "batch", flow->batch);
        json_write_key_string(&json, "certainty", certainty_of(flow).text);
        json_write_key_float(&json, "loss", flow->loss);
        write_blocks(&json, network, flow);
        write_ops(&json, network, flow);
        write_params(&json, network, flow);
        json_write_object_end(&json);
    }
    json_write_array_end(&json);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

/* An empty field where there is no number. */
static void put_number(double value) {
    char text[32] = "";
    if (isfinite(value)) snprintf(text, sizeof text, "%.9g", value);
    table_put_csv(stdout, text, false);
}

static void write_csv(const FlowSet *set, const Network *network) {
    puts("arch,without_skip,block,grad_in_l2,grad_skip_l2,grad_branch_l2,cos,grad_out_l2,certainty");
    for (int r = 0; r < set->count; r++) {
        for (int b = 0; b < network->block_count; b++) {
            const Junction *junction = &set->runs[r].blocks[b];
            table_put_csv(stdout, network->arch, false);
            table_put_csv(stdout, set->without_skip[r], false);
            table_put_csv(stdout, network->blocks[b].name, false);
            put_number(junction->in_l2);
            put_number(junction->skip_l2);
            put_number(junction->branch_l2);
            put_number(junction->cosine);
            put_number(junction->out_l2);
            table_put_csv(stdout, certainty_of(&set->runs[r]).text, true);
        }
    }
}

static bool fit_axis(const FlowSet *set, const Network *network, PlotLogAxis *axis) {
    size_t count = 0;
    double *values = calloc((size_t)(set->count * network->block_count), sizeof *values);
    if (!values) return false;
    for (int r = 0; r < set->count; r++)
        for (int b = 0; b < network->block_count; b++) values[count++] = set->runs[r].blocks[b].in_l2;
    *axis = plot_log_axis_fit(values, count);
    free(values);
    return true;
}

static bool print_run(const Gradients *flow, const Network *network, PlotLogAxis axis, bool ascii) {
    static const char *const heads[] = {"<block", "|g in|",  "via skip",           "via branch",
                                        "cos",    "|g out|", "<|g in|, log scale", NULL};
    Table table;
    table_init(&table, heads, ascii);
    for (int b = 0; b < network->block_count; b++) {
        const Junction *junction = &flow->blocks[b];
        table_cell(&table, "%s", network->blocks[b].name);
        table_cell(&table, "%.2e", junction->in_l2);
        table_cell(&table, "%.2e", junction->skip_l2);
        table_cell(&table, "%.2e", junction->branch_l2);
        table_cell(&table, isnan(junction->cosine) ? "-" : "%+.2f", junction->cosine);
        table_cell(&table, "%.2e", junction->out_l2);
        table_bar(&table, plot_log_fraction(axis, junction->in_l2), FLOW_BAR);
    }
    bool ok = table_print(&table, stdout);
    table_clear(&table);
    double first = flow->blocks[0].in_l2, last = flow->blocks[network->block_count - 1].out_l2;
    printf("gradient into the first block / out of the last: %.3g\n", first / last);
    return ok;
}

static const char *skip_words(const char *without_skip) {
    if (strcmp(without_skip, "none") == 0) return "as it is";
    if (strcmp(without_skip, "cut") == 0) return "forward as it is, no gradient through the skips";
    if (strcmp(without_skip, "plain") == 0)
        return "plain twin: no skips forward or backward, the same weights";
    return "some blocks keep their skip only";
}

static bool print_text(const FlowSet *set, const Setup *setup, const Batch *batch, bool ascii, Error *err) {
    const Network *network = setup->model->network;
    PlotLogAxis axis;
    bool ok = fit_axis(set, network, &axis);
    printf("%s, weights: %s, batch norm: %s, ", network->arch, setup->init,
           set->runs[0].batch_statistics ? "this batch's statistics" : "running statistics");
    table_put(stdout, batch->label, ascii);
    putchar('\n');
    for (int r = 0; ok && r < set->count; r++) {
        const Gradients *flow = &set->runs[r];
        printf("\nwithout skip: %s (%s), loss %.4f\n", set->without_skip[r], skip_words(set->without_skip[r]),
               flow->loss);
        ok = print_run(flow, network, axis, ascii);
    }
    printf("\n|g| is the L2 norm of the gradient of the mean loss over all images of the batch. The bars run "
           "from 1e%+03d to 1e%+03d.\nCertainty: %s\n",
           axis.lo, axis.hi, certainty_of(&set->runs[0]).text);
    return ok || error_set(err, ERROR_FAILED, "not enough memory for the tables");
}

static bool report(const Setup *setup, const Options *options, const Batch *batch, Error *err) {
    FlowSet set = {0};
    bool ok = measure_all(&set, setup, options, batch, err);
    if (ok && options->output.json)
        ok = write_json(&set, setup, err);
    else if (ok && options->output.csv)
        write_csv(&set, setup->model->network);
    else if (ok)
        ok = print_text(&set, setup, batch, options->output.ascii, err);
    free_all(&set);
    return ok;
}

bool command_gradflow(const Options *options, Error *err) {
    Setup setup;
    Batch batch;
    if (!setup_open(&setup, options, err)) return false;
    progress_say(setup.notice);
    bool ok = setup_load_batch(&batch, &setup, options, FLOW_BUNDLED, err);
    if (ok) {
        ok = report(&setup, options, &batch, err);
        setup_free_batch(&batch);
    }
    setup_close(&setup);
    return ok;
}
