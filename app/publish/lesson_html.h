/* The frame of an exported lesson, and text in it. Private to app/publish/lesson_export.c. */
#ifndef APP_TUTOR_LESSON_HTML_H
#define APP_TUTOR_LESSON_HTML_H

#include <stdio.h>

#include "app/lesson/lesson.h"

void html_put(FILE *out, const char *text); /* escaped, in one line */
/* Paragraphs; lines that begin with a space are formulas. */
void html_put_text(FILE *out, const char *text);
/* Everything up to the first page: head, style, title, list of pages. And what closes it. */
void html_begin(FILE *out, const Lesson *lesson);
void html_end(FILE *out);

#endif
