/* What the book tells to type works: actions behind a colon are typed into the prompt, keys have a meaning, and
 * commands of the shell in the middle of a sentence are understood. Those on lines of their own are run by
 * test_tutorial. */
#include <ctype.h>
#include <string.h>

#include "app/book/book.h"
#include "app/cli/options.h"
#include "app/input/keymap.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

enum { SPAN_MAX = 160, WORDS_MAX = 12 };

static const char WEIGHTS[] = "assets/models/resnet20-cifar10.safetensors";

typedef struct Typed {
    SessionWorld *world;
    int actions, keys, commands;
} Typed;

/* The text with what stands in capitals for something of the reader's own filled in. */
static void fill_in(char out[SPAN_MAX], const char *text) {
    static const char *const own[][2] = {{"FILE", WEIGHTS}, {"PICTURE", "cat"}};
    snprintf(out, SPAN_MAX, "%s", text);
    for (size_t k = 0; k < sizeof own / sizeof *own; k++) {
        char rest[SPAN_MAX], *at = strstr(out, own[k][0]);
        if (!at) continue;
        snprintf(rest, sizeof rest, "%s", at + strlen(own[k][0]));
        snprintf(at, SPAN_MAX - (size_t)(at - out), "%s%s", own[k][1], rest);
    }
}

static void press(SessionWorld *world, uint32_t code) {
    screen_key(world->screen, &(Key){.code = code});
    screen_finish_work(world->screen);
}

static void type_action(Typed *typed, const char *text) {
    SessionWorld *world = typed->world;
    for (const char *at = text; *at; at++) press(world, (unsigned char)*at);
    press(world, KEY_CODE_ENTER);
    const char *error = screen_error(world->screen);
    if (error) fail_msg("'%s': %s", text, error);
    session_world_act(world, "lesson off");
    typed->actions++;
}

static void find_key(Typed *typed, char code) {
    bool level = code >= '1' && code <= '3';
    if (!level && keymap_find((uint32_t)code).id == ACTION_NONE) fail_msg("the key '%c' does nothing", code);
    typed->keys++;
}

static void read_command(Typed *typed, char *line) {
    char *words[WORDS_MAX] = {NULL}, *rest = NULL;
    int count = 0;
    Options options;
    Error err = {0};
    for (char *word = strtok_r(line, " ", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    if (!options_parse(&options, count, words, &err)) fail_msg("%s: %s", words[count - 1], err.text);
    typed->commands++;
}

static void try_span(Typed *typed, const char *span) {
    char text[SPAN_MAX];
    fill_in(text, span);
    if (*text == ':' && islower((unsigned char)text[1]))
        type_action(typed, text);
    else if (strlen(text) == 1)
        find_key(typed, *text);
    else if (strncmp(text, "skipscope ", strlen("skipscope ")) == 0)
        read_command(typed, text);
}

/* Each run of bytes that is marked as code. */
static void try_part(Typed *typed, const BookPart *part) {
    size_t length = strlen(part->text);
    for (size_t at = 0, end; part->marks && at < length; at = end) {
        char span[SPAN_MAX];
        for (end = at + 1; end < length && (part->marks[end] == BOOK_CODE) == (part->marks[at] == BOOK_CODE);)
            end++;
        if (part->marks[at] != BOOK_CODE) continue;
        snprintf(span, sizeof span, "%.*s", (int)(end - at), part->text + at);
        try_span(typed, span);
    }
}

static void what_the_book_tells_to_type_works(void **state) {
    Typed typed = {.world = *state};
    Error err = {0};
    Book *book = book_open(&err);
    if (!book) fail_msg("%s", err.text);
    for (int q = 0; q < book->count; q++)
        for (int k = 0; k < book->questions[q].part_count; k++)
            try_part(&typed, &book->questions[q].parts[k]);
    book_free(book);
    print_message("%d actions, %d keys, %d commands\n", typed.actions, typed.keys, typed.commands);
    assert_true(typed.actions >= 4 && typed.keys >= 8 && typed.commands >= 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_book_tells_to_type_works, session_world_open,
                                        session_world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
