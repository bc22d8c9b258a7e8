/* Bytes of anyone's making, opened as weights in every way: what must never crash, hang or take much memory. */
#ifndef TESTS_SUPPORT_FUZZ_CHECKPOINT_H
#define TESTS_SUPPORT_FUZZ_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

/* As a file, and as the pickle in a zip archive that has three storages. */
void fuzz_checkpoint(const uint8_t *bytes, size_t size);

#endif
