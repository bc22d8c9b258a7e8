/* Networks that do not end in a softmax over several classes, through the whole program. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/analysis/analysis.h"
#include "core/network/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

/* A saved resnet8 of known values; 0 classes: without a classifier. */
static const char *write_model(TempDir *dir, int classes) {
    ResnetConfig config = {.arch = "resnet8", .classes = classes, .headless = classes == 0};
    Error err = {0};
    Model *model = model_new(fixture_network(&config, 1), &err);
    const char *path = temp_dir_join(dir, "m.safetensors");
    if (!model || !model_save(model, NULL, 0, path, &err)) fail_msg("%s", err.text);
    model_free(model);
    return path;
}

static double number(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

/* Every view at every third operation, both ways, and the target set by label and by name. */
static void walk_views(const char *weights, const char *picture, const char *targets) {
    static const char *const views[] = {"architecture", "step",      "maps", "value",
                                        "block",        "gradients", "input"};
    char script[8192];
    size_t used = (size_t)snprintf(script, sizeof script, "finish\n");
    for (int way = 0; way < 2; way++) {
        for (size_t v = 0; v < sizeof views / sizeof *views; v++)
            used += (size_t)snprintf(
                script + used, sizeof script - used,
                "view %s\nlast\nscreen -\nprevious-op\nscreen -\nprevious-op\nscreen -\n", views[v]);
        used += (size_t)snprintf(script + used, sizeof script - used, "%s", way == 0 ? "finish\n" : targets);
    }
    ProgramRun run = program_run_input(script, used, ARGS(weights, picture, "--script", "-"));
    if (run.status != 0) fail_msg("%s", run.err);
    assert_non_null(strstr(run.out, "loss"));
    program_free(&run);
}

static void a_single_class_is_answered_by_a_sigmoid(void **state) {
    char image[TEMP_PATH_MAX];
    strcpy(image, test_image_write(*state, "a.png", 1));
    char weights[TEMP_PATH_MAX];
    strcpy(weights, write_model(*state, 1));
    json_t *json = program_run_json(ARGS("classify", weights, image, "--json"));
    const json_t *top = json_object_get(json_array_get(json_object_get(json, "results"), 0), "top");
    assert_int_equal(json_array_size(top), 1);
    const json_t *entry = json_array_get(top, 0);
    double z = number(entry, "logit");
    assert_true(fabs(z) > 1e-3);
    assert_close(number(entry, "probability"), 1 / (1 + exp(-z)), 1e-8); /* nine digits of z */
    json_decref(json);
    walk_views(weights, image, "target 1\nview input\nscreen -\ntarget 0\nfinish\nscreen -\n");
}

/* Binary cross-entropy with label 1 and with label 0. */
static void labels_of_a_single_class_are_1_and_0(void **state) {
    char image[TEMP_PATH_MAX], out[TEMP_PATH_MAX], file[TEMP_PATH_MAX + 16];
    strcpy(image, test_image_write(*state, "a.png", 1));
    char weights[TEMP_PATH_MAX];
    strcpy(weights, write_model(*state, 1));
    json_t *json = program_run_json(ARGS("classify", weights, image, "--json"));
    double z = json_number_value(
        json_array_get(json_object_get(json_array_get(json_object_get(json, "results"), 0), "logits"), 0));
    json_decref(json);
    for (int label = 0; label <= 1; label++) {
        char name[16];
        snprintf(name, sizeof name, "out%d", label);
        strcpy(out, temp_dir_join(*state, name));
        snprintf(file, sizeof file, "%s/trace.json", out);
        ProgramRun run = program_run(
            ARGS("trace", weights, image, "--bn", "eval", "--target", label ? "1" : "0", "--out", out));
        if (run.status != 0) fail_msg("%s", run.err);
        program_free(&run);
        json = json_load_file(file, 0, NULL);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(json, "target"), 0)), label);
        assert_close(number(json, "loss"), log1p(exp(label ? -z : z)), 1e-6 * (1 + fabs(z))); /* float32 */
        json_decref(json);
    }
    program_expect_failure(2, "expected a label from 0 to 1, found 2",
                           ARGS("trace", weights, image, "--target", "2", "--out", out));
}

static void analyses_take_a_single_class(void **state) {
    char image[TEMP_PATH_MAX];
    strcpy(image, test_image_write(*state, "a.png", 1));
    char weights[TEMP_PATH_MAX];
    strcpy(weights, write_model(*state, 1));
    static const char *const names[] = {"logits", "paths",     "junctions", "lesions",
                                        "flow",   "gradcheck", "gradflow"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        json_t *json = program_run_json(ARGS(names[k], weights, image, "--json"));
        const json_t *found = json_object_get(json, "oracle_value");
        if (found && !(json_number_value(found) <= number(json, "oracle_limit")))
            fail_msg("the check of %s does not hold", names[k]);
        json_decref(json);
    }
}

static void a_network_without_a_classifier_ends_at_avgpool(void **state) {
    char image[TEMP_PATH_MAX], weights[TEMP_PATH_MAX];
    strcpy(image, test_image_write(*state, "a.png", 1));
    strcpy(weights, write_model(*state, 0));
    ProgramRun run = program_run(ARGS("summary", weights));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "no classifier: it ends at avgpool"));
    assert_non_null(strstr(run.err, "no classifier: the network ends at avgpool"));
    program_free(&run);
    json_t *json = program_run_json(ARGS("classify", weights, image, "--json"));
    const json_t *result = json_array_get(json_object_get(json, "results"), 0);
    assert_int_equal(json_array_size(json_object_get(result, "logits")), 64);
    assert_true(
        json_is_null(json_object_get(json_array_get(json_object_get(result, "top"), 0), "probability")));
    json_decref(json);
    walk_views(weights, image, "target 7\nview input\nscreen -\nfinish\nscreen -\n");
    static const char *const names[] = {"paths", "junctions", "flow", "gradcheck", "gradflow"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        json = program_run_json(ARGS(names[k], weights, image, "--json"));
        const json_t *found = json_object_get(json, "oracle_value");
        if (found && !(json_number_value(found) <= number(json, "oracle_limit")))
            fail_msg("the check of %s does not hold", names[k]);
        json_decref(json);
    }
    run = program_run(ARGS("logits", weights, image));
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "has no classifier and so no logits"));
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_single_class_is_answered_by_a_sigmoid),
        IN_TEMP_DIR(labels_of_a_single_class_are_1_and_0),
        IN_TEMP_DIR(analyses_take_a_single_class),
        IN_TEMP_DIR(a_network_without_a_classifier_ends_at_avgpool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
