/* The words that can stand at one place after an action; used by completion.c only. */
#ifndef APP_INPUT_COMPLETION_OFFER_H
#define APP_INPUT_COMPLETION_OFFER_H

#include "app/input/completion.h"

enum { COMPLETION_PLACES_MAX = 4 };

/* What can stand at one place after an action. */
typedef enum WordsOf {
    WORDS_NONE, /* nothing, or what only the user knows */
    WORDS_SWITCH,
    WORDS_VIEW,
    WORDS_OP,
    WORDS_OP_OR_OFF,
    WORDS_DIRECTION,
    WORDS_CHANNEL, /* of the op before it: the selected one, or the last there is */
    WORDS_ROW,
    WORDS_COLUMN,
    WORDS_BREAK,
    WORDS_BREAK_NEXT, /* a direction after an op, a quantity after "if" */
    WORDS_RELATION,
    WORDS_LIMIT,
    WORDS_BLOCK,
    WORDS_BLOCK_LIKE, /* of the same shapes as the block before it */
    WORDS_PICTURE,
    WORDS_MODEL,
    WORDS_ARCH,
    WORDS_FILE_GROUP,
    WORDS_CLASS,
    WORDS_SKIP,
    WORDS_VERSUS,
    WORDS_TWIN,
    WORDS_TWIN_NAME,
    WORDS_ANALYSIS,
    WORDS_PLANE,
    WORDS_SCOPE,
    WORDS_ORDER,
    WORDS_PALETTE_OR_USE,
    WORDS_PALETTE_OF_USE,
    WORDS_POOLING,
    WORDS_CLIP,
    WORDS_FOLD,
    WORDS_OVERLAY,
    WORDS_LEVEL,
    WORDS_COPY,
    WORDS_THEME,
    WORDS_QUESTION,
    WORDS_LESSON,
    WORDS_FILE,
    WORDS_EXPORT,
    WORDS_CHART,
} WordsOf;

/* The word so far, what stands before it, and where the candidates that begin like it go. */
typedef struct Offer {
    Completion *completion;
    const Scene *scene;
    const char *stem;
    char before[COMPLETION_PLACES_MAX][COMPLETION_WORD_MAX]; /* the words between the action and the stem */
    int place;                                               /* how many those are */
} Offer;

/* Adds what is accepted here: it fits the network, the place in it, and the words before. */
void completion_offer(const Offer *to, WordsOf words);
/* Adds the names of actions that begin like `stem`. */
void completion_offer_actions(Completion *completion, const char *stem);

#endif
