/* What is pasted: text where text is typed, and elsewhere the file that was dragged into the terminal. */
#include <string.h>
#include <unistd.h>

#include "app/cli/argument_kind.h"
#include "app/screen/screen_state.h"
#include "core/base/line.h"
#include "core/base/path.h"
#include "core/base/utf8.h"

/* Printable characters alone: the end of a line must not send what was typed. */
static void type_text(Screen *screen, const char *text) {
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        Key key = {.code = KEY_CODE_NONE};
        at += utf8_decode(text + at, length - at, &key.code);
        if (key.code >= ' ' && key.code < KEY_CODE_UP && key.code != 0x7F) screen_key(screen, &key);
    }
}

/* Told by content whether it is a picture or weights. */
static bool open_file(Screen *screen, const char *path, Error *err) {
    Action action = {.id = ACTION_IMAGE};
    ArgumentKind kind;
    if (!argument_kind_find(path, &kind, err)) return false;
    if (kind == ARGUMENT_WEIGHTS) action.id = ACTION_WEIGHTS;
    utf8_copy(action.text, sizeof action.text, path);
    screen_do(screen, &action);
    return true;
}

void screen_paste(Screen *screen, const char *text) {
    char line[KEY_TEXT_MAX], path[ACTION_TEXT_MAX];
    Error err = {0};
    if (!text) return;
    utf8_copy(line, sizeof line, text);
    if (layer_takes_text(screen)) {
        type_text(screen, line);
        return;
    }
    path_from_user(line_trim(line), path, sizeof path);
    if (access(path, F_OK) == 0 || path_is_address(path)) {
        if (!open_file(screen, path, &err)) session_tell(screen_front(screen), NOTICE_ERROR, "%s", err.text);
    } else {
        session_tell(screen_front(screen), NOTICE_ERROR,
                     "what was pasted is no file: %s; : opens the prompt for text", path);
    }
}
