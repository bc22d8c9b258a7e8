/* The words of the glossary that are listed, and which of them is selected. */
#ifndef APP_SCREEN_WORDS_STATE_H
#define APP_SCREEN_WORDS_STATE_H

#include "core/explain/glossary.h"

typedef struct WordsState {
    int entries[GLOSSARY_MAX], count, selected;
    int here[GLOSSARY_MAX], here_count; /* of the screen that was seen when the list was opened */
    bool all, asked; /* asked: one word was, by name */
} WordsState;

#endif
