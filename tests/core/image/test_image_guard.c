#include "core/image/guard.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/file.h"
#include "core/image/decode.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"

/* Frees the bytes. */
static void assert_refused(Bytes bytes, const char *reason) {
    ImageGuard guard;
    Error err = {0};
    bool good = image_guard_check(&guard, bytes.data, bytes.size, "x", &err);
    bytes_free(&bytes);
    assert_false(good);
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static Bytes copy_of(const void *data, size_t size) {
    Bytes bytes = {0};
    bytes_add(&bytes, data, size);
    return bytes;
}

static Bytes golden(const char *path) {
    Bytes bytes = {0};
    bytes.data = file_read_all(path, 10000, &bytes.size, NULL);
    assert_non_null(bytes.data);
    return bytes;
}

static Bytes small_png(void) {
    uint8_t rgb[4 * 4 * 3] = {0};
    return bytes_png(4, 4, rgb);
}

static Bytes baseline(void) {
    return golden("tests/golden/files/baseline_420.jpg");
}

static void good_files_pass_with_their_size(void **state) {
    (void)state;
    const char *const paths[] = {"tests/golden/files/filtered.png",
                                 "tests/golden/files/interlaced.png",
                                 "tests/golden/files/palette.png",
                                 "tests/golden/files/baseline_420.jpg",
                                 "tests/golden/files/progressive_444.jpg",
                                 "tests/golden/files/gray.jpg",
                                 "tests/golden/files/cmyk.jpg"};
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
        ImageGuard guard;
        Error err = {0};
        Bytes bytes = golden(paths[k]);
        if (!image_guard_check(&guard, bytes.data, bytes.size, "x", &err))
            fail_msg("%s: %s", paths[k], err.text);
        assert_int_equal(guard.kind, k < 3 ? IMAGE_KIND_PNG : IMAGE_KIND_JPEG);
        assert_int_equal(guard.width, k < 3 ? 21 : 45);
        assert_int_equal(guard.height, k < 3 ? 13 : 30);
        bytes_free(&bytes);
    }
}

static void other_formats_are_called_by_their_name(void **state) {
    (void)state;
    assert_refused(copy_of("", 0), "found an empty file");
    assert_refused(copy_of("II*\0........", 12), "found a TIFF: make a PNG of it first");
    assert_refused(copy_of("....ftypheic....", 16), "found a HEIC: make a PNG of it first");
    assert_refused(copy_of("....ftypavif....", 16), "found an AVIF");
    assert_refused(copy_of("<svg xmlns=", 11), "found an SVG");
    assert_refused(copy_of("version https://git-lfs.github.com/spec/v1", 42), "found a Git LFS pointer");
    assert_refused(copy_of("\x80\2\x8a\x0a", 4), "found a PyTorch checkpoint: these are weights");
    assert_refused(copy_of("8\0\0\0\0\0\0\0{\"a\":", 13), "found a safetensors file: these are weights");
    assert_refused(copy_of("BM, no picture, but long enough to be one", 41), "found something else");
    assert_refused(copy_of("hello", 5), "found something else");
}

static void absurd_sizes_are_refused_before_anything_is_allocated(void **state) {
    (void)state;
    const struct {
        uint32_t width, height;
        const char *reason;
    } cases[] = {{0, 5, "0 x 5 pixels, expected at least 1 x 1"},
                 {100000, 100000, "at most 65535 on a side"},
                 {65535, 65535, "at most 256 million"},
                 {17000, 16000, "17000 x 16000 pixels, expected at most 256 million"},
                 {4294967295u, 1, "at most 65535 on a side"},
                 {1, 200000, "at most 65535 on a side"},
                 {65535, 2, "too narrow to be a picture"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Bytes png = {0};
        bytes_add_png_start(&png, cases[k].width, cases[k].height);
        bytes_add_png_data(&png, "\0\0\0\0", 4);
        bytes_add_png_chunk(&png, "IEND", NULL, 0);
        assert_refused(png, cases[k].reason);
    }
}

static void data_that_inflates_to_more_than_the_picture_is_refused(void **state) {
    (void)state;
    Bytes png = {0}, zeros = {0};
    bytes_add_zeros(&zeros, 64 << 20);
    bytes_add_png_start(&png, 8, 8);
    bytes_add_png_data(&png, zeros.data, zeros.size);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    bytes_free(&zeros);
    assert_refused(png, "inflates to more than the picture");
}

static void data_that_inflates_to_less_than_the_picture_is_refused(void **state) {
    (void)state;
    Bytes png = {0};
    bytes_add_png_start(&png, 8, 8);
    bytes_add_png_data(&png, "\0\0\0\0", 4);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    assert_refused(png, "its picture data has 4 bytes, expected 200");
}

/* CRCs and the Adler checksum of the data leave no single flipped bit unnoticed. */
static void every_flipped_bit_of_a_png_is_noticed(void **state) {
    (void)state;
    Bytes png = small_png();
    for (size_t k = 0; k < png.size * 8; k++) {
        ImageGuard guard;
        png.data[k / 8] ^= (uint8_t)(1 << k % 8);
        assert_false(image_guard_check(&guard, png.data, png.size, "x", NULL));
        png.data[k / 8] ^= (uint8_t)(1 << k % 8);
    }
    bytes_free(&png);
}

static void a_wrong_adler_checksum_is_noticed_behind_a_right_crc(void **state) {
    (void)state;
    Bytes png = {0};
    uint8_t packed[64], rows[13] = {0};
    uLongf length = sizeof packed;
    assert_int_equal(compress(packed, &length, rows, 7), Z_OK); /* 2 x 1 pixels */
    packed[length - 1] ^= 1;
    bytes_add_png_start(&png, 2, 1);
    bytes_add_png_chunk(&png, "IDAT", packed, length);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    assert_refused(png, "cannot be inflated");
}

static void assert_cuts_refused(Bytes whole) {
    for (size_t cut = 0; cut < whole.size; cut++) {
        ImageGuard guard;
        Bytes part = copy_of(whole.data, cut);
        part.data = realloc(part.data, cut + 1);
        bool good = image_guard_check(&guard, part.data, cut, "x", NULL);
        bytes_free(&part);
        if (good) fail_msg("cut at byte %zu of %zu passes", cut, whole.size);
    }
    bytes_free(&whole);
}

static void every_cut_of_a_png_and_a_jpeg_is_refused(void **state) {
    (void)state;
    assert_cuts_refused(small_png());
    assert_cuts_refused(baseline());
    assert_cuts_refused(golden("tests/golden/files/progressive_444.jpg"));
}

static void chunks_out_of_order_or_unknown_are_refused(void **state) {
    (void)state;
    Bytes png = {0};
    bytes_add_png_start(&png, 2, 1);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    assert_refused(png, "no picture data");
    png = (Bytes){0};
    bytes_add_png_start(&png, 2, 1);
    bytes_add_png_data(&png, "\0\0\0\0\0\0", 7);
    bytes_add_png_chunk(&png, "tEXt", "a", 1);
    bytes_add_png_data(&png, "\0\0\0\0\0\0", 7);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    assert_refused(png, "torn apart");
    png = (Bytes){0};
    bytes_add_png_start(&png, 2, 1);
    bytes_add_png_chunk(&png, "CgBI", "aaaa", 4);
    assert_refused(png, "unknown critical chunk CgBI");
    png = (Bytes){0};
    bytes_add(&png, "\x89PNG\r\n\x1a\n", 8);
    bytes_add_png_chunk(&png, "IDAT", "", 0);
    assert_refused(png, "does not begin with its header");
}

static void a_chunk_named_with_an_escape_sequence_is_refused_silently_for_the_terminal(void **state) {
    (void)state;
    ImageGuard guard;
    Error err = {0};
    Bytes png = {0};
    bytes_add_png_start(&png, 2, 1);
    bytes_add_png_chunk(&png, "\x1b[2J", "", 0);
    assert_false(image_guard_check(&guard, png.data, png.size, "x", &err));
    assert_null(strchr(err.text, '\x1b'));
    bytes_free(&png);
}

/* ---- JPEG: built from segments ---- */

static void add_segment(Bytes *bytes, int marker, const void *data, size_t size) {
    bytes_add_u8(bytes, 0xFF);
    bytes_add_u8(bytes, marker);
    bytes_add_be16(bytes, (uint32_t)size + 2);
    bytes_add(bytes, data, size);
}

/* One gray component of 8x8 pixels: frame header with its quantization table 0. */
static Bytes jpeg_start(void) {
    Bytes jpeg = {0};
    uint8_t table[65] = {0};
    memset(table + 1, 1, 64);
    bytes_add(&jpeg, "\xff\xd8", 2);
    add_segment(&jpeg, 0xDB, table, sizeof table);
    return jpeg;
}

static const uint8_t gray_frame[] = {8, 0, 8, 0, 8, 1, 1, 0x11, 0};
static const uint8_t gray_scan[] = {1, 1, 0x00, 0, 63, 0};

static void add_tables(Bytes *jpeg) {
    uint8_t table[18] = {0x00, 1}; /* one code of one bit, symbol 0 */
    add_segment(jpeg, 0xC4, table, sizeof table);
    table[0] = 0x10;
    add_segment(jpeg, 0xC4, table, sizeof table);
}

static void finish(Bytes *jpeg) {
    add_segment(jpeg, 0xDA, gray_scan, sizeof gray_scan);
    bytes_add(jpeg, "\0\xff\xd9", 3);
}

static void a_minimal_jpeg_passes_and_decodes(void **state) {
    (void)state;
    ImageGuard guard;
    Error err = {0};
    Image image;
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
    add_tables(&jpeg);
    finish(&jpeg);
    if (!image_guard_check(&guard, jpeg.data, jpeg.size, "x", &err)) fail_msg("%s", err.text);
    DecodeSource source = {.bytes = jpeg.data, .size = jpeg.size, .label = "x", .guard = guard};
    assert_true(decode_in_child(&image, &source, &err));
    assert_int_equal(image.rgb[0], 128);
    image_free(&image);
    bytes_free(&jpeg);
}

/* Decoders that trust the sum of the counts write behind their tables. */
static void a_huffman_table_of_2040_symbols_is_refused(void **state) {
    (void)state;
    uint8_t table[17 + 2040] = {0};
    for (int k = 1; k <= 8; k++) table[8 + k] = 255;
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
    add_segment(&jpeg, 0xC4, table, sizeof table);
    finish(&jpeg);
    assert_refused(jpeg, "more than 256 symbols");
}

/* The same file, past the guard: the decoder refuses it, or its process dies; ours gets a sentence. */
static void what_the_decoder_refuses_is_one_sentence(void **state) {
    (void)state;
    Image image;
    Error err = {0};
    uint8_t table[17 + 2040] = {0};
    for (int k = 1; k <= 8; k++) table[8 + k] = 255;
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC4, table, sizeof table);
    DecodeSource source = {.bytes = jpeg.data,
                           .size = jpeg.size,
                           .label = "bad.jpg",
                           .guard = {.kind = IMAGE_KIND_JPEG, .width = 8, .height = 8}};
    assert_false(decode_in_child(&image, &source, &err));
    assert_string_equal(err.text, "bad.jpg: the picture decoder refuses this file");
    assert_null(image.rgb);
    bytes_free(&jpeg);
}

static void a_progressive_jpeg_that_needs_too_much_memory_says_how_much(void **state) {
    (void)state;
    const uint8_t frame[] = {8, 0x40, 0, 0x3f, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0};
    const uint8_t scan[] = {3, 1, 0, 2, 0, 3, 0, 0, 0, 0};
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC2, frame, sizeof frame);
    add_tables(&jpeg);
    add_segment(&jpeg, 0xDA, scan, sizeof scan);
    bytes_add(&jpeg, "\0\xff\xd9", 3);
    assert_refused(jpeg, "is a JPEG of 16128 x 16384 pixels that takes 2269 MB to decode");
}

static void malformed_huffman_tables_are_refused(void **state) {
    (void)state;
    const uint8_t too_many_codes[18 + 3] = {0x00, 3}, bad_class[18] = {0x20, 1}, bad_slot[18] = {0x04, 1},
                                      too_long[18] = {0x00, 0, 2};
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC4, too_many_codes, sizeof too_many_codes);
    assert_refused(jpeg, "impossible code lengths");
    jpeg = jpeg_start();
    add_segment(&jpeg, 0xC4, bad_class, sizeof bad_class);
    assert_refused(jpeg, "malformed");
    jpeg = jpeg_start();
    add_segment(&jpeg, 0xC4, bad_slot, sizeof bad_slot);
    assert_refused(jpeg, "malformed");
    jpeg = jpeg_start();
    add_segment(&jpeg, 0xC4, too_long, sizeof too_long);
    assert_refused(jpeg, "longer than its segment");
}

static void a_scan_with_undefined_tables_is_refused(void **state) {
    (void)state;
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
    finish(&jpeg);
    assert_refused(jpeg, "Huffman table that was never defined");
    jpeg = (Bytes){0};
    bytes_add(&jpeg, "\xff\xd8", 2);
    add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
    add_tables(&jpeg);
    finish(&jpeg);
    assert_refused(jpeg, "quantization table that was never defined");
    jpeg = jpeg_start();
    add_tables(&jpeg);
    finish(&jpeg);
    assert_refused(jpeg, "before the frame header");
}

static void assert_frame_refused(int marker, const uint8_t *frame, size_t size, const char *reason) {
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, marker, frame, size);
    add_tables(&jpeg);
    finish(&jpeg);
    assert_refused(jpeg, reason);
}

static void unsupported_and_impossible_frames_are_refused(void **state) {
    (void)state;
    const uint8_t twelve_bits[] = {12, 0, 8, 0, 8, 1, 1, 0x11, 0},
                  no_width[] = {8, 0, 8, 0, 0, 1, 1, 0x11, 0};
    const uint8_t no_height[] = {8, 0, 0, 0, 8, 1, 1, 0x11, 0},
                  huge[] = {8, 255, 255, 255, 255, 1, 1, 0x11, 0};
    const uint8_t no_sampling[] = {8, 0, 8, 0, 8, 1, 1, 0x01, 0},
                  bad_table[] = {8, 0, 8, 0, 8, 1, 1, 0x11, 4};
    const uint8_t two[] = {8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0},
                  twins[] = {8, 0, 8, 0, 8, 3, 1, 0x11, 0, 1, 0x11, 0, 2, 0x11, 0};
    const uint8_t short_frame[] = {8, 0, 8, 0, 8, 3, 1, 0x11, 0};
    const uint8_t uneven[] = {8, 0, 8, 0, 8, 3, 1, 0x31, 0, 2, 0x21, 0, 3, 0x11, 0};
    assert_frame_refused(0xC9, gray_frame, sizeof gray_frame, "arithmetic coding");
    assert_frame_refused(0xC3, gray_frame, sizeof gray_frame, "lossless");
    assert_frame_refused(0xC0, twelve_bits, sizeof twelve_bits, "12 bits a sample, expected 8");
    assert_frame_refused(0xC0, no_width, sizeof no_width, "0 x 8 pixels");
    assert_frame_refused(0xC0, no_height, sizeof no_height, "8 x 0 pixels");
    assert_frame_refused(0xC0, huge, sizeof huge, "65535 x 65535 pixels, expected at most 256 million");
    assert_frame_refused(0xC0, no_sampling, sizeof no_sampling, "impossible sampling factor");
    assert_frame_refused(0xC0, bad_table, sizeof bad_table, "impossible quantization table");
    assert_frame_refused(0xC0, two, sizeof two, "2 color components, expected 1, 3 or 4");
    assert_frame_refused(0xC0, twins, sizeof twins, "the same number");
    assert_frame_refused(0xC0, short_frame, sizeof short_frame, "wrong length");
    assert_frame_refused(0xC0, uneven, sizeof uneven, "without a common multiple");
}

static void scans_of_components_that_do_not_exist_are_refused(void **state) {
    (void)state;
    const uint8_t unknown[] = {1, 9, 0x00, 0, 63, 0}, bad_range[] = {1, 1, 0x00, 5, 2, 0},
                  bad_slot[] = {1, 1, 0x40, 0, 63, 0};
    const struct {
        const uint8_t *scan;
        const char *reason;
    } cases[] = {
        {unknown, "does not exist"}, {bad_range, "impossible range"}, {bad_slot, "impossible Huffman table"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Bytes jpeg = jpeg_start();
        add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
        add_tables(&jpeg);
        add_segment(&jpeg, 0xDA, cases[k].scan, 6);
        bytes_add(&jpeg, "\0\xff\xd9", 3);
        assert_refused(jpeg, cases[k].reason);
    }
}

static void two_frames_and_no_scan_are_refused(void **state) {
    (void)state;
    Bytes jpeg = jpeg_start();
    add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
    add_segment(&jpeg, 0xC0, gray_frame, sizeof gray_frame);
    finish(&jpeg);
    assert_refused(jpeg, "two frames");
    jpeg = jpeg_start();
    bytes_add(&jpeg, "\xff\xd9", 2);
    assert_refused(jpeg, "no picture data");
}

/* Whatever the guard lets through, the decoder must survive: every byte of a JPEG set to a few values. */
static void damaged_jpegs_that_pass_never_kill_this_process(void **state) {
    (void)state;
    Bytes jpeg = baseline();
    const uint8_t values[] = {0x00, 0x7F, 0xFF};
    for (size_t at = 2; at < jpeg.size; at += 3) {
        uint8_t before = jpeg.data[at];
        ImageGuard guard;
        Image image = {0};
        jpeg.data[at] = values[at % 3];
        if (image_guard_check(&guard, jpeg.data, jpeg.size, "x", NULL)) {
            DecodeSource source = {.bytes = jpeg.data, .size = jpeg.size, .label = "x", .guard = guard};
            if (decode_in_child(&image, &source, NULL)) assert_int_equal(image.width, guard.width);
        }
        image_free(&image);
        jpeg.data[at] = before;
    }
    bytes_free(&jpeg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_pass_with_their_size),
        cmocka_unit_test(other_formats_are_called_by_their_name),
        cmocka_unit_test(absurd_sizes_are_refused_before_anything_is_allocated),
        cmocka_unit_test(data_that_inflates_to_more_than_the_picture_is_refused),
        cmocka_unit_test(data_that_inflates_to_less_than_the_picture_is_refused),
        cmocka_unit_test(every_flipped_bit_of_a_png_is_noticed),
        cmocka_unit_test(a_wrong_adler_checksum_is_noticed_behind_a_right_crc),
        cmocka_unit_test(every_cut_of_a_png_and_a_jpeg_is_refused),
        cmocka_unit_test(chunks_out_of_order_or_unknown_are_refused),
        cmocka_unit_test(a_chunk_named_with_an_escape_sequence_is_refused_silently_for_the_terminal),
        cmocka_unit_test(a_minimal_jpeg_passes_and_decodes),
        cmocka_unit_test(a_huffman_table_of_2040_symbols_is_refused),
        cmocka_unit_test(what_the_decoder_refuses_is_one_sentence),
        cmocka_unit_test(a_progressive_jpeg_that_needs_too_much_memory_says_how_much),
        cmocka_unit_test(malformed_huffman_tables_are_refused),
        cmocka_unit_test(a_scan_with_undefined_tables_is_refused),
        cmocka_unit_test(unsupported_and_impossible_frames_are_refused),
        cmocka_unit_test(scans_of_components_that_do_not_exist_are_refused),
        cmocka_unit_test(two_frames_and_no_scan_are_refused),
        cmocka_unit_test(damaged_jpegs_that_pass_never_kill_this_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
