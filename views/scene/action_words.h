/* What may follow the name of an action, place by place: kinds of words only. What the words of a kind are
 * depends on the network, on files and on the words before; app/input/completion_offer knows them. */
#ifndef VIEWS_SCENE_ACTION_WORDS_H
#define VIEWS_SCENE_ACTION_WORDS_H

typedef enum WordsOf {
    WORDS_NONE,   /* nothing */
    WORDS_OWN,    /* what only the user knows: numbers, a key, a state, an answer */
    WORDS_LETTER, /* one letter; a key for the action waits until it is pressed */
    WORDS_SWITCH, /* on, off */
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
    WORDS_TWIN,
    WORDS_TWIN_NAME,
    WORDS_ANALYSIS,
    WORDS_PLANE,
    WORDS_SETTING, /* of the action's own; see views/scene/setting_list.h */
    WORDS_PALETTE_OR_USE,
    WORDS_PALETTE_OF_USE,
    WORDS_FOLD,
    WORDS_COPY,
    WORDS_QUESTION,
    WORDS_GLOSSARY,
    WORDS_LESSON,
    WORDS_FILE,
    WORDS_EXPORT,
    WORDS_CHART,
} WordsOf;

enum { ACTION_PLACES_MAX = 4 };

typedef struct ActionFollows {
    WordsOf words[ACTION_PLACES_MAX]; /* WORDS_NONE from the first place that takes nothing */
    int line; /* the place, from 1, that takes the rest of the line, since names of files and classes have
                 spaces; 0: none, each word ends at a space */
} ActionFollows;

/* As they stand in the rows of views/scene/action_list.h. */
#define FOLLOWS_NOTHING                                                                                      \
    { .line = 0 }
#define FOLLOWS(...)                                                                                         \
    {                                                                                                        \
        .words = { __VA_ARGS__ }                                                                             \
    }
#define FOLLOWS_LINE(place, ...)                                                                             \
    { .words = {__VA_ARGS__}, .line = place }

#endif
