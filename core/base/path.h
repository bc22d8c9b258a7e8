/* Paths as people write them, and as terminals paste them. */
#ifndef CORE_BASE_PATH_H
#define CORE_BASE_PATH_H

#include "core/base/error.h"

/* The path that `text` means, written into `out` of `size` bytes: a home folder for "~/" at its beginning, and,
 * where there is no file of that very name, what stands in quotes or behind backslashes, as a file dragged into
 * a terminal arrives, and what a file:// address leads to. Returns `out`; what does not fit is cut. */
const char *path_from_user(const char *text, char *out, size_t size);

/* Whether the text is an address of the network ("https://..."). */
bool path_is_address(const char *text);
/* The sentence for one, with the line that fetches it; returns false. */
bool path_refuse_address(const char *text, Error *err);

#endif
