/* CIFAR's archives, read as they are, and what is wrong with others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/dataset.h"
#include "tests/support/archive_bytes.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

static const char names10[] = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

/* Record k of a file of `count`: its number says label and pixels. */
static Bytes records(int label_bytes, int first, int count) {
    Bytes bytes = {0};
    for (int k = first; k < first + count; k++) {
        if (label_bytes == 2) bytes_add_u8(&bytes, k % 20);
        bytes_add_u8(&bytes, label_bytes == 2 ? 99 - k : k % 10);
        for (int j = 0; j < DATASET_PIXELS; j++) bytes_add_u8(&bytes, 7 * k + j / 1024 * 50 + j % 1024);
    }
    return bytes;
}

static void add_records(Bytes *tar, const char *name, Bytes bytes) {
    archive_add(tar, (TarEntry){.name = name, .data = bytes.data, .size = bytes.size});
    bytes_free(&bytes);
}

/* As the official one: not in the order of the names, a folder first, a page nobody needs. Two images a file. */
static Bytes cifar10(void) {
    static const int order[] = {1, 3, 4, 5, 2};
    Bytes tar = {0};
    archive_add(&tar, (TarEntry){.name = "cifar-10-batches-bin/", .type = '5'});
    for (int k = 0; k < 5; k++) {
        char name[64];
        snprintf(name, sizeof name, "cifar-10-batches-bin/data_batch_%d.bin", order[k]);
        add_records(&tar, name, records(1, 2 * (order[k] - 1), 2));
        if (k == 1)
            archive_add(&tar, (TarEntry){.name = "cifar-10-batches-bin/batches.meta.txt",
                                         .data = names10,
                                         .size = sizeof names10 - 1});
    }
    archive_add(&tar, (TarEntry){.name = "cifar-10-batches-bin/readme.html", .data = "<html>", .size = 6});
    add_records(&tar, "cifar-10-batches-bin/test_batch.bin", records(1, 4, 3));
    archive_end(&tar);
    return tar;
}

static Bytes cifar100(void) {
    Bytes tar = {0}, names = {0};
    for (int k = 0; k < 100; k++) {
        char line[16];
        bytes_add(&names, line, (size_t)snprintf(line, sizeof line, "name %d\n", k));
    }
    add_records(&tar, "cifar-100-binary/train.bin", records(2, 0, 5));
    add_records(&tar, "cifar-100-binary/test.bin", records(2, 30, 2));
    archive_add(
        &tar,
        (TarEntry){.name = "cifar-100-binary/fine_label_names.txt", .data = names.data, .size = names.size});
    bytes_free(&names);
    archive_end(&tar);
    return tar;
}

/* Writes it through gzip; takes the bytes. */
static const char *write_packed(TempDir *dir, const char *name, Bytes tar) {
    Bytes packed = archive_gzip(&tar);
    const char *path = temp_dir_write(dir, name, packed.data, packed.size);
    bytes_free(&packed);
    bytes_free(&tar);
    return path;
}

static Dataset *load(const char *path, DatasetKind kind, DatasetSplit split, int limit) {
    Error err = {0};
    DatasetConfig config = {.kind = kind, .split = split, .directory = path, .limit = limit};
    Dataset *dataset = dataset_load(&config, &err);
    if (!dataset) fail_msg("%s", err.text);
    return dataset;
}

static void assert_refused(const char *path, DatasetKind kind, const char *reason) {
    Error err = {0};
    assert_null(
        dataset_load(&(DatasetConfig){.kind = kind, .split = DATASET_TRAIN, .directory = path}, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void assert_pictures(const Dataset *dataset, int first, int count) {
    assert_int_equal(dataset_count(dataset), count);
    for (int k = 0; k < count; k++) {
        assert_int_equal(dataset_label(dataset, k), (first + k) % 10);
        assert_int_equal(dataset_pixels(dataset, k)[2048 + 9], (uint8_t)(7 * (first + k) + 100 + 9));
    }
}

static void the_pictures_come_in_the_order_of_the_files_names(void **state) {
    const char *path = write_packed(*state, "c.tar.gz", cifar10());
    Dataset *train = load(path, DATASET_CIFAR10, DATASET_TRAIN, 0),
            *test = load(path, DATASET_CIFAR10, DATASET_TEST, 0),
            *few = load(path, DATASET_CIFAR10, DATASET_TRAIN, 3);
    assert_pictures(train, 0, 10);
    assert_pictures(test, 4, 3);
    assert_pictures(few, 0, 3);
    assert_string_equal(dataset_class_names(train)[9], "truck");
    dataset_free(train);
    dataset_free(test);
    dataset_free(few);
}

static void the_folder_that_holds_the_archive_is_enough(void **state) {
    TempDir *dir = *state;
    DatasetConfig config = {.kind = DATASET_CIFAR10, .split = DATASET_TEST, .directory = dir->path};
    assert_false(dataset_is_there(&config));
    write_packed(dir, "cifar-10-binary.tar.gz", cifar10());
    assert_true(dataset_is_there(&config));
    Dataset *dataset = load(dir->path, DATASET_CIFAR10, DATASET_TEST, 0);
    assert_pictures(dataset, 4, 3);
    dataset_free(dataset);
}

static void cifar100_has_its_archive_too(void **state) {
    const char *path = write_packed(*state, "c.tar.gz", cifar100());
    Dataset *dataset = load(path, DATASET_CIFAR100, DATASET_TRAIN, 0);
    assert_int_equal(dataset_count(dataset), 5);
    assert_int_equal(dataset_classes(dataset), 100);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(dataset_label(dataset, k), 99 - k);
        assert_int_equal(dataset_pixels(dataset, k)[1024], (uint8_t)(7 * k + 50));
    }
    assert_string_equal(dataset_class_names(dataset)[42], "name 42");
    dataset_free(dataset);
}

static void an_archive_that_was_unpacked_by_gzip_alone_is_read(void **state) {
    Bytes tar = cifar10();
    Dataset *dataset =
        load(temp_dir_write(*state, "c.tar", tar.data, tar.size), DATASET_CIFAR10, DATASET_TRAIN, 0);
    assert_pictures(dataset, 0, 10);
    dataset_free(dataset);
    bytes_free(&tar);
}

static void other_archives_and_files_are_named(void **state) {
    TempDir *dir = *state;
    Bytes tar = {0};
    assert_refused(temp_dir_write(dir, "x.tar.gz", "PK\3\4 and so on", 13), DATASET_CIFAR10,
                   "expected a tar archive, found something else");
    assert_refused(
        write_packed(dir, "c.tar.gz", cifar100()), DATASET_CIFAR10,
        "holds no data_batch_1.bin, expected the binary version of cifar10; it looks like CIFAR-100");
    assert_refused(write_packed(dir, "c.tar.gz", cifar10()), DATASET_CIFAR100,
                   "it looks like CIFAR-10 (--dataset");
    archive_add(&tar, (TarEntry){.name = "cifar-10-batches-py/batches.meta", .data = "x", .size = 1});
    archive_end(&tar);
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10, "it is the Python version");
}

static void a_missing_member_is_named_and_so_is_one_that_is_there_twice(void **state) {
    TempDir *dir = *state;
    Bytes tar = {0};
    for (int k = 1; k < 5; k++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", k);
        add_records(&tar, name, records(1, 0, 1));
    }
    Bytes twice = {0};
    bytes_add(&twice, tar.data, tar.size);
    add_records(&twice, "elsewhere/data_batch_1.bin", records(1, 0, 1));
    archive_end(&tar);
    archive_end(&twice);
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10, "holds no data_batch_5.bin");
    assert_refused(write_packed(dir, "c.tar.gz", twice), DATASET_CIFAR10, "data_batch_1.bin: is there twice");
}

static void a_link_in_the_place_of_a_file_is_refused(void **state) {
    static const char types[] = "1234567";
    for (int k = 0; types[k]; k++) {
        Bytes tar = {0};
        archive_add(&tar, (TarEntry){.name = "data_batch_1.bin", .type = types[k], .link = "/etc/passwd"});
        archive_end(&tar);
        assert_refused(write_packed(*state, "c.tar.gz", tar), DATASET_CIFAR10,
                       "data_batch_1.bin: expected a file, found a link or a device");
    }
}

static void sizes_and_labels_that_cannot_be_are_refused(void **state) {
    TempDir *dir = *state;
    Bytes tar = cifar10();
    tar.data[TAR_HEADER + TAR_HEADER + 3073] = 10; /* behind the headers of a folder and of the first file */
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10,
                   "data_batch_1.bin: record 1 has the label 10, expected 0 to 9");
    tar = (Bytes){0};
    archive_add(&tar, (TarEntry){.name = "data_batch_1.bin", .data = "xyz", .size = 3});
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10, "data_batch_1.bin: is 3 bytes long");
    tar = (Bytes){0};
    archive_add(&tar, (TarEntry){.name = "data_batch_1.bin", .size = (size_t)3073 * 1000001});
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10, "at most a million");
    tar = (Bytes){0};
    archive_add(&tar, (TarEntry){.name = "cifar/batches.meta.txt", .size = 2 << 20});
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10,
                   "is 2097152 bytes long, expected 10 names");
    /* 8 GB less one byte is what twelve digits can say; more, GNU tar writes in binary. */
    tar = (Bytes){0};
    archive_add(&tar, (TarEntry){.name = "a", .size = 077777777777});
    archive_add(&tar, (TarEntry){.name = "b", .size = 1});
    tar.data[124] = 0x80;
    archive_sum(&tar, 0);
    assert_refused(write_packed(dir, "c.tar.gz", tar), DATASET_CIFAR10, "larger than any data set");
}

static void damage_is_told_apart_from_an_end_too_early(void **state) {
    TempDir *dir = *state;
    Bytes tar = cifar10(), packed = archive_gzip(&tar);
    tar.data[3] ^= 1;
    assert_refused(temp_dir_write(dir, "c.tar", tar.data, tar.size), DATASET_CIFAR10,
                   "the checksum of the header of member 1 is wrong");
    tar.data[3] ^= 1;
    assert_refused(temp_dir_write(dir, "c.tar", tar.data, 5000), DATASET_CIFAR10, "ends within a member");
    assert_refused(temp_dir_write(dir, "c.tar", tar.data, 512 + 100), DATASET_CIFAR10, "is cut off");
    assert_refused(temp_dir_write(dir, "c.tar.gz", packed.data, packed.size - 5), DATASET_CIFAR10,
                   "is cut off");
    packed.data[packed.size - 6] ^= 1;
    assert_refused(temp_dir_write(dir, "c.tar.gz", packed.data, packed.size), DATASET_CIFAR10, "is damaged");
    bytes_free(&tar);
    bytes_free(&packed);
}

/* Whatever byte is changed: a sentence or a data set, and nothing else; the sanitizers look on. */
static void no_changed_byte_does_harm(void **state) {
    Bytes tar = {0};
    add_records(&tar, "test_batch.bin", records(1, 0, 1));
    archive_end(&tar);
    int refused = 0;
    for (size_t at = 0; at < TAR_HEADER; at++) {
        Error err = {0};
        tar.data[at] ^= 0x41;
        const char *path = temp_dir_write(*state, "c.tar", tar.data, tar.size);
        Dataset *dataset = dataset_load(
            &(DatasetConfig){.kind = DATASET_CIFAR10, .split = DATASET_TEST, .directory = path}, &err);
        refused += !dataset && err.kind == ERROR_FILE;
        dataset_free(dataset);
        tar.data[at] ^= 0x41;
    }
    /* The last byte of the checksum's field is not read: blank or NUL end the digits before it. */
    assert_true(refused >= TAR_HEADER - 2);
    bytes_free(&tar);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(the_pictures_come_in_the_order_of_the_files_names),
        IN_TEMP_DIR(the_folder_that_holds_the_archive_is_enough),
        IN_TEMP_DIR(cifar100_has_its_archive_too),
        IN_TEMP_DIR(an_archive_that_was_unpacked_by_gzip_alone_is_read),
        IN_TEMP_DIR(other_archives_and_files_are_named),
        IN_TEMP_DIR(a_missing_member_is_named_and_so_is_one_that_is_there_twice),
        IN_TEMP_DIR(a_link_in_the_place_of_a_file_is_refused),
        IN_TEMP_DIR(sizes_and_labels_that_cannot_be_are_refused),
        IN_TEMP_DIR(damage_is_told_apart_from_an_end_too_early),
        IN_TEMP_DIR(no_changed_byte_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
