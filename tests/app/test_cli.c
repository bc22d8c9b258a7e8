/* The program as a whole: exit codes, streams, help. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli/command.h"
#include "tests/support/assert_close.h"
#include "tests/support/plain_text.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

static void assert_prints(const char *part, const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    if (!strstr(run.out, part)) fail_msg("'%.400s' does not say '%s'", run.out, part);
    program_free(&run);
}

static void version_is_one_line(void **state) {
    (void)state;
    ProgramRun run = program_run(ARGS("--version"));
    assert_int_equal(run.status, 0);
    assert_true(strncmp(run.out, "skipscope ", 10) == 0);
    assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
    program_free(&run);
}

static void every_command_has_help_with_examples_first(void **state) {
    (void)state;
    for (int c = 0; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        if (*command->sentence == '\0') continue;
        ProgramRun run = program_run(*command->name ? ARGS(command->name, "--help") : ARGS("--help"));
        assert_int_equal(run.status, 0);
        const char *examples = strstr(run.out, "Examples:"), *options = strstr(run.out, "\nOptions:");
        if (!examples || !options || options < examples) fail_msg("help of '%s': %s", command->name, run.out);
        program_free(&run);
    }
}

static void help_lines_fit_into_80_columns(void **state) {
    (void)state;
    for (int c = 0; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        ProgramRun run = program_run(*command->name ? ARGS(command->name, "-h") : ARGS("-h"));
        for (char *line = strtok(run.out, "\n"); line; line = strtok(NULL, "\n"))
            if (strlen(line) > 80) fail_msg("%zu columns: %s", strlen(line), line);
        program_free(&run);
    }
}

static void every_command_stands_apart_from_its_sentence(void **state) {
    (void)state;
    ProgramRun run = program_run(ARGS("--help"));
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        char line[64];
        if (*command->sentence == '\0') continue;
        snprintf(line, sizeof line, "\n  %s ", command->name);
        if (!strstr(run.out, line)) fail_msg("no line of '%s' in %s", command->name, run.out);
    }
    program_free(&run);
}

static void usage_errors_exit_with_2_and_point_to_help(void **state) {
    (void)state;
    program_expect_failure(2, "record needs --out FILE.cast", ARGS("record", "skip"));
    program_expect_failure(2, "lesson export needs --out", ARGS("lesson", "export", "skip"));
    program_expect_failure(2, "belong to 'skipscope lesson export", ARGS("lesson", "skip", "--notes"));
    program_expect_failure(2, "--pace is not an option of lesson but of record",
                           ARGS("lesson", "--pace", "100"));
    program_expect_failure(2, "'skipscope record' records a script", ARGS("--script", "-", "--record", "x"));
    program_expect_failure(2, "--script does not go with it", ARGS("--script", "-", "--screen-reader"));
    program_expect_failure(2, "skipscope summary --help", ARGS("summary", "--nonsense"));
    program_expect_failure(2, "the nearest is resnet18", ARGS("summary", "resnet17"));
    program_expect_failure(2, "did you mean 'summary'?", ARGS("classify", "sumary"));
    program_expect_failure(2, "has no block 'layer1.7'",
                           ARGS("gradflow", "resnet20", "--without-skip", "lesion:layer1.7"));
    program_expect_failure(2, "the nearest is 'plain'",
                           ARGS("gradflow", "resnet20", "--without-skip", "plan"));
    program_expect_failure(2, "--init: expected", ARGS("gradflow", "resnet20", "--init", "xavier"));
    program_expect_failure(2, "choose one of them", ARGS("eval", "--weights", "x", "--init", "he"));
    program_expect_failure(2, "the nearest is relu", ARGS("ops", "relo"));
}

/* Standard output is a pipe here, where the explorer could only speak of a terminal. */
static void a_misspelt_command_is_named_with_the_nearest_one(void **state) {
    (void)state;
    static const char meant[] = "there is no command 'sumary': did you mean 'summary'?";
    const char *const *const runs[] = {ARGS("sumary"),
                                       ARGS("sumary", "resnet50"),
                                       ARGS("sumary", "resnet50", "--json"),
                                       ARGS("--json", "sumary", "resnet50"),
                                       ARGS("--ascii", "--arch", "resnet50", "sumary"),
                                       ARGS("sumary", "--nonsense"),
                                       ARGS("sumary", "nothing", "of", "the", "kind"),
                                       ARGS("--script", "/dev/null", "sumary"),
                                       ARGS("--screen-reader", "sumary")};
    for (size_t k = 0; k < sizeof runs / sizeof runs[0]; k++) program_expect_failure(2, meant, runs[k]);
    program_expect_failure(2, "no command 'SUMMARY': did you mean 'summary'?", ARGS("SUMMARY", "resnet50"));
    program_expect_failure(2, "no command 'trian': did you mean 'train'?", ARGS("trian", "--out", "x"));
    program_expect_failure(2, "no command 'help': did you mean '--help'?", ARGS("help", "summary"));
    program_expect_failure(2, "there is no command 'foo'", ARGS("foo", "resnet50"));
    assert_prints("skipscope ", ARGS("sumary", "--version"));
    assert_prints("Commands", ARGS("sumary", "--help"));
}

/* What is no command was meant as a model or a picture. */
static void a_wrong_word_comes_before_the_lack_of_a_terminal(void **state) {
    TempDir *dir = *state;
    program_expect_failure(2, "did you mean 'resnet50'?", ARGS("resnt50"));
    program_expect_failure(2, "did you mean 'cat'?", ARGS("resnet50", "ct"));
    program_expect_failure(2, "'sumary' is no file", ARGS("--", "sumary"));
    program_expect_failure(2, "a command comes first: 'skipscope summary ...'", ARGS("resnet50", "summary"));
    program_expect_failure(4, "'nofile.jpg' is no file", ARGS("nofile.jpg"));
    program_expect_failure(4, "a folder", ARGS("summary", dir->path));
    program_expect_failure(3, "needs a terminal", ARGS("resnet20", "cat"));
}

static void an_unknown_lesson_is_a_usage_error_that_names_the_nearest_one(void **state) {
    const char *const file = temp_dir_join(*state, "out.html");
    const char *const *const runs[] = {ARGS("lesson", "skp"), ARGS("present", "skp"),
                                       ARGS("lesson", "check", "skp"), ARGS("record", "skp", "--out", file),
                                       ARGS("lesson", "export", "skp", "--out", file)};
    for (size_t k = 0; k < sizeof runs / sizeof runs[0]; k++)
        program_expect_failure(2, "there is no lesson 'skp'; did you mean 'skip'", runs[k]);
    assert_int_equal(access(file, F_OK), -1);
    program_expect_failure(4, "no-such.lesson", ARGS("present", "no-such.lesson"));
}

static void bad_files_exit_with_4(void **state) {
    TempDir *dir = *state;
    program_expect_failure(4, "no-such.safetensors", ARGS("summary", "--weights", "no-such.safetensors"));
    program_expect_failure(4, "is no file", ARGS("classify", "resnet20", "no-such.png"));
    program_expect_failure(4, "broken.png",
                           ARGS("classify", "resnet20", temp_dir_write(dir, "broken.png", "\x89PNG\r\n", 6)));
    program_expect_failure(4, "broken.safetensors",
                           ARGS("summary", temp_dir_write(dir, "broken.safetensors", "12345678{}", 10)));
    program_expect_failure(4, "broken.safetensors", ARGS("summary", dir->path)); /* the weights of a folder */
}

static void output_that_cannot_be_written_is_a_failure(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    pid_t child = fork();
    if (child == 0) {
        char command[400];
        snprintf(command, sizeof command, "%s ops >/dev/full 2>/dev/null", program_path());
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

static void ascii_output_is_ascii(void **state) {
    (void)state;
    static const char *const commands[] = {"ops", "doctor"};
    for (int k = 0; k < 2; k++) {
        ProgramRun run = program_run(ARGS(commands[k], "--ascii"));
        assert_int_equal(run.status, 0);
        for (const char *at = run.out; *at; at++)
            if ((unsigned char)*at > 126) fail_msg("%s: byte %d", commands[k], (unsigned char)*at);
        program_free(&run);
    }
}

/* Its standard input is empty: it says where it is, and ends. */
static void the_listening_explorer_needs_no_terminal(void **state) {
    (void)state;
    ProgramRun run = program_run(ARGS("--screen-reader", "--ascii", "--no-config"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\n1 next operation\n"));
    assert_plain_text(run.out, true);
    program_free(&run);
}

static void ops_and_doctor_say_what_they_promise(void **state) {
    (void)state;
    assert_prints("dx = dy", ARGS("ops", "relu", "--ascii"));
    assert_prints("arXiv:1512.03385", ARGS("ops"));
    assert_prints("BLAS core", ARGS("doctor"));
    assert_prints("locale", ARGS("doctor"));
}

/* Whatever is to be done, and before the screen opens. */
static void an_unknown_kernel_is_refused_whatever_is_asked(void **state) {
    (void)state;
    const char *variable = getenv("SKIPSCOPE_KERNEL");
    char *before = variable ? strdup(variable) : NULL;
    setenv("SKIPSCOPE_KERNEL", "avx3", 1);
    static const char *const names[] = {NULL, "ops", "glossary", "doctor", "bench", "summary", "lesson"};
    for (int c = 0; c < 7; c++) program_expect_failure(2, "the nearest is 'avx2'", ARGS(names[c]));
    setenv("SKIPSCOPE_KERNEL", "generic", 1);
    ProgramRun doctor = program_run(ARGS("doctor"));
    assert_non_null(strstr(doctor.out, "generic of openblas, generic"));
    program_free(&doctor);
    program_expect_failure(2, "the nearest is 'openblas'", ARGS("bench", "--kernel", "openblass"));
    unsetenv("SKIPSCOPE_KERNEL");
    if (before) setenv("SKIPSCOPE_KERNEL", before, 1);
    free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_one_line),
        cmocka_unit_test(every_command_has_help_with_examples_first),
        cmocka_unit_test(help_lines_fit_into_80_columns),
        cmocka_unit_test(every_command_stands_apart_from_its_sentence),
        cmocka_unit_test(usage_errors_exit_with_2_and_point_to_help),
        cmocka_unit_test(a_misspelt_command_is_named_with_the_nearest_one),
        IN_TEMP_DIR(a_wrong_word_comes_before_the_lack_of_a_terminal),
        IN_TEMP_DIR(an_unknown_lesson_is_a_usage_error_that_names_the_nearest_one),
        IN_TEMP_DIR(bad_files_exit_with_4),
        cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
        cmocka_unit_test(ascii_output_is_ascii),
        cmocka_unit_test(the_listening_explorer_needs_no_terminal),
        cmocka_unit_test(ops_and_doctor_say_what_they_promise),
        cmocka_unit_test(an_unknown_kernel_is_refused_whatever_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
