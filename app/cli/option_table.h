/* The option table; used by the options_* files only. */
#ifndef APP_CLI_OPTION_TABLE_H
#define APP_CLI_OPTION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "app/cli/options.h"

typedef enum OptionKind {
    OPTION_FLAG,   /* bool */
    OPTION_TEXT,   /* const char * */
    OPTION_COUNT,  /* int in min..max */
    OPTION_COUNTS, /* OptionCounts, each in min..max */
    OPTION_REAL,   /* double in min..max */
    OPTION_SEED,   /* unsigned long long */
    OPTION_CHOICE, /* int: number of the word, from 1 */
    OPTION_TRIPLE, /* OptionTriple, each in min..max */
    OPTION_SIZE,   /* OptionSize */
} OptionKind;

typedef struct OptionSpec {
    const char *name;
    char letter; /* 0: none */
    OptionKind kind;
    const char *argument; /* for the help; NULL for a flag */
    const char *help;     /* "" hides it */
    uint64_t commands;    /* bit k: command k knows it */
    size_t offset;        /* of the field in Options */
    double min, max;
    const char *const *words; /* OPTION_CHOICE: NULL-terminated */
} OptionSpec;

extern const OptionSpec option_table[];
extern const int option_table_count;

/* The row of that name that `command` knows; otherwise any row of that name; otherwise NULL. The name ends
 * at `length`. */
const OptionSpec *option_find(const char *name, size_t length, CommandId command);
bool option_is_for(const OptionSpec *spec, CommandId command);

/* Parses `text` and stores it in the field. `origin` names the option in messages: "--limit". */
bool option_store(const OptionSpec *spec, Options *options, const char *origin, const char *text, Error *err);

#endif
