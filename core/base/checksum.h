/* CRC-32 as zip archives and safetensors files of this program have it: zlib's, to the bit, several times as fast where the
 * processor multiplies polynomials. */
#ifndef CORE_BASE_CHECKSUM_H
#define CORE_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Of what was before, whose checksum is `crc` (0 at the beginning), and these bytes. */
uint32_t checksum_crc32(uint32_t crc, const void *bytes, size_t count);

#endif
