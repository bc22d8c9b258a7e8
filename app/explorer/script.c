#include "app/explorer/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text_file.h"
#include "views/scene/action_parse.h"

enum { SCRIPT_BYTES_MAX = 1 << 20 };

/* That an action is locked stands in the notice line, which a script does not show. */
static bool was_obeyed(const Screen *screen, Error *err) {
    const char *why = screen_refusal(screen);
    return why ? error_set(err, ERROR_FAILED, "%s", why) : true;
}

static bool run_keys(Screen *screen, char *names, Error *err) {
    char *state = NULL;
    for (char *name = strtok_r(names, " \t", &state); name; name = strtok_r(NULL, " \t", &state)) {
        Key key = {0};
        if (!key_parse(name, &key.code))
            return error_set(err, ERROR_USAGE, "keys: there is no key '%s'", name);
        screen_key(screen, &key);
        if (!was_obeyed(screen, err)) return false;
        screen_finish_work(screen);
    }
    return true;
}

static bool run_size(Screen *screen, const char *text, Error *err) {
    int width, height;
    const char *at = text;
    if (!action_take_number(&at, &width) || *at++ != 'x' || !action_read_numbers(at, &height, 1) ||
        width < 1 || height < 1 || width > CANVAS_SIDE_MAX || height > CANVAS_SIDE_MAX)
        return error_set(err, ERROR_USAGE, "size: expected COLUMNSxROWS, as in 80x24, found '%s'", text);
    screen_set_size(screen, width, height);
    return true;
}

bool script_run_line(Screen *screen, const char *line, Error *err) {
    char text[ACTION_TEXT_MAX];
    if (!action_trim_line(line, text, err)) return false;
    if (strncmp(text, "keys ", 5) == 0) return run_keys(screen, text + 5, err);
    if (strncmp(text, "size ", 5) == 0) return run_size(screen, text + 5, err);
    Action action;
    if (!action_parse(text, &action, err)) return false;
    if (action.id == ACTION_NONE) return true;
    screen_do(screen, &action);
    if (!was_obeyed(screen, err)) return false;
    screen_play_out(screen);
    screen_finish_work(screen);
    const char *problem = screen_error(screen);
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

bool script_run(Screen *screen, const char *path, Error *err) {
    char *text = script_load(path, err), *rest = text, *line;
    bool ok = text;
    for (int number = 1; ok && !screen_wants_quit(screen) && (line = script_next_line(&rest)); number++) {
        Error problem = {0};
        ok = script_run_line(screen, line, &problem);
        if (!ok) error_set(err, problem.kind, "%s:%d: %s", path, number, problem.text);
    }
    free(text);
    return ok;
}
