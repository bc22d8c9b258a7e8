/* What an export may replace. By convention an export takes the place of an earlier one of its kind without
 * asking, as a compiler's output does. It does not take the place of anything else: a wrong path costs no
 * lesson, no script and no weights. Text (.txt, .csv, .ans, .state, what "screen" and "describe" write) has
 * nothing to be told by, and replaces as the shell's > does. */
#ifndef APP_ASSET_EXPORT_FILE_H
#define APP_ASSET_EXPORT_FILE_H

#include "core/base/error.h"

typedef enum ExportKind {
    EXPORT_RECORDING, /* asciicast by "record"; one of what somebody did cannot be made again */
    EXPORT_SVG,
    EXPORT_PAGE,  /* HTML */
    EXPORT_TRACE, /* trace.json of a trace */
    EXPORT_PNG,
    EXPORT_ARRAY, /* .npy */
    EXPORT_KIND_COUNT
} ExportKind;

/* Nothing stands at `path`, or an empty file, or one of that kind; otherwise a usage error says what not. */
bool export_file_check(const char *path, ExportKind kind, Error *err);
/* The same, and that the file can be written: asked before the work whose result goes there. */
bool export_file_prepare(const char *path, ExportKind kind, Error *err);
/* For a file whose ending says its kind, and never the picture that is `shown`, a path. */
bool export_file_may_replace(const char *path, const char *shown, Error *err);

#endif
