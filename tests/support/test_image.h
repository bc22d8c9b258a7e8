/* A small picture for tests: 32x32, from a formula. */
#ifndef TESTS_SUPPORT_TEST_IMAGE_H
#define TESTS_SUPPORT_TEST_IMAGE_H

#include "core/image/image.h"
#include "core/image/normalise.h"
#include "tests/support/temp_dir.h"

/* Writes the PNG into the directory and returns its path. `seed` makes different pictures. */
const char *test_image_write(TempDir *dir, const char *name, unsigned seed);

/* Writes a CIFAR-10 folder in its binary form, `train` images in each of the five batches and `test` in the
 * last: pictures from a formula that depends on the label, so that something can be learnt. */
void test_image_write_cifar10(TempDir *dir, int train, int test);

/* The formula of tests/reference/image_files.py, which made with Pillow the checksums that tests compare with. */
Image test_image_by_formula(int width, int height);

/* The byte that `value` was normalised from, rounded and clamped. */
uint8_t test_image_byte_of(const Normalise *normalise, int channel, real value);

#endif
