#include "core/network/class_names.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text_file.h"
#include "core/base/utf8.h"

enum { CLASS_FILE_MAX = 1 << 20 };

const char *const *class_names_cifar10(void) {
    static const char *const names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};
    return names;
}

static const char *copy_name(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1, 1);
    if (copy) memcpy(copy, text, length);
    return copy;
}

const char *const *class_names_copy(Arena *arena, const char *const *names, int count) {
    const char **copies = arena_alloc(arena, (size_t)count, sizeof *copies);
    for (int k = 0; copies && k < count; k++) {
        copies[k] = copy_name(arena, names[k], strlen(names[k]));
        if (!copies[k]) return NULL;
    }
    return copies;
}

/* A name is printed on screens and in tables: it must be a line of text and nothing else. */
static bool check_name(const char *name, size_t length, const char *label, int line, Error *err) {
    if (length == 0) return error_set(err, ERROR_FILE, "%s: line %d is empty, expected a name", label, line);
    if (length > CLASS_NAME_MAX) {
        return error_set(err, ERROR_FILE, "%s: the name in line %d has %zu bytes, expected at most %d", label,
                         line, length, CLASS_NAME_MAX);
    }
    for (size_t k = 0; k < length;) {
        uint32_t code;
        size_t bytes = utf8_decode(name + k, length - k, &code);
        if (utf8_is_control(code)) {
            return error_set(err, ERROR_FILE, "%s: the name in line %d has a control character (byte %d)",
                             label, line, (unsigned char)name[k + bytes - 1]);
        }
        if (code == UINT32_MAX) {
            return error_set(err, ERROR_FILE, "%s: the name in line %d is not UTF-8 (byte %zu)", label, line,
                             k + 1);
        }
        k += bytes;
    }
    return true;
}

static size_t trimmed_size(const char *text, size_t size) {
    while (size > 0 && strchr("\n\r \t", text[size - 1]) && text[size - 1] != '\0') size--;
    return size;
}

static size_t line_length(const char *text, size_t size) {
    const char *end = memchr(text, '\n', size);
    return end ? (size_t)(end - text) : size;
}

const char *const *class_names_parse(Arena *arena, const char *text, size_t size, int count,
                                     const char *label, Error *err) {
    const char **names = arena_alloc(arena, (size_t)count, sizeof *names);
    int found = 0;
    size = trimmed_size(text, size);
    for (size_t at = 0; names && at < size; found++) {
        size_t length = line_length(text + at, size - at);
        size_t visible = length > 0 && text[at + length - 1] == '\r' ? length - 1 : length;
        if (!check_name(text + at, visible, label, found + 1, err)) return NULL;
        if (found < count && !(names[found] = copy_name(arena, text + at, visible))) names = NULL;
        at += length + 1;
    }
    if (!names) {
        error_set(err, ERROR_FAILED, "%s: not enough memory for its names", label);
    } else if (found != count) {
        error_set(err, ERROR_FILE, "%s: has %d class names, expected %d", label, found, count);
        names = NULL;
    }
    return names;
}

const char *const *class_names_load(Arena *arena, const char *path, int count, Error *err) {
    char *text = text_file_read(path, CLASS_FILE_MAX, err);
    if (!text) return NULL;
    const char *const *names = class_names_parse(arena, text, strlen(text), count, path, err);
    free(text);
    return names;
}
