/* Numbers in prose and in the output of programs, to check what a text states.
 *
 * A number stands by itself: digits inside a word that begins with a letter are part of a name (layer1.0,
 * ResNet-18, arXiv:1512.03385). 16x32x32 is three numbers. */
#ifndef TESTS_SUPPORT_STATED_NUMBERS_H
#define TESTS_SUPPORT_STATED_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

enum { NUMBER_TEXT_MAX = 32 };

typedef struct StatedNumber {
    double value, unit; /* unit: of the last digit, 0.01 for 3.14 */
    bool percent;       /* a % follows */
    bool is_exempt;     /* see number_next_stated */
    char text[NUMBER_TEXT_MAX];
} StatedNumber;

/* The next number from *at on, which then stands after it; false at the end. */
bool number_next(const char **at, StatedNumber *out);
/* The same in prose, where numbers that claim nothing are marked as exempt:
 *   0, 1 and 2
 *   a year, 1900 to 2099 without a comma
 *   after section, table, figure, equation, footnote, algorithm, stage, level, question (also in the plural,
 *   and after the "and" or comma that goes on with them)
 * `start` is the beginning of the text. */
bool number_next_stated(const char *start, const char **at, StatedNumber *out);
/* Does a number in the output round to this one? */
bool number_is_in(const StatedNumber *number, const char *output);

#endif
