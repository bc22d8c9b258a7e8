/* Reads the book and says everything that is wrong in it, each with line and column. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/book/book_parse.h"
#include "core/base/line.h"
#include "views/scene/action_parse.h"
#include "views/style/text.h"

static LessonPlace place_of(const BookParser *parser, const char *at) {
    return (LessonPlace){parser->number, 1 + text_width_n(parser->line, (size_t)(at - parser->line))};
}

/* A new part at this line; NULL if the question has too many, which is a mistake, or memory is short. */
static BookPart *new_part(BookParser *parser, BookKind kind) {
    BookQuestion *question = parser->question;
    if (question->part_count == BOOK_PARTS_MAX) {
        lesson_mistake(parser->mistakes, place_of(parser, parser->line), "a question has at most %d parts",
                       BOOK_PARTS_MAX);
        question->part_count--;
    }
    BookPart *part = &question->parts[question->part_count];
    *part = (BookPart){.kind = kind, .level = parser->level, .text = strdup("")};
    question->places[question->part_count++] =
        (BookPlace){.place = {parser->number, 1}, .scene = BOOK_NOTHING};
    return part->text ? part : NULL;
}

static BookPlace *place_of_part(BookParser *parser) {
    return &parser->question->places[parser->question->part_count - 1];
}

static bool extend_text(char **text, const char *line, const char *between) {
    size_t used = strlen(*text), size = used + strlen(line) + strlen(between) + 1;
    char *longer = realloc(*text, size);
    if (!longer) return false;
    *text = longer;
    snprintf(longer + used, size - used, "%s%s", used > 0 ? between : "", line);
    return true;
}

/* Lines that must stand as they are. */
static bool append_line(BookParser *parser, BookPart *part, const char *line) {
    int most = part->kind == BOOK_FIGURE ? BOOK_SCREEN_WIDTH
               : *line == '|'            ? BOOK_TABLE_WIDTH
                                         : BOOK_LINE_WIDTH;
    if (text_width(line) > most)
        lesson_mistake(parser->mistakes, (LessonPlace){parser->number, most + 1},
                       "this line is %d columns wide: at most %d", text_width(line), most);
    return extend_text(&part->text, line, "") && extend_text(&part->text, "\n", "");
}

static bool begin_question(BookParser *parser, const char *title) {
    Book *book = parser->book;
    book_check_question(parser);
    if (*title == '\0')
        lesson_mistake(parser->mistakes, place_of(parser, title), "## without a question after it");
    if (book->count == BOOK_QUESTIONS_MAX) {
        lesson_mistake(parser->mistakes, place_of(parser, title), "a book has at most %d questions",
                       BOOK_QUESTIONS_MAX);
        return true;
    }
    BookQuestion *question = parser->question = &book->questions[book->count++];
    parser->level = 0;
    parser->levels_seen = 0;
    parser->scene = BOOK_NOTHING;
    question->title = strdup(title);
    question->place = (LessonPlace){parser->number, 1};
    return question->title && book_question_room(question);
}

static bool begin_level(BookParser *parser, const char *name) {
    static const char *const names[] = {"See it", "For anyone", "The code", "The mathematics"};
    for (int k = 0; k <= BOOK_LEVELS; k++) {
        if (strcmp(name, names[k]) != 0) continue;
        if (parser->levels_seen & 1u << k)
            lesson_mistake(parser->mistakes, place_of(parser, name), "'%s' stands here a second time", name);
        parser->level = k;
        parser->levels_seen |= 1u << k;
        if (k > 0) return true;
        BookPart *part = new_part(parser, BOOK_HEADING);
        return part && extend_text(&part->text, name, "");
    }
    lesson_mistake(parser->mistakes, place_of(parser, name),
                   "expected For anyone, The code, The mathematics or See it, found '%s'", name);
    return true;
}

static bool read_heading(BookParser *parser) {
    size_t depth = strspn(parser->line, "#");
    const char *rest = parser->line + depth;
    rest += strspn(rest, " ");
    bool in_book = parser->question != &parser->book->intro;
    if (depth == 2) return begin_question(parser, rest);
    if (depth == 3 && in_book) return begin_level(parser, rest);
    if (depth == 1 && !parser->book->title) return (parser->book->title = strdup(rest));
    lesson_mistake(parser->mistakes, place_of(parser, parser->line), "%s",
                   depth == 1   ? "the book has a title already"
                   : depth == 3 ? "### before the first question"
                                : "headings have one, two or three #");
    return true;
}

/* `screen 4-9`, after which the figure must come. */
static void read_screen(BookParser *parser, const char *rest) {
    BookPlace *wanted = &parser->figure;
    const char *at = rest;
    *wanted = (BookPlace){.place = place_of(parser, rest), .scene = parser->scene};
    if (!action_take_number(&at, &wanted->first) || *at++ != '-' ||
        !action_read_numbers(at, &wanted->last, 1) || wanted->first < 1 || wanted->last < wanted->first ||
        wanted->last > BOOK_SCREEN_HEIGHT) {
        lesson_mistake(parser->mistakes, place_of(parser, rest),
                       "screen: expected rows as in 4-9, at most %d, found '%s'", BOOK_SCREEN_HEIGHT, rest);
        wanted->first = wanted->last = 1;
    }
    if (parser->scene == BOOK_NOTHING)
        lesson_mistake(parser->mistakes, place_of(parser, rest),
                       "screen: there is no ```explorer before it in this question");
}

static bool read_source(BookParser *parser, const char *rest) {
    BookQuestion *question = parser->question;
    const char *numbers = strrchr(rest, ':');
    if (!numbers || strcspn(numbers, "0123456789") == strlen(numbers))
        lesson_mistake(parser->mistakes, place_of(parser, rest),
                       "source: expected WORK, TABLE: numbers, found '%s'", rest);
    if (question->source_count == BOOK_PARTS_MAX) return true;
    char *text = strdup(rest);
    question->sources[question->source_count++] = (BookSource){.text = text, .place = place_of(parser, rest)};
    return text;
}

static bool read_comment(BookParser *parser) {
    char *end = strstr(parser->line, "-->");
    char *word = parser->line + 4 + strspn(parser->line + 4, " ");
    if (!end || end[3] != '\0') {
        lesson_mistake(parser->mistakes, place_of(parser, parser->line),
                       "a comment ends on its line, with -->");
        return true;
    }
    while (end > word && end[-1] == ' ') end--;
    *end = '\0';
    if (strncmp(word, "screen ", 7) == 0)
        read_screen(parser, word + 7);
    else if (strncmp(word, "source: ", 8) == 0)
        return read_source(parser, word + 8);
    else
        lesson_mistake(parser->mistakes, place_of(parser, word), "expected screen or source:, found '%s'",
                       word);
    return true;
}

static bool open_fence(BookParser *parser) {
    static const struct {
        const char *name;
        BookKind kind;
    } kinds[] = {{"sh", BOOK_COMMANDS}, {"explorer", BOOK_SCENE}, {"text", BOOK_FIGURE}};
    const char *name = parser->line + 3;
    parser->fence = parser->number;
    for (int k = 0; k < 3; k++) {
        if (strcmp(kinds[k].name, name) != 0) continue;
        BookPart *part = new_part(parser, kinds[k].kind);
        if (!part) return false;
        if (part->kind == BOOK_SCENE) parser->scene = parser->question->part_count - 1;
        if (part->kind != BOOK_FIGURE) return true;
        if (parser->figure.first == 0)
            lesson_mistake(parser->mistakes, place_of(parser, name),
                           "```text: a comment like <!-- screen 4-9 --> must stand before it");
        *place_of_part(parser) = parser->figure;
        parser->figure = (BookPlace){.first = 0};
        return true;
    }
    lesson_mistake(parser->mistakes, place_of(parser, name),
                   "expected ```sh, ```explorer or ```text, found '%s'", parser->line);
    return new_part(parser, BOOK_VERBATIM);
}

static void read_command(BookParser *parser) {
    if (strncmp(parser->line, "skipscope ", 10) != 0)
        lesson_mistake(parser->mistakes, place_of(parser, parser->line),
                       "a command begins with skipscope, found '%s'", parser->line);
}

static bool read_action(BookParser *parser, BookPart *part) {
    BookPlace *place = place_of_part(parser);
    Error err = {0};
    const char *at = parser->line + strspn(parser->line, " ");
    if (*at == '#') {
        const char *sentence = at + 1 + strspn(at + 1, " ");
        if (text_width(sentence) > BOOK_LINE_WIDTH || *part->text)
            lesson_mistake(parser->mistakes, place_of(parser, at),
                           "one line of at most %d columns says what there is to see", BOOK_LINE_WIDTH);
        return extend_text(&part->text, sentence, " ");
    }
    if (*at == '\0') return true;
    if (!place->actions) place->actions = calloc(LESSON_ACTIONS_MAX, sizeof *place->actions);
    if (!place->actions) return false;
    LessonAction row = {.place = place_of(parser, at)};
    if (place->action_count == LESSON_ACTIONS_MAX)
        lesson_mistake(parser->mistakes, row.place, "a scene has at most %d actions", LESSON_ACTIONS_MAX);
    else if (!action_parse(at, &row.action, &err))
        lesson_mistake(parser->mistakes, row.place, "%s", err.text);
    else if (lesson_is_for_users(row.action.id))
        lesson_mistake(parser->mistakes, row.place, "'%s' cannot stand in a scene",
                       action_name(row.action.id));
    else
        place->actions[place->action_count++] = row;
    return true;
}

static void close_fence(BookParser *parser) {
    const BookPart *part = &parser->question->parts[parser->question->part_count - 1];
    const BookPlace *place = place_of_part(parser);
    LessonPlace at = {parser->fence, 1};
    if (part->kind == BOOK_SCENE && *part->text == '\0')
        lesson_mistake(parser->mistakes, at, "```explorer: a line '# what there is to see' must come first");
    if (part->kind == BOOK_SCENE && place->action_count == 0)
        lesson_mistake(parser->mistakes, at, "```explorer: no action stands in it");
    if (part->kind == BOOK_COMMANDS && *part->text == '\0')
        lesson_mistake(parser->mistakes, at, "```sh: no command stands in it");
    parser->fence = 0;
}

static bool read_fenced(BookParser *parser) {
    BookPart *part = &parser->question->parts[parser->question->part_count - 1];
    if (strncmp(parser->line, "```", 3) == 0) {
        close_fence(parser);
        return true;
    }
    if (part->kind == BOOK_SCENE) return read_action(parser, part);
    if (part->kind == BOOK_COMMANDS) read_command(parser);
    return append_line(parser, part, parser->line);
}

/* Goes on with the part above, unless an empty line or another kind lies between. */
static bool read_lines_of(BookParser *parser, BookKind kind, const char *line, bool begins) {
    const BookQuestion *question = parser->question;
    BookPart *part = question->part_count > 0 ? &question->parts[question->part_count - 1] : NULL;
    bool goes_on = part && !parser->gap && !begins &&
                   (part->kind == kind || (kind == BOOK_PARAGRAPH && part->kind == BOOK_ITEM));
    if (!goes_on) part = new_part(parser, kind);
    if (!part) return false;
    return kind == BOOK_VERBATIM ? append_line(parser, part, line) : extend_text(&part->text, line, " ");
}

static bool read_text(BookParser *parser) {
    const char *line = parser->line, *at = line + strspn(line, " ");
    size_t digits = strspn(at, "0123456789");
    bool in_question = parser->question != &parser->book->intro;
    if (in_question && parser->levels_seen == 0)
        lesson_mistake(parser->mistakes, place_of(parser, at), "expected ### For anyone before any text");
    if (at - line >= 4) return read_lines_of(parser, BOOK_VERBATIM, line + 4, false);
    if (*line == '|') return read_lines_of(parser, BOOK_VERBATIM, line, false);
    if (strncmp(at, "* ", 2) == 0 || (digits > 0 && strncmp(at + digits, ". ", 2) == 0))
        return read_lines_of(parser, BOOK_ITEM, at, true);
    return read_lines_of(parser, BOOK_PARAGRAPH, at, false);
}

static bool read_line(BookParser *parser) {
    const char *line = parser->line;
    bool ok = true, is_text = false;
    if (parser->fence > 0)
        ok = read_fenced(parser);
    else if (*line == '#')
        ok = read_heading(parser);
    else if (strncmp(line, "<!--", 4) == 0)
        ok = read_comment(parser);
    else if (strncmp(line, "```", 3) == 0)
        ok = open_fence(parser);
    else if (*line != '\0')
        is_text = true, ok = read_text(parser);
    parser->gap = !is_text;
    return ok;
}

bool book_read_lines(BookParser *parser, char *text) {
    bool ok = true;
    for (char *line = text, *next; ok && line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        if (next && *next == '\0') next = NULL;
        line_trim_end(line);
        parser->line = line;
        parser->number++;
        ok = read_line(parser);
    }
    if (parser->fence > 0)
        lesson_mistake(parser->mistakes, (LessonPlace){parser->fence, 1}, "``` without an end");
    book_check_question(parser);
    return ok;
}
