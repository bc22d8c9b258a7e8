/* Zip archives for tests, as PyTorch writes them - stored entries - but for what a test bends. */
#ifndef TESTS_SUPPORT_ZIP_FILE_H
#define TESTS_SUPPORT_ZIP_FILE_H

#include "tests/support/bytes.h"

enum { ZIP_FILE_ENTRIES = 16 };

typedef struct ZipFileEntry {
    const char *name, *local_name; /* the latter in its own header; NULL: the same */
    Bytes data;                    /* as it lies there */
    size_t size;                   /* that it says it has */
    int method, flags;
    uint32_t crc;
    size_t place; /* where its header is; set by zip_file_bytes */
} ZipFileEntry;

typedef struct ZipFile {
    ZipFileEntry entries[ZIP_FILE_ENTRIES];
    int count;
} ZipFile;

/* Stored, with its checksum. */
ZipFileEntry *zip_file_add(ZipFile *file, const char *name, const void *data, size_t size);
/* Replaces an entry's data by what it deflates to. */
void zip_file_deflate(ZipFileEntry *entry);
/* The archive without 64-bit records; places are set. */
Bytes zip_file_bytes(ZipFile *file);
void zip_file_free(ZipFile *file);

#endif
