#include "core/format/element.h"

#include <assert.h>
#include <string.h>

#include "core/base/half.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read as they lie in the file");

typedef struct ElementSpec {
    const char *name;
    size_t bytes;
} ElementSpec;

static const ElementSpec specs[ELEMENT_TYPE_COUNT] = {
    [ELEMENT_BOOL] = {.name = "BOOL", .bytes = 1},       [ELEMENT_U8] = {.name = "U8", .bytes = 1},
    [ELEMENT_I8] = {.name = "I8", .bytes = 1},           [ELEMENT_F8_E4M3] = {.name = "F8_E4M3", .bytes = 1},
    [ELEMENT_F8_E5M2] = {.name = "F8_E5M2", .bytes = 1}, [ELEMENT_U16] = {.name = "U16", .bytes = 2},
    [ELEMENT_I16] = {.name = "I16", .bytes = 2},         [ELEMENT_F16] = {.name = "F16", .bytes = 2},
    [ELEMENT_BF16] = {.name = "BF16", .bytes = 2},       [ELEMENT_U32] = {.name = "U32", .bytes = 4},
    [ELEMENT_I32] = {.name = "I32", .bytes = 4},         [ELEMENT_F32] = {.name = "F32", .bytes = 4},
    [ELEMENT_U64] = {.name = "U64", .bytes = 8},         [ELEMENT_I64] = {.name = "I64", .bytes = 8},
    [ELEMENT_F64] = {.name = "F64", .bytes = 8},         [ELEMENT_C64] = {.name = "C64", .bytes = 8},
    [ELEMENT_C128] = {.name = "C128", .bytes = 16},
};

const char *element_type_name(ElementType type) {
    return specs[type].name;
}

ElementType element_type_of(const char *name) {
    int type = 0;
    while (type < ELEMENT_TYPE_COUNT && strcmp(specs[type].name, name) != 0) type++;
    return (ElementType)type;
}

size_t element_bytes(ElementType type) {
    return specs[type].bytes;
}

bool element_is_readable(ElementType type) {
    return type == ELEMENT_F32 || type == ELEMENT_F16 || type == ELEMENT_BF16 || type == ELEMENT_F64;
}

static void from_f64(const uint8_t *bytes, size_t count, float *out) {
    for (size_t k = 0; k < count; k++) {
        double value;
        memcpy(&value, bytes + k * sizeof value, sizeof value);
        out[k] = (float)value;
    }
}

static void from_half(const uint8_t *bytes, size_t count, float *out, float (*convert)(uint16_t bits)) {
    for (size_t k = 0; k < count; k++) {
        uint16_t bits;
        memcpy(&bits, bytes + k * sizeof bits, sizeof bits);
        out[k] = convert(bits);
    }
}

void element_to_float(ElementType type, const uint8_t *bytes, size_t count, float *out) {
    assert(element_is_readable(type));
    switch (type) {
    case ELEMENT_F32: memcpy(out, bytes, count * sizeof *out); break;
    case ELEMENT_F64: from_f64(bytes, count, out); break;
    case ELEMENT_F16: from_half(bytes, count, out, half_from_f16); break;
    default: from_half(bytes, count, out, half_from_bf16); break;
    }
}
