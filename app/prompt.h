/* The line at the bottom in which an action is typed by name. */
#ifndef APP_PROMPT_H
#define APP_PROMPT_H

#include "views/action.h"
#include "views/canvas.h"
#include "views/key.h"

typedef struct Prompt {
    bool open;
    char text[ACTION_TEXT_MAX]; /* UTF-8 */
} Prompt;

typedef enum PromptResult { PROMPT_EDITING, PROMPT_ENTERED, PROMPT_CANCELLED } PromptResult;

/* Edits the text: printable characters, Backspace, C-u, C-w, Tab (completes the action's name). */
PromptResult prompt_key(Prompt *prompt, const Key *key);
void prompt_draw(const Prompt *prompt, Canvas *canvas, Rect row);

#endif
