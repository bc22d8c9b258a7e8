/* An action as it is written: its name, and what it takes. Scripts, the : prompt, key bindings, lessons and
 * the book say it that way. */
#ifndef VIEWS_SCENE_ACTION_PARSE_H
#define VIEWS_SCENE_ACTION_PARSE_H

#include "core/base/error.h"
#include "views/scene/action.h"

/* The line without the space around it, "" for a comment; false when it is too long for an action. */
bool action_trim_line(const char *line, char out[ACTION_TEXT_MAX], Error *err);
/* id ACTION_NONE for an empty line. An unknown action is a sentence that names the nearest one. */
bool action_parse(const char *line, Action *action, Error *err);

#endif
