#include "core/analysis/gradient_line.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"

bool gradient_line_open(GradientLine *line, int times_deeper, Error *err) {
    const Network *model = line->input->model->network;
    line->size = shape_count(model->input);
    line->made_for = -1;
    line->small = analysis_pass_is_small(model, LINE_CHUNK * times_deeper);
    line->lane_count = line->small ? integer_min(parallel_threads(), LINE_CHUNKS) : 1;
    line->pictures = calloc(LINE_POINTS * line->size, sizeof *line->pictures);
    line->gradients = calloc(LINE_POINTS * line->size, sizeof *line->gradients);
    line->passes = calloc((size_t)line->lane_count, sizeof(Pass *));
    return (line->pictures && line->gradients && line->passes) ||
           error_set(err, ERROR_FAILED, "not enough memory for %d pictures", 2 * LINE_POINTS);
}

static const Network *network_now(const GradientLine *line) {
    return line->made ? line->made : line->input->model->network;
}

static void close_network(GradientLine *line) {
    for (int k = 0; line->passes && k < line->lane_count; k++) {
        pass_free(line->passes[k]);
        line->passes[k] = NULL;
    }
    pass_free(line->calibration);
    network_free(line->made);
    line->calibration = NULL;
    line->made = NULL;
    line->made_for = -1;
}

void gradient_line_set_network(GradientLine *line, int number, const LineNetwork *network) {
    const Network *model = line->input->model->network;
    bool fresh = network->build.arch.depth > 0;
    if (line->made_for == number) return;
    close_network(line);
    line->made_for = number;
    line->ready = !fresh;
    if (fresh) line->made = analysis_build(&network->build, model, &line->err);
    if (network->twin) line->made = resnet_new_twin(model, &line->err);
}

/* A piece of the pass over all pictures that calibrates the network. */
static void calibrate(GradientLine *line) {
    AnalysisBatch batch = {.images = line->input->images,
                           .count = line->input->image_count,
                           .batch_statistics = true,
                           .forward_only = true};
    if (!line->calibration) line->calibration = analysis_open(line->made, &batch, &line->err);
    if (!line->calibration || analysis_advance(line->calibration)) return;
    analysis_calibrate(line->made, line->calibration);
    pass_free(line->calibration);
    line->calibration = NULL;
    line->ready = true;
}

/* Points are independent of each other: a few at a time need less memory. */
static Pass *pass_of(GradientLine *line, int lane) {
    AnalysisBatch batch = {.images = line->pictures,
                           .count = LINE_CHUNK,
                           .targets = line->targets,
                           .no_inspection = true,
                           .no_param_gradients = true};
    if (!line->passes[lane]) line->passes[lane] = analysis_open(network_now(line), &batch, &line->err);
    return line->passes[lane];
}

static void begin_points(const GradientLine *line, Pass *pass, int point) {
    memcpy(pass_input(pass), line->pictures + (size_t)point * line->size,
           LINE_CHUNK * line->size * sizeof(real));
    pass_restart(pass, line->targets);
}

static void keep_gradients(const GradientLine *line, const Pass *pass, int point) {
    memcpy(line->gradients + (size_t)point * line->size, pass_grad(pass, 0).data,
           LINE_CHUNK * line->size * sizeof(real));
}

/* Lane k takes the k-th group of points from line->point on. */
static void run_lane(void *context, int begin, int end, int worker) {
    GradientLine *line = context;
    (void)worker;
    for (int k = begin; k < end; k++) {
        int point = line->point + k * LINE_CHUNK;
        begin_points(line, line->passes[k], point);
        while (analysis_advance(line->passes[k])) continue;
        keep_gradients(line, line->passes[k], point);
    }
}

static void run_side_by_side(GradientLine *line) {
    int count = integer_min(line->lane_count, (LINE_POINTS - line->point) / LINE_CHUNK);
    for (int k = 0; k < count; k++)
        if (!pass_of(line, k)) return;
    parallel_items(count, run_lane, line);
    line->point += count * LINE_CHUNK;
}

/* A piece of one chunk's pass. */
static void run_one_by_one(GradientLine *line) {
    Pass *pass = pass_of(line, 0);
    if (!pass) return;
    if (!line->begun) begin_points(line, pass, line->point);
    line->begun = true;
    if (analysis_advance(pass)) return;
    line->begun = false;
    keep_gradients(line, pass, line->point);
    line->point += LINE_CHUNK;
}

bool gradient_line_step(GradientLine *line) {
    if (line->err.kind != ERROR_NONE) return true;
    if (!line->ready)
        calibrate(line);
    else if (line->small)
        run_side_by_side(line);
    else
        run_one_by_one(line);
    if (line->err.kind == ERROR_NONE && line->point < LINE_POINTS) return false;
    line->point = 0;
    return true;
}

double gradient_line_share(const GradientLine *line) {
    double within = line->begun ? analysis_pass_share(line->passes[0]) : 0;
    return (line->point + LINE_CHUNK * within) / LINE_POINTS;
}

void gradient_line_close(GradientLine *line) {
    close_network(line);
    free(line->passes);
    free(line->pictures);
    free(line->gradients);
}
