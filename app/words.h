/* What a word on the command line is: decided by looking, not by its place. */
#ifndef APP_WORDS_H
#define APP_WORDS_H

#include "core/error.h"

typedef enum WordKind {
    WORD_ARCH,    /* resnet20, plain34: wins over a file of that name (write ./resnet20 for the file) */
    WORD_WEIGHTS, /* a file that is no picture */
    WORD_IMAGE,   /* a PNG or JPEG file */
    WORD_BUNDLED, /* the name of a picture in the program */
} WordKind;

/* False with a sentence that names what comes nearest when the word is none of them: ERROR_FILE for what
 * looks like a path, else ERROR_USAGE. */
bool word_find_kind(const char *word, WordKind *kind, Error *err);

#endif
