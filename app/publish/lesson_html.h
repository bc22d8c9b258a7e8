/* The frame of an exported lesson, and text in it. Private to app/publish/lesson_export.c. */
#ifndef APP_TUTOR_LESSON_HTML_H
#define APP_TUTOR_LESSON_HTML_H

#include <stdio.h>

#include "app/lesson/lesson.h"
#include "core/explain/glossary.h"

void html_put(FILE *out, const char *text); /* escaped, in one line */
/* Words of the glossary that have stood in the page: the first time each is a link to the list at its end. */
typedef struct HtmlWords {
    bool used[GLOSSARY_MAX];
} HtmlWords;

/* Paragraphs; lines that begin with a space are formulas. `words` NULL: without links. */
void html_put_text(FILE *out, const char *text, HtmlWords *words);
/* The words that were used and what they mean; nothing when there are none. */
void html_put_words(FILE *out, const HtmlWords *words);
/* Everything up to the first page: head, style, title, list of pages. And what closes it. */
void html_begin(FILE *out, const Lesson *lesson);
void html_end(FILE *out);

#endif
