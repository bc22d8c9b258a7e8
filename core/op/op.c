#include "core/op/op.h"

#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/share.h"

#define OP_DECLARE(KIND, file) extern const OpSpec op_##file##_spec;
OP_LIST(OP_DECLARE)
#undef OP_DECLARE

const OpSpec *op_spec(OpKind kind) {
#define OP_ENTRY(KIND, file) [OP_##KIND] = &op_##file##_spec,
    static const OpSpec *const specs[OP_KIND_COUNT] = {OP_LIST(OP_ENTRY)};
#undef OP_ENTRY
    return specs[kind];
}

OpKind op_default_activation(void) {
    OpKind kind = (OpKind)0;
    while (!op_spec(kind)->activation) kind++;
    return kind;
}

int op_find_activation(const char *name) {
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        if (spec->activation && strcmp(spec->name, name) == 0) return kind;
    }
    return -1;
}

void op_format_window(const Op *op, char *out, size_t size) {
    OpReads reads = op_spec(op->kind)->reads;
    char stride[16] = "";
    out[0] = '\0';
    if (op->stride > 1) snprintf(stride, sizeof stride, "/%d", op->stride);
    if (reads == OP_READS_WINDOW)
        snprintf(out, size, "%dx%d%s%s", op->kernel_h, op->kernel_w, *stride ? " " : "", stride);
    if (reads == OP_READS_PICK) snprintf(out, size, "%s", stride);
}

void op_format_summary(const Op *op, char *out, size_t size) {
    char window[48];
    op_format_window(op, window, sizeof window);
    snprintf(out, size, "%s%s%s", op_spec(op->kind)->word, *window ? " " : "", window);
}

Shape op_output_shape(const Op *op, int batch) {
    Shape shape = op->out;
    shape.n = op_spec(op->kind)->one_for_batch ? 1 : batch;
    return shape;
}

static void cells_work(void *context, int begin, int end, int worker) {
    OpRun part = *(const OpRun *)context;
    size_t before = (size_t)begin * (size_t)part.op->out.c;
    (void)worker;
    for (int k = 0; k < part.op->input_count; k++) part.x[k] += before;
    part.y += before;
    op_spec(part.op->kind)->cells(&part, (size_t)(end - begin));
}

void op_run_cells(const OpRun *run) {
    const Shape *out = &run->op->out;
    share_parts(run->batch * out->h * out->w, OP_CELLS_GRAIN / out->c + 1, cells_work, (void *)run);
}

/* A stretch of STRETCH elements is 8 KiB of floats. */
enum { STRETCH = 2048, STRETCH_PIXELS = 8, PART = 1 << 13, PART_PIXELS = 16, PARTS_MAX = 64 };

OpParts op_parts(const Op *op, int batch) {
    size_t channels = (size_t)op->out.c;
    OpParts parts = {.pixels = (size_t)batch * (size_t)op->out.h * (size_t)op->out.w};
    size_t least = integer_max_size(PART / channels, PART_PIXELS);
    size_t count = integer_max_size(parts.pixels / least, 1);
    if (count > PARTS_MAX) count = PARTS_MAX;
    parts.part = (parts.pixels + count - 1) / count;
    parts.count = (int)((parts.pixels + parts.part - 1) / parts.part);
    parts.stretch = integer_max_size(STRETCH / channels, STRETCH_PIXELS);
    return parts;
}

static size_t gathered_count(const Op *op) {
    const OpSpec *spec = op_spec(op->kind);
    return spec->gathered_count ? spec->gathered_count(op) : 0;
}

size_t op_gather_scratch(const Op *op, int batch) {
    size_t sums = (size_t)op_parts(op, batch).count * gathered_count(op);
    return sums * sizeof(double) / sizeof(real);
}

bool op_gathers(const OpRun *run) {
    bool wanted = run->batch_statistics;
    for (int k = 0; k < run->op->param_count; k++) wanted = wanted || run->dw[k];
    return wanted && gathered_count(run->op) > 0;
}

void op_add_parts(const Op *op, const OpParts *parts, double *sums) {
    size_t count = gathered_count(op);
    for (int part = 1; part < parts->count; part++)
        for (size_t j = 0; j < count; j++) sums[j] += sums[(size_t)part * count + j];
}

/* One sweep over all parts: of gathering, or of what is passed down. */
typedef struct BackwardSweep {
    const OpRun *run;
    OpParts parts;
    bool gathers;
} BackwardSweep;

/* The run seen from a pixel on. */
static OpRun run_from(const OpRun *run, size_t pixel) {
    OpRun at = *run;
    size_t before = pixel * (size_t)run->op->out.c;
    for (int k = 0; k < run->op->input_count; k++) {
        if (at.x[k]) at.x[k] += before;
        if (at.dx[k]) at.dx[k] += before;
    }
    if (at.y) at.y += before;
    at.dy += before;
    return at;
}

static void backward_parts(void *context, int begin, int end, int worker) {
    const BackwardSweep *sweep = context;
    const OpRun *run = sweep->run;
    const OpSpec *spec = op_spec(run->op->kind);
    size_t from = (size_t)begin, to = (size_t)end, count = gathered_count(run->op);
    double *sums = (double *)run->scratch + from / sweep->parts.part * count;
    (void)worker;
    if (sweep->gathers) memset(sums, 0, count * sizeof *sums);
    for (size_t p = from; p < to; p += sweep->parts.stretch) {
        OpRun at = run_from(run, p);
        size_t pixels = to - p < sweep->parts.stretch ? to - p : sweep->parts.stretch;
        if (sweep->gathers)
            spec->backward_gather(&at, pixels, sums);
        else
            spec->backward_cells(&at, pixels);
    }
}

void op_run_backward_cells(const OpRun *run) {
    const OpSpec *spec = op_spec(run->op->kind);
    BackwardSweep sweep = {.run = run, .parts = op_parts(run->op, run->batch), .gathers = op_gathers(run)};
    bool passes = false;
    if (sweep.gathers) {
        share_parts((int)sweep.parts.pixels, (int)sweep.parts.part, backward_parts, &sweep);
        op_add_parts(run->op, &sweep.parts, run->scratch);
    }
    if (spec->backward_begin) spec->backward_begin(run, sweep.gathers ? run->scratch : NULL);
    sweep.gathers = false;
    for (int k = 0; k < run->op->input_count; k++) passes = passes || run->dx[k];
    if (passes) share_parts((int)sweep.parts.pixels, (int)sweep.parts.part, backward_parts, &sweep);
}
