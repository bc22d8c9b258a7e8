/* Keys from the file descriptor of a terminal. Private to views/term/term.c. */
#ifndef VIEWS_TERM_INPUT_H
#define VIEWS_TERM_INPUT_H

#include "views/term/key_reader.h"

typedef struct TermInput {
    int fd;
    KeyReader reader;
    double last_ms;  /* when the last byte was read */
    double quiet_ms; /* until when it is known that none came after it */
    double asked_ms; /* when the terminal was asked for its background; 0: no answer is awaited */
} TermInput;

/* The next key. Waits for nothing, except up to 25 ms for what follows an escape character (300 ms while an
 * answer is awaited, which begins with one), and up to 100 ms for the rest of a longer sequence that has begun. */
bool term_input_read_key(TermInput *input, Key *key);
/* Nothing was to be read until now. */
void term_input_was_quiet(TermInput *input);

/* The terminal has been asked for its background. */
void term_input_asked(TermInput *input);
/* Its answer, once. False while there is none, and for an answer to somebody else's question. */
bool term_input_take_background(TermInput *input, Background *background);
/* Waits until 200 ms after the question for an answer that is still to come: later it would be text for the
 * shell. Keys that come meanwhile are lost. */
void term_input_settle(TermInput *input);

#endif
