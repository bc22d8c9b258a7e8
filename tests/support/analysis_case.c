#include "tests/support/analysis_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

AnalysisCase analysis_case_open(const char *arch, int image_count) {
    AnalysisCase test = {0};
    ResnetConfig config = {0};
    Error err = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    subject_note(SUBJECT_NETWORK, "%s, %d pictures", arch, image_count);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 3});
    size_t count = (size_t)image_count * shape_count(network->input);
    test.model = model_new(network, &err);
    test.images = calloc(count, sizeof *test.images);
    fixture_fill(test.images, count, 2, "pictures");
    test.input = (AnalysisInput){.model = test.model,
                                 .images = test.images,
                                 .image_count = image_count,
                                 .images_label = "pictures of a formula",
                                 .weights_label = "he",
                                 .batch_statistics = true,
                                 .target_class = -1,
                                 .untrained = true};
    return test;
}

void analysis_case_close(AnalysisCase *test) {
    model_free(test->model);
    free(test->images);
}

AnalysisResult analysis_case_run(const AnalysisCase *test, AnalysisId id, int steps) {
    Error err = {0};
    AnalysisResult result;
    subject_note(SUBJECT_PASS, "analysis %s", analysis_spec(id)->name);
    Analysis *analysis = analysis_new(id, &test->input, &err);
    if (!analysis) fail_msg("%s", err.text);
    while ((steps < 0 || analysis_done(analysis) < steps) && analysis_step(analysis)) {
    }
    assert_true(analysis_report(analysis, &result));
    analysis_free(analysis);
    return result;
}

void analysis_case_refuse(const AnalysisCase *test, AnalysisId id, const char *part) {
    Error err = {0};
    assert_null(analysis_new(id, &test->input, &err));
    if (!strstr(err.text, part)) fail_msg("'%s' lacks '%s'", err.text, part);
}

int analysis_case_row(const AnalysisTable *table, const char *label) {
    for (int r = 0; r < table->row_count; r++)
        if (strcmp(table->labels[r], label) == 0) return r;
    fail_msg("there is no row '%s'", label);
    return -1;
}

int analysis_case_column(const AnalysisTable *table, const char *name) {
    for (int c = 0; c < table->column_count; c++)
        if (strcmp(table->columns[c].name, name) == 0) return c;
    fail_msg("there is no column '%s'", name);
    return -1;
}

double analysis_case_value(const AnalysisTable *table, const char *label, const char *column) {
    return analysis_table_get(table, analysis_case_row(table, label), analysis_case_column(table, column));
}

void assert_oracle_holds(const AnalysisResult *result) {
    if (!(result->oracle_value <= result->oracle_limit))
        fail_msg("%s: %g, at most %g", result->oracle, result->oracle_value, result->oracle_limit);
}
