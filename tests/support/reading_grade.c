#include "tests/support/reading_grade.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool is_vowel(char c) {
    return strchr("aeiouy", tolower((unsigned char)c)) && c;
}

/* Groups of vowels; a silent e at the end is none, "-le" after a consonant is one. */
static int syllables(const char *word, int length) {
    int count = 0;
    for (int k = 0; k < length; k++) {
        if (!isalpha((unsigned char)word[k]) && word[k] != '\'' && word[k] != '-') return 1;
        if (is_vowel(word[k]) && (k == 0 || !is_vowel(word[k - 1]))) count++;
    }
    bool ends_in_e = length > 2 && tolower((unsigned char)word[length - 1]) == 'e';
    bool is_le = ends_in_e && word[length - 2] == 'l' && !is_vowel(word[length - 3]);
    bool silent = ends_in_e && !is_vowel(word[length - 2]) && !is_le;
    bool is_ed = length > 3 && strncmp(word + length - 2, "ed", 2) == 0 && !is_vowel(word[length - 3]) &&
                 word[length - 3] != 't' && word[length - 3] != 'd';
    if ((silent || is_ed) && count > 1) count--;
    return count > 0 ? count : 1;
}

static bool ends_sentence(const char *word, int length) {
    char last = word[length - 1];
    return last == '.' || last == '?' || last == '!' || last == ':' || last == ';';
}

/* Calls for every word without the signs around it. */
static const char *next_word(const char *at, int *length) {
    at += strspn(at, " \n");
    *length = (int)strcspn(at, " \n");
    return *length > 0 ? at : NULL;
}

int reading_sentences(const char *text) {
    int count = 0, length;
    for (const char *at = text; (at = next_word(at, &length)); at += length)
        count += strchr(".?!", at[length - 1]) != NULL;
    return count;
}

double reading_grade(const char *text) {
    int words = 0, sentences = 0, sounds = 0, length;
    for (const char *at = text; (at = next_word(at, &length)); at += length) {
        const char *word = at;
        int inner = length;
        sentences += ends_sentence(at, length);
        while (inner > 0 && ispunct((unsigned char)*word)) word++, inner--;
        while (inner > 0 && ispunct((unsigned char)word[inner - 1])) inner--;
        if (inner == 0) continue;
        words++;
        sounds += syllables(word, inner);
    }
    if (words == 0) return 0;
    if (sentences == 0) sentences = 1;
    return 0.39 * words / sentences + 11.8 * sounds / words - 15.59;
}
