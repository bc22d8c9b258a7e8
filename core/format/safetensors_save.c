#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/file.h"
#include "core/base/half.h"
#include "core/base/json_write.h"
#include "core/format/safetensors.h"

/* The tensors in file order, and one buffer that is large enough for each of them. */
typedef struct SavePlan {
    const SafetensorsContent *content;
    int *order; /* indices of entries, by name */
    float *values;
} SavePlan;

static size_t entry_count(const SafetensorsEntry *entry) {
    size_t count = 1;
    for (int k = 0; k < entry->rank; k++) count *= (size_t)entry->dims[k];
    return count;
}

static size_t entry_bytes(const SafetensorsEntry *entry) {
    return entry_count(entry) * (entry->half ? sizeof(uint16_t) : sizeof(float));
}

static int by_entry_name(const void *a, const void *b, void *entries) {
    const SafetensorsEntry *list = entries;
    return strcmp(list[*(const int *)a].name, list[*(const int *)b].name);
}

static bool plan_init(SavePlan *plan, const SafetensorsContent *content) {
    size_t largest = 1;
    *plan = (SavePlan){.content = content,
                       .order = calloc((size_t)content->entry_count + 1, sizeof *plan->order)};
    if (!plan->order) return false;
    for (int k = 0; k < content->entry_count; k++) {
        size_t bytes = entry_count(&content->entries[k]) * sizeof(float);
        if (bytes > largest) largest = bytes;
        plan->order[k] = k;
    }
    qsort_r(plan->order, (size_t)content->entry_count, sizeof *plan->order, by_entry_name,
            (void *)content->entries);
    plan->values = malloc(largest);
    return plan->values != NULL;
}

static void plan_free(SavePlan *plan) {
    free(plan->order);
    free(plan->values);
}

/* In place: a float16 is written where no float that is still to be read lies. */
static void halve(float *values, size_t count) {
    uint8_t *out = (uint8_t *)values;
    for (size_t j = 0; j < count; j++) {
        uint16_t half = half_to_f16(values[j]);
        memcpy(out + j * sizeof half, &half, sizeof half);
    }
}

/* The bytes of the tensor are then in plan->values. */
static size_t plan_fill(SavePlan *plan, int position) {
    int number = plan->order[position];
    const SafetensorsEntry *entry = &plan->content->entries[number];
    plan->content->fill(plan->content->context, number, plan->values);
    if (entry->half) halve(plan->values, entry_count(entry));
    return entry_bytes(entry);
}

/* The header comes first in the file, so the data is made twice: once for its checksum, once to be written.
 */
static unsigned long checksum(SavePlan *plan) {
    uLong crc = crc32(0, NULL, 0);
    for (int k = 0; k < plan->content->entry_count; k++) {
        size_t bytes = plan_fill(plan, k);
        crc = crc32_z(crc, (const Bytef *)plan->values, bytes);
    }
    return crc;
}

static void put_metadata(JsonWriter *writer, SavePlan *plan) {
    char crc[16];
    snprintf(crc, sizeof crc, "%08lx", checksum(plan));
    json_write_key(writer, "__metadata__");
    json_write_object_begin(writer);
    json_write_key_string(writer, "format", "pt");
    json_write_key_string(writer, "crc32", crc);
    for (int k = 0; k < plan->content->pair_count; k++) {
        SafetensorsPair pair = plan->content->pairs[k];
        if (strcmp(pair.key, "format") == 0 || strcmp(pair.key, "crc32") == 0) continue;
        json_write_key_string(writer, pair.key, pair.value);
    }
    json_write_object_end(writer);
}

static void put_header_entry(JsonWriter *writer, const SafetensorsEntry *entry, size_t begin) {
    json_write_key(writer, entry->name);
    json_write_object_begin(writer);
    json_write_key_string(writer, "dtype", entry->half ? "F16" : "F32");
    json_write_key(writer, "shape");
    json_write_array_begin(writer);
    for (int k = 0; k < entry->rank; k++) json_write_int(writer, entry->dims[k]);
    json_write_array_end(writer);
    json_write_key(writer, "data_offsets");
    json_write_array_begin(writer);
    json_write_int(writer, (int64_t)begin);
    json_write_int(writer, (int64_t)(begin + entry_bytes(entry)));
    json_write_array_end(writer);
    json_write_object_end(writer);
}

/* The JSON text; NULL when memory is short. */
static char *make_header(SavePlan *plan, size_t *length) {
    JsonWriter writer;
    size_t begin = 0;
    json_write_init(&writer, NULL);
    json_write_object_begin(&writer);
    put_metadata(&writer, plan);
    for (int k = 0; k < plan->content->entry_count; k++) {
        const SafetensorsEntry *entry = &plan->content->entries[plan->order[k]];
        put_header_entry(&writer, entry, begin);
        begin += entry_bytes(entry);
    }
    json_write_object_end(&writer);
    if (!json_write_end(&writer)) return NULL;
    *length = writer.length;
    return writer.text;
}

static bool append_header(FileWriter *writer, const char *header, size_t length, Error *err) {
    size_t padding = (8 - length % 8) % 8;
    uint64_t padded = length + padding;
    uint8_t bytes[8];
    for (int k = 0; k < 8; k++) bytes[k] = (uint8_t)(padded >> 8 * k);
    return file_write_append(writer, bytes, sizeof bytes, err) &&
           file_write_append(writer, header, length, err) &&
           file_write_append(writer, "        ", padding, err);
}

static bool write_content(SavePlan *plan, const char *path, const char *header, size_t length, Error *err) {
    FileWriter *writer = file_write_begin(path, err);
    if (!writer) return false;
    bool good = append_header(writer, header, length, err);
    for (int k = 0; good && k < plan->content->entry_count; k++) {
        size_t bytes = plan_fill(plan, k);
        good = file_write_append(writer, plan->values, bytes, err);
    }
    if (good) return file_write_commit_keeping(writer, plan->content->keep_suffix, err);
    file_write_abandon(writer);
    return false;
}

bool safetensors_save(const char *path, const SafetensorsContent *content, Error *err) {
    SavePlan plan;
    size_t length = 0;
    char *header = plan_init(&plan, content) ? make_header(&plan, &length) : NULL;
    bool good = header ? write_content(&plan, path, header, length, err)
                       : error_set(err, ERROR_FAILED, "%s: not enough memory to write it", path);
    free(header);
    plan_free(&plan);
    return good;
}
