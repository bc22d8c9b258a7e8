/* What could stand at the cursor of the prompt: names of actions, and for each action the words it takes. */
#ifndef APP_INPUT_COMPLETION_H
#define APP_INPUT_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "views/scene/action.h"
#include "views/scene/scene.h"

/* As many as the largest network has operations: with fewer, the common beginning could be too long. */
enum { COMPLETION_MAX = 8192, COMPLETION_WORD_MAX = 96 };

typedef struct Completion {
    char (*words)[COMPLETION_WORD_MAX]; /* heap; sorted as found */
    int count, chosen;                  /* -1: none chosen yet */
    size_t start;                       /* byte of the line where the word begins */
    ActionId action;                    /* whose words these are; ACTION_NONE: names of actions */
} Completion;

/* Candidates for the word that ends at byte `cursor` of `line`. */
void completion_find(Completion *completion, const char *line, size_t cursor, const Scene *scene);
/* The longest beginning that all candidates share. */
void completion_common(const Completion *completion, char out[COMPLETION_WORD_MAX]);
void completion_clear(Completion *completion);

#endif
