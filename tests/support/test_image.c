#include "tests/support/test_image.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/data/dataset.h"
#include "core/image/image.h"
#include "tests/support/assert_close.h"

const char *test_image_write(TempDir *dir, const char *name, unsigned seed) {
    Error err = {0};
    Image image = {0};
    Rng rng;
    rng_init(&rng, seed);
    assert_true(image_alloc(&image, DATASET_SIDE, DATASET_SIDE, &err));
    for (int k = 0; k < DATASET_PIXELS; k++) image.rgb[k] = (uint8_t)rng_below(&rng, 256);
    const char *path = temp_dir_join(dir, name);
    if (!image_save_png(&image, path, &err)) fail_msg("%s", err.text);
    image_free(&image);
    return path;
}

/* Noise around a brightness that tells the label. */
static void write_batch(TempDir *dir, const char *name, int count, uint64_t seed) {
    size_t record = 1 + DATASET_PIXELS, size = record * (size_t)count;
    uint8_t *bytes = malloc(size);
    Rng rng;
    rng_init(&rng, seed);
    assert_non_null(bytes);
    for (int n = 0; n < count; n++) {
        uint8_t *at = bytes + record * (size_t)n;
        at[0] = (uint8_t)rng_below(&rng, 10);
        for (int k = 1; k <= DATASET_PIXELS; k++) at[k] = (uint8_t)(20 * at[0] + rng_below(&rng, 60));
    }
    temp_dir_write(dir, name, bytes, size);
    free(bytes);
}

void test_image_write_cifar10(TempDir *dir, int train, int test) {
    static const char names[] = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n";
    for (int k = 1; k <= 5; k++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", k);
        write_batch(dir, name, train, (uint64_t)k);
    }
    write_batch(dir, "test_batch.bin", test, 6);
    temp_dir_write(dir, "batches.meta.txt", names, sizeof names - 1);
}

uint8_t test_image_byte_of(const Normalise *normalise, int channel, real value) {
    double byte = ((double)value * (double)normalise->std[channel] + (double)normalise->mean[channel]) * 255;
    return (uint8_t)lround(fmax(0, fmin(255, byte)));
}

Image test_image_by_formula(int width, int height) {
    Image image;
    assert_true(image_alloc(&image, width, height, NULL));
    uint8_t *out = image.rgb;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++) *out++ = (uint8_t)(x * (7 + c) + y * (3 + 5 * c) + x * y);
    return image;
}
