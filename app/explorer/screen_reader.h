/* The explorer for listeners: it reads lines and answers in lines. Numbers choose from a menu, words are
 * actions as in scripts; after each it says what has changed. Nothing is drawn, nothing is sent twice, no
 * escape sequence leaves it. */
#ifndef APP_EXPLORER_SCREEN_READER_H
#define APP_EXPLORER_SCREEN_READER_H

#include <stdio.h>

#include "app/screen/screen.h"

typedef struct ScreenReaderConfig {
    FILE *in, *out;
    bool ascii;
    bool prompt; /* a sign before each line is read */
} ScreenReaderConfig;

/* Until the user leaves or the input ends. False when the output cannot be written. */
bool screen_reader_run(Screen *screen, const ScreenReaderConfig *config, Error *err);

#endif
