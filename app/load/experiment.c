#include "app/load/experiment.h"

#include <stdlib.h>

#include "core/base/gunzip.h"

enum { PIECE = 1 << 16 };

/* All that comes out, on the heap. */
static char *unpack(Gunzip *gunzip, size_t *size, Error *err) {
    char *bytes = NULL;
    size_t got = PIECE;
    for (*size = 0; got == PIECE; *size += got) {
        char *larger = realloc(bytes, *size + PIECE);
        if (larger) bytes = larger;
        if (!larger) error_set(err, ERROR_FAILED, "%s: not enough memory", gunzip_label(gunzip));
        if (larger && gunzip_read(gunzip, bytes + *size, PIECE, &got, err)) continue;
        free(bytes);
        return NULL;
    }
    return bytes;
}

History *experiment_history(const Asset *asset, Error *err) {
    Gunzip *gunzip = gunzip_memory(asset->begin, asset_size(asset), asset->path, err);
    size_t size;
    char *bytes = gunzip ? unpack(gunzip, &size, err) : NULL;
    History *history = bytes ? history_load_memory(bytes, size, asset->path, err) : NULL;
    free(bytes);
    gunzip_free(gunzip);
    return history;
}
