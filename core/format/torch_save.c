#include "core/format/torch_save.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/file.h"

enum {
    ALIGN = 64, /* where torch.save puts the data of its records */
    NAME_MAX_BYTES = 64,
    LOCAL_BYTES = 30,
    ZIP_VERSION = 20,
};

static const uint64_t ZIP_MAX = UINT32_MAX; /* of a file without zip64 */

/* Bytes that grow. */
typedef struct Bag {
    uint8_t *data;
    size_t size, capacity;
    bool failed;
} Bag;

static void put(Bag *bag, const void *bytes, size_t count) {
    if (bag->size + count > bag->capacity) {
        size_t wanted = 2 * (bag->size + count) + 1024;
        uint8_t *larger = bag->failed ? NULL : realloc(bag->data, wanted);
        bag->failed = !larger;
        if (!larger) return;
        bag->data = larger;
        bag->capacity = wanted;
    }
    memcpy(bag->data + bag->size, bytes, count);
    bag->size += count;
}

static void put_number(Bag *bag, uint64_t value, int bytes) {
    for (int k = 0; k < bytes; k++) put(bag, &(uint8_t){(uint8_t)(value >> 8 * k)}, 1);
}

static void put_text(Bag *bag, const char *text) {
    put(bag, text, strlen(text));
}

/* Opcodes of pickle's protocol 2: Python's Lib/pickletools.py. */
static void put_string(Bag *bag, const char *text) {
    put_text(bag, "X"); /* BINUNICODE */
    put_number(bag, strlen(text), 4);
    put_text(bag, text);
}

static void put_int(Bag *bag, uint64_t value) {
    if (value <= INT32_MAX) {
        put_text(bag, "J"); /* BININT */
        put_number(bag, value, 4);
        return;
    }
    put_text(bag, "\x8A\x08"); /* LONG1 of 8 bytes */
    put_number(bag, value, 8);
}

/* MARK, the numbers, TUPLE. */
static void put_tuple(Bag *bag, const uint64_t *values, int count) {
    put_text(bag, "(");
    for (int k = 0; k < count; k++) put_int(bag, values[k]);
    put_text(bag, "t");
}

/* GLOBAL, EMPTY_TUPLE, REDUCE: a new OrderedDict. */
static void put_dict(Bag *bag) {
    put_text(bag, "ccollections\nOrderedDict\n)R");
}

static uint64_t entry_count(const SafetensorsEntry *entry) {
    uint64_t count = 1;
    for (int k = 0; k < entry->rank; k++) count *= (uint64_t)entry->dims[k];
    return count;
}

/* name: _rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict()) */
static void put_entry(Bag *bag, const SafetensorsEntry *entry, int key) {
    uint64_t size[SAFETENSORS_RANK_MAX], stride[SAFETENSORS_RANK_MAX], step = 1;
    char text[16];
    for (int k = entry->rank - 1; k >= 0; k--) {
        size[k] = (uint64_t)entry->dims[k];
        stride[k] = step;
        step *= size[k];
    }
    snprintf(text, sizeof text, "%d", key);
    put_string(bag, entry->name);
    put_text(bag, "ctorch._utils\n_rebuild_tensor_v2\n((");
    put_string(bag, "storage");
    put_text(bag, "ctorch\nFloatStorage\n");
    put_string(bag, text);
    put_string(bag, "cpu");
    put_int(bag, entry_count(entry));
    put_text(bag, "tQ"); /* TUPLE, BINPERSID */
    put_int(bag, 0);
    put_tuple(bag, size, entry->rank);
    put_tuple(bag, stride, entry->rank);
    put_text(bag, "\x89"); /* NEWFALSE */
    put_dict(bag);
    put_text(bag, "tR");
}

static void put_pickle(Bag *bag, const SafetensorsContent *content) {
    put(bag, "\x80\x02", 2); /* PROTO */
    put_dict(bag);
    put_text(bag, "(");
    for (int k = 0; k < content->entry_count; k++) put_entry(bag, &content->entries[k], k);
    put_text(bag, "u."); /* SETITEMS, STOP */
}

typedef struct Archive {
    FileWriter *writer;
    Bag central;
    uint64_t at; /* bytes written */
    int records;
} Archive;

static bool append(Archive *archive, const void *bytes, size_t count, Error *err) {
    archive->at += count;
    return file_write_append(archive->writer, bytes, count, err);
}

/* What local and central headers have in common: version to extraction length of the name. */
static void put_common(Bag *bag, const char *name, size_t size, uint32_t crc) {
    put_number(bag, ZIP_VERSION, 2);
    put_number(bag, 0, 2);          /* flags */
    put_number(bag, 0, 2);          /* stored */
    put_number(bag, 0x21 << 16, 4); /* 1 January 1980, midnight */
    put_number(bag, crc, 4);
    put_number(bag, size, 4);
    put_number(bag, size, 4);
    put_number(bag, strlen(name), 2);
}

static bool add_record(Archive *archive, const char *name, const void *bytes, size_t size, Error *err) {
    uint32_t crc = (uint32_t)crc32_z(0, bytes, size);
    uint64_t offset = archive->at, start = offset + LOCAL_BYTES + strlen(name) + 4;
    size_t padding = (size_t)(ALIGN - start % ALIGN) % ALIGN;
    static const uint8_t zeros[ALIGN];
    Bag local = {.size = 0};
    put_text(&local, "PK\x03\x04");
    put_common(&local, name, size, crc);
    put_number(&local, 4 + padding, 2);
    put_text(&local, name);
    put_text(&local, "FB"); /* torch.save's field for padding */
    put_number(&local, padding, 2);
    put(&local, zeros, padding);
    Bag *central = &archive->central;
    put_text(central, "PK\x01\x02");
    put_number(central, ZIP_VERSION, 2);
    put_common(central, name, size, crc);
    for (int k = 0; k < 6; k++) put_number(central, 0, 2); /* no extra field, comment or attributes; disk 0 */
    put_number(central, offset, 4);
    put_text(central, name);
    archive->records++;
    bool good =
        !local.failed && append(archive, local.data, local.size, err) && append(archive, bytes, size, err);
    free(local.data);
    return good;
}

static bool finish(Archive *archive, Error *err) {
    Bag end = {.size = 0};
    put_text(&end, "PK\x05\x06");
    put_number(&end, 0, 4);
    put_number(&end, (uint64_t)archive->records, 2);
    put_number(&end, (uint64_t)archive->records, 2);
    put_number(&end, archive->central.size, 4);
    put_number(&end, archive->at, 4);
    put_number(&end, 0, 2);
    bool good = !archive->central.failed && !end.failed &&
                append(archive, archive->central.data, archive->central.size, err) &&
                append(archive, end.data, end.size, err);
    free(end.data);
    return good;
}

static bool add_tensors(Archive *archive, const SafetensorsContent *content, float *values, Error *err) {
    for (int k = 0; k < content->entry_count; k++) {
        char name[NAME_MAX_BYTES];
        snprintf(name, sizeof name, "archive/data/%d", k);
        content->fill(content->context, k, values);
        if (!add_record(archive, name, values, (size_t)entry_count(&content->entries[k]) * sizeof *values,
                        err))
            return false;
    }
    return true;
}

static bool write_archive(Archive *archive, const SafetensorsContent *content, float *values, Error *err) {
    Bag pickle = {.size = 0};
    put_pickle(&pickle, content);
    bool good = !pickle.failed && add_record(archive, "archive/data.pkl", pickle.data, pickle.size, err) &&
                add_record(archive, "archive/byteorder", "little", 6, err) &&
                add_tensors(archive, content, values, err) &&
                add_record(archive, "archive/version", "3\n", 2, err) && finish(archive, err);
    free(pickle.data);
    return good;
}

bool torch_save(const char *path, const SafetensorsContent *content, Error *err) {
    uint64_t largest = 1, all = 0;
    for (int k = 0; k < content->entry_count; k++) {
        uint64_t count = entry_count(&content->entries[k]);
        if (count > largest) largest = count;
        all += count * sizeof(float) + 1024; /* its headers and its part of the pickle */
    }
    if (all > ZIP_MAX)
        return error_set(err, ERROR_FAILED, "%s: more than 4 GB do not fit: write .safetensors instead",
                         path);
    Error none = {0};
    if (!err) err = &none;
    float *values = malloc((size_t)largest * sizeof *values);
    Archive archive = {.writer = values ? file_write_begin(path, err) : NULL};
    bool good = archive.writer && write_archive(&archive, content, values, err);
    if (good)
        good = file_write_commit(archive.writer, err);
    else
        file_write_abandon(archive.writer);
    free(archive.central.data);
    free(values);
    if (!good && err->kind == ERROR_NONE)
        error_set(err, ERROR_FAILED, "%s: not enough memory to write it", path);
    return good;
}
