#include "core/format/npy.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_dir.h"

/* A version 1.0 file with this dictionary. */
static const char *write_npy(TempDir *dir, const char *dictionary, const void *data, size_t size) {
    Bytes bytes = {0};
    bytes_add(&bytes, "\x93NUMPY\1\0", 8);
    bytes_add_u8(&bytes, (int)(strlen(dictionary) & 255));
    bytes_add_u8(&bytes, (int)(strlen(dictionary) >> 8));
    bytes_add(&bytes, dictionary, strlen(dictionary));
    bytes_add(&bytes, data, size);
    const char *path = temp_dir_write(dir, "a.npy", bytes.data, bytes.size);
    bytes_free(&bytes);
    return path;
}

static void assert_refused(const char *path, const char *reason) {
    NpyArray array;
    Error err = {0};
    assert_false(npy_load(&array, path, &err));
    assert_null(array.data);
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void assert_dictionary_refused(TempDir *dir, const char *dictionary, const char *reason) {
    float data[6] = {0};
    assert_refused(write_npy(dir, dictionary, data, sizeof data), reason);
}

static void assert_round_trip(TempDir *dir, int rank, const int *dims) {
    float data[120];
    size_t count = 1;
    Error err = {0};
    NpyArray array;
    for (int k = 0; k < 120; k++) data[k] = (float)k / 3;
    for (int k = 0; k < rank; k++) count *= (size_t)dims[k];
    const char *path = temp_dir_join(dir, "b.npy");
    assert_true(npy_save(path, rank, dims, data, &err));
    if (!npy_load(&array, path, &err)) fail_msg("%s", err.text);
    assert_int_equal(array.rank, rank);
    assert_int_equal(array.count, count);
    for (int k = 0; k < rank; k++) assert_int_equal(array.dims[k], dims[k]);
    assert_memory_equal(array.data, data, count * sizeof(float));
    npy_free(&array);
}

static void arrays_of_every_rank_come_back(void **state) {
    assert_round_trip(*state, 0, NULL);
    assert_round_trip(*state, 1, (int[]){5});
    assert_round_trip(*state, 2, (int[]){2, 3});
    assert_round_trip(*state, 3, (int[]){2, 0, 4});
    assert_round_trip(*state, 4, (int[]){2, 3, 4, 5});
}

/* numpy.save(numpy.arange(3, dtype="<f4")) of NumPy 1.24 but for the padding, which is free. */
static void the_header_is_numpys(void **state) {
    size_t size;
    float data[3] = {0, 1, 2};
    const char *path = temp_dir_join(*state, "c.npy");
    assert_true(npy_save(path, 1, (int[]){3}, data, NULL));
    uint8_t *bytes = file_read_all(path, 1000, &size, NULL);
    const char expected[] = "\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    assert_memory_equal(bytes, expected, sizeof expected - 1);
    assert_int_equal(size, 128 + sizeof data);
    assert_int_equal(bytes[127], '\n');
    free(bytes);
}

static void doubles_are_rounded_to_float32(void **state) {
    double data[3] = {0.1, -2.5, 1e300};
    NpyArray array;
    const char *path =
        write_npy(*state, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", data, sizeof data);
    assert_true(npy_load(&array, path, NULL));
    assert_true(array.data[0] == 0.1f && array.data[1] == -2.5f && isinf(array.data[2]));
    npy_free(&array);
}

static void keys_in_another_order_and_spacing_are_read(void **state) {
    float data[6] = {0, 1, 2, 3, 4, 5};
    NpyArray array;
    Error err = {0};
    const char *path =
        write_npy(*state, "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}", data, sizeof data);
    if (!npy_load(&array, path, &err)) fail_msg("%s", err.text);
    assert_int_equal(array.dims[1], 3);
    assert_true(array.data[5] == 5.0f);
    npy_free(&array);
}

static void fortran_order_matters_only_from_two_dimensions_on(void **state) {
    float data[6] = {0};
    NpyArray array;
    const char *path =
        write_npy(*state, "{'descr': '<f4', 'fortran_order': True, 'shape': (6,), }", data, sizeof data);
    assert_true(npy_load(&array, path, NULL));
    npy_free(&array);
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
                              "is in Fortran order, expected C order");
}

static void unsuitable_types_are_named(void **state) {
    assert_dictionary_refused(*state, "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }",
                              "numbers of type <i8");
    assert_dictionary_refused(*state, "{'descr': '>f4', 'fortran_order': False, 'shape': (6,), }",
                              "numbers of type >f4");
    assert_dictionary_refused(*state, "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }",
                              "numbers of type |O");
    assert_dictionary_refused(*state, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }",
                              "records");
}

static void damaged_headers_are_refused(void **state) {
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }",
                              "has 24 bytes of data, its shape needs 28");
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 6), }",
                              "more than 4 dimensions");
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }",
                              "malformed");
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': False, 'shape': (6", "malformed");
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
                              "dimension of");
    assert_dictionary_refused(*state,
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }",
                              "more than 2^30 numbers");
    assert_dictionary_refused(*state, "{'descr': '<f4', 'fortran_order': False}", "names no shape");
    assert_dictionary_refused(*state, "{'fortran_order': False, 'shape': (6,), }", "names no type");
    assert_dictionary_refused(*state, "{'descr': '<f4', 'shape': (6,), }", "names no order");
}

static void files_that_are_no_npy_are_refused(void **state) {
    TempDir *dir = *state;
    assert_refused(temp_dir_write(dir, "a", "", 0), "expected a NumPy .npy file");
    assert_refused(temp_dir_write(dir, "a", "PK\3\4aaaaaaaaaa", 14), "perhaps .npz");
    assert_refused(temp_dir_write(dir, "a", "\x93NUMPY\7\0\0\0\0\0", 12), "version 7");
    assert_refused(temp_dir_write(dir, "a", "\x93NUMPY\1\0\xff\x01{}", 12), "ends inside its header");
    assert_refused(temp_dir_write(dir, "a", "\x93NUMPY\1\0\xff\xff{}", 12), "longer than 10000 bytes");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(arrays_of_every_rank_come_back),
        IN_TEMP_DIR(the_header_is_numpys),
        IN_TEMP_DIR(doubles_are_rounded_to_float32),
        IN_TEMP_DIR(keys_in_another_order_and_spacing_are_read),
        IN_TEMP_DIR(fortran_order_matters_only_from_two_dimensions_on),
        IN_TEMP_DIR(unsuitable_types_are_named),
        IN_TEMP_DIR(damaged_headers_are_refused),
        IN_TEMP_DIR(files_that_are_no_npy_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
