/* The loss along a random direction in the space of weights, or over the plane of two.
 *
 * Weights have a scale that batch norm takes out again, so the length of a step means nothing by itself; each
 * filter of a direction is given the length of the filter it moves (Li et al. 2018). Vectors (gamma, beta,
 * biases) do not move. What is shown is one slice of some hundred thousand dimensions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/slice.h"
#include "core/base/utf8.h"

enum { POINTS = 21, PLANE_W = 31, PLANE_H = 15, NETWORKS = SLICE_NETWORKS, COARSEST = 8 };

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

/* The class asked for, else what the picture shows, else (-1) what the first network predicts. */
static void choose_targets(SliceState *state) {
    const AnalysisInput *input = state->input;
    for (int n = 0; n < input->image_count; n++) {
        int asked = input->targets ? input->targets[n] : -1, label = input->labels ? input->labels[n] : -1;
        state->targets[n] = asked >= 0 ? asked : label;
        state->labelled += label >= 0 && state->targets[n] == label;
    }
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
    choose_targets(state);
    state->net_count = input->twin ? 2 : 1;
    state->nets[0].network = network;
    if (input->twin) state->nets[1].network = input->twin->network;
    return slice_open_points(state, err);
}

static int slice_total(const void *memory) {
    return slice_steps(memory);
}

static int slice_step(void *memory, int done) {
    return slice_run(memory, done);
}

static double slice_share(const void *memory, int done) {
    return slice_run_share(memory, done);
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

/* A cell that is not known yet shows the nearest one of a coarser grid that is. */
static double nearest_loss(const SliceState *state, const SlicedNet *net, int x, int y) {
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
        double *row = analysis_table_add(&result->table, "%+.2f", slice_coordinate(x, state->width));
        if (!row) return false;
        for (int k = 0; k < state->net_count; k++) row[k] = state->nets[k].losses[x];
    }
    return true;
}

static bool add_plane_row(const SliceState *state, const SlicedNet *net, int y, AnalysisTable *table) {
    double up = slice_coordinate(y, state->height);
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
static double valley(const SliceState *state, const SlicedNet *net) {
    int middle = state->width / 2, left = middle, right = middle;
    const double *row = net->losses + (state->height / 2) * state->width;
    while (left > 0 && row[left - 1] < net->unmoved + 1) left--;
    while (right < state->width - 1 && row[right + 1] < net->unmoved + 1) right++;
    return slice_coordinate(right, state->width) - slice_coordinate(left, state->width);
}

static void read_slice(const SliceState *state, AnalysisResult *result) {
    char *out = result->reading;
    size_t size = sizeof result->reading, used = 0;
    for (int k = 0; k < state->net_count; k++) {
        const SlicedNet *net = &state->nets[k];
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
    slice_free_points(state);
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
    .share = slice_share,
    .report = slice_report,
    .clear = slice_clear,
};
