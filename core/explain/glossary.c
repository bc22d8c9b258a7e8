#include "core/explain/glossary.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "core/base/suggest.h"
#include "core/base/utf8.h"

enum { NEAREST = 3 };

int glossary_count(void) {
    int count = 0;
    while (glossary_words[count].word) count++;
    return count;
}

const GlossaryWord *glossary_word(int k) {
    return &glossary_words[k];
}

bool glossary_form(const GlossaryWord *word, int k, char out[GLOSSARY_FORM_MAX]) {
    const char *at = word->forms;
    if (k == 0) return utf8_format(out, GLOSSARY_FORM_MAX, "%s", word->word) > 0;
    for (; k > 1 && at; k--) at = (at = strchr(at, ';')) ? at + 1 : NULL;
    if (!at || *at == '\0') return false;
    return utf8_format(out, GLOSSARY_FORM_MAX, "%.*s", (int)strcspn(at, ";"), at) > 0;
}

int glossary_find(const char *word) {
    char form[GLOSSARY_FORM_MAX];
    for (int k = 0; glossary_words[k].word; k++)
        if (strcasecmp(glossary_words[k].word, word) == 0) return k;
    for (int k = 0; glossary_words[k].word; k++)
        for (int f = 1; glossary_form(&glossary_words[k], f, form); f++)
            if (strcasecmp(form, word) == 0) return k;
    return -1;
}

/* Of its forms, or of one of the words of a form: "receptiv" is near to "receptive field". */
static int distance_of(const GlossaryWord *entry, const char *wanted) {
    Suggestion suggestion = suggest_begin(wanted);
    char form[GLOSSARY_FORM_MAX], *rest;
    for (int f = 0; glossary_form(entry, f, form); f++) {
        suggest_offer(&suggestion, form);
        for (char *part = strtok_r(form, " ", &rest); part; part = strtok_r(NULL, " ", &rest))
            suggest_offer(&suggestion, part);
    }
    return suggestion.distance;
}

void glossary_nearest(const char *word, char *out, size_t size) {
    static const char *const before[NEAREST] = {"", ", ", " or "};
    int taken[NEAREST] = {-1, -1, -1};
    size_t used = 0;
    *out = '\0';
    for (int n = 0; n < NEAREST; n++) {
        int best = INT_MAX;
        for (int k = 0; glossary_words[k].word; k++) {
            int distance = distance_of(&glossary_words[k], word);
            if (distance >= best || k == taken[0] || k == taken[1]) continue;
            best = distance;
            taken[n] = k;
        }
        used += utf8_format(out + used, size - used, "%s%s", before[n], glossary_words[taken[n]].word);
    }
}

static bool is_word_byte(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_capital(const char *form) {
    for (; *form; form++)
        if (isupper((unsigned char)*form)) return true;
    return false;
}

static size_t skip_number(const char *at) {
    return strspn(at, "0123456789");
}

/* How many bytes of `at` the form takes; 0: it does not stand there. One space stands for one or more. */
static size_t form_length(const char *form, const char *at) {
    bool exact = has_capital(form);
    const char *begin = at;
    for (; *form; form++) {
        size_t length = *form == '#' ? skip_number(at) : *form == ' ' ? strspn(at, " ") : 1;
        bool same = *at == *form || (!exact && tolower((unsigned char)*at) == *form);
        if (length == 0 || *at == '\0' || (*form != '#' && *form != ' ' && !same)) return 0;
        at += length;
    }
    return (size_t)(at - begin);
}

/* The same, of a whole word, of which there may be more than one. */
static size_t word_length(const char *form, const char *text, const char *at) {
    bool letter = is_word_byte(*at);
    if (letter && at > text && is_word_byte(at[-1])) return 0;
    size_t length = form_length(form, at);
    if (length == 0 || !is_word_byte(at[length - 1])) return length;
    if (at[length] == 's') length++;
    return is_word_byte(at[length]) ? 0 : length;
}

static size_t entry_length(const GlossaryWord *word, const char *text, const char *at) {
    char form[GLOSSARY_FORM_MAX];
    size_t longest = 0;
    for (int f = 0; glossary_form(word, f, form); f++) {
        if (f == 0 && strlen(form) == 1) continue; /* "n" alone stands for many things */
        size_t length = word_length(form, text, at);
        if (length > longest) longest = length;
    }
    return longest;
}

bool glossary_is_in(const GlossaryWord *word, const char *text) {
    for (const char *at = text; *at; at++)
        if (entry_length(word, text, at) > 0) return true;
    return false;
}

size_t glossary_match(const char *text, const char *at, int *entry) {
    size_t longest = 0;
    for (int k = 0; glossary_words[k].word; k++) {
        size_t length = entry_length(&glossary_words[k], text, at);
        if (length > longest) longest = length, *entry = k;
    }
    return longest;
}

const char *glossary_next_action(const char **at, char *out, size_t size) {
    size_t length = strcspn(*at, ";");
    if (length == 0) return NULL;
    utf8_format(out, size, "%.*s", (int)length, *at);
    *at += length;
    *at += strspn(*at, "; ");
    return out;
}
