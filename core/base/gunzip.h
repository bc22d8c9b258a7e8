/* The bytes inside a gzip file (RFC 1952), one piece after the other: nothing is unpacked on the disk, and no more
 * is in memory than was asked for. Several members in a row are one stream, as for gunzip. A file that is not
 * compressed is read as it is, for browsers that unpack what they download. */
#ifndef CORE_BASE_GUNZIP_H
#define CORE_BASE_GUNZIP_H

#include <stdint.h>

#include "core/base/error.h"

typedef struct Gunzip Gunzip;

/* Both NULL with a sentence on failure. `label` begins the messages; the bytes of memory outlive the reader. */
Gunzip *gunzip_file(const char *path, Error *err);
Gunzip *gunzip_memory(const void *bytes, size_t size, const char *label, Error *err);
void gunzip_free(Gunzip *gunzip); /* NULL is fine */

/* Up to `count` bytes; *got is smaller only at the end. False when what is compressed is damaged or ends too early:
 * length and checksum at the end of each member have been compared once *got is smaller than count. */
bool gunzip_read(Gunzip *gunzip, void *out, size_t count, size_t *got, Error *err);
const char *gunzip_label(const Gunzip *gunzip);

#endif
