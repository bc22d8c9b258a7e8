/* Any bytes as a picture, for libFuzzer: the guard, and the decoder behind it where it lets them through. The
 * files of tests/golden/files/pictures are its corpus; as an ordinary test they are read by
 * tests/core/image/test_image_files.c. */
#include <stdlib.h>

#include "core/image/decode.h"
#include "core/image/exif.h"
#include "core/image/size.h"

/* What is larger takes time and shows nothing more. */
enum { PIXELS_MAX = 1 << 15 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    DecodeSource source = {.bytes = bytes, .size = size, .label = "x"};
    ImageSize about;
    Image image;
    image_size_memory(&about, bytes, size, "x", NULL);
    exif_orientation(bytes, size);
    if (!image_guard_check(&source.guard, bytes, size, "x", NULL)) return 0;
    if ((int64_t)source.guard.width * source.guard.height > PIXELS_MAX) return 0;
    if (!decode_in_process(&image, &source, NULL)) return 0;
    bool turns = exif_turns(source.guard.orientation);
    if (image.width != (turns ? source.guard.height : source.guard.width)) abort();
    image_free(&image);
    return 0;
}
