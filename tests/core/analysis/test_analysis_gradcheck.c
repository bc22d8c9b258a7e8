#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect/gradcheck.h"
#include "tests/support/analysis_case.h"
#include "tests/support/assert_close.h"

/* |backprop - numeric| over three times the estimate, at the step that is compared. */
static double share_of_estimate(const Pass *pass, GradcheckSite site, double *relative) {
    Error err = {0};
    Gradcheck *check = gradcheck_new(pass, site, &err);
    if (!check) fail_msg("%s", err.text);
    for (int k = 0; k < GRADCHECK_STEPS; k++) gradcheck_step(check, k);
    GradcheckStep best = gradcheck_get(check, gradcheck_best(check));
    double error = fabs(gradcheck_backprop(check) - best.numeric);
    if (relative) *relative = gradcheck_relative(gradcheck_backprop(check), best.numeric);
    gradcheck_free(check);
    return error / (3 * (best.rounding + best.truncation));
}

static GradcheckSite site_of(const Pass *pass, const char *name) {
    Error err = {0};
    GradcheckSite site;
    if (!gradcheck_find(pass, name, NULL, 0, &site, &err)) fail_msg("%s", err.text);
    return site;
}

static void weights_and_activations_agree_with_backpropagation(void **state) {
    (void)state;
    static const char *const names[] = {"conv1.weight",
                                        "layer2.0.conv1.weight",
                                        "layer3.0.bn2.weight",
                                        "layer1.0.bn1.bias",
                                        "fc.weight",
                                        "fc.bias",
                                        "input",
                                        "layer1.0.relu2",
                                        "layer2.0.downsample",
                                        "layer3.0.add"};
    static const int targets[2] = {3, 5};
    for (int batch_statistics = 0; batch_statistics < 2; batch_statistics++) {
        AnalysisCase test = analysis_case_open("resnet8", 2);
        test.input.batch_statistics = batch_statistics == 1;
        test.input.targets = targets;
        Error err = {0};
        Pass *pass = analysis_run_pass(&test.input, &err);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            double share = share_of_estimate(pass, site_of(pass, names[k]), NULL);
            if (!(share <= 1)) fail_msg("%s: %g times what the estimates allow", names[k], share);
        }
        pass_free(pass);
        analysis_case_close(&test);
    }
}

/* In SKIP_CUT the backward pass leaves something out on purpose: a check that can fail must say so. */
static void a_wrong_gradient_is_found_out(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    static const int targets[1] = {3};
    test.input.targets = targets;
    test.input.skip = SKIP_CUT;
    Error err = {0};
    Pass *pass = analysis_run_pass(&test.input, &err);
    /* A kink near one of them may excuse much of it, and where kinks lie depends on rounding: hardly at all.
     */
    static const char *const names[] = {
        "layer1.0.conv1.weight", "layer1.0.bn2.bias", "layer2.0.bn2.weight",
        "layer2.0.bn2.bias",     "bn1.bias",          "layer2.0.conv2.weight"};
    double worst = 0, worst_relative = 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        double relative, share = share_of_estimate(pass, site_of(pass, names[k]), &relative);
        worst = fmax(worst, share);
        worst_relative = fmax(worst_relative, relative);
    }
    assert_true(worst > 3);
    assert_true(worst_relative > 0.1);
    /* Behind the last addition nothing is left out. */
    assert_true(share_of_estimate(pass, site_of(pass, "fc.weight"), NULL) <= 1);
    pass_free(pass);
    analysis_case_refuse(&test, ANALYSIS_GRADCHECK, "not the derivative of the forward pass, on purpose");
    analysis_case_close(&test);
}

static void an_index_is_in_file_order(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    Error err = {0};
    Pass *pass = analysis_run_pass(&test.input, &err);
    GradcheckSite site;
    char text[GRADCHECK_LABEL_MAX];
    const int weight[] = {5, 3, 1, 2}, cell[] = {7, 4, 9};
    assert_true(gradcheck_find(pass, "layer1.0.conv1.weight", weight, 4, &site, &err));
    assert_int_equal(site.at, ((1 * 3 + 2) * 16 + 3) * 16 + 5);
    gradcheck_describe(pass, site, text);
    assert_string_equal(text, "layer1.0.conv1.weight (5,3,1,2)");
    assert_true(gradcheck_find(pass, "layer1.0.conv1", cell, 3, &site, &err));
    assert_int_equal(site.at, (4 * 32 + 9) * 16 + 7);
    gradcheck_describe(pass, site, text);
    assert_string_equal(text, "layer1.0.conv1 (7,4,9)");
    assert_false(gradcheck_find(pass, "layer1.0.conv1", cell, 2, &site, &err));
    assert_false(gradcheck_find(pass, "layer1.0.conv1", weight, 4, &site, &err));
    assert_false(gradcheck_find(pass, "bn1.running_mean", NULL, 0, &site, &err));
    assert_false(gradcheck_find(pass, "nothing", NULL, 0, &site, &err));
    pass_free(pass);
    analysis_case_close(&test);
}

/* Between the last ReLU and the loss everything is smooth. */
static void kinks_are_counted_where_there_are_some(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    Error err = {0};
    Pass *pass = analysis_run_pass(&test.input, &err);
    int kinks[2];
    const char *const names[] = {"fc.weight", "conv1.weight"};
    for (int k = 0; k < 2; k++) {
        Gradcheck *check = gradcheck_new(pass, site_of(pass, names[k]), &err);
        gradcheck_step(check, GRADCHECK_STEPS - 1);
        kinks[k] = gradcheck_get(check, GRADCHECK_STEPS - 1).kinks;
        gradcheck_free(check);
    }
    assert_int_equal(kinks[0], 0);
    assert_true(kinks[1] > 0);
    pass_free(pass);
    analysis_case_close(&test);
}

static void the_analysis_reports_every_step(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    static const int index[] = {0};
    test.input.place = "fc.bias";
    test.input.index = index;
    test.input.index_count = 1;
    test.input.targets = index;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_GRADCHECK, -1);
    assert_int_equal(result.table.row_count, GRADCHECK_STEPS);
    assert_oracle_holds(&result);
    assert_non_null(strstr(result.reading, "fc.bias (0) is "));
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_and_activations_agree_with_backpropagation),
        cmocka_unit_test(a_wrong_gradient_is_found_out),
        cmocka_unit_test(an_index_is_in_file_order),
        cmocka_unit_test(kinks_are_counted_where_there_are_some),
        cmocka_unit_test(the_analysis_reports_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
