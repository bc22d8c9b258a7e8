/* The engine's own sources, as they were when the program was built. */
#ifndef APP_ASSET_EXPLAIN_SOURCES_H
#define APP_ASSET_EXPLAIN_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

/* An ExplainSources. */
bool explain_source(const char *path, const char **text, size_t *size);

#endif
