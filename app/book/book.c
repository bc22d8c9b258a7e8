#include "app/book/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/assets.h"
#include "app/book/book_parse.h"
#include "core/base/text_file.h"

static const char FILE_NAME[] = "TUTORIAL.md";

static void free_question(BookQuestion *question) {
    for (int k = 0; k < question->part_count; k++) {
        free(question->parts[k].text);
        free(question->parts[k].marks);
        free(question->places[k].actions);
    }
    for (int k = 0; k < question->source_count; k++) free(question->sources[k].text);
    free(question->parts);
    free(question->places);
    free(question->sources);
    free(question->title);
}

void book_free(Book *book) {
    if (!book) return;
    free_question(&book->intro);
    for (int k = 0; k < book->count; k++) free_question(&book->questions[k]);
    free(book->questions);
    free(book->title);
    free(book);
}

bool book_question_room(BookQuestion *question) {
    question->parts = calloc(BOOK_PARTS_MAX, sizeof *question->parts);
    question->places = calloc(BOOK_PARTS_MAX, sizeof *question->places);
    question->sources = calloc(BOOK_PARTS_MAX, sizeof *question->sources);
    return question->parts && question->places && question->sources;
}

static bool has_kind(const BookQuestion *question, BookKind kind) {
    for (int k = 0; k < question->part_count; k++)
        if (question->parts[k].kind == kind) return true;
    return false;
}

static bool has_level(const BookQuestion *question, int level) {
    for (int k = 0; k < question->part_count; k++)
        if (question->parts[k].level == level) return true;
    return false;
}

void book_check_question(BookParser *parser) {
    static const char *const names[] = {"", "For anyone", "The code", "The mathematics"};
    const BookQuestion *question = parser->question;
    if (question == &parser->book->intro) return;
    for (int level = 1; level <= BOOK_LEVELS; level++)
        if (!has_level(question, level))
            lesson_mistake(parser->mistakes, question->place, "'%s' has no ### %s", question->title,
                           names[level]);
    if (!has_kind(question, BOOK_COMMANDS) && !has_kind(question, BOOK_SCENE))
        lesson_mistake(parser->mistakes, question->place, "'%s' has nothing to see: no ```sh, no ```explorer",
                       question->title);
    if (parser->figure.first > 0)
        lesson_mistake(parser->mistakes, parser->figure.place, "screen: no ```text comes after it");
}

/* Takes the signs of Markdown out of the text: `code`, **strong**, *emphasis*. */
static bool mark_part(const BookParser *parser, BookPart *part, LessonPlace place) {
    char mark = BOOK_PLAIN, *out = part->text;
    size_t used = 0;
    part->marks = calloc(strlen(part->text) + 1, 1);
    if (!part->marks) return false;
    for (const char *at = part->text; *at; at++) {
        bool in_code = mark == BOOK_CODE, mark_of_item = at == part->text && strncmp(at, "* ", 2) == 0;
        char sign = *at == '`'                              ? BOOK_CODE
                    : in_code || *at != '*' || mark_of_item ? BOOK_PLAIN
                    : at[1] == '*'                          ? BOOK_STRONG
                                                            : BOOK_EMPHASIS;
        if (sign == BOOK_PLAIN) {
            out[used] = *at;
            part->marks[used++] = mark;
            continue;
        }
        mark = mark == sign ? BOOK_PLAIN : sign;
        at += sign == BOOK_STRONG;
    }
    out[used] = '\0';
    if (mark != BOOK_PLAIN)
        lesson_mistake(parser->mistakes, place, "%s begins in this paragraph and does not end in it",
                       mark == BOOK_CODE     ? "`"
                       : mark == BOOK_STRONG ? "**"
                                             : "*");
    return true;
}

static bool mark_question(const BookParser *parser, BookQuestion *question) {
    for (int k = 0; k < question->part_count; k++) {
        BookPart *part = &question->parts[k];
        bool prose = part->kind == BOOK_PARAGRAPH || part->kind == BOOK_ITEM || part->kind == BOOK_SCENE;
        if (prose && !mark_part(parser, part, question->places[k].place)) return false;
    }
    return true;
}

static bool read_book(BookParser *parser, const char *text) {
    Book *book = parser->book;
    char *copy = strdup(text);
    bool ok = copy && book_question_room(&book->intro) &&
              (book->questions = calloc(BOOK_QUESTIONS_MAX, sizeof *book->questions)) &&
              book_read_lines(parser, copy) && mark_question(parser, &book->intro);
    for (int k = 0; ok && k < book->count; k++) ok = mark_question(parser, &book->questions[k]);
    free(copy);
    return ok;
}

Book *book_parse(const char *text, LessonMistakes *mistakes) {
    Book *book = calloc(1, sizeof *book);
    if (!book) return NULL;
    BookParser parser = {.book = book, .question = &book->intro, .mistakes = mistakes, .scene = BOOK_NOTHING};
    bool ok = read_book(&parser, text);
    if (ok && (!book->title || book->count == 0))
        lesson_mistake(mistakes, (LessonPlace){1, 1}, "the book has no %s",
                       book->title ? "question: ## QUESTION" : "title: # TITLE");
    if (ok && mistakes->count == 0) return book;
    book_free(book);
    return NULL;
}

Book *book_open(Error *err) {
    const Asset *asset = asset_find(FILE_NAME);
    LessonMistakes mistakes = {.count = 0};
    char *text = asset ? text_file_copy(asset->begin, asset_size(asset), FILE_NAME, err) : NULL;
    Book *book = text ? book_parse(text, &mistakes) : NULL;
    if (!asset)
        error_set(err, ERROR_FAILED, "%s is not built in", FILE_NAME);
    else if (!book && mistakes.count > 0)
        error_set(err, ERROR_FILE, "%s:%d:%d: %s", FILE_NAME, mistakes.rows[0].place.line,
                  mistakes.rows[0].place.column, mistakes.rows[0].text);
    else if (text && !book)
        error_set(err, ERROR_FAILED, "not enough memory for the book");
    free(text);
    return book;
}

static bool has_words(const BookQuestion *question, const char *words) {
    for (int k = 0; k < question->part_count; k++)
        if (strcasestr(question->parts[k].text, words)) return true;
    return false;
}

int book_find(const Book *book, const char *words) {
    char *end;
    long number = strtol(words, &end, 10);
    if (end != words && *end == '\0') return number >= 1 && number <= book->count ? (int)number - 1 : -1;
    for (int k = 0; k < book->count; k++)
        if (strcasestr(book->questions[k].title, words)) return k;
    for (int k = 0; k < book->count; k++)
        if (has_words(&book->questions[k], words)) return k;
    return -1;
}

BookPage book_page(const Book *book, int question, int level) {
    const BookQuestion *from = &book->questions[question];
    return (BookPage){.title = from->title,
                      .number = question + 1,
                      .level = level,
                      .parts = from->parts,
                      .part_count = from->part_count};
}

static bool fill_lesson(Lesson *lesson, const BookQuestion *question, int part) {
    const BookPlace *place = &question->places[part];
    lesson->title = strdup(question->title);
    lesson->about = strdup("");
    lesson->pages = calloc(1, sizeof *lesson->pages);
    if (!lesson->title || !lesson->about || !lesson->pages) return false;
    lesson->page_count = 1;
    LessonPage *page = lesson->pages;
    *page = (LessonPage){.title = strdup(question->title),
                         .text = strdup(""),
                         .after = strdup(question->parts[part].text),
                         .notes = strdup(""),
                         .actions = calloc((size_t)place->action_count, sizeof *page->actions),
                         .action_count = place->action_count,
                         .place = place->place};
    if (!page->title || !page->text || !page->after || !page->notes || !page->actions) return false;
    memcpy(page->actions, place->actions, (size_t)place->action_count * sizeof *page->actions);
    return true;
}

Lesson *book_scene_lesson(const Book *book, int question, int part) {
    Lesson *lesson = calloc(1, sizeof *lesson);
    if (lesson && fill_lesson(lesson, &book->questions[question], part)) return lesson;
    lesson_free(lesson);
    return NULL;
}
