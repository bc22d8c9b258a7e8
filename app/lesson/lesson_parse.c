/* Reads a lesson and says everything that is wrong in it, each with line and column. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lesson/lesson.h"
#include "app/lesson/lesson_ask.h"
#include "core/base/line.h"
#include "core/base/suggest.h"
#include "views/scene/action_parse.h"
#include "views/style/text.h"

typedef struct Directive {
    const char *name;
    bool (*read)(LessonParser *parser, const char *rest); /* false: memory is short */
    bool in_page;                                         /* needs a page before it */
} Directive;

void lesson_mistake(LessonMistakes *mistakes, LessonPlace place, const char *format, ...) {
    va_list arguments;
    if (mistakes->count++ >= LESSON_MISTAKES_MAX) return;
    LessonMistake *row = &mistakes->rows[mistakes->count - 1];
    char raw[sizeof row->text];
    row->place = place;
    va_start(arguments, format);
    size_t length = utf8_vformat(raw, sizeof raw, format, arguments);
    va_end(arguments);
    utf8_escape(row->text, sizeof row->text, raw, length);
}

LessonPlace lesson_parser_place(const LessonParser *parser, const char *at) {
    return (LessonPlace){parser->number, 1 + text_width_n(parser->line, (size_t)(at - parser->line))};
}

static bool set_once(LessonParser *parser, char **field, const char *rest, const char *what) {
    LessonPlace place = lesson_parser_place(parser, rest);
    if (*field) {
        lesson_mistake(parser->mistakes, place, "%s stands here a second time", what);
        return true;
    }
    if (*rest == '\0') lesson_mistake(parser->mistakes, place, "expected a text after %s", what);
    *field = strdup(rest);
    return *field;
}

static bool read_title(LessonParser *parser, const char *rest) {
    return set_once(parser, &parser->lesson->title, rest, "title");
}

static bool read_about(LessonParser *parser, const char *rest) {
    return set_once(parser, &parser->lesson->about, rest, "about");
}

/* Lines of text are joined; one that begins with a space, and an empty one, stay lines of their own. */
static bool append_line(char **text, const char *line) {
    size_t used = strlen(*text), length = strlen(line);
    const char *last = strrchr(*text, '\n');
    last = last ? last + 1 : *text;
    bool alone = *line == ' ' || *line == '\0' || *last == ' ' || *last == '\0';
    char *longer = realloc(*text, used + length + 2);
    if (!longer) return false;
    *text = longer;
    if (used > 0) longer[used++] = alone ? '\n' : ' ';
    memcpy(longer + used, line, length + 1);
    return true;
}

/* Every {figure} of a line. */
static void check_fields(LessonParser *parser, const char *line) {
    for (const char *open = strchr(line, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        char inside[4 * FIGURE_WORD_MAX];
        Figure figure;
        Error err = {0};
        if (!close) {
            lesson_mistake(parser->mistakes, lesson_parser_place(parser, open), "{ without a } on its line");
            return;
        }
        size_t length = (size_t)(close - open) - 1;
        const char *words = inside;
        utf8_copy_n(inside, sizeof inside, open + 1, length);
        bool ok = length < sizeof inside
                      ? figure_parse(&words, &figure, &err)
                      : error_set(&err, ERROR_USAGE, "a figure has at most %zu bytes", sizeof inside - 1);
        if (ok && words[strspn(words, " ")] != '\0')
            ok = error_set(&err, ERROR_USAGE, "expected } after the figure, found '%s'", words);
        if (!ok)
            lesson_mistake(parser->mistakes, lesson_parser_place(parser, open + 1 + (words - inside)), "%s",
                           err.text);
    }
}

static bool read_text(LessonParser *parser, const char *rest) {
    LessonPage *page = parser->page;
    bool asks = page->ask.kind != ASK_NOTHING;
    if (*page->text == '\0' && !asks && page->opening_count == 0) page->opening_count = page->action_count;
    bool after = page->action_count > page->opening_count || asks;
    LessonPlace *place = after ? &page->after_place : &page->text_place;
    check_fields(parser, rest);
    if (place->line == 0) *place = lesson_parser_place(parser, rest);
    return append_line(after ? &page->after : &page->text, rest);
}

static bool read_notes(LessonParser *parser, const char *rest) {
    return append_line(&parser->page->notes, rest);
}

static bool read_page(LessonParser *parser, const char *rest) {
    Lesson *lesson = parser->lesson;
    LessonPlace place = lesson_parser_place(parser, rest);
    if (parser->page) lesson_check_page(parser);
    if (*rest == '\0') lesson_mistake(parser->mistakes, place, "page: expected its title");
    if (lesson->page_count == LESSON_PAGES_MAX) {
        lesson_mistake(parser->mistakes, place, "a lesson has at most %d pages", LESSON_PAGES_MAX);
        lesson->page_count--;
    }
    parser->page = &lesson->pages[lesson->page_count++];
    *parser->page = (LessonPage){.title = strdup(rest),
                                 .text = strdup(""),
                                 .after = strdup(""),
                                 .notes = strdup(""),
                                 .actions = calloc(LESSON_ACTIONS_MAX, sizeof(LessonAction)),
                                 .place = {parser->number, 1}};
    const LessonPage *page = parser->page;
    return page->title && page->text && page->after && page->notes && page->actions;
}

bool lesson_is_for_users(ActionId id) {
    return action_touches(id) & (TOUCH_SCREEN | TOUCH_FILES | TOUCH_TUTOR | TOUCH_LESSON | TOUCH_PACE);
}

static bool read_do(LessonParser *parser, const char *rest) {
    LessonPage *page = parser->page;
    LessonPlace place = lesson_parser_place(parser, rest);
    Action action;
    Error err = {0};
    if (!action_parse(rest, &action, &err))
        lesson_mistake(parser->mistakes, place, "%s", err.text);
    else if (action.id == ACTION_NONE)
        lesson_mistake(parser->mistakes, place, "do: expected an action, as in: do view block");
    else if (lesson_is_for_users(action.id))
        lesson_mistake(parser->mistakes, place, "%s is for the user, not for a lesson",
                       action_name(action.id));
    else if (*page->after)
        lesson_mistake(parser->mistakes, place, "do: all actions of a page stand before what follows them");
    else if (page->action_count == LESSON_ACTIONS_MAX)
        lesson_mistake(parser->mistakes, place, "a page has at most %d actions", LESSON_ACTIONS_MAX);
    else
        page->actions[page->action_count++] = (LessonAction){.action = action, .place = place};
    return true;
}

static bool read_task(LessonParser *parser, const char *rest) {
    parser->page->task_place = lesson_parser_place(parser, rest);
    return set_once(parser, &parser->page->task, rest, "task");
}

static bool read_until(LessonParser *parser, const char *rest) {
    lesson_read_condition(parser, rest, &parser->page->until);
    parser->page->has_until = true;
    return true;
}

static bool read_keep(LessonParser *parser, const char *rest) {
    if (strcmp(rest, "picture") != 0)
        lesson_mistake(parser->mistakes, lesson_parser_place(parser, rest),
                       "keep: expected picture, found '%s'", rest);
    parser->page->keeps_picture = true;
    return true;
}

static bool read_show(LessonParser *parser, const char *rest) {
    LessonPlace place = lesson_parser_place(parser, rest);
    if (strcmp(rest, "bars") != 0)
        lesson_mistake(parser->mistakes, place, "show: expected bars, found '%s'", rest);
    else if (parser->page->ask.kind != ASK_BLOCK)
        lesson_mistake(parser->mistakes, place, "show bars: 'ask block' must come before it");
    parser->page->shows_bars = true;
    return true;
}

static const Directive directives[] = {
    {"title", read_title, false},
    {"about", read_about, false},
    {"page", read_page, false},
    {"|", read_text, true},
    {"do", read_do, true},
    {"notes", read_notes, true},
    {"task", read_task, true},
    {"until", read_until, true},
    {"ask", lesson_read_ask, true},
    {"option", lesson_read_option, true},
    {"answer", lesson_read_answer, true},
    {"keep", read_keep, true},
    {"show", read_show, true},
};

enum { DIRECTIVE_COUNT = sizeof directives / sizeof directives[0] };

static void refuse_unknown_word(LessonParser *parser, const char *at, const char *word) {
    Suggestion suggestion = suggest_begin(word);
    for (int k = 0; k < DIRECTIVE_COUNT; k++) suggest_offer(&suggestion, directives[k].name);
    const char *best = suggest_best(&suggestion);
    bool action = action_find(word) != ACTION_NONE;
    lesson_mistake(
        parser->mistakes, lesson_parser_place(parser, at),
        action ? "'%s' is an action: put 'do' before it%s%s%s" : "there is no '%s' in lessons%s%s%s", word,
        !action && best ? ": did you mean '" : "", !action && best ? best : "", !action && best ? "'?" : "");
}

static bool read_line(LessonParser *parser) {
    const char *at = parser->line + strspn(parser->line, " \t");
    char word[FIGURE_WORD_MAX];
    size_t length = *at == '|' ? 1 : strcspn(at, " \t");
    if (*at == '\0' || *at == '#') return true;
    utf8_copy_n(word, sizeof word, at, length);
    const char *rest = at + length;
    rest += *at == '|' ? *rest == ' ' : strspn(rest, " \t");
    for (int k = 0; k < DIRECTIVE_COUNT; k++) {
        if (strcmp(directives[k].name, word) != 0) continue;
        if (parser->page || !directives[k].in_page) return directives[k].read(parser, rest);
        lesson_mistake(parser->mistakes, lesson_parser_place(parser, at), "%s: a page must come before it",
                       word);
        return true;
    }
    refuse_unknown_word(parser, at, word);
    return true;
}

static bool read_lines(LessonParser *parser, const char *text) {
    char *copy = strdup(text);
    bool ok = copy != NULL;
    for (char *line = copy, *next; ok && line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        line_trim_end(line);
        parser->line = line;
        parser->number++;
        ok = read_line(parser);
    }
    parser->line = "";
    if (ok && parser->page) lesson_check_page(parser);
    free(copy);
    return ok;
}

Lesson *lesson_parse(const char *text, LessonMistakes *mistakes) {
    Lesson *lesson = calloc(1, sizeof *lesson);
    LessonParser parser = {.lesson = lesson, .mistakes = mistakes};
    bool ok = lesson && (lesson->pages = calloc(LESSON_PAGES_MAX, sizeof *lesson->pages)) &&
              read_lines(&parser, text);
    if (ok && !lesson->title)
        lesson_mistake(mistakes, (LessonPlace){1, 1}, "the lesson has no title: title TEXT");
    if (ok && !lesson->about)
        lesson_mistake(mistakes, (LessonPlace){1, 1}, "the lesson does not say what it is about: about TEXT");
    if (ok && lesson->page_count == 0)
        lesson_mistake(mistakes, (LessonPlace){1, 1}, "the lesson has no page: page TITLE");
    if (ok && mistakes->count == 0) return lesson;
    lesson_free(lesson);
    return NULL;
}
