/* The values of a tensor, wherever they lie. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/tensors_inside.h"

enum { READ_CHUNK_BYTES = 1 << 16 };
/* Of a tensor with gaps or in another order, all that lies between its first and last element is read at once, unless that is
 * more than this many bytes and this many times what is wanted. */
enum { READ_SPAN_BYTES = 1 << 24, READ_SPAN_TIMES = 16 };

void tensors_set_row_major(PlacedTensor *tensor) {
    uint64_t stride = 1;
    for (int k = tensor->stored.rank; k-- > 0;) {
        tensor->strides[k] = stride;
        stride *= tensor->stored.dims[k];
    }
}

/* Whether its elements lie one after the other in row-major order; along a dimension of one there are no steps. */
static bool is_row_major(const PlacedTensor *tensor) {
    uint64_t stride = 1;
    for (int k = tensor->stored.rank; k-- > 0;) {
        if (tensor->stored.dims[k] > 1 && tensor->strides[k] != stride) return false;
        stride *= tensor->stored.dims[k];
    }
    return true;
}

static bool read_bytes(const Record *record, uint64_t at, void *out, uint64_t count, Error *err) {
    return source_read(record->source, record->offset + at, out, (size_t)count, err);
}

/* `count` elements from byte `at` of the record on. */
static bool read_run(const PlacedTensor *tensor, uint64_t at, uint64_t count, float *out, Error *err) {
    ElementType type = tensor->stored.type;
    size_t size = element_bytes(type);
    if (type == ELEMENT_F32) return read_bytes(tensor->record, at, out, count * size, err);
    uint8_t chunk[READ_CHUNK_BYTES];
    for (uint64_t done = 0; done < count;) {
        size_t now = count - done < sizeof chunk / size ? (size_t)(count - done) : sizeof chunk / size;
        if (!read_bytes(tensor->record, at + done * size, chunk, now * size, err)) return false;
        element_to_float(type, chunk, now, out + done);
        done += now;
    }
    return true;
}

/* The place of an element in the record, counted in elements from the tensor's first: its index in each dimension times the
 * stride. */
static uint64_t place_of(const PlacedTensor *tensor, uint64_t index) {
    uint64_t place = 0;
    for (int k = tensor->stored.rank; k-- > 0;) {
        place += index % tensor->stored.dims[k] * tensor->strides[k];
        index /= tensor->stored.dims[k];
    }
    return place;
}

/* What is wanted of a tensor whose elements do not follow each other. */
typedef struct Gather {
    const PlacedTensor *tensor;
    uint64_t first, count;
    uint64_t lowest, span; /* elements between the first and the last that are wanted, both counted */
} Gather;

/* The rows, along the first dimension, that the elements are in span so many elements. */
static Gather gather_of(const PlacedTensor *tensor, uint64_t first, uint64_t count) {
    const StoredTensor *stored = &tensor->stored;
    uint64_t row = stored->count / stored->dims[0], from = first / row, to = (first + count - 1) / row;
    Gather gather = {.tensor = tensor, .first = first, .count = count};
    gather.lowest = from * tensor->strides[0];
    gather.span = (to - from) * tensor->strides[0] + 1;
    for (int k = 1; k < stored->rank; k++) gather.span += (stored->dims[k] - 1) * tensor->strides[k];
    return gather;
}

static bool gather_span(const Gather *gather, float *out, Error *err) {
    const PlacedTensor *tensor = gather->tensor;
    size_t size = element_bytes(tensor->stored.type);
    uint8_t *bytes = malloc((size_t)(gather->span * size));
    if (!bytes) {
        return error_set(err, ERROR_FAILED, "%s: not enough memory to read %s", tensor->record->source->label,
                         tensor->stored.name);
    }
    bool good =
        read_bytes(tensor->record, tensor->begin + gather->lowest * size, bytes, gather->span * size, err);
    for (uint64_t k = 0; good && k < gather->count; k++) {
        uint64_t place = place_of(tensor, gather->first + k) - gather->lowest;
        element_to_float(tensor->stored.type, bytes + place * size, 1, out + k);
    }
    free(bytes);
    return good;
}

static bool gather_each(const Gather *gather, float *out, Error *err) {
    const PlacedTensor *tensor = gather->tensor;
    size_t size = element_bytes(tensor->stored.type);
    for (uint64_t k = 0; k < gather->count; k++) {
        uint64_t at = tensor->begin + place_of(tensor, gather->first + k) * size;
        if (!read_run(tensor, at, 1, out + k, err)) return false;
    }
    return true;
}

bool tensors_read_part(const Tensors *tensors, const StoredTensor *stored, uint64_t first, uint64_t count,
                       float *out, Error *err) {
    const PlacedTensor *tensor = (const PlacedTensor *)stored;
    size_t size = element_bytes(stored->type);
    assert(first <= stored->count && count <= stored->count - first);
    if (!element_is_readable(stored->type)) {
        return error_set(err, ERROR_FILE, "%s: %s has the type %s, expected F32, F16, BF16 or F64",
                         tensors->label, stored->name, element_type_name(stored->type));
    }
    if (count == 0) return true;
    if (is_row_major(tensor)) return read_run(tensor, tensor->begin + first * size, count, out, err);
    Gather gather = gather_of(tensor, first, count);
    bool wide = gather.span * size > READ_SPAN_BYTES && gather.span / READ_SPAN_TIMES > count;
    return wide ? gather_each(&gather, out, err) : gather_span(&gather, out, err);
}

bool tensors_read(const Tensors *tensors, const StoredTensor *tensor, float *out, Error *err) {
    return tensors_read_part(tensors, tensor, 0, tensor->count, out, err);
}
