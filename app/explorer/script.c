#include "app/explorer/script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/output.h"
#include "core/base/suggest.h"
#include "core/base/file.h"
#include "core/base/text_file.h"
#include "core/base/utf8.h"
#include "views/canvas/export.h"

enum { SCRIPT_BYTES_MAX = 1 << 20 };

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

bool script_trim_line(const char *line, char out[ACTION_TEXT_MAX], Error *err) {
    while (isspace((unsigned char)*line)) line++;
    size_t length = strlen(line);
    while (length > 0 && isspace((unsigned char)line[length - 1])) length--;
    out[0] = '\0';
    if (*line == '#') return true;
    if (length >= ACTION_TEXT_MAX)
        return error_set(err, ERROR_USAGE, "the line has %zu bytes, expected at most %d", length,
                         ACTION_TEXT_MAX - 1);
    utf8_copy_n(out, ACTION_TEXT_MAX, line, length);
    return true;
}

bool script_parse_line(const char *line, Action *action, Error *err) {
    char text[ACTION_TEXT_MAX], name[64];
    *action = (Action){.id = ACTION_NONE};
    if (!script_trim_line(line, text, err)) return false;
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
    utf8_copy(action->text, sizeof action->text, rest);
    return true;
}

/* A locked action has been told in the notice line, where nobody looks while a script runs. */
static bool was_obeyed(const Session *session, Error *err) {
    const char *why = session_refusal(session);
    return why ? error_set(err, ERROR_FAILED, "%s", why) : true;
}

static bool run_keys(Session *session, char *names, Error *err) {
    char *state = NULL;
    for (char *name = strtok_r(names, " \t", &state); name; name = strtok_r(NULL, " \t", &state)) {
        Key key = {0};
        if (!key_parse(name, &key.code))
            return error_set(err, ERROR_USAGE, "keys: there is no key '%s'", name);
        session_key(session, &key);
        if (!was_obeyed(session, err)) return false;
        session_finish_work(session);
    }
    return true;
}

static bool run_size(Session *session, const char *text, Error *err) {
    int width, height;
    const char *at = text;
    if (!action_take_number(&at, &width) || *at++ != 'x' || !action_read_numbers(at, &height, 1) ||
        width < 1 || height < 1 || width > CANVAS_SIDE_MAX || height > CANVAS_SIDE_MAX)
        return error_set(err, ERROR_USAGE, "size: expected COLUMNSxROWS, as in 80x24, found '%s'", text);
    session_set_size(session, width, height);
    return true;
}

bool script_run_line(Session *session, const char *line, Error *err) {
    char text[ACTION_TEXT_MAX];
    if (!script_trim_line(line, text, err)) return false;
    if (strncmp(text, "keys ", 5) == 0) return run_keys(session, text + 5, err);
    if (strncmp(text, "size ", 5) == 0) return run_size(session, text + 5, err);
    Action action;
    if (!script_parse_line(text, &action, err)) return false;
    if (action.id == ACTION_NONE) return true;
    session_do(session, &action);
    if (!was_obeyed(session, err)) return false;
    session_play_out(session);
    session_finish_work(session);
    const char *problem = session_error(session);
    return problem ? error_set(err, ERROR_FAILED, "%s", problem) : true;
}

char *script_load(const char *path, Error *err) {
    return strcmp(path, "-") == 0 ? text_file_read_open(STDIN_FILENO, "standard input", SCRIPT_BYTES_MAX, err)
                                  : text_file_read(path, SCRIPT_BYTES_MAX, err);
}

char *script_next_line(char **text) {
    char *line = *text, *end = line ? strchr(line, '\n') : NULL;
    if (end) *end++ = '\0';
    *text = end;
    return line;
}

bool script_run(Session *session, const char *path, Error *err) {
    char *text = script_load(path, err), *rest = text, *line;
    bool ok = text;
    for (int number = 1; ok && !session_wants_quit(session) && (line = script_next_line(&rest)); number++) {
        Error problem = {0};
        ok = script_run_line(session, line, &problem);
        if (!ok) error_set(err, problem.kind, "%s:%d: %s", path, number, problem.text);
    }
    free(text);
    return ok;
}

bool script_write_screen(const Canvas *canvas, const char *path, Error *err) {
    if (*path == '\0')
        return error_set(err, ERROR_USAGE, "screen: expected a file name, or - for standard output");
    char *text = canvas_export_text_string(canvas);
    if (!text) return error_set(err, ERROR_FAILED, "not enough memory for the screen");
    bool ok;
    if (strcmp(path, "-") == 0)
        ok = fputs(text, stdout) >= 0 || output_refuse(err);
    else
        ok = file_write_atomic(path, text, strlen(text), err);
    free(text);
    return ok;
}
