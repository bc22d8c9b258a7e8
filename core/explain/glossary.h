/* The glossary: the words that the screens use, each in two sentences and with a place to see it. */
#ifndef CORE_EXPLAIN_GLOSSARY_H
#define CORE_EXPLAIN_GLOSSARY_H

#include <stdbool.h>
#include <stddef.h>

enum { GLOSSARY_MAX = 128, GLOSSARY_FORM_MAX = 64 };

typedef struct GlossaryWord {
    const char *word;
    /* Other ways in which it stands on a screen, with ; between them; # is a number. One with a capital letter
     * is looked for as it is written, any other in both cases; an s at the end makes no difference. */
    const char *forms;
    const char *says; /* two sentences */
    const char *see;  /* a place to see it: actions with ; between them, on a network that has not run yet */
} GlossaryWord;

extern const GlossaryWord glossary_words[]; /* core/explain/glossary_words.c; ends with a NULL word */

int glossary_count(void);
const GlossaryWord *glossary_word(int k); /* in the order of the alphabet */

/* The entry of that word or one of its forms, whatever the case; -1 when there is none. */
int glossary_find(const char *word);
/* The words that come nearest to one that is not there, as "cosine, cut or cell". */
void glossary_nearest(const char *word, char *out, size_t size);

/* Does the word, or a form of it, stand in the text? */
bool glossary_is_in(const GlossaryWord *word, const char *text);
/* The longest word or form that begins at `at` in a text that begins at `text`: its length in bytes, and its
 * entry; 0 when there is none. */
size_t glossary_match(const char *text, const char *at, int *entry);

/* Form number `k` of the word, 0 the word itself; false when there is none. */
bool glossary_form(const GlossaryWord *word, int k, char out[GLOSSARY_FORM_MAX]);
/* The next action of a place to see it; NULL at the end. `at` begins as the place. */
const char *glossary_next_action(const char **at, char *out, size_t size);

#endif
