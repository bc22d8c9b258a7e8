#include "app/asset/export_file.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/base/file.h"

enum { MARKS_MAX = 3, HEAD_MAX = 512 };

typedef struct KindSpec {
    const char *name;
    const char *starts[MARKS_MAX]; /* what such a file begins with, in either case; NULL-terminated */
    const char *never[MARKS_MAX];  /* what its first line must not contain; likewise */
} KindSpec;

static const KindSpec kinds[EXPORT_KIND_COUNT] = {
    [EXPORT_RECORDING] = {.name = "a recording of a lesson or a script",
                          .starts = {"{\"version\""},
                          .never = {"\"idle_time_limit\"", "\"timestamp\""}},
    [EXPORT_SVG] = {.name = "an SVG picture", .starts = {"<?xml", "<svg"}},
    [EXPORT_PAGE] = {.name = "a page in HTML", .starts = {"<!doctype html", "<html"}},
    [EXPORT_TRACE] = {.name = "the index of a trace", .starts = {"{\"schema\":"}},
    [EXPORT_PNG] = {.name = "a PNG picture", .starts = {"\x89PNG"}},
    [EXPORT_ARRAY] = {.name = "a NumPy array", .starts = {"\x93NUMPY"}},
};

static bool is_of_kind(char *head, const KindSpec *kind) {
    bool found = false;
    head[strcspn(head, "\n")] = '\0';
    for (int k = 0; k < MARKS_MAX && kind->starts[k]; k++)
        found = found || strncasecmp(head, kind->starts[k], strlen(kind->starts[k])) == 0;
    for (int k = 0; k < MARKS_MAX && kind->never[k]; k++) found = found && !strstr(head, kind->never[k]);
    return found;
}

bool export_file_check(const char *path, ExportKind kind, Error *err) {
    char head[HEAD_MAX + 1] = "";
    struct stat status;
    File file;
    /* Anything but a regular file is refused later, when it is written. */
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return true;
    if (!file_open(&file, path, err)) return false;
    bool read = file_read_at(&file, 0, head, file.size < HEAD_MAX ? (size_t)file.size : HEAD_MAX, err);
    file_close(&file);
    if (!read) return false;
    return is_of_kind(head, &kinds[kind]) ||
           error_set(err, ERROR_USAGE,
                     "%s: is there already and is not %s, and so it is not replaced: give another name, or "
                     "remove it",
                     path, kinds[kind].name);
}

bool export_file_prepare(const char *path, ExportKind kind, Error *err) {
    FileWriter *writer = export_file_check(path, kind, err) ? file_write_begin(path, err) : NULL;
    if (!writer) return false;
    file_write_abandon(writer);
    return true;
}

static bool export_kind(const char *ending, ExportKind *kind) {
    static const struct {
        const char *ending;
        ExportKind kind;
    } endings[] = {{"svg", EXPORT_SVG}, {"png", EXPORT_PNG}, {"npy", EXPORT_ARRAY}};
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        *kind = endings[k].kind;
        if (strcmp(ending, endings[k].ending) == 0) return true;
    }
    return false;
}

static bool is_same_file(const char *a, const char *b) {
    struct stat there, shown;
    return stat(a, &there) == 0 && stat(b, &shown) == 0 && there.st_dev == shown.st_dev &&
           there.st_ino == shown.st_ino;
}

bool export_file_may_replace(const char *path, const char *shown, Error *err) {
    const char *dot = strrchr(path, '.');
    ExportKind kind;
    if (dot && export_kind(dot + 1, &kind) && !export_file_check(path, kind, err)) return false;
    return !is_same_file(path, shown) ||
           error_set(err, ERROR_USAGE, "%s: is the picture that is looked at: give another name", path);
}
