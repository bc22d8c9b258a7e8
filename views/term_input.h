/* Keys from the file descriptor of a terminal. Private to views/term.c. */
#ifndef VIEWS_TERM_INPUT_H
#define VIEWS_TERM_INPUT_H

#include "views/key_reader.h"

typedef struct TermInput {
    int fd;
    KeyReader reader;
    int64_t last_ms; /* when the last byte came */
} TermInput;

/* The next key. Waits for nothing, except up to 25 ms for the rest of a sequence that has begun. */
bool term_input_read_key(TermInput *input, Key *key);

#endif
