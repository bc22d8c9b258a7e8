#include "app/measure/import_cifar10.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/data/dataset.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_dir.h"

enum { IMAGES = 10, SIDE_PIXELS = 1024 };

static uint8_t pixel_byte(int file, int image, int place, int channel) {
    return (uint8_t)(file * 31 + image * 7 + place + channel * 80);
}

/* A small package: ten images a file, image k of file f has the label (k + f) % 10; file 5 is the test file.
 */
static void write_png(TempDir *dir, const char *name, int file) {
    static uint8_t rgb[IMAGES * SIDE_PIXELS * 3];
    for (int k = 0; k < IMAGES * SIDE_PIXELS * 3; k++) {
        rgb[k] = pixel_byte(file, k / 3 / SIDE_PIXELS, k / 3 % SIDE_PIXELS, k % 3);
    }
    Bytes png = bytes_png(SIDE_PIXELS, IMAGES, rgb);
    temp_dir_write(dir, name, png.data, png.size);
    bytes_free(&png);
}

static void write_package(TempDir *dir) {
    char train[256] = "[", name[32];
    for (int k = 0; k < 50; k++) {
        snprintf(train + strlen(train), 8, "%s%d", k > 0 ? "," : "", (k % 10 + k / 10) % 10);
    }
    strcat(train, "]");
    temp_dir_write(dir, "train_lables.json", train, strlen(train));
    temp_dir_write(dir, "test_lables.json", "[5,6,7,8,9,0,1,2,3,4]", 21);
    for (int file = 0; file < 5; file++) {
        snprintf(name, sizeof name, "data_batch_%d.png", file + 1);
        write_png(dir, name, file);
    }
    write_png(dir, "test_batch.png", 5);
}

static void assert_refused(TempDir *dir, const char *reason) {
    Error err = {0};
    char dest[TEMP_PATH_MAX];
    snprintf(dest, sizeof dest, "%s/out", dir->path);
    assert_false(import_cifar10(dir->path, dest, &err));
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void assert_split(const char *directory, DatasetSplit split, int first_file, int count) {
    Error err = {0};
    Dataset *dataset = dataset_load(&(DatasetConfig){.directory = directory, .split = split}, &err);
    if (!dataset) fail_msg("%s", err.text);
    assert_int_equal(dataset_count(dataset), count);
    for (int k = 0; k < count; k++) {
        int file = first_file + k / IMAGES, image = k % IMAGES;
        assert_int_equal(dataset_label(dataset, k), (image + file) % 10);
        for (int c = 0; c < 3; c++) {
            assert_int_equal(dataset_pixels(dataset, k)[c * SIDE_PIXELS + 777],
                             pixel_byte(file, image, 777, c));
        }
    }
    dataset_free(dataset);
}

static void a_package_becomes_a_data_set_that_loads(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char dest[TEMP_PATH_MAX];
    write_package(dir);
    snprintf(dest, sizeof dest, "%s/out", dir->path);
    if (!import_cifar10(dir->path, dest, &err)) fail_msg("%s", err.text);
    assert_split(dest, DATASET_TRAIN, 0, 50);
    assert_split(dest, DATASET_TEST, 5, 10);
}

static void a_missing_picture_is_named(void **state) {
    write_package(*state);
    assert_int_equal(unlink(temp_dir_join(*state, "data_batch_3.png")), 0);
    assert_refused(*state, "data_batch_3.png: cannot be opened");
}

static void labels_that_do_not_fit_are_refused(void **state) {
    TempDir *dir = *state;
    write_package(dir);
    temp_dir_write(dir, "test_lables.json", "[5,6,7,8,9,0,1,2,3,3]", 21);
    assert_refused(dir, "label 3 occurs 2 times among 10");
    temp_dir_write(dir, "test_lables.json", "[5,6,7,8,9,0,1,2,3,10]", 22);
    assert_refused(dir, "label 9 is no integer from 0 to 9");
    temp_dir_write(dir, "test_lables.json", "{}", 2);
    assert_refused(dir, "expected a JSON list of labels");
    temp_dir_write(dir, "test_lables.json", "[1,", 3);
    assert_refused(dir, "is no JSON");
    temp_dir_write(dir, "test_lables.json", "[5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4]", 41);
    assert_refused(dir, "is 1024 x 10 pixels, expected 1024 x 20");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_package_becomes_a_data_set_that_loads),
        IN_TEMP_DIR(a_missing_picture_is_named),
        IN_TEMP_DIR(labels_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
