/* Gradient flow by depth: how large the gradient of the loss is at the input of every block, and how large
 * the gradients of the block's weights are, which is another thing: a weight's gradient is summed over all
 * places where the weight is used, so it grows with the layer's size.
 *
 * Without --depths: the model's blocks, with its skips and without, and both with random weights. With
 * --depths: a row for each network, its blocks as a strip. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/networks.h"
#include "core/base/utf8.h"

enum { RUNS_MAX = 64, FLOW_STRIP = 27 };
static const double LEARNING_RATE = 0.1;

/* The figures of one network's run. */
typedef struct FlowRun {
    AnalysisBuild build; /* with depths */
    bool twin, fresh;    /* without */
    bool batch_statistics;
    bool known;
    int blocks;
    double *grad;                 /* |g| into every block, and out of the last one */
    double *weight_grad, *weight; /* a block: |dw|, |w| of its convolutions */
    double euler;                 /* worst |<w,dw> - <y,dy>| / (|y||dy|) of a convolution */
} FlowRun;

typedef struct FlowState {
    const AnalysisInput *input;
    FlowRun runs[RUNS_MAX];
    int run_count;
    int *targets;
    Network *made; /* of the run that is under way; NULL: the model's own */
    Pass *pass;    /* likewise */
    int op;        /* the next one that is measured */
    AnalysisColumn columns[ANALYSIS_COLUMNS_MAX];
    Error err;
} FlowState;

static bool is_plain(const Network *network) {
    return network->shortcut == '-';
}

static void plan_depths(FlowState *state) {
    const AnalysisInput *input = state->input;
    for (int k = 0; k < input->depth_count && state->run_count + 2 <= RUNS_MAX; k++)
        for (int plain = 0; plain < 2; plain++)
            state->runs[state->run_count++] = (FlowRun){
                .build = {.arch = {.depth = input->depths[k], .plain = plain == 1}, .init = input->init},
                .batch_statistics = true};
}

/* Residual before plain. A network with random weights needs no second pair at its start. */
static void plan_model(FlowState *state) {
    bool plain = is_plain(state->input->model->network);
    for (int fresh = 0; fresh < (state->input->untrained ? 1 : 2); fresh++)
        for (int k = 0; k < 2; k++)
            state->runs[state->run_count++] =
                (FlowRun){.twin = (k == 1) != plain,
                          .fresh = fresh == 1,
                          .batch_statistics = state->input->batch_statistics || fresh == 1};
}

static bool flow_begin(void *memory, const AnalysisInput *input, Error *err) {
    FlowState *state = memory;
    state->input = input;
    if (input->skip != SKIP_NONE_REMOVED)
        return error_set(err, ERROR_USAGE,
                         "flow: shows the plain twin beside the residual network itself: expected "
                         "--without-skip none");
    for (int k = 0; k < input->depth_count; k++) {
        AnalysisBuild build = {.arch = {.depth = input->depths[k]}, .init = input->init};
        Network *probe = analysis_build(&build, input->model->network, err);
        if (!probe) return false;
        network_free(probe);
    }
    if (input->depth_count > 0)
        plan_depths(state);
    else
        plan_model(state);
    state->targets = calloc((size_t)input->image_count, sizeof *state->targets);
    return state->targets || error_set(err, ERROR_FAILED, "flow: not enough memory");
}

/* Step 0 finds the classes that all runs follow. */
static int flow_total(const void *memory) {
    return 1 + ((const FlowState *)memory)->run_count;
}

/* A piece of the pass that finds them; true when they are found. */
static bool find_targets(FlowState *state) {
    const AnalysisInput *input = state->input;
    AnalysisBatch batch = {.images = input->images,
                           .count = input->image_count,
                           .targets = input->targets,
                           .batch_statistics = input->batch_statistics,
                           .forward_only = true};
    if (!state->pass) state->pass = analysis_open(input->model->network, &batch, &state->err);
    if (state->pass && analysis_advance(state->pass)) return false;
    for (int n = 0; state->pass && n < input->image_count; n++)
        state->targets[n] = pass_target(state->pass, n);
    pass_free(state->pass);
    state->pass = NULL;
    return true;
}

static Network *network_of(FlowState *state, const FlowRun *run) {
    const Network *model = state->input->model->network;
    if (run->build.arch.depth > 0) return analysis_build(&run->build, model, &state->err);
    Network *same = run->fresh ? analysis_fresh(model, &state->input->init, &state->err) : NULL;
    const Network *base = same ? same : model;
    if (!run->twin && same) return same;
    Network *twin = run->fresh && !same ? NULL : resnet_new_twin(base, &state->err);
    network_free(same);
    return twin;
}

/* Convolution is linear in its weights, so <w, dw> = <y, dy>: the gradient of the weights and that of the
 * activations are computed by different code and must agree. */
static double euler_error(const Pass *pass, const Op *op, const Param *param) {
    const real *w = network_const_values(pass_network(pass), param), *dw = pass_param_grad(pass, param);
    Tensor y = pass_act(pass, op->index), dy = pass_grad(pass, op->index);
    size_t count = shape_count(y.shape);
    double scale = sqrt(tensor_dot(y.data, y.data, count) * tensor_dot(dy.data, dy.data, count));
    double error = fabs(tensor_dot(w, dw, param->count) - tensor_dot(y.data, dy.data, count));
    return scale > 0 ? error / scale : 0;
}

/* The gradient of one operation's output, where it is that of a block or of the stem. */
static void read_gradient(FlowRun *run, const Pass *pass, int i) {
    const Network *network = pass_network(pass);
    for (int b = 0; b < run->blocks; b++)
        if (network->blocks[b].input == i) run->grad[b] = pass_grad_stats(pass, i).l2;
    if (network->blocks[run->blocks - 1].output == i) run->grad[run->blocks] = pass_grad_stats(pass, i).l2;
}

/* Of one operation, if it is a convolution of a block. */
static void read_weights(FlowRun *run, const Pass *pass, int i) {
    const Network *network = pass_network(pass);
    const Op *op = &network->ops[i];
    const Param *param = network_op_param(network, i, PARAM_CONV_WEIGHT);
    if (!param || op->block < 0) return;
    const real *w = network_const_values(network, param), *dw = pass_param_grad(pass, param);
    run->weight[op->block] += tensor_dot(w, w, param->count);
    run->weight_grad[op->block] += tensor_dot(dw, dw, param->count);
    run->euler = fmax(run->euler, euler_error(pass, op, param));
}

static void finish_run(FlowRun *run) {
    for (int b = 0; b < run->blocks; b++) {
        run->weight[b] = sqrt(run->weight[b]);
        run->weight_grad[b] = sqrt(run->weight_grad[b]);
    }
    run->known = true;
}

static double grad_into(const FlowRun *run, int block) {
    return run->grad[block];
}

static double grad_out_of_last(const FlowRun *run) {
    return run->grad[run->blocks];
}

static void close_run(FlowState *state) {
    pass_free(state->pass);
    network_free(state->made);
    state->pass = NULL;
    state->made = NULL;
}

static bool open_run(FlowState *state, FlowRun *run) {
    bool own = run->build.arch.depth == 0 && !run->twin && !run->fresh;
    state->made = own ? NULL : network_of(state, run);
    const Network *network = own ? state->input->model->network : state->made;
    if (!network) return false;
    run->blocks = network->block_count;
    run->grad = calloc((size_t)run->blocks + 1, sizeof *run->grad);
    run->weight_grad = calloc((size_t)run->blocks, sizeof *run->weight_grad);
    run->weight = calloc((size_t)run->blocks, sizeof *run->weight);
    if (!run->grad || !run->weight_grad || !run->weight)
        return error_set(&state->err, ERROR_FAILED, "flow: not enough memory for %s", network->arch);
    AnalysisBatch batch = {.images = state->input->images,
                           .count = state->input->image_count,
                           .targets = state->targets,
                           .batch_statistics = run->batch_statistics};
    state->pass = analysis_open(network, &batch, &state->err);
    state->op = 0;
    return state->pass != NULL;
}

/* A run op by op, forward and backward, then its gradients op by op. */
static int flow_step(void *memory, int done) {
    FlowState *state = memory;
    if (state->err.kind != ERROR_NONE) return 1;
    if (done == 0) return find_targets(state);
    FlowRun *run = &state->runs[done - 1];
    if (!state->pass) return open_run(state, run) ? 0 : 1;
    if (analysis_advance(state->pass)) return 0;
    if (state->op < pass_network(state->pass)->op_count) {
        read_gradient(run, state->pass, state->op);
        read_weights(run, state->pass, state->op++);
        return 0;
    }
    finish_run(run);
    close_run(state);
    return 1;
}

/* Networks of other depths work in proportion; a plain one about as much as its twin. */
static double work_of(const FlowRun *run) {
    double depth = run->build.arch.depth;
    return depth > 0 ? depth : 1;
}

/* Measuring takes a tenth of the time or so. */
static double run_share(const FlowState *state) {
    if (!state->pass) return 0;
    return 0.9 * analysis_pass_share(state->pass) + 0.1 * state->op / pass_network(state->pass)->op_count;
}

/* Step 0 runs forward only: a third of a run. */
static double flow_share(const void *memory, int done) {
    const FlowState *state = memory;
    double first = state->input->depth_count > 0 ? 0 : 1.0 / 3, total = first, behind = done > 0 ? first : 0;
    for (int k = 0; k < state->run_count; k++) {
        double work = work_of(&state->runs[k]);
        total += work;
        behind += k < done - 1 ? work : k == done - 1 ? work * run_share(state) : 0;
    }
    if (done == 0) behind = first * analysis_pass_share(state->pass);
    return behind / total;
}

/* Three quantities, and each of them for all runs on one axis of its own. */
typedef struct FlowGroup {
    const char *names[4]; /* residual and plain, then both at the start */
    const char *unit;
} FlowGroup;

static const FlowGroup groups[] = {
    {{"residual |g|", "plain |g|", "residual start", "plain start"}, "L2 into the block"},
    {{"resid. |dw|", "plain |dw|", "resid. |dw| start", "plain |dw| start"}, "L2, its convolutions"},
    {{"resid. update", "plain update", "resid. upd. start", "plain upd. start"}, "lr |dw| / |w|"},
};
enum { GROUPS = sizeof groups / sizeof *groups };

static void add_columns(FlowState *state) {
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < state->run_count; k++)
            state->columns[g * state->run_count + k] =
                (AnalysisColumn){.name = groups[g].names[k],
                                 .unit = groups[g].unit,
                                 .kind = COLUMN_LOG,
                                 .charted = true,
                                 .same_axis = k > 0,
                                 .subject = k % 2 == 0 ? SUBJECT_SKIP : SUBJECT_PLAIN};
}

static double rate_of(const FlowState *state) {
    return state->input->lr > 0 ? state->input->lr : LEARNING_RATE;
}

static bool report_model(FlowState *state, AnalysisResult *result) {
    const Network *network = state->input->model->network;
    int n = state->run_count;
    add_columns(state);
    analysis_table_begin(&result->table, "block", state->columns, GROUPS * n);
    for (int b = 0; b < network->block_count; b++) {
        double *row = analysis_table_add(&result->table, "%s", network->blocks[b].name);
        if (!row) return false;
        for (int k = 0; k < n && state->runs[k].known; k++) {
            const FlowRun *run = &state->runs[k];
            row[k] = grad_into(run, b);
            row[n + k] = run->weight_grad[b];
            row[2 * n + k] = rate_of(state) * run->weight_grad[b] / run->weight[b];
        }
    }
    return true;
}

/* Mean of the logarithms where several blocks share a cell. */
static void fill_strip(double *strip, const FlowRun *run) {
    int width = run->blocks < FLOW_STRIP ? run->blocks : FLOW_STRIP;
    for (int k = 0; k < width; k++) {
        int from = k * run->blocks / width, to = (k + 1) * run->blocks / width;
        double sum = 0;
        for (int b = from; b < to; b++) sum += log(grad_into(run, b));
        strip[k] = exp(sum / (to - from));
    }
}

static bool report_depths(FlowState *state, AnalysisResult *result) {
    enum { FIRST, LAST, RATIO, FACTOR, WEIGHT_MIN, WEIGHT_MAX, UPDATE_MAX, COLUMNS };
    static const AnalysisColumn columns[COLUMNS] = {
        [FIRST] = {.name = "|g| first", .unit = "into the first block", .kind = COLUMN_LOG},
        [LAST] = {.name = "|g| last", .unit = "out of the last block", .kind = COLUMN_LOG},
        [RATIO] = {.name = "first/last",
                   .unit = "",
                   .plain = "the gradient at the first block, as a multiple of that at the last, is",
                   .kind = COLUMN_LOG,
                   .charted = true},
        [FACTOR] = {.name = "a block", .unit = "factor", .kind = COLUMN_NUMBER},
        [WEIGHT_MIN] = {.name = "least |dw|", .unit = "of a block", .kind = COLUMN_LOG},
        [WEIGHT_MAX] = {.name = "most |dw|", .unit = "of a block", .kind = COLUMN_LOG, .charted = true},
        [UPDATE_MAX] = {.name = "most update", .unit = "lr |dw| / |w|", .kind = COLUMN_LOG, .charted = true},
    };
    analysis_table_begin(&result->table, "network", columns, COLUMNS);
    analysis_table_set_strip(
        &result->table,
        (AnalysisStrip){.name = "|g| by block", .unit = "L2", .kind = COLUMN_LOG, .width = FLOW_STRIP});
    for (int k = 0; k < state->run_count && state->runs[k].known; k++) {
        const FlowRun *run = &state->runs[k];
        char name[ARCH_NAME_MAX];
        arch_format(run->build.arch, name);
        double *row = analysis_table_add(&result->table, "%s", name);
        if (!row) return false;
        row[FIRST] = grad_into(run, 0);
        row[LAST] = grad_out_of_last(run);
        row[RATIO] = grad_into(run, 0) / grad_out_of_last(run);
        row[FACTOR] = pow(row[RATIO], 1.0 / run->blocks);
        row[WEIGHT_MIN] = row[WEIGHT_MAX] = run->weight_grad[0];
        row[UPDATE_MAX] = 0;
        for (int b = 0; b < run->blocks; b++) {
            row[WEIGHT_MIN] = fmin(row[WEIGHT_MIN], run->weight_grad[b]);
            row[WEIGHT_MAX] = fmax(row[WEIGHT_MAX], run->weight_grad[b]);
            row[UPDATE_MAX] = fmax(row[UPDATE_MAX], rate_of(state) * run->weight_grad[b] / run->weight[b]);
        }
        fill_strip(analysis_table_strip(&result->table, result->table.row_count - 1), run);
    }
    return true;
}

/* "resnet20 2.1 times" for a pair of runs. */
static void read_pair(const FlowState *state, int first, char *out, size_t size, const char *when) {
    const FlowRun *residual = &state->runs[first], *plain = &state->runs[first + 1];
    if (!residual->known || !plain->known) return;
    utf8_append(
        out, size,
        "%s: from the last block back to the first, the gradient's length is multiplied by %.3g with the "
        "skips and by %.3g without. ",
        when, grad_into(residual, 0) / grad_out_of_last(residual),
        grad_into(plain, 0) / grad_out_of_last(plain));
}

static void read_runs(const FlowState *state, AnalysisResult *result) {
    char *out = result->reading;
    size_t size = sizeof result->reading;
    const AnalysisInput *input = state->input;
    if (input->depth_count > 0) {
        char when[32];
        for (int k = 0; k < state->run_count && k < 10; k += 2) {
            snprintf(when, sizeof when, "Depth %d", state->runs[k].build.arch.depth);
            if (k == 0 || k + 2 >= state->run_count) read_pair(state, k, out, size, when);
        }
        utf8_append(out, size, "All with random weights, and with means and spreads of these pictures.");
        return;
    }
    read_pair(state, 0, out, size, input->untrained ? "Random weights" : "These weights");
    if (!input->untrained) read_pair(state, 2, out, size, "At the start of training (random weights)");
    if (*out == '\0') utf8_copy(out, size, "Not finished: no two networks have been run.");
    utf8_format(result->remark, sizeof result->remark,
                "|g| is of activations; |dw| is of weights, summed over all places, and says nothing about "
                "vanishing by itself. Learning rate %.3g; random weights with this batch's statistics.",
                rate_of(state));
}

static bool flow_report(const void *memory, int done, AnalysisResult *result) {
    FlowState *state = (FlowState *)memory; /* the columns of the table live there */
    (void)done;
    double worst = 0;
    if (state->input->depth_count > 0)
        analysis_say_fresh(result, &state->input->init, "");
    else if (!state->input->untrained)
        analysis_say_init(result, &state->input->init);
    for (int k = 0; k < state->run_count; k++) worst = fmax(worst, state->runs[k].euler);
    bool ok = state->input->depth_count > 0 ? report_depths(state, result) : report_model(state, result);
    snprintf(result->certainty, sizeof result->certainty, "one batch of %d picture%s, one seed",
             state->input->image_count, state->input->image_count == 1 ? "" : "s");
    read_runs(state, result);
    if (state->err.kind != ERROR_NONE) utf8_copy(result->reading, sizeof result->reading, state->err.text);
    snprintf(result->oracle, sizeof result->oracle, "|<w,dw> - <y,dy>| / |y||dy|, worst convolution");
    result->oracle_value = worst;
    result->oracle_limit = 1e-5; /* both are sums of up to millions of products of float32 */
    return ok;
}

static void flow_clear(void *memory) {
    FlowState *state = memory;
    for (int k = 0; k < state->run_count; k++) {
        free(state->runs[k].grad);
        free(state->runs[k].weight_grad);
        free(state->runs[k].weight);
    }
    close_run(state);
    free(state->targets);
}

const AnalysisSpec analysis_flow_spec = {
    .name = "flow",
    .title = "Gradient flow",
    .sentence = "How large the gradient is at every depth, of activations and of weights, with the skips "
                "and without, now and at the start of training.",
    .math = "|g_l| = |∂L/∂x_l|₂;  update = lr·|∂L/∂w|₂ / |w|₂;  <w, ∂L/∂w> = <y, ∂L/∂y>",
    .source = "He et al. 2015, arXiv:1512.03385, section 4.1 (healthy norms); Yang et al. 2019, "
              "arXiv:1902.08129 (batch norm without skips)",
    .wants = ANALYSIS_WANTS_PICTURES,
    .state_size = sizeof(FlowState),
    .begin = flow_begin,
    .total = flow_total,
    .step = flow_step,
    .share = flow_share,
    .report = flow_report,
    .clear = flow_clear,
};
