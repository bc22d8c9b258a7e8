/* Pictures of every kind at the command line, and how they are made ready. */
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"

#define PICTURES "tests/golden/files/pictures/"

static void assert_says(const char *part, const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != 0 || !strstr(run.err, part)) fail_msg("exit code %d: %s", run.status, run.err);
    program_free(&run);
}

static void kinds_are_told_by_content(void **state) {
    (void)state;
    json_t *answers[2];
    size_t size;
    uint8_t *bytes = file_read_all(PICTURES "lossless.webp", 10000, &size, NULL);
    assert_non_null(bytes);
    ProgramRun run = program_run_input(bytes, size, ARGS("classify", "-", "--json"));
    assert_int_equal(run.status, 0);
    answers[0] = json_loads(run.out, 0, NULL);
    answers[1] = program_run_json(ARGS("classify", PICTURES "lossless.webp", "--json"));
    for (int k = 0; k < 2; k++) {
        json_t *result = json_array_get(json_object_get(answers[k], "results"), 0);
        assert_string_equal(json_string_value(json_object_get(result, "image")),
                            k == 0 ? "-" : PICTURES "lossless.webp");
        json_object_del(result, "image");
    }
    assert_true(json_equal(answers[0], answers[1]));
    json_decref(answers[0]);
    json_decref(answers[1]);
    program_free(&run);
    free(bytes);
    program_expect_failure(4, "found an empty file", ARGS("classify", "-"));
}

static void a_turned_picture_says_so_and_may_be_left_as_it_lies(void **state) {
    (void)state;
    assert_says("turned right by 90 degrees, as its Exif orientation 6 says",
                ARGS("classify", PICTURES "exif6.jpg"));
    json_t *turned = program_run_json(ARGS("classify", PICTURES "exif6.jpg", "--json"));
    json_t *left = program_run_json(ARGS("classify", PICTURES "exif6.jpg", "--exif", "ignore", "--json"));
    assert_false(json_equal(turned, left));
    json_decref(turned);
    json_decref(left);
}

static void what_was_asked_for_is_said_in_the_line(void **state) {
    (void)state;
    assert_says(
        "pictures: resize 40 bicubic, crop 32 (file), BGR, mean 0.5,0.5,0.5, std 0.247,0.2435,0.2616 (file)",
        ARGS("classify", PICTURES "p6.ppm", "--resize", "40", "--interpolation", "bicubic", "--channels",
             "bgr", "--mean", ".5,.5,.5"));
    json_t *json = program_run_json(ARGS("classify", PICTURES "p6.ppm", "--json"));
    assert_string_equal(
        json_string_value(json_object_get(json, "preprocess")),
        "resize 32 bilinear, crop 32, RGB, mean 0.4914,0.4822,0.4465, std 0.247,0.2435,0.2616 "
        "(all from the file)");
    json_decref(json);
}

static void a_larger_crop_is_a_network_for_larger_pictures(void **state) {
    (void)state;
    json_t *json =
        program_run_json(ARGS("classify", "resnet20", PICTURES "p6.ppm", "--crop", "48", "--json"));
    assert_non_null(strstr(json_string_value(json_object_get(json, "preprocess")), "resize 48 bilinear"));
    json_decref(json);
}

static void wrong_values_are_named(void **state) {
    (void)state;
    program_expect_failure(2, "--resize: expected pixels of the short side (256)",
                           ARGS("classify", "cat", "--resize", "x"));
    program_expect_failure(2, "--scale: expected a number or a fraction like 1/255",
                           ARGS("classify", "cat", "--scale", "-1"));
    program_expect_failure(2, "expected bilinear or bicubic",
                           ARGS("classify", "cat", "--interpolation", "box"));
}

static void what_is_no_picture_is_named(void **state) {
    (void)state;
    program_expect_failure(4, "curl -L -o 'cat.png' 'https://x.org/cat.png'",
                           ARGS("classify", "https://x.org/cat.png"));
    ProgramRun run = program_run_input("MM\0*", 4, ARGS("classify", "-"));
    assert_int_equal(run.status, 4);
    assert_non_null(strstr(run.err, "found a TIFF: make a PNG of it first"));
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_told_by_content),
        cmocka_unit_test(a_turned_picture_says_so_and_may_be_left_as_it_lies),
        cmocka_unit_test(what_was_asked_for_is_said_in_the_line),
        cmocka_unit_test(a_larger_crop_is_a_network_for_larger_pictures),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(what_is_no_picture_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
