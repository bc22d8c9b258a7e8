/* What a command's usage line says and what the command accepts are the same, for every command. */
#include <stdio.h>
#include <string.h>

#include "app/cli/options.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"

enum { WORDS_MAX = 12, FORMS_MAX = 4 };

/* The words of a call, after the command. */
typedef struct Line {
    char words[WORDS_MAX][32];
    int count;
} Line;

/* A usage line between two " | ", filled in. */
typedef struct Example {
    Line full, least; /* with everything that may be there, and with what must */
    int pictures;     /* the most that it takes; -1: any number, or it takes none at all */
    bool many;
} Example;

static void add(Line *line, const char *word) {
    snprintf(line->words[line->count++], sizeof line->words[0], "%s", word);
}

static bool parse(const Command *command, const Line *line, Error *err) {
    char *argv[WORDS_MAX + 3] = {(char *)"skipscope"};
    int argc = 1;
    Options options;
    if (*command->name) argv[argc++] = (char *)command->name;
    for (int k = 0; k < line->count; k++) argv[argc++] = (char *)line->words[k];
    argv[argc] = NULL;
    return options_parse(&options, argc, argv, err);
}

static void spell(const Line *line, char out[400]) {
    out[0] = '\0';
    for (int k = 0; k < line->count; k++)
        snprintf(out + strlen(out), 400 - strlen(out), " %s", line->words[k]);
}

static void assert_accepts(const Command *command, const Line *line) {
    Error err = {0};
    char text[400];
    spell(line, text);
    if (!parse(command, line, &err))
        fail_msg("skipscope %s%s, usage '%s': %s", command->name, text, command->words, err.text);
}

/* `part` has the word that is named. */
static void assert_refuses(const Command *command, const Line *line, const char *part) {
    Error err = {0};
    char text[400];
    spell(line, text);
    if (parse(command, line, &err))
        fail_msg("skipscope %s%s is accepted, its usage is '%s'", command->name, text, command->words);
    assert_int_equal(err.kind, ERROR_USAGE);
    if (!strstr(err.text, part) || (*command->words && !strstr(err.text, command->words)))
        fail_msg("skipscope %s%s: '%s' names not '%s' and the usage", command->name, text, err.text, part);
}

/* A word that may stand for the name in the usage line. */
static const char *sample_of(const char *name) {
    if (strstr(name, "MODEL") || strstr(name, "ARCH")) return "resnet20";
    if (strstr(name, "IMAGE")) return "cat";
    return name[0] >= 'a' && name[0] <= 'z' ? name : "x";
}

static const char *take_piece(const char *at, char name[32], bool *optional, bool *many) {
    size_t length = strcspn(at, " ");
    snprintf(name, 32, "%.*s", (int)length, at);
    *optional = name[0] == '[';
    *many = strstr(name, "...") != NULL;
    if (*optional) memmove(name, name + 1, strlen(name));
    name[strcspn(name, ".]")] = '\0';
    return at + length + strspn(at + length, " ");
}

static int read_examples(const char *usage, Example out[FORMS_MAX]) {
    int count = 0;
    for (const char *at = usage; count == 0 || *at; count++) {
        Example *example = &out[count];
        *example = (Example){.pictures = 0};
        while (*at && *at != '|') {
            char name[32];
            bool optional, many;
            at = take_piece(at, name, &optional, &many);
            add(&example->full, sample_of(name));
            if (!optional) add(&example->least, sample_of(name));
            example->many = example->many || many;
            if (strcmp(name, "IMAGE") == 0) example->pictures++;
        }
        if (*at) at += 2;
        if (example->many || !strstr(usage, "MODEL")) example->pictures = -1;
    }
    return count;
}

static void usage_and_acceptance_agree_for_every_command(void **state) {
    (void)state;
    int bounded = 0, with_pictures = 0;
    for (int c = 0; c < COMMAND_COUNT; c++) {
        const Command *command = command_get((CommandId)c);
        Example examples[FORMS_MAX];
        int count = read_examples(command->words, examples);
        for (int k = 0; k < count; k++) {
            Line more = examples[k].full;
            assert_accepts(command, &examples[k].full);
            assert_accepts(command, &examples[k].least);
            add(&more, "horse");
            if (examples[k].many)
                assert_accepts(command, &more);
            else
                assert_refuses(command, &more, "'horse'");
            bounded += !examples[k].many;
            if (count > 1 || examples[k].least.count == 0) continue;
            Line less = examples[k].least;
            less.count--;
            assert_refuses(command, &less, "needs");
        }
        Line pictures = {.count = 0};
        if (examples[0].pictures < 0) continue;
        for (int k = 0; k < examples[0].least.count; k++) add(&pictures, examples[0].least.words[k]);
        for (int k = 0; k < examples[0].pictures; k++) add(&pictures, "cat");
        assert_accepts(command, &pictures);
        add(&pictures, "horse");
        assert_refuses(command, &pictures, "'horse' is one picture too many");
        with_pictures++;
    }
    assert_true(bounded >= 15 && with_pictures >= 4);
}

static void a_word_too_many_is_named_and_exits_with_2(void **state) {
    (void)state;
    program_expect_failure(2, "'horse' is one picture too many for shattered, which takes",
                           ARGS("shattered", "cat", "dog", "horse"));
    program_expect_failure(2, "'dog' is one picture too many for the explorer", ARGS("cat", "dog"));
    program_expect_failure(2, "'cat' is one picture too many for summary", ARGS("summary", "cat", "--json"));
    program_expect_failure(2, "'y' is one word too many for lesson", ARGS("lesson", "check", "x", "y"));
    program_expect_failure(2, "lesson has no 'chek': did you mean 'check'?", ARGS("lesson", "chek", "x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_and_acceptance_agree_for_every_command),
        cmocka_unit_test(a_word_too_many_is_named_and_exits_with_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
