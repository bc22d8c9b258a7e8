/* The book of questions on stdout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/book/book.h"
#include "app/cli/options.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "core/base/utf8.h"

enum { QUESTIONS_WIDTH = 88, SCENE_INDENT = 4 };

static void list_questions(const Book *book, bool ascii) {
    table_put(stdout, book->title, ascii);
    puts("\n");
    for (int k = 0; k < book->count; k++) {
        printf("%3d  ", k + 1);
        table_put(stdout, book->questions[k].title, ascii);
        putchar('\n');
    }
    puts("\n'skipscope questions N' or a word prints one; --level 1, 2 or 3 only that answer.\n"
         "In the explorer Q opens the book, and Enter goes where it points.");
}

/* As lines of a script. */
static void print_actions(const BookPlace *place, bool ascii) {
    for (int k = 0; k < place->action_count; k++) {
        const Action *action = &place->actions[k].action;
        printf("%*s%s ", SCENE_INDENT, "", action_name(action->id));
        if (action_argument(action->id) == ACTION_ARGUMENT_NUMBER || action->number > 0)
            printf("%d", action->number);
        table_put(stdout, action->text, ascii);
        putchar('\n');
    }
}

static void print_line(const BookPage *page, const BookLine *line, bool ascii) {
    char text[4 * BOOK_LINE_WIDTH + 1];
    BookKind kind = line->part == BOOK_NOTHING ? BOOK_PARAGRAPH : page->parts[line->part].kind;
    utf8_format(text, sizeof text, "%.*s", (int)line->length, line->text);
    if (line->length > 0) printf("%*s", line->indent, kind == BOOK_COMMANDS ? "$ " : "");
    table_put(stdout, text, ascii);
    putchar('\n');
}

/* The parts of one level; the actions of a scene follow its last line. */
static void print_parts(const BookQuestion *question, int level, bool ascii) {
    BookPage page = {.level = level};
    for (int k = 0; k < question->part_count; k++) {
        BookLayout layout;
        if (question->parts[k].level != level) continue;
        page.parts = &question->parts[k];
        page.part_count = 1;
        book_layout(&page, QUESTIONS_WIDTH, &layout);
        for (int j = 0; j < layout.count; j++) print_line(&page, &layout.lines[j], ascii);
        print_actions(&question->places[k], ascii);
        bool list = k + 1 < question->part_count && question->parts[k].kind == BOOK_ITEM &&
                    question->parts[k + 1].kind == BOOK_ITEM;
        if (question->parts[k].kind != BOOK_HEADING && !list) putchar('\n');
    }
}

static void print_question(const Book *book, int number, int wanted, bool ascii) {
    static const char *const names[] = {"", "For anyone", "The code", "The mathematics"};
    const BookQuestion *question = &book->questions[number];
    printf("%d  ", number + 1);
    table_put(stdout, question->title, ascii);
    puts("\n");
    for (int level = 1; level <= BOOK_LEVELS; level++) {
        if (wanted > 0 && wanted != level) continue;
        printf("%s\n", names[level]);
        print_parts(question, level, ascii);
    }
    print_parts(question, 0, ascii);
}

static void join_words(const Options *options, char *out, size_t size) {
    size_t used = 0;
    *out = '\0';
    for (int k = 0; k < options->word_count && used < size; k++)
        used += utf8_format(out + used, size - used, "%s%s", k > 0 ? " " : "", options->words[k]);
}

bool command_questions(const Options *options, Error *err) {
    char words[ACTION_TEXT_MAX];
    Book *book = book_open(err);
    if (!book) return false;
    join_words(options, words, sizeof words);
    int found = *words ? book_find(book, words) : -1;
    bool ok = true;
    if (*words == '\0')
        list_questions(book, options->output.ascii);
    else if (found >= 0)
        print_question(book, found, options->analysis.level, options->output.ascii);
    else
        ok = error_set(err, ERROR_USAGE,
                       "no question has '%s' in it: expected a number from 1 to %d or words; 'skipscope "
                       "questions' lists them",
                       words, book->count);
    book_free(book);
    return ok;
}
