/* Asks the terminal for its background and waits for the answer: for a program that does not take the screen. */
#ifndef VIEWS_TERM_ASK_H
#define VIEWS_TERM_ASK_H

#include <stdbool.h>

#include "views/style/color.h"

typedef enum AskResult {
    ASK_ANSWERED,
    ASK_NO_ANSWER, /* the terminal answers other questions, but not this one */
    ASK_SILENT,    /* nothing at all within the time */
    ASK_NOT_ASKED, /* no terminal, another program's turn, or a terminal that is not to be asked */
} AskResult;

/* The terminal on standard input and output. Waits 300 ms at most. Keys that come meanwhile are lost. */
AskResult term_ask_background(Rgb *rgb);

#endif
