/* Pictures of every kind against what Pillow makes of them: tests/golden/files/pictures, made by
 * tests/reference/picture_files.py. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/file.h"
#include "core/image/decode.h"
#include "core/image/exif.h"
#include "core/image/size.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

enum { LIST_MAX = 1 << 16, FILES = 65 };

typedef struct Expected {
    int width, height;
    unsigned crc;
} Expected;

static void assert_pixels(const char *path, ImageExif exif, const Expected *expected) {
    Image image;
    Error err = {0};
    if (!image_load_as(&image, path, exif, &err)) fail_msg("%s", err.text);
    unsigned crc = (unsigned)crc32(0, image.rgb, (uInt)(3 * image.width * image.height));
    if (image.width != expected->width || image.height != expected->height || crc != expected->crc)
        fail_msg("%s: is %d x %d with checksum %08x, Pillow has %d x %d with %08x", path, image.width,
                 image.height, crc, expected->width, expected->height, expected->crc);
    image_free(&image);
}

static void every_kind_has_pillows_pixels(void **state) {
    (void)state;
    size_t size;
    int count = 0;
    char *list = (char *)file_read_all("tests/golden/files/pictures/pixels.txt", LIST_MAX, &size, NULL),
         *rest = list;
    assert_non_null(list);
    for (char *line; (line = strtok_r(rest, "\n", &rest)); count++) {
        char name[64], path[128];
        int orientation;
        Expected as_is, upright;
        assert_int_equal(sscanf(line, "%63s %d %d %d %x %d %d %x", name, &orientation, &as_is.width,
                                &as_is.height, &as_is.crc, &upright.width, &upright.height, &upright.crc),
                         8);
        snprintf(path, sizeof path, "tests/golden/files/pictures/%s", name);
        assert_pixels(path, IMAGE_EXIF_IGNORE, &as_is);
        assert_pixels(path, IMAGE_EXIF_APPLY, &upright);
        ImageSize about;
        assert_true(image_size_file(&about, path, NULL));
        /* The one whose first frame reaches beyond the size that its header gives. */
        if (strcmp(name, "larger.gif") != 0) assert_int_equal(about.width, upright.width);
        if (strcmp(name, "larger.gif") != 0) assert_int_equal(about.height, upright.height);
    }
    assert_int_equal(count, FILES);
    free(list);
}

static void a_pictures_orientation_is_told_whether_it_is_applied_or_not(void **state) {
    (void)state;
    for (int exif = IMAGE_EXIF_APPLY; exif <= IMAGE_EXIF_IGNORE; exif++) {
        Image image;
        assert_true(image_load_as(&image, "tests/golden/files/pictures/exif6.jpg", (ImageExif)exif, NULL));
        assert_int_equal(image.orientation, 6);
        image_free(&image);
    }
}

static void decode_by(DecodeRows *decode, const DecodeSource *source, Image *image) {
    bool turns = exif_turns(source->guard.orientation);
    int width = source->guard.width, height = source->guard.height;
    assert_true(image_alloc(image, turns ? height : width, turns ? width : height, NULL));
    Sheet sheet = {
        .width = width, .height = height, .orientation = source->guard.orientation, .rgb = image->rgb};
    if (!decode(&sheet, source->bytes, source->size)) fail_msg("%s: not decoded", source->label);
    sheet_end(&sheet);
}

/* Which of the two decodes a PNG is only a matter of its size. */
static void both_decoders_of_png_give_the_same_bytes(void **state) {
    (void)state;
    static const char *const names[] = {"1bit.png",  "gray16.png", "la.png",    "palette_hole.png",
                                        "rgb16.png", "rgba.png",   "turned.png"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char path[128];
        Image small, large;
        DecodeSource source = {.label = names[k]};
        snprintf(path, sizeof path, "tests/golden/files/pictures/%s", names[k]);
        uint8_t *bytes = file_read_all(path, LIST_MAX, &source.size, NULL);
        assert_non_null(bytes);
        source.bytes = bytes;
        assert_true(image_guard_check(&source.guard, bytes, source.size, names[k], NULL));
        decode_by(decode_stb_png, &source, &small);
        decode_by(decode_large_png, &source, &large);
        if (memcmp(small.rgb, large.rgb, 3 * (size_t)small.width * (size_t)small.height) != 0)
            fail_msg("%s: the decoders differ", names[k]);
        image_free(&small);
        image_free(&large);
        free(bytes);
    }
}

/* Each file is cut at many places and is changed at many: none of it may be more than a refusal. */
static void cut_and_changed_files_are_refused_or_decoded(void **state) {
    static const char *const names[] = {"offset.webp", "lossless.webp", "interlaced.gif", "rle8.bmp",
                                        "4.bmp",       "565.bmp",       "p2.pgm",         "p6.ppm"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char path[128];
        size_t size;
        snprintf(path, sizeof path, "tests/golden/files/pictures/%s", names[k]);
        uint8_t *bytes = file_read_all(path, LIST_MAX, &size, NULL);
        assert_non_null(bytes);
        for (size_t at = 0; at < size; at += 1 + size / 60) {
            Image image;
            Error err = {0};
            uint8_t before = bytes[at];
            bytes[at] ^= (uint8_t)(1u << at % 8);
            if (image_load(&image, temp_dir_write(*state, "x", bytes, size), &err)) image_free(&image);
            if (image_load(&image, temp_dir_write(*state, "x", bytes, at), &err)) image_free(&image);
            if (strstr(err.text, "decoder failed")) fail_msg("%s, byte %zu: %s", names[k], at, err.text);
            bytes[at] = before;
        }
        free(bytes);
    }
}

/* Bytes that are not there: the child dies of it. */
static void a_decoder_that_crashes_is_one_sentence(void **state) {
    (void)state;
    Image image;
    Error err = {0};
    DecodeSource source = {
        .size = 100, .label = "bad.ppm", .guard = {.kind = IMAGE_KIND_PNM, .width = 8, .height = 8}};
    int stderr_before = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO); /* a sanitizer says more than is wanted here */
    bool good = decode_in_child(&image, &source, &err);
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    close(nowhere);
    assert_false(good);
    assert_string_equal(err.text, "bad.ppm: the picture decoder failed on this file");
    assert_null(image.rgb);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_pillows_pixels),
        cmocka_unit_test(both_decoders_of_png_give_the_same_bytes),
        cmocka_unit_test(a_pictures_orientation_is_told_whether_it_is_applied_or_not),
        cmocka_unit_test(a_decoder_that_crashes_is_one_sentence),
        IN_TEMP_DIR(cut_and_changed_files_are_refused_or_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
