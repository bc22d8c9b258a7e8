/* A checkpoint of several networks as the model: the notice names them, and states lead back to the same one. */
#include <stdio.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

/* Of resnet8 and plain8 after a step. */
static void train_pair(TempDir *dir, char checkpoint[TEMP_PATH_MAX]) {
    char out[TEMP_PATH_MAX];
    strcpy(out, temp_dir_join(dir, "pair"));
    ProgramRun run =
        program_run(ARGS("train", "--compare", "resnet8,plain8", "--dataset", "mini", "--limit", "10",
                         "--batch", "10", "--epochs", "2", "--stop-after", "1", "--out", out));
    if (run.status != 0) fail_msg("%s", run.err);
    program_free(&run);
    strcpy(checkpoint, temp_dir_join(dir, "pair.ckpt"));
}

/* On 80 columns the end of a long notice is not seen. */
static void the_notice_begins_with_the_step_and_the_networks(void **state) {
    char checkpoint[TEMP_PATH_MAX], begin[TEMP_PATH_MAX + 120];
    train_pair(*state, checkpoint);
    ProgramRun run = program_run(ARGS("classify", checkpoint, "--key", "plain8", "cat"));
    snprintf(
        begin, sizeof begin,
        "skipscope: %s: a checkpoint after step 1 of resnet8,plain8 (--key chooses), tensors of 'plain8'",
        checkpoint);
    if (strncmp(run.err, begin, strlen(begin)) != 0) fail_msg("%s", run.err);
    program_free(&run);
}

static void a_training_begins_with_the_network_that_the_key_names(void **state) {
    char checkpoint[TEMP_PATH_MAX];
    train_pair(*state, checkpoint);
    ProgramRun run = program_run(ARGS("train", "--weights", checkpoint, "--key", "plain8", "--dataset",
                                      "mini", "--limit", "10", "--batch", "10", "--epochs", "1"));
    if (run.status != 0) fail_msg("%s", run.err);
    assert_non_null(strstr(run.out, "not saved: plain8, "));
    program_free(&run);
    program_expect_failure(2, "--key chooses in the file", ARGS("train", "resnet8", "--key", "plain8"));
}

static void assert_state_is_itself(const char *text, const char *script) {
    char line[TEMP_PATH_MAX + 64];
    ProgramRun run = program_run(ARGS("--state", text, "--script", script));
    snprintf(line, sizeof line, "%s\n", text);
    assert_string_equal(run.out, line);
    program_free(&run);
}

static void a_state_names_the_network_by_its_key(void **state) {
    char checkpoint[TEMP_PATH_MAX], script[TEMP_PATH_MAX], text[TEMP_PATH_MAX + 64];
    train_pair(*state, checkpoint);
    strcpy(script, temp_dir_write(*state, "ask", "state -\n", 8));
    snprintf(text, sizeof text, "v1:plain8,weights=%s,key=plain8", checkpoint);
    assert_state_is_itself(text, script);
    snprintf(text, sizeof text, "v1:resnet8,weights=%s", checkpoint);
    assert_state_is_itself(text, script);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(the_notice_begins_with_the_step_and_the_networks),
        IN_TEMP_DIR(a_training_begins_with_the_network_that_the_key_names),
        IN_TEMP_DIR(a_state_names_the_network_by_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
