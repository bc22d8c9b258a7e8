/* The one door to stb_image. Give it only what image_guard_check has let through. */
#ifndef CORE_IMAGE_DECODE_H
#define CORE_IMAGE_DECODE_H

#include "core/image/image.h"

/* Fills `out` (heap) from a checked PNG or JPEG; false when the decoder refuses it. */
bool decode_in_process(Image *out, const uint8_t *bytes, size_t size);

/* The same in a child process with limits on memory and time. A decoder that crashes is one sentence. */
bool decode_in_child(Image *out, const uint8_t *bytes, size_t size, const char *label, Error *err);

#endif
