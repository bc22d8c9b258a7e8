#include "tests/support/analysis_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

AnalysisWorld analysis_world_open(const char *arch, char shortcut, int images) {
    AnalysisWorld world = {0};
    Error err = {0};
    ResnetConfig config = {.shortcut = shortcut};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    world.model = model_new(fixture_network(&config, 1), &err);
    world.twin = world.model ? model_new_twin(world.model, &err) : NULL;
    if (!world.twin) fail_msg("%s", err.text);
    size_t count = (size_t)images * shape_count(world.model->network->input);
    world.images = calloc(count, sizeof(real));
    assert_non_null(world.images);
    fixture_fill(world.images, count, 2, "pictures");
    world.input = (AnalysisInput){.model = world.model,
                                  .twin = world.twin,
                                  .twin_label = "the twin",
                                  .images = world.images,
                                  .image_count = images,
                                  .images_label = "pictures from a formula",
                                  .weights_label = "weights from a formula",
                                  .target_class = -1,
                                  .seed = 1};
    return world;
}

void analysis_world_close(AnalysisWorld *world) {
    model_free(world->model);
    model_free(world->twin);
    free(world->images);
}

AnalysisResult analysis_world_run(const AnalysisWorld *world, AnalysisId id) {
    Error err = {0};
    AnalysisResult result;
    subject_note(SUBJECT_PASS, "analysis %s", analysis_spec(id)->name);
    Analysis *analysis = analysis_new(id, &world->input, &err);
    if (!analysis) fail_msg("%s", err.text);
    while (analysis_step(analysis)) {
    }
    assert_true(analysis_report(analysis, &result));
    assert_true(result.complete);
    analysis_free(analysis); /* a result outlives its analysis */
    return result;
}

void analysis_world_refuses(const AnalysisWorld *world, AnalysisId id, const char *part) {
    Error err = {0};
    assert_null(analysis_new(id, &world->input, &err));
    if (!strstr(err.text, part)) fail_msg("expected '%s' in '%s'", part, err.text);
}

int analysis_world_column(const AnalysisResult *result, const char *name) {
    for (int c = 0; c < result->table.column_count; c++)
        if (strcmp(result->table.columns[c].name, name) == 0) return c;
    fail_msg("there is no column '%s'", name);
    return -1;
}

int analysis_world_row(const AnalysisResult *result, const char *label) {
    for (int r = 0; r < result->table.row_count; r++)
        if (strcmp(result->table.labels[r], label) == 0) return r;
    fail_msg("there is no row '%s'", label);
    return -1;
}

double analysis_world_value(const AnalysisResult *result, const char *row, const char *column) {
    return analysis_table_get(&result->table, analysis_world_row(result, row),
                              analysis_world_column(result, column));
}
