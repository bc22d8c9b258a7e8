/* Zip archives, read: what their central directory lists, checked against the header that stands before each entry.
 *
 * Programs that read zip archives differ where the two disagree, which is how a harmless file for one is another file for the
 * other: everything that can disagree is refused here, and so are bytes after the end record, encryption, several disks, entries that overlap or appear twice, and methods but "stored" and "deflated".
 * Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 4.3. */
#ifndef CORE_FORMAT_ZIP_H
#define CORE_FORMAT_ZIP_H

#include "core/base/arena.h"
#include "core/format/source.h"

typedef struct ZipEntry {
    const char *name; /* printable or not: a key to be looked up, never a path */
    uint64_t header;  /* where its own header begins */
    uint64_t begin;   /* its data, in the source */
    uint64_t stored;  /* bytes as they lie there */
    uint64_t size;    /* bytes of what they hold */
    uint32_t crc;
    bool deflated;
} ZipEntry;

typedef struct Zip {
    const Source *source;
    ZipEntry *entries; /* by name */
    int count;
} Zip;

/* `arena` has the entries then. */
bool zip_open(Zip *zip, const Source *source, Arena *arena, Error *err);
const ZipEntry *zip_find(const Zip *zip, const char *name); /* NULL when there is none */

/* All of an entry, entry->size bytes of it, into `out`: never more is inflated, and fewer is an error. */
bool zip_read(const Source *source, const ZipEntry *entry, uint8_t *out, Error *err);

#endif
