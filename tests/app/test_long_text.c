/* Long texts of letters that take three bytes: wherever there is no room for all of one, it is cut
 * between letters. Half a letter would be seen as an escaped byte: \xE2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/utf8.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

enum { SHIFTS = 3, CLASSES = 10, NAME_BYTES = 125, FOLDER_BYTES = 200, SCRIPT_MAX = 8192, LINES_MAX = 12000 };

static const char letter[] = "\xE2\x82\xAC";

/* `shift` times an x, then letters, at most `bytes` in all. */
static const char *fill(char *out, int shift, size_t bytes) {
    size_t used = 0, count = sizeof letter - 1;
    for (int k = 0; k < shift; k++) out[used++] = 'x';
    for (; used + count <= bytes; used += count) memcpy(out + used, letter, count);
    out[used] = '\0';
    return out;
}

static void assert_whole_letters(const char *text, const char *where) {
    const char *half = strstr(text, "\\x");
    size_t length = strlen(text);
    if (half) fail_msg("%s: '%.80s'", where, half);
    for (size_t at = 0; at < length;) {
        uint32_t code;
        at += utf8_decode(text + at, length - at, &code);
        if (code == UINT32_MAX) fail_msg("%s: broken before byte %zu", where, at);
    }
}

static void expect_whole(const char *where, int status, const char *input, const char *const *arguments) {
    ProgramRun run = program_run_input(input, strlen(input), arguments);
    if (run.status != status) fail_msg("%s: exit code %d: %s", where, run.status, run.err);
    assert_whole_letters(run.out, where);
    assert_whole_letters(run.err, where);
    program_free(&run);
}

/* A list of long names, and a picture in a folder of a long name. */
typedef struct Names {
    char list[TEMP_PATH_MAX], picture[2 * TEMP_PATH_MAX];
} Names;

static void make_names(TempDir *dir, int shift, Names *names) {
    char text[CLASSES * (NAME_BYTES + 8)] = "", name[NAME_BYTES + 8], folder[FOLDER_BYTES + 8];
    size_t size;
    for (int k = 0; k < CLASSES; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d\n",
                 fill(name, (shift + k) % SHIFTS, NAME_BYTES), k);
    snprintf(names->list, sizeof names->list, "%s", temp_dir_write(dir, "names", text, strlen(text)));
    uint8_t *bytes = file_read_all("tests/golden/files/palette.png", 1 << 20, &size, NULL);
    assert_non_null(bytes);
    fill(folder, shift, FOLDER_BYTES);
    assert_int_equal(mkdir(temp_dir_join(dir, folder), 0755), 0);
    snprintf(names->picture, sizeof names->picture, "%s/%s.png", temp_dir_join(dir, folder), folder);
    assert_true(file_write_atomic(names->picture, bytes, size, NULL));
    free(bytes);
}

/* Every view in several sizes, before and after the passes. */
static void write_script(char out[SCRIPT_MAX]) {
    static const char *const views[] = {"architecture", "step",      "maps",  "value",
                                        "block",        "gradients", "input", "analyses"};
    static const char *const sizes[] = {"80x24", "100x30", "131x40", "200x50", "41x20"};
    static const char *const runs[] = {"", "select fc\nfinish\n", "select loss\n", "versus\n"};
    size_t used = 0;
    for (size_t r = 0; r < sizeof runs / sizeof runs[0]; r++) {
        used += utf8_format(out + used, SCRIPT_MAX - used, "%s", runs[r]);
        for (size_t v = 0; v < sizeof views / sizeof views[0]; v++)
            used += utf8_format(out + used, SCRIPT_MAX - used, "size %s\nview %s\nscreen -\ndescribe -\n",
                                sizes[(v + r) % 5], views[v]);
    }
    utf8_format(out + used, SCRIPT_MAX - used,
                "explain 1\nscreen -\nexplain 3\nscreen -\nstate -\nhelp\nscreen -\n");
}

static void names_of_classes_and_pictures(void **state) {
    char script[SCRIPT_MAX];
    write_script(script);
    for (int shift = 0; shift < SHIFTS; shift++) {
        TempDir *dir = *state;
        Names names;
        make_names(dir, shift, &names);
        expect_whole("script", 0, script, ARGS("--script", "-", "--classes", names.list, names.picture));
        expect_whole("classify", 0, "", ARGS("classify", "--classes", names.list, names.picture));
        expect_whole("logits", 0, "", ARGS("logits", "--classes", names.list, names.picture));
        expect_whole("csv", 0, "", ARGS("logits", "--csv", "--classes", names.list, names.picture));
        expect_whole("junctions", 0, "", ARGS("junctions", names.picture));
        expect_whole("explain", 0, "", ARGS("explain", "loss", "--classes", names.list, names.picture));
    }
}

/* Wrong values and words of every length around the rooms there are. */
static void what_messages_quote(void **state) {
    (void)state;
    for (int shift = 0; shift < SHIFTS; shift++) {
        char word[700], line[4000];
        fill(word, shift, 690);
        expect_whole("--seed", 2, "", ARGS("gradflow", "--seed", word));
        expect_whole("--init", 2, "", ARGS("gradflow", "--init", word));
        expect_whole("--state", 2, "", ARGS("--script", "-", "--state", word));
        expect_whole("--lock", 2, "", ARGS("--script", "-", "--lock", word));
        expect_whole("--name", 2, "", ARGS("notes", "--name", word));
        expect_whole("file", 4, "", ARGS("--script", word));
        fill(word, shift, 480);
        snprintf(line, sizeof line, "%s\n", word);
        expect_whole("action", 2, line, ARGS("--script", "-"));
        snprintf(line, sizeof line, "image %s\n", word);
        expect_whole("image", 1, line, ARGS("--script", "-"));
        snprintf(line, sizeof line, "select %s\n", word);
        expect_whole("select", 1, line, ARGS("--script", "-"));
        snprintf(line, sizeof line, "select %s\nimage %s\nbind %s x\nlesson %s\n/%s\nq\n", word, word, word,
                 word, word);
        expect_whole("screen reader", 0, line, ARGS("--screen-reader", "--no-config"));
    }
}

/* Titles, options and answers of a lesson, on the screen, in words and as a recording's chapters. */
static void texts_of_lessons(void **state) {
    for (int shift = 0; shift < SHIFTS; shift++) {
        char word[500], text[LINES_MAX], script[TEMP_PATH_MAX + 400], answer[80];
        fill(answer, shift, 70);
        fill(word, shift, 480);
        snprintf(text, sizeof text,
                 "title %s\nabout %s\npage %s\n| a\nask choice Q\noption %s when blocks = 9\noption %s "
                 "otherwise\n"
                 "notes %s\npage %s\n| b\ntask %s\nuntil blocks = 8\n",
                 word, word, word, answer, answer, word, word, answer);
        const char *path = temp_dir_write(*state, "l.lesson", text, strlen(text));
        snprintf(script, sizeof script,
                 "lesson %s\nscreen -\nlesson-next\nscreen -\nanswer b\nscreen -\nlesson-next\nscreen -\n"
                 "describe -\nkeys q\nscreen -\n",
                 path);
        ProgramRun check = program_run(ARGS("lesson", "check", path));
        assert_whole_letters(check.out, "check");
        program_free(&check);
        expect_whole("script", 0, script, ARGS("--script", "-"));
        expect_whole("record", 0, "", ARGS("record", path, "--out", "-"));
        snprintf(text, sizeof text, "title T\nabout A\npage P\n| {%s}\n%s\nask %s\nkeep %s\ndo %s\n", word,
                 word, word, word, answer);
        path = temp_dir_write(*state, "bad.lesson", text, strlen(text));
        expect_whole("mistakes", 4, "", ARGS("lesson", "check", path));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(names_of_classes_and_pictures),
        cmocka_unit_test(what_messages_quote),
        IN_TEMP_DIR(texts_of_lessons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
