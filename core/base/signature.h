/* What a file is, told by its first bytes: for sentences that refuse files of other formats. */
#ifndef CORE_BASE_SIGNATURE_H
#define CORE_BASE_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

/* Files whose bytes from `offset` on are these. */
typedef struct Signature {
    size_t offset;
    const char *bytes;
    size_t size;
    const char *name; /* "a GIF" */
} Signature;

/* The name of the first of `count` signatures that fits; NULL when none does. */
const char *signature_name(const Signature *signatures, size_t count, const uint8_t *bytes, size_t size);

#endif
