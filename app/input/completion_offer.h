/* The words that can stand at one place after an action; used by completion.c only. */
#ifndef APP_INPUT_COMPLETION_OFFER_H
#define APP_INPUT_COMPLETION_OFFER_H

#include "app/input/completion.h"

/* The word so far, what stands before it, and where the candidates that begin like it go. */
typedef struct Offer {
    Completion *completion;
    const Scene *scene;
    const char *stem;
    char before[ACTION_PLACES_MAX][COMPLETION_WORD_MAX]; /* the words between the action and the stem */
    int place;                                           /* how many those are */
} Offer;

/* Adds what is accepted here: it fits the network, the place in it, and the words before. */
void completion_offer(const Offer *to, WordsOf words);
/* Adds the names of actions that begin like `stem`. */
void completion_offer_actions(Completion *completion, const char *stem);

#endif
