#include "tests/support/bent_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_write.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

BentFile *bent_from(const char *arch, char shortcut, const char *prefix) {
    BentFile *file = calloc(1, sizeof *file);
    ResnetConfig config = {.shortcut = shortcut};
    Error err = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    fixture_note_network(&config);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    assert_true(network->param_count < BENT_MAX);
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        BentTensor *tensor = &file->tensors[file->count++];
        *tensor = (BentTensor){.rank = param->rank, .value = 0.25f};
        snprintf(tensor->name, sizeof tensor->name, "%s%s", prefix, param->name);
        memcpy(tensor->dims, param->dims, sizeof tensor->dims);
    }
    network_free(network);
    return file;
}

BentTensor *bent_get(BentFile *file, const char *name) {
    for (int k = 0; k < file->count; k++) {
        if (strcmp(file->tensors[k].name, name) == 0) return &file->tensors[k];
    }
    fail_msg("no tensor %s", name);
    return NULL;
}

void bent_add(BentFile *file, const char *name, int rank, const int *dims) {
    BentTensor *tensor = &file->tensors[file->count++];
    *tensor = (BentTensor){.rank = rank};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    for (int k = 0; k < rank; k++) tensor->dims[k] = dims[k];
}

void bent_remove(BentFile *file, const char *name) {
    BentTensor *tensor = bent_get(file, name);
    *tensor = file->tensors[--file->count];
}

static size_t bent_count(const BentTensor *tensor) {
    size_t count = 1;
    for (int k = 0; k < tensor->rank; k++) count *= (size_t)tensor->dims[k];
    return count;
}

static size_t bent_bytes(const BentTensor *tensor) {
    return bent_count(tensor) * (tensor->type && strcmp(tensor->type, "I64") == 0 ? 8 : 4);
}

static void put_entry(JsonWriter *writer, const BentTensor *tensor, size_t begin) {
    json_write_key(writer, tensor->name);
    json_write_object_begin(writer);
    json_write_key_string(writer, "dtype", tensor->type ? tensor->type : "F32");
    json_write_key(writer, "shape");
    json_write_array_begin(writer);
    for (int k = 0; k < tensor->rank; k++) json_write_int(writer, tensor->dims[k]);
    json_write_array_end(writer);
    json_write_key(writer, "data_offsets");
    json_write_array_begin(writer);
    json_write_int(writer, (int64_t)begin);
    json_write_int(writer, (int64_t)(begin + bent_bytes(tensor)));
    json_write_array_end(writer);
    json_write_object_end(writer);
}

Tensors *bent_open(BentFile *file) {
    JsonWriter writer;
    Error err = {0};
    size_t begin = 0;
    json_write_init(&writer, NULL);
    json_write_object_begin(&writer);
    for (int k = 0; k < file->count; k++) {
        put_entry(&writer, &file->tensors[k], begin);
        begin += bent_bytes(&file->tensors[k]);
    }
    json_write_object_end(&writer);
    assert_true(json_write_end(&writer));
    bytes_add_le64(&file->bytes, writer.length);
    bytes_add(&file->bytes, writer.text, writer.length);
    free(writer.text);
    size_t start = file->bytes.size;
    bytes_add_zeros(&file->bytes, begin);
    float *value = (float *)calloc(begin / 4 + 1, 4);
    size_t at = 0;
    for (int k = 0; k < file->count; k++) {
        size_t words = bent_bytes(&file->tensors[k]) / 4;
        for (size_t j = 0; j < words; j++) value[at++] = file->tensors[k].value;
    }
    memcpy(file->bytes.data + start, value, begin);
    free(value);
    Tensors *opened = tensors_open_memory(file->bytes.data, file->bytes.size, "w", NULL, &err);
    if (!opened) fail_msg("%s", err.text);
    return opened;
}

void bent_free(BentFile *file, Tensors *opened) {
    tensors_close(opened);
    bytes_free(&file->bytes);
    free(file);
}
