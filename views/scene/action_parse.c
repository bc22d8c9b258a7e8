#include "views/scene/action_parse.h"

#include <string.h>

#include "core/base/line.h"
#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"

static bool unknown_action(const char *word, Error *err) {
    Suggestion suggestion = suggest_begin(word);
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
        suggest_offer(&suggestion, action_name((ActionId)id));
    const char *best = suggest_best(&suggestion);
    return error_set(err, ERROR_USAGE, "there is no action '%s'%s%s%s", word, best ? ": did you mean '" : "",
                     best ? best : "", best ? "'?" : "");
}

static bool parse_number(const char *name, const char *text, Action *action, Error *err) {
    if (action_read_numbers(text, &action->number, 1) && action->number >= 0) return true;
    return error_set(err, ERROR_USAGE, "%s: expected a number, found '%s'", name, text);
}

bool action_trim_line(const char *line, char out[ACTION_TEXT_MAX], Error *err) {
    size_t length = line_trimmed(&line);
    out[0] = '\0';
    if (*line == '#') return true;
    if (length >= ACTION_TEXT_MAX)
        return error_set(err, ERROR_USAGE, "the line has %zu bytes, expected at most %d", length,
                         ACTION_TEXT_MAX - 1);
    utf8_copy_n(out, ACTION_TEXT_MAX, line, length);
    return true;
}

/* Whether the rest of the line is the name of a file. */
static bool ends_with_path(const ActionFollows *follows) {
    switch (follows->line ? follows->words[follows->line - 1] : WORDS_NONE) {
    case WORDS_PICTURE:
    case WORDS_MODEL:
    case WORDS_TWIN_NAME:
    case WORDS_FILE:
    case WORDS_EXPORT:
    case WORDS_CHART: return true;
    default: return false;
    }
}

/* The words before the path stay as they are. */
static void read_text(Action *action, const char *text) {
    const ActionFollows *follows = action_follows(action->id);
    size_t before = 0;
    utf8_copy(action->text, sizeof action->text, text);
    if (!ends_with_path(follows)) return;
    for (int place = 1; place < follows->line; place++) {
        before += strcspn(text + before, " \t");
        before += strspn(text + before, " \t");
    }
    path_from_user(text + before, action->text + before, sizeof action->text - before);
}

bool action_parse(const char *line, Action *action, Error *err) {
    char text[ACTION_TEXT_MAX], name[64];
    *action = (Action){.id = ACTION_NONE};
    if (!action_trim_line(line, text, err)) return false;
    if (text[0] == '\0') return true;
    size_t length = strcspn(text, " \t");
    utf8_copy_n(name, sizeof name, text, length);
    const char *rest = text + length + strspn(text + length, " \t");
    action->id = action_find(name);
    if (action->id == ACTION_NONE) return unknown_action(name, err);
    switch (action_argument(action->id)) {
    case ACTION_ARGUMENT_NONE:
        if (*rest) return error_set(err, ERROR_USAGE, "%s takes no argument, found '%s'", name, rest);
        return true;
    case ACTION_ARGUMENT_COUNT: return *rest ? parse_number(name, rest, action, err) : true;
    case ACTION_ARGUMENT_NUMBER: return parse_number(name, rest, action, err);
    case ACTION_ARGUMENT_TEXT: break;
    }
    read_text(action, rest);
    return true;
}
