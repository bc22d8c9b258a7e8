/* What the documents name in backquotes exists: paths, identifiers of the sources, options, and actions; and the
 * commands that they show are commands. */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/options.h"
#include "app/input/keymap.h"
#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "views/scene/action.h"
#include "views/scene/view.h"

enum { BYTES_MAX = 1 << 22, WORD_MAX = 160, WORDS_MAX = 24 };

static const char *const documents[] = {"README.md", "MANUAL.md", "CONTRIBUTING.md", "TUTORIAL.md"};
enum { DOCUMENTS = sizeof documents / sizeof *documents };

static char *read_file(const char *path) {
    Error err = {0};
    size_t size;
    char *text = (char *)file_read_all(path, BYTES_MAX, &size, &err);
    if (!text) fail_msg("%s", err.text);
    return text;
}

/* Every source file, one after the other. */
static int read_sources(void **state) {
    static const char *const patterns[] = {"core/*/*.[ch]",    "views/*/*.[ch]", "app/*.[ch]",
                                           "app/*/*.[ch]",     "app/*/*.sh",     "tests/*/*.[ch]",
                                           "tests/*/*/*.[ch]", "Makefile"};
    char *all = NULL;
    size_t size;
    FILE *stream = open_memstream(&all, &size);
    for (size_t k = 0; k < sizeof patterns / sizeof patterns[0]; k++) {
        glob_t found;
        if (glob(patterns[k], 0, NULL, &found) != 0) return -1;
        for (size_t j = 0; j < found.gl_pathc; j++) {
            char *text = read_file(found.gl_pathv[j]);
            fputs(text, stream);
            free(text);
        }
        globfree(&found);
    }
    fclose(stream);
    *state = all;
    return 0;
}

static int free_sources(void **state) {
    free(*state);
    return 0;
}

static bool is_part(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *sources, const char *word) {
    size_t length = strlen(word);
    for (const char *at = sources; (at = strstr(at, word)); at++)
        if ((at == sources || !is_part(at[-1])) && !is_part(at[length])) return true;
    return false;
}

static bool has_option(const char *sources, const char *name) {
    char row[WORD_MAX + 16];
    snprintf(row, sizeof row, ".name = \"%.*s\"", (int)strcspn(name, "="), name);
    return strstr(sources, row) != NULL;
}

/* A room, a slash, and more: core/op/op.c. What has a capital word in it stands for many, and data/ is made
 * by 'make data'. */
static bool is_path(const char *word) {
    static const char *const rooms[] = {"core/", "views/", "app/", "assets/", "tests/", "models/"};
    if (strstr(word, "NAME")) return false;
    for (size_t k = 0; k < sizeof rooms / sizeof rooms[0]; k++)
        if (strncmp(word, rooms[k], strlen(rooms[k])) == 0) return true;
    return false;
}

static bool is_identifier(const char *word) {
    bool joined = false;
    if (!isalpha((unsigned char)*word) || strstr(word, "NAME")) return false;
    for (const char *c = word; *c; c++) {
        if (!is_part(*c)) return false;
        joined = joined || *c == '_';
    }
    return joined;
}

/* NULL when the word is nothing to look up, or is there. */
static const char *problem_of(const char *sources, const char *word, bool first) {
    if (is_path(word)) return access(word, F_OK) == 0 ? NULL : "there is no such path";
    if (is_identifier(word)) return has_word(sources, word) ? NULL : "no source file has this word";
    if (strncmp(word, "--", 2) == 0 && isalpha((unsigned char)word[2]))
        return has_option(sources, word + 2) ? NULL : "there is no such option";
    if (first && *word == ':' && isalpha((unsigned char)word[1]))
        return action_find(word + 1) != ACTION_NONE ? NULL : "there is no such action";
    return NULL;
}

/* A command line of another program, whose options are its own. */
static bool is_of_others(const char *span) {
    static const char *const programs[] = {"torchrun ", "train.py "};
    for (size_t k = 0; k < sizeof programs / sizeof programs[0]; k++)
        if (strncmp(span, programs[k], strlen(programs[k])) == 0) return true;
    return false;
}

/* The words of one code span. Returns how many are wrong. */
static int check_span(const char *sources, const char *path, const char *span, size_t length) {
    int wrong = 0;
    if (is_of_others(span)) return 0;
    for (size_t k = 0; k < length;) {
        char word[WORD_MAX];
        size_t end = k + strcspn(span + k, " ,()|`");
        if (end > length) end = length;
        snprintf(word, sizeof word, "%.*s", (int)(end - k), span + k);
        const char *problem = problem_of(sources, word, k == 0);
        if (problem) print_error("%s: `%s`: %s\n", path, word, problem), wrong++;
        k = end + (end < length);
        while (k < length && strchr(" ,()|", span[k])) k++;
    }
    return wrong;
}

/* Code spans outside of ``` blocks, which the other tests run. */
static int check_text(const char *sources, const char *path, const char *text, int *spans) {
    int wrong = 0;
    bool fenced = false;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "```", 3) == 0) fenced = !fenced;
        for (const char *at = line; !fenced && strncmp(line, "```", 3) != 0;) {
            const char *open = memchr(at, '`', length - (size_t)(at - line));
            const char *close = open ? memchr(open + 1, '`', length - (size_t)(open + 1 - line)) : NULL;
            if (!close) break;
            wrong += check_span(sources, path, open + 1, (size_t)(close - open - 1));
            at = close + 1;
            ++*spans;
        }
        line += length + (line[length] == '\n');
    }
    return wrong;
}

static void what_stands_in_backquotes_exists(void **state) {
    int wrong = 0, spans = 0;
    for (int k = 0; k < DOCUMENTS; k++) {
        char *text = read_file(documents[k]);
        wrong += check_text(*state, documents[k], text, &spans);
        free(text);
    }
    assert_int_equal(wrong, 0);
    assert_true(spans > 100);
}

/* A line "skipscope WORD..." up to its comment, as the shell would split it. */
static bool is_command(const char *line, Error *err) {
    char copy[WORD_MAX * 2], *words[WORDS_MAX], *rest = NULL;
    int count = 0;
    Options options;
    snprintf(copy, sizeof copy, "%.*s", (int)strcspn(line, "#\n"), line);
    for (char *word = strtok_r(copy, " ", &rest); word && count < WORDS_MAX - 1;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    words[count] = NULL;
    return options_parse(&options, count, words, err);
}

static void commands_are_commands(void **state) {
    (void)state;
    int wrong = 0, found = 0;
    for (int k = 0; k < DOCUMENTS; k++) {
        char *text = read_file(documents[k]);
        for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
            if (strncmp(line, "skipscope ", 10) != 0) continue;
            Error err = {0};
            found++;
            if (is_command(line, &err)) continue;
            print_error("%s: %.*s: %s\n", documents[k], (int)strcspn(line, "\n"), line, err.text);
            wrong++;
        }
        free(text);
    }
    assert_false(is_command("skipscope sumary --level 7", &(Error){0}));
    assert_int_equal(wrong, 0);
    assert_true(found > 60);
}

/* Does the section of MANUAL.md name `key` in backquotes? */
static bool names_key(const char *section, const char *key) {
    char span[32];
    snprintf(span, sizeof span, "`%s`", key);
    return strstr(section, span) != NULL;
}

static void the_manual_has_every_key_and_view(void **state) {
    (void)state;
    char *text = read_file("MANUAL.md");
    char *keys = strstr(text, "\n## All keys"), *views = strstr(text, "\n## The views");
    assert_true(keys && views && views < keys);
    *strstr(keys + 1, "\n## ") = '\0';
    for (const Binding *binding = keymap_bindings(); binding->keys; binding++) {
        char names[64], *rest = NULL;
        snprintf(names, sizeof names, "%s", binding->keys);
        char *name = strtok_r(names, " ", &rest);
        if (!names_key(keys, name)) fail_msg("MANUAL.md, All keys: `%s` is missing", name);
    }
    for (int k = 0; k < VIEW_COUNT; k++) {
        char row[64];
        snprintf(row, sizeof row, "\n| %s | `%c` |", view_ops((ViewId)k)->title, view_ops((ViewId)k)->key);
        if (!strstr(views, row)) fail_msg("MANUAL.md, The views: %s is missing", row + 1);
    }
    free(text);
}

/* The front door is short; what runs on a bare machine finds its two commands there. */
static void the_front_door_is_short_and_names_two_commands(void **state) {
    (void)state;
    enum { LINES_MAX = 120 };
    char *text = read_file("README.md");
    int lines = 0;
    for (const char *c = text; *c; c++) lines += *c == '\n';
    assert_true(lines <= LINES_MAX);
    assert_non_null(strstr(text, "\nsudo apt-get update && sudo apt-get install -y "));
    assert_non_null(strstr(text, "\nmake test\n"));
    free(text);
}

static void what_does_not_exist_is_noticed(void **state) {
    int spans = 0;
    assert_int_equal(check_text(*state, "a text",
                                "`core/op/ad.c` `--levl` `:lessn x` `pass_"
                                "stp` `core/op/NAME.c` `op_add.c`\n",
                                &spans),
                     4);
    assert_int_equal(spans, 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_in_backquotes_exists),
        cmocka_unit_test(commands_are_commands),
        cmocka_unit_test(the_manual_has_every_key_and_view),
        cmocka_unit_test(the_front_door_is_short_and_names_two_commands),
        cmocka_unit_test(what_does_not_exist_is_noticed),
    };
    return cmocka_run_group_tests(tests, read_sources, free_sources);
}
