#include "core/base/gunzip.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/archive_bytes.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

enum { LENGTH = 3000 };

/* Not compressible to almost nothing, and not the same everywhere. */
static Bytes text(void) {
    Bytes bytes = {0};
    for (int k = 0; k < LENGTH; k++) bytes_add_u8(&bytes, k * k / 7 % 251);
    return bytes;
}

/* Reads all in pieces of that size; false with the sentence of the failure. */
static bool read_pieces(Gunzip *gunzip, size_t piece, Bytes *out, Error *err) {
    uint8_t buffer[512];
    size_t got = piece;
    assert_true(piece <= sizeof buffer);
    while (got == piece) {
        if (!gunzip_read(gunzip, buffer, piece, &got, err)) return false;
        bytes_add(out, buffer, got);
    }
    return true;
}

static void assert_reads(const Bytes *packed, size_t piece, const Bytes *expected) {
    Error err = {0};
    Bytes out = {0};
    Gunzip *gunzip = gunzip_memory(packed->data, packed->size, "packed", &err);
    assert_non_null(gunzip);
    if (!read_pieces(gunzip, piece, &out, &err)) fail_msg("%s", err.text);
    assert_int_equal(out.size, expected->size);
    assert_memory_equal(out.data, expected->data, out.size);
    bytes_free(&out);
    gunzip_free(gunzip);
}

static void assert_damaged(const Bytes *packed, const char *reason) {
    Error err = {0};
    Bytes out = {0};
    Gunzip *gunzip = gunzip_memory(packed->data, packed->size, "packed", &err);
    assert_non_null(gunzip);
    assert_false(read_pieces(gunzip, 100, &out, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
    bytes_free(&out);
    gunzip_free(gunzip);
}

static void what_was_packed_is_read_in_pieces_of_any_size(void **state) {
    static const size_t pieces[] = {1, 7, 500, 512};
    Bytes plain = text(), packed = archive_gzip(&plain);
    (void)state;
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) assert_reads(&packed, pieces[k], &plain);
    bytes_free(&plain);
    bytes_free(&packed);
}

static void members_follow_each_other_and_zeros_at_the_end_are_left_alone(void **state) {
    Bytes plain = text(), packed = archive_gzip(&plain), twice = {0}, both = {0};
    (void)state;
    for (int k = 0; k < 2; k++) {
        bytes_add(&twice, packed.data, packed.size);
        bytes_add(&both, plain.data, plain.size);
    }
    bytes_add_zeros(&twice, 1000);
    assert_reads(&twice, 500, &both);
    bytes_free(&plain);
    bytes_free(&packed);
    bytes_free(&twice);
    bytes_free(&both);
}

static void what_is_not_packed_is_read_as_it_is(void **state) {
    Bytes plain = text();
    Error err = {0};
    uint8_t out[LENGTH + 1];
    size_t got;
    Gunzip *gunzip = gunzip_file(temp_dir_write(*state, "plain", plain.data, plain.size), &err);
    assert_non_null(gunzip);
    assert_true(gunzip_read(gunzip, out, sizeof out, &got, &err));
    assert_int_equal(got, LENGTH);
    assert_memory_equal(out, plain.data, LENGTH);
    gunzip_free(gunzip);
    assert_null(gunzip_file(temp_dir_join(*state, "missing"), &err));
    bytes_free(&plain);
}

static void a_file_cut_off_anywhere_is_refused(void **state) {
    Bytes plain = text(), packed = archive_gzip(&plain);
    (void)state;
    /* Of one byte nobody can tell that it should be gzip. */
    for (size_t size = 2; size < packed.size; size++)
        assert_damaged(&(Bytes){.data = packed.data, .size = size}, "is cut off");
    bytes_free(&plain);
    bytes_free(&packed);
}

static void a_wrong_checksum_length_or_byte_is_refused(void **state) {
    Bytes plain = text(), packed = archive_gzip(&plain);
    (void)state;
    for (size_t from_end = 1; from_end <= 8; from_end++) {
        packed.data[packed.size - from_end] ^= 1;
        assert_damaged(&packed, "is damaged");
        packed.data[packed.size - from_end] ^= 1;
    }
    packed.data[packed.size / 2] ^= 16;
    assert_damaged(&packed, "is damaged");
    bytes_free(&plain);
    bytes_free(&packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_is_read_in_pieces_of_any_size),
        cmocka_unit_test(members_follow_each_other_and_zeros_at_the_end_are_left_alone),
        IN_TEMP_DIR(what_is_not_packed_is_read_as_it_is),
        cmocka_unit_test(a_file_cut_off_anywhere_is_refused),
        cmocka_unit_test(a_wrong_checksum_length_or_byte_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
