#include "core/op/op.h"

#define OP_DECLARE(KIND, file) extern const OpSpec op_##file##_spec;
OP_LIST(OP_DECLARE)
#undef OP_DECLARE

const OpSpec *op_spec(OpKind kind) {
#define OP_ENTRY(KIND, file) [OP_##KIND] = &op_##file##_spec,
    static const OpSpec *const specs[OP_KIND_COUNT] = {OP_LIST(OP_ENTRY)};
#undef OP_ENTRY
    return specs[kind];
}

Shape op_output_shape(const Op *op, int batch) {
    Shape shape = op->out;
    shape.n = op->kind == OP_CROSS_ENTROPY ? 1 : batch;
    return shape;
}
