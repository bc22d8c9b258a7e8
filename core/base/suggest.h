/* The word the user may have meant. */
#ifndef CORE_BASE_SUGGEST_H
#define CORE_BASE_SUGGEST_H

#include <stddef.h>

/* Keeps the nearest of all words offered to it, by the number of letters added, left out, changed or
 * swapped (Damerau 1964, "A technique for computer detection and correction of spelling errors"). */
typedef struct Suggestion {
    const char *wanted, *best;
    int distance;
} Suggestion;

Suggestion suggest_begin(const char *wanted);
void suggest_offer(Suggestion *suggestion, const char *word);
/* NULL when nothing is near enough to be meant: more than a third of the letters differ. */
const char *suggest_best(const Suggestion *suggestion);

/* Nearest of a NULL-terminated list; always one, however far. */
const char *suggest_nearest(const char *wanted, const char *const *words);

#endif
