#include "core/data/dataset.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

static const char cifar10_names[] = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n";

/* `count` records; record k has the label (first + k) % 10 and pixel bytes that say which record, channel and
 * place it is. */
static Bytes records(int label_bytes, int first, int count) {
    Bytes bytes = {0};
    for (int k = 0; k < count; k++) {
        for (int b = 0; b < label_bytes; b++) bytes_add_u8(&bytes, (first + k) % 10);
        for (int j = 0; j < DATASET_PIXELS; j++)
            bytes_add_u8(&bytes, (first + k) * 3 + j / 1024 * 50 + j % 1024);
    }
    return bytes;
}

static void write_records(TempDir *dir, const char *name, Bytes bytes) {
    temp_dir_write(dir, name, bytes.data, bytes.size);
    bytes_free(&bytes);
}

/* Five files of two images each, one test file of three. */
static void write_cifar10(TempDir *dir) {
    for (int k = 0; k < 5; k++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", k + 1);
        write_records(dir, name, records(1, 2 * k, 2));
    }
    write_records(dir, "test_batch.bin", records(1, 4, 3));
    temp_dir_write(dir, "batches.meta.txt", cifar10_names, sizeof cifar10_names - 1);
}

static Dataset *load(TempDir *dir, DatasetKind kind, DatasetSplit split, int limit) {
    Error err = {0};
    DatasetConfig config = {.kind = kind, .split = split, .directory = dir->path, .limit = limit};
    Dataset *dataset = dataset_load(&config, &err);
    if (!dataset) fail_msg("%s", err.text);
    return dataset;
}

static void assert_refused(const char *directory, DatasetKind kind, DatasetSplit split, const char *reason) {
    Error err = {0};
    assert_null(dataset_load(&(DatasetConfig){.kind = kind, .split = split, .directory = directory}, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void the_training_files_follow_each_other(void **state) {
    write_cifar10(*state);
    Dataset *dataset = load(*state, DATASET_CIFAR10, DATASET_TRAIN, 0);
    assert_int_equal(dataset_count(dataset), 10);
    assert_int_equal(dataset_classes(dataset), 10);
    for (int k = 0; k < 10; k++) {
        assert_int_equal(dataset_label(dataset, k), k);
        assert_int_equal(dataset_pixels(dataset, k)[1024 + 7], (uint8_t)(3 * k + 50 + 7));
    }
    assert_string_equal(dataset_class_names(dataset)[9], "truck");
    dataset_free(dataset);
}

static void the_test_split_is_another_file(void **state) {
    write_cifar10(*state);
    Dataset *dataset = load(*state, DATASET_CIFAR10, DATASET_TEST, 0);
    assert_int_equal(dataset_count(dataset), 3);
    assert_int_equal(dataset_label(dataset, 0), 4);
    dataset_free(dataset);
}

static void a_limit_takes_the_first_images(void **state) {
    write_cifar10(*state);
    Dataset *dataset = load(*state, DATASET_CIFAR10, DATASET_TRAIN, 3);
    assert_int_equal(dataset_count(dataset), 3);
    assert_int_equal(dataset_label(dataset, 2), 2);
    dataset_free(dataset);
}

static void the_official_folder_is_found_in_the_one_above_it(void **state) {
    TempDir *dir = *state;
    TempDir inner;
    snprintf(inner.path, sizeof inner.path, "%.200s/cifar-10-batches-bin", dir->path);
    assert_int_equal(mkdir(inner.path, 0700), 0);
    write_cifar10(&inner);
    Dataset *dataset = load(dir, DATASET_CIFAR10, DATASET_TEST, 0);
    assert_int_equal(dataset_count(dataset), 3);
    dataset_free(dataset);
}

static void cifar100_has_the_fine_label_second(void **state) {
    Bytes names = {0}, bytes = records(2, 0, 1);
    for (int k = 0; k < 100; k++) bytes_add(&names, "name\n", 5);
    temp_dir_write(*state, "fine_label_names.txt", names.data, names.size);
    bytes_free(&names);
    bytes.data[0] = 19;
    bytes.data[1] = 99;
    write_records(*state, "train.bin", bytes);
    Dataset *dataset = load(*state, DATASET_CIFAR100, DATASET_TRAIN, 0);
    assert_int_equal(dataset_label(dataset, 0), 99);
    assert_int_equal(dataset_pixels(dataset, 0)[5], 5);
    dataset_free(dataset);
}

static void sizes_that_are_no_whole_records_are_refused_with_a_hint(void **state) {
    TempDir *dir = *state;
    write_cifar10(dir);
    write_records(dir, "test_batch.bin", records(2, 0, 2));
    assert_refused(dir->path, DATASET_CIFAR10, DATASET_TEST,
                   "is 6148 bytes long, expected a whole number of records of 3073 "
                   "bytes; it looks like CIFAR-100");
    temp_dir_write(dir, "data_batch_3.bin", "x", 1);
    assert_refused(dir->path, DATASET_CIFAR10, DATASET_TRAIN, "data_batch_3.bin: is 1 bytes long");
    temp_dir_write(dir, "data_batch_3.bin", "", 0);
    assert_refused(dir->path, DATASET_CIFAR10, DATASET_TRAIN, "is 0 bytes long");
}

static void labels_out_of_range_are_refused(void **state) {
    TempDir *dir = *state;
    write_cifar10(dir);
    const int bad[] = {10, 255};
    for (int k = 0; k < 2; k++) {
        char reason[80];
        Bytes bytes = records(1, 0, 2);
        bytes.data[3073] = (uint8_t)bad[k];
        write_records(dir, "test_batch.bin", bytes);
        snprintf(reason, sizeof reason, "record 1 has the label %d, expected 0 to 9", bad[k]);
        assert_refused(dir->path, DATASET_CIFAR10, DATASET_TEST, reason);
    }
}

static void other_forms_of_the_data_set_are_recognised(void **state) {
    TempDir *dir = *state;
    assert_refused("cifar-10-binary.tar.gz", DATASET_CIFAR10, DATASET_TEST,
                   "expected a folder or an archive");
    assert_refused(dir->path, DATASET_CIFAR10, DATASET_TEST, "found no test_batch.bin in it");
    temp_dir_write(dir, "batches.meta", "x", 1);
    assert_refused(dir->path, DATASET_CIFAR10, DATASET_TEST, "is the Python version of cifar10");
}

static void a_missing_training_file_is_named(void **state) {
    TempDir *dir = *state;
    write_cifar10(dir);
    assert_int_equal(remove(temp_dir_join(dir, "data_batch_4.bin")), 0);
    assert_refused(dir->path, DATASET_CIFAR10, DATASET_TRAIN, "data_batch_4.bin: cannot be opened");
}

static void the_input_is_channels_last_and_normalised(void **state) {
    write_cifar10(*state);
    Dataset *dataset = load(*state, DATASET_CIFAR10, DATASET_TEST, 0);
    Normalise normalise = dataset_normalise(dataset);
    real input[DATASET_PIXELS];
    dataset_to_input(dataset, 1, &normalise, input);
    const uint8_t *pixels = dataset_pixels(dataset, 1);
    for (int k = 0; k < 1024; k++) {
        for (int c = 0; c < 3; c++) {
            double expected =
                (pixels[c * 1024 + k] / 255.0 - (double)normalise.mean[c]) / (double)normalise.std[c];
            assert_close(input[3 * k + c], expected, 1e-6); /* three float32 operations on values below 3 */
            assert_close(input[3 * k + c], normalise_byte(&normalise, c, pixels[c * 1024 + k]), 0);
        }
    }
    dataset_free(dataset);
}

/* Tells from the bytes of an augmented view how it was cut; -1 when it is no such view. */
static int find_view(const Dataset *dataset, const Normalise *normalise, const real *input) {
    const uint8_t *pixels = dataset_pixels(dataset, 0);
    for (int view = 0; view < 9 * 9 * 2; view++) {
        int row = view / 18 - 4, col = view / 2 % 9 - 4, same = 1;
        for (int k = 0; k < 1024 && same; k++) {
            int y = k / 32 + row, x = (view % 2 ? 31 - k % 32 : k % 32) + col;
            bool inside = y >= 0 && y < 32 && x >= 0 && x < 32;
            same = test_image_byte_of(normalise, 1, input[3 * k + 1]) ==
                   (inside ? pixels[1024 + y * 32 + x] : 0);
        }
        if (same) return view;
    }
    return -1;
}

static void augmentation_takes_every_crop_and_mirror_image(void **state) {
    Rng rng, pixel_rng;
    Normalise normalise = normalise_cifar10();
    Bytes bytes = records(1, 0, 1);
    rng_init(&pixel_rng, 5);
    for (int k = 0; k < DATASET_PIXELS; k++) bytes.data[1 + k] = (uint8_t)(1 + rng_below(&pixel_rng, 255));
    write_records(*state, "test_batch.bin", bytes);
    Dataset *dataset = load(*state, DATASET_CIFAR10, DATASET_TEST, 0);
    int seen[9 * 9 * 2] = {0}, different = 0;
    real input[DATASET_PIXELS];
    rng_init(&rng, 1);
    for (int k = 0; k < 2500; k++) {
        dataset_to_augmented_input(dataset, 0, &normalise, &rng, input);
        int view = find_view(dataset, &normalise, input);
        assert_true(view >= 0);
        different += seen[view]++ == 0;
    }
    assert_int_equal(different,
                     9 * 9 * 2); /* 2500 draws miss one of 162 with probability 3e-5; the seed is fixed */
    dataset_free(dataset);
}

static void data_sets_have_their_usual_names(void **state) {
    (void)state;
    assert_string_equal(dataset_kind_name(DATASET_CIFAR10), "cifar10");
    assert_string_equal(dataset_kind_name(DATASET_CIFAR100), "cifar100");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(the_training_files_follow_each_other),
        IN_TEMP_DIR(the_test_split_is_another_file),
        IN_TEMP_DIR(a_limit_takes_the_first_images),
        IN_TEMP_DIR(the_official_folder_is_found_in_the_one_above_it),
        IN_TEMP_DIR(cifar100_has_the_fine_label_second),
        IN_TEMP_DIR(sizes_that_are_no_whole_records_are_refused_with_a_hint),
        IN_TEMP_DIR(labels_out_of_range_are_refused),
        IN_TEMP_DIR(other_forms_of_the_data_set_are_recognised),
        IN_TEMP_DIR(a_missing_training_file_is_named),
        IN_TEMP_DIR(the_input_is_channels_last_and_normalised),
        IN_TEMP_DIR(augmentation_takes_every_crop_and_mirror_image),
        cmocka_unit_test(data_sets_have_their_usual_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
