/* The line at the bottom in which an action is typed by name, or an operation is searched for. */
#ifndef APP_INPUT_PROMPT_H
#define APP_INPUT_PROMPT_H

#include "views/canvas/canvas.h"
#include "views/scene/action.h"
#include "views/term/key.h"

enum { PROMPT_HISTORY_MAX = 32 };

typedef struct Prompt {
    bool open;
    char sign;                                         /* ':' an action, '/' a search */
    char text[ACTION_TEXT_MAX];                        /* UTF-8 */
    size_t cursor;                                     /* bytes before it */
    char history[PROMPT_HISTORY_MAX][ACTION_TEXT_MAX]; /* the oldest first */
    int history_count, history_at;                     /* history_at == history_count: the line being typed */
} Prompt;

typedef enum PromptResult { PROMPT_EDITING, PROMPT_ENTERED, PROMPT_CANCELLED } PromptResult;

/* Opens it with a text; the history stays. */
void prompt_open(Prompt *prompt, char sign, const char *text);
/* The keys of app/input/line_edit, and Up and Down for earlier lines. Enter keeps the line in the history. */
PromptResult prompt_key(Prompt *prompt, const Key *key);
/* Puts `text` in place of the bytes from `start` up to the cursor. */
void prompt_replace(Prompt *prompt, size_t start, const char *text);
void prompt_draw(const Prompt *prompt, Canvas *canvas, Rect row);

#endif
