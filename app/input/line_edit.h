/* Editing one line of UTF-8 text: the prompt, the answer to a lesson's question, the filter of the files. */
#ifndef APP_INPUT_LINE_EDIT_H
#define APP_INPUT_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text that is edited, in memory of the caller's. */
typedef struct LineEdit {
    char *text;
    size_t size;    /* bytes of memory, the NUL included; a character that does not fit is not inserted */
    size_t *cursor; /* bytes before the cursor */
} LineEdit;

/* Printable characters, Backspace, Delete, Left, Right, Home, End, C-a, C-e, C-b, C-f, C-w, C-u, C-k. False
 * for any other key. */
bool line_edit_key(LineEdit edit, uint32_t code);

/* Puts `text` in place of the bytes from `start` up to the cursor. */
void line_edit_replace(LineEdit edit, size_t start, const char *text);

/* Replaces the whole line; the cursor stands at its end. */
void line_edit_set(LineEdit edit, const char *text);

/* Where the character after the one at `at` begins. */
size_t line_edit_next(const char *text, size_t at);

#endif
