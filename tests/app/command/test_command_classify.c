#include <math.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("%s is no number", key);
    return json_number_value(value);
}

static void probabilities_are_the_softmax_of_the_logits(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    json_t *json = program_run_json(ARGS("classify", "resnet20", image, "--top", "10", "--json"));
    const json_t *result = json_array_get(json_object_get(json, "results"), 0);
    const json_t *logits = json_object_get(result, "logits"), *top = json_object_get(result, "top");
    assert_string_equal(json_string_value(json_object_get(result, "image")), image);
    assert_int_equal(json_array_size(logits), 10);
    assert_int_equal(json_array_size(top), 10);
    double sum = 0, total = 0, before = 1;
    for (size_t k = 0; k < 10; k++) sum += exp(json_number_value(json_array_get(logits, k)));
    for (size_t k = 0; k < 10; k++) {
        const json_t *entry = json_array_get(top, k);
        json_int_t class = json_integer_value(json_object_get(entry, "class"));
        double logit = json_number_value(json_array_get(logits, (size_t) class)),
               p = number(entry, "probability");
        assert_close(number(entry, "logit"), logit, 0);
        assert_close(p, exp(logit) / sum, 1e-6); /* nine digits of the logits, and the exponential of them */
        assert_true(p <= before);
        before = p;
        total += p;
    }
    assert_close(total, 1, 1e-7); /* ten numbers of nine digits */
    json_decref(json);
}

static void labels_are_the_classes_names(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    static const char *const names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};
    json_t *json = program_run_json(ARGS("classify", "--arch", "resnet20", image, "--json"));
    const json_t *top = json_object_get(json_array_get(json_object_get(json, "results"), 0), "top");
    assert_int_equal(json_array_size(top), 5);
    for (size_t k = 0; k < 5; k++) {
        const json_t *entry = json_array_get(top, k);
        assert_string_equal(json_string_value(json_object_get(entry, "label")),
                            names[json_integer_value(json_object_get(entry, "class"))]);
    }
    json_decref(json);
}

static void several_pictures_are_answered_in_their_order(void **state) {
    char first[TEMP_PATH_MAX], second[TEMP_PATH_MAX];
    strcpy(first, test_image_write(*state, "a.png", 1));
    strcpy(second, test_image_write(*state, "b.png", 2));
    json_t *json = program_run_json(ARGS("classify", "resnet20", second, first, "--json"));
    const json_t *results = json_object_get(json, "results");
    assert_int_equal(json_array_size(results), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(results, 0), "image")), second);
    assert_false(json_equal(json_object_get(json_array_get(results, 0), "logits"),
                            json_object_get(json_array_get(results, 1), "logits")));
    json_decref(json);
}

static void a_lesion_changes_the_answer_and_a_cut_does_not(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    json_t *whole = program_run_json(ARGS("classify", "resnet20", image, "--json"));
    json_t *cut = program_run_json(ARGS("classify", "resnet20", image, "--without-skip", "cut", "--json"));
    json_t *lesion =
        program_run_json(ARGS("classify", "resnet20", image, "--without-skip", "lesion:layer2.1", "--json"));
    assert_true(json_equal(whole, cut));
    assert_false(json_equal(whole, lesion));
    json_decref(whole);
    json_decref(cut);
    json_decref(lesion);
}

static void a_broken_picture_leaves_stdout_empty(void **state) {
    char good[TEMP_PATH_MAX];
    strcpy(good, test_image_write(*state, "a.png", 1));
    const char *bad = temp_dir_write(*state, "bad.png", "\x89PNG\r\n\x1a\nnonsense", 16);
    program_expect_failure(4, "bad.png", ARGS("classify", "resnet20", good, bad, "--json"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(probabilities_are_the_softmax_of_the_logits),
        IN_TEMP_DIR(labels_are_the_classes_names),
        IN_TEMP_DIR(several_pictures_are_answered_in_their_order),
        IN_TEMP_DIR(a_lesion_changes_the_answer_and_a_cut_does_not),
        IN_TEMP_DIR(a_broken_picture_leaves_stdout_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
