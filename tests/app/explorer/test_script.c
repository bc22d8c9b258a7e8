/* Scripts from a file and from standard input: what is no script, and what cannot be done, is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"
#include "views/scene/action_parse.h"

enum { TOO_LONG = (1 << 20) + 1 };

#define BYTES(text) text, sizeof(text) - 1

static void expect(const ProgramRun *run, int status, const char *out, const char *says) {
    if (run->status != status) fail_msg("exit code %d, expected %d: %s", run->status, status, run->err);
    if (!strstr(run->err, says)) fail_msg("'%s' does not say '%s'", run->err, says);
    assert_string_equal(run->out, out);
}

static void expect_script(const void *bytes, size_t size, int status, const char *out, const char *says) {
    ProgramRun run = program_run_input(bytes, size, ARGS("--script", "-"));
    expect(&run, status, out, says);
    program_free(&run);
}

static void what_a_handout_locks_ends_a_script_with_a_sentence(void **state) {
    static const struct {
        const char *script, *says;
    } cases[] = {{"finish\nview gradients\nstate -\n", "-:2: locked by this handout: view"},
                 {"keys s r\nstate -\n", "-:1: locked by this handout: view"},
                 {"keys : v i e w Space m a p s Enter\n", "-:1: locked by this handout: view"},
                 {"\n\nexplain 3\n", "-:3: hidden by this handout: explain"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        ProgramRun run = program_run_input(cases[k].script, strlen(cases[k].script),
                                           ARGS("--lock", "view", "--hide", "explain", "--script", "-"));
        expect(&run, 1, "", cases[k].says);
        program_free(&run);
    }
}

static void a_recording_stops_at_what_is_locked(void **state) {
    TempDir *dir = *state;
    char script[TEMP_PATH_MAX], cast[TEMP_PATH_MAX];
    static const char lines[] = "state v1:resnet20,lock=view\nview gradients\n";
    snprintf(script, sizeof script, "%s", temp_dir_write(dir, "a.script", lines, sizeof lines - 1));
    snprintf(cast, sizeof cast, "%s", temp_dir_join(dir, "a.cast"));
    program_expect_failure(1, "a.script:2: locked by this handout: view",
                           ARGS("record", script, "--out", cast));
    assert_int_equal(temp_dir_count(dir), 1);
}

static void standard_input_has_the_limit_of_a_file(void **state) {
    TempDir *dir = *state;
    static const char first[] = "state -\n#";
    char *bytes = malloc(TOO_LONG);
    assert_non_null(bytes);
    memset(bytes, '.', TOO_LONG);
    memcpy(bytes, first, sizeof first - 1);
    expect_script(bytes, TOO_LONG, 4, "", "standard input: is longer than 1048576 bytes");
    expect_script(bytes, TOO_LONG - 1, 0, "v1:resnet20\n", "");
    program_expect_failure(4, "is 1048577 bytes long, expected at most 1048576",
                           ARGS("--script", temp_dir_write(dir, "s", bytes, TOO_LONG)));
    free(bytes);
}

static void a_line_that_is_too_long_is_refused_and_not_cut(void **state) {
    (void)state;
    char text[2000];
    int length = snprintf(text, sizeof text, "#%0600d\nstate -\nselect %0600d\n", 0, 0);
    expect_script(text, (size_t)length, 2, "v1:resnet20\n",
                  "-:3: the line has 607 bytes, expected at most 511");
    length = snprintf(text, sizeof text, "keys %0*d", ACTION_TEXT_MAX - 5, 0);
    expect_script(text, (size_t)length, 2, "", "-:1: the line has 512 bytes, expected at most 511");
    length = snprintf(text, sizeof text, "   select %0*d   ", ACTION_TEXT_MAX - 8, 0);
    expect_script(text, (size_t)length, 1, "", "-:1: "); /* just fits: no such operation */
}

static void what_is_no_text_is_refused_before_anything_is_done(void **state) {
    (void)state;
    expect_script(BYTES("state -\nview\0maps\n"), 4, "", "standard input, line 2, byte 5: is a NUL byte");
    expect_script(BYTES("state -\nimage caf\xE9\n"), 4, "",
                  "standard input, line 2, byte 10: the byte 0xE9 is not UTF-8");
}

static void a_mark_and_carriage_returns_do_not_matter(void **state) {
    (void)state;
    expect_script(BYTES("\xEF\xBB\xBFstate -\r\n\r\nstate -\r\n"), 0, "v1:resnet20\nv1:resnet20\n", "");
}

static void an_action_keeps_all_of_its_line(void **state) {
    (void)state;
    Action action;
    Error err = {0};
    char line[ACTION_TEXT_MAX + 8];
    memset(line, 'a', sizeof line);
    memcpy(line, "image ", 6);
    line[ACTION_TEXT_MAX - 1] = '\0';
    assert_true(action_parse(line, &action, &err));
    assert_string_equal(action.text, line + 6);
    line[ACTION_TEXT_MAX - 1] = 'a';
    line[ACTION_TEXT_MAX] = '\0';
    assert_false(action_parse(line, &action, &err));
    assert_string_equal(err.text, "the line has 512 bytes, expected at most 511");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_handout_locks_ends_a_script_with_a_sentence),
        IN_TEMP_DIR(a_recording_stops_at_what_is_locked),
        IN_TEMP_DIR(standard_input_has_the_limit_of_a_file),
        cmocka_unit_test(a_line_that_is_too_long_is_refused_and_not_cut),
        cmocka_unit_test(what_is_no_text_is_refused_before_anything_is_done),
        cmocka_unit_test(a_mark_and_carriage_returns_do_not_matter),
        cmocka_unit_test(an_action_keeps_all_of_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
