/* May a text be read by anyone? It then uses no term of the field but those of the glossary, and no formula. */
#ifndef TESTS_SUPPORT_PLAIN_WORDS_H
#define TESTS_SUPPORT_PLAIN_WORDS_H

#include <stddef.h>

/* The first term or sign that does not belong into it; NULL when there is none. */
const char *plain_words_problem(const char *text);
/* The first term without an entry; formulas are allowed. */
const char *plain_words_term(const char *text);

#endif
