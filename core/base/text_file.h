/* The one reader of text files: lessons, the book, scripts, settings, lists of classes.
 *
 * A text is UTF-8. A byte order mark is skipped and lines may end in CR LF, which becomes LF. A NUL byte or
 * anything that is not UTF-8 is refused with one sentence that says where:
 *     x.lesson, line 3, byte 7: the byte 0xE4 is not UTF-8
 * Lines and bytes of a line count from 1. All texts are heap blocks that end in a NUL; NULL on error. */
#ifndef CORE_BASE_TEXT_FILE_H
#define CORE_BASE_TEXT_FILE_H

#include "core/base/error.h"

/* At most `most` bytes; a longer file is refused. */
char *text_file_read(const char *path, size_t most, Error *err);
/* All of a descriptor, a pipe perhaps, to its end; it stays open. `label` names it in messages. */
char *text_file_read_open(int fd, const char *label, size_t most, Error *err);
/* A copy of what is in memory already. */
char *text_file_copy(const void *bytes, size_t size, const char *label, Error *err);

#endif
