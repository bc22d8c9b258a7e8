/* The manual page and the completion for bash: they name all there is, and programs that read them agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/bash_completion.h"
#include "app/cli/manual.h"
#include "app/cli/option_table.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

enum { LINE_MAX_BYTES = 4096, NAME_MAX_BYTES = 64, PIECE_MAX = 128, TEXT_MAX = 1 << 16 };

typedef void (*Print)(FILE *out);

/* What it prints; until the next call. */
static char *printed(Print print) {
    static char text[TEXT_MAX];
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    print(out);
    assert_true(ftell(out) < (long)sizeof text - 1);
    fclose(out);
    return text;
}

static void expect(const char *text, const char *piece) {
    if (!strstr(text, piece)) fail_msg("nothing says '%s'", piece);
}

/* As roff wants it: hyphens that are minus signs. */
static void with_minus(const char *name, char out[NAME_MAX_BYTES]) {
    size_t used = 0;
    for (; *name && used < NAME_MAX_BYTES - 3; name++) {
        if (*name == '-') out[used++] = '\\';
        out[used++] = *name;
    }
    out[used] = '\0';
}

static void the_manual_names_every_command_and_option(void **state) {
    (void)state;
    char *text = printed(manual_print), name[NAME_MAX_BYTES], piece[PIECE_MAX];
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        with_minus(command->name, name);
        snprintf(piece, sizeof piece, "\n.SS %s\n", name);
        if (*command->sentence) expect(text, piece);
        if (!*command->sentence && strstr(text, piece)) fail_msg("%s is hidden", command->name);
    }
    for (int k = 0; k < option_table_count; k++) {
        with_minus(option_table[k].name, name);
        snprintf(piece, sizeof piece, "\\fB\\-\\-%s\\fR", name);
        expect(text, piece);
    }
}

/* A line of another form would be printed as text, or swallowed. */
static void the_manual_has_only_macros_of_man(void **state) {
    (void)state;
    static const char *const macros[] = {".TH ",  ".SH ",  ".SS ",  ".TP\n", ".PP\n",
                                         ".br\n", ".nf\n", ".fi\n", ".B ",   ".I "};
    char *text = printed(manual_print);
    for (const char *at = text; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
        bool known = *at != '.' && *at != '\'';
        for (size_t k = 0; k < sizeof macros / sizeof *macros; k++)
            known = known || strncmp(at, macros[k], strlen(macros[k])) == 0;
        if (!known) fail_msg("no macro: %.40s", at);
    }
}

/* The whole output of a shell command; exit status 127 means that there is no such program. */
static int output_of(const char *command, char *out, size_t size) {
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t length = fread(out, 1, size - 1, pipe);
    out[length] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

static void write_printed(TempDir *dir, const char *name, Print print) {
    char *text = printed(print);
    temp_dir_write(dir, name, text, strlen(text));
}

static void groff_has_nothing_to_say_about_the_manual(void **state) {
    char command[LINE_MAX_BYTES], out[LINE_MAX_BYTES];
    write_printed(*state, "skipscope.1", manual_print);
    snprintf(command, sizeof command, "groff -man -ww -Tascii -z '%s' 2>&1",
             temp_dir_join(*state, "skipscope.1"));
    int status = output_of(command, out, sizeof out);
    if (status == 127) skip();
    assert_string_equal(out, "");
    assert_int_equal(status, 0);
}

static void completion_names_every_command_and_its_options(void **state) {
    (void)state;
    char *text = printed(bash_completion_print), piece[PIECE_MAX];
    for (int c = 0; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        snprintf(piece, sizeof piece, "\n        %s:-*) _skipscope_offer \"", command->name);
        const char *at = strstr(text, piece);
        if (c != COMMAND_EXPLORE && !*command->sentence) {
            assert_null(at);
            continue;
        }
        if (!at) fail_msg("no options for '%s'", command->name);
        char *line = strndup(at + 1, strcspn(at + 1, "\n"));
        for (int k = 0; k < option_table_count; k++) {
            snprintf(piece, sizeof piece, "--%s ", option_table[k].name);
            if (option_is_for(&option_table[k], (CommandId)c)) expect(line, piece);
        }
        free(line);
    }
}

/* What bash offers for the last of these words, each with a space after it. */
static void completed(TempDir *dir, const char *words, char *out, size_t size) {
    char command[LINE_MAX_BYTES];
    snprintf(command, sizeof command,
             "bash --norc -c '. \"%s\"; COMP_WORDS=(skipscope %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
             "_skipscope; printf \"%%s \" \"${COMPREPLY[@]}\"' 2>&1",
             temp_dir_join(dir, "skipscope.bash"), words);
    if (output_of(command, out, size) == 127) skip();
}

static void bash_completes(void **state) {
    static const struct {
        const char *words, *expected;
    } cases[] = {
        {"summ", "summary "},
        {"summary --js", "--json "},
        {"summary --mea", " "},
        {"summary --shortcut \"\"", "A B C "},
        {"--color ne", "never "},
        {"--color = ne", "never "},
        {"--color =", "auto never 16 256 truecolor "},
        {"--color never summ", "summary "},
        {"--color = never summ", "summary "},
        {"-a plain11", "plain110 "},
        {"bench --batch 1", " "},
        {"train resnet15", "resnet152 "},
        {"resnet20 04-", "04-cat "},
        {"lesson expo", "export "},
        {"present bottl", "bottleneck "},
        {"--init gl", "glorot "},
    };
    write_printed(*state, "skipscope.bash", bash_completion_print);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char out[LINE_MAX_BYTES];
        completed(*state, cases[k].words, out, sizeof out);
        if (strcmp(out, cases[k].expected) != 0)
            fail_msg("skipscope %s: '%s', expected '%s'", cases[k].words, out, cases[k].expected);
    }
}

/* These words stand in the completion and in the option's help, and must be the same. */
static void words_of_values_are_those_of_the_help(void **state) {
    static const char *const names[] = {"init", "without-skip", "pass", "lock", "hide"};
    write_printed(*state, "skipscope.bash", bash_completion_print);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char words[PIECE_MAX], out[LINE_MAX_BYTES];
        const OptionSpec *spec = option_find(names[k], strlen(names[k]), COMMAND_BENCH);
        snprintf(words, sizeof words, "--%s \"\"", names[k]);
        completed(*state, words, out, sizeof out);
        int count = 0;
        for (char *word = strtok(out, " "); word; word = strtok(NULL, " ")) {
            if (!strstr(spec->help, word)) fail_msg("--%s: its help does not speak of '%s'", names[k], word);
            count++;
        }
        assert_true(count > 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_names_every_command_and_option),
        cmocka_unit_test(the_manual_has_only_macros_of_man),
        cmocka_unit_test(completion_names_every_command_and_its_options),
        IN_TEMP_DIR(groff_has_nothing_to_say_about_the_manual),
        IN_TEMP_DIR(bash_completes),
        IN_TEMP_DIR(words_of_values_are_those_of_the_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
