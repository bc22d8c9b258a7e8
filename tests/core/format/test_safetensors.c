#include "core/format/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_dir.h"

static Bytes build(const char *header, size_t data_bytes) {
    Bytes bytes = {0};
    bytes_add_le64(&bytes, strlen(header));
    bytes_add(&bytes, header, strlen(header));
    bytes_add_zeros(&bytes, data_bytes);
    return bytes;
}

static void assert_bytes_refused(const void *bytes, size_t size, const char *reason) {
    Error err = {0};
    Safetensors *file = safetensors_open_memory(bytes, size, "x", &err);
    assert_null(file);
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void assert_refused(const char *header, size_t data_bytes, const char *reason) {
    Bytes bytes = build(header, data_bytes);
    assert_bytes_refused(bytes.data, bytes.size, reason);
    bytes_free(&bytes);
}

static Safetensors *open_good(Bytes bytes) {
    Error err = {0};
    Safetensors *file = safetensors_open_memory(bytes.data, bytes.size, "x", &err);
    if (!file) fail_msg("%s", err.text);
    return file;
}

#define ENTRY(name, dtype, shape, range)                                                                     \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" range "}"

static void a_header_is_listed_by_name_with_its_metadata(void **state) {
    (void)state;
    Bytes bytes = build("{\"__metadata__\":{\"format\":\"pt\",\"arch\":\"resnet20\"}," ENTRY(
                            "b", "F32", "[2,3]", "[0,24]") "," ENTRY("a", "I64", "[]", "[24,32]") "}  ",
                        32);
    Safetensors *file = open_good(bytes);
    assert_int_equal(safetensors_count(file), 2);
    assert_string_equal(safetensors_get(file, 0)->name, "a");
    assert_int_equal(safetensors_get(file, 0)->rank, 0);
    assert_int_equal(safetensors_get(file, 0)->count, 1);
    const SafetensorsTensor *b = safetensors_find(file, "b");
    assert_int_equal(b->count, 6);
    assert_int_equal(b->dims[1], 3);
    assert_string_equal(element_type_name(b->type), "F32");
    assert_string_equal(safetensors_value(file, "arch"), "resnet20");
    assert_null(safetensors_value(file, "none"));
    assert_null(safetensors_find(file, "c"));
    safetensors_close(file);
    bytes_free(&bytes);
}

static void an_empty_list_and_tensors_without_elements_are_fine(void **state) {
    (void)state;
    Bytes none = build("{}", 0);
    safetensors_close(open_good(none));
    bytes_free(&none);
    Bytes zero = build("{" ENTRY("z", "F32", "[2,0]", "[0,0]") "," ENTRY("a", "F32", "[1]", "[0,4]") "}", 4);
    safetensors_close(open_good(zero));
    bytes_free(&zero);
}

static void all_readable_types_become_float32(void **state) {
    (void)state;
    Bytes bytes =
        build("{" ENTRY("f", "F32", "[1]", "[0,4]") "," ENTRY("d", "F64", "[1]", "[4,12]") "," ENTRY(
                  "h", "F16", "[2]", "[12,16]") "," ENTRY("b", "BF16", "[1]", "[16,18]") "}",
              0);
    bytes_add(&bytes, &(float){1.5f}, 4);
    bytes_add(&bytes, &(double){-2.25}, 8);
    bytes_add(&bytes, (uint16_t[]){0x3C00, 0xC000}, 4);
    bytes_add(&bytes, &(uint16_t){0x4040}, 2);
    Safetensors *file = open_good(bytes);
    float value[2];
    assert_true(safetensors_read(file, safetensors_find(file, "f"), value, NULL));
    assert_true(value[0] == 1.5f);
    assert_true(safetensors_read(file, safetensors_find(file, "d"), value, NULL));
    assert_true(value[0] == -2.25f);
    assert_true(safetensors_read(file, safetensors_find(file, "h"), value, NULL));
    assert_true(value[0] == 1.0f && value[1] == -2.0f);
    assert_true(safetensors_read(file, safetensors_find(file, "b"), value, NULL));
    assert_true(value[0] == 3.0f);
    safetensors_close(file);
    bytes_free(&bytes);
}

static void an_integer_tensor_is_listed_but_not_read_as_float(void **state) {
    (void)state;
    Bytes bytes = build("{" ENTRY("n", "I64", "[]", "[0,8]") "}", 8);
    Safetensors *file = open_good(bytes);
    Error err = {0};
    float value;
    assert_false(safetensors_read(file, safetensors_find(file, "n"), &value, &err));
    assert_non_null(strstr(err.text, "n has the type I64, expected F32, F16, BF16 or F64"));
    safetensors_close(file);
    bytes_free(&bytes);
}

static void lengths_that_cannot_be_are_refused(void **state) {
    (void)state;
    assert_bytes_refused("", 0, "the file is empty");
    assert_bytes_refused("1234567", 7, "too short");
    assert_bytes_refused("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, "18446744073709551615 bytes is absurd");
    assert_bytes_refused("\0\0\0\0\0\0\0\x80{}", 10, "absurd");
    assert_bytes_refused("\x01\xe1\xf5\x05\0\0\0\0{}", 10, "100000001 bytes is absurd");
    assert_bytes_refused("\x40\0\0\0\0\0\0\0{}", 10, "needs 72 bytes, the file has 10");
    assert_bytes_refused("\0\0\0\0\0\0\0\0", 8, "does not begin with a brace");
}

static void headers_that_are_no_strict_json_are_refused(void **state) {
    (void)state;
    assert_refused("[]", 0, "does not begin with a brace");
    assert_refused("\xef\xbb\xbf{}", 0, "does not begin with a brace");
    assert_refused("{}{}", 0, "invalid JSON");
    assert_refused("{} x", 0, "invalid JSON");
    assert_refused("{\"a\":1,}", 0, "invalid JSON");
    assert_refused("{\"\xff\":1}", 0, "invalid JSON");
    assert_refused("{\"a\\u0000b\":{}}", 0, "invalid JSON");
    assert_refused("{\"a\":[01]}", 0, "invalid JSON");
    assert_refused("{", 0, "invalid JSON");
}

static void a_tower_of_brackets_does_not_overflow_the_stack(void **state) {
    (void)state;
    Bytes tower = {0};
    bytes_add_le64(&tower, 200005);
    bytes_add(&tower, "{\"a\":", 5);
    bytes_add_zeros(&tower, 200000);
    memset(tower.data + 13, '[', 200000);
    assert_bytes_refused(tower.data, tower.size, "invalid JSON");
    bytes_free(&tower);
}

static void a_name_that_appears_twice_is_refused_even_when_escaped(void **state) {
    (void)state;
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("a", "F32", "[1]", "[0,4]") "}", 4,
                   "duplicate");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("\\u0061", "F32", "[1]", "[0,4]") "}", 4,
                   "duplicate");
    assert_refused("{"
                   "\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                   4, "duplicate");
}

static void ranges_that_overlap_leave_holes_or_miss_the_end_are_refused(void **state) {
    (void)state;
    assert_refused("{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("b", "F32", "[2]", "[4,12]") "}", 12,
                   "tensor 'b' overlaps that of 'a'");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]", "[8,12]") "}", 12,
                   "bytes 4 to 8 are not covered");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[4,8]") "}", 8, "bytes 0 to 4 are not covered");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "}", 7, "has 3 bytes after the last tensor");
    assert_refused("{" ENTRY("a", "F32", "[2]", "[0,8]") "}", 5, "truncated");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[4,0]") "}", 4, "run backwards");
}

static void twenty_thousand_tensors_on_one_range_are_refused_quickly(void **state) {
    (void)state;
    Bytes header = {0};
    for (int k = 0; k < 20000; k++) {
        char entry[128];
        snprintf(entry, sizeof entry, "%c" ENTRY("t%d", "F32", "[4]", "[0,16]"), k == 0 ? '{' : ',', k);
        bytes_add(&header, entry, strlen(entry));
    }
    bytes_add(&header, "}", 2); /* with its NUL */
    assert_refused((const char *)header.data, 16, "overlaps");
    bytes_free(&header);
}

static void offsets_and_shapes_must_be_plain_integers(void **state) {
    (void)state;
    const char *const bad[] = {"[-4,0]", "[0.0,4]", "[0,4e0]", "[\"0\",4]",
                               "[0]",    "[0,4,8]", "4",       "[0,true]"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        char header[160];
        snprintf(header, sizeof header, "{" ENTRY("a", "F32", "[1]", "%s") "}", bad[k]);
        assert_refused(header, 4, "must be two non-negative integers");
    }
    assert_refused("{" ENTRY("a", "F32", "[-1,-1]", "[0,4]") "}", 4, "non-negative integers");
    assert_refused("{" ENTRY("a", "F32", "[1.0]", "[0,4]") "}", 4, "non-negative integers");
    assert_refused("{" ENTRY("a", "F32", "3", "[0,4]") "}", 4, "no list");
    assert_refused("{" ENTRY("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "at most 8 numbers");
}

static void sizes_that_overflow_are_refused(void **state) {
    (void)state;
    assert_refused("{" ENTRY("a", "F32", "[4294967296,4294967296]", "[0,4]") "}", 4, "overflows");
    assert_refused("{" ENTRY("a", "F32", "[4611686018427387905]", "[0,4]") "}", 4, "overflows");
    assert_refused("{" ENTRY("a", "F32", "[2,9223372036854775807]", "[0,4]") "}", 4, "'a'");
    assert_refused("{" ENTRY("a", "F32", "[2,18446744073709551614]", "[0,4]") "}", 4, "invalid JSON");
}

static void a_shape_that_does_not_fill_its_range_is_refused(void **state) {
    (void)state;
    assert_refused("{" ENTRY("a", "F32", "[3]", "[0,16]") "}", 16, "needs 12 bytes, its range has 16");
}

static void unknown_types_and_fields_are_refused_by_name(void **state) {
    (void)state;
    assert_refused("{" ENTRY("a", "Q4_K", "[1]", "[0,4]") "}", 4, "unsupported dtype 'Q4_K'");
    assert_refused("{" ENTRY("a", "f32", "[1]", "[0,4]") "}", 4, "unsupported dtype 'f32'");
    assert_refused("{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype of tensor 'a'");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "entry of tensor 'a' is invalid");
    assert_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4,
                   "entry of tensor 'a' is invalid");
    assert_refused("{\"a\":7}", 4, "entry of tensor 'a' is invalid");
    assert_refused("{\"__metadata__\":{\"a\":7}}", 0, "metadata 'a' is no string");
    assert_refused("{\"__metadata__\":[]}", 0, "__metadata__ is no object");
}

static void hostile_names_are_refused_and_shown_escaped(void **state) {
    (void)state;
    Error err = {0};
    Bytes bytes = build("{" ENTRY("a\\u001b[2J", "F32", "[1]", "[0,4]") "}", 4);
    assert_null(safetensors_open_memory(bytes.data, bytes.size, "x", &err));
    assert_non_null(strstr(err.text, "control character"));
    assert_null(strchr(err.text, '\x1b'));
    bytes_free(&bytes);
    assert_refused("{\"a\x1b\":1}", 0, "invalid JSON");
}

static void files_of_other_kinds_are_called_by_their_name(void **state) {
    (void)state;
    assert_bytes_refused("PK\3\4aaaaaaaa", 12, "a zip archive, perhaps a checkpoint of PyTorch");
    assert_bytes_refused("\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20", 10, "a checkpoint of PyTorch before 1.6");
    assert_bytes_refused("\x80\4\x95\x0a\x6c\xfc\x9c\x46\xf9\x20", 10, "a Python pickle");
    assert_bytes_refused("\x1f\x8b\x08\0\0\0\0\0\0\0\0\0", 12, "a gzip file");
    assert_bytes_refused("version https://git-lfs.github.com/spec/v1\n", 43, "a Git LFS pointer");
    assert_bytes_refused("<!DOCTYPE html>", 15, "a web page");
    assert_bytes_refused("GGUF\3\0\0\0\0\0\0\0", 12, "a GGUF file");
    assert_bytes_refused("{\"weight_map\":{}}", 17, "a JSON file");
    assert_bytes_refused("\x89HDF\r\n\x1a\n", 8, "an HDF5 file");
    assert_bytes_refused("\x89PNG\r\n\x1a\n", 8, "a PNG picture");
    assert_bytes_refused("\x7f"
                         "ELF\2\1\1\0\0\0",
                         10, "a program");
    assert_bytes_refused("hello world", 11, "is no safetensors file");
}

static void a_header_of_640_bytes_is_not_taken_for_a_pickle(void **state) {
    (void)state;
    char header[641];
    memset(header, ' ', 640);
    header[640] = '\0';
    memcpy(header, "{}", 2);
    Bytes bytes = build(header, 0); /* begins with 80 02 */
    safetensors_close(open_good(bytes));
    bytes_free(&bytes);
}

/* 1 TiB of claimed and present (sparse) data: only the header may be touched. */
static void a_huge_sparse_file_opens_without_reading_its_data(void **state) {
    Error err = {0};
    Bytes bytes = build("{" ENTRY("a", "F32", "[274877906944]", "[0,1099511627776]") "}", 0);
    const char *path = temp_dir_write(*state, "huge", bytes.data, bytes.size);
    if (truncate(path, (off_t)bytes.size + (1LL << 40)) == 0) {
        Safetensors *file = safetensors_open_file(path, &err);
        assert_non_null(file);
        assert_int_equal(safetensors_find(file, "a")->count, 1LL << 38);
        safetensors_close(file);
    } else { /* this file system allows no such size: then the file ends before its data */
        assert_null(safetensors_open_file(path, &err));
    }
    bytes_free(&bytes);
}

static void fill_with_index(void *context, int entry, float *out) {
    const SafetensorsEntry *entries = context;
    int count = 1;
    for (int k = 0; k < entries[entry].rank; k++) count *= entries[entry].dims[k];
    for (int k = 0; k < count; k++) out[k] = (float)(100 * entry + k);
}

static const SafetensorsEntry saved_entries[] = {{.name = "b.weight", .rank = 2, .dims = (const int[]){2, 2}},
                                                 {.name = "a.bias", .rank = 1, .dims = (const int[]){3}},
                                                 {.name = "scalar", .rank = 0}};
static const SafetensorsPair saved_pairs[] = {{.key = "arch", .value = "resnet20"},
                                              {.key = "note", .value = "a \"b\"\n"}};

static const char *save_example(TempDir *dir) {
    Error err = {0};
    SafetensorsContent content = {.entries = saved_entries,
                                  .entry_count = 3,
                                  .pairs = saved_pairs,
                                  .pair_count = 2,
                                  .fill = fill_with_index,
                                  .context = (void *)saved_entries};
    const char *path = temp_dir_join(dir, "out.safetensors");
    if (!safetensors_save(path, &content, &err)) fail_msg("%s", err.text);
    return path;
}

static void what_is_saved_is_read_back(void **state) {
    Error err = {0};
    float values[4];
    Safetensors *file = safetensors_open_file(save_example(*state), &err);
    assert_non_null(file);
    assert_string_equal(safetensors_value(file, "format"), "pt");
    assert_string_equal(safetensors_value(file, "note"), "a \"b\"\n");
    assert_true(safetensors_check_data(file, &err));
    for (int entry = 0; entry < 3; entry++) {
        const SafetensorsTensor *tensor = safetensors_find(file, saved_entries[entry].name);
        assert_true(safetensors_read(file, tensor, values, &err));
        assert_true(values[0] == (float)(100 * entry));
        assert_true(values[tensor->count - 1] == (float)(100 * entry + (int)tensor->count - 1));
    }
    assert_int_equal(safetensors_find(file, "b.weight")->dims[0], 2);
    safetensors_close(file);
}

static void saved_data_begins_at_a_multiple_of_eight(void **state) {
    size_t size;
    uint8_t *bytes = file_read_all(save_example(*state), 10000, &size, NULL);
    assert_int_equal(bytes[0] % 8, 0);
    assert_int_equal(bytes[8], '{');
    free(bytes);
}

static void a_flipped_bit_in_saved_data_is_noticed(void **state) {
    size_t size;
    Error err = {0};
    uint8_t *bytes = file_read_all(save_example(*state), 10000, &size, NULL);
    bytes[size - 2] ^= 1;
    Safetensors *file = safetensors_open_memory(bytes, size, "x", &err);
    assert_non_null(file);
    assert_false(safetensors_check_data(file, &err));
    assert_non_null(strstr(err.text, "checksum"));
    safetensors_close(file);
    free(bytes);
}

static void every_cut_of_a_saved_file_is_refused(void **state) {
    size_t size;
    uint8_t *bytes = file_read_all(save_example(*state), 10000, &size, NULL);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *shorter = malloc(cut + 1); /* of its own, so that a read beyond the cut is seen */
        memcpy(shorter, bytes, cut);
        assert_null(safetensors_open_memory(shorter, cut, "x", NULL));
        free(shorter);
    }
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_listed_by_name_with_its_metadata),
        cmocka_unit_test(an_empty_list_and_tensors_without_elements_are_fine),
        cmocka_unit_test(all_readable_types_become_float32),
        cmocka_unit_test(an_integer_tensor_is_listed_but_not_read_as_float),
        cmocka_unit_test(lengths_that_cannot_be_are_refused),
        cmocka_unit_test(headers_that_are_no_strict_json_are_refused),
        cmocka_unit_test(a_tower_of_brackets_does_not_overflow_the_stack),
        cmocka_unit_test(a_name_that_appears_twice_is_refused_even_when_escaped),
        cmocka_unit_test(ranges_that_overlap_leave_holes_or_miss_the_end_are_refused),
        cmocka_unit_test(twenty_thousand_tensors_on_one_range_are_refused_quickly),
        cmocka_unit_test(offsets_and_shapes_must_be_plain_integers),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(a_shape_that_does_not_fill_its_range_is_refused),
        cmocka_unit_test(unknown_types_and_fields_are_refused_by_name),
        cmocka_unit_test(hostile_names_are_refused_and_shown_escaped),
        cmocka_unit_test(files_of_other_kinds_are_called_by_their_name),
        cmocka_unit_test(a_header_of_640_bytes_is_not_taken_for_a_pickle),
        IN_TEMP_DIR(a_huge_sparse_file_opens_without_reading_its_data),
        IN_TEMP_DIR(what_is_saved_is_read_back),
        IN_TEMP_DIR(saved_data_begins_at_a_multiple_of_eight),
        IN_TEMP_DIR(a_flipped_bit_in_saved_data_is_noticed),
        IN_TEMP_DIR(every_cut_of_a_saved_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
