/* What an argument of the command line without an option is. Its own text and the file of that name decide, not
 * its position. */
#ifndef APP_CLI_ARGUMENT_KIND_H
#define APP_CLI_ARGUMENT_KIND_H

#include "core/base/error.h"

typedef enum ArgumentKind {
    ARGUMENT_ARCH, /* resnet20, plain34: wins over a file of that name (write ./resnet20 for the file) */
    ARGUMENT_WEIGHTS, /* a file that is not a picture, or a bundled model: "plain20-cifar10" wins like an architecture */
    ARGUMENT_IMAGE,   /* a picture by its first bytes, also of a kind that is not read; "-" */
    ARGUMENT_BUNDLED, /* the name of a picture in the program */
} ArgumentKind;

/* False with a sentence that names what comes nearest when the word is none of them: ERROR_FILE for what
 * looks like a path, else ERROR_USAGE. */
bool argument_kind_find(const char *word, ArgumentKind *kind, Error *err);

/* The first word of a command line, when it is no command's name; `next` is the word after it, or NULL. False
 * when it is nothing that the explorer could show either: the sentence then names the command that comes
 * nearest, if one is what was meant. What looks like a path passes. ERROR_USAGE. */
bool argument_kind_check_first(const char *word, const char *next, Error *err);

#endif
