#include "tests/support/fuzz_checkpoint.h"

#include <string.h>

#include "core/format/tensors.h"
#include "tests/support/zip_file.h"

enum { FUZZ_READ_MAX = 4096, FUZZ_STORAGE = 432 };

static void open_bytes(const uint8_t *bytes, size_t size, const char *key) {
    static float values[FUZZ_READ_MAX];
    Tensors *tensors = tensors_open_memory(bytes, size, "x", &(TensorsOptions){.key = key}, NULL);
    if (!tensors) return;
    tensors_check_data(tensors, NULL);
    for (int k = 0; k < tensors_count(tensors); k++) {
        const StoredTensor *tensor = tensors_get(tensors, k);
        uint64_t count = tensor->count < FUZZ_READ_MAX ? tensor->count : FUZZ_READ_MAX;
        tensors_read_part(tensors, tensor, 0, count, values, NULL);
        tensors_read_part(tensors, tensor, tensor->count - count / 2, count / 2, values, NULL);
    }
    tensors_close(tensors);
}

void fuzz_checkpoint(const uint8_t *bytes, size_t size) {
    static const char *const names[] = {"a/data/0", "a/data/1", "a/data/2"};
    static const uint8_t storage[FUZZ_STORAGE];
    open_bytes(bytes, size, NULL);
    if (size > 0 && memcmp(bytes, "PK", size < 2 ? size : 2) == 0) return; /* no pickle */
    ZipFile file = {0};
    zip_file_add(&file, "a/data.pkl", bytes, size);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        zip_file_add(&file, names[k], storage, sizeof storage / (2 * k + 1));
    zip_file_deflate(&file.entries[2]);
    Bytes archive = zip_file_bytes(&file);
    open_bytes(archive.data, archive.size, NULL);
    bytes_free(&archive);
    zip_file_free(&file);
}
