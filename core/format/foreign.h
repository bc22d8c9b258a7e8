/* Files that hold no tensors that are read here: what they are, and what to do with them. */
#ifndef CORE_FORMAT_FOREIGN_H
#define CORE_FORMAT_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

enum { FOREIGN_BYTES = 512 }; /* that are looked at */

/* The end of a sentence that begins with "found": "a PNG picture", "a gzip file: unpack it first"; NULL when the first bytes of
 * the file say nothing. */
const char *foreign_describe(const uint8_t *first, size_t count);

#endif
