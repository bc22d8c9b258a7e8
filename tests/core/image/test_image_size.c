/* How large a picture is, from the first bytes of its file. */
#include <string.h>

#include "core/image/size.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

static const uint8_t jpeg[] = {
    0xFF, 0xD8,                         /* start of image */
    0xFF, 0xE0, 0x00, 0x04, 0x4A, 0x46, /* APP0 of two bytes */
    0xFF, 0xFF, 0xC4, 0x00, 0x03, 0x00, /* a fill byte, Huffman table */
    0xFF, 0xC2, 0x00, 0x11, 0x08, 0x01, 0xE0, 0x02, 0x80, 0x03, 0x01, 0x22, 0x00, /* progressive, 480 x 640 */
};

static void a_png_tells_its_size(void **state) {
    ImageSize size;
    Error err = {0};
    assert_true(image_size_file(&size, test_image_write(*state, "one.png", 1), &err));
    assert_int_equal(size.kind, IMAGE_KIND_PNG);
    assert_true(size.width > 0 && size.height > 0);
}

static void a_jpeg_tells_its_size_behind_other_segments(void **state) {
    (void)state;
    ImageSize size;
    Error err = {0};
    assert_true(image_size_memory(&size, jpeg, sizeof jpeg, "a.jpg", &err));
    assert_int_equal(size.kind, IMAGE_KIND_JPEG);
    assert_int_equal(size.width, 640);
    assert_int_equal(size.height, 480);
}

static void a_jpeg_that_ends_early_has_no_size(void **state) {
    (void)state;
    ImageSize size;
    Error err = {0};
    for (size_t length = 3; length < sizeof jpeg - 4; length++) {
        assert_true(image_size_memory(&size, jpeg, length, "a.jpg", &err));
        assert_int_equal(size.width, 0);
    }
}

static void other_files_are_refused_by_name(void **state) {
    ImageSize size;
    Error err = {0};
    assert_false(image_size_file(&size, temp_dir_write(*state, "no.png", "\x89PNG", 4), &err));
    assert_non_null(strstr(err.text, "no.png"));
    assert_false(image_size_file(&size, temp_dir_write(*state, "empty.jpg", "", 0), &err));
    assert_false(image_size_file(&size, temp_dir_join(*state, "none"), &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_png_tells_its_size),
        cmocka_unit_test(a_jpeg_tells_its_size_behind_other_segments),
        cmocka_unit_test(a_jpeg_that_ends_early_has_no_size),
        IN_TEMP_DIR(other_files_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
