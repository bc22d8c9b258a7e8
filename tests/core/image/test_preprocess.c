#include "core/image/preprocess.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/support/assert_close.h"
#include "tests/support/test_image.h"

typedef struct InputCase {
    int width, height, resize, resize_height, crop;
    ImageFilter filter;
    int gray;
    uint32_t crc;
} InputCase;

/* What the network reads, brought back to the bytes that it was made of. */
static uint32_t checksum_of_input(const InputCase *wanted) {
    Preprocess preprocess = preprocess_guess(wanted->crop, 10);
    preprocess.resize = wanted->resize;
    preprocess.resize_height = wanted->resize_height;
    preprocess.filter = wanted->filter;
    if (wanted->gray) preprocess.channels = IMAGE_CHANNELS_GRAY;
    size_t count = 3 * (size_t)wanted->crop * (size_t)wanted->crop;
    real *input = malloc(count * sizeof *input);
    uint8_t *bytes = malloc(count);
    Image in = test_image_by_formula(wanted->width, wanted->height);
    assert_true(preprocess_to_input(&in, &preprocess, input, NULL));
    const Normalise *n = &preprocess.normalise;
    for (size_t k = 0; k < count; k++)
        bytes[k] = (uint8_t)lround(255 * ((double)input[k] * (double)n->std[k % 3] + (double)n->mean[k % 3]));
    uint32_t crc = (uint32_t)crc32(0, bytes, (uInt)count);
    image_free(&in);
    free(input);
    free(bytes);
    return crc;
}

static void pictures_are_scaled_and_cut_as_torchvision_does(void **state) {
    (void)state;
    static const InputCase cases[] = {
        {300, 200, 256, 0, 224, IMAGE_FILTER_BILINEAR, 0, 0x2676f39b},
        {300, 200, 235, 0, 224, IMAGE_FILTER_BICUBIC, 0, 0x4a1479cc},
        {200, 300, 288, 0, 288, IMAGE_FILTER_BICUBIC, 0, 0x10deb91e},
        {61, 43, 224, 0, 224, IMAGE_FILTER_BICUBIC, 0, 0x1eadff51},
        {90, 70, 64, 48, 48, IMAGE_FILTER_BICUBIC, 0, 0xdc286b39},
        {30, 50, 0, 0, 48, IMAGE_FILTER_BILINEAR, 0, 0x66ae1894},
        {51, 30, 0, 0, 48, IMAGE_FILTER_BILINEAR, 0, 0x2d9d6037},
        {31, 31, 0, 0, 48, IMAGE_FILTER_BILINEAR, 0, 0xd44cb71d},
        {100, 40, 36, 0, 64, IMAGE_FILTER_BICUBIC, 0, 0x03eb8fa9},
        {300, 200, 256, 0, 224, IMAGE_FILTER_BILINEAR, 1, 0xf92c1ced},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        uint32_t crc = checksum_of_input(&cases[k]);
        if (crc != cases[k].crc) fail_msg("case %zu: checksum %08x, expected %08x", k, crc, cases[k].crc);
    }
}

static void blue_comes_first_where_it_is_asked_for(void **state) {
    (void)state;
    Preprocess rgb = preprocess_guess(32, 10), bgr = rgb;
    bgr.channels = IMAGE_CHANNELS_BGR;
    real a[32 * 32 * 3], b[32 * 32 * 3];
    Image in = test_image_by_formula(32, 32);
    assert_true(preprocess_to_input(&in, &rgb, a, NULL) && preprocess_to_input(&in, &bgr, b, NULL));
    for (int k = 0; k < 32 * 32; k++)
        for (int c = 0; c < 3; c++) {
            assert_int_equal(preprocess_color(&bgr, c), 2 - c);
            assert_true(a[3 * k + c] == normalise_byte(&rgb.normalise, c, in.rgb[3 * k + c]));
            assert_true(b[3 * k + c] == normalise_byte(&bgr.normalise, c, in.rgb[3 * k + 2 - c]));
        }
    image_free(&in);
}

static void assert_line(const Preprocess *preprocess, bool origins, const char *expected) {
    char line[PREPROCESS_TEXT_MAX];
    assert_string_equal(preprocess_format(preprocess, origins, line), expected);
}

static void the_line_says_what_is_a_guess(void **state) {
    (void)state;
    char line[PREPROCESS_TEXT_MAX];
    Preprocess preprocess = preprocess_guess(224, 1000);
    assert_true(preprocess_has_guess(&preprocess));
    assert_line(&preprocess, false,
                "resize 256 bilinear, crop 224, RGB, mean 0.485,0.456,0.406, std 0.229,0.224,0.225");
    assert_line(
        &preprocess, true,
        "resize 256 bilinear, crop 224, RGB, mean 0.485,0.456,0.406, std 0.229,0.224,0.225 (all of it a "
        "guess)");
    assert_true(preprocess_parse_resize(&preprocess, "232"));
    preprocess.origins[PREPROCESS_RESIZE] = PREPROCESS_FROM_OPTION;
    preprocess.origins[PREPROCESS_MEAN] = PREPROCESS_FROM_FILE;
    preprocess.origins[PREPROCESS_CROP] = PREPROCESS_FROM_FOLDER;
    assert_line(
        &preprocess, true,
        "resize 232 bilinear (guess), crop 224 (folder), RGB (guess), mean 0.485,0.456,0.406 (file), std "
        "0.229,0.224,0.225 (guess)");
    assert_string_equal(
        preprocess_format_options(&preprocess, line),
        "--resize 232 --interpolation bilinear --crop 224 --channels rgb --scale 1/255 --mean "
        "0.485,0.456,0.406 --std 0.229,0.224,0.225");
    preprocess = preprocess_guess(32, 100);
    assert_line(&preprocess, false,
                "resize 32 bilinear, crop 32, RGB, mean 0.5071,0.4865,0.4409, std 0.2673,0.2564,0.2762");
}

/* (byte - 100)/50 by way of a scale of 1. */
static void a_scale_is_what_bytes_are_multiplied_by(void **state) {
    (void)state;
    Preprocess preprocess = preprocess_guess(224, 10);
    const float mean[3] = {100, 110, 120}, std[3] = {50, 60, 70};
    preprocess_set_scale(&preprocess, 1);
    preprocess_set_mean(&preprocess, mean, PREPROCESS_FROM_OPTION);
    preprocess_set_std(&preprocess, std, PREPROCESS_FROM_OPTION);
    for (int byte = 0; byte < 256; byte += 5)
        for (int c = 0; c < 3; c++) /* three float32 operations on values below 6 */
            assert_close(normalise_byte(&preprocess.normalise, c, (uint8_t)byte),
                         (byte - (double)mean[c]) / (double)std[c], 2e-6);
    assert_line(&preprocess, false,
                "resize 256 bilinear, crop 224, RGB, scale 1, mean 100,110,120, std 50,60,70");
    preprocess_set_scale(&preprocess, 1.0 / 255);
    preprocess_set_scale(&preprocess, 2.0 / 255);
    assert_line(&preprocess, false,
                "resize 256 bilinear, crop 224, RGB, scale 0.00784313725, mean 100,110,120, std 50,60,70");
}

static void the_line_is_read_again(void **state) {
    (void)state;
    static const char *const lines[] = {"resize 235 bicubic, crop 224, BGR", "resize none, crop 288, RGB",
                                        "resize 320x288 bilinear, crop 288, gray, scale 1",
                                        "resize 36 bilinear, crop 32, RGB, scale 0.5"};
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        char line[PREPROCESS_TEXT_MAX];
        Preprocess preprocess = preprocess_guess(224, 10);
        assert_true(preprocess_parse(&preprocess, lines[k], PREPROCESS_FROM_FILE));
        assert_string_equal(preprocess_format_geometry(&preprocess, line), lines[k]);
        assert_int_equal(preprocess.origins[PREPROCESS_CROP], PREPROCESS_FROM_FILE);
        assert_int_equal(preprocess.origins[PREPROCESS_MEAN], PREPROCESS_GUESSED);
        assert_false(preprocess_is_usual(&preprocess));
    }
}

static void what_is_no_line_changes_nothing(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",           "resize",       "resize 0",   "resize 5000", "resize 12 lanczos",
        "crop 224x2", "crop 224, BG", "scale 1/0",  "scale x",     "resize 12, hello",
        "scale -1",   "scale 1/2/3",  "resize 12x", "crop 0"};
    const Preprocess before = preprocess_guess(224, 10);
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        Preprocess preprocess = before;
        if (preprocess_parse(&preprocess, lines[k], PREPROCESS_FROM_FILE)) fail_msg("'%s' is read", lines[k]);
        assert_memory_equal(&preprocess, &before, sizeof before);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_scaled_and_cut_as_torchvision_does),
        cmocka_unit_test(blue_comes_first_where_it_is_asked_for),
        cmocka_unit_test(the_line_says_what_is_a_guess),
        cmocka_unit_test(a_scale_is_what_bytes_are_multiplied_by),
        cmocka_unit_test(the_line_is_read_again),
        cmocka_unit_test(what_is_no_line_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
