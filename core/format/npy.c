#include "core/format/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"

enum { NPY_HEADER_MAX = 10000, NPY_PREFIX_MAX = 12, NPY_ALIGN = 64, NPY_DATA_MAX = 1 << 30 };

/* A header while it is parsed: the Python dictionary between begin and end. */
typedef struct NpyHeader {
    const char *path;
    char text[NPY_HEADER_MAX + 1];
    size_t data_start;
    char type[8]; /* "<f4" */
    bool fortran_order;
} NpyHeader;

static bool damaged(const NpyHeader *header, const char *what, Error *err) {
    return error_set(err, ERROR_FILE, "%s: is a damaged .npy file: %s", header->path, what);
}

/* Magic, version, and the header text with its NUL. */
static bool read_header(NpyHeader *header, const File *file, Error *err) {
    uint8_t prefix[NPY_PREFIX_MAX] = {0};
    size_t count = file->size < sizeof prefix ? (size_t)file->size : sizeof prefix;
    if (!file_read_at(file, 0, prefix, count, err)) return false;
    if (count < sizeof prefix || memcmp(prefix, "\x93NUMPY", 6) != 0) {
        return error_set(err, ERROR_FILE, "%s: expected a NumPy .npy file, found something else%s",
                         header->path,
                         memcmp(prefix, "PK\3\4", 4) == 0 ? " (a zip archive, perhaps .npz)" : "");
    }
    if (prefix[6] < 1 || prefix[6] > 3) {
        return error_set(err, ERROR_FILE, "%s: is a .npy file of version %d, expected 1 to 3", header->path,
                         prefix[6]);
    }
    size_t start = prefix[6] == 1 ? 10 : 12;
    size_t length = (size_t)prefix[8] | (size_t)prefix[9] << 8;
    if (prefix[6] > 1) length |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
    if (length > NPY_HEADER_MAX) return damaged(header, "its header is longer than 10000 bytes", err);
    if (start + length > file->size) return damaged(header, "it ends inside its header", err);
    header->data_start = start + length;
    header->text[length] = '\0';
    return file_read_at(file, start, header->text, length, err);
}

/* The text after "'key':", blanks skipped; NULL when there is no such key. */
static const char *find_value(const NpyHeader *header, const char *key) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(header->text, quoted);
    if (!at) return NULL;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at != ':') return NULL;
    at++;
    return at + strspn(at, " ");
}

static bool parse_type(NpyHeader *header, Error *err) {
    const char *value = find_value(header, "descr");
    size_t length = value && *value == '\'' ? strcspn(value + 1, "'") : 0;
    if (value && *value == '[')
        return error_set(err, ERROR_FILE, "%s: has records, expected float32 numbers", header->path);
    if (length == 0 || length >= sizeof header->type) return damaged(header, "its header names no type", err);
    memcpy(header->type, value + 1, length);
    if (strcmp(header->type, "<f4") == 0 || strcmp(header->type, "<f8") == 0) return true;
    return error_set(err, ERROR_FILE, "%s: has numbers of type %s, expected <f4 (float32) or <f8 (float64)",
                     header->path, header->type);
}

static bool parse_order(NpyHeader *header, Error *err) {
    const char *value = find_value(header, "fortran_order");
    if (value && strncmp(value, "False", 5) == 0) return true;
    if (!value || strncmp(value, "True", 4) != 0) return damaged(header, "its header names no order", err);
    header->fortran_order = true;
    return true;
}

static bool parse_dim(const NpyHeader *header, const char **at, int *dim, Error *err) {
    char *end;
    if (**at < '0' || **at > '9') return damaged(header, "its shape is malformed", err);
    unsigned long value = strtoul(*at, &end, 10);
    if (value > NPY_DATA_MAX)
        return error_set(err, ERROR_FILE, "%s: has a dimension of %lu", header->path, value);
    *dim = (int)value;
    *at = end + strspn(end, " ");
    return true;
}

/* "(2, 3)", "(5,)" or "()" */
static bool parse_shape(const NpyHeader *header, NpyArray *array, Error *err) {
    const char *at = find_value(header, "shape");
    if (!at || *at != '(') return damaged(header, "its header names no shape", err);
    at++;
    at += strspn(at, " ");
    array->count = 1;
    while (*at != ')') {
        if (array->rank == NPY_RANK_MAX) {
            return error_set(err, ERROR_FILE, "%s: has more than %d dimensions", header->path, NPY_RANK_MAX);
        }
        int *dim = &array->dims[array->rank];
        if (!parse_dim(header, &at, dim, err)) return false;
        array->rank++;
        if (__builtin_mul_overflow(array->count, (size_t)*dim, &array->count) ||
            array->count > NPY_DATA_MAX) {
            return error_set(err, ERROR_FILE, "%s: has more than 2^30 numbers", header->path);
        }
        if (*at == ',') at += 1 + strspn(at + 1, " ");
    }
    return true;
}

static bool read_data(const NpyHeader *header, NpyArray *array, const File *file, Error *err) {
    bool wide = strcmp(header->type, "<f8") == 0;
    size_t bytes = array->count * (wide ? sizeof(double) : sizeof(float));
    if (file->size - header->data_start != bytes) {
        return error_set(err, ERROR_FILE, "%s: has %llu bytes of data, its shape needs %zu", header->path,
                         (unsigned long long)(file->size - header->data_start), bytes);
    }
    void *raw = malloc(bytes + 1);
    if (!raw) return error_set(err, ERROR_FAILED, "%s: not enough memory", header->path);
    array->data = raw;
    if (!file_read_at(file, header->data_start, raw, bytes, err)) return false;
    /* In place: float k lies before double k. */
    for (size_t k = 0; wide && k < array->count; k++) {
        double value;
        memcpy(&value, (char *)raw + k * sizeof value, sizeof value);
        array->data[k] = (float)value;
    }
    return true;
}

static bool load_opened(NpyArray *array, const File *file, Error *err) {
    NpyHeader header = {.path = file->path};
    bool good = read_header(&header, file, err) && parse_type(&header, err) && parse_order(&header, err) &&
                parse_shape(&header, array, err);
    if (good && header.fortran_order && array->rank > 1) {
        return error_set(err, ERROR_FILE,
                         "%s: is in Fortran order, expected C order: save numpy.ascontiguousarray of it",
                         file->path);
    }
    return good && read_data(&header, array, file, err);
}

bool npy_load(NpyArray *array, const char *path, Error *err) {
    File file;
    *array = (NpyArray){0};
    if (!file_open(&file, path, err)) return false;
    bool good = load_opened(array, &file, err);
    file_close(&file);
    if (!good) npy_free(array);
    return good;
}

void npy_free(NpyArray *array) {
    free(array->data);
    *array = (NpyArray){0};
}

/* The whole header, magic to newline, padded so that the data begins at a multiple of 64. Returns its length.
 */
static size_t format_header(char text[NPY_ALIGN * 4], int rank, const int *dims) {
    size_t length = 10;
    length += (size_t)sprintf(text + length, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int k = 0; k < rank; k++) {
        length += (size_t)sprintf(text + length, k + 1 < rank ? "%d, " : rank == 1 ? "%d," : "%d", dims[k]);
    }
    length += (size_t)sprintf(text + length, "), }");
    while ((length + 1) % NPY_ALIGN != 0) text[length++] = ' ';
    text[length++] = '\n';
    memcpy(text, "\x93NUMPY\1\0", 8);
    text[8] = (char)((length - 10) & 0xFF);
    text[9] = (char)((length - 10) >> 8);
    return length;
}

bool npy_save(const char *path, int rank, const int *dims, const float *data, Error *err) {
    char header[NPY_ALIGN * 4];
    size_t length = format_header(header, rank, dims), bytes = sizeof *data;
    for (int k = 0; k < rank; k++) bytes *= (size_t)dims[k];
    FileWriter *writer = file_write_begin(path, err);
    if (!writer) return false;
    if (file_write_append(writer, header, length, err) && file_write_append(writer, data, bytes, err)) {
        return file_write_commit(writer, err);
    }
    file_write_abandon(writer);
    return false;
}
