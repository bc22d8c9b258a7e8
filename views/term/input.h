/* Keys from the file descriptor of a terminal. Private to views/term/term.c. */
#ifndef VIEWS_TERM_INPUT_H
#define VIEWS_TERM_INPUT_H

#include "views/term/key_reader.h"

typedef struct TermInput {
    int fd;
    KeyReader reader;
    double last_ms;  /* when the last byte was read */
    double quiet_ms; /* until when it is known that none came after it */
} TermInput;

/* The next key. Waits for nothing, except up to 25 ms for what follows an escape character, and up to 100 ms
 * for the rest of a longer sequence that has begun. */
bool term_input_read_key(TermInput *input, Key *key);
/* Nothing was to be read until now. */
void term_input_was_quiet(TermInput *input);

#endif
