/* The types that the elements of stored tensors have, under the names of safetensors, and their values as float32.
 * Little-endian, as all these files are. */
#ifndef CORE_FORMAT_ELEMENT_H
#define CORE_FORMAT_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ElementType {
    ELEMENT_BOOL,
    ELEMENT_U8,
    ELEMENT_I8,
    ELEMENT_F8_E4M3,
    ELEMENT_F8_E5M2,
    ELEMENT_U16,
    ELEMENT_I16,
    ELEMENT_F16,
    ELEMENT_BF16,
    ELEMENT_U32,
    ELEMENT_I32,
    ELEMENT_F32,
    ELEMENT_U64,
    ELEMENT_I64,
    ELEMENT_F64,
    ELEMENT_C64,
    ELEMENT_C128,
    ELEMENT_TYPE_COUNT
} ElementType;

const char *element_type_name(ElementType type); /* "BF16" */
/* ELEMENT_TYPE_COUNT when no type has that name. */
ElementType element_type_of(const char *name);
size_t element_bytes(ElementType type);

/* F32, F16, BF16 (exact) and F64 (rounded): those that element_to_float takes. The others are listed, not read. */
bool element_is_readable(ElementType type);

/* `count` elements that begin at `bytes`, whatever its alignment. */
void element_to_float(ElementType type, const uint8_t *bytes, size_t count, float *out);

#endif
