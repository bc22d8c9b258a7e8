/* What a word on the command line is: decided by looking, not by its place. */
#ifndef APP_CLI_WORDS_H
#define APP_CLI_WORDS_H

#include "core/base/error.h"

typedef enum WordKind {
    WORD_ARCH,    /* resnet20, plain34: wins over a file of that name (write ./resnet20 for the file) */
    WORD_WEIGHTS, /* a file that is no picture */
    WORD_IMAGE,   /* a PNG or JPEG file */
    WORD_BUNDLED, /* the name of a picture in the program */
} WordKind;

/* False with a sentence that names what comes nearest when the word is none of them: ERROR_FILE for what
 * looks like a path, else ERROR_USAGE. */
bool word_find_kind(const char *word, WordKind *kind, Error *err);

/* The first word of a command line, when it is no command's name; `next` is the word after it, or NULL. False
 * when it is nothing that the explorer could show either: the sentence then names the command that comes
 * nearest, if one is what was meant. What looks like a path passes. ERROR_USAGE. */
bool word_check_first(const char *word, const char *next, Error *err);

#endif
