/* Folders of pictures, a class a folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/parallel.h"
#include "core/data/dataset.h"
#include "core/image/image.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_dir.h"

static void make_folder(TempDir *dir, const char *name) {
    assert_int_equal(mkdir(temp_dir_join(dir, name), 0700), 0);
}

/* 40x32 pixels, whose red says which picture it is and whose green says the column. */
static void write_picture(TempDir *dir, const char *name, int number) {
    uint8_t rgb[3 * 40 * 32];
    for (int k = 0; k < 40 * 32; k++) {
        rgb[3 * k] = (uint8_t)number;
        rgb[3 * k + 1] = (uint8_t)(k % 40);
        rgb[3 * k + 2] = 200;
    }
    Bytes png = bytes_png(40, 32, rgb);
    temp_dir_write(dir, name, png.data, png.size);
    bytes_free(&png);
}

/* Two classes in train, of three and two pictures, and one picture in test. */
static void write_folder(TempDir *dir) {
    static const char *const folders[] = {"train", "train/b", "train/B", "train/b/deep", "test", "test/b"};
    for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) make_folder(dir, folders[k]);
    write_picture(dir, "train/b/deep/0.PNG", 12);
    write_picture(dir, "train/b/10.png", 10);
    write_picture(dir, "train/b/9.png", 11);
    write_picture(dir, "train/B/x.png", 1);
    write_picture(dir, "train/B/y.jpeg", 2); /* its content counts */
    write_picture(dir, "train/B/.hidden.png", 77);
    write_picture(dir, "test/b/t.png", 20);
}

static DatasetConfig config_of(const TempDir *dir, DatasetSplit split) {
    return (DatasetConfig){.kind = DATASET_FOLDER, .split = split, .directory = dir->path};
}

static Dataset *load(DatasetConfig config) {
    Error err = {0};
    Dataset *dataset = dataset_load(&config, &err);
    if (!dataset) fail_msg("%s", err.text);
    return dataset;
}

static void assert_refused(const TempDir *dir, DatasetSplit split, const char *reason) {
    Error err = {0};
    DatasetConfig config = config_of(dir, split);
    assert_null(dataset_load(&config, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static int number_of(const Dataset *dataset, int index) {
    return dataset_pixels(dataset, index)[0];
}

/* "B" before "b", "10.png" before "9.png" before "deep": bytes count, not a locale and not numbers. */
static void classes_and_pictures_come_in_the_order_of_their_bytes_in_turns(void **state) {
    static const int numbers[] = {1, 10, 2, 11, 12}, labels[] = {0, 1, 0, 1, 1};
    write_folder(*state);
    Dataset *dataset = load(config_of(*state, DATASET_TRAIN));
    assert_int_equal(dataset_classes(dataset), 2);
    assert_string_equal(dataset_class_names(dataset)[0], "B");
    assert_string_equal(dataset_class_names(dataset)[1], "b");
    assert_int_equal(dataset_count(dataset), 5);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(number_of(dataset, k), numbers[k]);
        assert_int_equal(dataset_label(dataset, k), labels[k]);
    }
    assert_string_equal(dataset_notice(dataset), "");
    dataset_free(dataset);
    DatasetConfig few = config_of(*state, DATASET_TRAIN);
    few.limit = 3;
    dataset = load(few);
    assert_int_equal(dataset_count(dataset), 3);
    assert_int_equal(number_of(dataset, 2), 2);
    dataset_free(dataset);
}

static void test_pictures_are_numbered_as_the_training_classes(void **state) {
    TempDir *dir = *state;
    write_folder(dir);
    Dataset *dataset = load(config_of(dir, DATASET_TEST));
    assert_int_equal(dataset_count(dataset), 1);
    assert_int_equal(dataset_label(dataset, 0), 1);
    assert_int_equal(number_of(dataset, 0), 20);
    dataset_free(dataset);
    make_folder(dir, "test/other");
    assert_refused(dir, DATASET_TEST, "/test/other: is a class that");
    rmdir(temp_dir_join(dir, "test/other"));
    char from[TEMP_PATH_MAX];
    strcpy(from, temp_dir_join(dir, "test"));
    assert_int_equal(rename(from, temp_dir_join(dir, "val")), 0);
    dataset = load(config_of(dir, DATASET_TEST));
    assert_int_equal(number_of(dataset, 0), 20);
    dataset_free(dataset);
}

/* As torchvision does it: 40x32 scaled to 32 by its short side stays, and the middle 32 columns are cut out; for a
 * network of 224 pixels the short side becomes 256. */
static void pictures_are_scaled_to_what_the_network_reads(void **state) {
    Image image, square;
    write_folder(*state);
    Dataset *dataset = load(config_of(*state, DATASET_TRAIN));
    for (int x = 0; x < 32; x++) assert_int_equal(dataset_pixels(dataset, 0)[1024 + 32 * 7 + x], x + 4);
    dataset_free(dataset);
    DatasetConfig large = config_of(*state, DATASET_TRAIN);
    large.side = 224;
    dataset = load(large);
    assert_int_equal(dataset_shape(dataset).h, 224);
    assert_true(image_load(&image, temp_dir_join(*state, "train/B/x.png"), NULL));
    assert_true(image_crop(&square, &image, 224, NULL));
    for (int k = 0; k < 224 * 224; k++)
        for (int c = 0; c < 3; c++)
            assert_int_equal(dataset_pixels(dataset, 0)[c * 224 * 224 + k], square.rgb[3 * k + c]);
    assert_close(dataset_normalise(dataset).mean[0], normalise_imagenet().mean[0], 0);
    image_free(&image);
    image_free(&square);
    dataset_free(dataset);
}

/* Twelve pictures of one class and three of the other, without train and test. */
static void write_undivided(TempDir *dir) {
    make_folder(dir, "a");
    make_folder(dir, "z");
    for (int k = 0; k < 15; k++) {
        char name[32];
        snprintf(name, sizeof name, "%s/%02d.png", k < 12 ? "a" : "z", k);
        write_picture(dir, name, k);
    }
}

static void some_pictures_of_each_class_are_held_out_by_the_seed(void **state) {
    TempDir *dir = *state;
    int tests[2][15] = {{0}}, differ = 0;
    write_undivided(dir);
    for (int seed = 0; seed < 2; seed++) {
        int seen[15] = {0};
        for (int split = 0; split < 2; split++) {
            DatasetConfig config = config_of(dir, (DatasetSplit)split);
            config.seed = (unsigned long long)seed;
            Dataset *dataset = load(config);
            /* One in five, at least one: 2 of 12 and 1 of 3. */
            assert_int_equal(dataset_count(dataset), split == DATASET_TEST ? 3 : 12);
            for (int k = 0; k < dataset_count(dataset); k++) {
                seen[number_of(dataset, k)]++;
                tests[seed][number_of(dataset, k)] = split == DATASET_TEST;
            }
            assert_non_null(
                strstr(dataset_notice(dataset), "one in 5 pictures is for testing, drawn by seed"));
            dataset_free(dataset);
        }
        for (int k = 0; k < 15; k++) assert_int_equal(seen[k], 1);
    }
    for (int k = 0; k < 15; k++) differ += tests[0][k] != tests[1][k];
    assert_true(differ > 0);
}

static void what_is_no_picture_is_left_out_and_counted(void **state) {
    TempDir *dir = *state;
    write_folder(dir);
    temp_dir_write(dir, "train/b/notes.txt", "x", 1);
    temp_dir_write(dir, "train/B/Thumbs.db", "x", 1);
    temp_dir_write(dir, "train/README", "x", 1);
    write_picture(dir, "train/b/z.WebP", 3);
    Dataset *dataset = load(config_of(dir, DATASET_TRAIN));
    assert_int_equal(dataset_count(dataset), 6);
    assert_non_null(strstr(dataset_notice(dataset), "2 files of other kinds than pictures left out"));
    dataset_free(dataset);
}

/* Of several the first one, with any number of threads. */
static void a_picture_that_cannot_be_read_is_named(void **state) {
    TempDir *dir = *state;
    write_folder(dir);
    temp_dir_write(dir, "train/b/a.png", "\x89PNG\r\n\x1a\n and no more", 20);
    temp_dir_write(dir, "train/B/y.jpeg", "neither", 7);
    for (int threads = 1; threads < 4; threads++) {
        parallel_set_threads(threads);
        assert_refused(dir, DATASET_TRAIN, "/train/B/y.jpeg: ");
    }
    assert_int_equal(unlink(temp_dir_join(dir, "train/B/y.jpeg")), 0);
    assert_refused(dir, DATASET_TRAIN, "/train/b/a.png: ");
}

static void pipes_loops_and_dangling_links_are_refused(void **state) {
    TempDir *dir = *state;
    write_folder(dir);
    assert_int_equal(mkfifo(temp_dir_join(dir, "train/b/p.png"), 0600), 0);
    assert_refused(dir, DATASET_TRAIN, "/train/b/p.png: expected a picture, found a pipe");
    unlink(temp_dir_join(dir, "train/b/p.png"));
    assert_int_equal(symlink("..", temp_dir_join(dir, "train/b/up")), 0);
    assert_refused(dir, DATASET_TRAIN, "folders lie more than");
    unlink(temp_dir_join(dir, "train/b/up"));
    assert_int_equal(symlink("nowhere.png", temp_dir_join(dir, "train/b/link.png")), 0);
    assert_refused(dir, DATASET_TRAIN, "/train/b/link.png: cannot be opened");
    unlink(temp_dir_join(dir, "train/b/link.png"));
    assert_int_equal(symlink("9.png", temp_dir_join(dir, "train/b/link.png")), 0);
    Dataset *dataset = load(config_of(dir, DATASET_TRAIN));
    assert_int_equal(dataset_count(dataset), 6);
    dataset_free(dataset);
}

static void folders_without_classes_or_pictures_are_refused(void **state) {
    TempDir *dir = *state, missing = {.path = "/no/such/folder"};
    assert_refused(&missing, DATASET_TRAIN, "expected a folder of pictures, found none");
    assert_refused(dir, DATASET_TRAIN, "expected a folder for each class, 2 to 100000 of them, found 0");
    make_folder(dir, "train");
    make_folder(dir, "train/one");
    assert_refused(dir, DATASET_TRAIN, "found 1");
    make_folder(dir, "train/two");
    assert_refused(dir, DATASET_TRAIN, "train/one: expected pictures of this class");
    make_folder(dir, "train/t\nhree");
    assert_refused(dir, DATASET_TRAIN, "its name cannot be that of a class");
}

static void pictures_for_testing_alone_can_only_test(void **state) {
    TempDir *dir = *state;
    make_folder(dir, "val");
    make_folder(dir, "val/a");
    make_folder(dir, "val/z");
    write_picture(dir, "val/a/1.png", 1);
    write_picture(dir, "val/z/2.png", 2);
    assert_refused(dir, DATASET_TRAIN, "but no folder train");
    Dataset *dataset = load(config_of(dir, DATASET_TEST));
    assert_int_equal(dataset_count(dataset), 2);
    dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(classes_and_pictures_come_in_the_order_of_their_bytes_in_turns),
        IN_TEMP_DIR(test_pictures_are_numbered_as_the_training_classes),
        IN_TEMP_DIR(pictures_are_scaled_to_what_the_network_reads),
        IN_TEMP_DIR(some_pictures_of_each_class_are_held_out_by_the_seed),
        IN_TEMP_DIR(what_is_no_picture_is_left_out_and_counted),
        IN_TEMP_DIR(a_picture_that_cannot_be_read_is_named),
        IN_TEMP_DIR(pipes_loops_and_dangling_links_are_refused),
        IN_TEMP_DIR(folders_without_classes_or_pictures_are_refused),
        IN_TEMP_DIR(pictures_for_testing_alone_can_only_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
