/* Little-endian numbers at any address. */
#ifndef CORE_FORMAT_LITTLE_H
#define CORE_FORMAT_LITTLE_H

#include <stdint.h>

static inline uint16_t little_16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t little_32(const uint8_t *bytes) {
    return little_16(bytes) | (uint32_t)little_16(bytes + 2) << 16;
}

static inline uint64_t little_64(const uint8_t *bytes) {
    return little_32(bytes) | (uint64_t)little_32(bytes + 4) << 32;
}

#endif
