#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/option_table.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"

enum { FOUND_MAX = 60 }; /* bytes of a wrong value that are quoted */

/* Digits only, and nothing after them. */
static bool parse_digits(const char *text, size_t length, unsigned long long *value) {
    *value = 0;
    for (size_t k = 0; k < length; k++) {
        unsigned digit = (unsigned)(unsigned char)text[k] - '0';
        if (digit > 9 || *value > (ULLONG_MAX - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    return length > 0;
}

static bool refuse_count(const OptionSpec *spec, const char *origin, const char *text, Error *err) {
    return error_set(err, ERROR_USAGE, "%s: expected %s from %.0f to %.0f, found '%.*s'", origin,
                     spec->kind == OPTION_COUNTS ? "whole numbers with commas, each" : "a whole number",
                     spec->min, spec->max, utf8_first(text, FOUND_MAX), text);
}

static bool store_count(const OptionSpec *spec, int *out, const char *text, size_t length) {
    unsigned long long value;
    if (!parse_digits(text, length, &value) || (double)value < spec->min || (double)value > spec->max)
        return false;
    *out = (int)value;
    return true;
}

static bool store_counts(const OptionSpec *spec, OptionCounts *list, const char *origin, const char *text,
                         Error *err) {
    list->count = 0;
    for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        if (list->count == OPTION_COUNTS_MAX)
            return error_set(err, ERROR_USAGE, "%s: more than %d numbers", origin, OPTION_COUNTS_MAX);
        if (!store_count(spec, &list->values[list->count], at, strcspn(at, ",")))
            return refuse_count(spec, origin, text, err);
        list->count++;
    }
    return true;
}

/* A plain decimal number that ends at `end`: no sign of infinity, hexadecimal or space. */
static bool parse_real(const OptionSpec *spec, const char *text, char **end, double *value) {
    if (!isdigit((unsigned char)*text) && !strchr("-.", *text)) return false;
    if (*text == '\0' || strspn(text, "0123456789.eE+-,") != strlen(text)) return false;
    *value = strtod(text, end);
    return *end != text && *value >= spec->min && *value <= spec->max;
}

static bool store_real(const OptionSpec *spec, double *out, const char *origin, const char *text,
                       Error *err) {
    char *end;
    if (parse_real(spec, text, &end, out) && *end == '\0') return true;
    return error_set(err, ERROR_USAGE, "%s: expected a number from %g to %g, found '%.*s'", origin, spec->min,
                     spec->max, utf8_first(text, FOUND_MAX), text);
}

static bool store_triple(const OptionSpec *spec, OptionTriple *out, const char *origin, const char *text,
                         Error *err) {
    const char *at = text;
    for (int c = 0; c < 3; c++) {
        char *end;
        double value;
        bool good = parse_real(spec, at, &end, &value) && *end == (c < 2 ? ',' : '\0');
        if (!good)
            return error_set(err, ERROR_USAGE,
                             "%s: expected three numbers from %g to %g like 0.5,0.5,0.5, found '%.*s'",
                             origin, spec->min, spec->max, utf8_first(text, FOUND_MAX), text);
        out->values[c] = (float)value;
        at = end + 1;
    }
    out->known = true;
    return true;
}

static bool store_size(const OptionSpec *spec, OptionSize *out, const char *origin, const char *text,
                       Error *err) {
    const char *x = strchr(text, 'x');
    if (x && store_count(spec, &out->width, text, (size_t)(x - text)) &&
        store_count(spec, &out->height, x + 1, strlen(x + 1)))
        return true;
    return error_set(err, ERROR_USAGE, "%s: expected columns and rows like 80x24, found '%.*s'", origin,
                     utf8_first(text, FOUND_MAX), text);
}

static void list_words(const char *const *words, char *out, size_t out_size) {
    size_t used = 0;
    for (size_t k = 0; words[k] && used < out_size; k++)
        used += (size_t)snprintf(out + used, out_size - used, "%s%s",
                                 k == 0         ? ""
                                 : words[k + 1] ? ", "
                                                : " or ",
                                 words[k]);
}

/* The number of the word, from 1. */
static bool find_choice(const OptionSpec *spec, int *out, const char *origin, const char *text, Error *err) {
    for (int k = 0; spec->words[k]; k++) {
        if (strcmp(spec->words[k], text) != 0) continue;
        *out = k + 1;
        return true;
    }
    char list[160];
    list_words(spec->words, list, sizeof list);
    return error_set(err, ERROR_USAGE, "%s: expected %s, found '%.*s'; the nearest is '%s'", origin, list,
                     utf8_first(text, FOUND_MAX), text, suggest_nearest(text, spec->words));
}

static bool store_seed(unsigned long long *out, const char *origin, const char *text, Error *err) {
    if (parse_digits(text, strlen(text), out)) return true;
    return error_set(err, ERROR_USAGE, "%s: expected a whole number from 0 to %llu, found '%.*s'", origin,
                     ULLONG_MAX, utf8_first(text, FOUND_MAX), text);
}

static bool store_text(const OptionSpec *spec, const char **out, const char *origin, const char *text,
                       Error *err) {
    int number;
    if (*text == '\0')
        return error_set(err, ERROR_USAGE, "%s: expected %s, found nothing", origin, spec->argument);
    *out = text;
    return !spec->words || find_choice(spec, &number, origin, text, err);
}

bool option_store(const OptionSpec *spec, Options *options, const char *origin, const char *text,
                  Error *err) {
    void *field = (char *)options + spec->offset;
    switch (spec->kind) {
    case OPTION_FLAG: *(bool *)field = true; return true;
    case OPTION_TEXT: return store_text(spec, field, origin, text, err);
    case OPTION_COUNT:
        return store_count(spec, field, text, strlen(text)) || refuse_count(spec, origin, text, err);
    case OPTION_COUNTS: return store_counts(spec, field, origin, text, err);
    case OPTION_REAL: return store_real(spec, field, origin, text, err);
    case OPTION_SEED: return store_seed(field, origin, text, err);
    case OPTION_CHOICE: return find_choice(spec, field, origin, text, err);
    case OPTION_TRIPLE: return store_triple(spec, field, origin, text, err);
    case OPTION_SIZE: return store_size(spec, field, origin, text, err);
    }
    return false;
}
