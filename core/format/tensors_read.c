/* The values of a tensor, wherever they lie. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/checksum.h"
#include "core/format/tensors_inside.h"
#include "core/format/zip.h"

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

/* What of a record is there to be read: a stored one where it lies, of a deflated one what it was inflated to. */
typedef struct Bytes {
    const Record *record;
    const uint8_t *inflated; /* NULL of a stored one */
} Bytes;

static bool read_bytes(const Bytes *bytes, uint64_t at, void *out, uint64_t count, Error *err) {
    if (!bytes->inflated)
        return source_read(bytes->record->source, bytes->record->offset + at, out, (size_t)count, err);
    memcpy(out, bytes->inflated + at, (size_t)count);
    return true;
}

/* Some of a tensor's elements, wanted as float32. */
typedef struct Part {
    const PlacedTensor *tensor;
    Bytes bytes;
    uint64_t first, count;
    uint64_t lowest, span; /* elements between the first and the last of these rows, both counted */
    float *out;
} Part;

/* `count` elements from byte `at` of the record on. */
static bool read_run(const Part *part, uint64_t at, uint64_t count, float *out, Error *err) {
    ElementType type = part->tensor->stored.type;
    size_t size = element_bytes(type);
    if (type == ELEMENT_F32) return read_bytes(&part->bytes, at, out, count * size, err);
    uint8_t chunk[READ_CHUNK_BYTES];
    for (uint64_t done = 0; done < count;) {
        size_t now = count - done < sizeof chunk / size ? (size_t)(count - done) : sizeof chunk / size;
        if (!read_bytes(&part->bytes, at + done * size, chunk, now * size, err)) return false;
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

/* The rows, along the first dimension, that the elements are in span so many elements. */
static void find_span(Part *part) {
    const StoredTensor *stored = &part->tensor->stored;
    const uint64_t *strides = part->tensor->strides;
    uint64_t row = stored->count / stored->dims[0], from = part->first / row;
    part->lowest = from * strides[0];
    part->span = ((part->first + part->count - 1) / row - from) * strides[0] + 1;
    for (int k = 1; k < stored->rank; k++) part->span += (stored->dims[k] - 1) * strides[k];
}

static bool gather_span(const Part *part, Error *err) {
    const PlacedTensor *tensor = part->tensor;
    size_t size = element_bytes(tensor->stored.type);
    uint8_t *bytes = malloc((size_t)(part->span * size));
    if (!bytes) {
        return error_set(err, ERROR_FAILED, "%s: not enough memory to read %s", tensor->record->source->label,
                         tensor->stored.name);
    }
    bool good = read_bytes(&part->bytes, tensor->begin + part->lowest * size, bytes, part->span * size, err);
    for (uint64_t k = 0; good && k < part->count; k++) {
        uint64_t place = place_of(tensor, part->first + k) - part->lowest;
        element_to_float(tensor->stored.type, bytes + place * size, 1, part->out + k);
    }
    free(bytes);
    return good;
}

static bool gather_each(const Part *part, Error *err) {
    const PlacedTensor *tensor = part->tensor;
    size_t size = element_bytes(tensor->stored.type);
    for (uint64_t k = 0; k < part->count; k++) {
        uint64_t at = tensor->begin + place_of(tensor, part->first + k) * size;
        if (!read_run(part, at, 1, part->out + k, err)) return false;
    }
    return true;
}

static bool read_part(Part *part, Error *err) {
    size_t size = element_bytes(part->tensor->stored.type);
    if (is_row_major(part->tensor))
        return read_run(part, part->tensor->begin + part->first * size, part->count, part->out, err);
    find_span(part);
    bool wide = part->span > READ_SPAN_BYTES / size && part->span / READ_SPAN_TIMES > part->count;
    return wide ? gather_each(part, err) : gather_span(part, err);
}

/* The record that was inflated last: its tensors are read in pieces, by several threads. */
struct Inflated {
    pthread_mutex_t mutex;
    const Record *record;
    uint8_t *bytes;
};

bool tensors_prepare_inflating(Tensors *tensors, Error *err) {
    tensors->inflated = arena_alloc(tensors->arena, 1, sizeof *tensors->inflated);
    if (!tensors->inflated) return tensors_no_memory(tensors, err);
    pthread_mutex_init(&tensors->inflated->mutex, NULL);
    return true;
}

void tensors_end_inflating(Tensors *tensors) {
    if (!tensors->inflated) return;
    free(tensors->inflated->bytes);
    pthread_mutex_destroy(&tensors->inflated->mutex);
}

static bool inflate_record(struct Inflated *inflated, const Record *record, Error *err) {
    ZipEntry entry = {.name = record->name,
                      .begin = record->offset,
                      .stored = record->stored,
                      .size = record->size,
                      .deflated = true};
    free(inflated->bytes);
    inflated->record = NULL;
    inflated->bytes = malloc((size_t)record->size + 1);
    if (!inflated->bytes)
        return error_set(err, ERROR_FAILED, "%s: not enough memory to inflate '%s'", record->source->label,
                         record->name);
    if (!zip_read(record->source, &entry, inflated->bytes, err)) return false;
    if (record->has_crc && checksum_crc32(0, inflated->bytes, record->size) != record->crc)
        return error_set(err, ERROR_FILE, "%s: is damaged: the checksum of its entry '%s' is wrong",
                         record->source->label, record->name);
    inflated->record = record;
    return true;
}

static bool read_inflated(struct Inflated *inflated, Part *part, Error *err) {
    pthread_mutex_lock(&inflated->mutex);
    bool good = inflated->record == part->bytes.record || inflate_record(inflated, part->bytes.record, err);
    part->bytes.inflated = inflated->bytes;
    good = good && read_part(part, err);
    pthread_mutex_unlock(&inflated->mutex);
    return good;
}

bool tensors_read_part(const Tensors *tensors, const StoredTensor *stored, uint64_t first, uint64_t count,
                       float *out, Error *err) {
    const PlacedTensor *tensor = (const PlacedTensor *)stored;
    assert(first <= stored->count && count <= stored->count - first);
    if (!element_is_readable(stored->type)) {
        return error_set(err, ERROR_FILE, "%s: %s has the type %s, expected F32, F16, BF16 or F64",
                         tensors->label, stored->name, element_type_name(stored->type));
    }
    if (count == 0) return true;
    Part part = {
        .tensor = tensor, .bytes = {.record = tensor->record}, .first = first, .count = count, .out = out};
    return tensor->record->deflated ? read_inflated(tensor->home->inflated, &part, err)
                                    : read_part(&part, err);
}

bool tensors_read(const Tensors *tensors, const StoredTensor *tensor, float *out, Error *err) {
    return tensors_read_part(tensors, tensor, 0, tensor->count, out, err);
}
