/* Is what TUTORIAL.md says true? Its commands are run, and its numbers looked for in what they print. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/stated_numbers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tutorial.h"

enum { OUTPUTS_MAX = 96, WORDS_MAX = 30, PATH_BYTES = 1024 };

typedef struct Output {
    char *command, *text;
} Output;

/* What the commands print, each run once. */
typedef struct World {
    TempDir *dir;
    char root[PATH_BYTES];
    char *source; /* the file's text */
    Book *book;
    Output outputs[OUTPUTS_MAX];
    int count;
} World;

/* Commands run in a folder of their own that looks like the source tree, so that what they write is gone
 * afterwards. */
static int open_world(void **state) {
    static const char *const seen[] = {"build", "skipscope", "assets", "data"};
    World *world = calloc(1, sizeof *world);
    if (!world || !getcwd(world->root, sizeof world->root)) return -1;
    temp_dir_setup((void **)&world->dir);
    world->source = tutorial_read();
    world->book = tutorial_parse(world->source);
    for (size_t k = 0; k < sizeof seen / sizeof seen[0]; k++) {
        char target[PATH_BYTES + 16];
        snprintf(target, sizeof target, "%s/%s", world->root, seen[k]);
        if (access(target, F_OK) == 0 && symlink(target, temp_dir_join(world->dir, seen[k])) != 0) return -1;
    }
    *state = world;
    return 0;
}

static int close_world(void **state) {
    World *world = *state;
    for (int k = 0; k < world->count; k++) free(world->outputs[k].command), free(world->outputs[k].text);
    if (chdir(world->root) != 0) return -1;
    temp_dir_teardown((void **)&world->dir);
    book_free(world->book);
    free(world->source);
    free(world);
    return 0;
}

static char *run(World *world, const char *command) {
    char line[512], *words[WORDS_MAX + 1] = {NULL}, *rest = NULL;
    int count = 0;
    snprintf(line, sizeof line, "%s", command);
    for (char *word = strtok_r(line, " ", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest))
        if (strcmp(word, "skipscope") != 0 || count > 0) words[count++] = word;
    assert_int_equal(chdir(world->dir->path), 0);
    ProgramRun result = program_run((const char *const *)words);
    assert_int_equal(chdir(world->root), 0);
    if (result.status != 0) fail_msg("%s: exit code %d: %s", command, result.status, result.err);
    free(result.err);
    return result.out;
}

/* "" for what needs a data set that is not there. */
static const char *output_of(World *world, const char *command) {
    for (int k = 0; k < world->count; k++)
        if (strcmp(world->outputs[k].command, command) == 0) return world->outputs[k].text;
    assert_true(world->count < OUTPUTS_MAX);
    bool runs = !strstr(command, "--data data") || access("data/cifar-10-batches-bin", F_OK) == 0;
    Output *output = &world->outputs[world->count++];
    *output = (Output){.command = strdup(command), .text = runs ? run(world, command) : strdup("")};
    return output->text;
}

/* All that the question's commands print. */
static char *outputs_of(World *world, const BookQuestion *question) {
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    for (int k = 0; k < question->part_count; k++) {
        if (question->parts[k].kind != BOOK_COMMANDS) continue;
        for (const char *at = question->parts[k].text; *at;) {
            char command[512];
            size_t length = strcspn(at, "\n");
            snprintf(command, sizeof command, "%.*s", (int)length, at);
            fprintf(stream, "%s\n", output_of(world, command));
            at += length + (at[length] == '\n');
        }
    }
    fclose(stream);
    return out;
}

static bool is_prose(BookKind kind) {
    return kind != BOOK_COMMANDS && kind != BOOK_FIGURE && kind != BOOK_HEADING;
}

/* Is it among the numbers of the question's sources? */
static bool is_cited(const BookQuestion *question, const StatedNumber *number, bool *used) {
    bool found = false;
    for (int k = 0; k < question->source_count; k++) {
        StatedNumber cited;
        const char *at = strrchr(question->sources[k].text, ':') + 1;
        for (int j = 0; number_next(&at, &cited); j++)
            if (strcmp(cited.text, number->text) == 0) found = used[k * BOOK_PARTS_MAX + j] = true;
    }
    return found;
}

/* Calls `visit` for every number of the question that claims something. */
static void visit_numbers(const BookQuestion *question,
                          void (*visit)(void *context, const StatedNumber *number), void *context) {
    for (int k = 0; k < question->part_count; k++) {
        const BookPart *part = &question->parts[k];
        if (!is_prose(part->kind)) continue;
        const char *start = part->text;
        /* The number of an item is no claim. */
        if (part->kind == BOOK_ITEM) start += strspn(start, "0123456789");
        StatedNumber number;
        for (const char *at = start; number_next_stated(start, &at, &number);)
            if (!number.is_exempt) visit(context, &number);
    }
}

typedef struct Check {
    const BookQuestion *question;
    const char *output;
    bool used[BOOK_PARTS_MAX * BOOK_PARTS_MAX];
    int stated, wrong;   /* numbers looked up; not found */
    int changed, caught; /* numbers changed on purpose; not found then */
    char first[NUMBER_TEXT_MAX];
    bool quiet;
} Check;

static void look_up(void *context, const StatedNumber *number) {
    Check *check = context;
    check->stated++;
    if (is_cited(check->question, number, check->used) || number_is_in(number, check->output)) return;
    if (check->wrong++ == 0) snprintf(check->first, sizeof check->first, "%s", number->text);
    if (!check->quiet)
        print_error("'%s': no command prints %s%s\n", check->question->title, number->text,
                    number->percent ? " %" : "");
}

/* As a slip of the pen would change it: the last digit by three. Numbers of fewer than three digits stand
 * somewhere in any long output by chance. */
static void change(void *context, const StatedNumber *number) {
    Check *check = context;
    int digits = 0;
    for (const char *c = number->text; *c && *c != 'e'; c++) digits += *c >= '0' && *c <= '9';
    if (digits < 3 || is_cited(check->question, number, check->used)) return;
    StatedNumber slip = *number;
    slip.value += 3 * number->unit;
    check->changed++;
    check->caught += !number_is_in(&slip, check->output);
}

static void skip_under_sanitizers(void) {
#ifdef __SANITIZE_ADDRESS__
    skip(); /* each command has its own tests there; all of these together take minutes */
#endif
}

static void every_command_runs_and_prints_the_numbers_that_the_text_states(void **state) {
    World *world = *state;
    int wrong = 0, stated = 0;
    skip_under_sanitizers();
    for (int q = 0; q < world->book->count; q++) {
        Check check = {.question = &world->book->questions[q]};
        char *output = outputs_of(world, check.question);
        check.output = output;
        visit_numbers(check.question, look_up, &check);
        wrong += check.wrong, stated += check.stated;
        free(output);
    }
    print_message("%d numbers are looked up\n", stated);
    assert_int_equal(wrong, 0);
    assert_true(stated > 100); /* else they are not found any more */
}

static void the_introduction_states_no_number(void **state) {
    World *world = *state;
    Check check = {.question = &world->book->intro, .output = ""};
    visit_numbers(&world->book->intro, look_up, &check);
    assert_int_equal(check.wrong, 0);
}

static void every_cited_number_is_used(void **state) {
    World *world = *state;
    for (int q = 0; q < world->book->count; q++) {
        const BookQuestion *question = &world->book->questions[q];
        Check check = {.question = question, .output = "", .quiet = true};
        visit_numbers(question, look_up, &check);
        for (int k = 0; k < question->source_count; k++) {
            StatedNumber cited;
            const char *at = strrchr(question->sources[k].text, ':') + 1;
            for (int j = 0; number_next(&at, &cited); j++)
                if (!check.used[k * BOOK_PARTS_MAX + j])
                    fail_msg("%s:%d: the text does not state the cited %s", TUTORIAL_NAME,
                             question->sources[k].place.line, cited.text);
        }
    }
}

/* The negative control: one number of the file is changed. */
static void a_wrong_number_is_caught(void **state) {
    World *world = *state;
    skip_under_sanitizers();
    int q = book_find(world->book, "What is a residual connection?");
    assert_true(q >= 0);
    char *changed = strdup(world->source), *place = strstr(changed, "is 0.539 times");
    assert_non_null(place);
    memcpy(place, "is 0.593 times", strlen("is 0.593 times"));
    Book *book = tutorial_parse(changed);
    Check check = {.question = &book->questions[q], .quiet = true};
    char *output = outputs_of(world, check.question);
    check.output = output;
    visit_numbers(check.question, look_up, &check);
    assert_int_equal(check.wrong, 1);
    assert_string_equal(check.first, "0.593");
    free(output);
    book_free(book);
    free(changed);
}

/* Among so many numbers as a command prints, a slip may hit another one. */
static void nearly_every_slip_of_the_pen_would_be_caught(void **state) {
    World *world = *state;
    int changed = 0, caught = 0;
    skip_under_sanitizers();
    for (int q = 0; q < world->book->count; q++) {
        Check check = {.question = &world->book->questions[q]};
        char *output = outputs_of(world, check.question);
        check.output = output;
        visit_numbers(check.question, change, &check);
        changed += check.changed, caught += check.caught;
        free(output);
    }
    print_message("%d of %d slips are caught\n", caught, changed);
    if (changed < 50 || 100 * caught < 90 * changed) fail_msg("%d of %d slips are caught", caught, changed);
}

static void what_is_built_in_is_the_file(void **state) {
    World *world = *state;
    Error err = {0};
    Book *book = book_open(&err);
    if (!book) fail_msg("%s", err.text);
    assert_int_equal(book->count, world->book->count);
    for (int k = 0; k < book->count; k++)
        assert_string_equal(book->questions[k].title, world->book->questions[k].title);
    book_free(book);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_built_in_is_the_file),
        cmocka_unit_test(the_introduction_states_no_number),
        cmocka_unit_test(every_cited_number_is_used),
        cmocka_unit_test(every_command_runs_and_prints_the_numbers_that_the_text_states),
        cmocka_unit_test(a_wrong_number_is_caught),
        cmocka_unit_test(nearly_every_slip_of_the_pen_would_be_caught),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
