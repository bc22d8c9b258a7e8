/* The book of questions as it lies in the source tree. Failures end the test. */
#ifndef TESTS_SUPPORT_TUTORIAL_H
#define TESTS_SUPPORT_TUTORIAL_H

#include "app/book/book.h"

#define TUTORIAL_NAME "TUTORIAL.md"

char *tutorial_read(void); /* the caller frees it */
Book *tutorial_parse(const char *text);

#endif
