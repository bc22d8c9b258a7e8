#include "tests/support/stated_numbers.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

/* Past a word that begins with a letter, with the dots, dashes and colons inside it. */
static const char *skip_name(const char *at) {
    while (is_word(*at) || (*at && strchr(".:/-", *at) && is_word(at[1]))) at++;
    return at;
}

static bool is_negative(const char *start, const char *at) {
    static const char minus[] = "\xE2\x88\x92"; /* − */
    size_t before = (size_t)(at - start);
    if (before >= 3 && strncmp(at - 3, minus, 3) == 0) return before == 3 || !is_word(at[-4]);
    return before >= 1 && at[-1] == '-' && (before == 1 || !is_word(at[-2]));
}

/* "1,814,073,344", "0.539", "3.92e-01" */
static const char *read_number(const char *start, const char *at, StatedNumber *out) {
    char digits[NUMBER_TEXT_MAX] = "";
    size_t used = 0;
    int decimals = 0;
    bool point = false;
    const char *begin = at;
    for (; used + 1 < sizeof digits; at++) {
        bool comma = *at == ',' && !point && isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) &&
                     isdigit((unsigned char)at[3]) && !isdigit((unsigned char)at[4]);
        if (comma) continue;
        if (*at == '.' && !point && isdigit((unsigned char)at[1]))
            point = true;
        else if (!isdigit((unsigned char)*at))
            break;
        decimals += point && *at != '.';
        digits[used++] = *at;
    }
    int exponent = 0;
    if (*at == 'e' &&
        (isdigit((unsigned char)at[1]) || (strchr("+-", at[1]) && at[1] && isdigit((unsigned char)at[2])))) {
        char *end;
        exponent = (int)strtol(at + 1, &end, 10);
        at = end;
    }
    *out = (StatedNumber){.value = strtod(digits, NULL) * pow(10, exponent),
                          .unit = pow(10, exponent - decimals)};
    if (is_negative(start, begin)) out->value = -out->value;
    snprintf(out->text, sizeof out->text, "%.*s", (int)(at - begin), begin);
    out->percent = *at == '%' || strncmp(at, " %", 2) == 0;
    return at;
}

/* `start` is where it may look back to. */
static bool next_number(const char *start, const char **at, StatedNumber *out) {
    const char *c = *at;
    while (*c && !isdigit((unsigned char)*c))
        c = isalpha((unsigned char)*c) || *c == '_' ? skip_name(c) : c + 1;
    if (*c == '\0') return false;
    c = read_number(start, c, out);
    /* What hangs on it is its unit, or the next side of a size. */
    if (*c == 'x' && isdigit((unsigned char)c[1]))
        c++;
    else if (isalpha((unsigned char)*c))
        c = skip_name(c);
    *at = c;
    return true;
}

bool number_next(const char **at, StatedNumber *out) {
    return next_number(*at, at, out);
}

/* The word that ends before `end`, in lower case and without a plural s. */
static void word_before(const char *start, const char *end, char *out, size_t size) {
    while (end > start && strchr(" (\n", end[-1])) end--;
    const char *begin = end;
    while (begin > start && isalpha((unsigned char)begin[-1])) begin--;
    size_t length = (size_t)(end - begin);
    if (length > 1 && end[-1] == 's') length--;
    snprintf(out, size, "%.*s", (int)length, begin);
    for (char *c = out; *c; c++) *c = (char)tolower((unsigned char)*c);
}

static bool is_reference(const char *word) {
    static const char *const words[] = {"section",   "table", "figure", "equation", "footnote",
                                        "algorithm", "stage", "level",  "question"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strcmp(word, words[k]) == 0) return true;
    return false;
}

bool number_next_stated(const char *start, const char **at, StatedNumber *out) {
    const char *before = *at;
    char word[24];
    if (!next_number(start, at, out)) return false;
    const char *begin = strstr(before, out->text);
    bool whole = out->unit == 1 && !strchr(out->text, ',');
    word_before(start, begin, word, sizeof word);
    /* "sections 4.1 and 4.2": look behind the number before. */
    if (strcmp(word, "and") == 0 && begin - start > 4) {
        const char *end = begin - 4;
        while (end > start && strchr("0123456789., ", end[-1])) end--;
        word_before(start, end, word, sizeof word);
    }
    out->is_exempt = (whole && !out->percent && fabs(out->value) <= 2) ||
                     (whole && out->value >= 1900 && out->value < 2100) || is_reference(word);
    return true;
}

static bool rounds_to(double value, const StatedNumber *number) {
    /* Half of the last digit, and what binary fractions miss of it. */
    return fabs(value - number->value) <= 0.5 * number->unit * (1 + 1e-9) + 1e-12 * fabs(number->value);
}

bool number_is_in(const StatedNumber *number, const char *output) {
    StatedNumber found;
    for (const char *at = output; next_number(output, &at, &found);)
        if (rounds_to(found.value, number) || (number->percent && !found.percent && fabs(found.value) <= 1 &&
                                               found.unit < 1 && rounds_to(100 * found.value, number)))
            return true;
    return false;
}
