/* Where the bytes of a container come from: a file, or memory. */
#ifndef CORE_FORMAT_SOURCE_H
#define CORE_FORMAT_SOURCE_H

#include "core/base/file.h"

typedef struct Source {
    const char *label;     /* in messages; the path of a file */
    File file;             /* or */
    const uint8_t *memory; /* not owned */
    uint64_t size;
} Source;

/* `label` and `path` must outlive the source. */
bool source_open_file(Source *source, const char *path, Error *err);
Source source_of_memory(const void *bytes, size_t size, const char *label);
void source_close(Source *source); /* a cleared one is fine */

/* Exactly `count` bytes from `offset` on; fewer is an error. Any thread. */
bool source_read(const Source *source, uint64_t offset, void *buffer, size_t count, Error *err);

#endif
