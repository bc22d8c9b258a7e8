#include "core/format/zip.h"

#include <string.h>

#include "core/base/checksum.h"
#include "tests/support/assert_close.h"
#include "tests/support/zip_file.h"

static void assert_bytes_refused(Bytes bytes, const char *reason) {
    Error err = {0};
    Zip zip;
    Arena *arena = arena_new();
    Source source = source_of_memory(bytes.data, bytes.size, "x");
    assert_false(zip_open(&zip, &source, arena, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
    arena_free(arena);
}

/* Two entries, the first of which is deflated. */
static ZipFile two_entries(void) {
    static const char zeros[1000];
    ZipFile file = {0};
    zip_file_deflate(zip_file_add(&file, "b/zeros", zeros, sizeof zeros));
    zip_file_add(&file, "a", "hello", 5);
    return file;
}

static void assert_refused(ZipFile *file, const char *reason) {
    Bytes bytes = zip_file_bytes(file);
    assert_bytes_refused(bytes, reason);
    bytes_free(&bytes);
    zip_file_free(file);
}

static void entries_are_found_by_name_and_inflated(void **state) {
    (void)state;
    ZipFile file = two_entries();
    Bytes bytes = zip_file_bytes(&file);
    Source source = source_of_memory(bytes.data, bytes.size, "x");
    Arena *arena = arena_new();
    Error err = {0};
    Zip zip;
    uint8_t out[1000];
    assert_true(zip_open(&zip, &source, arena, &err));
    assert_int_equal(zip.count, 2);
    assert_null(zip_find(&zip, "b"));
    const ZipEntry *hello = zip_find(&zip, "a"), *zeros = zip_find(&zip, "b/zeros");
    assert_true(zip_read(&source, hello, out, &err));
    assert_memory_equal(out, "hello", 5);
    memset(out, 1, sizeof out);
    assert_true(zeros->deflated && zeros->size == 1000 && zeros->stored < 100);
    assert_true(zip_read(&source, zeros, out, &err));
    for (int k = 0; k < 1000; k++) assert_int_equal(out[k], 0);
    assert_int_equal(checksum_crc32(0, out, 1000), zeros->crc);
    arena_free(arena);
    bytes_free(&bytes);
    zip_file_free(&file);
}

static void an_archive_that_is_cut_or_goes_on_is_refused(void **state) {
    (void)state;
    ZipFile file = two_entries();
    Bytes bytes = zip_file_bytes(&file);
    for (size_t cut = 0; cut < bytes.size; cut++)
        assert_bytes_refused((Bytes){.data = bytes.data, .size = cut}, "is a damaged zip archive");
    bytes_add(&bytes, "x", 1);
    assert_bytes_refused(bytes, "something follows");
    bytes_free(&bytes);
    zip_file_free(&file);
}

static void what_the_two_headers_say_must_be_the_same(void **state) {
    (void)state;
    ZipFile file = two_entries();
    file.entries[1].local_name = "z";
    assert_refused(&file, "'a' is another one by its own header");
    static const size_t fields[] = {6 /* encrypted */, 8 /* method */, 14 /* checksum */, 18, 22 /* sizes */};
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        file = two_entries();
        Bytes bytes = zip_file_bytes(&file);
        bytes.data[file.entries[1].place + fields[k]] ^= 1;
        assert_bytes_refused(bytes, "is another one by its own header");
        bytes_free(&bytes);
        zip_file_free(&file);
    }
}

static void what_cannot_be_read_rightly_is_refused(void **state) {
    (void)state;
    ZipFile file = two_entries();
    file.entries[0].flags = 1;
    assert_refused(&file, "'b/zeros' is encrypted");
    file = two_entries();
    file.entries[0].flags = 1 << 5;
    assert_refused(&file, "'b/zeros' has flags that nothing here knows");
    file = two_entries();
    file.entries[0].method = 99;
    assert_refused(&file, "'b/zeros' is compressed by another method");
    file = two_entries();
    file.entries[1].size = 6;
    assert_refused(&file, "'a' is stored in another size");
    file = two_entries();
    file.entries[0].size = 1 << 30;
    assert_refused(&file, "'b/zeros' claims to be larger than its data can be");
    file = two_entries();
    file.entries[0].name = "a";
    assert_refused(&file, "'a' appears twice");
    file = two_entries();
    file.entries[0].name = "";
    assert_refused(&file, "no name");
}

/* Bytes of the directory's second entry, from its beginning on, and of the end record. */
static void bend(size_t from_end, int value, const char *reason) {
    ZipFile file = two_entries();
    Bytes bytes = zip_file_bytes(&file);
    bytes.data[bytes.size - from_end] = (uint8_t)value;
    assert_bytes_refused(bytes, reason);
    bytes_free(&bytes);
    zip_file_free(&file);
}

static void a_directory_that_lies_is_refused(void **state) {
    (void)state;
    enum { END = 22, ENTRY = END + 46 + 1 };
    bend(END - 4, 1, "one of several parts");
    bend(END - 8, 9, "one of several parts");
    bend(END - 12, 1, "its directory does not end where");
    bend(END - 16, 1, "its directory does not end where");
    bend(END - 20, 1, "something follows");
    bend(ENTRY - 42, 0, "'a' is another one by its own header"); /* where its header is */
    bend(ENTRY - 44, 200, "'a' begins outside");
    bend(ENTRY - 28, 200, "is cut off"); /* the length of its name */
    bend(ENTRY - 34, 1, "has sizes that cannot be read");
}

static void an_entry_inflates_to_its_size_and_no_further(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 999, 1001};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        ZipFile file = two_entries();
        file.entries[0].size = sizes[k];
        Bytes bytes = zip_file_bytes(&file);
        Source source = source_of_memory(bytes.data, bytes.size, "x");
        Arena *arena = arena_new();
        Error err = {0};
        Zip zip;
        uint8_t out[1001 + 8];
        memset(out, 7, sizeof out);
        assert_true(zip_open(&zip, &source, arena, &err));
        assert_false(zip_read(&source, zip_find(&zip, "b/zeros"), out, &err));
        assert_non_null(strstr(err.text, "'b/zeros' does not inflate to what it should"));
        for (int j = 0; j < 8; j++) assert_int_equal(out[sizes[k] + (size_t)j], 7);
        arena_free(arena);
        bytes_free(&bytes);
        zip_file_free(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found_by_name_and_inflated),
        cmocka_unit_test(an_archive_that_is_cut_or_goes_on_is_refused),
        cmocka_unit_test(what_the_two_headers_say_must_be_the_same),
        cmocka_unit_test(what_cannot_be_read_rightly_is_refused),
        cmocka_unit_test(a_directory_that_lies_is_refused),
        cmocka_unit_test(an_entry_inflates_to_its_size_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
