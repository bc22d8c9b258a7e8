/* Errors of the outside world, as one full sentence for the user.
 *
 * A function that may fail takes `Error *err` last and returns false (or NULL) through
 *     return error_set(err, ERROR_FILE, "cat.png: expected a picture, found %s", what);
 * A bug in the program is no Error but an assert, which stays on in every build. */
#ifndef CORE_BASE_ERROR_H
#define CORE_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ErrorKind {
    ERROR_NONE,
    ERROR_FAILED,      /* exit code 1: the work could not be done */
    ERROR_USAGE,       /* exit code 2: the request makes no sense */
    ERROR_TERMINAL,    /* exit code 3: this terminal cannot show the explorer */
    ERROR_FILE,        /* exit code 4: a file is bad or unsupported */
    ERROR_INTERRUPTED, /* the user stopped it */
} ErrorKind;

typedef struct Error {
    ErrorKind kind;
    char text[640];
} Error;

/* Stores the sentence and returns false; `err` may be NULL. Every byte that could drive a terminal
 * (control characters, bidirectional marks, broken UTF-8) is escaped, whatever file it came from. */
bool error_set(Error *err, ErrorKind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
