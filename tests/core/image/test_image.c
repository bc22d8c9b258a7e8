#include "core/image/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

static uint32_t checksum(const Image *image) {
    return (uint32_t)crc32(0, image->rgb, (uInt)(3 * image->width * image->height));
}

typedef struct ResizeCase {
    int width, height, new_width, new_height;
    uint32_t crc;
} ResizeCase;

static void scaling_gives_pillows_bytes(void **state) {
    (void)state;
    static const ResizeCase cases[] = {
        {32, 32, 32, 32, 0xa4441fe2},    {61, 43, 20, 31, 0xbec4ac96},     {61, 43, 200, 100, 0x77151e8a},
        {256, 1, 7, 5, 0xb7c8f848},      {1, 300, 3, 20, 0x477b5388},      {300, 200, 300, 77, 0xb90c2a83},
        {300, 200, 33, 200, 0x61e089b3}, {500, 333, 256, 170, 0x9ab54996}, {17, 19, 16, 18, 0x3aa217d5},
        {640, 480, 1, 1, 0x6f72fa47},    {2, 2, 9, 9, 0xd6a8e160},         {999, 7, 13, 100, 0xdd70dc50}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Image in = test_image_by_formula(cases[k].width, cases[k].height), out;
        int width = cases[k].new_width, height = cases[k].new_height;
        ImageWindow whole = {.full_width = width, .full_height = height, .width = width, .height = height};
        assert_true(image_resize_window(&out, &in, whole, NULL));
        assert_int_equal(checksum(&out), cases[k].crc);
        image_free(&in);
        image_free(&out);
    }
}

typedef struct CropCase {
    int width, height, size;
    uint32_t crc;
} CropCase;

static void the_centre_crop_gives_torchvisions_bytes(void **state) {
    (void)state;
    static const CropCase cases[] = {
        {32, 32, 32, 0xa4441fe2},    {61, 43, 32, 0x0ff00e02},    {43, 61, 32, 0xd4f3b933},
        {33, 32, 32, 0xa4441fe2},    {300, 200, 224, 0x2676f39b}, {224, 224, 224, 0xa41fb46f},
        {256, 257, 224, 0x29072ba9}, {500, 375, 224, 0x2394ad19}, {375, 500, 224, 0xc7ffbf75},
        {90, 700, 224, 0xa91e2dd2},  {5000, 7, 224, 0xb892383e},  {1, 1, 224, 0xd2d5321f}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Image in = test_image_by_formula(cases[k].width, cases[k].height), out;
        assert_true(image_crop(&out, &in, cases[k].size, NULL));
        assert_int_equal(out.width, cases[k].size);
        assert_int_equal(checksum(&out), cases[k].crc);
        image_free(&in);
        image_free(&out);
    }
}

static void assert_is_picture(Image *image, int width, int height) {
    Image expected = test_image_by_formula(width, height);
    assert_int_equal(image->width, width);
    assert_int_equal(image->height, height);
    assert_memory_equal(image->rgb, expected.rgb, 3 * (size_t)width * (size_t)height);
    image_free(&expected);
    image_free(image);
}

static void load_golden(Image *image, const char *name) {
    char path[128];
    Error err = {0};
    snprintf(path, sizeof path, "tests/golden/files/%s", name);
    if (!image_load(image, path, &err)) fail_msg("%s", err.text);
}

static void filtered_and_interlaced_pngs_are_decoded_exactly(void **state) {
    (void)state;
    Image image;
    load_golden(&image, "filtered.png");
    assert_is_picture(&image, 21, 13);
    load_golden(&image, "interlaced.png");
    assert_is_picture(&image, 21, 13);
}

static void a_palette_png_is_decoded_as_pillow_does(void **state) {
    (void)state;
    Image image;
    load_golden(&image, "palette.png");
    assert_int_equal(checksum(&image), 0xf30df8ba);
    image_free(&image);
}

static void jpegs_come_close_to_what_they_were_made_from(void **state) {
    (void)state;
    const char *const names[] = {"baseline_420.jpg", "progressive_444.jpg", "cmyk.jpg"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        Image image;
        load_golden(&image, names[k]);
        assert_int_equal(image.width, 45);
        assert_int_equal(image.height, 30);
        for (int j = 0; j < 3 * 45 * 30; j++) {
            int x = j / 3 % 45, y = j / 3 / 45, c = j % 3;
            int expected = 40 + 2 * x + (c == 1 ? 3 * y : 0) + (c == 2 ? 2 * (30 - y) : 0);
            assert_close(image.rgb[j], expected,
                         12); /* quality 95 with subsampled colors; Pillow's own is off by 8 */
        }
        image_free(&image);
    }
}

static void a_gray_jpeg_becomes_three_equal_channels(void **state) {
    (void)state;
    Image image;
    load_golden(&image, "gray.jpg");
    for (int k = 0; k < 45 * 30; k++) {
        assert_int_equal(image.rgb[3 * k], image.rgb[3 * k + 1]);
        assert_int_equal(image.rgb[3 * k], image.rgb[3 * k + 2]);
    }
    image_free(&image);
}

/* A PNG of 2 x 1 pixels with any header. */
typedef struct TinyPng {
    int depth, color;
    const uint8_t *row;
    size_t row_size;
    const char *palette; /* 6 bytes or NULL */
} TinyPng;

static void assert_tiny(TinyPng tiny, const uint8_t expected[6]) {
    Bytes png = {0}, header = {0}, row = {0};
    Image image;
    Error err = {0};
    bytes_add_be32(&header, 2);
    bytes_add_be32(&header, 1);
    bytes_add(&header, (uint8_t[]){(uint8_t)tiny.depth, (uint8_t)tiny.color, 0, 0, 0}, 5);
    bytes_add(&png, "\x89PNG\r\n\x1a\n", 8);
    bytes_add_png_chunk(&png, "IHDR", header.data, header.size);
    if (tiny.palette) bytes_add_png_chunk(&png, "PLTE", tiny.palette, 6);
    bytes_add_u8(&row, 0);
    bytes_add(&row, tiny.row, tiny.row_size);
    bytes_add_png_data(&png, row.data, row.size);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    if (!image_load_memory(&image, png.data, png.size, "tiny", &err)) fail_msg("%s", err.text);
    assert_memory_equal(image.rgb, expected, 6);
    image_free(&image);
    bytes_free(&png);
    bytes_free(&header);
    bytes_free(&row);
}

static void every_pixel_format_becomes_rgb_bytes(void **state) {
    (void)state;
    const uint8_t rgb[] = {1, 2, 3, 4, 5, 6}, gray[] = {7, 7, 7, 9, 9, 9}, ends[] = {255, 255, 255, 0, 0, 0};
    assert_tiny((TinyPng){.depth = 8, .color = 2, .row = rgb, .row_size = 6}, rgb);
    assert_tiny((TinyPng){.depth = 8, .color = 6, .row = (uint8_t[]){1, 2, 3, 0, 4, 5, 6, 99}, .row_size = 8},
                rgb);
    assert_tiny((TinyPng){.depth = 16,
                          .color = 2,
                          .row = (uint8_t[]){1, 200, 2, 1, 3, 0, 4, 255, 5, 5, 6, 6},
                          .row_size = 12},
                rgb);
    assert_tiny((TinyPng){.depth = 8, .color = 0, .row = (uint8_t[]){7, 9}, .row_size = 2}, gray);
    assert_tiny((TinyPng){.depth = 8, .color = 4, .row = (uint8_t[]){7, 0, 9, 255}, .row_size = 4}, gray);
    assert_tiny((TinyPng){.depth = 16, .color = 0, .row = (uint8_t[]){7, 250, 9, 1}, .row_size = 4}, gray);
    assert_tiny((TinyPng){.depth = 1, .color = 0, .row = (uint8_t[]){0x80}, .row_size = 1}, ends);
    assert_tiny(
        (TinyPng){.depth = 1, .color = 3, .row = (uint8_t[]){0x40}, .row_size = 1, .palette = "\1\2\3\4\5\6"},
        rgb);
}

static void a_saved_png_is_loaded_back_byte_for_byte(void **state) {
    const int sizes[][2] = {{1, 1}, {61, 43}, {300, 2}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        Error err = {0};
        Image image = test_image_by_formula(sizes[k][0], sizes[k][1]);
        const char *path = temp_dir_join(*state, "a.png");
        assert_true(image_save_png(&image, path, &err));
        image_free(&image);
        if (!image_load(&image, path, &err)) fail_msg("%s", err.text);
        assert_is_picture(&image, sizes[k][0], sizes[k][1]);
    }
}

static void a_png_that_cannot_be_written_is_an_error(void **state) {
    Error err = {0};
    Image image = test_image_by_formula(4, 4);
    assert_false(image_save_png(&image, temp_dir_join(*state, "no/such/a.png"), &err));
    assert_non_null(strstr(err.text, "No such file or directory"));
    image_free(&image);
}

static void a_refused_file_leaves_an_empty_image(void **state) {
    Error err = {0};
    Image image = {.width = 7};
    assert_false(image_load(&image, temp_dir_write(*state, "a.png", "hello", 5), &err));
    assert_int_equal(image.width, 0);
    assert_null(image.rgb);
    assert_false(image_load(&image, temp_dir_join(*state, "missing.png"), &err));
    assert_null(image.rgb);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scaling_gives_pillows_bytes),
        cmocka_unit_test(the_centre_crop_gives_torchvisions_bytes),
        cmocka_unit_test(filtered_and_interlaced_pngs_are_decoded_exactly),
        cmocka_unit_test(a_palette_png_is_decoded_as_pillow_does),
        cmocka_unit_test(jpegs_come_close_to_what_they_were_made_from),
        cmocka_unit_test(a_gray_jpeg_becomes_three_equal_channels),
        cmocka_unit_test(every_pixel_format_becomes_rgb_bytes),
        IN_TEMP_DIR(a_saved_png_is_loaded_back_byte_for_byte),
        IN_TEMP_DIR(a_png_that_cannot_be_written_is_an_error),
        IN_TEMP_DIR(a_refused_file_leaves_an_empty_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
