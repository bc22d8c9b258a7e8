#include "core/format/source.h"

#include <string.h>

bool source_open_file(Source *source, const char *path, Error *err) {
    *source = (Source){.label = path};
    if (!file_open(&source->file, path, err)) return false;
    source->size = source->file.size;
    return true;
}

Source source_of_memory(const void *bytes, size_t size, const char *label) {
    return (Source){.label = label, .memory = bytes, .size = size};
}

void source_close(Source *source) {
    if (!source->memory) file_close(&source->file);
    *source = (Source){0};
}

bool source_read(const Source *source, uint64_t offset, void *buffer, size_t count, Error *err) {
    if (!source->memory) return file_read_at(&source->file, offset, buffer, count, err);
    if (offset > source->size || count > source->size - offset) {
        return error_set(err, ERROR_FILE, "%s: ends at byte %llu, expected %llu bytes", source->label,
                         (unsigned long long)source->size, (unsigned long long)(offset + count));
    }
    if (count > 0) memcpy(buffer, source->memory + offset, count);
    return true;
}
