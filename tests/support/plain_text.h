/* Text that only has lines: no control character but the newline, no drawing. */
#ifndef TESTS_SUPPORT_PLAIN_TEXT_H
#define TESTS_SUPPORT_PLAIN_TEXT_H

#include <stdbool.h>

/* Fails the test at the first byte or character that does not belong; `ascii`: at any beyond 0x7e, too. */
void assert_plain_text(const char *text, bool ascii);

#endif
