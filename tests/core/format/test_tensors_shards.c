#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/format/tensors.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

/* A safetensors file with one tensor of two values. */
static void write_shard(TempDir *dir, const char *file, const char *tensor, float first) {
    char bytes[512];
    const float values[] = {first, first + 1};
    int length = snprintf(bytes + 8, sizeof bytes - 8,
                          "{\"%s\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", tensor);
    memcpy(bytes, &(uint64_t){(uint64_t)length}, 8);
    memcpy(bytes + 8 + length, values, sizeof values);
    temp_dir_write(dir, file, bytes, 8 + (size_t)length + sizeof values);
}

static const char *write_index(TempDir *dir, const char *text) {
    return temp_dir_write(dir, "model.safetensors.index.json", text, strlen(text));
}

static void assert_refused(const char *path, const char *reason) {
    Error err = {0};
    assert_null(tensors_open_file(path, NULL, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

#define TWO_SHARDS                                                                                           \
    "{\"metadata\":{\"total_size\":1},\"weight_map\":{\"b\":\"2.safetensors\",\"a\":\"1.safetensors\"}}"

static void assert_two_shards(const char *path) {
    Error err = {0};
    float values[2];
    Tensors *tensors = tensors_open_file(path, NULL, &err);
    if (!tensors) fail_msg("%s", err.text);
    assert_string_equal(tensors_kind(tensors), "sharded");
    assert_int_equal(tensors_count(tensors), 2);
    assert_string_equal(tensors_left_out(tensors), "");
    assert_string_equal(tensors_get(tensors, 0)->name, "a");
    assert_true(tensors_read(tensors, tensors_get(tensors, 0), values, &err));
    assert_true(values[0] == 1 && values[1] == 2);
    assert_true(tensors_read_part(tensors, tensors_find(tensors, "b"), 1, 1, values, &err));
    assert_true(values[0] == 6);
    assert_true(tensors_check_data(tensors, &err));
    tensors_close(tensors);
}

static void an_index_opens_the_files_beside_it(void **state) {
    TempDir *dir = *state;
    write_shard(dir, "1.safetensors", "a", 1);
    write_shard(dir, "2.safetensors", "b", 5);
    assert_two_shards(write_index(dir, TWO_SHARDS));
    assert_two_shards(dir->path); /* the folder, too */
    char slashes[TEMP_PATH_MAX];
    snprintf(slashes, sizeof slashes, "%s//", dir->path);
    assert_two_shards(slashes);
}

static void tensors_that_the_index_does_not_name_are_counted(void **state) {
    TempDir *dir = *state;
    write_shard(dir, "1.safetensors", "a", 1);
    write_shard(dir, "2.safetensors", "b", 5);
    write_index(dir, "{\"weight_map\":{\"a\":\"1.safetensors\"}}");
    Tensors *tensors = tensors_open_file(dir->path, NULL, NULL);
    assert_int_equal(tensors_count(tensors), 1);
    tensors_close(tensors);
}

static void an_index_that_lies_is_refused(void **state) {
    TempDir *dir = *state;
    write_shard(dir, "1.safetensors", "a", 1);
    assert_refused(write_index(dir, TWO_SHARDS), "says that b is in another file, but");
    write_shard(dir, "2.safetensors", "c", 5);
    assert_refused(write_index(dir, TWO_SHARDS), "says that b is in");
    assert_refused(write_index(dir, "{\"weight_map\":{\"a\":\"../1.safetensors\"}}"),
                   "expected one of at most 256 files");
    assert_refused(write_index(dir, "{\"weight_map\":{\"a\":\"\"}}"), "expected one of at most 256 files");
    assert_refused(write_index(dir, "{\"weight_map\":{\"a\":7}}"), "is no string");
    assert_refused(write_index(dir, "{\"weight_map\":{\"a\":\"1.safetensors\",\"a\":\"1.safetensors\"}}"),
                   "invalid JSON");
    assert_refused(write_index(dir, "{\"weight_map\":[]}"), "without a weight_map");
    assert_refused(write_index(dir, "{\"model_type\":\"resnet\"}"), "open the folder it is in");
    assert_refused(write_index(dir, "{\"weight_map\":{\"a\":\"model.safetensors.index.json\"}}"),
                   "another file, but");
}

/* An index that names itself, and two that name each other, must end. */
static void indices_in_a_circle_end(void **state) {
    TempDir *dir = *state;
    const char *text = "{\"weight_map\":{\"a\":\"other.index.json\"}}";
    temp_dir_write(dir, "other.index.json", text, strlen(text));
    assert_refused(dir->joined, "found a JSON file");
}

static void a_folder_opens_when_it_has_one_file_of_weights(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    assert_refused(dir->path, "a folder without weights");
    temp_dir_write(dir, "config.json", "{}", 2);
    write_shard(dir, "epoch1.safetensors", "a", 1);
    Tensors *tensors = tensors_open_file(dir->path, NULL, &err);
    if (!tensors) fail_msg("%s", err.text);
    assert_string_equal(tensors_label(tensors) + strlen(dir->path), "/epoch1.safetensors");
    tensors_close(tensors);
    write_shard(dir, "epoch2.safetensors", "a", 1);
    assert_refused(dir->path, "2 files of weights, open one of them: epoch1.safetensors, epoch2.safetensors");
    write_shard(dir, "model.safetensors", "m", 1);
    tensors = tensors_open_file(dir->path, NULL, &err);
    assert_non_null(tensors_find(tensors, "m"));
    tensors_close(tensors);
}

static void a_folder_of_pieces_is_called_what_it_is(void **state) {
    TempDir *dir = *state;
    temp_dir_write(dir, ".metadata", "\x80\2.", 3);
    temp_dir_write(dir, "__0_0.distcp", "PK", 2);
    assert_refused(dir->path, "torch.distributed.checkpoint.format_utils dcp_to_torch");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(an_index_opens_the_files_beside_it),
        IN_TEMP_DIR(tensors_that_the_index_does_not_name_are_counted),
        IN_TEMP_DIR(an_index_that_lies_is_refused),
        IN_TEMP_DIR(indices_in_a_circle_end),
        IN_TEMP_DIR(a_folder_opens_when_it_has_one_file_of_weights),
        IN_TEMP_DIR(a_folder_of_pieces_is_called_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
