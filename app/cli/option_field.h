/* How a row of the option table says where its value goes and what it may be. */
#ifndef APP_CLI_OPTION_FIELD_H
#define APP_CLI_OPTION_FIELD_H

#include <stddef.h>

#include "app/cli/option_table.h"

/* The place of a field in Options, which does not compile unless the field has that type. */
#define FIELD(type, field) (offsetof(Options, field) + 0 * sizeof(_Generic(((Options *)0)->field, type : 1)))
#define FLAG(field)        .kind = OPTION_FLAG, .offset = FIELD(bool, field)
#define TEXT(field, of)    .kind = OPTION_TEXT, .offset = FIELD(const char *, field), .argument = of
#define SEED(field, of)    .kind = OPTION_SEED, .offset = FIELD(unsigned long long, field), .argument = of
#define RANGE(least, most) .min = least, .max = most
#define COUNT(field, of, least, most)                                                                        \
    .kind = OPTION_COUNT, .offset = FIELD(int, field), .argument = of, RANGE(least, most)
#define COUNTS(field, of, least, most)                                                                       \
    .kind = OPTION_COUNTS, .offset = FIELD(OptionCounts, field), .argument = of, RANGE(least, most)
#define REAL(field, of, least, most)                                                                         \
    .kind = OPTION_REAL, .offset = FIELD(double, field), .argument = of, RANGE(least, most)
#define TRIPLE(field, of, least, most)                                                                       \
    .kind = OPTION_TRIPLE, .offset = FIELD(OptionTriple, field), .argument = of, RANGE(least, most)
#define SIZE(field, of, least, most)                                                                         \
    .kind = OPTION_SIZE, .offset = FIELD(OptionSize, field), .argument = of, RANGE(least, most)
#define CHOICE(field, of, list)                                                                              \
    .kind = OPTION_CHOICE, .offset = FIELD(int, field), .argument = of, .words = list

#endif
