/* Archives for tests, good and broken: tar members and gzip around bytes. */
#ifndef TESTS_SUPPORT_ARCHIVE_BYTES_H
#define TESTS_SUPPORT_ARCHIVE_BYTES_H

#include "tests/support/bytes.h"

enum { TAR_HEADER = 512 };

typedef struct TarEntry {
    const char *name;
    char type;        /* 0: '0', a file */
    const char *link; /* where it leads */
    const void *data;
    size_t size;
} TarEntry;

/* Header with its checksum, data, zeros up to the next block. */
void archive_add(Bytes *tar, TarEntry entry);
/* The checksum of the header at `at` again, after something in it was changed. */
void archive_sum(Bytes *tar, size_t at);
/* Two blocks of zeros. */
void archive_end(Bytes *tar);
/* The bytes through gzip. */
Bytes archive_gzip(const Bytes *bytes);

#endif
