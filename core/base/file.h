/* Whole files in, whole files out.
 *
 * Only regular files are read: a FIFO, a device or a directory is refused at once instead of being waited
 * for. Files are read with pread, never mapped, so that a file that shrinks while it is open is an error
 * message and no signal. Writing is atomic: until file_write_commit succeeds, whatever stood under that name
 * is untouched. Every failure is one sentence with the path and the system's reason. */
#ifndef CORE_BASE_FILE_H
#define CORE_BASE_FILE_H

#include <stdint.h>

#include "core/base/error.h"

typedef struct File {
    char *path; /* as given */
    int fd;
    uint64_t size; /* when it was opened */
} File;

bool file_open(File *file, const char *path, Error *err);
/* Exactly `count` bytes from `offset` on; fewer is an error ("truncated while it was read"). */
bool file_read_at(const File *file, uint64_t offset, void *buffer, size_t count, Error *err);
void file_close(File *file); /* a cleared or closed File is fine */

/* The whole file in a heap block, with one NUL after it that `size` does not count. NULL when it is larger
 * than `cap`. */
uint8_t *file_read_all(const char *path, size_t cap, size_t *size, Error *err);

/* A file being written: a hidden temporary in the same directory, renamed over `path` by commit after fsync.
 */
typedef struct FileWriter FileWriter;

/* Follows a symbolic link at `path`; refuses a directory or a device. An existing file's mode is kept. */
FileWriter *file_write_begin(const char *path, Error *err);
/* Errors are kept: after the first one, later calls do nothing and return false. */
bool file_write_append(FileWriter *writer, const void *bytes, size_t count, Error *err);
/* All three free the writer in every case. */
bool file_write_commit(FileWriter *writer, Error *err);
/* As commit, and what stood there before stays beside it, its name with `suffix` added (".prev"; NULL keeps
 * nothing). The new file is on the disk before the old one gives its name away, so that at every instant one
 * of the two names leads to a whole file. */
bool file_write_commit_keeping(FileWriter *writer, const char *suffix, Error *err);
void file_write_abandon(FileWriter *writer); /* NULL is fine */

/* The three in one. */
bool file_write_atomic(const char *path, const void *bytes, size_t count, Error *err);

/* A program that is killed while it names a temporary leaves that behind, ".skipscope-CRC-PID-TIME-N.tmp" with the
 * CRC-32 of the file's name. This removes those of the file at `path`: only where nobody else can be writing it. */
void file_remove_leftovers(const char *path);

#endif
