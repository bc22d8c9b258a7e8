#include "core/op/op.h"

#include <stdio.h>
#include <string.h>

#include "core/base/parallel.h"

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
    parallel_for(run->batch * out->h * out->w, OP_CELLS_GRAIN / out->c + 1, cells_work, (void *)run);
}
