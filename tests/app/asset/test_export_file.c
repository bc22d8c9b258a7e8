/* Exports take the place of exports of their kind and of nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/asset/export_file.h"
#include "app/explorer/record.h"
#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/test_image.h"

static void assert_holds(const char *path, const char *text) {
    Error err = {0};
    size_t size;
    char *found = (char *)file_read_all(path, 1 << 20, &size, &err);
    if (!found) fail_msg("%s", err.text);
    assert_string_equal(found, text);
    free(found);
}

static void assert_runs(const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    program_free(&run);
}

static void a_second_export_takes_the_place_of_the_first(void **state) {
    TempDir *dir = *state;
    char script[TEMP_PATH_MAX], orders[TEMP_PATH_MAX * 4];
    strcpy(script, temp_dir_write(dir, "a.script", "view maps\n", 10));
    for (int k = 0; k < 2; k++) {
        assert_runs(ARGS("record", script, "--out", temp_dir_join(dir, "a.cast")));
        assert_runs(ARGS("lesson", "export", "skip", "--out", temp_dir_join(dir, "a.html")));
        assert_runs(ARGS("gradcheck", "cat", "--op", "layer2.0.conv1", "--svg", temp_dir_join(dir, "a.svg")));
        assert_runs(ARGS("trace", "resnet8", "cat", "--out", temp_dir_join(dir, "trace")));
    }
    snprintf(orders, sizeof orders,
             "finish\nexport %s/b.svg\nexport %s/b.png\nexport %s/b.npy\nexport %s/b.svg\nexport %s/b.png\n"
             "export %s/b.npy\n",
             dir->path, dir->path, dir->path, dir->path, dir->path, dir->path);
    assert_runs(ARGS("--script", temp_dir_write(dir, "b.script", orders, strlen(orders))));
}

static void a_script_is_not_recorded_over_itself(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    strcpy(path, temp_dir_write(dir, "demo.script", "view maps\n", 10));
    program_expect_failure(2, "demo.script: is there already and is not a recording",
                           ARGS("record", path, "--out", path));
    assert_holds(path, "view maps\n");
}

static void a_recording_of_a_class_is_not_replaced(void **state) {
    static const char header[] =
        "{\"version\":2,\"width\":80,\"height\":24,\"idle_time_limit\":4,\"env\":{}}\n";
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    Error err = {0};
    strcpy(path, temp_dir_write(dir, "class.cast", header, sizeof header - 1));
    program_expect_failure(2, "is not a recording of a lesson or a script",
                           ARGS("record", "skip", "--out", path));
    program_expect_failure(2, "a recording replaces nothing", ARGS("--record", path));
    program_expect_failure(2, "a recording replaces nothing", ARGS("present", "skip", "--record", path));
    assert_null(record_open(path, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_holds(path, header);
    FILE *file = record_open(temp_dir_write(dir, "empty.cast", "", 0), &err);
    if (!file) fail_msg("%s", err.text);
    fclose(file);
}

static void files_of_another_kind_are_not_replaced(void **state) {
    static const char mine[] = "what took a day\n";
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX], folder[TEMP_PATH_MAX];
    strcpy(path, temp_dir_write(dir, "mine.svg", mine, sizeof mine - 1));
    program_expect_failure(2, "is not an SVG picture", ARGS("paths", "cat", "--svg", path));
    program_expect_failure(2, "is not an SVG picture", ARGS("paper", "--svg", path));
    assert_holds(path, mine);
    strcpy(path, temp_dir_write(dir, "mine.html", mine, sizeof mine - 1));
    program_expect_failure(2, "is not a page in HTML", ARGS("lesson", "export", "skip", "--out", path));
    assert_holds(path, mine);
    strcpy(path, temp_dir_write(dir, "trace.json", "{\"traceEvents\":[]}", 18));
    strcpy(folder, dir->path);
    program_expect_failure(2, "is not the index of a trace",
                           ARGS("trace", "resnet8", "cat", "--out", folder));
    assert_holds(path, "{\"traceEvents\":[]}");
}

static void assert_export_refused(TempDir *dir, const char *name, const char *reason) {
    char order[TEMP_PATH_MAX + 32], script[TEMP_PATH_MAX];
    snprintf(order, sizeof order, "finish\nexport %s\n", temp_dir_join(dir, name));
    strcpy(script, temp_dir_write(dir, "x.script", order, strlen(order)));
    program_expect_failure(1, reason, ARGS("--script", script, temp_dir_join(dir, "photo.png")));
}

static void the_explorer_replaces_neither_the_picture_nor_other_files(void **state) {
    static const char *const names[] = {"mine.svg", "mine.png", "mine.npy"};
    static const char mine[] = "what took a day\n";
    TempDir *dir = *state;
    Error err = {0};
    size_t size, size_after;
    uint8_t *before = file_read_all(test_image_write(dir, "photo.png", 1), 1 << 20, &size, &err);
    assert_export_refused(dir, "photo.png", "is the picture that is looked at");
    uint8_t *after = file_read_all(temp_dir_join(dir, "photo.png"), 1 << 20, &size_after, &err);
    assert_int_equal(size, size_after);
    assert_memory_equal(before, after, size);
    free(before);
    free(after);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        temp_dir_write(dir, names[k], mine, sizeof mine - 1);
        assert_export_refused(dir, names[k], "and so it is not replaced");
        assert_holds(temp_dir_join(dir, names[k]), mine);
    }
}

/* RLIMIT_FSIZE stands for a full disk: the chart has more bytes than the figures. */
static void a_chart_that_cannot_be_written_costs_no_figures(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    struct rlimit before;
    strcpy(path, temp_dir_write(dir, "a.svg", "<svg/>", 6));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 6000, .rlim_max = before.rlim_max});
    ProgramRun run = program_run(ARGS("paths", "cat", "--quiet", "--svg", path));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(run.status, 1);
    assert_non_null(strstr(run.err, "the previous file is still intact"));
    assert_non_null(strstr(run.out, "Certainty"));
    program_free(&run);
    assert_holds(path, "<svg/>");
}

/* Before the work whose result goes there. */
static void a_place_that_cannot_be_written_is_told_at_once(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    assert_false(export_file_prepare(temp_dir_join(dir, "no/such.svg"), EXPORT_SVG, &err));
    assert_non_null(strstr(err.text, "no/such.svg: cannot be created"));
    assert_false(export_file_prepare(dir->path, EXPORT_SVG, &err));
    assert_true(export_file_prepare(temp_dir_join(dir, "new.svg"), EXPORT_SVG, &err));
    assert_int_equal(temp_dir_count(dir), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_second_export_takes_the_place_of_the_first),
        IN_TEMP_DIR(a_script_is_not_recorded_over_itself),
        IN_TEMP_DIR(a_recording_of_a_class_is_not_replaced),
        IN_TEMP_DIR(files_of_another_kind_are_not_replaced),
        IN_TEMP_DIR(the_explorer_replaces_neither_the_picture_nor_other_files),
        IN_TEMP_DIR(a_chart_that_cannot_be_written_costs_no_figures),
        IN_TEMP_DIR(a_place_that_cannot_be_written_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
