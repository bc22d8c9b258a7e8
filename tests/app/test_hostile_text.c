/* Text from outside, through every way in: whatever it is made of, nothing that drives a terminal comes out
 * on standard output or standard error, nor in a text file that is written. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/explorer/notes_link.h"
#include "app/explorer/notes_link_socket.h"
#include "core/base/file.h"
#include "core/base/utf8.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "views/scene/action.h"

/* A title set, a colour, CSI as one character of C1, a carriage return, right to left; valid UTF-8. */
#define HOSTILE "a\033]0;x\a\033[31m\302\233m\rb\342\200\256c\177"
/* As the name of a file or an argument may be: CSI as a bare byte of C1 as well. */
#define HOSTILE_BYTES HOSTILE "\233m\377"

enum { FILE_MAX = 1 << 24 };

/* Line ends are all that may drive the terminal. */
static void assert_tame(const char *text, const char *where) {
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t code;
        size_t count = utf8_decode(text + at, length - at, &code);
        if (code != '\n' && utf8_is_hostile(code)) {
            char safe[400];
            size_t from = at > 60 ? at - 60 : 0;
            utf8_escape(safe, sizeof safe, text + from, at + count - from);
            fail_msg("%s: U+%04X after '%s'", where, code, safe);
        }
        at += count;
    }
}

/* Both streams; returns the exit code. */
static int run_input(const char *where, const char *input, const char *const *arguments) {
    ProgramRun run = program_run_input(input, strlen(input), arguments);
    int status = run.status;
    if (status >= 128) fail_msg("%s: died of signal %d", where, status - 128);
    assert_tame(run.out, where);
    assert_tame(run.err, where);
    program_free(&run);
    return status;
}

static int run(const char *where, const char *const *arguments) {
    return run_input(where, "", arguments);
}

static void assert_tame_file(const char *path) {
    Error err = {0};
    size_t size;
    char *text = (char *)file_read_all(path, FILE_MAX, &size, &err);
    if (!text) fail_msg("%s", err.text);
    assert_true(size > 0);
    assert_tame(text, path);
    free(text);
}

/* A path of the folder that lives on. */
typedef struct Path {
    char text[TEMP_PATH_MAX];
} Path;

static Path path_of(TempDir *dir, const char *name) {
    Path path;
    snprintf(path.text, sizeof path.text, "%s", temp_dir_join(dir, name));
    return path;
}

static Path write_text(TempDir *dir, const char *name, const char *text) {
    Path path;
    snprintf(path.text, sizeof path.text, "%s", temp_dir_write(dir, name, text, strlen(text)));
    return path;
}

static void words_of_the_command_line(void **state) {
    static const char bad[] = HOSTILE_BYTES;
    (void)state;
    assert_int_not_equal(run("command", ARGS(bad, "x")), 0);
    assert_int_not_equal(run("option", ARGS("--" HOSTILE_BYTES)), 0);
    assert_int_not_equal(run("letter", ARGS("-\033")), 0);
    assert_int_not_equal(run("--arch", ARGS("summary", "--arch", bad)), 0);
    assert_int_not_equal(run("ARCH", ARGS("summary", bad)), 0);
    assert_int_not_equal(run("--weights", ARGS("classify", "--weights", bad)), 0);
    assert_int_not_equal(run("--init", ARGS("gradflow", "--init", bad)), 0);
    assert_int_not_equal(run("--seed", ARGS("gradflow", "--seed", bad)), 0);
    assert_int_not_equal(run("--without-skip", ARGS("gradflow", "--without-skip", bad)), 0);
    assert_int_not_equal(run("--theme", ARGS("notes", "--theme", bad)), 0);
    assert_int_not_equal(run("--name", ARGS("notes", "--name", bad)), 0);
    assert_int_not_equal(run("--state", ARGS("--script", "-", "--state", bad)), 0);
    assert_int_not_equal(run("--lock", ARGS("--script", "-", "--lock", bad)), 0);
    assert_int_not_equal(run("--op", ARGS("gradcheck", "--op", bad)), 0);
    assert_int_not_equal(run("--data", ARGS("eval", "--data", bad)), 0);
    assert_int_not_equal(run("--classes", ARGS("classify", "--classes", bad)), 0);
    assert_int_not_equal(run("--input", ARGS("trace", "--out", "/dev/null", "--input", bad)), 0);
    assert_int_not_equal(run("lesson", ARGS("lesson", bad)), 0);
    assert_int_not_equal(run("lesson check", ARGS("lesson", "check", bad)), 0);
    assert_int_not_equal(run("questions", ARGS("questions", bad)), 0);
    assert_int_not_equal(run("glossary", ARGS("glossary", bad)), 0);
    assert_int_not_equal(run("explain", ARGS("explain", bad)), 0);
    assert_int_not_equal(run("ops", ARGS("ops", bad)), 0);
    assert_int_not_equal(run("record", ARGS("record", bad, "--out", "-")), 0);
}

static void the_environment(void **state) {
    static const char *const names[] = {"COLORTERM", "NO_COLOR", "OPENBLAS_CORETYPE", "TERM",
                                        "LANG",      "HOME",     "XDG_CONFIG_HOME"};
    enum { COUNT = sizeof names / sizeof names[0] };
    char *kept[COUNT];
    (void)state;
    for (int k = 0; k < COUNT; k++) {
        kept[k] = getenv(names[k]) ? strdup(getenv(names[k])) : NULL;
        setenv(names[k], "/" HOSTILE_BYTES, 1);
    }
    int status = run("doctor", ARGS("doctor"));
    setenv("SKIPSCOPE_ARCH", HOSTILE_BYTES, 1);
    int refused = run("SKIPSCOPE_ARCH", ARGS("summary"));
    unsetenv("SKIPSCOPE_ARCH");
    for (int k = 0; k < COUNT; k++) {
        if (kept[k])
            setenv(names[k], kept[k], 1);
        else
            unsetenv(names[k]);
        free(kept[k]);
    }
    assert_int_equal(status, 0);
    assert_int_equal(refused, 2);
}

/* A picture and a folder whose names drive a terminal. */
static void names_of_files(void **state) {
    TempDir *dir = *state;
    Path picture = path_of(dir, HOSTILE_BYTES ".png"), folder = path_of(dir, HOSTILE_BYTES);
    Path chart = path_of(dir, "chart.svg");
    size_t size;
    uint8_t *bytes = file_read_all("tests/golden/files/palette.png", FILE_MAX, &size, NULL);
    assert_non_null(bytes);
    assert_true(file_write_atomic(picture.text, bytes, size, NULL));
    free(bytes);
    assert_int_equal(run("classify", ARGS("classify", picture.text)), 0);
    assert_int_equal(run("classify --json", ARGS("classify", picture.text, "--json")), 0);
    assert_int_equal(run("gradflow", ARGS("gradflow", picture.text)), 0);
    assert_int_equal(run("gradflow --csv", ARGS("gradflow", picture.text, "--csv")), 0);
    assert_int_equal(run("junctions", ARGS("junctions", picture.text, "--svg", chart.text)), 0);
    assert_tame_file(chart.text);
    assert_int_equal(run("junctions --csv", ARGS("junctions", picture.text, "--csv")), 0);
    assert_int_equal(run("junctions --json", ARGS("junctions", picture.text, "--json")), 0);
    assert_int_equal(run("trace", ARGS("trace", picture.text, "--out", folder.text)), 0);
    assert_int_not_equal(run("trace again", ARGS("trace", folder.text, "--out", picture.text)), 0);
    assert_int_not_equal(run("script", ARGS("--script", folder.text)), 0);
    assert_int_not_equal(run("lesson", ARGS("lesson", "check", picture.text)), 0);
    assert_int_not_equal(run("weights", ARGS("classify", "--weights", picture.text)), 0);
    assert_int_not_equal(run("npy", ARGS("trace", "--out", chart.text, "--input", picture.text)), 0);
}

/* The picture of that name on every view, as a screen and in words, and what is written of it. */
static void names_of_files_in_the_explorer(void **state) {
    TempDir *dir = *state;
    Path picture = path_of(dir, HOSTILE_BYTES ".png"), words = path_of(dir, "words"),
         svg = path_of(dir, "s.svg");
    char script[4 * TEMP_PATH_MAX];
    size_t size, used = 0;
    uint8_t *bytes = file_read_all("tests/golden/files/palette.png", FILE_MAX, &size, NULL);
    assert_true(file_write_atomic(picture.text, bytes, size, NULL));
    free(bytes);
    used = (size_t)snprintf(script, sizeof script, "finish\n");
    static const char *const views[] = {"architecture", "step",      "maps", "value",
                                        "block",        "gradients", "input"};
    for (size_t k = 0; k < sizeof views / sizeof views[0]; k++)
        used += (size_t)snprintf(script + used, sizeof script - used, "view %s\nscreen -\ndescribe -\n",
                                 views[k]);
    snprintf(script + used, sizeof script - used,
             "state -\nfiles pictures\nscreen -\nfiles\ndescribe %s\nexport %s\n", words.text, svg.text);
    assert_int_equal(run_input("script", script, ARGS("--script", "-", picture.text)), 0);
    assert_tame_file(words.text);
    assert_tame_file(svg.text);
    assert_int_equal(run_input("screen reader", "step\ndescribe\npictures\nmenu\nq\n",
                               ARGS("--screen-reader", "--no-config", picture.text)),
                     0);
}

/* Every action as a line for the screen reader, which goes on after an error, and a few in scripts. */
static void arguments_of_actions(void **state) {
    static const char *const words[] = {"view", "image", "weights", "lesson", "bind", "questions", "what"};
    (void)state;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        char line[200];
        snprintf(line, sizeof line, "%s %s\nscreen -\n", words[k], HOSTILE);
        assert_int_not_equal(run_input(line, line, ARGS("--script", "-")), 0);
    }
    char all[8192] = "";
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
        if (id != ACTION_SCREEN && id != ACTION_DESCRIBE && id != ACTION_EXPORT && id != ACTION_QUIT)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s %s\n", action_name((ActionId)id),
                     HOSTILE_BYTES);
    assert_int_equal(run_input("screen reader", all, ARGS("--screen-reader", "--no-config")), 0);
    assert_int_not_equal(run_input("keys", "keys " HOSTILE "\n", ARGS("--script", "-")), 0);
    assert_int_not_equal(run_input("size", "size " HOSTILE "\n", ARGS("--script", "-")), 0);
    assert_int_not_equal(run_input("action", HOSTILE "\n", ARGS("--script", "-")), 0);
    assert_int_not_equal(run_input("bytes", HOSTILE_BYTES "\n", ARGS("--script", "-")), 0);
    assert_int_not_equal(run_input("export", "export /no/" HOSTILE ".txt\n", ARGS("--script", "-")), 0);
    assert_int_not_equal(run_input("screen", "screen /no/" HOSTILE ".txt\n", ARGS("--script", "-")), 0);
}

static void lines_of_lessons(void **state) {
    static const char *const lines[] = {HOSTILE " x",
                                        "do " HOSTILE,
                                        "do view " HOSTILE,
                                        "| {" HOSTILE "}",
                                        "ask " HOSTILE,
                                        "ask number Q\nanswer " HOSTILE,
                                        "keep " HOSTILE,
                                        "until " HOSTILE,
                                        "task T\nuntil " HOSTILE,
                                        "option " HOSTILE,
                                        "do image " HOSTILE,
                                        "ask choice Q\noption x when " HOSTILE,
                                        "ask block Q\nanswer " HOSTILE};
    TempDir *dir = *state;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        char text[1000];
        snprintf(text, sizeof text, "title T\nabout A\npage P\n| x\n%s\n", lines[k]);
        Path path = write_text(dir, HOSTILE_BYTES ".lesson", text);
        assert_int_not_equal(run(lines[k], ARGS("lesson", "check", path.text)), 0);
        run(lines[k], ARGS("lesson", path.text));
        run(lines[k], ARGS("record", path.text, "--out", "-"));
    }
}

/* A lesson that is right, all of whose texts are hostile. */
static void texts_of_lessons(void **state) {
    static const char text[] = "title " HOSTILE "\nabout " HOSTILE "\npage " HOSTILE "\n| " HOSTILE
                               "\nask choice " HOSTILE "\noption " HOSTILE " when blocks = 9\noption " HOSTILE
                               " otherwise\nnotes " HOSTILE "\npage " HOSTILE "\n| {blocks} " HOSTILE "\n";
    TempDir *dir = *state;
    Path lesson = write_text(dir, HOSTILE_BYTES, text), page = path_of(dir, "x.html");
    Path folder = path_of(dir, "svg" HOSTILE_BYTES), results = path_of(dir, "r.csv"),
         cast = path_of(dir, "x.cast");
    char script[2 * TEMP_PATH_MAX];
    run("check", ARGS("lesson", "check", lesson.text));
    run("export", ARGS("lesson", "export", lesson.text, "--notes", "--out", page.text));
    run("pictures", ARGS("lesson", "export", lesson.text, "--out", folder.text));
    Path named = write_text(dir, "n.lesson", text);
    assert_int_equal(run("record", ARGS("record", named.text, "--out", cast.text)), 0);
    assert_tame_file(cast.text);
    assert_int_equal(run("html", ARGS("lesson", "export", named.text, "--notes", "--out", page.text)), 0);
    assert_tame_file(page.text);
    snprintf(script, sizeof script,
             "lesson %s\nscreen -\ndescribe -\nlesson-next\nscreen -\nanswer a\nscreen -\n", named.text);
    assert_int_equal(run_input("script", script, ARGS("--script", "-", "--results", results.text)), 0);
    assert_tame_file(results.text);
    snprintf(script, sizeof script, "lesson %s\n\na\nmenu\n\nq\nq\n", named.text);
    assert_int_equal(run_input("screen reader", script, ARGS("--screen-reader", "--no-config")), 0);
}

static void settings(void **state) {
    static const char *const lines[] = {
        HOSTILE,           "theme " HOSTILE, "set " HOSTILE, "set arch " HOSTILE, "bind " HOSTILE " step",
        "bind X " HOSTILE, HOSTILE_BYTES};
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        Path path = write_text(*state, "c" HOSTILE_BYTES, lines[k]);
        run_input(lines[k], "q\n", ARGS("--screen-reader", "--config", path.text));
    }
}

static void lists_of_classes(void **state) {
    TempDir *dir = *state;
    char text[1000] = "";
    for (int k = 0; k < 10; k++) strcat(text, "x\342\200\256y\n"); /* no control character: a name it is */
    Path list = write_text(dir, "names" HOSTILE_BYTES, text), folder = path_of(dir, "out");
    assert_int_equal(run("classify", ARGS("classify", "cat", "--classes", list.text)), 0);
    assert_int_equal(run("--json", ARGS("classify", "cat", "--classes", list.text, "--json")), 0);
    assert_int_equal(run("logits", ARGS("logits", "cat", "--classes", list.text)), 0);
    assert_int_equal(run("--csv", ARGS("logits", "cat", "--classes", list.text, "--csv")), 0);
    assert_int_equal(run("trace", ARGS("trace", "cat", "--classes", list.text, "--out", folder.text)), 0);
    assert_int_equal(run_input("script", "finish\nscreen -\ndescribe -\nview input\nscreen -\ndescribe -\n",
                               ARGS("--script", "-", "--classes", list.text)),
                     0);
    Path bad = write_text(dir, "bad", HOSTILE "\n");
    assert_int_not_equal(run("refused", ARGS("classify", "cat", "--classes", bad.text)), 0);
}

/* The header of a weights file, as JSON: the names in it are anybody's. */
static void names_in_weights(void **state) {
    static const char *const headers[] = {
        "{\"a\\u001b[31m\\u009b\\r\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"x\":{\"dtype\":\"\\u001b[31m\\u009b\\r\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"__metadata__\":{\"arch\":\"\\u001b[31m\\u009b\\r\"},\"conv1.weight\":{\"dtype\":\"F32\","
        "\"shape\":[1],"
        "\"data_offsets\":[0,4]}}",
        "{\"\033[31m\":1}"};
    TempDir *dir = *state;
    for (size_t k = 0; k < sizeof headers / sizeof headers[0]; k++) {
        char bytes[600] = {0};
        size_t length = strlen(headers[k]);
        bytes[0] = (char)(length & 255), bytes[1] = (char)(length >> 8);
        memcpy(bytes + 8, headers[k], length);
        const char *path = temp_dir_write(dir, "w" HOSTILE_BYTES ".safetensors", bytes, 8 + length + 4);
        assert_int_not_equal(run(headers[k], ARGS("classify", "--weights", path)), 0);
    }
}

static void serve_until(NotesLink *link, int readers) {
    while (notes_link_peer_count(link) != readers) {
        assert_true(poll(&(struct pollfd){.fd = notes_link_fd(link), .events = POLLIN}, 1, 20000) > 0);
        notes_link_hear(link);
    }
}

/* What another program says at the socket of the notes. */
static void pages_of_notes(void **state) {
    TempDir *dir = *state;
    NotesPanel page = {.lesson = HOSTILE,
                       .title = HOSTILE,
                       .notes = HOSTILE,
                       .next = HOSTILE,
                       .now = "x",
                       .page = 1,
                       .pages = 2};
    Path socket = path_of(dir, "skipscope-present.sock"), out = path_of(dir, "out");
    Error err = {0};
    assert_int_equal(chmod(dir->path, 0700), 0);
    NotesLink *link = notes_link_open_at(socket.text, &err);
    if (!link) fail_msg("%s", err.text);
    pid_t child = fork();
    if (child == 0) {
        setenv("XDG_RUNTIME_DIR", dir->path, 1);
        if (!freopen(out.text, "w", stdout)) _exit(126);
        execl(program_path(), "skipscope", "notes", (char *)NULL);
        _exit(127);
    }
    notes_link_show(link, &page);
    serve_until(link, 1);
    notes_link_close(link);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_tame_file(out.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_the_command_line),
        cmocka_unit_test(the_environment),
        IN_TEMP_DIR(names_of_files),
        IN_TEMP_DIR(names_of_files_in_the_explorer),
        cmocka_unit_test(arguments_of_actions),
        IN_TEMP_DIR(lines_of_lessons),
        IN_TEMP_DIR(texts_of_lessons),
        IN_TEMP_DIR(settings),
        IN_TEMP_DIR(lists_of_classes),
        IN_TEMP_DIR(names_in_weights),
        IN_TEMP_DIR(pages_of_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
