/* The members of a tar archive (POSIX ustar, and what GNU tar writes), one after the other, compressed by gzip or
 * not. Read as a stream: a member is read or passed over, never gone back to. */
#ifndef CORE_DATA_TAR_H
#define CORE_DATA_TAR_H

#include "core/base/gunzip.h"

enum { TAR_NAME_MAX = 256 + 1 };

typedef struct TarMember {
    char name[TAR_NAME_MAX]; /* with its folders, as it stands there */
    uint64_t size;           /* bytes */
    bool regular;            /* a file; else a folder, a link, a device */
} TarMember;

typedef struct Tar Tar;

Tar *tar_open(const char *path, Error *err); /* NULL with a sentence */
void tar_close(Tar *tar);                    /* NULL is fine */

/* The next member. At the end *more is false, and the checksums of the compressed data have been compared. Headers
 * that only say more about the member after them are passed over. */
bool tar_next(Tar *tar, TarMember *member, bool *more, Error *err);
/* The first `count` bytes of the member that tar_next told of, at most its size; the rest is passed over later. */
bool tar_read(Tar *tar, void *out, size_t count, Error *err);

#endif
