/* The loss along a random direction in the space of weights, or over the plane of two.
 *
 * Weights have a scale that batch norm takes out again, so the length of a step means nothing by itself; each
 * filter of a direction is given the length of the filter it moves (Li et al. 2018). Vectors (gamma, beta,
 * biases) do not move. What is shown is one slice of some hundred thousand dimensions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/networks.h"
#include "core/base/rng.h"
#include "core/base/utf8.h"

enum { POINTS = 21, PLANE_W = 31, PLANE_H = 15, NETWORKS = 2, COARSEST = 8 };

typedef struct Sliced {
    const Network *network;
    Network *moved;      /* the copy that moves */
    real *directions[2]; /* laid out as network_all_values */
    double *losses;      /* NaN while not known */
    double unmoved;      /* loss of the network itself */
    double length_error; /* worst | |d| / |w| - 1 | of a filter */
} Sliced;

typedef struct SliceState {
    const AnalysisInput *input;
    Sliced nets[NETWORKS];
    int net_count, width, height; /* of the grid */
    int *order;                   /* grid cells, coarse ones first */
    int *targets, labelled;       /* labelled: targets that are what the picture shows */
    AnalysisColumn columns[NETWORKS + 1];
    Error err;
} SliceState;

static int cell_count(const SliceState *state) {
    return state->width * state->height;
}

/* Distance from the middle that a coarser grid of this spacing has. */
static bool on_grid(const SliceState *state, int cell, int spacing) {
    int x = cell % state->width - state->width / 2, y = cell / state->width - state->height / 2;
    return x % spacing == 0 && y % spacing == 0;
}

static void plan_order(SliceState *state) {
    int count = 0;
    for (int spacing = COARSEST; spacing >= 1; spacing /= 2)
        for (int cell = 0; cell < cell_count(state); cell++)
            if (on_grid(state, cell, spacing) && (spacing == COARSEST || !on_grid(state, cell, 2 * spacing)))
                state->order[count++] = cell;
}

static double length_of(const real *values, ParamFilter filter) {
    double sum = 0;
    for (size_t j = 0; j < filter.count; j++) {
        double value = (double)values[filter.first + j * filter.stride];
        sum += value * value;
    }
    return sqrt(sum);
}

static void draw_param(Sliced *net, const Param *param, real *direction, Rng *rng) {
    const real *w = network_const_values(net->network, param);
    real *d = direction + param->offset;
    for (int k = 0; k < param->dims[0]; k++) {
        ParamFilter filter = param_filter(param, k);
        for (size_t j = 0; j < filter.count; j++) d[filter.first + j * filter.stride] = (real)rng_normal(rng);
        double length = length_of(w, filter), scale = length / length_of(d, filter);
        for (size_t j = 0; j < filter.count; j++) {
            real *moved = &d[filter.first + j * filter.stride];
            *moved = (real)((double)*moved * scale);
        }
        if (length > 0) net->length_error = fmax(net->length_error, fabs(length_of(d, filter) / length - 1));
    }
}

static bool begin_net(SliceState *state, Sliced *net, const Network *network, Error *err) {
    net->network = network;
    net->moved = analysis_copy(network, err);
    net->losses = calloc((size_t)cell_count(state), sizeof *net->losses);
    bool ok = net->moved && net->losses;
    for (int k = 0; ok && k < cell_count(state); k++) net->losses[k] = NAN;
    for (int axis = 0; axis < 2 && ok; axis++) {
        net->directions[axis] = calloc(network->value_count, sizeof(real));
        ok = net->directions[axis] != NULL;
        Rng rng;
        rng_init(&rng, state->input->seed + (unsigned)axis);
        for (int p = 0; ok && p < network->param_count; p++)
            if (network->params[p].rank > 1)
                draw_param(net, &network->params[p], net->directions[axis], &rng);
    }
    return ok ||
           error_set(err, ERROR_FAILED, "slice: not enough memory for two directions of %s", network->arch);
}

static bool slice_begin(void *memory, const AnalysisInput *input, Error *err) {
    SliceState *state = memory;
    const Network *network = input->model->network;
    state->input = input;
    if (input->skip != SKIP_NONE_REMOVED)
        return error_set(err, ERROR_USAGE, "slice: moves the network as built: expected --without-skip none");
    if (input->twin && !shape_equal(input->twin->network->input, network->input))
        return error_set(err, ERROR_USAGE, "slice: %s and %s read pictures of different sizes", network->arch,
                         input->twin->network->arch);
    state->width = input->plane ? PLANE_W : POINTS;
    state->height = input->plane ? PLANE_H : 1;
    state->order = calloc((size_t)cell_count(state), sizeof *state->order);
    state->targets = calloc((size_t)input->image_count, sizeof *state->targets);
    if (!state->order || !state->targets) return error_set(err, ERROR_FAILED, "slice: not enough memory");
    plan_order(state);
    state->net_count = input->twin ? 2 : 1;
    return begin_net(state, &state->nets[0], network, err) &&
           (state->net_count == 1 || begin_net(state, &state->nets[1], input->twin->network, err));
}

/* Step 0 measures the networks with their own weights. */
static int slice_total(const void *memory) {
    const SliceState *state = memory;
    return 1 + cell_count(state) * state->net_count;
}

static AnalysisBatch batch_of(const SliceState *state, const int *targets) {
    return (AnalysisBatch){.images = state->input->images,
                           .count = state->input->image_count,
                           .targets = targets,
                           .batch_statistics = state->input->batch_statistics,
                           .forward_only = true};
}

/* The class asked for, else what the picture shows, else (-1) what the first network predicts. */
static void choose_targets(SliceState *state) {
    const AnalysisInput *input = state->input;
    for (int n = 0; n < input->image_count; n++) {
        int asked = input->targets ? input->targets[n] : -1, label = input->labels ? input->labels[n] : -1;
        state->targets[n] = asked >= 0 ? asked : label;
        state->labelled += label >= 0 && state->targets[n] == label;
    }
}

static void say_targets(const SliceState *state, char *out, size_t size) {
    int count = state->input->image_count;
    const char *others = state->input->targets ? "asked for" : "predicted in the middle";
    if (state->labelled == count)
        utf8_format(out, size, "loss of the true class%s", count == 1 ? "" : "es");
    else if (state->labelled == 0)
        utf8_format(out, size, "loss of the class%s %s", count == 1 ? "" : "es", others);
    else
        utf8_format(out, size, "loss of the true class of %d, of the others of the one %s", state->labelled,
                    others);
}

/* All points follow the same classes. */
static void measure_unmoved(SliceState *state) {
    choose_targets(state);
    AnalysisBatch batch = batch_of(state, state->targets);
    Pass *pass = analysis_run(state->nets[0].network, &batch, &state->err);
    for (int n = 0; pass && n < batch.count; n++) state->targets[n] = pass_target(pass, n);
    pass_free(pass);
    for (int k = 0; k < state->net_count && state->err.kind == ERROR_NONE; k++) {
        pass = analysis_run(state->nets[k].network, &batch, &state->err);
        if (pass) state->nets[k].unmoved = pass_loss(pass);
        pass_free(pass);
    }
}

/* -1 .. 1 over n cells. */
static double coordinate(int k, int n) {
    return n > 1 ? 2.0 * k / (n - 1) - 1 : 0;
}

static void set_plane_point(Sliced *net, double a, double b) {
    const Network *network = net->network;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        const real *w = network_const_values(network, param);
        real *moved = network_values(net->moved, param);
        const real *d = net->directions[0] + param->offset, *e = net->directions[1] + param->offset;
        for (size_t j = 0; j < param->count; j++)
            moved[j] = (real)((double)w[j] + a * (double)d[j] + b * (double)e[j]);
    }
}

static void slice_step(void *memory, int number) {
    SliceState *state = memory;
    if (state->err.kind != ERROR_NONE) return;
    if (number == 0) {
        measure_unmoved(state);
        return;
    }
    Sliced *net = &state->nets[(number - 1) % state->net_count];
    int cell = state->order[(number - 1) / state->net_count];
    set_plane_point(net, coordinate(cell % state->width, state->width),
                    coordinate(cell / state->width, state->height));
    AnalysisBatch batch = batch_of(state, state->targets);
    Pass *pass = analysis_run(net->moved, &batch, &state->err);
    if (pass) net->losses[cell] = pass_loss(pass);
    pass_free(pass);
}

/* A cell that is not known yet shows the nearest one of a coarser grid that is. */
static double nearest_loss(const SliceState *state, const Sliced *net, int x, int y) {
    int middle_x = state->width / 2, middle_y = state->height / 2;
    for (int spacing = 1; spacing <= COARSEST; spacing *= 2) {
        int near_x = middle_x + (int)lround((double)(x - middle_x) / spacing) * spacing;
        int near_y = middle_y + (int)lround((double)(y - middle_y) / spacing) * spacing;
        if (near_x < 0 || near_x >= state->width || near_y < 0 || near_y >= state->height) continue;
        double loss = net->losses[near_y * state->width + near_x];
        if (!isnan(loss)) return loss;
    }
    return NAN;
}

static bool report_line(SliceState *state, AnalysisResult *result) {
    for (int k = 0; k < state->net_count; k++)
        state->columns[k] = (AnalysisColumn){
            .name = state->nets[k].network->arch,
            .unit = "loss",
            .kind = COLUMN_LOG,
            .charted = true,
            .same_axis = k > 0,
            .subject = state->nets[k].network->shortcut == '-' ? SUBJECT_PLAIN : SUBJECT_SKIP};
    analysis_table_begin(&result->table, "step", state->columns, state->net_count);
    for (int x = 0; x < state->width; x++) {
        double *row = analysis_table_add(&result->table, "%+.2f", coordinate(x, state->width));
        if (!row) return false;
        for (int k = 0; k < state->net_count; k++) row[k] = state->nets[k].losses[x];
    }
    return true;
}

static bool add_plane_row(const SliceState *state, const Sliced *net, int y, AnalysisTable *table) {
    double up = coordinate(y, state->height);
    double *row = state->net_count == 1 ? analysis_table_add(table, "%+.2f", up)
                                        : analysis_table_add(table, "%s %+.2f", net->network->arch, up);
    if (!row) return false;
    double *strip = analysis_table_strip(table, table->row_count - 1);
    for (int x = 0; x < state->width; x++) {
        strip[x] = nearest_loss(state, net, x, y);
        row[1] = fmin(row[1], strip[x]);
        row[2] = fmax(row[2], strip[x]);
    }
    row[0] = strip[state->width / 2];
    return true;
}

/* One network below the other: all cells are on one scale. */
static bool report_plane(SliceState *state, AnalysisResult *result) {
    state->columns[0] =
        (AnalysisColumn){.name = "middle", .unit = "loss at the first direction's 0", .kind = COLUMN_LOG};
    state->columns[1] = (AnalysisColumn){.name = "least", .unit = "loss in the row", .kind = COLUMN_LOG};
    state->columns[2] = (AnalysisColumn){.name = "most", .unit = "loss in the row", .kind = COLUMN_LOG};
    analysis_table_begin(&result->table, "second direction", state->columns, 3);
    analysis_table_set_strip(&result->table, (AnalysisStrip){.name = "loss",
                                                             .unit = "first direction -1 to +1",
                                                             .kind = COLUMN_LOG,
                                                             .heat = true,
                                                             .width = PLANE_W});
    for (int k = 0; k < state->net_count; k++)
        for (int y = 0; y < state->height; y++)
            if (!add_plane_row(state, &state->nets[k], y, &result->table)) return false;
    return true;
}

/* How far one can go both ways before the loss has grown by 1; in steps of a filter's length. */
static double valley(const SliceState *state, const Sliced *net) {
    int middle = state->width / 2, left = middle, right = middle;
    const double *row = net->losses + (state->height / 2) * state->width;
    while (left > 0 && row[left - 1] < net->unmoved + 1) left--;
    while (right < state->width - 1 && row[right + 1] < net->unmoved + 1) right++;
    return coordinate(right, state->width) - coordinate(left, state->width);
}

static void read_slice(const SliceState *state, AnalysisResult *result) {
    char *out = result->reading;
    size_t size = sizeof result->reading, used = 0;
    for (int k = 0; k < state->net_count; k++) {
        const Sliced *net = &state->nets[k];
        const double *row = net->losses + (state->height / 2) * state->width;
        used +=
            utf8_format(out + used, size - used,
                        "%s: loss %.3g where it is, %.3g and %.3g at the ends; it stays within 1 of "
                        "that over a stretch of %.2f. ",
                        net->network->arch, net->unmoved, row[0], row[state->width - 1], valley(state, net));
    }
    snprintf(out + used, size - used,
             "A stretch of 1 is a step as long as each filter itself. This is one random slice; another seed "
             "gives "
             "another.");
}

static bool slice_report(const void *memory, int done, AnalysisResult *result) {
    SliceState *state = (SliceState *)memory; /* the columns of the table live there */
    double worst = 0;
    bool ok = state->input->plane ? report_plane(state, result) : report_line(state, result);
    int middle = cell_count(state) / 2;
    for (int k = 0; k < state->net_count; k++) {
        double loss = state->nets[k].losses[middle];
        worst = fmax(worst, state->nets[k].length_error);
        if (!isnan(loss)) worst = fmax(worst, fabs(loss - state->nets[k].unmoved));
    }
    bool complete = done == slice_total(state);
    if (complete)
        read_slice(state, result);
    else
        snprintf(result->reading, sizeof result->reading,
                 "Not finished: some of the slice has not been run.");
    if (state->err.kind != ERROR_NONE) utf8_copy(result->reading, sizeof result->reading, state->err.text);
    char targets[ANALYSIS_TEXT_MAX / 4];
    say_targets(state, targets, sizeof targets);
    utf8_format(result->certainty, sizeof result->certainty, "one batch of %d picture%s, one slice; %s%s%s%s",
                state->input->image_count, state->input->image_count == 1 ? "" : "s", targets,
                state->net_count == 2 ? "; beside it " : "",
                state->net_count == 2 ? state->input->twin_label : "",
                complete ? "" : "; not finished, cells between are those of a coarser grid");
    snprintf(result->oracle, sizeof result->oracle,
             "|loss in the middle - loss of the network itself|, | |d|/|w| - 1 | of every filter, worst");
    result->oracle_value = worst;
    result->oracle_limit = 1e-5; /* lengths of float32 vectors; the loss in the middle is the same sum */
    return ok;
}

static void slice_clear(void *memory) {
    SliceState *state = memory;
    for (int k = 0; k < NETWORKS; k++) {
        network_free(state->nets[k].moved);
        free(state->nets[k].directions[0]);
        free(state->nets[k].directions[1]);
        free(state->nets[k].losses);
    }
    free(state->order);
    free(state->targets);
}

const AnalysisSpec analysis_slice_spec = {
    .name = "slice",
    .title = "Loss slice",
    .sentence = "The loss when all weights move along a random direction: a wide valley or a rough one, with "
                "skips and without.",
    .math = "L(a, b) = L(w + a·d + b·e);  |d_f| = |e_f| = |w_f| for every filter f",
    .source = "Li et al. 2018, arXiv:1712.09913, section 4",
    .wants = ANALYSIS_WANTS_PICTURES | ANALYSIS_WANTS_TWIN,
    .state_size = sizeof(SliceState),
    .begin = slice_begin,
    .total = slice_total,
    .step = slice_step,
    .report = slice_report,
    .clear = slice_clear,
};
