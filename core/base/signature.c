#include "core/base/signature.h"

#include <string.h>

const char *signature_name(const Signature *signatures, size_t count, const uint8_t *bytes, size_t size) {
    for (size_t k = 0; k < count; k++) {
        const Signature *s = &signatures[k];
        if (size >= s->offset + s->size && memcmp(bytes + s->offset, s->bytes, s->size) == 0) return s->name;
    }
    return NULL;
}
